//! Closing reports, and leftovers on their way to another project.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::super::model::{ClosingReport, Redirect};

/// A report as it is handed in.
pub struct NewReport<'a> {
    pub id: Id,
    pub project_id: Id,
    pub results: &'a str,
    pub indicators: &'a str,
    pub beneficiaries: i64,
    pub leftovers: &'a str,
    pub by: Id,
    pub now: Micros,
}

/// False: one is being judged, or is public.
pub fn add_closing_report(tx: &mut Tx, r: &NewReport) -> Result<bool, Fault> {
    let added = tx.execute(
        sql(
            "INSERT INTO closing_report (id, project_id, state, results, indicators, beneficiaries, leftovers, asked_by, asked_at, answer) \
             VALUES (?1, ?2, 'submitted', ?3, ?4, ?5, ?6, ?7, ?8, '') ON CONFLICT DO NOTHING",
        ),
        params![r.id, r.project_id, r.results, r.indicators, r.beneficiaries, r.leftovers, r.by, r.now],
    )?;
    Ok(added == 1)
}

pub fn closing_report(tx: &mut Tx, id: Id) -> Result<Option<ClosingReport>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM closing_report WHERE id = ?1"), params![id])?;
    row.as_ref().map(ClosingReport::from_row).transpose()
}

/// The newest report of a project.
pub fn last_closing_report(tx: &mut Tx, project_id: Id) -> Result<Option<ClosingReport>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM closing_report WHERE project_id = ?1 ORDER BY id DESC LIMIT 1"), params![project_id])?;
    row.as_ref().map(ClosingReport::from_row).transpose()
}

/// Publishes or returns a report. False: somebody decided in the meantime, or it is their own.
pub fn judge_closing_report(tx: &mut Tx, id: Id, publish: bool, answer: &str, by: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE closing_report SET state = ?2, answer = ?3, decided_by = ?4, decided_at = ?5 \
             WHERE id = ?1 AND state = 'submitted' AND asked_by <> ?4"),
        params![id, if publish { "published" } else { "returned" }, answer, by, now],
    )?;
    Ok(changed == 1)
}

/// Puts a returned report back among those that wait, unless another one of its project waits or is public.
pub fn hand_in_again(tx: &mut Tx, id: Id, decided_at: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE closing_report SET state = 'submitted', answer = '', decided_by = NULL, decided_at = NULL \
             WHERE id = ?1 AND state = 'returned' AND decided_at = ?2 AND NOT EXISTS (SELECT 1 FROM closing_report AS other \
               WHERE other.project_id = closing_report.project_id AND other.state IN ('submitted', 'published'))"),
        params![id, decided_at],
    )?;
    Ok(changed == 1)
}

/// Reports that wait: id, title of the project, since when.
pub fn open_closing_reports(tx: &mut Tx, limit: i64) -> Result<Vec<(Id, String, Micros)>, Fault> {
    let rows = tx.query(
        sql("SELECT closing_report.id, project.title, closing_report.asked_at FROM closing_report \
             JOIN project ON project.id = closing_report.project_id WHERE closing_report.state = 'submitted' \
             ORDER BY closing_report.asked_at LIMIT ?1"),
        params![limit],
    )?;
    rows.iter().map(|row| Ok((row.int("id")?, row.text("title")?, row.int("asked_at")?))).collect()
}

/// A redirection as it is asked for.
pub struct NewRedirect<'a> {
    pub id: Id,
    pub from_id: Id,
    pub to_id: Id,
    pub amount_fen: i64,
    pub reason: &'a str,
    pub by: Id,
    pub now: Micros,
}

/// False: another one of this project is open.
pub fn add_redirect(tx: &mut Tx, r: &NewRedirect) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO project_redirect (id, from_id, to_id, amount_fen, reason, state, asked_by, asked_at, answer, effective_day) \
             VALUES (?1, ?2, ?3, ?4, ?5, 'requested', ?6, ?7, '', 0) ON CONFLICT DO NOTHING"),
        params![r.id, r.from_id, r.to_id, r.amount_fen, r.reason, r.by, r.now],
    )?;
    Ok(added == 1)
}

pub fn redirect(tx: &mut Tx, id: Id) -> Result<Option<Redirect>, Fault> {
    let row = tx.query_opt(
        sql("SELECT project_redirect.*, source.title AS from_title, target.title AS to_title FROM project_redirect \
             JOIN project AS source ON source.id = project_redirect.from_id JOIN project AS target ON target.id = project_redirect.to_id \
             WHERE project_redirect.id = ?1"),
        params![id],
    )?;
    row.as_ref().map(Redirect::from_row).transpose()
}

/// What leaves a project or comes to it, the newest first.
pub fn redirects(tx: &mut Tx, project_id: Id) -> Result<Vec<Redirect>, Fault> {
    let rows = tx.query(
        sql("SELECT project_redirect.*, source.title AS from_title, target.title AS to_title FROM project_redirect \
             JOIN project AS source ON source.id = project_redirect.from_id JOIN project AS target ON target.id = project_redirect.to_id \
             WHERE project_redirect.from_id = ?1 OR project_redirect.to_id = ?1 ORDER BY project_redirect.id DESC LIMIT 50"),
        params![project_id],
    )?;
    rows.iter().map(Redirect::from_row).collect()
}

/// The second person's yes: donors are told from now on. False: decided already, or it is their own.
pub fn announce_redirect(tx: &mut Tx, id: Id, by: Id, effective_day: Day, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_redirect SET state = 'announced', decided_by = ?2, decided_at = ?3, effective_day = ?4 \
             WHERE id = ?1 AND state = 'requested' AND asked_by <> ?2"),
        params![id, by, now, effective_day],
    )?;
    Ok(changed == 1)
}

/// A no. False as above.
pub fn refuse_redirect(tx: &mut Tx, id: Id, answer: &str, by: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_redirect SET state = 'refused', answer = ?2, decided_by = ?3, decided_at = ?4, settled_at = ?4 \
             WHERE id = ?1 AND state = 'requested' AND asked_by <> ?3"),
        params![id, answer, by, now],
    )?;
    Ok(changed == 1)
}

pub fn redirects_due(tx: &mut Tx, today: Day) -> Result<Vec<Id>, Fault> {
    let rows = tx.query(
        sql("SELECT id FROM project_redirect WHERE state = 'announced' AND effective_day <= ?1 ORDER BY effective_day, id LIMIT 100"),
        params![today],
    )?;
    rows.iter().map(|row| row.int("id")).collect()
}

/// Ends an announced redirection as posted or lapsed. False: another process was faster.
pub fn settle_redirect(tx: &mut Tx, id: Id, posted: bool, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_redirect SET state = ?2, settled_at = ?3 WHERE id = ?1 AND state = 'announced'"),
        params![id, if posted { "posted" } else { "lapsed" }, now],
    )?;
    Ok(changed == 1)
}

/// Redirections that wait for a second person of a recipient, the oldest first.
pub fn open_redirects(tx: &mut Tx, recipient_id: Id) -> Result<Vec<Redirect>, Fault> {
    let rows = tx.query(
        sql("SELECT project_redirect.*, source.title AS from_title, target.title AS to_title FROM project_redirect \
             JOIN project AS source ON source.id = project_redirect.from_id JOIN project AS target ON target.id = project_redirect.to_id \
             WHERE project_redirect.state = 'requested' AND source.recipient_id = ?1 ORDER BY project_redirect.id LIMIT 200"),
        params![recipient_id],
    )?;
    rows.iter().map(Redirect::from_row).collect()
}
