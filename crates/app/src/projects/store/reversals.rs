//! Returns and corrections as they are asked for and decided. That two people act stands in the statements.

use db::{Fault, Row, Tx, params, sql};
use ledger::Code;

use crate::kernel::Id;

use super::super::model::{Correctable, Hand, PublicReversal, Reversal, What};

/// A reversal of a project that one of these organisations has a part in, as with payouts.
pub fn find(tx: &mut Tx, id: Id, scope: &[Id]) -> Result<Option<Reversal>, Fault> {
    for organisation_id in scope {
        let row = tx.query_opt(
            sql("SELECT reversal.* FROM reversal JOIN project ON project.id = reversal.project_id \
                 WHERE reversal.id = ?1 AND (project.launcher_id = ?2 OR project.recipient_id = ?2 OR project.implementer_id = ?2)"),
            params![id, *organisation_id],
        )?;
        if let Some(row) = row {
            return Reversal::from_row(&row).map(Some);
        }
    }
    Ok(None)
}

/// All of a project, newest first.
pub fn of_project(tx: &mut Tx, project_id: Id) -> Result<Vec<Reversal>, Fault> {
    let rows = tx.query(sql("SELECT * FROM reversal WHERE project_id = ?1 ORDER BY id DESC LIMIT 500"), params![project_id])?;
    rows.iter().map(Reversal::from_row).collect()
}

/// Those that wait for a second person, oldest first, with the title of their project.
pub fn open_of(tx: &mut Tx, recipient_id: Id, limit: i64) -> Result<Vec<(Reversal, String)>, Fault> {
    let rows = tx.query(
        sql("SELECT reversal.*, project.title FROM reversal JOIN project ON project.id = reversal.project_id \
             WHERE project.recipient_id = ?1 AND reversal.state = 'asked' ORDER BY reversal.id LIMIT ?2"),
        params![recipient_id, limit],
    )?;
    rows.iter().map(|row| Ok((Reversal::from_row(row)?, row.text("title")?))).collect()
}

/// What everyone reads, newest first.
pub fn public(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<PublicReversal>, Fault> {
    let rows = tx.query(
        sql("SELECT * FROM reversal WHERE project_id = ?1 AND state = 'done' ORDER BY decided_at DESC, id DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    let read = |row: &Row| {
        let r = Reversal::from_row(row)?;
        Ok(PublicReversal { what: r.what, amount_fen: r.amount_fen, reason: r.reason, at: row.opt_int("decided_at")?.unwrap_or(0) })
    };
    rows.iter().map(read).collect()
}

/// False: the same record is being corrected already.
pub fn insert(tx: &mut Tx, r: &Reversal) -> Result<bool, Fault> {
    let (kind, code, of_id) = match r.what {
        What::Return => ("return", 0, 0),
        What::Correction { of, of_id } => ("correction", of.number(), of_id),
    };
    let inserted = tx.execute(
        sql("INSERT INTO reversal (id, project_id, kind, of_code, of_id, amount_fen, reason, file_id, state, asked_by, asked_at, answer) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'asked', ?9, ?10, '' \
             WHERE NOT EXISTS (SELECT 1 FROM reversal WHERE of_id = ?5 AND of_id <> 0 AND state = 'asked')"),
        params![r.id, r.project_id, kind, code, of_id, r.amount_fen, &r.reason, r.file_id, r.asked.person_id, r.asked.at],
    )?;
    Ok(inserted == 1)
}

/// A yes or a no of another person than the one who asked. False: it was decided meanwhile, or they asked for it themselves.
pub fn decide(tx: &mut Tx, id: Id, state: &'static str, hand: Hand, answer: &str) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE reversal SET state = ?2, decided_by = ?3, decided_at = ?4, answer = ?5 WHERE id = ?1 AND state = 'asked' AND asked_by <> ?3"),
        params![id, state, hand.person_id, hand.at, answer],
    )?;
    Ok(changed == 1)
}

/// The newest posted payouts, expenses, returns and offline gifts of a project that were not undone.
pub fn correctable(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<Correctable>, Fault> {
    let rows = tx.query(
        sql("SELECT transfer.code, transfer.fact_id, transfer.amount_fen, transfer.settled_at, \
                    COALESCE(payout.purpose, expense.description, '') AS words \
             FROM transfer LEFT JOIN payout ON transfer.code = 3 AND payout.id = transfer.fact_id \
             LEFT JOIN expense ON transfer.code = 4 AND expense.id = transfer.fact_id \
             WHERE transfer.state = 'posted' AND transfer.code IN (3, 4, 5, 7) \
             AND ((transfer.debit_owner = ?1 AND transfer.debit_kind IN (2, 3)) OR (transfer.credit_owner = ?1 AND transfer.credit_kind = 2)) \
             AND NOT EXISTS (SELECT 1 FROM transfer AS undone WHERE undone.code = 6 AND undone.about_id = transfer.fact_id) \
             ORDER BY transfer.settled_turn DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    let read = |row: &Row| {
        let number = row.int("code")?;
        Ok(Correctable {
            code: Code::from_number(number).ok_or_else(|| Fault::inconsistent(format!("a transfer has code {number}")))?,
            id: row.int("fact_id")?,
            amount_fen: row.int("amount_fen")?,
            posted_at: row.opt_int("settled_at")?.unwrap_or(0),
            words: row.text("words")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Ties its invoice to an expense. False: it has one.
pub fn attach_invoice(tx: &mut Tx, expense_id: Id, file_id: Id) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO expense_file (expense_id, file_id) VALUES (?1, ?2) ON CONFLICT (expense_id) DO NOTHING"),
        params![expense_id, file_id],
    )?;
    Ok(added == 1)
}

/// The file that is the invoice of an expense.
pub fn invoice_of(tx: &mut Tx, expense_id: Id) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(sql("SELECT file_id FROM expense_file WHERE expense_id = ?1"), params![expense_id])?;
    row.map(|row| row.int("file_id")).transpose()
}
