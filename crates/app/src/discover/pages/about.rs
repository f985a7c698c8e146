//! `/about`: what this is, what the law lets this deployment do, and who holds the money (never us).

use maud::html;

use crate::Mode;
use crate::web::{Cx, Outcome, PageParts};

const MODES: [Mode; 4] = [Mode::Demo, Mode::OwnSite, Mode::Designated, Mode::Closed];

pub fn about(cx: &Cx) -> Outcome {
    let title = cx.t("discover-about-title");
    let lead = cx.t("discover-about-lead");
    let part = |name: &str| {
        html! {
            h2 { (cx.t(&format!("discover-about-{name}"))) }
            p { (cx.t(&format!("discover-about-{name}.body"))) }
        }
    };
    let here = cx.app.mode.word().replace('_', "-");
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::prose(html! {
            (part("money"))
            p { a href="/reconciliation" { (cx.t("discover-books-link")) } }
            (part("calm"))
            (part("follow"))
            (part("open"))
            h2 { (cx.t("discover-about-modes")) }
            p { (cx.t("discover-about-modes.body")) }
        }))
        (ui::notice(ui::Tone::Info, &cx.t("discover-about-here"), None, html! { p { (cx.t(&format!("statement-{here}"))) } }))
        (ui::definition_list(&MODES.map(|mode| {
            let word = mode.word().replace('_', "-");
            ui::Term::new(cx.t(&format!("discover-mode-{word}")), ui::text(cx.t(&format!("discover-mode-{word}.body"))))
        })))
        (ui::section(&cx.t("discover-about-more"), None, ui::link_list(&[
            ui::LinkRow { href: "/help".into(), title: cx.t("footer-help").into(), note: cx.t("discover-help-lead").into(), ..ui::LinkRow::default() },
            ui::LinkRow { href: "/about/article".into(), title: cx.t("footer-article").into(), note: cx.t("discover-article-short").into(), ..ui::LinkRow::default() },
        ])))
    };
    Ok(cx.page(PageParts { title: &title, body, description: &lead, canonical: Some("/about"), reading: true, ..PageParts::default() }))
}
