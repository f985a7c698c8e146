//! The lasting transfer reference: what a donor writes into the remark of a bank transfer, so that the gift finds them.
//! `HH` and seven characters; the last one checks the others by the Luhn algorithm modulo 32 (ISO/IEC 7812-1, annex B, carried
//! to a larger alphabet): it finds every single wrong character and nearly every pair that was exchanged.

/// Without 0, 1, I and O, which people mistake for each other.
const SIGNS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The reference of a 30-bit number.
pub fn of_number(number: u32) -> String {
    let mut values: Vec<usize> = (0..6).rev().map(|at| ((number >> (5 * at)) & 31) as usize).collect();
    values.push(check(&values));
    let signs: String = values.into_iter().map(|v| char::from(SIGNS[v])).collect();
    format!("HH{signs}")
}

/// A reference as typed, in its own form: spaces, hyphens and small letters are forgiven. `None`: it is none.
pub fn read(typed: &str) -> Option<String> {
    let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_uppercase();
    let signs = plain.strip_prefix("HH")?;
    let values: Vec<usize> = signs.bytes().map(|b| SIGNS.iter().position(|s| *s == b)).collect::<Option<_>>()?;
    let (last, body) = values.split_last()?;
    (body.len() == 6 && check(body) == *last).then_some(plain)
}

/// Every second value from the right is doubled and its two digits to the base 32 are added.
fn check(values: &[usize]) -> usize {
    let sum: usize = values.iter().rev().enumerate().map(|(at, v)| if at % 2 == 0 { 2 * v / 32 + 2 * v % 32 } else { *v }).sum();
    (32 - sum % 32) % 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_single_slip_is_noticed() {
        for number in [0, 1, 7, 123_456_789, (1 << 30) - 1] {
            let reference = of_number(number);
            assert_eq!(read(&reference).as_deref(), Some(reference.as_str()));
            let spaced = format!("hh {}-{}", &reference[2..5].to_lowercase(), &reference[5..]);
            assert_eq!(read(&spaced), Some(reference.clone()), "{spaced}");
            for at in 2..reference.len() {
                for sign in SIGNS.iter().filter(|s| **s != reference.as_bytes()[at]) {
                    let mut wrong = reference.clone().into_bytes();
                    wrong[at] = *sign;
                    assert_eq!(read(std::str::from_utf8(&wrong).unwrap()), None);
                }
            }
        }
        for typed in ["", "HH", "HH2222222X", "XX2222222", "HH22222O2", "HH222222"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn neighbours_that_change_places_are_noticed() {
        let (mut noticed, mut tried) = (0, 0);
        for number in (0..1_u32 << 30).step_by(7_654_321) {
            let reference = of_number(number).into_bytes();
            for at in 2..reference.len() - 1 {
                let mut wrong = reference.clone();
                wrong.swap(at, at + 1);
                if wrong != reference {
                    tried += 1;
                    noticed += usize::from(read(std::str::from_utf8(&wrong).unwrap()).is_none());
                }
            }
        }
        assert!(noticed * 100 > tried * 99, "{noticed} of {tried}");
    }
}
