//! What only few may read: an identity number, a credit code, where a paper is sent. It stands in the database encrypted with
//! a key of this deployment (AES-256-GCM), and every opening is written down where its owner can see it.
//!
//! The key is derived from the deployment's secret file. A backup of the database without that file holds nothing readable;
//! a deployment that lost the file has lost these values, and nothing else.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use db::{Fault, Tx, params, sql};

use super::{Id, Micros, Secret, random_bytes};

/// One opening of a sealed value.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedRead {
    /// Empty: the program itself.
    pub reader: String,
    /// The message that says what for.
    pub why: String,
    pub at: Micros,
}

fn cipher(secret: &Secret) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &secret.key("sealed values")).expect("a key of 32 bytes"))
}

/// A sealed value opens only as what it was sealed as: it cannot be moved to another row.
fn place(id: Id, purpose: &str) -> Vec<u8> {
    format!("{id}\n{purpose}").into_bytes()
}

fn seal(secret: &Secret, id: Id, purpose: &str, plain: &str) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = random_bytes();
    let mut bytes = plain.as_bytes().to_vec();
    cipher(secret)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place(id, purpose)), &mut bytes)
        .expect("AES-GCM seals anything shorter than 64 GB");
    [&nonce[..], &bytes].concat()
}

fn unseal(secret: &Secret, id: Id, purpose: &str, body: &[u8]) -> Option<String> {
    let (nonce, sealed) = body.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut bytes = sealed.to_vec();
    let plain = cipher(secret).open_in_place(nonce, Aad::from(place(id, purpose)), &mut bytes).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

/// Keeps a value sealed. `person_id` is whose it is; 0 for a guest.
pub fn keep(tx: &mut Tx, secret: &Secret, id: Id, person_id: Id, purpose: &'static str, plain: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO sealed_value (id, person_id, purpose, body, sealed_at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![id, person_id, purpose, &seal(secret, id, purpose, plain), now],
    )
}

/// Opens a value and writes down who did and what for, in one transaction: nobody reads without a trace. `None` once it was
/// erased. `reader_id` 0 is the program.
pub fn open(
    tx: &mut Tx,
    secret: &Secret,
    id: Id,
    read_id: Id,
    reader_id: Id,
    why: &'static str,
    now: Micros,
) -> Result<Option<String>, Fault> {
    let row = tx.query_one(sql("SELECT purpose, body FROM sealed_value WHERE id = ?1"), params![id])?;
    let (purpose, body) = (row.text("purpose")?, row.blob("body")?);
    if body.is_empty() {
        return Ok(None);
    }
    let plain = unseal(secret, id, &purpose, &body)
        .ok_or_else(|| Fault::inconsistent(format!("sealed value {id} does not open with this deployment's key")))?;
    tx.execute_one(
        sql("INSERT INTO sealed_read (id, sealed_id, reader_id, why, at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![read_id, id, reader_id, why, now],
    )?;
    Ok(Some(plain))
}

/// Erases a person's sealed values; that they were there, and who read them, stays.
pub fn erase_all_of(tx: &mut Tx, person_id: Id, now: Micros) -> Result<u64, Fault> {
    tx.execute(
        sql("UPDATE sealed_value SET body = ?3, erased_at = ?2 WHERE person_id = ?1 AND person_id <> 0 AND erased_at IS NULL"),
        params![person_id, now, &Vec::<u8>::new()],
    )
}

/// Who opened a value, the newest first.
pub fn reads(tx: &mut Tx, id: Id) -> Result<Vec<SealedRead>, Fault> {
    let rows = tx.query(
        sql("SELECT COALESCE(person.name, '') AS reader, sealed_read.why, sealed_read.at FROM sealed_read \
             LEFT JOIN person ON person.id = sealed_read.reader_id WHERE sealed_read.sealed_id = ?1 ORDER BY sealed_read.id DESC LIMIT 100"),
        params![id],
    )?;
    rows.iter().map(|row| Ok(SealedRead { reader: row.text("reader")?, why: row.text("why")?, at: row.int("at")? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_with_its_key() {
        let (ours, other) = (Secret::new(b"a secret that only tests use"), Secret::new(b"another secret"));
        let body = seal(&ours, 7, "payer", "110101199003070015");
        assert!(!String::from_utf8_lossy(&body).contains("1101"));
        assert_eq!(unseal(&ours, 7, "payer", &body).as_deref(), Some("110101199003070015"));
        let mut changed = body.clone();
        *changed.last_mut().unwrap() ^= 1;
        for (secret, id, purpose, body) in
            [(&other, 7, "payer", &body), (&ours, 8, "payer", &body), (&ours, 7, "contact", &body), (&ours, 7, "payer", &changed)]
        {
            assert_eq!(unseal(secret, id, purpose, body), None);
        }
        assert_ne!(body, seal(&ours, 7, "payer", "110101199003070015"), "the same words never look the same twice");
        assert_eq!(unseal(&ours, 7, "payer", &[]), None);
    }
}
