//! `/help`: the questions people ask before and after they give, answered in a few sentences each.

use maud::{Markup, html};

use crate::web::{Cx, Outcome, PageParts};

/// A question, its answer, and where to go from there.
const QUESTIONS: [(&str, &[(&str, &str)]); 9] = [
    ("give", &[("nav-projects", "/projects")]),
    ("safe", &[("nav-books", "/reconciliation")]),
    ("missing", &[("nav-my-gifts", "/me/gifts")]),
    ("where", &[("nav-my-gifts", "/me/gifts")]),
    ("refund", &[("footer-organisations", "/organisations")]),
    ("certificate", &[]),
    (
        "privacy",
        &[
            ("privacy-link", "/privacy"),
            ("people-consents", "/me/consents"),
            ("people-export", "/me/export"),
            ("people-leaving", "/me/leaving"),
        ],
    ),
    ("reading", &[]),
    ("keyboard", &[]),
];

pub fn help(cx: &Cx) -> Outcome {
    let title = cx.t("discover-help-title");
    let lead = cx.t("discover-help-lead");
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        nav aria-label=(cx.t("discover-help-contents")) {
            (ui::link_list(&QUESTIONS.map(|(name, _)| ui::LinkRow {
                href: format!("#{name}").into(),
                title: cx.t(&format!("discover-help-{name}")).into(),
                ..ui::LinkRow::default()
            })))
        }
        (ui::prose(html! { @for (name, links) in QUESTIONS { (question(cx, name, links)) } }))
    };
    Ok(cx.page(PageParts { title: &title, body, description: &lead, canonical: Some("/help"), reading: true, ..PageParts::default() }))
}

fn question(cx: &Cx, name: &str, links: &[(&str, &str)]) -> Markup {
    let answer = cx.t(&format!("discover-help-{name}.body"));
    html! {
        h2 id=(name) { (cx.t(&format!("discover-help-{name}"))) }
        @for paragraph in answer.lines() { p { (paragraph) } }
        @if name == "reading" { (reading_settings(cx)) }
        @if !links.is_empty() {
            p { @for (word, href) in links { a href=(href) { (cx.t(word)) } "  " } }
        }
    }
}

fn reading_settings(cx: &Cx) -> Markup {
    let switch = |name: &str, value: &str| format!("/settings?{name}={value}&back=/help");
    html! {
        ul {
            li { a href=(switch("size", "large")) { (cx.t("size-large")) } }
            li { a href=(switch("size", "normal")) { (cx.t("size-normal")) } }
            li { a href=(switch("theme", "light")) { (cx.t("theme-light")) } }
            li { a href=(switch("theme", "dark")) { (cx.t("theme-dark")) } }
            li { a href=(switch("theme", "auto")) { (cx.t("theme-auto")) } }
        }
    }
}
