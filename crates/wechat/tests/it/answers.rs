//! Reading answers: success, refusal, and everything that must stay unknown.

use wechat::{BillAnswer, BillLink, CloseAnswer, OrderAnswer, QueryAnswer, RefundAnswer, RefundQueryAnswer, RefundStatus, TradeState};

const REFUND: &str = r#"{"refund_id":"502","out_refund_no":"721","transaction_id":"420","out_trade_no":"7215545057280","channel":"ORIGINAL",
 "user_received_account":"支付用户零钱","create_time":"2026-09-09T08:00:00+08:00","status":"PROCESSING","funds_account":"AVAILABLE",
 "amount":{"total":4118,"refund":118,"payer_total":4118,"payer_refund":118,"settlement_refund":118,"settlement_total":4118,"discount_refund":0,"currency":"CNY"}}"#;

fn error(code: &str) -> Vec<u8> {
    format!(r#"{{"code":"{code}","message":"说明"}}"#).into_bytes()
}

#[test]
fn orders() {
    assert_eq!(wechat::read_order(200, br#"{"prepay_id":"wx1"}"#), OrderAnswer::Jsapi { prepay_id: "wx1".into() });
    assert_eq!(wechat::read_order(200, br#"{"h5_url":"https://w"}"#), OrderAnswer::H5 { h5_url: "https://w".into() });
    assert_eq!(wechat::read_order(200, br#"{"code_url":"weixin://"}"#), OrderAnswer::Native { code_url: "weixin://".into() });
    assert_eq!(wechat::read_order(403, &error("ORDERPAID")), OrderAnswer::AlreadyPaid);
    assert!(matches!(wechat::read_order(403, &error("OUT_TRADE_NO_USED")), OrderAnswer::Refused(e) if e.code == "OUT_TRADE_NO_USED"));
    for (status, body) in
        [(200, b"{}".as_slice()), (200, b""), (200, br#"{"prepay_id":""}"#), (204, b""), (0, b""), (500, b"x"), (302, b"")]
    {
        assert!(matches!(wechat::read_order(status, body), OrderAnswer::Unknown { .. }), "{status}");
    }
    assert!(matches!(wechat::read_order(500, &error("SYSTEM_ERROR")), OrderAnswer::Unknown { status: 500, .. }));
}

#[test]
fn queries() {
    let unpaid = br#"{"mchid":"1","appid":"wx1","out_trade_no":"7215545057280","trade_state":"NOTPAY","trade_state_desc":"not paid",
        "amount":{"total":4118,"currency":"CNY"}}"#;
    let QueryAnswer::Found(transaction) = wechat::read_query(200, unpaid) else { panic!() };
    assert_eq!(transaction.trade_state, TradeState::NotPay);
    assert_eq!(transaction.paid(), None);
    assert_eq!(wechat::read_query(404, &error("ORDER_NOT_EXIST")), QueryAnswer::NotExist);
    assert!(matches!(wechat::read_query(404, b"<html>"), QueryAnswer::Unknown { .. }), "a proxy's 404 is no statement about an order");
    assert!(matches!(wechat::read_query(200, b"{}"), QueryAnswer::Unknown { .. }));
    assert!(matches!(wechat::read_query(401, &error("SIGN_ERROR")), QueryAnswer::Refused(_)));
}

#[test]
fn closings() {
    assert_eq!(wechat::read_close(204, b""), CloseAnswer::Closed);
    assert_eq!(wechat::read_close(400, &error("ORDER_CLOSED")), CloseAnswer::Closed);
    assert_eq!(wechat::read_close(400, &error("ORDERPAID")), CloseAnswer::AlreadyPaid);
    assert!(matches!(wechat::read_close(202, &error("USERPAYING")), CloseAnswer::Unknown { .. }));
    assert!(matches!(wechat::read_close(200, b""), CloseAnswer::Unknown { .. }), "only 204 is documented");
}

#[test]
fn refunds() {
    let RefundAnswer::Accepted(refund) = wechat::read_refund(200, REFUND.as_bytes()) else { panic!() };
    assert_eq!((refund.status, refund.refund_fen, refund.total_fen), (RefundStatus::Processing, 118, 4118));
    assert_eq!((refund.created_at, refund.success_at), (Some(1_788_912_000_000_000), None));
    let strange = REFUND.replace("PROCESSING", "HALFWAY");
    let RefundQueryAnswer::Found(refund) = wechat::read_refund_query(200, strange.as_bytes()) else { panic!() };
    assert_eq!(refund.status, RefundStatus::Unknown("HALFWAY".into()));
    assert_eq!(wechat::read_refund_query(404, &error("RESOURCE_NOT_EXISTS")), RefundQueryAnswer::NotExist);
    assert!(matches!(wechat::read_refund(403, &error("NOT_ENOUGH")), RefundAnswer::Refused(_)));
    assert!(matches!(wechat::read_refund(500, &error("SYSTEM_ERROR")), RefundAnswer::Unknown { .. }));
    for cut in 0..REFUND.len() {
        assert!(matches!(wechat::read_refund(200, &REFUND.as_bytes()[..cut]), RefundAnswer::Unknown { .. }), "cut at {cut}");
    }
}

#[test]
fn bill_links() {
    let ready = br#"{"hash_type":"SHA1","hash_value":"79bb","download_url":"https://api.mch.weixin.qq.com/v3/billdownload/file?token=x"}"#;
    let BillAnswer::Ready(link) = wechat::read_bill_link(200, ready) else { panic!() };
    let download = wechat::bill_download(&link, wechat::API_BASE).unwrap();
    assert_eq!(download.path_and_query, "/v3/billdownload/file?token=x");
    for url in ["https://api.mch.weixin.qq.com.evil.example/x", "http://api.mch.weixin.qq.com/x", "https://api.mch.weixin.qq.com", "/x", ""]
    {
        let link = BillLink { download_url: url.into(), ..link.clone() };
        assert!(wechat::bill_download(&link, wechat::API_BASE).is_err(), "{url}");
    }
    assert_eq!(wechat::read_bill_link(400, &error("NO_STATEMENT_EXIST")), BillAnswer::NoBill);
    assert_eq!(wechat::read_bill_link(400, &error("STATEMENT_CREATING")), BillAnswer::NotYet);
    assert!(
        matches!(wechat::read_bill_link(404, b"nothing here"), BillAnswer::Unknown { .. }),
        "a missing bill is only what the channel calls one"
    );
    let md5 = br#"{"hash_type":"MD5","hash_value":"79bb","download_url":"https://x"}"#;
    assert!(matches!(wechat::read_bill_link(200, md5), BillAnswer::Unknown { .. }));
}
