//! What people are told here: a notice is written in the transaction of what it is about, and its words are chosen when it
//! is read, in the reader's language.

use std::collections::BTreeMap;

use db::{Fault, Tx, params, sql};
use fluent_bundle::FluentValue;
use maud::html;

use crate::kernel::{Id, Micros};
use crate::web::{Answer, Cx, Outcome, PageParts, show};

/// Tells a person something: a message of `locales/` whose key begins with `notice-`, its arguments, and where to look.
pub fn notify(
    tx: &mut Tx,
    id: Id,
    person_id: Id,
    message: &'static str,
    arguments: &[(&str, &str)],
    link: &str,
    now: Micros,
) -> Result<(), Fault> {
    let arguments: BTreeMap<&str, &str> = arguments.iter().copied().collect();
    let arguments =
        serde_json::to_string(&arguments).map_err(|error| Fault::inconsistent(format!("a notice could not be written: {error}")))?;
    tx.execute_one(
        sql("INSERT INTO notice (id, person_id, message, arguments, link, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, person_id, message, arguments, link, now],
    )
}

/// How many notices a person has not read.
pub fn unread(tx: &mut Tx, person_id: Id) -> Result<i64, Fault> {
    tx.query_one(sql("SELECT COUNT(*) AS unread FROM notice WHERE person_id = ?1 AND read_at IS NULL"), params![person_id])?.int("unread")
}

struct Notice {
    message: String,
    arguments: BTreeMap<String, String>,
    link: String,
    created_at: Micros,
    new: bool,
}

const SHOWN: i64 = 200;

fn newest(tx: &mut Tx, person_id: Id) -> Result<Vec<Notice>, Fault> {
    let rows = tx.query(
        sql("SELECT message, arguments, link, created_at, read_at FROM notice WHERE person_id = ?1 ORDER BY id DESC LIMIT ?2"),
        params![person_id, SHOWN],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                message: row.text("message")?,
                arguments: serde_json::from_str(&row.text("arguments")?).unwrap_or_default(),
                link: row.text("link")?,
                created_at: row.int("created_at")?,
                new: row.opt_int("read_at")?.is_none(),
            })
        })
        .collect()
}

/// `/me/notices`. A notice stays new until the person says that all are read: opening the page alone changes nothing.
pub(super) fn page(cx: &Cx) -> Outcome {
    let person_id = cx.person_id()?;
    let notices = cx.app.db.read(|tx| newest(tx, person_id))?;
    let rows: Vec<ui::LinkRow> = notices
        .iter()
        .map(|n| {
            let arguments: Vec<(&str, FluentValue)> = n.arguments.iter().map(|(k, v)| (k.as_str(), v.as_str().into())).collect();
            ui::LinkRow {
                href: n.link.as_str().into(),
                title: cx.ta(&n.message, &arguments).into(),
                note: show::minute(n.created_at).into(),
                aside: html! { @if n.new { (ui::badge(ui::Tone::Info, &cx.t("people-notice-new"))) } },
            }
        })
        .collect();
    let title = cx.t("people-notices");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-notices-lead"))))
        @if rows.is_empty() {
            (ui::empty_state(&cx.t("people-notices-empty"), &cx.t("people-notices-empty-why"), None))
        } @else {
            @if notices.iter().any(|n| n.new) {
                (ui::form(&ui::Form {
                    action: "/me/notices".into(),
                    body: ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("people-notices-read"), None), None),
                    ..ui::Form::default()
                }))
            }
            (ui::link_list(&rows))
        }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub(super) fn read_all(cx: &Cx) -> Outcome {
    let (person_id, now) = (cx.person_id()?, cx.now);
    cx.app
        .db
        .write(|tx| tx.execute(sql("UPDATE notice SET read_at = ?2 WHERE person_id = ?1 AND read_at IS NULL"), params![person_id, now]))?;
    Ok(Answer::redirect("/me/notices"))
}
