//! What is one's own: consents and taking them back, a copy of one's data, leaving; and the public privacy notice.

use maud::{Markup, html};

use crate::kernel::{Refusal, Right, Trouble, hex, sha256};
use crate::people::actions::leaving::{self, Proof};
use crate::people::actions::{consents, copies};
use crate::people::model::Purpose;
use crate::people::{rules, store};
use crate::web::{Answer, Cx, Lang, Outcome, PageParts, Route, field_error, get, post, refusal_text, refused, show, status_of};

use super::{code_field, no_session, token};

pub fn routes() -> Vec<Route> {
    vec![
        get("/privacy", Right::Anyone, privacy),
        get("/me/consents", Right::SignedIn, |cx| consents_page(cx, None)),
        post("/me/consents/withdrawal", Right::SignedIn, withdraw),
        get("/me/export", Right::SignedIn, |cx| export_page(cx, None)),
        post("/me/export", Right::SignedIn, ask_for_copy),
        get("/me/export/{id}/data.json", Right::SignedIn, copy),
        get("/me/leaving", Right::SignedIn, |cx| leaving_page(cx, "", None)),
        post("/me/leaving", Right::SignedIn, ask_to_leave),
        post("/me/leaving/confirmation", Right::SignedIn, leave),
    ]
}

fn purpose_title(cx: &Cx, purpose: Purpose) -> String {
    cx.t(&format!("people-purpose-{}", purpose.word().replace('_', "-")))
}

fn consents_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let person_id = cx.person_id()?;
    let all = cx.app.db.read(|tx| store::consents::of_person(tx, person_id))?;
    let title = cx.t("people-consents");
    let held = |purpose: Purpose| all.iter().find(|c| c.purpose == purpose && c.withdrawn_at.is_none());
    let mut history = ui::Table::new(
        cx.t("people-consents-history"),
        ["people-consents-what", "people-consents-given", "people-consents-withdrawn", "people-consents-words"]
            .map(|key| ui::Column::words(cx.t(key)))
            .to_vec(),
    );
    for consent in &all {
        let ended = consent.withdrawn_at.map_or(cx.t("people-consents-still"), show::minute);
        let words = html! {
            (consent.body) " "
            (cx.ta("people-consents-version", &[("version", consent.notice_version.into()), ("hash", hex(&consent.sha256)[..12].to_owned().into())]))
        };
        history.row(&[&purpose_title(cx, consent.purpose), &show::minute(consent.given_at), &ended, &words]);
    }
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-consents-lead"))))
        (refused(cx, refusal))
        @for purpose in Purpose::ALL {
            (ui::card(Some(&purpose_title(cx, purpose)), html! {
                @match held(purpose) {
                    Some(consent) => {
                        p { (consent.body) }
                        p { (cx.ta("people-consents-since", &[("time", show::minute(consent.given_at).into())])) }
                        p { (cx.t(&format!("people-withdrawal-{}", purpose.word().replace('_', "-")))) }
                        (ui::form(&ui::Form {
                            action: "/me/consents/withdrawal".into(),
                            hidden: vec![("purpose".into(), purpose.word().into())],
                            body: ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("people-consents-withdraw"), None), None),
                            ..ui::Form::default()
                        }))
                    }
                    None => p { (cx.t("people-consents-not-given")) },
                }
            }))
        }
        @if !all.is_empty() { (ui::section(&cx.t("people-consents-history"), None, ui::table(&history))) }
        p { (ui::Link::new(cx.t("privacy-link"), "/privacy")) }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn withdraw(cx: &Cx) -> Outcome {
    let purpose = Purpose::from_word(cx.form("purpose")).ok_or_else(|| Refusal::input("purpose", "refusal-consent-purpose"))?;
    match consents::withdraw(&cx.app, cx.person_id()?, purpose) {
        Ok(()) => Ok(Answer::redirect("/me/consents?done=consent-withdrawn")),
        Err(Trouble::Refused(refusal)) => consents_page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

fn export_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let made = copies::of_person(&cx.app, cx.person_id()?)?;
    let waits = made.iter().any(|copy| copy.ready_at.is_none());
    let title = cx.t("people-export");
    let list = html! {
        @for copy in &made {
            (ui::card(Some(&cx.ta("people-export-of", &[("time", show::minute(copy.requested_at).into())])), html! {
                @if copy.ready_at.is_some() {
                    p { (cx.ta("people-export-until", &[("time", show::minute(copy.expires_at).into()), ("size", (copy.bytes / 1024 + 1).into())])) }
                    p { (ui::link_button(ui::ButtonKind::Main, &cx.t("people-export-download"), &format!("/me/export/{}/data.json", copy.id))) }
                } @else {
                    p { (ui::badge(ui::Tone::Info, &cx.t("people-export-waiting"))) " " (cx.t("people-export-waiting-note")) }
                }
            }))
        }
    };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-export-lead"))))
        (refused(cx, refusal))
        p { (cx.t("people-export-what")) }
        (ui::form(&ui::Form {
            action: "/me/export".into(),
            body: ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("people-export-ask"), None), Some(&ui::Link::new(cx.t("people-export-gifts"), "/me/gifts"))),
            ..ui::Form::default()
        }))
        @if waits { (ui::refreshing("copies", 3_000, None, list)) } @else { (list) }
    };
    let reload_after_s = waits.then_some(10);
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, reload_after_s, ..PageParts::default() }))
}

fn ask_for_copy(cx: &Cx) -> Outcome {
    match copies::ask(&cx.app, cx.person_id()?) {
        Ok(_) => Ok(Answer::redirect("/me/export?done=export-asked")),
        Err(Trouble::Refused(refusal)) => export_page(cx, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

fn copy(cx: &Cx) -> Outcome {
    let body = copies::body(&cx.app, cx.id_param("id")?, cx.person_id()?)?;
    Ok(Answer::Bytes {
        status: 200,
        content_type: "application/json; charset=utf-8",
        body,
        cache_s: 0,
        file_name: Some("huihai-my-data.json".to_owned()),
    })
}

/// `attempt` names the code that is on its way; empty while nothing was asked for.
fn leaving_page(cx: &Cx, attempt: &str, refusal: Option<&Refusal>) -> Outcome {
    let blocks = leaving::in_the_way(&cx.app, cx.person_id()?)?;
    let proof = leaving::proof(&cx.app, &cx.actor, token(cx))?;
    let title = cx.t("people-leaving");
    let list = |keys: &[&str]| html! { ul { @for key in keys { li { (cx.t(key)) } } } };
    let understood = ui::checkbox(&ui::Check {
        name: "understood".into(),
        value: "1".into(),
        label: ui::text(cx.t("people-leaving-understood")),
        required: true,
        error: field_error(cx, refusal, "understood").into(),
        ..ui::Check::default()
    });
    let last = |code: Markup| {
        ui::form(&ui::Form {
            action: "/me/leaving/confirmation".into(),
            hidden: vec![("attempt".into(), attempt.to_owned().into())],
            body: html! {
                (code) (understood)
                (ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("people-leaving-button"), None), Some(&ui::Link::new(cx.t("people-leaving-stay"), "/me"))))
            },
            ..ui::Form::default()
        })
    };
    let step = match &proof {
        Proof::Phone(phone) if attempt.is_empty() => ui::form(&ui::Form {
            action: "/me/leaving".into(),
            body: html! {
                p { (cx.ta("people-leaving-phone", &[("phone", phone.masked().into())])) }
                (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("people-send-code"), None), Some(&ui::Link::new(cx.t("people-leaving-stay"), "/me"))))
            },
            ..ui::Form::default()
        }),
        Proof::Phone(phone) => html! {
            p { (cx.ta("people-code-lead", &[("phone", phone.masked().into())])) }
            (last(code_field(cx, refusal)))
        },
        Proof::Authenticator => html! { p { (cx.t("people-totp-help")) } (last(code_field(cx, refusal))) },
        Proof::FreshSignIn => last(html! {}),
        Proof::StaleSignIn => html! {
            p { (cx.t("refusal-leaving-stale")) " " (cx.t("refusal-leaving-stale.next")) }
        },
    };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-leaving-lead"))))
        (refused(cx, refusal))
        (ui::section(&cx.t("people-leaving-erased"), None, list(&["people-leaving-erased-person", "people-leaving-erased-gifts", "people-leaving-erased-rest"])))
        (ui::section(&cx.t("people-leaving-kept"), None, list(&["people-leaving-kept-gifts", "people-leaving-kept-receipts", "people-leaving-kept-consents"])))
        p { (ui::Link::new(cx.t("people-leaving-copy-first"), "/me/export")) }
        @if blocks.is_empty() {
            (ui::section(&cx.t("people-leaving-confirm"), None, step))
        } @else {
            @for block in &blocks {
                @let (sentence, next) = refusal_text(cx, block);
                (ui::notice(ui::Tone::Warn, &cx.t("people-leaving-blocked"), Some(&sentence), html! { p { (next) } }))
            }
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn ask_to_leave(cx: &Cx) -> Outcome {
    let asked = match leaving::proof(&cx.app, &cx.actor, token(cx))? {
        Proof::Phone(phone) => leaving::ask(&cx.app, cx.lang, &phone, &cx.request.peer),
        _ => Ok(String::new()),
    };
    match asked {
        Ok(attempt) => leaving_page(cx, &attempt, None),
        Err(Trouble::Refused(refusal)) => leaving_page(cx, "", Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

fn leave(cx: &Cx) -> Outcome {
    let attempt = cx.form("attempt");
    if !cx.request.form.has("understood") {
        return leaving_page(cx, attempt, Some(&Refusal::input("understood", "refusal-leaving-understood")));
    }
    match leaving::leave(&cx.app, &cx.actor, token(cx), attempt, cx.form("code")) {
        Ok(()) => Ok(Answer::redirect("/?done=left").with_cookie(no_session())),
        Err(Trouble::Refused(refusal)) => leaving_page(cx, attempt, Some(&refusal)),
        Err(fault) => Err(fault),
    }
}

/// What is collected, each with its purpose and how long it is kept (网络数据安全管理条例 art. 21).
const COLLECTED: [&str; 9] = ["phone", "name", "wechat", "gifts", "payment", "files", "session", "staff", "address"];
/// What is handed on, to whom and why.
const SHARED: [&str; 4] = ["channel", "charity", "sms", "public"];

/// The words of the notice that holds now, so that a change of them is noticed.
fn notice_words(cx: &Cx, lang: Lang) -> String {
    let text = |key: &str| cx.app.locales.text(lang, key, &[]);
    let mut words = String::new();
    for kind in COLLECTED {
        for part in ["", ".why", ".kept"] {
            words.push_str(&text(&format!("privacy-kind-{kind}{part}")));
        }
    }
    for kind in SHARED {
        for part in ["", ".what", ".why"] {
            words.push_str(&text(&format!("privacy-shared-{kind}{part}")));
        }
    }
    for purpose in Purpose::ALL {
        words.push_str(&consents::words(&cx.app, lang, purpose));
    }
    words
}

fn privacy(cx: &Cx) -> Outcome {
    let title = cx.t("privacy-title");
    let lead = cx.t("privacy-lead");
    let columns = |keys: [&str; 3]| keys.map(|key| ui::Column::words(cx.t(key))).to_vec();
    let mut collected = ui::Table::new(cx.t("privacy-collected"), columns(["privacy-what", "privacy-why", "privacy-kept"]));
    for kind in COLLECTED {
        let part = |part: &str| cx.t(&format!("privacy-kind-{kind}{part}"));
        collected.row(&[&part(""), &part(".why"), &part(".kept")]);
    }
    let mut shared = ui::Table::new(cx.t("privacy-shared"), columns(["privacy-whom", "privacy-what", "privacy-why"]));
    for kind in SHARED {
        let part = |part: &str| cx.t(&format!("privacy-shared-{kind}{part}"));
        shared.row(&[&part(""), &part(".what"), &part(".why")]);
    }
    let right = |name: &str, href: &'static str| ui::LinkRow {
        href: href.into(),
        title: cx.t(&format!("privacy-right-{name}")).into(),
        note: cx.t(&format!("privacy-right-{name}.note")).into(),
        ..ui::LinkRow::default()
    };
    let hash = hex(&sha256(notice_words(cx, cx.lang).as_bytes()));
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        p { (cx.ta("privacy-version", &[("version", rules::NOTICE_VERSION.into()), ("since", rules::NOTICE_SINCE.into())])) " " code { (&hash[..16]) } }
        (ui::section(&cx.t("privacy-who"), None, html! { p { (cx.t("privacy-who-body")) } }))
        (ui::section(&cx.t("privacy-collected"), None, html! { p { (cx.t("privacy-collected-lead")) } (ui::table(&collected)) }))
        (ui::section(&cx.t("privacy-shared"), None, html! { p { (cx.t("privacy-shared-lead")) } (ui::table(&shared)) }))
        (ui::section(&cx.t("privacy-consents"), None, html! {
            p { (cx.t("privacy-consents-lead")) }
            @for purpose in Purpose::ALL { h3 { (purpose_title(cx, purpose)) } p { (consents::words(&cx.app, cx.lang, purpose)) } }
        }))
        (ui::section(&cx.t("privacy-rights"), None, ui::link_list(&[
            right("consents", "/me/consents"),
            right("copy", "/me/export"),
            right("correct", "/me"),
            right("leave", "/me/leaving"),
        ])))
        (ui::section(&cx.t("privacy-children"), None, html! { p { (cx.t("privacy-children-body")) } }))
        (ui::section(&cx.t("privacy-change"), None, html! { p { (cx.t("privacy-change-body")) } }))
    };
    Ok(cx.page(PageParts { title: &title, body, description: &lead, canonical: Some("/privacy"), reading: true, ..PageParts::default() }))
}
