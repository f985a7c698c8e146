//! Certificates on paper: their scans, renewals that a desk hands in and the operator looks at, and the warnings before one
//! runs out. A certificate is never deleted (慈善法's platform rules keep it for two years after the last activity; we keep it
//! for good), and a renewal is another certificate.

use db::{Fault, Row, Tx, params, sql};

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, TakingBack, Trouble, claims};
use crate::people;

use super::model::{Certificate, CertificateKind, NewCertificate};
use super::{actions, rules, store};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RenewalState {
    Submitted,
    Accepted,
    Returned,
}

impl RenewalState {
    fn from_word(word: &str) -> Option<RenewalState> {
        match word {
            "submitted" => Some(RenewalState::Submitted),
            "accepted" => Some(RenewalState::Accepted),
            "returned" => Some(RenewalState::Returned),
            _ => None,
        }
    }
}

/// A certificate that a desk handed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renewal {
    pub id: Id,
    pub organisation_id: Id,
    pub organisation_name: String,
    pub certificate: NewCertificate,
    pub file_id: Id,
    pub state: RenewalState,
    pub submitted_by: Id,
    pub submitted_at: Micros,
    pub decided_at: Option<Micros>,
    pub reason: String,
}

impl Renewal {
    fn from_row(row: &Row) -> Result<Renewal, Fault> {
        let (kind, state) = (row.text("kind")?, row.text("state")?);
        Ok(Renewal {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            organisation_name: row.text("name")?,
            certificate: NewCertificate {
                kind: CertificateKind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("a renewal is of kind {kind}")))?,
                number: row.text("number")?,
                issuer: row.text("issuer")?,
                valid_from_day: row.int("valid_from_day")?,
                valid_until_day: row.int("valid_until_day")?,
            },
            file_id: row.int("file_id")?,
            state: RenewalState::from_word(&state).ok_or_else(|| Fault::inconsistent(format!("a renewal is {state}")))?,
            submitted_by: row.int("submitted_by")?,
            submitted_at: row.int("submitted_at")?,
            decided_at: row.opt_int("decided_at")?,
            reason: row.text("reason")?,
        })
    }
}

/// A desk hands in a certificate with its scan.
pub fn hand_in(app: &App, actor: &Actor, organisation_id: Id, new: &NewCertificate, scan: &Prepared) -> Result<Id, Trouble> {
    if !actor.holds(organisation_id, &[Role::Manager]) {
        return Err(Refusal::forbidden().into());
    }
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let new = rules::new_certificate(new)?;
    let (id, file_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        actions::new_to_it(tx, organisation_id, &new)?;
        files::keep(tx, file_id, scan, organisation_id, person_id, now)?;
        tx.execute_one(
            sql("INSERT INTO renewal (id, organisation_id, kind, number, issuer, valid_from_day, valid_until_day, file_id, state, \
                 submitted_by, submitted_at, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'submitted', ?9, ?10, '')"),
            params![
                id,
                organisation_id,
                new.kind.word(),
                &new.number,
                &new.issuer,
                new.valid_from_day,
                new.valid_until_day,
                file_id,
                person_id,
                now
            ],
        )?;
        Ok(id)
    })
}

/// The operator has seen the paper: it becomes a certificate. Or it goes back with a reason.
pub fn decide(app: &App, actor: &Actor, id: Id, accept: bool, reason: &str) -> Result<(), Trouble> {
    if !actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let reason = rules::block("reason", reason, if accept { 0 } else { 2 }, 500)?;
    let (certificate_id, entry_id, notice_id, now) = (app.new_id(), app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        let renewal = find(tx, id)?.ok_or_else(Refusal::not_found)?;
        claims::decide(tx, "renewal", id, person_id, now)?;
        if accept {
            actions::new_to_it(tx, renewal.organisation_id, &renewal.certificate)?;
            actions::put_certificate(tx, certificate_id, entry_id, renewal.organisation_id, &renewal.certificate, now)?;
            put_scan(tx, certificate_id, renewal.certificate.kind, renewal.file_id, now)?;
        }
        let (state, certificate) = if accept { ("accepted", Some(certificate_id)) } else { ("returned", None) };
        let decided = tx.execute(
            sql("UPDATE renewal SET state = ?2, decided_by = ?3, decided_at = ?4, reason = ?5, certificate_id = ?6 \
                 WHERE id = ?1 AND state = 'submitted'"),
            params![id, state, person_id, now, &reason, certificate],
        )?;
        if decided != 1 {
            return Err(Refusal::conflict("refusal-renewal-decided").into());
        }
        let message = if accept { "notice-renewal-accepted" } else { "notice-renewal-returned" };
        let link = format!("/desk/organisations/{}/certificates", renewal.organisation_id);
        Ok(people::notify(tx, notice_id, renewal.submitted_by, message, &[("number", &renewal.certificate.number)], &link, now)?)
    })
}

/// Another reviewer found that a paper should not have come back: it waits again. False: it does already.
pub(super) fn hand_in_again(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let moved = tx.execute(
        sql("UPDATE renewal SET state = 'submitted', decided_by = NULL, decided_at = NULL, reason = '' \
             WHERE id = ?1 AND state = 'returned' AND decided_at = ?2"),
        params![back.thing_id, back.decided_at],
    )?;
    Ok(moved == 1)
}

/// Ties a scan to its certificate. The 公开募捐资格证书 must stand on the page (慈善法 art. 25), so its scan is everyone's; that
/// of the registration stays with the desk and the operator.
pub(super) fn put_scan(tx: &mut Tx, certificate_id: Id, kind: CertificateKind, file_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(sql("INSERT INTO certificate_scan (certificate_id, file_id) VALUES (?1, ?2)"), params![certificate_id, file_id])?;
    if kind == CertificateKind::PublicFundraising { files::publish(tx, file_id, now) } else { Ok(()) }
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Renewal>, Fault> {
    let row = tx.query_opt(
        sql("SELECT r.*, organisation.name FROM renewal r JOIN organisation ON organisation.id = r.organisation_id WHERE r.id = ?1"),
        params![id],
    )?;
    row.as_ref().map(Renewal::from_row).transpose()
}

/// What an organisation's desk handed in, the newest first.
pub fn of_organisation(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Renewal>, Fault> {
    let rows = tx.query(
        sql("SELECT r.*, organisation.name FROM renewal r JOIN organisation ON organisation.id = r.organisation_id \
             WHERE r.organisation_id = ?1 ORDER BY r.id DESC LIMIT 100"),
        params![organisation_id],
    )?;
    rows.iter().map(Renewal::from_row).collect()
}

/// What waits for the operator, the oldest first.
pub fn waiting(tx: &mut Tx, most: i64) -> Result<Vec<Renewal>, Fault> {
    let rows = tx.query(
        sql("SELECT r.*, organisation.name FROM renewal r JOIN organisation ON organisation.id = r.organisation_id \
             WHERE r.state = 'submitted' ORDER BY r.id LIMIT ?1"),
        params![most],
    )?;
    rows.iter().map(Renewal::from_row).collect()
}

/// The scans of an organisation's certificates: (certificate, file).
pub fn scans(tx: &mut Tx, organisation_id: Id) -> Result<Vec<(Id, Id)>, Fault> {
    let rows = tx.query(
        sql("SELECT s.certificate_id, s.file_id FROM certificate_scan s JOIN certificate c ON c.id = s.certificate_id WHERE c.organisation_id = ?1"),
        params![organisation_id],
    )?;
    rows.iter().map(|row| Ok((row.int("certificate_id")?, row.int("file_id")?))).collect()
}

/// A certificate of which no later one of its kind is known, and when it ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    pub certificate: Certificate,
    pub organisation_name: String,
}

/// Certificates that end by `day` (or have ended) and have no successor, the first to end first.
pub fn ending(tx: &mut Tx, day: Day, most: i64) -> Result<Vec<Ending>, Fault> {
    let rows = tx.query(
        sql("SELECT c.id, c.organisation_id, c.kind, c.number, c.issuer, c.valid_from_day, c.valid_until_day, o.name FROM certificate c \
             JOIN organisation o ON o.id = c.organisation_id WHERE c.valid_until_day <= ?1 AND NOT EXISTS \
             (SELECT 1 FROM certificate later WHERE later.organisation_id = c.organisation_id AND later.kind = c.kind \
              AND (later.valid_until_day > c.valid_until_day OR (later.valid_until_day = c.valid_until_day AND later.id > c.id))) \
             ORDER BY c.valid_until_day, c.id LIMIT ?2"),
        params![day, most],
    )?;
    rows.iter().map(|row| Ok(Ending { certificate: Certificate::from_row(row)?, organisation_name: row.text("name")? })).collect()
}

/// Tells the managers that a certificate runs out: 90, 30 and 7 days before, each once, whichever process comes first.
pub fn warn(app: &App) -> Result<(), Trouble> {
    const AT_ONCE: i64 = 10_000;
    let now = app.clock.now();
    let today = day_of(now);
    let soon = app.db.read(|tx| ending(tx, today + rules::EXPIRING_DAYS, AT_ONCE))?;
    for ending in soon {
        let c = ending.certificate;
        let Some(days) = rules::warning_due(c.valid_until_day - today) else { continue };
        let managers = app.db.read(|tx| store::seats(tx, c.organisation_id))?;
        let told: Vec<(Id, Id)> =
            managers.iter().filter(|s| s.role == Role::Manager && s.held_at(now)).map(|s| (app.new_id(), s.person_id)).collect();
        let link = format!("/desk/organisations/{}/certificates", c.organisation_id);
        let until = day_text(c.valid_until_day);
        app.db.write(|tx| {
            let first = tx.execute(
                sql("INSERT INTO certificate_warning (certificate_id, days, told_at) VALUES (?1, ?2, ?3) ON CONFLICT (certificate_id, days) DO NOTHING"),
                params![c.id, days, now],
            )?;
            for (notice_id, person_id) in told.iter().filter(|_| first == 1) {
                people::notify(tx, *notice_id, *person_id, "notice-certificate-ends", &[("number", &c.number), ("day", &until)], &link, now)?;
            }
            Ok::<_, Fault>(())
        })?;
    }
    Ok(())
}
