//! Notifications as the channel signs and seals them, and as it never would.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wechat::{ApiV3Key, Merchant, SignedHeaders};

use crate::Gateway;
use crate::keys::{forged_signature, random_text};
use crate::state::{PayRefused, rfc3339};

/// A payment to report. Complete in itself: it need not belong to an order of this gateway, which is what a load generator wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentEvent {
    pub merchant: Merchant,
    pub out_trade_no: String,
    pub transaction_id: String,
    /// JSAPI, MWEB (H5) or NATIVE.
    pub trade_type: String,
    pub openid: String,
    pub attach: Option<String>,
    pub total_fen: i64,
    /// Microseconds UTC.
    pub paid_at: i64,
    pub notify_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundEvent {
    pub merchant: Merchant,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub out_refund_no: String,
    pub refund_id: String,
    /// SUCCESS, ABNORMAL or CLOSED.
    pub status: String,
    pub total_fen: i64,
    pub refund_fen: i64,
    pub ended_at: i64,
    pub notify_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    Payment(PaymentEvent),
    Refund(RefundEvent),
}

/// Ready to be posted: five headers and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNotification {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl SignedNotification {
    pub fn signed_headers(&self) -> SignedHeaders<'_> {
        SignedHeaders::read(|name| self.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str()))
    }

    fn set(&mut self, name: &str, value: String) {
        if let Some(header) = self.headers.iter_mut().find(|(n, _)| *n == name) {
            header.1 = value;
        }
    }
}

/// One thing wrong, the rest as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// Signed by someone else's key under the channel's serial.
    WrongKey,
    /// Signed with a key we never announced, under its own name.
    UnknownSerial,
    /// Truly signed, this many seconds ago (negative: in the future).
    Aged {
        seconds: i64,
    },
    /// The channel's own probe whether signatures are checked.
    Probe,
    /// Cut in the middle after signing.
    Truncated,
    /// One byte of the body changed after signing.
    ChangedByte,
    /// Truly signed, but sealed with another APIv3 key.
    WrongSeal,
    /// Truly signed and sealed, one fen too much.
    WrongAmount,
    WrongCurrency,
    /// Truly signed and sealed, paid to another account.
    WrongMerchant,
    /// Truly signed and sealed, for an order we never placed.
    UnknownOrder,
    /// Truly signed and sealed, but the state is not SUCCESS.
    NotPaid,
}

impl Forgery {
    pub const ALL: [Forgery; 12] = [
        Forgery::WrongKey,
        Forgery::UnknownSerial,
        Forgery::Aged { seconds: 300 },
        Forgery::Probe,
        Forgery::Truncated,
        Forgery::ChangedByte,
        Forgery::WrongSeal,
        Forgery::WrongAmount,
        Forgery::WrongCurrency,
        Forgery::WrongMerchant,
        Forgery::UnknownOrder,
        Forgery::NotPaid,
    ];
}

impl Gateway {
    /// Signs and seals an event as of `now_s`. Takes no lock on the orders, so many threads may sign at once.
    pub fn sign_notification(&self, event: &Event, now_s: i64) -> SignedNotification {
        self.sign_repetition(event, &random_text(32), now_s)
    }

    /// A repetition keeps the notification's id and is signed and sealed anew.
    pub(crate) fn sign_repetition(&self, event: &Event, id: &str, now_s: i64) -> SignedNotification {
        self.signed(self.body_of(event, id, now_s, &plain_of(event), None), now_s)
    }

    /// A notification about this order that must not be accepted, signed as of now. The order itself is left as it is.
    pub fn forge(&self, out_trade_no: &str, forgery: Forgery) -> Result<SignedNotification, PayRefused> {
        let now = self.now();
        let event = Event::Payment(self.state().would_be_paid(out_trade_no, now)?);
        let now_s = now / 1_000_000;
        let honest = |plain: &Value, at_s| self.signed(self.body_of(&event, &random_text(32), at_s, plain, None), at_s);
        let mut plain = plain_of(&event);
        Ok(match forgery {
            Forgery::WrongKey => {
                let mut forged = honest(&plain, now_s);
                let message = message_of(&forged);
                forged.set("Wechatpay-Signature", forged_signature(&message));
                forged
            }
            Forgery::UnknownSerial => {
                let mut forged = honest(&plain, now_s);
                let message = message_of(&forged);
                forged.set("Wechatpay-Signature", forged_signature(&message));
                forged.set("Wechatpay-Serial", "PUB_KEY_ID_0000000000000000000000000000000000".to_owned());
                forged
            }
            Forgery::Aged { seconds } => honest(&plain, now_s - seconds),
            Forgery::Probe => {
                let mut probe = honest(&plain, now_s);
                probe.set("Wechatpay-Signature", format!("WECHATPAY/SIGNTEST/{}", random_text(64)));
                probe
            }
            Forgery::Truncated => {
                let mut cut = honest(&plain, now_s);
                cut.body.truncate(cut.body.len() / 2);
                cut
            }
            Forgery::ChangedByte => {
                let mut changed = honest(&plain, now_s);
                let middle = changed.body.len() / 2;
                changed.body[middle] ^= 1;
                changed
            }
            Forgery::WrongSeal => {
                let other = ApiV3Key::new(&[0x55; 32]).expect("32 bytes");
                self.signed(self.body_of(&event, &random_text(32), now_s, &plain, Some(&other)), now_s)
            }
            Forgery::WrongAmount => {
                let total = plain["amount"]["total"].as_i64().unwrap_or_default();
                plain["amount"]["total"] = (total + 1).into();
                honest(&plain, now_s)
            }
            Forgery::WrongCurrency => {
                plain["amount"]["currency"] = "USD".into();
                honest(&plain, now_s)
            }
            Forgery::WrongMerchant => {
                let field = if plain.get("sub_mchid").is_some() { "sub_mchid" } else { "mchid" };
                plain[field] = "1999999999".into();
                honest(&plain, now_s)
            }
            Forgery::UnknownOrder => {
                plain["out_trade_no"] = "99999999999999".into();
                honest(&plain, now_s)
            }
            Forgery::NotPaid => {
                plain["trade_state"] = "PAYERROR".into();
                honest(&plain, now_s)
            }
        })
    }

    fn body_of(&self, event: &Event, id: &str, at_s: i64, plain: &Value, seal_with: Option<&ApiV3Key>) -> Vec<u8> {
        let (event_type, original_type, summary) = match event {
            Event::Payment(_) => ("TRANSACTION.SUCCESS".to_owned(), "transaction", "支付成功"),
            Event::Refund(refund) => (format!("REFUND.{}", refund.status), "refund", "退款结果"),
        };
        let nonce: [u8; 12] = random_text(12).into_bytes().try_into().expect("twelve letters");
        let key = seal_with.unwrap_or(&self.0.keys.apiv3);
        let ciphertext = key.seal(&nonce, original_type.as_bytes(), plain.to_string().as_bytes());
        let body = json!({
            "id": id,
            "create_time": rfc3339(at_s * 1_000_000),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": summary,
            "resource": {
                "original_type": original_type,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": ciphertext,
                "associated_data": original_type,
                "nonce": String::from_utf8_lossy(&nonce),
            },
        });
        body.to_string().into_bytes()
    }

    fn signed(&self, body: Vec<u8>, at_s: i64) -> SignedNotification {
        let by_certificate = self.faults().sign_by_certificate;
        SignedNotification { headers: self.signature_headers(by_certificate, &body, at_s), body }
    }

    /// The headers of anything the channel says.
    pub(crate) fn signature_headers(&self, by_certificate: bool, body: &[u8], at_s: i64) -> Vec<(&'static str, String)> {
        let nonce = random_text(32);
        let (serial, signature) = self.0.keys.sign(by_certificate, &signed_message(at_s, &nonce, body));
        vec![
            ("Wechatpay-Timestamp", at_s.to_string()),
            ("Wechatpay-Nonce", nonce),
            ("Wechatpay-Serial", serial.to_owned()),
            ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
            ("Wechatpay-Signature", signature),
        ]
    }
}

fn signed_message(at_s: i64, nonce: &str, body: &[u8]) -> Vec<u8> {
    [format!("{at_s}\n{nonce}\n").as_bytes(), body, b"\n"].concat()
}

fn message_of(notification: &SignedNotification) -> Vec<u8> {
    let headers = notification.signed_headers();
    let at_s = headers.timestamp.and_then(|text| text.parse().ok()).unwrap_or_default();
    signed_message(at_s, headers.nonce.unwrap_or_default(), &notification.body)
}

/// The part that is sealed.
fn plain_of(event: &Event) -> Value {
    match event {
        Event::Payment(payment) => transaction_of(payment, "SUCCESS"),
        Event::Refund(refund) => {
            let mut plain = json!({
                "transaction_id": refund.transaction_id,
                "out_trade_no": refund.out_trade_no,
                "refund_id": refund.refund_id,
                "out_refund_no": refund.out_refund_no,
                "refund_status": refund.status,
                "user_received_account": "支付用户零钱",
                "amount": {
                    "total": refund.total_fen,
                    "refund": refund.refund_fen,
                    "payer_total": refund.total_fen,
                    "payer_refund": refund.refund_fen,
                },
            });
            if refund.status == "SUCCESS" {
                plain["success_time"] = rfc3339(refund.ended_at).into();
            }
            match &refund.merchant {
                Merchant::Direct { mchid, .. } => plain["mchid"] = mchid.as_str().into(),
                Merchant::Partner { sp_mchid, sub_mchid, .. } => {
                    plain["sp_mchid"] = sp_mchid.as_str().into();
                    plain["sub_mchid"] = sub_mchid.as_str().into();
                }
            }
            plain
        }
    }
}

/// A paid transaction, as notifications seal it and queries show it.
pub(crate) fn transaction_of(payment: &PaymentEvent, trade_state: &str) -> Value {
    let mut plain = serde_json::to_value(&payment.merchant).expect("a merchant is texts");
    let payer_field = if matches!(payment.merchant, Merchant::Direct { .. }) { "openid" } else { "sp_openid" };
    plain["out_trade_no"] = payment.out_trade_no.as_str().into();
    plain["transaction_id"] = payment.transaction_id.as_str().into();
    plain["trade_type"] = payment.trade_type.as_str().into();
    plain["trade_state"] = trade_state.into();
    plain["trade_state_desc"] = if trade_state == "REFUND" { "转入退款" } else { "支付成功" }.into();
    plain["bank_type"] = "OTHERS".into();
    plain["attach"] = payment.attach.clone().unwrap_or_default().into();
    plain["success_time"] = rfc3339(payment.paid_at).into();
    plain["payer"] = json!({ payer_field: payment.openid });
    plain["amount"] = json!({
        "total": payment.total_fen, "payer_total": payment.total_fen, "currency": "CNY", "payer_currency": "CNY"});
    plain
}
