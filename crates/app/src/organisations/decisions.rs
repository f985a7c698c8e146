//! What the operator decided about organisations that somebody may not like: an application that came back or was refused, a
//! certificate that came back, a seat that was ended; and how each is taken back when an appeal is right.

use db::{Fault, Tx, params, sql};

use crate::kernel::{Appealable, Concerned, DECISIONS_SHOWN, Decision, Id, Refusal, Role, TakingBack, Trouble};

use super::store::NewSeat;
use super::{actions, admissions, renewals};

pub fn appealable() -> Vec<Appealable> {
    vec![
        Appealable { thing: "admission", about: admissions_sent_back, take_back: admissions::submit_after_appeal },
        Appealable { thing: "renewal", about: returned_certificates, take_back: renewals::hand_in_again },
        Appealable { thing: "seat", about: ended_seats, take_back: give_seat_back },
    ]
}

/// Whoever applies is a person: there is no organisation yet.
fn admissions_sent_back(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let Concerned::Person(person_id) = concerned else { return Ok(Vec::new()) };
    let rows = tx.query(
        sql("SELECT admission.id AS thing_id, admission.name AS title, admission_step.reason, admission_step.person_id AS decided_by, \
             admission_step.at AS decided_at FROM admission_step JOIN admission ON admission.id = admission_step.admission_id \
             WHERE admission.applicant_id = ?1 AND admission_step.state IN ('returned', 'refused') ORDER BY admission_step.id DESC LIMIT ?2"),
        params![person_id, DECISIONS_SHOWN],
    )?;
    Decision::newest("admission", concerned, &rows)
}

fn returned_certificates(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let Concerned::Organisation(organisation_id) = concerned else { return Ok(Vec::new()) };
    let rows = tx.query(
        sql("SELECT id AS thing_id, number AS title, reason, decided_by, decided_at FROM renewal \
             WHERE organisation_id = ?1 AND state = 'returned' ORDER BY id DESC LIMIT ?2"),
        params![organisation_id, DECISIONS_SHOWN],
    )?;
    Decision::newest("renewal", concerned, &rows)
}

/// Of whoever sat: with the last manager's seat the organisation has lost the desk at which it could appeal.
fn ended_seats(tx: &mut Tx, concerned: Concerned) -> Result<Vec<Decision>, Fault> {
    let Concerned::Person(person_id) = concerned else { return Ok(Vec::new()) };
    let rows = tx.query(
        sql("SELECT seat.id AS thing_id, organisation.name AS title, seat_end.reason, seat_end.person_id AS decided_by, seat_end.at AS decided_at \
             FROM seat_end JOIN seat ON seat.id = seat_end.seat_id JOIN organisation ON organisation.id = seat.organisation_id \
             WHERE seat.person_id = ?1 ORDER BY seat_end.at DESC LIMIT ?2"),
        params![person_id, DECISIONS_SHOWN],
    )?;
    Decision::newest("seat", concerned, &rows)
}

/// The same seat again, until the day on which it would have ended. False: that day is over, or the person sits there again.
fn give_seat_back(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let row = tx.query_one(
        sql("SELECT seat.organisation_id, seat.person_id, seat.role, seat_end.would_end_at FROM seat_end JOIN seat ON seat.id = seat_end.seat_id \
             WHERE seat_end.seat_id = ?1"),
        params![back.thing_id],
    )?;
    let word = row.text("role")?;
    let role = Role::from_word(&word).ok_or_else(|| Fault::inconsistent(format!("a seat is that of a {word}")))?;
    let seat = NewSeat {
        id: back.ids[0],
        organisation_id: row.int("organisation_id")?,
        person_id: row.int("person_id")?,
        role,
        starts_at: back.now,
        ends_at: row.opt_int("would_end_at")?,
    };
    match actions::put_seat(tx, &seat, back.now) {
        Ok(()) => Ok(true),
        Err(Trouble::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Writes down who ended a seat for the operator, why, and until when it would have gone on.
pub(super) fn write_seat_end(tx: &mut Tx, organisation_id: Id, seat_id: Id, by: Id, reason: &str, now: i64) -> Result<(), Trouble> {
    let written = tx.execute(
        sql("INSERT INTO seat_end (seat_id, person_id, reason, at, would_end_at) SELECT id, ?3, ?4, ?5, ends_at FROM seat \
             WHERE id = ?2 AND organisation_id = ?1 AND (ends_at IS NULL OR ends_at > ?5) ON CONFLICT DO NOTHING"),
        params![organisation_id, seat_id, by, reason, now],
    )?;
    if written == 1 { Ok(()) } else { Err(Refusal::conflict("refusal-seat-ended").into()) }
}
