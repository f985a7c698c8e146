//! What must hold of projects' own records, verified from the rows; part of the check of the books.

use db::{Fault, Tx, params, sql};

use crate::kernel::{hex, sha256};

/// Everything that is not as it must be, as sentences with the ids to look at.
pub fn check(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let mut findings = Vec::new();
    for row in tx.query(sql("SELECT project_id, number, body, sha256 FROM project_version ORDER BY project_id, number"), params![])? {
        if hex(&sha256(row.text("body")?.as_bytes())) != row.text("sha256")? {
            findings.push(format!("version {} of project {} is not what its hash says", row.int("number")?, row.int("project_id")?));
        }
    }
    for row in tx.query(
        sql("SELECT project.id FROM project WHERE project.state IN ('published', 'fundraising_ended', 'executing', 'closed') \
             AND EXISTS (SELECT 1 FROM project_version WHERE project_version.project_id = project.id) AND project.goal_fen <> \
                 (SELECT COALESCE(SUM(budget_line.amount_fen), 0) FROM budget_line WHERE budget_line.project_id = project.id) ORDER BY project.id"),
        params![],
    )? {
        findings.push(format!("the goal of project {} is not the sum of its budget", row.int("id")?));
    }
    for row in tx.query(
        sql("SELECT project_redirect.id FROM project_redirect LEFT JOIN transfer ON transfer.fact_id = project_redirect.id \
               AND transfer.debit_owner = project_redirect.from_id AND transfer.credit_owner = project_redirect.to_id \
               AND transfer.amount_fen = project_redirect.amount_fen AND transfer.state = 'posted' \
             WHERE (project_redirect.state = 'posted') <> (transfer.id IS NOT NULL) ORDER BY project_redirect.id"),
        params![],
    )? {
        findings.push(format!("redirection {} and the ledger do not agree on whether it was posted", row.int("id")?));
    }
    Ok(findings)
}
