//! Charts as drawings with real text around them, so that labels stay as large as the reader's type, each with the
//! same numbers as words or as a table. Small enough that a chart library would weigh more than what it draws.
use maud::{Markup, html};

use crate::table::{Column, Table, table};
use crate::words::{Text, text};

/// One bar.
#[derive(Clone, Debug, Default)]
pub struct Bar<'a> {
    pub label: Text<'a>,
    /// In any unit, never negative; only proportions are drawn.
    pub value: i64,
    /// The value in words: "¥22.65 亿".
    pub text: Text<'a>,
    /// Drawn in the accent: this year, your county.
    pub marked: bool,
}

/// One point of a line, in order.
pub type Point<'a> = Bar<'a>;

/// The frame of a chart.
#[derive(Clone, Debug, Default)]
pub struct Chart<'a> {
    pub title: Text<'a>,
    /// What the labels are ("年份") and what the values are ("捐款总额"): heads of the table.
    pub label_head: Text<'a>,
    pub value_head: Text<'a>,
    pub bars: Vec<Bar<'a>>,
    /// Opens the numbers: "看数字".
    pub numbers_word: Text<'a>,
    /// Where the numbers come from and as of when; may be empty.
    pub source: Text<'a>,
}

/// Amounts compared, longest labels welcome: budget lines, counties, votes. The chart is its own table.
pub fn bar_chart(c: &Chart) -> Markup {
    let largest = largest(&c.bars);
    html! {
        figure.fig.chart {
            table.bars {
                caption { (c.title) }
                thead.vh { tr { th scope="col" { (c.label_head) } th scope="col" { (c.value_head) } } }
                tbody {
                    @for bar in &c.bars {
                        tr class=[bar.marked.then_some("marked")] {
                            th scope="row" { (bar.label) }
                            td {
                                span.num { (bar.text) }
                                svg aria-hidden="true" focusable="false" {
                                    rect.b-track width="100%" height="100%" rx="3" {}
                                    rect.b-fill width=(percent(bar.value, largest)) height="100%" rx="3" {}
                                }
                            }
                        }
                    }
                }
            }
            (source(c))
        }
    }
}

/// Up to eight moments compared: years, months, days of an event.
pub fn column_chart(c: &Chart) -> Markup {
    let largest = largest(&c.bars);
    html! {
        figure.fig.chart {
            p.chart-title { (c.title) }
            ol.columns {
                @for bar in &c.bars {
                    li class=[bar.marked.then_some("marked")] {
                        svg aria-hidden="true" focusable="false" {
                            rect.b-fill width="100%" y=(percent(largest - bar.value, largest)) height="100%" rx="3" {}
                        }
                        span.num { (bar.text) }
                        span.column-label { (bar.label) }
                    }
                }
            }
            (numbers(c))
            (source(c))
        }
    }
}

/// Many moments: gifts per minute, balances over a year. The first, the largest and the last are named.
pub fn line_chart(c: &Chart) -> Markup {
    let largest = largest(&c.bars);
    let line = points(&c.bars, largest);
    let peak = c.bars.iter().max_by_key(|bar| bar.value);
    html! {
        figure.fig.chart {
            p.chart-title { (c.title) }
            div.line-box {
                @if let Some(peak) = peak { p.line-peak { span.num { (peak.text) } " · " (peak.label) } }
                svg viewBox="0 0 1000 300" preserveAspectRatio="none" role="img" aria-label=(c.title) focusable="false" {
                    path.l-rule d="M0 1H1000M0 150H1000M0 299H1000" {}
                    path.l-area d={ "M0 300L" (line) "L1000 300Z" } {}
                    path.l-line d={ "M" (line) } {}
                }
                p.line-ends {
                    @if let Some(first) = c.bars.first() { span { (first.label) } }
                    @if let Some(last) = c.bars.last() { span { (last.label) " " b.num { (last.text) } } }
                }
            }
            (numbers(c))
            (source(c))
        }
    }
}

fn numbers(c: &Chart) -> Markup {
    let mut t = Table::new(c.title.as_ref(), vec![Column::words(c.label_head.as_ref()), Column::number(c.value_head.as_ref())]);
    t.rows = c.bars.iter().map(|bar| vec![text(&bar.label), text(&bar.text)]).collect();
    html! { details { summary { (c.numbers_word) } (table(&t)) } }
}

fn source(c: &Chart) -> Markup {
    html! { @if !c.source.is_empty() { figcaption { (c.source) } } }
}

fn largest(bars: &[Bar]) -> i64 {
    bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1)
}

/// A share of the largest as a percentage with one decimal; i128 because fen of a whole event times a thousand overflow.
fn percent(value: i64, largest: i64) -> String {
    let permille = (i128::from(value.max(0)) * 1000 / i128::from(largest)) as i64;
    format!("{}.{}%", permille / 10, permille % 10)
}

fn points(bars: &[Bar], largest: i64) -> String {
    let last = bars.len().saturating_sub(1).max(1) as i64;
    let mut line: Vec<String> = (0_i64..)
        .zip(bars)
        .map(|(i, bar)| {
            let height = (i128::from(bar.value.max(0)) * 290 / i128::from(largest)) as i64;
            format!("{} {}", i * 1000 / last, 299 - height)
        })
        .collect();
    if let [only] = line.as_slice() {
        let across = only.replacen('0', "1000", 1);
        line.push(across);
    }
    line.join("L")
}
