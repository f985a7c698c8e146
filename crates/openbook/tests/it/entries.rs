//! Canonical spelling, entries, openings, promises: one form each, and nothing else is read.

use openbook::canonical::{self, Malformed};
use openbook::promise::Promise;
use openbook::{BadEntry, Entry, Opening, hex, time, unhex};
use proptest::prelude::*;
use serde_json::{Value, json};

fn entry(kind: &str, body: Value) -> Entry {
    let Value::Object(body) = body else { panic!("a body is an object") };
    Entry { minute: 29_815_102, kind: kind.to_owned(), body }
}

/// Written once by hand: whoever changes the encoder changes the log's past, and sees it here.
#[test]
fn golden_entries() {
    let payout =
        entry("payout_paid", json!({"project": "7", "payout": "9", "amount_fen": 60000, "fen": [[0, 60000]], "text_sha256": "ab"}));
    assert_eq!(
        String::from_utf8(payout.to_bytes().unwrap()).unwrap(),
        r#"{"at":"2026-09-08T22:22Z","body":{"amount_fen":60000,"fen":[[0,60000]],"payout":"9","project":"7","text_sha256":"ab"},"kind":"payout_paid","v":1}"#
    );
    let odd = entry("note", json!({"z": "\u{1}\t\"\\/é\u{2028}\u{10000}", "": null, "é": true, "\u{10000}": -1, "\u{e000}": []}));
    assert_eq!(
        String::from_utf8(odd.to_bytes().unwrap()).unwrap(),
        "{\"at\":\"2026-09-08T22:22Z\",\"body\":{\"\":null,\"z\":\"\\u0001\\t\\\"\\\\/é\u{2028}\u{10000}\",\"é\":true,\"\u{10000}\":-1,\"\u{e000}\":[]},\"kind\":\"note\",\"v\":1}",
        "keys stand in the order of their UTF-16 units"
    );
}

#[test]
fn what_is_not_spelled_canonically_is_no_entry() {
    let good = br#"{"at":"2026-09-08T22:22Z","body":{"a":1},"kind":"note","v":1}"#;
    assert_eq!(Entry::from_bytes(good).unwrap(), entry("note", json!({"a": 1})));
    let not = |text: &str| Entry::from_bytes(text.as_bytes()).unwrap_err();
    for text in [
        r#"{"at": "2026-09-08T22:22Z","body":{"a":1},"kind":"note","v":1}"#,
        r#"{"body":{"a":1},"at":"2026-09-08T22:22Z","kind":"note","v":1}"#,
        r#"{"at":"2026-09-08T22:22Z","body":{"a":1,"a":1},"kind":"note","v":1}"#,
        r#"{"at":"2026-09-08T22:22Z","body":{"a":"\u0041"},"kind":"note","v":1}"#,
        r#"{"at":"2026-09-08T22:22Z","body":{"a":"\/"},"kind":"note","v":1}"#,
        "{\"at\":\"2026-09-08T22:22Z\",\"body\":{\"a\":1},\"kind\":\"note\",\"v\":1}\n",
    ] {
        assert_eq!(not(text), BadEntry::Malformed(Malformed::NotCanonical), "{text}");
    }
    for number in ["1.0", "1e2", "-0", "9007199254740992", "0.1", "18446744073709551616"] {
        let text = format!(r#"{{"at":"2026-09-08T22:22Z","body":{{"a":{number}}},"kind":"note","v":1}}"#);
        assert_eq!(not(&text), BadEntry::Malformed(Malformed::Number), "{number}");
    }
    assert!(matches!(not("[]"), BadEntry::Malformed(Malformed::NotJson(_))));
    assert!(matches!(not(""), BadEntry::Malformed(Malformed::NotJson(_))));
    assert_eq!(not(r#"{"at":"2026-09-08T22:22Z","body":{},"kind":"note","v":1,"x":1}"#), BadEntry::Fields);
    assert_eq!(not(r#"{"body":{},"kind":"note","v":1}"#), BadEntry::Fields);
    assert_eq!(not(r#"{"at":"2026-09-08T22:22Z","body":{},"kind":"note","v":2}"#), BadEntry::Version(2));
    assert_eq!(not(r#"{"at":"2026-09-08T22:22Z","body":{},"kind":"Note","v":1}"#), BadEntry::Kind("Note".to_owned()));
    for at in ["2026-02-30T00:00Z", "2026-9-08T22:22Z", "2026-09-08T24:00Z", "2026-09-08T22:22:00Z", "1969-12-31T23:59Z", ""] {
        let text = format!(r#"{{"at":"{at}","body":{{}},"kind":"note","v":1}}"#);
        assert_eq!(not(&text), BadEntry::Minute(at.to_owned()));
    }
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    assert_eq!(canonical::read(deep.as_bytes()), Err(Malformed::Deep));
    let long = entry("note", json!({"a": "x".repeat(5000)}));
    assert!(matches!(long.to_bytes(), Err(BadEntry::TooLong(_))));
    assert!(matches!(Entry::from_bytes(&vec![b' '; 5000]), Err(BadEntry::TooLong(5000))));
}

#[test]
fn an_opening_and_a_promise_have_one_text_each() {
    let opening = Opening { gift: 442, project: 7, amount_fen: 10, paid_at: 1_788_739_200, calmer_sha256: [0xab; 32] };
    let text = opening.text();
    assert_eq!(
        text,
        format!(r#"{{"amount_fen":10,"calmer_sha256":"{}","gift":"442","paid_at":"2026-09-07T00:00:00Z","project":"7"}}"#, "ab".repeat(32))
    );
    assert_eq!(Opening::read(&text), Ok(opening.clone()));
    assert_eq!(canonical::write(&serde_json::from_str(&text).unwrap()).unwrap(), text, "it is canonical JSON");
    assert!(Opening::read(&text.replace("10", "010")).is_err() && Opening::read(&format!("{text} ")).is_err());
    assert!(Opening::read(&text.replace("\"442\"", "\"+442\"")).is_err(), "one spelling of a number");
    // RFC 2104 with SHA-256, computed by Python's hmac module for this key and text.
    assert_eq!(hex(&opening.commitment(&[1; 32])), "1ef0c830059b00730e6e0e2338386dd3d2032c01b7d7859bdb26b317e6629e5c");
    assert_ne!(opening.commitment(&[1; 32]), opening.commitment(&[2; 32]));
    assert_ne!(opening.commitment(&[1; 32]), Opening { amount_fen: 11, ..opening.clone() }.commitment(&[1; 32]));

    let promise = Promise { origin: "huihai.example/log".to_owned(), leaf_hash: [7; 32], by: 1_788_739_260 };
    let text = promise.text();
    assert_eq!(text, "huihai promise v1\nhuihai.example/log\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\nby 1788739260\n");
    assert_eq!(Promise::read(&text), Some(promise));
    for wrong in [text.trim_end(), &format!("{text}\n"), &text.replace("by 1", "by +1"), &text.replace("v1", "v2")] {
        assert_eq!(Promise::read(wrong), None, "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..90, by in any::<u8>()) {
        let _ = Entry::from_bytes(&bytes);
        let _ = canonical::read(&bytes);
        let _ = Opening::read(&String::from_utf8_lossy(&bytes));
        let _ = Promise::read(&String::from_utf8_lossy(&bytes));
        let mut known = entry("payout_paid", json!({"project": "7", "amount_fen": 60000})).to_bytes().unwrap();
        let at = at % known.len();
        let was = known.clone();
        known[at] = by;
        if let Ok(read) = Entry::from_bytes(&known) {
            // Whatever is read is exactly what was written.
            prop_assert_eq!(read.to_bytes().unwrap(), known.clone());
            prop_assert!(known == was || read != Entry::from_bytes(&was).unwrap());
        }
    }

    #[test]
    fn minutes_and_hexadecimal_come_back(minute in 0_i64..4_000_000_000, bytes in any::<[u8; 32]>()) {
        if let Some(text) = time::minute_text(minute) {
            prop_assert_eq!(time::minute_of(&text), Some(minute));
        }
        prop_assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        prop_assert_eq!(unhex(&hex(&bytes).to_uppercase()).is_some(), !hex(&bytes).contains(|c: char| c.is_ascii_lowercase()));
    }
}
