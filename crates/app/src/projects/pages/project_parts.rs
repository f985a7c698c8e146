//! The parts of a project's public page, and of the pages behind it.

use maud::{Markup, html};

use crate::kernel::Id;
use crate::kernel::civil::{day_of, day_text};
use crate::organisations::Organisation;
use crate::web::{Cx, paragraphs, show};

use super::super::disclosure::corrections_beside;
use super::super::fund::Total;
use super::super::model::{BudgetLine, CostNote, Disclosure, Due, Execution, Expense, ProgressPost, Project, State, Thing};
use super::super::store::{PublicGift, PublicPayout, PublicRefund, PublicThings};
use super::{budget_table, days_late, quantity_words};

/// In the account, with the implementer, spent; then the budget line by line.
pub fn where_the_money_is(cx: &Cx, total: &Total, lines: &[BudgetLine]) -> Markup {
    let stat = |key: &str, fen: i64| ui::Stat { value: show::money(fen).into(), label: cx.t(key).into(), href: "".into() };
    html! {
        (ui::stat_row(&[
            stat("project-in-account", total.in_account_fen()),
            stat("project-with-implementer", total.with_implementer_fen()),
            stat("project-spent", total.spent_fen),
        ]))
        @for (key, fen) in [
            ("project-pending", total.pending_fen),
            ("project-refunding", total.refunding_fen),
            ("project-with-offline", total.offline_fen),
            ("project-redirected-in", total.redirected_in_fen),
            ("project-refunded", total.refunded_fen),
            ("project-redirected-out", total.redirected_out_fen),
        ] {
            @if fen > 0 { p.help { (cx.ta(key, &[("amount", show::money(fen).into())])) } }
        }
        (show::as_of(cx))
        (budget_table(cx, lines))
    }
}

/// An explanation of costs, as it was published.
pub fn cost_note(cx: &Cx, note: &CostNote) -> Markup {
    html! {
        p { b { (cx.t("project-costs-explained")) } " " (show::instant(note.at)) }
        (paragraphs(&note.words))
    }
}

/// A progress post: what was done, for how many and with which money first, then the words; what was corrected beside it.
pub fn post(cx: &Cx, project_id: Id, item: &ProgressPost) -> Markup {
    html! {
        article #{ "p-" (item.id) } {
            h3 { a href={ "/projects/" (project_id) "/progress/" (item.id) } { (item.title) } }
            p.when { (show::instant(item.published_at)) " · " (show::ago(cx, item.published_at)) }
            @match &item.execution {
                Some(e) => (execution(cx, e, item.spent_fen)),
                None => p { (ui::badge(ui::Tone::Plain, &cx.t("disclosure-news"))) },
            }
            (paragraphs(&item.body))
            (photographs(item))
            (corrections_beside(cx, project_id, &item.corrections))
        }
    }
}

fn execution(cx: &Cx, e: &Execution, spent_fen: i64) -> Markup {
    let mut terms = vec![
        ui::Term::new(cx.t("disclosure-done"), ui::text(e.done.clone())),
        ui::Term::new(cx.t("disclosure-reached"), ui::text(format!("{} {}", show::count(e.reached), e.reached_unit))),
        ui::Term::new(cx.t("disclosure-spent-since"), ui::text(show::money(spent_fen))),
    ];
    if !e.next_step.is_empty() {
        terms.push(ui::Term::new(cx.t("disclosure-next-step"), ui::text(e.next_step.clone())));
    }
    ui::definition_list(&terms)
}

/// As links and not as pictures: nine photographs of a village would outweigh the page on a cheap phone.
fn photographs(item: &ProgressPost) -> Markup {
    html! {
        @if !item.photographs.is_empty() {
            ul.attachments { @for file in &item.photographs { li { a href={ "/files/" (file.id) } { (file.name) } } } }
        }
    }
}

pub fn disclosure_table(cx: &Cx, project_id: Id, disclosures: &[Disclosure]) -> Markup {
    if disclosures.is_empty() {
        return html! { p { (cx.t("project-disclosures-none")) } };
    }
    let mut table = ui::Table::new(
        cx.t("project-disclosures"),
        vec![
            ui::Column::words(cx.t("project-period")),
            ui::Column::number(cx.t("project-opening")),
            ui::Column::number(cx.t("project-income")),
            ui::Column::number(cx.t("project-expense")),
            ui::Column::number(cx.t("project-closing")),
        ],
    );
    for d in disclosures {
        let period = ui::Link::new(
            format!("{} – {}", day_text(d.from_day), day_text(d.until_day)),
            format!("/projects/{project_id}/disclosures/{}", d.id),
        );
        table.row(&[
            &period,
            &show::money(d.opening_fen),
            &show::money(d.income_fen),
            &show::money(d.expense_fen),
            &show::money(d.closing_fen),
        ]);
    }
    ui::table(&table)
}

/// What a record says, and that a correction has undone it.
pub fn marked(cx: &Cx, words: &str, undone: bool) -> Markup {
    html! { (words) @if undone { " " (ui::badge(ui::Tone::Bad, &cx.t("project-undone"))) } }
}

pub fn payout_table(cx: &Cx, payouts: &[PublicPayout]) -> Markup {
    if payouts.is_empty() {
        return html! { p { (cx.t("project-payouts-none")) } };
    }
    let mut table = ui::Table::new(
        cx.t("project-payouts-caption"),
        vec![
            ui::Column::words(cx.t("project-date")),
            ui::Column::words(cx.t("project-purpose")),
            ui::Column::number(cx.t("project-amount")),
        ],
    );
    for payout in payouts {
        table.row(&[&show::day(day_of(payout.paid_at)), &marked(cx, &payout.purpose, payout.undone), &show::money(payout.amount_fen)]);
    }
    ui::table(&table)
}

/// What was given back, each as a line of its own: totals are never made smaller in silence. Why is between donor and charity.
pub fn refund_table(cx: &Cx, refunds: &[PublicRefund]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("project-refunds-caption"),
        vec![ui::Column::words(cx.t("project-date")), ui::Column::number(cx.t("project-amount"))],
    );
    for refund in refunds {
        table.row(&[&show::day(day_of(refund.posted_at)), &show::money(-refund.amount_fen)]);
    }
    ui::table(&table)
}

pub fn expense_table(cx: &Cx, project_id: Id, expenses: &[Expense]) -> Markup {
    if expenses.is_empty() {
        return html! { p { (cx.t("project-expenses-none")) } };
    }
    let mut table = ui::Table::new(
        cx.t("project-expenses-caption"),
        vec![
            ui::Column::words(cx.t("project-date")),
            ui::Column::words(cx.t("project-line-item")),
            ui::Column::words(cx.t("project-description")),
            ui::Column::words(cx.t("project-line-plan")),
            ui::Column::number(cx.t("project-amount")),
        ],
    );
    for e in expenses {
        table.row(&[
            &show::day(e.spent_day),
            &cx.either(&e.item, &e.english_item),
            &html! {
                (ui::Link::new(e.description.as_str(), Thing::Expense.path(project_id, e.id)))
                @if e.undone { " " (ui::badge(ui::Tone::Bad, &cx.t("project-undone"))) }
            },
            &quantity_words(cx, e.quantity, &e.unit, e.unit_price_fen),
            &show::money(e.amount_fen),
        ]);
    }
    ui::table(&table)
}

/// The newest gifts. Who stays anonymous is 爱心人士 and has no words.
pub fn gift_list(cx: &Cx, gifts: &[PublicGift]) -> Markup {
    if gifts.is_empty() {
        return html! { p { (cx.t("project-gifts-none")) } };
    }
    let mut table = ui::Table::new(
        cx.t("project-gifts-caption"),
        vec![
            ui::Column::words(cx.t("project-giver")),
            ui::Column::words(cx.t("project-message")),
            ui::Column::words(cx.t("project-time")),
            ui::Column::number(cx.t("project-amount")),
        ],
    );
    for gift in gifts {
        let name = if gift.name.is_empty() { cx.t("project-kind-person") } else { gift.name.clone() };
        let words = html! { (gift.message) @if gift.offline { (ui::badge(ui::Tone::Plain, &cx.t("project-gift-offline"))) } };
        table.row(&[&name, &words, &show::instant(gift.paid_at), &show::money(gift.amount_fen)]);
    }
    ui::table(&table)
}

/// Things that were given, on lines of their own: they are no part of the money above.
pub fn things_table(cx: &Cx, things: &[PublicThings]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("project-things-caption"),
        vec![
            ui::Column::words(cx.t("project-date")),
            ui::Column::words(cx.t("project-giver")),
            ui::Column::words(cx.t("project-things-what")),
            ui::Column::words(cx.t("project-things-to")),
            ui::Column::number(cx.t("project-things-value")),
        ],
    );
    for t in things {
        let name = if t.payer.is_empty() { cx.t("project-kind-person") } else { t.payer.clone() };
        let what = format!("{} {} {}", t.item, t.quantity, t.unit);
        let to = if t.handed_to.is_empty() { cx.t("project-things-waiting") } else { t.handed_to.clone() };
        table.row(&[&show::day(t.received_day), &name, &what, &to, &show::money(t.valuation_fen)]);
    }
    ui::table(&table)
}

/// A project's life: what is done, what is going on, what is late, what comes.
pub fn life(cx: &Cx, p: &Project, due: &[Due]) -> Markup {
    let moments = [
        ("project-life-filed", Some(p.created_at), State::Draft),
        ("project-life-reviewed", p.reviewed_at, State::Reviewed),
        ("project-life-published", p.published_at, State::Published),
        ("project-life-ended", p.fundraising_ended_at, State::FundraisingEnded),
        ("project-life-executing", p.executing_at, State::Executing),
        ("project-life-closed", p.closed_at, State::Closed),
    ];
    let mut steps: Vec<ui::TimelineStep> = moments
        .into_iter()
        .map(|(key, at, state)| {
            let here = state == p.state && state != State::Closed;
            let (look, word) = match at {
                Some(_) if here => (ui::State::Current, "project-step-now"),
                Some(_) => (ui::State::Done, "project-step-done"),
                None => (ui::State::Next, "project-step-next"),
            };
            ui::TimelineStep {
                title: cx.t(key).into(),
                state: look,
                state_word: cx.t(word).into(),
                when: at.map(|at| day_text(day_of(at))).unwrap_or_default().into(),
                note: html! {},
            }
        })
        .collect();
    for item in due {
        let late = days_late(cx, item.due_day).is_some();
        steps.push(ui::TimelineStep {
            title: cx.t(item.what.key()).into(),
            state: if late { ui::State::Late } else { ui::State::Next },
            state_word: cx.t(if late { "project-step-late" } else { "project-step-next" }).into(),
            when: cx.ta("project-due-by", &[("day", day_text(item.due_day).into())]).into(),
            note: html! {},
        });
    }
    ui::timeline(&cx.t("project-life"), &steps)
}

/// Where to turn with doubts; on every page that raises funds (平台规范 and 慈善法 art. 25).
pub fn complaint(cx: &Cx, project_id: Id, recipient: &Organisation) -> Markup {
    ui::card(
        Some(&cx.t("project-complaint")),
        html! {
            p { (cx.ta("project-complaint-how", &[("name", recipient.name.as_str().into()), ("contact", recipient.contact.as_str().into())])) }
            p { (ui::Link::new(cx.t("project-ask"), format!("/projects/{project_id}/questions"))) }
            p { (ui::Link::new(cx.t("footer-complain"), format!("/complaints/new?project={project_id}"))) }
        },
    )
}
