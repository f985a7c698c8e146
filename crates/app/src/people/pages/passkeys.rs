//! Passkeys of staff: the list at `/me/passkeys`, making one, and the button at the staff door. The device's answer comes back as a form.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use maud::{Markup, html};

use crate::kernel::{Actor, Refusal, Right, Strength, Trouble, hex, random_bytes};
use crate::people::actions::passkeys::{self, Asked, Made};
use crate::people::model::SignedIn;
use crate::web::{self, Answer, Cookie, Cx, Outcome, PageParts, Route, field_error, get, post, refused, show, status_of};

use super::{desk_of, staff_page, token};

pub fn routes() -> Vec<Route> {
    vec![
        post("/staff/sign-in/passkey", Right::Anyone, sign_in),
        get("/me/passkeys", Right::SignedIn, |cx| page(cx, None)),
        post("/me/passkeys", Right::SignedIn, register),
        post("/me/passkeys/{id}/removal", Right::SignedIn, remove),
    ]
}

/// Binds a challenge to the browser that asked for it.
const BROWSER_COOKIE: &str = "huihai_passkey";
const BROWSER_AGE_S: i64 = 86_400;

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Not base64url: nothing that a device has said.
fn decoded(cx: &Cx, field: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(cx.form(field)).unwrap_or_default()
}

/// The browser's token, and a cookie for it where it has none yet.
fn browser(cx: &Cx) -> (String, Option<Cookie>) {
    let kept = cx.request.cookie(BROWSER_COOKIE);
    if kept.len() == 32 {
        return (kept.to_owned(), None);
    }
    let new = hex(&random_bytes::<16>());
    (new.clone(), Some(Cookie { name: BROWSER_COOKIE, value: new, max_age_s: BROWSER_AGE_S }))
}

/// The section at the staff door, and the cookie that goes with it.
pub fn at_the_door(cx: &Cx, back: &str) -> (Markup, Option<Cookie>) {
    let (browser, cookie) = browser(cx);
    let challenge = passkeys::challenge(&cx.app, Asked::Use(&browser));
    let form = ui::passkey_form(&ui::PasskeyForm {
        action: "/staff/sign-in/passkey".into(),
        rp_id: passkeys::site(&cx.app).1.into(),
        challenge: encoded(challenge.as_bytes()).into(),
        hidden: vec![("challenge".into(), challenge.into()), ("back".into(), back.into())],
        button: cx.t("people-passkey-use").into(),
        unable: cx.t("people-passkey-unable").into(),
        failed: cx.t("people-passkey-failed").into(),
        ..ui::PasskeyForm::default()
    });
    (ui::section(&cx.t("people-passkey-door"), None, html! { p { (cx.t("people-passkey-door-note")) } (form) }), cookie)
}

fn sign_in(cx: &Cx) -> Outcome {
    let back = cx.form("back");
    let answer = passkeys::Answer {
        challenge: cx.form("challenge"),
        credential_id: &decoded(cx, "credential"),
        client_data: &decoded(cx, "client_data"),
        authenticator_data: &decoded(cx, "authenticator_data"),
        signature: &decoded(cx, "signature"),
    };
    match passkeys::sign_in(&cx.app, cx.request.cookie(BROWSER_COOKIE), &answer, &cx.request.peer, token(cx)) {
        Ok(SignedIn { token, .. }) => {
            let to = desk_of(cx, &token, back)?;
            Ok(Answer::redirect(to).with_cookie(web::session_cookie(token, Strength::Staff)))
        }
        Err(Trouble::Refused(refusal)) => Ok(staff_page(cx, back, Some(&refusal))),
        Err(fault) => Err(fault),
    }
}

fn page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let person_id = cx.person_id()?;
    let title = cx.t("people-passkeys");
    if !cx.actor.is_staff() {
        let body = html! {
            (ui::heading(&title, None))
            (ui::empty_state(&cx.t("refusal-passkey-staff-only"), &cx.t("refusal-passkey-staff-only.next"), Some(&ui::Link::new(cx.t("people-to-staff-sign-in"), "/staff/sign-in?back=/me/passkeys"))))
        };
        return Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }));
    }
    let keys = passkeys::of_person(&cx.app, person_id)?;
    let challenge = passkeys::challenge(&cx.app, Asked::Create(person_id));
    let name = match &cx.actor {
        Actor::Person { name, .. } => name.clone(),
        Actor::Anyone => String::new(),
    };
    let form = ui::passkey_form(&ui::PasskeyForm {
        action: "/me/passkeys".into(),
        create: true,
        rp_id: passkeys::site(&cx.app).1.into(),
        rp_name: cx.t("site-name").into(),
        challenge: encoded(challenge.as_bytes()).into(),
        user_id: encoded(&person_id.to_be_bytes()).into(),
        user_name: name.into(),
        exclude: keys.iter().map(|key| encoded(&key.credential_id)).collect::<Vec<_>>().join(" ").into(),
        hidden: vec![("challenge".into(), challenge.into())],
        fields: ui::input_field(&ui::Input {
            name: "name".into(),
            label: cx.t("people-passkey-name").into(),
            value: cx.form("name").into(),
            help: cx.t("people-passkey-name-help").into(),
            error: field_error(cx, refusal, "name").into(),
            required: true,
            autocomplete: "off".into(),
            max_length: Some(60),
            ..ui::Input::default()
        }),
        button: cx.t("people-passkey-make").into(),
        unable: cx.t("people-passkey-unable").into(),
        failed: cx.t("people-passkey-failed").into(),
    });
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-passkeys-lead"))))
        (refused(cx, refusal))
        @if keys.is_empty() { (ui::empty_state(&cx.t("people-passkeys-none"), &cx.t("people-passkeys-none-why"), None)) }
        @for key in &keys {
            (ui::card(Some(&key.name), html! {
                p {
                    (cx.ta("people-passkey-made", &[("time", show::minute(key.created_at).into())])) " "
                    @match key.last_used_at {
                        Some(at) => (cx.ta("people-passkey-used", &[("time", show::minute(at).into())])),
                        None => (cx.t("people-passkey-unused")),
                    }
                }
                (ui::form(&ui::Form {
                    action: format!("/me/passkeys/{}/removal", key.id).into(),
                    body: ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("people-passkey-remove"), None), None),
                    ..ui::Form::default()
                }))
            }))
        }
        (ui::section(&cx.t("people-passkey-new"), None, html! { p { (cx.t("people-passkey-new-note")) } (form) }))
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn register(cx: &Cx) -> Outcome {
    let made = Made {
        challenge: cx.form("challenge"),
        name: cx.form("name"),
        client_data: &decoded(cx, "client_data"),
        attestation: &decoded(cx, "attestation"),
    };
    match passkeys::register(&cx.app, &cx.actor, &made) {
        Ok(()) => Ok(Answer::redirect("/me/passkeys?done=passkey-made")),
        Err(Trouble::Refused(refusal)) => page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

fn remove(cx: &Cx) -> Outcome {
    passkeys::remove(&cx.app, cx.person_id()?, cx.id_param("id")?)?;
    Ok(Answer::redirect("/me/passkeys?done=passkey-removed"))
}
