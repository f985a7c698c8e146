//! Money that goes back, and the bill in which everything stands.

use wechat::{BillAnswer, BillKind, NewRefund, Notification, RefundAnswer, RefundOf, RefundQueryAnswer, RefundStatus, TradeState};

use crate::world::{SECOND, direct, partner, state_of, world};

#[test]
fn a_refund_is_accepted_then_ends_then_is_notified() {
    for (merchant, mode) in [(direct(), "direct"), (partner(), "partner")] {
        let world = world();
        world.placed(&merchant, "700000001", 4118);
        let new = NewRefund {
            of: RefundOf::OutTradeNo("700000001"),
            out_refund_no: "800000001",
            reason: "捐赠人申请",
            refund_fen: 118,
            total_fen: 4118,
            notify_url: Some(&world.mailbox.url),
        };
        let refund = |new: &NewRefund<'_>| {
            let answer = world.call(wechat::refund(&merchant, new).unwrap());
            wechat::read_refund(answer.status, &answer.body)
        };
        let query = |no: &str| {
            let answer = world.call(wechat::query_refund(&merchant, no).unwrap());
            wechat::read_refund_query(answer.status, &answer.body)
        };
        assert!(matches!(refund(&new), RefundAnswer::Refused(_)), "{mode}: not paid yet");
        world.gateway.pay("700000001", world.now()).unwrap();
        assert_eq!(query("800000001"), RefundQueryAnswer::NotExist);

        world.gateway.faults().refund_takes_us = 60 * SECOND;
        let RefundAnswer::Accepted(accepted) = refund(&new) else { panic!() };
        assert_eq!((accepted.status, accepted.refund_fen, accepted.success_at), (RefundStatus::Processing, 118, None));
        let RefundAnswer::Accepted(again) = refund(&new) else { panic!() };
        assert_eq!(again.refund_id, accepted.refund_id, "the same number is the same refund");
        assert!(matches!(refund(&NewRefund { refund_fen: 119, ..new }), RefundAnswer::Refused(_)));
        assert!(
            matches!(refund(&NewRefund { out_refund_no: "800000002", refund_fen: 4001, ..new }), RefundAnswer::Refused(_)),
            "more than is left"
        );
        assert!(matches!(refund(&NewRefund { out_refund_no: "800000002", total_fen: 5000, ..new }), RefundAnswer::Refused(_)));

        assert!(world.gateway.deliver_due(world.now()).is_empty());
        world.pass(60 * SECOND);
        let RefundQueryAnswer::Found(ended) = query("800000001") else { panic!() };
        assert_eq!((ended.status, ended.success_at), (RefundStatus::Success, Some(world.now())));
        assert_eq!(world.gateway.deliver_due(world.now()).len(), 1);
        let Notification::Refund(notice) = world.opened(&world.mailbox.take()[0]) else { panic!() };
        assert_eq!((notice.refund_id.as_str(), notice.refund_fen, notice.total_fen), (accepted.refund_id.as_str(), 118, 4118));
        assert_eq!((notice.mchid.as_str(), notice.sub_mchid.as_deref()), ("1900000100", merchant.sub_mchid()));
        assert_eq!(state_of(&world, &merchant, "700000001"), TradeState::Refund);
    }
}

#[test]
fn the_bill_of_a_day_has_its_payments_and_refunds() {
    for merchant in [direct(), partner()] {
        let world = world();
        let day = jiff::civil::date(2026, 9, 9);
        for (no, fen) in [("700000001", 4118), ("700000002", 29)] {
            world.placed(&merchant, no, fen);
            world.gateway.pay(no, world.now()).unwrap();
            world.pass(SECOND);
        }
        world.placed(&merchant, "700000003", 5);
        let new = NewRefund {
            of: RefundOf::OutTradeNo("700000001"),
            out_refund_no: "800000001",
            reason: "捐赠人申请",
            refund_fen: 118,
            total_fen: 4118,
            notify_url: None,
        };
        world.call(wechat::refund(&merchant, &new).unwrap());
        let link = |day, kind| {
            let answer = world.call(wechat::trade_bill(&merchant, day, kind));
            wechat::read_bill_link(answer.status, &answer.body)
        };
        assert!(matches!(link(day, BillKind::All), BillAnswer::Refused(_)), "today is not over");
        world.pass(12 * 3600 * SECOND);
        assert_eq!(link(day, BillKind::All), BillAnswer::NotYet, "just after midnight");
        world.pass(12 * 3600 * SECOND);
        assert_eq!(link(day.yesterday().unwrap(), BillKind::All), BillAnswer::NoBill);
        let BillAnswer::Ready(found) = link(day, BillKind::All) else { panic!() };
        let file = world.call_unverified(wechat::bill_download(&found, &world.base).unwrap());
        assert_eq!(file.signed_headers().signature, None, "a bill's file is not signed");
        let bill = wechat::read_bill(&file.body, &found.sha1_hex).unwrap();
        let rows: Vec<_> =
            bill.rows.iter().map(|r| (r.out_trade_no.as_str(), r.order_fen, r.refund.as_ref().map(|r| r.refund_fen))).collect();
        assert_eq!(rows, [("700000001", 4118, None), ("700000002", 29, None), ("700000001", 0, Some(118))]);
        assert_eq!(bill.rows[0].sub_mchid.as_deref(), merchant.sub_mchid());
        assert_eq!((bill.summary.rows, bill.summary.order_fen, bill.summary.refund_fen), (3, 4147, 118));
        let BillAnswer::Ready(refunds) = link(day, BillKind::Refund) else { panic!() };
        assert_ne!(refunds.sha1_hex, found.sha1_hex);
        world.pass(300 * SECOND);
        assert_eq!(world.call(wechat::bill_download(&found, &world.base).unwrap()).status, 404, "the address lives five minutes");
    }
}
