//! What an organisation's papers must look like. Reads no clock.

use crate::kernel::civil::Day;
use crate::kernel::{Micros, Refusal, Role};

use super::model::{Kind, NewCertificate, NewOrganisation};

/// 9999-12-31: a certificate on which no end is printed (长期).
pub const LONG_TERM_DAY: Day = 2_932_896;
/// How long before its end a certificate is called expiring: time enough to renew it with the authority.
pub const EXPIRING_DAYS: Day = 90;

/// The characters of a 统一社会信用代码: digits and capitals without I, O, S, V, Z (GB 32100-2015, 4.2).
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The eighteenth character for seventeen others; nothing if one of them does not occur in such codes.
/// GB 32100-2015, 4.4: weights are the powers of 3 modulo 31, and the weighted sum must come to 0 modulo 31.
fn credit_check(body: &[u8]) -> Option<u8> {
    let mut weight = 1;
    let mut sum = 0;
    for byte in body {
        let value = CREDIT_ALPHABET.iter().position(|c| c == byte)?;
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    Some(CREDIT_ALPHABET[(31 - sum) % 31])
}

/// Reads a 统一社会信用代码: full-width forms, small letters and spaces are understood.
pub fn credit_code(typed: &str) -> Result<String, Refusal> {
    let code: String = half_width(typed).chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    if code.len() != 18 {
        return Err(Refusal::input("credit_code", "refusal-credit-code-length").with("length", code.chars().count()));
    }
    match credit_check(&code.as_bytes()[..17]) {
        None => Err(Refusal::input("credit_code", "refusal-credit-code-signs")),
        Some(check) if check == code.as_bytes()[17] => Ok(code),
        Some(_) => Err(Refusal::input("credit_code", "refusal-credit-code-check")),
    }
}

/// A credit code made of seventeen characters and their check character, for invented organisations.
pub fn complete_credit_code(seventeen: &str) -> Option<String> {
    let check = credit_check(seventeen.as_bytes()).filter(|_| seventeen.len() == 17)?;
    Some(format!("{seventeen}{}", char::from(check)))
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| if ('\u{ff01}'..='\u{ff5e}').contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c })
        .collect()
}

/// Everything on the form that founds an organisation, put into its stored form.
pub fn new_organisation(new: &NewOrganisation) -> Result<NewOrganisation, Refusal> {
    let checked = NewOrganisation {
        kind: new.kind,
        name: line("name", &new.name, 2, 100)?,
        english_name: line("english_name", &new.english_name, 0, 200)?,
        credit_code: credit_code(&new.credit_code)?,
        about: block("about", &new.about, 2000)?,
        english_about: block("english_about", &new.english_about, 4000)?,
        address: line("address", &new.address, 2, 200)?,
        contact: line("contact", &new.contact, 2, 200)?,
        area_code: new.area_code.clone(),
        certificates: new.certificates.iter().map(new_certificate).collect::<Result<_, _>>()?,
    };
    Ok(checked)
}

pub fn new_certificate(new: &NewCertificate) -> Result<NewCertificate, Refusal> {
    let checked =
        NewCertificate { number: line("number", &new.number, 1, 60)?, issuer: line("issuer", &new.issuer, 2, 100)?, ..new.clone() };
    if checked.valid_until_day < checked.valid_from_day {
        return Err(Refusal::input("valid_until", "refusal-certificate-ends-first"));
    }
    if checked.valid_until_day > LONG_TERM_DAY {
        return Err(Refusal::input("valid_until", "refusal-organisation-day"));
    }
    Ok(checked)
}

/// One line of words: surrounding space removed, neither shorter nor longer than it may be.
fn line(field: &'static str, typed: &str, least: usize, most: usize) -> Result<String, Refusal> {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    within(field, text, least, most)
}

fn block(field: &'static str, typed: &str, most: usize) -> Result<String, Refusal> {
    within(field, typed.trim().replace("\r\n", "\n"), 0, most)
}

fn within(field: &'static str, text: String, least: usize, most: usize) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length < least {
        return Err(Refusal::input(field, "refusal-organisation-field-empty"));
    }
    if length > most {
        return Err(Refusal::input(field, "refusal-organisation-field-long").with("limit", most));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Refusal::input(field, "refusal-organisation-field-signs"));
    }
    Ok(text)
}

/// A merchant number of WeChat Pay: digits only, at most 32 (merchant API v3, `mchid` and `sub_mchid`).
pub fn merchant_number(typed: &str) -> Result<String, Refusal> {
    let number: String = half_width(typed).chars().filter(|c| !c.is_whitespace()).collect();
    let fits = (8..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(number) } else { Err(Refusal::input("mchid", "refusal-merchant-number")) }
}

/// Whether a seat makes sense: it ends after it begins and after now, and reviewing is the operator's work.
pub fn new_seat(kind: Kind, role: Role, starts_at: Micros, ends_at: Option<Micros>, now: Micros) -> Result<(), Refusal> {
    if role == Role::Reviewer && kind != Kind::Operator {
        return Err(Refusal::input("role", "refusal-seat-reviewer"));
    }
    match ends_at {
        Some(end) if end <= starts_at => Err(Refusal::input("ends", "refusal-seat-ends-first")),
        Some(end) if end <= now => Err(Refusal::input("ends", "refusal-seat-over")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::civil::{day_text, parse_day};
    use crate::organisations::CertificateKind;

    #[test]
    fn a_credit_code_is_checked_as_the_standard_says() {
        for (typed, read) in CODES {
            assert_eq!(credit_code(typed).as_deref(), Ok(*read), "{typed}");
        }
        for (bad, key) in [
            ("", "refusal-credit-code-length"),
            ("9144030071526726X", "refusal-credit-code-length"),
            ("9144030071526726XG1", "refusal-credit-code-length"),
            ("9144030071526726XH", "refusal-credit-code-check"),
            ("9144030071526762XG", "refusal-credit-code-check"),
            ("9144O30071526726XG", "refusal-credit-code-signs"),
            ("9144030071526726X-", "refusal-credit-code-check"),
            ("慈善组织慈善组织慈善组织慈善组织慈善", "refusal-credit-code-length"),
        ] {
            assert_eq!(credit_code(bad).map_err(|r| r.key), Err(key), "{bad}");
        }
    }

    /// Codes that companies print on their own licences; then ways of typing one of them.
    const CODES: &[(&str, &str)] = &[
        ("9144030071526726XG", "9144030071526726XG"),
        ("914403001922038216", "914403001922038216"),
        (" 9144 0300 7152 6726 xg ", "9144030071526726XG"),
    ];

    #[test]
    fn invented_codes_are_completed_and_any_single_slip_is_found() {
        let code = complete_credit_code("53440000MJ0000001").unwrap();
        assert_eq!(credit_code(&code), Ok(code.clone()));
        for at in 0..18 {
            for other in CREDIT_ALPHABET {
                let mut slipped = code.clone().into_bytes();
                if slipped[at] == *other {
                    continue;
                }
                slipped[at] = *other;
                assert!(credit_code(std::str::from_utf8(&slipped).unwrap()).is_err());
            }
        }
        assert_eq!(complete_credit_code("534400"), None);
        assert_eq!(complete_credit_code("53440000IO0000001"), None);
    }

    #[test]
    fn a_certificate_does_not_end_before_it_begins() {
        let from = parse_day("2026-01-01").unwrap();
        let certificate = |number: &str, until| NewCertificate {
            kind: CertificateKind::Registration,
            number: number.into(),
            issuer: "某省民政厅".into(),
            valid_from_day: from,
            valid_until_day: until,
        };
        assert!(new_certificate(&certificate("粤001", from)).is_ok(), "one day is enough");
        assert!(new_certificate(&certificate("粤001", LONG_TERM_DAY)).is_ok());
        assert_eq!(day_text(LONG_TERM_DAY), "9999-12-31");
        assert_eq!(new_certificate(&certificate("粤001", from - 1)).unwrap_err().key, "refusal-certificate-ends-first");
        assert_eq!(new_certificate(&certificate(" ", from)).unwrap_err().field, Some("number"));
        assert_eq!(new_certificate(&certificate("a\u{7}", from)).unwrap_err().key, "refusal-organisation-field-signs");
    }

    #[test]
    fn a_merchant_number_is_digits() {
        assert_eq!(merchant_number(" 1900 000109 "), Ok("1900000109".to_owned()));
        assert_eq!(merchant_number("\u{ff11}900000109"), Ok("1900000109".to_owned()));
        for bad in ["", "1234567", "19000001a9", "-190000010", &*"1".repeat(33)] {
            assert_eq!(merchant_number(bad).map_err(|r| r.key), Err("refusal-merchant-number"), "{bad}");
        }
    }

    #[test]
    fn a_seat_begins_ends_and_belongs_where_it_is_given() {
        let table = [
            (Kind::Charity, Role::Manager, 10, None, Ok(())),
            (Kind::Charity, Role::Manager, 10, Some(20), Ok(())),
            (Kind::Operator, Role::Reviewer, 10, None, Ok(())),
            (Kind::Charity, Role::Reviewer, 10, None, Err("refusal-seat-reviewer")),
            (Kind::Implementer, Role::Reviewer, 10, None, Err("refusal-seat-reviewer")),
            (Kind::Charity, Role::Finance, 10, Some(10), Err("refusal-seat-ends-first")),
            // It ended yesterday.
            (Kind::Charity, Role::Finance, 1, Some(11), Err("refusal-seat-over")),
        ];
        for (kind, role, starts_at, ends_at, said) in table {
            assert_eq!(new_seat(kind, role, starts_at, ends_at, 12).map_err(|r| r.key), said);
        }
    }
}
