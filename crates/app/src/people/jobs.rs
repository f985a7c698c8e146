//! What follows by itself: messages leave, and what is no longer needed is forgotten.

use crate::jobs::{Chore, JobKind};
use crate::kernel::{DAY_US, HOUR_US, Trouble, forget_rates};
use crate::{App, Mode, web};

use super::store;

/// How long a message is kept after it was made.
const MESSAGES_KEPT: i64 = 30 * DAY_US;
/// Longer than any window in use, so that forgetting one never gives anybody more tries.
const RATES_KEPT: i64 = 2 * DAY_US;

pub fn jobs() -> Vec<JobKind> {
    vec![JobKind { kind: "send_message", run: send_message }]
}

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "forget", every: HOUR_US, run: forget }]
}

/// Sends a message. In the demo "sent" means that it can be read on the outbox page. There is no SMS provider yet:
/// elsewhere the row waits unsent and the log says so, and nobody is told that a message left when it did not.
fn send_message(app: &App, payload: &str) -> Result<(), Trouble> {
    let Some(id) = web::parse_id(payload) else { return Ok(()) };
    if app.mode != Mode::Demo {
        tracing::error!(message = id, "there is no SMS provider, so a message is waiting unsent");
        return Ok(());
    }
    let now = app.clock.now();
    Ok(app.db.write(|tx| store::mark_sent(tx, id, now))?)
}

fn forget(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    app.db.write(|tx| {
        web::forget_expired_sessions(tx, now)?;
        store::forget_codes(tx, now - DAY_US)?;
        store::forget_messages(tx, now - MESSAGES_KEPT)?;
        forget_rates(tx, now - RATES_KEPT)
    })?;
    Ok(())
}
