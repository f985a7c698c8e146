//! Damaged bytes in every reader: none may panic, and what is sealed, hashed or summed must not change unnoticed.

use wechat::{Notification, OrderAnswer, QueryAnswer, RefundAnswer, Verifiers, read_bill, read_notification};

use crate::fixtures::{Signed, file, json, key, text};

/// A small generator with its state printed on failure, so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Overwrites, inserts, removes or repeats a few bytes.
    fn damaged(&mut self, good: &[u8]) -> Vec<u8> {
        const INTERESTING: &[u8] = b"\0\"\\{}[],:`-.0129eE+ \r\n\x7f\x80\xff\xef\xbb\xbf";
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len().max(1)).min(bytes.len());
            match self.below(4) {
                0 if at < bytes.len() => bytes[at] = INTERESTING[self.below(INTERESTING.len())],
                1 => bytes.insert(at, INTERESTING[self.below(INTERESTING.len())]),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => {
                    let end = (at + self.below(64)).min(bytes.len());
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        bytes
    }
}

const ROUNDS: u64 = 3_000;

#[test]
fn damaged_notifications_open_as_nothing_else() {
    let vectors = json("notifications.json");
    let key = key();
    for name in ["direct", "partner", "refund"] {
        let good = Signed::of(&vectors[name]).body;
        let expected = read_notification(&good, &key).unwrap();
        for seed in 0..ROUNDS {
            match read_notification(&Dice(seed).damaged(&good), &key) {
                // The seal covers what counts; an envelope whose unimportant fields changed still opens as the same thing.
                Ok(Notification::Other { .. }) | Err(_) => {}
                Ok(opened) => assert_eq!(opened, expected, "{name}, seed {seed}"),
            }
        }
    }
}

#[test]
fn damaged_answers_never_panic_and_only_a_200_succeeds() {
    let order = br#"{"prepay_id":"wx26112221580621e9b071c00d9e093b0000"}"#;
    let refund = br#"{"refund_id":"502","out_refund_no":"721","transaction_id":"420","out_trade_no":"7215","status":"SUCCESS",
        "success_time":"2026-09-09T08:00:00+08:00","amount":{"total":4118,"refund":118}}"#;
    let vectors = json("notifications.json");
    let transaction = text(&vectors["direct"], "plain").as_bytes();
    for seed in 0..ROUNDS {
        let mut dice = Dice(seed);
        for status in [0, 200, 204, 400, 404, 500] {
            let (a, b, c) = (dice.damaged(order), dice.damaged(refund), dice.damaged(transaction));
            if let OrderAnswer::Jsapi { .. } = wechat::read_order(status, &a) {
                assert_eq!(status, 200, "seed {seed}");
            }
            if let RefundAnswer::Accepted(_) = wechat::read_refund(status, &b) {
                assert_eq!(status, 200, "seed {seed}");
            }
            if let QueryAnswer::Found(_) = wechat::read_query(status, &c) {
                assert_eq!(status, 200, "seed {seed}");
            }
            wechat::read_close(status, &a);
            wechat::read_bill_link(status, &b);
            wechat::read_refund_query(status, &b);
        }
    }
}

#[test]
fn damaged_bills_certificates_and_keys_never_panic() {
    use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
    let good = file("bill.csv");
    let expected = read_bill(&good, text(&json("bill.json"), "sha1")).unwrap();
    let zipped = file("bill.csv.gz");
    let pem = file("throwaway_platform_new_certificate.pem");
    for seed in 0..ROUNDS {
        let mut dice = Dice(seed);
        let damaged = dice.damaged(&good);
        let sha1: String = digest(&SHA1_FOR_LEGACY_USE_ONLY, &damaged).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        if let Ok(bill) = read_bill(&damaged, &sha1) {
            assert_eq!(bill.summary, expected.summary, "seed {seed}: money changed and nobody noticed");
        }
        let _ = read_bill(&dice.damaged(&zipped), &sha1).unwrap_err();
        let _ = wechat::PlatformCertificate::from_pem(&dice.damaged(&pem));
        let _ = Verifiers::default().add_public_key("PUB_KEY_ID_1", &dice.damaged(&file("throwaway_platform_public.pem")));
    }
    let sum_beyond_all_money = String::from_utf8(good).unwrap().replace("`0.29,", "`9999999999.99,");
    let sha1: String =
        digest(&SHA1_FOR_LEGACY_USE_ONLY, sum_beyond_all_money.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(read_bill(sum_beyond_all_money.as_bytes(), &sha1).is_err());
}
