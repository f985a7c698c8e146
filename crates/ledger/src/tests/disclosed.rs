//! 财务披露: figures that follow and figures that do not.

use crate::*;
use money::Fen;

fn period(first_day: i64, last_day: i64, figures: [i64; 4]) -> Period {
    let [previous_balance, income, expense, balance] = figures.map(Fen);
    Period { first_day, last_day, previous_balance, income, expense, balance }
}

#[test]
fn balances_follow_or_say_what_they_should_be() {
    let follows = |figures: [i64; 4]| {
        let [previous, income, expense, balance] = figures.map(Fen);
        disclosure_follows(previous, income, expense, balance)
    };
    assert_eq!(follows([100, 50, 30, 120]), Ok(()));
    assert_eq!(follows([0, 0, 0, 0]), Ok(()));
    assert_eq!(follows([100, 0, 150, -50]), Ok(()), "an advance by the charity shows as a negative balance");
    assert_eq!(follows([100, 50, 30, 121]), Err(DisclosureGap::BalanceDoesNotFollow { expected: Fen(120) }));
    assert_eq!(follows([100, -50, 30, 20]), Err(DisclosureGap::Negative));
    assert_eq!(follows([i64::MAX, 1, 0, 0]), Err(DisclosureGap::TooLarge));
}

#[test]
fn periods_leave_no_day_and_no_fen_out() {
    let first = period(0, 89, [0, 500, 200, 300]);
    let second = period(90, 180, [300, 0, 300, 0]);
    assert_eq!(periods_continue(&[]), Ok(()));
    assert_eq!(periods_continue(&[first, second]), Ok(()));

    let rows = [
        (period(91, 180, [300, 0, 0, 300]), DisclosureGap::DaysMissingOrTwice { period: 1, expected_first_day: 90 }),
        (period(89, 180, [300, 0, 0, 300]), DisclosureGap::DaysMissingOrTwice { period: 1, expected_first_day: 90 }),
        (period(90, 89, [300, 0, 0, 300]), DisclosureGap::EndsBeforeItStarts { period: 1 }),
        (period(90, 180, [299, 1, 0, 300]), DisclosureGap::OpeningDiffers { period: 1, expected: Fen(300) }),
        (period(90, 180, [300, 1, 0, 300]), DisclosureGap::Within { period: 1, expected: Fen(301) }),
    ];
    for (second, gap) in rows {
        assert_eq!(periods_continue(&[first, second]), Err(gap), "{gap}");
    }
}

#[test]
fn the_execution_rate_never_flatters() {
    let rows = [
        (0, 100, Some(0)),
        (1, 3, Some(3_333)),
        (99_999, 100_000, Some(9_999)),
        (100, 100, Some(10_000)),
        (150, 100, Some(15_000)),
        (1, 0, None),
        (-1, 100, None),
    ];
    for (spent, raised, rate) in rows {
        assert_eq!(execution_per_ten_thousand(Fen(spent), Fen(raised)), rate, "{spent} of {raised}");
    }
}
