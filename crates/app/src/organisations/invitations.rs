//! Invitations to a seat: a manager names a telephone or a staff login, a role and its days; whoever is meant takes it up
//! within seven days, once. Handing a seat over is an invitation that ends the old seat at the instant at which the new one
//! begins; somebody who lost their second factor is invited again, and sets up another login.

use db::{Fault, Row, Tx, params, sql};

use crate::App;
use crate::kernel::{Actor, DAY_US, Id, Micros, Refusal, Role, Strength, Trouble};
use crate::people::{self, Phone};

use super::store::NewSeat;
use super::{actions, rules, store};

/// How long an invitation is good for.
pub const LASTS: Micros = 7 * DAY_US;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InvitationState {
    Open,
    Accepted,
    Withdrawn,
    /// Its seven days are over.
    Expired,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    pub id: Id,
    pub organisation_id: Id,
    pub organisation_name: String,
    pub role: Role,
    /// Digits; empty when a member of staff is meant, and when it is over.
    pub phone: String,
    pub person_id: Option<Id>,
    pub person_name: String,
    pub starts_at: Micros,
    pub ends_at: Option<Micros>,
    pub replaces_id: Option<Id>,
    pub recovers: bool,
    pub state: InvitationState,
    pub created_at: Micros,
    pub expires_at: Micros,
}

impl Invitation {
    fn from_row(row: &Row, now: Micros) -> Result<Invitation, Fault> {
        let (role, expires_at) = (row.text("role")?, row.int("expires_at")?);
        let state = match row.text("state")?.as_str() {
            "open" if expires_at <= now => InvitationState::Expired,
            "open" => InvitationState::Open,
            "accepted" => InvitationState::Accepted,
            _ => InvitationState::Withdrawn,
        };
        Ok(Invitation {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            organisation_name: row.text("organisation_name")?,
            role: Role::from_word(&role).ok_or_else(|| Fault::inconsistent(format!("an invitation is to the role {role}")))?,
            phone: row.text("phone")?,
            person_id: row.opt_int("person_id")?,
            person_name: row.text("person_name")?,
            starts_at: row.int("starts_at")?,
            ends_at: row.opt_int("ends_at")?,
            replaces_id: row.opt_int("replaces_id")?,
            recovers: row.int("recovers")? == 1,
            state,
            created_at: row.int("created_at")?,
            expires_at,
        })
    }

    /// `138****5678`, or the name of whom it is for.
    pub fn addressee(&self) -> String {
        match (self.phone.get(..3), self.phone.get(7..)) {
            (Some(head), Some(tail)) => format!("{head}****{tail}"),
            _ => self.person_name.clone(),
        }
    }
}

/// Whom an invitation is for.
pub enum Addressee {
    Phone(Phone),
    /// Somebody with a staff login.
    Login(String),
}

pub struct NewInvitation {
    pub to: Addressee,
    pub role: Role,
    pub starts_at: Micros,
    pub ends_at: Option<Micros>,
    pub replaces_id: Option<Id>,
}

/// The secret part of an invitation's link.
pub fn code(app: &App, id: Id) -> String {
    app.secret.code("invitation", &id.to_string())
}

/// Where an invitation is taken up: the manager passes this address on.
pub fn path(app: &App, id: Id) -> String {
    format!("/invitations/{id}/{}", code(app, id))
}

fn manager(actor: &Actor, organisation_id: Id) -> Result<Id, Refusal> {
    if !actor.holds(organisation_id, &[Role::Manager]) {
        return Err(Refusal::forbidden());
    }
    actor.person_id().ok_or_else(Refusal::forbidden)
}

/// Invites somebody to a seat of one's own organisation. The manager passes the link on; the telephone is proved by signing in
/// with it. A member of staff gets a notice.
pub fn invite(app: &App, actor: &Actor, organisation_id: Id, new: &NewInvitation) -> Result<Id, Trouble> {
    let person_id = manager(actor, organisation_id)?;
    let now = app.clock.now();
    let (phone, named) = match &new.to {
        Addressee::Phone(phone) => (phone.as_str().to_owned(), None),
        Addressee::Login(login) => {
            let login: String = login.trim().to_ascii_lowercase().chars().filter(|c| !c.is_control()).collect();
            let member = app.db.read(|tx| people::find_staff(tx, &login))?;
            (String::new(), Some(member.ok_or_else(|| Refusal::input("login", "refusal-seat-login"))?.person_id))
        }
    };
    let row = Terms {
        phone,
        named,
        role: new.role,
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        replaces_id: new.replaces_id,
        recovers: false,
    };
    app.db.read(|tx| {
        let organisation = actions::must_exist(tx, organisation_id)?;
        rules::new_seat(organisation.kind, new.role, new.starts_at, new.ends_at, now)?;
        let seats = store::seats(tx, organisation_id)?;
        match new.replaces_id {
            Some(id) if !seats.iter().any(|s| s.id == id && s.ends_at.is_none_or(|end| end > now)) => {
                Err(Trouble::from(Refusal::conflict("refusal-seat-ended")))
            }
            _ => Ok(()),
        }
    })?;
    send(app, organisation_id, person_id, &row, now)
}

/// Invites somebody who sits here already to set up their login anew. Their telephone on record is what proves them.
pub fn recover(app: &App, actor: &Actor, organisation_id: Id, seat_id: Id) -> Result<Id, Trouble> {
    let person_id = manager(actor, organisation_id)?;
    let now = app.clock.now();
    let row = app.db.read(|tx| {
        let seat = store::seats(tx, organisation_id)?.into_iter().find(|s| s.id == seat_id).ok_or_else(Refusal::not_found)?;
        if !seat.held_at(now) {
            return Err(Refusal::conflict("refusal-seat-ended").into());
        }
        if store::sits_elsewhere(tx, seat.person_id, organisation_id, now)? {
            return Err(Refusal::conflict("refusal-seat-elsewhere").into());
        }
        let phone = people::phones_of(tx, seat.person_id)?.into_iter().next();
        let phone = phone.ok_or_else(|| Refusal::conflict("refusal-seat-no-phone"))?.as_str().to_owned();
        Ok::<_, Trouble>(Terms {
            phone,
            named: Some(seat.person_id),
            role: seat.role,
            starts_at: seat.starts_at,
            ends_at: seat.ends_at,
            replaces_id: None,
            recovers: true,
        })
    })?;
    send(app, organisation_id, person_id, &row, now)
}

/// An invitation as it is written down.
struct Terms {
    phone: String,
    named: Option<Id>,
    role: Role,
    starts_at: Micros,
    ends_at: Option<Micros>,
    replaces_id: Option<Id>,
    recovers: bool,
}

fn send(app: &App, organisation_id: Id, invited_by: Id, row: &Terms, now: Micros) -> Result<Id, Trouble> {
    let (id, notice_id) = (app.new_id(), app.new_id());
    let path = path(app, id);
    app.db.write(|tx| {
        let organisation = actions::must_exist(tx, organisation_id)?;
        tx.execute_one(
            sql("INSERT INTO invitation (id, organisation_id, role, phone, person_id, starts_at, ends_at, replaces_id, recovers, state, \
                 invited_by, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'open', ?10, ?11, ?12)"),
            params![
                id,
                organisation_id,
                row.role.word(),
                &row.phone,
                row.named,
                row.starts_at,
                row.ends_at,
                row.replaces_id,
                i64::from(row.recovers),
                invited_by,
                now,
                now + LASTS
            ],
        )?;
        if let Some(person) = row.named {
            people::notify(tx, notice_id, person, "notice-invitation", &[("organisation", &organisation.name)], &path, now)?;
        }
        Ok(id)
    })
}

/// Takes an invitation back.
pub fn withdraw(app: &App, actor: &Actor, organisation_id: Id, id: Id) -> Result<(), Trouble> {
    manager(actor, organisation_id)?;
    app.db.write(|tx| {
        let done = tx.execute(
            sql("UPDATE invitation SET state = 'withdrawn', phone = '' WHERE id = ?1 AND organisation_id = ?2 AND state = 'open'"),
            params![id, organisation_id],
        )?;
        if done == 1 { Ok(()) } else { Err(Refusal::conflict("refusal-invitation-over").into()) }
    })
}

/// The invitation behind a link, for whoever it is meant for: the telephone is theirs, or they are the one named and signed in
/// as staff. A link that is not genuine leads nowhere.
pub fn open(app: &App, actor: &Actor, id: Id, given: &str) -> Result<Invitation, Trouble> {
    if !app.secret.code_fits("invitation", &id.to_string(), given) {
        return Err(Refusal::not_found().into());
    }
    let now = app.clock.now();
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    app.db.read(|tx| {
        let invitation = find(tx, id, now)?.ok_or_else(Refusal::not_found)?;
        is_meant(tx, &invitation, actor, person_id)?;
        Ok(invitation)
    })
}

fn is_meant(tx: &mut Tx, invitation: &Invitation, actor: &Actor, person_id: Id) -> Result<(), Trouble> {
    match invitation.state {
        InvitationState::Open => {}
        InvitationState::Expired => return Err(Refusal::conflict("refusal-invitation-expired").into()),
        InvitationState::Accepted | InvitationState::Withdrawn => return Err(Refusal::conflict("refusal-invitation-over").into()),
    }
    if invitation.phone.is_empty() {
        let staff = matches!(actor, Actor::Person { strength: Strength::Staff, .. });
        if invitation.person_id == Some(person_id) && staff {
            return Ok(());
        }
        return Err(Refusal::conflict("refusal-invitation-other-person").into());
    }
    let theirs = people::phones_of(tx, person_id)?.iter().any(|p| p.as_str() == invitation.phone);
    if theirs && invitation.person_id.is_none_or(|named| named == person_id) {
        return Ok(());
    }
    Err(Refusal::conflict("refusal-invitation-other-phone").with("phone", invitation.addressee()).into())
}

/// Takes an invitation up, once. Whoever has no staff login yet sets one up afterwards (`people`, `/me/desk-access`).
pub fn accept(app: &App, actor: &Actor, id: Id, given: &str) -> Result<(), Trouble> {
    let invitation = open(app, actor, id, given)?;
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let (seat_id, notice_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        store::hold(tx, invitation.organisation_id)?;
        // Read again inside: it may have been taken up or back in between.
        let invitation = find(tx, id, now)?.ok_or_else(Refusal::not_found)?;
        is_meant(tx, &invitation, actor, person_id)?;
        let seat = if invitation.recovers {
            people::retire_login(tx, person_id)?;
            None
        } else {
            let starts_at = invitation.starts_at.max(now);
            let seat = NewSeat {
                id: seat_id,
                organisation_id: invitation.organisation_id,
                person_id,
                role: invitation.role,
                starts_at,
                ends_at: invitation.ends_at,
            };
            if let Some(old) = invitation.replaces_id {
                store::end_seat_at(tx, invitation.organisation_id, old, starts_at)?;
            }
            actions::put_seat(tx, &seat, now)?;
            Some(seat_id)
        };
        let taken = tx.execute(
            sql("UPDATE invitation SET state = 'accepted', phone = '', accepted_by = ?2, accepted_at = ?3, seat_id = ?4 \
                 WHERE id = ?1 AND state = 'open' AND expires_at > ?3"),
            params![id, person_id, now, seat],
        )?;
        if taken != 1 {
            return Err(Refusal::conflict("refusal-invitation-over").into());
        }
        let inviter = tx.query_one(sql("SELECT invited_by FROM invitation WHERE id = ?1"), params![id])?.int("invited_by")?;
        Ok(people::notify(
            tx,
            notice_id,
            inviter,
            "notice-invitation-accepted",
            &[("organisation", &invitation.organisation_name)],
            "/desk/seats",
            now,
        )?)
    })
}

fn find(tx: &mut Tx, id: Id, now: Micros) -> Result<Option<Invitation>, Fault> {
    let row = tx.query_opt(
        sql("SELECT i.*, o.name AS organisation_name, COALESCE(p.name, '') AS person_name FROM invitation i \
             JOIN organisation o ON o.id = i.organisation_id LEFT JOIN person p ON p.id = i.person_id WHERE i.id = ?1"),
        params![id],
    )?;
    row.as_ref().map(|row| Invitation::from_row(row, now)).transpose()
}

/// An organisation's invitations, the newest first.
pub fn list(tx: &mut Tx, organisation_id: Id, now: Micros) -> Result<Vec<Invitation>, Fault> {
    let rows = tx.query(
        sql("SELECT i.*, o.name AS organisation_name, COALESCE(p.name, '') AS person_name FROM invitation i \
             JOIN organisation o ON o.id = i.organisation_id LEFT JOIN person p ON p.id = i.person_id \
             WHERE i.organisation_id = ?1 ORDER BY i.id DESC LIMIT 50"),
        params![organisation_id],
    )?;
    rows.iter().map(|row| Invitation::from_row(row, now)).collect()
}

/// Telephones of invitations that are over are forgotten.
pub fn forget(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    app.db.write(|tx| tx.execute(sql("UPDATE invitation SET phone = '' WHERE expires_at <= ?1 AND phone <> ''"), params![now]))?;
    Ok(())
}
