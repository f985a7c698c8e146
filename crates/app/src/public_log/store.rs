//! What the database knows of the log: which fact stands where, what was signed, what is published, what witnesses said.

use db::{BulkInsert, Fault, Kind, Tx, Value, params, sql};

use crate::kernel::{Id, Micros, public_entry};

const LOG_ENTRY: BulkInsert = BulkInsert { table: "log_entry", columns: &[("entry_index", Kind::Int), ("entry_id", Kind::Int)] };

/// How the log stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// So many facts have a place.
    pub assigned: i64,
    /// The last tree that was signed.
    pub signed_size: i64,
    /// In hexadecimal; empty before the first signature.
    pub signed_root: String,
    pub signed_at: Micros,
    /// What everyone sees: the last checkpoint that enough witnesses cosigned.
    pub published_size: i64,
    pub published_text: String,
    pub published_at: Micros,
    /// Why the log stands still; empty while it does not.
    pub stopped: String,
}

pub fn state(tx: &mut Tx) -> Result<State, Fault> {
    let Some(row) = tx.query_opt(sql("SELECT * FROM log_state WHERE id = 1"), params![])? else { return Ok(State::default()) };
    Ok(State {
        assigned: row.int("assigned")?,
        signed_size: row.int("signed_size")?,
        signed_root: row.text("signed_root")?,
        signed_at: row.int("signed_at")?,
        published_size: row.int("published_size")?,
        published_text: row.text("published_text")?,
        published_at: row.int("published_at")?,
        stopped: row.text("stopped")?,
    })
}

/// Until when this process may believe that it writes the log; 0 if it may not.
pub fn writer_until(tx: &mut Tx, process: u8) -> Result<Micros, Fault> {
    let row = tx.query_opt(sql("SELECT writer_until FROM log_state WHERE id = 1 AND writer = ?1"), params![i64::from(process)])?;
    row.map_or(Ok(0), |row| row.int("writer_until"))
}

/// Takes or keeps the right to write the log, for so long. False while another process has it.
pub fn lease(tx: &mut Tx, process: u8, now: Micros, until: Micros) -> Result<bool, Fault> {
    // The first process that writes the log makes its row: until then a database has none, and can be moved into.
    tx.execute(
        sql("INSERT INTO log_state (id, assigned, signed_size, signed_root, signed_at, published_size, published_text, published_at, stopped, \
                    writer, writer_until) \
             SELECT 1, 0, 0, '', 0, 0, '', 0, '', 0, 0 WHERE NOT EXISTS (SELECT 1 FROM log_state WHERE id = 1)"),
        params![],
    )?;
    let taken = tx.execute(
        sql("UPDATE log_state SET writer = ?1, writer_until = ?3 WHERE id = 1 AND (writer = ?1 OR writer_until < ?2)"),
        params![i64::from(process), now, until],
    )?;
    Ok(taken == 1)
}

/// Every fact without a place that can be seen now, in one reading: whatever a fact rests on was written before it, and is
/// seen with it.
pub fn pending(tx: &mut Tx) -> Result<Vec<Id>, Fault> {
    tx.query(sql("SELECT id FROM public_pending ORDER BY id"), params![])?.iter().map(|row| row.int("id")).collect()
}

/// Gives facts the next places. False when another process gave places meanwhile; nothing is changed then.
pub fn assign(tx: &mut Tx, first: i64, entry_ids: &[Id]) -> Result<bool, Fault> {
    let count = i64::try_from(entry_ids.len()).unwrap_or(i64::MAX);
    let mine = tx.execute(sql("UPDATE log_state SET assigned = assigned + ?2 WHERE id = 1 AND assigned = ?1"), params![first, count])?;
    if mine != 1 {
        return Ok(false);
    }
    let rows: Vec<Value> = (first..).zip(entry_ids).flat_map(|(index, id)| [index.into(), (*id).into()]).collect();
    tx.bulk_insert(LOG_ENTRY, &rows)?;
    let mut removed = 0;
    tx.bulk_change(
        sql("WITH r (entry_id) AS (?rows) DELETE FROM public_pending WHERE id IN (SELECT entry_id FROM r) RETURNING id"),
        entry_ids,
        |_| {
            removed += 1;
            Ok(())
        },
    )?;
    if removed == entry_ids.len() { Ok(true) } else { Err(Fault::inconsistent("a fact was given two places in the public log")) }
}

/// The bytes of the entries `[from, until)`, in their order.
pub fn entries(tx: &mut Tx, from: i64, until: i64) -> Result<Vec<Vec<u8>>, Fault> {
    let rows = tx.query(
        sql("SELECT log_entry.entry_index, public_entry.kind, public_entry.body, public_entry.created_at FROM log_entry \
             JOIN public_entry ON public_entry.id = log_entry.entry_id WHERE log_entry.entry_index >= ?1 AND log_entry.entry_index < ?2 \
             ORDER BY log_entry.entry_index"),
        params![from, until],
    )?;
    (from..).zip(&rows).try_for_each(|(index, row)| {
        if row.int("entry_index")? == index { Ok(()) } else { Err(Fault::inconsistent(format!("the public log has no entry {index}"))) }
    })?;
    if i64::try_from(rows.len()).ok() != Some(until - from) {
        return Err(Fault::inconsistent(format!("the public log does not have all entries up to {until}")));
    }
    rows.iter().map(bytes_of).collect()
}

/// When the first published fact of `[from, until)` was written, if there is one.
pub fn first_published(tx: &mut Tx, from: Micros, until: Micros, published_size: i64) -> Result<Option<Micros>, Fault> {
    tx.query_opt(
        sql("SELECT public_entry.created_at FROM public_entry JOIN log_entry ON log_entry.entry_id = public_entry.id \
             WHERE public_entry.created_at >= ?1 AND public_entry.created_at < ?2 AND log_entry.entry_index < ?3 \
             ORDER BY public_entry.created_at LIMIT 1"),
        params![from, until, published_size],
    )?
    .map(|row| row.int("created_at"))
    .transpose()
}

/// The lowest and the highest place of a published fact that was written in `[from, until)`.
pub fn places_between(tx: &mut Tx, from: Micros, until: Micros, published_size: i64) -> Result<Option<(i64, i64)>, Fault> {
    let row = tx.query_one(
        sql("SELECT COALESCE(MIN(log_entry.entry_index), -1) AS lowest, COALESCE(MAX(log_entry.entry_index), -1) AS highest \
             FROM public_entry JOIN log_entry ON log_entry.entry_id = public_entry.id \
             WHERE public_entry.created_at >= ?1 AND public_entry.created_at < ?2 AND log_entry.entry_index < ?3"),
        params![from, until, published_size],
    )?;
    let (lowest, highest) = (row.int("lowest")?, row.int("highest")?);
    Ok((lowest >= 0).then_some((lowest, highest)))
}

/// A fact with its place, as open data shows it.
pub struct Placed {
    pub index: i64,
    pub kind: String,
    /// In its one spelling.
    pub body: String,
    pub created_at: Micros,
    pub bytes: Vec<u8>,
}

/// Of the places `[from, until)`, those whose facts were written in the time `[since, before)`.
pub fn placed(tx: &mut Tx, (from, until): (i64, i64), (since, before): (Micros, Micros)) -> Result<Vec<Placed>, Fault> {
    let rows = tx.query(
        sql("SELECT log_entry.entry_index, public_entry.kind, public_entry.body, public_entry.created_at FROM log_entry \
             JOIN public_entry ON public_entry.id = log_entry.entry_id WHERE log_entry.entry_index >= ?1 AND log_entry.entry_index < ?2 \
             AND public_entry.created_at >= ?3 AND public_entry.created_at < ?4 ORDER BY log_entry.entry_index"),
        params![from, until, since, before],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Placed {
                index: row.int("entry_index")?,
                kind: row.text("kind")?,
                body: row.text("body")?,
                created_at: row.int("created_at")?,
                bytes: bytes_of(row)?,
            })
        })
        .collect()
}

/// The newest published days of reconciliation, with their places.
pub fn reconciliations(tx: &mut Tx, published_size: i64, most: i64) -> Result<Vec<(i64, Vec<u8>)>, Fault> {
    let rows = tx.query(
        sql("SELECT log_entry.entry_index, public_entry.kind, public_entry.body, public_entry.created_at FROM public_entry \
             JOIN log_entry ON log_entry.entry_id = public_entry.id \
             WHERE public_entry.kind = 'reconciliation' AND log_entry.entry_index < ?1 ORDER BY public_entry.id DESC LIMIT ?2"),
        params![published_size, most],
    )?;
    rows.iter().map(|row| Ok((row.int("entry_index")?, bytes_of(row)?))).collect()
}

/// A fact's bytes, and when it was written.
pub fn entry(tx: &mut Tx, entry_id: Id) -> Result<(Vec<u8>, Micros), Fault> {
    let row = tx.query_one(sql("SELECT kind, body, created_at FROM public_entry WHERE id = ?1"), params![entry_id])?;
    Ok((bytes_of(&row)?, row.int("created_at")?))
}

fn bytes_of(row: &db::Row) -> Result<Vec<u8>, Fault> {
    public_entry::bytes(&row.text("kind")?, &row.text("body")?, row.int("created_at")?)
}

/// Where a fact stands, if it has a place.
pub fn place(tx: &mut Tx, entry_id: Id) -> Result<Option<i64>, Fault> {
    tx.query_opt(sql("SELECT entry_index FROM log_entry WHERE entry_id = ?1"), params![entry_id])?
        .map(|row| row.int("entry_index"))
        .transpose()
}

/// Compares and swaps the last signed tree: only who knows the last one may sign the next.
pub fn sign(tx: &mut Tx, last: &State, size: i64, root: &str, now: Micros) -> Result<bool, Fault> {
    let swapped = tx.execute(
        sql("UPDATE log_state SET signed_size = ?3, signed_root = ?4, signed_at = ?5 WHERE id = 1 AND signed_size = ?1 AND signed_root = ?2"),
        params![last.signed_size, &last.signed_root, size, root, now],
    )?;
    Ok(swapped == 1)
}

/// Publishes a checkpoint; never one that is smaller than what was published.
pub fn publish(tx: &mut Tx, size: i64, text: &str, now: Micros) -> Result<bool, Fault> {
    let published = tx.execute(
        sql("UPDATE log_state SET published_size = ?1, published_text = ?2, published_at = ?3, stopped = '' WHERE id = 1 AND published_size <= ?1"),
        params![size, text, now],
    )?;
    Ok(published == 1)
}

pub fn stop(tx: &mut Tx, why: &str) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE log_state SET stopped = ?1 WHERE id = 1"), params![why])
}

/// What one witness said lately.
#[derive(Clone, Debug)]
pub struct Heard {
    pub name: String,
    pub size: i64,
    pub cosigned_at: Micros,
    pub asked_at: Micros,
    pub failure: String,
}

pub fn heard(tx: &mut Tx) -> Result<Vec<Heard>, Fault> {
    let rows = tx.query(sql("SELECT * FROM log_witness ORDER BY name"), params![])?;
    rows.iter()
        .map(|row| {
            Ok(Heard {
                name: row.text("name")?,
                size: row.int("size")?,
                cosigned_at: row.int("cosigned_at")?,
                asked_at: row.int("asked_at")?,
                failure: row.text("failure")?,
            })
        })
        .collect()
}

pub fn hear(tx: &mut Tx, heard: &Heard) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO log_witness (name, size, cosigned_at, asked_at, failure) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (name) DO UPDATE SET size = excluded.size, cosigned_at = excluded.cosigned_at, asked_at = excluded.asked_at, \
               failure = excluded.failure"),
        params![&heard.name, heard.size, heard.cosigned_at, heard.asked_at, &heard.failure],
    )
}
