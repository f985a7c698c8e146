//! A project's money as folds of the ledger: what a group commit adds (`Delta`), how the folds catch up (`roll_up`,
//! `list`), and what a page shows (`total`, which adds what has not been rolled up yet, so that it never lags and
//! never goes back).

use std::collections::{BTreeMap, HashMap};

use db::{BulkInsert, Fault, Kind, Row, Tx, Value, params, sql};

use crate::kernel::Id;
use crate::kernel::civil::Day;

/// What one batch adds to one project of one charity on one civil day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delta {
    pub project_id: Id,
    pub recipient_id: Id,
    pub day: Day,
    pub gifts: i64,
    pub amount_fen: i64,
}

/// One gift on its way into `project_gift`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TailGift {
    pub project_id: Id,
    pub gift_id: Id,
    pub amount_fen: i64,
}

const DELTA_BYTES: usize = 40;
const TAIL_BYTES: usize = 24;

pub fn encode_deltas(deltas: &[Delta]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(deltas.len() * DELTA_BYTES);
    for d in deltas {
        for number in [d.project_id, d.recipient_id, d.day, d.gifts, d.amount_fen] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    bytes
}

pub fn decode_deltas(bytes: &[u8]) -> impl Iterator<Item = Delta> {
    bytes.chunks_exact(DELTA_BYTES).map(|c| Delta {
        project_id: number(c, 0),
        recipient_id: number(c, 1),
        day: number(c, 2),
        gifts: number(c, 3),
        amount_fen: number(c, 4),
    })
}

pub fn encode_tail(gifts: &[TailGift]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(gifts.len() * TAIL_BYTES);
    for g in gifts {
        for number in [g.project_id, g.gift_id, g.amount_fen] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    bytes
}

/// How many gifts a tail holds.
pub fn tail_length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len() / TAIL_BYTES).unwrap_or(i64::MAX)
}

fn decode_tail(bytes: &[u8]) -> impl Iterator<Item = TailGift> {
    bytes.chunks_exact(TAIL_BYTES).map(|c| TailGift { project_id: number(c, 0), gift_id: number(c, 1), amount_fen: number(c, 2) })
}

fn number(chunk: &[u8], index: usize) -> i64 {
    i64::from_le_bytes(chunk[index * 8..index * 8 + 8].try_into().expect("a chunk holds whole numbers"))
}

/// A project's money, net of corrections. Of what stands in its account, `pending_fen` is asked for by payouts and
/// `refunding_fen` by refunds under way.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Total {
    pub gifts: i64,
    pub gifts_fen: i64,
    pub pending_fen: i64,
    pub paid_out_fen: i64,
    pub spent_fen: i64,
    /// Came back from the implementer unused.
    pub returned_fen: i64,
    pub refunding_fen: i64,
    pub refunded_fen: i64,
    /// Gifts outside the channel.
    pub offline: i64,
    pub offline_fen: i64,
    /// Entered as an offline gift and taken back again; `offline_fen` is net of it.
    pub offline_undone_fen: i64,
    /// Left over by other projects and used for this one, and the other way round.
    pub redirected_in_fen: i64,
    pub redirected_out_fen: i64,
}

impl Total {
    /// What counts towards the goal: a gift that was given back does not, leftovers that went elsewhere do.
    pub fn raised_fen(&self) -> i64 {
        self.gifts_fen + self.offline_fen + self.redirected_in_fen - self.refunded_fen
    }

    /// Everything that payouts may yet use of the budget is what lies beyond this.
    pub fn used_or_out_fen(&self) -> i64 {
        self.paid_out_fen - self.returned_fen + self.pending_fen
    }

    /// How many fen have entered the stream, as far as it is rolled up.
    pub fn received_fen(&self) -> i64 {
        self.gifts_fen + self.offline_fen + self.offline_undone_fen + self.redirected_in_fen
    }

    /// How many fen have left the account and not come back: payouts, refunds, redirects, offline gifts that were undone.
    pub fn gone_fen(&self) -> i64 {
        self.paid_out_fen - self.returned_fen + self.refunded_fen + self.redirected_out_fen + self.offline_undone_fen
    }

    /// Gifts through the channel and outside it.
    pub fn all_gifts(&self) -> i64 {
        self.gifts + self.offline
    }

    pub fn in_account_fen(&self) -> i64 {
        self.raised_fen() - self.redirected_out_fen - self.with_implementer_fen() - self.spent_fen
    }

    /// In the account, and neither asked for nor being refunded.
    pub fn available_fen(&self) -> i64 {
        self.in_account_fen() - self.pending_fen - self.refunding_fen
    }

    pub fn with_implementer_fen(&self) -> i64 {
        self.paid_out_fen - self.returned_fen - self.spent_fen
    }
}

/// One project's money now, with what is not rolled up yet.
pub fn total(tx: &mut Tx, project_id: Id) -> Result<Total, Fault> {
    let mut total = moved(tx, project_id)?;
    for delta in waiting(tx)?.into_iter().filter(|d| d.project_id == project_id) {
        total.gifts += delta.gifts;
        total.gifts_fen += delta.amount_fen;
    }
    Ok(total)
}

/// One project's money as far as it is rolled up: gifts at most half a second behind, all other movements exact. One look-up.
pub fn moved(tx: &mut Tx, project_id: Id) -> Result<Total, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM fund WHERE project_id = ?1"), params![project_id])?;
    row.as_ref().map_or(Ok(Total::default()), Total::from_row)
}

impl Total {
    pub fn from_row(row: &Row) -> Result<Total, Fault> {
        Ok(Total {
            gifts: row.int("gifts")?,
            gifts_fen: row.int("gifts_fen")?,
            pending_fen: row.int("pending_fen")?,
            paid_out_fen: row.int("paid_out_fen")?,
            spent_fen: row.int("spent_fen")?,
            returned_fen: row.int("returned_fen")?,
            refunding_fen: row.int("refunding_fen")?,
            refunded_fen: row.int("refunded_fen")?,
            offline: row.int("offline")?,
            offline_fen: row.int("offline_fen")?,
            offline_undone_fen: row.int("offline_undone_fen")?,
            redirected_in_fen: row.int("redirected_in_fen")?,
            redirected_out_fen: row.int("redirected_out_fen")?,
        })
    }
}

/// The gifts that wait for their place in their projects' streams.
pub fn waiting_gifts(tx: &mut Tx) -> Result<Vec<TailGift>, Fault> {
    let mut gifts = Vec::new();
    for row in tx.query(sql("SELECT body FROM gift_tail ORDER BY batch_id"), params![])? {
        gifts.extend(decode_tail(&row.blob("body")?));
    }
    Ok(gifts)
}

/// The deltas that wait for the roll-up.
pub fn waiting(tx: &mut Tx) -> Result<Vec<Delta>, Fault> {
    let mut deltas = Vec::new();
    for row in tx.query(sql("SELECT body FROM gift_delta ORDER BY batch_id"), params![])? {
        deltas.extend(decode_deltas(&row.blob("body")?));
    }
    Ok(deltas)
}

/// Adds up to `batches` waiting deltas to `fund` and `channel_day`, and says how many batches there were.
/// Exact with any number of workers: whoever deletes a delta is the one who adds it. Runs under `write_batch`.
pub fn roll_up(tx: &mut Tx, batches: i64) -> Result<usize, Fault> {
    let rows = tx.query(
        sql("DELETE FROM gift_delta WHERE batch_id IN (SELECT batch_id FROM gift_delta ORDER BY batch_id LIMIT ?1) RETURNING body"),
        params![batches],
    )?;
    // Ordered maps: two workers touch the same rows in the same order and cannot deadlock.
    let mut projects: BTreeMap<Id, (i64, i64)> = BTreeMap::new();
    let mut days: BTreeMap<(Id, Day), (i64, i64)> = BTreeMap::new();
    for row in &rows {
        for delta in decode_deltas(&row.blob("body")?) {
            let project = projects.entry(delta.project_id).or_default();
            *project = (project.0 + delta.gifts, project.1 + delta.amount_fen);
            let day = days.entry((delta.recipient_id, delta.day)).or_default();
            *day = (day.0 + delta.gifts, day.1 + delta.amount_fen);
        }
    }
    let projects: Vec<i64> = projects.into_iter().flat_map(|(id, (gifts, fen))| [id, gifts, fen]).collect();
    tx.bulk_change(
        sql("WITH r (project_id, gifts, gifts_fen) AS (?rows) \
             INSERT INTO fund (project_id, gifts, gifts_fen, listed, listed_fen, pending_fen, paid_out_fen, spent_fen) \
             SELECT r.project_id, r.gifts, r.gifts_fen, 0, 0, 0, 0, 0 FROM r WHERE true \
             ON CONFLICT (project_id) DO UPDATE SET gifts = fund.gifts + excluded.gifts, gifts_fen = fund.gifts_fen + excluded.gifts_fen"),
        &projects,
        |_| Ok(()),
    )?;
    let days: Vec<i64> = days.into_iter().flat_map(|((id, day), (gifts, fen))| [id, day, gifts, fen]).collect();
    tx.bulk_change(
        sql("WITH r (organisation_id, day, gifts, gifts_fen) AS (?rows) \
             INSERT INTO channel_day (organisation_id, day, gifts, gifts_fen) \
             SELECT r.organisation_id, r.day, r.gifts, r.gifts_fen FROM r WHERE true \
             ON CONFLICT (organisation_id, day) DO UPDATE SET gifts = channel_day.gifts + excluded.gifts, gifts_fen = channel_day.gifts_fen + excluded.gifts_fen"),
        &days,
        |_| Ok(()),
    )?;
    Ok(rows.len())
}

const PROJECT_GIFT: BulkInsert = BulkInsert {
    table: "project_gift",
    columns: &[("project_id", Kind::Int), ("gift_id", Kind::Int), ("position", Kind::Int), ("before_fen", Kind::Int)],
};

/// Gives waiting gifts, about `gifts` of them, their places in their projects' streams, and says how many it were.
/// A place is given once and never changes; whoever deletes a tail is the one who lists it. Runs under `write_batch`.
pub fn list(tx: &mut Tx, gifts: usize) -> Result<usize, Fault> {
    let gifts = take_tails(tx, gifts)?;
    let groups: Vec<&[TailGift]> = gifts.chunk_by(|a, b| a.project_id == b.project_id).collect();
    let added: Vec<i64> = groups.iter().flat_map(|g| [g[0].project_id, length(g), sum(g)]).collect();
    let mut reached: HashMap<Id, (i64, i64)> = HashMap::with_capacity(groups.len());
    tx.bulk_change(
        sql("WITH r (project_id, listed, listed_fen) AS (?rows) \
             INSERT INTO fund (project_id, gifts, gifts_fen, listed, listed_fen, pending_fen, paid_out_fen, spent_fen) \
             SELECT r.project_id, 0, 0, r.listed, r.listed_fen, 0, 0, 0 FROM r WHERE true \
             ON CONFLICT (project_id) DO UPDATE SET listed = fund.listed + excluded.listed, listed_fen = fund.listed_fen + excluded.listed_fen \
             RETURNING project_id, listed, listed_fen"),
        &added,
        |row| {
            reached.insert(row.int(0)?, (row.int(1)?, row.int(2)?));
            Ok(())
        },
    )?;
    let mut values: Vec<Value> = Vec::with_capacity(gifts.len() * PROJECT_GIFT.columns.len());
    for group in groups {
        let (listed, listed_fen) = reached[&group[0].project_id];
        let (mut position, mut before_fen) = (listed - length(group), listed_fen - sum(group));
        for gift in group {
            position += 1;
            values.extend([gift.project_id.into(), gift.gift_id.into(), position.into(), before_fen.into()]);
            before_fen += gift.amount_fen;
        }
    }
    tx.bulk_insert(PROJECT_GIFT, &values)?;
    Ok(gifts.len())
}

/// Takes the oldest tails that together hold about `gifts` gifts, at least one; sorted by project, then by gift.
fn take_tails(tx: &mut Tx, gifts: usize) -> Result<Vec<TailGift>, Fault> {
    let mut room = i64::try_from(gifts).unwrap_or(i64::MAX);
    let mut last = 0;
    for row in
        tx.query(sql("SELECT batch_id, CAST(LENGTH(body) AS BIGINT) AS bytes FROM gift_tail ORDER BY batch_id LIMIT 1000"), params![])?
    {
        if room <= 0 {
            break;
        }
        room -= row.int("bytes")? / TAIL_BYTES as i64;
        last = row.int("batch_id")?;
    }
    let mut taken = Vec::new();
    for row in tx.query(sql("DELETE FROM gift_tail WHERE batch_id <= ?1 RETURNING body"), params![last])? {
        taken.extend(decode_tail(&row.blob("body")?));
    }
    taken.sort_unstable_by_key(|g| (g.project_id, g.gift_id));
    Ok(taken)
}

fn length(gifts: &[TailGift]) -> i64 {
    i64::try_from(gifts.len()).unwrap_or(i64::MAX)
}

fn sum(gifts: &[TailGift]) -> i64 {
    gifts.iter().map(|g| g.amount_fen).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let deltas = [
            Delta { project_id: 1, recipient_id: i64::MAX, day: -1, gifts: 2, amount_fen: 10 },
            Delta { project_id: 3, recipient_id: 4, day: 20_000, gifts: 1, amount_fen: i64::MAX },
        ];
        assert_eq!(decode_deltas(&encode_deltas(&deltas)).collect::<Vec<_>>(), deltas);
        let tail = [TailGift { project_id: 9, gift_id: 8, amount_fen: 7 }];
        assert_eq!(decode_tail(&encode_tail(&tail)).collect::<Vec<_>>(), tail);
    }
}
