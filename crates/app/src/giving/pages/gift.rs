//! The page of one gift, from the waiting room to where the money is now. Its address is the donor's key.

use maud::{Markup, html};
use money::Fen;

use crate::Mode;
use crate::giving::actions;
use crate::giving::model::{GiftView, ORDERS_PER_SECOND, Order, Stage, TradeType};
use crate::giving::rules;
use crate::kernel::civil;
use crate::kernel::{Id, Refusal, Trouble};
use crate::people::{self, Purpose};
use crate::projects;
use crate::web::{Answer, Cx, Lang, Outcome, PageParts, field_error, refusal_text, show};

use super::{project_path, steps};

/// The gift whose number and code are in the path.
pub fn of_path(cx: &Cx) -> Result<GiftView, Trouble> {
    actions::find(&cx.app, cx.id_param("id")?, cx.param("code"))
}

pub fn page(cx: &Cx) -> Outcome {
    let gift = of_path(cx)?;
    render(cx, &gift, None)
}

/// `refusal` and what was typed, when the signature could not be changed.
fn render(cx: &Cx, gift: &GiftView, refusal: Option<(&Refusal, &str)>) -> Outcome {
    let stage = rules::stage(gift, cx.query("returned") == "1");
    let title = cx.t(&format!("giving-title-{}", stage.word()));
    let (body, reload_after_s) = match stage {
        Stage::Waiting => (waiting(cx, gift)?, Some(3)),
        Stage::Pay => (pay(cx, gift), (gift.trade_type == TradeType::Native).then_some(5)),
        Stage::Confirming => {
            actions::ask_channel(&cx.app, gift.id, cx.now)?;
            (confirming(cx, gift, &title), Some(3))
        }
        Stage::Thanks => (thanks(cx, gift, refusal)?, gift.place.is_none().then_some(3)),
        Stage::Closed | Stage::Refused => (ended(cx, gift, stage, &title), None),
        Stage::Held => (held(cx, gift, &title), None),
        Stage::GivenBack => (given_back(cx, gift, &title), None),
    };
    let status = refusal.map_or(200, |(r, _)| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, reload_after_s, ..PageParts::default() }))
}

fn title_of<'a>(cx: &Cx, gift: &'a GiftView) -> &'a str {
    cx.either(&gift.project_title, &gift.project_english_title)
}

fn recipient_of<'a>(cx: &Cx, gift: &'a GiftView) -> &'a str {
    cx.either(&gift.recipient_name, &gift.recipient_english_name)
}

fn waiting(cx: &Cx, gift: &GiftView) -> Result<Markup, Trouble> {
    let queue = actions::queue(&cx.app, gift.id, cx.now)?;
    let estimate = match queue.estimate {
        None => cx.t("giving-estimate-unknown"),
        Some(wait) => {
            let seconds = (wait + 999_999) / 1_000_000;
            let (key, count) =
                if seconds < 60 { ("giving-estimate-seconds", seconds) } else { ("giving-estimate-minutes", (seconds + 59) / 60) };
            cx.ta(key, &[("count", count.into())])
        }
    };
    Ok(html! {
        (steps(cx, 2))
        (ui::waiting_room(&ui::WaitingRoom {
            title: cx.t("giving-title-waiting").into(),
            position_label: cx.t("giving-before-you").into(),
            position: cx.ta("giving-before-you-count", &[("count", show::count(queue.before).into())]).into(),
            estimate_label: cx.t("giving-estimate").into(),
            estimate: estimate.into(),
            body: html! {
                p { (cx.t("giving-waiting-place")) }
                p { (cx.ta("giving-waiting-why", &[("count", ORDERS_PER_SECOND.into())])) }
                p { (cx.t("giving-waiting-reload")) }
            },
            as_of: cx.ta("as-of", &[("time", second_text(cx).into())]).into(),
            as_of_machine: civil::rfc3339(cx.now).into(),
            leave: Some(ui::Link::new(cx.t("giving-leave"), project_path(gift.project_id))),
        }))
        (summary(cx, gift))
    })
}

/// `2026-11-23 14:05:09`: a queue moves within a minute.
fn second_text(cx: &Cx) -> String {
    civil::rfc3339(cx.now)[..19].replace('T', " ")
}

fn summary(cx: &Cx, gift: &GiftView) -> Markup {
    ui::receipt(&ui::Receipt {
        title: cx.t("giving-about-to-give").into(),
        amount: show::money(gift.amount_fen).into(),
        lines: vec![
            ui::ReceiptLine::new(cx.t("giving-line-project"), title_of(cx, gift)),
            ui::ReceiptLine::new(cx.t("giving-line-recipient"), recipient_of(cx, gift)),
            ui::ReceiptLine::new(cx.t("giving-line-number"), gift.id.to_string()),
        ],
        foot: html! { p { (cx.ta("giving-to-own-account", &[("recipient", recipient_of(cx, gift).into())])) } },
        ..ui::Receipt::default()
    })
}

/// The cashier: a big button on a phone, a code to scan elsewhere.
fn pay(cx: &Cx, gift: &GiftView) -> Markup {
    let path = actions::gift_path(&cx.app, gift.id);
    let reference = match &gift.order {
        Order::Ordered { reference, .. } => reference.as_str(),
        _ => "",
    };
    let until = civil::minute_text(gift.created_at + rules::ORDER_LIFE);
    html! {
        (steps(cx, 2))
        (ui::heading(&cx.t("giving-title-pay"), Some(&cx.ta("giving-pay-lead", &[("time", until.into())]))))
        (summary(cx, gift))
        @match gift.trade_type {
            TradeType::H5 => {
                (ui::submit_row(ui::link_button(ui::ButtonKind::Give, &cx.t("giving-open-cashier"), &format!("{path}/cashier")),
                    Some(&ui::Link::new(cx.t("giving-i-have-paid"), format!("{path}?returned=1")))))
                @if cx.request.user_agent.contains("MicroMessenger") { p { (cx.t("giving-inside-wechat")) } }
            }
            TradeType::Native => {
                @let demo = (cx.app.mode == Mode::Demo).then(|| ui::Link::new(cx.t("giving-test-cashier"), with_return(cx, reference, &path)));
                (ui::qr_holder(&show::qr(&absolute(cx, reference)), &cx.t("giving-scan"), demo.as_ref()))
                p { (cx.t("giving-scan-help")) }
                (ui::submit_row(html! {}, Some(&ui::Link::new(cx.t("giving-i-have-paid"), format!("{path}?returned=1")))))
            }
            TradeType::Jsapi => (inside_wechat(cx, reference, &path)),
        }
    }
}

/// The button that opens WeChat's cashier over this page. Only WeChat's own bridge can do that, so it needs script; without, the page says what to do.
fn inside_wechat(cx: &Cx, prepay_id: &str, path: &str) -> Markup {
    let parameters = match cx.app.channel.pay_parameters(prepay_id, cx.now) {
        Ok(parameters) => serde_json::json!(parameters).to_string(),
        Err(why) => {
            tracing::error!(why = why.0, "the parameters of a payment inside WeChat could not be signed");
            String::new()
        }
    };
    let back = format!("{path}?returned=1");
    html! {
        (ui::jsapi_button(&ui::JsapiButton {
            words: cx.t("giving-open-wechat-pay").into(),
            parameters: parameters.into(),
            done: back.as_str().into(),
            cancelled: cx.t("giving-jsapi-cancelled").into(),
            failed: cx.t("giving-jsapi-failed").into(),
        }))
        p { (cx.t("giving-open-in-wechat")) }
        @if cx.app.mode == Mode::Demo {
            p { (ui::Link::new(cx.t("giving-test-cashier"), with_return(cx, &format!("/sandbox/cashier/{prepay_id}"), path))) }
        }
        (ui::submit_row(html! {}, Some(&ui::Link::new(cx.t("giving-i-have-paid"), back.as_str()))))
    }
}

/// `GET /gifts/{id}/{code}/cashier`: on to the phone's cashier, with a fresh address when the old one went stale.
pub fn cashier(cx: &Cx) -> Outcome {
    let path = actions::gift_path(&cx.app, cx.id_param("id")?);
    let mut gift = of_path(cx)?;
    if let Order::Ordered { ordered_at, .. } = gift.order
        && rules::stage(&gift, false) == Stage::Pay
        && rules::reference_is_stale(gift.trade_type, ordered_at, cx.now)
    {
        actions::reopen_cashier(&cx.app, &gift, cx.now)?;
        gift = of_path(cx)?;
    }
    Ok(match (&gift.order, rules::stage(&gift, false), gift.trade_type) {
        (Order::Ordered { reference, .. }, Stage::Pay, TradeType::H5) => Answer::redirect(with_return(cx, reference, &path)),
        _ => Answer::redirect(path),
    })
}

/// The channel's cashier brings the donor back to `redirect_url` (WeChat Pay v3, H5 调起支付). A cashier on this very host,
/// as the demo has it, gets a path, so that a phone stays on the host by which it came.
pub fn with_return(cx: &Cx, cashier: &str, path: &str) -> String {
    let base = if cashier.starts_with('/') { "" } else { cx.app.base_url.as_str() };
    let back: String = form_urlencoded::byte_serialize(format!("{base}{path}?returned=1").as_bytes()).collect();
    let joint = if cashier.contains('?') { '&' } else { '?' };
    format!("{cashier}{joint}redirect_url={back}")
}

/// What a phone that scans a code must be told in full.
fn absolute(cx: &Cx, reference: &str) -> String {
    if reference.starts_with('/') { format!("{}{reference}", cx.app.base_url) } else { reference.to_owned() }
}

fn confirming(cx: &Cx, gift: &GiftView, title: &str) -> Markup {
    let path = actions::gift_path(&cx.app, gift.id);
    let can_pay = matches!(&gift.order, Order::Ordered { reference, .. } if !reference.is_empty());
    html! {
        (steps(cx, 2))
        (ui::heading(title, Some(&cx.t("giving-confirming-lead"))))
        (ui::notice(ui::Tone::Info, &cx.t("giving-word-note"), None, html! {
            p { (cx.t("giving-confirming-safe")) }
            p { (cx.t("giving-waiting-reload")) }
        }))
        (summary(cx, gift))
        @if can_pay { p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("giving-back-to-pay"), &path)) } }
    }
}

fn ended(cx: &Cx, gift: &GiftView, stage: Stage, title: &str) -> Markup {
    let why = match &gift.order {
        Order::Refused { reason } => cx.ta("giving-refused-why", &[("reason", reason.as_str().into())]),
        _ => cx.t("giving-closed-why"),
    };
    let again = format!("{}/gift?amount={}", project_path(gift.project_id), Fen(gift.amount_fen).yuan_text());
    let tone = if stage == Stage::Refused { ui::Tone::Bad } else { ui::Tone::Info };
    html! {
        (ui::heading(title, None))
        (ui::notice(tone, &cx.t("giving-word-note"), None, html! { p { (why) } p { (cx.t("giving-ended-safe")) } }))
        (summary(cx, gift))
        (ui::submit_row(ui::link_button(ui::ButtonKind::Give, &cx.t("giving-again"), &again),
            Some(&ui::Link::new(cx.t("giving-to-project"), project_path(gift.project_id)))))
    }
}

fn held(cx: &Cx, gift: &GiftView, title: &str) -> Markup {
    html! {
        (ui::heading(title, Some(&cx.t("giving-held-lead"))))
        (ui::notice(ui::Tone::Warn, &cx.t("giving-word-note"), None, html! { p { (cx.t("giving-held-next")) } }))
        (summary(cx, gift))
        p { (ui::Link::new(cx.t("giving-to-help"), "/help")) }
    }
}

/// What did not fit went back the way it had come; whoever still wishes to give begins anew.
fn given_back(cx: &Cx, gift: &GiftView, title: &str) -> Markup {
    let amount = show::money(gift.aside.returned_fen);
    let again = format!("{}/gift?amount={}", project_path(gift.project_id), Fen(gift.amount_fen).yuan_text());
    html! {
        (ui::heading(title, Some(&cx.t("giving-given-back-lead"))))
        (ui::notice(ui::Tone::Good, &cx.t("giving-word-note"), None, html! { p { (cx.ta("giving-given-back-why", &[("amount", amount.into())])) } }))
        (summary(cx, gift))
        (ui::submit_row(ui::link_button(ui::ButtonKind::Give, &cx.t("giving-again"), &again),
            Some(&ui::Link::new(cx.t("giving-to-project"), project_path(gift.project_id)))))
    }
}

/// On the page of a gift that was paid twice: the second payment is no gift, and where it is.
fn paid_again(cx: &Cx, gift: &GiftView) -> Markup {
    if gift.aside.amount_fen == 0 {
        return html! {};
    }
    let (tone, key) = if gift.aside.returned_fen >= gift.aside.amount_fen {
        (ui::Tone::Good, "giving-paid-again-back")
    } else {
        (ui::Tone::Warn, "giving-paid-again")
    };
    let amount = show::money(gift.aside.amount_fen);
    ui::notice(tone, &cx.t("giving-word-note"), None, html! { p { (cx.ta(key, &[("amount", amount.into())])) } })
}

fn thanks(cx: &Cx, gift: &GiftView, refusal: Option<(&Refusal, &str)>) -> Result<Markup, Trouble> {
    let path = actions::gift_path(&cx.app, gift.id);
    let paid_at = gift.paid_at.unwrap_or(gift.created_at);
    let whereabouts = match gift.place {
        Some(place) => Some(cx.app.db.read(|tx| projects::whereabouts(tx, gift.project_id, place.before_fen, gift.amount_fen))?),
        None => None,
    };
    let notices = cx.app.db.read(|tx| projects::notices(tx, gift.project_id, 3))?;
    let mut lines = vec![
        ui::ReceiptLine::new(cx.t("giving-line-project"), title_of(cx, gift)),
        ui::ReceiptLine::new(cx.t("giving-line-recipient"), recipient_of(cx, gift)),
        ui::ReceiptLine::new(cx.t("giving-line-time"), civil::minute_text(paid_at)),
    ];
    if gift.returned_fen > 0 {
        lines.push(ui::ReceiptLine::new(cx.t("giving-line-returned"), show::money(gift.returned_fen)));
    }
    if let Some(place) = gift.place {
        lines.push(ui::ReceiptLine::new(
            cx.t("giving-line-place"),
            cx.ta("giving-place", &[("position", show::count(place.position).into())]),
        ));
    }
    let number = gift.id.to_string();
    let capital = if cx.lang == Lang::Zh { Fen(gift.amount_fen).capital() } else { String::new() };
    Ok(html! {
        (steps(cx, 3))
        (ui::heading(&cx.t("giving-title-thanks"), Some(&cx.ta("giving-thanks-lead", &[("recipient", recipient_of(cx, gift).into())]))))
        (paid_again(cx, gift))
        (ui::receipt(&ui::Receipt {
            title: cx.t("giving-receipt").into(), amount: show::money(gift.amount_fen).into(), amount_note: capital.into(), lines,
            foot: html! {
                p { (cx.t("giving-line-number")) " " (ui::copyable(&cx.t("giving-line-number"), &number, &cx.t("giving-copy"), &cx.t("giving-copied"))) }
                p { (cx.t("giving-keep-address")) }
            },
        }))
        // A guest has no other place to be told at (慈善法 arts. 56 and 58: donors are told).
        @if !notices.is_empty() { (ui::section(&cx.t("giving-project-notices"), None, projects::notice_list(cx, &notices))) }
        (ui::section(&cx.t("giving-where"), None, html! {
            (flow(cx, &Given { project_id: gift.project_id, amount_fen: gift.amount_fen, when: civil::minute_text(paid_at), recipient: recipient_of(cx, gift) }, whereabouts.as_ref()))
            (show::as_of(cx))
        }))
        (ui::section(&cx.t("giving-keep"), None, ui::link_list(&[
            row(cx, format!("{path}/certificate.png"), "giving-certificate", "giving-certificate-note"),
            row(cx, format!("{path}/certificate.svg"), "giving-certificate-svg", "giving-certificate-svg-note"),
            row(cx, format!("{path}/receipt"), "giving-paper", "giving-paper-note"),
            row(cx, format!("{path}/proof"), "giving-proof", "giving-proof-note"),
            row(cx, format!("{path}/calmer"), "giving-kept", "giving-kept-note"),
            row(cx, project_path(gift.project_id), "giving-to-project", "giving-to-project-note"),
            row(cx, format!("{path}/refund"), "giving-refund", "giving-refund-note"),
        ])))
        (signature(cx, gift, &path, refusal))
    })
}

pub(super) fn row<'a>(cx: &Cx, href: String, title: &str, note: &str) -> ui::LinkRow<'a> {
    ui::LinkRow { href: href.into(), title: cx.t(title).into(), note: cx.t(note).into(), aside: Markup::default() }
}

/// What the first stops of the way say.
pub struct Given<'a> {
    pub project_id: Id,
    pub amount_fen: i64,
    pub when: String,
    pub recipient: &'a str,
}

/// Where the money of this gift is now.
pub fn flow(cx: &Cx, gift: &Given, whereabouts: Option<&projects::Whereabouts>) -> Markup {
    let word = |key: &str| cx.t(key);
    let given = ui::FlowStop {
        title: word("giving-stop-given").into(),
        state: ui::State::Done,
        state_word: word("giving-stop-received").into(),
        amount: show::money(gift.amount_fen).into(),
        when: gift.when.as_str().into(),
        ..ui::FlowStop::default()
    };
    let Some(w) = whereabouts else {
        let account = ui::FlowStop {
            title: word("giving-stop-account").into(),
            state: ui::State::Current,
            state_word: word("giving-stop-listing").into(),
            note: html! { p { (cx.t("giving-stop-listing-note")) } },
            ..ui::FlowStop::default()
        };
        return ui::flow(&ui::Flow { label: cx.t("giving-where").into(), stops: vec![given, account] });
    };
    let paid_out = w.with_implementer_fen + w.spent_fen;
    let stop = |title: &str, fen: i64, all: bool, words: [&str; 3]| {
        let (state, key) = match (fen > 0, all) {
            (true, true) => (ui::State::Done, words[2]),
            (true, false) => (ui::State::Current, words[1]),
            (false, _) => (ui::State::Next, words[0]),
        };
        let amount = if fen > 0 { show::money(fen) } else { String::new() };
        ui::FlowStop { title: cx.t(title).into(), state, state_word: cx.t(key).into(), amount: amount.into(), ..ui::FlowStop::default() }
    };
    let account = ui::FlowStop {
        title: word("giving-stop-account").into(),
        state: if w.in_account_fen > 0 { ui::State::Current } else { ui::State::Done },
        state_word: word(if w.in_account_fen > 0 { "giving-stop-in-account" } else { "giving-stop-passed" }).into(),
        amount: (if w.in_account_fen > 0 { show::money(w.in_account_fen) } else { String::new() }).into(),
        note: html! { p { (cx.ta("giving-stop-account-note", &[("recipient", gift.recipient.into())])) } },
        ..ui::FlowStop::default()
    };
    let part = |label: String, fen: i64| ui::FlowPart {
        label: label.into(),
        amount: show::money(fen).into(),
        permille: u32::try_from(i128::from(fen) * 1000 / i128::from(w.amount_fen.max(1))).unwrap_or(0),
        ..ui::FlowPart::default()
    };
    let mut payouts = stop(
        "giving-stop-paid-out",
        paid_out,
        paid_out == w.amount_fen,
        ["giving-stop-not-yet", "giving-stop-partly", "giving-stop-all-paid-out"],
    );
    payouts.parts = w
        .payouts
        .iter()
        .map(|p| part(cx.ta("giving-part-payout", &[("day", civil::day_text(civil::day_of(p.paid_at)).into())]), p.amount_fen))
        .chain((w.unlisted_paid_fen > 0).then(|| part(cx.t("giving-part-more"), w.unlisted_paid_fen)))
        .collect();
    if w.in_place_fen > 0 {
        payouts.note = html! { p { (cx.ta("giving-stop-in-place", &[("amount", show::money(w.in_place_fen).into())])) } };
    }
    let mut spent = stop(
        "giving-stop-spent",
        w.spent_fen,
        w.spent_fen == w.amount_fen,
        ["giving-stop-not-yet", "giving-stop-partly", "giving-stop-all-spent"],
    );
    spent.parts = w
        .expenses
        .iter()
        .map(|e| {
            let args = [
                ("item", cx.either(&e.item, &e.english_item).into()),
                ("description", e.description.as_str().into()),
                ("day", civil::day_text(e.spent_day).into()),
            ];
            // Its own page, with the invoice and whatever was corrected.
            let href = format!("{}/expenses/{}", project_path(gift.project_id), e.expense_id);
            ui::FlowPart { href: href.into(), ..part(cx.ta("giving-part-expense", &args), e.amount_fen) }
        })
        .chain((w.unlisted_spent_fen > 0).then(|| part(cx.t("giving-part-more"), w.unlisted_spent_fen)))
        .collect();
    let mut stops = vec![given];
    if w.refunded_fen < w.amount_fen {
        stops.push(account);
    }
    stops.extend(left_the_way(cx, w));
    if paid_out > 0 || w.in_account_fen > 0 {
        stops.extend([payouts, spent]);
    }
    ui::flow(&ui::Flow { label: cx.t("giving-where").into(), stops })
}

/// What did not go on to the implementer: given back, or used for another project, with the way there.
fn left_the_way(cx: &Cx, w: &projects::Whereabouts) -> Vec<ui::FlowStop<'static>> {
    let on = |key: &str, at: i64| cx.ta(key, &[("day", civil::day_text(civil::day_of(at)).into())]);
    let back = (w.refunded_fen > 0).then(|| ui::FlowStop {
        title: cx.t("giving-stop-back").into(),
        state: ui::State::Done,
        state_word: cx.t(if w.refunded_fen == w.amount_fen { "giving-stop-all-back" } else { "giving-stop-partly" }).into(),
        amount: show::money(w.refunded_fen).into(),
        note: html! { @for r in &w.refunds { p { (on("giving-part-back", r.at)) " " (show::money(r.amount_fen)) } } },
        ..ui::FlowStop::default()
    });
    let elsewhere = (w.redirected_fen > 0).then(|| ui::FlowStop {
        title: cx.t("giving-stop-redirected").into(),
        state: ui::State::Done,
        state_word: cx.t(if w.redirected_fen == w.amount_fen { "giving-stop-all-redirected" } else { "giving-stop-partly" }).into(),
        amount: show::money(w.redirected_fen).into(),
        note: html! {
            p { (cx.t("giving-stop-redirected-note")) }
            @for r in &w.redirects {
                p { (ui::Link::new(cx.either(&r.title, &r.english_title), project_path(r.project_id))) " · " (on("giving-part-redirected", r.at)) " " (show::money(r.amount_fen)) }
            }
        },
        ..ui::FlowStop::default()
    });
    back.into_iter().chain(elsewhere).collect()
}

fn signature(cx: &Cx, gift: &GiftView, path: &str, refusal: Option<(&Refusal, &str)>) -> Markup {
    let typed = refusal.map_or(gift.name.as_str(), |(_, typed)| typed);
    let refused = refusal.map(|(r, _)| r);
    let errors: Vec<_> =
        refused.and_then(|r| Some(ui::FieldError { name: r.field?.into(), text: refusal_text(cx, r).0.into() })).into_iter().collect();
    let form = ui::form(&ui::Form {
        action: format!("{path}/anonymity").into(),
        body: html! {
            (ui::error_summary(&cx.t("giving-please-correct"), &errors))
            (ui::checkbox(&ui::Check {
                name: "anonymous".into(), value: "1".into(), label: ui::text(cx.t("giving-anonymous")), checked: gift.anonymous,
                help: cx.t("giving-anonymous-help").into(), ..ui::Check::default()
            }))
            (ui::input_field(&ui::Input {
                name: "name".into(), label: cx.t("giving-name").into(), mark: cx.t("giving-optional").into(), value: typed.into(),
                error: field_error(cx, refused, "name").into(), autocomplete: "nickname".into(), ..ui::Input::default()
            }))
            p { (people::consent_words(&cx.app, cx.lang, Purpose::PublishName)) }
            (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("giving-sign"), None), None))
        },
        ..ui::Form::default()
    });
    ui::section(&cx.t("giving-signature"), None, form)
}

/// `POST /gifts/{id}/{code}/anonymity`.
pub fn sign(cx: &Cx) -> Outcome {
    let gift = of_path(cx)?;
    let anonymous = cx.request.form.has("anonymous");
    // Whoever holds the gift's address may sign it; only the signed-in donor's consent has a person to stand with.
    if let (Some(person_id), false, false) = (cx.actor.person_id(), anonymous, cx.form("name").is_empty()) {
        people::agree(&cx.app, cx.lang, person_id, Purpose::PublishName)?;
    }
    match actions::sign(&cx.app, gift.id, anonymous, cx.form("name")) {
        Ok(()) => Ok(Answer::redirect(format!("{}?done=giving-signed", actions::gift_path(&cx.app, gift.id)))),
        Err(Trouble::Refused(refusal)) => render(cx, &GiftView { anonymous, ..gift }, Some((&refusal, cx.form("name")))),
        Err(trouble) => Err(trouble),
    }
}
