//! Where people complain and ask, and where they are answered.

mod complain;
mod handle;
mod questions;
mod settings;

use maud::{Markup, html};

use crate::files::Prepared;
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Refusal, Right};
use crate::web::{Cx, Route, get, post, show, upload};

use super::actions;

pub fn routes() -> Vec<Route> {
    vec![
        get("/complaints", Right::Anyone, complain::figures),
        get("/complaints/new", Right::Anyone, complain::new),
        upload("/complaints", Right::Anyone, complain::send),
        get("/complaints/{id}/{code}", Right::Anyone, complain::mine),
        post("/complaints/{id}/{code}", Right::Anyone, complain::judge),
        get("/desk/complaints", Right::Desk, handle::desk_list),
        get("/desk/complaints/{id}", Right::Desk, handle::desk_complaint),
        upload("/desk/complaints/{id}", Right::Desk, handle::give_statement),
        get("/operator/complaints", Right::Operator, handle::list),
        get("/operator/complaints/{id}", Right::Operator, handle::complaint),
        post("/operator/complaints/{id}/statement", Right::Operator, handle::ask_charity),
        post("/operator/complaints/{id}/answer", Right::Operator, handle::answer),
        get("/projects/{id}/questions", Right::Anyone, questions::of_project),
        post("/projects/{id}/questions", Right::Anyone, questions::ask),
        get("/questions/{id}/{code}", Right::Anyone, questions::mine),
        get("/questions/{id}/{code}/papers/{file}", Right::Anyone, questions::paper),
        get("/me/questions", Right::SignedIn, questions::of_person),
        get("/desk/questions", Right::Desk, questions::desk_list),
        get("/desk/questions/{id}", Right::Desk, questions::desk_question),
        upload("/desk/questions/{id}", Right::Desk, questions::answer),
        post("/operator/questions/{id}/hiding", Right::Operator, questions::hide),
        get("/operator/settings", Right::Operator, settings::page),
        post("/operator/settings", Right::Operator, settings::save),
    ]
}

/// The papers that came with a form.
fn papers(cx: &Cx, field: &'static str) -> Result<Vec<Prepared>, Refusal> {
    let sent: Vec<_> = cx.request.uploads.iter().filter(|u| u.field == field).collect();
    if sent.len() > actions::FILES {
        return Err(Refusal::input(field, "refusal-transparency-files").with("most", actions::FILES));
    }
    sent.into_iter().map(|u| Prepared::of_field(u, field, false)).collect()
}

/// "by 2026-10-13", and how late it is when it is.
fn due(cx: &Cx, due_day: Day) -> Markup {
    let late = day_of(cx.now) - due_day;
    html! {
        @if late > 0 { (ui::badge(ui::Tone::Bad, &cx.ta("transparency-late", &[("days", late.into())]))) }
        @else { (cx.t("transparency-due")) " " (show::day(due_day)) }
    }
}
