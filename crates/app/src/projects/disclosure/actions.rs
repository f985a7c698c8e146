//! What people do here: correct what was told, say what became of leftovers; and what the program does: remind.

use db::Tx;
use serde::Serialize;

use crate::App;
use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, TakingBack, Trouble, claims, hex, public_entry, sha256};
use crate::{organisations, people};

use super::super::actions::{hash, load, scope, seated};
use super::super::model::{Correction, Review, State, Thing};
use super::super::store as told;
use super::super::{facts, fund, rules};
use super::finance;
use super::store::{self, Correcting};

/// Publishes a note beside something that a project told: what was wrong and what is right. The thing itself stays as it is.
/// By a manager or the finance of any of the three organisations; the other two read it as everyone does.
pub fn correct(
    app: &App,
    actor: &Actor,
    project_id: Id,
    (thing, thing_id): (Thing, Id),
    was_wrong: &str,
    is_right: &str,
    now: Micros,
) -> Result<Id, Trouble> {
    let was_wrong = rules::text("was_wrong", was_wrong, true, 1_000, "refusal-disclosure-was-wrong")?;
    let is_right = rules::text("is_right", is_right, true, 1_000, "refusal-disclosure-is-right")?;
    let (id, entry_id) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let roles = [Role::Manager, Role::Finance];
        let person_id = seated(actor, &project.organisations(), &roles)?;
        let organisation_id = project.organisations().into_iter().find(|id| actor.holds(*id, &roles)).unwrap_or(project.recipient_id);
        if project.published_at.is_none() {
            return Err(Refusal::conflict("refusal-project-not-public").into());
        }
        let words =
            store::words_of(tx, project_id, thing, thing_id)?.ok_or_else(|| Refusal::input("thing", "refusal-disclosure-no-such-thing"))?;
        let original = sha256(words.as_bytes());
        let own = sha256(Correction::text(&was_wrong, &is_right).as_bytes());
        let correcting = Correcting {
            id,
            project_id,
            thing,
            thing_id,
            was_wrong: &was_wrong,
            is_right: &is_right,
            organisation_id,
            person_id,
            original_sha256: &original,
            sha256: &own,
            now,
        };
        store::add_correction(tx, &correcting)?;
        let fact = Corrected {
            correction: id.to_string(),
            project: project_id.to_string(),
            organisation: organisation_id.to_string(),
            thing: thing.word(),
            thing_id: thing_id.to_string(),
            original_sha256: hex(&original),
            text_sha256: hex(&own),
        };
        public_entry::append(tx, entry_id, "correction_published", &public_entry::body(&fact)?, now)?;
        Ok(id)
    })
}

#[derive(Serialize)]
struct Corrected {
    correction: String,
    project: String,
    organisation: String,
    thing: &'static str,
    thing_id: String,
    original_sha256: String,
    text_sha256: String,
}

/// Says what became of the money that was left when a project closed (令81号: within three months of its end). The amount is
/// the ledger's.
pub fn tell_leftovers(app: &App, actor: &Actor, project_id: Id, body: &str, now: Micros) -> Result<Id, Trouble> {
    let body = rules::text("body", body, true, 2_000, "refusal-disclosure-leftovers-body")?;
    let (id, entry_id) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Manager, Role::Finance])?;
        if project.state != State::Closed {
            return Err(Refusal::conflict("refusal-disclosure-leftovers-early").into());
        }
        let amount_fen = fund::total(tx, project_id)?.in_account_fen();
        store::add_leftover_statement(tx, id, project_id, amount_fen, &body, person_id, now)?;
        facts::refresh_due_day(tx, project_id)?;
        let fact = Leftovers { statement: id.to_string(), project: project_id.to_string(), amount_fen, text_sha256: hash(&body) };
        public_entry::append(tx, entry_id, "leftovers_told", &public_entry::body(&fact)?, now)?;
        Ok(id)
    })
}

#[derive(Serialize)]
struct Leftovers {
    statement: String,
    project: String,
    amount_fen: i64,
    text_sha256: String,
}

/// The operator's word on a disclosure that is public: in order, or returned with reasons that everyone reads until it is
/// corrected. Whoever published it or works for one of its organisations has no say.
pub fn review(app: &App, actor: &Actor, disclosure_id: Id, passed: bool, reason: &str, now: Micros) -> Result<(), Trouble> {
    let person_id = actor.reviewer()?;
    let reason = rules::tidy(reason, true);
    if !passed && reason.is_empty() {
        return Err(Refusal::input("reason", "refusal-project-reason-missing").into());
    }
    if reason.chars().count() > 500 {
        return Err(Refusal::input("reason", "refusal-project-too-long").with("most", 500).into());
    }
    let (id, entry_id, notice_id) = (app.new_id(), app.new_id(), app.new_id());
    app.db.write(|tx| {
        let judged = finance::judged(tx, disclosure_id)?.ok_or_else(Refusal::not_found)?;
        let project = told::find(tx, judged.project_id)?;
        let works_for_it = scope(actor).iter().any(|own| project.organisations().contains(own));
        rules::may_review_disclosure(person_id, judged.person_id, works_for_it)?;
        claims::decide(tx, "disclosure", disclosure_id, person_id, now)?;
        let waits = finance::review(tx, disclosure_id)? == Review::Waiting;
        if !waits || !finance::add_review(tx, id, disclosure_id, passed, &reason, person_id, now)? {
            return Err(Refusal::conflict("refusal-disclosure-reviewed").into());
        }
        let message = if passed { "notice-disclosure-passed" } else { "notice-disclosure-returned" };
        let link = Thing::Disclosure.path(project.id, disclosure_id);
        people::notify(tx, notice_id, judged.person_id, message, &[("title", &project.title)], &link, now)?;
        let fact = Reviewed { disclosure: disclosure_id.to_string(), passed, text_sha256: hash(&reason) };
        Ok(public_entry::append(tx, entry_id, "disclosure_reviewed", &public_entry::body(&fact)?, now)?)
    })
}

/// Another reviewer found that nothing was wrong with a disclosure that was returned: it passes. False: it was corrected and
/// waits again, or has passed since.
pub fn pass_after_appeal(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let [id, entry_id, ..] = back.ids;
    let stands = matches!(finance::review(tx, back.thing_id)?, Review::Returned { at, .. } if at == back.decided_at);
    if !stands || !finance::add_review(tx, id, back.thing_id, true, back.reason, back.reviewer, back.now)? {
        return Ok(false);
    }
    let fact = Reviewed { disclosure: back.thing_id.to_string(), passed: true, text_sha256: hash(back.reason) };
    public_entry::append(tx, entry_id, "disclosure_reviewed", &public_entry::body(&fact)?, back.now)?;
    Ok(true)
}

#[derive(Serialize)]
struct Reviewed {
    disclosure: String,
    passed: bool,
    text_sha256: String,
}

/// How many projects are looked at in one transaction.
const SLICE: i64 = 200;

/// Tells managers and finance of a charity that a report is due or late: 14, 7 and 1 days before and after, each once.
pub fn remind(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    let today = day_of(now);
    let mut after = (0, 0);
    loop {
        let slice = app.db.read(|tx| store::to_remind(tx, today - 30, today + 14, after, SLICE))?;
        let Some(last) = slice.last() else { return Ok(()) };
        after = (last.due_day, last.project_id);
        for item in &slice {
            let Some(stage) = rules::reminder(item.due_day, today) else { continue };
            let ids: Vec<Id> = (0..20).map(|_| app.new_id()).collect();
            app.db.write(|tx| tell(tx, item, stage, &ids, now))?;
        }
    }
}

/// Writes the notices of one reminder, unless it went out already.
fn tell(tx: &mut Tx, item: &store::ToRemind, stage: i64, ids: &[Id], now: Micros) -> Result<(), Trouble> {
    if !store::reminded(tx, item.project_id, item.due_day, stage, now)? {
        return Ok(());
    }
    let mut told = Vec::new();
    for seat in organisations::seats(tx, item.recipient_id)? {
        let answers = matches!(seat.role, Role::Manager | Role::Finance) && seat.held_at(now);
        if answers && !told.contains(&seat.person_id) {
            told.push(seat.person_id);
        }
    }
    let days = (day_of(now) - item.due_day).abs().to_string();
    let day = day_text(item.due_day);
    let message = if stage < 0 { "notice-disclosure-soon" } else { "notice-disclosure-late" };
    let link = format!("/desk/projects/{}/clocks", item.project_id);
    for (id, person_id) in ids.iter().zip(told) {
        people::notify(tx, *id, person_id, message, &[("title", &item.title), ("day", &day), ("days", &days)], &link, now)?;
    }
    Ok(())
}
