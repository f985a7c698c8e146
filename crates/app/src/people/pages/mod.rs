//! The doors: signing in with a phone or as staff, one's own page, signing out; in the demo, the outbox.
//!
//! * `passkeys` – keys of staff.
//! * `own` – consents, a copy of one's data, leaving, the privacy notice.
//! * `wechat` – coming in by WeChat, on the web and from a mini-program. `messages` – what the provider did not take.

mod messages;
mod own;
mod passkeys;
mod wechat;

use maud::{Markup, html};

use crate::Mode;
use crate::kernel::{Refusal, Right, Role, Strength, Trouble};
use crate::web::{self, Answer, Cookie, Cx, Outcome, PageParts, Route, SESSION_COOKIE, field_error, get, post, refused, show, status_of};

use super::model::{CodeUse, Purpose, SignedIn};
use super::{access, actions, notices, store, totp};

pub fn routes() -> Vec<Route> {
    let doors = vec![
        get("/sign-in", Right::Anyone, |cx| Ok(phone_page(cx, cx.query("back"), None))),
        post("/sign-in", Right::Anyone, ask_for_code),
        get("/sign-in/code", Right::Anyone, |cx| code_page(cx, cx.query("attempt"), cx.query("back"), None)),
        post("/sign-in/code", Right::Anyone, sign_in_with_code),
        get("/staff/sign-in", Right::Anyone, |cx| Ok(staff_page(cx, cx.query("back"), None))),
        post("/staff/sign-in", Right::Anyone, sign_in_staff),
        post("/sign-out", Right::Anyone, sign_out),
        get("/me", Right::SignedIn, |cx| me_page(cx, None)),
        post("/me", Right::SignedIn, rename),
        get("/me/desk-access", Right::SignedIn, access::page),
        post("/me/desk-access", Right::SignedIn, access::set_up),
        get("/me/notices", Right::SignedIn, notices::page),
        post("/me/notices", Right::SignedIn, notices::read_all),
        post("/me/sign-out-everywhere", Right::SignedIn, sign_out_everywhere),
        get("/outbox", Right::Anyone, outbox_page),
    ];
    [doors, passkeys::routes(), own::routes(), wechat::routes(), messages::routes()].into_iter().flatten().collect()
}

pub(super) fn token(cx: &Cx) -> &str {
    cx.request.session_token()
}

/// Where to go after signing in: a place on this site, or `otherwise`.
fn after(back: &str, otherwise: &str) -> String {
    if back.is_empty() { otherwise.to_owned() } else { web::local_path(back) }
}

fn phone_page(cx: &Cx, back: &str, refusal: Option<&Refusal>) -> Answer {
    let title = cx.t("people-sign-in-title");
    let fields = html! {
        (refused(cx, refusal))
        (ui::input_field(&ui::Input {
            name: "phone".into(),
            label: cx.t("people-phone").into(),
            kind: ui::InputKind::Telephone,
            value: cx.form("phone").into(),
            help: cx.t("people-phone-help").into(),
            error: field_error(cx, refusal, "phone").into(),
            required: true,
            autocomplete: "tel".into(),
            max_length: Some(32),
            ..ui::Input::default()
        }))
        (agreement(cx, Purpose::PhoneSignIn))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("people-send-code"), None), None))
    };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-sign-in-lead"))))
        (ui::form(&ui::Form { action: "/sign-in".into(), hidden: vec![("back".into(), back.into())], body: fields, ..ui::Form::default() }))
        (wechat::way_in(cx, back))
        @if cx.app.mode == Mode::Demo { (demo_hint(cx)) }
        p { (cx.t("people-are-you-staff")) " " (ui::Link::new(cx.t("people-to-staff-sign-in"), "/staff/sign-in")) }
    };
    cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() })
}

/// What the button below agrees to, in the words that will be kept.
fn agreement(cx: &Cx, purpose: Purpose) -> Markup {
    html! { p { (actions::consents::words(&cx.app, cx.lang, purpose)) } }
}

fn demo_hint(cx: &Cx) -> Markup {
    ui::notice(
        ui::Tone::Info,
        &cx.t("people-demo"),
        None,
        html! { p { (cx.t("people-demo-hint")) " " (ui::Link::new(cx.t("people-to-outbox"), "/outbox")) } },
    )
}

fn ask_for_code(cx: &Cx) -> Outcome {
    let back = cx.form("back");
    // "Send again" names the attempt, so that the page it stands on need not hold the number.
    let asked = if cx.request.form.has("attempt") {
        actions::phone_of_attempt(&cx.app, cx.form("attempt"), CodeUse::SignIn)
            .and_then(|phone| actions::ask_for_code(&cx.app, cx.lang, phone.as_str(), &cx.request.peer))
    } else {
        actions::ask_for_code(&cx.app, cx.lang, cx.form("phone"), &cx.request.peer)
    };
    match asked {
        Ok(attempt) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("attempt", &attempt).append_pair("back", back).finish();
            Ok(Answer::redirect(format!("/sign-in/code?{query}")))
        }
        Err(Trouble::Refused(refusal)) => Ok(phone_page(cx, back, Some(&refusal))),
        Err(fault) => Err(fault),
    }
}

fn code_page(cx: &Cx, attempt: &str, back: &str, refusal: Option<&Refusal>) -> Outcome {
    let phone = match actions::phone_of_attempt(&cx.app, attempt, CodeUse::SignIn) {
        Ok(phone) => phone,
        // Nothing to type a code for: begin again, and say why.
        Err(Trouble::Refused(gone)) => return Ok(phone_page(cx, back, Some(&gone))),
        Err(fault) => return Err(fault),
    };
    let title = cx.t("people-code-title");
    let lead = cx.ta("people-code-lead", &[("phone", phone.masked().into())]);
    let fields = html! {
        (refused(cx, refusal))
        (code_field(cx, refusal))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("people-sign-in"), None), None))
    };
    let again = html! {
        p { (cx.t("people-no-code")) }
        (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("people-send-again"), None), Some(&ui::Link::new(cx.t("people-other-phone"), again_address(back)))))
    };
    let hidden = vec![("attempt".into(), attempt.into()), ("back".into(), back.into())];
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::form(&ui::Form { action: "/sign-in/code".into(), hidden: hidden.clone(), body: fields, ..ui::Form::default() }))
        @if cx.app.mode == Mode::Demo { (demo_hint(cx)) }
        (ui::form(&ui::Form { action: "/sign-in".into(), hidden, body: again, ..ui::Form::default() }))
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// Where a code from a message is typed.
fn code_field(cx: &Cx, refusal: Option<&Refusal>) -> Markup {
    ui::input_field(&ui::Input {
        name: "code".into(),
        label: cx.t("people-code").into(),
        kind: ui::InputKind::OneTimeCode,
        help: cx.t("people-code-help").into(),
        error: field_error(cx, refusal, "code").into(),
        required: true,
        autocomplete: "one-time-code".into(),
        max_length: Some(16),
        ..ui::Input::default()
    })
}

fn again_address(back: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish();
    format!("/sign-in?{query}")
}

fn sign_in_with_code(cx: &Cx) -> Outcome {
    let (attempt, back) = (cx.form("attempt"), cx.form("back"));
    match actions::sign_in_with_code(&cx.app, cx.lang, attempt, cx.form("code"), token(cx)) {
        Ok(SignedIn { token, .. }) => Ok(Answer::redirect(after(back, "/me")).with_cookie(web::session_cookie(token, Strength::Phone))),
        Err(Trouble::Refused(refusal)) => code_page(cx, attempt, back, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

fn staff_page(cx: &Cx, back: &str, refusal: Option<&Refusal>) -> Answer {
    let title = cx.t("people-staff-title");
    let input = |name: &'static str, kind, label: &str, help: &str, autocomplete: &'static str| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            // A password or code that was typed is never sent back.
            value: if name == "login" { cx.form("login").into() } else { "".into() },
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            required: true,
            autocomplete: autocomplete.into(),
            max_length: Some(200),
            ..ui::Input::default()
        })
    };
    let fields = html! {
        (refused(cx, refusal))
        (input("login", ui::InputKind::Text, "people-login", "", "username"))
        (input("password", ui::InputKind::Password, "people-password", "", "current-password"))
        (input("totp", ui::InputKind::OneTimeCode, "people-totp", "people-totp-help", "one-time-code"))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("people-sign-in"), None), None))
    };
    let (door, cookie) = passkeys::at_the_door(cx, back);
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-staff-lead"))))
        (door)
        (ui::form(&ui::Form { action: "/staff/sign-in".into(), hidden: vec![("back".into(), back.into())], body: fields, ..ui::Form::default() }))
        @if cx.app.mode == Mode::Demo {
            (ui::notice(ui::Tone::Info, &cx.t("people-demo"), None, html! {
                p { (cx.t("people-demo-staff-hint")) " " (ui::Link::new(cx.t("people-to-outbox"), "/outbox")) }
            }))
        }
        p { (cx.t("people-are-you-donor")) " " (ui::Link::new(cx.t("people-to-phone-sign-in"), "/sign-in")) }
    };
    let page = cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() });
    match cookie {
        Some(cookie) => page.with_cookie(cookie),
        None => page,
    }
}

fn sign_in_staff(cx: &Cx) -> Outcome {
    let back = cx.form("back");
    // The password is taken as it was typed: a space at its end belongs to it.
    let password = cx.request.form.0.iter().find(|(name, _)| name == "password").map_or("", |(_, value)| value);
    match actions::sign_in_staff(&cx.app, cx.form("login"), password, cx.form("totp"), &cx.request.peer, token(cx)) {
        Ok(SignedIn { token, .. }) => {
            let to = desk_of(cx, &token, back)?;
            Ok(Answer::redirect(to).with_cookie(web::session_cookie(token, Strength::Staff)))
        }
        Err(Trouble::Refused(refusal)) => Ok(staff_page(cx, back, Some(&refusal))),
        Err(fault) => Err(fault),
    }
}

/// Where staff who have just signed in go on: where they came from, or their desk.
fn desk_of(cx: &Cx, token: &str, back: &str) -> Result<String, Trouble> {
    let actor = web::actor_of_session(&cx.app.db, token, cx.now)?;
    let desk = if actor.may(Right::Operator) {
        "/operator"
    } else if actor.may(Right::Desk) {
        "/desk"
    } else {
        "/me"
    };
    Ok(after(back, desk))
}

/// A cookie that tells the browser to forget its session.
fn no_session() -> Cookie {
    Cookie { name: SESSION_COOKIE, value: String::new(), max_age_s: 0 }
}

fn sign_out(cx: &Cx) -> Outcome {
    actions::sign_out(&cx.app, token(cx))?;
    Ok(Answer::redirect("/?done=signed-out").with_cookie(no_session()))
}

fn sign_out_everywhere(cx: &Cx) -> Outcome {
    actions::sign_out_everywhere(&cx.app, cx.person_id()?)?;
    Ok(Answer::redirect("/?done=signed-out-everywhere").with_cookie(no_session()))
}

fn me_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let person_id = cx.person_id()?;
    let (name, phones) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::person_name(tx, person_id)?, store::phones_of(tx, person_id)?)))?;
    let title = cx.t("people-me-title");
    let value = if refusal.is_some() { cx.form("name").to_owned() } else { name.clone() };
    let name_fields = html! {
        (refused(cx, refusal))
        (ui::input_field(&ui::Input {
            name: "name".into(),
            label: cx.t("people-name").into(),
            value: value.into(),
            help: cx.t("people-name-help").into(),
            error: field_error(cx, refusal, "name").into(),
            required: true,
            autocomplete: "name".into(),
            max_length: Some(60),
            ..ui::Input::default()
        }))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("people-save-name"), None), None))
    };
    let row = |key: &str, note: &str, href: &'static str| ui::LinkRow {
        href: href.into(),
        title: cx.t(key).into(),
        note: cx.t(note).into(),
        ..ui::LinkRow::default()
    };
    let unread = cx.app.db.read(|tx| notices::unread(tx, person_id))?;
    let mut told = row("people-notices", "people-notices-note", "/me/notices");
    if unread > 0 {
        told.aside = ui::badge(ui::Tone::Info, &cx.ta("people-notices-unread", &[("count", unread.into())]));
    }
    let mut rows = vec![row("nav-my-gifts", "people-gifts-note", "/me/gifts"), told];
    if actions::wechat::offered(&cx.app) {
        rows.push(row("people-wechat", "people-wechat-note", "/me/wechat"));
    }
    rows.push(row("people-consents", "people-consents-note", "/me/consents"));
    rows.push(row("people-export", "people-export-note", "/me/export"));
    rows.push(row("people-leaving", "people-leaving-note", "/me/leaving"));
    if cx.actor.is_staff() {
        rows.push(row("people-passkeys", "people-passkeys-note", "/me/passkeys"));
    }
    if cx.actor.may(Right::Desk) {
        rows.push(row("nav-desk", "people-desk-note", "/desk"));
    }
    if !cx.actor.organisations_as(&[Role::Manager]).is_empty() {
        rows.push(row("people-seats-link", "people-seats-note", "/desk/seats"));
    }
    if cx.actor.may(Right::Operator) {
        rows.push(row("nav-operator", "people-operator-note", "/operator"));
        rows.push(row("people-organisations-link", "people-organisations-note", "/operator/organisations"));
    }
    rows.push(row("organisation-admissions-mine", "people-admissions-note", "/me/admissions"));
    rows.push(row("appeal-title", "people-appeals-note", "/me/appeals"));
    let lead = match phones.first() {
        Some(phone) => cx.ta("people-me-phone", &[("phone", phone.masked().into())]),
        None if cx.actor.is_staff() => cx.t("people-me-no-phone"),
        None => cx.t("people-me-wechat"),
    };
    let sign_out = |action: &'static str, key: &str, kind| {
        ui::form(&ui::Form { action: action.into(), body: ui::submit_row(ui::button(kind, &cx.t(key), None), None), ..ui::Form::default() })
    };
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::link_list(&rows))
        (ui::section(&cx.t("people-name-title"), None, ui::form(&ui::Form { action: "/me".into(), body: name_fields, ..ui::Form::default() })))
        (ui::section(&cx.t("people-leave-title"), None, html! {
            p { (cx.t("people-leave-note")) }
            (sign_out("/sign-out", "people-sign-out", ui::ButtonKind::Quiet))
            (sign_out("/me/sign-out-everywhere", "people-sign-out-everywhere", ui::ButtonKind::Danger))
        }))
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn rename(cx: &Cx) -> Outcome {
    match actions::rename(&cx.app, cx.person_id()?, cx.form("name")) {
        Ok(()) => Ok(Answer::redirect("/me?done=renamed")),
        Err(Trouble::Refused(refusal)) => me_page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

const OUTBOX_LENGTH: i64 = 30;

/// The demo has no phones, so what would have been sent can be read here. Anywhere else this page does not exist.
fn outbox_page(cx: &Cx) -> Outcome {
    if cx.app.mode != Mode::Demo {
        return Err(Refusal::not_found().into());
    }
    let (messages, staff) =
        cx.app.db.read(|tx| Ok::<_, db::Fault>((store::newest_messages(tx, OUTBOX_LENGTH)?, store::demo_staff(tx)?)))?;
    let title = cx.t("people-outbox-title");
    let mut codes = ui::Table::new(
        cx.t("people-outbox-staff-caption"),
        ["people-login", "people-name", "people-totp"].map(|key| ui::Column::words(cx.t(key))).to_vec(),
    );
    for (member, secret) in &staff {
        codes.row(&[&member.login, &member.name, &html! { code { (totp::totp_now(secret, cx.now)) } }]);
    }
    let left = cx.ta("people-outbox-seconds", &[("seconds", totp::seconds_left(cx.now).into())]);
    let list = html! {
        @if messages.is_empty() {
            (ui::empty_state(&cx.t("people-outbox-empty"), &cx.t("people-outbox-empty-why"), Some(&ui::Link::new(cx.t("sign-in"), "/sign-in"))))
        }
        @for message in &messages {
            (ui::card(Some(&message.phone.masked()), html! {
                p { (message.body) }
                p { (show::instant(message.created_at)) " · "
                    @if message.sent_at.is_some() { (cx.t("people-outbox-sent")) } @else { (cx.t("people-outbox-waiting")) } }
            }))
        }
    };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-outbox-lead"))))
        (ui::notice(ui::Tone::Warn, &cx.t("people-demo"), None, html! { p { (cx.t("people-outbox-warning")) } }))
        (ui::refreshing("outbox", 5_000, None, html! {
            (ui::section(&cx.t("people-outbox-messages"), None, list))
            @if !staff.is_empty() {
                (ui::section(&cx.t("people-outbox-staff"), Some(&ui::Link::new(cx.t("people-to-staff-sign-in"), "/staff/sign-in")), html! { (ui::table(&codes)) p { (left) } }))
            }
        }))
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}
