//! The trail of what was done at the desks. A row is written before a write is tried and a second one says how it ended,
//! so that nothing can be done without a trace, not even by a process that dies in the middle. The database refuses to
//! change or remove rows; a chore chains them, `check` recomputes the chain, and the chain's head goes into the public
//! log once a day, so that a trail rewritten behind the database's back is found out.

use db::{Fault, Row, Tx, params, sql};

use super::civil::day_of;
use super::{Id, MINUTE_US, Micros, hex, made_at, public_entry, sha256};

/// What is about to be tried.
pub struct Attempt<'a> {
    pub id: Id,
    pub person_id: Id,
    /// `POST /desk/projects/{id}/submission`.
    pub route: &'a str,
    /// The same with the ids it was asked for.
    pub path: &'a str,
    pub form_sha256: [u8; 32],
    pub at: Micros,
}

pub fn attempt(tx: &mut Tx, a: &Attempt) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO audit (id, person_id, route, path, form_sha256, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![a.id, a.person_id, a.route, a.path, &a.form_sha256, a.at],
    )?;
    tx.execute_one(sql("INSERT INTO audit_open (audit_id) VALUES (?1)"), params![a.id])
}

/// How it ended: the status that was answered, and the refusal's key or nothing.
pub fn outcome(tx: &mut Tx, audit_id: Id, status: u16, refusal: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO audit_outcome (audit_id, status, refusal, at) VALUES (?1, ?2, ?3, ?4)"),
        params![audit_id, i64::from(status), refusal, now],
    )
}

/// After this long an attempt without an outcome is chained as one: its process died.
const PATIENCE: Micros = 10 * MINUTE_US;

/// Chains rows that wait, up to `most`, and says how many. Whoever removes a row from `audit_open` is the one who chains it.
pub fn chain(tx: &mut Tx, most: i64, entry_id: Id, now: Micros) -> Result<usize, Fault> {
    let waiting = tx.query(
        sql("SELECT audit_open.audit_id FROM audit_open LEFT JOIN audit_outcome ON audit_outcome.audit_id = audit_open.audit_id \
             WHERE audit_outcome.audit_id IS NOT NULL OR audit_open.audit_id < ?1 ORDER BY audit_open.audit_id LIMIT ?2"),
        params![super::first_id_at(now - PATIENCE), most],
    )?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let last = tx.query_opt(sql("SELECT position, audit_id, hash FROM audit_link ORDER BY position DESC LIMIT 1"), params![])?;
    let (mut position, mut hash, last_day) = match &last {
        Some(row) => (row.int("position")?, row.blob("hash")?, day_of(made_at(row.int("audit_id")?))),
        None => (0, Vec::new(), 0),
    };
    // The head as it stood at the end of the last day with entries is told to the public log when a new day begins.
    if position > 0 && last_day < day_of(now) {
        let body = format!(r#"{{"position":{position},"sha256":"{}"}}"#, hex(&hash));
        public_entry::append(tx, entry_id, "audit_head", &body, now)?;
    }
    for row in &waiting {
        let audit_id = row.int("audit_id")?;
        tx.execute_one(sql("DELETE FROM audit_open WHERE audit_id = ?1"), params![audit_id])?;
        hash = link(&hash, &row_of(tx, audit_id)?)?;
        position += 1;
        tx.execute_one(sql("INSERT INTO audit_link (position, audit_id, hash) VALUES (?1, ?2, ?3)"), params![position, audit_id, &hash])?;
    }
    Ok(waiting.len())
}

fn row_of(tx: &mut Tx, audit_id: Id) -> Result<Row, Fault> {
    tx.query_one(
        sql("SELECT audit.id, audit.person_id, audit.route, audit.path, audit.form_sha256, audit.at, \
                    COALESCE(audit_outcome.status, 0) AS status, COALESCE(audit_outcome.refusal, '') AS refusal \
             FROM audit LEFT JOIN audit_outcome ON audit_outcome.audit_id = audit.id WHERE audit.id = ?1"),
        params![audit_id],
    )
}

/// SHA-256 over the hash before it and the row's content, one item a line.
fn link(before: &[u8], row: &Row) -> Result<Vec<u8>, Fault> {
    let text = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
        hex(before),
        row.int("id")?,
        row.int("person_id")?,
        row.text("route")?,
        row.text("path")?,
        hex(&row.blob("form_sha256")?),
        row.int("at")?,
        row.int("status")?,
        row.text("refusal")?,
    );
    Ok(sha256(text.as_bytes()).to_vec())
}

/// Recomputes the chain; each sentence names a place where it does not hold.
pub fn check(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let mut findings = Vec::new();
    let (mut position, mut hash) = (0, Vec::new());
    loop {
        let rows = tx.query(
            sql("SELECT audit_link.position, audit_link.audit_id, audit_link.hash, audit.id, audit.person_id, audit.route, audit.path, \
                        audit.form_sha256, audit.at, COALESCE(audit_outcome.status, 0) AS status, COALESCE(audit_outcome.refusal, '') AS refusal \
                 FROM audit_link LEFT JOIN audit ON audit.id = audit_link.audit_id \
                 LEFT JOIN audit_outcome ON audit_outcome.audit_id = audit.id \
                 WHERE audit_link.position > ?1 ORDER BY audit_link.position LIMIT 1000"),
            params![position],
        )?;
        for row in &rows {
            let (next, audit_id) = (row.int("position")?, row.int("audit_id")?);
            let expected = if row.opt_int("id")?.is_some() { link(&hash, row)? } else { Vec::new() };
            if next != position + 1 || expected != row.blob("hash")? {
                findings.push(format!("the audit trail is broken at position {next}, entry {audit_id}"));
            }
            // From here on, what stands there is followed, so that one break is one finding.
            (position, hash) = (next, row.blob("hash")?);
        }
        if rows.is_empty() {
            break;
        }
    }
    let row = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM audit) AS entries, (SELECT COUNT(*) FROM audit_link) AS links, (SELECT COUNT(*) FROM audit_open) AS open"),
        params![],
    )?;
    let (entries, links, open) = (row.int("entries")?, row.int("links")?, row.int("open")?);
    if entries != links + open {
        findings.push(format!("the audit trail has {entries} entries, but {links} links and {open} waiting"));
    }
    for row in tx.query(sql("SELECT id, body FROM public_entry WHERE kind = 'audit_head' ORDER BY id"), params![])? {
        let told: serde_json::Value = serde_json::from_str(&row.text("body")?).unwrap_or_default();
        let position = told["position"].as_i64().unwrap_or(0);
        let stands = tx.query_opt(sql("SELECT hash FROM audit_link WHERE position = ?1"), params![position])?;
        let stands = stands.map(|row| row.blob("hash")).transpose()?.map(|hash| hex(&hash));
        if stands.as_deref() != told["sha256"].as_str() {
            findings.push(format!("the audit trail at position {position} is not what public entry {} said", row.int("id")?));
        }
    }
    Ok(findings)
}

/// How the chain stands.
pub struct Standing {
    pub length: i64,
    /// The last link's hash, hexadecimal; empty when there is none.
    pub head: String,
    /// Entries that wait for their link.
    pub open: i64,
}

pub fn standing(tx: &mut Tx) -> Result<Standing, Fault> {
    let head = tx.query_opt(sql("SELECT position, hash FROM audit_link ORDER BY position DESC LIMIT 1"), params![])?;
    let (length, head) = match head {
        Some(row) => (row.int("position")?, hex(&row.blob("hash")?)),
        None => (0, String::new()),
    };
    let open = tx.query_one(sql("SELECT COUNT(*) AS open FROM audit_open"), params![])?.int("open")?;
    Ok(Standing { length, head, open })
}
