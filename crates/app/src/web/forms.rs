//! A form that comes back: what is said at its top, with which status it is shown again; and running text as it was typed.

use maud::{Markup, html};

use crate::kernel::Refusal;

use super::{Cx, refusal_text};

/// The refusal as it stands at the top of the form it came back with: sentence, what to do, and a link to the field.
pub fn refused(cx: &Cx, refusal: Option<&Refusal>) -> Markup {
    let Some(refusal) = refusal else { return html! {} };
    let (sentence, next) = refusal_text(cx, refusal);
    match refusal.field {
        Some(field) => ui::error_summary(&next, &[ui::FieldError { name: field.into(), text: sentence.into() }]),
        None => ui::notice(ui::Tone::Bad, &cx.t("word-refused"), Some(&sentence), html! { p { (next) } }),
    }
}

/// The status with which it is shown again.
pub fn status_of(refusal: Option<&Refusal>) -> u16 {
    refusal.map_or(200, |r| r.status)
}

/// Running text as it was typed: blank lines part paragraphs, line breaks stay.
pub fn paragraphs(text: &str) -> Markup {
    ui::prose(html! {
        @for paragraph in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
            p { @for (i, line) in paragraph.lines().enumerate() { @if i > 0 { br; } (line) } }
        }
    })
}
