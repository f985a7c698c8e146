//! What a project tells: progress, disclosures, and by when it must.

use db::{Fault, Tx, params, sql};

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
