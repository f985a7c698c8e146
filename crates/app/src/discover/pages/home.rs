//! `/`: what this place is in one sentence, what has really come together so far, where to begin, and why to believe it.

use maud::{Markup, html};

use crate::kernel::civil;
use crate::projects::{self, Field, Filter, ProjectCardData, Sort, State};
use crate::web::{Cx, Outcome, PageParts, show};

use super::super::store::{self, Books, News, Totals};

/// How many of the newest progress posts are shown.
const NEWS: i64 = 4;
/// How many cards the first column has, and the list of what raises funds when nothing is in the first column.
const CARDS: i64 = 6;

struct Home {
    totals: Totals,
    curated: Vec<ProjectCardData>,
    raising: Vec<ProjectCardData>,
    fields: Vec<(String, i64)>,
    news: Vec<News>,
    books: Books,
}

pub fn home(cx: &Cx) -> Outcome {
    let home = cx.app.db.read(|tx| -> Result<_, db::Fault> {
        let first = |filter: Filter| Filter { state: Some(State::Published), limit: CARDS, ..filter };
        let curated = projects::cards(tx, &first(Filter { curated: true, sort: Sort::LeastOverdue, ..Filter::default() }))?;
        let raising = if curated.is_empty() { projects::cards(tx, &first(Filter::default()))? } else { Vec::new() };
        Ok(Home {
            totals: store::totals(tx)?,
            curated,
            raising,
            fields: store::projects_by_field(tx)?,
            news: store::news(tx, NEWS)?,
            books: store::books(tx)?,
        })
    })?;
    let lead = cx.t("discover-home-lead");
    let body = html! {
        (hero(cx, &home, &lead))
        (column(cx, &home))
        (fields(cx, &home.fields))
        (news(cx, &home.news))
        (way(cx))
        (trust(cx, &home.books, home.totals.gifts_fen))
    };
    let title = cx.t("discover-home-title");
    Ok(cx.page(PageParts { title: &title, body, description: &lead, canonical: Some("/"), ..PageParts::default() }))
}

fn hero(cx: &Cx, home: &Home, lead: &str) -> Markup {
    let t = &home.totals;
    let begin = if t.projects == 0 {
        html! { (ui::link_button(ui::ButtonKind::Main, &cx.t("discover-home-how"), "/help")) (ui::link_button(ui::ButtonKind::Quiet, &cx.t("footer-about"), "/about")) }
    } else {
        html! {
            (ui::link_button(ui::ButtonKind::Give, &cx.t("discover-home-give"), "/projects"))
            (ui::link_button(ui::ButtonKind::Quiet, &cx.t("discover-home-find"), "/me/gifts"))
        }
    };
    let stat = |key: &str, value: String, href: &'static str| ui::Stat { value: value.into(), label: cx.t(key).into(), href: href.into() };
    ui::hero(&ui::Hero {
        title: cx.t("discover-home-title").into(),
        lead: lead.into(),
        actions: begin,
        aside: html! {
            @if t.projects == 0 {
                p { (cx.t("discover-home-empty-figures")) }
            } @else {
                (ui::money_figure(&ui::MoneyFigure {
                    label: cx.t("discover-home-received").into(),
                    amount: show::money(t.gifts_fen).into(),
                    ..ui::MoneyFigure::default()
                }))
                (show::as_of(cx))
                (ui::stat_row(&[
                    stat("discover-home-gifts", show::count(t.gifts), ""),
                    stat("discover-home-projects", show::count(t.projects), "/projects"),
                    stat("discover-home-charities", show::count(t.charities), "/organisations"),
                    stat("discover-home-spent", show::money(t.spent_fen), ""),
                ]))
            }
        },
    })
}

/// The first column; where it is empty, what raises funds now; where nothing does, why.
fn column(cx: &Cx, home: &Home) -> Markup {
    let all = ui::Link::new(cx.t("discover-home-all"), "/projects");
    if !home.curated.is_empty() {
        return ui::section(
            &cx.t("discover-home-curated"),
            Some(&all),
            html! {
                p { (cx.t("discover-home-curated-lead")) }
                (ui::grid(home.curated.iter().map(|card| projects::card(cx, card))))
            },
        );
    }
    if !home.raising.is_empty() {
        return ui::section(&cx.t("discover-home-newest"), Some(&all), ui::grid(home.raising.iter().map(|card| projects::card(cx, card))));
    }
    ui::section(
        &cx.t("discover-home-newest"),
        None,
        ui::empty_state(&cx.t("discover-home-none"), &cx.t("discover-home-none-why"), Some(&ui::Link::new(cx.t("footer-about"), "/about"))),
    )
}

fn fields(cx: &Cx, counts: &[(String, i64)]) -> Markup {
    let links: Vec<_> = Field::ALL
        .into_iter()
        .map(|field| {
            let projects = counts.iter().find(|(word, _)| word == field.word()).map_or(0, |(_, n)| *n);
            ui::FieldLink {
                field: field.look(),
                word: cx.t(field.key()).into(),
                href: format!("/projects?field={}", field.word()).into(),
                note: cx.ta("discover-home-field-projects", &[("count", projects.into())]).into(),
            }
        })
        .collect();
    ui::section(&cx.t("discover-home-fields"), None, ui::field_tiles(&links))
}

fn news(cx: &Cx, news: &[News]) -> Markup {
    if news.is_empty() {
        return html! {};
    }
    let rows: Vec<_> = news
        .iter()
        .map(|n| ui::LinkRow {
            href: format!("/projects/{}", n.project_id).into(),
            title: n.title.as_str().into(),
            note: cx.either(&n.project_title, &n.project_english_title).into(),
            aside: html! { time datetime=(civil::rfc3339(n.published_at)) { (show::ago(cx, n.published_at)) } },
        })
        .collect();
    ui::section(&cx.t("discover-home-news"), None, ui::link_list(&rows))
}

/// The four steps of a gift, in the order in which they happen.
fn way(cx: &Cx) -> Markup {
    let step = |number: usize, name: &str| {
        ui::card(
            Some(&cx.ta(&format!("discover-way-{name}"), &[("number", number.into())])),
            html! { p { (cx.t(&format!("discover-way-{name}.body"))) } },
        )
    };
    let steps = ["look", "pay", "payout", "spend"].iter().enumerate().map(|(at, name)| step(at + 1, name));
    ui::section(&cx.t("discover-home-way"), Some(&ui::Link::new(cx.t("discover-home-how"), "/help")), ui::grid(steps))
}

/// Channel total beside ledger total: the shortest reason to believe, true or not.
fn trust(cx: &Cx, books: &Books, received_fen: i64) -> Markup {
    let body = if books.days == 0 {
        html! { p { (cx.t("discover-home-books-none")) } }
    } else {
        let args = [
            ("days", books.days.into()),
            ("bill", show::money(books.bill_fen).into()),
            ("ledger", show::money(books.ledger_fen).into()),
            ("differing", books.differing_days.into()),
        ];
        let key = if books.differing_days == 0 { "discover-home-books-agree" } else { "discover-home-books-differ" };
        let tone = if books.differing_days == 0 { ui::Tone::Good } else { ui::Tone::Warn };
        ui::notice(
            tone,
            &cx.ta(key, &args),
            None,
            html! {
                p { (cx.ta(&format!("discover-books-line-{}", if books.differing_days == 0 { "agree" } else { "differ" }), &args)) }
                @if received_fen > books.ledger_fen {
                    p { (cx.ta("discover-books-waiting", &[("amount", show::money(received_fen - books.ledger_fen).into())])) }
                }
            },
        )
    };
    ui::section(&cx.t("discover-home-trust"), Some(&ui::Link::new(cx.t("discover-books-link"), "/reconciliation")), body)
}
