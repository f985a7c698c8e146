//! One group commit: confirmations in, verdicts out, in one transaction. The channel is answered only after it.

use std::collections::{BTreeMap, HashMap};

use db::{BulkInsert, Db, Fault, Kind, Tx, Value, params, sql};

use crate::kernel::civil::day_of;
use crate::kernel::{Id, Micros};
use crate::projects::fund::{self, Delta, TailGift};
use crate::public_log::gifts::{self as log, Told};
use crate::web::parse_id;

use super::model::{Confirmation, Hold, KnownIntent, Verdict};
use super::rules;

/// What a batch needs besides the confirmations: its ids and its time, made before the transaction so that a retry
/// writes the same rows.
pub struct Stamp {
    pub batch_id: Id,
    pub entry_id: Id,
    /// Of the keys of what the log holds of the gifts; none when the log is told nothing, to measure what telling it costs.
    pub log_seed: Option<openbook::Key>,
    /// One id for each confirmation that may have to be held.
    pub hold_ids: Vec<Id>,
    pub now: Micros,
}

const GIFT: BulkInsert = BulkInsert {
    table: "gift",
    columns: &[
        ("id", Kind::Int),
        ("project_id", Kind::Int),
        ("recipient_id", Kind::Int),
        ("donor_id", Kind::Int),
        ("amount_fen", Kind::Int),
        ("paid_at", Kind::Int),
        ("batch_id", Kind::Int),
        ("transaction_id", Kind::Text),
    ],
};

/// Takes confirmations into the books. The verdicts stand in the order of the confirmations.
///
/// Two processes may carry the same gift at once: both see no gift, both insert, and the unique key lets one through;
/// `write_batch` runs the other again, which then finds the gift recorded.
pub fn settle(db: &Db, confirmations: &[Confirmation], stamp: &Stamp) -> Result<Vec<Verdict>, Fault> {
    // Sorted by gift: the index grows at its end, and two processes lock in the same order.
    let mut order: Vec<(Id, usize)> = confirmations.iter().enumerate().map(|(i, c)| (parse_id(&c.out_trade_no).unwrap_or(0), i)).collect();
    order.sort_unstable();
    db.write_batch(|tx| {
        let known = known_intents(tx, &order)?;
        let merchants = merchants(tx, &known)?;
        let mut verdicts = vec![Verdict::AlreadyRecorded; confirmations.len()];
        let mut rows: Vec<Value> = Vec::with_capacity(confirmations.len() * GIFT.columns.len());
        let mut sums = Sums::default();
        let mut last: Option<(Id, &str)> = None;
        for &(id, at) in &order {
            let said = &confirmations[at];
            let mut intent = known.get(&id).cloned();
            if let (Some(intent), Some((last_id, transaction))) = (&mut intent, last)
                && last_id == id
            {
                intent.recorded_as = Some(transaction.to_owned());
            }
            let mchid = intent.as_ref().and_then(|i| merchants.get(&i.recipient_id)).map(String::as_str);
            verdicts[at] = rules::decide(said, intent.as_ref(), mchid, stamp.now);
            match (verdicts[at], intent) {
                (Verdict::Recorded, Some(intent)) => {
                    last = Some((id, &said.transaction_id));
                    sums.add(&intent, said);
                    rows.extend([
                        id.into(),
                        intent.project_id.into(),
                        intent.recipient_id.into(),
                        intent.donor_id.into(),
                        said.amount_fen.into(),
                        said.paid_at.into(),
                        stamp.batch_id.into(),
                        said.transaction_id.as_str().into(),
                    ]);
                }
                (Verdict::Held(hold), _) => hold_for_a_person(tx, stamp.hold_ids[at], hold, said, stamp.now)?,
                _ => {}
            }
        }
        if !sums.tail.is_empty() {
            tx.bulk_insert(GIFT, &rows)?;
            sums.store(tx, stamp)?;
        }
        Ok(verdicts)
    })
}

fn known_intents(tx: &mut Tx, order: &[(Id, usize)]) -> Result<HashMap<Id, KnownIntent>, Fault> {
    let mut ids: Vec<Id> = order.iter().map(|(id, _)| *id).filter(|id| *id > 0).collect();
    ids.dedup();
    let mut known = HashMap::with_capacity(ids.len());
    tx.bulk_find(
        sql("SELECT gift_intent.id, gift_intent.project_id, gift_intent.recipient_id, gift_intent.donor_id, gift_intent.amount_fen, gift_intent.snapshot_hash, \
                    gift.transaction_id \
             FROM gift_intent LEFT JOIN gift ON gift.id = gift_intent.id WHERE gift_intent.id IN (?ids)"),
        &ids,
        |row| {
            let intent = KnownIntent {
                id: row.int(0)?,
                project_id: row.int(1)?,
                recipient_id: row.int(2)?,
                donor_id: row.int(3)?,
                amount_fen: row.int(4)?,
                calmer_sha256: row.blob(5)?.try_into().map_err(|_| Fault::inconsistent("an intent does not say what the calmer showed"))?,
                recorded_as: row.opt_text(6)?.map(str::to_owned),
            };
            known.insert(intent.id, intent);
            Ok(())
        },
    )?;
    Ok(known)
}

fn merchants(tx: &mut Tx, known: &HashMap<Id, KnownIntent>) -> Result<HashMap<Id, String>, Fault> {
    let mut ids: Vec<Id> = known.values().map(|k| k.recipient_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut merchants = HashMap::with_capacity(ids.len());
    tx.bulk_find(sql("SELECT organisation_id, mchid FROM merchant WHERE organisation_id IN (?ids)"), &ids, |row| {
        merchants.insert(row.int(0)?, row.text(1)?.to_owned());
        Ok(())
    })?;
    Ok(merchants)
}

/// Keeps a confirmation that does not fit. Repeating it changes nothing.
fn hold_for_a_person(tx: &mut Tx, id: Id, hold: Hold, said: &Confirmation, now: Micros) -> Result<(), Fault> {
    let new = tx.execute(
        sql("INSERT INTO held_notification (id, reason, out_trade_no, transaction_id, mchid, amount_fen, currency, paid_at, received_at, resolution) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '') ON CONFLICT (reason, out_trade_no, transaction_id) DO NOTHING"),
        params![
            id,
            hold.word(),
            said.out_trade_no.as_str(),
            said.transaction_id.as_str(),
            said.mchid.as_str(),
            said.amount_fen,
            said.currency.as_str(),
            said.paid_at,
            now
        ],
    )?;
    if new == 1 {
        tracing::warn!(
            reason = hold.word(),
            out_trade_no = said.out_trade_no,
            amount_fen = said.amount_fen,
            "a confirmation is held for a person"
        );
    }
    Ok(())
}

/// Holds a second payment of one order that only the bill tells of: the order's number asks for the first one.
pub fn hold_second(tx: &mut Tx, id: Id, said: &Confirmation, now: Micros) -> Result<(), Fault> {
    hold_for_a_person(tx, id, Hold::OtherTransaction, said, now)
}

/// Holds a refund notification that nobody asked for; acknowledged, and left to a person.
pub fn hold_refund(db: &Db, id: Id, said: &Confirmation, now: Micros) -> Result<(), Fault> {
    db.write(|tx| hold_for_a_person(tx, id, Hold::UnexpectedRefund, said, now))
}

/// The sums of one batch, folded while its rows are written.
#[derive(Default)]
struct Sums {
    deltas: BTreeMap<(Id, Id, i64), (i64, i64)>,
    tail: Vec<TailGift>,
    told: Vec<Told>,
    amount_fen: i64,
}

impl Sums {
    fn add(&mut self, intent: &KnownIntent, said: &Confirmation) {
        let delta = self.deltas.entry((intent.project_id, intent.recipient_id, day_of(said.paid_at))).or_default();
        *delta = (delta.0 + 1, delta.1 + said.amount_fen);
        self.tail.push(TailGift { project_id: intent.project_id, gift_id: intent.id, amount_fen: said.amount_fen });
        self.told.push(Told {
            gift_id: intent.id,
            project_id: intent.project_id,
            amount_fen: said.amount_fen,
            paid_at: said.paid_at,
            calmer_sha256: intent.calmer_sha256,
        });
        self.amount_fen += said.amount_fen;
    }

    fn store(&self, tx: &mut Tx, stamp: &Stamp) -> Result<(), Fault> {
        let gifts = i64::try_from(self.tail.len()).unwrap_or(i64::MAX);
        let deltas: Vec<Delta> = self
            .deltas
            .iter()
            .map(|(&(project_id, recipient_id, day), &(gifts, amount_fen))| Delta { project_id, recipient_id, day, gifts, amount_fen })
            .collect();
        tx.execute_one(
            sql("INSERT INTO gift_batch (id, gifts, amount_fen, committed_at) VALUES (?1, ?2, ?3, ?4)"),
            params![stamp.batch_id, gifts, self.amount_fen, stamp.now],
        )?;
        tx.execute_one(
            sql("INSERT INTO gift_delta (batch_id, body) VALUES (?1, ?2)"),
            params![stamp.batch_id, fund::encode_deltas(&deltas)],
        )?;
        tx.execute_one(
            sql("INSERT INTO gift_tail (batch_id, body) VALUES (?1, ?2)"),
            params![stamp.batch_id, fund::encode_tail(&self.tail)],
        )?;
        match stamp.log_seed {
            Some(seed) => log::tell(tx, stamp.batch_id, stamp.entry_id, seed, &self.told, stamp.now),
            None => Ok(()),
        }
    }
}
