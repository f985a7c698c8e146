//! One spelling for every value: JSON in the canonical form of RFC 8785, restricted to what facts are made of. Objects with
//! their keys in order, arrays, strings, booleans, null, and whole numbers that every reader holds exactly (at most 2^53 - 1 in
//! size). A hash of it is a hash of the value.
//!
//! Deliberately absent: fractions and exponents. A fact has no half fen.

use serde_json::{Map, Value};

/// The largest whole number that a reader with 64-bit floats (a browser) holds exactly.
pub const MAX_INT: i64 = (1 << 53) - 1;

/// How deep values may be nested.
const MAX_DEPTH: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("it is not UTF-8 text in JSON: {0}")]
    NotJson(String),
    #[error("a number is a fraction, or larger than 2^53 - 1")]
    Number,
    #[error("it is nested more than {MAX_DEPTH} deep")]
    Deep,
    #[error("it is not spelled canonically: keys out of order or repeated, spaces, or an escape that is not needed")]
    NotCanonical,
}

/// Writes a value in its one spelling.
pub fn write(value: &Value) -> Result<String, Malformed> {
    let mut out = String::new();
    put(value, 0, &mut out)?;
    Ok(out)
}

fn put(value: &Value, depth: usize, out: &mut String) -> Result<(), Malformed> {
    if depth > MAX_DEPTH {
        return Err(Malformed::Deep);
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => {
            let whole = number.as_i64().filter(|n| (-MAX_INT..=MAX_INT).contains(n)).ok_or(Malformed::Number)?;
            out.push_str(&whole.to_string());
        }
        Value::String(text) => put_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                put(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            // RFC 8785 orders keys by their UTF-16 units, which is not the order of their bytes beyond the basic plane.
            let mut keys: Vec<(&String, &Value)> = map.iter().collect();
            keys.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (at, (key, item)) in keys.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                put_text(key, out);
                out.push(':');
                put(item, depth + 1, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn put_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads a value, and accepts its one spelling only.
pub fn read(bytes: &[u8]) -> Result<Value, Malformed> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| Malformed::NotJson(error.to_string()))?;
    if write(&value)?.as_bytes() == bytes { Ok(value) } else { Err(Malformed::NotCanonical) }
}

/// Reads an object in its one spelling.
pub fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, Malformed> {
    match read(bytes)? {
        Value::Object(map) => Ok(map),
        _ => Err(Malformed::NotJson("it is not an object".to_owned())),
    }
}
