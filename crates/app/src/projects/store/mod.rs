//! The statements about projects. Those that serve a desk start from the organisations in which the person holds a
//! seat (`scope`) and find nothing otherwise; those for strangers start from what is public.

mod changes;
mod closing;
mod decisions;
mod lists;
mod movements;
mod plan;
pub mod reversals;
pub mod stream;
mod told;

pub use changes::{
    NewChange, add_change, add_objection, announce_change, ask_again_for_change, change, changes, changes_due, objections, open_changes,
    refuse_change, settle_change, write_changed, write_line,
};
pub use closing::{
    NewRedirect, NewReport, add_closing_report, add_redirect, announce_redirect, closing_report, hand_in_again, judge_closing_report,
    last_closing_report, open_closing_reports, open_redirects, redirect, redirects, redirects_due, refuse_redirect, settle_redirect,
};
pub use decisions::{
    add_decision, add_notice, add_request, answer_request, decision_of, decisions, donor_of, donors_after, mark_told, notice, notices,
    open_request, open_requests, set_hold,
};
pub use lists::{cards, code_range, count, desk_projects, operator_queue, overdue_projects};
pub use movements::{PublicGift, PublicPayout, PublicRefund, PublicThings, public_payouts, public_refunds, public_things};
pub use movements::{
    add_expense, expense, expenses, first_hand, gifts_until, move_to_implementer, new_payout, open_payouts, payout_for, payouts,
    post_payout, public_expenses, recent_gifts, refuse_payout, release_payout, reserve_payout, spend, spend_on_line,
};
pub use plan::{
    add_cost_note, add_paper, add_version, cost_notes, counties, earlier_emergencies, emergency_filed, find_plan, look_alikes, papers,
    publish_papers, remove_paper, save_plan, version_public, version_reviewed, versions, write_plan,
};
pub use told::{
    add_disclosure, add_photograph, add_progress, closing_report_public_at, corrections_of, count_disclosures, disclosure, disclosures,
    last_disclosure, progress_count, progress_post, progress_posts, set_due_day, told,
};

use db::{Fault, Tx, params, sql};

use crate::kernel::{Id, Micros, Refusal, Trouble};

use super::model::{BudgetLine, Draft, NEVER, Project, State, StepTaken};

/// What the journal says of a gift.
pub struct GiftRow {
    pub project_id: Id,
    pub recipient_id: Id,
    pub amount_fen: i64,
}

pub fn gift_row(tx: &mut Tx, id: Id) -> Result<Option<GiftRow>, Fault> {
    let row = tx.query_opt(sql("SELECT project_id, recipient_id, amount_fen FROM gift WHERE id = ?1"), params![id])?;
    let read = |r: db::Row| {
        Ok(GiftRow { project_id: r.int("project_id")?, recipient_id: r.int("recipient_id")?, amount_fen: r.int("amount_fen")? })
    };
    row.map(read).transpose()
}

/// A project whatever its state, for those who have just changed it.
pub fn find(tx: &mut Tx, id: Id) -> Result<Project, Fault> {
    Project::from_row(&tx.query_one(sql("SELECT * FROM project WHERE id = ?1"), params![id])?)
}

/// A project that everyone may see.
pub fn find_public(tx: &mut Tx, id: Id) -> Result<Option<Project>, Fault> {
    let row = tx.query_opt(
        sql("SELECT * FROM project WHERE id = ?1 AND state IN ('published', 'fundraising_ended', 'executing', 'closed')"),
        params![id],
    )?;
    row.as_ref().map(Project::from_row).transpose()
}

/// A project in which one of these organisations has a role.
pub fn find_for(tx: &mut Tx, id: Id, scope: &[Id]) -> Result<Option<Project>, Fault> {
    for organisation_id in scope {
        let row = tx.query_opt(
            sql("SELECT * FROM project WHERE id = ?1 AND (launcher_id = ?2 OR recipient_id = ?2 OR implementer_id = ?2)"),
            params![id, *organisation_id],
        )?;
        if let Some(row) = row {
            return Project::from_row(&row).map(Some);
        }
    }
    Ok(None)
}

/// A project as the operator sees it: whatever was submitted.
pub fn find_for_operator(tx: &mut Tx, id: Id) -> Result<Option<Project>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM project WHERE id = ?1 AND state <> 'draft'"), params![id])?;
    row.as_ref().map(Project::from_row).transpose()
}

pub fn lines(tx: &mut Tx, project_id: Id) -> Result<Vec<BudgetLine>, Fault> {
    let rows = tx.query(sql("SELECT * FROM budget_line WHERE project_id = ?1 ORDER BY position, id"), params![project_id])?;
    rows.iter().map(BudgetLine::from_row).collect()
}

pub fn steps(tx: &mut Tx, project_id: Id) -> Result<Vec<StepTaken>, Fault> {
    let rows =
        tx.query(sql("SELECT state, person_id, reason, at FROM project_step WHERE project_id = ?1 ORDER BY id"), params![project_id])?;
    rows.iter().map(StepTaken::from_row).collect()
}

/// The names of people, for desks only.
pub fn person_name(tx: &mut Tx, id: Id) -> Result<String, Fault> {
    let row = tx.query_opt(sql("SELECT name FROM person WHERE id = ?1"), params![id])?;
    row.map_or(Ok(String::new()), |row| row.text("name"))
}

/// The organisation that somebody means by its full name or its credit code, if there is exactly one.
pub fn organisation_named(tx: &mut Tx, typed: &str) -> Result<Option<Id>, Fault> {
    let rows = tx.query(sql("SELECT id FROM organisation WHERE credit_code = ?1 OR name = ?1 ORDER BY id LIMIT 2"), params![typed])?;
    if rows.len() == 1 { rows[0].int("id").map(Some) } else { Ok(None) }
}

/// Whether the organisations and the county of a draft are what they must be. The recipient and the launcher are charities
/// (慈善法 art. 26 lets others join a public appeal only through one), the operator takes no role, and the region is a county.
pub fn check_parties(tx: &mut Tx, draft: &Draft) -> Result<(), Trouble> {
    for (field, id, kinds) in [
        ("launcher", draft.launcher_id, &["charity", "implementer"][..]),
        ("recipient", draft.recipient_id, &["charity"]),
        ("implementer", draft.implementer_id, &["charity", "implementer"]),
    ] {
        let row = tx.query_opt(sql("SELECT kind FROM organisation WHERE id = ?1"), params![id])?;
        let kind = row.map_or(Ok(String::new()), |row| row.text("kind"))?;
        if !kinds.contains(&kind.as_str()) {
            return Err(Refusal::input(field, "refusal-project-organisation").into());
        }
    }
    let county = tx.query_opt(sql("SELECT code FROM area WHERE code = ?1 AND level = 3"), params![&draft.area_code])?;
    if county.is_none() {
        return Err(Refusal::input("area", "refusal-project-area").into());
    }
    Ok(())
}

/// Ids for a new or rewritten draft, made before the transaction.
pub struct DraftIds {
    pub lines: Vec<Id>,
}

/// Writes a new draft in version 1.
pub fn insert(tx: &mut Tx, id: Id, draft: &Draft, ids: &DraftIds, by: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO project (id, state, version, title, english_title, summary, english_summary, story, field, area_code, object, service, \
             launcher_id, recipient_id, implementer_id, filing_number, goal_fen, starts_day, ends_day, due_day, created_by, created_at, \
             kind, filed_day, hold) \
             VALUES (?1, 'draft', 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, 'ordinary', 0, 'none')"),
        params![
            id,
            &draft.title,
            &draft.english_title,
            &draft.summary,
            &draft.english_summary,
            &draft.story,
            draft.field.word(),
            &draft.area_code,
            &draft.object,
            &draft.service,
            draft.launcher_id,
            draft.recipient_id,
            draft.implementer_id,
            &draft.filing_number,
            draft.goal_fen().unwrap_or(0),
            draft.starts_day,
            draft.ends_day,
            NEVER,
            by,
            now
        ],
    )?;
    insert_lines(tx, id, draft, ids)
}

/// Rewrites a draft, if it is still the version that was seen. False: somebody was faster.
pub fn rewrite(tx: &mut Tx, id: Id, version: i64, draft: &Draft, ids: &DraftIds) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project SET version = version + 1, title = ?3, english_title = ?4, summary = ?5, english_summary = ?6, story = ?7, field = ?8, \
             area_code = ?9, object = ?10, service = ?11, launcher_id = ?12, recipient_id = ?13, implementer_id = ?14, filing_number = ?15, \
             goal_fen = ?16, starts_day = ?17, ends_day = ?18 WHERE id = ?1 AND version = ?2 AND state = 'draft'"),
        params![
            id,
            version,
            &draft.title,
            &draft.english_title,
            &draft.summary,
            &draft.english_summary,
            &draft.story,
            draft.field.word(),
            &draft.area_code,
            &draft.object,
            &draft.service,
            draft.launcher_id,
            draft.recipient_id,
            draft.implementer_id,
            &draft.filing_number,
            draft.goal_fen().unwrap_or(0),
            draft.starts_day,
            draft.ends_day
        ],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    // Nothing can have been spent on a draft's lines, so they are written anew.
    tx.execute(sql("DELETE FROM budget_line WHERE project_id = ?1 AND spent_fen = 0"), params![id])?;
    insert_lines(tx, id, draft, ids)?;
    Ok(true)
}

fn insert_lines(tx: &mut Tx, project_id: Id, draft: &Draft, ids: &DraftIds) -> Result<(), Fault> {
    for ((line, id), position) in draft.lines.iter().zip(&ids.lines).zip(1_i64..) {
        let amount_fen = line.amount_fen().unwrap_or(0);
        tx.execute_one(
            sql("INSERT INTO budget_line (id, project_id, position, item, english_item, unit, quantity, unit_price_fen, amount_fen, spent_fen, kind) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10)"),
            params![
                *id,
                project_id,
                position,
                &line.item,
                &line.english_item,
                &line.unit,
                line.quantity,
                line.unit_price_fen,
                amount_fen,
                line.kind.word()
            ],
        )?;
    }
    Ok(())
}

/// A step that is being taken: from which version and state, to which, by whom, why and when.
pub struct Taking<'a> {
    pub project: &'a Project,
    pub version: i64,
    pub to: State,
    pub step_id: Id,
    pub person_id: Id,
    pub reason: &'a str,
    pub now: Micros,
}

/// Takes a step, if the project is still the version that was seen. False: somebody was faster.
pub fn take_step(tx: &mut Tx, taking: &Taking) -> Result<bool, Fault> {
    let Taking { project, version, to, step_id, person_id, reason, now } = *taking;
    let changed = tx.execute(
        sql("UPDATE project SET state = ?4, version = version + 1, \
             submitted_at = CASE WHEN ?4 = 'submitted' THEN ?5 ELSE submitted_at END, \
             reviewed_at = CASE WHEN ?4 = 'reviewed' THEN ?5 ELSE reviewed_at END, \
             published_at = CASE WHEN ?4 = 'published' THEN ?5 ELSE published_at END, \
             fundraising_ended_at = CASE WHEN ?4 = 'fundraising_ended' THEN ?5 ELSE fundraising_ended_at END, \
             executing_at = CASE WHEN ?4 = 'executing' THEN ?5 ELSE executing_at END, \
             closed_at = CASE WHEN ?4 = 'closed' THEN ?5 ELSE closed_at END \
             WHERE id = ?1 AND version = ?2 AND state = ?3"),
        params![project.id, version, project.state.word(), to.word(), now],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    tx.execute_one(
        sql("INSERT INTO project_step (id, project_id, state, person_id, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![step_id, project.id, to.word(), person_id, reason, now],
    )?;
    Ok(true)
}

/// Puts a public project into the first column, or takes it out (`None`).
pub fn curate(tx: &mut Tx, id: Id, at: Option<Micros>) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project SET curated_at = ?2 WHERE id = ?1 AND state IN ('published', 'fundraising_ended', 'executing', 'closed')"),
        params![id, at],
    )?;
    Ok(changed == 1)
}
