//! What leaves the house: signatures as another implementation computes them, bodies as the documents describe them, and what we refuse to send.

use serde_json::{Value, json};
use wechat::{H5Scene, Merchant, Method, NewOrder, NewRefund, Nonce, OrderRefused, Payer, RefundOf, RefundRefused, Signer};

use crate::fixtures::{self, direct, file, partner, text};

const NOTIFY: &str = "https://give.example.org/notifications/wechat";

fn order() -> NewOrder<'static> {
    NewOrder {
        out_trade_no: "7215545057280",
        description: "白果村小学午餐",
        amount_fen: 4118,
        notify_url: NOTIFY,
        expires_at: 1_788_913_800_000_000,
        attach: Some("gift"),
    }
}

fn signer(mchid: &str) -> (Signer, i64, Nonce) {
    let vectors = fixtures::json("request.json");
    let bytes: Vec<u8> = (0..16).map(|i| u8::from_str_radix(&text(&vectors, "nonce_bytes_hex")[2 * i..2 * i + 2], 16).unwrap()).collect();
    let signer =
        Signer::new(mchid, text(&vectors, "merchant_serial"), &file("throwaway_merchant_key.pem"), text(&vectors, "public_key_id"))
            .unwrap();
    (signer, vectors["timestamp_s"].as_i64().unwrap(), Nonce::from_bytes(bytes.try_into().unwrap()))
}

fn header<'a>(request: &'a wechat::HttpRequest, name: &str) -> &'a str {
    &request.headers.iter().find(|(n, _)| *n == name).unwrap().1
}

fn body(request: &wechat::HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

#[test]
fn an_order_is_signed_as_another_implementation_signs_it() {
    let vectors = fixtures::json("request.json");
    let (signer, at_s, nonce) = signer("1900000100");
    let mut request = wechat::jsapi(&partner(), &order(), Payer::Openid("oUpF8uMuAJO")).unwrap();
    signer.sign(&mut request, at_s, &nonce).unwrap();
    assert_eq!(request.path_and_query, "/v3/pay/partner/transactions/jsapi");
    // The vector's body has its own order of fields; the signature covers ours, so sign the vector's bytes to compare.
    assert_eq!(body(&request), serde_json::from_str::<Value>(text(&vectors["jsapi_partner"], "body")).unwrap());
    let mut same = wechat::HttpRequest { body: text(&vectors["jsapi_partner"], "body").into(), headers: Vec::new(), ..request.clone() };
    signer.sign(&mut same, at_s, &nonce).unwrap();
    assert_eq!(header(&same, "Authorization"), text(&vectors["jsapi_partner"], "authorization"));
    assert_eq!(header(&same, "Wechatpay-Serial"), text(&vectors, "public_key_id"));
    assert_eq!(header(&same, "Content-Type"), "application/json");
    assert_eq!(header(&same, "Accept"), "application/json");
    assert!(header(&same, "User-Agent").starts_with("huihai/"));
}

#[test]
fn a_query_is_signed_with_its_query_string_and_an_empty_body() {
    let vectors = fixtures::json("request.json");
    let (signer, at_s, nonce) = signer("1900000109");
    let mut request = wechat::query_by_out_trade_no(&direct(), "7215545057280").unwrap();
    signer.sign(&mut request, at_s, &nonce).unwrap();
    assert_eq!(request.path_and_query, text(&vectors["query_direct"], "path"));
    assert_eq!(header(&request, "Authorization"), text(&vectors["query_direct"], "authorization"));
    assert!(!request.headers.iter().any(|(name, _)| *name == "Content-Type"), "a GET has no content");
}

#[test]
fn the_phone_gets_the_parameters_another_implementation_computes() {
    let vectors = fixtures::json("request.json");
    let (signer, at_s, nonce) = signer("1900000109");
    let parameters = signer.pay_parameters("wx8888888888888888", "wx26112221580621e9b071c00d9e093b0000", at_s, &nonce).unwrap();
    assert_eq!(serde_json::to_value(parameters).unwrap(), vectors["pay_parameters"]);
}

#[test]
fn the_three_kinds_of_order_in_both_modes() {
    let scene = H5Scene { payer_client_ip: "2001:db8::1", app_name: "汇海", app_url: "https://give.example.org" };
    let direct_h5 = wechat::h5(&direct(), &order(), scene).unwrap();
    assert_eq!((direct_h5.method, direct_h5.path_and_query.as_str()), (Method::Post, "/v3/pay/transactions/h5"));
    assert_eq!(
        body(&direct_h5),
        json!({
            "appid": "wx8888888888888888", "mchid": "1900000109", "description": "白果村小学午餐", "out_trade_no": "7215545057280",
            "time_expire": "2026-09-09T08:30:00+08:00", "attach": "gift", "notify_url": NOTIFY, "amount": {"total": 4118, "currency": "CNY"},
            "scene_info": {"payer_client_ip": "2001:db8::1", "h5_info": {"type": "Wap", "app_name": "汇海", "app_url": "https://give.example.org"}},
        })
    );
    let native = wechat::native(&partner(), &NewOrder { attach: None, ..order() }).unwrap();
    assert_eq!(native.path_and_query, "/v3/pay/partner/transactions/native");
    assert!(body(&native).get("attach").is_none() && body(&native).get("payer").is_none());

    let payer = |merchant: &Merchant, payer| body(&wechat::jsapi(merchant, &order(), payer).unwrap())["payer"].clone();
    assert_eq!(payer(&direct(), Payer::Openid("o1")), json!({"openid": "o1"}));
    assert_eq!(payer(&partner(), Payer::Openid("o1")), json!({"sp_openid": "o1"}));
    assert_eq!(payer(&partner(), Payer::SubOpenid("o1")), json!({"sub_openid": "o1"}));
    assert_eq!(wechat::jsapi(&direct(), &order(), Payer::SubOpenid("o1")), Err(OrderRefused::NoSubAppid));
}

#[test]
fn queries_closings_refunds_and_bills_address_the_right_account() {
    let get = |request: wechat::HttpRequest| request.path_and_query;
    assert_eq!(
        get(wechat::query_by_out_trade_no(&partner(), "7215545|57280").unwrap()),
        "/v3/pay/partner/transactions/out-trade-no/7215545%7C57280?sp_mchid=1900000100&sub_mchid=1900000109"
    );
    assert_eq!(get(wechat::query_by_transaction_id(&direct(), "42001").unwrap()), "/v3/pay/transactions/id/42001?mchid=1900000109");
    assert!(wechat::query_by_transaction_id(&direct(), "42/../1").is_err());

    let close = wechat::close(&partner(), "7215545057280").unwrap();
    assert_eq!(close.path_and_query, "/v3/pay/partner/transactions/out-trade-no/7215545057280/close");
    assert_eq!(body(&close), json!({"sp_mchid": "1900000100", "sub_mchid": "1900000109"}));
    assert_eq!(body(&wechat::close(&direct(), "7215545057280").unwrap()), json!({"mchid": "1900000109"}));

    let new = NewRefund {
        of: RefundOf::TransactionId("4200002345202609091234567890"),
        out_refund_no: "7215545057281",
        reason: "捐赠人申请",
        refund_fen: 118,
        total_fen: 4118,
        notify_url: Some(NOTIFY),
    };
    let refund = wechat::refund(&partner(), &new).unwrap();
    assert_eq!(refund.path_and_query, "/v3/refund/domestic/refunds");
    assert_eq!(
        body(&refund),
        json!({
            "sub_mchid": "1900000109", "transaction_id": "4200002345202609091234567890", "out_refund_no": "7215545057281", "reason": "捐赠人申请",
            "notify_url": NOTIFY, "amount": {"refund": 118, "total": 4118, "currency": "CNY"},
        })
    );
    let by_number = NewRefund { of: RefundOf::OutTradeNo("7215545057280"), notify_url: None, ..new };
    assert!(body(&wechat::refund(&direct(), &by_number).unwrap()).get("sub_mchid").is_none());
    assert_eq!(
        get(wechat::query_refund(&partner(), "7215545057281").unwrap()),
        "/v3/refund/domestic/refunds/7215545057281?sub_mchid=1900000109"
    );
    assert_eq!(get(wechat::query_refund(&direct(), "7215545057281").unwrap()), "/v3/refund/domestic/refunds/7215545057281");
    for (refund_fen, total_fen) in [(0, 10), (-1, 10), (11, 10)] {
        assert_eq!(
            wechat::refund(&direct(), &NewRefund { refund_fen, total_fen, ..new }),
            Err(RefundRefused::Amount { refund_fen, total_fen })
        );
    }
    assert!(wechat::refund(&direct(), &NewRefund { reason: "", ..new }).is_err());
    assert!(wechat::refund(&direct(), &NewRefund { out_refund_no: "a b", ..new }).is_err());
    assert!(wechat::refund(&direct(), &NewRefund { of: RefundOf::OutTradeNo(""), ..new }).is_err());
}

#[test]
fn orders_we_refuse_to_send() {
    let refused = |order: NewOrder<'_>| wechat::native(&direct(), &order).unwrap_err();
    for no in ["12345", "123456789012345678901234567890123", "12 3456", "12/3456", "号码号码号码", ""] {
        assert_eq!(refused(NewOrder { out_trade_no: no, ..order() }), OrderRefused::OutTradeNo(no.into()));
    }
    for no in ["123456", "12345678901234567890123456789012", "a_b-c|d*"] {
        wechat::native(&direct(), &NewOrder { out_trade_no: no, ..order() }).unwrap();
    }
    for amount_fen in [0, -1, i64::MIN] {
        assert_eq!(refused(NewOrder { amount_fen, ..order() }), OrderRefused::Amount(amount_fen));
    }
    let long = "中".repeat(43);
    for description in ["", long.as_str(), "a\nb", "a`b"] {
        assert_eq!(refused(NewOrder { description, ..order() }), OrderRefused::Description(description.len()));
    }
    let urls =
        ["http://give.example.org/n", "https://give.example.org/n?x=1", "ftp://x", "http://127.0.0.1.evil.example/n", "https://a/ b"];
    for notify_url in urls {
        assert_eq!(refused(NewOrder { notify_url, ..order() }), OrderRefused::NotifyUrl(notify_url.into()));
    }
    wechat::native(&direct(), &NewOrder { notify_url: "http://127.0.0.1:8080/n", ..order() }).unwrap();
    assert_eq!(refused(NewOrder { expires_at: i64::MAX, ..order() }), OrderRefused::Expiry(i64::MAX));
    let attach = "a".repeat(129);
    assert_eq!(refused(NewOrder { attach: Some(&attach), ..order() }), OrderRefused::Attach(129));
    let scene = H5Scene { payer_client_ip: "localhost", app_name: "汇海", app_url: "https://give.example.org" };
    assert_eq!(wechat::h5(&direct(), &order(), scene).unwrap_err(), OrderRefused::ClientIp("localhost".into()));
    assert_eq!(wechat::jsapi(&direct(), &order(), Payer::Openid("")).unwrap_err(), OrderRefused::Openid);
}

#[test]
fn a_long_project_name_is_shortened_between_characters() {
    let long = format!("给\n白`果村{}", "的孩子".repeat(30));
    let short = wechat::shorten_description(&long);
    assert!(short.len() <= 127 && short.len() > 124 && short.starts_with("给 白 果村"));
    wechat::native(&direct(), &NewOrder { description: &short, ..order() }).unwrap();
    assert_eq!(wechat::shorten_description("午餐"), "午餐");
}
