//! The stream of fen as it is stored: transfers in their turns, stretches, swaps and places. Whoever comes here has changed
//! the project's row of `fund` first, which keeps everyone else out of that stream until the transaction ends.

use db::{Fault, Row, Tx, params, sql};
use ledger::{Code, Transfer};

use crate::kernel::{Id, Micros};

use super::super::fund::Total;
use super::super::rules::{Change, Layer, Span, Stream, Stretch, Swap, without};

/// The next turn of all movements. They are taken one after another, so that the books can be told again as they happened.
fn turn(tx: &mut Tx) -> Result<i64, Fault> {
    let row = tx.query_one(
        sql("INSERT INTO counter (name, value) VALUES ('turn', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"),
        params![],
    )?;
    row.int("value")
}

/// A transfer that is posted at `settled_at`, or pending.
pub fn insert_transfer(tx: &mut Tx, id: Id, t: &Transfer, made_at: Micros, settled_at: Option<Micros>) -> Result<(), Fault> {
    let turn = turn(tx)?;
    tx.execute_one(
        sql("INSERT INTO transfer (id, code, fact_id, about_id, debit_kind, debit_owner, credit_kind, credit_owner, amount_fen, state, \
             made_at, made_turn, settled_at, settled_turn) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"),
        params![
            id,
            t.code().number(),
            t.id(),
            t.about().unwrap_or(0),
            t.debit().kind(),
            t.debit().owner(),
            t.credit().kind(),
            t.credit().owner(),
            t.amount().0,
            if settled_at.is_some() { "posted" } else { "pending" },
            made_at,
            turn,
            settled_at,
            settled_at.map(|_| turn)
        ],
    )
}

/// Posts or voids a pending transfer. False: somebody did in the meantime.
pub fn settle_transfer(tx: &mut Tx, code: Code, fact_id: Id, state: &'static str, at: Micros) -> Result<bool, Fault> {
    let turn = turn(tx)?;
    let changed = tx.execute(
        sql("UPDATE transfer SET state = ?3, settled_at = ?4, settled_turn = ?5 WHERE code = ?1 AND fact_id = ?2 AND state = 'pending'"),
        params![code.number(), fact_id, state, at, turn],
    )?;
    Ok(changed == 1)
}

/// A stored movement.
pub struct Moved {
    pub about_id: Id,
    pub debit_owner: Id,
    pub credit_owner: Id,
    pub amount_fen: i64,
    pub state: String,
}

pub fn transfer(tx: &mut Tx, code: Code, fact_id: Id) -> Result<Option<Moved>, Fault> {
    let row = tx.query_opt(
        sql("SELECT about_id, debit_owner, credit_owner, amount_fen, state FROM transfer WHERE code = ?1 AND fact_id = ?2"),
        params![code.number(), fact_id],
    )?;
    let read = |row: Row| {
        Ok(Moved {
            about_id: row.int("about_id")?,
            debit_owner: row.int("debit_owner")?,
            credit_owner: row.int("credit_owner")?,
            amount_fen: row.int("amount_fen")?,
            state: row.text("state")?,
        })
    };
    row.map(read).transpose()
}

/// What of a gift is refunded or being refunded.
pub fn refunds_of(tx: &mut Tx, gift_id: Id) -> Result<i64, Fault> {
    let row = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen FROM transfer WHERE about_id = ?1 AND code = 2 AND state <> 'voided'"),
        params![gift_id],
    )?;
    row.int("fen")
}

/// Whether a fact was undone by a correction.
pub fn undone(tx: &mut Tx, fact_id: Id) -> Result<bool, Fault> {
    Ok(tx.query_opt(sql("SELECT id FROM transfer WHERE about_id = ?1 AND code = 6"), params![fact_id])?.is_some())
}

/// What entered and left a project besides channel gifts before an instant, by the days on which it was posted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct MovedUntil {
    /// Net of what was undone.
    pub offline_fen: i64,
    pub redirected_in_fen: i64,
    pub redirected_out_fen: i64,
    pub refunded_fen: i64,
    /// Net of corrections.
    pub spent_fen: i64,
}

impl MovedUntil {
    pub fn received_fen(&self) -> i64 {
        self.offline_fen + self.redirected_in_fen
    }

    pub fn used_fen(&self) -> i64 {
        self.spent_fen + self.refunded_fen + self.redirected_out_fen
    }
}

pub fn moved_until(tx: &mut Tx, project_id: Id, end: Micros) -> Result<MovedUntil, Fault> {
    let rows = tx.query(
        sql("SELECT code, debit_kind, debit_owner, credit_kind, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfer \
             WHERE state = 'posted' AND settled_at < ?2 AND ((debit_owner = ?1 AND debit_kind IN (2, 3)) OR (credit_owner = ?1 AND credit_kind IN (2, 3))) \
             GROUP BY code, debit_kind, debit_owner, credit_kind ORDER BY code, debit_kind, debit_owner, credit_kind"),
        params![project_id, end],
    )?;
    let mut moved = MovedUntil::default();
    for row in rows {
        let fen = row.int("fen")?;
        match (row.int("code")?, row.int("debit_kind")?, row.int("credit_kind")?) {
            (2, _, _) => moved.refunded_fen += fen,
            (4, _, _) => moved.spent_fen += fen,
            (6, 4, _) => moved.spent_fen -= fen,
            (6, _, 7) => moved.offline_fen -= fen,
            (7, _, _) => moved.offline_fen += fen,
            (8, _, _) if row.int("debit_owner")? == project_id => moved.redirected_out_fen += fen,
            (8, _, _) => moved.redirected_in_fen += fen,
            _ => {}
        }
    }
    Ok(moved)
}

/// Takes the lowest free fen for a payout or a redirect that `total` already counts.
pub fn leave(tx: &mut Tx, total: &Total, project_id: Id, code: Code, fact_id: Id, amount_fen: i64) -> Result<Vec<[i64; 2]>, Fault> {
    let gone_fen = total.gone_fen() - amount_fen;
    let change = if reached(tx, project_id, Layer::Out)? == gone_fen {
        // Nothing has ever been freed below: the next fen are the lowest.
        one(Layer::Out, code, fact_id, Span::new(gone_fen, amount_fen))
    } else {
        load(tx, total, project_id)?.leave(code, fact_id, amount_fen).ok_or_else(|| missing(project_id))?
    };
    apply(tx, project_id, fact_id, &change)
}

/// Takes the lowest fen that are with the implementer for an expense that `total` already counts.
pub fn spend(tx: &mut Tx, total: &Total, project_id: Id, expense_id: Id, amount_fen: i64) -> Result<Vec<[i64; 2]>, Fault> {
    let spent_fen = total.spent_fen - amount_fen;
    let only_payouts = total.gone_fen() == total.paid_out_fen - total.returned_fen;
    let no_holes =
        only_payouts && reached(tx, project_id, Layer::Out)? == total.gone_fen() && reached(tx, project_id, Layer::Spent)? == spent_fen;
    let change = if no_holes {
        one(Layer::Spent, Code::Expense, expense_id, Span::new(spent_fen, amount_fen))
    } else {
        load(tx, total, project_id)?.spend(expense_id, amount_fen).ok_or_else(|| missing(project_id))?
    };
    apply(tx, project_id, expense_id, &change)
}

fn one(layer: Layer, code: Code, fact_id: Id, span: Span) -> Change {
    Change { take: vec![(layer, Stretch { span, code, fact_id })], ..Change::default() }
}

/// The guards of `fund` were passed, so the fen must be there.
pub fn missing(project_id: Id) -> Fault {
    Fault::inconsistent(format!("the stretches of project {project_id} leave fewer fen than its fund"))
}

/// Where the last stretch of a layer ends.
fn reached(tx: &mut Tx, project_id: Id, layer: Layer) -> Result<i64, Fault> {
    let row = tx.query_opt(
        sql("SELECT before_fen + amount_fen AS end_fen FROM stretch WHERE project_id = ?1 AND layer = ?2 AND freed_by = 0 ORDER BY before_fen DESC LIMIT 1"),
        params![project_id, layer.number()],
    )?;
    row.map_or(Ok(0), |row| row.int("end_fen"))
}

/// The whole stream of a project.
pub fn load(tx: &mut Tx, total: &Total, project_id: Id) -> Result<Stream, Fault> {
    let listed = tx.query_one(sql("SELECT listed_fen FROM fund WHERE project_id = ?1"), params![project_id])?.int("listed_fen")?;
    let mut stream = Stream { received_fen: listed.max(total.received_fen()), swaps: swaps(tx, project_id)?, ..Stream::default() };
    for row in tx.query(
        sql("SELECT layer, before_fen, amount_fen, code, fact_id FROM stretch WHERE project_id = ?1 AND freed_by = 0 ORDER BY before_fen"),
        params![project_id],
    )? {
        let layer = if row.int("layer")? == Layer::Out.number() { &mut stream.out } else { &mut stream.spent };
        layer.push(stretch_of(&row)?);
    }
    Ok(stream)
}

pub fn stretch_of(row: &Row) -> Result<Stretch, Fault> {
    let code = row.int("code")?;
    Ok(Stretch {
        span: Span::new(row.int("before_fen")?, row.int("amount_fen")?),
        code: Code::from_number(code).ok_or_else(|| Fault::inconsistent(format!("a stretch has code {code}, which nobody knows")))?,
        fact_id: row.int("fact_id")?,
    })
}

pub fn swaps(tx: &mut Tx, project_id: Id) -> Result<Vec<Swap>, Fault> {
    let rows =
        tx.query(sql("SELECT out_fen, free_fen, amount_fen FROM fen_swap WHERE project_id = ?1 ORDER BY position"), params![project_id])?;
    rows.iter().map(|r| Ok(Swap { out: r.int("out_fen")?, free: r.int("free_fen")?, amount_fen: r.int("amount_fen")? })).collect()
}

/// Writes what the movement `by` changes, and says which fen it took or freed.
pub fn apply(tx: &mut Tx, project_id: Id, by: Id, change: &Change) -> Result<Vec<[i64; 2]>, Fault> {
    for (layer, freed) in &change.free {
        let row = tx.query_one(
            sql("DELETE FROM stretch WHERE project_id = ?1 AND layer = ?2 AND fact_id = ?3 AND freed_by = 0 AND before_fen <= ?4 AND before_fen + amount_fen >= ?5 \
                 RETURNING layer, before_fen, amount_fen, code, fact_id"),
            params![project_id, layer.number(), freed.fact_id, freed.span.from, freed.span.to],
        )?;
        for span in without(stretch_of(&row)?.span, &[freed.span]) {
            insert_stretch(tx, project_id, *layer, &Stretch { span, ..*freed }, 0)?;
        }
        insert_stretch(tx, project_id, *layer, freed, by)?;
    }
    for (layer, stretch) in &change.take {
        insert_stretch(tx, project_id, *layer, stretch, 0)?;
    }
    if !change.swap.is_empty() {
        let row = tx.query_one(sql("SELECT COUNT(*) AS swaps FROM fen_swap WHERE project_id = ?1"), params![project_id])?;
        for (position, swap) in (row.int("swaps")?..).zip(&change.swap) {
            tx.execute_one(
                sql(
                    "INSERT INTO fen_swap (project_id, position, out_fen, free_fen, amount_fen, refund_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                ),
                params![project_id, position, swap.out, swap.free, swap.amount_fen, by],
            )?;
        }
    }
    Ok(change.take.iter().chain(&change.free).map(|(_, s)| [s.span.from, s.span.to]).collect())
}

fn insert_stretch(tx: &mut Tx, project_id: Id, layer: Layer, stretch: &Stretch, freed_by: Id) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO stretch (project_id, layer, before_fen, amount_fen, code, fact_id, freed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![project_id, layer.number(), stretch.span.from, stretch.span.fen(), stretch.code.number(), stretch.fact_id, freed_by],
    )
}

/// What a return or a correction freed.
pub fn freed_by(tx: &mut Tx, fact_id: Id) -> Result<Vec<Stretch>, Fault> {
    let rows = tx.query(
        sql("SELECT before_fen, amount_fen, code, fact_id FROM stretch WHERE freed_by = ?1 AND freed_by <> 0 ORDER BY before_fen"),
        params![fact_id],
    )?;
    rows.iter().map(stretch_of).collect()
}

/// Where something that came in stands in the stream of its project: its fen, if it has its place already.
pub fn place(tx: &mut Tx, project_id: Id, fact_id: Id, amount_fen: i64) -> Result<Option<Span>, Fault> {
    let row =
        tx.query_opt(sql("SELECT before_fen FROM project_gift WHERE project_id = ?1 AND gift_id = ?2"), params![project_id, fact_id])?;
    row.map(|row| Ok(Span::new(row.int("before_fen")?, amount_fen))).transpose()
}

/// Gives an offline gift or a redirect its place at the end of the stream, and adds it to the fund.
pub fn enter(tx: &mut Tx, project_id: Id, code: Code, fact_id: Id, amount_fen: i64) -> Result<(), Fault> {
    let (offline, offline_fen, redirected_fen) = if code == Code::OfflineGift { (1, amount_fen, 0) } else { (0, 0, amount_fen) };
    let row = tx.query_one(
        sql("INSERT INTO fund (project_id, gifts, gifts_fen, listed, listed_fen, pending_fen, paid_out_fen, spent_fen, offline, offline_fen, redirected_in_fen) \
             VALUES (?1, 0, 0, 1, ?2, 0, 0, 0, ?3, ?4, ?5) ON CONFLICT (project_id) DO UPDATE SET listed = fund.listed + 1, \
             listed_fen = fund.listed_fen + excluded.listed_fen, offline = fund.offline + excluded.offline, \
             offline_fen = fund.offline_fen + excluded.offline_fen, redirected_in_fen = fund.redirected_in_fen + excluded.redirected_in_fen \
             RETURNING listed, listed_fen"),
        params![project_id, amount_fen, offline, offline_fen, redirected_fen],
    )?;
    tx.execute_one(
        sql("INSERT INTO project_gift (project_id, gift_id, position, before_fen) VALUES (?1, ?2, ?3, ?4)"),
        params![project_id, fact_id, row.int("listed")?, row.int("listed_fen")? - amount_fen],
    )
}

/// The stretches of a layer that carry any of a span: the one in which it begins, and up to `limit` that begin inside it,
/// in order. Two look-ups in the order of places.
pub fn within(tx: &mut Tx, project_id: Id, layer: Layer, span: Span, limit: i64) -> Result<Vec<Stretch>, Fault> {
    let mut rows = tx.query(
        sql("SELECT before_fen, amount_fen, code, fact_id FROM stretch WHERE project_id = ?1 AND layer = ?2 AND freed_by = 0 AND before_fen <= ?3 \
             ORDER BY before_fen DESC LIMIT 1"),
        params![project_id, layer.number(), span.from],
    )?;
    rows.extend(tx.query(
        sql("SELECT before_fen, amount_fen, code, fact_id FROM stretch WHERE project_id = ?1 AND layer = ?2 AND freed_by = 0 AND before_fen > ?3 \
             AND before_fen < ?4 ORDER BY before_fen LIMIT ?5"),
        params![project_id, layer.number(), span.from, span.to, limit],
    )?);
    rows.iter().map(stretch_of).collect()
}

/// How many of the fen (from, to] whole stretches of a layer carry, by code; for spans with more stretches than are named.
/// The caller has cut the span where a stretch begins and ends, or counts the rest by name.
pub fn carried(tx: &mut Tx, project_id: Id, layer: Layer, span: Span) -> Result<Vec<(Code, i64)>, Fault> {
    let rows = tx.query(
        sql("SELECT code, CAST(SUM(CASE WHEN before_fen + amount_fen > ?4 THEN ?4 - before_fen ELSE amount_fen END) AS BIGINT) AS fen FROM stretch \
             WHERE project_id = ?1 AND layer = ?2 AND freed_by = 0 AND before_fen >= ?3 AND before_fen < ?4 GROUP BY code ORDER BY code"),
        params![project_id, layer.number(), span.from, span.to],
    )?;
    rows.iter()
        .map(|row| {
            let code = row.int("code")?;
            let known = Code::from_number(code).ok_or_else(|| Fault::inconsistent(format!("a stretch has code {code}")))?;
            Ok((known, row.int("fen")?))
        })
        .collect()
}

// What is named of the movements that carry a gift.

pub fn payout_paid_at(tx: &mut Tx, id: Id) -> Result<Micros, Fault> {
    Ok(tx.query_one(sql("SELECT second_at FROM payout WHERE id = ?1"), params![id])?.opt_int("second_at")?.unwrap_or(0))
}

pub fn expense_words(tx: &mut Tx, id: Id) -> Result<Row, Fault> {
    tx.query_one(
        sql("SELECT expense.description, expense.spent_day, budget_line.item, budget_line.english_item FROM expense \
             JOIN budget_line ON budget_line.id = expense.budget_line_id WHERE expense.id = ?1"),
        params![id],
    )
}

/// The project to which a redirect took money.
pub fn redirect_words(tx: &mut Tx, id: Id) -> Result<Row, Fault> {
    tx.query_one(
        sql("SELECT transfer.credit_owner AS project_id, transfer.settled_at, project.title, project.english_title FROM transfer \
             JOIN project ON project.id = transfer.credit_owner WHERE transfer.code = 8 AND transfer.fact_id = ?1"),
        params![id],
    )
}

pub fn settled_at(tx: &mut Tx, code: Code, fact_id: Id) -> Result<Micros, Fault> {
    let row = tx.query_one(sql("SELECT settled_at FROM transfer WHERE code = ?1 AND fact_id = ?2"), params![code.number(), fact_id])?;
    Ok(row.opt_int("settled_at")?.unwrap_or(0))
}

// The guarded changes of `fund`. `None`: the money is not there.

pub fn hold_refund(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Option<Total>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE fund SET refunding_fen = refunding_fen + ?2 WHERE project_id = ?1 \
             AND gifts_fen + offline_fen + redirected_in_fen - refunded_fen - redirected_out_fen - paid_out_fen + returned_fen - pending_fen - refunding_fen >= ?2 \
             RETURNING *"),
        params![project_id, amount_fen],
    )?;
    row.as_ref().map(Total::from_row).transpose()
}

pub fn release_refund(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<(), Fault> {
    tx.execute_one(
        sql("UPDATE fund SET refunding_fen = refunding_fen - ?2 WHERE project_id = ?1 AND refunding_fen >= ?2"),
        params![project_id, amount_fen],
    )
}

pub fn move_refund(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Total, Fault> {
    let row = tx.query_one(
        sql("UPDATE fund SET refunding_fen = refunding_fen - ?2, refunded_fen = refunded_fen + ?2 WHERE project_id = ?1 AND refunding_fen >= ?2 RETURNING *"),
        params![project_id, amount_fen],
    )?;
    Total::from_row(&row)
}

/// What the channel gave back on a civil day, beside what it brought.
pub fn refunded_on(tx: &mut Tx, organisation_id: Id, day: i64, amount_fen: i64) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO channel_day (organisation_id, day, gifts, gifts_fen, refunds, refunds_fen) VALUES (?1, ?2, 0, 0, 1, ?3) \
             ON CONFLICT (organisation_id, day) DO UPDATE SET refunds = channel_day.refunds + 1, refunds_fen = channel_day.refunds_fen + excluded.refunds_fen"),
        params![organisation_id, day, amount_fen],
    )
}

pub fn move_elsewhere(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Option<Total>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE fund SET redirected_out_fen = redirected_out_fen + ?2 WHERE project_id = ?1 \
             AND gifts_fen + offline_fen + redirected_in_fen - refunded_fen - redirected_out_fen - paid_out_fen + returned_fen - pending_fen - refunding_fen >= ?2 \
             RETURNING *"),
        params![project_id, amount_fen],
    )?;
    row.as_ref().map(Total::from_row).transpose()
}

pub fn undo_offline(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Option<Total>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE fund SET offline = offline - 1, offline_fen = offline_fen - ?2, offline_undone_fen = offline_undone_fen + ?2 WHERE project_id = ?1 \
             AND gifts_fen + offline_fen + redirected_in_fen - refunded_fen - redirected_out_fen - paid_out_fen + returned_fen - pending_fen - refunding_fen >= ?2 \
             RETURNING *"),
        params![project_id, amount_fen],
    )?;
    row.as_ref().map(Total::from_row).transpose()
}

/// Puts the row of a project's fund first in line, so that two projects are always locked in the same order.
pub fn lock_fund(tx: &mut Tx, project_id: Id) -> Result<(), Fault> {
    tx.execute(sql("UPDATE fund SET gifts = gifts WHERE project_id = ?1"), params![project_id]).map(|_| ())
}

pub fn come_back(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Option<Total>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE fund SET returned_fen = returned_fen + ?2 WHERE project_id = ?1 AND ?2 <= paid_out_fen - returned_fen - spent_fen RETURNING *"),
        params![project_id, amount_fen],
    )?;
    row.as_ref().map(Total::from_row).transpose()
}

pub fn undo_return(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Option<Total>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE fund SET returned_fen = returned_fen - ?2 WHERE project_id = ?1 \
             AND gifts_fen + offline_fen + redirected_in_fen - refunded_fen - redirected_out_fen - paid_out_fen + returned_fen - pending_fen - refunding_fen >= ?2 \
             RETURNING *"),
        params![project_id, amount_fen],
    )?;
    row.as_ref().map(Total::from_row).transpose()
}

pub fn undo_payout(tx: &mut Tx, project_id: Id, amount_fen: i64) -> Result<Option<Total>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE fund SET paid_out_fen = paid_out_fen - ?2 WHERE project_id = ?1 AND ?2 <= paid_out_fen - returned_fen - spent_fen RETURNING *"),
        params![project_id, amount_fen],
    )?;
    row.as_ref().map(Total::from_row).transpose()
}

pub fn undo_expense(tx: &mut Tx, project_id: Id, line_id: Id, amount_fen: i64) -> Result<Total, Fault> {
    tx.execute_one(
        sql("UPDATE budget_line SET spent_fen = spent_fen - ?3 WHERE id = ?1 AND project_id = ?2 AND spent_fen >= ?3"),
        params![line_id, project_id, amount_fen],
    )?;
    let row = tx.query_one(
        sql("UPDATE fund SET spent_fen = spent_fen - ?2 WHERE project_id = ?1 AND spent_fen >= ?2 RETURNING *"),
        params![project_id, amount_fen],
    )?;
    Total::from_row(&row)
}
