//! Who is believed and who is not.

use wechat::{CertificatesRefused, SignatureRefused, Verifiers};

use crate::fixtures::{Signed, file, json, key, text, verifiers};

#[test]
fn both_modes_verify_at_once() {
    let answers = json("answers.json");
    let now_s = answers["now_s"].as_i64().unwrap();
    for name in ["public_key", "certificate", "empty_body"] {
        Signed::of(&answers[name]).verify(&verifiers(), now_s).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn each_reason_to_refuse_has_its_own_name() {
    let answers = json("answers.json");
    let now_s = answers["now_s"].as_i64().unwrap();
    let good = Signed::of(&answers["public_key"]);
    let check = |signed: Signed, at_s: i64| signed.verify(&verifiers(), at_s).unwrap_err();

    for header in ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"] {
        assert_eq!(check(good.without(header), now_s), SignatureRefused::MissingHeader(header));
        assert_eq!(check(good.with(header, ""), now_s), SignatureRefused::MissingHeader(header));
    }
    good.without("Wechatpay-Signature-Type").verify(&verifiers(), now_s).expect("the type may be left out");

    let probe = good.with("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abcdefgh");
    assert_eq!(check(probe, now_s), SignatureRefused::Probe);
    let typed = good.with("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3");
    assert_eq!(check(typed, now_s), SignatureRefused::UnsupportedType("WECHATPAY2-SM2-WITH-SM3".into()));
    for timestamp in ["+1788912000", "1788912000000000000000", "now", "1788912000.0", " 1788912000"] {
        assert_eq!(check(good.with("Wechatpay-Timestamp", timestamp), now_s), SignatureRefused::BadTimestamp(timestamp.into()));
    }
    let unknown = good.with("Wechatpay-Serial", "PUB_KEY_ID_1");
    assert_eq!(check(unknown, now_s), SignatureRefused::UnknownSerial("PUB_KEY_ID_1".into()));
    assert_eq!(check(good.with("Wechatpay-Signature", "not base64!"), now_s), SignatureRefused::NotBase64);
    assert_eq!(check(good.with("Wechatpay-Signature", "AAAA"), now_s), SignatureRefused::WrongSignature);
    let other_key = good.with("Wechatpay-Serial", text(&json("certificates.json"), "old_serial"));
    assert_eq!(check(other_key, now_s), SignatureRefused::WrongSignature);
}

#[test]
fn the_clock_may_differ_by_less_than_300_seconds_either_way() {
    let answers = json("answers.json");
    let now_s = answers["now_s"].as_i64().unwrap();
    let good = Signed::of(&answers["public_key"]);
    for (apart_s, believed) in [(0, true), (299, true), (-299, true), (300, false), (-300, false), (86_400, false), (i64::MAX / 2, false)] {
        let refused = good.verify(&verifiers(), now_s + apart_s).err();
        assert_eq!(refused, (!believed).then_some(SignatureRefused::ClockApart(apart_s.abs())), "{apart_s} s");
    }
    assert!(good.verify(&verifiers(), i64::MIN).is_err(), "no overflow at the end of time");
}

#[test]
fn every_flipped_bit_of_body_and_signed_headers_is_refused() {
    let notifications = json("notifications.json");
    let now_s = notifications["now_s"].as_i64().unwrap();
    let verifiers = verifiers();
    let good = Signed::of(&notifications["partner"]);
    good.verify(&verifiers, now_s).unwrap();
    for index in 0..good.body.len() {
        let mut changed = good.clone();
        changed.body[index] ^= 1 << (index % 8);
        assert_eq!(changed.verify(&verifiers, now_s), Err(SignatureRefused::WrongSignature), "byte {index} of the body");
    }
    for (name, value) in &good.headers {
        for index in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[index] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            assert!(good.with(name, &changed).verify(&verifiers, now_s).is_err(), "byte {index} of {name}");
        }
    }
    for cut in 0..good.body.len() {
        let mut changed = good.clone();
        changed.body.truncate(cut);
        assert_eq!(changed.verify(&verifiers, now_s), Err(SignatureRefused::WrongSignature), "cut at {cut}");
    }
}

#[test]
fn a_rotation_adds_the_new_certificate_and_keeps_the_old_one_until_it_expires() {
    let vectors = json("certificates.json");
    let now_s = vectors["now_s"].as_i64().unwrap();
    let (old, new) = (text(&vectors, "old_serial"), text(&vectors, "new_serial"));
    let answer = Signed::of(&vectors["answer"]);
    let after = Signed::of(&vectors["signed_by_new"]);

    let before = verifiers();
    assert_eq!(after.verify(&before, now_s), Err(SignatureRefused::UnknownSerial(new.into())));
    let (rotated, report) = before.with_certificates(&answer.headers(), 200, &answer.body, &key(), now_s).unwrap();
    after.verify(&rotated, now_s).unwrap();
    Signed::of(&json("answers.json")["certificate"]).verify(&rotated, now_s).unwrap();
    assert_eq!(report.added, [new]);
    assert_eq!(report.dropped, Vec::<String>::new());
    let expiries = [(old, "old_expires_at_s"), (new, "new_expires_at_s")];
    let expected: Vec<_> = expiries.iter().map(|(s, at)| ((*s).to_owned(), vectors[at].as_i64().unwrap() * 1_000_000)).collect();
    assert_eq!(report.announced, expected);
    assert_eq!(rotated.held().count(), 3, "public key, old and new certificate");

    // The first download of all: nothing is held yet.
    let (first, report) = Verifiers::default().with_certificates(&answer.headers(), 200, &answer.body, &key(), now_s).unwrap();
    assert_eq!((first.held().count(), report.added.len()), (2, 2));

    // Once the old certificate has run out it is neither used nor kept; a public key by id stays for ever.
    let later_s = vectors["old_expires_at_s"].as_i64().unwrap();
    let old_signed = after.with("Wechatpay-Serial", old).with("Wechatpay-Timestamp", &later_s.to_string());
    assert_eq!(old_signed.verify(&rotated, later_s), Err(SignatureRefused::ExpiredKey(old.into())));
    let mut pruned = rotated.clone();
    assert_eq!(pruned.drop_expired(later_s), [old]);
    assert_eq!(pruned.held().count(), 2);
}

#[test]
fn a_certificate_answer_that_is_not_the_channels_changes_nothing() {
    let vectors = json("certificates.json");
    let now_s = vectors["now_s"].as_i64().unwrap();
    let answer = Signed::of(&vectors["answer"]);
    let take = |signed: &Signed, status, key: &wechat::ApiV3Key| {
        Verifiers::default().with_certificates(&signed.headers(), status, &signed.body, key, now_s).err()
    };
    assert!(matches!(take(&answer, 500, &key()), Some(CertificatesRefused::Status(500))));
    let other_key = wechat::ApiV3Key::new(&[1; 32]).unwrap();
    assert!(matches!(take(&answer, 200, &other_key), Some(CertificatesRefused::NotOpened(_))));
    let mut spaced = answer.clone();
    spaced.body.push(b' ');
    assert!(matches!(take(&spaced, 200, &key()), Some(CertificatesRefused::Signature(SignatureRefused::WrongSignature))));
    let renamed = String::from_utf8(answer.body.clone()).unwrap().replace(text(&vectors, "new_serial"), "00");
    let renamed = Signed { body: renamed.into_bytes(), ..answer.clone() };
    assert!(matches!(take(&renamed, 200, &key()), Some(CertificatesRefused::OtherSerial { .. })));
    for cut in 0..answer.body.len() {
        let cut = Signed { body: answer.body[..cut].to_vec(), ..answer.clone() };
        assert!(take(&cut, 200, &key()).is_some());
    }
}

#[test]
fn keys_that_are_none_are_refused_with_a_sentence() {
    let mut verifiers = Verifiers::default();
    assert!(verifiers.add_public_key("PUB_KEY_ID_1", b"garbage").is_err());
    assert!(verifiers.add_public_key("PUB_KEY_ID_1", &file("throwaway_merchant_key.pem")).is_err(), "a private key is not a public one");
    assert!(wechat::PlatformCertificate::from_pem(b"garbage").is_err());
    assert!(wechat::Signer::new("1900000109", "AA", b"garbage", "PUB_KEY_ID_1").is_err());
    assert!(wechat::Signer::new("19\"0", "AA", &file("throwaway_merchant_key.pem"), "PUB_KEY_ID_1").is_err());
}
