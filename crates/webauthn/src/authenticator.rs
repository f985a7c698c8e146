//! Authenticator data: whose site, who was there, how often the key was used, and at the beginning the key itself. Level 3, §6.1.

use crate::cbor;

pub struct AuthenticatorData {
    pub rp_id_hash: [u8; 32],
    pub user_present: bool,
    pub user_verified: bool,
    pub sign_count: u32,
    /// Credential id and COSE key; only when a key was made.
    pub credential: Option<(Vec<u8>, Vec<u8>)>,
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const MAY_BE_BACKED_UP: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

impl AuthenticatorData {
    /// `None` when a byte is missing, left over, or contradicts another.
    pub fn read(bytes: &[u8]) -> Option<AuthenticatorData> {
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (flags, rest) = rest.split_first()?;
        let (sign_count, mut rest) = rest.split_first_chunk::<4>()?;
        let has = |flag: u8| flags & flag != 0;
        if has(BACKED_UP) && !has(MAY_BE_BACKED_UP) {
            return None;
        }
        let mut credential = None;
        if has(HAS_CREDENTIAL) {
            // The model of the authenticator, which is nobody's business here.
            let (_aaguid, after) = rest.split_at_checked(16)?;
            let (length, after) = after.split_first_chunk::<2>()?;
            let (id, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            let (_, taken) = cbor::read_first(after)?;
            let (key, after) = after.split_at(taken);
            credential = Some((id.to_vec(), key.to_vec()));
            rest = after;
        }
        if has(HAS_EXTENSIONS) {
            let (_, taken) = cbor::read_first(rest)?;
            rest = &rest[taken..];
        }
        rest.is_empty().then_some(AuthenticatorData {
            rp_id_hash: *rp_id_hash,
            user_present: has(PRESENT),
            user_verified: has(VERIFIED),
            sign_count: u32::from_be_bytes(*sign_count),
            credential,
        })
    }
}
