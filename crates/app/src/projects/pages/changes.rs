//! Changes of what was published: the recipient asks, the operator judges, donors read old and new side by side and object.

use maud::{Markup, html};

use crate::kernel::civil::{Day, day_text, parse_day};
use crate::kernel::{Id, Refusal, Right, Trouble};
use crate::web::{Answer, Cx, Form, Outcome, PageParts, paragraphs, show};

use super::super::actions::Wanted;
use super::super::model::{Change, ChangeState, Project, Snapshot};
use super::super::rules::Difference;
use super::super::{actions, rules, store};
use super::draft::{budget, lines};
use super::overview::{address, load};
use super::plan::{beneficiaries_field, nodes, nodes_field, nodes_text, text_field};
use super::versions::{difference_table, in_words};
use super::{error_of, refused, status_of, trail, whole_number};

// At the charity's desk.

pub fn asking(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let now = cx.app.db.read(|tx| actions::snapshot(tx, &project))?;
    page(cx, &project, &typed_of(&now), &[])
}

pub fn ask(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    if cx.form("do") == "rows" {
        return page(cx, &project, &cx.request.form, &[]);
    }
    match wanted(&cx.request.form).and_then(|w| actions::ask_for_change(&cx.app, &cx.actor, project.id, &w, cx.now)) {
        Ok(_) => Ok(Answer::redirect(address(project.id, "/change?done=project-change-asked"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => page(cx, &project, &cx.request.form, &[refusal]),
        Err(other) => Err(other),
    }
}

fn wanted(form: &Form) -> Result<Wanted, Trouble> {
    let day = |name: &'static str| -> Result<Day, Refusal> {
        parse_day(form.get(name)).ok_or_else(|| Refusal::input(name, "refusal-project-day"))
    };
    let people = whole_number(form.get("beneficiaries"));
    Ok(Wanted {
        object: form.get("object").to_owned(),
        service: form.get("service").to_owned(),
        ends_day: day("ends_day")?,
        selection: form.get("selection").to_owned(),
        beneficiaries: people.ok_or_else(|| Refusal::input("beneficiaries", "refusal-project-plan-beneficiaries"))?,
        use_of_money: form.get("use_of_money").to_owned(),
        leftovers: form.get("leftovers").to_owned(),
        nodes: nodes(form.get("nodes")),
        lines: lines(form),
        reason: form.get("reason").to_owned(),
        filing_number: form.get("filing_number").to_owned(),
        filed_day: day("filed_day")?,
    })
}

fn typed_of(now: &Snapshot) -> Form {
    let (draft, plan) = (&now.draft, &now.plan);
    let mut pairs = vec![
        ("object".to_owned(), draft.object.clone()),
        ("service".to_owned(), draft.service.clone()),
        ("ends_day".to_owned(), day_text(draft.ends_day)),
        ("selection".to_owned(), plan.selection.clone()),
        ("beneficiaries".to_owned(), plan.beneficiaries.to_string()),
        ("use_of_money".to_owned(), plan.use_of_money.clone()),
        ("leftovers".to_owned(), plan.leftovers.clone()),
        ("nodes".to_owned(), nodes_text(&plan.nodes)),
        ("filing_number".to_owned(), draft.filing_number.clone()),
        ("rows".to_owned(), draft.lines.len().to_string()),
    ];
    for (line, row) in draft.lines.iter().zip(1..) {
        for (name, value) in [
            ("item", line.item.clone()),
            ("english_item", line.english_item.clone()),
            ("unit", line.unit.clone()),
            ("quantity", line.quantity.to_string()),
            ("price", money::Fen(line.unit_price_fen).yuan_text()),
            ("kind", line.kind.word().to_owned()),
        ] {
            pairs.push((format!("{name}_{row}"), value));
        }
    }
    Form(pairs)
}

fn page(cx: &Cx, project: &Project, typed: &Form, refusals: &[Refusal]) -> Outcome {
    let changes = cx.app.db.read(|tx| store::changes(tx, project.id))?;
    let notice_days = cx.app.db.read(|tx| rules::CHANGE_NOTICE_DAYS.get(tx))?;
    let title = cx.t("project-change");
    let open = changes.iter().any(|c| matches!(c.state, ChangeState::Requested | ChangeState::Announced));
    let rows = lines(typed).len() + 2;
    let input = |name: &'static str, label: &str, help: &str, kind: ui::InputKind| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            value: typed.get(name).to_owned().into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: error_of(cx, refusals, name).into(),
            ..ui::Input::default()
        })
    };
    let text = |name: &'static str| text_field(cx, name, typed.get(name), refusals);
    let words = ui::InputKind::Text;
    let form = ui::form(&ui::Form {
        action: address(project.id, "/change").into(),
        hidden: vec![("rows".into(), rows.to_string().into())],
        body: html! {
            (ui::textarea_field(&ui::TextArea {
                name: "reason".into(), label: cx.t("project-change-reason").into(), help: cx.t("project-change-reason-help").into(),
                value: typed.get("reason").to_owned().into(), error: error_of(cx, refusals, "reason").into(), required: true, ..ui::TextArea::default()
            }))
            (input("filing_number", "project-change-filing", "project-change-filing-help", words))
            (input("filed_day", "project-plan-filed", "", ui::InputKind::Date))
            (input("object", "project-object", "project-form-object-help", words))
            (input("service", "project-service", "project-form-service-help", words))
            (text("selection"))
            (beneficiaries_field(cx, "project-plan-beneficiaries", typed.get("beneficiaries"), refusals))
            (input("ends_day", "project-form-ends", "project-form-ends-help", ui::InputKind::Date))
            (text("use_of_money")) (text("leftovers"))
            (nodes_field(cx, typed.get("nodes"), refusals))
            (budget(cx, typed, refusals, rows))
            (ui::submit_row(
                ui::button(ui::ButtonKind::Main, &cx.t("project-change-ask"), None),
                Some(&ui::Link::new(cx.t("project-not-now"), address(project.id, ""))),
            ))
        },
        ..ui::Form::default()
    });
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.ta("project-change-lead", &[("days", notice_days.into())]))))
        (refused(cx, refusals))
        @for change in &changes { (summary(cx, change)) }
        @if !project.state.is_running() { p { (cx.t("project-not-public-yet")) } }
        @else if open { p { (cx.t("project-change-one")) } }
        @else { (form) }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// Where a change stands.
fn summary(cx: &Cx, change: &Change) -> Markup {
    ui::card(
        None,
        html! {
            p { (ui::badge(tone(change.state), &cx.t(change.state.key()))) " " (show::instant(change.asked_at)) }
            (paragraphs(&change.reason))
            @if change.state == ChangeState::Announced {
                p { (cx.ta("project-change-effective-on", &[("day", day_text(change.effective_day).into())])) }
            }
            @if !change.answer.is_empty() { p { b { (cx.t("project-change-answer")) } } (paragraphs(&change.answer)) }
            @if change.state == ChangeState::Refused { (cx.appeal_way("project_change", change.id)) }
            @if change.state.is_public() {
                p { (ui::Link::new(cx.t("project-notice-more"), format!("/projects/{}/changes/{}", change.project_id, change.id))) }
            }
        },
    )
}

fn tone(state: ChangeState) -> ui::Tone {
    match state {
        ChangeState::Requested | ChangeState::Announced => ui::Tone::Info,
        ChangeState::Effective => ui::Tone::Good,
        ChangeState::Refused | ChangeState::Lapsed => ui::Tone::Warn,
    }
}

// At the operator's.

/// A change with what it changes, in words.
type Read = (Change, Project, Vec<Difference>, Vec<(String, i64)>);

fn read(cx: &Cx, id: Id) -> Result<Read, Trouble> {
    cx.app.db.read(|tx| {
        let change = store::change(tx, id)?.ok_or_else(Refusal::not_found)?;
        let project = store::find(tx, change.project_id)?;
        let found = in_words(tx, cx, rules::differences(&change.before, &change.after))?;
        let objections = store::objections(tx, id)?;
        Ok((change, project, found, objections))
    })
}

pub fn judging(cx: &Cx) -> Outcome {
    judge_page(cx, &[])
}

fn judge_page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let id = cx.id_param("change")?;
    let (change, project, found, objections) = read(cx, id)?;
    let days = cx.app.db.read(|tx| rules::CHANGE_NOTICE_DAYS.get(tx))?;
    let title = cx.t("project-change");
    let decide = |part: &str, kind: ui::ButtonKind, key: &str, lead: String| {
        ui::form(&ui::Form {
            action: format!("/operator/changes/{id}/{part}").into(),
            body: html! {
                p.help { (lead) }
                (ui::textarea_field(&ui::TextArea {
                    name: format!("answer_{part}").into(), label: cx.t("project-change-answer").into(), required: part == "refusal", rows: 3,
                    ..ui::TextArea::default()
                }))
                (ui::submit_row(ui::button(kind, &cx.t(key), None), None))
            },
            ..ui::Form::default()
        })
    };
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(project.title.as_str(), format!("/operator/projects/{}", project.id))], &title))
        (ui::heading(&title, Some(&project.title)))
        (refused(cx, refusals))
        (cx.claim_banner("project_change", id)?)
        (summary(cx, &change))
        p { (cx.t("project-filing-number")) " " code { (change.filing_number) } " · " (cx.t("project-plan-filed")) " " (show::day(change.filed_day)) }
        (difference_table(cx, &cx.t("project-differences-what-changes"), &found))
        @if change.state == ChangeState::Requested {
            (ui::card(Some(&cx.t("project-change-announce")), decide("announcement", ui::ButtonKind::Main, "project-change-announce", cx.ta("project-change-announce-lead", &[("days", days.into())]))))
            (ui::card(Some(&cx.t("project-change-refuse")), decide("refusal", ui::ButtonKind::Danger, "project-change-refuse", cx.t("project-change-refuse-lead"))))
        }
        (objection_list(cx, &objections))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, ..PageParts::default() }))
}

fn judged(cx: &Cx, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    let id = cx.id_param("change")?;
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/operator/changes/{id}{done}"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => judge_page(cx, &[Refusal { field: None, ..refusal }]),
        Err(other) => Err(other),
    }
}

pub fn announce(cx: &Cx) -> Outcome {
    let id = cx.id_param("change")?;
    let outcome = actions::announce_change(&cx.app, &cx.actor, id, cx.form("answer_announcement"), cx.now).map(|_| ());
    judged(cx, outcome, "?done=project-change-announced")
}

pub fn refuse(cx: &Cx) -> Outcome {
    let id = cx.id_param("change")?;
    let outcome = actions::refuse_change(&cx.app, &cx.actor, id, cx.form("answer_refusal"), cx.now);
    judged(cx, outcome, "?done=project-change-refused")
}

// For everyone.

fn objection_list(cx: &Cx, objections: &[(String, i64)]) -> Markup {
    html! {
        @if !objections.is_empty() {
            (ui::section(&cx.ta("project-objections", &[("count", objections.len().into())]), None, html! {
                @for (words, at) in objections { (ui::card(None, html! { p.when { (show::instant(*at)) } (paragraphs(words)) })) }
            }))
        }
    }
}

pub fn public(cx: &Cx) -> Outcome {
    public_page(cx, &[])
}

fn public_page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let (project_id, id) = (cx.id_param("id")?, cx.id_param("change")?);
    let (change, project, found, objections) = read(cx, id)?;
    if change.project_id != project_id || !change.state.is_public() {
        return Err(Refusal::not_found().into());
    }
    let title = cx.t("project-change");
    let name = cx.either(&project.title, &project.english_title);
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(name, format!("/projects/{project_id}"))], &title))
        (ui::heading(&title, Some(name)))
        (refused(cx, refusals))
        p { (ui::badge(tone(change.state), &cx.t(change.state.key()))) }
        p { (cx.ta("project-change-effective-on", &[("day", day_text(change.effective_day).into())])) }
        (paragraphs(&change.reason))
        p.help { (cx.t("project-filing-number")) " " (change.filing_number) }
        (difference_table(cx, &cx.t("project-differences-what-changes"), &found))
        (objection_list(cx, &objections))
        @if change.state == ChangeState::Announced {
            (ui::section(&cx.t("project-object-to"), None, html! {
                p { (cx.t("project-object-lead")) }
                @if cx.actor.may(Right::SignedIn) {
                    (ui::form(&ui::Form {
                        action: format!("/projects/{project_id}/changes/{id}/objections").into(),
                        body: html! {
                            (ui::textarea_field(&ui::TextArea {
                                name: "words".into(), label: cx.t("project-object-words").into(), help: cx.t("project-object-help").into(),
                                value: cx.form("words").into(), error: error_of(cx, refusals, "words").into(), required: true, ..ui::TextArea::default()
                            }))
                            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-object-send"), None), None))
                        },
                        ..ui::Form::default()
                    }))
                } @else { p { (ui::Link::new(cx.t("project-object-sign-in"), "/sign-in")) } }
            }))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn object(cx: &Cx) -> Outcome {
    let (project_id, id) = (cx.id_param("id")?, cx.id_param("change")?);
    match actions::object(&cx.app, &cx.actor, id, cx.form("words"), cx.now) {
        Ok(_) => Ok(Answer::redirect(format!("/projects/{project_id}/changes/{id}?done=project-objection"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => public_page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}
