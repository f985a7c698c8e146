//! Giving, step by step: how much, the calmer, and the confirmation that becomes an intent.

use maud::{Markup, html};
use money::Fen;

use crate::giving::actions::{self, Calmer, Ticket};
use crate::giving::model::{GiftRequest, Order, TradeType};
use crate::giving::rules;
use crate::kernel::{Id, Refusal, Trouble, hex};
use crate::people::{self, Purpose};
use crate::projects::{self, Accepting};
use crate::web::{Answer, Cx, Form, Outcome, PageParts, field_error, parse_id, refusal_text, show};

use super::{calmer, gift, project_path, steps};

const CHIPS_FEN: [i64; 5] = [10, 100, 1_000, 5_000, 10_000];

/// What the donor typed, kept from page to page as it was.
#[derive(Default)]
struct Typed {
    amount: String,
    name: String,
    message: String,
    anonymous: bool,
}

impl Typed {
    fn read(form: &Form) -> Typed {
        let text = |name: &str| form.get(name).to_owned();
        Typed { amount: text("amount"), name: text("name"), message: text("message"), anonymous: form.has("anonymous") }
    }

    fn check(&self) -> Result<Wish, Refusal> {
        Ok(Wish {
            amount_fen: rules::amount(&self.amount)?,
            name: rules::name(&self.name)?,
            message: rules::message(&self.message)?,
            anonymous: self.anonymous,
        })
    }
}

/// The same after the rules.
struct Wish {
    amount_fen: i64,
    name: String,
    message: String,
    anonymous: bool,
}

/// Step 1.
pub fn amount_page(cx: &Cx) -> Outcome {
    let project_id = cx.id_param("id")?;
    let accepting = accepting(cx, project_id)?;
    Ok(step_one(cx, &accepting, &Typed::read(&cx.request.query), None))
}

fn accepting(cx: &Cx, project_id: Id) -> Result<Accepting, Trouble> {
    cx.app.db.read(|tx| -> Result<_, Trouble> { Ok(projects::takes_gifts(tx, project_id, cx.now)??) })
}

fn step_one(cx: &Cx, accepting: &Accepting, typed: &Typed, refusal: Option<&Refusal>) -> Answer {
    let project_title = cx.either(&accepting.title, &accepting.english_title);
    let action = format!("{}/gift", project_path(accepting.project_id));
    let error = |field: &str| field_error(cx, refusal, field);
    let errors: Vec<_> =
        refusal.and_then(|r| Some(ui::FieldError { name: r.field?.into(), text: refusal_text(cx, r).0.into() })).into_iter().collect();
    let limits = [("smallest", show::money(rules::SMALLEST_FEN).into()), ("largest", show::money(rules::LARGEST_FEN).into())];
    let chips = CHIPS_FEN.map(|fen| {
        let yuan = Fen(fen).yuan_text();
        let value = yuan.trim_end_matches('0').trim_end_matches('.').to_owned();
        ui::Chip { label: format!("¥{value}").into(), href: format!("{action}?amount={value}").into(), value: value.into() }
    });
    let body = html! {
        (steps(cx, 0))
        (sign_in_to_pay(cx, &action))
        (ui::heading(&cx.ta("giving-to", &[("project", project_title.into())]), Some(&cx.ta("giving-to-lead", &[("recipient", accepting.recipient_name.as_str().into())]))))
        (ui::form(&ui::Form { action: action.as_str().into(), body: html! {
            (ui::error_summary(&cx.t("giving-please-correct"), &errors))
            (ui::amount_field(&ui::Amount {
                name: "amount".into(), label: cx.t("giving-amount").into(), value: typed.amount.as_str().into(),
                help: cx.ta("giving-amount-help", &limits).into(), error: error("amount").into(), required: true,
                unit: cx.t("giving-yuan").into(), chips: chips.to_vec(), chips_label: cx.t("giving-usual-amounts").into(),
            }))
            (ui::input_field(&ui::Input {
                name: "name".into(), label: cx.t("giving-name").into(), mark: cx.t("giving-optional").into(), value: typed.name.as_str().into(),
                help: cx.t("giving-name-help").into(), error: error("name").into(), autocomplete: "nickname".into(), ..ui::Input::default()
            }))
            (ui::textarea_field(&ui::TextArea {
                name: "message".into(), label: cx.t("giving-message").into(), mark: cx.t("giving-optional").into(), value: typed.message.as_str().into(),
                help: cx.ta("giving-message-help", &[("most", rules::MESSAGE_CHARS.into())]).into(), error: error("message").into(), rows: 2, ..ui::TextArea::default()
            }))
            (ui::checkbox(&ui::Check {
                name: "anonymous".into(), value: "1".into(), label: ui::text(cx.t("giving-anonymous")), checked: typed.anonymous,
                help: cx.t("giving-anonymous-help").into(), ..ui::Check::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Give, &cx.t("giving-next-calmer"), None),
                Some(&ui::Link::new(cx.t("giving-not-now"), project_path(accepting.project_id)))))
        }, ..ui::Form::default() }))
    };
    let title = cx.ta("giving-to", &[("project", project_title.into())]);
    let status = refusal.map_or(200, |r| r.status);
    cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

/// Inside WeChat one pays at once if WeChat has told us who one is; whoever has not come in by it is offered to.
fn sign_in_to_pay(cx: &Cx, action: &str) -> Markup {
    let inside = rules::trade_type_of(&cx.request.user_agent) == TradeType::Jsapi;
    if !inside || !people::wechat_offered(&cx.app) || !open_id(cx).is_ok_and(|id| id.is_empty()) {
        return html! {};
    }
    let back: String = form_urlencoded::byte_serialize(action.as_bytes()).collect();
    ui::notice(
        ui::Tone::Info,
        &cx.t("giving-word-note"),
        None,
        html! {
            p { (cx.t("giving-wechat-sign-in")) " " (ui::Link::new(cx.t("giving-wechat-sign-in-link"), format!("/wechat/sign-in?back={back}"))) }
        },
    )
}

/// The donor's openid at the channel, if they pay inside WeChat and have come in by it; otherwise empty.
fn open_id(cx: &Cx) -> Result<String, Trouble> {
    match (rules::trade_type_of(&cx.request.user_agent), cx.actor.person_id()) {
        (TradeType::Jsapi, Some(person_id)) => {
            let found = cx.app.db.read(|tx| people::open_id(tx, person_id, cx.app.channel.payer_appid()))?;
            Ok(found.unwrap_or_default())
        }
        _ => Ok(String::new()),
    }
}

/// Step 2: the calmer. Nothing is promised yet, so nothing but the snapshot is stored.
pub fn calmer_page(cx: &Cx) -> Outcome {
    let project_id = cx.id_param("id")?;
    let typed = Typed::read(&cx.request.form);
    let checked = if cx.request.form.has("edit") { Err(None) } else { typed.check().map_err(Some) };
    match checked {
        Ok(wish) => show_calmer(cx, project_id, &wish, None),
        Err(refusal) => Ok(step_one(cx, &accepting(cx, project_id)?, &typed, refusal.as_ref())),
    }
}

/// `again` says why the donor sees the calmer once more.
fn show_calmer(cx: &Cx, project_id: Id, wish: &Wish, again: Option<&Refusal>) -> Outcome {
    let shown = actions::show_calmer(&cx.app, project_id, cx.now)?;
    let title = cx.t("giving-calmer");
    let body = calmer_body(cx, &shown, wish, again);
    let status = again.map_or(200, |r| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn calmer_body(cx: &Cx, shown: &Calmer, wish: &Wish, again: Option<&Refusal>) -> Markup {
    let accepting = &shown.accepting;
    let ticket = Ticket::new(accepting.project_id, wish.amount_fen, &shown.snapshot, cx.now);
    let amount = show::money(wish.amount_fen);
    let kept = [
        ("project", ticket.project_id.to_string()),
        ("amount", Fen(wish.amount_fen).yuan_text()),
        ("name", wish.name.clone()),
        ("message", wish.message.clone()),
        ("snapshot", hex(&ticket.hash)),
        ("expires", ticket.expires_at.to_string()),
        ("code", ticket.code(&cx.app)),
    ];
    let mut hidden: Vec<(ui::Text, ui::Text)> = kept.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    if wish.anonymous {
        hidden.push(("anonymous".into(), "1".into()));
    }
    let signed = match (wish.anonymous, wish.name.as_str()) {
        (true, _) => cx.t("giving-signed-anonymous"),
        (false, "") => cx.t("giving-signed-nobody"),
        (false, name) => name.to_owned(),
    };
    let mut lines = vec![
        ui::ReceiptLine::new(cx.t("giving-line-project"), cx.either(&accepting.title, &accepting.english_title).to_owned()),
        ui::ReceiptLine::new(cx.t("giving-line-recipient"), accepting.recipient_name.as_str()),
        ui::ReceiptLine::new(cx.t("giving-line-signed"), signed),
    ];
    if !wish.message.is_empty() {
        lines.push(ui::ReceiptLine::new(cx.t("giving-message"), wish.message.as_str()));
    }
    html! {
        (steps(cx, 1))
        (ui::heading(&cx.t("giving-calmer"), Some(&cx.t("giving-calmer-lead"))))
        @if let Some(refusal) = again {
            @let (sentence, next) = refusal_text(cx, refusal);
            (ui::notice(ui::Tone::Warn, &cx.t("giving-word-look"), Some(&sentence), html! { p { (next) } }))
        }
        (calmer::facts(cx, &shown.snapshot.body, cx.now, accepting.project_id))
        (calmer::stands_as_of(cx, shown.snapshot.as_of))
        (ui::receipt(&ui::Receipt {
            title: cx.t("giving-about-to-give").into(), amount: amount.as_str().into(), lines,
            foot: html! {
                p { (cx.ta("giving-to-own-account", &[("recipient", accepting.recipient_name.as_str().into())])) }
                p { (cx.t("giving-irrevocable")) }
            },
            ..ui::Receipt::default()
        }))
        @if !wish.anonymous && !wish.name.is_empty() { p { (people::consent_words(&cx.app, cx.lang, Purpose::PublishName)) } }
        (ui::form(&ui::Form { action: "/gifts".into(), hidden, body: html! {
            (ui::submit_row(html! {
                (ui::button(ui::ButtonKind::Give, &cx.ta("giving-confirm", &[("amount", amount.as_str().into())]), None))
                (ui::button(ui::ButtonKind::Quiet, &cx.t("giving-edit"), Some(("edit", "1"))))
            }, Some(&ui::Link::new(cx.t("giving-not-now"), project_path(accepting.project_id)))))
        }, ..ui::Form::default() }))
    }
}

/// The confirmation: an intent, and on to the cashier when its order is there.
pub fn confirm(cx: &Cx) -> Outcome {
    let project_id = parse_id(cx.form("project")).ok_or_else(Refusal::not_found)?;
    let typed = Typed::read(&cx.request.form);
    if cx.request.form.has("edit") {
        return Ok(step_one(cx, &accepting(cx, project_id)?, &typed, None));
    }
    let wish = match typed.check() {
        Ok(wish) => wish,
        Err(refusal) => return Ok(step_one(cx, &accepting(cx, project_id)?, &typed, Some(&refusal))),
    };
    let ticket = ticket_of(&cx.request.form, project_id, wish.amount_fen)?;
    // Publishing a name needs a consent of its own (PIPL art. 25); its words stood above the button.
    if let (Some(person_id), false, false) = (cx.actor.person_id(), wish.anonymous, wish.name.is_empty()) {
        people::agree(&cx.app, cx.lang, person_id, Purpose::PublishName)?;
    }
    match actions::confirm(&cx.app, &cx.actor, &ticket, cx.form("code"), request_of(cx, &wish)?, cx.now) {
        Ok(id) => to_cashier(cx, id),
        Err(Trouble::Refused(refusal)) if calls_for_the_calmer(&refusal) => show_calmer(cx, project_id, &wish, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

fn calls_for_the_calmer(refusal: &Refusal) -> bool {
    ["refusal-giving-calmer-old", "refusal-giving-calmer-changed", "refusal-giving-unknown-calmer"].contains(&refusal.key)
}

fn ticket_of(form: &Form, project_id: Id, amount_fen: i64) -> Result<Ticket, Refusal> {
    let forged = || Refusal::new(403, "refusal-giving-forged");
    let hash = read_hash(form.get("snapshot")).ok_or_else(forged)?;
    let expires_at = parse_id(form.get("expires")).ok_or_else(forged)?;
    Ok(Ticket { project_id, amount_fen, hash, expires_at })
}

/// 64 hexadecimal digits.
pub fn read_hash(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (i, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(hash)
}

fn request_of(cx: &Cx, wish: &Wish) -> Result<GiftRequest, Trouble> {
    Ok(GiftRequest {
        project_id: 0,
        amount_fen: wish.amount_fen,
        name: wish.name.clone(),
        message: wish.message.clone(),
        anonymous: wish.anonymous,
        snapshot_hash: [0; 32],
        trade_type: rules::trade_type_of(&cx.request.user_agent),
        open_id: open_id(cx)?,
        client_address: cx.request.peer.clone(),
    })
}

/// Straight to a phone's cashier when the order is there; else to the gift's page, which is cashier or waiting room.
fn to_cashier(cx: &Cx, id: Id) -> Outcome {
    let path = actions::gift_path(&cx.app, id);
    let code = path.rsplit('/').next().unwrap_or_default().to_owned();
    let begun = actions::find(&cx.app, id, &code)?;
    Ok(match &begun.order {
        Order::Ordered { reference, .. } if begun.trade_type == TradeType::H5 && !reference.is_empty() => {
            Answer::redirect(gift::with_return(cx, reference, &path))
        }
        _ => Answer::redirect(path),
    })
}
