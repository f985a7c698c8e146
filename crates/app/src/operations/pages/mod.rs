//! What people see of operations: the two desks, and taking things up.

mod claims;
mod desks;

use crate::kernel::Right;
use crate::web::{Route, get, post};

pub fn routes() -> Vec<Route> {
    vec![
        get("/operator", Right::Operator, desks::operator),
        get("/operator/waiting.csv", Right::Operator, desks::operator_csv),
        post("/operator/claims", Right::Operator, claims::at_the_operators),
        get("/desk", Right::Desk, desks::charity),
        get("/desk/waiting.csv", Right::Desk, desks::charity_csv),
        post("/desk/claims", Right::Desk, claims::at_a_desk),
    ]
}
