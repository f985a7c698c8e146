//! Questions about the use of gifts: asked on a project's page, answered at the charity's desk.

use maud::{Markup, html};

use crate::files;
use crate::kernel::civil::day_of;
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::projects;
use crate::transparency::actions::{Sender, questions as actions};
use crate::transparency::model::{Asking, Question};
use crate::transparency::rules;
use crate::transparency::store::questions as store;
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, paragraphs, refused, show, status_of};

use super::{due, papers};

pub fn of_project(cx: &Cx) -> Outcome {
    project_page(cx, None)
}

fn project_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let id = cx.id_param("id")?;
    let (p, asked, (all, in_time, overdue), workdays) = cx.app.db.read(|tx| {
        let p = projects::find_public(tx, id)?.ok_or_else(Refusal::not_found)?;
        let counts = store::counts(tx, id, day_of(cx.now))?;
        Ok::<_, Trouble>((p, store::public(tx, id, 100)?, counts, rules::QUESTION_WORKDAYS.get(tx)?))
    })?;
    let name = cx.either(&p.title, &p.english_title);
    let title = cx.t("question-title");
    let path = format!("/projects/{id}/questions");
    let stat = |value: i64, label: &str| ui::Stat { value: show::count(value).into(), label: cx.t(label).into(), ..ui::Stat::default() };
    let body = html! {
        (ui::breadcrumbs(&cx.t("transparency-trail"), &[ui::Link::new(name, format!("/projects/{id}"))], &title))
        (ui::heading(&title, Some(&cx.ta("question-lead", &[("days", workdays.into())]))))
        @if all > 0 { (ui::stat_row(&[stat(all, "question-all"), stat(in_time, "question-in-time"), stat(overdue, "question-overdue")])) }
        (ui::section(&cx.t("question-ask"), None, ask_form(cx, &path, refusal)))
        (ui::section(&cx.t("question-public"), None, html! {
            @if asked.is_empty() { p { (cx.t("question-public-none")) } }
            @for q in &asked { (public_question(cx, q)) }
        }))
    };
    Ok(cx.page_with_status(
        status_of(refusal),
        PageParts { title: &title, body, canonical: Some(&path), reading: true, ..PageParts::default() },
    ))
}

fn ask_form(cx: &Cx, path: &str, refusal: Option<&Refusal>) -> Markup {
    let kinds = [Asking::Question, Asking::Copy].map(|k| {
        let chosen = cx.form("kind") == k.word() || (cx.form("kind").is_empty() && k == Asking::Question);
        ui::Choice::new(k.word(), cx.t(&format!("question-kind-{}", k.word()))).chosen(chosen)
    });
    ui::form(&ui::Form {
        action: path.to_owned().into(),
        body: html! {
            (refused(cx, refusal))
            (ui::radio_field(&ui::Radios { name: "kind".into(), legend: cx.t("question-kind").into(), choices: kinds.to_vec(), ..ui::Radios::default() }))
            (ui::textarea_field(&ui::TextArea {
                name: "body".into(), label: cx.t("question-body").into(), value: cx.form("body").into(), help: cx.t("question-body-help").into(),
                error: field_error(cx, refusal, "body").into(), required: true, rows: 4, ..ui::TextArea::default()
            }))
            (ui::checkbox(&ui::Check { name: "private".into(), value: "1".into(), label: ui::text(cx.t("question-private")), help: cx.t("question-private-help").into(), checked: !cx.form("private").is_empty(), ..ui::Check::default() }))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("question-send"), None), None))
        },
        ..ui::Form::default()
    })
}

fn public_question(cx: &Cx, q: &Question) -> Markup {
    ui::card(
        None,
        html! {
            (paragraphs(&q.body))
            p.help { (cx.t("question-asked")) " " (show::instant(q.asked_at)) }
            @match q.answered_at {
                Some(at) => { p { b { (cx.t("question-answer")) } } (paragraphs(&q.answer)) p.help { (show::instant(at)) } },
                None => p { (cx.t("question-waits")) " " (due(cx, q.due_day)) },
            }
            @if cx.actor.is_operator() { (hide_form(cx, q)) }
        },
    )
}

fn hide_form(cx: &Cx, q: &Question) -> Markup {
    // Several of these stand on one page, so the field's id is not the form's usual one.
    ui::form(&ui::Form {
        action: format!("/operator/questions/{}/hiding", q.id).into(),
        body: html! {
            (ui::select_field(&ui::Select {
                name: format!("reason-{}", q.id).into(), label: cx.t("question-hide-why").into(),
                choices: ["question-hide-private", "question-hide-abuse", "question-hide-advert"].into_iter().map(|key| ui::Choice::new(key, cx.t(key))).collect(),
                ..ui::Select::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("question-hide"), None), None))
        },
        ..ui::Form::default()
    })
}

pub fn ask(cx: &Cx) -> Outcome {
    let typed = actions::Typed {
        project_id: cx.id_param("id")?,
        kind: Asking::from_word(cx.form("kind")),
        body: cx.form("body"),
        is_public: cx.form("private").is_empty(),
    };
    match actions::ask(&cx.app, &Sender { actor: &cx.actor, peer: &cx.request.peer, papers: &[] }, &typed, cx.now) {
        Ok(id) => Ok(Answer::redirect(format!("/questions/{id}/{}?done=question", actions::code(&cx.app, id)))),
        Err(Trouble::Refused(refusal)) => project_page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

/// The question of whoever holds its link.
fn load(cx: &Cx) -> Result<Question, Trouble> {
    let id = cx.id_param("id")?;
    if !cx.app.secret.code_fits("question", &id.to_string(), cx.param("code")) {
        return Err(Refusal::not_found().into());
    }
    Ok(cx.app.db.read(|tx| store::find(tx, id))?.ok_or_else(Refusal::not_found)?)
}

pub fn mine(cx: &Cx) -> Outcome {
    let q = load(cx)?;
    let (p, papers) = cx.app.db.read(|tx| {
        let ids = store::files(tx, q.id)?;
        Ok::<_, db::Fault>((projects::find_public(tx, q.project_id)?, files::list(tx, &ids)?))
    })?;
    let title = cx.t("question-mine");
    let address = format!("/questions/{}/{}", q.id, cx.param("code"));
    let body = html! {
        (ui::heading(&title, Some(&cx.t("question-mine-lead"))))
        (ui::copyable(&cx.t("question-link"), &format!("{}{address}", cx.app.base_url), &cx.t("transparency-copy"), &cx.t("transparency-copied")))
        @if let Some(p) = &p { p { (ui::Link::new(cx.either(&p.title, &p.english_title), format!("/projects/{}/questions", p.id))) } }
        (ui::card(Some(&cx.t("question-body")), html! { (paragraphs(&q.body)) p.help { (show::instant(q.asked_at)) } }))
        @if q.hidden_at.is_some() {
            (ui::notice(ui::Tone::Warn, &cx.t("question-was-hidden"), None, html! {
                (paragraphs(&q.hidden_reason))
                @if cx.actor.person_id() == Some(q.person_id) { (cx.appeal_way("question", q.id)) }
            }))
        }
        @match q.answered_at {
            Some(at) => (ui::card(Some(&cx.t("question-answer")), html! {
                (paragraphs(&q.answer))
                p.help { (show::instant(at)) }
                @for paper in &papers { p { (ui::Link::new(paper.name.as_str(), format!("{address}/papers/{}", paper.id))) } }
            })),
            None => p { (cx.t("question-waits")) " " (due(cx, q.due_day)) },
        }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// A paper that came with the answer, for whoever asked.
pub fn paper(cx: &Cx) -> Outcome {
    let (q, file_id) = (load(cx)?, cx.id_param("file")?);
    let (file, body) = cx.app.db.read(|tx| {
        let listed = store::files(tx, q.id)?.contains(&file_id);
        let file = files::find(tx, file_id)?.filter(|_| listed).ok_or_else(Refusal::not_found)?;
        let body = files::body(tx, file_id)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>((file, body))
    })?;
    Ok(Answer::bytes(file.kind.content_type(), body, 0))
}

pub fn of_person(cx: &Cx) -> Outcome {
    let person_id = cx.person_id()?;
    let asked = cx.app.db.read(|tx| store::of_person(tx, person_id))?;
    let rows: Vec<ui::LinkRow> = asked
        .iter()
        .map(|q| ui::LinkRow {
            href: format!("/questions/{}/{}", q.id, actions::code(&cx.app, q.id)).into(),
            title: q.body.chars().take(40).collect::<String>().into(),
            note: show::minute(q.asked_at).into(),
            aside: if q.answered_at.is_some() { ui::badge(ui::Tone::Good, &cx.t("question-is-answered")) } else { due(cx, q.due_day) },
        })
        .collect();
    let title = cx.t("question-of-mine");
    let body = html! {
        (ui::heading(&title, None))
        @if rows.is_empty() { (ui::empty_state(&cx.t("question-of-mine-none"), &cx.t("question-of-mine-none-why"), Some(&ui::Link::new(cx.t("nav-projects"), "/projects")))) }
        @else { (ui::link_list(&rows)) }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

const ROLES: [Role; 2] = [Role::Manager, Role::Finance];

pub fn desk_list(cx: &Cx) -> Outcome {
    let own = cx.organisations_as(&ROLES)?;
    let (open, answered) = cx.app.db.read(|tx| {
        let (mut open, mut answered) = (Vec::new(), Vec::new());
        for id in &own {
            open.extend(store::open_of(tx, *id)?);
            answered.extend(store::answered_of(tx, *id)?);
        }
        Ok::<_, db::Fault>((open, answered))
    })?;
    let rows = |list: &[Question], none: &str| {
        let rows: Vec<ui::LinkRow> = list.iter().map(|q| desk_row(cx, q)).collect();
        html! { @if rows.is_empty() { p { (cx.t(none)) } } @else { (ui::link_list(&rows)) } }
    };
    let title = cx.t("question-desk");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("question-desk-lead"))))
        (ui::section(&cx.t("question-open"), None, rows(&open, "question-open-none")))
        (ui::section(&cx.t("question-answered"), None, rows(&answered, "question-answered-none")))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn desk_row<'a>(cx: &Cx, q: &Question) -> ui::LinkRow<'a> {
    ui::LinkRow {
        href: format!("/desk/questions/{}", q.id).into(),
        title: q.body.chars().take(60).collect::<String>().into(),
        note: cx.t(&format!("question-kind-{}", q.kind.word())).into(),
        aside: if q.answered_at.is_some() { ui::badge(ui::Tone::Good, &cx.t("question-is-answered")) } else { due(cx, q.due_day) },
    }
}

/// A question as the desk sees it: that a donor asks, and not which.
struct AtDesk {
    question: Question,
    project: projects::Project,
    from_donor: bool,
    papers: Vec<files::File>,
}

fn load_at_desk(cx: &Cx) -> Result<AtDesk, Trouble> {
    let (id, own): (Id, Vec<Id>) = (cx.id_param("id")?, cx.organisations_as(&ROLES)?);
    cx.app.db.read(|tx| {
        let question = store::find_at_desk(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        let project = projects::find_public(tx, question.project_id)?.ok_or_else(Refusal::not_found)?;
        let from_donor = store::has_given(tx, question.person_id, project.id)?;
        let ids = store::files(tx, id)?;
        Ok(AtDesk { project, from_donor, papers: files::list(tx, &ids)?, question })
    })
}

pub fn desk_question(cx: &Cx) -> Outcome {
    let at = load_at_desk(cx)?;
    desk_page(cx, &at, None)
}

fn desk_page(cx: &Cx, at: &AtDesk, refusal: Option<&Refusal>) -> Outcome {
    let q = &at.question;
    let title = cx.t(&format!("question-kind-{}", q.kind.word()));
    let shown = if q.is_public && q.hidden_at.is_none() { "question-is-public" } else { "question-is-private" };
    let body = html! {
        (ui::breadcrumbs(&cx.t("transparency-trail"), &[ui::Link::new(cx.t("question-desk"), "/desk/questions")], &title))
        (ui::heading(&title, None))
        (ui::definition_list(&[
            ui::Term::new(cx.t("complaint-about"), html! { (ui::Link::new(cx.either(&at.project.title, &at.project.english_title), format!("/projects/{}", at.project.id))) }),
            ui::Term::new(cx.t("question-asked"), show::instant(q.asked_at)),
            ui::Term::new(cx.t("question-who"), ui::text(cx.t(if at.from_donor { "question-who-donor" } else { "question-who-other" }))),
            ui::Term::new(cx.t("question-seen-by"), ui::text(cx.t(shown))),
        ]))
        (ui::card(Some(&cx.t("question-body")), paragraphs(&q.body)))
        @if let Some(when) = q.answered_at {
            (ui::card(Some(&cx.t("question-answer")), html! { (paragraphs(&q.answer)) (files::attachments(cx, &at.papers)) p.help { (show::instant(when)) } }))
        } @else {
            p { (due(cx, q.due_day)) }
            (cx.claim_banner("question", q.id)?)
            (ui::form(&ui::Form {
                action: format!("/desk/questions/{}", q.id).into(), method: ui::Method::Upload,
                body: html! {
                    (refused(cx, refusal))
                    (ui::textarea_field(&ui::TextArea {
                        name: "answer".into(), label: cx.t("question-answer").into(), value: cx.form("answer").into(), help: cx.t("question-answer-help").into(),
                        error: field_error(cx, refusal, "answer").into(), required: true, rows: 6, ..ui::TextArea::default()
                    }))
                    (ui::file_field(&ui::FileInput {
                        name: "papers".into(), label: cx.t("transparency-papers").into(), accept: "image/*,application/pdf".into(), multiple: true,
                        help: cx.t("question-papers-help").into(), error: field_error(cx, refusal, "papers").into(), ..ui::FileInput::default()
                    }))
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("question-do-answer"), None), None))
                },
                ..ui::Form::default()
            }))
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn answer(cx: &Cx) -> Outcome {
    let at = load_at_desk(cx)?;
    let id = at.question.id;
    let answered = papers(cx, "papers").map_err(Trouble::from).and_then(|papers| {
        actions::answer(&cx.app, &Sender { actor: &cx.actor, peer: &cx.request.peer, papers: &papers }, id, cx.form("answer"), cx.now)
    });
    match answered {
        Ok(()) => Ok(Answer::redirect(format!("/desk/questions/{id}?done=question-answer"))),
        Err(Trouble::Refused(refusal)) => desk_page(cx, &at, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

pub fn hide(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let key = cx.form(&format!("reason-{id}"));
    let reason =
        if key.starts_with("question-hide-") { cx.app.locales.text(crate::web::Lang::Zh, key, &[]) } else { cx.form("reason").to_owned() };
    let project_id = cx.app.db.read(|tx| store::find(tx, id))?.ok_or_else(Refusal::not_found)?.project_id;
    actions::hide(&cx.app, &cx.actor, id, &reason, cx.now)?;
    Ok(Answer::redirect(format!("/projects/{project_id}/questions?done=question-hidden")))
}
