//! What `check` found wrong, each with the ids to look at.

use crate::account::Account;
use crate::hands::HandsRefused;
use crate::transfer::Code;
use money::Fen;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Gifts are read in the order of their ids; one that does not come after the last is there twice.
    GiftNotAfter {
        gift: i64,
        last: i64,
    },
    /// The same for folded batches, which are read by batch, organisation and project.
    BatchNotAfter {
        batch: i64,
        organisation: i64,
        project: i64,
    },
    /// An id, an owner, a count or an amount of zero or less.
    NotPositive {
        code: Code,
        id: i64,
    },
    /// Two refunds, payouts, expenses, returns or corrections with one id.
    DuplicateId {
        code: Code,
        id: i64,
    },
    RefundOfUnknownGift {
        refund: i64,
        gift: i64,
    },
    /// The refund names another channel or project than its gift.
    RefundNotAlongGift {
        refund: i64,
        gift: i64,
    },
    RefundsExceedGift {
        refund: i64,
        gift: i64,
        gift_amount: Fen,
        refunded: Fen,
    },
    /// At this fact the account had less than nothing available.
    BelowZero {
        account: Account,
        available: Fen,
        code: Code,
        id: i64,
    },
    /// Posted or voided without having been requested.
    DecisionWithoutRequest {
        payout: i64,
    },
    DecidedTwice {
        payout: i64,
    },
    /// From a project to itself, or to none.
    RedirectNowhere {
        redirect: i64,
        from: i64,
        to: i64,
    },
    Hands {
        payout: i64,
        why: HandsRefused,
    },
    /// The budget line does not exist (`None`) or belongs to another project.
    BudgetLineElsewhere {
        expense: i64,
        project: i64,
        budget_line: i64,
        line_project: Option<i64>,
    },
    /// What is corrected is not in the books, or is not a payout, an expense, a return or an offline gift.
    CorrectionOfUnknown {
        correction: i64,
        of: i64,
    },
    /// Pending or voided: it moved nothing that could be undone.
    CorrectionOfUnposted {
        correction: i64,
        of: i64,
    },
    CorrectedTwice {
        correction: i64,
        of: i64,
    },
    /// Amounts in fen, or counts; `what` says which.
    ProjectTotal {
        project: i64,
        what: &'static str,
        claimed: i64,
        computed: i64,
    },
    OrganisationTotal {
        organisation: i64,
        what: &'static str,
        claimed: i64,
        computed: i64,
    },
    LineTotal {
        budget_line: i64,
        claimed: Fen,
        computed: Fen,
    },
    /// The stored postings of one kind of fact do not add up to zero.
    PostingsNotZero {
        code: Code,
        sum: Fen,
    },
    /// The stored postings of an account differ from what the templates make of the facts.
    PostingsDiffer {
        code: Code,
        account: Account,
        claimed: Fen,
        computed: Fen,
    },
    /// So many were found that the rest was only counted.
    More {
        count: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::GiftNotAfter { gift, last } => {
                write!(f, "gift {gift} comes after gift {last}: it is stored twice or out of order")
            }
            Finding::BatchNotAfter { batch, organisation, project } => {
                write!(f, "batch {batch} of organisation {organisation} and project {project} is there twice or out of order")
            }
            Finding::NotPositive { code, id } => {
                write!(f, "{} {id} has an id, owner, count or amount that is not positive", code.name())
            }
            Finding::DuplicateId { code, id } => {
                write!(f, "{} {id} uses an id that is taken", code.name())
            }
            Finding::RefundOfUnknownGift { refund, gift } => {
                write!(f, "refund {refund} gives back gift {gift}, which does not exist")
            }
            Finding::RefundNotAlongGift { refund, gift } => {
                write!(f, "refund {refund} names another channel or project than gift {gift}")
            }
            Finding::RefundsExceedGift { refund, gift, gift_amount, refunded } => {
                write!(f, "with refund {refund}, {refunded} of gift {gift} was given back, but it was {gift_amount}")
            }
            Finding::BelowZero { account, available, code, id } => {
                write!(f, "at {} {id}, {account} had {available} available", code.name())
            }
            Finding::DecisionWithoutRequest { payout } => {
                write!(f, "payout {payout} was decided without having been requested")
            }
            Finding::DecidedTwice { payout } => write!(f, "payout {payout} was decided twice"),
            Finding::RedirectNowhere { redirect, from, to } => {
                write!(f, "redirect {redirect} takes money from project {from} to project {to}")
            }
            Finding::Hands { payout, why } => write!(f, "payout {payout}: {why}"),
            Finding::BudgetLineElsewhere { expense, project, budget_line, line_project: None } => {
                write!(f, "expense {expense} of project {project} names budget line {budget_line}, which does not exist")
            }
            Finding::BudgetLineElsewhere { expense, project, budget_line, line_project: Some(owner) } => {
                write!(f, "expense {expense} of project {project} names budget line {budget_line}, which belongs to project {owner}")
            }
            Finding::CorrectionOfUnknown { correction, of } => {
                write!(f, "correction {correction} undoes {of}, which is no payout, expense, return or offline gift")
            }
            Finding::CorrectionOfUnposted { correction, of } => {
                write!(f, "correction {correction} undoes payout {of}, which was never posted")
            }
            Finding::CorrectedTwice { correction, of } => {
                write!(f, "correction {correction} undoes {of}, which was undone before")
            }
            Finding::ProjectTotal { project, what, claimed, computed } => {
                write!(f, "project {project}: {what} is stored as {claimed}, the facts make it {computed}")
            }
            Finding::OrganisationTotal { organisation, what, claimed, computed } => {
                write!(f, "organisation {organisation}: {what} is stored as {claimed}, the facts make it {computed}")
            }
            Finding::LineTotal { budget_line, claimed, computed } => {
                write!(f, "budget line {budget_line}: spent is stored as {claimed}, the facts make it {computed}")
            }
            Finding::PostingsNotZero { code, sum } => {
                write!(f, "the postings of all {}s add up to {sum} instead of zero", code.name())
            }
            Finding::PostingsDiffer { code, account, claimed, computed } => {
                write!(f, "the {} postings of {account} add up to {claimed}, the facts make it {computed}", code.name())
            }
            Finding::More { count } => write!(f, "and {count} more"),
        }
    }
}
