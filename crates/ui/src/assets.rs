//! The style sheet and the script, with addresses that change when their bytes change, so that phones may
//! keep them for a year.

/// The whole style sheet (`text/css`).
pub const STYLE: &str = include_str!("../assets/style.css");
/// The whole script, an ES module (`text/javascript`).
pub const SCRIPT: &str = include_str!("../assets/app.js");

/// Opens WeChat's cashier, on the one page that needs it.
pub const PAY_SCRIPT: &str = include_str!("../assets/pay.js");
/// Makes and asks for passkeys, on the two pages that need it.
pub const PASSKEY_SCRIPT: &str = include_str!("../assets/passkey.js");

/// A page that verifies proofs offline, whole in itself. [`verify_page`] fills in whom to believe.
pub const VERIFY: &str = include_str!("../assets/verify.html");

/// The page with the text of a policy.
#[must_use]
pub fn verify_page(policy: &str) -> String {
    let escaped = policy.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    VERIFY.replacen("{{policy}}", &escaped, 1)
}

const STYLE_ADDRESS: [u8; 34] = address(b"/assets/style-", fnv1a(STYLE.as_bytes()), b".css");
const SCRIPT_ADDRESS: [u8; 31] = address(b"/assets/app-", fnv1a(SCRIPT.as_bytes()), b".js");

const PAY_ADDRESS: [u8; 31] = address(b"/assets/pay-", fnv1a(PAY_SCRIPT.as_bytes()), b".js");
const PASSKEY_ADDRESS: [u8; 35] = address(b"/assets/passkey-", fnv1a(PASSKEY_SCRIPT.as_bytes()), b".js");

/// Where the page of a payment looks for its script.
pub const PAY_PATH: &str = ascii(&PAY_ADDRESS);
/// Where pages with passkeys look for theirs.
pub const PASSKEY_PATH: &str = ascii(&PASSKEY_ADDRESS);
/// Where pages look for the style sheet: `/assets/style-<fingerprint>.css`.
pub const STYLE_PATH: &str = ascii(&STYLE_ADDRESS);
/// Where pages look for the script: `/assets/app-<fingerprint>.js`.
pub const SCRIPT_PATH: &str = ascii(&SCRIPT_ADDRESS);

/// FNV-1a: enough to notice a change; it protects nothing.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    hash
}

const fn address<const N: usize>(front: &[u8], hash: u64, back: &[u8]) -> [u8; N] {
    assert!(front.len() + 16 + back.len() == N);
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = if i < front.len() {
            front[i]
        } else if i < front.len() + 16 {
            b"0123456789abcdef"[((hash >> (60 - 4 * (i - front.len()))) & 15) as usize]
        } else {
            back[i - front.len() - 16]
        };
        i += 1;
    }
    out
}

const fn ascii(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("an address is ASCII"),
    }
}
