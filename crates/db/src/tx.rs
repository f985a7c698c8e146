//! A transaction in progress: what a closure given to `Db::read` or `Db::write` holds.

use crate::fault::{Fault, FaultKind};
use crate::row::{Row, RowRef};
use crate::sql::{self, BulkInsert, Sql};
use crate::value::Value;
use crate::{Engine, postgres, sqlite};

/// An open transaction.
///
/// Any fault ends it: later statements are refused and nothing is kept, even if the closure
/// returns `Ok`. PostgreSQL behaves so by itself; SQLite would go on.
pub struct Tx<'c> {
    session: Session<'c>,
    failed: Option<FaultKind>,
}

pub(crate) enum Session<'c> {
    Sqlite(&'c sqlite::Connection),
    Postgres(&'c mut postgres::Connection),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(session: Session<'c>) -> Tx<'c> {
        Tx { session, failed: None }
    }

    /// The first fault this transaction met, which decides whether it is worth another try.
    pub(crate) fn failed(&self) -> Option<FaultKind> {
        self.failed
    }

    /// Every row of a query.
    ///
    /// # Errors
    /// When the statement fails. So for all methods below.
    pub fn query(&mut self, s: Sql, p: &[Value]) -> Result<Vec<Row>, Fault> {
        self.run(s.text(), |session| {
            check_text(p)?;
            match session {
                Session::Sqlite(connection) => connection.query(s.text(), p),
                Session::Postgres(connection) => connection.query(s.text(), p),
            }
        })
    }

    /// The row there is, if there is one; two are a fault.
    pub fn query_opt(&mut self, s: Sql, p: &[Value]) -> Result<Option<Row>, Fault> {
        let mut rows = self.query(s, p)?;
        if rows.len() > 1 {
            let found = rows.len();
            return self.run(s.text(), |_| Err(count_fault("at most one row", found as u64)));
        }
        Ok(rows.pop())
    }

    /// The one row there must be.
    pub fn query_one(&mut self, s: Sql, p: &[Value]) -> Result<Row, Fault> {
        match self.query_opt(s, p)? {
            Some(row) => Ok(row),
            None => self.run(s.text(), |_| Err(count_fault("one row", 0))),
        }
    }

    /// Changes rows and says how many.
    pub fn execute(&mut self, s: Sql, p: &[Value]) -> Result<u64, Fault> {
        self.run(s.text(), |session| {
            check_text(p)?;
            match session {
                Session::Sqlite(connection) => connection.execute(s.text(), p),
                Session::Postgres(connection) => connection.execute(s.text(), p),
            }
        })
    }

    /// Changes exactly one row; none, or several, is a fault and nothing is kept.
    pub fn execute_one(&mut self, s: Sql, p: &[Value]) -> Result<(), Fault> {
        match self.execute(s, p)? {
            1 => Ok(()),
            changed => self.run(s.text(), |_| Err(count_fault("one row to change", changed))),
        }
    }

    /// Inserts many rows at once: `rows` holds the values of the first row, then of the second,
    /// and so on, each in the order of `into.columns`. Returns how many rows went in; a duplicate
    /// key is a fault, so the caller looks first.
    pub fn bulk_insert(&mut self, into: BulkInsert, rows: &[Value]) -> Result<u64, Fault> {
        self.run(into.table, |session| {
            if into.columns.is_empty() || !rows.len().is_multiple_of(into.columns.len()) {
                return Err(Fault::other(format!("a bulk insert got {} values for rows of {} columns", rows.len(), into.columns.len())));
            }
            check_text(rows)?;
            check_kinds(into, rows)?;
            if rows.is_empty() {
                return Ok(0);
            }
            match session {
                Session::Sqlite(connection) => connection.bulk_insert(into, rows),
                Session::Postgres(connection) => connection.bulk_insert(into, rows),
            }
        })
    }

    /// Looks up many ids with one statement written `… WHERE x.id IN (?ids)` (no other
    /// parameters) and passes every row found to `each`, in no promised order. The caller sorts
    /// the ids, which lets neighbours share a page; an id that is not there passes no row.
    pub fn bulk_find(&mut self, s: Sql, ids: &[i64], mut each: impl FnMut(&RowRef) -> Result<(), Fault>) -> Result<(), Fault> {
        self.run(s.text(), |session| {
            if ids.is_empty() {
                return Ok(());
            }
            match session {
                Session::Sqlite(connection) => {
                    let text = sql::with_ids(Engine::Sqlite, s.text())?;
                    connection.bulk_find(&text, ids, &mut each)
                }
                Session::Postgres(connection) => {
                    let text = sql::with_ids(Engine::Postgres, s.text())?;
                    connection.bulk_find(&text, ids, &mut each)
                }
            }
        })
    }

    /// Makes one change for each of many rows of integers with one statement written
    /// `WITH r (a, b) AS (?rows) INSERT INTO t … SELECT … FROM r WHERE true ON CONFLICT … RETURNING …`
    /// (no other parameters), and passes every row it returns to `each`, in no promised order. `rows`
    /// holds the values of the first row, then of the second. No two rows may change the same row, and
    /// the caller sorts them, so that two transactions lock in the same order.
    pub fn bulk_change(&mut self, s: Sql, rows: &[i64], mut each: impl FnMut(&RowRef) -> Result<(), Fault>) -> Result<(), Fault> {
        self.run(s.text(), |session| {
            let engine = match session {
                Session::Sqlite(_) => Engine::Sqlite,
                Session::Postgres(_) => Engine::Postgres,
            };
            let (text, width) = sql::with_rows(engine, s.text())?;
            if !rows.len().is_multiple_of(width) {
                return Err(Fault::other(format!("a bulk change got {} values for rows of {width}", rows.len())));
            }
            if rows.is_empty() {
                return Ok(());
            }
            match session {
                Session::Sqlite(connection) => connection.bulk_change(&text, width, rows, &mut each),
                Session::Postgres(connection) => connection.bulk_change(&text, width, rows, &mut each),
            }
        })
    }

    pub(crate) fn engine(&self) -> Engine {
        match &self.session {
            Session::Sqlite(_) => Engine::Sqlite,
            Session::Postgres(_) => Engine::Postgres,
        }
    }

    /// Passes every row of a statement that this crate made itself, one by one, so that a table of any size can pass.
    pub(crate) fn each(&mut self, text: &str, each: &mut dyn FnMut(&RowRef) -> Result<(), Fault>) -> Result<(), Fault> {
        self.run(text, |session| match session {
            Session::Sqlite(connection) => connection.each(text, each),
            Session::Postgres(connection) => connection.each(text, each),
        })
    }

    pub(crate) fn prepare(&mut self, text: &str) -> Result<(), Fault> {
        self.run(text, |session| {
            // Asked of both engines, since only PostgreSQL's form needs the numbers.
            let plain = text.replace("(?ids)", "(?1)").replace("(?rows)", "(?1)");
            sql::for_postgres(&plain)?;
            match session {
                Session::Sqlite(connection) => connection.prepare(&sql::bulk_form(Engine::Sqlite, text)?),
                Session::Postgres(connection) => connection.prepare(&sql::bulk_form(Engine::Postgres, text)?),
            }
        })
    }

    /// Several statements without parameters: a migration.
    pub(crate) fn script(&mut self, text: &str) -> Result<(), Fault> {
        self.run(text, |session| match session {
            Session::Sqlite(connection) => connection.script(text),
            Session::Postgres(connection) => connection.script(text),
        })
    }

    fn run<T>(&mut self, statement: &str, f: impl FnOnce(&mut Session<'c>) -> Result<T, Fault>) -> Result<T, Fault> {
        if let Some(kind) = self.failed {
            return Err(Fault::new(
                kind,
                "running a statement",
                "an earlier statement of this transaction failed, so nothing more can be done in it",
            )
            .with_statement(statement));
        }
        f(&mut self.session).map_err(|fault| {
            self.failed = Some(fault.kind());
            fault.with_statement(statement)
        })
    }
}

fn count_fault(expected: &str, found: u64) -> Fault {
    Fault::new(FaultKind::Inconsistent, "counting the rows of a statement", format!("expected {expected}, found {found}"))
}

/// PostgreSQL cannot store a NUL in text and SQLite cuts such text short in places, so neither
/// is given one.
fn check_text(values: &[Value]) -> Result<(), Fault> {
    for (at, value) in values.iter().enumerate() {
        if let Value::Text(text) = value
            && text.as_bytes().contains(&0)
        {
            return Err(Fault::other(format!("text with a NUL character cannot be stored (parameter {})", at + 1)));
        }
    }
    Ok(())
}

fn check_kinds(into: BulkInsert, rows: &[Value]) -> Result<(), Fault> {
    for row in rows.chunks_exact(into.columns.len()) {
        for ((name, kind), value) in into.columns.iter().zip(row) {
            if value.kind().is_some_and(|found| found != *kind) {
                return Err(Fault::other(format!("a bulk insert got {:?} for column {name}, which takes {kind:?}", value.kind())));
            }
        }
    }
    Ok(())
}
