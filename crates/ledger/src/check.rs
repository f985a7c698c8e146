//! Verifies stored facts and totals as a stream: the same in tests, in `huihai check` and on a timer.
//!
//! Facts come in the order of time. Gifts, of which there may be tens of millions, come either one by one in
//! the order of their ids or already folded by batch and project, and leave nothing behind but sums; the rare
//! movements are remembered one by one. It keeps its own arithmetic and shares none with `Ledger`.

use crate::account::Account;
use crate::claims::{Claimed, saturated};
use crate::fact::{Fact, GiftFacts};
use crate::finding::Finding;
use crate::hands::TwoHands;
use crate::sums::{ProjectSums, Sums};
use crate::transfer::Code;
use money::Fen;
use std::collections::HashMap;

/// Past this many, findings about facts are only counted: something is thoroughly wrong and memory is finite.
const FINDINGS_KEPT: usize = 1_000;

/// Reads all facts and compares their sums with the claimed totals. Nothing found is an empty list.
pub fn check(facts: impl IntoIterator<Item = Fact>, claimed: &Claimed) -> Vec<Finding> {
    let mut checker = Checker::new();
    for fact in facts {
        checker.take(&fact);
    }
    checker.findings(claimed)
}

/// The check in steps, for callers whose rows come from a cursor, and for a process that goes on checking as
/// facts arrive.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    sums: Sums,
    movements: HashMap<i64, Movement>,
    refunded: HashMap<i64, i128>,
    last_gift: i64,
    last_batch: (i64, i64, i64),
    found: Vec<Finding>,
    not_kept: u64,
}

#[derive(Clone, Copy, Debug)]
struct Movement {
    kind: Kind,
    project: i64,
    amount: i128,
    corrected: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Refund,
    PayoutPending { requested_by: i64 },
    PayoutPosted,
    PayoutVoided,
    Expense { budget_line: i64 },
    PayoutReturn,
    Correction,
    OfflineGift { organisation: i64 },
    Redirect,
}

impl Checker {
    pub fn new() -> Checker {
        Checker::default()
    }

    /// Takes one fact in. What is wrong with it is remembered, and it counts all the same where it can: the
    /// sums then show what the rows say.
    pub fn take(&mut self, fact: &Fact) {
        match *fact {
            Fact::Gift { id, organisation, project, amount } => {
                if id <= self.last_gift {
                    self.find(Finding::GiftNotAfter { gift: id, last: self.last_gift });
                }
                self.last_gift = id.max(self.last_gift);
                self.gifts(id, organisation, project, 1, amount);
            }
            Fact::GiftBatch { batch, organisation, project, count, sum } => {
                let place = (batch, organisation, project);
                if place <= self.last_batch {
                    self.find(Finding::BatchNotAfter { batch, organisation, project });
                }
                self.last_batch = place.max(self.last_batch);
                self.gifts(batch, organisation, project, count, sum);
            }
            Fact::Refund { id, organisation, project, amount, gift, gift_facts } => {
                self.remember(id, Code::Refund, Kind::Refund, project, amount);
                self.along_gift(id, organisation, project, amount, gift, gift_facts);
                self.refund(id, organisation, project, amount);
            }
            Fact::PayoutRequested { id, project, amount, requested_by } => {
                self.remember(id, Code::Payout, Kind::PayoutPending { requested_by }, project, amount);
                self.movement(id, Code::Payout, project, |sums| sums.held += i128::from(amount.0));
            }
            Fact::PayoutPosted { id, approved_by } => self.posted(id, approved_by),
            Fact::PayoutVoided { id } => self.voided(id),
            Fact::Expense { id, project, budget_line, line_project, amount } => {
                if line_project != Some(project) {
                    self.find(Finding::BudgetLineElsewhere { expense: id, project, budget_line, line_project });
                }
                self.remember(id, Code::Expense, Kind::Expense { budget_line }, project, amount);
                self.sums.lines.entry(budget_line).or_default().done += i128::from(amount.0);
                self.movement(id, Code::Expense, project, |sums| sums.expenses.done += i128::from(amount.0));
            }
            Fact::PayoutReturn { id, project, amount } => {
                self.remember(id, Code::PayoutReturn, Kind::PayoutReturn, project, amount);
                self.movement(id, Code::PayoutReturn, project, |sums| sums.returns.done += i128::from(amount.0));
            }
            Fact::OfflineGift { id, organisation, project, amount } => {
                self.remember(id, Code::OfflineGift, Kind::OfflineGift { organisation }, project, amount);
                if organisation <= 0 {
                    self.find(Finding::NotPositive { code: Code::OfflineGift, id });
                }
                self.sums.own_accounts.entry(organisation).or_default().done += i128::from(amount.0);
                self.movement(id, Code::OfflineGift, project, |sums| {
                    sums.offline_count += 1;
                    sums.offline.done += i128::from(amount.0);
                });
            }
            Fact::Redirect { id, from, to, amount } => {
                self.remember(id, Code::Redirect, Kind::Redirect, from, amount);
                if to <= 0 || to == from {
                    self.find(Finding::RedirectNowhere { redirect: id, from, to });
                }
                self.movement(id, Code::Redirect, from, |sums| sums.redirected_out += i128::from(amount.0));
                self.movement(id, Code::Redirect, to, |sums| sums.redirected_in += i128::from(amount.0));
            }
            Fact::Correction { id, of } => self.correction(id, of),
        }
    }

    /// Everything found so far, and every difference between the claimed totals and the sums so far.
    pub fn findings(&self, claimed: &Claimed) -> Vec<Finding> {
        let mut found = self.found.clone();
        if self.not_kept > 0 {
            found.push(Finding::More { count: self.not_kept });
        }
        claimed.compare(&self.computed(), &mut found);
        found
    }

    /// The totals as the facts make them, from which stored ones can be rebuilt.
    pub fn computed(&self) -> Claimed {
        self.sums.computed()
    }

    fn gifts(&mut self, id: i64, organisation: i64, project: i64, count: i64, amount: Fen) {
        if id <= 0 || organisation <= 0 || project <= 0 || count <= 0 || amount.0 <= 0 {
            self.find(Finding::NotPositive { code: Code::Gift, id });
        }
        let sums = self.sums.organisations.entry(organisation).or_default();
        sums.gift_count += count;
        sums.gifts += i128::from(amount.0);
        let sums = self.sums.projects.entry(project).or_default();
        sums.gift_count += count;
        sums.gifts += i128::from(amount.0);
    }

    fn along_gift(&mut self, refund: i64, organisation: i64, project: i64, amount: Fen, gift: i64, facts: Option<GiftFacts>) {
        let Some(facts) = facts else {
            self.find(Finding::RefundOfUnknownGift { refund, gift });
            return;
        };
        if (facts.organisation, facts.project) != (organisation, project) {
            self.find(Finding::RefundNotAlongGift { refund, gift });
        }
        let refunded = self.refunded.entry(gift).or_default();
        *refunded += i128::from(amount.0);
        if *refunded > i128::from(facts.amount.0) {
            let refunded = saturated(*refunded);
            self.find(Finding::RefundsExceedGift { refund, gift, gift_amount: facts.amount, refunded });
        }
    }

    fn refund(&mut self, id: i64, organisation: i64, project: i64, amount: Fen) {
        let sums = self.sums.organisations.entry(organisation).or_default();
        let before = sums.gifts - sums.refunds;
        sums.refund_count += 1;
        sums.refunds += i128::from(amount.0);
        let after = sums.gifts - sums.refunds;
        self.below_zero(Account::Channel { organisation }, before, after, Code::Refund, id);
        self.movement(id, Code::Refund, project, |sums| sums.refunds += i128::from(amount.0));
    }

    fn posted(&mut self, id: i64, approved_by: [i64; 2]) {
        let Some((project, amount, requested_by)) = self.decide(id, Kind::PayoutPosted) else {
            return;
        };
        if let Err(why) = TwoHands::new(requested_by, approved_by) {
            self.find(Finding::Hands { payout: id, why });
        }
        self.movement(id, Code::Payout, project, |sums| {
            sums.held -= amount;
            sums.payouts.done += amount;
        });
    }

    fn voided(&mut self, id: i64) {
        let Some((project, amount, _)) = self.decide(id, Kind::PayoutVoided) else {
            return;
        };
        self.movement(id, Code::Payout, project, |sums| sums.held -= amount);
    }

    fn decide(&mut self, payout: i64, decision: Kind) -> Option<(i64, i128, i64)> {
        match self.movements.get_mut(&payout) {
            Some(Movement { kind, project, amount, .. }) => match *kind {
                Kind::PayoutPending { requested_by } => {
                    *kind = decision;
                    return Some((*project, *amount, requested_by));
                }
                Kind::PayoutPosted | Kind::PayoutVoided => self.find(Finding::DecidedTwice { payout }),
                _ => self.find(Finding::DecisionWithoutRequest { payout }),
            },
            None => self.find(Finding::DecisionWithoutRequest { payout }),
        }
        None
    }

    fn correction(&mut self, id: i64, of: i64) {
        let Some(wrong) = self.movements.get(&of).copied() else {
            self.find(Finding::CorrectionOfUnknown { correction: id, of });
            return;
        };
        match wrong.kind {
            Kind::Refund | Kind::Correction | Kind::Redirect => self.find(Finding::CorrectionOfUnknown { correction: id, of }),
            Kind::PayoutPending { .. } | Kind::PayoutVoided => {
                self.find(Finding::CorrectionOfUnposted { correction: id, of });
            }
            Kind::PayoutPosted | Kind::Expense { .. } | Kind::PayoutReturn | Kind::OfflineGift { .. } => {
                if wrong.corrected {
                    self.find(Finding::CorrectedTwice { correction: id, of });
                }
                self.undo(id, &wrong);
            }
        }
        self.remember(id, Code::Correction, Kind::Correction, wrong.project, saturated(wrong.amount));
        if let Some(wrong) = self.movements.get_mut(&of) {
            wrong.corrected = true;
        }
    }

    fn undo(&mut self, correction: i64, wrong: &Movement) {
        let amount = wrong.amount;
        if let Kind::Expense { budget_line } = wrong.kind {
            let line = self.sums.lines.entry(budget_line).or_default();
            let before = line.net();
            line.undone += amount;
            let account = Account::Spent { budget_line };
            self.below_zero(account, before, before - amount, Code::Correction, correction);
        }
        if let Kind::OfflineGift { organisation } = wrong.kind {
            let received = self.sums.own_accounts.entry(organisation).or_default();
            let before = received.net();
            received.undone += amount;
            let account = Account::OwnAccount { organisation };
            self.below_zero(account, before, before - amount, Code::Correction, correction);
        }
        let kind = wrong.kind;
        self.movement(correction, Code::Correction, wrong.project, |sums| match kind {
            Kind::Expense { .. } => sums.expenses.undone += amount,
            Kind::PayoutReturn => sums.returns.undone += amount,
            Kind::OfflineGift { .. } => {
                sums.offline_count -= 1;
                sums.offline.undone += amount;
            }
            _ => sums.payouts.undone += amount,
        });
    }

    fn remember(&mut self, id: i64, code: Code, kind: Kind, project: i64, amount: Fen) {
        if id <= 0 || project <= 0 || amount.0 <= 0 {
            self.find(Finding::NotPositive { code, id });
        }
        if self.movements.contains_key(&id) {
            // The first keeps the place, so that decisions and corrections still find what they mean.
            self.find(Finding::DuplicateId { code, id });
            return;
        }
        self.movements.insert(id, Movement { kind, project, amount: i128::from(amount.0), corrected: false });
    }

    /// Changes a project's sums and looks whether that took one of its accounts below zero.
    fn movement(&mut self, id: i64, code: Code, project: i64, change: impl FnOnce(&mut ProjectSums)) {
        let sums = self.sums.projects.entry(project).or_default();
        let before = *sums;
        change(sums);
        let after = *sums;
        self.below_zero(Account::Project { project }, before.available(), after.available(), code, id);
        let (before, after) = (before.with_implementer(), after.with_implementer());
        self.below_zero(Account::Implementer { project }, before, after, code, id);
    }

    /// Reported where the line is crossed, not at every fact after it.
    fn below_zero(&mut self, account: Account, before: i128, after: i128, code: Code, id: i64) {
        if before >= 0 && after < 0 {
            self.find(Finding::BelowZero { account, available: saturated(after), code, id });
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.found.len() < FINDINGS_KEPT {
            self.found.push(finding);
        } else {
            self.not_kept += 1;
        }
    }
}
