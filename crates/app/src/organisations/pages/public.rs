//! What everyone may know about an organisation: 慈善法 art. 25 asks for its full name, credit code, 公开募捐资格证书,
//! contact and the way to check them, in a prominent place.

use maud::html;

use crate::kernel::civil::{self, Day};
use crate::kernel::{Id, Micros, Refusal, Trouble};
use crate::organisations::areas::{self, Marks};
use crate::organisations::model::{Asked, Certificate, CertificateKind, CharityRow, Kind, Organisation, Received};
use crate::organisations::partners::{self, OwedResult, Partner};
use crate::organisations::profile::{self, Profile};
use crate::organisations::reports::{self, Report, ReportKind};
use crate::organisations::{checks, renewals, store};
use crate::web::{Cx, Outcome, PageParts, show};

use super::{area_badges, certificate_state, certificate_table, kind_word, last_day, pager, paper_link};

pub fn list(cx: &Cx) -> Outcome {
    let asked = Asked {
        words: cx.query("q").to_owned(),
        kind: Some(Kind::Charity),
        ending_by: None,
        page: cx.query("page").parse::<i64>().unwrap_or(1).clamp(1, 100_000) - 1,
    };
    let today = civil::day_of(cx.now);
    let (rows, count, overdue) = cx.app.db.read(|tx| {
        let (rows, count) = store::search(tx, &asked, today)?;
        let overdue = rows.iter().map(|row| Ok(reports::overdue_since(tx, row.organisation.id, today)?.is_some()));
        let overdue = overdue.collect::<Result<Vec<bool>, db::Fault>>()?;
        Ok::<_, db::Fault>((rows, count, overdue))
    })?;
    let title = cx.t("organisation-list-title");
    let lead = cx.t("organisation-list-lead");
    let search = ui::SearchBox {
        action: "/organisations".into(),
        label: cx.t("organisation-search").into(),
        name: "q".into(),
        value: asked.words.as_str().into(),
        button: cx.t("organisation-search-button").into(),
        ..ui::SearchBox::default()
    };
    let address = |page: i64| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &asked.words)
            .append_pair("page", &(page + 1).to_string())
            .finish();
        format!("/organisations?{query}")
    };
    let lines: Vec<ui::LinkRow> = rows.iter().zip(overdue).map(|(row, late)| line(cx, row, late)).collect();
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::search_box(&search))
        @if lines.is_empty() {
            (ui::empty_state(&cx.t("organisation-none"), &cx.t("organisation-none-why"), Some(&ui::Link::new(cx.t("organisation-all"), "/organisations"))))
        } @else {
            p { (cx.ta("organisation-count", &[("count", count.into())])) }
            (ui::link_list(&lines))
            (pager(cx, &address, asked.page, count, Asked::PAGE_LENGTH))
        }
    };
    Ok(cx.page(PageParts { title: &title, description: &lead, canonical: Some("/organisations"), body, ..PageParts::default() }))
}

fn line<'a>(cx: &Cx, row: &'a CharityRow, late: bool) -> ui::LinkRow<'a> {
    let may = row.registered_until.is_some() && row.fundraising_until.is_some();
    let (tone, key) = if may { (ui::Tone::Good, "organisation-licensed") } else { (ui::Tone::Warn, "organisation-not-licensed") };
    ui::LinkRow {
        href: format!("/organisations/{}", row.organisation.id).into(),
        title: cx.either(&row.organisation.name, &row.organisation.english_name).to_owned().into(),
        note: row.organisation.credit_code.as_str().into(),
        aside: html! {
            @if late { (ui::badge(ui::Tone::Bad, &cx.t("organisation-report-overdue"))) " " }
            (ui::badge(tone, &cx.t(key)))
        },
    }
}

/// Exactly what the public page shows. Seats, persons and the merchant number are not among it.
struct PublicView {
    organisation: Organisation,
    area: String,
    marks: Marks,
    certificates: Vec<Certificate>,
    may_raise_funds: bool,
    received: Received,
    /// Of 公开募捐资格证书 only: those are everyone's.
    scans: Vec<(Id, Id)>,
    profile: Option<Profile>,
    /// The charity with 公开募捐资格 under which this one raises funds.
    affiliated: Option<Organisation>,
    checked_at: Option<Micros>,
    partners: Vec<Partner>,
    results: Vec<OwedResult>,
    reports: Vec<Report>,
    owed: Vec<(ReportKind, i64, Day)>,
}

fn load(cx: &Cx) -> Result<PublicView, Trouble> {
    let id = cx.id_param("id")?;
    let today = civil::day_of(cx.now);
    cx.app.db.read(|tx| {
        let organisation = store::find(tx, id)?.ok_or_else(Refusal::not_found)?;
        let certificates = store::certificates(tx, id)?;
        let licence = |id: Id| certificates.iter().any(|c| c.id == id && c.kind == CertificateKind::PublicFundraising);
        let scans = renewals::scans(tx, id)?.into_iter().filter(|(certificate, _)| licence(*certificate)).collect();
        let profile = profile::newest(tx, id)?.map(|(p, _)| p);
        let affiliated = match profile.as_ref().and_then(|p| p.affiliated_id) {
            Some(other) => store::find(tx, other)?,
            None => None,
        };
        let charity = organisation.kind == Kind::Charity;
        Ok(PublicView {
            scans,
            profile,
            affiliated,
            checked_at: checks::all(tx, id)?.first().map(|c| c.at),
            partners: if charity { partners::list(tx, id)? } else { Vec::new() },
            results: if charity { partners::results(tx, id)? } else { Vec::new() },
            reports: reports::list(tx, id)?,
            owed: if charity { reports::owed(tx, id, today)? } else { Vec::new() },
            area: areas::name_path(tx, &organisation.area_code, cx.lang)?,
            marks: areas::marks(tx, &organisation.area_code)?,
            certificates,
            may_raise_funds: store::may_raise_funds(tx, id, today)?,
            received: store::received(tx, id, cx.now)?,
            organisation,
        })
    })
}

pub fn organisation(cx: &Cx) -> Outcome {
    let view = load(cx)?;
    let o = &view.organisation;
    let name = cx.either(&o.name, &o.english_name);
    let about = cx.either(&o.about, &o.english_about);
    let path = format!("/organisations/{}", o.id);
    let charity = o.kind == Kind::Charity;
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &[ui::Link::new(cx.t("organisation-list-title"), "/organisations")], name))
        (ui::heading(name, None))
        @if charity { (standing(cx, &view)) (legal(cx, &view)) }
        @if !about.is_empty() { (ui::prose(html! { @for paragraph in about.split('\n').filter(|p| !p.trim().is_empty()) { p { (paragraph) } } })) }
        @if charity { (received(cx, &view)) }
        (ui::section(&cx.t("organisation-particulars"), None, ui::definition_list(&particulars(cx, &view))))
        (ui::section(&cx.t("organisation-certificates"), None, html! {
            @if view.certificates.is_empty() { p { (cx.t("organisation-certificates-none")) } }
            @else { (certificate_table(cx, &view.certificates, &view.scans)) }
            p { (cx.t("organisation-how-to-check")) }
            @if let Some(at) = view.checked_at { p { (cx.t("organisation-checked-at")) " " (show::instant(at)) } }
        }))
        @if charity {
            (super::reports::section(cx, &view.reports, &view.owed))
            (super::partners::public(cx, &view.partners, &view.results))
        }
    };
    let json_ld = serde_json::json!({
        "@context": "https://schema.org", "@type": if charity { "NGO" } else { "Organization" },
        "name": o.name, "alternateName": o.english_name, "identifier": o.credit_code,
        "address": o.address, "url": format!("{}{path}", cx.app.base_url),
    });
    let description = cx.ta("organisation-description", &[("name", name.into()), ("code", o.credit_code.as_str().into())]);
    Ok(cx.page(PageParts {
        title: name,
        description: &description,
        canonical: Some(&path),
        json_ld: Some(json_ld),
        body,
        ..PageParts::default()
    }))
}

/// Whether it may raise money today, said before anything else.
fn standing(cx: &Cx, view: &PublicView) -> maud::Markup {
    let licences = view.certificates.iter().filter(|c| c.kind == CertificateKind::PublicFundraising);
    let last = licences.map(|c| c.valid_until_day).max();
    if view.may_raise_funds {
        return html! { p { (ui::badge(ui::Tone::Good, &cx.t("organisation-may-raise"))) } };
    }
    ui::notice(
        ui::Tone::Warn,
        &cx.t("organisation-word-warning"),
        Some(&cx.t("organisation-may-not-raise")),
        html! {
            p { (cx.t("organisation-may-not-raise-why")) }
            @if let Some(last) = last.filter(|day| *day < civil::day_of(cx.now)) {
                p { (cx.t("organisation-last-valid")) " " (last_day(cx, last)) }
            }
        },
    )
}

fn particulars<'a>(cx: &Cx, view: &'a PublicView) -> Vec<ui::Term<'a>> {
    let o = &view.organisation;
    let mut terms = vec![ui::Term::new(cx.t("organisation-name"), ui::text(&o.name))];
    if !o.english_name.is_empty() {
        terms.push(ui::Term::new(cx.t("organisation-english-name"), ui::text(&o.english_name)));
    }
    let code = ui::copyable(&cx.t("organisation-credit-code"), &o.credit_code, &cx.t("organisation-copy"), &cx.t("organisation-copied"));
    terms.extend([
        ui::Term::new(cx.t("organisation-credit-code"), code),
        ui::Term::new(cx.t("organisation-kind"), ui::text(kind_word(cx, o.kind))),
        ui::Term::new(cx.t("organisation-area"), html! { (view.area) (area_badges(cx, view.marks)) }),
        ui::Term::new(cx.t("organisation-address"), ui::text(&o.address)),
        ui::Term::new(cx.t("organisation-contact"), ui::text(&o.contact)),
    ]);
    if let Some(host) = &view.affiliated {
        let link = ui::Link::new(cx.either(&host.name, &host.english_name), format!("/organisations/{}", host.id));
        terms.push(ui::Term::new(cx.t("organisation-affiliated"), html! { (link) }));
    }
    if let Some(p) = &view.profile {
        terms.extend(super::room::terms(cx, p, p.contact_public));
    }
    terms
}

/// What 慈善法 art. 25 and MZ/T 088-2017 want in a prominent place: the full name, the credit code, the 公开募捐资格证书, how to
/// reach the organisation and how to look it up.
fn legal(cx: &Cx, view: &PublicView) -> maud::Markup {
    let o = &view.organisation;
    let today = civil::day_of(cx.now);
    let licences = view.certificates.iter().filter(|c| c.kind == CertificateKind::PublicFundraising);
    let newest = licences.max_by_key(|c| (c.valid_from_day <= today, c.valid_until_day));
    let licence = match newest {
        None => html! { (cx.t("organisation-licence-none")) },
        Some(c) => html! {
            (c.number) " " (certificate_state(cx, c))
            @if let Some((_, file_id)) = view.scans.iter().find(|(id, _)| *id == c.id) { " " (paper_link(cx, *file_id)) }
        },
    };
    let terms = [
        ui::Term::new(cx.t("organisation-legal-name"), ui::text(&o.name)),
        ui::Term::new(cx.t("organisation-credit-code"), ui::text(&o.credit_code)),
        ui::Term::new(cx.t("organisation-certificate-public-fundraising"), licence),
        ui::Term::new(cx.t("organisation-contact"), ui::text(&o.contact)),
        ui::Term::new(cx.t("organisation-legal-look-up"), ui::text(cx.t("organisation-legal-look-up-how"))),
    ];
    ui::card(Some(&cx.t("organisation-legal")), ui::definition_list(&terms))
}

/// What came in through the channel, and where to see what it was for.
fn received(cx: &Cx, view: &PublicView) -> maud::Markup {
    let r = &view.received;
    let stats = [
        ui::Stat { value: show::money(r.gifts_fen).into(), label: cx.t("organisation-received").into(), href: "".into() },
        ui::Stat { value: show::count(r.gifts).into(), label: cx.t("organisation-gifts").into(), href: "".into() },
    ];
    let until = cx.ta("as-of", &[("time", civil::minute_text(r.as_of).into())]);
    let projects = ui::Link::new(cx.t("organisation-its-projects"), format!("/projects?organisation={}", view.organisation.id));
    ui::section(
        &cx.t("organisation-received-title"),
        Some(&projects),
        html! {
            (ui::stat_row(&stats))
            (ui::as_of(&until, &civil::rfc3339(r.as_of)))
            p { (cx.t("organisation-received-note")) " " (ui::Link::new(cx.t("nav-books"), "/reconciliation")) }
        },
    )
}
