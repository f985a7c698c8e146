//! What people do: complain, answer, ask, judge.

pub mod complaints;
pub mod questions;

use db::Tx;

use crate::files::{self, Prepared};
use crate::kernel::{Actor, Id, Micros, Refusal, Trouble, allow};
use crate::projects;

/// How often one address may complain or ask within an hour. A mobile carrier puts many people behind one address.
const AN_ADDRESS: i64 = 20;
/// How many papers come with one of them.
pub const FILES: usize = 3;

/// What came from the visitor's form besides the words.
pub struct Sender<'a> {
    pub actor: &'a Actor,
    /// The address it came from, for the limit.
    pub peer: &'a str,
    pub papers: &'a [Prepared],
}

fn limited(tx: &mut Tx, what: &str, peer: &str, now: Micros) -> Result<(), Trouble> {
    let allowed = allow(tx, &format!("{what} {peer}"), crate::kernel::HOUR_US, AN_ADDRESS, now)?;
    if allowed { Ok(()) } else { Err(Refusal::too_many().into()) }
}

/// The public project that is meant.
fn project(tx: &mut Tx, id: Id) -> Result<projects::Project, Trouble> {
    Ok(projects::find_public(tx, id)?.ok_or_else(|| Refusal::input("project", "refusal-transparency-project"))?)
}

/// Whether the actor sits at a desk of one of the project's organisations.
fn works_for(actor: &Actor, project: Option<&projects::Project>) -> bool {
    project.is_some_and(|p| p.organisations().iter().any(|id| actor.holds(*id, &crate::kernel::Role::ALL)))
}

/// Keeps papers for a desk (0: for the person and the operator) and says which.
fn keep(tx: &mut Tx, ids: &[Id], papers: &[Prepared], organisation_id: Id, person_id: Id, now: Micros) -> Result<Vec<Id>, Trouble> {
    for (id, paper) in ids.iter().zip(papers) {
        files::keep(tx, *id, paper, organisation_id, person_id, now)?;
    }
    Ok(ids[..papers.len().min(ids.len())].to_vec())
}
