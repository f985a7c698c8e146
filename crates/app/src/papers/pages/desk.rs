//! The charity's queue of applications, and one of them.

use maud::{Markup, html};

use crate::kernel::civil;
use crate::kernel::{Id, Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, refusal_text, refused, show};

use super::super::actions::{desk, desk::FINANCE, desk::LOOKERS, paper_path, verification_path};
use super::super::model::{Application, PaperGift, Receipt, State};
use super::super::store::{self, receipts, requests};
use super::{organisation_of, receipt_badge, state_badge, today};

pub fn list(cx: &Cx) -> Outcome {
    list_page(cx, None, &[])
}

/// `notes`: how the last bulk issue went.
fn list_page(cx: &Cx, refusal: Option<&Refusal>, notes: &[String]) -> Outcome {
    let organisation_id = desk::desk_of(&cx.actor, LOOKERS)?;
    let issues = cx.actor.holds(organisation_id, FINANCE);
    let state = match cx.query("state") {
        "" => Some(State::Waiting),
        "all" => None,
        word => Some(State::from_word(word).ok_or_else(Refusal::not_found)?),
    };
    let page = cx.query("page").parse::<i64>().unwrap_or(1).clamp(1, 10_000);
    let words = cx.query("words");
    let state = if words.is_empty() { state } else { None };
    let asked = store::Asked { organisation_id, state, words, page };
    let ((found, count), counts, issuer) = cx.app.db.read(|tx| {
        Ok::<_, db::Fault>((
            store::applications_at(tx, &asked)?,
            store::counts(tx, organisation_id)?,
            receipts::issuer(tx, organisation_id)?,
        ))
    })?;
    let counted = |state: State| counts.states.iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| *n);
    let tab = |state: State| {
        let words = format!("{} {}", cx.t(&format!("papers-state-{}", state.word())), show::count(counted(state)));
        ui::Link::new(words, format!("/desk/receipts?state={}", state.word()))
    };
    let mut tabs: Vec<ui::Link> = State::ALL.into_iter().map(tab).collect();
    tabs.push(ui::Link::new(cx.t("papers-state-all"), "/desk/receipts?state=all"));
    let current = state.map_or(tabs.len() - 1, |s| State::ALL.into_iter().position(|t| t == s).unwrap_or(0));
    let late = |a: &Application| a.state == State::Waiting && a.due_day < today(cx);
    let bulk = issues && state == Some(State::Waiting) && !found.is_empty();
    let title = cx.t("papers-desk");
    let body = html! {
        (ui::breadcrumbs(&cx.t("papers-trail"), &[ui::Link::new(cx.t("papers-to-desk"), "/desk")], &title))
        (ui::heading(&title, Some(&cx.t("papers-desk-lead"))))
        (refused(cx, refusal))
        @if !notes.is_empty() {
            (ui::notice(ui::Tone::Info, &cx.t("papers-word-note"), None, html! { @for note in notes { p { (note) } } }))
        }
        @if issuer.is_none() {
            (ui::notice(ui::Tone::Warn, &cx.t("papers-word-note"), Some(&cx.t("papers-unsettled")), html! {
                p { (cx.t("papers-unsettled-why")) }
                @if issues { p { (ui::link_button(ui::ButtonKind::Main, &cx.t("papers-settings"), "/desk/receipts/settings")) } }
            }))
        }
        (ui::stat_row(&[
            ui::Stat { value: show::count(counted(State::Waiting)).into(), label: cx.t("papers-state-waiting").into(), ..ui::Stat::default() },
            ui::Stat { value: show::count(counted(State::Issued)).into(), label: cx.t("papers-state-issued").into(), ..ui::Stat::default() },
            ui::Stat {
                value: counts.oldest.map_or_else(|| cx.t("papers-nothing-waits"), |at| show::ago(cx, at)).into(),
                label: cx.t("papers-oldest").into(), ..ui::Stat::default()
            },
        ]))
        (ui::tabs(&cx.t("papers-states"), &tabs, current))
        (ui::search_box(&ui::SearchBox {
            action: "/desk/receipts".into(), label: cx.t("papers-search").into(), name: "words".into(), value: words.into(),
            button: cx.t("papers-search-button").into(), ..ui::SearchBox::default()
        }))
        @if found.is_empty() {
            (ui::empty_state(&cx.t("papers-desk-none"), &cx.t("papers-desk-none-why"), None))
        } @else if bulk {
            (ui::form(&ui::Form {
                action: "/desk/receipts".into(),
                body: html! {
                    @for (i, a) in found.iter().enumerate() {
                        (ui::choice_check(&ui::Check {
                            name: "application".into(), value: a.id.to_string().into(),
                            label: html! {
                                b { (show::money(a.left_fen)) } " · " (ui::Link::new(a.payer_name.as_str(), format!("/desk/receipts/{}", a.id))) " · "
                                (cx.ta("papers-row", &[("gifts", a.gifts.into()), ("day", civil::day_text(a.due_day).into())])) " "
                                @if late(a) { (ui::badge(ui::Tone::Warn, &cx.t("papers-late"))) }
                            },
                            ..ui::Check::default()
                        }, i))
                    }
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("papers-issue-chosen"), None), None))
                },
                ..ui::Form::default()
            }))
        } @else {
            (ui::link_list(&found.iter().map(|a| ui::LinkRow {
                href: format!("/desk/receipts/{}", a.id).into(),
                title: format!("{} · {}", a.payer_name, show::money(a.amount_fen())).into(),
                note: cx.ta("papers-row", &[("gifts", a.gifts.into()), ("day", civil::day_text(a.due_day).into())]).into(),
                aside: html! { (state_badge(cx, a)) @if late(a) { " " (ui::badge(ui::Tone::Warn, &cx.t("papers-late"))) } },
            }).collect::<Vec<_>>()))
        }
        (pager(cx, &asked, count))
        (ui::section(&cx.t("papers-more"), None, ui::link_list(&[
            link(cx, "/desk/receipts/settings", "papers-settings", "papers-settings-note"),
            link(cx, "/desk/receipts/series.csv", "papers-series-csv", "papers-series-csv-note"),
            link(cx, "/desk/receipts/gifts.csv", "papers-gifts-csv", "papers-gifts-csv-note"),
        ])))
    };
    let status = refusal.map_or(200, |r| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, ..PageParts::default() }))
}

fn link(cx: &Cx, href: &'static str, title: &str, note: &str) -> ui::LinkRow<'static> {
    ui::LinkRow { href: href.into(), title: cx.t(title).into(), note: cx.t(note).into(), ..ui::LinkRow::default() }
}

fn pager(cx: &Cx, asked: &store::Asked, count: i64) -> Markup {
    let pages = (count + store::PAGE - 1) / store::PAGE;
    if pages <= 1 {
        return html! {};
    }
    let words: String = form_urlencoded::byte_serialize(asked.words.as_bytes()).collect();
    let address = |page: i64| format!("/desk/receipts?state={}&words={words}&page={page}", asked.state.map_or("all", State::word));
    let to = |key: &str, page: i64| ui::Link::new(cx.t(key), address(page));
    ui::pagination(&ui::Pagination {
        label: cx.t("papers-pages").into(),
        previous: (asked.page > 1).then(|| to("papers-page-before", asked.page - 1)),
        next: (asked.page < pages).then(|| to("papers-page-after", asked.page + 1)),
        position: cx.ta("papers-page-position", &[("page", asked.page.into()), ("pages", pages.into())]).into(),
    })
}

/// `POST /desk/receipts`: issues what was ticked. What could not be issued is named with its reason.
pub fn issue_chosen(cx: &Cx) -> Outcome {
    desk::desk_of(&cx.actor, FINANCE)?;
    let ids: Vec<Id> = cx.request.form.all("application").filter_map(parse_id).collect();
    if ids.is_empty() {
        return list_page(cx, Some(&Refusal::input("application", "refusal-papers-nothing-ticked")), &[]);
    }
    let outcome = desk::issue_all(&cx.app, &cx.actor, &ids, cx.now)?;
    if outcome.refused.is_empty() {
        return Ok(Answer::redirect("/desk/receipts?done=papers-issued-all"));
    }
    let mut notes = vec![cx.ta("papers-bulk-issued", &[("count", outcome.issued.into())])];
    for (id, refusal) in &outcome.refused {
        notes.push(cx.ta("papers-bulk-refused", &[("number", id.to_string().into()), ("why", refusal_text(cx, refusal).0.into())]));
    }
    list_page(cx, None, &notes)
}

/// An application with what the desk decides on.
struct View {
    application: Application,
    gifts: Vec<PaperGift>,
    receipt: Option<Receipt>,
    /// What the finance service was asked last.
    request: Option<requests::FiscalRequest>,
}

fn load(cx: &Cx) -> Result<View, Trouble> {
    let id = cx.id_param("id")?;
    cx.app.db.read(|tx| {
        let application = desk::application(tx, &cx.actor, LOOKERS, id)?;
        let receipt = match application.receipt_id {
            Some(id) => receipts::find(tx, id)?,
            None => None,
        };
        Ok(View { gifts: store::gifts_on(tx, id)?, application, receipt, request: requests::latest(tx, id)? })
    })
}

pub fn application(cx: &Cx) -> Outcome {
    page(cx, &load(cx)?, None, None)
}

/// `opened`: identity or credit code and contact, when Finance asked to see them.
fn page(cx: &Cx, view: &View, opened: Option<&(String, String)>, refusal: Option<&Refusal>) -> Outcome {
    let View { application: a, gifts, receipt, request } = view;
    let issues = cx.actor.holds(a.organisation_id, FINANCE);
    let title = cx.t("papers-application");
    let (code, contact) = opened.map_or((a.payer_code_mask.as_str(), a.contact_mask.as_str()), |(code, contact)| (code, contact));
    let said = |text: &str| if text.is_empty() { cx.t("papers-not-given") } else { text.to_owned() };
    let mut terms = vec![
        ui::Term::new(cx.t("papers-state"), state_badge(cx, a)),
        ui::Term::new(cx.t("papers-payer-kind"), ui::text(cx.t(&format!("papers-payer-{}", a.payer_kind.word())))),
        ui::Term::new(cx.t("papers-payer-name"), ui::text(&a.payer_name)),
        ui::Term::new(cx.t("papers-payer-code"), ui::text(said(code))),
        ui::Term::new(cx.t("papers-contact"), ui::text(said(contact))),
        ui::Term::new(cx.t("papers-amount-left"), html! { (show::money(a.left_fen)) " · " (super::amount_words(cx, a.left_fen)) }),
        ui::Term::new(cx.t("papers-asked-at"), show::instant(a.asked_at)),
        ui::Term::new(
            cx.t("papers-due"),
            html! {
                (show::day(a.due_day)) @if a.state == State::Waiting && a.due_day < today(cx) { " " (ui::badge(ui::Tone::Warn, &cx.t("papers-late"))) }
            },
        ),
    ];
    if !a.reason.is_empty() {
        // What ended by itself says why in a message, what a person decided in their own words.
        let reason = if a.state == State::Withdrawn { cx.t(&a.reason) } else { a.reason.clone() };
        terms.push(ui::Term::new(cx.t("papers-reason"), ui::text(reason)));
    }
    if a.replaces_id != 0 {
        terms.push(ui::Term::new(cx.t("papers-replaces"), ui::text(cx.t("papers-replaces-why"))));
    }
    let mut table = ui::Table::new(
        cx.t("papers-gifts-caption"),
        vec![
            ui::Column::words(cx.t("papers-gift-number")),
            ui::Column::words(cx.t("papers-received-day")),
            ui::Column::words(cx.t("papers-project")),
            ui::Column::words(cx.t("papers-anonymous")),
            ui::Column::number(cx.t("papers-given")),
            ui::Column::number(cx.t("papers-returned")),
            ui::Column::number(cx.t("papers-amount-left")),
        ],
    );
    for g in gifts {
        table.row(&[
            &g.gift_id.to_string(),
            &show::day(civil::day_of(g.received_at)),
            &cx.either(&g.project_title, &g.project_english_title),
            &cx.t(if g.anonymous { "papers-yes" } else { "papers-no" }),
            &show::money(g.amount_fen),
            &show::money(g.returned_fen),
            &show::money(g.left_fen()),
        ]);
    }
    let address = format!("/desk/receipts/{}", a.id);
    let body = html! {
        (ui::breadcrumbs(&cx.t("papers-trail"), &[ui::Link::new(cx.t("papers-to-desk"), "/desk"), ui::Link::new(cx.t("papers-desk"), "/desk/receipts")], &title))
        (ui::heading(&title, Some(&a.payer_name)))
        (refused(cx, refusal))
        (ui::definition_list(&terms))
        @if a.person_id == 0 { p { (cx.t("papers-donor-page-why")) " " (ui::Link::new(cx.t("papers-donor-page"), paper_path(&cx.app, a.id))) } }
        @if let Some(request) = request { (asked_of_service(cx, request)) }
        (ui::table(&table))
        @if issues && a.state == State::Waiting { (cx.claim_banner("receipt_application", a.id)?) (decision(cx, a, &address, opened.is_some())) }
        @if let Some(receipt) = receipt { (receipt_part(cx, receipt, a, &address, issues)) }
        @if !issues { p { (cx.t("papers-finance-only")) } }
    };
    let status = refusal.map_or(200, |r| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, ..PageParts::default() }))
}

/// How it stands with the finance service: tried so often, and what it said.
fn asked_of_service(cx: &Cx, request: &requests::FiscalRequest) -> Markup {
    let (tone, key) = match request.state.as_str() {
        "pending" => (ui::Tone::Info, if request.reversal { "papers-service-reversing" } else { "papers-service-issuing" }),
        "refused" => (ui::Tone::Bad, "papers-service-refused"),
        _ => return html! {},
    };
    let tries = cx.ta("papers-service-tries", &[("count", request.tries.into())]);
    ui::notice(
        tone,
        &cx.t("papers-word-note"),
        Some(&cx.t(key)),
        html! {
            p { (tries) }
            @if !request.last_error.is_empty() { p { (cx.ta("papers-service-said", &[("words", request.last_error.as_str().into())])) } }
        },
    )
}

fn decision(cx: &Cx, a: &Application, address: &str, opened: bool) -> Markup {
    html! {
        (ui::form(&ui::Form {
            action: format!("{address}/receipt").into(),
            body: ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.ta("papers-issue", &[("amount", show::money(a.left_fen).into())]), None), None),
            ..ui::Form::default()
        }))
        @if !opened && (a.payer_code_id != 0 || a.contact_id != 0) {
            (ui::form(&ui::Form {
                action: format!("{address}/payer").into(),
                body: html! {
                    p { (cx.t("papers-open-payer-why")) }
                    (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("papers-open-payer"), None), None))
                },
                ..ui::Form::default()
            }))
        }
        (ui::section(&cx.t("papers-refuse"), None, ui::form(&ui::Form {
            action: format!("{address}/refusal").into(),
            body: html! {
                (reason_field(cx))
                (ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("papers-refuse"), None), None))
            },
            ..ui::Form::default()
        })))
    }
}

fn reason_field(cx: &Cx) -> Markup {
    ui::input_field(&ui::Input {
        name: "reason".into(),
        label: cx.t("papers-reason").into(),
        value: cx.form("reason").into(),
        help: cx.t("papers-reason-help").into(),
        required: true,
        max_length: Some(200),
        ..ui::Input::default()
    })
}

fn receipt_part(cx: &Cx, receipt: &Receipt, a: &Application, address: &str, issues: bool) -> Markup {
    let mut terms = vec![
        ui::Term::new(cx.t("papers-state"), receipt_badge(cx, receipt)),
        ui::Term::new(cx.t("papers-code"), ui::text(&receipt.code)),
        ui::Term::new(cx.t("papers-number"), html! { (ui::Link::new(receipt.text_number.as_str(), verification_path(receipt))) }),
        ui::Term::new(cx.t("papers-check-code"), ui::text(&receipt.check_code)),
        ui::Term::new(cx.t("papers-total"), ui::text(show::money(receipt.amount_fen))),
        ui::Term::new(cx.t("papers-day"), show::instant(receipt.issued_at)),
        ui::Term::new(cx.t("papers-copies"), ui::text(show::count(receipt.prints))),
    ];
    if !receipt.reversed_number.is_empty() {
        terms.push(ui::Term::new(cx.t("papers-reversed-by"), ui::text(&receipt.reversed_number)));
    }
    let form = html! {
        p { (cx.t("papers-reverse-why")) }
        (ui::form(&ui::Form {
            action: format!("{address}/reversal").into(),
            body: html! {
                (reason_field(cx))
                (ui::checkbox(&ui::Check {
                    name: "again".into(), value: "1".into(), label: ui::text(cx.t("papers-reverse-again")), help: cx.t("papers-reverse-again-help").into(),
                    ..ui::Check::default()
                }))
                (ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("papers-reverse"), None), None))
            },
            ..ui::Form::default()
        }))
    };
    html! {
        (ui::section(&cx.t("papers-receipt"), None, html! {
            (ui::definition_list(&terms))
            p { (ui::Link::new(cx.t("papers-donor-page"), paper_path(&cx.app, a.id))) }
            p { (organisation_of(cx, &receipt.organisation_name, &receipt.organisation_english_name)) }
        }))
        @if issues && receipt.reversed_by.is_none() { (ui::section(&cx.t("papers-reverse"), None, form)) }
    }
}

/// `POST /desk/receipts/{id}/payer`: shows what is sealed, and records it.
pub fn payer(cx: &Cx) -> Outcome {
    let view = load(cx)?;
    match desk::open_payer(&cx.app, &cx.actor, view.application.id, cx.now) {
        Ok(opened) => page(cx, &view, Some(&opened), None),
        Err(trouble) => again(cx, trouble),
    }
}

/// The page once more with the sentence that says why not.
fn again(cx: &Cx, trouble: Trouble) -> Outcome {
    match trouble {
        Trouble::Refused(refusal) if !matches!(refusal.status, 403 | 404) => page(cx, &load(cx)?, None, Some(&refusal)),
        other => Err(other),
    }
}

fn decided(cx: &Cx, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    let id = cx.id_param("id")?;
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/desk/receipts/{id}{done}"))),
        Err(trouble) => again(cx, trouble),
    }
}

pub fn issue(cx: &Cx) -> Outcome {
    decided(cx, desk::issue(&cx.app, &cx.actor, cx.id_param("id")?, cx.now), "?done=papers-issued")
}

pub fn refuse(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    load(cx)?;
    decided(cx, desk::refuse(&cx.app, &cx.actor, id, cx.form("reason"), cx.now), "?done=papers-refused")
}

pub fn reverse(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    load(cx)?;
    let again = cx.request.form.has("again");
    decided(cx, desk::reverse(&cx.app, &cx.actor, id, cx.form("reason"), again, cx.now), "?done=papers-reversed")
}
