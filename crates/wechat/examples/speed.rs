//! How many notifications one core verifies, opens and reads in a second, and how many orders it signs.
//! `cargo run --release -p wechat --example speed`

use std::path::PathBuf;
use std::time::Instant;

use serde_json::Value;
use wechat::{ApiV3Key, Merchant, Nonce, Notification, SignedHeaders, Signer, Verifiers, query_by_out_trade_no, read_notification};

const ROUNDS: u32 = 100_000;
const SIGNED: u32 = 3_000;

fn main() {
    let vectors = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let read = |name: &str| std::fs::read(vectors.join(name)).expect("the vectors lie beside the crate");
    let notifications: Value = serde_json::from_slice(&read("notifications.json")).expect("vectors are JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();

    let mut verifiers = Verifiers::default();
    verifiers.add_public_key(&text(&notifications["public_key_id"]), &read("throwaway_platform_public.pem")).expect("a public key");
    let key = ApiV3Key::new(text(&notifications["apiv3_key"]).as_bytes()).expect("32 bytes");
    let now_s = notifications["now_s"].as_i64().expect("seconds");
    let signed = &notifications["direct"];
    let body = text(&signed["body"]).into_bytes();
    let headers = SignedHeaders::read(|name| signed["headers"][name].as_str());

    let rate = |name: &str, work: &dyn Fn()| {
        let started = Instant::now();
        (0..ROUNDS).for_each(|_| work());
        let per_s = f64::from(ROUNDS) / started.elapsed().as_secs_f64();
        println!("{{\"bench\":\"{name}\",\"body_bytes\":{},\"notifications_per_s\":{per_s:.0}}}", body.len());
    };
    let open = || match read_notification(&body, &key) {
        Ok(Notification::Payment(transaction)) => {
            assert_eq!(transaction.paid().map(|paid| paid.total_fen), Some(4118))
        }
        other => panic!("{other:?}"),
    };
    let verify = || verifiers.verify(&headers, &body, now_s).expect("a good signature");
    rate("verify", &verify);
    rate("open_and_read", &open);
    rate("verify_open_and_read", &|| {
        verify();
        open();
    });

    let signer = Signer::new("1900000109", "AA", &read("throwaway_merchant_key.pem"), "PUB_KEY_ID_1").expect("a private key");
    let merchant = Merchant::Direct { appid: "wx8888888888888888".to_owned(), mchid: "1900000109".to_owned() };
    let started = Instant::now();
    for round in 0..SIGNED {
        let mut request = query_by_out_trade_no(&merchant, "7215545057280").expect("a valid number");
        let nonce = Nonce::from_bytes(u128::from(round).to_be_bytes());
        signer.sign(&mut request, now_s, &nonce).expect("a whole key");
    }
    let per_s = f64::from(SIGNED) / started.elapsed().as_secs_f64();
    println!("{{\"bench\":\"sign_request\",\"requests_per_s\":{per_s:.0}}}");
}
