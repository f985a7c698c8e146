//! The desk's reports: progress in words, disclosures in the ledger's figures.

use maud::{Markup, html};

use crate::files::Prepared;
use crate::kernel::civil::{day_of, day_text, parse_day};
use crate::kernel::{Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::disclosure::finance_pages;
use super::super::model::{Execution, Figures, NewProgress, Project};
use super::super::rules::PHOTOGRAPHS;
use super::super::waiting::waits_soon;
use super::super::{actions, store};
use super::overview::{address, head, load};
use super::project_parts::{disclosure_table, post};
use super::{error_of, refused, status_of, whole_number};

pub fn progress(cx: &Cx) -> Outcome {
    progress_page(cx, &load(cx)?, &[])
}

fn progress_page(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Outcome {
    let posts = cx.app.db.read(|tx| store::progress_posts(tx, project.id, 50, 0))?;
    let may = project.published_at.is_some() && project.organisations().iter().any(|id| cx.actor.holds(*id, &[Role::Manager]));
    let body = html! {
        (head(cx, project, 1))
        (refused(cx, refusals))
        @if may { (ui::section(&cx.t("project-progress-new"), None, progress_form(cx, project, refusals))) }
        @else if !project.state.is_public() { p { (cx.t("project-not-public-yet")) } }
        (ui::section(&cx.t("project-progress-so-far"), None, html! {
            @if posts.is_empty() { p { (cx.t("project-progress-none")) } }
            @for item in &posts {
                (post(cx, project.id, item))
                p { (ui::Link::new(cx.t("disclosure-correct-this"), format!("{}?thing=progress-{}", address(project.id, "/corrections"), item.id))) }
            }
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &cx.t("project-progress"), body, ..PageParts::default() }))
}

/// First what makes it a report, then the words and the photographs. News is possible, and says that it meets no clock.
fn progress_form(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Markup {
    let field = |name: &'static str, label: &str, help: &str, kind: ui::InputKind, value: &str, most: Option<u32>| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            value: if cx.form(name).is_empty() { value.to_owned().into() } else { cx.form(name).into() },
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: error_of(cx, refusals, name).into(),
            max_length: most,
            ..ui::Input::default()
        })
    };
    let news = cx.form("kind") == "news";
    let kind = |value: &'static str, key: &str, note: &str, chosen| ui::Choice {
        note: cx.t(note).into(),
        ..ui::Choice::new(value, cx.t(key)).chosen(chosen)
    };
    ui::form(&ui::Form {
        action: address(project.id, "/progress").into(),
        method: ui::Method::Upload,
        body: html! {
            (ui::radio_field(&ui::Radios {
                name: "kind".into(),
                legend: cx.t("disclosure-kind").into(),
                choices: vec![
                    kind("report", "disclosure-kind-report", "disclosure-kind-report-note", !news),
                    kind("news", "disclosure-news", "disclosure-kind-news-note", news),
                ],
                ..ui::Radios::default()
            }))
            (field("title", "project-progress-title", "", ui::InputKind::Text, "", Some(60)))
            (ui::fieldset(&cx.t("disclosure-execution"), html! {
                (field("done", "disclosure-done", "disclosure-done-help", ui::InputKind::Text, "", Some(200)))
                (field("reached", "disclosure-reached", "disclosure-reached-help", ui::InputKind::Number, "", None))
                (field("reached_unit", "disclosure-reached-unit", "disclosure-reached-unit-help", ui::InputKind::Text, "人", Some(10)))
                (field("next_step", "disclosure-next-step", "disclosure-next-step-help", ui::InputKind::Text, "", Some(200)))
                p.help { (cx.t("disclosure-money-is-the-ledgers")) }
            }))
            (ui::textarea_field(&ui::TextArea {
                name: "body".into(), label: cx.t("project-progress-body").into(), value: cx.form("body").into(), help: cx.t("project-progress-help").into(),
                error: error_of(cx, refusals, "body").into(), required: true, rows: 8, ..ui::TextArea::default()
            }))
            (ui::file_field(&ui::FileInput {
                name: "photographs".into(), label: cx.t("disclosure-photographs").into(), accept: "image/*".into(), multiple: true,
                help: cx.ta("disclosure-photographs-help", &[("most", i64::try_from(PHOTOGRAPHS).unwrap_or(9).into())]).into(),
                error: error_of(cx, refusals, "photographs").into(), ..ui::FileInput::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-progress-post"), None), None))
        },
        ..ui::Form::default()
    })
}

/// The post as typed. A number that cannot be read is below zero, which the rules refuse with their sentence.
fn typed_post(cx: &Cx) -> Result<(NewProgress, Vec<Prepared>), Refusal> {
    let execution = (cx.form("kind") != "news").then(|| Execution {
        done: cx.form("done").to_owned(),
        reached: whole_number(cx.form("reached")).unwrap_or(-1),
        reached_unit: cx.form("reached_unit").to_owned(),
        next_step: cx.form("next_step").to_owned(),
    });
    let post = NewProgress { title: cx.form("title").to_owned(), body: cx.form("body").to_owned(), execution };
    let uploads = cx.request.uploads.iter().filter(|u| u.field == "photographs");
    let photographs = uploads.map(|u| Prepared::of_field(u, "photographs", true)).collect::<Result<_, Refusal>>()?;
    Ok((post, photographs))
}

pub fn post_progress(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let news = cx.form("kind") == "news";
    let posted = typed_post(cx)
        .map_err(Trouble::from)
        .and_then(|(post, photographs)| actions::post_progress(&cx.app, &cx.actor, project.id, &post, &photographs, cx.now));
    match posted {
        Ok(_) if news => Ok(Answer::redirect(format!("{}?done=disclosure-news", address(project.id, "/progress")))),
        Ok(_) => Ok(Answer::redirect(format!("{}?done=project-progress", address(project.id, "/progress")))),
        Err(Trouble::Refused(refusal)) => progress_page(cx, &project, &[refusal]),
        Err(fault) => Err(fault),
    }
}

/// Lists the disclosures; with a day in the address, shows the figures that would be disclosed until then.
pub fn disclosures(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let until = cx.query("until_day");
    if until.is_empty() {
        return disclosure_page(cx, &project, None, &[]);
    }
    let figures = match parse_day(until) {
        None => Err(Refusal::input("until_day", "refusal-project-day").into()),
        Some(day) => actions::figures_until(&cx.app, &cx.actor, project.id, day, cx.now),
    };
    match figures {
        Ok(figures) => disclosure_page(cx, &project, Some(&figures), &[]),
        Err(Trouble::Refused(refusal)) => disclosure_page(cx, &project, None, &[refusal]),
        Err(fault) => Err(fault),
    }
}

fn disclosure_page(cx: &Cx, project: &Project, figures: Option<&Figures>, refusals: &[Refusal]) -> Outcome {
    let disclosures = cx.app.db.read(|tx| store::disclosures(tx, project.id))?;
    let may = project.state.is_public() && cx.actor.holds(project.recipient_id, &[Role::Manager, Role::Finance]);
    let body = html! {
        (head(cx, project, 2))
        (refused(cx, refusals))
        @if may && waits_soon(project, cx.now) { (cx.claim_banner("report", project.id)?) }
        @if may { (ui::section(&cx.t("project-disclosure-new"), None, html! {
            @match figures {
                Some(figures) => (publish_form(cx, project, figures, refusals)?),
                None => (period_form(cx, project, refusals)),
            }
        })) } @else if !project.state.is_public() { p { (cx.t("project-not-public-yet")) } }
        @if may { p {
            (ui::Link::new(cx.t("disclosure-correct"), address(project.id, "/corrections")))
        } }
        (ui::section(&cx.t("project-disclosures-so-far"), None, disclosure_table(cx, project.id, &disclosures)))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &cx.t("project-disclosures"), body, ..PageParts::default() }))
}

/// First the last day of the period: the first one follows from what was disclosed.
fn period_form(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Markup {
    let yesterday = day_text(day_of(cx.now) - 1);
    let asked = cx.query("until_day");
    ui::form(&ui::Form {
        action: address(project.id, "/disclosures").into(),
        method: ui::Method::Get,
        body: html! {
            (ui::input_field(&ui::Input {
                name: "until_day".into(), label: cx.t("project-until-day").into(), kind: ui::InputKind::Date, help: cx.t("project-until-day-help").into(),
                value: if asked.is_empty() { yesterday.into() } else { asked.into() },
                error: error_of(cx, refusals, "until_day").into(), required: true, ..ui::Input::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-figures-show"), None), None))
        },
        ..ui::Form::default()
    })
}

/// Then the figures, which nobody types, and the words, which somebody must.
fn publish_form(cx: &Cx, project: &Project, f: &Figures, refusals: &[Refusal]) -> Result<Markup, Trouble> {
    let line = |key: &str, fen: i64| ui::ReceiptLine::new(cx.t(key), show::money(fen));
    let hidden = [
        ("from_day", f.from_day),
        ("until_day", f.until_day),
        ("opening_fen", f.opening_fen),
        ("income_fen", f.income_fen),
        ("expense_fen", f.expense_fen),
        ("closing_fen", f.closing_fen),
    ];
    let preview = finance_pages::preview(cx, project, f)?;
    Ok(html! {
        (ui::receipt(&ui::Receipt {
            title: format!("{} – {}", day_text(f.from_day), day_text(f.until_day)).into(),
            amount: show::money(f.closing_fen).into(),
            amount_note: cx.t("project-disclosure-equation").into(),
            lines: vec![
                line("project-opening", f.opening_fen),
                line("project-income", f.income_fen),
                line("project-expense", f.expense_fen),
                line("project-closing", f.closing_fen),
            ],
            foot: html! { (cx.t("project-disclosure-source")) },
        }))
        (ui::section(&cx.t("disclosure-flows"), None, finance_pages::flow_table(cx, &preview.flows)))
        (ui::section(&cx.t("disclosure-lines"), None, finance_pages::line_table(cx, project.id, &preview.lines)))
        (ui::section(&cx.t("disclosure-costs"), None, finance_pages::cost_table(cx, &preview.costs)))
        (ui::form(&ui::Form {
            action: address(project.id, "/disclosures").into(),
            method: ui::Method::Upload,
            hidden: hidden.into_iter().map(|(name, value)| (name.into(), value.to_string().into())).collect(),
            body: html! {
                (ui::textarea_field(&ui::TextArea {
                    name: "summary".into(), label: cx.t("project-disclosure-words").into(), help: cx.t("project-disclosure-words-help").into(),
                    value: cx.form("summary").into(), error: error_of(cx, refusals, "summary").into(), required: true, rows: 6, ..ui::TextArea::default()
                }))
                (finance_pages::fields(cx, preview.left_fen, refusals))
                (ui::submit_row(
                    ui::button(ui::ButtonKind::Main, &cx.t("project-disclosure-publish"), None),
                    Some(&ui::Link::new(cx.t("project-another-day"), address(project.id, "/disclosures"))),
                ))
            },
        }))
    })
}

pub fn disclose(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let number = |name: &str| cx.form(name).parse::<i64>().unwrap_or(0);
    let seen = Figures {
        from_day: number("from_day"),
        // A day far away is refused by the rules; nothing is added to a number nobody meant.
        until_day: number("until_day").clamp(0, 1_000_000),
        opening_fen: number("opening_fen"),
        income_fen: number("income_fen"),
        expense_fen: number("expense_fen"),
        closing_fen: number("closing_fen"),
    };
    let disclosed = finance_pages::typed(cx)
        .map_err(Trouble::from)
        .and_then(|(words, papers)| actions::disclose(&cx.app, &cx.actor, project.id, &seen, &words, &papers, cx.now));
    match disclosed {
        Ok(_) => Ok(Answer::redirect(format!("{}?done=project-disclosure", address(project.id, "/disclosures")))),
        Err(Trouble::Refused(refusal)) => {
            let now = actions::figures_until(&cx.app, &cx.actor, project.id, seen.until_day, cx.now).ok();
            disclosure_page(cx, &project, now.as_ref(), &[refusal])
        }
        Err(fault) => Err(fault),
    }
}
