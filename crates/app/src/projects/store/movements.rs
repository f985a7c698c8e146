//! What moves a project's money after the gifts, and the lists of it. Every movement is guarded by the statement that
//! makes it: it changes one row or the money was not there.

use db::{Fault, Tx, params, sql};
use ledger::{Code, Transfer};

use super::stream::{insert_transfer, settle_transfer};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::super::fund::{self, Total};
use super::super::model::{Expense, Hand, NewExpense, Payout};

/// A payout of a project that a desk may see: the recipient's and the implementer's organisations, and the launcher's.
pub fn payout_for(tx: &mut Tx, payout_id: Id, scope: &[Id]) -> Result<Option<Payout>, Fault> {
    for organisation_id in scope {
        let row = tx.query_opt(
            sql("SELECT payout.* FROM payout JOIN project ON project.id = payout.project_id \
                 WHERE payout.id = ?1 AND (project.launcher_id = ?2 OR project.recipient_id = ?2 OR project.implementer_id = ?2)"),
            params![payout_id, *organisation_id],
        )?;
        if let Some(row) = row {
            return Payout::from_row(&row).map(Some);
        }
    }
    Ok(None)
}

/// All payouts of a project, newest first.
pub fn payouts(tx: &mut Tx, project_id: Id) -> Result<Vec<Payout>, Fault> {
    let rows = tx.query(sql("SELECT * FROM payout WHERE project_id = ?1 ORDER BY id DESC LIMIT 500"), params![project_id])?;
    rows.iter().map(Payout::from_row).collect()
}

/// Payouts that wait for a decision of these recipients, oldest first, with the title of their project.
pub fn open_payouts(tx: &mut Tx, scope: &[Id]) -> Result<Vec<(Payout, String)>, Fault> {
    let mut open = Vec::new();
    for organisation_id in scope {
        let rows = tx.query(
            sql("SELECT payout.*, project.title FROM payout JOIN project ON project.id = payout.project_id \
                 WHERE project.recipient_id = ?1 AND payout.state IN ('requested', 'approved_once') ORDER BY payout.id LIMIT 200"),
            params![*organisation_id],
        )?;
        for row in rows {
            open.push((Payout::from_row(&row)?, row.text("title")?));
        }
    }
    open.sort_by_key(|(payout, _)| payout.id);
    Ok(open)
}

/// Sets an amount aside for a payout: not more than is in the account, nor, together with all other payouts, than the
/// budget (nothing beyond it could be spent). False: it is not there.
pub fn reserve_payout(tx: &mut Tx, project_id: Id, amount_fen: i64, goal_fen: i64) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE fund SET pending_fen = pending_fen + ?2 WHERE project_id = ?1 \
             AND gifts_fen + offline_fen + redirected_in_fen - refunded_fen - redirected_out_fen - paid_out_fen + returned_fen - pending_fen - refunding_fen >= ?2 \
             AND ?2 <= ?3 - pending_fen - paid_out_fen + returned_fen"),
        params![project_id, amount_fen, goal_fen],
    )?;
    Ok(changed == 1)
}

/// The request and its pending transfer.
pub fn new_payout(
    tx: &mut Tx,
    transfer_id: Id,
    transfer: &Transfer,
    project_id: Id,
    purpose: &str,
    person_id: Id,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO payout (id, project_id, state, amount_fen, purpose, requested_by, requested_at, reason) \
             VALUES (?1, ?2, 'requested', ?3, ?4, ?5, ?6, '')"),
        params![transfer.id(), project_id, transfer.amount().0, purpose, person_id, now],
    )?;
    insert_transfer(tx, transfer_id, transfer, now, None)
}

/// The first yes. False: somebody decided in the meantime.
pub fn first_hand(tx: &mut Tx, payout_id: Id, hand: Hand) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE payout SET state = 'approved_once', first_by = ?2, first_at = ?3 WHERE id = ?1 AND state = 'requested' AND requested_by <> ?2"),
        params![payout_id, hand.person_id, hand.at],
    )?;
    Ok(changed == 1)
}

/// Moves a reserved amount to the implementer.
pub fn move_to_implementer(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Total, Fault> {
    let row = tx.query_one(
        sql("UPDATE fund SET pending_fen = pending_fen - ?2, paid_out_fen = paid_out_fen + ?2 WHERE project_id = ?1 AND pending_fen >= ?2 RETURNING *"),
        params![project_id, amount_fen],
    )?;
    Total::from_row(&row)
}

/// The second yes, of another person: the payout and its transfer are posted. False: somebody decided in the meantime.
pub fn post_payout(tx: &mut Tx, payout_id: Id, second: Hand) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE payout SET state = 'paid', second_by = ?2, second_at = ?3 \
             WHERE id = ?1 AND state = 'approved_once' AND first_by <> ?2 AND requested_by <> ?2"),
        params![payout_id, second.person_id, second.at],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    settle_transfer(tx, Code::Payout, payout_id, "posted", second.at)
}

/// A no. False: somebody decided in the meantime.
pub fn refuse_payout(tx: &mut Tx, payout_id: Id, hand: Hand, reason: &str) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE payout SET state = 'refused', refused_by = ?2, refused_at = ?3, reason = ?4 \
             WHERE id = ?1 AND state IN ('requested', 'approved_once')"),
        params![payout_id, hand.person_id, hand.at, reason],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    settle_transfer(tx, Code::Payout, payout_id, "voided", hand.at)
}

/// Gives a reserved amount back to the account.
pub fn release_payout(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<(), Fault> {
    tx.execute_one(
        sql("UPDATE fund SET pending_fen = pending_fen - ?2 WHERE project_id = ?1 AND pending_fen >= ?2"),
        params![project_id, amount_fen],
    )
}

/// Takes an amount from what is with the implementer. `None`: it is not there.
pub fn spend(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Option<Total>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE fund SET spent_fen = spent_fen + ?2 WHERE project_id = ?1 AND ?2 <= paid_out_fen - returned_fen - spent_fen RETURNING *"),
        params![project_id, amount_fen],
    )?;
    row.as_ref().map(Total::from_row).transpose()
}

/// Adds to what a budget line has spent, never beyond its amount. False: it is not that much, or not a line of this project.
pub fn spend_on_line(tx: &mut Tx, project_id: Id, line_id: Id, amount_fen: i64) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE budget_line SET spent_fen = spent_fen + ?3 WHERE id = ?1 AND project_id = ?2 AND ?3 <= amount_fen - spent_fen"),
        params![line_id, project_id, amount_fen],
    )?;
    Ok(changed == 1)
}

/// The expense and its posted transfer.
pub fn add_expense(
    tx: &mut Tx,
    transfer_id: Id,
    transfer: &Transfer,
    project_id: Id,
    asked: &NewExpense,
    person_id: Id,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO expense (id, project_id, budget_line_id, quantity, unit_price_fen, amount_fen, description, invoice_number, spent_day, \
             recorded_by, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
        params![
            transfer.id(),
            project_id,
            asked.budget_line_id,
            asked.quantity,
            asked.unit_price_fen,
            transfer.amount().0,
            &asked.description,
            &asked.invoice_number,
            asked.spent_day,
            person_id,
            now
        ],
    )?;
    insert_transfer(tx, transfer_id, transfer, now, Some(now))
}

/// An expense as its desk sees it.
pub struct DeskExpense {
    pub expense: Expense,
    pub recorded_by: Id,
    /// Its invoice, if it was uploaded.
    pub file_id: Option<Id>,
}

pub fn expenses(tx: &mut Tx, project_id: Id) -> Result<Vec<DeskExpense>, Fault> {
    let rows = tx.query(
        sql("SELECT expense.*, budget_line.item, budget_line.english_item, budget_line.unit, expense_file.file_id, undone.settled_at AS undone_at FROM expense \
             LEFT JOIN expense_file ON expense_file.expense_id = expense.id LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = expense.id \
             JOIN budget_line ON budget_line.id = expense.budget_line_id WHERE expense.project_id = ?1 ORDER BY expense.id DESC LIMIT 500"),
        params![project_id],
    )?;
    rows.iter()
        .map(|row| {
            Ok(DeskExpense { expense: Expense::from_row(row)?, recorded_by: row.int("recorded_by")?, file_id: row.opt_int("file_id")? })
        })
        .collect()
}

/// A payout as strangers see it: how much, when, for what.
pub struct PublicPayout {
    pub amount_fen: i64,
    pub purpose: String,
    pub paid_at: Micros,
    pub undone: bool,
}

pub fn public_payouts(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<PublicPayout>, Fault> {
    let rows = tx.query(
        sql("SELECT payout.amount_fen, payout.purpose, payout.second_at, undone.settled_at AS undone_at FROM payout \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = payout.id \
             WHERE payout.project_id = ?1 AND payout.state = 'paid' ORDER BY payout.second_at DESC, payout.id DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(PublicPayout {
                amount_fen: row.int("amount_fen")?,
                purpose: row.text("purpose")?,
                paid_at: row.int("second_at")?,
                undone: row.opt_int("undone_at")?.is_some(),
            })
        })
        .collect()
}

/// A refund as strangers see it: how much and when.
pub struct PublicRefund {
    pub amount_fen: i64,
    pub posted_at: Micros,
}

pub fn public_refunds(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<PublicRefund>, Fault> {
    let rows = tx.query(
        sql("SELECT amount_fen, settled_at FROM transfer WHERE code = 2 AND state = 'posted' AND debit_owner = ?1 ORDER BY fact_id DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    rows.iter().map(|row| Ok(PublicRefund { amount_fen: row.int("amount_fen")?, posted_at: row.int("settled_at")? })).collect()
}

/// The newest expenses as strangers see them: without who wrote them down.
pub fn public_expenses(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<Expense>, Fault> {
    let rows = tx.query(
        sql(
            "SELECT expense.id, expense.quantity, expense.unit_price_fen, expense.amount_fen, expense.description, expense.invoice_number, \
             expense.spent_day, expense.recorded_at, budget_line.item, budget_line.english_item, budget_line.unit, undone.settled_at AS undone_at FROM expense \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = expense.id \
             JOIN budget_line ON budget_line.id = expense.budget_line_id WHERE expense.project_id = ?1 ORDER BY expense.id DESC LIMIT ?2",
        ),
        params![project_id, limit],
    )?;
    rows.iter().map(Expense::from_row).collect()
}

/// One expense as strangers see it.
pub fn expense(tx: &mut Tx, project_id: Id, id: Id) -> Result<Option<Expense>, Fault> {
    let row = tx.query_opt(
        sql(
            "SELECT expense.id, expense.quantity, expense.unit_price_fen, expense.amount_fen, expense.description, expense.invoice_number, \
             expense.spent_day, expense.recorded_at, budget_line.item, budget_line.english_item, budget_line.unit, undone.settled_at AS undone_at FROM expense \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = expense.id \
             JOIN budget_line ON budget_line.id = expense.budget_line_id WHERE expense.project_id = ?1 AND expense.id = ?2",
        ),
        params![project_id, id],
    )?;
    row.as_ref().map(Expense::from_row).transpose()
}

/// A gift as strangers see it. The statement itself leaves out the name and the words of a donor who stays anonymous.
pub struct PublicGift {
    pub amount_fen: i64,
    pub paid_at: Micros,
    /// Empty: anonymous.
    pub name: String,
    pub message: String,
    /// It came outside the channel.
    pub offline: bool,
}

/// Things that were given, as strangers see them.
pub struct PublicThings {
    pub item: String,
    pub quantity: i64,
    pub unit: String,
    pub valuation_fen: i64,
    pub received_day: Day,
    /// Empty: anonymous.
    pub payer: String,
    /// Empty: not handed over yet.
    pub handed_to: String,
}

/// The newest things of a project that were counted by a second person. They belong to the slice of offline gifts, which
/// depends on projects; that is why this list reads its table, and only here.
pub fn public_things(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<PublicThings>, Fault> {
    let rows = tx.query(
        sql("SELECT item, quantity, unit, valuation_fen, received_day, CASE WHEN anonymous = 0 THEN payer ELSE '' END AS payer, handed_to FROM offline_things \
             WHERE project_id = ?1 AND state IN ('received', 'handed_over') ORDER BY id DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(PublicThings {
                item: row.text("item")?,
                quantity: row.int("quantity")?,
                unit: row.text("unit")?,
                valuation_fen: row.int("valuation_fen")?,
                received_day: row.int("received_day")?,
                payer: row.text("payer")?,
                handed_to: row.text("handed_to")?,
            })
        })
        .collect()
}

/// The newest gifts of a project, of the channel and outside it, without those that were taken back. Names and messages are
/// the intents', which belong to giving, and the offline gifts'; both depend on projects and not the other way round, so this
/// list reads them by a join, and only here.
pub fn recent_gifts(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<PublicGift>, Fault> {
    let rows = tx.query(
        sql("SELECT COALESCE(gift.amount_fen, offline_gift.amount_fen) AS amount_fen, COALESCE(gift.paid_at, offline_gift.decided_at) AS paid_at, \
             CASE WHEN gift_intent.anonymous = 0 THEN gift_intent.name WHEN offline_gift.anonymous = 0 THEN offline_gift.payer ELSE '' END AS name, \
             CASE WHEN gift_intent.anonymous = 0 THEN gift_intent.message ELSE '' END AS message, \
             CASE WHEN offline_gift.id IS NULL THEN 0 ELSE 1 END AS offline \
             FROM project_gift LEFT JOIN gift ON gift.id = project_gift.gift_id LEFT JOIN gift_intent ON gift_intent.id = gift.id \
             LEFT JOIN offline_gift ON offline_gift.id = project_gift.gift_id \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = offline_gift.id \
             WHERE project_gift.project_id = ?1 AND (gift.id IS NOT NULL OR offline_gift.id IS NOT NULL) AND undone.id IS NULL \
             ORDER BY project_gift.gift_id DESC LIMIT ?2"),
        params![project_id, limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(PublicGift {
                amount_fen: row.int("amount_fen")?,
                paid_at: row.int("paid_at")?,
                name: row.text("name")?,
                message: row.text("message")?,
                offline: row.bool("offline")?,
            })
        })
        .collect()
}

/// Everything given to a project and paid before `end`, whether it stands in `project_gift` already or still in a tail.
///
/// It walks all gifts of the project by the key of `project_gift` and looks each up in `gift`; that is why it runs in a
/// read transaction before the disclosure is written, four times a year for each project.
pub fn gifts_until(tx: &mut Tx, project_id: Id, end: Micros) -> Result<i64, Fault> {
    let row = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(gift.amount_fen) AS BIGINT), 0) AS gifts_fen FROM project_gift JOIN gift ON gift.id = project_gift.gift_id \
             WHERE project_gift.project_id = ?1 AND gift.paid_at < ?2"),
        params![project_id, end],
    )?;
    let mut sum = row.int("gifts_fen")?;
    let waiting: Vec<Id> = fund::waiting_gifts(tx)?.into_iter().filter(|g| g.project_id == project_id).map(|g| g.gift_id).collect();
    tx.bulk_find(sql("SELECT amount_fen, paid_at FROM gift WHERE id IN (?ids)"), &waiting, |row| {
        if row.int(1)? < end {
            sum += row.int(0)?;
        }
        Ok(())
    })?;
    Ok(sum)
}
