//! The desk's returns and corrections: what came back, what was wrong, who said so and who agreed.

use ledger::Code;
use maud::{Markup, html};
use money::Fen;

use crate::files::{self, Prepared};
use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, show};

use super::super::model::{Correctable, Project, PublicReversal, Reversal, ReversalState, What};
use super::super::store::reversals as store;
use super::super::{actions, fund, rules, store as rows};
use super::overview::{address, head, load};
use super::{error_of, refused, status_of, trail};

const HANDS: [Role; 3] = [Role::Manager, Role::Finance, Role::Approver];

fn tone(state: &ReversalState) -> ui::Tone {
    match state {
        ReversalState::Asked => ui::Tone::Info,
        ReversalState::Done { .. } => ui::Tone::Good,
        ReversalState::Refused { .. } => ui::Tone::Bad,
    }
}

pub fn reversals(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let (reversals, total) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::of_project(tx, project.id)?, fund::total(tx, project.id)?)))?;
    let rows: Vec<ui::LinkRow> = reversals
        .iter()
        .map(|r| ui::LinkRow {
            href: format!("/desk/reversals/{}", r.id).into(),
            title: format!("{} {}", cx.t(r.what.key()), show::money(r.amount_fen)).into(),
            note: format!("{} · {}", r.reason, day_text(day_of(r.asked.at))).into(),
            aside: ui::badge(tone(&r.state), &cx.t(r.state.key())),
        })
        .collect();
    let body = html! {
        (head(cx, &project, 6))
        p { (cx.t("project-reversals-lead")) }
        (ui::stat_row(&[
            ui::Stat { value: show::money(total.with_implementer_fen()).into(), label: cx.t("project-with-implementer").into(), href: "".into() },
            ui::Stat { value: show::money(total.returned_fen).into(), label: cx.t("project-money-returned").into(), href: "".into() },
        ]))
        (show::as_of(cx))
        @if asks(cx, &project) {
            p.row {
                (ui::link_button(ui::ButtonKind::Main, &cx.t("project-return-new"), &address(project.id, "/returns/new"))) " "
                (ui::link_button(ui::ButtonKind::Quiet, &cx.t("project-correction-new"), &address(project.id, "/record-corrections/new")))
            }
        }
        (ui::section(&cx.t("project-reversals"), None, html! {
            @if rows.is_empty() { p { (cx.t("project-reversals-none")) } } @else { (ui::link_list(&rows)) }
        }))
    };
    Ok(cx.page(PageParts { title: &cx.t("project-reversals"), body, ..PageParts::default() }))
}

fn asks(cx: &Cx, project: &Project) -> bool {
    project.state.is_public() && cx.actor.holds(project.recipient_id, &HANDS)
}

pub fn new_return(cx: &Cx) -> Outcome {
    return_page(cx, &asking(cx)?, &[])
}

pub fn new_correction(cx: &Cx) -> Outcome {
    correction_page(cx, &asking(cx)?, &[])
}

/// The project, for somebody who may ask.
fn asking(cx: &Cx) -> Result<Project, Trouble> {
    let project = load(cx)?;
    if asks(cx, &project) { Ok(project) } else { Err(Refusal::forbidden().into()) }
}

fn form_page(cx: &Cx, project: &Project, title: &str, lead: &str, refusals: &[Refusal], form: Markup) -> Outcome {
    let title = cx.t(title);
    let body = html! {
        (trail(cx, &[
            ui::Link::new(cx.t("project-desk"), "/desk"),
            ui::Link::new(project.title.as_str(), address(project.id, "")),
            ui::Link::new(cx.t("project-reversals"), address(project.id, "/reversals")),
        ], &title))
        (ui::heading(&title, Some(&cx.t(lead))))
        (refused(cx, refusals))
        (form)
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn return_page(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Outcome {
    form_page(cx, project, "project-return-new", "project-return-lead", refusals, return_form(cx, project, refusals))
}

fn correction_page(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Outcome {
    let correctable = cx.app.db.read(|tx| store::correctable(tx, project.id, 200))?;
    let form = correction_form(cx, project, &correctable, refusals);
    form_page(cx, project, "project-correction-new", "project-correction-lead", refusals, form)
}

/// The reason and the evidence.
fn why(cx: &Cx, refusals: &[Refusal], help: &str) -> Markup {
    html! {
        (ui::input_field(&ui::Input {
            name: "reason".into(), label: cx.t("project-reason").into(), value: cx.form("reason").into(), help: cx.t(help).into(),
            error: error_of(cx, refusals, "reason").into(), required: true, ..ui::Input::default()
        }))
        (ui::file_field(&ui::FileInput {
            name: "evidence".into(), label: cx.t("project-evidence").into(), accept: "image/*,application/pdf".into(), required: true,
            help: cx.t("project-evidence-help").into(), error: error_of(cx, refusals, "evidence").into(), ..ui::FileInput::default()
        }))
    }
}

fn return_form(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Markup {
    ui::form(&ui::Form {
        action: address(project.id, "/returns").into(),
        method: ui::Method::Upload,
        body: html! {
            (ui::amount_field(&ui::Amount {
                name: "amount".into(), label: cx.t("project-amount").into(), value: cx.form("amount").into(), help: cx.t("project-return-help").into(),
                error: error_of(cx, refusals, "amount").into(), required: true, ..ui::Amount::default()
            }))
            (why(cx, refusals, "project-return-reason-help"))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-return-ask"), None), None))
        },
        ..ui::Form::default()
    })
}

fn words(cx: &Cx, c: &Correctable) -> String {
    let what = cx.t(What::Correction { of: c.code, of_id: c.id }.key());
    let words = if c.words.is_empty() { String::new() } else { format!(" · {}", c.words) };
    format!("{what} {} · {}{words}", show::money(c.amount_fen), day_text(day_of(c.posted_at)))
}

fn correction_form(cx: &Cx, project: &Project, correctable: &[Correctable], refusals: &[Refusal]) -> Markup {
    if correctable.is_empty() {
        return html! { p { (cx.t("project-correction-nothing")) } };
    }
    // A link from the record itself chooses it.
    let chosen = if cx.form("of").is_empty() { cx.query("of") } else { cx.form("of") };
    let choices = correctable
        .iter()
        .map(|c| {
            let value = format!("{}-{}", c.code.number(), c.id);
            let is_chosen = chosen == value;
            ui::Choice::new(value, words(cx, c)).chosen(is_chosen)
        })
        .collect();
    ui::form(&ui::Form {
        action: address(project.id, "/record-corrections").into(),
        method: ui::Method::Upload,
        body: html! {
            (ui::select_field(&ui::Select {
                name: "of".into(), label: cx.t("project-correction-of").into(), choices, help: cx.t("project-correction-help").into(),
                error: error_of(cx, refusals, "of").into(), required: true, ..ui::Select::default()
            }))
            (why(cx, refusals, "project-correction-reason-help"))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-correction-ask"), None), None))
        },
        ..ui::Form::default()
    })
}

fn evidence(cx: &Cx) -> Result<Option<Prepared>, Trouble> {
    Ok(cx.upload("evidence").map(|u| Prepared::of_field(u, "evidence", false)).transpose()?)
}

pub fn ask_return(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let amount = match Fen::parse_yuan(cx.form("amount")) {
        Ok(fen) if fen.is_positive() => Ok(fen.0),
        _ => Err(Trouble::from(Refusal::input("amount", "refusal-project-amount"))),
    };
    let asked = amount.and_then(|amount_fen| {
        let evidence = evidence(cx)?;
        let typed = actions::Typed { reason: cx.form("reason"), evidence: evidence.as_ref() };
        actions::ask_return(&cx.app, &cx.actor, project.id, amount_fen, &typed, cx.now)
    });
    answered(asked, |refusal| return_page(cx, &project, &[refusal]))
}

pub fn ask_correction(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let of = cx.form("of").split_once('-').and_then(|(code, id)| Some((Code::from_number(code.parse().ok()?)?, parse_id(id)?)));
    let asked = of.ok_or_else(|| Trouble::from(Refusal::input("of", "refusal-project-reversal-of"))).and_then(|of| {
        let evidence = evidence(cx)?;
        let typed = actions::Typed { reason: cx.form("reason"), evidence: evidence.as_ref() };
        actions::ask_correction(&cx.app, &cx.actor, project.id, of, &typed, cx.now)
    });
    answered(asked, |refusal| correction_page(cx, &project, &[refusal]))
}

fn answered(asked: Result<Id, Trouble>, again: impl Fn(Refusal) -> Outcome) -> Outcome {
    match asked {
        Ok(id) => Ok(Answer::redirect(format!("/desk/reversals/{id}?done=project-reversal-asked"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => again(refusal),
        Err(fault) => Err(fault),
    }
}

struct View {
    reversal: Reversal,
    project: Project,
    asked_by: String,
    decided_by: String,
    files: Vec<files::File>,
}

fn view(cx: &Cx) -> Result<View, Trouble> {
    let id = cx.id_param("id")?;
    let scope = actions::scope(&cx.actor);
    cx.app.db.read(|tx| {
        let reversal = store::find(tx, id, &scope)?.ok_or_else(Refusal::not_found)?;
        let project = rows::find_for(tx, reversal.project_id, &scope)?.ok_or_else(Refusal::not_found)?;
        let decided = match &reversal.state {
            ReversalState::Asked => None,
            ReversalState::Done { by } | ReversalState::Refused { by, .. } => Some(by.person_id),
        };
        let asked_by = rows::person_name(tx, reversal.asked.person_id)?;
        let decided_by = decided.map_or(Ok(String::new()), |id| rows::person_name(tx, id))?;
        let files = files::list(tx, &[reversal.file_id])?;
        Ok(View { reversal, project, asked_by, decided_by, files })
    })
}

pub fn reversal(cx: &Cx) -> Outcome {
    reversal_page(cx, &view(cx)?, &[])
}

fn reversal_page(cx: &Cx, view: &View, refusals: &[Refusal]) -> Outcome {
    let View { reversal: r, project, asked_by, decided_by, files } = view;
    let title = cx.t(r.what.key());
    let hand = |key: &str, name: &str, at| ui::Term::new(cx.t(key), html! { (name) " · " (show::instant(at)) });
    let mut terms = vec![
        ui::Term::new(cx.t("project-state"), ui::badge(tone(&r.state), &cx.t(r.state.key()))),
        ui::Term::new(cx.t("project-amount"), ui::text(show::money(r.amount_fen))),
        ui::Term::new(cx.t("project-reason"), ui::text(&r.reason)),
        hand("project-reversal-asked-by", asked_by, r.asked.at),
    ];
    if cx.actor.holds(project.recipient_id, &Role::ALL) {
        terms.push(ui::Term::new(cx.t("project-evidence"), files::attachments(cx, files)));
    }
    match &r.state {
        ReversalState::Asked => {}
        ReversalState::Done { by } => terms.push(hand("project-reversal-done-by", decided_by, by.at)),
        ReversalState::Refused { by, reason } => {
            terms.push(hand("project-reversal-refused-by", decided_by, by.at));
            terms.push(ui::Term::new(cx.t("project-reversal-answer"), ui::text(reason)));
        }
    }
    let waits = r.state == ReversalState::Asked && cx.actor.holds(project.recipient_id, &HANDS);
    let mine = rules::decides_reversal(r, cx.person_id()?);
    let confirm = if r.what == What::Return { "project-return-confirm" } else { "project-correction-confirm" };
    let body = html! {
        (trail(cx, &[
            ui::Link::new(cx.t("project-desk"), "/desk"),
            ui::Link::new(project.title.as_str(), address(project.id, "")),
            ui::Link::new(cx.t("project-reversals"), address(project.id, "/reversals")),
        ], &title))
        (ui::heading(&title, Some(&project.title)))
        (refused(cx, refusals))
        (ui::definition_list(&terms))
        @if r.state == ReversalState::Asked { p { (cx.t("project-reversal-two-people")) } }
        @if waits && mine.is_ok() {
            (cx.claim_banner("reversal", r.id)?)
            (ui::form(&ui::Form {
                action: format!("/desk/reversals/{}/confirmation", r.id).into(),
                body: ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.ta(confirm, &[("amount", show::money(r.amount_fen).into())]), None), None),
                ..ui::Form::default()
            }))
            (ui::section(&cx.t("project-reversal-refuse-title"), None, ui::form(&ui::Form {
                action: format!("/desk/reversals/{}/refusal", r.id).into(),
                body: html! {
                    (ui::input_field(&ui::Input {
                        name: "reason".into(), label: cx.t("project-reason").into(), value: cx.form("reason").into(),
                        error: error_of(cx, refusals, "reason").into(), required: true, ..ui::Input::default()
                    }))
                    (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("project-reversal-refuse"), None), None))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn confirm(cx: &Cx) -> Outcome {
    decided(cx, actions::confirm_reversal(&cx.app, &cx.actor, cx.id_param("id")?, cx.now))
}

pub fn refuse(cx: &Cx) -> Outcome {
    decided(cx, actions::refuse_reversal(&cx.app, &cx.actor, cx.id_param("id")?, cx.form("reason"), cx.now))
}

fn decided(cx: &Cx, outcome: Result<(), Trouble>) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/desk/reversals/{}?done=project-reversal-decided", cx.id_param("id")?))),
        // Whoever may not see it is told no more than that.
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => reversal_page(cx, &view(cx)?, &[refusal]),
        Err(trouble) => Err(trouble),
    }
}

/// What came back and what was corrected, as everyone reads it: a line of its own, never an edit.
pub fn public_table(cx: &Cx, reversals: &[PublicReversal]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("project-reversals-caption"),
        vec![
            ui::Column::words(cx.t("project-date")),
            ui::Column::words(cx.t("project-reversal-what")),
            ui::Column::words(cx.t("project-reason")),
            ui::Column::number(cx.t("project-amount")),
        ],
    );
    for r in reversals {
        table.row(&[&show::day(day_of(r.at)), &cx.t(r.what.key()), &r.reason, &show::money(r.amount_fen)]);
    }
    ui::table(&table)
}
