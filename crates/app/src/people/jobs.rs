//! What follows by itself: messages leave, and what is no longer needed is forgotten.

use db::{Fault, Tx};

use crate::jobs::{Chore, JobKind};
use crate::kernel::{DAY_US, HOUR_US, Refusal, Trouble, WAITING_SHOWN, Waiting, forget_rates};
use crate::{App, Mode, web};

use super::{actions, rules, store};

/// How long a message is kept after it was made.
const MESSAGES_KEPT: i64 = 30 * DAY_US;
/// Longer than any window in use, so that forgetting one never gives anybody more tries.
const RATES_KEPT: i64 = 2 * DAY_US;

pub fn jobs() -> Vec<JobKind> {
    vec![
        JobKind { kind: "send_message", run: send_message },
        JobKind { kind: "data_export", run: actions::copies::make },
        JobKind { kind: "erase_again", run: actions::leaving::erase_again },
    ]
}

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "forget", every: HOUR_US, run: forget }]
}

/// Sends a message. In the demo "sent" means that it can be read on the outbox page. Elsewhere the provider is asked; what it will not take rests
/// where the operator sees it, and nobody is told that a message left when it did not.
fn send_message(app: &App, payload: &str) -> Result<(), Trouble> {
    let Some(id) = web::parse_id(payload) else { return Ok(()) };
    let now = app.clock.now();
    if app.mode == Mode::Demo {
        return Ok(app.db.write(|tx| store::mark_sent(tx, id, now))?);
    }
    let Some(provider) = &app.people.sms else {
        tracing::error!(message = id, "no text message provider is configured, so a message is waiting unsent");
        return Ok(());
    };
    let Some(message) = app.db.read(|tx| store::outgoing(tx, id))? else { return Ok(()) };
    let give_up = |failure: &str| {
        tracing::error!(message = id, failure, "a text message was not sent");
        app.db.write(|tx| {
            store::mark_failed(tx, id, failure, now)?;
            store::empty_message(tx, id)
        })
    };
    // A code that has run out helps nobody, and would only wake them.
    if now >= message.created_at + rules::CODE_LIFETIME {
        return Ok(give_up("expired")?);
    }
    match provider.send(message.phone.as_str(), &message.parameters, payload, now) {
        sms::Answer::Sent { .. } => Ok(app.db.write(|tx| {
            store::mark_sent(tx, id, now)?;
            store::empty_message(tx, id)
        })?),
        sms::Answer::Refused { code, .. } => Ok(give_up(&code)?),
        sms::Answer::Later { code, .. } => {
            tracing::warn!(message = id, code, "the text message provider wants us to wait");
            Err(Refusal::new(503, "refusal-message-later").into())
        }
        sms::Answer::Unknown { status, why } => {
            tracing::warn!(message = id, status, why, "nobody knows whether a text message was sent");
            Err(Refusal::new(503, "refusal-message-later").into())
        }
    }
}

/// How long a message that was not sent is shown to the operator.
pub const FAILURES_SHOWN: i64 = 7 * DAY_US;

/// Messages that the provider did not take, all as one item: one undelivered code is a wrong number, ten are an outage.
pub fn waiting_for_operator(tx: &mut Tx, now: i64) -> Result<Vec<Waiting>, Fault> {
    let failed = store::undelivered(tx, now - DAY_US, WAITING_SHOWN)?;
    Ok(failed
        .first()
        .map(|oldest| Waiting {
            queue: "waiting-messages",
            thing: "message",
            thing_id: oldest.id,
            title: oldest.failure.clone(),
            href: "/operator/messages".to_owned(),
            since: oldest.failed_at,
            due_at: None,
            unattended: "unattended-messages",
        })
        .into_iter()
        .collect())
}

fn forget(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    app.db.write(|tx| {
        web::forget_expired_sessions(tx, now)?;
        store::forget_codes(tx, now - DAY_US)?;
        store::forget_messages(tx, now - MESSAGES_KEPT)?;
        store::wechat::forget_pending(tx, now)?;
        store::copies::forget(tx, now)?;
        store::passkeys::forget_challenges(tx, now - DAY_US)?;
        forget_rates(tx, now - RATES_KEPT)
    })?;
    Ok(())
}
