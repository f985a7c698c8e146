//! Sessions: a random token in a host-only cookie, its hash in the database, and from it the actor with the seats held now.

use db::{Db, Fault, Tx, params, sql};

use crate::kernel::{Actor, DAY_US, HOUR_US, Id, Micros, Role, SeatHeld, Strength, hex, random_bytes, seat_holds_at, sha256};

pub const SESSION_COOKIE: &str = "huihai_session";

/// A cookie to set. Always host-only, HttpOnly and SameSite=Lax; Secure when the site is served over https.
pub struct Cookie {
    pub name: &'static str,
    pub value: String,
    pub max_age_s: i64,
}

/// How long a sign-in lasts: thirty days on one's own phone, twelve hours at a desk.
fn lifetime(strength: Strength) -> Micros {
    match strength {
        Strength::Phone => 30 * DAY_US,
        Strength::Staff => 12 * HOUR_US,
    }
}

fn word(strength: Strength) -> &'static str {
    match strength {
        Strength::Phone => "phone",
        Strength::Staff => "staff",
    }
}

/// Opens a session and returns its token, which exists nowhere else but in the person's browser.
pub fn open(tx: &mut Tx, person_id: Id, strength: Strength, now: Micros) -> Result<String, Fault> {
    let token = hex(&random_bytes::<32>());
    tx.execute_one(
        sql("INSERT INTO session (token_hash, person_id, strength, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![&sha256(token.as_bytes()), person_id, word(strength), now, now + lifetime(strength)],
    )?;
    Ok(token)
}

pub fn session_cookie(token: String, strength: Strength) -> Cookie {
    Cookie { name: SESSION_COOKIE, value: token, max_age_s: lifetime(strength) / 1_000_000 }
}

pub fn end(tx: &mut Tx, token: &str) -> Result<(), Fault> {
    tx.execute(sql("DELETE FROM session WHERE token_hash = ?1"), params![&sha256(token.as_bytes())])?;
    Ok(())
}

pub fn end_all(tx: &mut Tx, person_id: Id) -> Result<(), Fault> {
    tx.execute(sql("DELETE FROM session WHERE person_id = ?1"), params![person_id])?;
    Ok(())
}

pub fn forget_expired(tx: &mut Tx, now: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM session WHERE expires_at <= ?1"), params![now])
}

/// The actor behind a session token. No session, an ended one or an expired one: anyone.
pub fn actor(db: &Db, token: &str, now: Micros) -> Result<Actor, Fault> {
    if token.is_empty() {
        return Ok(Actor::Anyone);
    }
    db.read(|tx| {
        let Some(row) = tx.query_opt(
            sql("SELECT person.id, person.name, session.strength FROM session JOIN person ON person.id = session.person_id \
                 WHERE session.token_hash = ?1 AND session.expires_at > ?2"),
            params![&sha256(token.as_bytes()), now],
        )?
        else {
            return Ok(Actor::Anyone);
        };
        let id = row.int("id")?;
        let strength = if row.text("strength")? == "staff" { Strength::Staff } else { Strength::Phone };
        Ok(Actor::Person { id, name: row.text("name")?.to_owned(), strength, seats: seats(tx, id, now)? })
    })
}

fn seats(tx: &mut Tx, person_id: Id, now: Micros) -> Result<Vec<SeatHeld>, Fault> {
    let rows = tx.query(
        sql("SELECT seat.organisation_id, seat.role, seat.starts_at, seat.ends_at, organisation.kind FROM seat \
             JOIN organisation ON organisation.id = seat.organisation_id WHERE seat.person_id = ?1 ORDER BY seat.organisation_id, seat.id"),
        params![person_id],
    )?;
    let mut held = Vec::new();
    for row in rows {
        if !seat_holds_at(row.int("starts_at")?, row.opt_int("ends_at")?, now) {
            continue;
        }
        if let Some(role) = Role::from_word(&row.text("role")?) {
            held.push(SeatHeld { organisation_id: row.int("organisation_id")?, role, operator: row.text("kind")? == "operator" });
        }
    }
    Ok(held)
}
