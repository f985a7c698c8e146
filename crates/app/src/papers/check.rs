//! What must hold of receipts, verified from the rows: series without a gap, no gift on two valid receipts, sums that are
//! the gifts', nothing receipted that went back.

use db::{Fault, Tx, params, sql};

/// Each sentence names something that is not as it must be.
pub fn check(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let mut findings = Vec::new();
    for row in tx.query(
        sql("SELECT s.organisation_id, s.year, s.last, COUNT(r.id) AS used, COALESCE(MIN(r.number), 0) AS first_one, COALESCE(MAX(r.number), 0) AS last_one \
             FROM receipt_series s LEFT JOIN receipt r ON r.organisation_id = s.organisation_id AND r.year = s.year AND r.number IS NOT NULL \
             GROUP BY s.organisation_id, s.year, s.last \
             HAVING COUNT(r.id) <> s.last OR COALESCE(MIN(r.number), 0) <> 1 OR COALESCE(MAX(r.number), 0) <> s.last \
             ORDER BY s.organisation_id, s.year LIMIT 100"),
        params![],
    )? {
        findings.push(format!(
            "the receipts of organisation {} in {} have {} numbers from {} to {}, and the series stands at {}",
            row.int("organisation_id")?,
            row.int("year")?,
            row.int("used")?,
            row.int("first_one")?,
            row.int("last_one")?,
            row.int("last")?
        ));
    }
    for row in tx.query(
        sql("SELECT r.id FROM receipt r LEFT JOIN receipt_series s ON s.organisation_id = r.organisation_id AND s.year = r.year \
             WHERE r.number IS NOT NULL AND s.last IS NULL ORDER BY r.id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("receipt {} stands in a series that was never begun", row.int("id")?));
    }
    for row in tx.query(
        sql("SELECT l.gift_id, COUNT(*) AS receipts FROM receipt_gift l JOIN receipt r ON r.id = l.receipt_id \
             LEFT JOIN receipt x ON x.reverses_id = r.id WHERE x.id IS NULL GROUP BY l.gift_id HAVING COUNT(*) > 1 ORDER BY l.gift_id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("gift {} stands on {} valid receipts", row.int("gift_id")?, row.int("receipts")?));
    }
    for row in tx.query(
        sql("SELECT r.id, r.amount_fen, COALESCE(CAST(SUM(l.amount_fen) AS BIGINT), 0) AS sum_fen FROM receipt r LEFT JOIN receipt_gift l ON l.receipt_id = r.id \
             WHERE r.kind = 'receipt' GROUP BY r.id, r.amount_fen HAVING r.amount_fen <> COALESCE(SUM(l.amount_fen), 0) ORDER BY r.id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("receipt {} is for {} fen, and its gifts are {} fen", row.int("id")?, row.int("amount_fen")?, row.int("sum_fen")?));
    }
    for row in tx.query(
        sql("SELECT x.id FROM receipt x JOIN receipt r ON r.id = x.reverses_id \
             WHERE x.amount_fen <> -r.amount_fen OR x.organisation_id <> r.organisation_id OR r.kind <> 'receipt' ORDER BY x.id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("reversal {} does not undo the receipt it names", row.int("id")?));
    }
    for row in tx.query(
        sql("SELECT l.receipt_id, l.gift_id FROM receipt_gift l JOIN receipt r ON r.id = l.receipt_id LEFT JOIN receipt x ON x.reverses_id = r.id \
             LEFT JOIN receiptable_gift g ON g.gift_id = l.gift_id LEFT JOIN gift_paper p ON p.gift_id = l.gift_id \
             WHERE g.gift_id IS NULL OR g.organisation_id <> r.organisation_id OR (x.id IS NULL AND (p.receipt_id IS NULL OR p.receipt_id <> r.id \
                   OR l.amount_fen <> g.amount_fen - p.returned_fen)) ORDER BY l.receipt_id, l.gift_id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("receipt {} does not say what became of gift {}", row.int("receipt_id")?, row.int("gift_id")?));
    }
    for row in tx.query(
        sql("SELECT p.gift_id FROM gift_paper p LEFT JOIN receiptable_gift g ON g.gift_id = p.gift_id \
             LEFT JOIN receipt_gift l ON l.gift_id = p.gift_id AND l.receipt_id = p.receipt_id LEFT JOIN receipt x ON x.reverses_id = p.receipt_id \
             WHERE g.gift_id IS NULL OR p.returned_fen > g.amount_fen OR (p.receipt_id IS NOT NULL AND (l.gift_id IS NULL OR x.id IS NOT NULL)) \
             ORDER BY p.gift_id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("the papers of gift {} do not agree with its receipts", row.int("gift_id")?));
    }
    // A gift outside the channel that was undone is off all receipts, and one that stands is on them with all of it.
    for row in tx.query(
        sql("SELECT o.id FROM offline_gift o LEFT JOIN transfer x ON x.code = 6 AND x.about_id = o.id LEFT JOIN gift_paper p ON p.gift_id = o.id \
             WHERE COALESCE(p.returned_fen, 0) <> CASE WHEN x.id IS NULL THEN 0 ELSE o.amount_fen END ORDER BY o.id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("receipts of offline gift {} do not follow its correction", row.int("id")?));
    }
    for row in tx.query(
        sql("SELECT g.application_id FROM receipt_application_gift g LEFT JOIN receiptable_gift r ON r.gift_id = g.gift_id \
             WHERE r.gift_id IS NULL OR r.amount_fen <> g.amount_fen ORDER BY g.application_id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("application {} is for other gifts than there are", row.int("application_id")?));
    }
    for row in tx.query(
        sql("SELECT a.id FROM receipt_application a LEFT JOIN receipt r ON r.id = a.receipt_id AND r.application_id = a.id \
             WHERE (a.state = 'issued') <> (r.id IS NOT NULL) ORDER BY a.id LIMIT 100"),
        params![],
    )? {
        findings.push(format!("application {} and its receipt do not agree", row.int("id")?));
    }
    Ok(findings)
}
