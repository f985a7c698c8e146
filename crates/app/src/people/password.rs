//! Passwords of staff: argon2id, with the parameters OWASP's password storage cheat sheet names first for it
//! (19 MiB of memory, two passes, one lane).

use std::sync::{Mutex, OnceLock, PoisonError};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::kernel::random_bytes;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC text to store. Takes tens of milliseconds on purpose: never inside a transaction.
pub fn hash(password: &str) -> String {
    let salt = SaltString::encode_b64(&random_bytes::<16>()).expect("sixteen bytes are a salt");
    argon2id().hash_password(password.as_bytes(), &salt).expect("argon2 hashes any password").to_string()
}

/// Whether the password fits. Someone who does not exist has no hash, and costs as much work as someone who does.
pub fn fits(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    // One at a time: a crowd at the door waits in a queue instead of taking 19 MiB each.
    static AT_WORK: Mutex<()> = Mutex::new(());
    let text = stored.unwrap_or_else(|| NOBODY.get_or_init(|| hash("nobody's password")));
    let _turn = AT_WORK.lock().unwrap_or_else(PoisonError::into_inner);
    let verified = PasswordHash::new(text).is_ok_and(|parsed| argon2id().verify_password(password.as_bytes(), &parsed).is_ok());
    verified && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits_and_nobody_has_none() {
        let stored = hash("山高水长 2026");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash("山高水长 2026"), "each hash has a salt of its own");
        assert!(fits("山高水长 2026", Some(&stored)));
        assert!(!fits("山高水长 2027", Some(&stored)));
        assert!(!fits("nobody's password", None));
        assert!(!fits("x", Some("not a hash")));
    }
}
