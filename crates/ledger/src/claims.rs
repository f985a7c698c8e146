//! The totals that are stored and shown, to be compared with what the facts add up to.

use crate::account::Account;
use crate::finding::Finding;
use crate::transfer::Code;
use money::Fen;
use std::collections::{BTreeMap, BTreeSet};

/// Stored totals. What is missing counts as zero, so a total nobody stored is found as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    pub projects: BTreeMap<i64, ProjectTotals>,
    pub organisations: BTreeMap<i64, OrganisationTotals>,
    /// By budget line.
    pub lines: BTreeMap<i64, LineTotals>,
    /// The view `postings` summed by code and account, when the caller has it at hand.
    pub postings: Option<Vec<PostingSum>>,
}

/// Net of corrections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProjectTotals {
    pub gift_count: i64,
    pub gifts: Fen,
    pub refunds: Fen,
    pub pending_payouts: Fen,
    pub paid_out: Fen,
    pub returned: Fen,
    pub spent: Fen,
    pub offline_count: i64,
    pub offline: Fen,
    pub redirected_in: Fen,
    pub redirected_out: Fen,
}

/// The same figures as the channel's bill; what came outside the channel is not among them. Gifts less refunds is the debit balance of the channel account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrganisationTotals {
    pub gift_count: i64,
    pub gifts: Fen,
    pub refund_count: i64,
    pub refunds: Fen,
}

/// Net of corrections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTotals {
    pub spent: Fen,
}

/// `SELECT code, account, SUM(amount_fen) FROM postings GROUP BY code, account`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PostingSum {
    pub code: Code,
    pub account: Account,
    pub amount_fen: Fen,
}

impl Claimed {
    /// Adds a finding for every figure that is not what the facts make it.
    pub(crate) fn compare(&self, computed: &Claimed, found: &mut Vec<Finding>) {
        for project in keys(&self.projects, &computed.projects) {
            let claimed = self.projects.get(&project).copied().unwrap_or_default();
            let computed = computed.projects.get(&project).copied().unwrap_or_default();
            for ((what, claimed), (_, computed)) in claimed.named().into_iter().zip(computed.named()) {
                if claimed != computed {
                    found.push(Finding::ProjectTotal { project, what, claimed, computed });
                }
            }
        }
        for organisation in keys(&self.organisations, &computed.organisations) {
            let claimed = self.organisations.get(&organisation).copied().unwrap_or_default();
            let computed = computed.organisations.get(&organisation).copied().unwrap_or_default();
            for ((what, claimed), (_, computed)) in claimed.named().into_iter().zip(computed.named()) {
                if claimed != computed {
                    found.push(Finding::OrganisationTotal { organisation, what, claimed, computed });
                }
            }
        }
        for budget_line in keys(&self.lines, &computed.lines) {
            let claimed = self.lines.get(&budget_line).copied().unwrap_or_default().spent;
            let computed = computed.lines.get(&budget_line).copied().unwrap_or_default().spent;
            if claimed != computed {
                found.push(Finding::LineTotal { budget_line, claimed, computed });
            }
        }
        if let (Some(claimed), Some(computed)) = (&self.postings, &computed.postings) {
            compare_postings(claimed, computed, found);
        }
    }
}

fn compare_postings(claimed: &[PostingSum], computed: &[PostingSum], found: &mut Vec<Finding>) {
    for code in Code::ALL {
        let of_code = claimed.iter().filter(|sum| sum.code == code);
        let sum: i128 = of_code.map(|sum| i128::from(sum.amount_fen.0)).sum();
        if sum != 0 {
            found.push(Finding::PostingsNotZero { code, sum: saturated(sum) });
        }
    }
    let fold = |sums: &[PostingSum]| {
        let mut folded: BTreeMap<(Code, Account), i128> = BTreeMap::new();
        for sum in sums {
            *folded.entry((sum.code, sum.account)).or_default() += i128::from(sum.amount_fen.0);
        }
        folded
    };
    let (claimed, computed) = (fold(claimed), fold(computed));
    for key in keys(&claimed, &computed) {
        let claimed = claimed.get(&key).copied().unwrap_or_default();
        let computed = computed.get(&key).copied().unwrap_or_default();
        if claimed != computed {
            let (code, account) = key;
            let (claimed, computed) = (saturated(claimed), saturated(computed));
            found.push(Finding::PostingsDiffer { code, account, claimed, computed });
        }
    }
}

fn keys<K: Ord + Copy, V>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>) -> BTreeSet<K> {
    a.keys().chain(b.keys()).copied().collect()
}

/// For showing a sum that was kept wide. Only nonsense in the rows reaches the edges.
pub(crate) fn saturated(sum: i128) -> Fen {
    Fen(i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX }))
}

impl ProjectTotals {
    /// Counts are compared as plain numbers beside the amounts.
    fn named(&self) -> [(&'static str, i64); 11] {
        [
            ("gift_count", self.gift_count),
            ("gifts_fen", self.gifts.0),
            ("refunds_fen", self.refunds.0),
            ("pending_payouts_fen", self.pending_payouts.0),
            ("paid_out_fen", self.paid_out.0),
            ("returned_fen", self.returned.0),
            ("spent_fen", self.spent.0),
            ("offline_count", self.offline_count),
            ("offline_fen", self.offline.0),
            ("redirected_in_fen", self.redirected_in.0),
            ("redirected_out_fen", self.redirected_out.0),
        ]
    }
}

impl OrganisationTotals {
    fn named(&self) -> [(&'static str, i64); 4] {
        [("gift_count", self.gift_count), ("gifts_fen", self.gifts.0), ("refund_count", self.refund_count), ("refunds_fen", self.refunds.0)]
    }
}
