//! Pictures of a way: the life of a project, the steps of giving, where a gift is, the waiting room.
use maud::{Markup, html};

use crate::layout::as_of;
use crate::mark::{Icon, icon};
use crate::money::{level, share};
use crate::words::{Link, Text};

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    Done,
    Current,
    /// Not reached yet.
    #[default]
    Next,
    /// Should have been reached: overdue or failed.
    Late,
}

impl State {
    fn class(self) -> &'static str {
        match self {
            State::Done => "s-done",
            State::Current => "s-now",
            State::Next => "s-next",
            State::Late => "s-late",
        }
    }
}

/// A step of a life cycle.
#[derive(Clone, Debug, Default)]
pub struct TimelineStep<'a> {
    pub title: Text<'a>,
    pub state: State,
    /// The state in words: 已完成, 进行中, 未开始, 已逾期.
    pub state_word: Text<'a>,
    /// A date or a deadline; may be empty.
    pub when: Text<'a>,
    pub note: Markup,
}

/// The life of a project, an application, a letter: what is done, what is going on, what comes, each with its date.
pub fn timeline(label: &str, items: &[TimelineStep]) -> Markup {
    html! {
        ol.timeline aria-label=(label) {
            @for item in items {
                li class=(item.state.class()) aria-current=[(item.state == State::Current).then_some("step")] {
                    p.step-head {
                        b { (item.title) }
                        span.step-state { (item.state_word) }
                        @if !item.when.is_empty() { span.when { (item.when) } }
                    }
                    (item.note)
                }
            }
        }
    }
}

/// Where the person is in a short sequence of pages (1 金额 2 看清楚 3 付款 4 完成). `current` counts from 0;
/// `done_word` is read aloud for the steps behind.
pub fn steps(label: &str, titles: &[&str], current: usize, done_word: &str) -> Markup {
    html! {
        ol.steps aria-label=(label) {
            @for (i, title) in titles.iter().enumerate() {
                li class=(if i < current { "s-done" } else if i == current { "s-now" } else { "s-next" })
                    aria-current=[(i == current).then_some("step")] {
                    span.step-no aria-hidden="true" { @if i < current { (icon(Icon::Tick)) } @else { (i + 1) } }
                    span { (title) @if i < current { span.vh { " " (done_word) } } }
                }
            }
        }
    }
}

/// A part of an amount at one stop: a budget line, a unit, a purchase.
#[derive(Clone, Debug, Default)]
pub struct FlowPart<'a> {
    pub label: Text<'a>,
    /// Where its evidence is; empty: no link.
    pub href: Text<'a>,
    pub amount: Text<'a>,
    /// Share of the whole in thousandths.
    pub permille: u32,
}

/// A place the money comes to.
#[derive(Clone, Debug, Default)]
pub struct FlowStop<'a> {
    pub title: Text<'a>,
    pub state: State,
    pub state_word: Text<'a>,
    /// How much of it is here or has passed; may be empty.
    pub amount: Text<'a>,
    /// When; may be empty.
    pub when: Text<'a>,
    pub note: Markup,
    pub parts: Vec<FlowPart<'a>>,
}

/// Where a gift is: your drop first, then account, payout, spending.
#[derive(Clone, Debug, Default)]
pub struct Flow<'a> {
    pub label: Text<'a>,
    pub stops: Vec<FlowStop<'a>>,
}

/// "Where is my gift": the drop on its way, with the amount and the state at every stop. The first stop is the donor's own.
pub fn flow(f: &Flow) -> Markup {
    html! {
        ol.flow aria-label=(f.label) {
            @for (i, stop) in f.stops.iter().enumerate() {
                li class=(stop.state.class()) aria-current=[(stop.state == State::Current).then_some("step")] {
                    svg.flow-node viewBox="0 0 48 48" aria-hidden="true" focusable="false" { (node(i, f.stops.len())) }
                    div {
                        p.step-head { b { (stop.title) } span.step-state { (stop.state_word) } }
                        @if !stop.amount.is_empty() { p.flow-amount { (stop.amount) } }
                        @if !stop.when.is_empty() { p.when { (stop.when) } }
                        (stop.note)
                        @if !stop.parts.is_empty() { (parts(&stop.parts)) }
                    }
                }
            }
        }
    }
}

/// The first stop is a drop, those between are vessels filling up, the last is the sea.
fn node(i: usize, count: usize) -> Markup {
    html! {
        @if i == 0 {
            path.node-drop d="M24 4c10 12 15 19.500 15 26a15 15 0 0 1-30 0c0-6.500 5-14 15-26Z" {}
        } @else {
            circle.node-ring cx="24" cy="24" r="20" {}
            @if i + 1 == count {
                path.node-wave d="M8 20q8-7 16 0t16 0M8 28q8-7 16 0t16 0M11 36q6.500-6 13 0t13 0" {}
            } @else {
                path.node-wave d="M9 26q7.500-7 15 0t15 0" {}
                path.node-fill d="M5.500 27q9.250-8 18.500 0t18.500 0A19 19 0 0 1 5.500 27Z" {}
            }
        }
    }
}

fn parts(parts: &[FlowPart]) -> Markup {
    html! {
        ul.parts {
            @for part in parts {
                li {
                    span { @if part.href.is_empty() { (part.label) } @else { a href=(part.href) { (part.label) } } }
                    span.num { (part.amount) }
                    (level(part.permille, &share(part.permille)))
                }
            }
        }
    }
}

/// The truth about a queue.
#[derive(Clone, Debug, Default)]
pub struct WaitingRoom<'a> {
    pub title: Text<'a>,
    /// "您前面还有"
    pub position_label: Text<'a>,
    /// "1,204 人"
    pub position: Text<'a>,
    /// "预计等待"
    pub estimate_label: Text<'a>,
    /// "约 3 秒"
    pub estimate: Text<'a>,
    /// Honest sentences: your place is kept, nothing has been charged.
    pub body: Markup,
    /// "更新于 09:09:12" and its machine form (RFC 3339).
    pub as_of: Text<'a>,
    pub as_of_machine: Text<'a>,
    /// A way to leave without losing anything.
    pub leave: Option<Link<'a>>,
}

/// Shown while the channel's own limit makes people wait. Set the page's `reload_after_s` so that it moves without script.
pub fn waiting_room(w: &WaitingRoom) -> Markup {
    html! {
        section.waiting #waiting data-refresh-ms="3000" aria-live="polite" {
            svg.waiting-drop.ornament viewBox="0 0 160 60" aria-hidden="true" focusable="false" {
                path.m-drop d="M80 4c7 8.500 10.500 14 10.500 19a10.500 10.500 0 0 1-21 0c0-5 3.500-10.500 10.500-19Z" {}
                path.m-line d="M40 46a40 9 0 0 0 80 0 40 9 0 0 0-80 0ZM58 46a22 5 0 0 0 44 0 22 5 0 0 0-44 0Z" {}
            }
            h1 { (w.title) }
            dl.stats {
                div { dt { (w.position_label) } dd { (w.position) } }
                div { dt { (w.estimate_label) } dd { (w.estimate) } }
            }
            div.prose { (w.body) }
            (as_of(&w.as_of, &w.as_of_machine))
            @if let Some(leave) = &w.leave { p { (leave) } }
        }
    }
}
