//! Every kind of key as another implementation makes and uses it (`vectors/make.py`), and every way in which an answer is not ours.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use webauthn::{Expected, Refused, read_registration, verify_assertion};

fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().expect("text")).expect("base64url")
}

fn keys() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/keys.json")).expect("vectors");
    vectors["keys"].as_array().expect("keys").clone()
}

fn expected(key: &Value) -> Expected<'_> {
    Expected {
        challenge: key["challenge"].as_str().expect("text").as_bytes(),
        origin: "https://give.example.org",
        rp_id: "give.example.org",
    }
}

struct Answer {
    client: Vec<u8>,
    data: Vec<u8>,
    signature: Vec<u8>,
    key: Vec<u8>,
}

fn answer(key: &Value) -> Answer {
    let get = &key["get"];
    Answer {
        client: bytes(&get["client_data"]),
        data: bytes(&get["authenticator_data"]),
        signature: bytes(&get["signature"]),
        key: bytes(&key["public_key"]),
    }
}

fn verify(expected: &Expected<'_>, answer: &Answer, count: u32) -> Result<u32, Refused> {
    verify_assertion(expected, &answer.client, &answer.data, &answer.signature, &answer.key, count)
}

#[test]
fn keys_of_each_kind_are_made_and_used() {
    assert_eq!(keys().len(), 3);
    for key in keys() {
        let made = read_registration(&expected(&key), &bytes(&key["create"]["client_data"]), &bytes(&key["create"]["attestation"]));
        let made = made.unwrap_or_else(|refused| panic!("{}: {refused}", key["name"]));
        assert_eq!((made.credential_id, made.public_key, made.sign_count), (bytes(&key["credential_id"]), bytes(&key["public_key"]), 0));
        assert_eq!(verify(&expected(&key), &answer(&key), 6), Ok(7), "{}", key["name"]);
    }
}

#[test]
fn forged_replayed_and_foreign_answers_are_refused() {
    for key in keys() {
        let right = expected(&key);
        let with = |change: &dyn Fn(&mut Answer)| {
            let mut changed = answer(&key);
            change(&mut changed);
            changed
        };
        let same = with(&|_| ());
        assert_eq!(verify(&Expected { challenge: b"another", ..right }, &same, 0), Err(Refused::Challenge));
        assert_eq!(verify(&Expected { origin: "https://give.example.org.evil.example", ..right }, &same, 0), Err(Refused::Origin));
        assert_eq!(verify(&Expected { origin: "http://give.example.org", ..right }, &same, 0), Err(Refused::Origin));
        assert_eq!(verify(&Expected { rp_id: "example.org", ..right }, &same, 0), Err(Refused::RpId));
        assert_eq!(verify(&right, &same, 7), Err(Refused::Counter), "used before, or copied");
        assert_eq!(verify(&right, &with(&|a| a.data[32] &= !1), 0), Err(Refused::NotPresent));
        assert_eq!(verify(&right, &with(&|a| a.data[32] &= !4), 0), Err(Refused::NotVerified));
        assert_eq!(verify(&right, &with(&|a| a.data[36] += 1), 0), Err(Refused::Signature));
        assert_eq!(verify(&right, &with(&|a| a.signature[9] ^= 1), 0), Err(Refused::Signature));
        assert_eq!(verify(&right, &with(&|a| a.signature.clear()), 0), Err(Refused::Signature));
        assert_eq!(verify(&right, &with(&|a| a.data.push(0)), 0), Err(Refused::Unreadable));
        assert_eq!(verify(&right, &with(&|a| a.data.truncate(30)), 0), Err(Refused::Unreadable));
        assert_eq!(verify(&right, &with(&|a| a.client.push(b'}')), 0), Err(Refused::ClientData));
        assert_eq!(verify(&right, &with(&|a| a.key = a.key[..10].to_vec()), 0), Err(Refused::Key));
        // Another person's key does not fit this signature.
        for other in keys().iter().filter(|other| other["name"] != key["name"]) {
            assert_eq!(verify(&right, &with(&|a| a.key = bytes(&other["public_key"])), 0), Err(Refused::Signature));
        }
        // The answer to one question is not the answer to the other.
        let create = &key["create"];
        assert_eq!(read_registration(&right, &same.client, &bytes(&create["attestation"])), Err(Refused::Type));
        assert_eq!(verify(&right, &with(&|a| a.client = bytes(&create["client_data"])), 0), Err(Refused::Type));
        // In a frame of another site.
        let framed = String::from_utf8(same.client.clone()).expect("text").replace("\"crossOrigin\": false", "\"crossOrigin\": true");
        assert_eq!(verify(&right, &with(&|a| a.client = framed.clone().into_bytes()), 0), Err(Refused::Origin));
    }
}

#[test]
fn a_registration_is_taken_apart_to_the_last_byte() {
    let key = &keys()[0];
    let (client, object) = (bytes(&key["create"]["client_data"]), bytes(&key["create"]["attestation"]));
    for cut in 0..object.len() {
        assert!(read_registration(&expected(key), &client, &object[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..object.len() {
        let mut changed = object.clone();
        changed[at] ^= 0x80;
        // Whatever is changed, it is refused or another key; it never panics.
        let _ = read_registration(&expected(key), &client, &changed);
    }
    let packed: Vec<u8> = String::from_utf8_lossy(&object)
        .contains("none")
        .then(|| {
            let at = object.windows(4).position(|w| w == b"none").expect("the format");
            let mut changed = object.clone();
            changed[at..at + 4].copy_from_slice(b"tpm_");
            changed
        })
        .expect("a format");
    assert_eq!(read_registration(&expected(key), &client, &packed), Err(Refused::Attestation));
}
