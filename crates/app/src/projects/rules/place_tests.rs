//! The stream against a model that labels every single fen, over random histories of all movements.

use std::collections::BTreeMap;

use super::*;

/// SplitMix64, so that a printed seed repeats anywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((z ^ (z >> 31)) % limit.unsigned_abs()).unwrap()
    }
}

/// One fen of money: whose it is (gift, and which of its fen), where it went, and which expense it became.
#[derive(Clone, Copy, Debug)]
struct Cell {
    gift: i64,
    nth: i64,
    out: Option<(Code, i64)>,
    spent: Option<i64>,
}

#[derive(Default)]
struct Slow {
    cells: Vec<Cell>,
}

impl Slow {
    fn gift(&mut self, gift: i64, amount: i64) {
        self.cells.extend((0..amount).map(|nth| Cell { gift, nth, out: None, spent: None }));
    }

    fn where_all(&self, wanted: impl Fn(&Cell) -> bool) -> Vec<usize> {
        (0..self.cells.len()).filter(|at| wanted(&self.cells[*at])).collect()
    }

    fn leave(&mut self, code: Code, id: i64, amount: i64) -> bool {
        let free = self.where_all(|c| c.out.is_none());
        if (free.len() as i64) < amount {
            return false;
        }
        free.into_iter().take(amount as usize).for_each(|at| self.cells[at].out = Some((code, id)));
        true
    }

    fn unspent(&self) -> Vec<usize> {
        self.where_all(|c| c.spent.is_none() && c.out.is_some_and(|(code, _)| code == Code::Payout))
    }

    fn spend(&mut self, id: i64, amount: i64) -> bool {
        let unspent = self.unspent();
        if (unspent.len() as i64) < amount {
            return false;
        }
        unspent.into_iter().take(amount as usize).for_each(|at| self.cells[at].spent = Some(id));
        true
    }

    /// Which payout lost how many fen, in the order of the fen.
    fn come_back(&mut self, amount: i64) -> Option<Vec<i64>> {
        let unspent = self.unspent();
        if (unspent.len() as i64) < amount {
            return None;
        }
        let back = unspent[unspent.len() - amount as usize..].to_vec();
        Some(back.into_iter().map(|at| self.cells[at].out.take().unwrap().1).collect())
    }

    fn undo_payout(&mut self, id: i64, amount: i64) -> bool {
        let mine = self.where_all(|c| c.out == Some((Code::Payout, id)));
        if mine.len() as i64 != amount || mine.iter().any(|at| self.cells[*at].spent.is_some()) {
            return false;
        }
        mine.into_iter().for_each(|at| self.cells[at].out = None);
        true
    }

    fn undo_return(&mut self, payouts: &[i64]) -> bool {
        let free = self.where_all(|c| c.out.is_none());
        if free.len() < payouts.len() {
            return false;
        }
        free.into_iter().zip(payouts).for_each(|(at, id)| self.cells[at].out = Some((Code::Payout, *id)));
        true
    }

    fn take_back(&mut self, gift: i64, code: Code, id: i64, amount: i64) -> bool {
        let mut mine = self.where_all(|c| c.gift == gift && !c.out.is_some_and(|(code, _)| is_taken_back(code)));
        mine.sort_by_key(|at| self.cells[*at].nth);
        let (own, gone): (Vec<usize>, Vec<usize>) = mine.into_iter().partition(|at| self.cells[*at].out.is_none());
        let own: Vec<usize> = own.into_iter().take(amount as usize).collect();
        let open = amount as usize - own.len();
        let others: Vec<usize> = self.where_all(|c| c.out.is_none()).into_iter().filter(|at| !own.contains(at)).collect();
        if others.len() < open || gone.len() < open {
            return false;
        }
        let instead = others[others.len() - open..].to_vec();
        for (gone, instead) in gone.into_iter().zip(&instead) {
            let (a, b) = (self.cells[gone], self.cells[*instead]);
            (self.cells[gone].gift, self.cells[gone].nth) = (b.gift, b.nth);
            (self.cells[*instead].gift, self.cells[*instead].nth) = (a.gift, a.nth);
        }
        own.into_iter().chain(instead).for_each(|at| self.cells[at].out = Some((code, id)));
        true
    }
}

#[derive(Default)]
struct Walk {
    stream: Stream,
    slow: Slow,
    gifts: BTreeMap<i64, (Span, i64)>,
    payouts: BTreeMap<i64, i64>,
    expenses: BTreeMap<i64, i64>,
    returns: BTreeMap<i64, (Vec<Stretch>, Vec<i64>)>,
    next: i64,
    swapped: i64,
}

impl Walk {
    fn take(&mut self, change: Option<Change>, slow: bool, what: &str) -> bool {
        assert_eq!(change.is_some(), slow, "{what}: one takes it, the other does not");
        let Some(change) = change else { return false };
        self.swapped += i64::try_from(change.swap.len()).unwrap();
        self.stream = self.stream.after(&change);
        true
    }

    fn step(&mut self, dice: &mut Dice) {
        self.next += 1;
        let (id, amount) = (self.next, 1 + dice.below(12));
        let pick = |dice: &mut Dice, ids: Vec<i64>| ids.get(usize::try_from(dice.below(1 + ids.len() as i64)).unwrap()).copied();
        match dice.below(20) {
            0..=4 => {
                self.gifts.insert(id, (Span::new(self.stream.received_fen, amount), 0));
                self.stream.received_fen += amount;
                self.slow.gift(id, amount);
            }
            5..=7 => {
                let slow = self.slow.leave(Code::Payout, id, amount);
                if self.take(self.stream.leave(Code::Payout, id, amount), slow, "payout") {
                    self.payouts.insert(id, amount);
                }
            }
            8 => {
                let slow = self.slow.leave(Code::Redirect, id, amount);
                self.take(self.stream.leave(Code::Redirect, id, amount), slow, "redirect");
            }
            9 | 10 => {
                let slow = self.slow.spend(id, amount);
                if self.take(self.stream.spend(id, amount), slow, "expense") {
                    self.expenses.insert(id, amount);
                }
            }
            11 | 12 => {
                let change = self.stream.come_back(amount);
                let freed: Vec<Stretch> = change.iter().flat_map(|c| &c.free).map(|(_, s)| *s).collect();
                let slow = self.slow.come_back(amount);
                if self.take(change, slow.is_some(), "return") {
                    self.returns.insert(id, (freed, slow.unwrap()));
                }
            }
            13 => {
                let Some(payout) = pick(dice, self.payouts.keys().copied().collect()) else { return };
                let slow = self.slow.undo_payout(payout, self.payouts[&payout]);
                if self.take(self.stream.undo_payout(payout, self.payouts[&payout]), slow, "correction of a payout") {
                    self.payouts.remove(&payout);
                }
            }
            14 => {
                let Some(expense) = pick(dice, self.expenses.keys().copied().collect()) else { return };
                for cell in self.slow.cells.iter_mut().filter(|c| c.spent == Some(expense)) {
                    cell.spent = None;
                }
                self.take(Some(self.stream.undo_expense(expense)), true, "correction of an expense");
                self.expenses.remove(&expense);
            }
            15 => {
                let Some(back) = pick(dice, self.returns.keys().copied().collect()) else { return };
                let (freed, payouts) = self.returns[&back].clone();
                // A payout that was undone since then has nothing to come back to.
                let slow = self.slow.undo_return(&payouts);
                if self.take(self.stream.undo_return(&freed), slow, "correction of a return") {
                    self.returns.remove(&back);
                }
            }
            _ => {
                let Some(gift) = pick(dice, self.gifts.keys().copied().collect()) else { return };
                let (span, back) = self.gifts[&gift];
                let amount = amount.min(span.fen() - back);
                if amount == 0 {
                    return;
                }
                let code = if dice.below(2) == 0 { Code::Refund } else { Code::Correction };
                let slow = self.slow.take_back(gift, code, id, amount);
                if self.take(self.stream.take_back(span, code, id, amount), slow, "refund") {
                    self.gifts.get_mut(&gift).unwrap().1 += amount;
                }
            }
        }
    }

    /// Nothing is in two places, and every gift is where every single fen says it is.
    fn compare(&self) {
        for row in [&self.stream.out, &self.stream.spent] {
            assert!(row.windows(2).all(|pair| pair[0].span.to <= pair[1].span.from), "{row:?}");
        }
        for stretch in &self.stream.spent {
            let paid: i64 = self.stream.payouts().filter_map(|p| p.span.common(stretch.span)).map(|s| s.fen()).sum();
            assert_eq!(paid, stretch.span.fen(), "spent without having been paid out");
        }
        let by_fact = |row: &[(Stretch, i64)]| row.iter().map(|(s, fen)| ((s.code, s.fact_id), *fen)).collect::<BTreeMap<_, _>>();
        let mut all: BTreeMap<(Code, i64), i64> = BTreeMap::new();
        for (gift, (span, back)) in &self.gifts {
            let pieces = owned(*span, &self.stream.swaps);
            assert_eq!(pieces.iter().map(|p| p.span.fen()).sum::<i64>(), span.fen());
            let (out, spent) = (parts(&pieces, &self.stream.out), parts(&pieces, &self.stream.spent));
            let (mut slow_out, mut slow_spent) = (BTreeMap::new(), BTreeMap::new());
            for cell in self.slow.cells.iter().filter(|c| c.gift == *gift) {
                cell.out.into_iter().for_each(|key| *slow_out.entry(key).or_insert(0) += 1);
                cell.spent.into_iter().for_each(|id| *slow_spent.entry((Code::Expense, id)).or_insert(0) += 1);
            }
            assert_eq!((by_fact(&out), by_fact(&spent)), (slow_out, slow_spent), "gift {gift}");
            assert_eq!(out.iter().filter(|(s, _)| is_taken_back(s.code)).map(|(_, fen)| fen).sum::<i64>(), *back);
            out.iter().chain(&spent).for_each(|(s, fen)| *all.entry((s.code, s.fact_id)).or_default() += fen);
        }
        let mut stretches: BTreeMap<(Code, i64), i64> = BTreeMap::new();
        for s in self.stream.out.iter().chain(&self.stream.spent) {
            *stretches.entry((s.code, s.fact_id)).or_default() += s.span.fen();
        }
        assert_eq!(all, stretches, "the parts of all gifts are the movements");
    }
}

#[test]
fn every_single_fen_agrees_over_random_histories() {
    let seeds = match std::env::var("HUIHAI_SEED").ok().and_then(|s| s.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 1..101,
    };
    let mut swapped = 0;
    for seed in seeds.clone() {
        let (mut walk, mut dice) = (Walk::default(), Dice(seed));
        for step in 0..120 {
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                walk.step(&mut dice);
                walk.compare();
            }));
            assert!(done.is_ok(), "HUIHAI_SEED={seed}, step {step}");
        }
        swapped += walk.swapped;
    }
    assert!(seeds.end - seeds.start == 1 || swapped > 30, "only {swapped} swaps were tried");
}

#[test]
fn a_gift_whose_money_is_gone_is_given_back_from_the_newest_fen() {
    // Three gifts of 100; 150 are paid out, 60 spent. Then the first gift is given back.
    let mut stream = Stream { received_fen: 300, ..Stream::default() };
    stream = stream.after(&stream.leave(Code::Payout, 1, 150).unwrap());
    stream = stream.after(&stream.spend(2, 60).unwrap());
    assert_eq!(stream.leave(Code::Payout, 3, 151), None);
    let back = stream.take_back(Span::new(0, 100), Code::Refund, 4, 100).unwrap();
    assert_eq!(back.swap, [Swap { out: 0, free: 200, amount_fen: 100 }]);
    stream = stream.after(&back);
    let at = |gift: i64| {
        let pieces = owned(Span::new(gift * 100, 100), &stream.swaps);
        let fen = |row: &[Stretch]| parts(&pieces, row).iter().map(|(s, fen)| (s.fact_id, *fen)).collect::<Vec<_>>();
        (fen(&stream.out), fen(&stream.spent), pieces.iter().any(|p| p.moved))
    };
    assert_eq!(at(0), (vec![(4, 100)], vec![], true), "given back in full");
    assert_eq!(at(1), (vec![(1, 50)], vec![], false), "untouched");
    assert_eq!(at(2), (vec![(1, 100)], vec![(2, 60)], true), "stands in place of the first");
    assert_eq!(stream.take_back(Span::new(100, 100), Code::Refund, 5, 51).map(|c| c.swap), None, "only 50 are left in the account");
}
