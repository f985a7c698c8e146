//! The arithmetic of 财务披露: each period starts where the last one ended, in days and in money.
//!
//! 慈善法 art. 79 asks for disclosure at least every three months; how often is the caller's rule, this is
//! only that the figures follow from one another.

use money::Fen;
use std::fmt;

/// One disclosed period. Days are counted from 1970-01-01 and both ends belong to the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first_day: i64,
    pub last_day: i64,
    pub previous_balance: Fen,
    pub income: Fen,
    pub expense: Fen,
    pub balance: Fen,
}

/// What does not follow. `period` counts from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisclosureGap {
    /// Income or expense below zero: a refund lowers the income of no period below what it brought in.
    Negative,
    /// previous balance + income − expense is this, not the balance disclosed.
    BalanceDoesNotFollow { expected: Fen },
    /// The figures do not fit.
    TooLarge,
    /// The period ends before it starts.
    EndsBeforeItStarts { period: usize },
    /// The period should start the day after the one before it ended.
    DaysMissingOrTwice { period: usize, expected_first_day: i64 },
    /// The opening balance is not the closing balance of the period before.
    OpeningDiffers { period: usize, expected: Fen },
    /// A gap inside this period.
    Within { period: usize, expected: Fen },
}

/// previous balance + income − expense = balance.
pub fn disclosure_follows(previous_balance: Fen, income: Fen, expense: Fen, balance: Fen) -> Result<(), DisclosureGap> {
    if income.is_negative() || expense.is_negative() {
        return Err(DisclosureGap::Negative);
    }
    let expected = previous_balance.checked_add(income).and_then(|sum| sum.checked_sub(expense)).ok_or(DisclosureGap::TooLarge)?;
    if expected != balance {
        return Err(DisclosureGap::BalanceDoesNotFollow { expected });
    }
    Ok(())
}

/// Whether the periods, in the order given, leave no day out, count none twice, and carry every balance on.
/// The first period may open with any balance.
pub fn periods_continue(periods: &[Period]) -> Result<(), DisclosureGap> {
    for (place, period) in periods.iter().enumerate() {
        if period.last_day < period.first_day {
            return Err(DisclosureGap::EndsBeforeItStarts { period: place });
        }
        if let Some(before) = place.checked_sub(1).map(|before| &periods[before]) {
            if period.first_day != before.last_day + 1 {
                let expected_first_day = before.last_day + 1;
                return Err(DisclosureGap::DaysMissingOrTwice { period: place, expected_first_day });
            }
            if period.previous_balance != before.balance {
                return Err(DisclosureGap::OpeningDiffers { period: place, expected: before.balance });
            }
        }
        match disclosure_follows(period.previous_balance, period.income, period.expense, period.balance) {
            Err(DisclosureGap::BalanceDoesNotFollow { expected }) => {
                return Err(DisclosureGap::Within { period: place, expected });
            }
            other => other?,
        }
    }
    Ok(())
}

/// The execution rate in hundredths of a percent, rounded down so that it never claims more than was done;
/// `None` when nothing was raised.
pub fn execution_per_ten_thousand(spent: Fen, raised: Fen) -> Option<i64> {
    if spent.is_negative() || !raised.is_positive() {
        return None;
    }
    spent.portion_rounded_down(10_000, raised.0.unsigned_abs()).map(|rate| rate.0)
}

impl fmt::Display for DisclosureGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DisclosureGap::Negative => write!(f, "income and expense cannot be below zero"),
            DisclosureGap::BalanceDoesNotFollow { expected } => {
                write!(f, "opening balance plus income less expense makes {expected}")
            }
            DisclosureGap::TooLarge => write!(f, "the figures are too large"),
            DisclosureGap::EndsBeforeItStarts { period } => {
                write!(f, "period {period} ends before it starts")
            }
            DisclosureGap::DaysMissingOrTwice { period, expected_first_day } => {
                write!(f, "period {period} should start on day {expected_first_day}")
            }
            DisclosureGap::OpeningDiffers { period, expected } => {
                write!(f, "period {period} should open with {expected}")
            }
            DisclosureGap::Within { period, expected } => {
                write!(f, "period {period} should close with {expected}")
            }
        }
    }
}

impl std::error::Error for DisclosureGap {}
