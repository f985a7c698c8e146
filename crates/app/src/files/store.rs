//! Files in the database.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::{Actor, Id, Micros, Role, sha256};

use super::look::{Kind, Prepared};

/// A kept file, without its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub id: Id,
    /// 0: it belongs to the person alone.
    pub organisation_id: Id,
    pub person_id: Id,
    pub name: String,
    pub kind: Kind,
    pub bytes: i64,
    pub sha256: Vec<u8>,
    pub public_since: Option<Micros>,
    pub created_at: Micros,
}

impl File {
    fn from_row(row: &Row) -> Result<File, Fault> {
        let kind = row.text("kind")?;
        Ok(File {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            person_id: row.int("person_id")?,
            name: row.text("name")?,
            kind: Kind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("a file is of kind {kind}")))?,
            bytes: row.int("bytes")?,
            sha256: row.blob("sha256")?,
            public_since: row.opt_int("public_since")?,
            created_at: row.int("created_at")?,
        })
    }

    /// Whoever uploaded it, the desk it belongs to, the operator; everyone once it is public.
    pub fn may_be_seen_by(&self, actor: &Actor) -> bool {
        self.public_since.is_some()
            || actor.person_id() == Some(self.person_id)
            || actor.holds(self.organisation_id, &Role::ALL)
            || actor.is_operator()
    }
}

/// Keeps a file for an organisation's desk (0: for the person alone), in the caller's transaction.
pub fn keep(tx: &mut Tx, id: Id, file: &Prepared, organisation_id: Id, person_id: Id, now: Micros) -> Result<(), Fault> {
    let bytes = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    tx.execute_one(
        sql("INSERT INTO file (id, organisation_id, person_id, name, kind, bytes, sha256, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
        params![id, organisation_id, person_id, &file.name, file.kind.word(), bytes, &sha256(&file.bytes), now],
    )?;
    tx.execute_one(sql("INSERT INTO file_body (file_id, body) VALUES (?1, ?2)"), params![id, &file.bytes])
}

/// From now on everyone may see it; once public it stays so.
pub fn publish(tx: &mut Tx, id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE file SET public_since = COALESCE(public_since, ?2) WHERE id = ?1"), params![id, now])
}

/// What a person brought for an organisation becomes the organisation's: it stays when they leave.
pub fn hand_over(tx: &mut Tx, id: Id, organisation_id: Id) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE file SET organisation_id = ?2 WHERE id = ?1 AND organisation_id = 0"), params![id, organisation_id])
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<File>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM file WHERE id = ?1"), params![id])?;
    row.as_ref().map(File::from_row).transpose()
}

/// Several files, in the order of the ids; one that is not there is left out.
pub fn list(tx: &mut Tx, ids: &[Id]) -> Result<Vec<File>, Fault> {
    let mut files = Vec::new();
    for id in ids {
        files.extend(find(tx, *id)?);
    }
    Ok(files)
}

pub fn body(tx: &mut Tx, id: Id) -> Result<Option<Vec<u8>>, Fault> {
    tx.query_opt(sql("SELECT body FROM file_body WHERE file_id = ?1"), params![id])?.map(|row| row.blob("body")).transpose()
}
