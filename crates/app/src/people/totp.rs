//! Time-based one-time codes, RFC 6238: HMAC-SHA-1, six digits, steps of thirty seconds, as every authenticator shows them.
//!
//! Written here in a few lines over the HMAC we already link, which is lighter than a library. SHA-1 is what
//! authenticator apps agree on; its broken collision resistance does not matter inside an HMAC.

use aws_lc_rs::hmac;

use crate::kernel::{Micros, SECOND_US, constant_time_eq};

/// One step of the clock.
const STEP: Micros = 30 * SECOND_US;
/// How many steps a code may be early or late, for clocks that are a little off (RFC 6238 §5.2).
const DRIFT_STEPS: i64 = 1;

/// The six digits that an authenticator with this secret shows at `now`.
pub fn totp_now(secret: &[u8], now: Micros) -> String {
    code_at(secret, now.div_euclid(STEP))
}

/// How many seconds the code of `now` is still shown.
pub fn seconds_left(now: Micros) -> i64 {
    (STEP - now.rem_euclid(STEP)) / SECOND_US
}

/// The step whose code this is, among those that count at `now`. Every candidate is compared, whichever fits.
pub fn step_of(secret: &[u8], code: &str, now: Micros) -> Option<i64> {
    let current = now.div_euclid(STEP);
    let mut found = None;
    for step in current - DRIFT_STEPS..=current + DRIFT_STEPS {
        if constant_time_eq(code_at(secret, step).as_bytes(), code.as_bytes()) {
            found = Some(step);
        }
    }
    found
}

fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    // Dynamic truncation, RFC 4226 §5.3: the last four bits say which 31 bits to take.
    let at = usize::from(tag[tag.len() - 1] & 0x0f);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// The `otpauth://` address that an authenticator app reads from a QR code.
pub fn provisioning_address(login: &str, secret: &[u8]) -> String {
    let label: String = form_urlencoded::byte_serialize(login.as_bytes()).collect();
    format!("otpauth://totp/Huihai:{label}?secret={}&issuer=Huihai&algorithm=SHA1&digits=6&period=30", base32(secret))
}

/// RFC 4648 base 32 without padding, which is how authenticators write secrets.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut bits = [0_u8; 8];
        bits[3..3 + chunk.len()].copy_from_slice(chunk);
        let number = u64::from_be_bytes(bits);
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            let digit = (number >> (35 - 5 * place)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, SHA-1 rows; the last six of the eight digits given there.
    #[test]
    fn the_rfc_agrees() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp_now(SECRET, seconds * SECOND_US), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_one_step_late() {
        let shown_at = 1_234_567_890 * SECOND_US;
        let code = totp_now(SECRET, shown_at);
        let step = shown_at / STEP;
        for (later, counts) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(step_of(SECRET, &code, shown_at + later * SECOND_US), counts.then_some(step), "{later}");
        }
        for wrong in ["", "00592", "0059240", "005925", "٠٠٥٩٢٤"] {
            assert_eq!(step_of(SECRET, wrong, shown_at), None, "{wrong}");
        }
        assert_eq!(step_of(b"another secret of 20", &code, shown_at), None);
    }

    /// RFC 4648 §10, without the padding.
    #[test]
    fn secrets_are_written_as_authenticators_read_them() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(
            provisioning_address("li.na", b"foobar"),
            "otpauth://totp/Huihai:li.na?secret=MZXW6YTBOI&issuer=Huihai&algorithm=SHA1&digits=6&period=30"
        );
    }
}
