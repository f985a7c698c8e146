//! What reviewers decided about projects, for whoever wants to appeal.

use std::collections::BTreeSet;

use db::{Fault, Tx, params, sql};

use crate::kernel::{Decision, Id};

/// The newest return of each project of these organisations, with its reason.
pub fn decisions_about(tx: &mut Tx, organisation_ids: &[Id]) -> Result<Vec<Decision>, Fault> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for organisation_id in organisation_ids {
        let rows = tx.query(
            sql("SELECT project_step.project_id, project_step.person_id, project_step.reason, project_step.at, project.title FROM project_step \
                 JOIN project ON project.id = project_step.project_id \
                 WHERE (project.launcher_id = ?1 OR project.recipient_id = ?1) AND project_step.state = 'draft' AND project_step.reason <> '' \
                 ORDER BY project_step.id DESC LIMIT 200"),
            params![*organisation_id],
        )?;
        for row in rows {
            let project_id = row.int("project_id")?;
            if seen.insert(project_id) {
                found.push(Decision {
                    thing: "project",
                    thing_id: project_id,
                    title: row.text("title")?,
                    reason: row.text("reason")?,
                    decided_by: row.int("person_id")?,
                    decided_at: row.int("at")?,
                    organisation_id: *organisation_id,
                });
            }
        }
    }
    Ok(found)
}
