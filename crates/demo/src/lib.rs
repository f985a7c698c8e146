//! The example world: invented organisations, people and projects, and three hundred gifts with the article's distribution.
//!
//! Nothing here writes to the database by itself but one mark that says that the world is complete. Everything else goes
//! through the actions that people use, and every gift goes its real way: calmer, intent, order at the gateway, payment,
//! signed and sealed notification, group commit. Only the clock is moved: it stands where the story is, from fourteen
//! months ago until now.
//!
//! | file | what |
//! |---|---|
//! | `text.rs` | what is told, read from `data/demo` |
//! | `cast.rs` | founds the organisations and the people |
//! | `gifts.rs` | who gives how much, when and to what; and the way of one gift |
//! | `affairs.rs` | what happens beside the projects: receipts, refunds, questions, complaints, a change, a suspension |
//! | `script.rs` | everything that happens, in the order of time |
//! | `play.rs` | lets it happen |

#![forbid(unsafe_code)]

mod affairs;
mod cast;
mod dice;
mod gifts;
mod papers;
mod play;
mod script;
mod text;

use std::sync::Arc;

use app::kernel::{Clock, Trouble};
use app::{App, Mode};
use db::{Fault, params, sql};
use sandbox::Gateway;

/// What was built, and how to look at it.
#[derive(Debug, Clone)]
pub struct Summary {
    pub gifts: usize,
    pub gifts_fen: i64,
    pub projects: usize,
    pub sign_ins: Vec<SignIn>,
    /// A donor's telephone number; the code sent to it is on the outbox page.
    pub donor_phone: String,
}

/// Who can be tried out. Credentials of an example world are no secret: they are printed.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub who: String,
    pub english_who: String,
    pub login: String,
    pub password: String,
    pub totp_secret_base32: String,
    /// The page to go to after signing in.
    pub opens: String,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    #[error("an example world is only built where no real money is taken")]
    NotADemo,
    #[error("the example world needs a clock that can be moved")]
    ClockRuns,
    #[error("the example world is there already")]
    AlreadyBuilt,
    #[error("the database holds something already, so no example world is built into it")]
    NotEmpty,
    #[error("{what}: {why}")]
    Refused { what: String, why: String },
    #[error(transparent)]
    Database(#[from] Fault),
    #[error("the example world's books do not agree: {0}")]
    Books(String),
}

/// Says what was being done when something did not happen.
fn doing<T>(what: impl FnOnce() -> String, outcome: Result<T, Trouble>) -> Result<T, DemoFault> {
    outcome.map_err(|trouble| match trouble {
        Trouble::Refused(refusal) => DemoFault::Refused { what: what(), why: format!("{} {:?}", refusal.key, refusal.args) },
        Trouble::Fault(fault) => DemoFault::Refused { what: what(), why: fault.to_string() },
    })
}

/// Whether the whole world stands in this database.
pub fn is_built(app: &App) -> Result<bool, Fault> {
    app.db.read(|tx| Ok(tx.query_opt(sql("SELECT value FROM counter WHERE name = 'example world'"), params![])?.is_some()))
}

/// Builds the world. The app's clock stands still when it comes in and is released when it goes out.
pub fn build(app: &Arc<App>, gateway: &Gateway) -> Result<Summary, DemoFault> {
    build_telling(app, gateway, &mut |_, _| {})
}

/// The same, telling after every event how many of how many have happened.
pub fn build_telling(app: &Arc<App>, gateway: &Gateway, tell: &mut dyn FnMut(usize, usize)) -> Result<Summary, DemoFault> {
    if app.mode != Mode::Demo {
        return Err(DemoFault::NotADemo);
    }
    if !matches!(app.clock, Clock::Standing(_)) {
        return Err(DemoFault::ClockRuns);
    }
    if is_built(app)? {
        return Err(DemoFault::AlreadyBuilt);
    }
    let inhabitants = app.db.read(|tx| {
        tx.query_one(sql("SELECT (SELECT COUNT(*) FROM organisation) + (SELECT COUNT(*) FROM person) AS count"), params![])?.int("count")
    })?;
    if inhabitants > 0 {
        return Err(DemoFault::NotEmpty);
    }
    let now = app.clock.now();
    let outcome = play::play(app, gateway, now, tell);
    app.clock.release();
    outcome
}

/// How to look at a world that stands already.
pub fn sign_ins() -> Vec<SignIn> {
    cast::sign_ins(&text::People::load())
}

pub fn donor_phone() -> String {
    text::People::load().donor_phone
}

/// Tells the gateway what its cashier calls the accounts; it forgets names when it stops.
pub fn name_accounts(gateway: &Gateway) {
    for organisation in text::organisations() {
        if let Some(mchid) = &organisation.mchid {
            gateway.name_merchant(mchid, &organisation.name);
        }
    }
}
