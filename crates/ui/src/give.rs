//! What belongs to one gift: the calmer's facts, the summary before paying, the receipt, the proof, the code to scan.
use maud::{Markup, PreEscaped, html};

use crate::assets::PAY_PATH;
use crate::layout::{Tone, badge};
use crate::mark::{Icon, icon};
use crate::words::{Link, Text};

/// One thing to know before paying.
#[derive(Clone, Debug, Default)]
pub struct Fact<'a> {
    /// "善款花费"
    pub question: Text<'a>,
    /// "已支出 ¥1,204,500.00,占已筹的 76.3%"
    pub answer: Text<'a>,
    /// A mark when the answer is unusual ("逾期 12 天"); empty: none.
    pub mark: Text<'a>,
    pub tone: Tone,
    /// Where the answer can be checked.
    pub source: Option<Link<'a>>,
}

/// The calmer: the facts about a project that a donor reads before paying, the unwelcome ones included.
pub fn facts(items: &[Fact]) -> Markup {
    html! {
        dl.facts {
            @for item in items {
                div {
                    dt { (item.question) }
                    dd {
                        (item.answer)
                        @if !item.mark.is_empty() { " " (badge(item.tone, &item.mark)) }
                        @if let Some(source) = &item.source { a.source href=(source.href) { (source.text) } }
                    }
                }
            }
        }
    }
}

/// A line of a receipt.
#[derive(Clone, Debug, Default)]
pub struct ReceiptLine<'a> {
    pub label: Text<'a>,
    pub value: Text<'a>,
}

impl<'a> ReceiptLine<'a> {
    /// `label` left, `value` right.
    pub fn new(label: impl Into<Text<'a>>, value: impl Into<Text<'a>>) -> Self {
        ReceiptLine { label: label.into(), value: value.into() }
    }
}

/// A summary that looks like the slip it stands for.
#[derive(Clone, Debug, Default)]
pub struct Receipt<'a> {
    pub title: Text<'a>,
    /// The amount: "¥10.00".
    pub amount: Text<'a>,
    /// Under the amount: 大写 or "付款成功"; may be empty.
    pub amount_note: Text<'a>,
    pub lines: Vec<ReceiptLine<'a>>,
    /// Below the lines: number, legal sentence.
    pub foot: Markup,
}

/// Before paying (what exactly will be paid to whom) and after (what was paid).
pub fn receipt(r: &Receipt) -> Markup {
    html! {
        section.receipt aria-label=(r.title) {
            p.receipt-title { (r.title) }
            p.receipt-amount { (r.amount) }
            @if !r.amount_note.is_empty() { p.receipt-note { (r.amount_note) } }
            dl { @for line in &r.lines { div { dt { (line.label) } dd { (line.value) } } } }
            div.receipt-foot { (r.foot) }
        }
    }
}

/// What makes a record checkable by a stranger.
#[derive(Clone, Debug, Default)]
pub struct Proof<'a> {
    /// "已写入公开账本,3 家机构见证"
    pub title: Text<'a>,
    /// Plain words on what this proves and what it does not.
    pub body: Markup,
    pub lines: Vec<ReceiptLine<'a>>,
    /// Download and verify.
    pub links: Vec<Link<'a>>,
}

/// The public ledger's word for this gift, match or delivery.
pub fn proof(p: &Proof) -> Markup {
    html! {
        section.proof {
            p.proof-title { (icon(Icon::Shield)) b { (p.title) } }
            (p.body)
            dl.terms { @for line in &p.lines { div { dt { (line.label) } dd { code { (line.value) } } } } }
            div.row { @for link in &p.links { a.btn.quiet.small href=(link.href) { (link.text) } } }
        }
    }
}

/// A code to scan. `svg` is trusted markup made by the caller's QR library; what stands before `<svg` is dropped.
/// `label` says what scanning does; `fallback` is the same as a link, for the phone that shows the code to itself.
pub fn qr_holder(svg: &str, label: &str, fallback: Option<&Link>) -> Markup {
    let drawing = svg.find("<svg").map_or("", |start| &svg[start..]);
    html! {
        figure.qr {
            div.qr-code role="img" aria-label=(label) { (PreEscaped(drawing)) }
            figcaption { (label) @if let Some(link) = fallback { br; (link) } }
        }
    }
}

/// What opens WeChat's cashier over a page inside WeChat.
#[derive(Clone, Debug, Default)]
pub struct JsapiButton<'a> {
    pub words: Text<'a>,
    /// `PayParameters` as JSON, handed to WeChat's bridge as they are.
    pub parameters: Text<'a>,
    /// Where the donor goes when WeChat says that it was paid; whether it was, the server asks.
    pub done: Text<'a>,
    /// Said when the donor has closed the cashier, or it did not open.
    pub cancelled: Text<'a>,
    pub failed: Text<'a>,
}

/// The button appears with script only: without WeChat's bridge there is nothing it could do.
pub fn jsapi_button(b: &JsapiButton) -> Markup {
    html! {
        div.row.submit data-jsapi=(b.parameters) data-done=(b.done) data-cancelled=(b.cancelled) data-failed=(b.failed) {
            button.btn.give type="button" hidden { (b.words) }
            p role="status" {}
        }
        script type="module" src=(PAY_PATH) {}
    }
}
