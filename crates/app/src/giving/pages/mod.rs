//! What a donor sees, in the order in which they see it. Every page works without script.

mod calmer;
mod certificate;
mod gift;
mod offline;
mod proof;
mod way;

pub use crate::web::show::qr;
pub use way::read_hash;

use crate::kernel::{Id, Micros, Right};
use crate::web::{Cx, Route, get, post, show};

pub fn routes() -> Vec<Route> {
    vec![
        get("/projects/{id}/gift", Right::Anyone, way::amount_page),
        post("/projects/{id}/gift", Right::Anyone, way::calmer_page),
        post("/gifts", Right::Anyone, way::confirm),
        get("/gifts/{id}/{code}", Right::Anyone, gift::page),
        get("/gifts/{id}/{code}/cashier", Right::Anyone, gift::cashier),
        post("/gifts/{id}/{code}/anonymity", Right::Anyone, gift::sign),
        get("/gifts/{id}/{code}/calmer", Right::Anyone, calmer::kept),
        get("/gifts/{id}/{code}/calmer.json", Right::Anyone, calmer::kept_bytes),
        get("/gifts/{id}/{code}/certificate.svg", Right::Anyone, certificate::svg),
        get("/gifts/{id}/{code}/certificate.png", Right::Anyone, certificate::png),
        get("/gifts/{id}/{code}/proof", Right::Anyone, proof::page),
        get("/gifts/{id}/{code}/proof.tlog-proof", Right::Anyone, proof::file),
        get("/me/offline-gifts/{id}", Right::SignedIn, offline::page),
        post("/me/offline-gifts/{id}/anonymity", Right::SignedIn, offline::sign),
    ]
}

/// Where the donor is on the way: amount, calmer, paying, done.
fn steps(cx: &Cx, current: usize) -> maud::Markup {
    let titles = ["giving-step-amount", "giving-step-calmer", "giving-step-pay", "giving-step-done"].map(|key| cx.t(key));
    ui::steps(&cx.t("giving-steps"), &titles.each_ref().map(String::as_str), current, &cx.t("giving-step-behind"))
}

fn project_path(project_id: Id) -> String {
    format!("/projects/{project_id}")
}

/// How old something was when it was seen: as `show::ago`, for a reader of that moment.
fn age(cx: &Cx, at: Micros, seen_at: Micros) -> String {
    show::ago(cx, at + (cx.now - seen_at))
}
