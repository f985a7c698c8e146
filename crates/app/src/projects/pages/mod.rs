//! What people see of projects: strangers (`list`, `project`, `records`), a charity's desk (`desk`, `draft`, `overview`,
//! `plan`, `papers`, `reports`, `money`, `steps`) and the operator's reviewers (`operator`).

mod cards;
mod changes;
mod closing;
mod costs;
mod decisions;
mod desk;
mod draft;
mod invoices;
mod leftovers;
mod list;
mod money;
mod operator;
mod overview;
mod papers;
mod plan;
mod project;
mod project_parts;
mod records;
mod reports;
mod reversals;
mod steps;
mod versions;

use db::{Fault, Tx};
use maud::{Markup, html};

use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Refusal, Right};
use crate::organisations::{self, Organisation, areas};
use crate::web::{Cx, Route, get, post, refusal_text, show, upload};

use super::model::{BudgetLine, LineKind, Project, State};
use super::{platform, rules};

pub use cards::card;
pub use decisions::notice_list;
pub use desk::desk_list;
pub(super) use overview::{address as desk_address, head as desk_head, load};
pub(super) use project_parts::post as progress_item;

pub fn routes() -> Vec<Route> {
    vec![
        get("/projects", Right::Anyone, list::projects),
        get("/projects/{id}", Right::Anyone, project::project),
        get("/projects/{id}/progress", Right::Anyone, records::progress),
        get("/projects/{id}/disclosures/{disclosure}", Right::Anyone, records::disclosure),
        get("/projects/{id}/steps", Right::Anyone, records::steps),
        get("/projects/{id}/versions", Right::Anyone, versions::public),
        get("/projects/{id}/closing-report", Right::Anyone, closing::public),
        get("/projects/{id}/changes/{change}", Right::Anyone, changes::public),
        post("/projects/{id}/changes/{change}/objections", Right::SignedIn, changes::object),
        get("/desk/projects/new", Right::Desk, draft::new),
        get("/desk/projects/earlier", Right::Desk, draft::earlier),
        post("/desk/projects", Right::Desk, draft::create),
        get("/desk/projects/{id}", Right::Desk, overview::project),
        post("/desk/projects/{id}", Right::Desk, draft::update),
        get("/desk/projects/{id}/plan", Right::Desk, plan::plan),
        post("/desk/projects/{id}/plan", Right::Desk, plan::save),
        get("/desk/projects/{id}/papers", Right::Desk, papers::papers),
        upload("/desk/projects/{id}/papers", Right::Desk, papers::add),
        post("/desk/projects/{id}/papers/removal", Right::Desk, papers::remove),
        get("/desk/projects/{id}/costs", Right::Desk, costs::costs),
        post("/desk/projects/{id}/costs", Right::Desk, costs::explain),
        get("/desk/projects/{id}/filing", Right::Desk, papers::filing),
        post("/desk/projects/{id}/filing", Right::Desk, papers::file),
        get("/desk/projects/{id}/decisions", Right::Desk, decisions::desk),
        post("/desk/projects/{id}/suspension-request", Right::Desk, decisions::ask),
        get("/desk/projects/{id}/closing-report", Right::Desk, closing::desk),
        post("/desk/projects/{id}/closing-report", Right::Desk, closing::hand_in),
        get("/desk/projects/{id}/leftovers", Right::Desk, leftovers::leftovers),
        post("/desk/projects/{id}/leftovers", Right::Desk, leftovers::ask),
        post("/desk/projects/{id}/leftovers/decision", Right::Desk, leftovers::decide),
        post("/desk/projects/{id}/leftovers/statement", Right::Desk, leftovers::tell),
        get("/desk/projects/{id}/change", Right::Desk, changes::asking),
        post("/desk/projects/{id}/change", Right::Desk, changes::ask),
        get("/desk/projects/{id}/progress", Right::Desk, reports::progress),
        upload("/desk/projects/{id}/progress", Right::Desk, reports::post_progress),
        get("/desk/projects/{id}/disclosures", Right::Desk, reports::disclosures),
        upload("/desk/projects/{id}/disclosures", Right::Desk, reports::disclose),
        get("/desk/projects/{id}/payouts", Right::Desk, money::payouts),
        post("/desk/projects/{id}/payouts", Right::Desk, money::request_payout),
        get("/desk/payouts/{id}", Right::Desk, money::payout),
        post("/desk/payouts/{id}/approval", Right::Desk, money::approve_payout),
        post("/desk/payouts/{id}/refusal", Right::Desk, money::refuse_payout),
        get("/desk/projects/{id}/expenses", Right::Desk, money::expenses),
        upload("/desk/projects/{id}/expenses", Right::Desk, money::record_expense),
        get("/desk/projects/{id}/expenses/{expense}", Right::Desk, invoices::expense),
        upload("/desk/projects/{id}/expenses/{expense}/invoice", Right::Desk, invoices::add),
        post("/desk/projects/{id}/expenses/{expense}/publication", Right::Desk, invoices::publish),
        get("/desk/projects/{id}/reversals", Right::Desk, reversals::reversals),
        get("/desk/projects/{id}/returns/new", Right::Desk, reversals::new_return),
        upload("/desk/projects/{id}/returns", Right::Desk, reversals::ask_return),
        get("/desk/projects/{id}/record-corrections/new", Right::Desk, reversals::new_correction),
        upload("/desk/projects/{id}/record-corrections", Right::Desk, reversals::ask_correction),
        get("/desk/reversals/{id}", Right::Desk, reversals::reversal),
        post("/desk/reversals/{id}/confirmation", Right::Desk, reversals::confirm),
        post("/desk/reversals/{id}/refusal", Right::Desk, reversals::refuse),
        get("/desk/projects/{id}/fundraising-end", Right::Desk, steps::ending),
        post("/desk/projects/{id}/fundraising-end", Right::Desk, steps::end),
        get("/desk/projects/{id}/execution", Right::Desk, steps::executing),
        post("/desk/projects/{id}/execution", Right::Desk, steps::execute),
        get("/desk/projects/{id}/closing", Right::Desk, steps::closing),
        post("/desk/projects/{id}/closing", Right::Desk, steps::close),
        get("/desk/projects/{id}/platform", Right::Desk, platform::page),
        post("/desk/projects/{id}/platform", Right::Desk, platform::save),
        get("/operator/projects/{id}", Right::Operator, operator::project),
        get("/operator/projects/{id}/decisions", Right::Operator, decisions::operator),
        post("/operator/projects/{id}/decisions", Right::Operator, decisions::decide),
        get("/operator/closing-reports/{report}", Right::Operator, closing::judging),
        post("/operator/closing-reports/{report}", Right::Operator, closing::judge),
        get("/operator/changes/{change}", Right::Operator, changes::judging),
        post("/operator/changes/{change}/announcement", Right::Operator, changes::announce),
        post("/operator/changes/{change}/refusal", Right::Operator, changes::refuse),
        post("/operator/projects/{id}/return", Right::Operator, operator::return_to_draft),
        post("/operator/projects/{id}/review", Right::Operator, operator::review),
        post("/operator/projects/{id}/publication", Right::Operator, operator::publish),
        post("/operator/projects/{id}/curation", Right::Operator, operator::curate),
    ]
}

/// What must be corrected, at the top of a form that was refused: each field's fault leads to its field.
pub(super) fn refused(cx: &Cx, refusals: &[Refusal]) -> Markup {
    let fields: Vec<ui::FieldError> =
        refusals.iter().filter_map(|r| Some(ui::FieldError { name: r.field?.into(), text: refusal_text(cx, r).0.into() })).collect();
    html! {
        (ui::error_summary(&cx.t("project-correct-this"), &fields))
        @for refusal in refusals.iter().filter(|r| r.field.is_none()) {
            @let (sentence, next) = refusal_text(cx, refusal);
            (ui::notice(ui::Tone::Bad, &cx.t("project-word-refused"), Some(&sentence), html! { p { (next) } }))
        }
    }
}

/// The fault beside one field.
pub(super) fn error_of(cx: &Cx, refusals: &[Refusal], field: &str) -> String {
    refusals.iter().find(|r| r.field == Some(field)).map(|r| refusal_text(cx, r).0).unwrap_or_default()
}

/// The status with which a refused form is shown again.
pub(super) fn status_of(refusals: &[Refusal]) -> u16 {
    refusals.first().map_or(200, |r| r.status)
}

pub(super) fn trail(cx: &Cx, steps: &[ui::Link], here: &str) -> Markup {
    ui::breadcrumbs(&cx.t("project-trail"), steps, here)
}

/// How much of the whole, in thousandths.
pub(super) fn permille(part_fen: i64, whole_fen: i64) -> u32 {
    if part_fen <= 0 || whole_fen <= 0 {
        return 0;
    }
    let share = i128::from(part_fen) * 1000 / i128::from(whole_fen);
    u32::try_from(share.min(1_000_000)).unwrap_or(1_000_000)
}

/// "24.7%", never rounded up to something that was not reached.
pub(super) fn percent(part_fen: i64, whole_fen: i64) -> String {
    let share = permille(part_fen, whole_fen);
    format!("{}.{}%", share / 10, share % 10)
}

/// Raised of the goal, as the water level.
fn progress(cx: &Cx, raised_fen: i64, goal_fen: i64) -> ui::Progress<'static> {
    ui::Progress {
        permille: permille(raised_fen, goal_fen),
        have: cx.ta("project-raised", &[("amount", show::money(raised_fen).into())]).into(),
        goal: cx.ta("project-goal", &[("amount", show::money(goal_fen).into())]).into(),
        label: cx.ta("project-reached", &[("percent", percent(raised_fen, goal_fen).into())]).into(),
    }
}

fn state_tone(state: State) -> ui::Tone {
    match state {
        State::Draft | State::Closed => ui::Tone::Plain,
        State::Submitted | State::Reviewed => ui::Tone::Info,
        State::Published | State::FundraisingEnded | State::Executing => ui::Tone::Good,
    }
}

fn state_badge(cx: &Cx, state: State) -> Markup {
    ui::badge(state_tone(state), &cx.t(state.key()))
}

/// The three organisations of a project.
struct Parties {
    launcher: Organisation,
    recipient: Organisation,
    implementer: Organisation,
}

impl Parties {
    fn of(tx: &mut Tx, project: &Project) -> Result<Parties, Fault> {
        Ok(Parties {
            launcher: organisation(tx, project.launcher_id)?,
            recipient: organisation(tx, project.recipient_id)?,
            implementer: organisation(tx, project.implementer_id)?,
        })
    }

    /// 发起, 公募接收, 执行: each with the word for its role.
    fn with_roles(&self) -> [(&'static str, &Organisation); 3] {
        [("project-launcher", &self.launcher), ("project-recipient", &self.recipient), ("project-implementer", &self.implementer)]
    }
}

fn organisation(tx: &mut Tx, id: Id) -> Result<Organisation, Fault> {
    organisations::find(tx, id)?.ok_or_else(|| Fault::inconsistent(format!("a project names organisation {id}, which does not exist")))
}

pub(super) fn organisation_name<'a>(cx: &Cx, organisation: &'a Organisation) -> &'a str {
    cx.either(&organisation.name, &organisation.english_name)
}

/// The three organisations with links to their pages.
fn parties_list(cx: &Cx, parties: &Parties) -> Markup {
    let terms: Vec<ui::Term> = parties
        .with_roles()
        .into_iter()
        .map(|(key, o)| ui::Term::new(cx.t(key), html! { (ui::Link::new(organisation_name(cx, o), format!("/organisations/{}", o.id))) }))
        .collect();
    ui::definition_list(&terms)
}

/// Where a project is, and what that place is known for.
struct Place {
    name: String,
    marks: areas::Marks,
}

impl Place {
    fn of(tx: &mut Tx, cx: &Cx, code: &str) -> Result<Place, Fault> {
        Ok(Place { name: areas::name_path(tx, code, cx.lang)?, marks: areas::marks(tx, code)? })
    }

    fn badges(&self, cx: &Cx) -> Markup {
        html! {
            @if self.marks.three_regions { (ui::badge(ui::Tone::Info, &cx.t("project-three-regions"))) " " }
            @if self.marks.former_poverty_county { (ui::badge(ui::Tone::Info, &cx.t("project-former-poverty-county"))) }
        }
    }
}

/// The budget, planned and spent, line by line.
fn budget_table(cx: &Cx, lines: &[BudgetLine]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("project-budget"),
        vec![
            ui::Column::words(cx.t("project-line-item")),
            ui::Column::words(cx.t("project-line-plan")),
            ui::Column::number(cx.t("project-line-amount")),
            ui::Column::number(cx.t("project-line-spent")),
            ui::Column::number(cx.t("project-line-share")),
        ],
    );
    for line in lines {
        table.row(&[
            &cx.either(&line.item, &line.english_item),
            &quantity_words(cx, line.quantity, &line.unit, line.unit_price_fen),
            &show::money(line.amount_fen),
            &show::money(line.spent_fen),
            &percent(line.spent_fen, line.amount_fen),
        ]);
    }
    let (planned, spent): (i64, i64) = lines.iter().fold((0, 0), |sum, l| (sum.0 + l.amount_fen, sum.1 + l.spent_fen));
    table.total = vec![
        ui::text(cx.t("project-sum")),
        html! {},
        ui::text(show::money(planned)),
        ui::text(show::money(spent)),
        ui::text(percent(spent, planned)),
    ];
    ui::table(&table)
}

/// What each kind of cost was planned to be and has been: programme, management, fundraising (慈善法 arts. 24, 61).
fn cost_table(cx: &Cx, lines: &[BudgetLine]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("project-costs"),
        vec![
            ui::Column::words(cx.t("project-cost-kind")),
            ui::Column::number(cx.t("project-cost-planned")),
            ui::Column::number(cx.t("project-cost-planned-share")),
            ui::Column::number(cx.t("project-line-spent")),
            ui::Column::number(cx.t("project-cost-spent-share")),
        ],
    );
    let (planned, spent) = lines.iter().fold((0, 0), |sum, l| (sum.0 + l.amount_fen, sum.1 + l.spent_fen));
    for kind in LineKind::ALL {
        let of_kind = rules::cost_of(lines, kind);
        table.row(&[
            &cx.t(kind.key()),
            &show::money(of_kind.planned_fen),
            &percent(of_kind.planned_fen, planned),
            &show::money(of_kind.spent_fen),
            &percent(of_kind.spent_fen, spent),
        ]);
    }
    ui::table(&table)
}

/// "30 盏 × ¥1,500.00"
pub(super) fn quantity_words(cx: &Cx, quantity: i64, unit: &str, unit_price_fen: i64) -> String {
    cx.ta(
        "project-line-quantity",
        &[("quantity", show::count(quantity).into()), ("unit", unit.into()), ("price", show::money(unit_price_fen).into())],
    )
}

/// How many days late something is today; nothing when it is not.
fn days_late(cx: &Cx, due_day: Day) -> Option<i64> {
    let days = day_of(cx.now) - due_day;
    (days > 0).then_some(days)
}

pub(super) fn pager(cx: &Cx, page: i64, pages: i64, address: impl Fn(i64) -> String) -> Markup {
    if pages <= 1 {
        return html! {};
    }
    let link = |key: &str, to: i64| ui::Link::new(cx.t(key), address(to));
    ui::pagination(&ui::Pagination {
        label: cx.t("project-pages").into(),
        previous: (page > 1).then(|| link("project-page-before", page - 1)),
        next: (page < pages).then(|| link("project-page-after", page + 1)),
        position: cx.ta("project-page-position", &[("page", page.into()), ("pages", pages.into())]).into(),
    })
}

/// The asked page of a list, from 1.
pub(super) fn asked_page(cx: &Cx) -> i64 {
    cx.query("page").parse::<i64>().unwrap_or(1).clamp(1, 10_000)
}

/// A whole number as people type it: full-width digits and separators are understood.
pub(super) fn whole_number(typed: &str) -> Option<i64> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != ',' && *c != '，')
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect();
    (!plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit())).then(|| plain.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_up() {
        for (part, whole, text) in [(0, 100, "0.0%"), (999, 1_000, "99.9%"), (9_999, 10_000, "99.9%"), (1, 0, "0.0%"), (3, 2, "150.0%")] {
            assert_eq!(percent(part, whole), text);
        }
        assert_eq!(percent(i64::MAX, i64::MAX), "100.0%");
    }

    #[test]
    fn whole_numbers_as_typed() {
        for (typed, number) in [("30", Some(30)), (" １，２００ ", Some(1_200)), ("", None), ("1.5", None), ("-3", None), ("一", None)]
        {
            assert_eq!(whole_number(typed), number, "{typed}");
        }
    }
}
