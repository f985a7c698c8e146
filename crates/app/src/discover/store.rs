//! What the home page reads. Only public projects count, and every figure adds what the roll-up has not taken up yet, so
//! that the home page never shows less than a project's own page.

use db::{Fault, Tx, params, sql};

use crate::kernel::{Id, Micros};
use crate::projects::fund;

/// The whole of the platform as folds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub gifts: i64,
    pub gifts_fen: i64,
    pub paid_out_fen: i64,
    pub spent_fen: i64,
    /// Public projects.
    pub projects: i64,
    pub charities: i64,
}

pub fn totals(tx: &mut Tx) -> Result<Totals, Fault> {
    let row = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(gifts + offline) AS BIGINT), 0) AS gifts, COALESCE(CAST(SUM(gifts_fen + offline_fen - refunded_fen) AS BIGINT), 0) AS gifts_fen, \
             COALESCE(CAST(SUM(paid_out_fen - returned_fen) AS BIGINT), 0) AS paid_out_fen, COALESCE(CAST(SUM(spent_fen) AS BIGINT), 0) AS spent_fen, \
             (SELECT COUNT(*) FROM project WHERE state IN ('published', 'fundraising_ended', 'executing', 'closed')) AS projects, \
             (SELECT COUNT(*) FROM organisation WHERE kind = 'charity') AS charities FROM fund"),
        params![],
    )?;
    let mut totals = Totals {
        gifts: row.int("gifts")?,
        gifts_fen: row.int("gifts_fen")?,
        paid_out_fen: row.int("paid_out_fen")?,
        spent_fen: row.int("spent_fen")?,
        projects: row.int("projects")?,
        charities: row.int("charities")?,
    };
    for delta in fund::waiting(tx)? {
        totals.gifts += delta.gifts;
        totals.gifts_fen += delta.amount_fen;
    }
    Ok(totals)
}

/// How many public projects each field has, by the field's word.
pub fn projects_by_field(tx: &mut Tx) -> Result<Vec<(String, i64)>, Fault> {
    let rows = tx.query(
        sql("SELECT field, COUNT(*) AS projects FROM project WHERE state IN ('published', 'fundraising_ended', 'executing', 'closed') \
             GROUP BY field ORDER BY field"),
        params![],
    )?;
    rows.iter().map(|row| Ok((row.text("field")?, row.int("projects")?))).collect()
}

/// A progress post as the home page shows it: never its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub project_id: Id,
    pub project_title: String,
    pub project_english_title: String,
    pub title: String,
    pub published_at: Micros,
}

/// The newest progress posts of public projects.
pub fn news(tx: &mut Tx, limit: i64) -> Result<Vec<News>, Fault> {
    let rows = tx.query(
        sql("SELECT progress_post.project_id, project.title AS project_title, project.english_title AS project_english_title, \
             progress_post.title, progress_post.published_at FROM progress_post JOIN project ON project.id = progress_post.project_id \
             WHERE project.state IN ('published', 'fundraising_ended', 'executing', 'closed') ORDER BY progress_post.id DESC LIMIT ?1"),
        params![limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(News {
                project_id: row.int("project_id")?,
                project_title: row.text("project_title")?,
                project_english_title: row.text("project_english_title")?,
                title: row.text("title")?,
                published_at: row.int("published_at")?,
            })
        })
        .collect()
}

/// The reconciled days: what the channel's bills say, what the ledger says, and whether every day agrees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Books {
    pub days: i64,
    pub differing_days: i64,
    pub bill_fen: i64,
    pub ledger_fen: i64,
}

pub fn books(tx: &mut Tx) -> Result<Books, Fault> {
    let row = tx.query_one(
        sql("SELECT COUNT(*) AS days, COALESCE(CAST(SUM(CASE WHEN state = 'differs' THEN 1 ELSE 0 END) AS BIGINT), 0) AS differing_days, \
             COALESCE(CAST(SUM(bill_fen) AS BIGINT), 0) AS bill_fen, COALESCE(CAST(SUM(ledger_fen) AS BIGINT), 0) AS ledger_fen FROM bill_day"),
        params![],
    )?;
    Ok(Books {
        days: row.int("days")?,
        differing_days: row.int("differing_days")?,
        bill_fen: row.int("bill_fen")?,
        ledger_fen: row.int("ledger_fen")?,
    })
}
