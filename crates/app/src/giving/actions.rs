//! What people do when they give: look at the calmer, confirm it, give, come back, change how the gift is signed.

use std::sync::Arc;

use db::{Fault, Tx};

use crate::App;
use crate::jobs;
use crate::kernel::{Actor, Id, MINUTE_US, Micros, Refusal, SECOND_US, Trouble, allow, hex, sha256};
use crate::projects::{self, Accepting};

use super::model::{GiftRequest, GiftView, Queue, TradeType};
use super::{orders, rules, store};

/// What the calmer shows: the same facts have the same text and so the same hash, whoever looks and whenever.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub hash: [u8; 32],
    /// `projects::CalmerFacts` as JSON.
    pub body: String,
    /// As of when the facts stand.
    pub as_of: Micros,
}

/// The calmer of a project that takes gifts now, with the snapshot stored.
#[derive(Clone, Debug)]
pub struct Calmer {
    pub accepting: Accepting,
    pub snapshot: Snapshot,
}

/// Shows the calmer. What it shows is stored before anybody reads it, so that a hash always leads to its text.
pub fn show_calmer(app: &App, project_id: Id, now: Micros) -> Result<Calmer, Trouble> {
    if app.settlement.alarm() {
        return Err(alarm().into());
    }
    let (accepting, body) = app.db.read(|tx| -> Result<_, Trouble> {
        let accepting = projects::takes_gifts(tx, project_id, now)??;
        let facts = projects::calmer_facts(tx, project_id, now)?;
        Ok((accepting, text_of(&facts)))
    })?;
    if let Some(snapshot) = app.giving.shown(project_id, &body, now) {
        return Ok(Calmer { accepting, snapshot });
    }
    let snapshot = Snapshot { hash: sha256(body.as_bytes()), body, as_of: now };
    app.db.write(|tx| store::keep_snapshot(tx, &snapshot.hash, &snapshot.body, now))?;
    app.giving.remember(project_id, &snapshot);
    Ok(Calmer { accepting, snapshot })
}

fn text_of(facts: &projects::CalmerFacts) -> String {
    serde_json::to_string(facts).expect("plain facts can be written as JSON")
}

fn alarm() -> Refusal {
    Refusal::new(503, "refusal-giving-alarm")
}

/// What a confirmation must carry, and nobody but us can make: which project, which amount, what was shown, until when.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    pub project_id: Id,
    pub amount_fen: i64,
    pub hash: [u8; 32],
    pub expires_at: Micros,
}

impl Ticket {
    pub fn new(project_id: Id, amount_fen: i64, snapshot: &Snapshot, now: Micros) -> Ticket {
        Ticket { project_id, amount_fen, hash: snapshot.hash, expires_at: now + rules::CALMER_LIFE }
    }

    pub fn code(&self, app: &App) -> String {
        app.secret.code("calmer", &self.subject())
    }

    fn subject(&self) -> String {
        format!("{}\n{}\n{}\n{}", self.project_id, self.amount_fen, hex(&self.hash), self.expires_at)
    }

    /// Whether `code` is ours for exactly this, and still holds.
    pub fn admit(&self, app: &App, code: &str, now: Micros) -> Result<(), Refusal> {
        if !app.secret.code_fits("calmer", &self.subject(), code) {
            return Err(Refusal::new(403, "refusal-giving-forged"));
        }
        if now >= self.expires_at {
            return Err(Refusal::conflict("refusal-giving-calmer-old"));
        }
        Ok(())
    }
}

const INTENTS: i64 = 60;
const INTENTS_WINDOW: Micros = 10 * MINUTE_US;

/// A confirmed calmer becomes an intent, and its order is made at once when nobody waits before it. Everything that comes
/// from outside comes through here. A signed-in donor is counted as a person, since a whole village may share one address.
pub fn confirm(app: &Arc<App>, actor: &Actor, ticket: &Ticket, code: &str, request: GiftRequest, now: Micros) -> Result<Id, Trouble> {
    ticket.admit(app, code, now)?;
    let who = match actor.person_id() {
        Some(id) => format!("give person {id}"),
        None => format!("give address {}", request.client_address),
    };
    let request = GiftRequest { project_id: ticket.project_id, amount_fen: ticket.amount_fen, snapshot_hash: ticket.hash, ..request };
    let leave = app.giving.leave();
    let (id, order) = begin(app, actor, request, now, |tx, id| {
        if !allow(tx, &who, INTENTS_WINDOW, INTENTS, now)? {
            return Err(Refusal::too_many().into());
        }
        // In the intent's own transaction, so that a gift on a quiet day costs two commits and not four.
        Ok(if leave.is_some() { store::claim_one(tx, id, now, now + orders::CLAIM)? } else { None })
    })?;
    if let (Some(order), Some(leave)) = (order, leave) {
        orders::place_soon(app, order, leave);
    }
    Ok(id)
}

/// Takes an intent and puts it in the waiting room. No money moves here.
///
/// # Errors
/// Refused when the project takes no gifts, the books do not agree, the amount or a text is outside its limits, or the
/// calmer that was shown is unknown or no longer tells the same.
pub fn give(app: &App, actor: &Actor, request: GiftRequest, now: Micros) -> Result<Id, Trouble> {
    begin(app, actor, request, now, |_, _| Ok(())).map(|(id, ())| id)
}

/// The intent, and in the same transaction what `also` does with it. Read committed is enough: an intent reserves nothing,
/// and the limits keep themselves by locked rows.
fn begin<T>(
    app: &App,
    actor: &Actor,
    request: GiftRequest,
    now: Micros,
    mut also: impl FnMut(&mut Tx, Id) -> Result<T, Trouble>,
) -> Result<(Id, T), Trouble> {
    if app.settlement.alarm() {
        return Err(alarm().into());
    }
    rules::within_limits(request.amount_fen)?;
    let request = GiftRequest {
        name: rules::name(&request.name)?,
        message: rules::message(&request.message)?,
        trade_type: rules::trade_type(request.trade_type, &request.open_id, &request.client_address),
        ..request
    };
    let id = app.ids.next(now);
    app.db.write_batch(|tx| {
        let accepting = projects::takes_gifts(tx, request.project_id, now)??;
        let told =
            store::snapshot(tx, &request.snapshot_hash)?.ok_or_else(|| Refusal::input("snapshot", "refusal-giving-unknown-calmer"))?;
        let facts = text_of(&projects::calmer_facts(tx, request.project_id, now)?);
        if !rules::tell_the_same(&told, &facts) {
            return Err(Refusal::conflict("refusal-giving-calmer-changed").into());
        }
        store::insert_intent(tx, id, accepting.recipient_id, actor.person_id().unwrap_or(0), &request, now)?;
        Ok((id, also(tx, id)?))
    })
}

/// The page of a gift: whoever holds this address may see it.
pub fn gift_path(app: &App, id: Id) -> String {
    format!("/gifts/{id}/{}", app.secret.code("gift", &id.to_string()))
}

/// The gift at an address, if the code in it is ours.
pub fn find(app: &App, id: Id, code: &str) -> Result<GiftView, Trouble> {
    if !app.secret.code_fits("gift", &id.to_string(), code) {
        return Err(Refusal::not_found().into());
    }
    app.db.read(|tx| store::gift(tx, id))?.ok_or_else(|| Refusal::not_found().into())
}

/// What the calmer showed before this gift, as stored.
pub fn told(app: &App, gift: &GiftView) -> Result<String, Trouble> {
    app.db.read(|tx| store::snapshot(tx, &gift.snapshot_hash))?.ok_or_else(|| Refusal::not_found().into())
}

/// The donor came back from the cashier: the channel is asked, once in five seconds at most.
pub fn ask_channel(app: &App, id: Id, now: Micros) -> Result<(), Fault> {
    let job_id = app.ids.next(now);
    app.db.write(|tx| {
        if allow(tx, &format!("ask {id}"), 5 * SECOND_US, 1, now)? {
            jobs::enqueue(tx, job_id, "query_order", &id.to_string(), now)?;
        }
        Ok(())
    })
}

/// The waiting room as it is for this gift.
pub fn queue(app: &App, id: Id, now: Micros) -> Result<Queue, Fault> {
    let (before, made) =
        app.db.read(|tx| -> Result<_, Fault> { Ok((store::waiting_before(tx, id)?, store::made_since(tx, now - 10 * SECOND_US)?)) })?;
    Ok(rules::queue(before, made, now))
}

/// Changes how a gift is signed from now on.
pub fn sign(app: &App, id: Id, anonymous: bool, name: &str) -> Result<(), Trouble> {
    let name = rules::name(name)?;
    Ok(app.db.write(|tx| store::sign(tx, id, anonymous, &name))?)
}

/// The address of a phone's cashier lives five minutes. When it went stale, the same order is sent again for a new one.
pub fn reopen_cashier(app: &Arc<App>, gift: &GiftView, now: Micros) -> Result<(), Trouble> {
    if gift.trade_type == TradeType::H5 && app.db.write(|tx| store::order_again(tx, gift.id, now - rules::H5_LIFE, now))? == 1 {
        orders::make_at_once(app, gift.id)?;
    }
    Ok(())
}
