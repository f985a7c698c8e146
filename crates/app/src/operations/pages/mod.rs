//! What people see of operations: the two desks, and taking things up.

mod appeals;
mod audit;
mod claims;
mod desks;
mod health;
mod modes;
mod reports;

pub use reports::{figures, publish_half};

use crate::kernel::Right;
use crate::web::{Route, get, post};

pub fn routes() -> Vec<Route> {
    vec![
        get("/operator", Right::Operator, desks::operator),
        get("/operator/waiting.csv", Right::Operator, desks::operator_csv),
        get("/operator/audit", Right::Operator, audit::page),
        get("/operator/audit.csv", Right::Operator, audit::export),
        get("/operator/appeals", Right::Operator, appeals::operator_list),
        get("/operator/appeals/{id}", Right::Operator, appeals::operator_one),
        post("/operator/appeals/{id}", Right::Operator, appeals::judge),
        get("/desk/appeals", Right::Desk, appeals::desk_list),
        get("/desk/appeals/new", Right::Desk, appeals::desk_new),
        post("/desk/appeals", Right::Desk, appeals::desk_make),
        get("/desk/appeals/{id}", Right::Desk, appeals::desk_one),
        get("/me/appeals", Right::SignedIn, appeals::my_list),
        get("/me/appeals/new", Right::SignedIn, appeals::my_new),
        post("/me/appeals", Right::SignedIn, appeals::my_make),
        get("/me/appeals/{id}", Right::SignedIn, appeals::my_one),
        get("/operator/members", Right::Operator, modes::members),
        post("/operator/members", Right::Operator, modes::add_members),
        post("/operator/members/end", Right::Operator, modes::end_member),
        get("/operator/reports", Right::Operator, reports::operator),
        post("/operator/reports", Right::Operator, reports::publish),
        post("/operator/reports/notes", Right::Operator, reports::add_note),
        get("/reports", Right::Anyone, reports::list),
        get("/reports/{half}", Right::Anyone, reports::page),
        get("/reports/{half}/figures.json", Right::Anyone, reports::as_json),
        get("/about/mode", Right::Anyone, modes::about),
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
