//! Everything the gateway can do wrong, and what the `wechat` crate makes of it.

use sandbox::{ApiFailure, BillFault, Forgery, RefundEnd};
use wechat::{
    BillAnswer, BillKind, BillRefused, NewRefund, Notification, OrderAnswer, Payer, QueryAnswer, RefundOf, RefundStatus, SignatureRefused,
    TradeState, read_notification,
};

use crate::world::{DAY, SECOND, World, direct, partner, world};

#[test]
fn lost_repeated_late_and_reordered_notifications() {
    let world = world();
    for no in ["700000001", "700000002", "700000003", "700000004"] {
        world.placed(&partner(), no, 100);
    }
    world.gateway.faults().lose_notifications = true;
    world.gateway.pay_and_notify("700000001").unwrap();
    assert_eq!(world.gateway.next_due_at(), None);
    assert!(matches!(world.queried(&partner(), "700000001"), QueryAnswer::Found(t) if t.paid().is_some()), "lost, but a query finds it");
    *world.gateway.faults() = Default::default();

    world.gateway.faults().delay_us = 10 * SECOND;
    world.gateway.pay_and_notify("700000002").unwrap();
    assert!(world.gateway.deliver_due(world.now()).is_empty());
    *world.gateway.faults() = Default::default();

    world.pass(10 * SECOND);
    world.gateway.pay_and_notify("700000003").unwrap();
    world.gateway.pay_and_notify("700000004").unwrap();
    {
        let mut faults = world.gateway.faults();
        (faults.newest_first, faults.extra_copies) = (true, 2);
    }
    assert_eq!(world.gateway.deliver_due(world.now()).len(), 9);
    let order: Vec<String> = world
        .mailbox
        .take()
        .iter()
        .map(|letter| match world.opened(letter) {
            Notification::Payment(transaction) => transaction.out_trade_no,
            other => panic!("{other:?}"),
        })
        .collect();
    let thrice = |no: &str| vec![no.to_owned(); 3];
    assert_eq!(order, [thrice("700000004"), thrice("700000003"), thrice("700000002")].concat());
}

#[test]
fn no_forgery_passes_as_a_payment_of_this_order() {
    for merchant in [direct(), partner()] {
        let world = world();
        world.placed(&merchant, "700000001", 4118);
        for forgery in Forgery::ALL {
            let forged = world.gateway.forge("700000001", forgery).unwrap();
            let believed = world.verifiers.verify(&forged.signed_headers(), &forged.body, world.now() / SECOND);
            let refused_by_signature = match forgery {
                Forgery::WrongKey | Forgery::Truncated | Forgery::ChangedByte => Some(SignatureRefused::WrongSignature),
                Forgery::UnknownSerial => Some(SignatureRefused::UnknownSerial("PUB_KEY_ID_0000000000000000000000000000000000".into())),
                Forgery::Aged { seconds } => Some(SignatureRefused::ClockApart(seconds)),
                Forgery::Probe => Some(SignatureRefused::Probe),
                _ => None,
            };
            assert_eq!(believed.err(), refused_by_signature, "{forgery:?}");
            if refused_by_signature.is_some() {
                continue;
            }
            let read = read_notification(&forged.body, &world.key);
            if forgery == Forgery::WrongSeal {
                assert!(read.is_err());
                continue;
            }
            // The rest is honest in form; only comparing it with the intent can refuse it.
            let Ok(Notification::Payment(transaction)) = read else { panic!("{forgery:?}") };
            let agrees = transaction.paid().is_some_and(|paid| {
                merchant.is_payee_of(paid.merchant) && (paid.out_trade_no, paid.total_fen, paid.currency) == ("700000001", 4118, "CNY")
            });
            assert!(!agrees, "{forgery:?}");
        }
        assert!(
            matches!(world.queried(&merchant, "700000001"), QueryAnswer::Found(t) if t.trade_state == TradeState::NotPay),
            "nothing was paid"
        );
    }
}

#[test]
fn a_failing_api_leaves_the_platform_unsure_and_a_query_settles_it() {
    let world = world();
    let place = || world.call_unverified(wechat::jsapi(&partner(), &world.order("700000001", 100), Payer::Openid("oDonor")).unwrap());
    world.gateway.faults().api_failures = vec![ApiFailure::Before, ApiFailure::TooOften];
    for _ in 0..2 {
        let answer = place();
        assert!(matches!(wechat::read_order(answer.status, &answer.body), OrderAnswer::Unknown { .. }));
    }
    assert_eq!(world.queried(&partner(), "700000001"), QueryAnswer::NotExist);
    world.gateway.faults().api_failures = vec![ApiFailure::After];
    let answer = place();
    assert!(matches!(wechat::read_order(answer.status, &answer.body), OrderAnswer::Unknown { .. }));
    assert!(matches!(world.queried(&partner(), "700000001"), QueryAnswer::Found(_)), "it had happened");
    world.gateway.faults().api_failures = vec![ApiFailure::ForgedAnswer];
    let answer = place();
    let refused = world.verifiers.verify(&answer.signed_headers(), &answer.body, world.now() / SECOND);
    assert_eq!((answer.status, refused), (200, Err(SignatureRefused::WrongSignature)));
    world.gateway.faults().api_delay_ms = 30;
    let started = std::time::Instant::now();
    place();
    assert!(started.elapsed().as_millis() >= 30);
}

fn bill(world: &World) -> Result<wechat::Bill, BillRefused> {
    let answer = world.call(wechat::trade_bill(&partner(), jiff::civil::date(2026, 9, 9), BillKind::All));
    let BillAnswer::Ready(link) = wechat::read_bill_link(answer.status, &answer.body) else { panic!("{}", answer.text()) };
    let file = world.call_unverified(wechat::bill_download(&link, &world.base).unwrap());
    wechat::read_bill(&file.body, &link.sha1_hex)
}

#[test]
fn broken_bills_are_refused_and_wrong_ones_are_read_for_reconciliation_to_find() {
    let world = world();
    for (no, fen) in [("700000001", 100), ("700000002", 200)] {
        world.placed(&partner(), no, fen);
        world.gateway.pay(no, world.now()).unwrap();
    }
    world.pass(DAY);
    let totals = |fault| {
        world.gateway.faults().bill = fault;
        bill(&world).map(|bill| (bill.summary.rows, bill.summary.order_fen))
    };
    assert_eq!(totals(None), Ok((2, 300)));
    assert!(matches!(totals(Some(BillFault::CorruptByte)), Err(BillRefused::Hash { .. })));
    assert_eq!(totals(Some(BillFault::DropRow)), Ok((1, 200)));
    assert_eq!(totals(Some(BillFault::AlterAmount)), Ok((2, 301)));
}

#[test]
fn a_refund_that_fails_leaves_the_money_to_be_refunded_again() {
    let world = world();
    world.placed(&partner(), "700000001", 100);
    world.gateway.pay("700000001", world.now()).unwrap();
    let refund = |no: &str| {
        let url = Some(world.mailbox.url.as_str());
        let of = RefundOf::OutTradeNo("700000001");
        let new = NewRefund { of, out_refund_no: no, reason: "捐赠人申请", refund_fen: 100, total_fen: 100, notify_url: url };
        let answer = world.call(wechat::refund(&partner(), &new).unwrap());
        (answer.status, world.gateway.deliver_due(world.now()).len())
    };
    world.gateway.faults().refund_end = RefundEnd::Closed;
    assert_eq!(refund("800000001"), (200, 1));
    let Notification::Refund(notice) = world.opened(&world.mailbox.take()[0]) else { panic!() };
    assert_eq!((notice.status, notice.success_at), (RefundStatus::Closed, None));
    assert!(matches!(world.queried(&partner(), "700000001"), QueryAnswer::Found(t) if t.trade_state == TradeState::Success));
    world.gateway.faults().refund_end = RefundEnd::Abnormal;
    assert_eq!(refund("800000002"), (200, 1), "a closed refund gave nothing back");
    assert_eq!(refund("800000003").0, 400, "an abnormal one still holds the money");
}
