//! Tables that a treasurer can read, and seeded walks over sums that nobody would think of.

use crate::AmountRefused::{self, *};
use crate::{Fen, LARGEST_TYPED_YUAN};

mod capitals;
mod typed;

/// A small generator of our own, so that a failing seed prints and repeats without a dependency.
struct Dice(u64);

impl Dice {
    fn from_env() -> Dice {
        let seed = std::env::var("MONEY_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_240_905);
        println!("MONEY_SEED={seed}");
        Dice(seed)
    }

    /// splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Any size, from single fen to the edges of 64 bits.
    fn of_any_size(&mut self) -> u64 {
        let bits = self.next() % 65;
        if bits == 0 { 0 } else { self.next() >> (64 - bits) }
    }

    fn amount(&mut self) -> Fen {
        Fen(self.of_any_size() as i64)
    }
}

#[test]
fn amounts_read_well() {
    let rows = [
        (0, "¥0.00", "0.00"),
        (1, "¥0.01", "0.01"),
        (10, "¥0.10", "0.10"),
        (100, "¥1.00", "1.00"),
        (99_999, "¥999.99", "999.99"),
        (100_000, "¥1,000.00", "1000.00"),
        (123_450, "¥1,234.50", "1234.50"),
        (123_456_789, "¥1,234,567.89", "1234567.89"),
        (-5, "-¥0.05", "-0.05"),
        (-123_450, "-¥1,234.50", "-1234.50"),
        (i64::MAX, "¥92,233,720,368,547,758.07", "92233720368547758.07"),
        (i64::MIN, "-¥92,233,720,368,547,758.08", "-92233720368547758.08"),
    ];
    for (fen, display, plain) in rows {
        assert_eq!(Fen(fen).to_string(), display);
        assert_eq!(Fen(fen).yuan_text(), plain);
    }
    assert_eq!(format!("{:>10}|", Fen(100)), "     ¥1.00|", "columns line up");
}

#[test]
fn sums_that_do_not_fit_are_refused_not_wrapped() {
    assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
    assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
    assert_eq!(Fen(i64::MIN).checked_neg(), None);
    assert_eq!(Fen(2).checked_sub(Fen(5)), Some(Fen(-3)));
    assert_eq!(Fen::from_yuan(i64::MAX), None);
    assert_eq!(Fen::from_yuan(3), Some(Fen(300)));
    assert_eq!(Fen::checked_sum([Fen(i64::MAX), Fen(1), Fen(-2)]), Some(Fen(i64::MAX - 1)));
    assert_eq!(Fen::checked_sum([Fen(i64::MAX), Fen(1)]), None);
    assert_eq!(Fen::checked_sum([]), Some(Fen::ZERO));
}

#[test]
fn splits_hand_out_every_fen() {
    let even = |whole, parts| Fen(whole).split_even(parts).map(|v| v.into_iter().map(|f| f.0).collect::<Vec<_>>());
    assert_eq!(even(100, 3), Some(vec![34, 33, 33]));
    assert_eq!(even(-100, 3), Some(vec![-34, -33, -33]));
    assert_eq!(even(2, 4), Some(vec![1, 1, 0, 0]));
    assert_eq!(even(0, 2), Some(vec![0, 0]));
    assert_eq!(even(7, 0), None);

    let weighted = |whole, weights: &[u64]| Fen(whole).split_by_weights(weights).map(|v| v.into_iter().map(|f| f.0).collect::<Vec<_>>());
    assert_eq!(weighted(100, &[1, 1, 1]), Some(vec![34, 33, 33]), "equal remainders favour the earlier");
    assert_eq!(weighted(100, &[1, 2, 3]), Some(vec![17, 33, 50]));
    assert_eq!(weighted(10, &[3, 3, 1]), Some(vec![4, 4, 2]), "remainders 2/7, 2/7, 3/7: the last, then the first");
    assert_eq!(weighted(10, &[0, 5, 0]), Some(vec![0, 10, 0]));
    assert_eq!(weighted(-100, &[1, 2, 3]), Some(vec![-17, -33, -50]));
    assert_eq!(weighted(5, &[0, 0]), None);
    assert_eq!(weighted(5, &[]), None);
    assert_eq!(weighted(i64::MIN, &[u64::MAX, u64::MAX]), Some(vec![i64::MIN / 2, i64::MIN / 2]));
}

#[test]
fn roundings_go_the_way_their_name_says() {
    // whole, numerator, denominator: down, up, half away from zero
    let rows = [
        (100, 1, 3, 33, 34, 33),
        (200, 1, 3, 66, 67, 67),
        (5, 1, 2, 2, 3, 3),
        (-5, 1, 2, -3, -2, -3),
        (-100, 1, 3, -34, -33, -33),
        (100, 1, 4, 25, 25, 25),
        (1, 6, 1000, 0, 1, 0),
        (0, 7, 9, 0, 0, 0),
    ];
    for (whole, n, d, down, up, half) in rows {
        assert_eq!(Fen(whole).portion_rounded_down(n, d), Some(Fen(down)), "{whole} × {n}/{d} down");
        assert_eq!(Fen(whole).portion_rounded_up(n, d), Some(Fen(up)), "{whole} × {n}/{d} up");
        assert_eq!(Fen(whole).portion_rounded_half_away(n, d), Some(Fen(half)), "{whole} × {n}/{d} half");
    }
    assert_eq!(Fen(1).portion_rounded_down(1, 0), None);
    assert_eq!(Fen(i64::MAX).portion_rounded_up(2, 1), None);
    assert_eq!(Fen(i64::MIN).portion_rounded_down(u64::MAX, u64::MAX), Some(Fen(i64::MIN)));
}

#[test]
fn any_split_adds_up_and_is_fair() {
    let mut dice = Dice::from_env();
    for round in 0..20_000 {
        let whole = dice.amount();
        let parts = 1 + (dice.next() % 40) as usize;

        let even = whole.split_even(parts).unwrap();
        assert_eq!(even.len(), parts);
        assert_eq!(Fen::checked_sum(even.iter().copied()), Some(whole), "round {round}: {whole} in {parts}");
        let least = even.iter().min().unwrap().0;
        let most = even.iter().max().unwrap().0;
        assert!(most - least <= 1, "round {round}: even parts differ by more than a fen");

        let weights: Vec<u64> = (0..parts).map(|_| dice.of_any_size()).collect();
        let total: u128 = weights.iter().map(|&w| u128::from(w)).sum();
        let Some(shares) = whole.split_by_weights(&weights) else {
            assert_eq!(total, 0, "round {round}: refused with weights");
            continue;
        };
        assert_eq!(Fen::checked_sum(shares.iter().copied()), Some(whole), "round {round}: {whole} by {weights:?}");
        for (share, &weight) in shares.iter().zip(&weights) {
            let exact = u128::from(whole.0.unsigned_abs()) * u128::from(weight);
            let size = u128::from(share.0.unsigned_abs());
            let floor = exact / total;
            assert!(size == floor || (size == floor + 1 && exact % total != 0), "round {round}: unfair share");
            assert!(share.0 == 0 || share.0.signum() == whole.0.signum(), "round {round}: wrong sign");
        }
        assert_eq!(whole.split_by_weights(&weights).unwrap(), shares, "round {round}: not deterministic");
    }
}

#[test]
fn any_rounding_stays_within_a_fen_of_the_truth() {
    let mut dice = Dice::from_env();
    for round in 0..20_000 {
        let whole = Fen(dice.amount().0 >> 2);
        let denominator = dice.next() % 10_000 + 1;
        let numerator = dice.next() % (denominator + 1);
        let down = whole.portion_rounded_down(numerator, denominator).unwrap();
        let up = whole.portion_rounded_up(numerator, denominator).unwrap();
        let half = whole.portion_rounded_half_away(numerator, denominator).unwrap();
        assert!(down <= half && half <= up && up.0 - down.0 <= 1, "round {round}: {whole} {numerator}/{denominator}");
        let rest = whole.checked_sub(down).unwrap();
        let other = whole.portion_rounded_up(denominator - numerator, denominator).unwrap();
        assert_eq!(rest, other, "round {round}: down and the complement up make the whole");
    }
}
