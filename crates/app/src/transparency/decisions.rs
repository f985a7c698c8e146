//! What the operator decided about somebody's complaint or question, for whoever wants to appeal; and how it is taken back.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::day_of;
use crate::kernel::{Appealable, Concerned, DECISIONS_SHOWN, Decision, TakingBack, Trouble};

use super::{rules, store};

pub fn appealable() -> Vec<Appealable> {
    vec![
        Appealable { thing: "complaint", about: closed_complaints, take_back: open_again },
        Appealable { thing: "question", about: hidden_questions, take_back: show_again },
    ]
}

/// Closed although whoever complained had said that it was not solved. Before that the complaint's own page leads to another
/// reviewer; whoever has no account has that way alone.
fn closed_complaints(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let Concerned::Person(person_id) = concerned else { return Ok(Vec::new()) };
    let rows = tx.query(
        sql("SELECT id AS thing_id, body AS title, answer AS reason, answered_by AS decided_by, answered_at AS decided_at FROM complaint \
             WHERE person_id = ?1 AND person_id <> 0 AND state = 'closed' AND solved = 0 ORDER BY id DESC LIMIT ?2"),
        params![person_id, DECISIONS_SHOWN],
    )?;
    Ok(shortened(Decision::newest("complaint", concerned, &rows)?))
}

fn hidden_questions(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let Concerned::Person(person_id) = concerned else { return Ok(Vec::new()) };
    let rows = tx.query(
        sql(
            "SELECT id AS thing_id, body AS title, hidden_reason AS reason, hidden_by AS decided_by, hidden_at AS decided_at FROM question \
             WHERE person_id = ?1 AND person_id <> 0 AND hidden_at IS NOT NULL ORDER BY hidden_at DESC LIMIT ?2",
        ),
        params![person_id, DECISIONS_SHOWN],
    )?;
    Ok(shortened(Decision::newest("question", concerned, &rows)?))
}

fn shortened(mut decisions: Vec<Decision>) -> Vec<Decision> {
    for decision in &mut decisions {
        decision.title = decision.title.chars().take(40).collect();
    }
    decisions
}

/// The complaint is open once more, with a day of its own; nobody who answered last answers now.
fn open_again(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let due_day = rules::complaint_due(day_of(back.now), rules::COMPLAINT_WORKDAYS.get(tx)?);
    let moved = tx.execute(
        sql("UPDATE complaint SET state = 'reopened', due_day = ?3 WHERE id = ?1 AND state = 'closed' AND answered_at = ?2"),
        params![back.thing_id, back.decided_at, due_day],
    )?;
    if moved == 1 {
        store::complaints::step(tx, back.ids[0], back.thing_id, "reopened", back.appellant, back.reason, back.now)?;
    }
    Ok(moved == 1)
}

fn show_again(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let moved = tx.execute(
        sql("UPDATE question SET hidden_at = NULL, hidden_by = 0, hidden_reason = '' WHERE id = ?1 AND hidden_at = ?2"),
        params![back.thing_id, back.decided_at],
    )?;
    Ok(moved == 1)
}
