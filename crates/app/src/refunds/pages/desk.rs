//! The charity's desk: every case, and one case with what can be done now. An implementer sees the cases of its projects without the
//! donor's words and papers, and says what it knows.

use maud::{Markup, html};

use crate::files;
use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::settlement::refunds::{self as channel, ChannelRefund, RefundState};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, parse_id, show};

use super::super::model::{Case, Confirmed, Filed, OpenedBy, Paper, Party, State, Step};
use super::super::store::{self, Listed};
use super::super::{actions, rules};
use super::{
    Saying, asked, asking, clocks, missing_notice, new_paper, opened_on, outcome, paper_form, paper_list, press, reason_words,
    refused_notice, state_badge, story, until,
};

const PAGE: i64 = 50;

fn desk_id(cx: &Cx) -> Result<Id, Refusal> {
    actions::scope(&cx.actor).first().copied().ok_or_else(Refusal::forbidden)
}

/// `/desk/refunds`: open cases first, the oldest on top.
pub fn list(cx: &Cx) -> Outcome {
    let desk = desk_id(cx)?;
    let page = cx.query("page").parse::<i64>().unwrap_or(1).clamp(1, 10_000);
    // A number that is none finds nothing.
    let gift = if cx.query("gift").is_empty() { 0 } else { parse_id(cx.query("gift")).unwrap_or(-1) };
    let mut cases = cx.app.db.read(|tx| store::at_desk(tx, desk, gift, PAGE + 1, (page - 1) * PAGE))?;
    let more = cases.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    cases.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let title = cx.t("refunds-desk");
    let manages = !cx.actor.organisations_as(&[Role::Manager]).is_empty();
    let body = html! {
        (ui::breadcrumbs(&cx.t("refunds-trail"), &[ui::Link::new(cx.t("nav-desk"), "/desk")], &title))
        (ui::heading(&title, Some(&cx.t("refunds-desk-lead"))))
        @if manages { div.row { (ui::link_button(ui::ButtonKind::Main, &cx.t("refunds-new"), "/desk/refunds/new")) } }
        (ui::search_box(&ui::SearchBox {
            action: "/desk/refunds".into(), label: cx.t("refunds-find").into(), name: "gift".into(), value: cx.query("gift").into(),
            button: cx.t("refunds-find-button").into(), ..ui::SearchBox::default()
        }))
        @if cases.is_empty() {
            (ui::empty_state(&cx.t("refunds-none"), &cx.t("refunds-none-why"), None))
        } @else {
            (case_table(cx, &cases, "/desk/refunds", false))
            (pager(cx, "/desk/refunds", page, more))
            p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("refunds-csv"), "/desk/refunds.csv")) }
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn pager(cx: &Cx, path: &str, page: i64, more: bool) -> Markup {
    if page == 1 && !more {
        return html! {};
    }
    let link = |key: &str, to: i64| ui::Link::new(cx.t(key), format!("{path}?page={to}"));
    ui::pagination(&ui::Pagination {
        label: cx.t("refunds-pages").into(),
        previous: (page > 1).then(|| link("refunds-page-before", page - 1)),
        next: more.then(|| link("refunds-page-after", page + 1)),
        ..ui::Pagination::default()
    })
}

/// Cases with whose they are, how far they are, and by when.
pub fn case_table(cx: &Cx, cases: &[Listed], path: &str, with_charity: bool) -> Markup {
    let mut columns = vec![ui::Column::words(cx.t("refunds-number")), ui::Column::words(cx.t("refunds-project"))];
    if with_charity {
        columns.push(ui::Column::words(cx.t("refunds-charity")));
    }
    columns.extend([
        ui::Column::words(cx.t("refunds-reason")),
        ui::Column::number(cx.t("refunds-amount")),
        ui::Column::words(cx.t("refunds-state")),
        ui::Column::words(cx.t("refunds-due")),
    ]);
    let mut table = ui::Table::new(cx.t("refunds-desk"), columns);
    for listed in cases {
        let case = &listed.case;
        let project = if listed.project.is_empty() { cx.t("refunds-no-project") } else { listed.project.clone() };
        let due = if case.state.is_over() {
            html! {}
        } else {
            until(cx, case.next_due_at(), false)
        };
        let mut cells = vec![
            html! { (ui::Link::new(case.id.to_string(), format!("{path}/{}", case.id))) " " small { (opened_on(case)) } },
            ui::text(project),
        ];
        if with_charity {
            cells.push(ui::text(&listed.charity));
        }
        cells.extend([ui::text(reason_words(cx, case.reason)), ui::text(show::money(case.amount_fen)), state_badge(cx, case.state), due]);
        table.rows.push(cells);
    }
    ui::table(&table)
}

/// The same as a spreadsheet.
pub fn csv(cx: &Cx) -> Outcome {
    let desk = desk_id(cx)?;
    let cases = cx.app.db.read(|tx| store::at_desk(tx, desk, 0, i64::MAX, 0))?;
    let heads = ["refunds-number", "refunds-opened", "refunds-project", "refunds-reason", "refunds-amount", "refunds-state", "refunds-due"];
    let mut rows = vec![heads.map(|head| cx.t(head)).to_vec()];
    for listed in &cases {
        let case = &listed.case;
        rows.push(vec![
            case.id.to_string(),
            opened_on(case),
            listed.project.clone(),
            reason_words(cx, case.reason),
            money::Fen(case.amount_fen).yuan_text(),
            cx.t(&format!("refunds-state-{}", case.state.word().replace('_', "-"))),
            day_text(day_of(case.next_due_at() - 1)),
        ]);
    }
    Ok(Answer::csv("refunds.csv", &rows))
}

pub fn new(cx: &Cx) -> Outcome {
    new_page(cx, None)
}

fn new_page(cx: &Cx, refused: Option<&Refusal>) -> Outcome {
    cx.organisations_as(&[Role::Manager])?;
    let title = cx.t("refunds-new");
    let typed = if cx.form("gift").is_empty() { cx.query("gift") } else { cx.form("gift") };
    let body = html! {
        (ui::breadcrumbs(&cx.t("refunds-trail"), &[ui::Link::new(cx.t("nav-desk"), "/desk"), ui::Link::new(cx.t("refunds-desk"), "/desk/refunds")], &title))
        (ui::heading(&title, Some(&cx.t("refunds-new-lead"))))
        (refused_notice(cx, refused))
        (ui::form(&ui::Form {
            action: "/desk/refunds".into(),
            body: html! {
                (ui::input_field(&ui::Input {
                    name: "gift".into(), label: cx.t("refunds-gift-number").into(), help: cx.t("refunds-gift-number-help").into(), kind: ui::InputKind::Number,
                    value: typed.into(), error: field_error(cx, refused, "gift").into(), required: true, ..ui::Input::default()
                }))
                (asking(cx, &rules::CHARITY_REASONS, None, refused))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("refunds-open"), None), Some(&ui::Link::new(cx.t("refunds-back"), "/desk/refunds"))))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn open(cx: &Cx) -> Outcome {
    cx.organisations_as(&[Role::Manager])?;
    let opened = parse_id(cx.form("gift"))
        .ok_or_else(|| Refusal::input("gift", "refusal-refunds-gift"))
        .and_then(|gift| Ok((gift, asked(cx)?)))
        .map_err(Trouble::from)
        .and_then(|(gift, asked)| actions::open_for_charity(&cx.app, &cx.actor, gift, &asked, cx.now));
    match opened {
        Ok(id) => Ok(Answer::redirect(format!("/desk/refunds/{id}?done=refunds-case-opened"))),
        Err(Trouble::Refused(refusal)) => new_page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

/// One case with everything its page needs.
pub struct View {
    pub case: Case,
    pub project: String,
    pub charity: String,
    pub steps: Vec<(Step, String)>,
    pub papers: Vec<Filed>,
    pub files: Vec<files::File>,
    pub missing: Vec<Paper>,
    pub needed: Vec<Party>,
    pub confirmed: Vec<Confirmed>,
    pub refunds: Vec<ChannelRefund>,
}

impl View {
    pub fn of(cx: &Cx, find: impl Fn(&mut db::Tx) -> Result<Option<Case>, db::Fault>) -> Result<View, Trouble> {
        cx.app.db.read(|tx| {
            let case = find(tx)?.ok_or_else(Refusal::not_found)?;
            let papers = store::papers(tx, case.id)?;
            let ids: Vec<Id> = papers.iter().map(|p| p.file_id).collect();
            let project = crate::projects::find_public(tx, case.project_id)?;
            let charity = crate::organisations::find(tx, case.organisation_id)?;
            Ok(View {
                project: project.map(|p| cx.either(&p.title, &p.english_title).to_owned()).unwrap_or_default(),
                charity: charity.map(|o| cx.either(&o.name, &o.english_name).to_owned()).unwrap_or_default(),
                steps: store::steps(tx, case.id)?,
                files: files::list(tx, &ids)?,
                missing: if case.state == State::Applied { rules::missing(&case, &papers) } else { Vec::new() },
                needed: actions::needed(tx, &case)?,
                confirmed: store::confirmations(tx, case.id)?,
                refunds: channel::of_case(tx, case.id)?,
                papers,
                case,
            })
        })
    }

    pub fn outstanding(&self) -> Vec<Party> {
        rules::outstanding(&self.needed, &self.confirmed)
    }
}

fn load(cx: &Cx) -> Result<View, Trouble> {
    let (id, scope) = (cx.id_param("id")?, actions::scope(&cx.actor));
    View::of(cx, |tx| store::find_for(tx, id, &scope))
}

pub fn case(cx: &Cx) -> Outcome {
    case_page(cx, &load(cx)?, None)
}

fn case_page(cx: &Cx, view: &View, refused: Option<&Refusal>) -> Outcome {
    let case = &view.case;
    let own = cx.actor.holds(case.organisation_id, &Role::ALL);
    let title = cx.ta("refunds-case", &[("amount", show::money(case.amount_fen).into())]);
    let body = html! {
        (ui::breadcrumbs(&cx.t("refunds-trail"), &[ui::Link::new(cx.t("nav-desk"), "/desk"), ui::Link::new(cx.t("refunds-desk"), "/desk/refunds")], &title))
        (ui::heading(&title, Some(&reason_words(cx, case.reason))))
        (refused_notice(cx, refused))
        @if own { (cx.claim_banner(actions::THING, case.id)?) }
        (next(cx, view))
        @if own { (todo(cx, view, refused)) } @else { (implementers_word(cx, view, refused)) }
        (facts(cx, view, own))
        @if own { (papers(cx, view, refused)) }
        (ui::section(&cx.t("refunds-story"), None, html! {
            @if own { (story(cx, &view.steps, false)) } @else { p { (cx.t("refunds-implementer-story")) } }
        }))
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// Whose turn it is.
pub fn next(cx: &Cx, view: &View) -> Markup {
    let key = rules::next_step(&view.case, !view.missing.is_empty(), &view.outstanding());
    let tone = match view.case.state {
        State::Returned => ui::Tone::Good,
        State::Stuck | State::Found | State::Appealed => ui::Tone::Warn,
        _ => ui::Tone::Info,
    };
    html! {
        (ui::notice(tone, &cx.t("refunds-word-next"), Some(&cx.t(key)), html! {}))
        (missing_notice(cx, &view.missing))
    }
}

/// What the case is about. Whoever is not its charity or the operator does not read the donor's words.
pub fn facts(cx: &Cx, view: &View, own: bool) -> Markup {
    let case = &view.case;
    let opened = cx.t(&format!("refunds-opened-by-{}", case.opened_by.word()));
    let mut terms = vec![
        ui::Term::new(cx.t("refunds-state"), state_badge(cx, case.state)),
        ui::Term::new(cx.t("refunds-amount"), html! { (show::money(case.amount_fen)) " / " (show::money(case.total_fen)) }),
        ui::Term::new(cx.t("refunds-opened"), html! { (opened) " · " (show::instant(case.opened_at)) }),
    ];
    terms.extend(clocks(cx, case));
    terms.push(ui::Term::new(cx.t("refunds-charity"), ui::text(&view.charity)));
    if !view.project.is_empty() {
        terms.push(ui::Term::new(
            cx.t("refunds-project"),
            html! { (ui::Link::new(view.project.as_str(), format!("/projects/{}", case.project_id))) },
        ));
    }
    if own {
        terms.push(ui::Term::new(
            cx.t(if case.gift_id == 0 { "refunds-order-number" } else { "refunds-gift-number" }),
            ui::text(&case.out_trade_no),
        ));
        terms.push(ui::Term::new(cx.t("refunds-transaction"), ui::text(&case.transaction_id)));
        terms.push(ui::Term::new(cx.t("refunds-paid"), show::instant(case.paid_at)));
        if !case.statement.is_empty() {
            terms.push(ui::Term::new(cx.t("refunds-statement"), ui::text(&case.statement)));
        }
    }
    if !case.decided_reason.is_empty() {
        terms.push(ui::Term::new(cx.t("refunds-why-not"), ui::text(&case.decided_reason)));
    }
    if !case.appeal.is_empty() && own {
        terms.push(ui::Term::new(cx.t("refunds-appeal"), ui::text(&case.appeal)));
    }
    html! {
        (ui::section(&cx.t("refunds-facts"), None, html! {
            (ui::definition_list(&terms))
            @if case.gift_id == 0 { p.help { (cx.t("refunds-outside-books")) } }
        }))
        @if !view.refunds.is_empty() && own { (ui::section(&cx.t("refunds-at-channel"), None, at_channel(cx, &view.refunds))) }
    }
}

fn at_channel(cx: &Cx, refunds: &[ChannelRefund]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("refunds-at-channel"),
        vec![
            ui::Column::words(cx.t("refunds-refund-number")),
            ui::Column::words(cx.t("refunds-state")),
            ui::Column::words(cx.t("refunds-channel-says")),
            ui::Column::words(cx.t("refunds-ended")),
        ],
    );
    for refund in refunds {
        let state = cx.t(&format!("refunds-channel-{}", refund.state.word()));
        let says = match refund.detail.as_str() {
            "" => String::new(),
            "NOT_ENOUGH" => cx.t("refunds-says-not-enough"),
            "unknown" => cx.t("refunds-says-unknown"),
            "differs" => cx.t("refunds-says-differs"),
            code => code.to_owned(),
        };
        table.row(&[&refund.out_refund_no, &state, &says, &refund.ended_at.map(show::instant).unwrap_or_default()]);
    }
    ui::table(&table)
}

fn papers(cx: &Cx, view: &View, refused: Option<&Refusal>) -> Markup {
    let case = &view.case;
    ui::section(
        &cx.t("refunds-papers"),
        None,
        html! {
            (paper_list(cx, &view.papers, &view.files))
            @if !case.state.is_over() && cx.actor.holds(case.organisation_id, &[Role::Manager]) {
                (paper_form(cx, format!("/desk/refunds/{}/papers", case.id), &view.missing, refused))
            }
        },
    )
}

/// What this person can do now.
fn todo(cx: &Cx, view: &View, refused: Option<&Refusal>) -> Markup {
    let case = &view.case;
    let at = |what: &str| format!("/desk/refunds/{}/{what}", case.id);
    let holds = |roles: &[Role]| cx.actor.holds(case.organisation_id, roles);
    let (manages, decides) = (holds(&[Role::Manager]), holds(&[Role::Finance, Role::Approver]));
    let say = |what: &str, field, label, help, button, kind| {
        Saying { action: at(what), field, label, help, button, kind, hidden: Vec::new() }.show(cx, refused)
    };
    let me = cx.actor.person_id().unwrap_or(0);
    let closed = view.refunds.last().is_some_and(|r| r.state == RefundState::Closed);
    html! {
        @if manages && case.state == State::Applied && view.missing.is_empty() {
            (press(cx, at("examination"), "refunds-examine", ui::ButtonKind::Main))
        }
        @if manages && case.state == State::Examined && view.outstanding().is_empty() {
            (ui::card(Some(&cx.t("refunds-request-title")), say("request", "note", "refunds-request-note", "refunds-request-help", "refunds-request", ui::ButtonKind::Main)))
        }
        @if decides && matches!(case.state, State::Requested | State::ApprovedOnce) {
            @match rules::approve(case, me) {
                Ok(_) => {
                    // What a colleague has checked, and what the donor says, stand above the button by which it is agreed to.
                    @for (step, name) in view.steps.iter().filter(|(step, _)| step.step == "requested") {
                        (ui::card(Some(&cx.t("refunds-request-note")), html! { p { (step.note) } p.help { (name) " · " (show::instant(step.at)) } }))
                    }
                    @if !case.statement.is_empty() { (ui::card(Some(&cx.t("refunds-statement")), html! { p { (case.statement) } })) }
                    (press(cx, at("approval"), "refunds-approve", ui::ButtonKind::Main))
                }
                Err(refusal) => (ui::notice(ui::Tone::Info, &cx.t("refunds-word-note"), Some(&crate::web::refusal_text(cx, &refusal).0), html! {})),
            }
        }
        @if decides && case.state == State::Stuck && closed { (press(cx, at("retry"), "refunds-retry", ui::ButtonKind::Main)) }
        @if case.state == State::Sending || (case.state == State::Stuck && !closed) { (press(cx, at("query"), "refunds-query", ui::ButtonKind::Quiet)) }
        @if decides && case.state == State::Found {
            (ui::card(Some(&cx.t("refunds-posting-title")), say("posting", "note", "refunds-posting-note", "refunds-posting-help", "refunds-posting", ui::ButtonKind::Main)))
        }
        @if manages && case.opened_by == OpenedBy::Donor && case.state.is_undecided() {
            (ui::card(Some(&cx.t("refunds-question-title")), say("question", "question", "refunds-question", "refunds-question-help", "refunds-question-send", ui::ButtonKind::Quiet)))
        }
        @if rules::refuse(case).is_ok() && (case.state != State::Stuck || closed) {
            (ui::card(Some(&cx.t("refunds-refuse-title")), say("refusal", "reason", "refunds-refuse-reason", "refunds-refuse-help", "refunds-refuse", ui::ButtonKind::Danger)))
        }
    }
}

fn implementers_word(cx: &Cx, view: &View, refused: Option<&Refusal>) -> Markup {
    let open = view.outstanding().contains(&Party::Implementer) && matches!(view.case.state, State::Applied | State::Examined);
    html! {
        p { (cx.t("refunds-implementer-lead")) }
        @if open && !cx.actor.organisations_as(&[Role::Manager]).is_empty() {
            (ui::card(Some(&cx.t("refunds-confirm-title")), Saying {
                action: format!("/desk/refunds/{}/confirmation", view.case.id), field: "note", label: "refunds-confirm-note", help: "refunds-confirm-help",
                button: "refunds-confirm", kind: ui::ButtonKind::Main, hidden: Vec::new(),
            }.show(cx, refused)))
        }
    }
}

/// Done, and back to the case; or the case with what was refused.
fn act(cx: &Cx, done: Result<(), Trouble>, word: &str) -> Outcome {
    let id = cx.id_param("id")?;
    outcome(cx, done, format!("/desk/refunds/{id}?{word}"), |cx, refusal| case_page(cx, &load(cx)?, Some(refusal)))
}

pub fn add_paper(cx: &Cx) -> Outcome {
    let (view, person_id) = (load(cx)?, cx.person_id()?);
    if !cx.actor.holds(view.case.organisation_id, &[Role::Manager]) {
        return Err(Refusal::forbidden().into());
    }
    let done =
        new_paper(cx).map_err(Trouble::from).and_then(|paper| actions::add_paper(&cx.app, view.case.id, person_id, false, &paper, cx.now));
    act(cx, done, "done=refunds-paper")
}

pub fn examine(cx: &Cx) -> Outcome {
    act(cx, actions::examine(&cx.app, &cx.actor, cx.id_param("id")?, cx.now), "done=refunds-examined")
}

pub fn ask_donor(cx: &Cx) -> Outcome {
    act(cx, actions::ask_donor(&cx.app, &cx.actor, cx.id_param("id")?, cx.form("question"), cx.now), "done=refunds-asked")
}

pub fn confirm(cx: &Cx) -> Outcome {
    let done = actions::confirm(&cx.app, &cx.actor, cx.id_param("id")?, Party::Implementer, cx.form("note"), cx.now);
    act(cx, done, "done=refunds-confirmed")
}

pub fn request(cx: &Cx) -> Outcome {
    act(cx, actions::request(&cx.app, &cx.actor, cx.id_param("id")?, cx.form("note"), cx.now), "done=refunds-requested")
}

pub fn approve(cx: &Cx) -> Outcome {
    act(cx, actions::approve(&cx.app, &cx.actor, cx.id_param("id")?, cx.now), "done=refunds-agreed")
}

pub fn refuse(cx: &Cx) -> Outcome {
    act(cx, actions::refuse(&cx.app, &cx.actor, cx.id_param("id")?, cx.form("reason"), cx.now), "done=refunds-no")
}

pub fn try_again(cx: &Cx) -> Outcome {
    act(cx, actions::try_again(&cx.app, &cx.actor, cx.id_param("id")?, cx.now), "done=refunds-again")
}

pub fn ask_channel(cx: &Cx) -> Outcome {
    act(cx, actions::ask_channel_again(&cx.app, &cx.actor, cx.id_param("id")?, cx.now), "done=refunds-query")
}

pub fn post_found(cx: &Cx) -> Outcome {
    act(cx, actions::post_found(&cx.app, &cx.actor, cx.id_param("id")?, cx.form("note"), cx.now), "done=refunds-posted")
}
