//! Every invariant of the books, verified from the rows. The same function runs in tests, in `huihai check` and on a timer.

use std::fmt;

use db::{Db, Fault, Tx, params, sql};
use ledger::{Account, Checker, Claimed, Code, Fact, LineTotals, OrganisationTotals, PostingSum, ProjectTotals};
use money::Fen;

use crate::App;
use crate::kernel::{Id, Trouble, audit, hex, sha256};
use crate::projects::fund;

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
        spending(tx, &mut findings)?;
        snapshots(tx, &mut findings)?;
        days(tx, &mut findings)?;
        disclosures(tx, &mut findings)?;
        findings.extend(audit::check(tx)?.into_iter().map(Finding));
        Ok((looked, findings))
    })
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

/// Payouts and expenses, refused payouts first, then paid ones, open ones, expenses. Not in the order of time: a machine's
/// clock may be put back, and what was right when it was done must not look wrong afterwards. In this order guarded
/// accounts stay at or above zero whenever they did so in the order in which things happened.
fn movements(tx: &mut Tx, checker: &mut Checker, looked: &mut Looked) -> Result<(), Fault> {
    let mut facts = Vec::new();
    for row in tx.query(
        sql("SELECT payout.id, payout.project_id, payout.state, payout.amount_fen, payout.requested_by, \
                    payout.first_by, payout.second_by FROM payout ORDER BY payout.id"),
        params![],
    )? {
        let id = row.int("id")?;
        looked.payouts += 1;
        let (project, amount, requested_by) = (row.int("project_id")?, Fen(row.int("amount_fen")?), row.int("requested_by")?);
        let state = row.text("state")?;
        let rank = ["refused", "paid"].iter().position(|s| *s == state).unwrap_or(2);
        facts.push((rank, Fact::PayoutRequested { id, project, amount, requested_by }));
        match state.as_str() {
            "paid" => {
                let approved_by = [row.opt_int("first_by")?.unwrap_or(0), row.opt_int("second_by")?.unwrap_or(0)];
                facts.push((rank, Fact::PayoutPosted { id, approved_by }));
            }
            "refused" => facts.push((rank, Fact::PayoutVoided { id })),
            _ => {}
        }
    }
    for row in tx.query(
        sql("SELECT expense.id, expense.project_id, expense.budget_line_id, expense.amount_fen, budget_line.project_id AS line_project \
             FROM expense LEFT JOIN budget_line ON budget_line.id = expense.budget_line_id ORDER BY expense.id"),
        params![],
    )? {
        looked.expenses += 1;
        facts.push((
            3,
            Fact::Expense {
                id: row.int("id")?,
                project: row.int("project_id")?,
                budget_line: row.int("budget_line_id")?,
                line_project: row.opt_int("line_project")?,
                amount: Fen(row.int("amount_fen")?),
            },
        ));
    }
    // Stable: within a rank the order of ids, and each request before its decision.
    facts.sort_by_key(|(rank, _)| *rank);
    for (_, fact) in &facts {
        checker.take(fact);
    }
    Ok(())
}

/// The folds as stored, with what waits for the roll-up added.
fn claimed(tx: &mut Tx) -> Result<Claimed, Fault> {
    let mut claimed = Claimed::default();
    for row in tx.query(sql("SELECT project_id, gifts, gifts_fen, pending_fen, paid_out_fen FROM fund ORDER BY project_id"), params![])? {
        claimed.projects.insert(
            row.int("project_id")?,
            ProjectTotals {
                gift_count: row.int("gifts")?,
                gifts: Fen(row.int("gifts_fen")?),
                pending_payouts: Fen(row.int("pending_fen")?),
                paid_out: Fen(row.int("paid_out_fen")?),
                ..ProjectTotals::default()
            },
        );
    }
    for row in tx.query(
        sql("SELECT organisation_id, CAST(SUM(gifts) AS BIGINT) AS gifts, CAST(SUM(gifts_fen) AS BIGINT) AS gifts_fen FROM channel_day GROUP BY organisation_id ORDER BY organisation_id"),
        params![],
    )? {
        claimed.organisations.insert(
            row.int("organisation_id")?,
            OrganisationTotals { gift_count: row.int("gifts")?, gifts: Fen(row.int("gifts_fen")?), ..OrganisationTotals::default() },
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
             GROUP BY fund.project_id, fund.listed, fund.listed_fen \
             HAVING fund.listed <> COUNT(gift.id) OR fund.listed_fen <> COALESCE(SUM(gift.amount_fen), 0) ORDER BY fund.project_id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("the gifts listed for project {} are not as many as its fund says", row.int("project_id")?)));
    }
    for row in tx.query(
        sql("SELECT placed.project_id, placed.gift_id FROM (SELECT project_gift.project_id, project_gift.gift_id, project_gift.position, project_gift.before_fen, \
                    ROW_NUMBER() OVER stream AS nth, COALESCE(LAG(project_gift.before_fen + gift.amount_fen) OVER stream, 0) AS reached_fen \
             FROM project_gift JOIN gift ON gift.id = project_gift.gift_id WINDOW stream AS (PARTITION BY project_gift.project_id ORDER BY project_gift.position)) AS placed \
             WHERE placed.position <> placed.nth OR placed.before_fen <> placed.reached_fen ORDER BY placed.project_id, placed.gift_id LIMIT 100"),
        params![],
    )? {
        let (gift, project) = (row.int("gift_id")?, row.int("project_id")?);
        findings.push(Finding(format!("gift {gift} does not begin where the gift before it ends in the stream of project {project}")));
    }
    let row = tx.query_one(sql("SELECT (SELECT COUNT(*) FROM gift) AS gifts, (SELECT COUNT(*) FROM project_gift) AS places"), params![])?;
    let mut waiting = 0;
    for tail in tx.query(sql("SELECT body FROM gift_tail ORDER BY batch_id"), params![])? {
        waiting += fund::tail_length(&tail.blob("body")?);
    }
    if row.int("gifts")? != row.int("places")? + waiting {
        findings.push(Finding(format!("{} gifts, but {} places and {waiting} waiting for one", row.int("gifts")?, row.int("places")?)));
    }
    Ok(())
}

/// What the public page says about each day must be what the gifts say.
fn days(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let mut claimed: std::collections::BTreeMap<(Id, i64), (i64, i64)> = std::collections::BTreeMap::new();
    for row in tx.query(sql("SELECT organisation_id, day, gifts, gifts_fen FROM channel_day ORDER BY organisation_id, day"), params![])? {
        claimed.insert((row.int("organisation_id")?, row.int("day")?), (row.int("gifts")?, row.int("gifts_fen")?));
    }
    for delta in fund::waiting(tx)? {
        let day = claimed.entry((delta.recipient_id, delta.day)).or_default();
        *day = (day.0 + delta.gifts, day.1 + delta.amount_fen);
    }
    // 28 800 000 000 µs is the offset of Shanghai, 86 400 000 000 µs a day. Every gift is later than 1970.
    for row in tx.query(
        sql("SELECT recipient_id, (paid_at + 28800000000) / 86400000000 AS day, COUNT(*) AS gifts, CAST(SUM(amount_fen) AS BIGINT) AS gifts_fen \
             FROM gift GROUP BY recipient_id, (paid_at + 28800000000) / 86400000000 ORDER BY 1, 2"),
        params![],
    )? {
        let key = (row.int("recipient_id")?, row.int("day")?);
        let counted = (row.int("gifts")?, row.int("gifts_fen")?);
        let said = claimed.remove(&key).unwrap_or_default();
        if said != counted {
            findings.push(Finding(format!("organisation {} on day {}: the fold says {said:?}, the gifts {counted:?}", key.0, key.1)));
        }
    }
    findings.extend(
        claimed
            .into_iter()
            .filter(|(_, v)| *v != (0, 0))
            .map(|((o, d), v)| Finding(format!("organisation {o} on day {d}: the fold says {v:?}, and there are no gifts"))),
    );
    Ok(())
}

/// Disclosures follow one another in days and in money.
fn disclosures(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    let mut last: Option<(Id, i64, i64)> = None;
    for row in tx.query(
        sql("SELECT id, project_id, from_day, until_day, opening_fen, closing_fen FROM disclosure ORDER BY project_id, from_day"),
        params![],
    )? {
        let project = row.int("project_id")?;
        let expected = match last {
            Some((id, until_day, closing_fen)) if id == project => (until_day + 1, closing_fen),
            _ => (row.int("from_day")?, 0),
        };
        if (row.int("from_day")?, row.int("opening_fen")?) != expected {
            findings.push(Finding(format!("disclosure {} of project {project} does not follow the one before it", row.int("id")?)));
        }
        last = Some((project, row.int("until_day")?, row.int("closing_fen")?));
    }
    Ok(())
}

/// Payouts and expenses fill their streams without a gap, and the fold of what was spent is their sum.
fn spending(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT placed.id FROM (SELECT id, before_fen, COALESCE(LAG(before_fen + amount_fen) OVER (PARTITION BY project_id ORDER BY before_fen), 0) AS reached_fen \
             FROM payout WHERE state = 'paid') AS placed WHERE placed.before_fen <> placed.reached_fen ORDER BY placed.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("payout {} does not begin where the payout before it ends", row.int("id")?)));
    }
    for row in tx.query(
        sql("SELECT placed.id FROM (SELECT id, before_fen, COALESCE(LAG(before_fen + amount_fen) OVER (PARTITION BY project_id ORDER BY before_fen), 0) AS reached_fen \
             FROM expense) AS placed WHERE placed.before_fen <> placed.reached_fen ORDER BY placed.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("expense {} does not begin where the expense before it ends", row.int("id")?)));
    }
    for row in tx.query(
        sql("SELECT fund.project_id, fund.spent_fen, COALESCE(CAST(SUM(expense.amount_fen) AS BIGINT), 0) AS expenses_fen FROM fund \
             LEFT JOIN expense ON expense.project_id = fund.project_id GROUP BY fund.project_id, fund.spent_fen \
             HAVING fund.spent_fen <> COALESCE(SUM(expense.amount_fen), 0) ORDER BY fund.project_id LIMIT 100"),
        params![],
    )? {
        let (said, counted) = (row.int("spent_fen")?, row.int("expenses_fen")?);
        findings.push(Finding(format!("project {}: the fold says {said} fen were spent, the expenses {counted}", row.int("project_id")?)));
    }
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
