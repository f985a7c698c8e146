//! What people see of operations: the two desks, and taking things up.

mod claims;
mod desks;
mod health;

use crate::kernel::Right;
use crate::web::{Route, get, post};

pub fn routes() -> Vec<Route> {
    vec![
        get("/operator", Right::Operator, desks::operator),
        get("/operator/waiting.csv", Right::Operator, desks::operator_csv),
        get("/operator/health", Right::Operator, health::page),
        post("/operator/health/jobs/{id}", Right::Operator, health::decide_job),
        get("/healthz", Right::Anyone, health::alive),
        get("/readyz", Right::Anyone, health::ready),
        post("/operator/claims", Right::Operator, claims::at_the_operators),
        get("/desk", Right::Desk, desks::charity),
        get("/desk/waiting.csv", Right::Desk, desks::charity_csv),
        post("/desk/claims", Right::Desk, claims::at_a_desk),
    ]
}
