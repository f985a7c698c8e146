//! Papers in the database: gifts and what was done about them, applications. Receipts and series: `receipts.rs`.

pub mod receipts;
pub mod requests;

use std::collections::HashMap;

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::model::{Application, NewPayer, PaperGift, Papers, PayerKind, Source, State};

fn read_gift(row: &Row) -> Result<PaperGift, Fault> {
    let source = match row.text("source")?.as_str() {
        "channel" => Source::Channel,
        "offline" => Source::Offline,
        _ => Source::Things { item: row.text("item")?, unit: row.text("unit")?, quantity: row.int("quantity")? },
    };
    Ok(PaperGift {
        gift_id: row.int("gift_id")?,
        source,
        organisation_id: row.int("organisation_id")?,
        organisation_name: row.text("organisation")?,
        organisation_english_name: row.text("english_organisation")?,
        organisation_contact: row.text("contact")?,
        project_id: row.int("project_id")?,
        project_title: row.text("title")?,
        project_english_title: row.text("english_title")?,
        donor_id: row.int("donor_id")?,
        amount_fen: row.int("amount_fen")?,
        received_at: row.int("received_at")?,
        anonymous: row.bool("anonymous")?,
        name: row.text("name")?,
        application_id: row.opt_int("application_id")?,
        receipt_id: row.opt_int("receipt_id")?,
        returned_fen: row.int("returned_fen")?,
        waived_at: row.opt_int("waived_at")?,
    })
}

/// One gift, whoever gave it.
pub fn gift(tx: &mut Tx, gift_id: Id) -> Result<Option<PaperGift>, Fault> {
    tx.query_opt(
        sql("SELECT r.gift_id, r.organisation_id, r.project_id, r.donor_id, r.amount_fen, r.received_at, r.anonymous, r.name, r.source, r.item, r.unit, r.quantity, \
                    o.name AS organisation, o.english_name AS english_organisation, o.contact, project.title, project.english_title, \
                    p.application_id, p.receipt_id, COALESCE(p.returned_fen, 0) AS returned_fen, p.waived_at \
             FROM receiptable_gift r JOIN organisation o ON o.id = r.organisation_id JOIN project ON project.id = r.project_id \
             LEFT JOIN gift_paper p ON p.gift_id = r.gift_id WHERE r.gift_id = ?1"),
        params![gift_id],
    )?
    .as_ref()
    .map(read_gift)
    .transpose()
}

/// A donor's gifts received within a span, the newest first.
pub fn gifts_of(tx: &mut Tx, donor_id: Id, from: Micros, until: Micros) -> Result<Vec<PaperGift>, Fault> {
    tx.query(
        sql("SELECT r.gift_id, r.organisation_id, r.project_id, r.donor_id, r.amount_fen, r.received_at, r.anonymous, r.name, r.source, r.item, r.unit, r.quantity, \
                    o.name AS organisation, o.english_name AS english_organisation, o.contact, project.title, project.english_title, \
                    p.application_id, p.receipt_id, COALESCE(p.returned_fen, 0) AS returned_fen, p.waived_at \
             FROM receiptable_gift_of_donor r JOIN organisation o ON o.id = r.organisation_id JOIN project ON project.id = r.project_id \
             LEFT JOIN gift_paper p ON p.gift_id = r.gift_id \
             WHERE r.donor_id = ?1 AND r.received_at >= ?2 AND r.received_at < ?3 ORDER BY r.received_at DESC, r.gift_id DESC"),
        params![donor_id, from, until],
    )?
    .iter()
    .map(read_gift)
    .collect()
}

/// What has been done about the papers of these gifts; of the others nothing has been.
pub fn papers_of(tx: &mut Tx, gift_ids: &[Id]) -> Result<HashMap<Id, Papers>, Fault> {
    let mut ids = gift_ids.to_vec();
    ids.sort_unstable();
    let mut found = HashMap::with_capacity(ids.len());
    let statement = sql(
        "SELECT gift_id, COALESCE(application_id, 0), COALESCE(receipt_id, 0), returned_fen, COALESCE(waived_at, 0) FROM gift_paper WHERE gift_id IN (?ids)",
    );
    tx.bulk_find(statement, &ids, |row| {
        let known = |value: i64| (value != 0).then_some(value);
        let papers = Papers {
            application_id: known(row.int(1)?),
            receipt_id: known(row.int(2)?),
            returned_fen: row.int(3)?,
            waived_at: known(row.int(4)?),
        };
        found.insert(row.int(0)?, papers);
        Ok(())
    })?;
    Ok(found)
}

/// Every gift a charity received within a span, with what became of its papers (慈善法 art. 38), in the order of time.
pub fn gifts_to(tx: &mut Tx, organisation_id: Id, from: Micros, until: Micros) -> Result<Vec<PaperGift>, Fault> {
    tx.query(
        sql("SELECT r.gift_id, r.organisation_id, r.project_id, r.donor_id, r.amount_fen, r.received_at, r.anonymous, r.name, r.source, r.item, r.unit, r.quantity, \
                    o.name AS organisation, o.english_name AS english_organisation, o.contact, project.title, project.english_title, \
                    p.application_id, p.receipt_id, COALESCE(p.returned_fen, 0) AS returned_fen, p.waived_at \
             FROM receiptable_gift r JOIN organisation o ON o.id = r.organisation_id JOIN project ON project.id = r.project_id \
             LEFT JOIN gift_paper p ON p.gift_id = r.gift_id \
             WHERE r.organisation_id = ?1 AND r.received_at >= ?2 AND r.received_at < ?3 ORDER BY r.received_at, r.gift_id"),
        params![organisation_id, from, until],
    )?
    .iter()
    .map(read_gift)
    .collect()
}

/// Where a gift begins in its project's stream of fen, once it is listed there.
pub fn place(tx: &mut Tx, project_id: Id, gift_id: Id) -> Result<Option<i64>, Fault> {
    tx.query_opt(sql("SELECT before_fen FROM project_gift WHERE project_id = ?1 AND gift_id = ?2"), params![project_id, gift_id])?
        .map(|row| row.int("before_fen"))
        .transpose()
}

/// The gifts of an application.
pub fn gifts_on(tx: &mut Tx, application_id: Id) -> Result<Vec<PaperGift>, Fault> {
    let ids =
        tx.query(sql("SELECT gift_id FROM receipt_application_gift WHERE application_id = ?1 ORDER BY gift_id"), params![application_id])?;
    let mut gifts = Vec::new();
    for row in &ids {
        let id = row.int("gift_id")?;
        gifts.push(
            gift(tx, id)?
                .ok_or_else(|| Fault::inconsistent(format!("application {application_id} names gift {id}, which is not there")))?,
        );
    }
    Ok(gifts)
}

/// The row of a gift's papers is there from now on, so that it can be guarded.
pub fn ensure_paper(tx: &mut Tx, gift_id: Id) -> Result<(), Fault> {
    tx.execute(sql("INSERT INTO gift_paper (gift_id, returned_fen) VALUES (?1, 0) ON CONFLICT (gift_id) DO NOTHING"), params![gift_id])
        .map(|_| ())
}

/// An application takes a free gift; false when it is not free any more, or something was returned meanwhile.
pub fn take_gift(tx: &mut Tx, gift_id: Id, application_id: Id, returned_fen: i64) -> Result<bool, Fault> {
    ensure_paper(tx, gift_id)?;
    let taken = tx.execute(
        sql("UPDATE gift_paper SET application_id = ?2 WHERE gift_id = ?1 AND application_id IS NULL AND waived_at IS NULL AND returned_fen = ?3"),
        params![gift_id, application_id, returned_fen],
    )?;
    Ok(taken == 1)
}

/// The gifts of an application that came to nothing, or whose receipt was reversed, are free again.
pub fn free_gifts(tx: &mut Tx, application_id: Id) -> Result<u64, Fault> {
    tx.execute(
        sql("UPDATE gift_paper SET application_id = NULL, receipt_id = NULL WHERE application_id = ?1 AND gift_id IN \
             (SELECT gift_id FROM receipt_application_gift WHERE application_id = ?1)"),
        params![application_id],
    )
}

/// The gifts of a receipt that was reversed are free again; says how many there were.
pub fn take_off_receipt(tx: &mut Tx, receipt_id: Id) -> Result<u64, Fault> {
    tx.execute(sql("UPDATE gift_paper SET receipt_id = NULL, application_id = NULL WHERE receipt_id = ?1"), params![receipt_id])
}

/// The application for the rest of a reversed receipt.
pub fn replacement(tx: &mut Tx, receipt_id: Id) -> Result<Option<Id>, Fault> {
    let found = tx.query_opt(sql("SELECT id FROM receipt_application WHERE replaces_id = ?1"), params![receipt_id])?;
    found.map(|row| row.int("id")).transpose()
}

/// Puts a gift on a receipt: only while its application has it, nothing else stands, and exactly this much was returned.
pub fn put_on_receipt(tx: &mut Tx, gift_id: Id, application_id: Id, receipt_id: Id, returned_fen: i64) -> Result<bool, Fault> {
    let put = tx.execute(
        sql(
            "UPDATE gift_paper SET receipt_id = ?3 WHERE gift_id = ?1 AND application_id = ?2 AND receipt_id IS NULL AND returned_fen = ?4",
        ),
        params![gift_id, application_id, receipt_id, returned_fen],
    )?;
    Ok(put == 1)
}

/// Notes that some of a gift goes back, unless a valid receipt or a request under way stands against it.
pub fn add_returned(tx: &mut Tx, gift_id: Id, amount_fen: i64, most_fen: i64) -> Result<bool, Fault> {
    ensure_paper(tx, gift_id)?;
    let added = tx.execute(
        sql(
            "UPDATE gift_paper SET returned_fen = returned_fen + ?2 WHERE gift_id = ?1 AND receipt_id IS NULL AND returned_fen + ?2 <= ?3 \
             AND NOT EXISTS (SELECT 1 FROM receipt_application a WHERE a.id = gift_paper.application_id AND a.state = 'sent')",
        ),
        params![gift_id, amount_fen, most_fen],
    )?;
    Ok(added == 1)
}

/// The other way round. False: a valid receipt or a request under way stands against it.
pub fn take_back_returned(tx: &mut Tx, gift_id: Id, amount_fen: i64) -> Result<bool, Fault> {
    let taken = tx.execute(
        sql("UPDATE gift_paper SET returned_fen = returned_fen - ?2 WHERE gift_id = ?1 AND returned_fen >= ?2 AND receipt_id IS NULL \
             AND NOT EXISTS (SELECT 1 FROM receipt_application a WHERE a.id = gift_paper.application_id AND a.state = 'sent')"),
        params![gift_id, amount_fen],
    )?;
    Ok(taken == 1)
}

/// The newest application for a gift that ended without a word against it: its receipt was issued, or nothing was left of it
/// for the reason `ended`. With the receipt, if there was one.
pub fn asked_for(tx: &mut Tx, gift_id: Id, ended: &str) -> Result<Option<(Id, Option<Id>)>, Fault> {
    let row = tx.query_opt(
        sql("SELECT a.id, a.receipt_id FROM receipt_application_gift g JOIN receipt_application a ON a.id = g.application_id \
             WHERE g.gift_id = ?1 AND (a.state = 'issued' OR (a.state = 'withdrawn' AND a.reason = ?2)) ORDER BY a.id DESC LIMIT 1"),
        params![gift_id, ended],
    )?;
    row.map(|row| Ok((row.int("id")?, row.opt_int("receipt_id")?))).transpose()
}

/// Gifts of an application that are not on its receipt, because nothing was left of them, are free again.
pub fn free_the_returned(tx: &mut Tx, application_id: Id) -> Result<u64, Fault> {
    tx.execute(
        sql("UPDATE gift_paper SET application_id = NULL WHERE application_id = ?1 AND receipt_id IS NULL AND gift_id IN \
             (SELECT gift_id FROM receipt_application_gift WHERE application_id = ?1)"),
        params![application_id],
    )
}

/// Waives the receipt of a gift that nothing was done about, or takes the waiver back; false when that does not fit.
pub fn waive(tx: &mut Tx, id: Id, gift_id: Id, person_id: Id, waived: bool, now: Micros) -> Result<bool, Fault> {
    ensure_paper(tx, gift_id)?;
    let changed = if waived {
        tx.execute(
            sql("UPDATE gift_paper SET waived_at = ?2 WHERE gift_id = ?1 AND waived_at IS NULL AND application_id IS NULL"),
            params![gift_id, now],
        )?
    } else {
        tx.execute(sql("UPDATE gift_paper SET waived_at = NULL WHERE gift_id = ?1 AND waived_at IS NOT NULL"), params![gift_id])?
    };
    if changed == 1 {
        tx.execute_one(
            sql("INSERT INTO receipt_waiver (id, gift_id, person_id, waived, at) VALUES (?1, ?2, ?3, ?4, ?5)"),
            params![id, gift_id, person_id, waived, now],
        )?;
    }
    Ok(changed == 1)
}

/// What an application is made of.
pub struct NewApplication<'a> {
    pub id: Id,
    pub organisation_id: Id,
    pub year: i64,
    pub person_id: Id,
    pub payer: &'a NewPayer,
    pub payer_code_id: Id,
    pub payer_code_mask: String,
    pub contact_id: Id,
    pub contact_mask: String,
    pub replaces_id: Id,
    /// The words in which the payer agreed that all this goes to the charity.
    pub agreed_sha256: Option<Vec<u8>>,
    pub asked_at: Micros,
    pub due_day: Day,
}

pub fn insert_application(tx: &mut Tx, a: &NewApplication, gifts: &[PaperGift]) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO receipt_application (id, organisation_id, year, person_id, state, payer_kind, payer_name, payer_code_id, payer_code_mask, \
                    contact_id, contact_mask, replaces_id, asked_at, due_day, decided_by, reason, agreed_sha256) \
             VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, '', ?14)"),
        params![
            a.id,
            a.organisation_id,
            a.year,
            a.person_id,
            a.payer.kind.word(),
            &a.payer.name,
            a.payer_code_id,
            &a.payer_code_mask,
            a.contact_id,
            &a.contact_mask,
            a.replaces_id,
            a.asked_at,
            a.due_day,
            a.agreed_sha256.as_deref()
        ],
    )?;
    for gift in gifts {
        tx.execute_one(
            sql("INSERT INTO receipt_application_gift (application_id, gift_id, amount_fen) VALUES (?1, ?2, ?3)"),
            params![a.id, gift.gift_id, gift.amount_fen],
        )?;
    }
    Ok(())
}

fn read_application(row: &Row) -> Result<Application, Fault> {
    let (state, kind) = (row.text("state")?, row.text("payer_kind")?);
    Ok(Application {
        id: row.int("id")?,
        organisation_id: row.int("organisation_id")?,
        organisation_name: row.text("organisation")?,
        organisation_english_name: row.text("english_organisation")?,
        organisation_contact: row.text("contact")?,
        year: row.int("year")?,
        person_id: row.int("person_id")?,
        state: State::from_word(&state).ok_or_else(|| Fault::inconsistent(format!("an application is in state {state}")))?,
        payer_kind: PayerKind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("a payer is of kind {kind}")))?,
        payer_name: row.text("payer_name")?,
        payer_code_id: row.int("payer_code_id")?,
        payer_code_mask: row.text("payer_code_mask")?,
        contact_id: row.int("contact_id")?,
        contact_mask: row.text("contact_mask")?,
        replaces_id: row.int("replaces_id")?,
        asked_at: row.int("asked_at")?,
        due_day: row.int("due_day")?,
        decided_at: row.opt_int("decided_at")?,
        reason: row.text("reason")?,
        receipt_id: row.opt_int("receipt_id")?,
        gifts: row.int("gifts")?,
        left_fen: row.int("left_fen")?,
        issued_fen: row.opt_int("issued_fen")?,
        reversed: row.int("reversed")? > 0,
    })
}

pub fn application(tx: &mut Tx, id: Id) -> Result<Option<Application>, Fault> {
    tx.query_opt(
        sql("SELECT a.*, o.name AS organisation, o.english_name AS english_organisation, o.contact, \
                    (SELECT COUNT(*) FROM receipt_application_gift g WHERE g.application_id = a.id) AS gifts, \
                    (SELECT COALESCE(CAST(SUM(g.amount_fen - COALESCE(p.returned_fen, 0)) AS BIGINT), 0) FROM receipt_application_gift g \
                       LEFT JOIN gift_paper p ON p.gift_id = g.gift_id WHERE g.application_id = a.id) AS left_fen, \
                    (SELECT r.amount_fen FROM receipt r WHERE r.id = a.receipt_id) AS issued_fen, \
                    (SELECT COUNT(*) FROM receipt r WHERE r.reverses_id = a.receipt_id) AS reversed \
             FROM receipt_application a JOIN organisation o ON o.id = a.organisation_id WHERE a.id = ?1"),
        params![id],
    )?
    .as_ref()
    .map(read_application)
    .transpose()
}

/// A donor's applications, the newest first.
pub fn applications_of(tx: &mut Tx, person_id: Id) -> Result<Vec<Application>, Fault> {
    tx.query(
        sql("SELECT a.*, o.name AS organisation, o.english_name AS english_organisation, o.contact, \
                    (SELECT COUNT(*) FROM receipt_application_gift g WHERE g.application_id = a.id) AS gifts, \
                    (SELECT COALESCE(CAST(SUM(g.amount_fen - COALESCE(p.returned_fen, 0)) AS BIGINT), 0) FROM receipt_application_gift g \
                       LEFT JOIN gift_paper p ON p.gift_id = g.gift_id WHERE g.application_id = a.id) AS left_fen, \
                    (SELECT r.amount_fen FROM receipt r WHERE r.id = a.receipt_id) AS issued_fen, \
                    (SELECT COUNT(*) FROM receipt r WHERE r.reverses_id = a.receipt_id) AS reversed \
             FROM receipt_application a JOIN organisation o ON o.id = a.organisation_id \
             WHERE a.person_id = ?1 AND a.person_id <> 0 ORDER BY a.id DESC LIMIT 200"),
        params![person_id],
    )?
    .iter()
    .map(read_application)
    .collect()
}

/// What a charity's desk looks for among its applications.
pub struct Asked<'a> {
    pub organisation_id: Id,
    /// `None`: every state.
    pub state: Option<State>,
    /// A payer's name or part of it, a receipt's number, a gift's number; empty: everything.
    pub words: &'a str,
    pub page: i64,
}

pub const PAGE: i64 = 30;

/// A page of the desk's applications, those that wait the longest first, and how many there are.
pub fn applications_at(tx: &mut Tx, asked: &Asked) -> Result<(Vec<Application>, i64), Fault> {
    let state = asked.state.map_or("", State::word);
    let pattern = format!("%{}%", asked.words.replace(['%', '_', '!'], ""));
    let number: i64 = asked.words.parse().unwrap_or(0);
    let count = tx.query_one(
        sql("SELECT COUNT(*) AS count FROM receipt_application a WHERE a.organisation_id = ?1 AND (?2 = '' OR a.state = ?2) \
             AND (a.payer_name LIKE ?3 OR EXISTS (SELECT 1 FROM receipt_application_gift g WHERE g.application_id = a.id AND g.gift_id = ?4) \
                  OR EXISTS (SELECT 1 FROM receipt WHERE receipt.application_id = a.id AND receipt.text_number = ?5))"),
        params![asked.organisation_id, state, &pattern, number, asked.words],
    )?;
    let rows = tx.query(
        sql("SELECT a.*, o.name AS organisation, o.english_name AS english_organisation, o.contact, \
                    (SELECT COUNT(*) FROM receipt_application_gift g WHERE g.application_id = a.id) AS gifts, \
                    (SELECT COALESCE(CAST(SUM(g.amount_fen - COALESCE(p.returned_fen, 0)) AS BIGINT), 0) FROM receipt_application_gift g \
                       LEFT JOIN gift_paper p ON p.gift_id = g.gift_id WHERE g.application_id = a.id) AS left_fen, \
                    (SELECT r.amount_fen FROM receipt r WHERE r.id = a.receipt_id) AS issued_fen, \
                    (SELECT COUNT(*) FROM receipt r WHERE r.reverses_id = a.receipt_id) AS reversed \
             FROM receipt_application a JOIN organisation o ON o.id = a.organisation_id \
             WHERE a.organisation_id = ?1 AND (?2 = '' OR a.state = ?2) \
             AND (a.payer_name LIKE ?3 OR EXISTS (SELECT 1 FROM receipt_application_gift g WHERE g.application_id = a.id AND g.gift_id = ?4) \
                  OR EXISTS (SELECT 1 FROM receipt WHERE receipt.application_id = a.id AND receipt.text_number = ?5)) \
             ORDER BY CASE WHEN a.state IN ('waiting', 'sent') THEN 0 ELSE 1 END, CASE WHEN a.state IN ('waiting', 'sent') THEN a.id ELSE -a.id END \
             LIMIT ?6 OFFSET ?7"),
        params![asked.organisation_id, state, &pattern, number, asked.words, PAGE, (asked.page - 1).max(0) * PAGE],
    )?;
    Ok((rows.iter().map(read_application).collect::<Result<_, _>>()?, count.int("count")?))
}

/// The words by which an application's payer agreed, if they did.
pub fn agreed_words(tx: &mut Tx, application_id: Id) -> Result<Option<Vec<u8>>, Fault> {
    let row = tx.query_opt(
        sql("SELECT agreed_sha256 FROM receipt_application WHERE id = ?1 AND agreed_sha256 IS NOT NULL"),
        params![application_id],
    )?;
    row.map(|row| row.blob("agreed_sha256")).transpose()
}

/// Whoever takes back that their data go to charities has no application waiting any more; says how many there were.
pub fn withdraw_all(tx: &mut Tx, person_id: Id, reason: &str) -> Result<u64, Fault> {
    tx.execute(
        sql("UPDATE gift_paper SET application_id = NULL WHERE application_id IN \
             (SELECT id FROM receipt_application WHERE person_id = ?1 AND person_id <> 0 AND state = 'waiting')"),
        params![person_id],
    )?;
    tx.execute(
        sql(
            "UPDATE receipt_application SET state = 'withdrawn', reason = ?2 WHERE person_id = ?1 AND person_id <> 0 AND state = 'waiting'",
        ),
        params![person_id, reason],
    )
}

/// Moves an application on; false when it is not in that state any more.
#[allow(clippy::too_many_arguments)]
pub fn decide(
    tx: &mut Tx,
    id: Id,
    from: State,
    to: State,
    person_id: Id,
    reason: &str,
    receipt_id: Option<Id>,
    now: Micros,
) -> Result<bool, Fault> {
    let moved = tx.execute(
        sql("UPDATE receipt_application SET state = ?3, decided_by = ?4, decided_at = ?5, reason = ?6, receipt_id = ?7 WHERE id = ?1 AND state = ?2"),
        params![id, from.word(), to.word(), person_id, now, reason, receipt_id],
    )?;
    Ok(moved == 1)
}

/// How many applications a charity has in each state, and since when the oldest waits.
pub struct Counts {
    pub states: Vec<(State, i64)>,
    pub oldest: Option<Micros>,
}

pub fn counts(tx: &mut Tx, organisation_id: Id) -> Result<Counts, Fault> {
    let rows = tx.query(
        sql("SELECT state, COUNT(*) AS count FROM receipt_application WHERE organisation_id = ?1 GROUP BY state ORDER BY state"),
        params![organisation_id],
    )?;
    let mut states = Vec::new();
    for row in &rows {
        if let Some(state) = State::from_word(&row.text("state")?) {
            states.push((state, row.int("count")?));
        }
    }
    let oldest = tx.query_one(
        sql("SELECT MIN(asked_at) AS oldest FROM receipt_application WHERE organisation_id = ?1 AND state IN ('waiting', 'sent')"),
        params![organisation_id],
    )?;
    Ok(Counts { states, oldest: oldest.opt_int("oldest")? })
}

/// What waits at a charity's desk, the oldest first: application, payer, since when, until when.
pub fn waiting(tx: &mut Tx, organisation_id: Id, limit: i64) -> Result<Vec<(Id, String, Micros, Day)>, Fault> {
    tx.query(
        sql("SELECT id, payer_name, asked_at, due_day FROM receipt_application WHERE organisation_id = ?1 AND state = 'waiting' ORDER BY id LIMIT ?2"),
        params![organisation_id, limit],
    )?
    .iter()
    .map(|row| Ok((row.int("id")?, row.text("payer_name")?, row.int("asked_at")?, row.int("due_day")?)))
    .collect()
}
