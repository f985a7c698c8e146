//! A case about giving a payment back: its reason, its papers, who has said what, and how far it is.

use db::{Fault, Row};

use crate::files::Prepared;
use crate::kernel::{Id, Micros};

/// Why money is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Reason {
    /// Paid twice for one wish.
    Duplicate,
    WrongAmount,
    /// Ours, the channel's or the bank's.
    SystemFault,
    /// Given by a child, or by an adult who cannot act for themselves (民法典 arts. 19 to 22, 144, 145).
    NoCapacity,
    StolenAccount,
    /// By deceit or force, or in a state of illness (民法典 arts. 147 to 151).
    AgainstWill,
    /// The project cannot be carried out, and nothing near to it can (慈善法 art. 58).
    ProjectImpossible,
    Other,
    /// The charity gave it back on the merchant platform, without a case. Nobody can choose this; the channel's word opens it.
    MadeElsewhere,
}

impl Reason {
    pub const ALL: [Reason; 9] = [
        Reason::Duplicate,
        Reason::WrongAmount,
        Reason::SystemFault,
        Reason::NoCapacity,
        Reason::StolenAccount,
        Reason::AgainstWill,
        Reason::ProjectImpossible,
        Reason::Other,
        Reason::MadeElsewhere,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Reason::Duplicate => "duplicate",
            Reason::WrongAmount => "wrong_amount",
            Reason::SystemFault => "system_fault",
            Reason::NoCapacity => "no_capacity",
            Reason::StolenAccount => "stolen_account",
            Reason::AgainstWill => "against_will",
            Reason::ProjectImpossible => "project_impossible",
            Reason::Other => "other",
            Reason::MadeElsewhere => "made_elsewhere",
        }
    }

    pub fn from_word(word: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|r| r.word() == word)
    }
}

/// What a paper shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Paper {
    /// 支付凭证: the payment on the donor's side.
    PaymentProof,
    Identity,
    /// 监护关系证明, with the guardian's identity.
    GuardianProof,
    /// 诊断证明.
    MedicalCertificate,
    /// 受案回执 or 立案告知书.
    PoliceCase,
    /// 项目无法实施的决定.
    ProjectDecision,
    Other,
}

impl Paper {
    pub const ALL: [Paper; 7] = [
        Paper::PaymentProof,
        Paper::Identity,
        Paper::GuardianProof,
        Paper::MedicalCertificate,
        Paper::PoliceCase,
        Paper::ProjectDecision,
        Paper::Other,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Paper::PaymentProof => "payment_proof",
            Paper::Identity => "identity",
            Paper::GuardianProof => "guardian_proof",
            Paper::MedicalCertificate => "medical_certificate",
            Paper::PoliceCase => "police_case",
            Paper::ProjectDecision => "project_decision",
            Paper::Other => "other",
        }
    }

    pub fn from_word(word: &str) -> Option<Paper> {
        Paper::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// Who says that it is so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Party {
    Charity,
    Implementer,
    Operator,
}

impl Party {
    pub fn word(self) -> &'static str {
        match self {
            Party::Charity => "charity",
            Party::Implementer => "implementer",
            Party::Operator => "operator",
        }
    }

    pub fn from_word(word: &str) -> Option<Party> {
        [Party::Charity, Party::Implementer, Party::Operator].into_iter().find(|p| p.word() == word)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenedBy {
    Donor,
    Charity,
    Operator,
    /// The channel told of a refund that nobody here had asked for.
    Channel,
}

impl OpenedBy {
    pub fn word(self) -> &'static str {
        match self {
            OpenedBy::Donor => "donor",
            OpenedBy::Charity => "charity",
            OpenedBy::Operator => "operator",
            OpenedBy::Channel => "channel",
        }
    }

    fn from_word(word: &str) -> Option<OpenedBy> {
        [OpenedBy::Donor, OpenedBy::Charity, OpenedBy::Operator, OpenedBy::Channel].into_iter().find(|o| o.word() == word)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum State {
    /// Papers may be missing.
    Applied,
    /// The papers are complete; the parties say what they know.
    Examined,
    /// Everyone has confirmed, and two people are asked to agree.
    Requested,
    ApprovedOnce,
    /// Agreed, and not on its way yet: `Case::waits_for` says what it waits for.
    Approved,
    /// With the channel.
    Sending,
    /// The channel could not do it: a person decides.
    Stuck,
    Returned,
    Refused,
    /// The donor asks the operator to look again.
    Appealed,
    /// Refused, appealed, and refused for good.
    Upheld,
    Withdrawn,
    /// Given back elsewhere, and not posted yet.
    Found,
}

impl State {
    pub const ALL: [State; 13] = [
        State::Applied,
        State::Examined,
        State::Requested,
        State::ApprovedOnce,
        State::Approved,
        State::Sending,
        State::Stuck,
        State::Returned,
        State::Refused,
        State::Appealed,
        State::Upheld,
        State::Withdrawn,
        State::Found,
    ];

    pub fn word(self) -> &'static str {
        match self {
            State::Applied => "applied",
            State::Examined => "examined",
            State::Requested => "requested",
            State::ApprovedOnce => "approved_once",
            State::Approved => "approved",
            State::Sending => "sending",
            State::Stuck => "stuck",
            State::Returned => "returned",
            State::Refused => "refused",
            State::Appealed => "appealed",
            State::Upheld => "upheld",
            State::Withdrawn => "withdrawn",
            State::Found => "found",
        }
    }

    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.word() == word)
    }

    pub fn is_over(self) -> bool {
        matches!(self, State::Returned | State::Refused | State::Upheld | State::Withdrawn)
    }

    /// Nothing has been agreed to yet.
    pub fn is_undecided(self) -> bool {
        matches!(self, State::Applied | State::Examined | State::Requested | State::ApprovedOnce)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub id: Id,
    pub organisation_id: Id,
    /// 0, as `gift_id`: the payment never entered the books.
    pub project_id: Id,
    pub gift_id: Id,
    /// 0: a guest.
    pub donor_id: Id,
    pub held_id: Id,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub paid_at: Micros,
    pub total_fen: i64,
    pub amount_fen: i64,
    pub reason: Reason,
    /// What whoever asked wrote; for the charity and the operator only.
    pub statement: String,
    pub opened_by: OpenedBy,
    pub opened_person: Id,
    pub opened_at: Micros,
    pub state: State,
    pub waits_for: String,
    /// Receipts of the gift do not speak of this amount any more.
    pub off_receipts: bool,
    pub answer_due_at: Micros,
    pub done_due_at: Micros,
    pub answered_at: Option<Micros>,
    pub requested_by: Option<Id>,
    pub first_by: Option<Id>,
    pub second_by: Option<Id>,
    /// Why it was refused.
    pub decided_reason: String,
    pub appeal: String,
    pub ended_at: Option<Micros>,
}

impl Case {
    pub fn from_row(row: &Row) -> Result<Case, Fault> {
        let unknown = |what: &str, word: &str| Fault::inconsistent(format!("a refund case has the unknown {what} {word}"));
        let (reason, opened_by, state) = (row.text("reason")?, row.text("opened_by")?, row.text("state")?);
        Ok(Case {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            project_id: row.int("project_id")?,
            gift_id: row.int("gift_id")?,
            donor_id: row.int("donor_id")?,
            held_id: row.int("held_id")?,
            out_trade_no: row.text("out_trade_no")?,
            transaction_id: row.text("transaction_id")?,
            paid_at: row.int("paid_at")?,
            total_fen: row.int("total_fen")?,
            amount_fen: row.int("amount_fen")?,
            reason: Reason::from_word(&reason).ok_or_else(|| unknown("reason", &reason))?,
            statement: row.text("statement")?,
            opened_by: OpenedBy::from_word(&opened_by).ok_or_else(|| unknown("opener", &opened_by))?,
            opened_person: row.int("opened_person")?,
            opened_at: row.int("opened_at")?,
            state: State::from_word(&state).ok_or_else(|| unknown("state", &state))?,
            waits_for: row.text("waits_for")?,
            off_receipts: row.bool("off_receipts")?,
            answer_due_at: row.int("answer_due_at")?,
            done_due_at: row.int("done_due_at")?,
            answered_at: row.opt_int("answered_at")?,
            requested_by: row.opt_int("requested_by")?,
            first_by: row.opt_int("first_by")?,
            second_by: row.opt_int("second_by")?,
            decided_reason: row.text("decided_reason")?,
            appeal: row.text("appeal")?,
            ended_at: row.opt_int("ended_at")?,
        })
    }

    /// The next clock that runs: the first answer, then the end.
    pub fn next_due_at(&self) -> Micros {
        if self.answered_at.is_none() { self.answer_due_at } else { self.done_due_at }
    }
}

/// The payment that is spoken of.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    pub organisation_id: Id,
    pub project_id: Id,
    pub gift_id: Id,
    pub donor_id: Id,
    pub held_id: Id,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub paid_at: Micros,
    pub total_fen: i64,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub reason: Reason,
    pub amount_fen: i64,
    pub statement: String,
}

/// A paper that comes with it.
pub struct NewPaper {
    pub paper: Paper,
    pub file: Prepared,
}

/// A paper of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filed {
    pub file_id: Id,
    pub paper: Paper,
    pub by_donor: bool,
}

/// A word that a party gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    pub party: Party,
    pub person_id: Id,
    pub note: String,
    pub at: Micros,
}

/// A line of the case's story.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub step: String,
    pub person_id: Id,
    pub note: String,
    /// For the donor's eyes too.
    pub told: bool,
    pub at: Micros,
}
