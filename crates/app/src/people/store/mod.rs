//! Persons, their phones, codes, outgoing messages and staff logins in the database.
//!
//! * `wechat` – who is whom in WeChat. `consents` – what people agreed to. `copies` – their data on request, and erasing it.
//! * `passkeys` – keys of staff, and the challenges that were answered.

pub mod consents;
pub mod copies;
pub mod passkeys;
pub mod wechat;

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::{Id, Micros};

use super::model::{Message, Outgoing, Phone, PhoneCode, Staff, StaffMember, Undelivered};
use super::rules::{CODE_TRIES, STAFF_FAILURES, STAFF_LOCK};

pub fn insert_person(tx: &mut Tx, id: Id, name: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(sql("INSERT INTO person (id, name, created_at) VALUES (?1, ?2, ?3)"), params![id, name, now])
}

/// A person's name as they gave it; empty when they gave none, or when there is no such person.
pub fn person_name(tx: &mut Tx, id: Id) -> Result<String, Fault> {
    let row = tx.query_opt(sql("SELECT name FROM person WHERE id = ?1"), params![id])?;
    row.map_or(Ok(String::new()), |row| row.text("name"))
}

pub fn exists(tx: &mut Tx, id: Id) -> Result<bool, Fault> {
    Ok(tx.query_opt(sql("SELECT id FROM person WHERE id = ?1"), params![id])?.is_some())
}

pub fn rename(tx: &mut Tx, id: Id, name: &str) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE person SET name = ?2 WHERE id = ?1"), params![id, name])
}

pub fn owner_of_phone(tx: &mut Tx, phone: &Phone) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(sql("SELECT person_id FROM person_phone WHERE phone = ?1"), params![phone.as_str()])?;
    row.map(|row| row.int("person_id")).transpose()
}

pub fn phones_of(tx: &mut Tx, person_id: Id) -> Result<Vec<Phone>, Fault> {
    let rows = tx.query(sql("SELECT phone FROM person_phone WHERE person_id = ?1 ORDER BY verified_at, phone"), params![person_id])?;
    rows.iter().map(|row| row.text("phone").map(Phone)).collect()
}

pub fn insert_phone(tx: &mut Tx, phone: &Phone, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO person_phone (phone, person_id, verified_at) VALUES (?1, ?2, ?3)"),
        params![phone.as_str(), person_id, now],
    )
}

pub fn remove_phones(tx: &mut Tx, person_id: Id) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM person_phone WHERE person_id = ?1"), params![person_id])
}

pub fn insert_code(tx: &mut Tx, code: &PhoneCode) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO phone_code (id, phone, code_hash, expires_at, tries) VALUES (?1, ?2, ?3, ?4, 0)"),
        params![code.id, code.phone.as_str(), &code.code_hash, code.expires_at],
    )
}

pub fn find_code(tx: &mut Tx, id: Id) -> Result<Option<PhoneCode>, Fault> {
    let row = tx.query_opt(sql("SELECT id, phone, code_hash, expires_at, tries, used_at FROM phone_code WHERE id = ?1"), params![id])?;
    row.as_ref().map(phone_code).transpose()
}

fn phone_code(row: &Row) -> Result<PhoneCode, Fault> {
    Ok(PhoneCode {
        id: row.int("id")?,
        phone: Phone(row.text("phone")?),
        code_hash: row.blob("code_hash")?,
        expires_at: row.int("expires_at")?,
        tries: row.int("tries")?,
        used_at: row.opt_int("used_at")?,
    })
}

/// Counts one try, if the code still allows one, and says which it was. The statement itself keeps the limit, so that
/// tries made at the same moment are counted one by one.
pub fn count_try(tx: &mut Tx, id: Id, now: Micros) -> Result<Option<i64>, Fault> {
    let row = tx.query_opt(
        sql("UPDATE phone_code SET tries = tries + 1 WHERE id = ?1 AND used_at IS NULL AND expires_at > ?2 AND tries < ?3 RETURNING tries"),
        params![id, now, CODE_TRIES],
    )?;
    row.map(|row| row.int("tries")).transpose()
}

/// Uses the code up; false when somebody else already has.
pub fn use_code(tx: &mut Tx, id: Id, now: Micros) -> Result<bool, Fault> {
    let used = tx.execute(sql("UPDATE phone_code SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL"), params![id, now])?;
    Ok(used == 1)
}

/// `parameters` fill the provider's template; `body` is the same as text, for the demo's outbox.
pub fn insert_message(tx: &mut Tx, id: Id, phone: &Phone, body: &str, parameters: &[String], now: Micros) -> Result<(), Fault> {
    let parameters =
        serde_json::to_string(parameters).map_err(|error| Fault::inconsistent(format!("a message could not be written: {error}")))?;
    tx.execute_one(
        sql("INSERT INTO outgoing_message (id, address, body, parameters, created_at, failure) VALUES (?1, ?2, ?3, ?4, ?5, '')"),
        params![id, phone.as_str(), body, parameters, now],
    )
}

/// A message that is neither sent nor given up.
pub fn outgoing(tx: &mut Tx, id: Id) -> Result<Option<Outgoing>, Fault> {
    let row = tx.query_opt(
        sql("SELECT address, parameters, created_at FROM outgoing_message WHERE id = ?1 AND sent_at IS NULL AND failed_at IS NULL"),
        params![id],
    )?;
    row.map(|row| {
        Ok(Outgoing {
            phone: Phone(row.text("address")?),
            parameters: serde_json::from_str(&row.text("parameters")?).unwrap_or_default(),
            created_at: row.int("created_at")?,
        })
    })
    .transpose()
}

/// Marks a message as sent; once marked it stays as it was.
pub fn mark_sent(tx: &mut Tx, id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute(sql("UPDATE outgoing_message SET sent_at = ?2 WHERE id = ?1 AND sent_at IS NULL"), params![id, now]).map(|_| ())
}

/// What it said has reached its phone, or will never: here it is no longer needed.
pub fn empty_message(tx: &mut Tx, id: Id) -> Result<(), Fault> {
    tx.execute(sql("UPDATE outgoing_message SET body = '', parameters = '[]' WHERE id = ?1"), params![id]).map(|_| ())
}

/// Gives a message up, for a person to see.
pub fn mark_failed(tx: &mut Tx, id: Id, failure: &str, now: Micros) -> Result<(), Fault> {
    tx.execute(
        sql("UPDATE outgoing_message SET failed_at = ?2, failure = ?3 WHERE id = ?1 AND sent_at IS NULL AND failed_at IS NULL"),
        params![id, now, failure],
    )
    .map(|_| ())
}

/// Messages that were given up since `since`, the oldest first.
pub fn undelivered(tx: &mut Tx, since: Micros, limit: i64) -> Result<Vec<Undelivered>, Fault> {
    let rows = tx.query(
        sql("SELECT id, address, created_at, failed_at, failure FROM outgoing_message WHERE failed_at >= ?1 ORDER BY failed_at, id LIMIT ?2"),
        params![since, limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Undelivered {
                id: row.int("id")?,
                phone: Phone(row.text("address")?),
                created_at: row.int("created_at")?,
                failed_at: row.int("failed_at")?,
                failure: row.text("failure")?,
            })
        })
        .collect()
}

pub fn newest_messages(tx: &mut Tx, limit: i64) -> Result<Vec<Message>, Fault> {
    let rows =
        tx.query(sql("SELECT address, body, created_at, sent_at FROM outgoing_message ORDER BY id DESC LIMIT ?1"), params![limit])?;
    rows.iter()
        .map(|row| {
            Ok(Message {
                phone: Phone(row.text("address")?),
                body: row.text("body")?,
                created_at: row.int("created_at")?,
                sent_at: row.opt_int("sent_at")?,
            })
        })
        .collect()
}

pub fn insert_staff(tx: &mut Tx, staff: &Staff, login: &str) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO staff (person_id, login, password_hash, totp_secret, totp_last_step, failures, locked_until) \
             VALUES (?1, ?2, ?3, ?4, 0, 0, 0)"),
        params![staff.person_id, login, &staff.password_hash, &staff.totp_secret],
    )
}

/// Takes a person's staff login away and ends what was signed in with it; they set up another (`access`).
pub fn retire_login(tx: &mut Tx, person_id: Id) -> Result<(), Fault> {
    tx.execute(sql("DELETE FROM staff WHERE person_id = ?1"), params![person_id])?;
    tx.execute(sql("DELETE FROM session WHERE person_id = ?1 AND strength = 'staff'"), params![person_id]).map(|_| ())
}

/// Whether a person holds a seat now or will hold one.
pub fn has_a_seat(tx: &mut Tx, person_id: Id, now: Micros) -> Result<bool, Fault> {
    let row = tx.query_opt(
        sql("SELECT id FROM seat WHERE person_id = ?1 AND (ends_at IS NULL OR ends_at > ?2) LIMIT 1"),
        params![person_id, now],
    )?;
    Ok(row.is_some())
}

pub fn is_staff(tx: &mut Tx, person_id: Id) -> Result<bool, Fault> {
    Ok(tx.query_opt(sql("SELECT person_id FROM staff WHERE person_id = ?1"), params![person_id])?.is_some())
}

pub fn staff_by_login(tx: &mut Tx, login: &str) -> Result<Option<Staff>, Fault> {
    let row = tx.query_opt(sql("SELECT person_id, password_hash, totp_secret FROM staff WHERE login = ?1"), params![login])?;
    row.map(|row| {
        Ok(Staff { person_id: row.int("person_id")?, password_hash: row.text("password_hash")?, totp_secret: row.blob("totp_secret")? })
    })
    .transpose()
}

/// The secret that a person's authenticator shares, if they have one.
pub fn totp_secret_of(tx: &mut Tx, person_id: Id) -> Result<Option<Vec<u8>>, Fault> {
    let row = tx.query_opt(sql("SELECT totp_secret FROM staff WHERE person_id = ?1"), params![person_id])?;
    row.map(|row| row.blob("totp_secret")).transpose()
}

/// The person behind a staff login, for offering them a seat.
pub fn find_staff(tx: &mut Tx, login: &str) -> Result<Option<StaffMember>, Fault> {
    let row = tx.query_opt(
        sql(
            "SELECT staff.person_id, staff.login, person.name FROM staff JOIN person ON person.id = staff.person_id WHERE staff.login = ?1",
        ),
        params![login],
    )?;
    row.as_ref().map(staff_member).transpose()
}

fn staff_member(row: &Row) -> Result<StaffMember, Fault> {
    Ok(StaffMember { person_id: row.int("person_id")?, login: row.text("login")?, name: row.text("name")? })
}

/// Everyone with a staff login and their secret: only the demo's outbox may ask.
pub fn demo_staff(tx: &mut Tx) -> Result<Vec<(StaffMember, Vec<u8>)>, Fault> {
    let rows = tx.query(
        sql("SELECT staff.person_id, staff.login, staff.totp_secret, person.name FROM staff \
             JOIN person ON person.id = staff.person_id ORDER BY staff.login LIMIT 100"),
        params![],
    )?;
    rows.iter().map(|row| Ok((staff_member(row)?, row.blob("totp_secret")?))).collect()
}

/// Takes a step of the one-time code for this sign-in: only while the login is not locked, and each step once.
pub fn take_step(tx: &mut Tx, person_id: Id, step: i64, now: Micros) -> Result<bool, Fault> {
    let taken = tx.execute(
        sql("UPDATE staff SET totp_last_step = ?2, failures = 0 WHERE person_id = ?1 AND totp_last_step < ?2 AND locked_until <= ?3"),
        params![person_id, step, now],
    )?;
    Ok(taken == 1)
}

/// Counts a failed sign-in and locks the login at the last one allowed. A locked login is left as it is, so that
/// failing again does not prolong the lock.
pub fn count_failure(tx: &mut Tx, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute(
        sql("UPDATE staff SET failures = CASE WHEN failures + 1 >= ?3 THEN 0 ELSE failures + 1 END, \
                              locked_until = CASE WHEN failures + 1 >= ?3 THEN ?4 ELSE locked_until END \
             WHERE person_id = ?1 AND locked_until <= ?2"),
        params![person_id, now, STAFF_FAILURES, now + STAFF_LOCK],
    )
    .map(|_| ())
}

/// Forgets codes that ended before `before`.
pub fn forget_codes(tx: &mut Tx, before: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM phone_code WHERE expires_at < ?1"), params![before])
}

/// Forgets messages made before `before`, also those that never left: what they said has long lost its use.
pub fn forget_messages(tx: &mut Tx, before: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM outgoing_message WHERE created_at < ?1"), params![before])
}

#[cfg(test)]
mod tests {
    use db::testing::fresh;
    use db::{Engine, Fault};

    use super::*;

    /// `rules::may_try` asks first; this is what holds when several processes have asked at the same moment.
    #[test]
    fn the_statement_itself_counts_no_more_tries_than_there_are() {
        let fresh = fresh(Engine::Sqlite);
        fresh.db().migrate(crate::MIGRATIONS).expect("a schema");
        let code = PhoneCode { id: 1, phone: Phone("13812345678".into()), code_hash: vec![1], expires_at: 100, tries: 0, used_at: None };
        let counted = fresh.db().write(|tx| {
            insert_code(tx, &code)?;
            (0..7).map(|_| count_try(tx, 1, 99)).collect::<Result<Vec<_>, Fault>>()
        });
        assert_eq!(counted.expect("tries"), [Some(1), Some(2), Some(3), Some(4), Some(5), None, None]);
        let late = PhoneCode { id: 2, ..code };
        let counted = fresh.db().write(|tx| {
            insert_code(tx, &late)?;
            let late = count_try(tx, 2, 100)?;
            let used = (use_code(tx, 2, 99)?, use_code(tx, 2, 99)?);
            Ok::<_, Fault>((late, used, count_try(tx, 2, 99)?))
        });
        assert_eq!(counted.expect("tries"), (None, (true, false), None));
    }
}
