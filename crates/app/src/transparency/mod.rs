//! Supervision by everyone: complaints, and questions about what became of a gift.
//!
//! | question | file |
//! |---|---|
//! | by when must somebody be answered? | `rules.rs` |
//! | what happens to a complaint? | `actions/complaints.rs` |
//! | who answers a donor's question, and who sees it? | `actions/questions.rs` |
//! | how many were answered in time? | `store/complaints.rs` (`figures`), shown on `/complaints` |
//!
//! Invariants: a complaint can be made on every page; the first answer is due within five working days (MZ/T 088-2017) and
//! whether it was in time is never forgotten; whoever is complained about does not decide; closed is not solved, which the
//! person who complained says.

pub mod actions;
mod decisions;
mod model;
mod pages;
mod personal;
mod rules;
mod store;

use db::{Fault, Tx};

use crate::kernel::civil::start_of;
use crate::kernel::settings::Setting;
use crate::kernel::{DAY_US, Id, Micros, Waiting};

pub use decisions::appealable;
pub use model::{Asking, Figures, Kind, Outcome};
pub use pages::routes;
pub use personal::personal;
pub use store::complaints::figures;

pub fn settings() -> Vec<Setting> {
    vec![rules::COMPLAINT_WORKDAYS, rules::QUESTION_WORKDAYS, rules::QUESTION_DAYS]
}

/// Complaints that wait for the operator, the most pressing first.
pub fn waiting_for_operator(tx: &mut Tx, _now: Micros) -> Result<Vec<Waiting>, Fault> {
    let open = store::complaints::open(tx)?;
    Ok(open
        .into_iter()
        .map(|c| Waiting {
            queue: "waiting-complaints",
            thing: "complaint",
            thing_id: c.id,
            title: c.body.chars().take(40).collect(),
            href: format!("/operator/complaints/{}", c.id),
            since: c.received_at,
            due_at: Some(start_of(c.due_day) + DAY_US),
            unattended: "unattended-complaint",
        })
        .collect())
}

/// Statements that were asked for, and donors' questions.
pub fn waiting_at_desk(tx: &mut Tx, organisation_ids: &[Id], _now: Micros) -> Result<Vec<Waiting>, Fault> {
    let mut waiting = Vec::new();
    for organisation_id in organisation_ids {
        for q in store::questions::open_of(tx, *organisation_id)? {
            waiting.push(Waiting {
                queue: "waiting-questions",
                thing: "question",
                thing_id: q.id,
                title: q.body.chars().take(40).collect(),
                href: format!("/desk/questions/{}", q.id),
                since: q.asked_at,
                due_at: Some(start_of(q.due_day) + DAY_US),
                unattended: "unattended-question",
            });
        }
        for c in store::complaints::statements_asked(tx, *organisation_id)? {
            waiting.push(Waiting {
                queue: "waiting-statements",
                // Not the complaint itself: whoever is complained about must not keep the operator from answering.
                thing: "statement",
                thing_id: c.id,
                title: c.body.chars().take(40).collect(),
                href: format!("/desk/complaints/{}", c.id),
                since: c.asked_charity_at.unwrap_or(c.received_at),
                due_at: Some(start_of(c.due_day) + DAY_US),
                unattended: "unattended-statement",
            });
        }
    }
    Ok(waiting)
}
