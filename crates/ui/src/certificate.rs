//! The certificate a donor keeps: one self-contained SVG that resvg turns into a picture with the system's fonts.
//! It uses only what usvg reads: shapes, presentation attributes and text elements.
use maud::{Markup, PreEscaped, Render, html};

use crate::words::Text;

/// Width of the picture.
pub const CERTIFICATE_WIDTH_PX: u32 = 1080;
/// Height of the picture.
pub const CERTIFICATE_HEIGHT_PX: u32 = 1440;

const PAPER: &str = "#f4f5ee";
const INK: &str = "#13282c";
const INK_2: &str = "#46595b";
const SEA: &str = "#0b5563";
const DEEP: &str = "#0a3d48";
const FAR: &str = "#9dc0be";
const DROP: &str = "#bf4410";
const ON_DEEP: &str = "#dbe9e6";
const FONT: &str = "Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif";

/// What a certificate says. All words are translated, all amounts written out.
#[derive(Clone, Debug, Default)]
pub struct Certificate<'a> {
    /// "汇海"
    pub brand: Text<'a>,
    /// "捐赠证书"
    pub title: Text<'a>,
    /// The donor's name as they chose it, or "匿名爱心人士".
    pub donor: Text<'a>,
    /// One short sentence under the name: "您的一滴,已汇入这片海。"
    pub sentence: Text<'a>,
    /// "¥10.00"
    pub amount: Text<'a>,
    /// 大写: "人民币壹拾元整"; empty in languages without it.
    pub amount_words: Text<'a>,
    /// Label and value, in this order: project, recipient charity, date. At most four.
    pub lines: Vec<(Text<'a>, Text<'a>)>,
    /// "证书编号"
    pub number_label: Text<'a>,
    pub number: Text<'a>,
    /// A QR code as an SVG with `width` in its first tag, trusted; empty: left out.
    pub qr_svg: Text<'a>,
    /// "扫码查看这一滴的去向"
    pub qr_label: Text<'a>,
}

/// The certificate as SVG text, 1080 × 1440. Characters that XML does not allow are dropped; words too long for their
/// place are broken once and then shortened with an ellipsis.
pub fn certificate_svg(c: &Certificate) -> String {
    let donor = fit(&c.donor, 26, 1).remove(0);
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(CERTIFICATE_WIDTH_PX) height=(CERTIFICATE_HEIGHT_PX)
            viewBox="0 0 1080 1440" font-family=(FONT) fill=(INK) {
            rect width="1080" height="1440" fill=(PAPER) {}
            rect x="40" y="40" width="1000" height="1360" rx="14" fill="none" stroke=(SEA) stroke-width="2" {}
            (water())
            g transform="translate(468 104) scale(3)" { (mark()) }
            (line(&c.brand, 540, 306, 40, INK, "middle", "700", Some("10")))
            (line(&c.title, 540, 408, 68, SEA, "middle", "700", Some("18")))
            (line(&donor, 540, 520, 52, INK, "middle", "700", None))
            @for (i, words) in (0..).zip(fit(&c.sentence, 52, 2)) {
                (line(&words, 540, 580 + i * 46, 32, INK_2, "middle", "400", None))
            }
            (line(&c.amount, 540, 752, 108, DROP, "middle", "700", None))
            (line(&c.amount_words, 540, 814, 34, INK_2, "middle", "400", None))
            path d="M140 862H940" stroke=(FAR) stroke-width="2" {}
            (particulars(&c.lines))
            (line(&c.number_label, 110, 1300, 28, FAR, "start", "400", None))
            (line(&c.number, 110, 1346, 34, ON_DEEP, "start", "400", None))
            (code(c))
        }
    };
    drawing.into_string()
}

/// The sea at the foot of the page: two edges, one behind the other.
fn water() -> Markup {
    let edge = |y: i32, half: i32, rise: i32| {
        let waves = 1080 / (2 * half) + 1;
        let mut d = format!("M0 {y}");
        for _ in 0..waves {
            d.push_str(&format!("q{} {} {half} 0t{half} 0", half / 2, -rise));
        }
        d + "V1440H0Z"
    };
    html! {
        path d=(edge(1176, 90, 30)) fill=(FAR) {}
        path d=(edge(1196, 135, 36)) fill=(DEEP) {}
        path d="M0 1250q45-18 90 0t90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0" fill="none" stroke=(SEA) stroke-width="2" {}
        path d="M-60 1390q45-18 90 0t90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0 90 0" fill="none" stroke=(SEA) stroke-width="2" {}
    }
}

/// The brand mark with its colours written in, since there is no style sheet here.
fn mark() -> Markup {
    let drawing = crate::mark::MARK_SHAPES
        .replace(r#"class="m-sea""#, &format!(r#"fill="{SEA}""#))
        .replace(r#"class="m-drop""#, &format!(r#"fill="{DROP}""#))
        .replace(r#"class="m-line m-thin""#, &stroke("2.5"))
        .replace(r#"class="m-line""#, &stroke("4"));
    PreEscaped(drawing)
}

fn stroke(width: &str) -> String {
    format!(r#"fill="none" stroke="{SEA}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round""#)
}

fn particulars(lines: &[(Text, Text)]) -> Markup {
    // Five rows of type fit above the water; names that need a second row get it while there is one.
    let mut spare = 5_usize.saturating_sub(lines.len().min(4));
    let mut y = 928;
    let mut rows = Vec::new();
    for (label, value) in lines.iter().take(4) {
        rows.push(line(label, 140, y, 30, INK_2, "start", "400", None));
        let parts = fit(value, 40, if spare > 0 { 2 } else { 1 });
        spare -= parts.len() - 1;
        for words in parts {
            rows.push(line(&words, 320, y, 32, INK, "start", "400", None));
            y += 44;
        }
        y += 14;
    }
    html! { @for row in rows { (row) } }
}

/// The code on white, over the water, so that every scanner finds its edge.
fn code(c: &Certificate) -> Markup {
    let start = c.qr_svg.find("<svg");
    html! {
        @if let Some(start) = start {
            @let drawing = &c.qr_svg[start..];
            @let side = root_width(drawing).unwrap_or(240);
            rect x="770" y="1148" width="200" height="200" rx="10" fill="#ffffff" {}
            svg x="778" y="1156" width="184" height="184" viewBox={ "0 0 " (side) " " (side) } { (PreEscaped(drawing)) }
            (line(&c.qr_label, 870, 1380, 24, ON_DEEP, "middle", "400", None))
        }
    }
}

/// The `width` of an SVG's first tag.
pub(crate) fn root_width(svg: &str) -> Option<u32> {
    let tag = &svg[..svg.find('>')?];
    let value = tag.split(" width=\"").nth(1)?;
    value.split(|ch: char| !ch.is_ascii_digit()).next()?.parse().ok()
}

#[allow(clippy::too_many_arguments)]
pub(crate) fn line(words: &str, x: i32, y: i32, size: i32, fill: &str, anchor: &str, weight: &str, spacing: Option<&str>) -> Markup {
    html! {
        @if !words.is_empty() {
            text x=(x) y=(y) font-size=(size) fill=(fill) text-anchor=(anchor) font-weight=(weight)
                letter-spacing=[spacing] { (clean(words).render()) }
        }
    }
}

/// Drops characters that XML 1.0 does not allow (production [2] Char).
pub(crate) fn clean(words: &str) -> String {
    words.chars().filter(|ch| !ch.is_control() && !matches!(ch, '\u{fffe}' | '\u{ffff}')).collect()
}

/// Breaks words into at most `lines` lines of `units`, a Chinese character counting two and a Latin one; what is left over
/// becomes an ellipsis. Latin words are kept whole where a space allows it. Always at least one line.
pub(crate) fn fit(words: &str, units: usize, lines: usize) -> Vec<String> {
    let words = clean(words);
    let mut out = vec![String::new()];
    let mut used = 0;
    for ch in words.trim().chars() {
        let wide = if ch.is_ascii() { 1 } else { 2 };
        if used + wide > units {
            if out.len() == lines {
                let last = out.last_mut().expect("there is always a line");
                last.pop();
                last.push('…');
                return out;
            }
            let last = out.last_mut().expect("there is always a line");
            let carried = match last.rfind(' ') {
                Some(space) if ch.is_ascii_alphanumeric() && last.len() - space < units / 2 => last.split_off(space + 1),
                _ => String::new(),
            };
            used = carried.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            out.push(carried);
        }
        used += wide;
        out.last_mut().expect("there is always a line").push(ch);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_broken_once_and_then_shortened() {
        assert_eq!(fit("", 10, 2), [""]);
        assert_eq!(fit("梦想中心", 8, 2), ["梦想中心"]);
        assert_eq!(fit("梦想中心梦想", 8, 2), ["梦想中心", "梦想"]);
        assert_eq!(fit("梦想中心梦想中心梦", 8, 2), ["梦想中心", "梦想中…"]);
        assert_eq!(fit("warm parcels for all", 14, 2), ["warm parcels ", "for all"]);
        assert_eq!(fit("a\u{0}b\u{b}c", 14, 1), ["abc"]);
    }

    #[test]
    fn the_code_is_scaled_by_its_own_width() {
        assert_eq!(root_width(r#"<svg version="1.1" width="232" height="232">"#), Some(232));
        assert_eq!(root_width("<svg>"), None);
    }
}
