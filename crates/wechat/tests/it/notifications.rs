//! Opening what the channel sends, and what is refused after the signature has held.

use wechat::{ApiV3Key, Merchant, Notification, NotificationAnswer, NotificationRefused, RefundStatus, TradeState, read_notification};

use crate::fixtures::{Signed, direct, json, key, partner, text, verifiers};

const PAID_AT: i64 = 1_788_911_998_000_000;

fn payment(name: &str) -> wechat::Transaction {
    let vectors = json("notifications.json");
    let signed = Signed::of(&vectors[name]);
    signed.verify(&verifiers(), vectors["now_s"].as_i64().unwrap()).unwrap();
    match read_notification(&signed.body, &key()).unwrap() {
        Notification::Payment(transaction) => transaction,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_payment_to_an_own_merchant_number() {
    let transaction = payment("direct");
    assert_eq!(transaction.merchant, direct());
    assert_eq!(transaction.trade_state, TradeState::Success);
    assert_eq!(transaction.attach.as_deref(), Some("gift"));
    assert_eq!(transaction.openid.as_deref(), Some("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"));
    let paid = transaction.paid().unwrap();
    assert_eq!((paid.out_trade_no, paid.transaction_id), ("7215545057280", "4200002345202609091234567890"));
    assert_eq!((paid.total_fen, paid.currency, paid.paid_at), (4118, "CNY", PAID_AT));
}

#[test]
fn a_payment_to_a_charity_under_a_service_provider() {
    for name in ["partner", "empty_associated_data"] {
        let transaction = payment(name);
        assert_eq!(transaction.merchant, partner());
        assert_eq!(transaction.sub_openid.as_deref(), Some("oSubAAAAAAAAAAAAAAAAAAAAAAAA"));
        assert_eq!(transaction.paid().unwrap().total_fen, 4118);
    }
}

#[test]
fn a_notification_for_another_merchant_is_recognised() {
    let Merchant::Partner { sp_appid, sp_mchid, sub_appid, .. } = partner() else { unreachable!() };
    let other = Merchant::Partner { sp_appid: sp_appid.clone(), sp_mchid: sp_mchid.clone(), sub_appid, sub_mchid: "1900000999".into() };
    let no_sub_appid = Merchant::Partner { sp_appid, sp_mchid, sub_appid: None, sub_mchid: "1900000109".into() };
    let reported = payment("partner").merchant;
    assert!(partner().is_payee_of(&reported));
    assert!(no_sub_appid.is_payee_of(&reported), "an appid stated by one side only is no contradiction");
    assert!(!other.is_payee_of(&reported));
    assert!(!direct().is_payee_of(&reported));
}

#[test]
fn a_refund() {
    let vectors = json("notifications.json");
    let signed = Signed::of(&vectors["refund"]);
    let Notification::Refund(notice) = read_notification(&signed.body, &key()).unwrap() else { panic!() };
    assert_eq!((notice.mchid.as_str(), notice.sub_mchid.as_deref()), ("1900000100", Some("1900000109")));
    assert_eq!((notice.refund_fen, notice.total_fen), (118, 4118));
    assert_eq!((notice.status, notice.out_refund_no.as_str()), (RefundStatus::Success, "7215545057281"));
    assert_eq!(notice.success_at, Some(PAID_AT + 1_000_000));
}

#[test]
fn a_truncated_body_never_opens() {
    let vectors = json("notifications.json");
    let key = key();
    for name in ["direct", "refund"] {
        let body = Signed::of(&vectors[name]).body;
        for cut in 0..body.len() {
            let refused = read_notification(&body[..cut], &key).unwrap_err();
            assert!(matches!(refused, NotificationRefused::NotJson(_)), "cut at {cut}: {refused}");
        }
    }
}

#[test]
fn a_changed_ciphertext_nonce_or_associated_data_never_opens() {
    let vectors = json("notifications.json");
    let envelope: serde_json::Value = serde_json::from_slice(&Signed::of(&vectors["direct"]).body).unwrap();
    let key = key();
    for field in ["ciphertext", "nonce", "associated_data", "algorithm"] {
        let good = text(&envelope["resource"], field).to_owned();
        for index in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            // Another letter of the base64 alphabet, so that the change reaches the cipher.
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let mut changed = envelope.clone();
            changed["resource"][field] = String::from_utf8(bytes).unwrap().into();
            let refused = read_notification(changed.to_string().as_bytes(), &key).unwrap_err();
            assert!(matches!(refused, NotificationRefused::NotOpened(_)), "{field} {index}: {refused}");
        }
    }
    let other = ApiV3Key::new(&[9; 32]).unwrap();
    assert!(matches!(read_notification(envelope.to_string().as_bytes(), &other), Err(NotificationRefused::NotOpened(_))));
}

/// Seals a plaintext of our own, to see what an honest channel that says too little gets.
fn sealed(event_type: &str, plain: &serde_json::Value) -> Result<Notification, NotificationRefused> {
    let ciphertext = key().seal(b"abcdefghijkl", b"transaction", plain.to_string().as_bytes());
    let resource = serde_json::json!({
        "algorithm": "AEAD_AES_256_GCM", "ciphertext": ciphertext, "nonce": "abcdefghijkl", "associated_data": "transaction"});
    read_notification(serde_json::json!({"event_type": event_type, "resource": resource}).to_string().as_bytes(), &key())
}

#[test]
fn only_a_complete_success_counts_as_paid() {
    let full: serde_json::Value = serde_json::from_str(text(&json("notifications.json")["direct"], "plain")).unwrap();
    let paid = |plain: &serde_json::Value| match sealed("TRANSACTION.SUCCESS", plain) {
        Ok(Notification::Payment(transaction)) => Ok(transaction.paid().is_some()),
        Ok(other) => panic!("{other:?}"),
        Err(refused) => Err(refused),
    };
    assert_eq!(paid(&full), Ok(true));
    for state in ["NOTPAY", "CLOSED", "REFUND", "USERPAYING", "REVOKED", "PAYERROR", "SOMETHING_NEW", ""] {
        let mut plain = full.clone();
        plain["trade_state"] = state.into();
        assert_eq!(paid(&plain), Ok(false), "{state}");
    }
    for field in ["transaction_id", "success_time", "amount"] {
        let mut plain = full.clone();
        plain.as_object_mut().unwrap().remove(field);
        assert_eq!(paid(&plain), Ok(false), "without {field}");
    }
    for field in ["mchid", "appid", "out_trade_no", "trade_state"] {
        let mut plain = full.clone();
        plain.as_object_mut().unwrap().remove(field);
        assert!(matches!(paid(&plain), Err(NotificationRefused::Incomplete(_))), "without {field}");
    }
    for total in [serde_json::json!(41.18), serde_json::json!("4118"), serde_json::json!(1e30)] {
        let mut plain = full.clone();
        plain["amount"]["total"] = total;
        assert!(matches!(paid(&plain), Err(NotificationRefused::Incomplete(_))), "amounts are whole fen");
    }
    for total in [0, -1] {
        let mut plain = full.clone();
        plain["amount"]["total"] = total.into();
        assert_eq!(paid(&plain), Ok(false));
    }
    let mut both = full.clone();
    both["sp_mchid"] = "1".into();
    both["sub_mchid"] = "2".into();
    assert!(matches!(paid(&both), Err(NotificationRefused::Incomplete(_))), "two modes at once");
}

#[test]
fn an_event_we_do_not_know_is_named_not_guessed() {
    let other = read_notification(br#"{"event_type":"PAYSCORE.USER_OPEN_SERVICE","resource":{}}"#, &key());
    assert!(matches!(other, Err(NotificationRefused::NotJson(_))), "a resource must be whole even if we do not open it");
    let other = read_notification(br#"{"event_type":"PAYSCORE.USER_OPEN_SERVICE"}"#, &key()).unwrap();
    assert_eq!(other, Notification::Other { event_type: "PAYSCORE.USER_OPEN_SERVICE".into() });
}

#[test]
fn what_we_answer() {
    assert_eq!(NotificationAnswer::taken(), NotificationAnswer { status: 204, body: Vec::new() });
    let refused = NotificationAnswer::refused(401, "signature \"wrong\"");
    let body: serde_json::Value = serde_json::from_slice(&refused.body).unwrap();
    assert_eq!((refused.status, body), (401, serde_json::json!({"code": "FAIL", "message": "signature \"wrong\""})));
}

#[test]
fn sealing_agrees_with_another_implementation() {
    let vectors = json("seal.json");
    let key = ApiV3Key::new(text(&vectors, "key").as_bytes()).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let (nonce, aad, plain) =
            (text(case, "nonce").as_bytes(), text(case, "associated_data").as_bytes(), text(case, "plain").as_bytes());
        assert_eq!(key.seal(nonce.try_into().unwrap(), aad, plain), text(case, "ciphertext"));
        assert_eq!(key.open("AEAD_AES_256_GCM", nonce, aad, text(case, "ciphertext")).unwrap(), plain);
    }
}
