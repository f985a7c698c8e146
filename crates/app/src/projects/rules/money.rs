//! Payouts, expenses and disclosures: who may say yes, and what follows from the books.

use ledger::{HandsRefused, Period, TwoHands, periods_continue};
use money::Fen;

use crate::kernel::civil::{Day, day_text};
use crate::kernel::{Id, Micros, Refusal};

use super::super::model::{Disclosure, Figures, Hand, NewExpense, Payout, PayoutState, Reversal, ReversalState, product_fen};

/// What a yes to a payout leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    First(Hand),
    /// Two different people, neither of whom asked for it: the payout is posted.
    Second {
        second: Hand,
        hands: TwoHands,
    },
}

/// Whether this person's yes counts, and what it leads to.
pub fn approve(payout: &Payout, person_id: Id, now: Micros) -> Result<Approval, Refusal> {
    let hand = Hand { person_id, at: now };
    if person_id == payout.requested_by {
        return Err(Refusal::new(403, "refusal-project-payout-own-request"));
    }
    match &payout.state {
        PayoutState::Requested => Ok(Approval::First(hand)),
        PayoutState::ApprovedOnce { first } => match TwoHands::new(payout.requested_by, [first.person_id, person_id]) {
            Ok(hands) => Ok(Approval::Second { second: hand, hands }),
            Err(HandsRefused::OwnRequest { .. }) => Err(Refusal::new(403, "refusal-project-payout-own-request")),
            Err(HandsRefused::SamePerson { .. }) => Err(Refusal::new(403, "refusal-project-payout-same-person")),
        },
        PayoutState::Paid { .. } | PayoutState::Refused { .. } => Err(Refusal::conflict("refusal-project-payout-decided")),
    }
}

/// Whether a payout can still be refused.
pub fn refuse(payout: &Payout, reason: &str) -> Result<(), Refusal> {
    if !payout.state.is_open() {
        return Err(Refusal::conflict("refusal-project-payout-decided"));
    }
    if reason.is_empty() {
        return Err(Refusal::input("reason", "refusal-project-reason-missing"));
    }
    Ok(())
}

/// Whether this person may decide about a return or a correction: it is open, and somebody else asked for it.
pub fn decides_reversal(reversal: &Reversal, person_id: Id) -> Result<(), Refusal> {
    if reversal.state != ReversalState::Asked {
        return Err(Refusal::conflict("refusal-project-reversal-decided"));
    }
    if reversal.asked.person_id == person_id {
        return Err(Refusal::new(403, "refusal-project-reversal-own"));
    }
    Ok(())
}

/// The amount of an expense, quantity × unit price. Nothing is spent before the project was public, nor in the future.
pub fn expense_amount_fen(asked: &NewExpense, published_day: Day, today: Day) -> Result<i64, Refusal> {
    if asked.description.is_empty() {
        return Err(Refusal::input("description", "refusal-project-expense-description"));
    }
    if asked.invoice_number.is_empty() {
        return Err(Refusal::input("invoice_number", "refusal-project-expense-invoice"));
    }
    if asked.spent_day > today {
        return Err(Refusal::input("spent_day", "refusal-project-expense-future"));
    }
    if asked.spent_day < published_day {
        return Err(Refusal::input("spent_day", "refusal-project-expense-early").with("day", day_text(published_day)));
    }
    product_fen(asked.quantity, asked.unit_price_fen).ok_or_else(|| Refusal::input("quantity", "refusal-project-expense-amount"))
}

/// The figures of the period that follows the last disclosed one and ends on `until_day`.
///
/// `received_fen` is everything that came in until the end of that day (gifts, offline gifts, other projects' leftovers) and
/// `used_fen` everything posted until then that left (expenses, refunds, leftovers for other projects); what earlier
/// periods disclosed (`told_income_fen`, `told_expense_fen`) is taken off. So a gift of an earlier period that was confirmed
/// after its disclosure stands in the next one, and the closing balance is always the ledger's own.
pub fn disclose(
    last: Option<&Disclosure>,
    published_day: Day,
    until_day: Day,
    today: Day,
    [received_fen, used_fen]: [i64; 2],
    [told_income_fen, told_expense_fen]: [i64; 2],
) -> Result<Figures, Refusal> {
    let (from_day, opening_fen) = last.map_or((published_day, 0), |d| (d.until_day + 1, d.closing_fen));
    if until_day >= today {
        return Err(Refusal::input("until_day", "refusal-project-disclosure-not-over"));
    }
    if until_day < from_day {
        return Err(Refusal::input("until_day", "refusal-project-disclosure-before").with("day", day_text(from_day)));
    }
    let (income_fen, expense_fen) = (received_fen - told_income_fen, used_fen - told_expense_fen);
    // An expense of an earlier period that was corrected since makes the expenses of this one less than nothing: such fen
    // stand among the income, as what came back.
    let under_fen = income_fen.min(expense_fen).min(0);
    let (income_fen, expense_fen) = (income_fen - under_fen, expense_fen - under_fen);
    let closing_fen = opening_fen + income_fen - expense_fen;
    let figures = Figures { from_day, until_day, opening_fen, income_fen, expense_fen, closing_fen };
    let mut periods: Vec<Period> = last.map(period_of).into_iter().collect();
    periods.push(Period {
        first_day: from_day,
        last_day: until_day,
        previous_balance: Fen(opening_fen),
        income: Fen(income_fen),
        expense: Fen(expense_fen),
        balance: Fen(closing_fen),
    });
    // Only damaged books could fail here: the figures are sums of their own rows.
    if closing_fen < 0 || periods_continue(&periods).is_err() {
        return Err(Refusal::conflict("refusal-project-disclosure-does-not-follow"));
    }
    Ok(figures)
}

fn period_of(d: &Disclosure) -> Period {
    Period {
        first_day: d.from_day,
        last_day: d.until_day,
        previous_balance: Fen(d.opening_fen),
        income: Fen(d.income_fen),
        expense: Fen(d.expense_fen),
        balance: Fen(d.closing_fen),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::model::What;
    use super::*;

    fn payout(state: PayoutState) -> Payout {
        Payout { id: 1, project_id: 2, amount_fen: 100, purpose: String::new(), requested_by: 10, requested_at: 0, state }
    }

    #[test]
    fn two_different_people_who_did_not_ask() {
        let first = Hand { person_id: 11, at: 1 };
        let paid = PayoutState::Paid { first, second: Hand { person_id: 12, at: 2 } };
        let refused = PayoutState::Refused { by: first, reason: "不符预算".into() };
        for (state, person, answer) in [
            (PayoutState::Requested, 10, Err("refusal-project-payout-own-request")),
            (PayoutState::Requested, 11, Ok("first")),
            (PayoutState::ApprovedOnce { first }, 10, Err("refusal-project-payout-own-request")),
            (PayoutState::ApprovedOnce { first }, 11, Err("refusal-project-payout-same-person")),
            (PayoutState::ApprovedOnce { first }, 12, Ok("second")),
            (paid.clone(), 13, Err("refusal-project-payout-decided")),
            (refused.clone(), 13, Err("refusal-project-payout-decided")),
        ] {
            let said = approve(&payout(state.clone()), person, 5).map_err(|r| r.key).map(|a| match a {
                Approval::First(_) => "first",
                Approval::Second { .. } => "second",
            });
            assert_eq!(said, answer, "{state:?} by {person}");
        }
        assert_eq!(refuse(&payout(PayoutState::Requested), "金额有误"), Ok(()));
        assert_eq!(refuse(&payout(PayoutState::Requested), "").unwrap_err().key, "refusal-project-reason-missing");
        assert_eq!(refuse(&payout(paid), "晚了").unwrap_err().status, 409);
    }

    #[test]
    fn a_reversal_is_decided_by_somebody_else_and_once() {
        let by = |person_id| Hand { person_id, at: 1 };
        let of = |state| Reversal {
            id: 1,
            project_id: 2,
            what: What::Return,
            amount_fen: 3,
            reason: String::new(),
            file_id: 4,
            asked: by(10),
            state,
        };
        let refused = ReversalState::Refused { by: by(11), reason: "单据不符".into() };
        for (state, person, answer) in [
            (ReversalState::Asked, 10, Err("refusal-project-reversal-own")),
            (ReversalState::Asked, 11, Ok(())),
            (ReversalState::Done { by: by(11) }, 12, Err("refusal-project-reversal-decided")),
            (refused, 12, Err("refusal-project-reversal-decided")),
        ] {
            assert_eq!(decides_reversal(&of(state), person).map_err(|r| r.key), answer);
        }
    }

    #[test]
    fn an_expense_is_quantity_times_price_on_a_day_that_was() {
        let asked = |quantity, unit_price_fen, spent_day| NewExpense {
            budget_line_id: 1,
            quantity,
            unit_price_fen,
            description: "棉衣".into(),
            invoice_number: "24312000".into(),
            spent_day,
        };
        for (expense, answer) in [
            (asked(3, 33, 100), Ok(99)),
            (asked(0, 33, 100), Err("refusal-project-expense-amount")),
            (asked(3, -1, 100), Err("refusal-project-expense-amount")),
            (asked(i64::MAX, 2, 100), Err("refusal-project-expense-amount")),
            (asked(3, 33, 101), Err("refusal-project-expense-future")),
            (asked(3, 33, 89), Err("refusal-project-expense-early")),
            (NewExpense { description: String::new(), ..asked(1, 1, 100) }, Err("refusal-project-expense-description")),
            (NewExpense { invoice_number: String::new(), ..asked(1, 1, 100) }, Err("refusal-project-expense-invoice")),
        ] {
            assert_eq!(expense_amount_fen(&expense, 90, 100).map_err(|r| r.key), answer, "{expense:?}");
        }
    }

    #[test]
    fn periods_follow_one_another_and_late_gifts_come_in_the_next() {
        let figures = |from_day, until_day, opening_fen, income_fen, expense_fen, closing_fen| {
            Ok(Figures { from_day, until_day, opening_fen, income_fen, expense_fen, closing_fen })
        };
        let last = Disclosure {
            id: 1,
            from_day: 100,
            until_day: 189,
            opening_fen: 0,
            income_fen: 5_000,
            expense_fen: 1_000,
            closing_fen: 4_000,
            summary: String::new(),
            published_at: 0,
        };
        let told = [5_000, 1_000];
        for (last, until, today, sums, told, answer) in [
            // The first period starts on the day of publication.
            (None, 189, 200, [5_000, 1_000], [0, 0], figures(100, 189, 0, 5_000, 1_000, 4_000)),
            (None, 99, 200, [0, 0], [0, 0], Err("refusal-project-disclosure-before")),
            // The next one starts on the day after; 300 fen of the earlier period were confirmed late.
            (Some(&last), 250, 300, [7_300, 1_500], told, figures(190, 250, 4_000, 2_300, 500, 5_800)),
            (Some(&last), 250, 300, [5_000, 1_000], told, figures(190, 250, 4_000, 0, 0, 4_000)),
            // Days that were disclosed, or are not over.
            (Some(&last), 189, 300, [5_000, 1_000], told, Err("refusal-project-disclosure-before")),
            (Some(&last), 300, 300, [5_000, 1_000], told, Err("refusal-project-disclosure-not-over")),
            // 1,000 fen of what was told were given back since: they leave in this period.
            (Some(&last), 250, 300, [4_000, 1_000], told, figures(190, 250, 4_000, 0, 1_000, 3_000)),
            // Damaged books.
            (None, 189, 200, [1_000, 2_000], [0, 0], Err("refusal-project-disclosure-does-not-follow")),
        ] {
            assert_eq!(disclose(last, 100, until, today, sums, told).map_err(|r| r.key), answer, "until {until}, {sums:?}");
        }
    }
}
