//! `/about/article`: the figures that a newspaper printed in 2020, with their source and with what does not add up.
//! They are other people's figures, and the page says so before it shows the first of them.

use maud::{Markup, html};

use crate::web::{Cx, Lang, Outcome, PageParts, show};

use super::super::article::{Bound, Figure, PROGRAMMES, Unit, figure, group, mean_by_division};

const SOURCE: &str = "discover-article-source";
const YEARS: [(&str, &str); 2] = [("event-2015", "2015"), ("event-2020", "2020")];

pub fn article(cx: &Cx) -> Outcome {
    let title = cx.t("discover-article-title");
    let lead = cx.t("discover-article-lead");
    let body = html! {
        (ui::heading(&title, Some(&lead)))
        (ui::notice(ui::Tone::Info, &cx.t("discover-article-others"), None, html! { p { (cx.t("discover-article-others.body")) } }))
        (ui::section(&cx.t("discover-article-years"), None, html! {
            p { (cx.t("discover-article-years.body")) }
            (ui::grid([chart(cx, "amount"), chart(cx, "gifts"), chart(cx, "mean")]))
            (years_table(cx))
            (mean_note(cx))
        }))
        (ui::section(&cx.t("discover-article-wider"), None, figures(cx, ["event-2020", "platform"].into_iter().flat_map(group).filter(|f| !in_table(f)))))
        (ui::section(&cx.t("discover-article-programmes"), None, html! {
            p { (cx.t("discover-article-programmes.body")) }
            (ui::grid(PROGRAMMES.map(|name| ui::card(Some(&cx.t(&format!("discover-programme-{name}"))), html! {
                p { (cx.t(&format!("discover-programme-{name}.body"))) }
                (figures(cx, group(name)))
            }))))
        }))
        (ui::section(&cx.t("discover-article-taken"), None, ui::prose(html! { p { (cx.t("discover-article-taken.body")) } p { (cx.t(SOURCE)) } })))
    };
    Ok(cx.page(PageParts { title: &title, body, description: &lead, canonical: Some("/about/article"), ..PageParts::default() }))
}

/// Shown in the table of years already.
fn in_table(f: &Figure) -> bool {
    matches!(f.key, "amount" | "gifts" | "mean") && f.group.starts_with("event-")
}

fn chart(cx: &Cx, key: &str) -> Markup {
    let label = |f: &Figure| cx.t(&format!("discover-figure-{}", f.key));
    let named = figure("event-2020", key);
    ui::column_chart(&ui::Chart {
        title: label(named).into(),
        label_head: cx.t("discover-article-year").into(),
        value_head: label(named).into(),
        bars: YEARS
            .iter()
            .map(|(event, year)| {
                let f = figure(event, key);
                ui::Bar { label: (*year).into(), value: f.value, text: written(cx, f).into(), marked: *year == "2020" }
            })
            .collect(),
        numbers_word: cx.t("discover-article-numbers").into(),
        source: cx.t("discover-article-source-short").into(),
    })
}

fn years_table(cx: &Cx) -> Markup {
    let head = |key: &str| ui::Column::number(cx.t(&format!("discover-figure-{key}")));
    let columns = vec![ui::Column::words(cx.t("discover-article-year")), head("amount"), head("gifts"), head("mean")];
    let mut table = ui::Table::new(cx.t("discover-article-table"), columns);
    for (event, year) in YEARS {
        let cell = |key: &str| written(cx, figure(event, key));
        table.row(&[&year, &cell("amount"), &cell("gifts"), &cell("mean")]);
    }
    ui::table(&table)
}

/// The one printed figure that the others contradict.
fn mean_note(cx: &Cx) -> Markup {
    let printed = written(cx, figure("event-2020", "mean"));
    let args = [
        ("printed", printed.into()),
        ("amount", written(cx, figure("event-2020", "amount")).into()),
        ("gifts", written(cx, figure("event-2020", "gifts")).into()),
        ("divided", show::money(mean_by_division("event-2020")).into()),
    ];
    ui::notice(ui::Tone::Warn, &cx.t("discover-article-mean"), None, html! { p { (cx.ta("discover-article-mean.body", &args)) } })
}

fn figures(cx: &Cx, figures: impl Iterator<Item = &'static Figure>) -> Markup {
    let terms: Vec<_> = figures.map(|f| ui::Term::new(cx.t(&format!("discover-figure-{}", f.key)), ui::text(written(cx, f)))).collect();
    ui::definition_list(&terms)
}

/// In Chinese as the article prints it; in English the same number written out.
fn written(cx: &Cx, f: &Figure) -> String {
    if cx.lang == Lang::Zh {
        return f.printed.to_owned();
    }
    let number = match f.unit {
        Unit::Fen => show::money(f.value),
        Unit::Count => show::count(f.value),
        Unit::Percent => format!("{} %", f.value),
    };
    match f.bound {
        Bound::Exact => number,
        Bound::Over => cx.ta("discover-bound-over", &[("number", number.into())]),
        Bound::About => cx.ta("discover-bound-about", &[("number", number.into())]),
    }
}
