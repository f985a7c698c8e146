//! What the database says its tables are, so that both engines can be compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Fault;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Kind;
use crate::{Db, Engine, params};

/// The tables of a database by name; equal on both engines when the migrations are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// In the order of the table.
    pub columns: Vec<Column>,
    /// The primary key and every unique key or index, as its columns in order.
    pub unique: BTreeSet<Vec<String>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub not_null: bool,
}

impl Db {
    /// Reads the schema from the engine's own catalogue.
    ///
    /// # Errors
    /// When a column has a type that is not one of the three.
    pub fn schema(&self) -> Result<Schema, Fault> {
        self.read(|tx| match self.engine() {
            Engine::Sqlite => sqlite(tx),
            Engine::Postgres => postgres(tx),
        })
    }
}

fn sqlite(tx: &mut Tx) -> Result<Schema, Fault> {
    let mut schema = Schema { tables: BTreeMap::new() };
    for row in tx.query(sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"), &[])? {
        let name = row.text("name")?;
        let mut primary = BTreeMap::new();
        let mut columns = Vec::new();
        for row in
            tx.query(sql("SELECT name, type, \"notnull\" AS not_null, pk FROM pragma_table_info(?1) ORDER BY cid"), params![name.as_str()])?
        {
            let (column, place) = (row.text("name")?, row.int("pk")?);
            if place > 0 {
                primary.insert(place, column.clone());
            }
            columns.push(Column {
                kind: kind(&name, &column, &row.text("type")?)?,
                // A primary key of a STRICT table takes no NULL, said or not.
                not_null: row.bool("not_null")? || place > 0,
                name: column,
            });
        }
        let mut unique = BTreeSet::new();
        if !primary.is_empty() {
            unique.insert(primary.into_values().collect());
        }
        for row in tx.query(sql("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1"), params![name.as_str()])? {
            let columns = tx.query(sql("SELECT name FROM pragma_index_info(?1) ORDER BY seqno"), params![row.text("name")?])?;
            unique.insert(names(&columns)?);
        }
        schema.tables.insert(name, Table { columns, unique });
    }
    Ok(schema)
}

fn postgres(tx: &mut Tx) -> Result<Schema, Fault> {
    let mut schema = Schema { tables: BTreeMap::new() };
    for row in tx.query(
        sql("SELECT c.relname AS name FROM pg_class c
             WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"),
        &[],
    )? {
        let name = row.text("name")?;
        let mut columns = Vec::new();
        for row in tx.query(
            sql("SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
                        a.attnotnull AS not_null
                 FROM pg_attribute a
                 WHERE a.attrelid = quote_ident(?1)::regclass AND a.attnum > 0 AND NOT a.attisdropped
                 ORDER BY a.attnum"),
            params![name.as_str()],
        )? {
            let column = row.text("name")?;
            columns.push(Column { kind: kind(&name, &column, &row.text("type")?)?, not_null: row.bool("not_null")?, name: column });
        }
        let mut unique = BTreeSet::new();
        for row in tx.query(
            sql("SELECT i.indexrelid::bigint AS id FROM pg_index i
                 WHERE i.indrelid = quote_ident(?1)::regclass AND i.indisunique"),
            params![name.as_str()],
        )? {
            let columns = tx.query(
                sql("SELECT a.attname AS name FROM pg_attribute a
                     WHERE a.attrelid = ?1::oid ORDER BY a.attnum"),
                params![row.int("id")?],
            )?;
            unique.insert(names(&columns)?);
        }
        schema.tables.insert(name, Table { columns, unique });
    }
    Ok(schema)
}

fn names(rows: &[crate::Row]) -> Result<Vec<String>, Fault> {
    rows.iter().map(|row| row.text("name")).collect()
}

fn kind(table: &str, column: &str, named: &str) -> Result<Kind, Fault> {
    match named {
        "INTEGER" | "bigint" => Ok(Kind::Int),
        "TEXT" | "text" => Ok(Kind::Text),
        "BLOB" | "bytea" => Ok(Kind::Blob),
        other => Err(Fault::inconsistent(format!("{table}.{column} is {other}; columns are {{int}}, {{text}} or {{blob}}"))),
    }
}
