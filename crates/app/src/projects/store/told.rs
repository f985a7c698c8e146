//! What a project tells: progress, disclosures, and which payouts and expenses carry which of its fen.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::super::model::{Disclosure, Figures, ProgressPost};

pub fn add_progress(tx: &mut Tx, id: Id, project_id: Id, title: &str, body: &str, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO progress_post (id, project_id, title, body, person_id, published_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, project_id, title, body, person_id, now],
    )?;
    tx.execute_one(sql("UPDATE project SET last_progress_at = ?2 WHERE id = ?1"), params![project_id, now])
}

/// Progress posts, newest first.
pub fn progress_posts(tx: &mut Tx, project_id: Id, limit: i64, offset: i64) -> Result<Vec<ProgressPost>, Fault> {
    let rows = tx.query(
        sql("SELECT id, title, body, published_at FROM progress_post WHERE project_id = ?1 ORDER BY published_at DESC, id DESC LIMIT ?2 OFFSET ?3"),
        params![project_id, limit, offset],
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

pub fn count_disclosures(tx: &mut Tx, project_id: Id) -> Result<i64, Fault> {
    tx.query_one(sql("SELECT COUNT(*) AS disclosures FROM disclosure WHERE project_id = ?1"), params![project_id])?.int("disclosures")
}

/// The last day that was disclosed.
pub fn disclosed_until(tx: &mut Tx, project_id: Id) -> Result<Option<Day>, Fault> {
    tx.query_one(sql("SELECT MAX(until_day) AS until_day FROM disclosure WHERE project_id = ?1"), params![project_id])?.opt_int("until_day")
}

pub fn set_due_day(tx: &mut Tx, project_id: Id, due_day: Day) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE project SET due_day = ?2 WHERE id = ?1"), params![project_id, due_day])
}

/// The paid payouts that carry any of the fen (from_fen, to_fen], in order: the one in which the interval begins, and up
/// to `limit` that begin inside it. Two look-ups in the index of places.
pub fn payouts_within(tx: &mut Tx, project_id: Id, from_fen: i64, to_fen: i64, limit: i64) -> Result<Vec<Row>, Fault> {
    let mut rows = tx.query(
        sql("SELECT id, before_fen, amount_fen, second_at FROM payout WHERE project_id = ?1 AND state = 'paid' AND before_fen <= ?2 \
             ORDER BY before_fen DESC LIMIT 1"),
        params![project_id, from_fen],
    )?;
    rows.extend(tx.query(
        sql("SELECT id, before_fen, amount_fen, second_at FROM payout WHERE project_id = ?1 AND state = 'paid' AND before_fen > ?2 AND before_fen < ?3 \
             ORDER BY before_fen LIMIT ?4"),
        params![project_id, from_fen, to_fen, limit],
    )?);
    Ok(rows)
}

/// The expenses that carry any of the fen (from_fen, to_fen], as with payouts.
pub fn expenses_within(tx: &mut Tx, project_id: Id, from_fen: i64, to_fen: i64, limit: i64) -> Result<Vec<Row>, Fault> {
    let mut rows = tx.query(
        sql("SELECT expense.id, expense.before_fen, expense.amount_fen, expense.description, expense.spent_day, budget_line.item, budget_line.english_item \
             FROM expense JOIN budget_line ON budget_line.id = expense.budget_line_id \
             WHERE expense.project_id = ?1 AND expense.before_fen <= ?2 ORDER BY expense.before_fen DESC LIMIT 1"),
        params![project_id, from_fen],
    )?;
    rows.extend(tx.query(
        sql("SELECT expense.id, expense.before_fen, expense.amount_fen, expense.description, expense.spent_day, budget_line.item, budget_line.english_item \
             FROM expense JOIN budget_line ON budget_line.id = expense.budget_line_id \
             WHERE expense.project_id = ?1 AND expense.before_fen > ?2 AND expense.before_fen < ?3 ORDER BY expense.before_fen LIMIT ?4"),
        params![project_id, from_fen, to_fen, limit],
    )?);
    Ok(rows)
}
