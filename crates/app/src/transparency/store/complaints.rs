//! Complaints in the database.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Micros, WAITING_SHOWN};

use super::super::model::{Complaint, Figures, Kind, Outcome, Step};

/// What somebody complains about, before it has an id.
pub struct New<'a> {
    pub project_id: Id,
    pub kind: Kind,
    pub body: &'a str,
    pub person_id: Id,
    pub contact: &'a str,
    pub received_at: Micros,
    pub due_day: Day,
}

pub fn insert(tx: &mut Tx, id: Id, new: &New) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO complaint (id, project_id, kind, body, person_id, contact, state, received_at, due_day, first_due_day, answer, outcome, answered_by, statement, statement_by) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7, ?8, ?8, '', '', 0, '', 0)"),
        params![id, new.project_id, new.kind.word(), new.body, new.person_id, new.contact, new.received_at, new.due_day],
    )
}

pub fn attach(tx: &mut Tx, complaint_id: Id, file_id: Id) -> Result<(), Fault> {
    tx.execute_one(sql("INSERT INTO complaint_file (complaint_id, file_id) VALUES (?1, ?2)"), params![complaint_id, file_id])
}

pub fn files(tx: &mut Tx, complaint_id: Id) -> Result<Vec<Id>, Fault> {
    let rows = tx.query(sql("SELECT file_id FROM complaint_file WHERE complaint_id = ?1 ORDER BY file_id"), params![complaint_id])?;
    rows.iter().map(|row| row.int("file_id")).collect()
}

pub fn step(tx: &mut Tx, id: Id, complaint_id: Id, step: &str, person_id: Id, note: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO complaint_step (id, complaint_id, step, person_id, note, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, complaint_id, step, person_id, note, now],
    )
}

pub fn steps(tx: &mut Tx, complaint_id: Id) -> Result<Vec<Step>, Fault> {
    let rows =
        tx.query(sql("SELECT step, person_id, note, at FROM complaint_step WHERE complaint_id = ?1 ORDER BY id"), params![complaint_id])?;
    rows.iter()
        .map(|row| Ok(Step { step: row.text("step")?, person_id: row.int("person_id")?, note: row.text("note")?, at: row.int("at")? }))
        .collect()
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Complaint>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM complaint WHERE id = ?1"), params![id])?;
    row.as_ref().map(Complaint::from_row).transpose()
}

/// A complaint on which one of these organisations was asked for a statement.
pub fn find_at_desk(tx: &mut Tx, id: Id, organisation_ids: &[Id]) -> Result<Option<Complaint>, Fault> {
    for organisation_id in organisation_ids {
        let row = tx.query_opt(
            sql("SELECT complaint.* FROM complaint JOIN project ON project.id = complaint.project_id \
                 WHERE complaint.id = ?1 AND complaint.asked_charity_at IS NOT NULL AND project.recipient_id = ?2"),
            params![id, *organisation_id],
        )?;
        if let Some(row) = row {
            return Complaint::from_row(&row).map(Some);
        }
    }
    Ok(None)
}

/// Those that wait for an answer, the most pressing first.
pub fn open(tx: &mut Tx) -> Result<Vec<Complaint>, Fault> {
    let rows =
        tx.query(sql("SELECT * FROM complaint WHERE state IN ('open', 'reopened') ORDER BY due_day, id LIMIT ?1"), params![WAITING_SHOWN])?;
    rows.iter().map(Complaint::from_row).collect()
}

/// Those that were answered, the newest first.
pub fn answered(tx: &mut Tx, limit: i64) -> Result<Vec<Complaint>, Fault> {
    let rows = tx.query(sql("SELECT * FROM complaint WHERE state IN ('answered', 'closed') ORDER BY id DESC LIMIT ?1"), params![limit])?;
    rows.iter().map(Complaint::from_row).collect()
}

/// Statements that a charity still owes.
pub fn statements_asked(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Complaint>, Fault> {
    let rows = tx.query(
        sql("SELECT complaint.* FROM complaint JOIN project ON project.id = complaint.project_id \
             WHERE project.recipient_id = ?1 AND complaint.asked_charity_at IS NOT NULL AND complaint.statement_at IS NULL \
               AND complaint.state IN ('open', 'reopened') ORDER BY complaint.due_day, complaint.id LIMIT ?2"),
        params![organisation_id, WAITING_SHOWN],
    )?;
    rows.iter().map(Complaint::from_row).collect()
}

/// Asks the charity for a statement. False: it was asked before, or the complaint no longer waits.
pub fn ask_charity(tx: &mut Tx, id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE complaint SET asked_charity_at = ?2 WHERE id = ?1 AND asked_charity_at IS NULL AND project_id <> 0 AND state IN ('open', 'reopened')"),
        params![id, now],
    )?;
    Ok(changed == 1)
}

/// The charity's statement; given once.
pub fn state(tx: &mut Tx, id: Id, statement: &str, person_id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE complaint SET statement = ?2, statement_by = ?3, statement_at = ?4 WHERE id = ?1 AND statement_at IS NULL AND asked_charity_at IS NOT NULL"),
        params![id, statement, person_id, now],
    )?;
    Ok(changed == 1)
}

/// The answer. False: somebody has answered in the meantime.
pub fn answer(tx: &mut Tx, id: Id, answer: &str, outcome: Outcome, person_id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE complaint SET state = CASE WHEN state = 'reopened' THEN 'closed' ELSE 'answered' END, answer = ?2, outcome = ?3, answered_by = ?4, \
             answered_at = ?5, first_answered_at = COALESCE(first_answered_at, ?5) WHERE id = ?1 AND state IN ('open', 'reopened')"),
        params![id, answer, outcome.word(), person_id, now],
    )?;
    Ok(changed == 1)
}

/// Whoever complained says whether it is solved; if not, and it is the first time, it is opened again with a new day.
pub fn judge(tx: &mut Tx, id: Id, solved: bool, due_day: Day) -> Result<bool, Fault> {
    let changed = if solved {
        tx.execute(sql("UPDATE complaint SET state = 'closed', solved = 1 WHERE id = ?1 AND state = 'answered'"), params![id])?
    } else {
        tx.execute(
            sql("UPDATE complaint SET state = 'reopened', solved = 0, due_day = ?2 WHERE id = ?1 AND state = 'answered'"),
            params![id, due_day],
        )?
    };
    Ok(changed == 1)
}

/// What is counted of the complaints received from `from` until before `until`; a day that is over at `today` without an answer is overdue.
pub fn figures(tx: &mut Tx, from: Micros, until: Micros, today: Day) -> Result<Figures, Fault> {
    let mut figures = Figures::default();
    let rows = tx.query(
        sql("SELECT complaint.first_answered_at, complaint.first_due_day, complaint.solved, complaint.received_at FROM complaint \
             WHERE complaint.received_at >= ?1 AND complaint.received_at < ?2 ORDER BY complaint.id LIMIT 100000"),
        params![from, until],
    )?;
    for row in &rows {
        figures.received += 1;
        let due_day = row.int("first_due_day")?;
        match row.opt_int("first_answered_at")? {
            Some(at) if day_of(at) <= due_day => figures.in_time += 1,
            Some(_) => figures.late += 1,
            None if due_day < today => figures.overdue += 1,
            None => figures.waiting += 1,
        }
        match row.opt_int("solved")? {
            Some(1) => figures.solved += 1,
            Some(_) => figures.not_solved += 1,
            None => {}
        }
    }
    Ok(figures)
}
