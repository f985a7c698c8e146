//! The books: a mirror, in double entry, of money that lands in each public charity's own channel account.
//!
//! The platform never holds money; it records where each fen is. A *fact* (a gift, a refund, a payout, an
//! expense, a return, a correction, an offline gift, a redirect) becomes one *transfer* from a debited to a credited account by a fixed
//! template ([`gift`], [`refund`], [`payout`], [`expense`], [`payout_return`], [`correction`], [`offline_gift`], [`redirect`]); a transfer's
//! two *postings* add up to zero. The past is never edited: what was wrong is undone by a further transfer.
//! The caller's id is the idempotency key. The templates and the account numbers, which are stored and
//! therefore kept for ever, are explained in `docs/decisions/0002-postings.md`.
//!
//! * [`Ledger`] is the rule: it accepts or refuses one transfer at a time.
//! * [`check`] and [`Checker`] verify stored facts and totals as a stream, with memory only per account.
//! * [`Auditor`] answers the same questions as `Ledger` in another way, to be compared with it.
//! * [`disclosure_follows`] and its neighbours are the arithmetic of 财务披露.
#![forbid(unsafe_code)]

mod account;
mod auditor;
mod books;
mod check;
mod claims;
mod disclosure;
mod fact;
mod finding;
mod hands;
mod refused;
mod sums;
mod transfer;

pub use account::Account;
pub use auditor::Auditor;
pub use books::{Balance, Ledger, Outcome, State};
pub use check::{Checker, check};
pub use claims::{Claimed, LineTotals, OrganisationTotals, PostingSum, ProjectTotals};
pub use disclosure::{DisclosureGap, Period, disclosure_follows, execution_per_ten_thousand, periods_continue};
pub use fact::{Fact, GiftFacts};
pub use finding::Finding;
pub use hands::{HandsRefused, TwoHands};
pub use refused::{Field, Refused};
pub use transfer::{Code, Posting, Transfer, correction, expense, gift, offline_gift, payout, payout_return, redirect, refund};

#[cfg(test)]
mod tests;
