//! Amounts and how far something has come. Amounts arrive written out; shares arrive in thousandths, so no
//! floating point touches money.
use maud::{Markup, html};

use crate::words::Text;

/// A big amount: "¥ 22.65 亿元".
#[derive(Clone, Debug, Default)]
pub struct MoneyFigure<'a> {
    /// What the amount is: "已收到捐款".
    pub label: Text<'a>,
    /// Before the number: "¥"; empty for counts.
    pub currency: Text<'a>,
    /// The digits, grouped as the reader expects.
    pub amount: Text<'a>,
    /// After the number: "元", "亿元", "人次"; may be empty.
    pub unit: Text<'a>,
    /// Small, below: the as-of stamp or a comparison; may be empty.
    pub note: Text<'a>,
}

/// One number that the page is about. At most three on a screen.
pub fn money_figure(m: &MoneyFigure) -> Markup {
    html! {
        div.money {
            p.money-label { (m.label) }
            p.money-figure {
                @if !m.currency.is_empty() { span.cur { (m.currency) } }
                span.num { (m.amount) }
                @if !m.unit.is_empty() { span.unit { (m.unit) } }
            }
            @if !m.note.is_empty() { p.money-note { (m.note) } }
        }
    }
}

/// How far something has come.
#[derive(Clone, Debug, Default)]
pub struct Progress<'a> {
    /// Thousandths of the goal; more than 1000 is drawn as full.
    pub permille: u32,
    /// What has come, left: "已筹 ¥12,345.00".
    pub have: Text<'a>,
    /// What it is measured against, right: "目标 ¥50,000.00".
    pub goal: Text<'a>,
    /// For those who do not see the bar: "已完成 24.7%".
    pub label: Text<'a>,
}

/// The water level of a goal, with both amounts in words below.
pub fn progress_bar(p: &Progress) -> Markup {
    html! {
        div.progress {
            (level(p.permille, &p.label))
            p.progress-text { span.have { (p.have) } span.goal { (p.goal) } }
        }
    }
}

/// The bare bar: a trough, the water in it and a drop at its head.
pub(crate) fn level(permille: u32, label: &str) -> Markup {
    let share = share(permille.min(1000));
    html! {
        svg.level role="img" aria-label=(label) focusable="false" {
            rect.trough width="100%" height="8" y="4" rx="4" {}
            @if permille > 0 {
                rect.water-fill width=(share) height="8" y="4" rx="4" {}
                circle.water-head cx=(share) cy="8" r="7" {}
            }
        }
    }
}

/// Thousandths as a percentage with one decimal: 247 → "24.7%".
pub(crate) fn share(permille: u32) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// A number among its kin.
#[derive(Clone, Debug, Default)]
pub struct Stat<'a> {
    pub value: Text<'a>,
    pub label: Text<'a>,
    /// Where the number is explained; empty: no link.
    pub href: Text<'a>,
}

/// Three to five small numbers in a row.
pub fn stat_row(stats: &[Stat]) -> Markup {
    html! {
        dl.stats {
            @for stat in stats {
                div {
                    dt { (stat.label) }
                    dd { @if stat.href.is_empty() { (stat.value) } @else { a href=(stat.href) { (stat.value) } } }
                }
            }
        }
    }
}
