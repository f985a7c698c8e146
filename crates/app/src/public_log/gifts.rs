//! What the log says of the gifts of a batch, written in the transaction that takes them into the books: their commitments, the
//! side data, the entry. And what is kept beside it for the donor: which gift stands where, and the key that opens it.

use db::{Fault, Tx, params, sql};
use openbook::{Key, Keys, Opening, batch};

use crate::kernel::{Id, Micros, SECOND_US, public_entry};

/// A gift of a batch, as the log is told of it.
#[derive(Clone, Copy)]
pub struct Told {
    pub gift_id: Id,
    pub project_id: Id,
    pub amount_fen: i64,
    pub paid_at: Micros,
    /// Of what the calmer showed.
    pub calmer_sha256: [u8; 32],
}

impl Told {
    fn opening(&self) -> Opening {
        opening_of(self.gift_id, self.project_id, self.amount_fen, self.paid_at, self.calmer_sha256)
    }
}

/// What is committed to of a gift.
pub(super) fn opening_of(gift: Id, project: Id, amount_fen: i64, paid_at: Micros, calmer_sha256: [u8; 32]) -> Opening {
    Opening { gift, project, amount_fen, paid_at: paid_at.div_euclid(SECOND_US), calmer_sha256 }
}

/// Tells the log of a batch. `gifts` stand in the order of their ids; `seed` is 32 random bytes that nobody else has.
pub fn tell(tx: &mut Tx, batch_id: Id, entry_id: Id, seed: Key, gifts: &[Told], now: Micros) -> Result<(), Fault> {
    let keys = Keys::new(seed, gifts.len());
    let mut told = Vec::with_capacity(gifts.len());
    keys.each(u32::try_from(gifts.len()).unwrap_or(u32::MAX), |at, key| {
        if let Some(gift) = gifts.get(at as usize) {
            let commitment = gift.opening().commitment(&key);
            told.push(batch::Gift { project: gift.project_id, amount_fen: gift.amount_fen, commitment });
        }
    });
    let side = batch::encode(&told).map_err(|error| Fault::inconsistent(format!("a batch could not be written for the log: {error}")))?;
    let summary = batch::summary(&told, &side);
    tx.execute_one(
        sql("INSERT INTO gift_side (batch_id, entry_id, sha256, body, gift_ids, keys) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![batch_id, entry_id, &summary.sha256[..], &side[..], pack(gifts.iter().map(|g| g.gift_id)), keys.to_bytes()],
    )?;
    public_entry::append(tx, entry_id, "gift_batch", &openbook::books::batch_body(&summary), now)
}

/// Where a gift stands in the log, and what opens its commitment.
pub struct Kept {
    pub entry_id: Id,
    /// Its place in the batch.
    pub at: usize,
    pub gifts: Vec<batch::Gift>,
    /// None once it was destroyed.
    pub key: Option<Key>,
}

/// None for a gift that is not in the books.
pub fn kept(tx: &mut Tx, gift_id: Id) -> Result<Option<Kept>, Fault> {
    let Some((row, at)) = place(tx, gift_id)? else { return Ok(None) };
    let side = tx.query_one(sql("SELECT body FROM gift_side WHERE batch_id = ?1"), params![row.int("batch_id")?])?;
    let gifts = batch::decode(&side.blob("body")?).map_err(|error| damaged(gift_id, &error))?;
    let keys = Keys::from_bytes(&row.blob("keys")?).ok_or_else(|| damaged(gift_id, &"its keys cannot be read"))?;
    Ok(Some(Kept { entry_id: row.int("entry_id")?, at, gifts, key: keys.of(u32::try_from(at).unwrap_or(u32::MAX)) }))
}

/// What was committed to, from the books.
pub fn opening(tx: &mut Tx, gift_id: Id) -> Result<Option<Opening>, Fault> {
    let row = tx.query_opt(
        sql("SELECT gift.project_id, gift.amount_fen, gift.paid_at, gift_intent.snapshot_hash FROM gift \
             JOIN gift_intent ON gift_intent.id = gift.id WHERE gift.id = ?1"),
        params![gift_id],
    )?;
    row.map(|row| Ok(opening_of(gift_id, row.int("project_id")?, row.int("amount_fen")?, row.int("paid_at")?, row.bytes("snapshot_hash")?)))
        .transpose()
}

/// The commitment under which the log knows a gift.
pub fn commitment(tx: &mut Tx, gift_id: Id) -> Result<Option<[u8; 32]>, Fault> {
    Ok(kept(tx, gift_id)?.and_then(|kept| kept.gifts.get(kept.at).map(|gift| gift.commitment)))
}

/// Destroys the key of a gift's commitment: what the log holds of it can be connected with nothing any more. Doing so again
/// changes nothing. True if there was a key.
pub fn destroy_key(tx: &mut Tx, gift_id: Id) -> Result<bool, Fault> {
    let Some((row, at)) = place(tx, gift_id)? else { return Ok(false) };
    let mut keys = Keys::from_bytes(&row.blob("keys")?).ok_or_else(|| damaged(gift_id, &"its keys cannot be read"))?;
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let was_there = keys.of(at).is_some();
    keys.destroy(at);
    tx.execute_one(sql("UPDATE gift_side SET keys = ?2 WHERE batch_id = ?1"), params![row.int("batch_id")?, keys.to_bytes()])?;
    Ok(was_there)
}

/// The side data with this hash.
pub fn side_data(tx: &mut Tx, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, Fault> {
    let row = tx.query_opt(sql("SELECT body FROM gift_side WHERE sha256 = ?1"), params![&sha256[..]])?;
    row.map(|row| row.blob("body")).transpose()
}

fn place(tx: &mut Tx, gift_id: Id) -> Result<Option<(db::Row, usize)>, Fault> {
    let row = tx.query_opt(
        sql("SELECT gift_side.batch_id, gift_side.entry_id, gift_side.gift_ids, gift_side.keys \
             FROM gift JOIN gift_side ON gift_side.batch_id = gift.batch_id WHERE gift.id = ?1"),
        params![gift_id],
    )?;
    let Some(row) = row else { return Ok(None) };
    let at = unpack(&row.blob("gift_ids")?).position(|id| id == gift_id).ok_or_else(|| damaged(gift_id, &"its batch does not know it"))?;
    Ok(Some((row, at)))
}

fn damaged(gift_id: Id, what: &dyn std::fmt::Display) -> Fault {
    Fault::inconsistent(format!("what the log says of gift {gift_id} is damaged: {what}"))
}

/// Growing ids as the differences between them, seven bits a byte: ids that were made one after the other take two or three bytes.
fn pack(ids: impl Iterator<Item = Id>) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for id in ids {
        let mut step = u64::try_from(id - last).unwrap_or(0);
        last = id;
        while step >= 0x80 {
            bytes.push((step & 0x7f) as u8 | 0x80);
            step >>= 7;
        }
        bytes.push(step as u8);
    }
    bytes
}

pub(super) fn unpack(bytes: &[u8]) -> impl Iterator<Item = Id> {
    let (mut last, mut step, mut shift) = (0, 0_i64, 0);
    bytes.iter().filter_map(move |byte| {
        step |= i64::from(byte & 0x7f) << shift;
        shift += 7;
        (*byte < 0x80).then(|| {
            last += std::mem::take(&mut step);
            shift = 0;
            last
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_ids_are_packed_and_come_back() {
        let ids = [0, 1, 127, 128, 16_383, 442_294_389_964_800_102, 442_294_389_964_800_103, i64::MAX];
        assert_eq!(unpack(&pack(ids.into_iter())).collect::<Vec<_>>(), ids);
        assert_eq!(unpack(&[]).count(), 0);
    }
}
