//! A whole database seen as rows: the digest of every table, equal on both engines for equal rows, and the way from SQLite
//! into an empty PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::sql::{BulkInsert, sql};
use crate::tx::Tx;
use crate::value::{Kind, Value};
use crate::{Db, Engine, Mode, RowRef, Table, params};

/// When which migration ran is this database's own story, not a row of the product.
const OWN: &str = "schema_migration";

/// A table's rows as one number: how many there are, and a hash over all of them in the order of the primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDigest {
    pub table: String,
    pub rows: u64,
    /// Hexadecimal SHA-256.
    pub sha256: String,
}

/// How far a move is.
#[derive(Clone, Copy, Debug)]
pub struct Moving<'a> {
    pub table: &'a str,
    pub rows: u64,
    pub of: u64,
}

impl Db {
    /// The digest of every table, in the order of their names, in one snapshot.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn digests(&self) -> Result<Vec<TableDigest>, Fault> {
        let schema = self.schema()?;
        self.read(|tx| digests(tx, &schema.tables))
    }

    /// Whether there is no table at all.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn has_no_table(&self) -> Result<bool, Fault> {
        Ok(self.schema()?.tables.is_empty())
    }

    /// Copies every row of this SQLite database into `to`, a PostgreSQL database with the same schema and no rows, in one
    /// transaction there: all of it or nothing. Nothing can be written here meanwhile. Afterwards, still inside that
    /// transaction, the digests of both are compared.
    ///
    /// # Errors
    /// When the engines or schemas do not fit, when there is a row in `to` already, or when a digest differs.
    pub fn move_into(&self, to: &Db, mut progress: impl FnMut(Moving)) -> Result<Vec<TableDigest>, Fault> {
        if (self.engine(), to.engine()) != (Engine::Sqlite, Engine::Postgres) {
            return Err(Fault::other("a move leads from SQLite into PostgreSQL"));
        }
        let (here, there) = (self.schema()?, to.schema()?);
        if here != there {
            return Err(Fault::other("the two databases have not the same tables: run `huihai migrate` on both"));
        }
        let order = self.read(|tx| parents_first(tx, &here.tables))?;
        let moved = self.transact(Mode::Write, |from| {
            let of = count(from, &order)?;
            // Serialisable decisions of a stranger who starts a server meanwhile would be refused by their own keys.
            to.transact(Mode::Batch, |into| {
                if let Some(table) = first_with_rows(into, &order)? {
                    return Err(Fault::other(format!("the database to move into is not empty: {table} has rows")));
                }
                let mut rows = 0;
                for table in &order {
                    copy(from, into, table, &here.tables[table], |more| {
                        rows += more;
                        progress(Moving { table, rows, of });
                    })?;
                }
                let (ours, theirs) = (digests(from, &here.tables)?, digests(into, &here.tables)?);
                match ours.iter().zip(&theirs).find(|(a, b)| a != b) {
                    Some((a, b)) => Err(Fault::inconsistent(format!(
                        "table {} has {} rows and hash {} here, {} rows and hash {} there; nothing was kept there",
                        a.table, a.rows, a.sha256, b.rows, b.sha256
                    ))),
                    None => Ok(ours),
                }
            })
        })?;
        // So that the first statements are planned with the right sizes.
        to.transact(Mode::Migration, |tx| tx.script("ANALYZE"))?;
        Ok(moved)
    }
}

fn names(tables: &BTreeMap<String, Table>) -> impl Iterator<Item = &String> {
    tables.keys().filter(|name| *name != OWN)
}

/// Every table after the tables that its rows point to.
fn parents_first(tx: &mut Tx, tables: &BTreeMap<String, Table>) -> Result<Vec<String>, Fault> {
    let mut parents: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for name in names(tables) {
        let rows = tx.query(sql("SELECT DISTINCT \"table\" AS parent FROM pragma_foreign_key_list(?1)"), params![name.as_str()])?;
        let of = rows.iter().map(|row| row.text("parent")).collect::<Result<BTreeSet<_>, _>>()?;
        parents.insert(name, of.into_iter().filter(|parent| parent != name).collect());
    }
    let mut order: Vec<String> = Vec::new();
    while order.len() < parents.len() {
        let ready = |(name, of): &(&&String, &BTreeSet<String>)| !order.contains(name) && of.iter().all(|parent| order.contains(parent));
        let Some((next, _)) = parents.iter().find(ready) else {
            return Err(Fault::other("tables point to each other in a circle, so none of them can be copied first"));
        };
        order.push((*next).clone());
    }
    Ok(order)
}

fn count(tx: &mut Tx, order: &[String]) -> Result<u64, Fault> {
    let mut all = 0;
    for table in order {
        tx.each(&format!("SELECT COUNT(*) FROM {table}"), &mut |row| {
            all += u64::try_from(row.int(0)?).unwrap_or(0);
            Ok(())
        })?;
    }
    Ok(all)
}

fn first_with_rows<'a>(tx: &mut Tx, order: &'a [String]) -> Result<Option<&'a String>, Fault> {
    for table in order {
        let mut some = false;
        tx.each(&format!("SELECT 1 FROM {table} LIMIT 1"), &mut |_| {
            some = true;
            Ok(())
        })?;
        if some {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// How much is held in memory before it is sent on.
const ROWS_AT_ONCE: usize = 5_000;
const BYTES_AT_ONCE: usize = 8 * 1024 * 1024;

fn copy(from: &mut Tx, into: &mut Tx, name: &str, table: &Table, mut copied: impl FnMut(u64)) -> Result<(), Fault> {
    // A bulk insert names what it writes for ever; there are as many tables as there are, so a few hundred bytes stay.
    let columns: Vec<(&'static str, Kind)> = table.columns.iter().map(|c| (&*Box::leak(c.name.clone().into_boxed_str()), c.kind)).collect();
    let insert = BulkInsert { table: Box::leak(name.to_owned().into_boxed_str()), columns: Box::leak(columns.into_boxed_slice()) };
    let width = insert.columns.len();
    let (mut rows, mut bytes): (Vec<Value<'static>>, usize) = (Vec::new(), 0);
    let mut send = |rows: &mut Vec<Value<'static>>, into: &mut Tx| -> Result<(), Fault> {
        let sent = u64::try_from(rows.len() / width).unwrap_or(0);
        let kept = into.bulk_insert(insert, rows)?;
        rows.clear();
        if kept != sent {
            return Err(Fault::inconsistent(format!("of {sent} rows of {name}, {kept} went in")));
        }
        copied(sent);
        Ok(())
    };
    from.each(&every_row(name, table, &[]), &mut |row| {
        for at in 0..width {
            let value = crate::sqlite::owned(row.value(at)?);
            bytes += match &value {
                Value::Text(text) => text.len(),
                Value::Blob(blob) => blob.len(),
                Value::Null | Value::Int(_) => 8,
            };
            rows.push(value);
        }
        if rows.len() >= ROWS_AT_ONCE * width || bytes >= BYTES_AT_ONCE {
            bytes = 0;
            send(&mut rows, into)?;
        }
        Ok(())
    })?;
    send(&mut rows, into)
}

fn every_row(name: &str, table: &Table, order: &[String]) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    format!("SELECT {} FROM {name}{order}", columns.join(", "))
}

fn digests(tx: &mut Tx, tables: &BTreeMap<String, Table>) -> Result<Vec<TableDigest>, Fault> {
    let mut found = Vec::new();
    for name in names(tables) {
        let key = primary_key(tx, name)?;
        if key.is_empty() {
            return Err(Fault::other(format!("table {name} has no primary key, so its rows have no order")));
        }
        let table = &tables[name];
        let (mut hash, mut rows) = (Sha256::new(), 0);
        for column in &table.columns {
            field(&mut hash, b'c', column.name.as_bytes());
        }
        tx.each(&every_row(name, table, &key), &mut |row| {
            rows += 1;
            (0..table.columns.len()).try_for_each(|at| add(&mut hash, row, at))
        })?;
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        found.push(TableDigest { table: name.clone(), rows, sha256 });
    }
    Ok(found)
}

/// Each value with its kind and, where it needs one, its length, so that no two rows look alike.
fn add(hash: &mut Sha256, row: &RowRef, at: usize) -> Result<(), Fault> {
    match row.value(at)? {
        Value::Null => hash.update(b"n"),
        Value::Int(value) => {
            hash.update(b"i");
            hash.update(value.to_le_bytes());
        }
        Value::Text(text) => field(hash, b't', text.as_bytes()),
        Value::Blob(blob) => field(hash, b'b', &blob),
    }
    Ok(())
}

fn field(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

fn primary_key(tx: &mut Tx, table: &str) -> Result<Vec<String>, Fault> {
    let rows = match tx.engine() {
        Engine::Sqlite => tx.query(sql("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk"), params![table])?,
        Engine::Postgres => tx.query(
            sql("SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid
                 WHERE i.indrelid = quote_ident(?1)::regclass AND i.indisprimary ORDER BY a.attnum"),
            params![table],
        )?,
    };
    rows.iter().map(|row| row.text("name")).collect()
}
