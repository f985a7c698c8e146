//! Small cryptography that several slices need: random bytes, hashes, keyed codes.

use aws_lc_rs::{constant_time, digest, hmac, rand};

/// Fresh random bytes from the operating system.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// SHA-256 of something that comes in pieces.
pub struct Digest(digest::Context);

impl Default for Digest {
    fn default() -> Digest {
        Digest(digest::Context::new(&digest::SHA256))
    }
}

impl Digest {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> [u8; 32] {
        self.0.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
    }
}

pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// The deployment's own secret, from a file in the data directory. It signs the links by which guests see their gifts.
#[derive(Clone)]
pub struct Secret(hmac::Key);

impl Secret {
    pub fn new(bytes: &[u8]) -> Secret {
        Secret(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// A short code (32 hexadecimal digits) that only this deployment can make for `purpose` and `subject`.
    pub fn code(&self, purpose: &str, subject: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{purpose}\n{subject}").as_bytes());
        hex(&tag.as_ref()[..16])
    }

    /// A key for `purpose` alone, derived so that knowing it tells nothing about the others.
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        let tag = hmac::sign(&self.0, format!("key\n{purpose}").as_bytes());
        tag.as_ref().try_into().expect("HMAC-SHA-256 has 32 bytes")
    }

    pub fn code_fits(&self, purpose: &str, subject: &str, code: &str) -> bool {
        constant_time_eq(self.code(purpose, subject).as_bytes(), code.as_bytes())
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
