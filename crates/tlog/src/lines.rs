//! What several of the text formats share: numbers and base64 with one spelling only.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A decimal number without sign, leading zeros or anything around it.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

/// Standard alphabet, padded, unused bits zero.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Eight lower-case hexadecimal digits.
pub(crate) fn key_id(text: &str) -> Option<u32> {
    let plain = text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u32::from_str_radix(text, 16).ok().filter(|_| plain)
}

/// Neither empty nor longer than a cosigned message can say, no space of any kind, no control character, no `+`.
pub(crate) fn is_key_name(text: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    (1..=255).contains(&text.len()) && text.chars().all(fits)
}

/// A line of a note: its own, so without a line break, and without control characters.
pub(crate) fn is_line(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c < ' ')
}
