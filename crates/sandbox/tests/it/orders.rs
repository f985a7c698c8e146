//! The way of one order in both modes: placed, paid, notified, refunded, billed.

use wechat::{CloseAnswer, H5Scene, Merchant, Notification, OrderAnswer, QueryAnswer, SignatureRefused, Signer, TradeState, Verifiers};

use crate::world::{DAY, SECOND, direct, partner, state_of, world};

#[test]
fn an_order_is_paid_and_the_platform_hears_of_it() {
    for (merchant, no) in [(direct(), "700000001"), (partner(), "700000002")] {
        let world = world();
        assert_eq!(world.queried(&merchant, no), QueryAnswer::NotExist);
        world.placed(&merchant, no, 4118);
        assert_eq!(state_of(&world, &merchant, no), TradeState::NotPay);

        world.gateway.pay_and_notify(no).unwrap();
        let deliveries = world.gateway.deliver_due(world.now());
        assert_eq!(deliveries.iter().map(|d| (d.attempt, d.answer.clone())).collect::<Vec<_>>(), [(1, Ok(204))]);
        let letters = world.mailbox.take();
        let Notification::Payment(transaction) = world.opened(&letters[0]) else { panic!() };
        let paid = transaction.paid().unwrap();
        assert_eq!((letters.len(), paid.out_trade_no, paid.total_fen, paid.paid_at), (1, no, 4118, world.now()));
        assert!(merchant.is_payee_of(paid.merchant));
        assert_eq!(transaction.attach.as_deref(), Some("gift"));

        assert_eq!(state_of(&world, &merchant, no), TradeState::Success);
        let by_id = world.call(wechat::query_by_transaction_id(&merchant, paid.transaction_id).unwrap());
        assert_eq!(wechat::read_query(by_id.status, &by_id.body), QueryAnswer::Found(Box::new(transaction.clone())));
        world.pass(DAY);
        assert!(world.gateway.deliver_due(world.now()).is_empty(), "acknowledged once is enough");
    }
}

#[test]
fn one_modes_account_does_not_see_the_others_orders() {
    let world = world();
    world.placed(&partner(), "700000001", 1);
    assert_eq!(world.queried(&direct(), "700000001"), QueryAnswer::NotExist);
    let Merchant::Partner { sp_appid, sp_mchid, .. } = partner() else { unreachable!() };
    let other = Merchant::Partner { sp_appid, sp_mchid, sub_appid: None, sub_mchid: "1900000777".into() };
    assert_eq!(world.queried(&other, "700000001"), QueryAnswer::NotExist);
    let close = world.call(wechat::close(&other, "700000001").unwrap());
    assert!(matches!(wechat::read_close(close.status, &close.body), CloseAnswer::Refused(_)));
    assert_eq!(state_of(&world, &partner(), "700000001"), TradeState::NotPay);
}

#[test]
fn the_same_number_is_taken_again_only_with_the_same_fields() {
    let world = world();
    let order = world.order("700000001", 100);
    let place = |order: &wechat::NewOrder<'_>| {
        let answer = world.call(wechat::native(&partner(), order).unwrap());
        wechat::read_order(answer.status, &answer.body)
    };
    let first = place(&order);
    assert!(matches!(&first, OrderAnswer::Native { code_url } if code_url.starts_with("/sandbox/cashier/wx")));
    assert_eq!(place(&order), first);
    assert!(matches!(place(&wechat::NewOrder { amount_fen: 101, ..order }), OrderAnswer::Refused(e) if e.code == "OUT_TRADE_NO_USED"));
    world.gateway.pay("700000001", world.now()).unwrap();
    assert_eq!(place(&order), OrderAnswer::AlreadyPaid);
    let close = world.call(wechat::close(&partner(), "700000001").unwrap());
    assert_eq!(wechat::read_close(close.status, &close.body), CloseAnswer::AlreadyPaid);
}

#[test]
fn a_closed_or_expired_order_cannot_be_paid() {
    let world = world();
    world.placed(&partner(), "700000001", 100);
    let close = || {
        let answer = world.call(wechat::close(&partner(), "700000001").unwrap());
        wechat::read_close(answer.status, &answer.body)
    };
    assert_eq!((close(), close()), (CloseAnswer::Closed, CloseAnswer::Closed));
    assert_eq!(state_of(&world, &partner(), "700000001"), TradeState::Closed);
    assert!(world.gateway.pay("700000001", world.now()).is_err());

    world.placed(&partner(), "700000002", 100);
    world.pass(3600 * SECOND);
    assert_eq!(state_of(&world, &partner(), "700000002"), TradeState::Closed);
    assert!(world.gateway.pay("700000002", world.now()).is_err());
    assert!(world.gateway.pay("700000404", world.now()).is_err());
}

#[test]
fn requests_that_are_not_the_merchants_get_401() {
    let world = world();
    let good = world.signed(wechat::query_by_out_trade_no(&partner(), "700000001").unwrap());
    let code = |request: &wechat::HttpRequest| {
        let answer = world.send(request);
        world.verifiers.verify(&answer.signed_headers(), &answer.body, world.now() / SECOND).unwrap();
        (answer.status, serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(code(&good), (404, "ORDER_NOT_EXIST".into()));
    let refused = (401, "SIGN_ERROR".to_owned());

    let mut elsewhere = good.clone();
    elsewhere.path_and_query = good.path_and_query.replace("700000001", "700000002");
    assert_eq!(code(&elsewhere), refused);
    let mut with_body = world.signed(wechat::native(&partner(), &world.order("700000001", 1)).unwrap());
    with_body.body.push(b' ');
    assert_eq!(code(&with_body), refused);
    let change = |from: &str, to: &str| {
        let mut request = good.clone();
        let (_, value) = request.headers.iter_mut().find(|(name, _)| *name == "Authorization").unwrap();
        assert!(value.contains(from));
        *value = value.replace(from, to);
        request
    };
    for (from, to) in
        [("mchid=\"1900000100\"", "mchid=\"1900000101\""), ("nonce_str=\"0", "nonce_str=\"1"), ("serial_no=\"", "serial_no=\"0")]
    {
        assert_eq!(code(&change(from, to)), refused, "{from}");
    }
    for (from, to) in [("WECHATPAY2-SHA256-RSA2048 ", "Bearer "), ("timestamp", "time"), ("signature=\"", "signature=\"AA")] {
        assert_eq!(code(&change(from, to)), refused, "{from}");
    }
    let mut without = good.clone();
    without.headers.retain(|(name, _)| *name != "Authorization");
    assert_eq!(code(&without), refused);
    world.pass(300 * SECOND);
    assert_eq!(code(&good), refused, "five minutes later it is too old");
}

#[test]
fn both_signature_modes_and_the_first_certificate_download() {
    let world = world();
    let credentials = world.gateway.credentials();
    // A merchant in certificate mode that holds nothing yet.
    let serial = &credentials.certificate_serial;
    let signer =
        Signer::new(&credentials.mchid, &credentials.merchant_serial, credentials.merchant_private_key_pem.as_bytes(), serial).unwrap();
    let mut request = wechat::certificates();
    signer.sign(&mut request, world.now() / SECOND, &wechat::Nonce::from_bytes([7; 16])).unwrap();
    let answer = world.send(&request);
    let nothing = Verifiers::default();
    let (held, report) =
        nothing.with_certificates(&answer.signed_headers(), answer.status, &answer.body, &world.key, world.now() / SECOND).unwrap();
    assert_eq!((report.added.len(), &report.announced[0].0), (1, serial));

    world.placed(&partner(), "700000001", 100);
    world.gateway.faults().sign_by_certificate = true;
    let notification = world.gateway.pay("700000001", world.now()).unwrap();
    held.verify(&notification.signed_headers(), &notification.body, world.now() / SECOND).unwrap();
    let refused = world.verifiers.verify(&notification.signed_headers(), &notification.body, world.now() / SECOND);
    assert_eq!(refused, Err(SignatureRefused::UnknownSerial(serial.clone())));
}

#[test]
fn a_phone_outside_wechat_gets_a_link_of_its_own_host() {
    let world = world();
    let scene = H5Scene { payer_client_ip: "127.0.0.1", app_name: "汇海", app_url: "https://give.example.org" };
    let answer = world.call(wechat::h5(&partner(), &world.order("700000001", 100), scene).unwrap());
    let OrderAnswer::H5 { h5_url } = wechat::read_order(answer.status, &answer.body) else { panic!() };
    assert!(h5_url.starts_with("/sandbox/cashier/wx") && h5_url.ends_with("?package=h5"), "{h5_url}");
    assert_eq!(world.visit(&h5_url).status, 200);
}
