//! The stream of fen, proved from its rows: nothing is in two places, and the parts of everything add up to the whole.
//!
//! One project at a time, with memory for its movements and not for its gifts. That the parts of every gift add up follows
//! without looking at each: swaps only exchange fen of equal number, so each gift has as many fen as it was placed with, no
//! two gifts have the same, and a fen is free or under exactly one stretch. What must be looked at one by one are gifts that
//! were given back: as much of each stands under its refunds as was refunded, so of all others nothing does.

use std::collections::BTreeMap;

use db::{Fault, Tx, params, sql};
use ledger::Code;

use crate::kernel::Id;
use crate::projects::fund::Total;
use crate::projects::stream::{self, Span, Stream, Stretch};

use super::check::Finding;

pub(super) fn stream(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let mut after: Id = 0;
    loop {
        let funds = tx.query(
            sql("SELECT * FROM fund WHERE project_id > ?1 AND (paid_out_fen > 0 OR refunding_fen > 0 OR refunded_fen > 0 OR redirected_out_fen > 0 OR offline_undone_fen > 0 \
                 OR EXISTS (SELECT 1 FROM stretch WHERE stretch.project_id = fund.project_id)) ORDER BY project_id LIMIT 1000"),
            params![after],
        )?;
        for row in &funds {
            after = row.int("project_id")?;
            project(tx, after, &Total::from_row(row)?, findings)?;
        }
        if funds.is_empty() {
            break;
        }
    }
    for row in tx.query(
        sql("SELECT reversal.id FROM reversal LEFT JOIN transfer ON transfer.fact_id = reversal.id AND transfer.code IN (5, 6) \
             WHERE (reversal.state = 'done') <> (transfer.id IS NOT NULL) OR transfer.amount_fen <> reversal.amount_fen \
             OR (transfer.code = 6 AND transfer.about_id <> reversal.of_id) ORDER BY reversal.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("reversal {} does not stand in the books as it was decided", row.int("id")?)));
    }
    for row in tx.query(
        sql("SELECT DISTINCT stretch.project_id FROM stretch LEFT JOIN fund ON fund.project_id = stretch.project_id WHERE fund.project_id IS NULL \
             ORDER BY stretch.project_id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("project {} has stretches and no fund", row.int("project_id")?)));
    }
    Ok(())
}

/// What a project's stretches say of each movement.
#[derive(Default, Clone, Copy)]
struct Said {
    /// Taken and not freed.
    counts: i64,
    /// Freed by this movement.
    freed: i64,
}

fn project(tx: &mut Tx, id: Id, total: &Total, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let stream = stream::load(tx, total, id)?;
    let mut wrong = |what: String| findings.push(Finding(format!("project {id}: {what}")));
    for row in [&stream.out, &stream.spent] {
        if let Some(pair) = row.windows(2).find(|pair| pair[0].span.to > pair[1].span.from) {
            wrong(format!("{} and {} have taken the same fen", pair[0].fact_id, pair[1].fact_id));
        }
    }
    if let Some(last) = stream.out.last().filter(|last| last.span.to > stream.received_fen) {
        wrong(format!("{} has taken fen that never came in", last.fact_id));
    }
    let sum = |row: &[Stretch]| row.iter().map(|s| s.span.fen()).sum::<i64>();
    for (what, said, counted) in
        [("left the account", total.gone_fen(), sum(&stream.out)), ("were spent", total.spent_fen, sum(&stream.spent))]
    {
        if said != counted {
            wrong(format!("the fold says that {said} fen {what}, the stretches {counted}"));
        }
    }
    if let Some(expense) = unpaid(&stream) {
        wrong(format!("expense {expense} has spent fen that were not paid out"));
    }
    for swap in &stream.swaps {
        let apart = Span::new(swap.out, swap.amount_fen).common(Span::new(swap.free, swap.amount_fen)).is_none();
        if !apart || swap.out.max(swap.free) + swap.amount_fen > stream.received_fen {
            wrong(format!("a swap of {} fen is not one", swap.amount_fen));
        }
    }
    movements(tx, id, total, findings)?;
    given_back(tx, id, &stream, findings)
}

/// An expense on fen that no payout carries.
fn unpaid(stream: &Stream) -> Option<Id> {
    // Both are in order: each payout is looked at once.
    let mut payouts = stream.out.iter().filter(|s| s.code == Code::Payout).peekable();
    for expense in &stream.spent {
        let mut from = expense.span.from;
        while from < expense.span.to {
            while payouts.peek().is_some_and(|p| p.span.to <= from) {
                payouts.next();
            }
            match payouts.peek() {
                Some(p) if p.span.from <= from => from = p.span.to,
                _ => return Some(expense.fact_id),
            }
        }
    }
    None
}

/// Each movement has taken, or freed, as many fen as it moved.
fn movements(tx: &mut Tx, project: Id, total: &Total, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let mut said: BTreeMap<Id, Said> = BTreeMap::new();
    let mut came_back: BTreeMap<Id, Vec<(Id, i64)>> = BTreeMap::new();
    for row in tx.query(sql("SELECT fact_id, freed_by, amount_fen FROM stretch WHERE project_id = ?1"), params![project])? {
        let (fact, freed_by, fen) = (row.int("fact_id")?, row.int("freed_by")?, row.int("amount_fen")?);
        if freed_by == 0 {
            said.entry(fact).or_default().counts += fen;
        } else {
            said.entry(freed_by).or_default().freed += fen;
            came_back.entry(freed_by).or_default().push((fact, fen));
        }
    }
    let rows = tx.query(
        sql("SELECT code, fact_id, about_id, amount_fen, state, debit_kind, debit_owner, credit_kind FROM transfer \
             WHERE (debit_owner = ?1 AND debit_kind IN (2, 3)) OR (credit_owner = ?1 AND credit_kind IN (2, 3)) ORDER BY id"),
        params![project],
    )?;
    let mut undone = Vec::new();
    for row in &rows {
        if row.int("code")? == Code::Correction.number() {
            undone.push(row.int("about_id")?);
        }
    }
    let mut back_of: BTreeMap<Id, i64> = BTreeMap::new();
    for (fact, fen) in came_back.iter().filter(|(by, _)| !undone.contains(by)).flat_map(|(_, parts)| parts) {
        *back_of.entry(*fact).or_default() += fen;
    }
    let mut refunding_fen = 0;
    for row in &rows {
        let (code, id, amount) = (row.int("code")?, row.int("fact_id")?, row.int("amount_fen")?);
        let posted = row.text("state")? == "posted";
        let is_undone = undone.contains(&id);
        let lasting = if posted && !is_undone { amount } else { 0 };
        let known = said.remove(&id).unwrap_or_default();
        let must = match code {
            2 => {
                refunding_fen += if row.text("state")? == "pending" { amount } else { 0 };
                Said { counts: lasting, freed: 0 }
            }
            3 => Said { counts: if is_undone { 0 } else { lasting - back_of.get(&id).copied().unwrap_or(0) }, freed: 0 },
            4 => Said { counts: lasting, freed: 0 },
            5 => Said { counts: 0, freed: amount },
            // Of an offline gift it takes fen, of a payout or an expense it frees some, of a return the payout takes them again.
            6 if row.int("credit_kind")? == 7 => Said { counts: amount, freed: 0 },
            6 if row.int("debit_kind")? == 2 => Said::default(),
            6 => Said { counts: 0, freed: amount },
            8 if row.int("debit_owner")? == project => Said { counts: amount, freed: 0 },
            _ => Said::default(),
        };
        if (known.counts, known.freed) != (must.counts, must.freed) {
            findings.push(Finding(format!(
                "project {project}: movement {id} of {amount} fen has taken {} and freed {} in the stream, which must be {} and {}",
                known.counts, known.freed, must.counts, must.freed
            )));
        }
    }
    for (id, _) in said {
        findings.push(Finding(format!("project {project}: {id} has fen in the stream and no transfer")));
    }
    if refunding_fen != total.refunding_fen {
        let held = total.refunding_fen;
        findings.push(Finding(format!("project {project}: the fold holds {held} fen for refunds, the open refunds {refunding_fen}")));
    }
    Ok(())
}

/// Of each gift that was given back or undone, exactly that much is gone.
fn given_back(tx: &mut Tx, project: Id, stream: &Stream, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT project_gift.gift_id, project_gift.before_fen, COALESCE(gift.amount_fen, entered.amount_fen) AS gift_fen, \
             CAST(SUM(transfer.amount_fen) AS BIGINT) AS back_fen FROM transfer JOIN project_gift ON project_gift.project_id = ?1 AND project_gift.gift_id = transfer.about_id \
             LEFT JOIN gift ON gift.id = transfer.about_id LEFT JOIN transfer AS entered ON entered.code = 7 AND entered.fact_id = transfer.about_id \
             WHERE transfer.debit_owner = ?1 AND transfer.debit_kind = 2 AND transfer.state = 'posted' \
             AND (transfer.code = 2 OR (transfer.code = 6 AND transfer.credit_kind = 7)) \
             GROUP BY project_gift.gift_id, project_gift.before_fen, gift.amount_fen, entered.amount_fen ORDER BY project_gift.gift_id"),
        params![project],
    )? {
        let (gift, back) = (row.int("gift_id")?, row.int("back_fen")?);
        let pieces = stream::owned(Span::new(row.int("before_fen")?, row.int("gift_fen")?), &stream.swaps);
        let parts = stream::parts(&pieces, &stream.out);
        let gone: i64 = parts.iter().filter(|(s, _)| stream::is_taken_back(s.code)).map(|(_, fen)| fen).sum();
        if gone != back {
            findings.push(Finding(format!("gift {gift}: {back} fen were given back, {gone} of its fen stand under that")));
        }
    }
    Ok(())
}
