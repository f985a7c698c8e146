//! How values are written for people: money, instants, days, and how long ago something was.

use maud::{Markup, html};

use crate::kernel::civil::{self, Day};
use crate::kernel::{DAY_US, HOUR_US, MINUTE_US, Micros};

use super::Cx;

/// `¥1,234.50`.
pub fn money(fen: i64) -> String {
    money::Fen(fen).to_string()
}

/// `2026-11-23 14:05` with the machine's form beside it.
pub fn instant(at: Micros) -> Markup {
    html! { time datetime=(civil::rfc3339(at)) { (civil::minute_text(at)) } }
}

/// `2026-11-23 14:05` where only text can stand.
pub fn minute(at: Micros) -> String {
    civil::minute_text(at)
}

/// `2026-11-23`.
pub fn day(day: Day) -> Markup {
    let text = civil::day_text(day);
    html! { time datetime=(text) { (text) } }
}

/// "just now", "3 hours ago", "12 days ago" in the reader's language.
pub fn ago(cx: &Cx, at: Micros) -> String {
    let past = (cx.now - at).max(0);
    let (key, count) = match past {
        p if p < MINUTE_US => return cx.t("ago-now"),
        p if p < HOUR_US => ("ago-minutes", p / MINUTE_US),
        p if p < DAY_US => ("ago-hours", p / HOUR_US),
        p => ("ago-days", p / DAY_US),
    };
    cx.ta(key, &[("count", count.into())])
}

/// "as of 14:05" stamp under figures that are folds.
pub fn as_of(cx: &Cx) -> Markup {
    let words = cx.ta("as-of", &[("time", civil::minute_text(cx.now).into())]);
    ui::as_of(&words, &civil::rfc3339(cx.now))
}

/// Whole numbers with separators between thousands.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// A QR code as SVG; empty when the text is too long for one.
pub fn qr(text: &str) -> String {
    let drawn = qrcode::QrCode::new(text.as_bytes());
    drawn.map(|code| code.render::<qrcode::render::svg::Color>().min_dimensions(240, 240).build()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (55_947_400, "55,947,400"), (-1234, "-1,234")] {
            assert_eq!(count(number), text);
        }
    }
}
