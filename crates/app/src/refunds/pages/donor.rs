//! The donor's side: asking for a gift back, bringing papers, reading what was decided, and asking the operator to look again.

use maud::{Markup, html};

use crate::files;
use crate::giving::{self, actions as gifts};
use crate::kernel::civil::day_of;
use crate::kernel::{Id, Refusal, Trouble};
use crate::settlement::refunds as channel;
use crate::web::{Cx, Outcome, PageParts, parse_id, show};

use super::super::model::{Case, Filed, OpenedBy, State, Step};
use super::super::rules::Clocks;
use super::super::{actions, rules, store};
use super::{
    Saying, asked, asking, clocks, missing_notice, new_paper, opened_on, outcome, paper_form, paper_list, press, reason_words,
    refused_notice, state_badge, story,
};

struct Shown {
    case: Case,
    steps: Vec<(Step, String)>,
    papers: Vec<Filed>,
    files: Vec<files::File>,
}

struct View {
    gift_id: Id,
    path: String,
    project: String,
    charity: String,
    amount_fen: i64,
    paid_at: i64,
    returned_fen: i64,
    left_fen: i64,
    clocks: Clocks,
    cases: Vec<Shown>,
}

/// The gift at the address, which must stand in the books: what never arrived cannot be given back.
fn load(cx: &Cx) -> Result<View, Trouble> {
    let gift = gifts::find(&cx.app, cx.id_param("id")?, cx.param("code"))?;
    let paid_at = gift.paid_at.ok_or_else(|| Refusal::conflict("refusal-refunds-not-paid"))?;
    let (cases, returned_fen, left_fen, clocks) = cx.app.db.read(|tx| -> Result<_, Trouble> {
        let mut cases = Vec::new();
        for case in store::of_gift(tx, gift.id)? {
            let papers = store::papers(tx, case.id)?;
            let ids: Vec<Id> = papers.iter().map(|p| p.file_id).collect();
            cases.push(Shown { steps: store::steps(tx, case.id)?, files: files::list(tx, &ids)?, papers, case });
        }
        let payment = store::payment_of_gift(tx, gift.id)?.ok_or_else(Refusal::not_found)?;
        let left_fen = store::unclaimed(tx, &payment.transaction_id, payment.total_fen)?;
        Ok((cases, channel::of_gift(tx, gift.id)?, left_fen, store::clocks(tx)?))
    })?;
    Ok(View {
        gift_id: gift.id,
        path: giving::gift_path(&cx.app, gift.id),
        project: cx.either(&gift.project_title, &gift.project_english_title).to_owned(),
        charity: cx.either(&gift.recipient_name, &gift.recipient_english_name).to_owned(),
        amount_fen: gift.amount_fen,
        paid_at,
        returned_fen,
        left_fen,
        clocks,
        cases,
    })
}

pub fn page(cx: &Cx) -> Outcome {
    render(cx, &load(cx)?, None)
}

/// `refused`: which form was refused (`0` the new case, otherwise a case), and why.
fn render(cx: &Cx, view: &View, refused: Option<(Id, &Refusal)>) -> Outcome {
    let title = cx.t("refunds-title");
    let of = |id: Id| refused.filter(|(case, _)| *case == id).map(|(_, r)| r);
    let fits = day_of(cx.now) <= rules::last_day(view.paid_at);
    let mut terms = vec![
        ui::Term::new(cx.t("refunds-project"), ui::text(&view.project)),
        ui::Term::new(cx.t("refunds-charity"), ui::text(&view.charity)),
        ui::Term::new(cx.t("refunds-gift-amount"), html! { (show::money(view.amount_fen)) " · " (show::instant(view.paid_at)) }),
    ];
    if view.returned_fen > 0 {
        terms.push(ui::Term::new(cx.t("refunds-returned-so-far"), ui::text(show::money(view.returned_fen))));
    }
    let body = html! {
        (ui::breadcrumbs(&cx.t("refunds-trail"), &[ui::Link::new(cx.t("refunds-to-gift"), view.path.as_str())], &title))
        (ui::heading(&title, Some(&cx.t("refunds-lead"))))
        (refused_notice(cx, refused.map(|(_, r)| r)))
        (ui::definition_list(&terms))
        @for shown in &view.cases { (case_part(cx, view, shown, of(shown.case.id))) }
        @if view.left_fen > 0 && fits {
            (ui::section(&cx.t(if view.cases.is_empty() { "refunds-ask" } else { "refunds-ask-more" }), None, html! {
                (good_to_know(cx, view.clocks))
                (ui::form(&ui::Form {
                    action: format!("{}/refund", view.path).into(),
                    body: html! {
                        (asking(cx, &rules::DONOR_REASONS, Some(view.left_fen), of(0)))
                        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("refunds-send"), None), Some(&ui::Link::new(cx.t("refunds-back"), view.path.as_str()))))
                    },
                    ..ui::Form::default()
                }))
            }))
        }
        @if !fits { (ui::notice(ui::Tone::Info, &cx.t("refunds-word-note"), None, html! { p { (cx.t("refunds-year-over")) } })) }
    };
    let status = refused.map_or(200, |(_, r)| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// The default statement, said kindly: a gift is for good, and when it is not (民法典 art. 658, 慈善法 art. 41).
fn good_to_know(cx: &Cx, clocks: Clocks) -> Markup {
    ui::notice(
        ui::Tone::Info,
        &cx.t("refunds-word-note"),
        Some(&cx.t("refunds-for-good")),
        html! {
            p { (cx.t("refunds-for-good-why")) }
            p { (cx.ta("refunds-for-good-clock", &[
                ("workdays", clocks.answer_workdays.into()), ("days", clocks.done_days.into())
            ])) }
        },
    )
}

fn case_part(cx: &Cx, view: &View, shown: &Shown, refused: Option<&Refusal>) -> Markup {
    let case = &shown.case;
    let at = |what: &str| format!("{}/refund/{}/{what}", view.path, case.id);
    let missing = if case.state == State::Applied { rules::missing(case, &shown.papers) } else { Vec::new() };
    let mut terms = vec![
        ui::Term::new(cx.t("refunds-state"), state_badge(cx, case.state)),
        ui::Term::new(cx.t("refunds-amount"), ui::text(show::money(case.amount_fen))),
        ui::Term::new(cx.t("refunds-reason"), ui::text(reason_words(cx, case.reason))),
    ];
    terms.extend(clocks(cx, case));
    if !case.decided_reason.is_empty() {
        terms.push(ui::Term::new(cx.t("refunds-why-not"), ui::text(&case.decided_reason)));
    }
    if !case.appeal.is_empty() {
        terms.push(ui::Term::new(cx.t("refunds-appeal"), ui::text(&case.appeal)));
    }
    let title = cx.ta("refunds-case-of", &[("number", case.id.to_string().into()), ("day", opened_on(case).into())]);
    ui::section(
        &title,
        None,
        html! {
            p { b { (cx.t(rules::next_step(case, !missing.is_empty(), &[]))) } }
            (missing_notice(cx, &missing))
            (ui::definition_list(&terms))
            (story(cx, &shown.steps, true))
            @if !case.state.is_over() && case.state != State::Found {
                (ui::card(Some(&cx.t("refunds-papers")), html! {
                    (paper_list(cx, &shown.papers, &shown.files))
                    (paper_form(cx, at("papers"), &missing, refused))
                }))
            }
            @if rules::withdraw(case).is_ok() && case.opened_by == OpenedBy::Donor {
                (press(cx, at("withdrawal"), "refunds-withdraw", ui::ButtonKind::Quiet))
            }
            @if rules::appeal(case, cx.now).is_ok() {
                (ui::card(Some(&cx.t("refunds-appeal-title")), Saying {
                    action: at("appeal"), field: "appeal", label: "refunds-appeal", help: "refunds-appeal-help", button: "refunds-appeal-send",
                    kind: ui::ButtonKind::Main, hidden: Vec::new(),
                }.show(cx, refused)))
            }
        },
    )
}

fn case_id(cx: &Cx) -> Result<Id, Refusal> {
    parse_id(cx.param("case")).ok_or_else(Refusal::not_found)
}

pub fn open(cx: &Cx) -> Outcome {
    let view = load(cx)?;
    let opened =
        asked(cx).map_err(Trouble::from).and_then(|asked| actions::open_for_donor(&cx.app, &cx.actor, view.gift_id, &asked, cx.now));
    outcome(cx, opened.map(|_| ()), format!("{}/refund?done=refunds-opened", view.path), |cx, r| render(cx, &view, Some((0, r))))
}

pub fn add_paper(cx: &Cx) -> Outcome {
    let (view, id) = (load(cx)?, case_id(cx)?);
    let done = new_paper(cx).map_err(Trouble::from).and_then(|paper| {
        cx.app.db.read(|tx| actions::donors_case(tx, view.gift_id, id))?;
        actions::add_paper(&cx.app, id, cx.actor.person_id().unwrap_or(0), true, &paper, cx.now)
    });
    outcome(cx, done, format!("{}/refund?done=refunds-paper", view.path), |cx, r| render(cx, &view, Some((id, r))))
}

pub fn withdraw(cx: &Cx) -> Outcome {
    let (view, id) = (load(cx)?, case_id(cx)?);
    let done = actions::withdraw(&cx.app, &cx.actor, view.gift_id, id, cx.now);
    outcome(cx, done, format!("{}/refund?done=refunds-withdrawn", view.path), |cx, r| render(cx, &view, Some((id, r))))
}

pub fn appeal(cx: &Cx) -> Outcome {
    let (view, id) = (load(cx)?, case_id(cx)?);
    let done = actions::appeal(&cx.app, &cx.actor, view.gift_id, id, cx.form("appeal"), cx.now);
    outcome(cx, done, format!("{}/refund?done=refunds-appealed", view.path), |cx, r| render(cx, &view, Some((id, r))))
}

/// `/me/refunds`: every case of my gifts.
pub fn mine(cx: &Cx) -> Outcome {
    let person_id = cx.person_id()?;
    let cases = cx.app.db.read(|tx| store::of_donor(tx, person_id))?;
    let title = cx.t("refunds-mine");
    let rows: Vec<ui::LinkRow> = cases
        .iter()
        .map(|case| ui::LinkRow {
            href: actions::donors_page(&cx.app, case).into(),
            title: format!("{} · {}", show::money(case.amount_fen), reason_words(cx, case.reason)).into(),
            note: cx.ta("refunds-case-of", &[("number", case.id.to_string().into()), ("day", opened_on(case).into())]).into(),
            aside: state_badge(cx, case.state),
        })
        .collect();
    let body = html! {
        (ui::heading(&title, Some(&cx.t("refunds-mine-lead"))))
        @if rows.is_empty() {
            (ui::empty_state(&cx.t("refunds-mine-none"), &cx.t("refunds-mine-none-why"), Some(&ui::Link::new(cx.t("refunds-my-gifts"), "/me/gifts"))))
        } @else { (ui::link_list(&rows)) }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}
