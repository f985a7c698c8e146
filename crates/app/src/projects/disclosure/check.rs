//! What must agree among the things that were told; `huihai check` and every test world ask it.

use db::{Fault, Tx, params, sql};

use crate::kernel::{hex, sha256};

use super::super::model::{Correction, State, Thing};
use super::super::{rules, store as told};
use super::store;

/// How many findings of one kind are named.
const NAMED: i64 = 100;

/// Everything that does not hold, in sentences.
pub fn check(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let mut findings = Vec::new();
    continuity(tx, &mut findings)?;
    lines(tx, &mut findings)?;
    elsewhere(tx, &mut findings)?;
    corrections(tx, &mut findings)?;
    due_days(tx, &mut findings)?;
    Ok(findings)
}

/// Disclosures follow one another in days and in money.
fn continuity(tx: &mut Tx, findings: &mut Vec<String>) -> Result<(), Fault> {
    let mut last: Option<(i64, i64, i64)> = None;
    for row in tx.query(
        sql("SELECT id, project_id, from_day, until_day, opening_fen, closing_fen FROM disclosure ORDER BY project_id, from_day"),
        params![],
    )? {
        let project = row.int("project_id")?;
        let expected = match last {
            Some((id, until_day, closing_fen)) if id == project => (until_day + 1, closing_fen),
            _ => (row.int("from_day")?, 0),
        };
        if (row.int("from_day")?, row.int("opening_fen")?) != expected {
            findings.push(format!("disclosure {} of project {project} does not follow the one before it", row.int("id")?));
        }
        last = Some((project, row.int("until_day")?, row.int("closing_fen")?));
    }
    Ok(())
}

/// What a disclosure's figures are made of adds up to them, its expenses are lines one by one, each of its own project, and
/// none stands in two disclosures (which a unique key sees to).
fn lines(tx: &mut Tx, findings: &mut Vec<String>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT disclosure.id FROM disclosure LEFT JOIN (SELECT disclosure_id, \
             SUM(CASE WHEN kind IN ('gifts', 'offline', 'redirected_in') THEN amount_fen ELSE -amount_fen END) AS net_fen, \
             SUM(CASE WHEN kind = 'expenses' THEN amount_fen ELSE 0 END) AS expenses_fen FROM disclosure_line GROUP BY disclosure_id) AS flows \
             ON flows.disclosure_id = disclosure.id \
             LEFT JOIN (SELECT disclosure_id, SUM(amount_fen) AS lines_fen FROM disclosure_expense GROUP BY disclosure_id) AS told ON told.disclosure_id = disclosure.id \
             WHERE COALESCE(flows.net_fen, 0) <> disclosure.income_fen - disclosure.expense_fen \
             OR COALESCE(flows.expenses_fen, 0) <> COALESCE(told.lines_fen, 0) ORDER BY disclosure.id LIMIT ?1"),
        params![NAMED],
    )? {
        findings.push(format!("what disclosure {} is made of does not add up to its figures", row.int("id")?));
    }
    for row in tx.query(
        sql("SELECT disclosure_expense.disclosure_id, disclosure_expense.expense_id FROM disclosure_expense \
             JOIN disclosure ON disclosure.id = disclosure_expense.disclosure_id JOIN expense ON expense.id = disclosure_expense.expense_id \
             WHERE expense.project_id <> disclosure.project_id OR expense.amount_fen <> disclosure_expense.amount_fen ORDER BY 1, 2 LIMIT ?1"),
        params![NAMED],
    )? {
        let (id, expense) = (row.int("disclosure_id")?, row.int("expense_id")?);
        findings.push(format!("disclosure {id} tells expense {expense} otherwise than the books"));
    }
    Ok(())
}

/// What came from elsewhere has a balance of its own, which goes on from one disclosure to the next.
fn elsewhere(tx: &mut Tx, findings: &mut Vec<String>) -> Result<(), Fault> {
    let mut last: Option<(i64, i64)> = None;
    for row in tx.query(
        sql("SELECT disclosure.id, disclosure.project_id, disclosure_elsewhere.opening_fen, disclosure_elsewhere.closing_fen FROM disclosure \
             LEFT JOIN disclosure_elsewhere ON disclosure_elsewhere.disclosure_id = disclosure.id ORDER BY disclosure.project_id, disclosure.from_day"),
        params![],
    )? {
        let (id, project) = (row.int("id")?, row.int("project_id")?);
        let left = last.filter(|(of, _)| *of == project).map(|(_, fen)| fen);
        match (left, row.opt_int("opening_fen")?, row.opt_int("closing_fen")?) {
            (Some(_), None, _) => findings.push(format!("disclosure {id} is silent about money from elsewhere that the one before it had")),
            (left, Some(opening_fen), Some(closing_fen)) => {
                if opening_fen != left.unwrap_or(0) {
                    findings.push(format!("disclosure {id} does not follow the one before it in the money from elsewhere"));
                }
                last = Some((project, closing_fen));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A correction stands beside something that is there, and names it by the hash that its words have.
fn corrections(tx: &mut Tx, findings: &mut Vec<String>) -> Result<(), Fault> {
    for row in tx.query(sql("SELECT * FROM correction ORDER BY id"), params![])? {
        let note = Correction::from_row(&row)?;
        match store::words_of(tx, row.int("project_id")?, note.thing, note.thing_id)? {
            None => findings.push(format!("correction {} stands beside a {} that is not there", note.id, note.thing.word())),
            Some(words) if sha256(words.as_bytes()).as_slice() != note.original_sha256 => {
                findings.push(format!("what correction {} corrects does not have the hash {}", note.id, hex(&note.original_sha256)));
            }
            Some(_) => {}
        }
        if sha256(Correction::text(&note.was_wrong, &note.is_right).as_bytes()).as_slice() != note.sha256 {
            findings.push(format!("correction {} does not have the hash it claims", note.id));
        }
        if note.thing == Thing::Correction && note.thing_id >= note.id {
            findings.push(format!("correction {} corrects one that came after it", note.id));
        }
    }
    Ok(())
}

/// The day that lists are sorted by is the day that the clocks say, and the newest report is the newest report.
fn due_days(tx: &mut Tx, findings: &mut Vec<String>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT project.id FROM project LEFT JOIN progress_post ON progress_post.project_id = project.id \
             LEFT JOIN progress_told ON progress_told.post_id = progress_post.id GROUP BY project.id, project.last_progress_at \
             HAVING COALESCE(MAX(CASE WHEN progress_told.post_id IS NOT NULL THEN progress_post.published_at END), 0) <> COALESCE(project.last_progress_at, 0) \
             ORDER BY project.id LIMIT ?1"),
        params![NAMED],
    )? {
        findings.push(format!("project {} does not know its newest progress report", row.int("id")?));
    }
    for row in tx.query(
        sql("SELECT id FROM project WHERE state IN ('published', 'fundraising_ended', 'executing', 'closed') ORDER BY id LIMIT 5000"),
        params![],
    )? {
        let project = told::find(tx, row.int("id")?)?;
        let life = rules::Life::of(&project, told::told(tx, &project)?);
        let said = rules::next_due_day(&life);
        // Money of a closed project comes and goes with late gifts and refunds; until the next report its clock stands as it was set.
        let other = rules::Told { leftovers_untold: !life.told.leftovers_untold, ..life.told };
        let also = rules::next_due_day(&rules::Life { told: other, ..life });
        let stands = project.due_day == said || (project.state == State::Closed && project.due_day == also);
        if !stands {
            findings.push(format!("project {} says its next report is due on day {}, its clocks say {said}", project.id, project.due_day));
        }
    }
    Ok(())
}
