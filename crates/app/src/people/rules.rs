//! What a phone number, a name, a login and a password look like, and what a typed code may do. Reads no clock.

use crate::kernel::{MINUTE_US, Micros, Refusal};

use super::model::{Phone, PhoneCode};

/// How long a code sent to a phone is good for.
pub const CODE_LIFETIME: Micros = 10 * MINUTE_US;
/// How often one code may be typed.
pub const CODE_TRIES: i64 = 5;
/// How many wrong staff sign-ins lock the login, and for how long.
pub const STAFF_FAILURES: i64 = 5;
pub const STAFF_LOCK: Micros = 15 * MINUTE_US;

/// How long somebody whom WeChat has named may think about what to do.
pub const PENDING_LIFETIME: Micros = 15 * MINUTE_US;
/// The privacy notice that holds now, counted from 1, and since which day. A change of its words is a new version.
pub const NOTICE_VERSION: i64 = 1;
pub const NOTICE_SINCE: &str = "2026-11-24";

const NAME_LENGTH: usize = 30;
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 10..=200;
/// RFC 4226 R6: a shared secret has at least 128 bits.
const TOTP_SECRET_BYTES: usize = 16;

/// Full-width forms of ASCII (as Chinese keyboards type them) become ASCII.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .collect()
}

/// Reads a mainland mobile number: full-width digits, spaces, hyphens and `+86` are understood.
pub fn phone(typed: &str) -> Result<Phone, Refusal> {
    let plain: String =
        half_width(typed).chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '\u{2010}'..='\u{2015}')).collect();
    let national = plain.strip_prefix("+86").or_else(|| plain.strip_prefix("0086")).unwrap_or(&plain);
    let national = if national.len() == 13 { national.strip_prefix("86").unwrap_or(national) } else { national };
    let digits = national.as_bytes();
    // Mobile numbers of the mainland have eleven digits; 10, 11 and 12 begin short codes, not mobiles.
    let mobile = digits.len() == 11 && digits.iter().all(u8::is_ascii_digit) && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1]);
    if mobile { Ok(Phone(national.to_owned())) } else { Err(Refusal::input("phone", "refusal-phone")) }
}

/// Reads a typed code: six digits, of whatever width, with or without spaces.
pub fn typed_code(typed: &str) -> Option<String> {
    let digits: String = half_width(typed).chars().filter(|c| !c.is_whitespace()).collect();
    (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// Whether a code may be tried at all.
pub fn may_try(code: &PhoneCode, now: Micros) -> Result<(), Refusal> {
    if code.used_at.is_some() {
        return Err(Refusal::input("code", "refusal-code-used"));
    }
    if now >= code.expires_at {
        return Err(Refusal::input("code", "refusal-code-expired"));
    }
    if code.tries >= CODE_TRIES {
        return Err(Refusal::input("code", "refusal-code-too-many"));
    }
    Ok(())
}

/// What to say after a wrong code that was the `tries`th.
pub fn wrong_code(tries: i64) -> Refusal {
    match CODE_TRIES - tries {
        left if left > 0 => Refusal::input("code", "refusal-code-wrong").with("left", left),
        _ => Refusal::input("code", "refusal-code-too-many"),
    }
}

/// A name as it is shown: not empty, short, and without characters that hide or reorder others.
pub fn name(typed: &str) -> Result<String, Refusal> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(Refusal::input("name", "refusal-person-name-empty"));
    }
    if name.chars().count() > NAME_LENGTH {
        return Err(Refusal::input("name", "refusal-person-name-long").with("limit", NAME_LENGTH));
    }
    if name.chars().any(hides) {
        return Err(Refusal::input("name", "refusal-person-name-signs"));
    }
    Ok(name)
}

fn hides(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '<' | '>')
}

/// A staff login in its one stored form: small letters, digits, `.`, `-`, `_`.
pub fn login(typed: &str) -> Result<String, Refusal> {
    let login = half_width(typed).trim().to_ascii_lowercase();
    let fits = (3..=32).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'));
    if fits { Ok(login) } else { Err(Refusal::input("login", "refusal-login")) }
}

pub fn password(typed: &str) -> Result<(), Refusal> {
    if PASSWORD_LENGTH.contains(&typed.chars().count()) {
        return Ok(());
    }
    Err(Refusal::input("password", "refusal-password-length").with("least", PASSWORD_LENGTH.start()))
}

pub fn totp_secret(secret: &[u8]) -> Result<(), Refusal> {
    if secret.len() >= TOTP_SECRET_BYTES { Ok(()) } else { Err(Refusal::input("totp", "refusal-totp-secret")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_understood_however_it_is_typed() {
        for typed in [
            "13812345678",
            " 138 1234 5678 ",
            "138-1234-5678",
            "+8613812345678",
            "+86 138-1234-5678",
            "008613812345678",
            "8613812345678",
            "１３８１２３４５６７８",
            "＋８６　１３８　１２３４　５６７８",
            "138–1234–5678",
            "(+86)13812345678",
        ] {
            assert_eq!(phone(typed).map(|p| p.0), Ok("13812345678".to_owned()), "{typed}");
        }
        for bad in [
            "",
            "1381234567",
            "138123456789",
            "12812345678",
            "23812345678",
            "02088886666",
            "10086",
            "+1 2025550123",
            "+85298765432",
            "1381234567a",
            "一三八一二三四五六七八",
            "13812345678;13912345678",
        ] {
            assert_eq!(phone(bad).map_err(|r| r.key), Err("refusal-phone"), "{bad}");
        }
        assert_eq!(phone("13812345678").unwrap().masked(), "138****5678");
    }

    #[test]
    fn a_code_is_six_digits_of_any_width() {
        for (typed, read) in [("123456", Some("123456")), ("１２３４５６", Some("123456")), (" 123 456 ", Some("123456"))] {
            assert_eq!(typed_code(typed).as_deref(), read);
        }
        for bad in ["", "12345", "1234567", "12345a", "12345六"] {
            assert_eq!(typed_code(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_code_ends_by_use_by_time_and_by_tries() {
        let fresh = PhoneCode { id: 1, phone: Phone("13812345678".into()), code_hash: vec![], expires_at: 100, tries: 0, used_at: None };
        let table = [
            (fresh.clone(), 99, Ok(())),
            (PhoneCode { tries: 4, ..fresh.clone() }, 0, Ok(())),
            (fresh.clone(), 100, Err("refusal-code-expired")),
            (PhoneCode { tries: 5, ..fresh.clone() }, 0, Err("refusal-code-too-many")),
            (PhoneCode { used_at: Some(7), ..fresh }, 50, Err("refusal-code-used")),
        ];
        for (code, now, said) in table {
            assert_eq!(may_try(&code, now).map_err(|r| r.key), said, "{code:?}");
        }
        assert_eq!(wrong_code(1).args, [("left", "4".to_owned())]);
        assert_eq!(wrong_code(4).args, [("left", "1".to_owned())]);
        assert_eq!(wrong_code(5).key, "refusal-code-too-many");
    }

    #[test]
    fn names_logins_and_passwords_have_a_shape() {
        assert_eq!(name("  王  秀英 "), Ok("王 秀英".to_owned()));
        assert_eq!(name(&"好".repeat(30)).map(|n| n.chars().count()), Ok(30));
        for (bad, key) in [
            ("  ", "refusal-person-name-empty"),
            (&*"好".repeat(31), "refusal-person-name-long"),
            ("a\u{202e}b", "refusal-person-name-signs"),
            ("<b>", "refusal-person-name-signs"),
            ("a\u{0}b", "refusal-person-name-signs"),
        ] {
            assert_eq!(name(bad).map_err(|r| r.key), Err(key), "{bad}");
        }
        assert_eq!(login(" Li.Na "), Ok("li.na".to_owned()));
        for bad in ["", "ab", "李娜", "a b c", &*"x".repeat(33), "a@b.c"] {
            assert_eq!(login(bad).map_err(|r| r.key), Err("refusal-login"), "{bad}");
        }
        assert!(password("123456789").is_err() && password("1234567890").is_ok() && password(&"x".repeat(201)).is_err());
        assert!(totp_secret(&[0; 15]).is_err() && totp_secret(&[0; 20]).is_ok());
    }
}
