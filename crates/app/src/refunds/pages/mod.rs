//! What people see of a case: the donor at the gift's address, the desks of the charity and the implementer, the operator.

mod desk;
mod donor;
mod operator;

use maud::{Markup, html};

use crate::files::{self, File, Prepared};
use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Micros, Refusal, Right, Trouble};
use crate::web::{Cx, Route, field_error, get, post, refusal_text, show, upload};

use super::model::{Asked, Case, Filed, NewPaper, Paper, Reason, State, Step};
use super::rules;

pub fn routes() -> Vec<Route> {
    vec![
        get("/gifts/{id}/{code}/refund", Right::Anyone, donor::page),
        post("/gifts/{id}/{code}/refund", Right::Anyone, donor::open),
        upload("/gifts/{id}/{code}/refund/{case}/papers", Right::Anyone, donor::add_paper),
        post("/gifts/{id}/{code}/refund/{case}/withdrawal", Right::Anyone, donor::withdraw),
        post("/gifts/{id}/{code}/refund/{case}/appeal", Right::Anyone, donor::appeal),
        get("/me/refunds", Right::SignedIn, donor::mine),
        get("/desk/refunds", Right::Desk, desk::list),
        get("/desk/refunds.csv", Right::Desk, desk::csv),
        get("/desk/refunds/new", Right::Desk, desk::new),
        post("/desk/refunds", Right::Desk, desk::open),
        get("/desk/refunds/{id}", Right::Desk, desk::case),
        upload("/desk/refunds/{id}/papers", Right::Desk, desk::add_paper),
        post("/desk/refunds/{id}/examination", Right::Desk, desk::examine),
        post("/desk/refunds/{id}/question", Right::Desk, desk::ask_donor),
        post("/desk/refunds/{id}/confirmation", Right::Desk, desk::confirm),
        post("/desk/refunds/{id}/request", Right::Desk, desk::request),
        post("/desk/refunds/{id}/approval", Right::Desk, desk::approve),
        post("/desk/refunds/{id}/refusal", Right::Desk, desk::refuse),
        post("/desk/refunds/{id}/retry", Right::Desk, desk::try_again),
        post("/desk/refunds/{id}/query", Right::Desk, desk::ask_channel),
        post("/desk/refunds/{id}/posting", Right::Desk, desk::post_found),
        get("/operator/refunds", Right::Operator, operator::list),
        get("/operator/refunds/{id}", Right::Operator, operator::case),
        post("/operator/refunds/{id}/confirmation", Right::Operator, operator::confirm),
        post("/operator/refunds/{id}/appeal", Right::Operator, operator::decide_appeal),
        get("/operator/held/{id}/refund", Right::Operator, operator::held),
        post("/operator/held/{id}/refund", Right::Operator, operator::open_for_held),
    ]
}

fn reason_words(cx: &Cx, reason: Reason) -> String {
    cx.t(&format!("refunds-reason-{}", reason.word().replace('_', "-")))
}

fn paper_words(cx: &Cx, paper: Paper) -> String {
    cx.t(&format!("refunds-paper-{}", paper.word().replace('_', "-")))
}

/// The papers a reason needs, in a line under it.
fn papers_note(cx: &Cx, reason: Reason) -> String {
    let words: Vec<String> = rules::papers(reason).iter().map(|p| paper_words(cx, *p)).collect();
    if words.is_empty() { cx.t("refunds-papers-none") } else { cx.ta("refunds-papers-needed", &[("papers", listed(cx, &words).into())]) }
}

fn listed(cx: &Cx, words: &[String]) -> String {
    words.join(&cx.t("refunds-list-comma"))
}

fn state_badge(cx: &Cx, state: State) -> Markup {
    let tone = match state {
        State::Returned => ui::Tone::Good,
        State::Stuck | State::Found | State::Appealed => ui::Tone::Warn,
        State::Refused | State::Upheld => ui::Tone::Bad,
        State::Withdrawn => ui::Tone::Plain,
        _ => ui::Tone::Info,
    };
    ui::badge(tone, &cx.t(&format!("refunds-state-{}", state.word().replace('_', "-"))))
}

/// A clock's end as a day, and that it has passed when it has.
fn until(cx: &Cx, due_at: Micros, met: bool) -> Markup {
    let last = day_of(due_at - 1);
    html! {
        (show::day(last))
        @if !met && cx.now >= due_at {
            " " (ui::badge(ui::Tone::Warn, &cx.ta("refunds-overdue", &[("days", (day_of(cx.now) - last).into())])))
        }
    }
}

/// The two clocks of a case that is open.
fn clocks<'a>(cx: &Cx, case: &Case) -> Vec<ui::Term<'a>> {
    let answered = match case.answered_at {
        Some(at) => html! { (show::instant(at)) },
        None => html! { (cx.t("refunds-by")) " " (until(cx, case.answer_due_at, false)) },
    };
    let over = case.state.is_over();
    let end = match case.ended_at.filter(|_| over) {
        Some(at) => html! { (show::instant(at)) },
        None => html! { (cx.t("refunds-by")) " " (until(cx, case.done_due_at, false)) },
    };
    vec![ui::Term::new(cx.t("refunds-first-answer"), answered), ui::Term::new(cx.t("refunds-end"), end)]
}

/// What happened, oldest first. `of_donor`: only what the donor is told, without the names of staff.
fn story(cx: &Cx, steps: &[(Step, String)], of_donor: bool) -> Markup {
    let items: Vec<ui::TimelineStep> = steps
        .iter()
        .filter(|(step, _)| step.told || !of_donor)
        .map(|(step, name)| ui::TimelineStep {
            title: cx.t(&format!("refunds-step-{}", step.step.replace('_', "-"))).into(),
            state: ui::State::Done,
            state_word: if of_donor { "".into() } else { name.clone().into() },
            when: show::minute(step.at).into(),
            note: html! { @if !step.note.is_empty() { p { (step.note) } } },
        })
        .collect();
    ui::timeline(&cx.t("refunds-story"), &items)
}

/// A form with one field of words and one button: notes, reasons, questions.
struct Saying<'a> {
    action: String,
    /// The field's name and the message that labels it.
    field: &'a str,
    label: &'a str,
    help: &'a str,
    button: &'a str,
    kind: ui::ButtonKind,
    hidden: Vec<(ui::Text<'a>, ui::Text<'a>)>,
}

impl Saying<'_> {
    fn show(&self, cx: &Cx, refused: Option<&Refusal>) -> Markup {
        let error = field_error(cx, refused, self.field);
        ui::form(&ui::Form {
            action: self.action.clone().into(),
            hidden: self.hidden.clone(),
            body: html! {
                (ui::textarea_field(&ui::TextArea {
                    name: self.field.into(), label: cx.t(self.label).into(), rows: 2,
                    value: if error.is_empty() { "".into() } else { cx.form(self.field).into() },
                    help: if self.help.is_empty() { "".into() } else { cx.t(self.help).into() },
                    error: error.into(), required: true, max_length: u32::try_from(rules::LONGEST).ok(), ..ui::TextArea::default()
                }))
                (ui::submit_row(ui::button(self.kind, &cx.t(self.button), None), None))
            },
            ..ui::Form::default()
        })
    }
}

/// A form that is only a button.
fn press(cx: &Cx, action: String, button: &str, kind: ui::ButtonKind) -> Markup {
    ui::form(&ui::Form { action: action.into(), body: ui::submit_row(ui::button(kind, &cx.t(button), None), None), ..ui::Form::default() })
}

/// What was refused, above everything, unless a field says it.
fn refused_notice(cx: &Cx, refused: Option<&Refusal>) -> Markup {
    html! {
        @if let Some(refusal) = refused {
            @let (sentence, next) = refusal_text(cx, refusal);
            (ui::notice(ui::Tone::Bad, &cx.t("refunds-word-refused"), Some(&sentence), html! { p { (next) } }))
        }
    }
}

/// The fields of a new case: why, how much, in one's own words.
fn asking(cx: &Cx, reasons: &[Reason], left_fen: Option<i64>, refused: Option<&Refusal>) -> Markup {
    let choices = reasons
        .iter()
        .map(|r| ui::Choice {
            note: papers_note(cx, *r).into(),
            ..ui::Choice::new(r.word(), reason_words(cx, *r)).chosen(cx.form("reason") == r.word())
        })
        .collect();
    let typed = cx.form("amount").to_owned();
    let amount = match left_fen {
        Some(fen) if typed.is_empty() && refused.is_none() => money::Fen(fen).yuan_text(),
        _ => typed,
    };
    html! {
        (ui::radio_field(&ui::Radios {
            name: "reason".into(), legend: cx.t("refunds-reason").into(), choices, error: field_error(cx, refused, "reason").into(), required: true,
            ..ui::Radios::default()
        }))
        (ui::amount_field(&ui::Amount {
            name: "amount".into(), label: cx.t("refunds-amount").into(), value: amount.into(),
            help: left_fen.map(|fen| cx.ta("refunds-amount-help", &[("left", show::money(fen).into())])).unwrap_or_default().into(),
            error: field_error(cx, refused, "amount").into(), required: true, ..ui::Amount::default()
        }))
        (ui::textarea_field(&ui::TextArea {
            name: "statement".into(), label: cx.t("refunds-statement").into(), help: cx.t("refunds-statement-help").into(),
            value: cx.form("statement").into(), error: field_error(cx, refused, "statement").into(), required: true,
            max_length: u32::try_from(rules::LONGEST).ok(), ..ui::TextArea::default()
        }))
    }
}

fn asked(cx: &Cx) -> Result<Asked, Refusal> {
    let reason = Reason::from_word(cx.form("reason")).ok_or_else(|| Refusal::input("reason", "refusal-refunds-reason"))?;
    let amount = money::Fen::parse_yuan(cx.form("amount")).ok().filter(|fen| fen.is_positive());
    let amount_fen = amount.ok_or_else(|| Refusal::input("amount", "refusal-refunds-amount-unreadable"))?.0;
    Ok(Asked { reason, amount_fen, statement: cx.form("statement").to_owned() })
}

/// The form for a paper: what it is, and the file.
fn paper_form(cx: &Cx, action: String, missing: &[Paper], refused: Option<&Refusal>) -> Markup {
    let first = missing.first().copied().unwrap_or(Paper::Other);
    let choices = Paper::ALL.iter().map(|p| ui::Choice::new(p.word(), paper_words(cx, *p)).chosen(*p == first)).collect();
    ui::form(&ui::Form {
        action: action.into(),
        method: ui::Method::Upload,
        body: html! {
            (ui::select_field(&ui::Select {
                name: "paper".into(), label: cx.t("refunds-paper").into(), choices, error: field_error(cx, refused, "paper").into(), required: true,
                ..ui::Select::default()
            }))
            (ui::file_field(&ui::FileInput {
                name: "file".into(), label: cx.t("refunds-file").into(), accept: "image/*,application/pdf".into(), required: true,
                help: cx.t("refunds-file-help").into(), error: field_error(cx, refused, "file").into(), ..ui::FileInput::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("refunds-paper-add"), None), None))
        },
        ..ui::Form::default()
    })
}

fn new_paper(cx: &Cx) -> Result<NewPaper, Refusal> {
    let paper = Paper::from_word(cx.form("paper")).ok_or_else(|| Refusal::input("paper", "refusal-refunds-paper"))?;
    let upload = cx.upload("file").ok_or_else(|| Refusal::input("file", "refusal-refunds-file"))?;
    Ok(NewPaper { paper, file: Prepared::of_field(upload, "file", false)? })
}

/// The papers by kind; who may see a file gets a link to it.
fn paper_list(cx: &Cx, filed: &[Filed], files: &[File]) -> Markup {
    html! {
        @if filed.is_empty() { p { (cx.t("refunds-papers-empty")) } }
        @for paper in filed {
            @let here: Vec<File> = files.iter().filter(|f| f.id == paper.file_id).cloned().collect();
            @let own = here.iter().all(|f| f.may_be_seen_by(&cx.actor));
            p { b { (paper_words(cx, paper.paper)) } }
            @if own { (files::attachments(cx, &here)) } @else { @for file in &here { p { (file.name) } } }
        }
    }
}

/// What is missing, in a sentence.
fn missing_notice(cx: &Cx, missing: &[Paper]) -> Markup {
    let words: Vec<String> = missing.iter().map(|p| paper_words(cx, *p)).collect();
    html! {
        @if !missing.is_empty() {
            (ui::notice(ui::Tone::Warn, &cx.t("refunds-word-missing"), Some(&listed(cx, &words)), html! {}))
        }
    }
}

/// An action's outcome: on with the page, or the page again with what was refused.
fn outcome(
    cx: &Cx,
    done: Result<(), Trouble>,
    to: String,
    again: impl FnOnce(&Cx, &Refusal) -> crate::web::Outcome,
) -> crate::web::Outcome {
    match done {
        Ok(()) => Ok(crate::web::Answer::redirect(to)),
        Err(Trouble::Refused(refusal)) if !matches!(refusal.status, 401 | 404) => again(cx, &refusal),
        Err(other) => Err(other),
    }
}

fn opened_on(case: &Case) -> String {
    day_text(day_of(case.opened_at))
}
