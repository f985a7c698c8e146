//! Two people approve a payout, and neither is the one who asked for it.

use std::fmt;

/// Proof that a payout passed through enough hands. It cannot be made otherwise than by asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoHands {
    requested_by: i64,
    approved_by: [i64; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandsRefused {
    /// The person who asked for the payout approved it as well.
    OwnRequest { person: i64 },
    /// One person gave both approvals.
    SamePerson { person: i64 },
}

impl TwoHands {
    pub fn new(requested_by: i64, approved_by: [i64; 2]) -> Result<TwoHands, HandsRefused> {
        if approved_by.contains(&requested_by) {
            return Err(HandsRefused::OwnRequest { person: requested_by });
        }
        if approved_by[0] == approved_by[1] {
            return Err(HandsRefused::SamePerson { person: approved_by[0] });
        }
        Ok(TwoHands { requested_by, approved_by })
    }

    pub const fn requested_by(&self) -> i64 {
        self.requested_by
    }

    pub const fn approved_by(&self) -> [i64; 2] {
        self.approved_by
    }
}

impl fmt::Display for HandsRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HandsRefused::OwnRequest { person } => {
                write!(f, "person {person} approved a payout of their own request")
            }
            HandsRefused::SamePerson { person } => write!(f, "person {person} gave both approvals"),
        }
    }
}

impl std::error::Error for HandsRefused {}
