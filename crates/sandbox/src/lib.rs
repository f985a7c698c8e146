//! A gateway that speaks WeChat Pay v3 with its own keys, for the demo and the tests. No real money moves and nothing leaves this machine.
//!
//! It checks the merchant's signatures, signs its answers, seals its notifications and repeats them as the real channel does, so that the
//! platform cannot tell the difference except by the keys. What WeChat does not offer, a test needs: [`Faults`] that lose, repeat, delay or
//! reorder notifications and break bills, and [`Forgery`], notifications as an attacker or a broken channel would send them.
//!
//! | file              | what                                                        |
//! |-------------------|-------------------------------------------------------------|
//! | `api.rs`, `refunds_and_bills.rs` | the `/v3/…` endpoints, over `state.rs`       |
//! | `cashier.rs`      | the page on which a visitor "pays"                          |
//! | `delivery.rs`, `queue.rs` | notifications: the fifteen repetitions, over HTTP           |
//! | `notifications.rs`| signing and sealing them, truly or forged                   |
//! | `bill.rs`         | a day's trade bill from the gateway's own orders            |
//! | `receipts.rs`     | beside the channel: a finance e-invoice service             |
//! | `keys.rs`         | keys and certificate, generated or loaded from a directory  |
//! | `identity.rs`     | WeChat sign-in: the authorisation page, codes, their exchange |
//! | `sms.rs`          | the text message provider: checks signatures, keeps messages |

#![forbid(unsafe_code)]

mod api;
mod bill;
mod cashier;
mod delivery;
mod faults;
mod identity;
mod journal;
mod keys;
mod notifications;
mod queue;
mod receipts;
mod refunds_and_bills;
mod request;
mod sms;
mod state;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use delivery::{Delivery, Post, RETRIES_S, loopback_http};
pub use faults::{ApiFailure, BillFault, Faults, RefundEnd, SmsFailure};
pub use identity::Apps;
pub use keys::{Credentials, Keys, KeysFault};
pub use notifications::{Event, Forgery, PaymentEvent, RefundEvent, SignedNotification};
pub use receipts::{Fiscal, FiscalFaults};
pub use sms::{SentMessage, SmsAccount};
pub use state::{PayRefused, RefundRefused};

use state::State;

/// How a gateway is set up. `Options::new` has what the demo wants.
pub struct Options {
    pub keys: KeySource,
    /// Orders, refunds and undelivered notifications survive a restart in `orders.jsonl` here; `None` keeps them in memory only.
    pub journal_dir: Option<PathBuf>,
    /// How notifications are posted; [`loopback_http`] unless a test wants them in-process.
    pub post: Post,
    /// Microseconds UTC.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// The documented waits between repetitions are multiplied by this; 1.0 takes a day, 0.001 about a minute and a half.
    pub retry_scale: f64,
    /// Scheme and host before cashier addresses; empty makes them relative, so that a phone stays on the host it came by.
    pub cashier_base: String,
    /// Path under which [`Gateway::cashier_router`] answers.
    pub cashier_prefix: String,
    /// The apps whose sign-in codes are exchanged here.
    pub apps: Apps,
    pub sms: SmsAccount,
}

pub enum KeySource {
    /// New keys, forgotten at the end.
    Generate,
    /// Loaded from the directory, generated into it the first time.
    Directory(PathBuf),
    /// Shared by several gateways: making RSA keys is slow, and tests want many worlds.
    Given(Arc<Keys>),
}

impl Options {
    pub fn new(keys: KeySource, clock: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        Self {
            keys,
            journal_dir: None,
            post: loopback_http(),
            clock,
            retry_scale: 1.0,
            cashier_base: String::new(),
            cashier_prefix: "/sandbox".to_owned(),
            apps: Apps::default(),
            sms: SmsAccount::default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error(transparent)]
    Keys(#[from] KeysFault),
    #[error("the sandbox's order journal {path} cannot be used: {cause}")]
    Journal { path: PathBuf, cause: std::io::Error },
}

/// A handle; clones share one gateway.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    keys: Arc<Keys>,
    post: Post,
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    retry_scale: f64,
    cashier_base: String,
    cashier_prefix: String,
    apps: Apps,
    codes: Mutex<identity::Codes>,
    sms: SmsAccount,
    sent: Mutex<Vec<SentMessage>>,
    names: Mutex<BTreeMap<String, String>>,
    state: Mutex<State>,
    faults: Mutex<Faults>,
    /// Rung when a notification is queued, so that the background task need not wait for its next look.
    queued: tokio::sync::Notify,
}

impl Gateway {
    pub fn new(options: Options) -> Result<Self, StartFault> {
        let now = (options.clock)();
        let keys = match options.keys {
            KeySource::Generate => Arc::new(Keys::generate(now)?),
            KeySource::Directory(dir) => Arc::new(Keys::load_or_generate(&dir, now)?),
            KeySource::Given(keys) => keys,
        };
        let state = match options.journal_dir {
            None => State::default(),
            Some(dir) => {
                let path = dir.join("orders.jsonl");
                State::restored(&path).map_err(|cause| StartFault::Journal { path, cause })?
            }
        };
        Ok(Self(Arc::new(Inner {
            keys,
            post: options.post,
            clock: options.clock,
            retry_scale: options.retry_scale,
            cashier_base: options.cashier_base,
            cashier_prefix: options.cashier_prefix,
            apps: options.apps,
            codes: Mutex::default(),
            sms: options.sms,
            sent: Mutex::default(),
            names: Mutex::default(),
            state: Mutex::new(state),
            faults: Mutex::default(),
            queued: tokio::sync::Notify::new(),
        })))
    }

    /// What the platform needs to talk to this gateway.
    pub fn credentials(&self) -> Credentials {
        self.0.keys.credentials()
    }

    /// The name the cashier shows for an account that receives money.
    pub fn name_merchant(&self, payee_mchid: &str, name: &str) {
        lock(&self.0.names).insert(payee_mchid.to_owned(), name.to_owned());
    }

    /// The knobs. Hold the guard for one statement only: the gateway reads them at every step.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.0.faults)
    }

    /// Path of the cashier page of an order, as a JSAPI caller in the sandbox opens it.
    pub fn cashier_path(&self, prepay_id: &str) -> String {
        format!("{}/cashier/{prepay_id}", self.0.cashier_prefix)
    }

    /// Marks an order paid at `paid_at` (microseconds UTC) and returns the signed and sealed notification for the caller to post. The gateway does not
    /// send it itself; see [`Gateway::pay_and_notify`]. Paying twice returns the same payment, signed anew.
    pub fn pay(&self, out_trade_no: &str, paid_at: i64) -> Result<SignedNotification, PayRefused> {
        let event = self.state().pay(out_trade_no, paid_at)?;
        Ok(self.sign_notification(&Event::Payment(event), self.now() / 1_000_000))
    }

    /// Marks an order paid now and queues its notification for delivery.
    pub fn pay_and_notify(&self, out_trade_no: &str) -> Result<(), PayRefused> {
        let now = self.now();
        let delay_us = self.faults().delay_us;
        let lost = self.faults().lose_notifications;
        let mut state = self.state();
        if state.is_paid(out_trade_no) {
            return Ok(());
        }
        let event = state.pay(out_trade_no, now)?;
        if !lost {
            state.queue_payment(event, now + delay_us);
        }
        drop(state);
        self.0.queued.notify_one();
        Ok(())
    }

    /// What no channel should do and a test needs: takes money for an order that was closed, or a second time for one that is paid, and
    /// queues the notification.
    pub fn pay_regardless(&self, out_trade_no: &str) -> Result<(), PayRefused> {
        let now = self.now();
        let lost = self.faults().lose_notifications;
        let mut state = self.state();
        let event = state.pay_regardless(out_trade_no, now)?;
        if !lost {
            state.queue_payment(event, now);
        }
        drop(state);
        self.0.queued.notify_one();
        Ok(())
    }

    fn now(&self) -> i64 {
        (self.0.clock)()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

/// A panic elsewhere must not take the whole gateway down with it; every change of state is a single step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
