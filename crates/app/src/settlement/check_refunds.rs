//! What holds between cases, refunds at the channel and the books: a case never speaks of more than was paid, what the channel has given
//! back is posted once, what is set aside belongs to a refund that is under way.

use db::{Fault, Tx, params, sql};

use super::check::Finding;

pub fn refunds(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT channel_refund.id FROM channel_refund \
             LEFT JOIN transfer ON transfer.code = 2 AND transfer.fact_id = channel_refund.id AND transfer.amount_fen = channel_refund.amount_fen \
               AND transfer.debit_owner = channel_refund.project_id AND transfer.credit_owner = channel_refund.organisation_id \
               AND transfer.about_id = channel_refund.gift_id \
               AND transfer.state = CASE channel_refund.state WHEN 'done' THEN 'posted' WHEN 'closed' THEN 'voided' ELSE 'pending' END \
             WHERE channel_refund.gift_id <> 0 AND channel_refund.state <> 'found' AND transfer.id IS NULL ORDER BY channel_refund.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("refund {} at the channel and its transfer do not say the same", row.int("id")?)));
    }
    for row in tx.query(
        sql("SELECT transfer.fact_id FROM transfer LEFT JOIN channel_refund ON channel_refund.id = transfer.fact_id \
             WHERE transfer.code = 2 AND transfer.state <> 'voided' AND channel_refund.id IS NULL ORDER BY transfer.fact_id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("refund {} stands in the ledger, and the channel was never asked for it", row.int("fact_id")?)));
    }
    for row in tx.query(
        sql("SELECT transaction_id, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen, MIN(total_fen) AS total_fen FROM channel_refund \
             WHERE state <> 'closed' GROUP BY transaction_id HAVING SUM(amount_fen) > MIN(total_fen) OR MIN(total_fen) <> MAX(total_fen) \
             ORDER BY transaction_id LIMIT 100"),
        params![],
    )? {
        let (payment, fen, total) = (row.text("transaction_id")?, row.int("fen")?, row.int("total_fen")?);
        findings.push(Finding(format!("of payment {payment} over {total} fen, {fen} fen are given back")));
    }
    cases(tx, findings)?;
    claims(tx, findings)
}

/// A case that is over with its money back has a refund that is done, in its amount; one that is under way has one that is not lost.
fn cases(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT refund_case.id FROM refund_case WHERE refund_case.state = 'returned' AND \
               (SELECT COUNT(*) FROM channel_refund WHERE channel_refund.case_id = refund_case.id AND channel_refund.state = 'done' \
                  AND channel_refund.amount_fen = refund_case.amount_fen AND channel_refund.transaction_id = refund_case.transaction_id) <> 1 \
             OR refund_case.state IN ('sending', 'stuck', 'found') AND NOT EXISTS (SELECT 1 FROM channel_refund WHERE channel_refund.case_id = refund_case.id) \
             OR refund_case.state NOT IN ('sending', 'stuck', 'returned', 'found') \
               AND EXISTS (SELECT 1 FROM channel_refund WHERE channel_refund.case_id = refund_case.id AND channel_refund.state IN ('waiting', 'asked', 'abnormal')) \
             ORDER BY refund_case.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("refund case {} and its refunds at the channel do not fit", row.int("id")?)));
    }
    // Receipts and cases say the same about what went back, or nobody could say what a receipt should be for.
    for row in tx.query(
        sql("SELECT refund_case.gift_id FROM refund_case LEFT JOIN gift_paper ON gift_paper.gift_id = refund_case.gift_id WHERE refund_case.gift_id <> 0 \
             GROUP BY refund_case.gift_id, gift_paper.returned_fen \
             HAVING COALESCE(gift_paper.returned_fen, 0) <> SUM(CASE WHEN refund_case.off_receipts = 1 THEN refund_case.amount_fen ELSE 0 END) \
             ORDER BY refund_case.gift_id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("receipts of gift {} speak of another amount than its refund cases leave", row.int("gift_id")?)));
    }
    for row in tx.query(
        sql("SELECT id FROM refund_case WHERE gift_id <> 0 AND (off_receipts = 1 AND state NOT IN ('sending', 'stuck', 'returned', 'found') \
                OR off_receipts = 0 AND state IN ('sending', 'stuck', 'returned')) ORDER BY id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("refund case {} and what receipts say do not fit", row.int("id")?)));
    }
    Ok(())
}

/// What is claimed of a payment is what its cases speak of, except those that ended with the money staying where it is, and those the
/// channel told of until a person has posted them.
fn claims(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<(), Fault> {
    for row in tx.query(
        sql("SELECT refund_claim.transaction_id FROM refund_claim LEFT JOIN refund_case ON refund_case.transaction_id = refund_claim.transaction_id \
               AND refund_case.state NOT IN ('refused', 'appealed', 'upheld', 'withdrawn') AND NOT (refund_case.opened_by = 'channel' AND refund_case.answered_at IS NULL) \
             GROUP BY refund_claim.transaction_id, refund_claim.claimed_fen, refund_claim.parts \
             HAVING refund_claim.claimed_fen <> COALESCE(SUM(refund_case.amount_fen), 0) OR refund_claim.parts <> COUNT(refund_case.id) \
             ORDER BY refund_claim.transaction_id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("the claims on payment {} are not what its refund cases ask for", row.text("transaction_id")?)));
    }
    for row in tx.query(
        sql("SELECT refund_case.id FROM refund_case LEFT JOIN refund_claim ON refund_claim.transaction_id = refund_case.transaction_id \
             WHERE refund_case.state NOT IN ('refused', 'appealed', 'upheld', 'withdrawn', 'found') AND refund_claim.transaction_id IS NULL ORDER BY refund_case.id LIMIT 100"),
        params![],
    )? {
        findings.push(Finding(format!("refund case {} claims nothing of its payment", row.int("id")?)));
    }
    Ok(())
}
