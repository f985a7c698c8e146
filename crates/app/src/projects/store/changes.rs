//! Changes of published projects: asked for, announced, objected to, in effect.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::super::model::{Change, Draft};
use super::super::rules::LineChange;

/// A change as it is asked for.
pub struct NewChange<'a> {
    pub id: Id,
    pub project_id: Id,
    pub reason: &'a str,
    pub filing_number: &'a str,
    pub filed_day: Day,
    pub body: &'a str,
    pub before_body: &'a str,
    pub by: Id,
    pub now: Micros,
}

/// False: another change of this project is open.
pub fn add_change(tx: &mut Tx, c: &NewChange) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO project_change (id, project_id, state, reason, filing_number, filed_day, body, before_body, asked_by, asked_at, answer, \
             effective_day) VALUES (?1, ?2, 'requested', ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', 0) ON CONFLICT DO NOTHING"),
        params![c.id, c.project_id, c.reason, c.filing_number, c.filed_day, c.body, c.before_body, c.by, c.now],
    )?;
    Ok(added == 1)
}

pub fn change(tx: &mut Tx, id: Id) -> Result<Option<Change>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM project_change WHERE id = ?1"), params![id])?;
    row.as_ref().map(Change::from_row).transpose()
}

/// Every change of a project, the newest first.
pub fn changes(tx: &mut Tx, project_id: Id) -> Result<Vec<Change>, Fault> {
    let rows = tx.query(sql("SELECT * FROM project_change WHERE project_id = ?1 ORDER BY id DESC LIMIT 50"), params![project_id])?;
    rows.iter().map(Change::from_row).collect()
}

/// Yes: donors are told from now on. False: somebody decided in the meantime, or it is their own.
pub fn announce_change(tx: &mut Tx, id: Id, answer: &str, by: Id, effective_day: Day, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_change SET state = 'announced', answer = ?2, decided_by = ?3, decided_at = ?4, effective_day = ?5 \
             WHERE id = ?1 AND state = 'requested' AND asked_by <> ?3"),
        params![id, answer, by, now, effective_day],
    )?;
    Ok(changed == 1)
}

/// No. False as above.
pub fn refuse_change(tx: &mut Tx, id: Id, answer: &str, by: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_change SET state = 'refused', answer = ?2, decided_by = ?3, decided_at = ?4, settled_at = ?4 \
             WHERE id = ?1 AND state = 'requested' AND asked_by <> ?3"),
        params![id, answer, by, now],
    )?;
    Ok(changed == 1)
}

/// Puts a refused change back among those that wait, unless another one of its project is open.
pub fn ask_again_for_change(tx: &mut Tx, id: Id, decided_at: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_change SET state = 'requested', answer = '', decided_by = NULL, decided_at = NULL, settled_at = NULL \
             WHERE id = ?1 AND state = 'refused' AND decided_at = ?2 AND NOT EXISTS (SELECT 1 FROM project_change AS other \
               WHERE other.project_id = project_change.project_id AND other.state IN ('requested', 'announced'))"),
        params![id, decided_at],
    )?;
    Ok(changed == 1)
}

/// Announced changes whose day has come.
pub fn changes_due(tx: &mut Tx, today: Day) -> Result<Vec<Id>, Fault> {
    let rows = tx.query(
        sql("SELECT id FROM project_change WHERE state = 'announced' AND effective_day <= ?1 ORDER BY effective_day, id LIMIT 100"),
        params![today],
    )?;
    rows.iter().map(|row| row.int("id")).collect()
}

/// Ends an announced change as effective or lapsed. False: another process was faster.
pub fn settle_change(tx: &mut Tx, id: Id, effective: bool, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_change SET state = ?2, settled_at = ?3 WHERE id = ?1 AND state = 'announced'"),
        params![id, if effective { "effective" } else { "lapsed" }, now],
    )?;
    Ok(changed == 1)
}

/// Writes what a change makes of the project's own columns.
pub fn write_changed(tx: &mut Tx, project_id: Id, draft: &Draft, filed_day: Day) -> Result<(), Fault> {
    tx.execute_one(
        sql("UPDATE project SET version = version + 1, object = ?2, service = ?3, ends_day = ?4, filing_number = ?5, filed_day = ?6, goal_fen = ?7 \
             WHERE id = ?1"),
        params![
            project_id,
            &draft.object,
            &draft.service,
            draft.ends_day,
            &draft.filing_number,
            filed_day,
            draft.goal_fen().unwrap_or(0)
        ],
    )
}

/// Writes what a change makes of a budget line at its new place; `new_id` is for a line that is added.
/// False: more has been spent meanwhile than the line would hold.
pub fn write_line(tx: &mut Tx, project_id: Id, new_id: Id, position: i64, change: &LineChange) -> Result<bool, Fault> {
    match change {
        LineChange::Keep { id, line } => {
            let changed = tx.execute(
                sql("UPDATE budget_line SET position = ?3, english_item = ?4, unit = ?5, quantity = ?6, unit_price_fen = ?7, amount_fen = ?8, kind = ?9 \
                     WHERE id = ?2 AND project_id = ?1 AND spent_fen <= ?8"),
                params![
                    project_id,
                    *id,
                    position,
                    &line.english_item,
                    &line.unit,
                    line.quantity,
                    line.unit_price_fen,
                    line.amount_fen().unwrap_or(0),
                    line.kind.word()
                ],
            )?;
            Ok(changed == 1)
        }
        LineChange::Add(line) => {
            tx.execute_one(
                sql("INSERT INTO budget_line (id, project_id, position, item, english_item, unit, quantity, unit_price_fen, amount_fen, spent_fen, kind) \
                     VALUES (?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10)"),
                params![
                    project_id,
                    new_id,
                    position,
                    &line.item,
                    &line.english_item,
                    &line.unit,
                    line.quantity,
                    line.unit_price_fen,
                    line.amount_fen().unwrap_or(0),
                    line.kind.word()
                ],
            )?;
            Ok(true)
        }
        LineChange::Remove { id } => {
            let changed = tx.execute(
                sql("DELETE FROM budget_line WHERE id = ?2 AND project_id = ?1 AND spent_fen = 0 \
                     AND NOT EXISTS (SELECT 1 FROM expense WHERE expense.budget_line_id = ?2)"),
                params![project_id, *id],
            )?;
            Ok(changed == 1)
        }
    }
}

/// A donor's objection. False: they have said so already, or never gave to this project.
pub fn add_objection(tx: &mut Tx, id: Id, change_id: Id, person_id: Id, words: &str, now: Micros) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO project_objection (id, change_id, person_id, words, made_at) \
             SELECT ?1, project_change.id, ?3, ?4, ?5 FROM project_change WHERE project_change.id = ?2 AND project_change.state = 'announced' \
             AND EXISTS (SELECT 1 FROM gift_intent JOIN gift ON gift.id = gift_intent.id \
                         WHERE gift_intent.donor_id = ?3 AND gift_intent.project_id = project_change.project_id) \
             ON CONFLICT DO NOTHING"),
        params![id, change_id, person_id, words, now],
    )?;
    Ok(added == 1)
}

/// What donors objected, without their names.
pub fn objections(tx: &mut Tx, change_id: Id) -> Result<Vec<(String, Micros)>, Fault> {
    let rows =
        tx.query(sql("SELECT words, made_at FROM project_objection WHERE change_id = ?1 ORDER BY id LIMIT 500"), params![change_id])?;
    rows.iter().map(|row| Ok((row.text("words")?, row.int("made_at")?))).collect()
}

/// Requested changes: id, title of the project, since when.
pub fn open_changes(tx: &mut Tx, limit: i64) -> Result<Vec<(Id, String, Micros)>, Fault> {
    let rows = tx.query(
        sql("SELECT project_change.id, project.title, project_change.asked_at FROM project_change \
             JOIN project ON project.id = project_change.project_id WHERE project_change.state = 'requested' \
             ORDER BY project_change.asked_at LIMIT ?1"),
        params![limit],
    )?;
    rows.iter().map(|row| Ok((row.int("id")?, row.text("title")?, row.int("asked_at")?))).collect()
}
