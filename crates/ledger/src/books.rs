//! The ledger as a state machine: what is, what is asked, and whether it may be.

use crate::account::Account;
use crate::hands::TwoHands;
use crate::refused::Refused;
use crate::transfer::{Code, Transfer};
use money::Fen;
use std::collections::HashMap;

/// What an account holds. Rules that load one account from a database use it as the whole ledger does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Credits less debits of everything posted.
    pub posted: Fen,
    /// What pending payouts will take if they are approved.
    pub held: Fen,
}

impl Balance {
    /// What a further debit may take.
    pub fn available(&self) -> Fen {
        // Held amounts were available when they were held; only a damaged row could get to the edge.
        Fen(self.posted.0.saturating_sub(self.held.0))
    }

    /// The rule of every guarded account.
    pub fn allows_debit(&self, account: Account, amount: Fen) -> Result<(), Refused> {
        if account.is_guarded() && self.available() < amount {
            return Err(Refused::Insufficient { account, available: self.available() });
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Posted,
    Voided,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken into the books now.
    Recorded,
    /// It was there already, with the same content; nothing changed.
    Exists,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    transfer: Transfer,
    state: State,
    corrected: bool,
    refunded: Fen,
}

/// All accounts and all transfers in memory.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    balances: HashMap<Account, Balance>,
    entries: HashMap<i64, Entry>,
}

impl Ledger {
    pub fn new() -> Ledger {
        Ledger::default()
    }

    pub fn balance(&self, account: Account) -> Balance {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    /// Every account that was ever touched, in order.
    pub fn balances(&self) -> Vec<(Account, Balance)> {
        let mut all: Vec<_> = self.balances.iter().map(|(account, balance)| (*account, *balance)).collect();
        all.sort_unstable_by_key(|(account, _)| *account);
        all
    }

    pub fn state(&self, id: i64) -> Option<State> {
        self.entries.get(&id).map(|entry| entry.state)
    }

    /// Takes a transfer into the books. A payout becomes pending and holds its amount; all else is posted.
    pub fn apply(&mut self, transfer: &Transfer) -> Result<Outcome, Refused> {
        if let Some(known) = self.entries.get(&transfer.id()) {
            return match known.transfer.differs_in(transfer) {
                None => Ok(Outcome::Exists),
                Some(field) => Err(Refused::ExistsWithDifferent { field }),
            };
        }
        match transfer.code() {
            Code::Refund => self.allows_refund(transfer)?,
            Code::Correction => self.allows_correction(transfer)?,
            Code::Gift | Code::Payout | Code::Expense | Code::PayoutReturn | Code::OfflineGift | Code::Redirect => {}
        }
        self.balance(transfer.debit()).allows_debit(transfer.debit(), transfer.amount())?;

        let state = if transfer.code() == Code::Payout {
            self.hold(transfer)?;
            State::Pending
        } else {
            self.move_money(transfer)?;
            State::Posted
        };
        if let Some(about) = transfer.about().and_then(|id| self.entries.get_mut(&id)) {
            match transfer.code() {
                Code::Refund => about.refunded = Fen(about.refunded.0 + transfer.amount().0),
                _ => about.corrected = true,
            }
        }
        let entry = Entry { transfer: *transfer, state, corrected: false, refunded: Fen::ZERO };
        self.entries.insert(transfer.id(), entry);
        Ok(Outcome::Recorded)
    }

    /// Posts a pending payout: the money has left for the implementer. The hands are asked for as proof;
    /// who they were is stored with the payout and examined again by `check`.
    pub fn post(&mut self, payout_id: i64, _approved: &TwoHands) -> Result<Outcome, Refused> {
        let entry = self.payout(payout_id)?;
        match entry.state {
            State::Posted => return Ok(Outcome::Exists),
            State::Voided => return Err(Refused::AlreadyVoided { id: payout_id }),
            State::Pending => {}
        }
        self.move_money(&entry.transfer)?;
        self.release(&entry.transfer);
        self.decide(payout_id, State::Posted);
        Ok(Outcome::Recorded)
    }

    /// Voids a pending payout: what it held is available again.
    pub fn void(&mut self, payout_id: i64) -> Result<Outcome, Refused> {
        let entry = self.payout(payout_id)?;
        match entry.state {
            State::Voided => return Ok(Outcome::Exists),
            State::Posted => return Err(Refused::AlreadyPosted { id: payout_id }),
            State::Pending => {}
        }
        self.release(&entry.transfer);
        self.decide(payout_id, State::Voided);
        Ok(Outcome::Recorded)
    }

    fn allows_refund(&self, refund: &Transfer) -> Result<(), Refused> {
        let id = refund.about().unwrap_or_default();
        let gift = self.entries.get(&id).ok_or(Refused::Unknown { id })?;
        let runs_back =
            gift.transfer.code() == Code::Gift && gift.transfer.debit() == refund.credit() && gift.transfer.credit() == refund.debit();
        if !runs_back {
            return Err(Refused::NotThatGift { id });
        }
        let left = Fen(gift.transfer.amount().0 - gift.refunded.0);
        if refund.amount() > left {
            return Err(Refused::RefundExceedsGift { gift: id, left });
        }
        Ok(())
    }

    fn allows_correction(&self, correction: &Transfer) -> Result<(), Refused> {
        let id = correction.about().unwrap_or_default();
        let wrong = self.entries.get(&id).ok_or(Refused::Unknown { id })?;
        let code = wrong.transfer.code();
        if !matches!(code, Code::Payout | Code::Expense | Code::PayoutReturn | Code::OfflineGift) {
            return Err(Refused::NotCorrectable { id, code });
        }
        if wrong.state != State::Posted {
            return Err(Refused::NotPosted { id });
        }
        let mirrors = wrong.transfer.debit() == correction.credit()
            && wrong.transfer.credit() == correction.debit()
            && wrong.transfer.amount() == correction.amount();
        if !mirrors {
            return Err(Refused::NotItsMirror { id });
        }
        if wrong.corrected {
            return Err(Refused::AlreadyCorrected { id });
        }
        Ok(())
    }

    fn payout(&self, id: i64) -> Result<Entry, Refused> {
        let entry = self.entries.get(&id).copied().ok_or(Refused::Unknown { id })?;
        if entry.transfer.code() != Code::Payout {
            return Err(Refused::NotAPayout { id });
        }
        Ok(entry)
    }

    fn move_money(&mut self, transfer: &Transfer) -> Result<(), Refused> {
        let (debit, credit) = (transfer.debit(), transfer.credit());
        let less = self.balance(debit).posted.checked_sub(transfer.amount());
        let more = self.balance(credit).posted.checked_add(transfer.amount());
        let less = less.ok_or(Refused::TooLarge { account: debit })?;
        let more = more.ok_or(Refused::TooLarge { account: credit })?;
        self.balances.entry(debit).or_default().posted = less;
        self.balances.entry(credit).or_default().posted = more;
        Ok(())
    }

    fn hold(&mut self, transfer: &Transfer) -> Result<(), Refused> {
        let account = transfer.debit();
        let held = self.balance(account).held.checked_add(transfer.amount());
        self.balances.entry(account).or_default().held = held.ok_or(Refused::TooLarge { account })?;
        Ok(())
    }

    fn release(&mut self, transfer: &Transfer) {
        let balance = self.balances.entry(transfer.debit()).or_default();
        balance.held = Fen(balance.held.0 - transfer.amount().0);
    }

    fn decide(&mut self, id: i64, state: State) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.state = state;
        }
    }
}
