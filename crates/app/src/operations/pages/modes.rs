//! `/about/mode`: what this deployment is and what it may not do, for everyone; `/operator/members`: who belongs to a
//! closed one.

use maud::html;

use crate::kernel::{Ability, Mode, Refusal, allows, members};
use crate::people;
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, refusal_text, show};

fn mode_words(cx: &Cx, mode: Mode) -> String {
    cx.t(&format!("mode-name-{}", mode.word().replace('_', "-")))
}

pub fn about(cx: &Cx) -> Outcome {
    let title = cx.t("mode-title");
    let mut columns = vec![ui::Column::words(cx.t("mode-ability"))];
    columns.extend(Mode::ALL.into_iter().map(|mode| ui::Column::words(mode_words(cx, mode))));
    let mut table = ui::Table::new(cx.t("mode-table"), columns);
    for ability in Ability::ALL {
        let mut row = vec![ui::text(cx.t(&format!("mode-ability-{}", ability.word())))];
        for mode in Mode::ALL {
            row.push(match allows(mode, ability) {
                Ok(()) => ui::badge(ui::Tone::Good, &cx.t("mode-yes")),
                Err(_) => ui::badge(ui::Tone::Plain, &cx.t("mode-no")),
            });
        }
        table.rows.push(row);
    }
    let forbidden = Ability::ALL.into_iter().filter_map(|ability| allows(cx.app.mode, ability).err());
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("mode-lead", &[("mode", mode_words(cx, cx.app.mode).into())]))))
        (ui::section(&cx.t("mode-forbidden"), None, html! {
            ul { @for refusal in forbidden { li { (refusal_text(cx, &refusal).0) } } }
        }))
        (ui::section(&cx.t("mode-all"), None, html! {
            (ui::table(&table))
            p { (cx.t("mode-source")) }
        }))
    };
    Ok(cx.page(PageParts {
        title: &title,
        description: &cx.t("mode-description"),
        canonical: Some("/about/mode"),
        body,
        ..PageParts::default()
    }))
}

const SHOWN: i64 = 500;
/// How many numbers one form may bring.
const AT_ONCE: usize = 500;

pub fn members(cx: &Cx) -> Outcome {
    members_page(cx, None)
}

fn members_page(cx: &Cx, refused: Option<&Refusal>) -> Outcome {
    let list = cx.app.db.read(|tx| members::list(tx, SHOWN))?;
    let title = cx.t("members-title");
    let mut table = ui::Table::new(
        cx.t("members-title"),
        ["members-phone", "members-note", "members-since", "members-end"].map(|key| ui::Column::words(cx.t(key))).to_vec(),
    );
    for member in &list {
        let end = ui::form(&ui::Form {
            action: "/operator/members/end".into(),
            hidden: vec![("phone".into(), member.phone.as_str().into())],
            body: ui::button(ui::ButtonKind::Quiet, &cx.t("members-end-button"), None),
            ..ui::Form::default()
        });
        table.row(&[&member.phone, &member.note, &show::instant(member.added_at), &end]);
    }
    let body = html! {
        (ui::breadcrumbs(&cx.t("operations-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], &title))
        (ui::heading(&title, Some(&cx.t("members-lead"))))
        @if cx.app.mode != Mode::Closed {
            (ui::notice(ui::Tone::Info, &cx.t("members-not-asked"), None, html! { p { (cx.t("members-not-asked-why")) } }))
        }
        (ui::form(&ui::Form {
            action: "/operator/members".into(),
            body: html! {
                (ui::textarea_field(&ui::TextArea {
                    name: "members".into(),
                    label: cx.t("members-add").into(),
                    help: cx.t("members-add-help").into(),
                    value: cx.form("members").into(),
                    error: field_error(cx, refused, "members").into(),
                    required: true,
                    ..ui::TextArea::default()
                }))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("members-add-button"), None), None))
            },
            ..ui::Form::default()
        }))
        @if list.is_empty() { (ui::empty_state(&cx.t("members-none"), &cx.t("members-none-why"), None)) } @else { (ui::table(&table)) }
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, ..PageParts::default() }))
}

/// One phone number a line, with how the operator knows its owner after a space. A line that is none is named.
pub fn add_members(cx: &Cx) -> Outcome {
    let lines: Vec<&str> = cx.form("members").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > AT_ONCE {
        return members_page(cx, Some(&Refusal::input("members", "refusal-members-none").with("most", AT_ONCE)));
    }
    let mut read = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (phone, note) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match people::mobile_number(phone) {
            Some(phone) if note.chars().count() <= 60 && !note.chars().any(char::is_control) => read.push((phone, note.trim())),
            _ => return members_page(cx, Some(&Refusal::input("members", "refusal-members-line").with("line", at + 1))),
        }
    }
    let (by, now) = (cx.person_id()?, cx.now);
    cx.app.db.write(|tx| read.iter().try_for_each(|(phone, note)| members::add(tx, phone, note, by, now)))?;
    Ok(Answer::redirect("/operator/members?done=members-added"))
}

pub fn end_member(cx: &Cx) -> Outcome {
    let (phone, now) = (cx.form("phone").to_owned(), cx.now);
    if !cx.app.db.write(|tx| members::end(tx, &phone, now))? {
        return Err(Refusal::not_found().into());
    }
    Ok(Answer::redirect("/operator/members?done=members-ended"))
}
