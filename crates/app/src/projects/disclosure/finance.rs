//! The statements of finance disclosures: lines, money from elsewhere, papers, categories, reviews.

use db::{Fault, Tx, params, sql};

use crate::files;
use crate::kernel::civil::{day_of, start_of};
use crate::kernel::{Id, Micros, WAITING_SHOWN, Waiting, workdays};

use super::super::model::{Correction, Cost, Disclosure, Elsewhere, ExpenseLine, Flow, LineKind, Particulars, Review, Thing};
use super::super::store;

/// The expenses posted before `end` that no disclosure has told and no correction undone, in the order of the books.
pub fn untold_expenses(tx: &mut Tx, project_id: Id, end: Micros) -> Result<Vec<ExpenseLine>, Fault> {
    let rows = tx.query(
        sql("SELECT expense.*, budget_line.item, budget_line.english_item, budget_line.unit, budget_line.kind AS category, \
             (SELECT file.id FROM expense_file JOIN file ON file.id = expense_file.file_id WHERE expense_file.expense_id = expense.id AND file.public_since IS NOT NULL) AS invoice \
             FROM expense JOIN budget_line ON budget_line.id = expense.budget_line_id \
             LEFT JOIN disclosure_expense ON disclosure_expense.expense_id = expense.id \
             WHERE expense.project_id = ?1 AND expense.recorded_at < ?2 AND disclosure_expense.expense_id IS NULL \
             AND NOT EXISTS (SELECT 1 FROM transfer WHERE transfer.code = 6 AND transfer.about_id = expense.id AND transfer.settled_at < ?2) ORDER BY expense.id"),
        params![project_id, end],
    )?;
    rows.iter().map(ExpenseLine::from_row).collect()
}

pub fn lines_of(tx: &mut Tx, disclosure_id: Id) -> Result<Vec<ExpenseLine>, Fault> {
    let rows = tx.query(
        sql("SELECT expense.*, budget_line.item, budget_line.english_item, budget_line.unit, disclosure_expense.category, \
             (SELECT file.id FROM expense_file JOIN file ON file.id = expense_file.file_id WHERE expense_file.expense_id = expense.id AND file.public_since IS NOT NULL) AS invoice \
             FROM disclosure_expense JOIN expense ON expense.id = disclosure_expense.expense_id \
             JOIN budget_line ON budget_line.id = expense.budget_line_id WHERE disclosure_expense.disclosure_id = ?1 ORDER BY disclosure_expense.position"),
        params![disclosure_id],
    )?;
    rows.iter().map(ExpenseLine::from_row).collect()
}

pub fn add_line(tx: &mut Tx, disclosure_id: Id, position: i64, line: &ExpenseLine) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO disclosure_expense (disclosure_id, position, expense_id, category, amount_fen) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![disclosure_id, position, line.expense_id, line.category.word(), line.amount_fen],
    )
}

/// What the ledger moved until an instant, as the kinds of a disclosure; gifts are not among them.
pub fn flows_until(tx: &mut Tx, project_id: Id, end: Micros) -> Result<[(Flow, i64); 5], Fault> {
    let moved = store::stream::moved_until(tx, project_id, end)?;
    Ok([
        (Flow::Offline, moved.offline_fen),
        (Flow::RedirectedIn, moved.redirected_in_fen),
        (Flow::Expenses, moved.spent_fen),
        (Flow::Refunds, moved.refunded_fen),
        (Flow::RedirectedOut, moved.redirected_out_fen),
    ])
}

/// What the disclosures of a project have told of each kind; with one, only what that one tells.
pub fn flows_told(tx: &mut Tx, project_id: Id, disclosure_id: Option<Id>) -> Result<Vec<(Flow, i64)>, Fault> {
    let rows = tx.query(
        sql("SELECT disclosure_line.kind, CAST(SUM(disclosure_line.amount_fen) AS BIGINT) AS fen FROM disclosure_line \
             JOIN disclosure ON disclosure.id = disclosure_line.disclosure_id WHERE disclosure.project_id = ?1 AND (?2 = 0 OR disclosure.id = ?2) \
             GROUP BY disclosure_line.kind"),
        params![project_id, disclosure_id.unwrap_or(0)],
    )?;
    let mut flows = Vec::new();
    for row in &rows {
        let word = row.text("kind")?;
        let flow = Flow::from_word(&word).ok_or_else(|| Fault::inconsistent(format!("a disclosure has a line of {word}")))?;
        flows.push((flow, row.int("fen")?));
    }
    flows.sort_unstable();
    Ok(flows)
}

pub fn add_flow(tx: &mut Tx, disclosure_id: Id, flow: Flow, fen: i64) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO disclosure_line (disclosure_id, kind, amount_fen) VALUES (?1, ?2, ?3)"),
        params![disclosure_id, flow.word(), fen],
    )
}

pub fn add_paper(tx: &mut Tx, disclosure_id: Id, position: i64, file_id: Id) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO disclosure_file (disclosure_id, position, file_id) VALUES (?1, ?2, ?3)"),
        params![disclosure_id, position, file_id],
    )
}

/// What the last disclosure left of the money from elsewhere; nothing when none was ever stated.
pub fn elsewhere_left(tx: &mut Tx, project_id: Id) -> Result<Option<i64>, Fault> {
    let row = tx.query_opt(
        sql("SELECT disclosure_elsewhere.closing_fen FROM disclosure_elsewhere JOIN disclosure ON disclosure.id = disclosure_elsewhere.disclosure_id \
             WHERE disclosure.project_id = ?1 ORDER BY disclosure.from_day DESC LIMIT 1"),
        params![project_id],
    )?;
    row.map(|row| row.int("closing_fen")).transpose()
}

pub fn add_elsewhere(tx: &mut Tx, disclosure_id: Id, opening_fen: i64, e: &Elsewhere, closing_fen: i64) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO disclosure_elsewhere (disclosure_id, opening_fen, matching_fen, enterprise_fen, offline_fen, other_fen, other_words, expense_fen, expense_words, closing_fen) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
        params![
            disclosure_id,
            opening_fen,
            e.matching_fen,
            e.enterprise_fen,
            e.offline_fen,
            e.other_fen,
            &e.other_words,
            e.expense_fen,
            &e.expense_words,
            closing_fen
        ],
    )
}

/// Everything a disclosure says beside its figures.
pub fn particulars(tx: &mut Tx, project_id: Id, d: &Disclosure) -> Result<Particulars, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM disclosure_elsewhere WHERE disclosure_id = ?1"), params![d.id])?;
    let elsewhere = match row {
        Some(row) => Some((row.int("opening_fen")?, Elsewhere::from_row(&row)?, row.int("closing_fen")?)),
        None => None,
    };
    let rows = tx.query(sql("SELECT file_id FROM disclosure_file WHERE disclosure_id = ?1 ORDER BY position"), params![d.id])?;
    let ids: Vec<Id> = rows.iter().map(|row| row.int("file_id")).collect::<Result<_, Fault>>()?;
    let costs = costs(tx, project_id, Some(d.until_day))?;
    Ok(Particulars {
        flows: flows_told(tx, project_id, Some(d.id))?,
        lines: lines_of(tx, d.id)?,
        elsewhere,
        files: files::list(tx, &ids)?,
        review: review(tx, d.id)?,
        spent_fen: costs.iter().map(|c| c.spent_fen).sum(),
        budget_fen: costs.iter().map(|c| c.planned_fen).sum(),
        costs,
    })
}

/// What each category was planned to cost and has cost: disclosed until a day, or, without one, recorded so far.
pub fn costs(tx: &mut Tx, project_id: Id, until_day: Option<i64>) -> Result<Vec<Cost>, Fault> {
    let mut costs: Vec<Cost> = LineKind::ALL.into_iter().map(|category| Cost { category, planned_fen: 0, spent_fen: 0 }).collect();
    let planned = tx.query(
        sql("SELECT budget_line.kind AS category, CAST(SUM(budget_line.amount_fen) AS BIGINT) AS planned_fen, \
             CAST(SUM(budget_line.spent_fen) AS BIGINT) AS spent_fen FROM budget_line \
             WHERE budget_line.project_id = ?1 GROUP BY budget_line.kind"),
        params![project_id],
    )?;
    let told = tx.query(
        sql("SELECT disclosure_expense.category, CAST(SUM(disclosure_expense.amount_fen) AS BIGINT) AS spent_fen FROM disclosure_expense \
             JOIN disclosure ON disclosure.id = disclosure_expense.disclosure_id WHERE disclosure.project_id = ?1 AND disclosure.until_day <= ?2 \
             GROUP BY disclosure_expense.category"),
        params![project_id, until_day.unwrap_or(0)],
    )?;
    for cost in &mut costs {
        for row in &planned {
            if row.text("category")? == cost.category.word() {
                cost.planned_fen = row.int("planned_fen")?;
                if until_day.is_none() {
                    cost.spent_fen = row.int("spent_fen")?;
                }
            }
        }
        for row in told.iter().filter(|_| until_day.is_some()) {
            if row.text("category")? == cost.category.word() {
                cost.spent_fen = row.int("spent_fen")?;
            }
        }
    }
    Ok(costs)
}

/// The operator's word that stands: the last one, unless what was returned has been corrected since.
pub fn review(tx: &mut Tx, disclosure_id: Id) -> Result<Review, Fault> {
    let row = tx.query_opt(
        sql("SELECT verdict, reason, at FROM disclosure_review WHERE disclosure_id = ?1 ORDER BY id DESC LIMIT 1"),
        params![disclosure_id],
    )?;
    let Some(row) = row else { return Ok(Review::Waiting) };
    let at = row.int("at")?;
    if row.text("verdict")? == "passed" {
        return Ok(Review::Passed { at });
    }
    let corrected = store::corrections_of(tx, Thing::Disclosure, disclosure_id)?.iter().any(|note: &Correction| note.published_at > at);
    Ok(if corrected { Review::Waiting } else { Review::Returned { at, reason: row.text("reason")? } })
}

/// False: somebody else had their say at the same moment.
pub fn add_review(tx: &mut Tx, id: Id, disclosure_id: Id, passed: bool, reason: &str, person_id: Id, now: Micros) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO disclosure_review (id, disclosure_id, round, verdict, reason, person_id, at) \
             VALUES (?1, ?2, (SELECT COUNT(*) FROM disclosure_review WHERE disclosure_id = ?2) + 1, ?3, ?4, ?5, ?6) ON CONFLICT (disclosure_id, round) DO NOTHING"),
        params![id, disclosure_id, if passed { "passed" } else { "returned" }, reason, person_id, now],
    )?;
    Ok(added == 1)
}

/// A disclosure with its project and who published it, for the operator.
pub struct Judged {
    pub project_id: Id,
    pub person_id: Id,
    pub disclosure: Disclosure,
}

pub fn judged(tx: &mut Tx, disclosure_id: Id) -> Result<Option<Judged>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM disclosure WHERE id = ?1"), params![disclosure_id])?;
    row.map(|row| {
        Ok(Judged { project_id: row.int("project_id")?, person_id: row.int("person_id")?, disclosure: Disclosure::from_row(&row)? })
    })
    .transpose()
}

/// 工作日. No law gives the platform a time for its review; this is its own promise, as for projects.
const REVIEW_WORKDAYS: u32 = 5;

/// Disclosures that wait for the operator's word, the oldest first. What was returned waits again once it is corrected.
pub fn waiting_for_operator(tx: &mut Tx) -> Result<Vec<Waiting>, Fault> {
    let rows = tx.query(
        sql("SELECT disclosure.id, disclosure.published_at, project.title FROM disclosure JOIN project ON project.id = disclosure.project_id \
             WHERE NOT EXISTS (SELECT 1 FROM disclosure_review WHERE disclosure_review.disclosure_id = disclosure.id AND (disclosure_review.verdict = 'passed' \
               OR NOT EXISTS (SELECT 1 FROM correction WHERE correction.thing = 'disclosure' AND correction.thing_id = disclosure.id AND correction.published_at > disclosure_review.at))) \
             ORDER BY disclosure.id LIMIT ?1"),
        params![WAITING_SHOWN],
    )?;
    rows.iter()
        .map(|row| {
            let (id, since) = (row.int("id")?, row.int("published_at")?);
            Ok(Waiting {
                queue: "waiting-disclosure",
                thing: "disclosure",
                thing_id: id,
                title: row.text("title")?,
                href: format!("/operator/disclosures/{id}"),
                since,
                due_at: Some(start_of(workdays::add_workdays(day_of(since), REVIEW_WORKDAYS) + 1) - 1),
                unattended: "unattended-disclosure",
            })
        })
        .collect()
}

/// Disclosures of a project that were returned and not corrected since, with the reasons.
pub fn returned(tx: &mut Tx, project_id: Id) -> Result<Vec<(Id, String)>, Fault> {
    let rows = tx.query(
        sql("SELECT id FROM disclosure WHERE project_id = ?1 AND EXISTS (SELECT 1 FROM disclosure_review \
             WHERE disclosure_review.disclosure_id = disclosure.id AND disclosure_review.verdict = 'returned') ORDER BY id DESC"),
        params![project_id],
    )?;
    let mut found = Vec::new();
    for row in rows {
        let id = row.int("id")?;
        if let Review::Returned { reason, .. } = review(tx, id)? {
            found.push((id, reason));
        }
    }
    Ok(found)
}

/// Disclosures of these organisations that were returned and wait for their correction.
pub fn returned_at_desk(tx: &mut Tx, organisation_ids: &[Id]) -> Result<Vec<Waiting>, Fault> {
    let mut waiting = Vec::new();
    for organisation_id in organisation_ids {
        let rows = tx.query(
            sql("SELECT disclosure.id, disclosure.project_id, project.title, disclosure_review.at FROM disclosure_review \
                 JOIN disclosure ON disclosure.id = disclosure_review.disclosure_id JOIN project ON project.id = disclosure.project_id \
                 WHERE project.recipient_id = ?1 AND disclosure_review.verdict = 'returned' \
                 AND NOT EXISTS (SELECT 1 FROM disclosure_review AS later WHERE later.disclosure_id = disclosure.id AND later.id > disclosure_review.id) \
                 AND NOT EXISTS (SELECT 1 FROM correction WHERE correction.thing = 'disclosure' AND correction.thing_id = disclosure.id AND correction.published_at > disclosure_review.at) \
                 ORDER BY disclosure_review.id LIMIT ?2"),
            params![*organisation_id, WAITING_SHOWN],
        )?;
        for row in &rows {
            let (id, project_id) = (row.int("id")?, row.int("project_id")?);
            waiting.push(Waiting {
                queue: "waiting-disclosure-returned",
                thing: "disclosure_correction",
                thing_id: id,
                title: row.text("title")?,
                href: format!("/desk/projects/{project_id}/corrections?thing=disclosure-{id}"),
                since: row.int("at")?,
                due_at: None,
                unattended: "unattended-disclosure-returned",
            });
        }
    }
    Ok(waiting)
}
