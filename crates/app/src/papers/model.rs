//! What the donor's papers speak of: gifts and what has been done about their papers, payers, applications, receipts.

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

/// How a gift came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    Channel,
    /// By bank transfer, cheque or in cash.
    Offline,
    /// In kind; its amount is what it is worth.
    Things {
        item: String,
        unit: String,
        quantity: i64,
    },
}

/// What has been done about the papers of a gift; nothing, by default.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Papers {
    /// The application that has it, open or issued.
    pub application_id: Option<Id>,
    /// The receipt that is valid now.
    pub receipt_id: Option<Id>,
    /// Returned, or on its way back.
    pub returned_fen: i64,
    pub waived_at: Option<Micros>,
}

/// A gift as far as its papers go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaperGift {
    pub gift_id: Id,
    pub source: Source,
    pub organisation_id: Id,
    pub organisation_name: String,
    pub organisation_english_name: String,
    pub organisation_contact: String,
    pub project_id: Id,
    pub project_title: String,
    pub project_english_title: String,
    pub donor_id: Id,
    pub amount_fen: i64,
    pub received_at: Micros,
    pub anonymous: bool,
    pub name: String,
    /// The application that has it, open or issued.
    pub application_id: Option<Id>,
    /// The receipt that is valid now.
    pub receipt_id: Option<Id>,
    /// Returned, or on its way back.
    pub returned_fen: i64,
    pub waived_at: Option<Micros>,
}

impl PaperGift {
    /// What the charity received in the end.
    pub fn left_fen(&self) -> i64 {
        self.amount_fen - self.returned_fen
    }
}

/// Whether a gift can have a receipt, and if not, why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Until the end of this day.
    Open {
        until: Day,
    },
    Applied,
    Issued,
    Waived,
    /// More than three months ago.
    Late {
        until: Day,
    },
    /// Of another calendar year.
    OtherYear,
    /// Everything went back to the donor.
    Returned,
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::Open { .. } => "open",
            Standing::Applied => "applied",
            Standing::Issued => "issued",
            Standing::Waived => "waived",
            Standing::Late { .. } => "late",
            Standing::OtherYear => "other-year",
            Standing::Returned => "returned",
        }
    }
}

/// 交款人: a person or an organisation with a credit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayerKind {
    Person,
    Company,
}

impl PayerKind {
    pub const ALL: [PayerKind; 2] = [PayerKind::Person, PayerKind::Company];

    pub fn word(self) -> &'static str {
        match self {
            PayerKind::Person => "person",
            PayerKind::Company => "company",
        }
    }

    pub fn from_word(word: &str) -> Option<PayerKind> {
        PayerKind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// 开票信息 as typed.
#[derive(Clone, Debug)]
pub struct NewPayer {
    pub kind: PayerKind,
    pub name: String,
    /// 身份证件号码 (optional) or 统一社会信用代码.
    pub code: String,
    /// A telephone or a mail address, optional.
    pub contact: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Waiting,
    /// The finance service was asked and has not answered yet.
    Sent,
    Issued,
    Refused,
    Withdrawn,
}

impl State {
    pub const ALL: [State; 5] = [State::Waiting, State::Sent, State::Issued, State::Refused, State::Withdrawn];

    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sent => "sent",
            State::Issued => "issued",
            State::Refused => "refused",
            State::Withdrawn => "withdrawn",
        }
    }

    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.word() == word)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Application {
    pub id: Id,
    pub organisation_id: Id,
    pub organisation_name: String,
    pub organisation_english_name: String,
    pub organisation_contact: String,
    pub year: i64,
    /// 0: a guest.
    pub person_id: Id,
    pub state: State,
    pub payer_kind: PayerKind,
    pub payer_name: String,
    /// 0: none was given.
    pub payer_code_id: Id,
    pub payer_code_mask: String,
    pub contact_id: Id,
    pub contact_mask: String,
    /// The reversed receipt of which this is the rest; 0: none.
    pub replaces_id: Id,
    pub asked_at: Micros,
    pub due_day: Day,
    pub decided_at: Option<Micros>,
    pub reason: String,
    pub receipt_id: Option<Id>,
    /// How many gifts, and what is left of them.
    pub gifts: i64,
    pub left_fen: i64,
    /// What its receipt says, once there is one, whatever went back since.
    pub issued_fen: Option<i64>,
    /// Its receipt is not valid any more.
    pub reversed: bool,
}

impl Application {
    /// The amount that belongs to it in a list: its receipt's, or what one would be issued for now.
    pub fn amount_fen(&self) -> i64 {
        self.issued_fen.unwrap_or(self.left_fen)
    }
}

/// Whether a receipt comes from the series here or from a finance e-invoice service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Own,
    Service,
}

impl Way {
    pub const ALL: [Way; 2] = [Way::Own, Way::Service];

    pub fn word(self) -> &'static str {
        match self {
            Way::Own => "own",
            Way::Service => "service",
        }
    }

    pub fn from_word(word: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|w| w.word() == word)
    }
}

/// How a charity issues receipts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issuer {
    pub way: Way,
    /// The code of the charity's own series.
    pub prefix: String,
    /// 经手人, 复核人, 收款人.
    pub handler: String,
    pub reviewer: String,
    pub payee: String,
    pub item_code: String,
    pub item_name: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Receipt,
    /// 冲红.
    Reversal,
    /// A number that was used for nothing here, with its reason.
    Void,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Receipt => "receipt",
            Kind::Reversal => "reversal",
            Kind::Void => "void",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        [Kind::Receipt, Kind::Reversal, Kind::Void].into_iter().find(|k| k.word() == word)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    pub id: Id,
    pub organisation_id: Id,
    pub organisation_name: String,
    pub organisation_english_name: String,
    pub organisation_credit_code: String,
    pub kind: Kind,
    pub way: Way,
    pub code: String,
    pub text_number: String,
    pub check_code: String,
    pub reverses_id: Option<Id>,
    /// The reversal that names this receipt.
    pub reversed_by: Option<Id>,
    pub reversed_number: String,
    pub application_id: Option<Id>,
    pub payer_kind: PayerKind,
    pub payer_name: String,
    pub payer_code_mask: String,
    pub amount_fen: i64,
    pub item_code: String,
    pub item_name: String,
    pub unit: String,
    pub quantity: i64,
    pub standard_fen: i64,
    pub handler: String,
    pub reviewer: String,
    pub payee: String,
    pub reason: String,
    pub issued_at: Micros,
    pub prints: i64,
}

/// A line of a receipt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReceiptLine {
    pub gift_id: Id,
    pub amount_fen: i64,
    pub received_at: Micros,
    pub project_title: String,
    pub project_english_title: String,
}
