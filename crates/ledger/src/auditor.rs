//! A second opinion on the books, written in another way on purpose.
//!
//! Where `Ledger` keeps balances, this keeps nothing but a flat journal and recomputes every answer from it,
//! with accounts as plain numbers. It is slow and obvious; it shares the vocabulary with `Ledger` and no code.
//! Random walks compare the two answer by answer.

use crate::account::Account;
use crate::books::Outcome;
use crate::refused::{Field, Refused};
use crate::transfer::{Code, Transfer};
use money::Fen;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct Auditor {
    journal: Vec<Line>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Waiting,
    Final,
    Dropped,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    what: Transfer,
    fate: Fate,
}

/// (kind, owner) → (moved, held) in fen.
type Sheet = BTreeMap<(i64, i64), (i128, i128)>;

impl Auditor {
    pub fn new() -> Auditor {
        Auditor::default()
    }

    /// What the books must answer to this transfer, which is then written into the journal if it is taken.
    pub fn apply(&mut self, asked: &Transfer) -> Result<Outcome, Refused> {
        if let Some(line) = self.journal.iter().find(|line| line.what.id() == asked.id()) {
            return same_or_not(&line.what, asked);
        }
        if asked.code() == Code::Refund {
            self.refund_is_sound(asked)?;
        }
        if asked.code() == Code::Correction {
            self.correction_is_sound(asked)?;
        }
        let sheet = self.sheet();
        let from = asked.debit();
        let (moved, held) = sheet.get(&(from.kind(), from.owner())).copied().unwrap_or((0, 0));
        let free = moved - held;
        // Kind 1 is the channel and kind 7 the world outside it, where money comes from.
        if ![1, 7].contains(&from.kind()) && free < asked.amount().0.into() {
            return Err(Refused::Insufficient { account: from, available: Fen(free as i64) });
        }
        if asked.code() == Code::Payout {
            fits(held + i128::from(asked.amount().0), from)?;
            self.journal.push(Line { what: *asked, fate: Fate::Waiting });
        } else {
            self.ends_fit(&sheet, asked)?;
            self.journal.push(Line { what: *asked, fate: Fate::Final });
        }
        Ok(Outcome::Recorded)
    }

    /// What the books must answer when a payout is posted.
    pub fn post(&mut self, id: i64) -> Result<Outcome, Refused> {
        let place = self.payout_at(id)?;
        match self.journal[place].fate {
            Fate::Final => Ok(Outcome::Exists),
            Fate::Dropped => Err(Refused::AlreadyVoided { id }),
            Fate::Waiting => {
                self.ends_fit(&self.sheet(), &self.journal[place].what)?;
                self.journal[place].fate = Fate::Final;
                Ok(Outcome::Recorded)
            }
        }
    }

    /// What the books must answer when a payout is voided.
    pub fn void(&mut self, id: i64) -> Result<Outcome, Refused> {
        let place = self.payout_at(id)?;
        match self.journal[place].fate {
            Fate::Dropped => Ok(Outcome::Exists),
            Fate::Final => Err(Refused::AlreadyPosted { id }),
            Fate::Waiting => {
                self.journal[place].fate = Fate::Dropped;
                Ok(Outcome::Recorded)
            }
        }
    }

    /// Every account with something on it: kind, owner, what is posted and what is held, in fen.
    pub fn balances(&self) -> Vec<(i64, i64, i128, i128)> {
        self.sheet().into_iter().map(|((kind, owner), (moved, held))| (kind, owner, moved, held)).collect()
    }

    fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::new();
        for line in &self.journal {
            let amount = i128::from(line.what.amount().0);
            let (from, to) = (line.what.debit(), line.what.credit());
            match line.fate {
                Fate::Final => {
                    sheet.entry((from.kind(), from.owner())).or_default().0 -= amount;
                    sheet.entry((to.kind(), to.owner())).or_default().0 += amount;
                }
                Fate::Waiting => sheet.entry((from.kind(), from.owner())).or_default().1 += amount,
                Fate::Dropped => {}
            }
        }
        sheet
    }

    fn refund_is_sound(&self, asked: &Transfer) -> Result<(), Refused> {
        let id = asked.about().unwrap_or(0);
        let Some(gift) = self.journal.iter().find(|line| line.what.id() == id) else {
            return Err(Refused::Unknown { id });
        };
        let there = (gift.what.debit(), gift.what.credit());
        let back = (asked.credit(), asked.debit());
        if gift.what.code() != Code::Gift || there != back {
            return Err(Refused::NotThatGift { id });
        }
        let before: i128 = self
            .journal
            .iter()
            .filter(|line| line.what.code() == Code::Refund && line.what.about() == Some(id))
            .map(|line| i128::from(line.what.amount().0))
            .sum();
        let left = i128::from(gift.what.amount().0) - before;
        if i128::from(asked.amount().0) > left {
            return Err(Refused::RefundExceedsGift { gift: id, left: Fen(left as i64) });
        }
        Ok(())
    }

    fn correction_is_sound(&self, asked: &Transfer) -> Result<(), Refused> {
        let id = asked.about().unwrap_or(0);
        let Some(wrong) = self.journal.iter().find(|line| line.what.id() == id) else {
            return Err(Refused::Unknown { id });
        };
        let code = wrong.what.code();
        if ![3, 4, 5, 7].contains(&code.number()) {
            return Err(Refused::NotCorrectable { id, code });
        }
        if wrong.fate != Fate::Final {
            return Err(Refused::NotPosted { id });
        }
        let back = (asked.credit(), asked.debit(), asked.amount());
        if (wrong.what.debit(), wrong.what.credit(), wrong.what.amount()) != back {
            return Err(Refused::NotItsMirror { id });
        }
        let undone = |line: &Line| line.what.code() == Code::Correction && line.what.about() == Some(id);
        if self.journal.iter().any(undone) {
            return Err(Refused::AlreadyCorrected { id });
        }
        Ok(())
    }

    fn payout_at(&self, id: i64) -> Result<usize, Refused> {
        match self.journal.iter().position(|line| line.what.id() == id) {
            None => Err(Refused::Unknown { id }),
            Some(place) if self.journal[place].what.code() != Code::Payout => Err(Refused::NotAPayout { id }),
            Some(place) => Ok(place),
        }
    }

    fn ends_fit(&self, sheet: &Sheet, asked: &Transfer) -> Result<(), Refused> {
        let amount = i128::from(asked.amount().0);
        for (account, change) in [(asked.debit(), -amount), (asked.credit(), amount)] {
            let moved = sheet.get(&(account.kind(), account.owner())).map_or(0, |(moved, _)| *moved);
            fits(moved + change, account)?;
        }
        Ok(())
    }
}

fn fits(balance: i128, account: Account) -> Result<(), Refused> {
    if balance > i64::MAX.into() || balance < i64::MIN.into() {
        return Err(Refused::TooLarge { account });
    }
    Ok(())
}

fn same_or_not(known: &Transfer, asked: &Transfer) -> Result<Outcome, Refused> {
    let differences = [
        (known.code() != asked.code(), Field::Code),
        (known.about() != asked.about(), Field::About),
        (known.debit() != asked.debit(), Field::Debit),
        (known.credit() != asked.credit(), Field::Credit),
        (known.amount() != asked.amount(), Field::Amount),
    ];
    for (differs, field) in differences {
        if differs {
            return Err(Refused::ExistsWithDifferent { field });
        }
    }
    Ok(Outcome::Exists)
}
