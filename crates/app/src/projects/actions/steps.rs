//! The steps of a project's life, each by the person whose step it is.

use db::Tx;
use serde::Serialize;

use crate::App;
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, TakingBack, Trouble, claims, public_entry};
use crate::organisations;

use super::super::model::{Project, State};
use super::super::rules::{self, Publication, Step};
use super::super::store::{self, Taking};
use super::super::{facts, fund, platform};
use super::plan::{emergency_faults, keep_version, snapshot, unready};
use super::{changed_meanwhile, hash, load, seated};

/// Who takes a step, of which version, and when.
struct Walk<'a> {
    actor: &'a Actor,
    id: Id,
    version: i64,
    step_id: Id,
    now: Micros,
}

/// Submits a draft to the operator, and says its new version. So do all steps.
pub fn submit(app: &App, actor: &Actor, id: Id, version: i64, now: Micros) -> Result<i64, Trouble> {
    let walk = Walk { actor, id, version, step_id: app.new_id(), now };
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        // The recipient answers for the appeal (慈善法 art. 26), so it is the recipient that submits it, whoever wrote it.
        seated(actor, &[project.recipient_id], &[Role::Manager])?;
        let snapshot = snapshot(tx, &project)?;
        let faults = rules::submission_faults(&snapshot.draft, project.kind);
        if let Some(fault) = faults.into_iter().chain(unready(tx, &project)?).next() {
            return Err(fault.into());
        }
        let next = take(tx, &walk, &project, Step::Submit, "")?;
        keep_version(tx, id, &snapshot, actor.person_id().unwrap_or(0), now)?;
        Ok(next)
    })
}

/// Sends a project back to its charity with a reason.
pub fn return_to_draft(app: &App, actor: &Actor, id: Id, version: i64, reason: &str, now: Micros) -> Result<i64, Trouble> {
    let person_id = actor.reviewer()?;
    let reason = reason_of(reason)?;
    let walk = Walk { actor, id, version, step_id: app.new_id(), now };
    app.db.write(|tx| {
        let project = unbiased(tx, actor, id)?;
        claims::decide(tx, "project", id, person_id, now)?;
        take(tx, &walk, &project, Step::Return, &reason)
    })
}

/// Another reviewer found that a draft should not have come back: it is submitted again as it stands, by whoever appealed, so
/// that the reviewer may still judge it. False: it was submitted in the meantime, or is not ready any more.
pub fn submit_after_appeal(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let project = store::find(tx, back.thing_id)?;
    let returned = store::steps(tx, project.id)?.last().is_some_and(|s| s.state == State::Draft && s.at == back.decided_at);
    if !returned || project.state != State::Draft {
        return Ok(false);
    }
    let snapshot = snapshot(tx, &project)?;
    if !rules::submission_faults(&snapshot.draft, project.kind).is_empty() || !unready(tx, &project)?.is_empty() {
        return Ok(false);
    }
    let taking = Taking {
        project: &project,
        version: project.version,
        to: State::Submitted,
        step_id: back.ids[0],
        person_id: back.appellant,
        reason: back.reason,
        now: back.now,
    };
    if !store::take_step(tx, &taking)? {
        return Ok(false);
    }
    keep_version(tx, project.id, &snapshot, back.appellant, back.now)?;
    Ok(true)
}

/// Finds a submitted project in order. The reviewer neither wrote it nor works for it.
pub fn review(app: &App, actor: &Actor, id: Id, version: i64, note: &str, now: Micros) -> Result<i64, Trouble> {
    let person_id = actor.reviewer()?;
    let note = rules::tidy(note, true);
    let walk = Walk { actor, id, version, step_id: app.new_id(), now };
    app.db.write(|tx| {
        let project = unbiased(tx, actor, id)?;
        claims::decide(tx, "project", id, person_id, now)?;
        let next = take(tx, &walk, &project, Step::Review, &note)?;
        store::version_reviewed(tx, id, now)?;
        Ok(next)
    })
}

/// Publishes a reviewed project, if the recipient may raise funds on this very day and nothing is missing.
pub fn publish(app: &App, actor: &Actor, id: Id, version: i64, now: Micros) -> Result<i64, Trouble> {
    let person_id = actor.reviewer()?;
    let walk = Walk { actor, id, version, step_id: app.new_id(), now };
    let entry_id = app.new_id();
    app.db.write(|tx| {
        let project = unbiased(tx, actor, id)?;
        claims::decide(tx, "project", id, person_id, now)?;
        Step::Publish.from(project.state)?;
        let (missing, budget_fen) = missing(tx, &project, day_of(now))?;
        if let Some(refusal) = missing.into_iter().next() {
            return Err(refusal.into());
        }
        platform::may_be_published(tx, app.mode, &project)?;
        let next = take(tx, &walk, &project, Step::Publish, "")?;
        store::publish_papers(tx, id, now)?;
        let version_sha256 = store::version_public(tx, id, now)?;
        let fact = Published {
            project: id.to_string(),
            launcher: project.launcher_id.to_string(),
            recipient: project.recipient_id.to_string(),
            implementer: project.implementer_id.to_string(),
            area: &project.area_code,
            field: project.field.word(),
            filing_number: &project.filing_number,
            goal_fen: budget_fen,
            starts_day: project.starts_day,
            ends_day: project.ends_day,
            text_sha256: hash(&format!("{}\n{}\n{}", project.title, project.summary, project.story)),
            version_sha256,
        };
        public_entry::append(tx, entry_id, "project_published", &public_entry::body(&fact)?, now)?;
        Ok(next)
    })
}

#[derive(Serialize)]
struct Published<'a> {
    project: String,
    launcher: String,
    recipient: String,
    implementer: String,
    area: &'a str,
    field: &'static str,
    filing_number: &'a str,
    goal_fen: i64,
    starts_day: Day,
    ends_day: Day,
    text_sha256: String,
    version_sha256: String,
}

/// Everything that still keeps a project from being published on `today`, and what its budget adds up to.
pub(in crate::projects) fn missing(tx: &mut Tx, project: &Project, today: Day) -> Result<(Vec<Refusal>, i64), Trouble> {
    let budget_fen = store::lines(tx, project.id)?.iter().map(|l| l.amount_fen).sum();
    let mut missing = rules::missing_for_publication(&Publication {
        kind: project.kind,
        filing_number: &project.filing_number,
        filed_day: project.filed_day,
        goal_fen: project.goal_fen,
        budget_fen,
        starts_day: project.starts_day,
        ends_day: project.ends_day,
        may_raise_funds: organisations::may_raise_funds(tx, project.recipient_id, today)?,
        has_merchant: organisations::merchant_of(tx, project.recipient_id)?.is_some(),
        today,
    });
    missing.extend(emergency_faults(tx, project, today)?);
    // The recipient's papers were looked at lately, and the others are evaluated and bound by an agreement (慈善法 art. 26).
    let others = [project.launcher_id, project.implementer_id];
    missing.extend(organisations::missing_for_publication(tx, project.recipient_id, &others, today)?);
    Ok((missing, budget_fen))
}

/// Ends fundraising; by a manager of the recipient, with a reason that everyone reads.
pub fn end_fundraising(app: &App, actor: &Actor, id: Id, version: i64, reason: &str, now: Micros) -> Result<i64, Trouble> {
    let reason = reason_of(reason)?;
    by_recipient(app, actor, id, version, Step::EndFundraising, &reason, now)
}

/// Says that all money there will be is raised and the work goes on with it.
pub fn start_executing(app: &App, actor: &Actor, id: Id, version: i64, now: Micros) -> Result<i64, Trouble> {
    by_recipient(app, actor, id, version, Step::StartExecuting, "", now)
}

/// Closes a project: no payout is open and everything paid out is accounted for. The note says how it ended and, when
/// money is left in the account, what will be done with it (慈善法 art. 58); everyone reads it.
pub fn close(app: &App, actor: &Actor, id: Id, version: i64, note: &str, now: Micros) -> Result<i64, Trouble> {
    let note = reason_of(note)?;
    by_recipient(app, actor, id, version, Step::Close, &note, now)
}

fn by_recipient(app: &App, actor: &Actor, id: Id, version: i64, step: Step, reason: &str, now: Micros) -> Result<i64, Trouble> {
    let walk = Walk { actor, id, version, step_id: app.new_id(), now };
    let entry_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        seated(actor, &[project.recipient_id], &[Role::Manager])?;
        if step == Step::Close {
            let total = fund::total(tx, id)?;
            if total.pending_fen > 0 {
                return Err(Refusal::conflict("refusal-project-close-payout").into());
            }
            if total.with_implementer_fen() > 0 {
                let left = money::Fen(total.with_implementer_fen());
                return Err(Refusal::conflict("refusal-project-close-unspent").with("amount", left).into());
            }
        }
        let next = take(tx, &walk, &project, step, reason)?;
        let fact = Stepped { project: id.to_string(), state: step.from(project.state)?.word(), text_sha256: hash(reason) };
        public_entry::append(tx, entry_id, "project_step", &public_entry::body(&fact)?, now)?;
        Ok(next)
    })
}

#[derive(Serialize)]
struct Stepped {
    project: String,
    state: &'static str,
    text_sha256: String,
}

/// Puts a public project into the first column, or takes it out.
pub fn curate(app: &App, actor: &Actor, id: Id, curated: bool, now: Micros) -> Result<(), Trouble> {
    actor.reviewer()?;
    app.db.write(|tx| if store::curate(tx, id, curated.then_some(now))? { Ok(()) } else { Err(Refusal::not_found().into()) })
}

/// A project that this reviewer may judge.
fn unbiased(tx: &mut Tx, actor: &Actor, id: Id) -> Result<Project, Trouble> {
    let project = store::find_for_operator(tx, id)?.ok_or_else(Refusal::not_found)?;
    let mut hands = vec![project.created_by];
    hands.extend(store::steps(tx, id)?.iter().filter(|s| s.state == State::Submitted).map(|s| s.person_id));
    let works_for_it = super::scope(actor).iter().any(|own| project.organisations().contains(own));
    rules::may_review(actor.reviewer()?, &hands, works_for_it)?;
    Ok(project)
}

fn take(tx: &mut Tx, walk: &Walk, project: &Project, step: Step, reason: &str) -> Result<i64, Trouble> {
    let to = step.from(project.state)?;
    let person_id = walk.actor.person_id().ok_or_else(Refusal::forbidden)?;
    let taking = Taking { project, version: walk.version, to, step_id: walk.step_id, person_id, reason, now: walk.now };
    if !store::take_step(tx, &taking)? {
        return Err(changed_meanwhile().into());
    }
    if to.is_public() {
        facts::refresh_due_day(tx, walk.id)?;
    }
    Ok(walk.version + 1)
}

fn reason_of(reason: &str) -> Result<String, Refusal> {
    let reason = rules::tidy(reason, true);
    match reason.chars().count() {
        0 => Err(Refusal::input("reason", "refusal-project-reason-missing")),
        1..=500 => Ok(reason),
        _ => Err(Refusal::input("reason", "refusal-project-too-long").with("most", 500)),
    }
}
