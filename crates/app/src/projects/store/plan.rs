//! The plan of a project, its papers and its versions; and what a reviewer compares it with.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::super::model::{CostNote, Paper, PaperKind, Plan, Project, Version};
use super::super::rules::Earlier;

/// The plan; an empty one while nobody has written any. What stands in the project's own columns is taken from there.
pub fn find_plan(tx: &mut Tx, project: &Project) -> Result<Plan, Fault> {
    let row = tx.query_opt(sql("SELECT body FROM project_plan WHERE project_id = ?1"), params![project.id])?;
    let mut plan = match row {
        Some(row) => serde_json::from_str(&row.text("body")?)
            .map_err(|error| Fault::inconsistent(format!("the plan of project {} cannot be read: {error}", project.id)))?,
        None => Plan::default(),
    };
    (plan.kind, plan.filed_day) = (project.kind, project.filed_day);
    Ok(plan)
}

/// Writes the plan of a draft that is still the version that was seen. False: somebody was faster.
pub fn save_plan(tx: &mut Tx, project_id: Id, version: i64, plan: &Plan) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project SET version = version + 1, kind = ?3, filed_day = ?4 WHERE id = ?1 AND version = ?2 AND state = 'draft'"),
        params![project_id, version, plan.kind.word(), plan.filed_day],
    )?;
    if changed == 1 {
        write_plan(tx, project_id, plan)?;
    }
    Ok(changed == 1)
}

/// The plan's body alone, for changes that took effect.
pub fn write_plan(tx: &mut Tx, project_id: Id, plan: &Plan) -> Result<(), Fault> {
    let body = serde_json::to_string(plan).map_err(|error| Fault::inconsistent(format!("a plan could not be written: {error}")))?;
    tx.execute_one(
        sql("INSERT INTO project_plan (project_id, body) VALUES (?1, ?2) ON CONFLICT (project_id) DO UPDATE SET body = excluded.body"),
        params![project_id, body],
    )
}

/// Says when and under which number an emergency was filed; only once, and only where the filing follows the start.
pub fn emergency_filed(tx: &mut Tx, project_id: Id, number: &str, day: Day) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project SET version = version + 1, filing_number = ?2, filed_day = ?3 \
             WHERE id = ?1 AND kind = 'emergency' AND filing_number = '' AND state IN ('published', 'fundraising_ended', 'executing', 'closed')"),
        params![project_id, number, day],
    )?;
    Ok(changed == 1)
}

/// The papers that were not taken back, in the order in which they were added.
pub fn papers(tx: &mut Tx, project_id: Id) -> Result<Vec<Paper>, Fault> {
    let rows = tx.query(
        sql("SELECT project_paper.id, project_paper.kind, project_paper.file_id, project_paper.added_at, file.sha256 \
             FROM project_paper JOIN file ON file.id = project_paper.file_id \
             WHERE project_paper.project_id = ?1 AND project_paper.removed_at IS NULL ORDER BY project_paper.id"),
        params![project_id],
    )?;
    rows.iter().map(Paper::from_row).collect()
}

pub fn add_paper(tx: &mut Tx, id: Id, project_id: Id, kind: PaperKind, file_id: Id, by: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO project_paper (id, project_id, kind, file_id, added_by, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, project_id, kind.word(), file_id, by, now],
    )
}

/// Takes a paper back. False: it is not there, or was taken back already.
pub fn remove_paper(tx: &mut Tx, project_id: Id, paper_id: Id, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE project_paper SET removed_at = ?3 WHERE id = ?2 AND project_id = ?1 AND removed_at IS NULL"),
        params![project_id, paper_id, now],
    )?;
    Ok(changed == 1)
}

/// From now on everyone may see the papers that are for everyone.
pub fn publish_papers(tx: &mut Tx, project_id: Id, now: Micros) -> Result<(), Fault> {
    for paper in papers(tx, project_id)? {
        if paper.kind.is_public() {
            crate::files::publish(tx, paper.file_id, now)?;
        }
    }
    Ok(())
}

/// Every kept version, the newest first.
pub fn versions(tx: &mut Tx, project_id: Id) -> Result<Vec<Version>, Fault> {
    let rows = tx.query(
        sql("SELECT number, body, sha256, made_at, reviewed_at, public_since FROM project_version WHERE project_id = ?1 ORDER BY number DESC"),
        params![project_id],
    )?;
    rows.iter().map(Version::from_row).collect()
}

/// Keeps the next version and says its number.
pub fn add_version(tx: &mut Tx, project_id: Id, body: &str, sha256: &str, by: Id, now: Micros) -> Result<i64, Fault> {
    let row =
        tx.query_one(sql("SELECT COALESCE(MAX(number), 0) + 1 AS number FROM project_version WHERE project_id = ?1"), params![project_id])?;
    let number = row.int("number")?;
    tx.execute_one(
        sql("INSERT INTO project_version (project_id, number, body, sha256, made_by, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![project_id, number, body, sha256, by, now],
    )?;
    Ok(number)
}

/// The newest version was found in order.
pub fn version_reviewed(tx: &mut Tx, project_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("UPDATE project_version SET reviewed_at = ?2 WHERE project_id = ?1 \
             AND number = (SELECT MAX(number) FROM project_version WHERE project_id = ?1) AND reviewed_at IS NULL"),
        params![project_id, now],
    )
}

/// The newest version is what everyone sees from now on; its hash.
pub fn version_public(tx: &mut Tx, project_id: Id, now: Micros) -> Result<String, Fault> {
    let row = tx.query_one(
        sql("UPDATE project_version SET public_since = ?2 WHERE project_id = ?1 \
             AND number = (SELECT MAX(number) FROM project_version WHERE project_id = ?1) AND public_since IS NULL RETURNING sha256"),
        params![project_id, now],
    )?;
    row.text("sha256")
}

/// Every other emergency project of a recipient that gifts were given for: how it went.
pub fn earlier_emergencies(tx: &mut Tx, recipient_id: Id, except: Id, today: Day) -> Result<Vec<Earlier>, Fault> {
    let rows = tx.query(
        sql("SELECT project.due_day, COALESCE(fund.gifts_fen, 0) AS gifts_fen, COALESCE(fund.spent_fen, 0) AS spent_fen, \
               (SELECT COUNT(*) FROM disclosure WHERE disclosure.project_id = project.id) AS disclosures \
             FROM project LEFT JOIN fund ON fund.project_id = project.id \
             WHERE project.recipient_id = ?1 AND project.id <> ?2 AND project.kind = 'emergency' \
               AND project.state IN ('published', 'fundraising_ended', 'executing', 'closed')"),
        params![recipient_id, except],
    )?;
    rows.iter()
        .map(|row| {
            let gifts_fen = row.int("gifts_fen")?;
            let undisclosed = row.int("due_day")? < today || (gifts_fen > 0 && row.int("disclosures")? == 0);
            Ok(Earlier { gifts_fen, spent_fen: row.int("spent_fen")?, undisclosed })
        })
        .collect()
}

/// Running or waiting projects of other recipients in the same county: what a reviewer compares a new one with.
pub fn look_alikes(tx: &mut Tx, project: &Project) -> Result<Vec<Project>, Fault> {
    let rows = tx.query(
        sql("SELECT * FROM project WHERE area_code = ?1 AND recipient_id <> ?2 AND id <> ?3 \
             AND state IN ('submitted', 'reviewed', 'published', 'fundraising_ended', 'executing') ORDER BY id DESC LIMIT 200"),
        params![&project.area_code, project.recipient_id, project.id],
    )?;
    rows.iter().map(Project::from_row).collect()
}

/// How many of these names are counties that we know; used to say which site is not one.
pub fn counties(tx: &mut Tx, names: &[String]) -> Result<Vec<Option<String>>, crate::kernel::Trouble> {
    let mut found = Vec::new();
    for name in names {
        found.push(match crate::organisations::areas::named(tx, name)? {
            Ok(area) if area.level == 3 => Some(area.code),
            _ => None,
        });
    }
    Ok(found)
}

pub fn add_cost_note(tx: &mut Tx, id: Id, project_id: Id, words: &str, by: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO project_cost_note (id, project_id, words, made_by, made_at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![id, project_id, words, by, now],
    )
}

/// The explanations of costs, the newest first.
pub fn cost_notes(tx: &mut Tx, project_id: Id) -> Result<Vec<CostNote>, Fault> {
    let rows =
        tx.query(sql("SELECT words, made_at FROM project_cost_note WHERE project_id = ?1 ORDER BY id DESC LIMIT 20"), params![project_id])?;
    rows.iter().map(|row| Ok(CostNote { words: row.text("words")?, at: row.int("made_at")? })).collect()
}
