//! Papers that are printed: a receipt, and the sheets of a statement. Each is one self-contained SVG that becomes a picture or
//! a page of a PDF; it uses only what usvg reads. The receipt has the fields of a donation receipt, and is no imitation of an
//! official form: there is no seal on it.
use maud::{Markup, PreEscaped, html};

use crate::certificate::{fit, line, root_width};
use crate::words::Text;

/// Dots per inch of every paper: A4 is 1240 × 1754.
pub const PAPER_DPI: f32 = 150.0;
/// Width of every paper.
pub const PAPER_WIDTH_PX: u32 = 1240;
const HALF_PX: u32 = 877;
const WHOLE_PX: u32 = 1754;

const INK: &str = "#13282c";
const INK_2: &str = "#46595b";
const SEA: &str = "#0b5563";
const RED: &str = "#a3240f";
const PALE: &str = "#9dc0be";
const FONT: &str = "Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif";

/// A label and what stands beside it.
pub type Pair<'a> = (Text<'a>, Text<'a>);

/// What a receipt says. All words are translated, all amounts written out.
#[derive(Clone, Debug, Default)]
pub struct PaperReceipt<'a> {
    pub title: Text<'a>,
    /// Who issues it.
    pub issuer: Text<'a>,
    /// Left of the title: code, number, check code.
    pub numbers: Vec<Pair<'a>>,
    /// Right of the title: day, which copy.
    pub marks: Vec<Pair<'a>>,
    /// Who paid, with their code.
    pub payer: Vec<Pair<'a>>,
    /// Six heads, and rows of as many cells.
    pub heads: Vec<Text<'a>>,
    pub rows: Vec<Vec<Text<'a>>>,
    pub total_words: Pair<'a>,
    pub total: Pair<'a>,
    /// Receiving organisation, handler, reviewer, payee.
    pub hands: Vec<Pair<'a>>,
    /// Small print, at most four lines.
    pub notes: Vec<Text<'a>>,
    /// A QR code as an SVG, trusted; empty: left out.
    pub qr_svg: Text<'a>,
    pub qr_label: Text<'a>,
    /// Across the whole paper: "演示 无效"; empty: none.
    pub watermark: Text<'a>,
    /// In a frame: "已冲红", "副本"; empty: none.
    pub stamp: Text<'a>,
    /// A reversal is written in red.
    pub red: bool,
    /// The gifts of a merged receipt: title, heads and rows of four cells. Empty rows: half a page is enough.
    pub list_title: Text<'a>,
    pub list_heads: Vec<Text<'a>>,
    pub list: Vec<Vec<Text<'a>>>,
}

/// A picture of a paper, with its height; the width is always the same.
pub struct Drawing {
    pub svg: String,
    pub height_px: u32,
}

#[allow(clippy::too_many_arguments)]
fn put(words: &str, x: i32, y: i32, size: i32, fill: &str, anchor: &str, bold: bool, units: usize) -> Markup {
    let words = fit(words, units, 1).remove(0);
    line(&words, x, y, size, fill, anchor, if bold { "700" } else { "400" }, None)
}

fn rule(x1: i32, y1: i32, x2: i32, y2: i32, ink: &str) -> Markup {
    html! { path d=(format!("M{x1} {y1}L{x2} {y2}")) fill="none" stroke=(ink) stroke-width="1.5" {} }
}

fn svg(height: u32, body: Markup) -> Drawing {
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(PAPER_WIDTH_PX) height=(height) viewBox={ "0 0 " (PAPER_WIDTH_PX) " " (height) }
            font-family=(FONT) fill=(INK) {
            rect width=(PAPER_WIDTH_PX) height=(height) fill="#ffffff" {}
            (body)
        }
    };
    Drawing { svg: drawing.into_string(), height_px: height }
}

/// The receipt: half a page, or a whole one when there is a list of gifts.
pub fn paper_receipt(p: &PaperReceipt) -> Drawing {
    let ink = if p.red { RED } else { SEA };
    let columns = [70, 260, 620, 720, 820, 990];
    let (left, right, top, foot) = (60, 1180, 250, 470);
    let body = html! {
        (put(&p.issuer, 620, 62, 26, INK_2, "middle", false, 60))
        (put(&p.title, 620, 116, 46, ink, "middle", true, 40))
        @for (i, (label, value)) in (0..).zip(&p.numbers) {
            (put(label, 60, 86 + i * 32, 20, INK_2, "start", false, 14))
            (put(value, 170, 86 + i * 32, 20, INK, "start", false, 26))
        }
        @for (i, (label, value)) in (0..).zip(&p.marks) {
            (put(label, 860, 86 + i * 32, 20, INK_2, "start", false, 14))
            (put(value, 1000, 86 + i * 32, 20, INK, "start", false, 20))
        }
        @for (i, (label, value)) in (0..).zip(&p.payer) {
            (put(label, 60 + i * 560, 224, 20, INK_2, "start", false, 28))
            (put(value, 160 + i * 740, 224, 22, INK, "start", false, if i == 0 { 38 } else { 24 }))
        }
        rect x=(left) y=(top) width=(right - left) height=(foot - top + 66) fill="none" stroke=(ink) stroke-width="2" {}
        @for (x, head) in columns.iter().zip(&p.heads) { (put(head, *x, top + 34, 20, INK_2, "start", false, 26)) }
        (rule(left, top + 50, right, top + 50, ink))
        @for (r, row) in (0..).zip(p.rows.iter().take(4)) {
            @for (c, (x, cell)) in (0..).zip(columns.iter().zip(row)) {
                (put(cell, *x, top + 90 + r * 40, 22, INK, "start", false, match c { 0 => 16, 1 => 30, 4 => 14, 5 => 18, _ => 8 }))
            }
        }
        (rule(left, foot, right, foot, ink))
        (put(&p.total_words.0, 70, foot + 42, 20, INK_2, "start", false, 18))
        (put(&p.total_words.1, 250, foot + 42, 24, if p.red { RED } else { INK }, "start", true, 48))
        (put(&p.total.0, 820, foot + 42, 20, INK_2, "start", false, 18))
        (put(&p.total.1, 990, foot + 42, 24, if p.red { RED } else { INK }, "start", true, 18))
        @for (i, (label, value)) in (0..).zip(p.hands.iter().take(2)) {
            (put(label, 60, 584 + i * 38, 20, INK_2, "start", false, 24))
            (put(value, 260, 584 + i * 38, 22, INK, "start", false, 52))
        }
        @for (i, (label, value)) in (0..).zip(p.hands.iter().skip(2)) {
            (put(label, 60 + i * 280, 664, 20, INK_2, "start", false, 12))
            (put(value, 60 + i * 280 + 100, 664, 22, INK, "start", false, 12))
        }
        @for (i, note) in (0..).zip(p.notes.iter().take(4)) { (put(note, 60, 722 + i * 32, 18, INK_2, "start", false, 92)) }
        (code(&p.qr_svg, &p.qr_label, 980, 570))
        @if !p.stamp.is_empty() {
            g transform="rotate(-8 790 770)" {
                rect x="620" y="742" width="320" height="76" rx="10" fill="none" stroke=(RED) stroke-width="4" {}
                (put(&p.stamp, 780, 793, 34, RED, "middle", true, 18))
            }
        }
        @if !p.list.is_empty() { (list(p, ink)) }
        @if !p.watermark.is_empty() { (watermark(&p.watermark, 400)) }
    };
    svg(if p.list.is_empty() { HALF_PX } else { WHOLE_PX }, body)
}

fn watermark(words: &str, y: i32) -> Markup {
    html! {
        g transform={ "rotate(-24 620 " (y) ")" } opacity="0.13" { (line(words, 620, y + 40, 150, RED, "middle", "700", None)) }
    }
}

fn code(qr_svg: &str, label: &str, x: i32, y: i32) -> Markup {
    html! {
        @if let Some(start) = qr_svg.find("<svg") {
            @let drawing = &qr_svg[start..];
            @let side = root_width(drawing).unwrap_or(240);
            svg x=(x) y=(y) width="190" height="190" viewBox={ "0 0 " (side) " " (side) } { (PreEscaped(drawing)) }
            (put(label, x + 95, y + 216, 18, INK_2, "middle", false, 26))
        }
    }
}

/// The list in two columns of at most 25.
fn list(p: &PaperReceipt, ink: &str) -> Markup {
    let offsets = [0, 110, 300, 420];
    let sides = if p.list.len() > 25 { 2 } else { 1 };
    html! {
        (rule(60, 890, 1180, 890, PALE))
        (put(&p.list_title, 60, 930, 24, ink, "start", true, 80))
        @for side in 0..sides {
            @for (x, head) in offsets.iter().zip(&p.list_heads) { (put(head, 60 + side * 570 + x, 966, 17, INK_2, "start", false, 18)) }
        }
        @for (i, row) in (0..).zip(p.list.iter().take(50)) {
            @for (c, (x, cell)) in (0..).zip(offsets.iter().zip(row)) {
                (put(cell, 60 + (i / 25) * 570 + x, 998 + (i % 25) * 29, 16, INK, "start", false, match (sides, c) { (1, 3) => 70, (_, 3) => 14, _ => 20 }))
            }
        }
    }
}

/// A statement over several sheets: words above, a table, words below the last row.
#[derive(Clone, Debug, Default)]
pub struct PaperStatement<'a> {
    pub title: Text<'a>,
    /// Under the title: for whom, which period, when made.
    pub lead: Vec<Text<'a>>,
    pub heads: Vec<Text<'a>>,
    /// Where each column begins, in pixels, and how many half-width characters it holds.
    pub columns: Vec<(i32, usize)>,
    /// A row with one cell is a heading.
    pub rows: Vec<Vec<Text<'a>>>,
    /// After the last row.
    pub notes: Vec<Text<'a>>,
    /// "第 { } 页,共 { } 页", with the two numbers as `{page}` and `{pages}`.
    pub foot: Text<'a>,
    pub watermark: Text<'a>,
}

/// The sheets, A4 upright.
pub fn paper_statement(s: &PaperStatement) -> Vec<Drawing> {
    const ROWS: usize = 40;
    let notes_rows = s.notes.len() + 1;
    let mut sheets: Vec<&[Vec<Text>]> = s.rows.chunks(ROWS).collect();
    if sheets.last().is_none_or(|last| last.len() + notes_rows > ROWS) {
        sheets.push(&[]);
    }
    let pages = sheets.len();
    sheets
        .iter()
        .enumerate()
        .map(|(at, rows)| {
            let last = at + 1 == pages;
            let foot = s.foot.replace("{page}", &(at + 1).to_string()).replace("{pages}", &pages.to_string());
            let after = 250 + 36 * i32::try_from(rows.len()).unwrap_or(0) + 50;
            let body = html! {
                (put(&s.title, 60, 90, 40, SEA, "start", true, 54))
                @for (i, words) in (0..).zip(s.lead.iter().take(3)) { (put(words, 60, 132 + i * 28, 19, INK_2, "start", false, 110)) }
                @for ((x, units), head) in s.columns.iter().zip(&s.heads) { (put(head, *x, 232, 18, INK_2, "start", false, *units)) }
                (rule(60, 244, 1180, 244, SEA))
                @for (i, row) in (0..).zip(rows.iter()) {
                    @if row.len() == 1 {
                        (put(&row[0], 60, 276 + i * 36, 21, SEA, "start", true, 100))
                    } @else {
                        @for ((x, units), cell) in s.columns.iter().zip(row) { (put(cell, *x, 276 + i * 36, 18, INK, "start", false, *units)) }
                    }
                    (rule(60, 288 + i * 36, 1180, 288 + i * 36, "#dfe6e2"))
                }
                @if last {
                    @for (i, note) in (0..).zip(&s.notes) { (put(note, 60, after + 20 + i * 32, 18, INK_2, "start", false, 118)) }
                }
                (put(&foot, 1180, 1716, 17, INK_2, "end", false, 60))
                @if !s.watermark.is_empty() { (watermark(&s.watermark, 860)) }
            };
            svg(WHOLE_PX, body)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_receipt_takes_a_whole_page_and_a_single_one_half() {
        let one = PaperReceipt { title: "捐赠票据".into(), ..PaperReceipt::default() };
        assert_eq!(paper_receipt(&one).height_px, HALF_PX);
        let many = PaperReceipt { list: vec![vec!["1".into()]; 50], ..one };
        let drawing = paper_receipt(&many);
        assert_eq!(drawing.height_px, WHOLE_PX);
        assert!(drawing.svg.contains("捐赠票据"));
    }

    #[test]
    fn a_statement_takes_as_many_sheets_as_it_needs_and_its_notes_are_never_cut() {
        for (rows, notes, sheets) in [(0, 3, 1), (10, 3, 1), (36, 3, 1), (37, 3, 2), (40, 3, 2), (81, 3, 3)] {
            let statement = PaperStatement {
                rows: vec![vec!["a".into(), "b".into()]; rows],
                columns: vec![(60, 20), (300, 20)],
                notes: vec!["note".into(); notes],
                foot: "{page}/{pages}".into(),
                ..PaperStatement::default()
            };
            let drawn = paper_statement(&statement);
            assert_eq!(drawn.len(), sheets, "{rows} rows");
            let last = &drawn[sheets - 1].svg;
            assert!(last.contains("note") && last.contains(&format!("{sheets}/{sheets}")));
        }
    }
}
