//! What must hold of organisations, verified from the rows; part of the check of the books.

use db::{Fault, Tx, params, sql};

/// Everything that is not as it must be, as sentences with the ids to look at.
pub fn check(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let mut findings = Vec::new();
    // One person sits in one role of one organisation once at a time.
    for row in tx.query(
        sql("SELECT a.id AS one, b.id AS other FROM seat a JOIN seat b ON b.organisation_id = a.organisation_id AND b.person_id = a.person_id \
             AND b.role = a.role AND b.id > a.id WHERE (a.ends_at IS NULL OR a.ends_at > b.starts_at) AND (b.ends_at IS NULL OR b.ends_at > a.starts_at) \
             ORDER BY a.id, b.id"),
        params![],
    )? {
        findings.push(format!("seats {} and {} are the same seat twice", row.int("one")?, row.int("other")?));
    }
    for row in tx.query(
        sql("SELECT seat.id FROM seat JOIN seat_end ON seat_end.seat_id = seat.id \
             WHERE seat.ends_at IS NULL OR seat.ends_at > seat_end.at ORDER BY seat.id"),
        params![],
    )? {
        findings.push(format!("seat {} was ended and goes on", row.int("id")?));
    }
    // An application is where its last step led, in the version that was decided about.
    for row in tx.query(
        sql("SELECT admission.id FROM admission WHERE NOT EXISTS (SELECT 1 FROM admission_step \
             WHERE admission_step.admission_id = admission.id AND admission_step.state = admission.state AND admission_step.version = admission.version \
               AND NOT EXISTS (SELECT 1 FROM admission_step AS later WHERE later.admission_id = admission.id AND later.id > admission_step.id)) \
             ORDER BY admission.id"),
        params![],
    )? {
        findings.push(format!("admission {} is not where its last step led", row.int("id")?));
    }
    // A certificate that a desk handed in became what was handed in, and its scan stands with it.
    for row in tx.query(
        sql("SELECT renewal.id FROM renewal LEFT JOIN certificate ON certificate.id = renewal.certificate_id \
               AND certificate.organisation_id = renewal.organisation_id AND certificate.kind = renewal.kind AND certificate.number = renewal.number \
               AND certificate.valid_until_day = renewal.valid_until_day \
             LEFT JOIN certificate_scan ON certificate_scan.certificate_id = certificate.id AND certificate_scan.file_id = renewal.file_id \
             WHERE renewal.state = 'accepted' AND (certificate.id IS NULL OR certificate_scan.certificate_id IS NULL) ORDER BY renewal.id"),
        params![],
    )? {
        findings.push(format!("renewal {} was accepted, and its certificate or scan is not there", row.int("id")?));
    }
    // 慈善法 art. 25: the scan of a fundraising certificate is everyone's to see.
    for row in tx.query(
        sql("SELECT certificate.id FROM certificate JOIN certificate_scan ON certificate_scan.certificate_id = certificate.id \
             JOIN file ON file.id = certificate_scan.file_id WHERE certificate.kind = 'public_fundraising' AND file.public_since IS NULL \
             ORDER BY certificate.id"),
        params![],
    )? {
        findings.push(format!("the scan of certificate {} is not public", row.int("id")?));
    }
    Ok(findings)
}
