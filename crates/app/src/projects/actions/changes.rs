//! Changing what was published: asked for by the recipient with its new filing, judged by the operator, told to donors,
//! and only then in effect (慈善法 art. 56; 广州市慈善促进条例: at least sixty days where donors cannot be reached).

use db::Tx;
use serde::Serialize;

use crate::App;
use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, TakingBack, Trouble, claims, public_entry};

use super::super::model::{Change, Hold, NewLine, NoticeKind, Plan, Project, Snapshot};
use super::super::store::NewChange;
use super::super::{fund, rules, store};
use super::decisions::{NoticeIds, tell_donors, unconcerned, words_of};
use super::plan::{keep_version, snapshot};
use super::{hash, load, seated};

/// What may be changed once a project is public: for whom, what is done, until when, and the money.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub object: String,
    pub service: String,
    pub ends_day: Day,
    pub selection: String,
    pub beneficiaries: i64,
    pub use_of_money: String,
    pub leftovers: String,
    pub nodes: Vec<super::super::model::Node>,
    pub lines: Vec<NewLine>,
    pub reason: String,
    pub filing_number: String,
    pub filed_day: Day,
}

/// The project as it would be.
fn after(before: &Snapshot, wanted: &Wanted) -> Snapshot {
    let mut after = before.clone();
    after.draft.object.clone_from(&wanted.object);
    after.draft.service.clone_from(&wanted.service);
    after.draft.ends_day = wanted.ends_day;
    after.draft.lines.clone_from(&wanted.lines);
    after.draft.filing_number.clone_from(&wanted.filing_number);
    after.draft = rules::cleaned(&after.draft);
    let plan = Plan {
        selection: wanted.selection.clone(),
        beneficiaries: wanted.beneficiaries,
        use_of_money: wanted.use_of_money.clone(),
        leftovers: wanted.leftovers.clone(),
        nodes: wanted.nodes.clone(),
        filed_day: wanted.filed_day,
        ..after.plan.clone()
    };
    after.plan = rules::cleaned_plan(&plan);
    after
}

/// Asks for a change; by a manager of the recipient, who has filed it again.
pub fn ask_for_change(app: &App, actor: &Actor, id: Id, wanted: &Wanted, now: Micros) -> Result<Id, Trouble> {
    let reason = words_of("reason", &wanted.reason, 1_000)?;
    if wanted.filed_day == 0 || wanted.filed_day > day_of(now) {
        return Err(Refusal::input("filed_day", "refusal-project-plan-filed").into());
    }
    let change_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Manager])?;
        if !project.state.is_running() || project.hold == Hold::TakenDown {
            return Err(Refusal::conflict("refusal-project-not-running").into());
        }
        let before = snapshot(tx, &project)?;
        let after = after(&before, wanted);
        let faults = rules::submission_faults(&after.draft, project.kind).into_iter().chain(rules::plan_faults(&after.plan));
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault.into());
        }
        if rules::differences(&before, &after).iter().all(|d| matches!(d.label, "project-filing-number" | "project-plan-filed")) {
            return Err(Refusal::conflict("refusal-project-change-nothing").into());
        }
        fits(tx, &project, &after)?;
        let (body, before_body) = (public_entry::body(&after)?, public_entry::body(&before)?);
        let change = NewChange {
            id: change_id,
            project_id: id,
            reason: &reason,
            filing_number: &after.draft.filing_number,
            filed_day: wanted.filed_day,
            body: &body,
            before_body: &before_body,
            by: person_id,
            now,
        };
        if !store::add_change(tx, &change)? {
            return Err(Refusal::conflict("refusal-project-change-open").into());
        }
        Ok(change_id)
    })
}

/// Whether a change fits what has been spent, paid out and asked for by now.
fn fits(tx: &mut Tx, project: &Project, after: &Snapshot) -> Result<Vec<rules::LineChange>, Trouble> {
    let changes = rules::changed_lines(&store::lines(tx, project.id)?, &after.draft.lines)?;
    let total = fund::total(tx, project.id)?;
    rules::covers(after.draft.goal_fen().unwrap_or(0), total.paid_out_fen + total.pending_fen)?;
    Ok(changes)
}

/// Finds a change in order: from now on donors are told, and it takes effect when the notice is over.
pub fn announce_change(app: &App, actor: &Actor, change_id: Id, answer: &str, now: Micros) -> Result<Day, Trouble> {
    let answer = rules::tidy(answer, true);
    let (entry_id, notice) = (app.new_id(), NoticeIds::new(app));
    app.db.write(|tx| {
        let change = store::change(tx, change_id)?.ok_or_else(Refusal::not_found)?;
        let (project, person_id) = unconcerned(tx, actor, change.project_id)?;
        claims::decide(tx, "project_change", change_id, person_id, now)?;
        fits(tx, &project, &change.after)?;
        let effective_day = day_of(now) + rules::CHANGE_NOTICE_DAYS.get(tx)?;
        if !store::announce_change(tx, change_id, &answer, person_id, effective_day, now)? {
            return Err(Refusal::conflict("refusal-project-change-decided").into());
        }
        let link = format!("/projects/{}/changes/{change_id}", change.project_id);
        tell_donors(tx, notice, change.project_id, NoticeKind::Change, (&change.reason, &link), now)?;
        public_entry::append(tx, entry_id, "project_change_announced", &public_entry::body(&fact(&change, effective_day)?)?, now)?;
        Ok(effective_day)
    })
}

/// Says no, with a reason that the charity reads.
pub fn refuse_change(app: &App, actor: &Actor, change_id: Id, answer: &str, now: Micros) -> Result<(), Trouble> {
    let answer = words_of("answer", answer, 500)?;
    app.db.write(|tx| {
        let change = store::change(tx, change_id)?.ok_or_else(Refusal::not_found)?;
        let (_, person_id) = unconcerned(tx, actor, change.project_id)?;
        claims::decide(tx, "project_change", change_id, person_id, now)?;
        if store::refuse_change(tx, change_id, &answer, person_id, now)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-project-change-decided").into())
        }
    })
}

/// Another reviewer found the refusal wrong: the change waits for a decision again. False: another change is open by now.
pub fn ask_again_for_change(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    Ok(store::ask_again_for_change(tx, back.thing_id, back.decided_at)?)
}

#[derive(Serialize)]
struct Changed {
    change: String,
    project: String,
    filing_number: String,
    effective_day: Day,
    before_sha256: String,
    after_sha256: String,
}

fn fact(change: &Change, effective_day: Day) -> Result<Changed, db::Fault> {
    Ok(Changed {
        change: change.id.to_string(),
        project: change.project_id.to_string(),
        filing_number: change.filing_number.clone(),
        effective_day,
        before_sha256: hash(&public_entry::body(&change.before)?),
        after_sha256: hash(&public_entry::body(&change.after)?),
    })
}

/// A donor of the project says what is wrong with an announced change.
pub fn object(app: &App, actor: &Actor, change_id: Id, words: &str, now: Micros) -> Result<Id, Trouble> {
    let words = words_of("words", words, 500)?;
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let id = app.new_id();
    app.db.write(|tx| {
        let change = store::change(tx, change_id)?.filter(|c| c.state.is_public()).ok_or_else(Refusal::not_found)?;
        if store::add_objection(tx, id, change_id, person_id, &words, now)? {
            Ok(change.project_id)
        } else {
            Err(Refusal::conflict("refusal-project-objection").into())
        }
    })
}

/// Lets every announced change whose day has come take effect. One that no longer fits lapses, in public. Safe when two
/// processes do it at once: whoever ends the announcement writes the change.
pub fn settle_changes(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    for change_id in app.db.read(|tx| store::changes_due(tx, day_of(now)))? {
        let change = app.db.read(|tx| store::change(tx, change_id))?.ok_or_else(Refusal::not_found)?;
        let line_ids: Vec<Id> = change.after.draft.lines.iter().map(|_| app.new_id()).collect();
        let (entry_id, notice) = (app.new_id(), NoticeIds::new(app));
        let effective = app.db.write(|tx| take_effect(tx, &change, &line_ids, entry_id, notice, now));
        match effective {
            Ok(()) => {}
            Err(Trouble::Refused(refusal)) => {
                tracing::info!(change = change_id, reason = refusal.key, "a change no longer fits and lapses");
                app.db.write(|tx| {
                    if store::settle_change(tx, change_id, false, now)? {
                        let link = format!("/projects/{}/changes/{change_id}", change.project_id);
                        tell_donors(tx, notice, change.project_id, NoticeKind::Lapsed, (&change.reason, &link), now)?;
                    }
                    Ok::<_, Trouble>(())
                })?;
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

fn take_effect(tx: &mut Tx, change: &Change, line_ids: &[Id], entry_id: Id, notice: NoticeIds, now: Micros) -> Result<(), Trouble> {
    if !store::settle_change(tx, change.id, true, now)? {
        return Ok(());
    }
    let project = store::find(tx, change.project_id)?;
    let lines = fits(tx, &project, &change.after)?;
    let no_longer = || Refusal::conflict("refusal-project-change-below-used").with("amount", "");
    for (at, line) in lines.iter().enumerate() {
        let position = i64::try_from(at).unwrap_or(0) + 1;
        let new_id = line_ids.get(at).copied().unwrap_or(0);
        if !store::write_line(tx, project.id, new_id, position, line)? {
            return Err(no_longer().into());
        }
    }
    store::write_changed(tx, project.id, &change.after.draft, change.filed_day)?;
    store::write_plan(tx, project.id, &change.after.plan)?;
    let project = store::find(tx, project.id)?;
    let whole = snapshot(tx, &project)?;
    keep_version(tx, project.id, &whole, change.asked_by, now)?;
    store::version_reviewed(tx, project.id, now)?;
    store::version_public(tx, project.id, now)?;
    super::super::facts::refresh_due_day(tx, project.id)?;
    let link = format!("/projects/{}/changes/{}", project.id, change.id);
    tell_donors(tx, notice, project.id, NoticeKind::Changed, (&change.reason, &link), now)?;
    public_entry::append(tx, entry_id, "project_changed", &public_entry::body(&fact(change, change.effective_day)?)?, now)?;
    tracing::info!(change = change.id, day = day_text(change.effective_day), "a change took effect");
    Ok(())
}
