//! The only crate that names SQLite or PostgreSQL: one SQL text, run on either.
//!
//! A transaction is a closure: [`Db::write`] decides something, [`Db::read`] looks at one
//! snapshot, [`Db::write_batch`] carries some thousands of facts at once. The closure may run
//! twice (PostgreSQL asks for a retry when two decisions collide), so it touches nothing but its
//! transaction. Everything blocks: call it from a blocking thread, never from an async task.
//!
//! What both engines have in common is what the product may use: three column types (64-bit
//! integer, text, bytes), `?1 ?2` parameters, text ordered by its bytes. Where the engines would
//! quietly differ, this crate either makes them equal or refuses on both.

pub mod backup;
mod copy;
mod fault;
mod migrate;
mod pool;
mod postgres;
mod row;
mod schema;
mod sql;
mod sqlite;
pub mod testing;
mod tx;
mod value;

pub use copy::{Moving, TableDigest};
pub use fault::Fault;
pub use migrate::Migration;
pub use row::{Row, RowRef};
pub use schema::{Column, Schema, Table};
pub use sql::{BulkInsert, Sql, sql};
pub use tx::Tx;
pub use value::{Kind, Value};

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

/// An open database. Cheap to clone; every clone shares the same connections.
#[derive(Clone)]
pub struct Db(Arc<Store>);

/// Which of the two engines a [`Db`] runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    Sqlite,
    Postgres,
}

enum Store {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// What a transaction is for, which decides its isolation and what is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One snapshot, nothing written.
    Read,
    /// One decision: serialisable.
    Write,
    /// Thousands of facts, exact by their own keys and guards: read committed on PostgreSQL.
    Batch,
    /// A change of schema: read committed, so that what another process did before we got the
    /// lock is seen, and nothing retried that the migration itself got wrong.
    Migration,
}

impl Db {
    /// Opens, or creates, a database file. The folder must exist.
    ///
    /// # Errors
    /// When the file cannot be opened or is not a database.
    pub fn open_sqlite(file: &Path) -> Result<Db, Fault> {
        Ok(Db(Arc::new(Store::Sqlite(sqlite::Sqlite::open(file)?))))
    }

    /// Opens a PostgreSQL database by its URL, keeping up to `connections` connections.
    /// The connection is not encrypted: PostgreSQL is reached over loopback, a private network or
    /// a tunnel.
    ///
    /// # Errors
    /// When it cannot be reached, is not UTF-8, or does not order text by its bytes (collation C).
    pub fn open_postgres(url: &str, connections: usize) -> Result<Db, Fault> {
        Ok(Db(Arc::new(Store::Postgres(postgres::Postgres::open(url, connections)?))))
    }

    /// Which engine this is. The product does not ask; benchmarks and messages do.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &*self.0 {
            Store::Sqlite(_) => Engine::Sqlite,
            Store::Postgres(_) => Engine::Postgres,
        }
    }

    /// Looks at one snapshot of the database; writing is refused.
    ///
    /// # Errors
    /// What the closure returned, or a [`Fault`] of the engine.
    pub fn read<T, E: From<Fault>>(&self, f: impl FnMut(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        self.transact(Mode::Read, f)
    }

    /// Carries out one decision. `Err` rolls everything back; so does a panic. The closure may
    /// run more than once.
    ///
    /// # Errors
    /// What the closure returned, or a [`Fault`] of the engine. A fault that says the outcome is
    /// unknown (the connection broke during COMMIT) is not retried, since the decision may have
    /// been kept: the caller's idempotency key settles it.
    pub fn write<T, E: From<Fault>>(&self, f: impl FnMut(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        self.transact(Mode::Write, f)
    }

    /// Carries a batch of facts that are exact by their own unique keys and guarded updates.
    /// On PostgreSQL it runs READ COMMITTED and starts again when another process wrote the same
    /// key first (23505), so the closure looks for duplicates itself each time it runs.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_batch<T, E: From<Fault>>(&self, f: impl FnMut(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        self.transact(Mode::Batch, f)
    }

    /// How often a transaction was begun again since the program started, because it collided with another or the line broke.
    #[must_use]
    pub fn retries(&self) -> u64 {
        match &*self.0 {
            // SQLite lets one writer in after the other.
            Store::Sqlite(_) => 0,
            Store::Postgres(postgres) => postgres.retries(),
        }
    }

    /// How many bytes the database holds, free pages included: the figure that benchmarks divide by.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn size_bytes(&self) -> Result<i64, Fault> {
        let text = match self.engine() {
            Engine::Sqlite => "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
            Engine::Postgres => "SELECT pg_database_size(current_database()) AS bytes",
        };
        self.read(|tx| tx.query_one(sql(text), params![])?.int("bytes"))
    }

    /// Prepares a statement without running it: is it valid on this engine, and does every
    /// column it returns have one of the three types?
    ///
    /// # Errors
    /// When the engine refuses the statement.
    pub fn prepare(&self, text: &str) -> Result<(), Fault> {
        self.transact(Mode::Read, |tx| tx.prepare(text))
    }

    pub(crate) fn transact<T, E: From<Fault>>(&self, mode: Mode, f: impl FnMut(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let _inside = Inside::enter(Arc::as_ptr(&self.0) as usize)?;
        match &*self.0 {
            Store::Sqlite(sqlite) => sqlite.transact(mode, f),
            Store::Postgres(postgres) => postgres.transact(mode, f),
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({:?})", self.engine())
    }
}

thread_local! {
    static INSIDE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Held while a thread is inside a transaction of one database. A second transaction inside the
/// first would wait for itself on SQLite and see another snapshot on PostgreSQL, so it is refused
/// on both, at once and with a sentence.
struct Inside(usize);

impl Inside {
    fn enter(store: usize) -> Result<Inside, Fault> {
        INSIDE.with_borrow_mut(|inside| {
            if inside.contains(&store) {
                return Err(Fault::other(
                    "a transaction was begun inside another one on the same database: \
                     pass the open `tx` on instead",
                ));
            }
            inside.push(store);
            Ok(Inside(store))
        })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with_borrow_mut(|inside| inside.retain(|store| *store != self.0));
    }
}
