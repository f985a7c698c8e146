//! Whom a charity works with: at its desk, evaluations, agreements and published results; on its public page, all of it in short.

use maud::{Markup, html};

use crate::kernel::civil::day_of;
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::organisations::model::{Kind, Organisation};
use crate::organisations::partners::{self, Agreement, Evaluation, NewAgreement, NewEvaluation, OwedResult, Partner};
use crate::organisations::store;
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, paragraphs, parse_id, show};

use super::forms::{self, Field, read_day};
use super::{own, paper_link, room_trail};

pub fn list(cx: &Cx) -> Outcome {
    let id = own(cx, &Role::ALL)?;
    let (partners, candidates, owed) = cx.app.db.read(|tx| {
        store::find(tx, id)?.filter(|o| o.kind == Kind::Charity).ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>((partners::list(tx, id)?, partners::candidates(tx, id)?, partners::results(tx, id)?))
    })?;
    let title = cx.t("organisation-partners");
    let rows: Vec<ui::LinkRow> = partners
        .iter()
        .map(|p| ui::LinkRow {
            href: format!("/desk/organisations/{id}/partners/{}", p.id).into(),
            title: cx.either(&p.name, &p.english_name).into(),
            note: short(cx, p).into(),
            aside: html! { (standing_badge(cx, p)) @if owes(&owed, p.id) { " " (ui::badge(ui::Tone::Warn, &cx.t("organisation-partner-owes"))) } },
        })
        .collect();
    let others: Vec<ui::LinkRow> = candidates
        .iter()
        .filter(|(other, _)| !partners.iter().any(|p| p.id == *other))
        .map(|(other, name)| ui::LinkRow {
            href: format!("/desk/organisations/{id}/partners/{other}").into(),
            title: name.as_str().into(),
            ..ui::LinkRow::default()
        })
        .collect();
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &room_trail(cx, id), &title))
        (ui::heading(&title, Some(&cx.t("organisation-partners-lead"))))
        @if rows.is_empty() { (ui::empty_state(&cx.t("organisation-partners-none"), &cx.t("organisation-partners-none-why"), None)) }
        @else { (ui::link_list(&rows)) }
        @if !others.is_empty() { (ui::section(&cx.t("organisation-partners-others"), None, ui::link_list(&others))) }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn owes(results: &[OwedResult], partner: Id) -> bool {
    results.iter().any(|r| r.partner_id == partner && r.published.is_none())
}

/// "evaluated on …, passes; agreement until …"
fn short(cx: &Cx, p: &Partner) -> String {
    let mut parts = Vec::new();
    if let Some(e) = &p.evaluation {
        let key = if e.evaluation.passes { "organisation-partner-passed-on" } else { "organisation-partner-failed-on" };
        parts.push(cx.ta(key, &[("day", crate::kernel::civil::day_text(e.evaluation.day).into())]));
    }
    if let Some(a) = &p.agreement {
        parts.push(cx.ta("organisation-partner-agreed-until", &[("day", crate::kernel::civil::day_text(a.until_day).into())]));
    }
    parts.join(" · ")
}

fn standing_badge(cx: &Cx, p: &Partner) -> Markup {
    let today = day_of(cx.now);
    let passes = p.evaluation.as_ref().is_some_and(|e| e.evaluation.passes);
    let agreed = p.agreement.as_ref().is_some_and(|a| (a.from_day..=a.until_day).contains(&today));
    if passes && agreed {
        ui::badge(ui::Tone::Good, &cx.t("organisation-partner-holds"))
    } else {
        ui::badge(ui::Tone::Warn, &cx.t("organisation-partner-incomplete"))
    }
}

struct View {
    partner: Organisation,
    evaluations: Vec<Evaluation>,
    agreements: Vec<Agreement>,
    results: Vec<OwedResult>,
}

/// The forms of the page, to know to which of them a refusal belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FormOf {
    Evaluation,
    Agreement,
    Result,
}

pub fn one(cx: &Cx) -> Outcome {
    page(cx, None)
}

fn page(cx: &Cx, refused: Option<(FormOf, &Refusal)>) -> Outcome {
    let (id, partner_id) = (own(cx, &Role::ALL)?, cx.id_param("partner")?);
    let view = cx.app.db.read(|tx| {
        let charity = store::find(tx, id)?.filter(|o| o.kind == Kind::Charity);
        let partner = store::find(tx, partner_id)?.filter(|o| o.kind != Kind::Operator && o.id != id);
        let (Some(_), Some(partner)) = (charity, partner) else { return Err(Refusal::not_found().into()) };
        Ok::<_, Trouble>(View {
            partner,
            evaluations: partners::evaluations(tx, id, partner_id)?,
            agreements: partners::agreements(tx, id, partner_id)?,
            results: partners::results(tx, id)?.into_iter().filter(|r| r.partner_id == partner_id).collect(),
        })
    })?;
    let base = format!("/desk/organisations/{id}/partners/{partner_id}");
    let of = |form: FormOf| refused.filter(|(f, _)| *f == form).map(|(_, refusal)| refusal);
    let owed: Vec<&OwedResult> = view.results.iter().filter(|r| r.published.is_none()).collect();
    let name = cx.either(&view.partner.name, &view.partner.english_name);
    let manager = cx.actor.holds(id, &[Role::Manager]);
    let [desk, room] = room_trail(cx, id);
    let trail = [desk, room, ui::Link::new(cx.t("organisation-partners"), format!("/desk/organisations/{id}/partners"))];
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, name))
        (ui::heading(name, Some(&cx.t("organisation-partner-lead"))))
        @if owed.is_empty() { (crate::web::refused(cx, of(FormOf::Result))) }
        @for (at, r) in owed.iter().enumerate() {
            (ui::section(&cx.t("organisation-result"), None, html! {
                p { (cx.ta("organisation-result-due", &[("project", r.project_title.as_str().into()), ("day", crate::kernel::civil::day_text(r.due_day()).into())])) }
                // One form at a time: fields have one name each on a page.
                @if manager && at == 0 { (result_form(cx, &base, r, of(FormOf::Result))) }
            }))
        }
        @for r in view.results.iter() { @if let Some((words, at)) = &r.published {
            (ui::section(&cx.t("organisation-result"), None, html! {
                p { b { (r.project_title) } " · " (show::instant(*at)) }
                (paragraphs(words))
            }))
        } }
        (ui::section(&cx.t("organisation-evaluations"), None, html! {
            @for e in &view.evaluations { (evaluation_card(cx, e)) }
            @if view.evaluations.is_empty() { p { (cx.t("organisation-evaluations-none")) } }
            @if manager { (ui::card(Some(&cx.t("organisation-evaluate")), evaluation_form(cx, &base, of(FormOf::Evaluation)))) }
        }))
        (ui::section(&cx.t("organisation-agreements"), None, html! {
            @if view.agreements.is_empty() { p { (cx.t("organisation-agreements-none")) } } @else { (agreement_table(cx, &view.agreements)) }
            @if manager { (ui::card(Some(&cx.t("organisation-agree")), agreement_form(cx, &base, of(FormOf::Agreement)))) }
        }))
    };
    Ok(cx.page_with_status(refused.map_or(200, |(_, r)| r.status), PageParts { title: name, body, ..PageParts::default() }))
}

fn evaluation_card(cx: &Cx, e: &Evaluation) -> Markup {
    let v = &e.evaluation;
    let (tone, key) =
        if v.passes { (ui::Tone::Good, "organisation-evaluation-passes") } else { (ui::Tone::Bad, "organisation-evaluation-fails") };
    let terms = [
        ui::Term::new(cx.t("organisation-evaluation-day"), html! { (show::day(v.day)) " " (ui::badge(tone, &cx.t(key))) }),
        ui::Term::new(cx.t("organisation-evaluator"), ui::text(&v.evaluator)),
        ui::Term::new(cx.t("organisation-evaluation-standing"), ui::text(&v.standing)),
        ui::Term::new(cx.t("organisation-evaluation-capability"), ui::text(&v.capability)),
        ui::Term::new(cx.t("organisation-evaluation-record"), ui::text(&v.record)),
        ui::Term::new(cx.t("organisation-evaluation-interests"), ui::text(&v.interests)),
        ui::Term::new(cx.t("organisation-evaluation-report"), paper_link(cx, e.file_id)),
    ];
    ui::card(None, ui::definition_list(&terms))
}

fn agreement_table(cx: &Cx, agreements: &[Agreement]) -> Markup {
    let heads = ["organisation-valid-from", "organisation-valid-until", "organisation-agreement-paper"];
    let mut table = ui::Table::new(cx.t("organisation-agreements"), heads.map(|key| ui::Column::words(cx.t(key))).to_vec());
    for a in agreements {
        table.row(&[&show::day(a.from_day), &show::day(a.until_day), &paper_link(cx, a.file_id)]);
    }
    ui::table(&table)
}

fn evaluation_form(cx: &Cx, base: &str, refusal: Option<&Refusal>) -> Markup {
    let draw = |field: Field| field.draw(cx, refusal);
    let verdict = |value: &'static str, key: &str| ui::Choice::new(value, cx.t(key)).chosen(cx.form("result") == value);
    let body = html! {
        (draw(Field::long("standing", "organisation-evaluation-standing").help("organisation-evaluation-standing-help")))
        (draw(Field::long("capability", "organisation-evaluation-capability").help("organisation-evaluation-capability-help")))
        (draw(Field::long("record", "organisation-evaluation-record").help("organisation-evaluation-record-help")))
        (draw(Field::long("interests", "organisation-evaluation-interests").help("organisation-evaluation-interests-help")))
        (ui::radio_field(&ui::Radios {
            name: "result".into(),
            legend: cx.t("organisation-evaluation-result").into(),
            choices: vec![verdict("pass", "organisation-evaluation-passes"), verdict("fail", "organisation-evaluation-fails")],
            error: field_error(cx, refusal, "result").into(),
            required: true,
            ..ui::Radios::default()
        }))
        (draw(Field::words("evaluator", "organisation-evaluator")))
        (draw(Field::day("day", "organisation-evaluation-day")))
        (forms::paper_field(cx, "report", "organisation-evaluation-report", true, refusal))
        (forms::submit(cx, "organisation-evaluate"))
    };
    forms::upload_form(cx, format!("{base}/evaluations"), refusal, body)
}

fn agreement_form(cx: &Cx, base: &str, refusal: Option<&Refusal>) -> Markup {
    let body = html! {
        (Field::day("from", "organisation-valid-from").draw(cx, refusal))
        (Field::day("until", "organisation-valid-until").draw(cx, refusal))
        (ui::checkbox(&ui::Check {
            name: "declared".into(),
            value: "1".into(),
            label: html! { (cx.t("organisation-agreement-declared")) },
            required: true,
            help: cx.t("organisation-agreement-declared-help").into(),
            error: field_error(cx, refusal, "declared").into(),
            ..ui::Check::default()
        }))
        (forms::paper_field(cx, "paper", "organisation-agreement-paper", true, refusal))
        (forms::submit(cx, "organisation-agree"))
    };
    forms::upload_form(cx, format!("{base}/agreements"), refusal, body)
}

fn result_form(cx: &Cx, base: &str, owed: &OwedResult, refusal: Option<&Refusal>) -> Markup {
    let fields = html! {
        (crate::web::refused(cx, refusal))
        (Field::long("body", "organisation-result-body").help("organisation-result-body-help").draw(cx, refusal))
        (forms::submit(cx, "organisation-result-publish"))
    };
    let hidden = vec![("project".into(), owed.project_id.to_string().into())];
    ui::form(&ui::Form { action: format!("{base}/results").into(), hidden, body: fields, ..ui::Form::default() })
}

fn answer(cx: &Cx, form: FormOf, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("{}?{done}", cx.request.path.rsplit_once('/').map_or("/desk", |(page, _)| page)))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => page(cx, Some((form, &refusal))),
        Err(trouble) => Err(trouble),
    }
}

pub fn evaluate(cx: &Cx) -> Outcome {
    let (id, partner_id) = (own(cx, &[Role::Manager])?, cx.id_param("partner")?);
    let read = || {
        let new = NewEvaluation {
            standing: cx.form("standing").to_owned(),
            capability: cx.form("capability").to_owned(),
            record: cx.form("record").to_owned(),
            interests: cx.form("interests").to_owned(),
            passes: match cx.form("result") {
                "pass" => true,
                "fail" => false,
                _ => return Err(Refusal::input("result", "refusal-partner-result")),
            },
            evaluator: cx.form("evaluator").to_owned(),
            day: read_day(cx.form("day"), "day")?,
        };
        Ok::<_, Refusal>((new, forms::needed_paper(cx, "report")?))
    };
    let outcome =
        read().map_err(Trouble::from).and_then(|(new, report)| partners::evaluate(&cx.app, &cx.actor, id, partner_id, &new, &report));
    answer(cx, FormOf::Evaluation, outcome.map(|_| ()), "done=partner-evaluated")
}

pub fn agree(cx: &Cx) -> Outcome {
    let (id, partner_id) = (own(cx, &[Role::Manager])?, cx.id_param("partner")?);
    let read = || {
        let new = NewAgreement {
            from_day: read_day(cx.form("from"), "from")?,
            until_day: read_day(cx.form("until"), "until")?,
            declared: cx.request.form.has("declared"),
        };
        Ok::<_, Refusal>((new, forms::needed_paper(cx, "paper")?))
    };
    let outcome = read().map_err(Trouble::from).and_then(|(new, paper)| partners::agree(&cx.app, &cx.actor, id, partner_id, &new, &paper));
    answer(cx, FormOf::Agreement, outcome.map(|_| ()), "done=partner-agreed")
}

pub fn publish_result(cx: &Cx) -> Outcome {
    let (id, partner_id) = (own(cx, &[Role::Manager])?, cx.id_param("partner")?);
    let project = parse_id(cx.form("project")).ok_or_else(Refusal::not_found)?;
    let outcome = partners::publish_result(&cx.app, &cx.actor, id, partner_id, project, cx.form("body"));
    answer(cx, FormOf::Result, outcome, "done=partner-result-published")
}

/// On the charity's public page: whom it works with, and how that went.
pub(super) fn public(cx: &Cx, partners: &[Partner], results: &[OwedResult]) -> Markup {
    if partners.is_empty() && results.is_empty() {
        return html! {};
    }
    let today = day_of(cx.now);
    let rows: Vec<ui::LinkRow> = partners
        .iter()
        .map(|p| ui::LinkRow {
            href: format!("/organisations/{}", p.id).into(),
            title: cx.either(&p.name, &p.english_name).into(),
            note: short(cx, p).into(),
            aside: standing_badge(cx, p),
        })
        .collect();
    let late: Vec<&OwedResult> = results.iter().filter(|r| r.published.is_none() && r.due_day() < today).collect();
    ui::section(
        &cx.t("organisation-partners"),
        None,
        html! {
            p { (cx.t("organisation-partners-public")) }
            (ui::link_list(&rows))
            @for r in late {
                (ui::notice(ui::Tone::Warn, &cx.t("organisation-word-overdue"), None, html! {
                    p { (cx.ta("organisation-result-late", &[
                        ("project", r.project_title.as_str().into()),
                        ("partner", r.partner_name.as_str().into()),
                        ("day", crate::kernel::civil::day_text(r.due_day()).into()),
                    ])) }
                }))
            }
            @for r in results { @if let Some((words, at)) = &r.published {
                (ui::card(Some(&cx.ta("organisation-result-of", &[("project", r.project_title.as_str().into()), ("partner", r.partner_name.as_str().into())])), html! {
                    (paragraphs(words))
                    p { (show::instant(*at)) }
                }))
            } }
        },
    )
}
