//! SQLite: one writer behind a mutex, a pool of readers, one file in WAL mode.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, ffi};

use crate::Mode;
use crate::fault::{Fault, FaultKind};
use crate::pool::Pool;
use crate::row::{Passing, Row, RowRef};
use crate::sql::BulkInsert;
use crate::tx::{Session, Tx};
use crate::value::Value;

/// How long a write waits for another process (the command line beside the server).
const BUSY: Duration = Duration::from_secs(20);
const READERS: usize = 16;
/// Distinct statements kept prepared on a connection; the product has fewer.
const STATEMENTS: usize = 1024;
/// Rows of one INSERT in a bulk insert, see docs/decisions/0001.
const ROWS_PER_STATEMENT: usize = 64;

/// Page size is fixed when the file is made.
const PAGE_BYTES: u32 = 16 * 1024;
const WRITER_CACHE_KIB: u32 = 128 * 1024;
const READER_CACHE_KIB: u32 = 8 * 1024;
/// Readers look at the file through the system's own cache, which makes scattered look-ups two
/// to seven times as fast (docs/decisions/0001). SQLite maps no more than this of a file; the rest is read.
const READER_MAP_BYTES: u32 = 0x7fff_0000;
/// The log is copied into the file when it has grown to this.
const CHECKPOINT_BYTES: u32 = 32 * 1024 * 1024;

pub(crate) struct Sqlite {
    file: PathBuf,
    writer: Mutex<Connection>,
    readers: Pool<Connection>,
}

pub(crate) struct Connection(rusqlite::Connection);

impl Sqlite {
    pub(crate) fn open(file: &Path) -> Result<Sqlite, Fault> {
        Ok(Sqlite { writer: Mutex::new(Connection::open(file, Mode::Write)?), readers: Pool::new(READERS), file: file.to_owned() })
    }

    /// On a connection of its own: it reads one snapshot for as long as it takes, and writers go on beside it.
    pub(crate) fn vacuum_into(&self, to: &Path) -> Result<(), Fault> {
        let failed = |error| fault(&format!("writing {}", to.display()), &error);
        let to = to.to_str().ok_or_else(|| Fault::other(format!("{} is not text, so SQLite cannot be told of it", to.display())))?;
        let connection = rusqlite::Connection::open_with_flags(&self.file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        connection.execute("VACUUM INTO ?1", [to]).map_err(failed)?;
        Ok(())
    }

    pub(crate) fn transact<T, E: From<Fault>>(&self, mode: Mode, f: impl FnMut(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        if mode == Mode::Read {
            let lease = self.readers.take(|| Connection::open(&self.file, Mode::Read))?;
            let result = lease.transact("BEGIN", f);
            lease.give_back();
            result
        } else {
            // A panic in another closure rolled its transaction back while it unwound, so the
            // connection behind a poisoned mutex is as good as before.
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.transact("BEGIN IMMEDIATE", f)
        }
    }
}

impl Connection {
    fn open(file: &Path, mode: Mode) -> Result<Connection, Fault> {
        let failed = |error| fault(&format!("opening {}", file.display()), &error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(file, flags).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Double quotes are for names on PostgreSQL, so SQLite may not take them for strings.
        for (option, on) in [
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        ] {
            connection.set_db_config(option, on).map_err(failed)?;
        }
        let settings = if mode == Mode::Read {
            format!("PRAGMA cache_size = -{READER_CACHE_KIB}; PRAGMA mmap_size = {READER_MAP_BYTES}; PRAGMA query_only = ON;")
        } else {
            format!(
                "PRAGMA page_size = {PAGE_BYTES};
                 PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA cache_size = -{WRITER_CACHE_KIB};
                 PRAGMA wal_autocheckpoint = {};
                 PRAGMA journal_size_limit = {};",
                CHECKPOINT_BYTES / PAGE_BYTES,
                CHECKPOINT_BYTES * 2,
            )
        };
        // LIKE tells capitals from small letters on PostgreSQL.
        let settings = format!(
            "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
             PRAGMA case_sensitive_like = ON; {settings}"
        );
        // The busy timeout does not cover the change to WAL when two processes make the file at
        // the same moment, so that is tried again here.
        let mut tries = 0;
        loop {
            match connection.execute_batch(&settings) {
                Ok(()) => return Ok(Connection(connection)),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 100 => {
                    tries += 1;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }

    fn transact<T, E: From<Fault>>(&self, begin: &'static str, mut f: impl FnMut(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        self.plain(begin)?;
        let open = Open(self);
        let mut tx = Tx::new(Session::Sqlite(self));
        let value = f(&mut tx)?;
        if let Some(kind) = tx.failed() {
            return Err(Fault::new(kind, "committing a transaction", "one of its statements failed, so nothing of it was kept").into());
        }
        self.plain("COMMIT")?;
        std::mem::forget(open);
        Ok(value)
    }

    fn plain(&self, text: &'static str) -> Result<(), Fault> {
        self.0
            .prepare_cached(text)
            .and_then(|mut statement| statement.raw_execute())
            .map(|_| ())
            .map_err(|error| fault("beginning or ending a transaction", &error).with_statement(text))
    }

    fn bound(&self, text: &str, p: &[Value]) -> Result<rusqlite::CachedStatement<'_>, Fault> {
        let mut statement = self.0.prepare_cached(text).map_err(|error| fault("preparing a statement", &error))?;
        if statement.parameter_count() != p.len() {
            return Err(Fault::other(format!("a statement takes {} parameters and was given {}", statement.parameter_count(), p.len())));
        }
        for (at, value) in p.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, Bound(value)).map_err(|error| fault("binding a parameter", &error))?;
        }
        Ok(statement)
    }

    pub(crate) fn query(&self, text: &str, p: &[Value]) -> Result<Vec<Row>, Fault> {
        let mut statement = self.bound(text, p)?;
        let columns: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| fault("querying", &error))? {
            let values = (0..columns.len()).map(|at| value(row, at).map(owned)).collect::<Result<_, _>>()?;
            found.push(Row::new(Arc::clone(&columns), values));
        }
        Ok(found)
    }

    pub(crate) fn execute(&self, text: &str, p: &[Value]) -> Result<u64, Fault> {
        self.bound(text, p)?.raw_execute().map(|changed| changed as u64).map_err(|error| fault("executing", &error))
    }

    pub(crate) fn bulk_insert(&self, into: BulkInsert, rows: &[Value]) -> Result<u64, Fault> {
        let values_per_statement = into.columns.len() * ROWS_PER_STATEMENT;
        let mut inserted = 0;
        for chunk in rows.chunks(values_per_statement) {
            if chunk.len() == values_per_statement {
                inserted += self.execute(&into.statement(ROWS_PER_STATEMENT), chunk)?;
            } else {
                let one = into.statement(1);
                for row in chunk.chunks(into.columns.len()) {
                    inserted += self.execute(&one, row)?;
                }
            }
        }
        Ok(inserted)
    }

    pub(crate) fn bulk_find(&self, text: &str, ids: &[i64], each: &mut dyn FnMut(&RowRef) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut statement = self.0.prepare_cached(text).map_err(|error| fault("preparing a statement", &error))?;
        if statement.parameter_count() != 1 {
            return Err(Fault::other("bulk_find takes ids and no other parameter"));
        }
        for id in ids {
            statement.raw_bind_parameter(1, id).map_err(|error| fault("binding a parameter", &error))?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(|error| fault("querying", &error))? {
                each(&RowRef(Passing::Sqlite(row)))?;
            }
        }
        Ok(())
    }

    pub(crate) fn bulk_change(
        &self,
        text: &str,
        width: usize,
        rows: &[i64],
        each: &mut dyn FnMut(&RowRef) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut statement = self.0.prepare_cached(text).map_err(|error| fault("preparing a statement", &error))?;
        if statement.parameter_count() != width {
            return Err(Fault::other("bulk_change takes rows and no other parameter"));
        }
        for row in rows.chunks_exact(width) {
            for (at, value) in row.iter().enumerate() {
                statement.raw_bind_parameter(at + 1, value).map_err(|error| fault("binding a parameter", &error))?;
            }
            let mut returned = statement.raw_query();
            while let Some(row) = returned.next().map_err(|error| fault("executing", &error))? {
                each(&RowRef(Passing::Sqlite(row)))?;
            }
        }
        Ok(())
    }

    pub(crate) fn each(&self, text: &str, each: &mut dyn FnMut(&RowRef) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut statement = self.bound(text, &[])?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| fault("querying", &error))? {
            each(&RowRef(Passing::Sqlite(row)))?;
        }
        Ok(())
    }

    pub(crate) fn prepare(&self, text: &str) -> Result<(), Fault> {
        self.0.prepare(text).map(|_| ()).map_err(|error| fault("preparing a statement", &error))
    }

    pub(crate) fn script(&self, text: &str) -> Result<(), Fault> {
        self.0.execute_batch(text).map_err(|error| fault("running a script", &error))
    }
}

/// An open transaction; dropped by an error or a panic, it is rolled back.
struct Open<'c>(&'c Connection);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // Some errors (a full disk) have rolled back already.
        if !self.0.0.is_autocommit() {
            // Were this to fail, the next BEGIN on this connection fails and says so.
            let _ = self.0.plain("ROLLBACK");
        }
    }
}

struct Bound<'v>(&'v Value<'v>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// One field of a passing row.
pub(crate) fn value<'r>(row: &'r rusqlite::Row<'_>, at: usize) -> Result<Value<'r>, Fault> {
    let found = row.get_ref(at).map_err(|error| Fault::new(FaultKind::Inconsistent, "reading a row", error))?;
    match found {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(value) => Ok(Value::Int(value)),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map(|text| Value::Text(Cow::Borrowed(text)))
            .map_err(|error| Fault::new(FaultKind::Inconsistent, "reading text", error)),
        ValueRef::Blob(bytes) => Ok(Value::Blob(Cow::Borrowed(bytes))),
        ValueRef::Real(_) => {
            Err(Fault::new(FaultKind::Inconsistent, "reading a row", format!("column {at} is a fraction, or a sum too large for 64 bits")))
        }
    }
}

pub(crate) fn owned(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Null => Value::Null,
        Value::Int(value) => Value::Int(value),
        Value::Text(value) => Value::Text(Cow::Owned(value.into_owned())),
        Value::Blob(value) => Value::Blob(Cow::Owned(value.into_owned())),
    }
}

fn fault(doing: &str, error: &rusqlite::Error) -> Fault {
    let kind = match error.sqlite_error().map(|e| (e.code, e.extended_code)) {
        Some((_, code)) if code == ffi::SQLITE_CONSTRAINT_UNIQUE => FaultKind::Unique,
        Some((_, code)) if code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY => FaultKind::Unique,
        Some((_, code)) if code == ffi::SQLITE_CONSTRAINT_ROWID => FaultKind::Unique,
        Some((_, code)) if code == ffi::SQLITE_CONSTRAINT_CHECK => FaultKind::Check,
        Some((_, code)) if code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY => FaultKind::ForeignKey,
        Some((
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen,
            _,
        )) => FaultKind::Unavailable,
        _ => FaultKind::Other,
    };
    Fault::new(kind, doing.to_owned(), error)
}
