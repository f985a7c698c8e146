//! Stored totals and postings that do not say what the facts say: `check` names each figure.

use super::damaged::{sound, totals};
use crate::*;
use money::Fen;

#[test]
fn each_damaged_total_is_found() {
    let found = |change: &dyn Fn(&mut Claimed)| {
        let mut claimed = totals(&sound());
        change(&mut claimed);
        check(sound(), &claimed)
    };
    let project = |what, claimed, computed| Finding::ProjectTotal { project: 40, what, claimed, computed };
    type Change = &'static dyn Fn(&mut ProjectTotals);
    let changes: [(Change, Finding); 7] = [
        (&|t| t.gift_count += 1, project("gift_count", 2, 1)),
        (&|t| t.gifts.0 -= 1, project("gifts_fen", 9_999, 10_000)),
        (&|t| t.refunds.0 += 1, project("refunds_fen", 1_001, 1_000)),
        (&|t| t.pending_payouts.0 += 1, project("pending_payouts_fen", 1, 0)),
        (&|t| t.paid_out.0 -= 1, project("paid_out_fen", 5_999, 6_000)),
        (&|t| t.returned.0 += 1, project("returned_fen", 501, 500)),
        (&|t| t.spent.0 += 1, project("spent_fen", 2_001, 2_000)),
    ];
    for (change, finding) in changes {
        assert_eq!(found(&|claimed| change(claimed.projects.get_mut(&40).unwrap())), [finding]);
    }
    let organisation = |what, claimed, computed| Finding::OrganisationTotal { organisation: 7, what, claimed, computed };
    type OrganisationChange = &'static dyn Fn(&mut OrganisationTotals);
    let changes: [(OrganisationChange, Finding); 4] = [
        (&|t| t.gift_count += 1, organisation("gift_count", 3, 2)),
        (&|t| t.gifts.0 -= 1, organisation("gifts_fen", 10_499, 10_500)),
        (&|t| t.refund_count -= 1, organisation("refund_count", 0, 1)),
        (&|t| t.refunds.0 += 1, organisation("refunds_fen", 1_001, 1_000)),
    ];
    for (change, finding) in changes {
        assert_eq!(found(&|claimed| change(claimed.organisations.get_mut(&7).unwrap())), [finding]);
    }
    assert_eq!(
        found(&|claimed| claimed.lines.get_mut(&91).unwrap().spent = Fen(1)),
        [Finding::LineTotal { budget_line: 91, claimed: Fen(1), computed: Fen(2_000) }]
    );
    assert_eq!(
        found(&|claimed| {
            claimed.lines.remove(&91);
        }),
        [Finding::LineTotal { budget_line: 91, claimed: Fen(0), computed: Fen(2_000) }],
        "a total that nobody stored"
    );
    assert_eq!(
        found(&|claimed| {
            claimed.projects.insert(49, ProjectTotals { gift_count: 1, ..Default::default() });
        }),
        [Finding::ProjectTotal { project: 49, what: "gift_count", claimed: 1, computed: 0 }],
        "a total without facts"
    );
    assert_eq!(found(&|claimed| claimed.postings = None), [], "the postings are not always at hand");
}

#[test]
fn damaged_postings_are_found() {
    let claimed = totals(&sound());
    let count = claimed.postings.as_ref().unwrap().len();
    for place in 0..count {
        let mut damaged = claimed.clone();
        let sum = &mut damaged.postings.as_mut().unwrap()[place];
        let PostingSum { code, account, amount_fen } = *sum;
        sum.amount_fen = Fen(amount_fen.0 + 1);
        let differ = Finding::PostingsDiffer { code, account, claimed: Fen(amount_fen.0 + 1), computed: amount_fen };
        assert_eq!(check(sound(), &damaged), [Finding::PostingsNotZero { code, sum: Fen(1) }, differ]);
    }
}
