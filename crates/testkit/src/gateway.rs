//! The payment channel of a world: the sandbox gateway on loopback, with real keys, and what a story does with it.

use std::sync::{Arc, OnceLock};

use app::channel::{Account, Channel, Identity, PlatformKey};
use app::kernel::{Clock, Id};
use app::people::{Doors, Sms, WeChat};
use sandbox::{Apps, Delivery, Forgery, Gateway, KeySource, Keys, Options, SignedNotification, SmsAccount, loopback_http};
use wechat::{AppSecret, Scope};

use crate::World;

/// The platform as the channel knows it: a service provider. The official account by which people sign in is the same, so that they can pay there.
pub const SP_APPID: &str = "wxfeed000000000001";
/// The mini-program by which people sign in.
pub const MINI_APPID: &str = "wxfeed000000000002";
const APP_SECRET: &str = "a secret/of+tests=";

/// Making RSA keys takes seconds without optimisation, so all worlds of a process share them.
fn keys(now: i64) -> Arc<Keys> {
    static KEYS: OnceLock<Arc<Keys>> = OnceLock::new();
    KEYS.get_or_init(|| Arc::new(Keys::generate(now).expect("the RSA library makes keys"))).clone()
}

/// A gateway that tells the time by the world's clock. It delivers only when it is told to.
pub(crate) fn gateway(clock: &Clock) -> Gateway {
    let told = clock.clone();
    let mut options = Options::new(KeySource::Given(keys(clock.now())), Arc::new(move || told.now()));
    let app = |appid: &str| (appid.to_owned(), APP_SECRET.to_owned());
    options.apps = Apps { official_account: app(SP_APPID), mini_program: app(MINI_APPID) };
    options.sms = SmsAccount { secret_id: "AKIDtests".to_owned(), secret_key: APP_SECRET.to_owned() };
    Gateway::new(options).expect("a gateway with keys in memory")
}

/// The product's side: connected to the gateway at `api_base` by what an operator would have been given.
pub(crate) fn connected(gateway: &Gateway, api_base: &str, notify_base: &str) -> Channel {
    let given = gateway.credentials();
    Channel::open(Identity {
        account: Account::Provider { sp_appid: SP_APPID.into(), sp_mchid: given.mchid },
        serial: &given.merchant_serial,
        private_key: given.merchant_private_key_pem.as_bytes(),
        apiv3_key: given.apiv3_key.as_bytes(),
        platform: PlatformKey::PublicKey { id: &given.public_key_id, pem: given.public_key_pem.as_bytes() },
        api_base,
        notify_base,
    })
    .unwrap_or_else(|why| panic!("the gateway's keys cannot be used: {}", why.0))
}

/// What people come in by: text messages and WeChat, both played by the gateway.
pub(crate) fn doors(api_base: &str) -> Doors {
    let app = |appid: &str| Some(AppSecret { appid: appid.to_owned(), secret: APP_SECRET.to_owned() });
    Doors {
        sms: Some(Sms {
            credentials: sms::Credentials { secret_id: "AKIDtests".to_owned(), secret_key: APP_SECRET.to_owned() },
            sdk_app_id: "1400000000".to_owned(),
            sign_name: "汇海".to_owned(),
            code_template_id: "1234567".to_owned(),
            api_base: api_base.to_owned(),
        }),
        wechat: Some(WeChat {
            official_account: app(SP_APPID),
            mini_program: app(MINI_APPID),
            scope: Scope::UserInfo,
            api_base: api_base.to_owned(),
            authorize_base: "/sandbox".to_owned(),
        }),
    }
}

impl World {
    /// The donor pays at the cashier. The channel knows; we do not yet.
    pub fn pay_only(&self, gift: Id) {
        self.gateway.pay_and_notify(&gift.to_string()).unwrap_or_else(|refused| panic!("gift {gift} cannot be paid: {refused}"));
    }

    /// The channel sends what is due, over real HTTP.
    pub fn deliver(&self) -> Vec<Delivery> {
        self.gateway.deliver_due(self.now())
    }

    /// The donor pays, the channel notifies and is told that it was heard; then everything catches up.
    pub fn pay(&self, gift: Id) {
        self.pay_only(gift);
        let deliveries = self.deliver();
        assert!(!deliveries.is_empty(), "the channel has nothing to deliver for gift {gift}");
        for delivery in deliveries {
            assert!(matches!(delivery.answer, Ok(200 | 204)), "a notification was not taken: {delivery:?}");
        }
        self.catch_up();
    }

    /// Posts a notification to where the channel posts its own, and says how it was answered.
    pub fn notify(&self, notification: &SignedNotification) -> u16 {
        static POST: OnceLock<sandbox::Post> = OnceLock::new();
        let address = format!("http://{}/wechat/notifications", self.address());
        POST.get_or_init(loopback_http)(&address, notification).unwrap_or_else(|error| panic!("{address}: {error}"))
    }

    /// A notification about this gift that must not be accepted, posted; says how it was answered.
    pub fn forge(&self, gift: Id, forgery: Forgery) -> u16 {
        let forged = self.gateway.forge(&gift.to_string(), forgery).unwrap_or_else(|refused| panic!("gift {gift}: {refused}"));
        self.notify(&forged)
    }
}
