//! What organisations hold about a person: the seats they had. A seat is history of the organisation and stays; whoever sits cannot leave.

use db::{Fault, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, Refusal, civil};

pub fn personal() -> Personal {
    Personal { in_the_way: seat_held, ..Personal::new("seats", data_of, |_, _, _| Ok(0)) }
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let rows = tx.query(
        sql("SELECT organisation.name, seat.role, seat.starts_at, seat.ends_at FROM seat \
             JOIN organisation ON organisation.id = seat.organisation_id WHERE seat.person_id = ?1 ORDER BY seat.id"),
        params![person_id],
    )?;
    let seats = rows.iter().map(|row| {
        Ok(json!({
            "organisation": row.text("name")?, "role": row.text("role")?, "from": civil::rfc3339(row.int("starts_at")?),
            "until": row.opt_int("ends_at")?.map(civil::rfc3339),
        }))
    });
    seats.collect::<Result<Vec<_>, Fault>>().map(Value::Array)
}

fn seat_held(tx: &mut Tx, person_id: Id, now: Micros) -> Result<Option<Refusal>, Fault> {
    let row = tx.query_opt(
        sql("SELECT organisation.name FROM seat JOIN organisation ON organisation.id = seat.organisation_id \
             WHERE seat.person_id = ?1 AND (seat.ends_at IS NULL OR seat.ends_at > ?2) ORDER BY seat.id LIMIT 1"),
        params![person_id, now],
    )?;
    row.map(|row| Ok(Refusal::conflict("refusal-leaving-seat").with("organisation", row.text("name")?))).transpose()
}
