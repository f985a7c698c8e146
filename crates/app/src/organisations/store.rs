//! Organisations, certificates, merchant numbers and seats in the database.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros, Role};

use super::model::{Asked, Certificate, CharityRow, NewCertificate, NewOrganisation, Organisation, Received, Seat};

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Organisation>, Fault> {
    let row = tx.query_opt(
        sql("SELECT id, kind, name, english_name, credit_code, about, english_about, address, contact, area_code FROM organisation WHERE id = ?1"),
        params![id],
    )?;
    row.as_ref().map(Organisation::from_row).transpose()
}

/// Every charity, by name.
pub fn list_charities(tx: &mut Tx) -> Result<Vec<Organisation>, Fault> {
    let rows = tx.query(
        sql("SELECT id, kind, name, english_name, credit_code, about, english_about, address, contact, area_code FROM organisation \
             WHERE kind = 'charity' ORDER BY name, id"),
        params![],
    )?;
    rows.iter().map(Organisation::from_row).collect()
}

/// One page of a list, and how many organisations there are on all pages together.
pub fn search(tx: &mut Tx, asked: &Asked, today: Day) -> Result<(Vec<CharityRow>, i64), Fault> {
    let kind = asked.kind.map_or("", |k| k.word());
    let pattern = like_pattern(&asked.words);
    // Without a horizon nothing ends before it.
    let horizon = asked.ending_by.unwrap_or(-1);
    let count = tx.query_one(
        sql("SELECT COUNT(*) AS count FROM organisation o WHERE (?1 = '' OR o.kind = ?1) \
             AND (LOWER(o.name) LIKE ?2 ESCAPE '!' OR LOWER(o.english_name) LIKE ?2 ESCAPE '!' OR LOWER(o.credit_code) LIKE ?2 ESCAPE '!') \
             AND (CAST(?3 AS BIGINT) < 0 OR EXISTS (SELECT 1 FROM certificate c WHERE c.organisation_id = o.id \
                  GROUP BY c.kind HAVING MAX(c.valid_until_day) <= ?3))"),
        params![kind, &pattern, horizon],
    )?;
    let rows = tx.query(
        sql("SELECT o.id, o.kind, o.name, o.english_name, o.credit_code, o.about, o.english_about, o.address, o.contact, o.area_code, \
             (SELECT MAX(c.valid_until_day) FROM certificate c WHERE c.organisation_id = o.id AND c.kind = 'registration' \
              AND c.valid_from_day <= ?4 AND c.valid_until_day >= ?4) AS registered_until, \
             (SELECT MAX(c.valid_until_day) FROM certificate c WHERE c.organisation_id = o.id AND c.kind = 'public_fundraising' \
              AND c.valid_from_day <= ?4 AND c.valid_until_day >= ?4) AS fundraising_until \
             FROM organisation o WHERE (?1 = '' OR o.kind = ?1) \
             AND (LOWER(o.name) LIKE ?2 ESCAPE '!' OR LOWER(o.english_name) LIKE ?2 ESCAPE '!' OR LOWER(o.credit_code) LIKE ?2 ESCAPE '!') \
             AND (CAST(?3 AS BIGINT) < 0 OR EXISTS (SELECT 1 FROM certificate c WHERE c.organisation_id = o.id \
                  GROUP BY c.kind HAVING MAX(c.valid_until_day) <= ?3)) \
             ORDER BY o.name, o.id LIMIT ?5 OFFSET ?6"),
        params![kind, &pattern, horizon, today, Asked::PAGE_LENGTH, asked.page.max(0) * Asked::PAGE_LENGTH],
    )?;
    let found = rows.iter().map(|row| {
        Ok(CharityRow {
            organisation: Organisation::from_row(row)?,
            registered_until: row.opt_int("registered_until")?,
            fundraising_until: row.opt_int("fundraising_until")?,
        })
    });
    Ok((found.collect::<Result<_, Fault>>()?, count.int("count")?))
}

/// Words as they stand anywhere in a text, with LIKE's own signs taken literally.
fn like_pattern(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in words.to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// What the channel brought a charity, as far as it is folded into its days, and until when that is everything: now,
/// or the moment of the oldest batch that still waits for the roll-up. So the figure never claims more than it holds.
pub fn received(tx: &mut Tx, organisation_id: Id, now: Micros) -> Result<Received, Fault> {
    let sum = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(gifts) AS BIGINT), 0) AS gifts, COALESCE(CAST(SUM(gifts_fen - refunds_fen) AS BIGINT), 0) AS gifts_fen \
             FROM channel_day WHERE organisation_id = ?1"),
        params![organisation_id],
    )?;
    let waiting = tx.query_opt(sql("SELECT committed_at FROM gift_batch WHERE id = (SELECT MIN(batch_id) FROM gift_delta)"), params![])?;
    let as_of = waiting.map(|row| row.int("committed_at")).transpose()?.unwrap_or(now);
    Ok(Received { gifts: sum.int("gifts")?, gifts_fen: sum.int("gifts_fen")?, as_of })
}

pub fn credit_code_taken(tx: &mut Tx, credit_code: &str) -> Result<bool, Fault> {
    Ok(tx.query_opt(sql("SELECT id FROM organisation WHERE credit_code = ?1"), params![credit_code])?.is_some())
}

pub fn insert_organisation(tx: &mut Tx, id: Id, new: &NewOrganisation, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO organisation (id, kind, name, english_name, credit_code, about, english_about, address, contact, area_code, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
        params![
            id,
            new.kind.word(),
            &new.name,
            &new.english_name,
            &new.credit_code,
            &new.about,
            &new.english_about,
            &new.address,
            &new.contact,
            &new.area_code,
            now
        ],
    )
}

/// An organisation's certificates, the newest first.
pub fn certificates(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Certificate>, Fault> {
    let rows = tx.query(
        sql("SELECT id, organisation_id, kind, number, issuer, valid_from_day, valid_until_day FROM certificate \
             WHERE organisation_id = ?1 ORDER BY kind DESC, valid_until_day DESC, id DESC"),
        params![organisation_id],
    )?;
    rows.iter().map(Certificate::from_row).collect()
}

pub fn insert_certificate(tx: &mut Tx, id: Id, organisation_id: Id, new: &NewCertificate) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO certificate (id, organisation_id, kind, number, issuer, valid_from_day, valid_until_day) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![id, organisation_id, new.kind.word(), &new.number, &new.issuer, new.valid_from_day, new.valid_until_day],
    )
}

/// Whether the organisation may raise money from the public on that day: it is a charity, and a registration and a
/// 公开募捐资格证书 are both valid then.
pub fn may_raise_funds(tx: &mut Tx, organisation_id: Id, day: Day) -> Result<bool, Fault> {
    let row = tx.query_one(
        sql("SELECT COUNT(DISTINCT certificate.kind) AS kinds FROM certificate \
             JOIN organisation ON organisation.id = certificate.organisation_id \
             WHERE certificate.organisation_id = ?1 AND organisation.kind = 'charity' \
             AND certificate.valid_from_day <= ?2 AND certificate.valid_until_day >= ?2"),
        params![organisation_id, day],
    )?;
    Ok(row.int("kinds")? == 2)
}

/// The merchant number at the channel into which this organisation's gifts go.
pub fn merchant_of(tx: &mut Tx, organisation_id: Id) -> Result<Option<String>, Fault> {
    let row = tx.query_opt(sql("SELECT mchid FROM merchant WHERE organisation_id = ?1"), params![organisation_id])?;
    row.map(|row| row.text("mchid")).transpose()
}

pub fn merchant_owner(tx: &mut Tx, mchid: &str) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(sql("SELECT organisation_id FROM merchant WHERE mchid = ?1"), params![mchid])?;
    row.map(|row| row.int("organisation_id")).transpose()
}

pub fn insert_merchant(tx: &mut Tx, organisation_id: Id, mchid: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO merchant (organisation_id, mchid, opened_at) VALUES (?1, ?2, ?3)"),
        params![organisation_id, mchid, now],
    )
}

/// Everyone who sits, sat or will sit for an organisation, in the order in which the seats were given.
pub fn seats(tx: &mut Tx, organisation_id: Id) -> Result<Vec<Seat>, Fault> {
    let rows = tx.query(
        sql("SELECT seat.id, seat.person_id, seat.role, seat.starts_at, seat.ends_at, person.name, COALESCE(staff.login, '') AS login FROM seat \
             JOIN person ON person.id = seat.person_id LEFT JOIN staff ON staff.person_id = seat.person_id \
             WHERE seat.organisation_id = ?1 ORDER BY seat.id"),
        params![organisation_id],
    )?;
    rows.iter().map(seat).collect()
}

fn seat(row: &Row) -> Result<Seat, Fault> {
    let role = row.text("role")?;
    Ok(Seat {
        id: row.int("id")?,
        person_id: row.int("person_id")?,
        name: row.text("name")?,
        login: row.text("login")?,
        role: Role::from_word(&role).ok_or_else(|| Fault::inconsistent(format!("a seat has the role {role}")))?,
        starts_at: row.int("starts_at")?,
        ends_at: row.opt_int("ends_at")?,
    })
}

/// What a new seat is made of.
pub struct NewSeat {
    pub id: Id,
    pub organisation_id: Id,
    pub person_id: Id,
    pub role: Role,
    pub starts_at: Micros,
    pub ends_at: Option<Micros>,
}

pub fn insert_seat(tx: &mut Tx, seat: &NewSeat) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO seat (id, organisation_id, person_id, role, starts_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![seat.id, seat.organisation_id, seat.person_id, seat.role.word(), seat.starts_at, seat.ends_at],
    )
}

/// Ends a seat of this organisation that has not ended yet; false when there is none.
pub fn end_seat(tx: &mut Tx, organisation_id: Id, seat_id: Id, now: Micros) -> Result<bool, Fault> {
    let ended = tx.execute(
        sql("UPDATE seat SET ends_at = ?3 WHERE id = ?2 AND organisation_id = ?1 AND (ends_at IS NULL OR ends_at > ?3)"),
        params![organisation_id, seat_id, now],
    )?;
    Ok(ended == 1)
}

/// Whoever comes second waits for the first: what follows is decided about an organisation as a whole.
pub fn hold(tx: &mut Tx, organisation_id: Id) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE organisation SET name = name WHERE id = ?1"), params![organisation_id])
}

/// Ends a seat at an instant, if it would have lasted longer.
pub fn end_seat_at(tx: &mut Tx, organisation_id: Id, seat_id: Id, at: Micros) -> Result<bool, Fault> {
    let ended = tx.execute(
        sql("UPDATE seat SET ends_at = ?3 WHERE id = ?2 AND organisation_id = ?1 AND starts_at < ?3 AND (ends_at IS NULL OR ends_at > ?3)"),
        params![organisation_id, seat_id, at],
    )?;
    Ok(ended == 1)
}

/// When an organisation was recorded here.
pub fn joined_at(tx: &mut Tx, organisation_id: Id) -> Result<Micros, Fault> {
    tx.query_one(sql("SELECT created_at FROM organisation WHERE id = ?1"), params![organisation_id])?.int("created_at")
}

/// Whether somebody holds a seat at another organisation now.
pub fn sits_elsewhere(tx: &mut Tx, person_id: Id, organisation_id: Id, now: Micros) -> Result<bool, Fault> {
    let row = tx.query_opt(
        sql("SELECT id FROM seat WHERE person_id = ?1 AND organisation_id <> ?2 AND starts_at <= ?3 AND (ends_at IS NULL OR ends_at > ?3) LIMIT 1"),
        params![person_id, organisation_id, now],
    )?;
    Ok(row.is_some())
}
