//! Migrations: numbered, forward only, each in one transaction, never edited once applied.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::sql::{expand_tokens, sql};
use crate::tx::Tx;
use crate::{Db, Engine, Mode, params};

/// One step of the schema: `NNNN_name.sql`, in one text for both engines.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub number: u32,
    pub name: &'static str,
    pub text: &'static str,
}

/// Any fixed number will do, as long as every version of the program uses the same.
const POSTGRES_LOCK: i64 = 0x6875_6968_6169;

impl Db {
    /// Applies what is missing and returns the numbers applied now. Several processes may start
    /// at once: one of them migrates, the others wait and find nothing left to do.
    ///
    /// # Errors
    /// When an applied migration was altered, when the database is newer than this program, when
    /// a migration would have to be applied below one already applied, or when one fails; the
    /// ones before it stay applied.
    pub fn migrate(&self, migrations: &[Migration]) -> Result<Vec<u32>, Fault> {
        if let Some(pair) = migrations.windows(2).find(|w| w[0].number >= w[1].number) {
            return Err(Fault::other(format!("migrations {} and {} are not in rising order", label(&pair[0]), label(&pair[1]))));
        }
        let mut applied_now = Vec::new();
        while let Some(number) = self.transact(Mode::Migration, |tx| apply_next(tx, self.engine(), migrations))? {
            applied_now.push(number);
        }
        Ok(applied_now)
    }
}

/// Applies the first missing migration; `None` when there is none.
#[allow(clippy::disallowed_methods, reason = "when a migration ran is a record, no decision rests on it")]
fn apply_next(tx: &mut Tx, engine: Engine, migrations: &[Migration]) -> Result<Option<u32>, Fault> {
    if engine == Engine::Postgres {
        tx.query(sql("SELECT pg_advisory_xact_lock(?1) AS locked"), params![POSTGRES_LOCK])?;
    }
    tx.script(&expand_tokens(
        engine,
        "CREATE TABLE IF NOT EXISTS schema_migration (
            number {int} PRIMARY KEY,
            name {text} NOT NULL,
            sha256 {blob} NOT NULL,
            applied_at {int} NOT NULL
         ) {strict}",
    )?)?;
    let applied = tx.query(sql("SELECT number, name, sha256 FROM schema_migration ORDER BY number"), &[])?;
    let mut newest = 0;
    for row in &applied {
        let (number, name) = (row.int("number")?, row.text("name")?);
        newest = number;
        let Some(ours) = migrations.iter().find(|m| i64::from(m.number) == number) else {
            return Err(Fault::other(format!(
                "this database has migration {number:04}_{name}, which this program does not \
                 know: it was made by a newer huihai, so run that one"
            )));
        };
        if row.blob("sha256")? != digest(ours) {
            return Err(Fault::other(format!(
                "migration {} was altered after it was applied to this database: put its text \
                 back, and write the change as a new migration",
                label(ours)
            )));
        }
    }
    let Some(next) = migrations.iter().find(|m| !applied.iter().any(|row| row.int("number").ok() == Some(m.number.into()))) else {
        return Ok(None);
    };
    if i64::from(next.number) < newest {
        return Err(Fault::other(format!(
            "migration {} comes below {newest:04}, which is already applied: give it the next \
             free number",
            label(next)
        )));
    }
    tx.script(&expand_tokens(engine, next.text)?)?;
    let now_us = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
    tx.execute_one(
        sql("INSERT INTO schema_migration (number, name, sha256, applied_at) VALUES (?1, ?2, ?3, ?4)"),
        params![next.number, next.name, digest(next), now_us],
    )?;
    Ok(Some(next.number))
}

fn digest(migration: &Migration) -> [u8; 32] {
    Sha256::digest(migration.text.as_bytes()).into()
}

fn label(migration: &Migration) -> String {
    format!("{:04}_{}", migration.number, migration.name)
}
