//! The charity's bank account, which donors see beside their reference. A wrong number would send gifts to a stranger, so
//! two people stand behind it as well.

use maud::{Markup, html};

use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, refused, status_of};

use super::super::actions;
use super::super::store::{self, Account};
use super::field;

pub fn page(cx: &Cx) -> Outcome {
    account_page(cx, None)
}

/// The organisation whose desk this person sits at.
fn organisation(cx: &Cx) -> Result<Id, Refusal> {
    cx.actor.desk_organisation().ok_or_else(Refusal::forbidden)
}

fn account_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let organisation_id = organisation(cx)?;
    let accounts = cx.app.db.read(|tx| store::accounts_of(tx, organisation_id))?;
    let (holds, waits) = (accounts.iter().find(|a| a.confirmed), accounts.first().filter(|a| !a.confirmed));
    let title = cx.t("offline-account");
    let enters = cx.actor.holds(organisation_id, &[Role::Finance]);
    let mine = |a: &Account| cx.actor.person_id() == Some(a.entered_by);
    let body = html! {
        (ui::breadcrumbs(&cx.t("offline-trail"), &[ui::Link::new(cx.t("offline-desk"), "/desk"), ui::Link::new(cx.t("offline-title"), "/desk/offline")], &title))
        (ui::heading(&title, Some(&cx.t("offline-account-lead"))))
        (refused(cx, refusal))
        @match holds {
            Some(account) => (terms(cx, account)),
            None => p { (cx.t("offline-account-none")) },
        }
        @if let Some(account) = waits {
            (ui::section(&cx.t("offline-account-waits"), None, html! {
                (terms(cx, account))
                @if mine(account) { p { (cx.t("offline-account-own")) } }
                @else {
                    (ui::form(&ui::Form {
                        action: "/desk/offline/account/confirmation".into(),
                        hidden: vec![("account".into(), account.id.to_string().into())],
                        body: ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("offline-account-confirm"), None), None),
                        ..ui::Form::default()
                    }))
                }
            }))
        }
        @if enters {
            (ui::section(&cx.t("offline-account-new"), None, ui::form(&ui::Form {
                action: "/desk/offline/account".into(),
                body: html! {
                    (field(cx, refusal, "name", "offline-account-name", "", ui::InputKind::Text))
                    (field(cx, refusal, "bank", "offline-account-bank", "offline-account-bank-help", ui::InputKind::Text))
                    (field(cx, refusal, "number", "offline-account-number", "", ui::InputKind::Text))
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("offline-account-enter"), None), None))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn terms(cx: &Cx, account: &Account) -> Markup {
    let text = |key: &str, value: &str| ui::Term::new(cx.t(key), ui::text(value.to_owned()));
    ui::definition_list(&[
        text("offline-account-name", &account.name),
        text("offline-account-bank", &account.bank),
        text("offline-account-number", &account.number),
    ])
}

pub fn enter(cx: &Cx) -> Outcome {
    let organisation_id = organisation(cx)?;
    let typed = [cx.form("name"), cx.form("bank"), cx.form("number")];
    answered(cx, actions::enter_account(&cx.app, &cx.actor, organisation_id, typed, cx.now), "done=offline-account-entered")
}

pub fn confirm(cx: &Cx) -> Outcome {
    let organisation_id = organisation(cx)?;
    let id = parse_id(cx.form("account")).unwrap_or(0);
    answered(cx, actions::confirm_account(&cx.app, &cx.actor, organisation_id, id, cx.now), "done=offline-account-confirmed")
}

fn answered(cx: &Cx, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/desk/offline/account?{done}"))),
        Err(Trouble::Refused(refusal)) if refusal.field.is_some() || refusal.status == 409 => account_page(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}
