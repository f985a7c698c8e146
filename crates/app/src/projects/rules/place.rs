//! Following the drop: a gift carries an interval of its project's fen, and so do payouts and expenses, each in its own
//! order. Where two intervals overlap, that much of the gift went that way.

/// A payout or an expense that carries the fen (before_fen, before_fen + amount_fen].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub id: i64,
    pub before_fen: i64,
    pub amount_fen: i64,
}

/// How much of an interval was paid out and spent, and by which stretches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    pub paid_fen: i64,
    pub spent_fen: i64,
    /// (id, fen), in order, without those that carry none of it.
    pub payouts: Vec<(i64, i64)>,
    pub expenses: Vec<(i64, i64)>,
}

/// Locates (before_fen, before_fen + amount_fen] in what was paid out (the first `paid_out_fen` fen) and spent (the first
/// `spent_fen`). The stretches may be fewer than there are: what they leave out is found from the totals.
pub fn locate(before_fen: i64, amount_fen: i64, paid_out_fen: i64, spent_fen: i64, payouts: &[Stretch], expenses: &[Stretch]) -> Located {
    let within = |from: i64, to: i64| (to.min(before_fen + amount_fen) - from.max(before_fen)).max(0);
    let parts = |stretches: &[Stretch]| {
        let part = |s: &Stretch| (s.id, within(s.before_fen, s.before_fen + s.amount_fen));
        stretches.iter().map(part).filter(|(_, fen)| *fen > 0).collect()
    };
    Located { paid_fen: within(0, paid_out_fen), spent_fen: within(0, spent_fen), payouts: parts(payouts), expenses: parts(expenses) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stretches that follow one another, numbered from 1.
    fn chain(amounts: &[i64]) -> Vec<Stretch> {
        let mut before_fen = 0;
        amounts
            .iter()
            .zip(1..)
            .map(|(&amount_fen, id)| {
                let stretch = Stretch { id, before_fen, amount_fen };
                before_fen += amount_fen;
                stretch
            })
            .collect()
    }

    #[test]
    fn a_gift_is_followed_to_the_fen() {
        // Paid out 300 (100 + 200), spent 150 (60 + 90).
        let (payouts, expenses) = (chain(&[100, 200]), chain(&[60, 90]));
        for (before, amount, paid, spent, by_payout, by_expense) in [
            (0, 10, 10, 10, vec![(1, 10)], vec![(1, 10)]),
            (0, 100, 100, 100, vec![(1, 100)], vec![(1, 60), (2, 40)]),
            (59, 2, 2, 2, vec![(1, 2)], vec![(1, 1), (2, 1)]),
            (99, 2, 2, 2, vec![(1, 1), (2, 1)], vec![(2, 2)]),
            (140, 20, 20, 10, vec![(2, 20)], vec![(2, 10)]),
            (150, 1, 1, 0, vec![(2, 1)], vec![]),
            (299, 5, 1, 0, vec![(2, 1)], vec![]),
            (300, 5, 0, 0, vec![], vec![]),
            (0, 1_000, 300, 150, vec![(1, 100), (2, 200)], vec![(1, 60), (2, 90)]),
        ] {
            let located = locate(before, amount, 300, 150, &payouts, &expenses);
            let expected = Located { paid_fen: paid, spent_fen: spent, payouts: by_payout, expenses: by_expense };
            assert_eq!(located, expected, "({before}, {before} + {amount}]");
        }
    }

    #[test]
    fn neighbours_share_no_fen_and_lose_none() {
        let (payouts, expenses) = (chain(&[7, 1, 13, 40]), chain(&[3, 3, 11, 2, 9]));
        let (paid_out, spent) = (61, 28);
        let mut seed = 7_u64;
        for _ in 0..200 {
            let mut before = 0;
            let mut sums = (0, 0, 0, 0);
            while before < 80 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let amount = 1 + i64::try_from(seed >> 60).unwrap();
                let located = locate(before, amount, paid_out, spent, &payouts, &expenses);
                assert_eq!(located.payouts.iter().map(|(_, fen)| fen).sum::<i64>(), located.paid_fen);
                assert_eq!(located.expenses.iter().map(|(_, fen)| fen).sum::<i64>(), located.spent_fen);
                assert!(located.spent_fen <= located.paid_fen && located.paid_fen <= amount);
                sums = (sums.0 + located.paid_fen, sums.1 + located.spent_fen, sums.2 + located.payouts.len(), sums.3 + amount);
                before += amount;
            }
            assert_eq!((sums.0, sums.1, sums.3), (paid_out, spent, before), "seed {seed}");
        }
    }
}
