//! Lists: terms with their values, rows that lead somewhere, rankings.
use maud::{Markup, html};

use crate::mark::{Icon, icon};
use crate::words::{Link, Text};

/// A term and its value.
#[derive(Clone, Debug, Default)]
pub struct Term<'a> {
    pub term: Text<'a>,
    pub value: Markup,
}

impl<'a> Term<'a> {
    /// `value` is markup; for plain words use `ui::text(…)`.
    pub fn new(term: impl Into<Text<'a>>, value: Markup) -> Self {
        Term { term: term.into(), value }
    }
}

/// The particulars of one thing: filing number, dates, organisations.
pub fn definition_list(terms: &[Term]) -> Markup {
    html! {
        dl.terms {
            @for term in terms { div { dt { (term.term) } dd { (term.value) } } }
        }
    }
}

/// A row that is one big target.
#[derive(Clone, Debug, Default)]
pub struct LinkRow<'a> {
    pub href: Text<'a>,
    pub title: Text<'a>,
    /// A second, quieter line; may be empty.
    pub note: Text<'a>,
    /// At the end of the row: an amount, a `badge`.
    pub aside: Markup,
}

/// A list whose rows each lead somewhere: my gifts, letters, villages, tasks of a desk.
pub fn link_list(rows: &[LinkRow]) -> Markup {
    html! { ul.rows { @for row in rows { li { (link_row(row)) } } } }
}

/// The same, and below each row a smaller link of its own, where there is one: its address, and what stands in it.
pub fn link_list_with(rows: &[(LinkRow, Option<(String, Markup)>)]) -> Markup {
    html! {
        ul.rows {
            @for (row, more) in rows {
                li {
                    (link_row(row))
                    @if let Some((href, words)) = more { a.row-more href=(href) { (words) } }
                }
            }
        }
    }
}

fn link_row(row: &LinkRow) -> Markup {
    html! {
        a href=(row.href) {
            span.row-main { b { (row.title) } @if !row.note.is_empty() { small { (row.note) } } }
            span.row-aside { (row.aside) }
            (icon(Icon::Next))
        }
    }
}

/// A queue of a desk in one compact line.
#[derive(Clone, Debug, Default)]
pub struct QueueRow<'a> {
    /// Its name, which leads to all of it.
    pub queue: Link<'a>,
    /// "3 件".
    pub count: Text<'a>,
    /// How many are late; empty: none.
    pub late: Markup,
    /// What has waited longest, which leads to itself.
    pub item: Link<'a>,
    /// Its age, its day, who has it.
    pub facts: Vec<Text<'a>>,
    /// What happens if nobody acts.
    pub note: Text<'a>,
}

/// The queues of a desk, one line each.
pub fn queue_list(rows: &[QueueRow]) -> Markup {
    html! {
        ul.rows.queues {
            @for row in rows {
                li {
                    div { b { (row.queue) } " " span { (row.count) } " " (row.late) }
                    div.queue-item { (row.item) " " small { @for (at, fact) in row.facts.iter().enumerate() { @if at > 0 { " · " } (fact) } } }
                    small { (row.note) }
                }
            }
        }
    }
}

/// Rows that each lead to a room: two beside each other on a phone, with their notes where there is space.
pub fn room_list(rows: &[LinkRow]) -> Markup {
    html! { div.rooms { (link_list(rows)) } }
}

/// A place in a ranking.
#[derive(Clone, Debug, Default)]
pub struct RankRow<'a> {
    /// "1"; equal places may repeat.
    pub place: Text<'a>,
    pub name: Text<'a>,
    /// Empty: no link.
    pub href: Text<'a>,
    pub value: Text<'a>,
    /// "您", "我们队": marks the reader's own row; empty: not theirs.
    pub own: Text<'a>,
}

/// Teams or counties in order. Not for pressing people: donors are ranked only where they asked for it.
pub fn ranking(rows: &[RankRow]) -> Markup {
    html! {
        ol.ranks {
            @for row in rows {
                li class=[(!row.own.is_empty()).then_some("own")] {
                    span.place-no { (row.place) }
                    span {
                        @if row.href.is_empty() { (row.name) } @else { a href=(row.href) { (row.name) } }
                        @if !row.own.is_empty() { " " span.badge.t-plain { (row.own) } }
                    }
                    span.num { (row.value) }
                }
            }
        }
    }
}
