//! Receipts, their series and what was handed out of them.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::{Id, Micros};

use super::super::model::{Issuer, Kind, PayerKind, Receipt, ReceiptLine, Way};

/// How a charity issues, once it has said so.
pub fn issuer(tx: &mut Tx, organisation_id: Id) -> Result<Option<Issuer>, Fault> {
    let row = tx.query_opt(
        sql("SELECT way, prefix, handler, reviewer, payee, item_code, item_name FROM receipt_issuer WHERE organisation_id = ?1"),
        params![organisation_id],
    )?;
    row.map(|row| {
        let way = row.text("way")?;
        Ok(Issuer {
            way: Way::from_word(&way).ok_or_else(|| Fault::inconsistent(format!("a charity issues by {way}")))?,
            prefix: row.text("prefix")?,
            handler: row.text("handler")?,
            reviewer: row.text("reviewer")?,
            payee: row.text("payee")?,
            item_code: row.text("item_code")?,
            item_name: row.text("item_name")?,
        })
    })
    .transpose()
}

pub fn keep_issuer(tx: &mut Tx, organisation_id: Id, issuer: &Issuer, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO receipt_issuer (organisation_id, way, prefix, handler, reviewer, payee, item_code, item_name, changed_by, changed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (organisation_id) DO UPDATE SET way = excluded.way, prefix = excluded.prefix, \
               handler = excluded.handler, reviewer = excluded.reviewer, payee = excluded.payee, item_code = excluded.item_code, \
               item_name = excluded.item_name, changed_by = excluded.changed_by, changed_at = excluded.changed_at"),
        params![
            organisation_id,
            issuer.way.word(),
            &issuer.prefix,
            &issuer.handler,
            &issuer.reviewer,
            &issuer.payee,
            &issuer.item_code,
            &issuer.item_name,
            person_id,
            now
        ],
    )
}

/// Whether a series code is another charity's, or was.
pub fn prefix_taken(tx: &mut Tx, organisation_id: Id, prefix: &str) -> Result<bool, Fault> {
    let row = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM receipt_issuer WHERE prefix = ?2 AND organisation_id <> ?1) \
                  + (SELECT COUNT(*) FROM receipt WHERE code = ?2 AND organisation_id <> ?1) AS count"),
        params![organisation_id, prefix],
    )?;
    Ok(row.int("count")? > 0)
}

/// The next number of a series. Whoever gets it holds the row until their transaction ends, so numbers are given one after
/// the other, and a transaction that rolls back gives its number back.
pub fn next_number(tx: &mut Tx, organisation_id: Id, year: i64) -> Result<i64, Fault> {
    tx.query_one(
        sql("INSERT INTO receipt_series (organisation_id, year, last) VALUES (?1, ?2, 1) \
             ON CONFLICT (organisation_id, year) DO UPDATE SET last = receipt_series.last + 1 RETURNING last"),
        params![organisation_id, year],
    )?
    .int("last")
}

/// What a row of `receipt` is made of.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    pub id: Id,
    pub organisation_id: Id,
    pub kind: Kind,
    pub way: Way,
    pub year: i64,
    pub number: Option<i64>,
    pub code: String,
    pub text_number: String,
    pub check_code: String,
    pub reverses_id: Option<Id>,
    pub application_id: Option<Id>,
    pub payer_kind: PayerKind,
    pub payer_name: String,
    pub payer_code_id: Id,
    pub payer_code_mask: String,
    pub amount_fen: i64,
    pub item_code: String,
    pub item_name: String,
    pub unit: String,
    pub quantity: i64,
    pub standard_fen: i64,
    pub handler: String,
    pub reviewer: String,
    pub payee: String,
    pub reason: String,
    pub issued_by: Id,
    pub issued_at: Micros,
}

pub fn insert(tx: &mut Tx, r: &NewReceipt) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO receipt (id, organisation_id, kind, way, year, number, code, text_number, check_code, reverses_id, application_id, payer_kind, \
                    payer_name, payer_code_id, payer_code_mask, amount_fen, item_code, item_name, unit, quantity, standard_fen, handler, reviewer, \
                    payee, reason, issued_by, issued_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)"),
        params![
            r.id,
            r.organisation_id,
            r.kind.word(),
            r.way.word(),
            r.year,
            r.number,
            &r.code,
            &r.text_number,
            &r.check_code,
            r.reverses_id,
            r.application_id,
            r.payer_kind.word(),
            &r.payer_name,
            r.payer_code_id,
            &r.payer_code_mask,
            r.amount_fen,
            &r.item_code,
            &r.item_name,
            &r.unit,
            r.quantity,
            r.standard_fen,
            &r.handler,
            &r.reviewer,
            &r.payee,
            &r.reason,
            r.issued_by,
            r.issued_at
        ],
    )
}

pub fn insert_line(tx: &mut Tx, receipt_id: Id, gift_id: Id, amount_fen: i64) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO receipt_gift (receipt_id, gift_id, amount_fen) VALUES (?1, ?2, ?3)"),
        params![receipt_id, gift_id, amount_fen],
    )
}

fn read(row: &Row) -> Result<Receipt, Fault> {
    let (kind, way, payer_kind) = (row.text("kind")?, row.text("way")?, row.text("payer_kind")?);
    let unknown = |word: &str| Fault::inconsistent(format!("a receipt says {word}, which nobody knows"));
    Ok(Receipt {
        id: row.int("id")?,
        organisation_id: row.int("organisation_id")?,
        organisation_name: row.text("organisation")?,
        organisation_english_name: row.text("english_organisation")?,
        organisation_credit_code: row.text("credit_code")?,
        kind: Kind::from_word(&kind).ok_or_else(|| unknown(&kind))?,
        way: Way::from_word(&way).ok_or_else(|| unknown(&way))?,
        code: row.text("code")?,
        text_number: row.text("text_number")?,
        check_code: row.text("check_code")?,
        reverses_id: row.opt_int("reverses_id")?,
        reversed_by: row.opt_int("reversed_by")?,
        reversed_number: row.text("reversed_number")?,
        application_id: row.opt_int("application_id")?,
        payer_kind: PayerKind::from_word(&payer_kind).ok_or_else(|| unknown(&payer_kind))?,
        payer_name: row.text("payer_name")?,
        payer_code_mask: row.text("payer_code_mask")?,
        amount_fen: row.int("amount_fen")?,
        item_code: row.text("item_code")?,
        item_name: row.text("item_name")?,
        unit: row.text("unit")?,
        quantity: row.int("quantity")?,
        standard_fen: row.int("standard_fen")?,
        handler: row.text("handler")?,
        reviewer: row.text("reviewer")?,
        payee: row.text("payee")?,
        reason: row.text("reason")?,
        issued_at: row.int("issued_at")?,
        prints: row.int("prints")?,
    })
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Receipt>, Fault> {
    tx.query_opt(
        sql("SELECT r.*, o.name AS organisation, o.english_name AS english_organisation, o.credit_code, x.id AS reversed_by, \
                    COALESCE(x.text_number, '') AS reversed_number, (SELECT COUNT(*) FROM receipt_print p WHERE p.receipt_id = r.id) AS prints \
             FROM receipt r JOIN organisation o ON o.id = r.organisation_id LEFT JOIN receipt x ON x.reverses_id = r.id WHERE r.id = ?1"),
        params![id],
    )?
    .as_ref()
    .map(read)
    .transpose()
}

/// The receipts that a stranger means who has its number and its check code.
pub fn by_number(tx: &mut Tx, text_number: &str, check_code: &str) -> Result<Option<Receipt>, Fault> {
    let rows = tx.query(
        sql("SELECT r.*, o.name AS organisation, o.english_name AS english_organisation, o.credit_code, x.id AS reversed_by, \
                    COALESCE(x.text_number, '') AS reversed_number, (SELECT COUNT(*) FROM receipt_print p WHERE p.receipt_id = r.id) AS prints \
             FROM receipt r JOIN organisation o ON o.id = r.organisation_id LEFT JOIN receipt x ON x.reverses_id = r.id \
             WHERE r.text_number = ?1 AND r.check_code = ?2 AND r.kind <> 'void' ORDER BY r.id LIMIT 1"),
        params![text_number, check_code],
    )?;
    rows.first().map(read).transpose()
}

/// Every number of a charity's year, in the order of the series.
pub fn series(tx: &mut Tx, organisation_id: Id, year: i64) -> Result<Vec<Receipt>, Fault> {
    tx.query(
        sql("SELECT r.*, o.name AS organisation, o.english_name AS english_organisation, o.credit_code, x.id AS reversed_by, \
                    COALESCE(x.text_number, '') AS reversed_number, (SELECT COUNT(*) FROM receipt_print p WHERE p.receipt_id = r.id) AS prints \
             FROM receipt r JOIN organisation o ON o.id = r.organisation_id LEFT JOIN receipt x ON x.reverses_id = r.id \
             WHERE r.organisation_id = ?1 AND r.year = ?2 ORDER BY r.way, COALESCE(r.number, 0), r.id"),
        params![organisation_id, year],
    )?
    .iter()
    .map(read)
    .collect()
}

pub fn lines(tx: &mut Tx, receipt_id: Id) -> Result<Vec<ReceiptLine>, Fault> {
    let rows = tx.query(sql("SELECT gift_id, amount_fen FROM receipt_gift WHERE receipt_id = ?1 ORDER BY gift_id"), params![receipt_id])?;
    let mut lines = Vec::new();
    for row in &rows {
        let id = row.int("gift_id")?;
        let gift =
            super::gift(tx, id)?.ok_or_else(|| Fault::inconsistent(format!("receipt {receipt_id} names gift {id}, which is not there")))?;
        lines.push(ReceiptLine {
            gift_id: id,
            amount_fen: row.int("amount_fen")?,
            received_at: gift.received_at,
            project_title: gift.project_title,
            project_english_title: gift.project_english_title,
        });
    }
    lines.sort_by_key(|line| (line.received_at, line.gift_id));
    Ok(lines)
}

/// Counts one more copy that is handed out, and says the how manieth it is. The unique key keeps two hands apart.
pub fn count_print(tx: &mut Tx, id: Id, receipt_id: Id, person_id: Id, now: Micros) -> Result<i64, Fault> {
    let before =
        tx.query_one(sql("SELECT COUNT(*) AS count FROM receipt_print WHERE receipt_id = ?1"), params![receipt_id])?.int("count")?;
    tx.execute_one(
        sql("INSERT INTO receipt_print (id, receipt_id, nth, person_id, at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![id, receipt_id, before + 1, person_id, now],
    )?;
    Ok(before + 1)
}

/// The receipt that was reversed last and had this gift on it.
pub fn last_reversed(tx: &mut Tx, gift_id: Id) -> Result<Option<Id>, Fault> {
    let row = tx.query_one(
        sql("SELECT MAX(r.id) AS id FROM receipt_gift l JOIN receipt r ON r.id = l.receipt_id JOIN receipt x ON x.reverses_id = r.id WHERE l.gift_id = ?1"),
        params![gift_id],
    )?;
    row.opt_int("id")
}
