//! What a project tells: progress, disclosures, the facts of the calmer, and where a gift's fen are.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Micros};

use super::super::fund;
use super::super::model::{
    CalmerFacts, CalmerLine, Disclosure, ExpensePart, LastDisclosure, LastProgress, PayoutPart, ProgressPost, Project, Whereabouts,
};
use super::super::rules::{self, Figures, Life, Stretch, locate};

pub fn add_progress(tx: &mut Tx, id: Id, project_id: Id, title: &str, body: &str, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO progress_post (id, project_id, title, body, person_id, published_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, project_id, title, body, person_id, now],
    )?;
    tx.execute_one(sql("UPDATE project SET last_progress_at = ?2 WHERE id = ?1"), params![project_id, now])
}

/// Progress posts, newest first.
pub fn progress_posts(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<ProgressPost>, Fault> {
    let rows = tx.query(
        sql("SELECT id, title, body, published_at FROM progress_post WHERE project_id = ?1 ORDER BY published_at DESC, id DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    rows.iter().map(ProgressPost::from_row).collect()
}

pub fn progress_count(tx: &mut Tx, project_id: Id) -> Result<i64, Fault> {
    tx.query_one(sql("SELECT COUNT(*) AS posts FROM progress_post WHERE project_id = ?1"), params![project_id])?.int("posts")
}

pub fn add_disclosure(
    tx: &mut Tx,
    id: Id,
    project_id: Id,
    figures: &Figures,
    summary: &str,
    person_id: Id,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO disclosure (id, project_id, from_day, until_day, opening_fen, income_fen, expense_fen, closing_fen, summary, person_id, published_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
        params![
            id,
            project_id,
            figures.from_day,
            figures.until_day,
            figures.opening_fen,
            figures.income_fen,
            figures.expense_fen,
            figures.closing_fen,
            summary,
            person_id,
            now
        ],
    )
}

/// Disclosures, newest first.
pub fn disclosures(tx: &mut Tx, project_id: Id) -> Result<Vec<Disclosure>, Fault> {
    let rows = tx.query(sql("SELECT * FROM disclosure WHERE project_id = ?1 ORDER BY from_day DESC LIMIT 200"), params![project_id])?;
    rows.iter().map(Disclosure::from_row).collect()
}

pub fn disclosure(tx: &mut Tx, project_id: Id, id: Id) -> Result<Option<Disclosure>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM disclosure WHERE project_id = ?1 AND id = ?2"), params![project_id, id])?;
    row.as_ref().map(Disclosure::from_row).transpose()
}

/// The last disclosure, with what all of them together told as [income, expense] in fen.
pub fn last_disclosure(tx: &mut Tx, project_id: Id) -> Result<(Option<Disclosure>, [i64; 2]), Fault> {
    let row = tx.query_opt(sql("SELECT * FROM disclosure WHERE project_id = ?1 ORDER BY from_day DESC LIMIT 1"), params![project_id])?;
    let told = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(income_fen) AS BIGINT), 0) AS income_fen, COALESCE(CAST(SUM(expense_fen) AS BIGINT), 0) AS expense_fen \
             FROM disclosure WHERE project_id = ?1"),
        params![project_id],
    )?;
    Ok((row.as_ref().map(Disclosure::from_row).transpose()?, [told.int("income_fen")?, told.int("expense_fen")?]))
}

/// What the clocks of the law look at.
pub fn life(project: &Project, disclosed_until_day: Option<Day>) -> Life {
    Life {
        state: project.state,
        published_day: project.published_at.map(day_of),
        starts_day: project.starts_day,
        ends_day: project.ends_day,
        fundraising_ended_day: project.fundraising_ended_at.map(day_of),
        closed_day: project.closed_at.map(day_of),
        last_progress_day: project.last_progress_at.map(day_of),
        disclosed_until_day,
    }
}

fn disclosed_until(tx: &mut Tx, project_id: Id) -> Result<Option<Day>, Fault> {
    tx.query_one(sql("SELECT MAX(until_day) AS until_day FROM disclosure WHERE project_id = ?1"), params![project_id])?.opt_int("until_day")
}

/// Works out again when the next report is due; called by everything that changes it.
pub fn refresh_due_day(tx: &mut Tx, project_id: Id) -> Result<(), Fault> {
    let project = Project::from_row(&tx.query_one(sql("SELECT * FROM project WHERE id = ?1"), params![project_id])?)?;
    let until = disclosed_until(tx, project_id)?;
    let due_day = rules::next_due_day(&life(&project, until));
    tx.execute_one(sql("UPDATE project SET due_day = ?2 WHERE id = ?1"), params![project_id, due_day])
}

/// The calmer's facts of a public project.
pub fn calmer_facts(tx: &mut Tx, project: &Project, today: Day) -> Result<CalmerFacts, Fault> {
    let progress = progress_posts(tx, project.id, 1)?.pop();
    let progress_count = progress_count(tx, project.id)?;
    let disclosures = tx
        .query_one(sql("SELECT COUNT(*) AS disclosures FROM disclosure WHERE project_id = ?1"), params![project.id])?
        .int("disclosures")?;
    let (last, _) = last_disclosure(tx, project.id)?;
    let total = fund::total(tx, project.id)?;
    let lines = super::lines(tx, project.id)?;
    Ok(CalmerFacts {
        project_id: project.id.to_string(),
        title: project.title.clone(),
        english_title: project.english_title.clone(),
        state: project.state.word(),
        filing_number: project.filing_number.clone(),
        filed_at: project.created_at,
        published_at: project.published_at,
        fundraising_ended_at: project.fundraising_ended_at,
        executing_at: project.executing_at,
        closed_at: project.closed_at,
        progress_count,
        last_progress: progress.map(|p| LastProgress { id: p.id.to_string(), title: p.title, at: p.published_at }),
        disclosure_count: disclosures,
        overdue: rules::overdue(&life(project, last.as_ref().map(|d| d.until_day)), today),
        last_disclosure: last.map(|d| LastDisclosure {
            id: d.id.to_string(),
            from_day: d.from_day,
            until_day: d.until_day,
            closing_fen: d.closing_fen,
            published_at: d.published_at,
        }),
        goal_fen: project.goal_fen,
        gifts: total.gifts,
        raised_fen: total.gifts_fen,
        paid_out_fen: total.paid_out_fen,
        spent_fen: total.spent_fen,
        lines: lines
            .into_iter()
            .map(|l| CalmerLine { item: l.item, english_item: l.english_item, planned_fen: l.amount_fen, spent_fen: l.spent_fen })
            .collect(),
    })
}

/// How many payouts and how many expenses are named one by one; what lies beyond is given as a sum.
const NAMED: i64 = 100;

/// Where the fen (before_fen, before_fen + amount_fen] of a project are. Each list is two look-ups in the index of
/// places: the stretch in which the interval begins, and those that begin inside it.
pub fn whereabouts(tx: &mut Tx, project_id: Id, before_fen: i64, amount_fen: i64) -> Result<Whereabouts, Fault> {
    let end_fen = before_fen + amount_fen;
    let total = fund::total(tx, project_id)?;
    let mut payouts = tx.query(
        sql("SELECT id, before_fen, amount_fen, second_at FROM payout WHERE project_id = ?1 AND state = 'paid' AND before_fen <= ?2 \
             ORDER BY before_fen DESC LIMIT 1"),
        params![project_id, before_fen],
    )?;
    payouts.extend(tx.query(
        sql("SELECT id, before_fen, amount_fen, second_at FROM payout WHERE project_id = ?1 AND state = 'paid' AND before_fen > ?2 AND before_fen < ?3 \
             ORDER BY before_fen LIMIT ?4"),
        params![project_id, before_fen, end_fen, NAMED],
    )?);
    let mut expenses = tx.query(
        sql("SELECT expense.id, expense.before_fen, expense.amount_fen, expense.description, expense.spent_day, budget_line.item, budget_line.english_item \
             FROM expense JOIN budget_line ON budget_line.id = expense.budget_line_id \
             WHERE expense.project_id = ?1 AND expense.before_fen <= ?2 ORDER BY expense.before_fen DESC LIMIT 1"),
        params![project_id, before_fen],
    )?;
    expenses.extend(tx.query(
        sql("SELECT expense.id, expense.before_fen, expense.amount_fen, expense.description, expense.spent_day, budget_line.item, budget_line.english_item \
             FROM expense JOIN budget_line ON budget_line.id = expense.budget_line_id \
             WHERE expense.project_id = ?1 AND expense.before_fen > ?2 AND expense.before_fen < ?3 ORDER BY expense.before_fen LIMIT ?4"),
        params![project_id, before_fen, end_fen, NAMED],
    )?);
    let stretches = |rows: &[Row]| -> Result<Vec<Stretch>, Fault> {
        let stretch =
            |row: &Row| Ok(Stretch { id: row.int("id")?, before_fen: row.int("before_fen")?, amount_fen: row.int("amount_fen")? });
        rows.iter().map(stretch).collect()
    };
    let located = locate(before_fen, amount_fen, total.paid_out_fen, total.spent_fen, &stretches(&payouts)?, &stretches(&expenses)?);
    let mut shown = Whereabouts {
        amount_fen,
        in_account_fen: amount_fen - located.paid_fen,
        with_implementer_fen: located.paid_fen - located.spent_fen,
        spent_fen: located.spent_fen,
        unlisted_paid_fen: located.paid_fen - located.payouts.iter().map(|(_, fen)| fen).sum::<i64>(),
        unlisted_spent_fen: located.spent_fen - located.expenses.iter().map(|(_, fen)| fen).sum::<i64>(),
        ..Whereabouts::default()
    };
    for row in &payouts {
        let id = row.int("id")?;
        if let Some((_, part_fen)) = located.payouts.iter().find(|(located_id, _)| *located_id == id) {
            shown.payouts.push(PayoutPart { payout_id: id, amount_fen: *part_fen, paid_at: row.int("second_at")? });
        }
    }
    for row in &expenses {
        let id = row.int("id")?;
        if let Some((_, part_fen)) = located.expenses.iter().find(|(located_id, _)| *located_id == id) {
            shown.expenses.push(ExpensePart {
                expense_id: id,
                item: row.text("item")?,
                english_item: row.text("english_item")?,
                description: row.text("description")?,
                spent_day: row.int("spent_day")?,
                amount_fen: *part_fen,
            });
        }
    }
    Ok(shown)
}
