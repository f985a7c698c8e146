//! `/me/desk-access`: whoever was given a seat and has no staff login yet sets one up. The way: sign in with the telephone,
//! scan the code with an authenticator, choose a login name and a password, type what the authenticator shows.

use maud::html;

use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, refused, show};

use super::pages::token;
use super::{actions, store, totp};

pub(super) fn page(cx: &Cx) -> Outcome {
    shown(cx, None)
}

fn shown(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let person_id = cx.person_id()?;
    let (seated, staff) =
        cx.app.db.read(|tx| Ok::<_, db::Fault>((store::has_a_seat(tx, person_id, cx.now)?, store::is_staff(tx, person_id)?)))?;
    let title = cx.t("people-access-title");
    let status = refusal.map_or(200, |r| r.status);
    if staff || !seated {
        let (key, why) =
            if staff { ("people-access-done", "people-access-done-why") } else { ("people-access-none", "people-access-none-why") };
        let next =
            if staff { ui::Link::new(cx.t("people-to-staff-sign-in"), "/staff/sign-in") } else { ui::Link::new(cx.t("account"), "/me") };
        let body = html! { (ui::heading(&title, None)) (refused(cx, refusal)) (ui::empty_state(&cx.t(key), &cx.t(why), Some(&next))) };
        return Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() }));
    }
    let secret = actions::setup_secret(&cx.app, person_id, token(cx));
    // The authenticator shows this name; the login itself is chosen on the same page.
    let address = totp::provisioning_address(&cx.t("site-name"), &secret);
    let plain = address.split(['?', '&']).find_map(|part| part.strip_prefix("secret=")).unwrap_or_default().to_owned();
    let spaced: Vec<String> = plain.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    let input = |name: &'static str, kind, label: &str, help: &str, autocomplete: &'static str| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            value: if name == "login" { cx.form("login").into() } else { "".into() },
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: field_error(cx, refusal, name).into(),
            required: true,
            autocomplete: autocomplete.into(),
            max_length: Some(200),
            ..ui::Input::default()
        })
    };
    let fields = html! {
        (refused(cx, refusal))
        (ui::fieldset(&cx.t("people-access-first"), html! {
            p { (cx.t("people-access-scan")) }
            (ui::qr_holder(&show::qr(&address), &cx.t("people-access-qr"), None))
            p { (cx.t("people-access-by-hand")) " " code { (spaced.join(" ")) } }
        }))
        (ui::fieldset(&cx.t("people-access-second"), html! {
            (input("login", ui::InputKind::Text, "people-login", "people-access-login-help", "username"))
            (input("password", ui::InputKind::Password, "people-password", "people-access-password-help", "new-password"))
            (input("again", ui::InputKind::Password, "people-access-again", "", "new-password"))
        }))
        (ui::fieldset(&cx.t("people-access-third"), input("totp", ui::InputKind::OneTimeCode, "people-totp", "people-totp-help", "one-time-code")))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("people-access-set-up"), None), None))
    };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-access-lead"))))
        (ui::form(&ui::Form { action: "/me/desk-access".into(), body: fields, ..ui::Form::default() }))
    };
    Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub(super) fn set_up(cx: &Cx) -> Outcome {
    // Passwords are taken as they were typed: a space at the end belongs to them.
    let raw = |name: &str| cx.request.form.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str());
    let new = actions::NewLogin { login: cx.form("login"), password: raw("password"), again: raw("again"), code: cx.form("totp") };
    match actions::set_up_login(&cx.app, cx.person_id()?, token(cx), &new) {
        Ok(()) => Ok(Answer::redirect("/staff/sign-in?back=/desk&done=desk-access")),
        Err(Trouble::Refused(refusal)) => shown(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}
