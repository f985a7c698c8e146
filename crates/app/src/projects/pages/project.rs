//! `/projects/{id}`: everything a stranger may know about a project.

use maud::{Markup, html};

use crate::files::{self, File};
use crate::kernel::civil::{Day, add_months, day_of};
use crate::kernel::{Refusal, Trouble};
use crate::organisations::{self, Certificate, CertificateKind};
use crate::web::{Cx, Outcome, PageParts, paragraphs, refusal_text, show};

use super::super::disclosure::standing;
use super::super::facts;
use super::super::fund::{self, Total};
use super::super::model::{
    BudgetLine, CostNote, Decision, Disclosure, Due, Expense, PaperKind, Plan, ProgressPost, Project, ProjectNotice, PublicReversal,
    Redirect, ReportState,
};
use super::super::rules;
use super::super::store::{self, PublicGift, PublicPayout, PublicRefund, PublicThings};
use super::decisions::{hold_banner, notice_list};
use super::leftovers::redirect_list;
use super::overview::unfiled;
use super::project_parts::{
    complaint, cost_note, disclosure_table, expense_table, gift_list, life, payout_table, post, refund_table, things_table,
    where_the_money_is,
};
use super::reversals::public_table;
use super::{Parties, Place, cost_table, organisation_name, parties_list, progress, state_badge, trail};

/// Exactly what the public page shows.
pub struct PublicView {
    pub project: Project,
    pub parties: Parties,
    place: Place,
    certificates: Vec<Certificate>,
    refused: Option<Refusal>,
    pub total: Total,
    lines: Vec<BudgetLine>,
    due: Vec<Due>,
    posts: Vec<ProgressPost>,
    posts_count: i64,
    disclosures: Vec<Disclosure>,
    payouts: Vec<PublicPayout>,
    expenses: Vec<Expense>,
    reversals: Vec<PublicReversal>,
    gifts: Vec<PublicGift>,
    things: Vec<PublicThings>,
    plan: Plan,
    papers: Vec<(PaperKind, File)>,
    notes: Vec<CostNote>,
    grace_days: Day,
    decisions: Vec<Decision>,
    notices: Vec<ProjectNotice>,
    redirects: Vec<Redirect>,
    has_closing_report: bool,
    refunds: Vec<PublicRefund>,
}

/// 慈善中国, where filings and charities can be looked up.
const CISHAN: &str = "https://cszg.mca.gov.cn/";
const NEWEST_POSTS: i64 = 3;
const NEWEST_ROWS: i64 = 20;
/// On a phone each gift takes four lines.
const NEWEST_GIFTS: i64 = 8;

fn load(cx: &Cx) -> Result<PublicView, Trouble> {
    let id = cx.id_param("id")?;
    let today = day_of(cx.now);
    cx.app.db.read(|tx| {
        let project = store::find_public(tx, id)?.ok_or_else(Refusal::not_found)?;
        let certificates = organisations::certificates(tx, project.recipient_id)?;
        let mut papers = Vec::new();
        for paper in store::papers(tx, id)? {
            papers.extend(files::find(tx, paper.file_id)?.filter(|f| f.public_since.is_some()).map(|file| (paper.kind, file)));
        }
        Ok(PublicView {
            parties: Parties::of(tx, &project)?,
            place: Place::of(tx, cx, &project.area_code)?,
            certificates: certificates.into_iter().filter(|c| c.valid_from_day <= today && today <= c.valid_until_day).collect(),
            refused: facts::takes_gifts(tx, id, cx.now)?.err(),
            total: fund::total(tx, id)?,
            lines: store::lines(tx, id)?,
            due: facts::due(tx, &project)?,
            posts: store::progress_posts(tx, id, NEWEST_POSTS, 0)?,
            posts_count: store::progress_count(tx, id)?,
            disclosures: store::disclosures(tx, id)?,
            payouts: store::public_payouts(tx, id, NEWEST_ROWS)?,
            expenses: store::public_expenses(tx, id, NEWEST_ROWS)?,
            reversals: store::reversals::public(tx, id, NEWEST_ROWS)?,
            gifts: store::recent_gifts(tx, id, NEWEST_GIFTS)?,
            things: store::public_things(tx, id, NEWEST_GIFTS)?,
            plan: store::find_plan(tx, &project)?,
            papers,
            notes: store::cost_notes(tx, id)?,
            grace_days: rules::FILING_GRACE_DAYS.get(tx)?,
            decisions: store::decisions(tx, id)?,
            notices: store::notices(tx, id, 5)?,
            redirects: store::redirects(tx, id)?.into_iter().filter(|r| r.state.is_public()).collect(),
            has_closing_report: store::last_closing_report(tx, id)?.is_some_and(|r| r.state == ReportState::Published),
            refunds: store::public_refunds(tx, id, NEWEST_ROWS)?,
            project,
        })
    })
}

pub fn project(cx: &Cx) -> Outcome {
    let view = load(cx)?;
    let p = &view.project;
    let (title, summary) = (cx.either(&p.title, &p.english_title), cx.either(&p.summary, &p.english_summary));
    let path = format!("/projects/{}", p.id);
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(cx.t(p.field.key()), format!("/projects?field={}", p.field.word()))], title))
        (ui::project_banner(p.field.look(), u64::try_from(p.id).unwrap_or(0), "", ""))
        (ui::heading(title, Some(summary)))
        p.row {
            (state_badge(cx, p.state)) " "
            span { (view.place.name) } " "
            (view.place.badges(cx))
        }
        // On a phone the notice itself comes after everything else, so its essence stands here (慈善法 art. 25).
        p.help {
            (cx.t("project-recipient")) " " (organisation_name(cx, &view.parties.recipient))
            " · " (cx.t("project-filing-number")) " " (p.filing_number)
            @for c in view.certificates.iter().filter(|c| c.kind == CertificateKind::PublicFundraising) {
                " · " (cx.t("project-certificate-fundraising")) " " (c.number)
            }
            " · " (ui::Link::new(cx.t("project-plan-read"), "#plan"))
        }
        (super::platform::line(cx, p.id)?)
        (ui::columns(main_column(cx, &view), side_column(cx, &view)))
        (giving(cx, &view))
    };
    Ok(cx.page(PageParts {
        title,
        description: summary,
        canonical: Some(&path),
        json_ld: Some(described(cx, &view, &path)),
        body,
        ..PageParts::default()
    }))
}

/// First what it is for, what was done and where the money is; the filed plan, which the law wants public, is one link from the top.
fn main_column(cx: &Cx, view: &PublicView) -> Markup {
    let p = &view.project;
    let steps = format!("/projects/{}/progress", p.id);
    let versions = ui::Link::new(cx.t("project-versions"), format!("/projects/{}/versions", p.id));
    let more = (view.posts_count > NEWEST_POSTS)
        .then(|| ui::Link::new(cx.ta("project-progress-all", &[("count", view.posts_count.into())]), steps));
    html! {
        (hold_banner(cx, p, &view.decisions))
        (raised(cx, view))
        @if !view.notices.is_empty() { (ui::section(&cx.t("project-notices"), None, notice_list(cx, &view.notices))) }
        (unfiled(cx, p, view.grace_days))
        (leftovers(cx, view))
        (standing(cx, &view.due))
        (ui::section(&cx.t("project-story"), None, html! {
            (ui::definition_list(&[
                ui::Term::new(cx.t("project-object"), ui::text(&p.object)),
                ui::Term::new(cx.t("project-service"), ui::text(&p.service)),
            ]))
            (paragraphs(&p.story))
        }))
        (ui::section(&cx.t("project-progress"), more.as_ref(), html! {
            @if view.posts.is_empty() { p { (cx.t("project-progress-none")) } }
            @for item in &view.posts { (post(cx, p.id, item)) }
        }))
        (ui::section(&cx.t("project-money"), None, html! {
            (where_the_money_is(cx, &view.total, &view.lines))
            (cost_table(cx, &view.lines))
            @for kind in rules::above_plan(&view.lines) {
                (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), Some(&cx.t(kind.key())), html! {
                    p { (cx.t(if view.notes.is_empty() { "project-costs-above-silent" } else { "project-costs-above" })) }
                }))
            }
            @for note in &view.notes { (cost_note(cx, note)) }
        }))
        (ui::section(&cx.t("project-disclosures"), None, disclosure_table(cx, p.id, &view.disclosures)))
        (ui::section(&cx.t("project-payouts"), None, payout_table(cx, &view.payouts)))
        (ui::section(&cx.t("project-expenses"), None, expense_table(cx, p.id, &view.expenses)))
        @if !view.refunds.is_empty() { (ui::section(&cx.t("project-refunds"), None, refund_table(cx, &view.refunds))) }
        @if !view.reversals.is_empty() { (ui::section(&cx.t("project-reversals"), None, public_table(cx, &view.reversals))) }
        (ui::section(&cx.t("project-recent-gifts"), None, gift_list(cx, &view.gifts)))
        @if !view.things.is_empty() { (ui::section(&cx.t("project-things"), None, things_table(cx, &view.things))) }
        div #plan {
            (ui::section(&cx.t("project-plan"), Some(&versions), html! {
                p { (cx.t("project-plan-public")) }
                (super::plan::terms(cx, &view.plan))
                (papers(cx, &view.papers))
            }))
        }
    }
}

/// 慈善法 art. 58 and 令81号: what is left is decided within three months after the end, and everyone sees whether it was.
fn leftovers(cx: &Cx, view: &PublicView) -> Markup {
    let p = &view.project;
    let left_fen = view.total.in_account_fen();
    let due_day = p.closed_at.map(|at| add_months(day_of(at), 3));
    html! {
        @if view.has_closing_report { p { (ui::Link::new(cx.t("project-closing-report"), format!("/projects/{}/closing-report", p.id))) } }
        @if let Some(due_day) = due_day.filter(|_| left_fen > 0) {
            @let late = day_of(cx.now) > due_day;
            @let amount = show::money(left_fen);
            (ui::notice(if late { ui::Tone::Bad } else { ui::Tone::Info }, &cx.t(if late { "project-word-overdue" } else { "project-word-note" }), Some(&cx.t("project-leftovers")), html! {
                p {
                    @if late { (cx.ta("project-leftovers-late", &[("amount", amount.into())])) }
                    @else { (cx.ta("project-leftovers-due", &[("amount", amount.into()), ("day", crate::kernel::civil::day_text(due_day).into())])) }
                }
            }))
        }
        @if !view.redirects.is_empty() { (ui::section(&cx.t("project-leftovers"), None, redirect_list(cx, p.id, &view.redirects))) }
    }
}

/// The papers that are for everyone.
fn papers(cx: &Cx, papers: &[(PaperKind, File)]) -> Markup {
    html! {
        @for kind in PaperKind::ALL {
            @let own: Vec<File> = papers.iter().filter(|(k, _)| *k == kind).map(|(_, f)| f.clone()).collect();
            @if !own.is_empty() { p { b { (cx.t(kind.key())) } } (files::attachments(cx, &own)) }
        }
    }
}

fn raised(cx: &Cx, view: &PublicView) -> Markup {
    let total = &view.total;
    html! {
        (ui::progress_bar(&progress(cx, total.raised_fen(), view.project.goal_fen)))
        p { (cx.ta("project-gifts", &[("count", total.all_gifts().into()), ("number", show::count(total.all_gifts()).into())])) }
        @if total.refunded_fen > 0 {
            p { (cx.ta("project-given-back", &[("given", show::money(total.gifts_fen + total.offline_fen).into()), ("returned", show::money(total.refunded_fen).into())])) }
        }
        (show::as_of(cx))
        @if let Some(refusal) = &view.refused {
            @let (sentence, next) = refusal_text(cx, refusal);
            (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), Some(&sentence), html! { p { (next) } }))
        }
    }
}

fn side_column(cx: &Cx, view: &PublicView) -> Markup {
    html! {
        (ui::card(Some(&cx.t("project-filing")), filing(cx, view)))
        (ui::card(Some(&cx.t("project-parties")), parties_list(cx, &view.parties)))
        (ui::card(Some(&cx.t("project-life")), html! {
            (life(cx, &view.project, &view.due))
            p { (ui::Link::new(cx.t("project-life-all"), format!("/projects/{}/steps", view.project.id))) }
            p { (ui::Link::new(cx.t("disclosure-kept"), format!("/projects/{}/clocks", view.project.id))) }
            p { (ui::Link::new(cx.t("disclosure-record"), format!("/projects/{}/record", view.project.id))) }
        }))
        (complaint(cx, view.project.id, &view.parties.recipient))
        (ui::card(Some(&cx.t("project-before-giving")), html! {
            // 个人求助网络服务平台管理办法 (2024-09-05) keeps the two apart; art. 40 of the 慈善法 forbids what the second says.
            p { (cx.t("project-not-personal-help")) }
            @if view.plan.declared { p { (cx.t("project-declaration")) } }
            p { (cx.t("project-ask-about-use")) }
        }))
    }
}

/// 慈善法 art. 25: full name, credit code, certificates, filing, contact and how to check them, in a prominent place.
fn filing(cx: &Cx, view: &PublicView) -> Markup {
    let recipient = &view.parties.recipient;
    let copyable = |label: &str, value: &str| ui::copyable(label, value, &cx.t("project-copy"), &cx.t("project-copied"));
    let mut terms = vec![
        ui::Term::new(cx.t("project-filing-number"), copyable(&cx.t("project-filing-number"), &view.project.filing_number)),
        ui::Term::new(cx.t("project-recipient"), ui::text(&recipient.name)),
        ui::Term::new(cx.t("project-credit-code"), copyable(&cx.t("project-credit-code"), &recipient.credit_code)),
    ];
    for certificate in &view.certificates {
        let key = match certificate.kind {
            CertificateKind::Registration => "project-certificate-registration",
            CertificateKind::PublicFundraising => "project-certificate-fundraising",
        };
        terms.push(ui::Term::new(cx.t(key), ui::text(&certificate.number)));
    }
    terms.push(ui::Term::new(
        cx.t("project-window"),
        html! { (show::day(view.project.starts_day)) " – " (show::day(view.project.ends_day)) },
    ));
    terms.push(ui::Term::new(cx.t("project-contact"), ui::text(&recipient.contact)));
    html! {
        (ui::definition_list(&terms))
        @if !view.certificates.iter().any(|c| c.kind == CertificateKind::PublicFundraising) {
            (ui::badge(ui::Tone::Warn, &cx.t("project-certificate-none")))
        }
        p.help { (cx.t("project-filing-check")) " " (ui::Link::new(cx.t("project-filing-check-link"), CISHAN)) }
    }
}

/// The one thing to do here, while it can be done.
fn giving(cx: &Cx, view: &PublicView) -> Markup {
    html! {
        @if view.refused.is_none() {
            (ui::action_bar(ui::link_button(ui::ButtonKind::Give, &cx.t("project-give"), &format!("/projects/{}/gift", view.project.id))))
        }
    }
}

/// schema.org: that one can give, to whom, and how far it is.
fn described(cx: &Cx, view: &PublicView, path: &str) -> serde_json::Value {
    let p = &view.project;
    let organisation = |o: &organisations::Organisation| {
        serde_json::json!({
            "@type": "NGO", "name": o.name, "alternateName": o.english_name, "identifier": o.credit_code,
            "url": format!("{}/organisations/{}", cx.app.base_url, o.id),
        })
    };
    serde_json::json!({
        "@context": "https://schema.org",
        "@type": "DonateAction",
        "name": p.title,
        "alternateName": p.english_title,
        "description": cx.either(&p.summary, &p.english_summary),
        "url": format!("{}{path}", cx.app.base_url),
        "identifier": p.filing_number,
        "recipient": organisation(&view.parties.recipient),
        "participant": [organisation(&view.parties.launcher), organisation(&view.parties.implementer)],
        "location": { "@type": "Place", "name": view.place.name },
        "startTime": crate::kernel::civil::day_text(p.starts_day),
        "endTime": crate::kernel::civil::day_text(p.ends_day),
    })
}
