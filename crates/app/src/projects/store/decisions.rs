//! Decisions about projects, requests, and what donors are told.

use db::{Fault, Tx, params, sql};

use crate::kernel::{Id, Micros};

use super::super::model::{Decision, DecisionKind, Hold, NoticeKind, ProjectNotice};

/// Moves a project from one hold to another. False: somebody was faster.
pub fn set_hold(tx: &mut Tx, project_id: Id, from: Hold, to: Hold) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project SET hold = ?3, version = version + 1 WHERE id = ?1 AND hold = ?2"),
        params![project_id, from.word(), to.word()],
    )?;
    Ok(changed == 1)
}

pub fn add_decision(
    tx: &mut Tx,
    id: Id,
    project_id: Id,
    kind: DecisionKind,
    (reason, authority): (&str, &str),
    by: Id,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO project_decision (id, project_id, kind, reason, authority, person_id, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![id, project_id, kind.word(), reason, authority, by, now],
    )
}

/// Of which project a decision is, and what it was.
pub fn decision_of(tx: &mut Tx, id: Id) -> Result<Option<(Id, DecisionKind)>, Fault> {
    let row = tx.query_opt(sql("SELECT project_id, kind FROM project_decision WHERE id = ?1"), params![id])?;
    row.map(|row| {
        let word = row.text("kind")?;
        let kind = DecisionKind::from_word(&word).ok_or_else(|| Fault::inconsistent(format!("a decision is {word}")))?;
        Ok((row.int("project_id")?, kind))
    })
    .transpose()
}

/// Every decision about a project, the newest first.
pub fn decisions(tx: &mut Tx, project_id: Id) -> Result<Vec<Decision>, Fault> {
    let rows = tx.query(
        sql("SELECT id, kind, reason, authority, made_at FROM project_decision WHERE project_id = ?1 ORDER BY id DESC"),
        params![project_id],
    )?;
    rows.iter().map(Decision::from_row).collect()
}

/// A charity's wish to have its project suspended. False: one is open already.
pub fn add_request(tx: &mut Tx, id: Id, project_id: Id, reason: &str, by: Id, now: Micros) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO project_request (id, project_id, reason, asked_by, asked_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"),
        params![id, project_id, reason, by, now],
    )?;
    Ok(added == 1)
}

/// The open request of a project: its reason and since when.
pub fn open_request(tx: &mut Tx, project_id: Id) -> Result<Option<(String, Micros)>, Fault> {
    let row = tx
        .query_opt(sql("SELECT reason, asked_at FROM project_request WHERE project_id = ?1 AND decided_at IS NULL"), params![project_id])?;
    row.map(|row| Ok((row.text("reason")?, row.int("asked_at")?))).transpose()
}

/// Whatever is decided about the hold answers the open request, if there is one. True: there was.
pub fn answer_request(tx: &mut Tx, project_id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_request SET decided_at = ?2 WHERE project_id = ?1 AND decided_at IS NULL"),
        params![project_id, now],
    )?;
    Ok(changed == 1)
}

pub fn add_notice(tx: &mut Tx, id: Id, project_id: Id, kind: NoticeKind, words: &str, link: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO project_notice (id, project_id, kind, words, link, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, project_id, kind.word(), words, link, now],
    )
}

/// What donors of a project were told, the newest first.
pub fn notices(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<ProjectNotice>, Fault> {
    let rows = tx.query(sql("SELECT * FROM project_notice WHERE project_id = ?1 ORDER BY id DESC LIMIT ?2"), params![project_id, limit])?;
    rows.iter().map(ProjectNotice::from_row).collect()
}

pub fn notice(tx: &mut Tx, id: Id) -> Result<Option<ProjectNotice>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM project_notice WHERE id = ?1"), params![id])?;
    row.as_ref().map(ProjectNotice::from_row).transpose()
}

/// A slice of the donors of a project: the next gifts after `after`, each with its donor (0: a guest), whatever way it came.
pub fn donors_after(tx: &mut Tx, project_id: Id, after: Id, limit: i64) -> Result<Vec<(Id, Id)>, Fault> {
    let rows = tx.query(
        sql("SELECT project_gift.gift_id AS id, COALESCE(gift.donor_id, offline_gift.donor_id, 0) AS donor_id FROM project_gift \
             LEFT JOIN gift ON gift.id = project_gift.gift_id LEFT JOIN offline_gift ON offline_gift.id = project_gift.gift_id \
             WHERE project_gift.project_id = ?1 AND project_gift.gift_id > ?2 ORDER BY project_gift.gift_id LIMIT ?3"),
        params![project_id, after, limit],
    )?;
    rows.iter().map(|row| Ok((row.int("id")?, row.int("donor_id")?))).collect()
}

/// The donor of a gift that has no place in its project's stream yet.
pub fn donor_of(tx: &mut Tx, gift_id: Id) -> Result<Id, Fault> {
    let row = tx.query_opt(sql("SELECT donor_id FROM gift WHERE id = ?1"), params![gift_id])?;
    row.map_or(Ok(0), |row| row.int("donor_id"))
}

/// Notes that a person is being told. False: they were already.
pub fn mark_told(tx: &mut Tx, notice_id: Id, person_id: Id) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO project_told (notice_id, person_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"),
        params![notice_id, person_id],
    )?;
    Ok(added == 1)
}

/// Open requests for suspension: project, title, since when.
pub fn open_requests(tx: &mut Tx, limit: i64) -> Result<Vec<(Id, String, Micros)>, Fault> {
    let rows = tx.query(
        sql("SELECT project_request.project_id, project.title, project_request.asked_at FROM project_request \
             JOIN project ON project.id = project_request.project_id WHERE project_request.decided_at IS NULL \
             ORDER BY project_request.asked_at LIMIT ?1"),
        params![limit],
    )?;
    rows.iter().map(|row| Ok((row.int("project_id")?, row.text("title")?, row.int("asked_at")?))).collect()
}
