//! The log against itself and against the books: in the database, and in its files.

use std::collections::HashMap;

use db::{Db, Fault, Tx, params, sql};
use openbook::{Books, Entry, Keys, Opening, batch};
use tlog::{Address, Growth, Kind, Policy};

use crate::kernel::{Id, sha256};

use super::folder::Folder;
use super::{gifts, store};

/// Entries and batches are read so many at a time.
const SLICE: i64 = 2_000;
/// More findings of one kind help nobody.
const NAMED: usize = 20;

/// What the database says of the log: places without a gap, every fact one that can be read, the rules of the books as a stranger
/// replays them, totals that are the books', and for every gift a commitment that its key opens.
pub fn check(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let mut findings = Vec::new();
    places(tx, &mut findings)?;
    let books = replay(tx, &mut findings)?;
    totals(tx, &books, &mut findings)?;
    sides(tx, &mut findings)?;
    findings.truncate(10 * NAMED);
    Ok(findings)
}

fn places(tx: &mut Tx, findings: &mut Vec<String>) -> Result<(), Fault> {
    let row = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM log_entry) AS placed, (SELECT COALESCE(MAX(entry_index), -1) FROM log_entry) AS last, \
                    (SELECT COUNT(*) FROM public_entry) AS facts, (SELECT COUNT(*) FROM public_pending) AS pending, \
                    (SELECT COUNT(*) FROM public_pending WHERE NOT EXISTS (SELECT 1 FROM public_entry WHERE public_entry.id = public_pending.id)) AS without_fact, \
                    (SELECT COUNT(*) FROM log_entry WHERE NOT EXISTS (SELECT 1 FROM public_entry WHERE public_entry.id = log_entry.entry_id)) AS without_entry"),
        params![],
    )?;
    let (placed, last, facts, pending) = (row.int("placed")?, row.int("last")?, row.int("facts")?, row.int("pending")?);
    let state = store::state(tx)?;
    if placed != last + 1 || placed != state.assigned {
        findings.push(format!("the public log has {placed} entries, the last at {last}, and says it has given {} places", state.assigned));
    }
    if placed + pending != facts || row.int("without_fact")? + row.int("without_entry")? != 0 {
        findings.push(format!("of {facts} public facts {placed} have a place in the log and {pending} wait for one"));
    }
    if state.signed_size > state.assigned || state.published_size > state.signed_size {
        findings.push(format!(
            "the public log has given {} places, signed {} and published {}",
            state.assigned, state.signed_size, state.published_size
        ));
    }
    Ok(())
}

/// Everything in the order of the log, then what waits.
fn replay(tx: &mut Tx, findings: &mut Vec<String>) -> Result<Books, Fault> {
    let mut books = Books::default();
    let assigned = store::state(tx)?.assigned;
    let mut from = 0;
    while from < assigned {
        let until = (from + SLICE).min(assigned);
        for (index, bytes) in (from..).zip(store::entries(tx, from, until)?) {
            take(tx, &mut books, index, &bytes, findings)?;
        }
        from = until;
    }
    for (index, id) in (assigned..).zip(store::pending(tx)?) {
        let (bytes, _) = store::entry(tx, id)?;
        take(tx, &mut books, index, &bytes, findings)?;
    }
    if let Err(violation) = books.hold() {
        findings.push(format!("the books that the public log tells do not hold: {violation}"));
    }
    Ok(books)
}

fn take(tx: &mut Tx, books: &mut Books, index: i64, bytes: &[u8], findings: &mut Vec<String>) -> Result<(), Fault> {
    let index = u64::try_from(index).unwrap_or(u64::MAX);
    let entry = match Entry::from_bytes(bytes) {
        Ok(entry) => entry,
        Err(error) => {
            findings.push(format!("entry {index} of the public log: {error}"));
            return Ok(());
        }
    };
    let side = match Books::side_data_of(&entry) {
        Some(sha256) => gifts::side_data(tx, &sha256)?,
        None => None,
    };
    if let Err(violation) = books.take(index, &entry, side.as_deref()) {
        findings.push(format!("the books that the public log tells do not hold: {violation}"));
    }
    Ok(())
}

/// What a stranger adds up is what we say.
fn totals(tx: &mut Tx, books: &Books, findings: &mut Vec<String>) -> Result<(), Fault> {
    let row =
        tx.query_one(sql("SELECT COUNT(*) AS gifts, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS gifts_fen FROM gift"), params![])?;
    let (gifts, gifts_fen) = (row.int("gifts")?, row.int("gifts_fen")?);
    if (books.gifts, books.gifts_fen) != (gifts, gifts_fen) {
        findings
            .push(format!("the public log tells of {} gifts of {} fen, the books of {gifts} of {gifts_fen}", books.gifts, books.gifts_fen));
    }
    let nothing = openbook::books::Project::default();
    for row in
        tx.query(sql("SELECT project_id, paid_out_fen, spent_fen, returned_fen, refunded_fen FROM fund ORDER BY project_id"), params![])?
    {
        let id = row.int("project_id")?;
        let told = books.project(id).unwrap_or(&nothing);
        let said = (row.int("paid_out_fen")? - row.int("returned_fen")?, row.int("spent_fen")?, row.int("refunded_fen")?);
        let is = (told.paid_out_fen(), told.spent_fen(), told.refunded_fen);
        if said != is && findings.len() < NAMED {
            findings.push(format!("project {id}: the public log tells of (paid out, spent, given back) {is:?} fen, the books of {said:?}"));
        }
    }
    Ok(())
}

/// The side data of every batch has the hash it is found under, and each gift's commitment opens with its key.
fn sides(tx: &mut Tx, findings: &mut Vec<String>) -> Result<(), Fault> {
    let mut after: Id = 0;
    loop {
        let rows = tx.query(sql("SELECT * FROM gift_side WHERE batch_id > ?1 ORDER BY batch_id LIMIT 50"), params![after])?;
        for row in &rows {
            after = row.int("batch_id")?;
            if findings.len() >= NAMED {
                return Ok(());
            }
            let side = row.blob("body")?;
            if sha256(&side).as_slice() != row.blob("sha256")? {
                findings.push(format!("the side data of batch {after} does not have the hash it is found under"));
                continue;
            }
            let (Ok(told), Some(keys)) = (batch::decode(&side), Keys::from_bytes(&row.blob("keys")?)) else {
                findings.push(format!("the side data or the keys of batch {after} cannot be read"));
                continue;
            };
            openings(tx, after, &gifts::unpack(&row.blob("gift_ids")?).collect::<Vec<_>>(), &told, &keys, findings)?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

fn openings(tx: &mut Tx, batch_id: Id, ids: &[Id], told: &[batch::Gift], keys: &Keys, findings: &mut Vec<String>) -> Result<(), Fault> {
    let mut known: HashMap<Id, Opening> = HashMap::with_capacity(ids.len());
    tx.bulk_find(
        sql("SELECT gift.id, gift.project_id, gift.amount_fen, gift.paid_at, gift.batch_id, gift_intent.snapshot_hash FROM gift \
             JOIN gift_intent ON gift_intent.id = gift.id WHERE gift.id IN (?ids)"),
        ids,
        |row| {
            if row.int(4)? == batch_id {
                let hash = row.blob(5)?.try_into().map_err(|_| Fault::inconsistent("an intent does not say what the calmer showed"))?;
                known.insert(row.int(0)?, gifts::opening_of(row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?, hash));
            }
            Ok(())
        },
    )?;
    if ids.len() != told.len() || known.len() != ids.len() {
        findings.push(format!("batch {batch_id} has {} gifts in the books and {} in the public log", known.len(), told.len()));
        return Ok(());
    }
    keys.each(u32::try_from(told.len()).unwrap_or(u32::MAX), |at, key| {
        let (gift, id) = (&told[at as usize], ids[at as usize]);
        let opens = known.get(&id).is_some_and(|opening| {
            opening.project == gift.project && opening.amount_fen == gift.amount_fen && opening.commitment(&key) == gift.commitment
        });
        if !opens && findings.len() < NAMED {
            findings.push(format!("what the public log holds of gift {id} is not what the books say"));
        }
    });
    Ok(())
}

/// The files of the log: computed again from the facts, byte for byte, up to the tree that was signed; and the published
/// checkpoint, which the policy believes. The name of each file that is not as it must be.
pub fn check_files(db: &Db, folder: &Folder, policy: &Policy) -> Result<Vec<String>, Fault> {
    let mut findings = Vec::new();
    let state = db.read(store::state)?;
    let published = u64::try_from(state.published_size).unwrap_or(0);
    let mut growth = Growth::new();
    let mut from = 0;
    let compare = |growth: &mut Growth, findings: &mut Vec<String>| -> Result<(), Fault> {
        for (address, bytes) in growth.take_files() {
            // A partial file may give way to the full one, which begins with the same bytes. Those of a size that was never
            // published need not be there.
            let name = address.to_string();
            match folder.read(&name)? {
                Some(there) if there == bytes => {}
                Some(_) => findings.push(format!("the public log's file {name} has other bytes than the facts")),
                None if address.is_full() && address_within(address, published) => {
                    findings.push(format!("the public log's file {name} is missing"));
                }
                None => {}
            }
        }
        Ok(())
    };
    let signed = state.signed_size;
    while from < signed && findings.len() < NAMED {
        let until = (from + 256 * 16).min(signed);
        for entry in db.read(|tx| store::entries(tx, from, until))? {
            growth.append(&entry).map_err(|error| Fault::inconsistent(format!("a public entry is too long: {error}")))?;
        }
        from = until;
        compare(&mut growth, &mut findings)?;
    }
    for kind in edge_kinds(published) {
        let level = if let Kind::Hashes(level) = kind { u32::from(level) } else { 0 };
        let last = published.checked_shr(8 * level).unwrap_or(0) / 256;
        // None where the size ends with a full file.
        let Some(address) = Address::in_tree(kind, last, published) else { continue };
        if folder.read(&address.to_string())?.is_none() && folder.read(&address.when_full().to_string())?.is_none() {
            findings.push(format!("the public log's file {address} is missing"));
        }
    }
    if from == signed && signed > 0 && growth.root().hex() != state.signed_root {
        findings.push(format!("the public log's tree of {signed} facts has another root than the one that was signed"));
    }
    if !state.published_text.is_empty() {
        let note = tlog::Note::parse(state.published_text.as_bytes());
        match note
            .map_err(|error| error.to_string())
            .and_then(|note| policy.believe(&note, None).map(|b| b.checkpoint).map_err(|error| error.to_string()))
        {
            Ok(checkpoint) if checkpoint.size() != published => {
                findings.push("the published checkpoint is of another size than the log says".to_owned())
            }
            Ok(_) => {}
            Err(error) => findings.push(format!("the published checkpoint is not believed: {error}")),
        }
    }
    Ok(findings)
}

/// What lies on the right edge of a tree: the bundle, and a tile of each level.
fn edge_kinds(size: u64) -> impl Iterator<Item = Kind> {
    let levels = (0..8_u8).take_while(move |level| size.checked_shr(8 * u32::from(*level)).unwrap_or(0) > 0);
    levels.map(Kind::Hashes).chain((size > 0).then_some(Kind::Entries))
}

/// Whether a file belongs to the tree of a size.
fn address_within(address: Address, size: u64) -> bool {
    let level = match address.kind() {
        Kind::Hashes(level) => u32::from(level),
        Kind::Entries => 0,
    };
    let hashes = size.checked_shr(8 * level).unwrap_or(0);
    address.index() * 256 + u64::from(address.width()) <= hashes
}
