//! The sums that facts leave behind, one small record per project, organisation and budget line.

use crate::account::Account;
use crate::claims::{Claimed, LineTotals, OrganisationTotals, PostingSum, ProjectTotals, saturated};
use crate::transfer::Code;
use std::collections::HashMap;

#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) projects: HashMap<i64, ProjectSums>,
    pub(crate) organisations: HashMap<i64, OrganisationSums>,
    pub(crate) lines: HashMap<i64, Undoable>,
    /// Received outside the channel, by organisation.
    pub(crate) own_accounts: HashMap<i64, Undoable>,
}

/// An amount and how much of it was undone by corrections.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Undoable {
    pub(crate) done: i128,
    pub(crate) undone: i128,
}

impl Undoable {
    pub(crate) const fn net(&self) -> i128 {
        self.done - self.undone
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProjectSums {
    pub(crate) gift_count: i64,
    pub(crate) gifts: i128,
    pub(crate) refunds: i128,
    pub(crate) held: i128,
    pub(crate) payouts: Undoable,
    pub(crate) expenses: Undoable,
    pub(crate) returns: Undoable,
    /// Offline gifts that were not undone.
    pub(crate) offline_count: i64,
    pub(crate) offline: Undoable,
    pub(crate) redirected_in: i128,
    pub(crate) redirected_out: i128,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OrganisationSums {
    pub(crate) gift_count: i64,
    pub(crate) gifts: i128,
    pub(crate) refund_count: i64,
    pub(crate) refunds: i128,
}

impl ProjectSums {
    /// In the project's account and not held by a pending payout.
    pub(crate) fn available(&self) -> i128 {
        let received = self.gifts - self.refunds + self.offline.net() + self.redirected_in - self.redirected_out;
        received - self.payouts.net() + self.returns.net() - self.held
    }

    pub(crate) fn with_implementer(&self) -> i128 {
        self.payouts.net() - self.returns.net() - self.expenses.net()
    }
}

impl Sums {
    /// The totals and the sums of the postings that follow from the facts.
    pub(crate) fn computed(&self) -> Claimed {
        let mut computed = Claimed::default();
        let mut postings = Vec::new();
        for (&organisation, sums) in &self.organisations {
            let totals = OrganisationTotals {
                gift_count: sums.gift_count,
                gifts: saturated(sums.gifts),
                refund_count: sums.refund_count,
                refunds: saturated(sums.refunds),
            };
            computed.organisations.insert(organisation, totals);
            let account = Account::Channel { organisation };
            postings.push((Code::Gift, account, -sums.gifts));
            postings.push((Code::Refund, account, sums.refunds));
        }
        for (&project, sums) in &self.projects {
            let totals = ProjectTotals {
                gift_count: sums.gift_count,
                gifts: saturated(sums.gifts),
                refunds: saturated(sums.refunds),
                pending_payouts: saturated(sums.held),
                paid_out: saturated(sums.payouts.net()),
                returned: saturated(sums.returns.net()),
                spent: saturated(sums.expenses.net()),
                offline_count: sums.offline_count,
                offline: saturated(sums.offline.net()),
                redirected_in: saturated(sums.redirected_in),
                redirected_out: saturated(sums.redirected_out),
            };
            computed.projects.insert(project, totals);
            let (account, implementer) = (Account::Project { project }, Account::Implementer { project });
            postings.push((Code::Gift, account, sums.gifts));
            postings.push((Code::Refund, account, -sums.refunds));
            postings.push((Code::Payout, account, -sums.payouts.done));
            postings.push((Code::Payout, implementer, sums.payouts.done));
            postings.push((Code::Expense, implementer, -sums.expenses.done));
            postings.push((Code::PayoutReturn, implementer, -sums.returns.done));
            postings.push((Code::PayoutReturn, account, sums.returns.done));
            postings.push((Code::OfflineGift, account, sums.offline.done));
            postings.push((Code::Redirect, account, sums.redirected_in - sums.redirected_out));
            postings.push((Code::Correction, account, sums.payouts.undone - sums.returns.undone - sums.offline.undone));
            let undone = sums.expenses.undone + sums.returns.undone - sums.payouts.undone;
            postings.push((Code::Correction, implementer, undone));
        }
        for (&budget_line, spent) in &self.lines {
            computed.lines.insert(budget_line, LineTotals { spent: saturated(spent.net()) });
            let account = Account::Spent { budget_line };
            postings.push((Code::Expense, account, spent.done));
            postings.push((Code::Correction, account, -spent.undone));
        }
        for (&organisation, received) in &self.own_accounts {
            let account = Account::OwnAccount { organisation };
            postings.push((Code::OfflineGift, account, -received.done));
            postings.push((Code::Correction, account, received.undone));
        }
        let mut postings: Vec<PostingSum> = postings
            .into_iter()
            .filter(|(_, _, sum)| *sum != 0)
            .map(|(code, account, sum)| PostingSum { code, account, amount_fen: saturated(sum) })
            .collect();
        postings.sort_unstable();
        computed.postings = Some(postings);
        computed
    }
}
