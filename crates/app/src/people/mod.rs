//! Stub.
use crate::jobs::{Chore, JobKind};
use crate::web::Route;

pub fn routes() -> Vec<Route> {
    Vec::new()
}

pub fn jobs() -> Vec<JobKind> {
    Vec::new()
}

pub fn chores() -> Vec<Chore> {
    Vec::new()
}
