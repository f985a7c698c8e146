//! The rows of refunds at the channel.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::day_of;
use crate::kernel::{Id, Micros};
use crate::web::parse_id;

use super::rules::RefundState;
use super::{NewRefund, Said};

/// One refund at the channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRefund {
    pub id: Id,
    /// 0: found, and no case is open yet.
    pub case_id: Id,
    pub organisation_id: Id,
    pub mchid: String,
    pub project_id: Id,
    pub gift_id: Id,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub out_refund_no: String,
    pub total_fen: i64,
    pub amount_fen: i64,
    pub state: RefundState,
    /// Made on the merchant platform.
    pub elsewhere: bool,
    pub accepted_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub next_query_at: Micros,
    pub queries: i64,
    pub detail: String,
    pub made_at: Micros,
}

fn read(row: &Row) -> Result<ChannelRefund, Fault> {
    let state = row.text("state")?;
    Ok(ChannelRefund {
        id: row.int("id")?,
        case_id: row.int("case_id")?,
        organisation_id: row.int("organisation_id")?,
        mchid: row.text("mchid")?,
        project_id: row.int("project_id")?,
        gift_id: row.int("gift_id")?,
        out_trade_no: row.text("out_trade_no")?,
        transaction_id: row.text("transaction_id")?,
        out_refund_no: row.text("out_refund_no")?,
        total_fen: row.int("total_fen")?,
        amount_fen: row.int("amount_fen")?,
        state: RefundState::from_word(&state).ok_or_else(|| Fault::inconsistent(format!("a refund has the unknown state {state}")))?,
        elsewhere: row.bool("elsewhere")?,
        accepted_at: row.opt_int("accepted_at")?,
        ended_at: row.opt_int("ended_at")?,
        next_query_at: row.int("next_query_at")?,
        queries: row.int("queries")?,
        detail: row.text("detail")?,
        made_at: row.int("made_at")?,
    })
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<ChannelRefund>, Fault> {
    tx.query_opt(
        sql("SELECT channel_refund.*, merchant.mchid FROM channel_refund JOIN merchant ON merchant.organisation_id = channel_refund.organisation_id \
             WHERE channel_refund.id = ?1"),
        params![id],
    )?
    .as_ref()
    .map(read)
    .transpose()
}

pub fn find_by_number(tx: &mut Tx, out_refund_no: &str) -> Result<Option<ChannelRefund>, Fault> {
    tx.query_opt(
        sql("SELECT channel_refund.*, merchant.mchid FROM channel_refund JOIN merchant ON merchant.organisation_id = channel_refund.organisation_id \
             WHERE channel_refund.out_refund_no = ?1"),
        params![out_refund_no],
    )?
    .as_ref()
    .map(read)
    .transpose()
}

/// Every refund of a case, the oldest first: more than one only after the channel had closed one.
pub fn of_case(tx: &mut Tx, case_id: Id) -> Result<Vec<ChannelRefund>, Fault> {
    tx.query(
        sql("SELECT channel_refund.*, merchant.mchid FROM channel_refund JOIN merchant ON merchant.organisation_id = channel_refund.organisation_id \
             WHERE channel_refund.case_id = ?1 ORDER BY channel_refund.id"),
        params![case_id],
    )?
    .iter()
    .map(read)
    .collect()
}

/// What of a gift was given back, in fen.
pub fn of_gift(tx: &mut Tx, gift_id: Id) -> Result<i64, Fault> {
    tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen FROM channel_refund WHERE gift_id = ?1 AND gift_id <> 0 AND state = 'done'"),
        params![gift_id],
    )?
    .int("fen")
}

pub fn insert(tx: &mut Tx, new: &NewRefund, out_refund_no: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO channel_refund (id, case_id, organisation_id, project_id, gift_id, out_trade_no, transaction_id, out_refund_no, \
                    total_fen, amount_fen, state, elsewhere, refund_id, next_query_at, queries, detail, made_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'waiting', 0, '', ?11, 0, '', ?11)"),
        params![
            new.id,
            new.case_id,
            new.organisation_id,
            new.project_id,
            new.gift_id,
            new.out_trade_no,
            new.transaction_id,
            out_refund_no,
            new.total_fen,
            new.amount_fen,
            now
        ],
    )
}

/// A refund that was made elsewhere. False: somebody else wrote it down.
pub fn insert_found(
    tx: &mut Tx,
    id: Id,
    organisation_id: Id,
    (gift_id, project_id): (Id, Id),
    said: &Said,
    now: Micros,
) -> Result<bool, Fault> {
    let new = tx.execute(
        sql("INSERT INTO channel_refund (id, case_id, organisation_id, project_id, gift_id, out_trade_no, transaction_id, out_refund_no, \
                    total_fen, amount_fen, state, elsewhere, refund_id, accepted_at, ended_at, next_query_at, queries, detail, made_at) \
             VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'found', 1, ?10, ?11, ?12, ?13, 0, '', ?13) ON CONFLICT (out_refund_no) DO NOTHING"),
        params![
            id,
            organisation_id,
            project_id,
            gift_id,
            said.out_trade_no.as_str(),
            said.transaction_id.as_str(),
            said.out_refund_no.as_str(),
            said.total_fen,
            said.refund_fen,
            said.refund_id.as_str(),
            said.accepted_at.or(said.ended_at),
            said.ended_at,
            now
        ],
    )?;
    Ok(new == 1)
}

/// Ties a refund that was found to its case. False: it has one.
pub fn tie(tx: &mut Tx, refund_id: Id, case_id: Id) -> Result<bool, Fault> {
    let changed = tx.execute(sql("UPDATE channel_refund SET case_id = ?2 WHERE id = ?1 AND case_id = 0"), params![refund_id, case_id])?;
    Ok(changed == 1)
}

/// Moves a refund from one state to the next. False: it is not in that state any more.
pub fn advance(
    tx: &mut Tx,
    id: Id,
    from: RefundState,
    to: RefundState,
    ended_at: Option<Micros>,
    next_query_at: Micros,
) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE channel_refund SET state = ?3, ended_at = ?4, next_query_at = ?5, queries = 0 WHERE id = ?1 AND state = ?2"),
        params![id, from.word(), to.word(), ended_at, next_query_at],
    )?;
    Ok(changed == 1)
}

/// What the channel has said about it once does not change: its own number, and when it took it in.
pub fn learn(tx: &mut Tx, id: Id, refund_id: &str, accepted_at: Option<Micros>) -> Result<(), Fault> {
    tx.execute_one(
        sql("UPDATE channel_refund SET refund_id = CASE WHEN refund_id = '' THEN ?2 ELSE refund_id END, accepted_at = COALESCE(accepted_at, ?3) WHERE id = ?1"),
        params![id, refund_id, accepted_at],
    )
}

pub fn remark(tx: &mut Tx, id: Id, detail: &str) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE channel_refund SET detail = ?2 WHERE id = ?1"), params![id, detail])
}

/// Refunds that the channel is to be asked about now. One that is done is asked about until the day of its acceptance is known:
/// that is the day of the bill on which it stands.
pub fn due(tx: &mut Tx, now: Micros, limit: i64) -> Result<Vec<ChannelRefund>, Fault> {
    tx.query(
        sql("SELECT channel_refund.*, merchant.mchid FROM channel_refund JOIN merchant ON merchant.organisation_id = channel_refund.organisation_id \
             WHERE channel_refund.next_query_at <= ?1 AND (channel_refund.state IN ('waiting', 'asked', 'abnormal') \
                OR (channel_refund.state = 'done' AND channel_refund.accepted_at IS NULL)) \
             ORDER BY channel_refund.next_query_at, channel_refund.id LIMIT ?2"),
        params![now, limit],
    )?
    .iter()
    .map(read)
    .collect()
}

/// Takes one up. False: another process has.
pub fn claim(tx: &mut Tx, refund: &ChannelRefund, next_query_at: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE channel_refund SET next_query_at = ?3, queries = queries + 1 WHERE id = ?1 AND next_query_at = ?2"),
        params![refund.id, refund.next_query_at, next_query_at],
    )?;
    Ok(changed == 1)
}

pub fn hurry(tx: &mut Tx, id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute(
        sql("UPDATE channel_refund SET next_query_at = ?2 WHERE id = ?1 AND next_query_at > ?2 AND state IN ('waiting', 'asked', 'abnormal')"),
        params![id, now],
    )
    .map(|_| ())
}

pub fn owner_of(tx: &mut Tx, mchid: &str) -> Result<Option<Id>, Fault> {
    tx.query_opt(sql("SELECT organisation_id FROM merchant WHERE mchid = ?1"), params![mchid])?
        .map(|row| row.int("organisation_id"))
        .transpose()
}

/// The gift and the project that a transaction paid, if it stands in the books.
pub fn gift_of_transaction(tx: &mut Tx, transaction_id: &str, out_trade_no: &str, organisation_id: Id) -> Result<Option<(Id, Id)>, Fault> {
    let row = tx.query_opt(
        sql("SELECT id, project_id FROM gift WHERE id = ?1 AND transaction_id = ?2 AND recipient_id = ?3"),
        params![parse_id(out_trade_no).unwrap_or(0), transaction_id, organisation_id],
    )?;
    row.map(|row| Ok((row.int("id")?, row.int("project_id")?))).transpose()
}

/// A day on which bill and ledger differed is compared again, because something that explains it has happened.
pub fn look_again(tx: &mut Tx, organisation_id: Id, at: Micros) -> Result<(), Fault> {
    tx.execute(
        sql("DELETE FROM bill_day WHERE organisation_id = ?1 AND day = ?2 AND state = 'differs'"),
        params![organisation_id, day_of(at)],
    )
    .map(|_| ())
}
