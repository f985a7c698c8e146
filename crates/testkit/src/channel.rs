//! The channel as a world has it.

use std::sync::OnceLock;

use app::channel::{Account, Channel, Credentials};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use wechat::{ApiV3Key, Signer, Verifiers};

/// Making an RSA key takes long without optimisation, so all worlds of a process share one.
fn merchant_key() -> &'static [u8] {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the RSA library makes keys");
        AsDer::<aws_lc_rs::encoding::Pkcs8V1Der>::as_der(&pair).expect("a key has a form").as_ref().to_vec()
    })
}

/// A channel whose gateway does not answer: unknown stays unknown.
pub fn connected(notify_base: &str) -> Channel {
    Channel::new(Credentials {
        account: Account::Provider { sp_appid: "wx0000000000000001".into(), sp_mchid: "1900000100".into() },
        signer: Signer::new("1900000100", "0123456789ABCDEF", merchant_key(), "PUB_KEY_ID_01").expect("a whole key"),
        verifiers: Verifiers::default(),
        apiv3_key: ApiV3Key::new(&[7; 32]).expect("32 bytes"),
        api_base: "http://127.0.0.1:9".into(),
        notify_base: notify_base.to_owned(),
    })
}
