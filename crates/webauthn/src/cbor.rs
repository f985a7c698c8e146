//! As much CBOR (RFC 8949) as authenticators write: definite lengths, no floats, no tags.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Unsigned and negative integers as far as an `i64` holds them.
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Simple(u8),
}

impl Value {
    /// The value under a text key of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Map(pairs) = self else { return None };
        pairs.iter().find(|(k, _)| matches!(k, Value::Text(text) if text == key)).map(|(_, v)| v)
    }

    /// The value under a number, as COSE keys have them.
    pub fn at(&self, key: i64) -> Option<&Value> {
        let Value::Map(pairs) = self else { return None };
        pairs.iter().find(|(k, _)| *k == Value::Int(key)).map(|(_, v)| v)
    }
}

/// Nothing that an authenticator says is nested deeper.
const DEPTH: u8 = 8;

/// One item that fills the bytes to the end.
pub fn read(bytes: &[u8]) -> Option<Value> {
    let (value, rest) = item(bytes, 0)?;
    rest.is_empty().then_some(value)
}

/// The first item, and how many bytes it took.
pub fn read_first(bytes: &[u8]) -> Option<(Value, usize)> {
    let (value, rest) = item(bytes, 0)?;
    Some((value, bytes.len() - rest.len()))
}

fn item(bytes: &[u8], depth: u8) -> Option<(Value, &[u8])> {
    if depth > DEPTH {
        return None;
    }
    let (first, rest) = bytes.split_first()?;
    let (major, small) = (first >> 5, first & 31);
    if major == 7 {
        // false, true, null, undefined; nothing that carries more bytes.
        return (20..=23).contains(&small).then_some((Value::Simple(small), rest));
    }
    let (number, mut rest) = argument(small, rest)?;
    match major {
        0 => Some((Value::Int(i64::try_from(number).ok()?), rest)),
        1 => Some((Value::Int(-1 - i64::try_from(number).ok()?), rest)),
        2 | 3 => {
            let (text, rest) = rest.split_at_checked(usize::try_from(number).ok()?)?;
            let value = if major == 2 { Value::Bytes(text.to_vec()) } else { Value::Text(String::from_utf8(text.to_vec()).ok()?) };
            Some((value, rest))
        }
        4 => {
            let mut items = Vec::new();
            for _ in 0..number {
                let (value, after) = item(rest, depth + 1)?;
                items.push(value);
                rest = after;
            }
            Some((Value::Array(items), rest))
        }
        5 => {
            let mut pairs: Vec<(Value, Value)> = Vec::new();
            for _ in 0..number {
                let (key, after) = item(rest, depth + 1)?;
                let (value, after) = item(after, depth + 1)?;
                // Two values under one key: somebody wants to be read in two ways.
                if pairs.iter().any(|(k, _)| *k == key) {
                    return None;
                }
                pairs.push((key, value));
                rest = after;
            }
            Some((Value::Map(pairs), rest))
        }
        _ => None,
    }
}

fn argument(small: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match small {
        0..=23 => return Some((u64::from(small), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (digits, rest) = rest.split_at_checked(width)?;
    Some((digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_and_nonsense_is_not() {
        assert_eq!(read(&[0x18, 0x64]), Some(Value::Int(100)));
        assert_eq!(read(&[0x39, 0x01, 0x00]), Some(Value::Int(-257)));
        assert_eq!(read(&[0xa1, 0x61, b'a', 0x80]), Some(Value::Map(vec![(Value::Text("a".into()), Value::Array(vec![]))])));
        assert_eq!(read_first(&[0x01, 0x02]), Some((Value::Int(1), 1)));
        for bad in [
            &[][..],
            &[0x01, 0x02],
            &[0x42, 0x00],
            &[0x5f, 0xff],
            &[0xa2, 0x01, 0x01, 0x01, 0x02],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0xc0, 0x00],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x61, 0xff],
            &[0x81; 40],
        ] {
            assert_eq!(read(bad), None, "{bad:02x?}");
        }
    }
}
