//! Appeals as every side sees them: `/desk/appeals` of an organisation, `/me/appeals` of a person, `/operator/appeals` of those
//! who judge.

use maud::{Markup, html};

use crate::kernel::{Concerned, Decision, Id, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, parse_id, show};
use crate::{giving, refunds};

use super::super::appeals::{self, Appeal, Judging};

/// From where somebody looks: an organisation's desk, or a person's own page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Desk,
    Me,
}

impl Side {
    fn root(self) -> &'static str {
        match self {
            Side::Desk => "/desk",
            Side::Me => "/me",
        }
    }

    fn whom(self, cx: &Cx) -> Result<Vec<Concerned>, Refusal> {
        match self {
            Side::Desk => Ok(cx.organisations_as(&Role::ALL)?.into_iter().map(Concerned::Organisation).collect()),
            Side::Me => Ok(vec![Concerned::Person(cx.person_id()?)]),
        }
    }
}

/// What was decided, as `title` and `thing` tell it.
fn called(cx: &Cx, thing: &str, title: &str) -> String {
    let kind = cx.t(&format!("appeal-thing-{thing}"));
    if title.is_empty() { kind } else { cx.ta("appeal-about", &[("kind", kind.into()), ("title", title.to_owned().into())]) }
}

fn state(cx: &Cx, appeal: &Appeal) -> Markup {
    match &appeal.outcome {
        None if crate::kernel::civil::day_of(cx.now) > appeal.due_day => ui::badge(ui::Tone::Bad, &cx.t("operations-late")),
        None => ui::badge(ui::Tone::Info, &cx.t("appeal-open")),
        Some(outcome) if outcome.upheld => ui::badge(ui::Tone::Good, &cx.t("appeal-upheld")),
        Some(_) => ui::badge(ui::Tone::Plain, &cx.t("appeal-confirmed")),
    }
}

fn rows(cx: &Cx, desk: &str, all: &[Appeal]) -> Markup {
    let row = |appeal: &Appeal| ui::LinkRow {
        href: format!("{desk}/appeals/{}", appeal.id).into(),
        title: called(cx, &appeal.thing, &appeal.title).into(),
        note: cx.ta("appeal-made", &[("time", show::minute(appeal.made_at).into())]).into(),
        aside: state(cx, appeal),
    };
    ui::link_list(&all.iter().map(row).collect::<Vec<_>>())
}

/// What both sides read: the decision, the appeal, the answer.
fn story(cx: &Cx, appeal: &Appeal) -> Markup {
    html! {
        p { (state(cx, appeal)) }
        (ui::card(Some(&cx.t("appeal-decision")), html! { p { (show::instant(appeal.decided_at)) } p { (appeal.decision) } }))
        (ui::card(Some(&cx.t("appeal-statement")), html! { p { (show::instant(appeal.made_at)) } p { (appeal.statement) } }))
        @match &appeal.outcome {
            Some(outcome) => (ui::card(Some(&cx.t("appeal-answer")), html! {
                p { (show::instant(outcome.at)) }
                p { (outcome.reason) }
                @if outcome.upheld {
                    @let follows = if outcome.carried_out { format!("appeal-follows-{}", appeal.thing) } else { "appeal-follows-nothing".to_owned() };
                    p { (cx.t(&follows)) }
                }
            })),
            None => { p { (cx.t("appeal-due")) " " (show::day(appeal.due_day)) } },
        }
    }
}

fn trail(cx: &Cx, root: &'static str, title: &str, inner: bool) -> Markup {
    let mut steps = vec![match root {
        "/desk" => ui::Link::new(cx.t("nav-desk"), root),
        "/me" => ui::Link::new(cx.t("account"), root),
        _ => ui::Link::new(cx.t("nav-operator"), root),
    }];
    if inner {
        steps.push(ui::Link::new(cx.t("appeal-title"), format!("{root}/appeals")));
    }
    ui::breadcrumbs(&cx.t("operations-trail"), &steps, title)
}

pub fn desk_list(cx: &Cx) -> Outcome {
    list(cx, Side::Desk)
}

pub fn my_list(cx: &Cx) -> Outcome {
    list(cx, Side::Me)
}

fn list(cx: &Cx, side: Side) -> Outcome {
    let (whom, root) = (side.whom(cx)?, side.root());
    let (open, made, refunds) = cx.app.db.read(|tx| {
        let mut refunds = Vec::new();
        for concerned in &whom {
            if let Concerned::Person(id) = concerned {
                refunds.extend(refunds::refused_of(tx, *id, cx.now)?);
            }
        }
        Ok::<_, db::Fault>((appeals::open_to_appeal(tx, &whom, cx.now)?, appeals::made_by(tx, &whom)?, refunds))
    })?;
    let title = cx.t("appeal-title");
    let mut decided: Vec<ui::LinkRow> = open
        .iter()
        .map(|d| ui::LinkRow {
            href: format!("{root}/appeals/new?thing={}&id={}", d.thing, d.thing_id).into(),
            title: called(cx, d.thing, &d.title).into(),
            note: d.reason.chars().take(80).collect::<String>().into(),
            aside: ui::text(show::minute(d.decided_at)),
        })
        .collect();
    decided.extend(refunds.iter().map(|r| ui::LinkRow {
        href: format!("{}/refund", giving::gift_path(&cx.app, r.gift_id)).into(),
        title: cx.ta("appeal-about", &[("kind", cx.t("appeal-refund").into()), ("title", show::money(r.amount_fen).into())]).into(),
        note: r.reason.chars().take(80).collect::<String>().into(),
        aside: ui::text(show::minute(r.refused_at)),
    }));
    let (lead, ours, none) = match side {
        Side::Desk => ("appeal-lead", "appeal-ours", "appeal-ours-none"),
        Side::Me => ("appeal-my-lead", "appeal-mine", "appeal-mine-none"),
    };
    let body = html! {
        (trail(cx, root, &title, false))
        (ui::heading(&title, Some(&cx.t(lead))))
        (ui::section(&cx.t("appeal-can"), None, html! {
            @if decided.is_empty() { p { (cx.t("appeal-can-none")) } } @else { (ui::link_list(&decided)) }
        }))
        (ui::section(&cx.t(ours), None, html! {
            @if made.is_empty() { p { (cx.t(none)) } } @else { (rows(cx, root, &made)) }
        }))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn desk_new(cx: &Cx) -> Outcome {
    form(cx, Side::Desk, cx.query("thing"), cx.query("id"), None)
}

pub fn my_new(cx: &Cx) -> Outcome {
    form(cx, Side::Me, cx.query("thing"), cx.query("id"), None)
}

fn form(cx: &Cx, side: Side, thing: &str, id: &str, refused: Option<&Refusal>) -> Outcome {
    let (whom, root) = (side.whom(cx)?, side.root());
    let open = cx.app.db.read(|tx| appeals::open_to_appeal(tx, &whom, cx.now))?;
    let asked = parse_id(id);
    let Some(Decision { title: about, reason, decided_at, .. }) = open.into_iter().find(|d| d.thing == thing && Some(d.thing_id) == asked)
    else {
        return Ok(Answer::redirect(format!("{root}/appeals")));
    };
    let title = cx.t("appeal-new");
    let body = html! {
        (trail(cx, root, &title, true))
        (ui::heading(&title, Some(&called(cx, thing, &about))))
        (ui::card(Some(&cx.t("appeal-decision")), html! { p { (show::instant(decided_at)) } p { (reason) } }))
        (ui::form(&ui::Form {
            action: format!("{root}/appeals").into(),
            hidden: vec![("thing".into(), thing.to_owned().into()), ("id".into(), id.to_owned().into())],
            body: html! {
                (text(cx, "statement", "appeal-why", "appeal-why-help", refused))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("appeal-make"), None), Some(&ui::Link::new(cx.t("appeal-title"), format!("{root}/appeals")))))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn text(cx: &Cx, name: &'static str, label: &str, help: &str, refused: Option<&Refusal>) -> Markup {
    ui::textarea_field(&ui::TextArea {
        name: name.into(),
        label: cx.t(label).into(),
        help: cx.t(help).into(),
        value: cx.form(name).to_owned().into(),
        error: field_error(cx, refused, name).into(),
        required: true,
        ..ui::TextArea::default()
    })
}

pub fn desk_make(cx: &Cx) -> Outcome {
    make(cx, Side::Desk)
}

pub fn my_make(cx: &Cx) -> Outcome {
    make(cx, Side::Me)
}

fn make(cx: &Cx, side: Side) -> Outcome {
    let (whom, root) = (side.whom(cx)?, side.root());
    let (by, id, now) = (cx.person_id()?, cx.app.new_id(), cx.now);
    let (thing, thing_id) = (cx.form("thing"), parse_id(cx.form("id")).ok_or_else(|| Refusal::input("id", "refusal-appeal-nothing"))?);
    let statement = cx.form("statement");
    match cx.app.db.write(|tx| appeals::make(tx, id, (thing, thing_id), &whom, by, statement, now)) {
        Ok(()) => Ok(Answer::redirect(format!("{root}/appeals/{id}?done=appeal-made"))),
        Err(Trouble::Refused(refusal)) if refusal.status == 422 => form(cx, side, thing, cx.form("id"), Some(&refusal)),
        Err(other) => Err(other),
    }
}

pub fn desk_one(cx: &Cx) -> Outcome {
    one(cx, Side::Desk)
}

pub fn my_one(cx: &Cx) -> Outcome {
    one(cx, Side::Me)
}

fn one(cx: &Cx, side: Side) -> Outcome {
    let (id, whom) = (cx.id_param("id")?, side.whom(cx)?);
    let appeal = cx.app.db.read(|tx| appeals::find_for(tx, id, &whom))?.ok_or_else(Refusal::not_found)?;
    let title = called(cx, &appeal.thing, &appeal.title);
    let body = html! { (trail(cx, side.root(), &title, true)) (ui::heading(&title, None)) (story(cx, &appeal)) };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn operator_list(cx: &Cx) -> Outcome {
    let all = cx.app.db.read(appeals::all)?;
    let title = cx.t("appeal-title");
    let body = html! {
        (trail(cx, "/operator", &title, false))
        (ui::heading(&title, Some(&cx.t("appeal-operator-lead"))))
        @if all.is_empty() { (ui::empty_state(&cx.t("appeal-none"), &cx.t("appeal-none-why"), None)) } @else { (rows(cx, "/operator", &all)) }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn operator_one(cx: &Cx) -> Outcome {
    judging(cx, cx.id_param("id")?, None)
}

fn judging(cx: &Cx, id: Id, refused: Option<&Refusal>) -> Outcome {
    let appeal = cx.app.db.read(|tx| appeals::find(tx, id))?.ok_or_else(Refusal::not_found)?;
    let me = cx.person_id()?;
    let own = appeal.is_own(me, &cx.actor);
    let title = called(cx, &appeal.thing, &appeal.title);
    let body = html! {
        (trail(cx, "/operator", &title, true))
        (ui::heading(&title, None))
        (story(cx, &appeal))
        @if appeal.outcome.is_none() && own {
            (ui::notice(ui::Tone::Info, &cx.t("appeal-not-you"), None, html! { p { (cx.t("refusal-appeal-own")) } }))
        }
        @if appeal.outcome.is_none() && !own {
            (cx.claim_banner("appeal", id)?)
            (ui::form(&ui::Form {
                action: format!("/operator/appeals/{id}").into(),
                body: html! {
                    p.help { (cx.t(&format!("appeal-upholding-{}", appeal.thing))) }
                    (text(cx, "reason", "appeal-reason", "appeal-reason-help", refused))
                    (ui::submit_row(html! {
                        (ui::button(ui::ButtonKind::Main, &cx.t("appeal-uphold"), Some(("do", "uphold"))))
                        (ui::button(ui::ButtonKind::Quiet, &cx.t("appeal-confirm"), Some(("do", "confirm"))))
                    }, None))
                },
                ..ui::Form::default()
            }))
        }
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn judge(cx: &Cx) -> Outcome {
    let (id, now) = (cx.id_param("id")?, cx.now);
    let upheld = match cx.form("do") {
        "uphold" => true,
        "confirm" => false,
        _ => return Err(Refusal::input("do", "refusal-appeal-outcome").into()),
    };
    let new_id = || cx.app.new_id();
    let judged = Judging { upheld, reason: cx.form("reason"), notice_id: new_id(), ids: [new_id(), new_id(), new_id(), new_id()] };
    match cx.app.db.write(|tx| appeals::judge(tx, id, &cx.actor, &judged, now)) {
        Ok(()) => Ok(Answer::redirect(format!("/operator/appeals/{id}?done=appeal-judged"))),
        Err(Trouble::Refused(refusal)) if refusal.status == 422 => judging(cx, id, Some(&refusal)),
        Err(other) => Err(other),
    }
}
