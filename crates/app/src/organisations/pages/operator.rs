//! The operator's desk for organisations: find them, see whose papers are running out, found new ones, add
//! certificates, open merchant numbers, give and end seats.

use maud::{Markup, html};

use crate::kernel::civil;
use crate::kernel::{Id, Refusal, Trouble};
use crate::organisations::checks::{self, QualificationCheck};
use crate::organisations::model::{Asked, Certificate, CharityRow, Kind, Organisation, Seat};
use crate::organisations::profile::{self, Profile};
use crate::organisations::renewals::{self, Renewal, RenewalState};
use crate::organisations::rules::EXPIRING_DAYS;
use crate::organisations::{actions, store};
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, show};

use super::forms::Field;
use super::{certificate_table, forms, kind_word, last_day, pager, seat_table};

/// What the list, and its export, is asked for.
fn asked(cx: &Cx) -> (Asked, bool) {
    let expiring = cx.query("expiring") == "1";
    let asked = Asked {
        words: cx.query("q").to_owned(),
        kind: Kind::from_word(cx.query("kind")),
        ending_by: expiring.then_some(civil::day_of(cx.now) + EXPIRING_DAYS),
        page: cx.query("page").parse::<i64>().unwrap_or(1).clamp(1, 100_000) - 1,
    };
    (asked, expiring)
}

/// The whole list that a search finds, as a spreadsheet reads it. Cells that a spreadsheet would take for formulas are not.
pub fn export(cx: &Cx) -> Outcome {
    let (mut asked, _) = asked(cx);
    let today = civil::day_of(cx.now);
    let heads = ["name", "english-name", "kind", "credit-code", "address", "contact", "registered-until", "fundraising-until"];
    let mut lines = vec![heads.map(|head| cx.t(&format!("organisation-{head}"))).to_vec()];
    asked.page = 0;
    loop {
        let (rows, count) = cx.app.db.read(|tx| store::search(tx, &asked, today))?;
        for row in &rows {
            let o = &row.organisation;
            let until = |day: Option<civil::Day>| day.map(civil::day_text).unwrap_or_default();
            lines.push(vec![
                o.name.clone(),
                o.english_name.clone(),
                kind_word(cx, o.kind),
                o.credit_code.clone(),
                o.address.clone(),
                o.contact.clone(),
                until(row.registered_until),
                until(row.fundraising_until),
            ]);
        }
        asked.page += 1;
        if asked.page * Asked::PAGE_LENGTH >= count {
            break;
        }
    }
    Ok(Answer::csv("organisations.csv", &lines))
}

pub fn list(cx: &Cx) -> Outcome {
    let today = civil::day_of(cx.now);
    let (asked, expiring) = asked(cx);
    let (rows, count) = cx.app.db.read(|tx| store::search(tx, &asked, today))?;
    let title = cx.t("organisation-operator-title");
    let address = |page: i64| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &asked.words)
            .append_pair("kind", asked.kind.map_or("", Kind::word))
            .append_pair("expiring", if expiring { "1" } else { "" })
            .append_pair("page", &(page + 1).to_string())
            .finish();
        format!("/operator/organisations?{query}")
    };
    let export = address(0).replace("/operator/organisations?", "/operator/organisations/export?");
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], &title))
        (ui::heading(&title, Some(&cx.t("organisation-operator-lead"))))
        div.row {
            (ui::link_button(ui::ButtonKind::Main, &cx.t("organisation-new-title"), "/operator/organisations/new"))
            (ui::link_button(ui::ButtonKind::Quiet, &cx.t("organisation-admissions"), "/operator/admissions"))
            (ui::link_button(ui::ButtonKind::Quiet, &cx.t("organisation-export"), &export))
        }
        (ui::search_box(&search_box(cx, &asked, expiring)))
        @if rows.is_empty() {
            (ui::empty_state(&cx.t("organisation-none"), &cx.t("organisation-none-why"), Some(&ui::Link::new(cx.t("organisation-all"), "/operator/organisations"))))
        } @else {
            p { (cx.ta("organisation-count", &[("count", count.into())])) }
            (rows_table(cx, &rows))
            (pager(cx, &address, asked.page, count, Asked::PAGE_LENGTH))
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn search_box<'a>(cx: &Cx, asked: &'a Asked, expiring: bool) -> ui::SearchBox<'a> {
    let mut kinds = vec![ui::Choice::new("", cx.t("organisation-kind-any")).chosen(asked.kind.is_none())];
    kinds.extend(Kind::ALL.map(|kind| ui::Choice::new(kind.word(), kind_word(cx, kind)).chosen(asked.kind == Some(kind))));
    ui::SearchBox {
        action: "/operator/organisations".into(),
        label: cx.t("organisation-search").into(),
        name: "q".into(),
        value: asked.words.as_str().into(),
        button: cx.t("organisation-search-button").into(),
        filters: vec![
            ui::FilterGroup { legend: cx.t("organisation-kind").into(), name: "kind".into(), many: false, choices: kinds },
            ui::FilterGroup {
                legend: cx.t("organisation-certificates").into(),
                name: "expiring".into(),
                many: true,
                choices: vec![ui::Choice::new("1", cx.t("organisation-expiring-only")).chosen(expiring)],
            },
        ],
        ..ui::SearchBox::default()
    }
}

fn rows_table(cx: &Cx, rows: &[CharityRow]) -> Markup {
    let heads = [
        "organisation-name",
        "organisation-kind",
        "organisation-credit-code",
        "organisation-registered-until",
        "organisation-fundraising-until",
    ];
    let mut table = ui::Table::new(cx.t("organisation-operator-caption"), heads.map(|key| ui::Column::words(cx.t(key))).to_vec());
    let today = civil::day_of(cx.now);
    let until = |day: Option<civil::Day>| match day {
        None => ui::badge(ui::Tone::Bad, &cx.t("organisation-certificate-none-valid")),
        Some(day) if day <= today + EXPIRING_DAYS => {
            html! { (last_day(cx, day)) " " (ui::badge(ui::Tone::Warn, &cx.t("organisation-certificate-expiring"))) }
        }
        Some(day) => last_day(cx, day),
    };
    for row in rows {
        let o = &row.organisation;
        let name = ui::Link::new(cx.either(&o.name, &o.english_name), format!("/operator/organisations/{}", o.id));
        // Only a charity needs a licence to raise money; its absence elsewhere is no defect.
        let licence = if o.kind == Kind::Charity || row.fundraising_until.is_some() {
            until(row.fundraising_until)
        } else {
            html! { "—" }
        };
        table.row(&[&name, &kind_word(cx, o.kind), &o.credit_code, &until(row.registered_until), &licence]);
    }
    ui::table(&table)
}

pub fn new(cx: &Cx) -> Outcome {
    Ok(new_page(cx, None))
}

fn new_page(cx: &Cx, refusal: Option<&Refusal>) -> Answer {
    let title = cx.t("organisation-new-title");
    let trail =
        [ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(cx.t("organisation-operator-title"), "/operator/organisations")];
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, &title))
        (ui::heading(&title, Some(&cx.t("organisation-new-lead"))))
        (forms::new_organisation_form(cx, refusal))
    };
    cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

pub fn found(cx: &Cx) -> Outcome {
    match forms::read_organisation(cx).and_then(|new| actions::found(&cx.app, new)) {
        Ok(id) => Ok(Answer::redirect(format!("/operator/organisations/{id}?done=organisation-founded"))),
        Err(Trouble::Refused(refusal)) => Ok(new_page(cx, Some(&refusal))),
        Err(fault) => Err(fault),
    }
}

/// The forms of an organisation's page, to know to which of them a refusal belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FormOf {
    Certificate,
    Check,
    Merchant,
    Seat,
    EndedSeat,
}

pub fn organisation(cx: &Cx) -> Outcome {
    one(cx, None)
}

struct OperatorView {
    organisation: Organisation,
    certificates: Vec<Certificate>,
    merchant: Option<String>,
    seats: Vec<Seat>,
    scans: Vec<(Id, Id)>,
    checks: Vec<QualificationCheck>,
    profile: Option<Profile>,
    renewals: Vec<Renewal>,
}

fn one(cx: &Cx, refused: Option<(FormOf, &Refusal)>) -> Outcome {
    let id = cx.id_param("id")?;
    let view: OperatorView = cx.app.db.read(|tx| {
        let organisation = store::find(tx, id)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>(OperatorView {
            organisation,
            certificates: store::certificates(tx, id)?,
            merchant: store::merchant_of(tx, id)?,
            seats: store::seats(tx, id)?,
            scans: renewals::scans(tx, id)?,
            checks: checks::all(tx, id)?,
            profile: profile::newest(tx, id)?.map(|(p, _)| p),
            renewals: renewals::of_organisation(tx, id)?,
        })
    })?;
    let o = &view.organisation;
    let of = |form: FormOf| refused.filter(|(f, _)| *f == form).map(|(_, refusal)| refusal);
    let base = format!("/operator/organisations/{id}");
    let name = cx.either(&o.name, &o.english_name);
    let trail =
        [ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(cx.t("organisation-operator-title"), "/operator/organisations")];
    let end = |seat: &Seat| {
        ui::form(&ui::Form {
            action: format!("{base}/seats/{}/end", seat.id).into(),
            body: html! {
                (ui::input_field(&ui::Input {
                    // Several on one page, so the id carries the seat's.
                    name: format!("reason-{}", seat.id).into(), label: cx.t("organisation-end-seat-reason").into(), required: true, ..ui::Input::default()
                }))
                (ui::button(ui::ButtonKind::Danger, &cx.t("organisation-end-seat"), None))
            },
            ..ui::Form::default()
        })
    };
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, name))
        (ui::heading(name, Some(&format!("{} · {}", kind_word(cx, o.kind), o.credit_code))))
        p { (ui::Link::new(cx.t("organisation-public-page"), format!("/organisations/{id}"))) }
        (ui::section(&cx.t("organisation-certificates"), None, html! {
            @if view.certificates.is_empty() { p { (cx.t("organisation-certificates-none")) } }
            @else { (certificate_table(cx, &view.certificates, &view.scans)) }
            @for renewal in view.renewals.iter().filter(|r| r.state == RenewalState::Submitted) {
                p { (ui::Link::new(cx.ta("organisation-renewal-waits", &[("number", renewal.certificate.number.as_str().into())]), format!("/operator/renewals/{}", renewal.id))) }
            }
            (ui::card(Some(&cx.t("organisation-add-certificate")), html! {
                p { (cx.t("organisation-add-certificate-note")) }
                (forms::certificate_form(cx, format!("{base}/certificates"), of(FormOf::Certificate), false))
            }))
        }))
        @if o.kind == Kind::Charity { (ui::section(&cx.t("organisation-checks"), None, html! {
            p { (cx.t("organisation-checks-note")) }
            @if view.checks.is_empty() { p { (cx.t("organisation-checks-none")) } } @else { (check_table(cx, &view.checks)) }
            (cx.claim_banner("qualification", id)?)
            (check_form(cx, &format!("{base}/checks"), of(FormOf::Check)))
        })) }
        @if let Some(p) = &view.profile { (ui::section(&cx.t("organisation-particulars"), None, ui::definition_list(&super::room::terms(cx, p, true)))) }
        @if o.kind != Kind::Operator { (ui::section(&cx.t("organisation-merchant"), None, html! {
            @match &view.merchant {
                Some(mchid) => { (crate::web::refused(cx, of(FormOf::Merchant))) p { code { (mchid) } " " (cx.t("organisation-merchant-fixed")) } }
                None => (forms::merchant_form(cx, format!("{base}/merchant"), of(FormOf::Merchant))),
            }
        })) }
        (ui::section(&cx.t("organisation-seats"), None, html! {
            (crate::web::refused(cx, of(FormOf::EndedSeat)))
            @if view.seats.is_empty() { p { (cx.t("organisation-seats-none")) } }
            @else { (seat_table(cx, &cx.t("organisation-seats-caption"), &view.seats, Some(&end))) }
            (ui::card(Some(&cx.t("organisation-give-seat")), forms::seat_form(cx, format!("{base}/seats"), o.kind, of(FormOf::Seat))))
        }))
    };
    Ok(cx.page_with_status(refused.map_or(200, |(_, r)| r.status), PageParts { title: name, body, ..PageParts::default() }))
}

/// Back to the organisation's page: with what was done, or with what was refused beside its form.
fn answer(cx: &Cx, form: FormOf, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/operator/organisations/{}?{done}", cx.id_param("id")?))),
        Err(Trouble::Refused(refusal)) => one(cx, Some((form, &refusal))),
        Err(fault) => Err(fault),
    }
}

fn check_table(cx: &Cx, checks: &[QualificationCheck]) -> Markup {
    let heads = [
        "organisation-check-at",
        "organisation-check-who",
        "organisation-check-entry",
        "organisation-check-note",
        "organisation-check-until",
    ];
    let mut table = ui::Table::new(cx.t("organisation-checks"), heads.map(|key| ui::Column::words(cx.t(key))).to_vec());
    for c in checks {
        let over = c.holds_until_day < civil::day_of(cx.now);
        let until = html! {
            (show::day(c.holds_until_day))
            @if over { " " (ui::badge(ui::Tone::Warn, &cx.t("organisation-check-old"))) }
        };
        let note = if c.note.is_empty() { "—" } else { &c.note };
        table.row(&[&show::instant(c.at), &c.person_name, &c.directory_entry, &note, &until]);
    }
    ui::table(&table)
}

fn check_form(cx: &Cx, action: &str, refusal: Option<&Refusal>) -> Markup {
    let fields = html! {
        (crate::web::refused(cx, refusal))
        (Field::words("directory_entry", "organisation-check-entry").help("organisation-check-entry-help").draw(cx, refusal))
        (Field::long("note", "organisation-check-note").optional().draw(cx, refusal))
        (forms::submit(cx, "organisation-check"))
    };
    ui::form(&ui::Form { action: action.into(), body: fields, ..ui::Form::default() })
}

pub fn check(cx: &Cx) -> Outcome {
    let outcome = checks::record(&cx.app, &cx.actor, cx.id_param("id")?, cx.form("directory_entry"), cx.form("note"));
    answer(cx, FormOf::Check, outcome, "done=qualification-checked")
}

pub fn add_certificate(cx: &Cx) -> Outcome {
    let (id, person_id) = (cx.id_param("id")?, cx.person_id()?);
    let outcome = forms::read_lone_certificate(cx)
        .and_then(|new| Ok((new, forms::read_paper(cx, "scan")?)))
        .map_err(Trouble::from)
        .and_then(|(new, scan)| actions::add_certificate(&cx.app, id, &new, scan.as_ref().map(|s| (s, person_id))));
    answer(cx, FormOf::Certificate, outcome.map(|_| ()), "done=certificate-added")
}

pub fn open_merchant(cx: &Cx) -> Outcome {
    let outcome = actions::open_merchant(&cx.app, cx.id_param("id")?, cx.form("mchid"));
    answer(cx, FormOf::Merchant, outcome, "done=merchant-opened")
}

pub fn give_seat(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let outcome = forms::read_seat(cx)
        .map_err(Trouble::from)
        .and_then(|(role, starts_at, ends_at)| actions::give_seat_to_login(&cx.app, id, cx.form("login"), role, starts_at, ends_at));
    answer(cx, FormOf::Seat, outcome.map(|_| ()), "done=seat-given")
}

pub fn end_seat(cx: &Cx) -> Outcome {
    let seat_id = parse_id(cx.param("seat")).ok_or_else(Refusal::not_found)?;
    let reason = cx.form(&format!("reason-{seat_id}"));
    let outcome = actions::end_seat(&cx.app, &cx.actor, cx.id_param("id")?, seat_id, reason);
    answer(cx, FormOf::EndedSeat, outcome, "done=seat-ended")
}
