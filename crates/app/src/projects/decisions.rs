//! What the operator decided about projects that an organisation may not like, for whoever wants to appeal; and how each kind
//! is taken back when the appeal is right.

use db::{Fault, Tx, params, sql};

use crate::kernel::{Appealable, Concerned, DECISIONS_SHOWN, Decision, Id};

use super::{actions, disclosure};

pub fn appealable() -> Vec<Appealable> {
    vec![
        Appealable { thing: "project", about: returned_drafts, take_back: actions::submit_after_appeal },
        Appealable { thing: "project_decision", about: holds, take_back: actions::lift_after_appeal },
        Appealable { thing: "project_change", about: refused_changes, take_back: actions::ask_again_for_change },
        Appealable { thing: "closing_report", about: returned_closing_reports, take_back: actions::hand_in_again },
        Appealable { thing: "disclosure", about: returned_disclosures, take_back: disclosure::pass_after_appeal },
    ]
}

/// Projects are their organisations'; no decision about one concerns a single person.
fn organisation(concerned: Concerned) -> Id {
    match concerned {
        Concerned::Organisation(id) => id,
        Concerned::Person(_) => 0,
    }
}

fn returned_drafts(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let rows = tx.query(
        sql("SELECT project.id AS thing_id, project.title, project_step.reason, project_step.person_id AS decided_by, project_step.at AS decided_at \
             FROM project_step JOIN project ON project.id = project_step.project_id \
             WHERE (project.launcher_id = ?1 OR project.recipient_id = ?1) AND project_step.state = 'draft' AND project_step.reason <> '' \
             ORDER BY project_step.id DESC LIMIT ?2"),
        params![organisation(concerned), DECISIONS_SHOWN],
    )?;
    Decision::newest("project", concerned, &rows)
}

/// Suspended, taken down, reported, or a request of the charity's declined. That a project goes on again harms nobody.
fn holds(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let rows = tx.query(
        sql("SELECT project_decision.id AS thing_id, project.title, project_decision.reason, project_decision.person_id AS decided_by, \
             project_decision.made_at AS decided_at FROM project_decision JOIN project ON project.id = project_decision.project_id \
             WHERE (project.launcher_id = ?1 OR project.recipient_id = ?1) AND project_decision.kind <> 'resumed' \
             ORDER BY project_decision.id DESC LIMIT ?2"),
        params![organisation(concerned), DECISIONS_SHOWN],
    )?;
    Decision::newest("project_decision", concerned, &rows)
}

fn refused_changes(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let rows = tx.query(
        sql("SELECT project_change.id AS thing_id, project.title, project_change.answer AS reason, project_change.decided_by, project_change.decided_at \
             FROM project_change JOIN project ON project.id = project_change.project_id \
             WHERE (project.launcher_id = ?1 OR project.recipient_id = ?1) AND project_change.state = 'refused' \
             ORDER BY project_change.id DESC LIMIT ?2"),
        params![organisation(concerned), DECISIONS_SHOWN],
    )?;
    Decision::newest("project_change", concerned, &rows)
}

fn returned_closing_reports(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let rows = tx.query(
        sql("SELECT closing_report.id AS thing_id, project.title, closing_report.answer AS reason, closing_report.decided_by, closing_report.decided_at \
             FROM closing_report JOIN project ON project.id = closing_report.project_id \
             WHERE (project.launcher_id = ?1 OR project.recipient_id = ?1) AND closing_report.state = 'returned' \
             ORDER BY closing_report.id DESC LIMIT ?2"),
        params![organisation(concerned), DECISIONS_SHOWN],
    )?;
    Decision::newest("closing_report", concerned, &rows)
}

fn returned_disclosures(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let rows = tx.query(
        sql("SELECT disclosure.id AS thing_id, project.title, disclosure_review.reason, disclosure_review.person_id AS decided_by, \
             disclosure_review.at AS decided_at FROM disclosure_review JOIN disclosure ON disclosure.id = disclosure_review.disclosure_id \
             JOIN project ON project.id = disclosure.project_id \
             WHERE (project.launcher_id = ?1 OR project.recipient_id = ?1) AND disclosure_review.verdict = 'returned' \
             ORDER BY disclosure_review.id DESC LIMIT ?2"),
        params![organisation(concerned), DECISIONS_SHOWN],
    )?;
    Decision::newest("disclosure", concerned, &rows)
}
