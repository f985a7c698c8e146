//! Every invariant of the books, verified from the rows. The same function runs in tests, in `huihai check` and on a timer.

use std::fmt;

use db::{Db, Fault, Tx, params, sql};
use ledger::{Account, Checker, Claimed, Code, Fact, GiftFacts, LineTotals, OrganisationTotals, PostingSum, ProjectTotals};
use money::Fen;

use crate::App;
use crate::kernel::{Id, Trouble, audit, hex, sha256};
use crate::offline;
use crate::organisations;
use crate::papers;
use crate::projects::disclosure;
use crate::projects::fund::{self, Total};
use crate::public_log;

use super::{check_refunds, check_stream};

/// Something that is not as it must be: a sentence with the ids to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding(pub String);

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was looked at, so that "clean" says how much was clean.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    pub gifts: i64,
    pub gifts_fen: i64,
    pub payouts: i64,
    pub expenses: i64,
    /// Refunds, returns, corrections, offline gifts, redirects.
    pub others: i64,
}

/// Verifies everything in one snapshot.
pub fn check(db: &Db) -> Result<(Looked, Vec<Finding>), Fault> {
    db.read(|tx| {
        let mut findings = Vec::new();
        let mut looked = Looked::default();
        let mut checker = Checker::new();
        gifts(tx, &mut checker, &mut looked)?;
        movements(tx, &mut checker, &mut looked)?;
        let claimed = claimed(tx)?;
        findings.extend(checker.findings(&claimed).into_iter().map(|f| Finding(f.to_string())));
        batches(tx, &mut findings)?;
        intents(tx, &mut findings)?;
        transactions(tx, &mut findings)?;
        places(tx, &mut findings)?;
        check_stream::stream(tx, &mut findings)?;
        check_refunds::refunds(tx, &mut findings)?;
        snapshots(tx, &mut findings)?;
        days(tx, &mut findings)?;
        findings.extend(crate::projects::check(tx)?.into_iter().map(Finding));
        findings.extend(organisations::check(tx)?.into_iter().map(Finding));
        findings.extend(disclosure::check(tx)?.into_iter().map(Finding));
        findings.extend(offline::check(tx)?.into_iter().map(Finding));
        findings.extend(audit::check(tx)?.into_iter().map(Finding));
        findings.extend(papers::check(tx)?.into_iter().map(Finding));
        findings.extend(public_log::check(tx)?.into_iter().map(Finding));
        Ok((looked, findings))
    })
}

/// How many rows each area has beside the money, so that "clean" says how much was clean.
pub fn areas(tx: &mut Tx) -> Result<Vec<(&'static str, i64)>, Fault> {
    let row = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM project) AS projects, (SELECT COUNT(*) FROM organisation) AS organisations, \
                    (SELECT COUNT(*) FROM disclosure) AS disclosures, (SELECT COUNT(*) FROM complaint) AS complaints, \
                    (SELECT COUNT(*) FROM appeal) AS appeals, (SELECT COUNT(*) FROM bill_day) AS bill_days, \
                    (SELECT COUNT(*) FROM file) AS files, (SELECT COUNT(*) FROM audit) AS audit_entries, (SELECT COUNT(*) FROM public_entry) AS public_entries"),
        params![],
    )?;
    ["projects", "organisations", "disclosures", "complaints", "appeals", "bill_days", "files", "audit_entries", "public_entries"]
        .into_iter()
        .map(|area| Ok((area, row.int(area)?)))
        .collect()
}

/// Gifts are read in slices, so that fifty million of them need no more memory than a thousand.
const SLICE: i64 = 20_000;

fn gifts(tx: &mut Tx, checker: &mut Checker, looked: &mut Looked) -> Result<(), Fault> {
    let mut after: Id = 0;
    loop {
        let rows = tx.query(
            sql("SELECT id, recipient_id, project_id, amount_fen FROM gift WHERE id > ?1 ORDER BY id LIMIT ?2"),
            params![after, SLICE],
        )?;
        for row in &rows {
            after = row.int("id")?;
            let amount = Fen(row.int("amount_fen")?);
            looked.gifts += 1;
            looked.gifts_fen += amount.0;
            checker.take(&Fact::Gift { id: after, organisation: row.int("recipient_id")?, project: row.int("project_id")?, amount });
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// Every movement besides gifts in its turn: as they happened, whatever a machine's clock said. A payout that was refused is
/// told when it was asked for, one that was paid when it was paid, one that is open last.
fn movements(tx: &mut Tx, checker: &mut Checker, looked: &mut Looked) -> Result<(), Fault> {
    let mut facts = Vec::new();
    for row in tx.query(
        sql("SELECT payout.id, payout.project_id, payout.state, payout.amount_fen, payout.requested_by, payout.first_by, payout.second_by, \
             transfer.made_turn, transfer.settled_turn FROM payout LEFT JOIN transfer ON transfer.code = 3 AND transfer.fact_id = payout.id ORDER BY payout.id"),
        params![],
    )? {
        let id = row.int("id")?;
        looked.payouts += 1;
        let (project, amount, requested_by) = (row.int("project_id")?, Fen(row.int("amount_fen")?), row.int("requested_by")?);
        let state = row.text("state")?;
        let turn = row.opt_int(if state == "refused" { "made_turn" } else { "settled_turn" })?.unwrap_or(i64::MAX);
        facts.push((turn, Fact::PayoutRequested { id, project, amount, requested_by }));
        match state.as_str() {
            "paid" => {
                let approved_by = [row.opt_int("first_by")?.unwrap_or(0), row.opt_int("second_by")?.unwrap_or(0)];
                facts.push((turn, Fact::PayoutPosted { id, approved_by }));
            }
            "refused" => facts.push((turn, Fact::PayoutVoided { id })),
            _ => {}
        }
    }
    for row in tx.query(
        sql("SELECT expense.id, expense.project_id, expense.budget_line_id, expense.amount_fen, budget_line.project_id AS line_project, transfer.made_turn \
             FROM expense LEFT JOIN budget_line ON budget_line.id = expense.budget_line_id \
             LEFT JOIN transfer ON transfer.code = 4 AND transfer.fact_id = expense.id ORDER BY expense.id"),
        params![],
    )? {
        looked.expenses += 1;
        let (id, project, budget_line) = (row.int("id")?, row.int("project_id")?, row.int("budget_line_id")?);
        let (line_project, amount) = (row.opt_int("line_project")?, Fen(row.int("amount_fen")?));
        facts.push((row.opt_int("made_turn")?.unwrap_or(i64::MAX), Fact::Expense { id, project, budget_line, line_project, amount }));
    }
    for row in tx.query(
        sql("SELECT transfer.code, transfer.fact_id, transfer.about_id, transfer.debit_owner, transfer.credit_owner, transfer.amount_fen, transfer.settled_turn, \
             gift.recipient_id, gift.project_id, gift.amount_fen AS gift_fen FROM transfer LEFT JOIN gift ON gift.id = transfer.about_id AND transfer.code = 2 \
             WHERE transfer.code NOT IN (3, 4) AND transfer.state = 'posted' ORDER BY transfer.settled_turn"),
        params![],
    )? {
        looked.others += 1;
        let (id, of, amount) = (row.int("fact_id")?, row.int("about_id")?, Fen(row.int("amount_fen")?));
        let (debit, credit) = (row.int("debit_owner")?, row.int("credit_owner")?);
        let fact = match row.int("code")? {
            2 => {
                let gift_facts = match (row.opt_int("recipient_id")?, row.opt_int("project_id")?, row.opt_int("gift_fen")?) {
                    (Some(organisation), Some(project), Some(fen)) => Some(GiftFacts { organisation, project, amount: Fen(fen) }),
                    _ => None,
                };
                Fact::Refund { id, organisation: credit, project: debit, amount, gift: of, gift_facts }
            }
            5 => Fact::PayoutReturn { id, project: debit, amount },
            6 => Fact::Correction { id, of },
            7 => Fact::OfflineGift { id, organisation: debit, project: credit, amount },
            8 => Fact::Redirect { id, from: debit, to: credit, amount },
            other => return Err(Fault::inconsistent(format!("transfer of {id} has code {other}, which nobody knows"))),
        };
        facts.push((row.opt_int("settled_turn")?.unwrap_or(i64::MAX), fact));
    }
    // Stable: each request stays before its decision.
    facts.sort_by_key(|(turn, _)| *turn);
    for (_, fact) in &facts {
        checker.take(fact);
    }
    Ok(())
}

/// The folds as stored, with what waits for the roll-up added.
fn claimed(tx: &mut Tx) -> Result<Claimed, Fault> {
    let mut claimed = Claimed::default();
    for row in tx.query(sql("SELECT * FROM fund ORDER BY project_id"), params![])? {
        let total = Total::from_row(&row)?;
        claimed.projects.insert(
            row.int("project_id")?,
            ProjectTotals {
                gift_count: total.gifts,
                gifts: Fen(total.gifts_fen),
                refunds: Fen(total.refunded_fen),
                pending_payouts: Fen(total.pending_fen),
                paid_out: Fen(total.paid_out_fen),
                returned: Fen(total.returned_fen),
                spent: Fen(total.spent_fen),
                offline_count: total.offline,
                offline: Fen(total.offline_fen),
                redirected_in: Fen(total.redirected_in_fen),
                redirected_out: Fen(total.redirected_out_fen),
            },
        );
    }
    for row in tx.query(
        sql("SELECT organisation_id, CAST(SUM(gifts) AS BIGINT) AS gifts, CAST(SUM(gifts_fen) AS BIGINT) AS gifts_fen, \
             CAST(SUM(refunds) AS BIGINT) AS refunds, CAST(SUM(refunds_fen) AS BIGINT) AS refunds_fen FROM channel_day GROUP BY organisation_id ORDER BY organisation_id"),
        params![],
    )? {
        claimed.organisations.insert(
            row.int("organisation_id")?,
            OrganisationTotals {
                gift_count: row.int("gifts")?,
                gifts: Fen(row.int("gifts_fen")?),
                refund_count: row.int("refunds")?,
                refunds: Fen(row.int("refunds_fen")?),
            },
        );
    }
    for delta in fund::waiting(tx)? {
        let project = claimed.projects.entry(delta.project_id).or_default();
        project.gift_count += delta.gifts;
        project.gifts.0 += delta.amount_fen;
        let organisation = claimed.organisations.entry(delta.recipient_id).or_default();
        organisation.gift_count += delta.gifts;
        organisation.gifts.0 += delta.amount_fen;
    }
    for row in tx.query(sql("SELECT id, spent_fen FROM budget_line ORDER BY id"), params![])? {
        claimed.lines.insert(row.int("id")?, LineTotals { spent: Fen(row.int("spent_fen")?) });
    }
    let mut sums = Vec::new();
    for row in tx.query(
        sql("SELECT code, account_kind, owner_id, CAST(SUM(amount_fen) AS BIGINT) AS amount_fen FROM posting GROUP BY code, account_kind, owner_id ORDER BY code, account_kind, owner_id"),
        params![],
    )? {
        let (code, kind) = (row.int("code")?, row.int("account_kind")?);
        match (Code::from_number(code), Account::from_stored(kind, row.int("owner_id")?)) {
            (Some(code), Some(account)) => sums.push(PostingSum { code, account, amount_fen: Fen(row.int("amount_fen")?) }),
            _ => return Err(Fault::inconsistent(format!("a posting has code {code} and account kind {kind}, which nobody knows"))),
        }
    }
    claimed.postings = Some(sums);
    Ok(claimed)
}

fn batches(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let row = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(gifts) AS BIGINT), 0) AS gifts, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS amount_fen, \
             (SELECT COUNT(*) FROM gift) AS counted, (SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) FROM gift) AS summed FROM gift_batch"),
        params![],
    )?;
    let (gifts, counted, amount, summed) = (row.int("gifts")?, row.int("counted")?, row.int("amount_fen")?, row.int("summed")?);
    if (gifts, amount) != (counted, summed) {
        findings.push(Finding(format!("the batches say {gifts} gifts of {amount} fen, the gifts are {counted} of {summed} fen")));
    }
    Ok(())
}

/// One transaction of the channel is one gift.
fn transactions(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT transaction_id, COUNT(*) AS gifts FROM gift GROUP BY transaction_id HAVING COUNT(*) > 1 ORDER BY transaction_id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("transaction {} stands in the books as {} gifts", row.text("transaction_id")?, row.int("gifts")?)));
    }
    Ok(())
}

/// Each gift must say what its intent said.
fn intents(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT gift.id FROM gift LEFT JOIN gift_intent ON gift_intent.id = gift.id AND gift_intent.amount_fen = gift.amount_fen \
             AND gift_intent.project_id = gift.project_id AND gift_intent.recipient_id = gift.recipient_id AND gift_intent.donor_id = gift.donor_id \
             WHERE gift_intent.id IS NULL ORDER BY gift.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("gift {} differs from its intent, or has none", row.int("id")?)));
    }
    Ok(())
}

/// Places in a project's stream: as many as listed gifts, each beginning where the one before it ends.
fn places(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT fund.project_id FROM fund LEFT JOIN project_gift ON project_gift.project_id = fund.project_id LEFT JOIN gift ON gift.id = project_gift.gift_id \
             LEFT JOIN transfer ON transfer.fact_id = project_gift.gift_id AND transfer.code IN (7, 8) \
             GROUP BY fund.project_id, fund.listed, fund.listed_fen \
             HAVING fund.listed <> COUNT(gift.id) + COUNT(transfer.id) OR fund.listed_fen <> COALESCE(SUM(gift.amount_fen), 0) + COALESCE(SUM(transfer.amount_fen), 0) ORDER BY fund.project_id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("the gifts listed for project {} are not as many as its fund says", row.int("project_id")?)));
    }
    for row in tx.query(
        sql("SELECT placed.project_id, placed.gift_id FROM (SELECT project_gift.project_id, project_gift.gift_id, project_gift.position, project_gift.before_fen, \
                    ROW_NUMBER() OVER stream AS nth, COALESCE(LAG(project_gift.before_fen + COALESCE(gift.amount_fen, transfer.amount_fen)) OVER stream, 0) AS reached_fen \
             FROM project_gift LEFT JOIN gift ON gift.id = project_gift.gift_id \
             LEFT JOIN transfer ON transfer.fact_id = project_gift.gift_id AND transfer.code IN (7, 8) WINDOW stream AS (PARTITION BY project_gift.project_id ORDER BY project_gift.position)) AS placed \
             WHERE placed.position <> placed.nth OR placed.before_fen <> placed.reached_fen ORDER BY placed.project_id, placed.gift_id LIMIT 100"),
        params![],
    )? {
        let (gift, project) = (row.int("gift_id")?, row.int("project_id")?);
        findings.push(Finding(format!("gift {gift} does not begin where the gift before it ends in the stream of project {project}")));
    }
    let row = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM gift) + (SELECT COUNT(*) FROM transfer WHERE code IN (7, 8)) AS gifts, (SELECT COUNT(*) FROM project_gift) AS places"),
        params![],
    )?;
    let mut waiting = 0;
    for tail in tx.query(sql("SELECT body FROM gift_tail ORDER BY batch_id"), params![])? {
        waiting += fund::tail_length(&tail.blob("body")?);
    }
    if row.int("gifts")? != row.int("places")? + waiting {
        findings.push(Finding(format!(
            "{} gifts and redirects, but {} places and {waiting} waiting for one",
            row.int("gifts")?,
            row.int("places")?
        )));
    }
    Ok(())
}

/// What the public page says about each day must be what the gifts say.
fn days(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    // (gifts, fen, refunds, fen)
    let mut claimed: std::collections::BTreeMap<(Id, i64), [i64; 4]> = std::collections::BTreeMap::new();
    for row in tx.query(sql("SELECT * FROM channel_day ORDER BY organisation_id, day"), params![])? {
        let said = [row.int("gifts")?, row.int("gifts_fen")?, row.int("refunds")?, row.int("refunds_fen")?];
        claimed.insert((row.int("organisation_id")?, row.int("day")?), said);
    }
    for delta in fund::waiting(tx)? {
        let day = claimed.entry((delta.recipient_id, delta.day)).or_default();
        (day[0], day[1]) = (day[0] + delta.gifts, day[1] + delta.amount_fen);
    }
    // 28 800 000 000 µs is the offset of Shanghai, 86 400 000 000 µs a day. Every gift is later than 1970.
    for row in tx.query(
        sql("SELECT organisation_id, day, CAST(SUM(gifts) AS BIGINT) AS gifts, CAST(SUM(gifts_fen) AS BIGINT) AS gifts_fen, \
             CAST(SUM(refunds) AS BIGINT) AS refunds, CAST(SUM(refunds_fen) AS BIGINT) AS refunds_fen FROM \
             (SELECT recipient_id AS organisation_id, (paid_at + 28800000000) / 86400000000 AS day, COUNT(*) AS gifts, SUM(amount_fen) AS gifts_fen, \
                     0 AS refunds, 0 AS refunds_fen FROM gift GROUP BY recipient_id, (paid_at + 28800000000) / 86400000000 \
              UNION ALL \
              SELECT credit_owner, (settled_at + 28800000000) / 86400000000, 0, 0, COUNT(*), SUM(amount_fen) FROM transfer \
              WHERE code = 2 AND state = 'posted' GROUP BY credit_owner, (settled_at + 28800000000) / 86400000000) AS counted \
             GROUP BY organisation_id, day ORDER BY organisation_id, day"),
        params![],
    )? {
        let key = (row.int("organisation_id")?, row.int("day")?);
        let counted = [row.int("gifts")?, row.int("gifts_fen")?, row.int("refunds")?, row.int("refunds_fen")?];
        let said = claimed.remove(&key).unwrap_or_default();
        if said != counted {
            findings.push(Finding(format!("organisation {} on day {}: the fold says {said:?}, the gifts {counted:?}", key.0, key.1)));
        }
    }
    findings.extend(
        claimed
            .into_iter()
            .filter(|(_, v)| *v != [0; 4])
            .map(|((o, d), v)| Finding(format!("organisation {o} on day {d}: the fold says {v:?}, and there are no gifts"))),
    );
    Ok(())
}

/// What the calmer showed is there for every gift, and is what its hash says.
fn snapshots(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT gift.id FROM gift JOIN gift_intent ON gift_intent.id = gift.id LEFT JOIN calmer_snapshot ON calmer_snapshot.hash = gift_intent.snapshot_hash \
             WHERE calmer_snapshot.hash IS NULL ORDER BY gift.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("what the calmer showed for gift {} is not kept", row.int("id")?)));
    }
    let mut after = Vec::new();
    loop {
        let rows =
            tx.query(sql("SELECT hash, body FROM calmer_snapshot WHERE hash > ?1 ORDER BY hash LIMIT 1000"), params![after.as_slice()])?;
        for row in &rows {
            after = row.blob("hash")?;
            if sha256(row.text("body")?.as_bytes()).as_slice() != after.as_slice() {
                findings.push(Finding(format!("a snapshot of the calmer does not fit its hash {}", hex(&after))));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// The timer: findings are logged for a person, and stop new intents until they are gone.
pub fn watch(app: &App) -> Result<(), Trouble> {
    let (_, findings) = check(&app.db)?;
    for finding in &findings {
        tracing::error!(%finding, "THE BOOKS DO NOT AGREE; new gifts are stopped, confirmations are still recorded");
    }
    app.settlement.set_alarm(!findings.is_empty());
    Ok(())
}
