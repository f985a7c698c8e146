//! PostgreSQL: a pool of connections, serialisable decisions tried again on collision, bulk writes
//! by COPY.

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use std::hash::BuildHasher;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ::postgres::error::SqlState;
use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use ::postgres::{Client, Config, NoTls, Statement};
use bytes::{BufMut, BytesMut};

use crate::Mode;
use crate::fault::{Fault, FaultKind};
use crate::pool::Pool;
use crate::row::{Passing, Row, RowRef};
use crate::sql::{self, BulkInsert};
use crate::sqlite::owned;
use crate::tx::{Session, Tx};
use crate::value::Value;

pub(crate) struct Postgres {
    config: Config,
    pool: Pool<Connection>,
    retries: AtomicU64,
}

pub(crate) struct Connection {
    client: Client,
    /// By text; a statement prepared with other parameter types is another one.
    statements: HashMap<String, Vec<Statement>>,
}

impl Postgres {
    pub(crate) fn open(url: &str, connections: usize) -> Result<Postgres, Fault> {
        // The URL may hold a password, so neither it nor the parser's complaint is repeated.
        let mut config: Config = url.parse().map_err(|_| Fault::other("the PostgreSQL address is not a valid postgres:// URL"))?;
        config
            .application_name("huihai")
            .connect_timeout(Duration::from_secs(5))
            .tcp_user_timeout(Duration::from_secs(30))
            .keepalives_idle(Duration::from_secs(30));
        let postgres = Postgres { config, pool: Pool::new(connections), retries: AtomicU64::new(0) };
        postgres.transact(Mode::Read, check_collation)?;
        Ok(postgres)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    pub(crate) fn transact<T, E: From<Fault>>(&self, mode: Mode, mut f: impl FnMut(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let mut tries = Tries::new();
        loop {
            if tries.count > 0 {
                self.retries.fetch_add(1, Ordering::Relaxed);
            }
            let mut lease = match self.pool.take(|| self.connect()) {
                Ok(lease) => lease,
                Err(fault) if tries.another(mode, fault.kind()) => continue,
                Err(fault) => return Err(fault.into()),
            };
            if let Err(fault) = lease.begin(mode) {
                // An idle connection may have been cut off long ago (a restart cuts them all);
                // that says nothing about the server now, so it costs no try.
                let stale = lease.reused && fault.kind() == FaultKind::Lost;
                drop(lease);
                if stale || tries.another(mode, fault.kind()) {
                    continue;
                }
                return Err(fault.into());
            }
            let mut tx = Tx::new(Session::Postgres(&mut lease));
            let result = f(&mut tx);
            let failed = tx.failed();
            let (ended, keep) = if result.is_ok() && failed.is_none() {
                let ended = lease.commit();
                (ended, !lease.client.is_closed())
            } else {
                // Should this fail, the line is broken and the server rolls back by itself.
                (Ok(()), lease.script("ROLLBACK").is_ok())
            };
            let again = failed.or(ended.as_ref().err().map(Fault::kind));
            if keep {
                lease.give_back();
            } else {
                drop(lease);
            }
            if again.is_some_and(|kind| tries.another(mode, kind)) {
                continue;
            }
            return match (result, failed) {
                (Ok(value), None) => ended.map(|()| value).map_err(E::from),
                (Ok(_), Some(kind)) => {
                    Err(Fault::new(kind, "committing a transaction", "one of its statements failed, so nothing of it was kept").into())
                }
                (Err(error), _) => Err(error),
            };
        }
    }

    fn connect(&self) -> Result<Connection, Fault> {
        let client = self.config.connect(NoTls).map_err(|error| match fault("connecting to PostgreSQL", &error) {
            refused if error.as_db_error().is_some() => refused,
            _ => Fault::new(FaultKind::Unavailable, "connecting to PostgreSQL", chain(&error)),
        })?;
        Ok(Connection { client, statements: HashMap::new() })
    }
}

/// Text must be ordered by its bytes, as SQLite does: otherwise lists, ranges and unique keys of
/// the two engines would differ, and an upgrade of the system's locale could break an index.
fn check_collation(tx: &mut Tx) -> Result<(), Fault> {
    let row = tx.query_one(
        sql::sql(
            "SELECT d.datcollate AS collation, pg_encoding_to_char(d.encoding) AS encoding,
                    COALESCE(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
                    COALESCE(to_jsonb(d) ->> 'datlocale', '') AS locale
             FROM pg_database d WHERE d.datname = current_database()",
        ),
        &[],
    )?;
    let (collation, encoding) = (row.text("collation")?, row.text("encoding")?);
    let ordered_by_bytes = match row.text("provider")?.as_str() {
        "c" => matches!(collation.as_str(), "C" | "POSIX"),
        // The built-in provider of PostgreSQL 17; both of its locales order by code point.
        "b" => true,
        _ => false,
    };
    if ordered_by_bytes && encoding == "UTF8" {
        return Ok(());
    }
    Err(Fault::other(format!(
        "this PostgreSQL database orders text by the rules of {collation} in {encoding}; huihai \
         needs the order of the bytes. Make the database with: CREATE DATABASE name TEMPLATE \
         template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    )))
}

/// How often and how soon a transaction is tried again.
struct Tries {
    count: u32,
    until: Instant,
}

impl Tries {
    const MOST: u32 = 60;
    /// A duplicate that comes back after the closure has looked again is the closure's own doing.
    const MOST_AFTER_DUPLICATE: u32 = 6;
    const AT_MOST: Duration = Duration::from_secs(10);

    fn new() -> Tries {
        Tries { count: 0, until: Instant::now() + Tries::AT_MOST }
    }

    /// Whether a failure of this kind deserves another try; waits a moment if so. The moments
    /// grow and are random, so that those who collided do not meet again.
    fn another(&mut self, mode: Mode, kind: FaultKind) -> bool {
        self.count += 1;
        let (most, longest_ms) = match kind {
            FaultKind::Conflict => (Tries::MOST, 64),
            FaultKind::Unique if mode == Mode::Batch => (Tries::MOST_AFTER_DUPLICATE, 16),
            FaultKind::Lost | FaultKind::Unavailable => (12, 400),
            _ => return false,
        };
        if self.count > most || Instant::now() > self.until {
            return false;
        }
        let ceiling_us = (1000_u64 << self.count.min(9)).min(longest_ms * 1000);
        let random = std::hash::RandomState::new().hash_one(self.count);
        std::thread::sleep(Duration::from_micros(random % ceiling_us));
        true
    }
}

impl Connection {
    fn begin(&mut self, mode: Mode) -> Result<(), Fault> {
        self.script(match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            Mode::Batch | Mode::Migration => "BEGIN ISOLATION LEVEL READ COMMITTED",
        })
    }

    fn commit(&mut self) -> Result<(), Fault> {
        self.client.batch_execute("COMMIT").map_err(|error| {
            let fault = self.fault("committing a transaction", &error);
            if fault.kind() != FaultKind::Lost {
                return fault;
            }
            // Not `Lost`: the server may have committed before the line broke, so trying again
            // could do it twice.
            Fault::new(
                FaultKind::Other,
                "committing a transaction; the connection broke meanwhile, so whether it was \
                 kept is unknown",
                fault,
            )
        })
    }

    pub(crate) fn query(&mut self, text: &str, p: &[Value]) -> Result<Vec<Row>, Fault> {
        let statement = self.statement(text, p)?;
        let columns: Arc<[String]> = statement.columns().iter().map(|column| column.name().to_owned()).collect();
        let mut found = Vec::new();
        let result = (|| {
            let mut rows = self.client.query_raw(&statement, p.iter().map(Bound))?;
            while let Some(row) = rows.next()? {
                found.push(row);
            }
            Ok(())
        })();
        result.map_err(|error| self.fault("querying", &error))?;
        found
            .iter()
            .map(|row| {
                let values = (0..columns.len()).map(|at| value(row, at).map(owned)).collect::<Result<_, _>>()?;
                Ok(Row::new(Arc::clone(&columns), values))
            })
            .collect()
    }

    pub(crate) fn execute(&mut self, text: &str, p: &[Value]) -> Result<u64, Fault> {
        let statement = self.statement(text, p)?;
        let result = (|| {
            let mut rows = self.client.query_raw(&statement, p.iter().map(Bound))?;
            while rows.next()?.is_some() {}
            Ok(rows.rows_affected().unwrap_or(0))
        })();
        result.map_err(|error| self.fault("executing", &error))
    }

    pub(crate) fn bulk_insert(&mut self, into: BulkInsert, rows: &[Value]) -> Result<u64, Fault> {
        let statement = self.statement(&into.copy_statement(), &[])?;
        let bytes = copy_bytes(rows, into.columns.len());
        let result = (|| {
            let mut writer = self.client.copy_in(&statement)?;
            // What the writer could not send is reported by `finish`.
            let sent = writer.write_all(&bytes);
            let count = writer.finish()?;
            Ok(sent.map(|()| count))
        })();
        result
            .map_err(|error| self.fault("copying rows in", &error))?
            .map_err(|error| Fault::new(FaultKind::Lost, "copying rows in", error))
    }

    pub(crate) fn bulk_find(&mut self, text: &str, ids: &[i64], each: &mut dyn FnMut(&RowRef) -> Result<(), Fault>) -> Result<(), Fault> {
        let statement = self.statement(text, &[])?;
        let mut outcome = Ok(());
        let result = (|| {
            let mut rows = self.client.query_raw(&statement, [ids])?;
            while let Some(row) = rows.next()? {
                if outcome.is_ok() {
                    outcome = each(&RowRef(Passing::Postgres(&row)));
                }
            }
            Ok(())
        })();
        result.map_err(|error| self.fault("finding ids", &error))?;
        outcome
    }

    pub(crate) fn bulk_change(
        &mut self,
        text: &str,
        width: usize,
        rows: &[i64],
        each: &mut dyn FnMut(&RowRef) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let columns: Vec<Vec<i64>> = (0..width).map(|at| rows.iter().skip(at).step_by(width).copied().collect()).collect();
        let statement = self.statement(text, &[])?;
        let mut outcome = Ok(());
        let result = (|| {
            let mut returned = self.client.query_raw(&statement, &columns)?;
            while let Some(row) = returned.next()? {
                if outcome.is_ok() {
                    outcome = each(&RowRef(Passing::Postgres(&row)));
                }
            }
            Ok(())
        })();
        result.map_err(|error| self.fault("changing many rows", &error))?;
        outcome
    }

    pub(crate) fn each(&mut self, text: &str, each: &mut dyn FnMut(&RowRef) -> Result<(), Fault>) -> Result<(), Fault> {
        let statement = self.statement(text, &[])?;
        let mut outcome = Ok(());
        let result = (|| {
            let mut rows = self.client.query_raw(&statement, std::iter::empty::<i64>())?;
            while let Some(row) = rows.next()? {
                if outcome.is_ok() {
                    outcome = each(&RowRef(Passing::Postgres(&row)));
                }
            }
            Ok(())
        })();
        result.map_err(|error| self.fault("querying", &error))?;
        outcome
    }

    pub(crate) fn prepare(&mut self, text: &str) -> Result<(), Fault> {
        let statement = self.client.prepare(&sql::for_postgres(text)?).map_err(|error| self.fault("preparing a statement", &error))?;
        for column in statement.columns() {
            if !Field::accepts(column.type_()) {
                return Err(unreadable(column.name(), column.type_()));
            }
        }
        Ok(())
    }

    pub(crate) fn script(&mut self, text: &str) -> Result<(), Fault> {
        self.client.batch_execute(text).map_err(|error| self.fault("running a script", &error))
    }

    /// The prepared statement for these parameters. PostgreSQL is told the type of each parameter
    /// that is not NULL, so that `?1 + 1` is not guessed to be 32 bits wide.
    fn statement(&mut self, text: &str, p: &[Value]) -> Result<Statement, Fault> {
        let fits = |statement: &&Statement| {
            statement.params().len() != p.len()
                || p.iter().zip(statement.params()).all(|(value, wanted)| type_of(value).is_none_or(|found| found == *wanted))
        };
        if let Some(known) = self.statements.get(text)
            && let Some(statement) = known.iter().find(fits)
        {
            return expect_parameters(text, statement, p);
        }
        let types: Vec<Type> = p.iter().map(|value| type_of(value).unwrap_or(Type::UNKNOWN)).collect();
        let statement =
            self.client.prepare_typed(&sql::for_postgres(text)?, &types).map_err(|error| self.fault("preparing a statement", &error))?;
        self.statements.entry(text.to_owned()).or_default().push(statement.clone());
        expect_parameters(text, &statement, p)
    }

    fn fault(&self, doing: &'static str, error: &::postgres::Error) -> Fault {
        if self.client.is_closed() || error.is_closed() {
            return Fault::new(FaultKind::Lost, doing, chain(error));
        }
        fault(doing, error)
    }
}

fn expect_parameters(text: &str, statement: &Statement, p: &[Value]) -> Result<Statement, Fault> {
    // `bulk_find` and `bulk_change` bind their arrays themselves.
    let binds_arrays = p.is_empty() && (text.contains("= ANY(?1)") || text.contains("UNNEST(CAST(?1 AS BIGINT[])"));
    if statement.params().len() == p.len() || binds_arrays {
        return Ok(statement.clone());
    }
    Err(Fault::other(format!("a statement takes {} parameters and was given {}", statement.params().len(), p.len())))
}

fn type_of(value: &Value) -> Option<Type> {
    match value {
        Value::Null => None,
        Value::Int(_) => Some(Type::INT8),
        Value::Text(_) => Some(Type::TEXT),
        Value::Blob(_) => Some(Type::BYTEA),
    }
}

/// PostgreSQL's binary COPY format: a header, then each row as its number of fields and each field
/// as its length and bytes (length −1 is NULL), then −1.
fn copy_bytes(rows: &[Value], width: usize) -> Vec<u8> {
    let fields = i16::try_from(width).expect("a table has fewer than 1,600 columns");
    let mut out = Vec::with_capacity(32 + rows.len() * 16);
    out.put_slice(b"PGCOPY\n\xff\r\n\0");
    out.put_i32(0);
    out.put_i32(0);
    for row in rows.chunks_exact(width) {
        out.put_i16(fields);
        for value in row {
            match value {
                Value::Null => out.put_i32(-1),
                Value::Int(value) => {
                    out.put_i32(8);
                    out.put_i64(*value);
                }
                Value::Text(text) => put_field(&mut out, text.as_bytes()),
                Value::Blob(bytes) => put_field(&mut out, bytes),
            }
        }
    }
    out.put_i16(-1);
    out
}

fn put_field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.put_i32(i32::try_from(bytes.len()).expect("a field is smaller than 2 GiB"));
    out.put_slice(bytes);
}

#[derive(Debug)]
struct Bound<'v>(&'v Value<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(value) => out.put_i64(*value),
            Value::Text(text) => out.put_slice(text.as_bytes()),
            Value::Blob(bytes) => out.put_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        // Types were compared when the statement was chosen; NULL goes into any.
        true
    }

    to_sql_checked!();
}

/// One field of a passing row.
pub(crate) fn value(row: &::postgres::Row, at: usize) -> Result<Value<'_>, Fault> {
    let column = row.columns().get(at).ok_or_else(|| Fault::inconsistent(format!("a row has {} columns, not {}", row.len(), at + 1)))?;
    match row.try_get::<_, Field>(at) {
        Ok(Field(value)) => Ok(value),
        Err(_) if !Field::accepts(column.type_()) => Err(unreadable(column.name(), column.type_())),
        Err(error) => Err(Fault::new(FaultKind::Inconsistent, "reading a row", chain(&error))),
    }
}

fn unreadable(column: &str, found: &Type) -> Fault {
    Fault::new(
        FaultKind::Inconsistent,
        "reading a row",
        format!(
            "column {column} is {found}, which is neither integer, text nor bytes (a sum of \
             integers is written CAST(SUM(x) AS BIGINT))"
        ),
    )
}

struct Field<'r>(Value<'r>);

impl<'r> FromSql<'r> for Field<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Field(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            // A comparison in a SELECT list, which is 0 or 1 on SQLite.
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Blob(Cow::Borrowed(raw)),
            Type::VOID => Value::Null,
            _ => Value::Text(Cow::Borrowed(std::str::from_utf8(raw)?)),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Field(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::BOOL | Type::BYTEA | Type::VOID | Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN
        )
    }
}

/// A PostgreSQL error in our words. Its DETAIL holds the values of the row, so that is left out.
fn fault(doing: &'static str, error: &::postgres::Error) -> Fault {
    let Some(db) = error.as_db_error() else {
        return Fault::new(FaultKind::Other, doing, chain(error));
    };
    let code = db.code();
    let kind = match *code {
        SqlState::UNIQUE_VIOLATION => FaultKind::Unique,
        SqlState::CHECK_VIOLATION => FaultKind::Check,
        SqlState::FOREIGN_KEY_VIOLATION => FaultKind::ForeignKey,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => FaultKind::Conflict,
        // The server is going down: this connection ends, and nothing of its transaction is kept.
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => FaultKind::Lost,
        // Starting up, too many connections, out of disk or memory, or a failing line.
        _ if ["57P03", "08", "53"].iter().any(|class| code.code().starts_with(class)) => FaultKind::Unavailable,
        _ => FaultKind::Other,
    };
    let constraint = db.constraint().map(|name| format!(" ({name})")).unwrap_or_default();
    Fault::new(kind, doing, format!("{} {}{constraint}", code.code(), db.message()))
}

fn chain(error: &::postgres::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}
