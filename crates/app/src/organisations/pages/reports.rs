//! What an organisation publishes about itself: the form at its desk, the permanent page of an entry, and the part of the
//! public page that lists them and says what is overdue.

use maud::{Markup, html};

use crate::files;
use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::organisations::model::Kind;
use crate::organisations::reports::{self, Correction, Figures, NewReport, Report, ReportKind};
use crate::organisations::{rules, store};
use crate::web::{Answer, Cx, Outcome, PageParts, paragraphs, refused, show};

use super::forms::{self, Field, read_day};
use super::{own, room_trail};

pub(super) fn kind_key(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::WorkReport => "organisation-report-work",
        ReportKind::FinanceReport => "organisation-report-finance",
        ReportKind::RelatedParties => "organisation-report-related-parties",
        ReportKind::AssetChange => "organisation-report-asset-change",
        ReportKind::Investment => "organisation-report-investment",
        ReportKind::Transaction => "organisation-report-transaction",
        ReportKind::RelatedDealing => "organisation-report-related-dealing",
    }
}

/// "Annual work report 2026", or the kind of an event with its day.
fn name(cx: &Cx, kind: ReportKind, year: i64, event_day: Day) -> String {
    let when = if year > 0 { year.to_string() } else { day_text(event_day) };
    format!("{} {when}", cx.t(kind_key(kind)))
}

pub fn desk(cx: &Cx) -> Outcome {
    desk_page(cx, None)
}

fn desk_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let id = own(cx, &Role::ALL)?;
    let (all, owed) = cx.app.db.read(|tx| {
        store::find(tx, id)?.filter(|o| o.kind == Kind::Charity).ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>((reports::list(tx, id)?, reports::owed(tx, id, day_of(cx.now))?))
    })?;
    let title = cx.t("organisation-reports");
    let publishes = cx.actor.holds(id, &[Role::Manager, Role::Finance]);
    let typed = if cx.request.form.has("kind") { cx.form("kind") } else { cx.query("kind") };
    let kind = ReportKind::from_word(typed);
    let base = format!("/desk/organisations/{id}/reports");
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &room_trail(cx, id), &title))
        (ui::heading(&title, Some(&cx.t("organisation-reports-lead"))))
        (ui::section(&cx.t("organisation-owed"), None, html! {
            @if owed.is_empty() { p { (cx.t("organisation-owed-nothing")) } }
            @else {
                @let rows: Vec<ui::LinkRow> = owed.iter().map(|(kind, year, due)| ui::LinkRow {
                    href: format!("{base}?kind={}&year={year}", kind.word()).into(),
                    title: name(cx, *kind, *year, 0).into(),
                    aside: due_badge(cx, *due),
                    ..ui::LinkRow::default()
                }).collect();
                (ui::link_list(&rows))
            }
        }))
        @if publishes {
            (ui::section(&cx.t("organisation-report-publish"), None, match kind {
                Some(kind) => report_form(cx, &base, kind, refusal),
                None => html! { (refused(cx, refusal)) (kind_choice(cx, &base)) },
            }))
        }
        (ui::section(&cx.t("organisation-reports-published"), None, html! {
            @if all.is_empty() { p { (cx.t("organisation-reports-none")) } } @else { (report_list(cx, &all)) }
        }))
    };
    Ok(cx.page_with_status(refusal.map_or(200, |r| r.status), PageParts { title: &title, body, ..PageParts::default() }))
}

fn due_badge(cx: &Cx, due: Day) -> Markup {
    let late = due < day_of(cx.now);
    ui::badge(if late { ui::Tone::Bad } else { ui::Tone::Info }, &cx.ta("organisation-due", &[("day", day_text(due).into())]))
}

/// First which kind; the form then asks only what that kind needs.
fn kind_choice(cx: &Cx, base: &str) -> Markup {
    let rows: Vec<ui::LinkRow> = ReportKind::YEARLY
        .into_iter()
        .chain(ReportKind::EVENTS)
        .map(|kind| ui::LinkRow {
            href: format!("{base}?kind={}", kind.word()).into(),
            title: cx.t(kind_key(kind)).into(),
            note: cx.t(if kind.is_yearly() { "organisation-report-yearly-note" } else { "organisation-report-event-note" }).into(),
            ..ui::LinkRow::default()
        })
        .collect();
    ui::link_list(&rows)
}

fn report_form(cx: &Cx, base: &str, kind: ReportKind, refusal: Option<&Refusal>) -> Markup {
    let draw = |field: Field| field.draw(cx, refusal);
    let year = match cx.query("year") {
        "" => (rules::year_of(day_of(cx.now)) - 1).to_string(),
        year => year.to_owned(),
    };
    let yearly = kind.is_yearly();
    let title = if yearly { format!("{year} {}", cx.t(kind_key(kind))) } else { String::new() };
    let body = html! {
        (refused(cx, refusal))
        p { b { (cx.t(kind_key(kind))) } " · " (ui::Link::new(cx.t("organisation-report-other-kind"), base)) }
        @if yearly { (draw(Field::number("year", "organisation-report-year").before(year))) }
        @else { (draw(Field::day("event_day", "organisation-report-event-day").help("organisation-report-event-note"))) }
        (draw(Field::words("title", "organisation-report-title").before(title)))
        @if yearly { (draw(Field::long("body", "organisation-report-summary").optional())) }
        @else {
            (draw(Field::long("body", "organisation-report-body").help("organisation-report-body-help")))
            (draw(Field::words("counterparty", "organisation-report-counterparty").optional()))
            (draw(Field::yuan("amount", "organisation-report-amount").optional()))
        }
        @if kind == ReportKind::FinanceReport {
            (ui::fieldset(&cx.t("organisation-figures"), html! {
                p { (cx.t("organisation-figures-note")) }
                (draw(Field::yuan("spending", "organisation-figures-spending")))
                (draw(Field::yuan("charitable", "organisation-figures-charitable")))
                (draw(Field::yuan("management", "organisation-figures-management")))
                (draw(Field::yuan("last_income", "organisation-figures-last-income")))
                (draw(Field::yuan("mean_income", "organisation-figures-mean-income").optional()))
                (draw(Field::yuan("net_assets", "organisation-figures-net-assets")))
                (draw(Field::long("explanation", "organisation-figures-explanation").optional().help("organisation-figures-explanation-help")))
            }))
            (ui::checkbox(&ui::Check {
                name: "audited".into(),
                value: "1".into(),
                label: html! { (cx.t("organisation-report-audited")) },
                checked: cx.request.form.has("audited"),
                ..ui::Check::default()
            }))
        }
        (forms::paper_field(cx, "file", "organisation-report-paper", false, refusal))
        (draw(Field::words("link", "organisation-report-link").optional().help("organisation-report-link-help")))
        p { (cx.t("organisation-report-forever")) }
        (forms::submit(cx, "organisation-report-publish"))
    };
    let hidden = vec![("kind".into(), kind.word().into())];
    ui::form(&ui::Form { action: base.into(), method: ui::Method::Upload, hidden, body })
}

fn yuan(cx: &Cx, field: &'static str) -> Result<i64, Refusal> {
    money::Fen::parse_yuan(cx.form(field)).map(|fen| fen.0).map_err(|_| Refusal::input(field, "refusal-report-amount"))
}

fn read(cx: &Cx) -> Result<NewReport, Refusal> {
    let kind = ReportKind::from_word(cx.form("kind")).ok_or_else(|| Refusal::input("kind", "refusal-report-kind"))?;
    let optional = |field: &'static str| if cx.form(field).is_empty() { Ok(None) } else { yuan(cx, field).map(Some) };
    let yearly = kind.is_yearly();
    let figures = if kind == ReportKind::FinanceReport {
        Some(Figures {
            spending_fen: yuan(cx, "spending")?,
            charitable_fen: yuan(cx, "charitable")?,
            management_fen: yuan(cx, "management")?,
            last_income_fen: yuan(cx, "last_income")?,
            mean_income_fen: optional("mean_income")?,
            net_assets_fen: yuan(cx, "net_assets")?,
            explanation: cx.form("explanation").to_owned(),
        })
    } else {
        None
    };
    Ok(NewReport {
        kind,
        year: if yearly { cx.form("year").parse().map_err(|_| Refusal::input("year", "refusal-report-year"))? } else { 0 },
        event_day: if yearly { 0 } else { read_day(cx.form("event_day"), "event_day")? },
        title: cx.form("title").to_owned(),
        body: cx.form("body").to_owned(),
        link: cx.form("link").to_owned(),
        audited: cx.request.form.has("audited"),
        counterparty: cx.form("counterparty").to_owned(),
        amount_fen: optional("amount")?,
        figures,
    })
}

pub fn publish(cx: &Cx) -> Outcome {
    let id = own(cx, &[Role::Manager, Role::Finance])?;
    let outcome = read(cx)
        .and_then(|new| Ok((new, forms::read_paper(cx, "file")?)))
        .map_err(Trouble::from)
        .and_then(|(new, paper)| reports::publish(&cx.app, &cx.actor, id, &new, paper.as_ref()));
    match outcome {
        Ok(report) => Ok(Answer::redirect(format!("/organisations/{id}/reports/{report}?done=organisation-report-published"))),
        Err(Trouble::Refused(refusal)) if refusal.field.is_some() => desk_page(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

pub fn correct(cx: &Cx) -> Outcome {
    let (id, report) = (own(cx, &[Role::Manager, Role::Finance])?, cx.id_param("report")?);
    let outcome = forms::read_paper(cx, "file")
        .map_err(Trouble::from)
        .and_then(|paper| reports::correct(&cx.app, &cx.actor, id, report, cx.form("body"), paper.as_ref()));
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/organisations/{id}/reports/{report}?done=report-corrected"))),
        Err(Trouble::Refused(refusal)) if refusal.field.is_some() => page(cx, id, report, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

/// A permanent entry, for everyone.
pub fn public(cx: &Cx) -> Outcome {
    page(cx, cx.id_param("id")?, cx.id_param("report")?, None)
}

fn page(cx: &Cx, id: Id, report_id: Id, refusal: Option<&Refusal>) -> Outcome {
    let (organisation, report, figures, corrections, judged, papers) = cx.app.db.read(|tx| {
        let organisation = store::find(tx, id)?.ok_or_else(Refusal::not_found)?;
        let report = reports::find(tx, report_id)?.filter(|r| r.organisation_id == id).ok_or_else(Refusal::not_found)?;
        let judged = rules::limits_apply(&organisation.credit_code, reports::ever_licensed(tx, id)?);
        let papers = files::list(tx, &report.file_id.into_iter().collect::<Vec<_>>())?;
        Ok::<_, Trouble>((organisation, report, reports::figures(tx, report_id)?, reports::corrections(tx, report_id)?, judged, papers))
    })?;
    let called = cx.either(&organisation.name, &organisation.english_name);
    let path = format!("/organisations/{id}/reports/{report_id}");
    let mut terms = vec![
        ui::Term::new(cx.t("organisation-report-kind"), ui::text(name(cx, report.kind, report.year, report.event_day))),
        ui::Term::new(cx.t("organisation-report-at"), html! { (show::instant(report.at)) " " (late_badge(cx, &report)) }),
        ui::Term::new(cx.t("organisation-report-due"), show::day(report.due_day)),
    ];
    if !report.counterparty.is_empty() {
        terms.push(ui::Term::new(cx.t("organisation-report-counterparty"), ui::text(&report.counterparty)));
    }
    if let Some(fen) = report.amount_fen {
        terms.push(ui::Term::new(cx.t("organisation-report-amount"), ui::text(show::money(fen))));
    }
    if report.kind == ReportKind::FinanceReport {
        let key = if report.audited { "organisation-report-audited-yes" } else { "organisation-report-audited-no" };
        terms.push(ui::Term::new(cx.t("organisation-report-audit"), ui::text(cx.t(key))));
    }
    if !report.link.is_empty() {
        terms.push(ui::Term::new(cx.t("organisation-report-link"), html! { (ui::Link::new(report.link.as_str(), report.link.as_str())) }));
    }
    if !papers.is_empty() {
        terms.push(ui::Term::new(cx.t("organisation-report-paper"), files::attachments(cx, &papers)));
    }
    let trail = [ui::Link::new(cx.t("organisation-list-title"), "/organisations"), ui::Link::new(called, format!("/organisations/{id}"))];
    let may_correct = cx.actor.holds(id, &[Role::Manager, Role::Finance]);
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &trail, &report.title))
        (ui::heading(&report.title, Some(called)))
        @if !corrections.is_empty() {
            (ui::notice(ui::Tone::Warn, &cx.t("organisation-corrected"), None, html! { p { (cx.t("organisation-corrected-note")) } }))
        }
        (ui::definition_list(&terms))
        @if !report.body.is_empty() { (paragraphs(&report.body)) }
        @if let Some(figures) = &figures { (figures_section(cx, figures, judged)) }
        @if !corrections.is_empty() { (correction_section(cx, &corrections)) }
        p { (cx.t("organisation-report-permanent")) }
        @if may_correct {
            (ui::section(&cx.t("organisation-correct"), None, forms::upload_form(cx, format!("/desk/organisations/{id}/reports/{report_id}/corrections"), refusal, html! {
                p { (cx.t("organisation-correct-note")) }
                (Field::long("body", "organisation-correct-body").draw(cx, refusal))
                (forms::paper_field(cx, "file", "organisation-report-paper", false, refusal))
                (forms::submit(cx, "organisation-correct"))
            })))
        }
    };
    let description = format!("{called} · {}", report.title);
    let parts =
        PageParts { title: &report.title, description: &description, canonical: Some(&path), body, reading: true, ..PageParts::default() };
    Ok(cx.page_with_status(refusal.map_or(200, |r| r.status), parts))
}

fn late_badge(cx: &Cx, report: &Report) -> Markup {
    match report.days_late() {
        0 => html! {},
        days => ui::badge(ui::Tone::Warn, &cx.ta("organisation-report-late", &[("days", days.into())])),
    }
}

fn correction_section(cx: &Cx, corrections: &[Correction]) -> Markup {
    ui::section(
        &cx.t("organisation-corrections"),
        None,
        html! {
            @for c in corrections {
                (ui::card(None, html! {
                    p { (show::instant(c.at)) }
                    (paragraphs(&c.body))
                    @if let Some(file_id) = c.file_id { p { (super::paper_link(cx, file_id)) } }
                }))
            }
        },
    )
}

/// A year's figures beside the limits of 慈善法 art. 61; without a judgement where the law's thresholds for that form are not
/// among our sources.
fn figures_section(cx: &Cx, f: &Figures, judged: bool) -> Markup {
    let percent =
        |part: i64, whole: i64| if whole > 0 { format!("{}.{}%", part * 100 / whole, part * 1000 / whole % 10) } else { "—".to_owned() };
    let term = |key: &str, value: String| ui::Term::new(cx.t(key), ui::text(value));
    let mut terms = vec![
        term("organisation-figures-spending", show::money(f.spending_fen)),
        term("organisation-figures-charitable", show::money(f.charitable_fen)),
        term("organisation-figures-management", show::money(f.management_fen)),
        term("organisation-figures-last-income", show::money(f.last_income_fen)),
    ];
    terms.extend(f.mean_income_fen.map(|fen| term("organisation-figures-mean-income", show::money(fen))));
    terms.push(term("organisation-figures-net-assets", show::money(f.net_assets_fen)));
    terms.push(term("organisation-figures-management-share", percent(f.management_fen, f.spending_fen)));
    terms.push(term("organisation-figures-spending-share", percent(f.charitable_fen, f.last_income_fen)));
    let limits = rules::limits(f);
    ui::section(
        &cx.t("organisation-figures"),
        None,
        html! {
            (ui::definition_list(&terms))
            @if !judged { p { (cx.t("organisation-figures-unjudged")) } }
            @else if limits.kept() { p { (ui::badge(ui::Tone::Good, &cx.t("organisation-figures-kept"))) } }
            @else {
                @if !limits.management_kept { (ui::notice(ui::Tone::Warn, &cx.t("organisation-word-warning"), None, html! { p { (cx.t("organisation-figures-management-over")) } })) }
                @if !limits.spending_kept { (ui::notice(ui::Tone::Warn, &cx.t("organisation-word-warning"), None, html! { p { (cx.t("organisation-figures-spending-under")) } })) }
            }
            @if !f.explanation.is_empty() { h3 { (cx.t("organisation-figures-explanation")) } (paragraphs(&f.explanation)) }
        },
    )
}

fn report_list(cx: &Cx, all: &[Report]) -> Markup {
    let rows: Vec<ui::LinkRow> = all
        .iter()
        .map(|r| ui::LinkRow {
            href: format!("/organisations/{}/reports/{}", r.organisation_id, r.id).into(),
            title: r.title.as_str().into(),
            note: format!("{} · {}", name(cx, r.kind, r.year, r.event_day), show::minute(r.at)).into(),
            aside: late_badge(cx, r),
        })
        .collect();
    ui::link_list(&rows)
}

/// On the public page: what is overdue first, then everything that was published.
pub(super) fn section(cx: &Cx, all: &[Report], owed: &[(ReportKind, i64, Day)]) -> Markup {
    let today = day_of(cx.now);
    let late: Vec<String> = owed.iter().filter(|(.., due)| *due < today).map(|(kind, year, _)| name(cx, *kind, *year, 0)).collect();
    ui::section(
        &cx.t("organisation-reports"),
        None,
        html! {
            @if !late.is_empty() {
                (ui::notice(ui::Tone::Bad, &cx.t("organisation-word-overdue"), Some(&cx.t("organisation-reports-overdue")), html! {
                    ul { @for line in &late { li { (line) } } }
                }))
            }
            @if all.is_empty() { p { (cx.t("organisation-reports-none")) } } @else { (report_list(cx, all)) }
        },
    )
}
