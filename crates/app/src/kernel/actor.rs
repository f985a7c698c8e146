//! Who is acting, and what a route asks of them.
//!
//! A right on a route says who may come in at all. Which organisation's things they then see is decided in the
//! statement that loads them: a store function starts from the seat, so that a forgotten check finds nothing.

use super::{Id, Micros, Refusal};

/// How the person proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strength {
    /// A code sent to their phone: enough for one's own gifts.
    Phone,
    /// Password and one-time code: needed at a desk.
    Staff,
}

/// What a seat lets its holder do inside its organisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Runs projects: drafts, progress, disclosures, payout requests, expenses.
    Manager,
    /// Keeps the books: disclosures, expenses, payout approval.
    Finance,
    /// Approves payouts.
    Approver,
    /// The operator's reviewer: projects, held notifications, reconciliation.
    Reviewer,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Manager, Role::Finance, Role::Approver, Role::Reviewer];

    pub fn word(self) -> &'static str {
        match self {
            Role::Manager => "manager",
            Role::Finance => "finance",
            Role::Approver => "approver",
            Role::Reviewer => "reviewer",
        }
    }

    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.word() == word)
    }
}

/// A seat that is held now: its dates were checked when the actor was loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct SeatHeld {
    pub organisation_id: Id,
    pub role: Role,
    /// The organisation is this deployment's operator.
    pub operator: bool,
}

/// The person behind a request, or nobody in particular.
#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    Anyone,
    Person { id: Id, name: String, strength: Strength, seats: Vec<SeatHeld> },
}

impl Actor {
    pub fn person_id(&self) -> Option<Id> {
        match self {
            Actor::Anyone => None,
            Actor::Person { id, .. } => Some(*id),
        }
    }

    /// Signed in as staff do, with or without a seat.
    pub fn is_staff(&self) -> bool {
        matches!(self, Actor::Person { strength: Strength::Staff, .. })
    }

    fn desk_seats(&self) -> &[SeatHeld] {
        match self {
            Actor::Person { strength: Strength::Staff, seats, .. } => seats,
            _ => &[],
        }
    }

    /// The organisations (not the operator) in which one of these roles is held.
    pub fn organisations_as(&self, roles: &[Role]) -> Vec<Id> {
        let mut ids: Vec<Id> =
            self.desk_seats().iter().filter(|s| !s.operator && roles.contains(&s.role)).map(|s| s.organisation_id).collect();
        ids.dedup();
        ids
    }

    /// The one organisation whose desk this person sits at, if any.
    pub fn desk_organisation(&self) -> Option<Id> {
        self.desk_seats().iter().find(|s| !s.operator).map(|s| s.organisation_id)
    }

    pub fn holds(&self, organisation_id: Id, roles: &[Role]) -> bool {
        self.desk_seats().iter().any(|s| s.organisation_id == organisation_id && roles.contains(&s.role))
    }

    pub fn is_operator(&self) -> bool {
        self.desk_seats().iter().any(|s| s.operator)
    }

    /// The person, if they are a reviewer of the operator: who judges, and nobody else.
    pub fn reviewer(&self) -> Result<Id, Refusal> {
        let seated = self.desk_seats().iter().any(|s| s.operator && s.role == Role::Reviewer);
        self.person_id().filter(|_| seated).ok_or_else(Refusal::forbidden)
    }

    pub fn may(&self, right: Right) -> bool {
        match right {
            Right::Anyone => true,
            Right::SignedIn => self.person_id().is_some(),
            Right::Desk => self.desk_organisation().is_some(),
            Right::Operator => self.is_operator(),
        }
    }
}

/// What a route asks of who comes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Right {
    Anyone,
    /// Any signed-in person.
    SignedIn,
    /// A seat at a charity's or implementer's desk, signed in as staff.
    Desk,
    /// A seat at the operator's desk, signed in as staff.
    Operator,
}

/// Whether a seat's dates cover an instant.
pub fn seat_holds_at(starts_at: Micros, ends_at: Option<Micros>, now: Micros) -> bool {
    starts_at <= now && ends_at.is_none_or(|end| now < end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_code_does_not_open_a_desk() {
        let seats = vec![SeatHeld { organisation_id: 5, role: Role::Manager, operator: false }];
        let with = |strength| Actor::Person { id: 1, name: String::new(), strength, seats: seats.clone() };
        assert!(!with(Strength::Phone).may(Right::Desk));
        assert!(with(Strength::Staff).may(Right::Desk));
        assert!(!with(Strength::Staff).may(Right::Operator));
        assert!(!with(Strength::Staff).holds(6, &[Role::Manager]));
        assert!(!with(Strength::Staff).holds(5, &[Role::Finance]));
    }

    #[test]
    fn a_seat_that_ended_is_no_seat() {
        assert!(seat_holds_at(10, None, 10));
        assert!(seat_holds_at(10, Some(20), 19));
        assert!(!seat_holds_at(10, Some(20), 20));
        assert!(!seat_holds_at(10, None, 9));
    }
}
