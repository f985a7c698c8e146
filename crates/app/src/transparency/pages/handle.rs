//! For those who deal with complaints: the operator's reviewers, and the charity that is asked for a statement.

use maud::{Markup, html};

use crate::files;
use crate::kernel::{Refusal, Role, Trouble};
use crate::people;
use crate::projects;
use crate::transparency::actions::{Sender, complaints as actions};
use crate::transparency::model::{Complaint, Outcome as Came};
use crate::transparency::store::complaints as store;
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, paragraphs, refused, show, status_of};

use super::{due, papers};

fn row<'a>(cx: &Cx, c: &'a Complaint, desk: &str) -> ui::LinkRow<'a> {
    ui::LinkRow {
        href: format!("/{desk}/complaints/{}", c.id).into(),
        title: cx.t(&format!("complaint-kind-{}", c.kind.word())).into(),
        note: c.body.chars().take(60).collect::<String>().into(),
        aside: if c.state.waits() {
            due(cx, c.due_day)
        } else {
            ui::badge(ui::Tone::Plain, &cx.t(&format!("complaint-state-{}", c.state.word())))
        },
    }
}

pub fn list(cx: &Cx) -> Outcome {
    let (open, answered) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::open(tx)?, store::answered(tx, 100)?)))?;
    let rows = |list: &[Complaint], none: &str| {
        let rows: Vec<ui::LinkRow> = list.iter().map(|c| row(cx, c, "operator")).collect();
        html! { @if rows.is_empty() { p { (cx.t(none)) } } @else { (ui::link_list(&rows)) } }
    };
    let title = cx.t("complaint-room");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("complaint-room-lead"))))
        (ui::section(&cx.t("complaint-open"), None, rows(&open, "complaint-open-none")))
        (ui::section(&cx.t("complaint-answered"), Some(&ui::Link::new(cx.t("complaint-figures"), "/complaints")), rows(&answered, "complaint-answered-none")))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

/// What both desks see of a complaint.
struct View {
    complaint: Complaint,
    about: Option<projects::Project>,
    papers: Vec<files::File>,
    /// What happened, with names; only the operator sees it.
    steps: Vec<(String, String, crate::kernel::Micros)>,
}

fn view(cx: &Cx, complaint: Complaint) -> Result<View, Trouble> {
    cx.app.db.read(|tx| {
        let mut steps = Vec::new();
        for step in store::steps(tx, complaint.id)? {
            let who = if step.person_id == complaint.person_id { String::new() } else { people::person_name(tx, step.person_id)? };
            let what = cx.t(&format!("complaint-step-{}", step.step));
            steps.push((what, if step.note.is_empty() || step.step == "answered" { who } else { format!("{who} {}", step.note) }, step.at));
        }
        let ids = store::files(tx, complaint.id)?;
        Ok(View {
            about: projects::find_public(tx, complaint.project_id)?,
            papers: files::list(tx, &ids)?,
            complaint: complaint.clone(),
            steps,
        })
    })
}

fn summary(cx: &Cx, v: &View) -> Markup {
    let c = &v.complaint;
    html! {
        (ui::definition_list(&[
            ui::Term::new(cx.t("complaint-about"), html! { @match &v.about {
                Some(p) => (ui::Link::new(cx.either(&p.title, &p.english_title), format!("/projects/{}", p.id))),
                None => (cx.t("complaint-about-platform")),
            } }),
            ui::Term::new(cx.t("complaint-received-at"), show::instant(c.received_at)),
            ui::Term::new(cx.t("complaint-state"), html! { (cx.t(&format!("complaint-state-{}", c.state.word()))) @if c.state.waits() { " · " (due(cx, c.due_day)) } }),
        ]))
        (ui::card(Some(&cx.t("complaint-body")), paragraphs(&c.body)))
    }
}

fn load(cx: &Cx) -> Result<View, Trouble> {
    let id = cx.id_param("id")?;
    let complaint = cx.app.db.read(|tx| store::find(tx, id))?.ok_or_else(Refusal::not_found)?;
    view(cx, complaint)
}

pub fn complaint(cx: &Cx) -> Outcome {
    let v = load(cx)?;
    complaint_page(cx, &v, None)
}

fn complaint_page(cx: &Cx, v: &View, refusal: Option<&Refusal>) -> Outcome {
    let c = &v.complaint;
    let title = cx.t(&format!("complaint-kind-{}", c.kind.word()));
    let address = format!("/operator/complaints/{}", c.id);
    let body = html! {
        (ui::breadcrumbs(&cx.t("transparency-trail"), &[ui::Link::new(cx.t("complaint-room"), "/operator/complaints")], &title))
        (ui::heading(&title, None))
        (cx.claim_banner("complaint", c.id)?)
        (summary(cx, v))
        @if !v.papers.is_empty() { (ui::card(Some(&cx.t("transparency-papers")), files::attachments(cx, &v.papers))) }
        @if !c.contact.is_empty() { (ui::card(Some(&cx.t("complaint-contact")), html! { p { (c.contact) } p.help { (cx.t("complaint-contact-use")) } })) }
        (ui::section(&cx.t("complaint-statement"), None, statement(cx, v, &address)))
        @if !c.answer.is_empty() { (ui::card(Some(&cx.t("complaint-answer")), paragraphs(&c.answer))) }
        @if c.state.waits() { (ui::section(&cx.t("complaint-do-answer"), None, answer_form(cx, v, &address, refusal))) }
        (ui::section(&cx.t("complaint-steps"), None, ui::definition_list(&v.steps.iter().map(|(what, who, at)| ui::Term::new(what.as_str(), html! { (show::instant(*at)) " " (who) })).collect::<Vec<_>>())))
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn statement(cx: &Cx, v: &View, address: &str) -> Markup {
    let c = &v.complaint;
    html! {
        @if c.statement_at.is_some() { (paragraphs(&c.statement)) }
        @else if c.asked_charity_at.is_some() { p { (cx.t("complaint-statement-asked")) } }
        @else if v.about.is_none() { p { (cx.t("complaint-statement-nobody")) } }
        @else if c.state.waits() {
            p.help { (cx.t("complaint-statement-help")) }
            (ui::form(&ui::Form { action: format!("{address}/statement").into(), body: ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("complaint-ask-charity"), None), None), ..ui::Form::default() }))
        }
    }
}

fn answer_form(cx: &Cx, v: &View, address: &str, refusal: Option<&Refusal>) -> Markup {
    let outcomes: Vec<ui::Choice> = Came::ALL
        .into_iter()
        .map(|o| ui::Choice::new(o.word(), cx.t(&format!("complaint-outcome-{}", o.word()))).chosen(o.word() == cx.form("outcome")))
        .collect();
    html! {
        @if let Some(p) = &v.about { p { (ui::Link::new(cx.t("complaint-to-project"), format!("/operator/projects/{}", p.id))) } }
        (ui::form(&ui::Form {
            action: format!("{address}/answer").into(),
            body: html! {
                (refused(cx, refusal))
                (ui::radio_field(&ui::Radios { name: "outcome".into(), legend: cx.t("complaint-outcome").into(), choices: outcomes, error: field_error(cx, refusal, "outcome").into(), required: true, ..ui::Radios::default() }))
                (ui::textarea_field(&ui::TextArea {
                    name: "answer".into(), label: cx.t("complaint-answer").into(), value: cx.form("answer").into(), help: cx.t("complaint-answer-help").into(),
                    error: field_error(cx, refusal, "answer").into(), required: true, rows: 6, ..ui::TextArea::default()
                }))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("complaint-do-answer"), None), None))
            },
            ..ui::Form::default()
        }))
    }
}

pub fn ask_charity(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    match actions::ask_charity(&cx.app, &cx.actor, id, cx.now) {
        Ok(()) => Ok(Answer::redirect(format!("/operator/complaints/{id}?done=complaint-asked"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => complaint_page(cx, &load(cx)?, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

pub fn answer(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    match actions::answer(&cx.app, &cx.actor, id, Came::from_word(cx.form("outcome")), cx.form("answer"), cx.now) {
        Ok(()) => Ok(Answer::redirect(format!("/operator/complaints/{id}?done=complaint-answer"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => complaint_page(cx, &load(cx)?, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

pub fn desk_list(cx: &Cx) -> Outcome {
    let own = cx.organisations_as(&[Role::Manager])?;
    let asked = cx.app.db.read(|tx| {
        let mut asked = Vec::new();
        for id in &own {
            asked.extend(store::statements_asked(tx, *id)?);
        }
        Ok::<_, db::Fault>(asked)
    })?;
    let rows: Vec<ui::LinkRow> = asked.iter().map(|c| row(cx, c, "desk")).collect();
    let title = cx.t("complaint-desk");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("complaint-desk-lead"))))
        @if rows.is_empty() { (ui::empty_state(&cx.t("complaint-desk-none"), &cx.t("complaint-desk-none-why"), None)) } @else { (ui::link_list(&rows)) }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn load_at_desk(cx: &Cx) -> Result<View, Trouble> {
    let (id, own) = (cx.id_param("id")?, cx.organisations_as(&[Role::Manager])?);
    let complaint = cx.app.db.read(|tx| store::find_at_desk(tx, id, &own))?.ok_or_else(Refusal::not_found)?;
    view(cx, complaint)
}

pub fn desk_complaint(cx: &Cx) -> Outcome {
    let v = load_at_desk(cx)?;
    desk_page(cx, &v, None)
}

/// The charity sees what is said and never who said it, nor what they attached.
fn desk_page(cx: &Cx, v: &View, refusal: Option<&Refusal>) -> Outcome {
    let c = &v.complaint;
    let title = cx.t(&format!("complaint-kind-{}", c.kind.word()));
    let body = html! {
        (ui::breadcrumbs(&cx.t("transparency-trail"), &[ui::Link::new(cx.t("complaint-desk"), "/desk/complaints")], &title))
        (ui::heading(&title, Some(&cx.t("complaint-desk-why"))))
        (summary(cx, v))
        @if c.statement_at.is_some() { (ui::card(Some(&cx.t("complaint-statement")), paragraphs(&c.statement))) }
        @else {
            (ui::section(&cx.t("complaint-statement"), None, ui::form(&ui::Form {
                action: format!("/desk/complaints/{}", c.id).into(), method: ui::Method::Upload,
                body: html! {
                    (refused(cx, refusal))
                    (ui::textarea_field(&ui::TextArea {
                        name: "statement".into(), label: cx.t("complaint-statement-words").into(), value: cx.form("statement").into(), help: cx.t("complaint-statement-words-help").into(),
                        error: field_error(cx, refusal, "statement").into(), required: true, rows: 6, ..ui::TextArea::default()
                    }))
                    (ui::file_field(&ui::FileInput {
                        name: "papers".into(), label: cx.t("transparency-papers").into(), accept: "image/*,application/pdf".into(), multiple: true,
                        error: field_error(cx, refusal, "papers").into(), ..ui::FileInput::default()
                    }))
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("complaint-statement-send"), None), None))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn give_statement(cx: &Cx) -> Outcome {
    let v = load_at_desk(cx)?;
    let id = v.complaint.id;
    let given = papers(cx, "papers").map_err(Trouble::from).and_then(|papers| {
        actions::give_statement(
            &cx.app,
            &Sender { actor: &cx.actor, peer: &cx.request.peer, papers: &papers },
            id,
            cx.form("statement"),
            cx.now,
        )
    });
    match given {
        Ok(()) => Ok(Answer::redirect(format!("/desk/complaints/{id}?done=complaint-statement"))),
        Err(Trouble::Refused(refusal)) => desk_page(cx, &v, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}
