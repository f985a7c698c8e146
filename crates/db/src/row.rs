//! A row that has been read, the same whichever engine it came from.

use std::sync::Arc;

use crate::fault::{Fault, FaultKind};
use crate::value::Value;
use crate::{postgres, sqlite};

/// A row of a query, read by column name.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value<'static>>,
}

impl Row {
    pub(crate) fn new(columns: Arc<[String]>, values: Vec<Value<'static>>) -> Row {
        Row { columns, values }
    }

    /// # Errors
    /// This and the methods below: when there is no such column, or it holds another type.
    pub fn int(&self, column: &str) -> Result<i64, Fault> {
        match self.get(column)? {
            Value::Int(value) => Ok(*value),
            other => Err(wrong(column, "an integer", other)),
        }
    }

    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, Fault> {
        match self.get(column)? {
            Value::Null => Ok(None),
            _ => self.int(column).map(Some),
        }
    }

    /// A boolean stored as 0 or 1.
    pub fn bool(&self, column: &str) -> Result<bool, Fault> {
        match self.get(column)? {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => Err(wrong(column, "0 or 1", other)),
        }
    }

    pub fn text(&self, column: &str) -> Result<String, Fault> {
        match self.get(column)? {
            Value::Text(value) => Ok(value.clone().into_owned()),
            other => Err(wrong(column, "text", other)),
        }
    }

    pub fn opt_text(&self, column: &str) -> Result<Option<String>, Fault> {
        match self.get(column)? {
            Value::Null => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    pub fn blob(&self, column: &str) -> Result<Vec<u8>, Fault> {
        match self.get(column)? {
            Value::Blob(value) => Ok(value.clone().into_owned()),
            other => Err(wrong(column, "bytes", other)),
        }
    }

    pub fn opt_blob(&self, column: &str) -> Result<Option<Vec<u8>>, Fault> {
        match self.get(column)? {
            Value::Null => Ok(None),
            _ => self.blob(column).map(Some),
        }
    }

    /// Exactly `N` bytes: a hash, a key.
    pub fn bytes<const N: usize>(&self, column: &str) -> Result<[u8; N], Fault> {
        let blob = self.blob(column)?;
        <[u8; N]>::try_from(blob.as_slice())
            .map_err(|_| Fault::inconsistent(format!("column {column} holds {} bytes where {N} were expected", blob.len())))
    }

    /// The columns' names, in the order of the statement.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The value of a column, whatever its type: for copying rows from one database to another.
    pub fn get(&self, column: &str) -> Result<&Value<'static>, Fault> {
        self.columns
            .iter()
            .position(|name| name == column)
            .map(|at| &self.values[at])
            .ok_or_else(|| Fault::inconsistent(format!("a row has no column {column}, only {}", self.columns.join(", "))))
    }
}

fn wrong(column: &str, wanted: &str, found: &Value<'_>) -> Fault {
    // The value itself is not repeated: it may be about a person.
    let found = match found {
        Value::Null => "NULL",
        Value::Int(_) => "an integer",
        Value::Text(_) => "text",
        Value::Blob(_) => "bytes",
    };
    Fault::new(FaultKind::Inconsistent, format!("reading column {column}"), format!("expected {wanted}, found {found}"))
}

/// A row while it passes by in [`crate::Tx::bulk_find`], read by position from 0 and not copied.
pub struct RowRef<'r>(pub(crate) Passing<'r>);

pub(crate) enum Passing<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl RowRef<'_> {
    /// # Errors
    /// This and the methods below: when there is no such column, or it holds another type.
    pub fn int(&self, at: usize) -> Result<i64, Fault> {
        match self.value(at)? {
            Value::Int(value) => Ok(value),
            other => Err(wrong(&at.to_string(), "an integer", &other)),
        }
    }

    pub fn opt_int(&self, at: usize) -> Result<Option<i64>, Fault> {
        match self.value(at)? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(value)),
            other => Err(wrong(&at.to_string(), "an integer", &other)),
        }
    }

    pub fn text(&self, at: usize) -> Result<&str, Fault> {
        match self.value(at)? {
            Value::Text(std::borrow::Cow::Borrowed(value)) => Ok(value),
            other => Err(wrong(&at.to_string(), "text", &other)),
        }
    }

    pub fn opt_text(&self, at: usize) -> Result<Option<&str>, Fault> {
        match self.value(at)? {
            Value::Null => Ok(None),
            _ => self.text(at).map(Some),
        }
    }

    pub fn blob(&self, at: usize) -> Result<&[u8], Fault> {
        match self.value(at)? {
            Value::Blob(std::borrow::Cow::Borrowed(value)) => Ok(value),
            other => Err(wrong(&at.to_string(), "bytes", &other)),
        }
    }

    pub fn opt_blob(&self, at: usize) -> Result<Option<&[u8]>, Fault> {
        match self.value(at)? {
            Value::Null => Ok(None),
            _ => self.blob(at).map(Some),
        }
    }

    pub(crate) fn value(&self, at: usize) -> Result<Value<'_>, Fault> {
        match &self.0 {
            Passing::Sqlite(row) => sqlite::value(row, at),
            Passing::Postgres(row) => postgres::value(row, at),
        }
    }
}
