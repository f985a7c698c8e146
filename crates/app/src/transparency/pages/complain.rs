//! For whoever complains: the form, what became of it, and how well all are answered.

use maud::{Markup, html};

use crate::kernel::civil::{day_of, day_text, parse_day, start_of};
use crate::kernel::{Refusal, Trouble};
use crate::projects;
use crate::transparency::actions::{Sender, complaints as actions};
use crate::transparency::model::{Complaint, Figures, Kind, State};
use crate::transparency::rules;
use crate::transparency::store::complaints as store;
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, paragraphs, parse_id, refused, show, status_of};

use super::{due, papers};

/// `/complaints`: how to complain, and figures by year for everyone.
pub fn figures(cx: &Cx) -> Outcome {
    let today = day_of(cx.now);
    let year: i64 = day_text(today)[..4].parse().unwrap_or(2026);
    let new_year = |year: i64| start_of(parse_day(&format!("{year:04}-01-01")).unwrap_or(0));
    let (workdays, years) = cx.app.db.read(|tx| {
        let mut years = Vec::new();
        for year in [year, year - 1, year - 2] {
            let figures = store::figures(tx, new_year(year), new_year(year + 1), today)?;
            if figures.received > 0 {
                years.push((year, figures));
            }
        }
        Ok::<_, db::Fault>((rules::COMPLAINT_WORKDAYS.get(tx)?, years))
    })?;
    let title = cx.t("complaint-title");
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("complaint-lead", &[("days", workdays.into())]))))
        p { (ui::link_button(ui::ButtonKind::Main, &cx.t("complaint-new"), "/complaints/new")) }
        (ui::section(&cx.t("complaint-how"), None, html! {
            ol { li { (cx.t("complaint-how-1")) } li { (cx.ta("complaint-how-2", &[("days", workdays.into())])) } li { (cx.t("complaint-how-3")) } li { (cx.t("complaint-how-4")) } }
            p.help { (cx.t("complaint-authority")) }
        }))
        (ui::section(&cx.t("complaint-figures"), None, figures_table(cx, &years)))
    };
    Ok(cx.page(PageParts { title: &title, body, canonical: Some("/complaints"), reading: true, ..PageParts::default() }))
}

fn figures_table(cx: &Cx, years: &[(i64, Figures)]) -> Markup {
    if years.is_empty() {
        return html! { p { (cx.t("complaint-figures-none")) } };
    }
    let number = |key: &str| ui::Column::number(cx.t(key));
    let mut table = ui::Table::new(
        cx.t("complaint-figures"),
        vec![
            ui::Column::words(cx.t("complaint-year")),
            number("complaint-received"),
            number("complaint-in-time"),
            number("complaint-late"),
            number("complaint-waiting"),
            number("complaint-overdue"),
            number("complaint-solved"),
            number("complaint-not-solved"),
        ],
    );
    for (year, f) in years {
        table.row(&[year, &f.received, &f.in_time, &f.late, &f.waiting, &f.overdue, &f.solved, &f.not_solved]);
    }
    ui::table(&table)
}

pub fn new(cx: &Cx) -> Outcome {
    form(cx, None)
}

fn form(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let asked = if cx.form("project").is_empty() { cx.query("project") } else { cx.form("project") };
    let about = match parse_id(asked) {
        Some(id) => cx.app.db.read(|tx| projects::find_public(tx, id))?,
        None => None,
    };
    let days = cx.app.db.read(|tx| rules::COMPLAINT_WORKDAYS.get(tx))?;
    let chosen = if cx.form("kind").is_empty() { cx.query("kind") } else { cx.form("kind") };
    let kinds: Vec<ui::Choice> = Kind::ALL
        .into_iter()
        .filter(|k| about.is_some() || matches!(k, Kind::Platform | Kind::Private | Kind::Fraud | Kind::Pressure | Kind::Other))
        .map(|k| ui::Choice::new(k.word(), cx.t(&format!("complaint-kind-{}", k.word()))).chosen(k.word() == chosen))
        .collect();
    let title = cx.t("complaint-new");
    let fields = html! {
        (refused(cx, refusal))
        (ui::radio_field(&ui::Radios {
            name: "kind".into(), legend: cx.t("complaint-kind").into(), choices: kinds, error: field_error(cx, refusal, "kind").into(), required: true, ..ui::Radios::default()
        }))
        (ui::textarea_field(&ui::TextArea {
            name: "body".into(), label: cx.t("complaint-body").into(), value: cx.form("body").into(), help: cx.t("complaint-body-help").into(),
            error: field_error(cx, refusal, "body").into(), required: true, rows: 7, ..ui::TextArea::default()
        }))
        (ui::file_field(&ui::FileInput {
            name: "papers".into(), label: cx.t("transparency-papers").into(), accept: "image/*,application/pdf".into(), multiple: true,
            help: cx.t("complaint-papers-help").into(), error: field_error(cx, refusal, "papers").into(), ..ui::FileInput::default()
        }))
        (ui::input_field(&ui::Input {
            name: "contact".into(), label: cx.t("complaint-contact").into(), value: cx.form("contact").into(), help: cx.t("complaint-contact-help").into(),
            error: field_error(cx, refusal, "contact").into(), mark: cx.t("transparency-optional").into(), max_length: Some(100), ..ui::Input::default()
        }))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("complaint-send"), None), Some(&ui::Link::new(cx.t("complaint-title"), "/complaints"))))
    };
    let hidden = about.as_ref().map(|p| vec![("project".into(), p.id.to_string().into())]).unwrap_or_default();
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("complaint-new-lead", &[("days", days.into())]))))
        @match &about {
            Some(p) => p { (cx.t("complaint-about")) " " (ui::Link::new(cx.either(&p.title, &p.english_title), format!("/projects/{}", p.id))) },
            None => p.help { (cx.t("complaint-about-none")) },
        }
        (ui::form(&ui::Form { action: "/complaints".into(), method: ui::Method::Upload, hidden, body: fields }))
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn send(cx: &Cx) -> Outcome {
    let sent = papers(cx, "papers").map_err(Trouble::from).and_then(|papers| {
        let typed = actions::Typed {
            project_id: parse_id(cx.form("project")).unwrap_or(0),
            kind: Kind::from_word(cx.form("kind")),
            body: cx.form("body"),
            contact: cx.form("contact"),
        };
        actions::complain(&cx.app, &Sender { actor: &cx.actor, peer: &cx.request.peer, papers: &papers }, &typed, cx.now)
    });
    match sent {
        Ok(id) => Ok(Answer::redirect(format!("/complaints/{id}/{}?done=complaint", actions::code(&cx.app, id)))),
        Err(Trouble::Refused(refusal)) => form(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

fn load(cx: &Cx) -> Result<Complaint, Trouble> {
    let id = cx.id_param("id")?;
    if !cx.app.secret.code_fits("complaint", &id.to_string(), cx.param("code")) {
        return Err(Refusal::not_found().into());
    }
    Ok(cx.app.db.read(|tx| store::find(tx, id))?.ok_or_else(Refusal::not_found)?)
}

pub fn mine(cx: &Cx) -> Outcome {
    let complaint = load(cx)?;
    mine_page(cx, &complaint, None)
}

fn mine_page(cx: &Cx, c: &Complaint, refusal: Option<&Refusal>) -> Outcome {
    let address = format!("/complaints/{}/{}", c.id, cx.param("code"));
    let title = cx.t("complaint-mine");
    let whole = format!("{}{address}", cx.app.base_url);
    let body = html! {
        (ui::heading(&title, Some(&cx.t("complaint-mine-lead"))))
        (ui::copyable(&cx.t("complaint-link"), &whole, &cx.t("transparency-copy"), &cx.t("transparency-copied")))
        (ui::definition_list(&[
            ui::Term::new(cx.t("complaint-kind"), ui::text(cx.t(&format!("complaint-kind-{}", c.kind.word())))),
            ui::Term::new(cx.t("complaint-received-at"), show::instant(c.received_at)),
            ui::Term::new(cx.t("complaint-state"), html! { (cx.t(&format!("complaint-state-{}", c.state.word()))) @if c.state.waits() { " · " (due(cx, c.due_day)) } }),
        ]))
        (ui::card(Some(&cx.t("complaint-body")), paragraphs(&c.body)))
        @if !c.answer.is_empty() {
            (ui::card(Some(&cx.t("complaint-answer")), html! {
                @if let Some(outcome) = c.outcome { p { b { (cx.t(&format!("complaint-outcome-{}", outcome.word()))) } } }
                (paragraphs(&c.answer))
                @if let Some(at) = c.answered_at { p.help { (show::instant(at)) } }
            }))
        }
        @if c.state == State::Answered { (verdict(cx, &address, refusal)) }
        @if c.state == State::Closed && c.solved == Some(false) {
            p.help { (cx.t("complaint-authority")) }
            @if cx.actor.person_id() == Some(c.person_id) { (cx.appeal_way("complaint", c.id)) }
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// Solved or not: the person who complained has the last word on it.
fn verdict(cx: &Cx, address: &str, refusal: Option<&Refusal>) -> Markup {
    let form = ui::form(&ui::Form {
        action: address.into(),
        body: html! {
            (refused(cx, refusal))
            (ui::textarea_field(&ui::TextArea {
                name: "why".into(), label: cx.t("complaint-why").into(), value: cx.form("why").into(), help: cx.t("complaint-why-help").into(),
                error: field_error(cx, refusal, "why").into(), mark: cx.t("transparency-optional").into(), ..ui::TextArea::default()
            }))
            (ui::submit_row(html! {
                (ui::button(ui::ButtonKind::Main, &cx.t("complaint-is-solved"), Some(("solved", "1")))) " "
                (ui::button(ui::ButtonKind::Quiet, &cx.t("complaint-is-not-solved"), Some(("solved", "0"))))
            }, None))
        },
        ..ui::Form::default()
    });
    ui::section(&cx.t("complaint-verdict"), None, form)
}

pub fn judge(cx: &Cx) -> Outcome {
    let complaint = load(cx)?;
    let solved = match cx.form("solved") {
        "1" => true,
        "0" => false,
        _ => return mine_page(cx, &complaint, Some(&Refusal::input("why", "refusal-complaint-verdict"))),
    };
    match actions::judge(&cx.app, complaint.id, cx.param("code"), solved, cx.form("why"), cx.now) {
        Ok(()) => Ok(Answer::redirect(format!("/complaints/{}/{}?done=complaint-verdict", complaint.id, cx.param("code")))),
        Err(Trouble::Refused(refusal)) => mine_page(cx, &complaint, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}
