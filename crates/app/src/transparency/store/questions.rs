//! Donors' questions in the database.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros, WAITING_SHOWN};

use super::super::model::{Asking, Question};

/// A question before it has an id.
pub struct New<'a> {
    pub project_id: Id,
    pub kind: Asking,
    pub body: &'a str,
    pub is_public: bool,
    pub person_id: Id,
    pub asked_at: Micros,
    pub due_day: Day,
}

pub fn insert(tx: &mut Tx, id: Id, new: &New) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO question (id, project_id, kind, body, is_public, person_id, asked_at, due_day, answer, answered_by, hidden_by, hidden_reason) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', 0, 0, '')"),
        params![id, new.project_id, new.kind.word(), new.body, i64::from(new.is_public), new.person_id, new.asked_at, new.due_day],
    )
}

pub fn attach(tx: &mut Tx, question_id: Id, file_id: Id) -> Result<(), Fault> {
    tx.execute_one(sql("INSERT INTO question_file (question_id, file_id) VALUES (?1, ?2)"), params![question_id, file_id])
}

pub fn files(tx: &mut Tx, question_id: Id) -> Result<Vec<Id>, Fault> {
    let rows = tx.query(sql("SELECT file_id FROM question_file WHERE question_id = ?1 ORDER BY file_id"), params![question_id])?;
    rows.iter().map(|row| row.int("file_id")).collect()
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Question>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM question WHERE id = ?1"), params![id])?;
    row.as_ref().map(Question::from_row).transpose()
}

/// A question about a project whose money one of these organisations receives.
pub fn find_at_desk(tx: &mut Tx, id: Id, organisation_ids: &[Id]) -> Result<Option<Question>, Fault> {
    for organisation_id in organisation_ids {
        let row = tx.query_opt(
            sql("SELECT question.* FROM question JOIN project ON project.id = question.project_id WHERE question.id = ?1 AND project.recipient_id = ?2"),
            params![id, *organisation_id],
        )?;
        if let Some(row) = row {
            return Question::from_row(&row).map(Some);
        }
    }
    Ok(None)
}

/// What everyone may read: asked publicly and not hidden, the newest first.
pub fn public(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<Question>, Fault> {
    let rows = tx.query(
        sql("SELECT * FROM question WHERE project_id = ?1 AND is_public = 1 AND hidden_at IS NULL ORDER BY id DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    rows.iter().map(Question::from_row).collect()
}

/// How many questions a project has, how many of them were answered in time, and how many are overdue on `today`.
pub fn counts(tx: &mut Tx, project_id: Id, today: Day) -> Result<(i64, i64, i64), Fault> {
    let rows = tx.query(sql("SELECT due_day, answered_at FROM question WHERE project_id = ?1 ORDER BY id"), params![project_id])?;
    let (mut in_time, mut overdue) = (0, 0);
    for row in &rows {
        let due_day = row.int("due_day")?;
        match row.opt_int("answered_at")? {
            Some(at) if crate::kernel::civil::day_of(at) <= due_day => in_time += 1,
            None if due_day < today => overdue += 1,
            _ => {}
        }
    }
    Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), in_time, overdue))
}

pub fn of_person(tx: &mut Tx, person_id: Id) -> Result<Vec<Question>, Fault> {
    let rows = tx.query(sql("SELECT * FROM question WHERE person_id = ?1 ORDER BY id DESC LIMIT 200"), params![person_id])?;
    rows.iter().map(Question::from_row).collect()
}

/// What a charity has still to answer, the most pressing first.
pub fn open_of(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Question>, Fault> {
    let rows = tx.query(
        sql("SELECT question.* FROM question JOIN project ON project.id = question.project_id \
             WHERE project.recipient_id = ?1 AND question.answered_at IS NULL AND question.hidden_at IS NULL ORDER BY question.due_day, question.id LIMIT ?2"),
        params![organisation_id, WAITING_SHOWN],
    )?;
    rows.iter().map(Question::from_row).collect()
}

/// What a charity has answered, the newest first.
pub fn answered_of(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Question>, Fault> {
    let rows = tx.query(
        sql("SELECT question.* FROM question JOIN project ON project.id = question.project_id \
             WHERE project.recipient_id = ?1 AND question.answered_at IS NOT NULL ORDER BY question.answered_at DESC, question.id DESC LIMIT 100"),
        params![organisation_id],
    )?;
    rows.iter().map(Question::from_row).collect()
}

/// The answer; given once, so that what was said stays said.
pub fn answer(tx: &mut Tx, id: Id, answer: &str, person_id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE question SET answer = ?2, answered_by = ?3, answered_at = ?4 WHERE id = ?1 AND answered_at IS NULL"),
        params![id, answer, person_id, now],
    )?;
    Ok(changed == 1)
}

pub fn hide(tx: &mut Tx, id: Id, reason: &str, person_id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE question SET hidden_reason = ?2, hidden_by = ?3, hidden_at = ?4 WHERE id = ?1 AND hidden_at IS NULL"),
        params![id, reason, person_id, now],
    )?;
    Ok(changed == 1)
}

/// Whether a person has given to a project: the charity then knows that a donor asks, and not who.
pub fn has_given(tx: &mut Tx, person_id: Id, project_id: Id) -> Result<bool, Fault> {
    let row = tx.query_one(
        sql("SELECT COUNT(*) AS gifts FROM gift_intent JOIN gift ON gift.id = gift_intent.id \
             WHERE gift_intent.donor_id = ?1 AND gift_intent.donor_id <> 0 AND gift.project_id = ?2"),
        params![person_id, project_id],
    )?;
    Ok(row.int("gifts")? > 0)
}
