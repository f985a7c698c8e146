//! Coming in by WeChat: the way there and back on the web, the page for somebody who is new, one's linked identities, and the mini-program's
//! exchange.

use maud::{Markup, html};
use serde_json::{Value, json};

use crate::Mode;
use crate::kernel::{Actor, Refusal, Right, Strength, Trouble, constant_time_eq};
use crate::people::actions::wechat::{self as way, Arrived};
use crate::people::actions::{self, consents};
use crate::people::model::{CodeUse, Purpose, SignedIn};
use crate::people::rules;
use crate::web::{self, Answer, Cookie, Cx, Outcome, PageParts, Route, field_error, get, post, refused, show, status_of};

use super::{after, agreement, code_field, token};

pub fn routes() -> Vec<Route> {
    vec![
        get("/wechat/sign-in", Right::Anyone, to_wechat),
        get("/wechat/signed-in", Right::Anyone, back_from_wechat),
        get("/wechat/welcome", Right::Anyone, |cx| welcome(cx, cx.query("back"), None)),
        post("/wechat/welcome", Right::Anyone, choose),
        post("/wechat/code", Right::Anyone, link),
        get("/me/wechat", Right::SignedIn, |cx| identities(cx, None)),
        post("/me/wechat/{id}/removal", Right::SignedIn, unlink),
        post("/api/wechat/session", Right::Anyone, mini_program),
        post("/api/session/end", Right::SignedIn, end_session),
    ]
}

/// The state that must come back, and where to go then. It lives as long as WeChat's code.
const STATE_COOKIE: &str = "huihai_wechat";
/// Names the WeChat user who waits in this browser, and in no other.
const PENDING_COOKIE: &str = "huihai_wechat_waits";
const STATE_AGE_S: i64 = 600;

/// On the sign-in page: only where WeChat would answer, which is inside WeChat (and in the demo, whose WeChat is played).
pub fn way_in(cx: &Cx, back: &str) -> Markup {
    let inside = cx.request.user_agent.contains("MicroMessenger") || cx.app.mode == Mode::Demo;
    html! {
        @if inside && way::offered(&cx.app) {
            (ui::section(&cx.t("people-wechat-in"), None, html! {
                p { (cx.t("people-wechat-in-note")) }
                p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("people-wechat-in-button"), &with_back("/wechat/sign-in", back))) }
            }))
        }
    }
}

fn with_back(path: &str, back: &str) -> String {
    if back.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish())
}

fn to_wechat(cx: &Cx) -> Outcome {
    let (address, state) = way::authorize(&cx.app)?;
    let back: String = form_urlencoded::byte_serialize(web::local_path(cx.query("back")).as_bytes()).collect();
    let value = if cx.query("back").is_empty() { format!("{state}.") } else { format!("{state}.{back}") };
    Ok(Answer::redirect(address).with_cookie(Cookie { name: STATE_COOKIE, value, max_age_s: STATE_AGE_S }))
}

fn forget_cookie(name: &'static str) -> Cookie {
    Cookie { name, value: String::new(), max_age_s: 0 }
}

/// `GET /wechat/signed-in?code=…&state=…`. A code whose state this browser did not send out is somebody else's, perhaps an attacker's.
fn back_from_wechat(cx: &Cx) -> Outcome {
    let kept = cx.request.cookie(STATE_COOKIE);
    let (state, back) = kept.split_once('.').unwrap_or_default();
    if state.is_empty() || !constant_time_eq(state.as_bytes(), cx.query("state").as_bytes()) {
        return Err(Refusal::new(422, "refusal-wechat-state").into());
    }
    let back = form_urlencoded::parse(format!("back={back}").as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default();
    let answer = match way::arrive(&cx.app, &cx.actor, cx.query("code"), &cx.request.peer, token(cx))? {
        Arrived::SignedIn(SignedIn { token, .. }) => {
            Answer::redirect(after(&back, "/me")).with_cookie(web::session_cookie(token, Strength::Phone))
        }
        Arrived::Already => Answer::redirect(after(&back, "/me/wechat")),
        Arrived::Unknown { token } => Answer::redirect(with_back("/wechat/welcome", &back)).with_cookie(Cookie {
            name: PENDING_COOKIE,
            value: token,
            max_age_s: rules::PENDING_LIFETIME / 1_000_000,
        }),
    };
    Ok(answer.with_cookie(forget_cookie(STATE_COOKIE)))
}

/// What to do with a WeChat user whom nobody here knows.
fn welcome(cx: &Cx, back: &str, refusal: Option<&Refusal>) -> Outcome {
    let title = cx.t("people-welcome");
    if !way::waits(&cx.app, cx.request.cookie(PENDING_COOKIE))? {
        let again = ui::Link::new(cx.t("people-to-phone-sign-in"), with_back("/sign-in", back));
        let body = html! {
            (ui::heading(&title, None))
            (ui::empty_state(&cx.t("refusal-wechat-gone"), &cx.t("refusal-wechat-gone.next"), Some(&again)))
        };
        return Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }));
    }
    let hidden = |way: &'static str| vec![("way".into(), way.into()), ("back".into(), back.to_owned().into())];
    let form = |way: &'static str, body: Markup| {
        ui::form(&ui::Form { action: "/wechat/welcome".into(), hidden: hidden(way), body, ..ui::Form::default() })
    };
    let button = |key: &str, kind| ui::submit_row(ui::button(kind, &cx.t(key), None), None);
    let own = match cx.actor.person_id() {
        Some(person_id) => way::own_phone(&cx.app, person_id)?,
        None => None,
    };
    let choices = match (&cx.actor, own) {
        (Actor::Person { .. }, Some(phone)) => html! {
            p { (cx.ta("people-welcome-own", &[("phone", phone.masked().into())])) }
            (form("own", html! { (agreement(cx, Purpose::WeChatIdentity)) (button("people-send-code", ui::ButtonKind::Main)) }))
        },
        (Actor::Person { .. }, None) => form(
            "alone",
            html! {
                (agreement(cx, Purpose::WeChatIdentity)) (button("people-welcome-link", ui::ButtonKind::Main))
            },
        ),
        (Actor::Anyone, _) => html! {
            (ui::section(&cx.t("people-welcome-phone"), None, html! {
                p { (cx.t("people-welcome-phone-note")) }
                (form("phone", html! {
                    (ui::input_field(&ui::Input {
                        name: "phone".into(), label: cx.t("people-phone").into(), kind: ui::InputKind::Telephone, value: cx.form("phone").into(),
                        error: field_error(cx, refusal, "phone").into(), required: true, autocomplete: "tel".into(), max_length: Some(32),
                        ..ui::Input::default()
                    }))
                    (agreement(cx, Purpose::PhoneSignIn)) (agreement(cx, Purpose::WeChatIdentity))
                    (button("people-send-code", ui::ButtonKind::Main))
                }))
            }))
            (ui::section(&cx.t("people-welcome-alone"), None, html! {
                p { (cx.t("people-welcome-alone-note")) }
                (form("alone", html! { (agreement(cx, Purpose::WeChatIdentity)) (button("people-welcome-alone-button", ui::ButtonKind::Quiet)) }))
            }))
        },
    };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-welcome-lead"))))
        (refused(cx, refusal))
        (choices)
        p { (ui::Link::new(cx.t("privacy-link"), "/privacy")) }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// `POST /wechat/welcome`: by `phone`, with one's `own` phone, or `alone`.
fn choose(cx: &Cx) -> Outcome {
    let (waits, back) = (cx.request.cookie(PENDING_COOKIE), cx.form("back"));
    if !way::waits(&cx.app, waits)? {
        return welcome(cx, back, None);
    }
    let done = match (cx.form("way"), cx.actor.person_id()) {
        ("alone", _) => {
            return match way::go_on_alone(&cx.app, cx.lang, &cx.actor, waits, token(cx)) {
                Ok(signed_in) => Ok(arrived(signed_in, back)),
                Err(Trouble::Refused(refusal)) => welcome(cx, back, Some(&refusal)),
                Err(fault) => Err(fault),
            };
        }
        ("own", Some(person_id)) => match way::own_phone(&cx.app, person_id)? {
            Some(phone) => actions::send_code(&cx.app, cx.lang, &phone, CodeUse::LinkWeChat, &cx.request.peer),
            None => return welcome(cx, back, None),
        },
        _ => rules::phone(cx.form("phone"))
            .map_err(Trouble::from)
            .and_then(|phone| actions::send_code(&cx.app, cx.lang, &phone, CodeUse::LinkWeChat, &cx.request.peer)),
    };
    match done {
        Ok(attempt) => code_page(cx, &attempt, back, None),
        Err(Trouble::Refused(refusal)) => welcome(cx, back, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

fn arrived(SignedIn { token, .. }: SignedIn, back: &str) -> Answer {
    let to = after(back, "/me/wechat?done=wechat-linked");
    let answer = Answer::redirect(to).with_cookie(forget_cookie(PENDING_COOKIE));
    // Whoever was signed in keeps the session they had.
    if token.is_empty() { answer } else { answer.with_cookie(web::session_cookie(token, Strength::Phone)) }
}

fn code_page(cx: &Cx, attempt: &str, back: &str, refusal: Option<&Refusal>) -> Outcome {
    let phone = match actions::phone_of_attempt(&cx.app, attempt, CodeUse::LinkWeChat) {
        Ok(phone) => phone,
        Err(Trouble::Refused(gone)) => return welcome(cx, back, Some(&gone)),
        Err(fault) => return Err(fault),
    };
    let title = cx.t("people-code-title");
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("people-code-lead", &[("phone", phone.masked().into())]))))
        (ui::form(&ui::Form {
            action: "/wechat/code".into(),
            hidden: vec![("attempt".into(), attempt.into()), ("back".into(), back.into())],
            body: html! {
                (refused(cx, refusal))
                (code_field(cx, refusal))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("people-welcome-link"), None),
                    Some(&ui::Link::new(cx.t("people-other-phone"), with_back("/wechat/welcome", back)))))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// `POST /wechat/code`.
fn link(cx: &Cx) -> Outcome {
    let (attempt, back) = (cx.form("attempt"), cx.form("back"));
    match way::link_by_code(&cx.app, cx.lang, &cx.actor, cx.request.cookie(PENDING_COOKIE), attempt, cx.form("code"), token(cx)) {
        Ok(signed_in) => Ok(arrived(signed_in, back)),
        Err(Trouble::Refused(refusal)) => code_page(cx, attempt, back, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

/// `/me/wechat`.
fn identities(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let linked = way::identities(&cx.app, cx.person_id()?)?;
    let title = cx.t("people-wechat");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-wechat-lead"))))
        (refused(cx, refusal))
        @if linked.is_empty() {
            (ui::empty_state(&cx.t("people-wechat-none"), &cx.t("people-wechat-none-why"), None))
        }
        @for identity in &linked {
            (ui::card(Some(&cx.t(if identity.kind == "mini_program" { "people-wechat-mini-program" } else { "people-wechat-official-account" })), html! {
                p { (cx.ta("people-wechat-since", &[("since", show::minute(identity.linked_at).into()), ("seen", show::minute(identity.seen_at).into())])) }
                (ui::form(&ui::Form {
                    action: format!("/me/wechat/{}/removal", identity.id).into(),
                    body: ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("people-wechat-unlink"), None), None),
                    ..ui::Form::default()
                }))
            }))
        }
        @if way::offered(&cx.app) {
            (ui::section(&cx.t("people-wechat-add"), None, html! {
                p { (cx.t("people-wechat-add-note")) }
                p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("people-wechat-add-button"), "/wechat/sign-in?back=/me/wechat")) }
            }))
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn unlink(cx: &Cx) -> Outcome {
    match way::unlink(&cx.app, cx.person_id()?, cx.id_param("id")?) {
        Ok(()) => Ok(Answer::redirect("/me/wechat?done=wechat-unlinked")),
        Err(Trouble::Refused(refusal)) if refusal.status == 409 => identities(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

/// `POST /api/wechat/session` with `code` (of `wx.login`) and, the first time, `agreed`: the version of the privacy notice that was shown.
/// Answers a token for `Authorization: Bearer`. WeChat's `session_key` is not among what is answered, nor kept.
fn mini_program(cx: &Cx) -> Outcome {
    let body: Value = serde_json::from_slice(&cx.request.body).map_err(|_| Refusal::new(400, "refusal-wechat-json"))?;
    let code = body.get("code").and_then(Value::as_str).ok_or_else(|| Refusal::new(400, "refusal-wechat-json"))?;
    let agreed = body.get("agreed").and_then(Value::as_i64);
    let (SignedIn { person_id, token }, new) = way::mini_program(&cx.app, cx.lang, code, agreed, &cx.request.peer)?;
    let words = consents::words(&cx.app, cx.lang, Purpose::WeChatIdentity);
    Ok(Answer::json_with_status(
        if new { 201 } else { 200 },
        &json!({ "token": token, "person": person_id.to_string(), "new": new, "consent": words }),
    ))
}

/// `POST /api/session/end`: the token is good for nothing from now on.
fn end_session(cx: &Cx) -> Outcome {
    actions::sign_out(&cx.app, token(cx))?;
    Ok(Answer::json(&json!({ "ended": true })))
}
