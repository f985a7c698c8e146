//! Looking at an organisation's papers again before an appeal is published: the certificates, and its entry at 慈善中国. A
//! person of the operator does it and it is written down who and when; a look that is too old must be renewed.

use db::{Fault, Row, Tx, params, sql};
use serde_json::json;

use crate::App;
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Trouble, claims, hex, public_entry, sha256};

use super::{partners, rules, store};

/// One look at the papers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QualificationCheck {
    pub person_id: Id,
    pub person_name: String,
    pub directory_entry: String,
    pub note: String,
    pub at: Micros,
    pub holds_until_day: Day,
}

impl QualificationCheck {
    fn from_row(row: &Row) -> Result<QualificationCheck, Fault> {
        Ok(QualificationCheck {
            person_id: row.int("person_id")?,
            person_name: row.text("name")?,
            directory_entry: row.text("directory_entry")?,
            note: row.text("note")?,
            at: row.int("at")?,
            holds_until_day: row.int("holds_until_day")?,
        })
    }
}

/// Every look at an organisation's papers, the newest first.
pub fn all(tx: &mut Tx, organisation_id: Id) -> Result<Vec<QualificationCheck>, Fault> {
    let rows = tx.query(
        sql("SELECT q.person_id, person.name, q.directory_entry, q.note, q.at, q.holds_until_day FROM qualification_check q \
             JOIN person ON person.id = q.person_id WHERE q.organisation_id = ?1 ORDER BY q.id DESC LIMIT 50"),
        params![organisation_id],
    )?;
    rows.iter().map(QualificationCheck::from_row).collect()
}

/// Writes down that the certificates and the entry at 慈善中国 were seen and agree; only where both certificates hold today.
pub fn record(app: &App, actor: &Actor, organisation_id: Id, directory_entry: &str, note: &str) -> Result<(), Trouble> {
    if !actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let (entry, note) = rules::qualification_note(directory_entry, note)?;
    let (id, entry_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    let day = day_of(now);
    let until = day + app.qualification_check_days;
    app.db.write(|tx| {
        store::find(tx, organisation_id)?.ok_or_else(Refusal::not_found)?;
        claims::decide(tx, "qualification", organisation_id, person_id, now)?;
        if !store::may_raise_funds(tx, organisation_id, day)? {
            return Err(Refusal::conflict("refusal-organisation-check-invalid").into());
        }
        tx.execute_one(
            sql("INSERT INTO qualification_check (id, organisation_id, person_id, directory_entry, note, at, day, holds_until_day) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
            params![id, organisation_id, person_id, &entry, &note, now, day, until],
        )?;
        let body = json!({
            "organisation": organisation_id.to_string(), "day": day, "holds_until_day": until,
            "text_sha256": hex(&sha256(format!("{entry}\n{note}").as_bytes())),
        });
        Ok(public_entry::append(tx, entry_id, "qualification_checked", &body.to_string(), now)?)
    })
}

/// A charity whose papers must be looked at.
pub struct CheckDue {
    pub organisation_id: Id,
    pub name: String,
    /// Nothing: they were never looked at.
    pub holds_until_day: Option<Day>,
    /// Since when one of its projects is on its way to publication.
    pub asked_at: Micros,
}

/// Charities with a project on its way to publication or taking gifts, whose papers were never looked at, or for which the last
/// look is good until `day` at most.
pub fn due(tx: &mut Tx, day: Day, most: i64) -> Result<Vec<CheckDue>, Fault> {
    let rows = tx.query(
        sql("SELECT organisation.id, organisation.name, wanted.asked_at, \
             (SELECT MAX(q.holds_until_day) FROM qualification_check q WHERE q.organisation_id = organisation.id) AS until_day \
             FROM organisation JOIN (SELECT recipient_id, MIN(created_at) AS asked_at FROM project \
               WHERE state IN ('submitted', 'reviewed', 'published') GROUP BY recipient_id) AS wanted ON wanted.recipient_id = organisation.id \
             WHERE NOT EXISTS (SELECT 1 FROM qualification_check q WHERE q.organisation_id = organisation.id AND q.holds_until_day > ?1) \
             ORDER BY wanted.asked_at, organisation.id LIMIT ?2"),
        params![day, most],
    )?;
    rows.iter()
        .map(|row| {
            Ok(CheckDue {
                organisation_id: row.int("id")?,
                name: row.text("name")?,
                holds_until_day: row.opt_int("until_day")?,
                asked_at: row.int("asked_at")?,
            })
        })
        .collect()
}

/// Everything on the side of organisations that keeps an appeal from being published on `day`: the recipient's papers were
/// not looked at lately, or there is no passing evaluation of, or no agreement with, one of the others.
pub fn missing_for_publication(tx: &mut Tx, recipient_id: Id, others: &[Id], day: Day) -> Result<Vec<Refusal>, Fault> {
    let row = tx.query_one(
        sql("SELECT MAX(holds_until_day) AS until FROM qualification_check WHERE organisation_id = ?1 AND day <= ?2"),
        params![recipient_id, day],
    )?;
    let mut known = Vec::new();
    let mut seen = vec![recipient_id];
    for id in others {
        if seen.contains(id) {
            continue;
        }
        seen.push(*id);
        let name = store::find(tx, *id)?.map(|o| o.name).unwrap_or_default();
        known.push((name, partners::partnership(tx, recipient_id, *id, day)?));
    }
    Ok(rules::missing_for_publication(&rules::Standing { checked_until: row.opt_int("until")?, partners: &known }, day))
}
