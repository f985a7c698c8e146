//! Books that somebody or something has damaged: `check` finds each damage and nothing besides.

use super::walks::{Dice, seeds, walk};
use crate::*;
use money::Fen;

/// A small true story: two gifts, a refund, a payout by two hands, an expense, a return, a correction.
pub(super) fn sound() -> Vec<Fact> {
    let first = GiftFacts { organisation: 7, project: 40, amount: Fen(10_000) };
    vec![
        Fact::Gift { id: 101, organisation: 7, project: 40, amount: Fen(10_000) },
        Fact::Gift { id: 102, organisation: 7, project: 41, amount: Fen(500) },
        Fact::Refund { id: 103, organisation: 7, project: 40, amount: Fen(1_000), gift: 101, gift_facts: Some(first) },
        Fact::PayoutRequested { id: 104, project: 40, amount: Fen(6_000), requested_by: 1 },
        Fact::PayoutPosted { id: 104, approved_by: [2, 3] },
        Fact::Expense { id: 105, project: 40, budget_line: 90, line_project: Some(40), amount: Fen(2_000) },
        Fact::PayoutReturn { id: 106, project: 40, amount: Fen(500) },
        Fact::Correction { id: 107, of: 105 },
        Fact::Expense { id: 108, project: 40, budget_line: 91, line_project: Some(40), amount: Fen(2_000) },
        Fact::PayoutRequested { id: 109, project: 41, amount: Fen(500), requested_by: 1 },
        Fact::OfflineGift { id: 111, organisation: 7, project: 42, amount: Fen(800) },
        Fact::OfflineGift { id: 112, organisation: 7, project: 42, amount: Fen(50) },
        Fact::Correction { id: 113, of: 112 },
        Fact::Redirect { id: 114, from: 42, to: 43, amount: Fen(300) },
    ]
}

pub(super) fn totals(facts: &[Fact]) -> Claimed {
    let mut checker = Checker::new();
    facts.iter().for_each(|fact| checker.take(fact));
    checker.computed()
}

/// What is found when the facts are changed but the totals follow them.
fn found(change: impl FnOnce(&mut Vec<Fact>)) -> Vec<Finding> {
    let mut facts = sound();
    change(&mut facts);
    let claimed = totals(&facts);
    check(facts, &claimed)
}

#[test]
fn a_true_story_has_the_totals_a_treasurer_expects() {
    let claimed = totals(&sound());
    assert_eq!(
        claimed.projects[&40],
        ProjectTotals {
            gift_count: 1,
            gifts: Fen(10_000),
            refunds: Fen(1_000),
            pending_payouts: Fen(0),
            paid_out: Fen(6_000),
            returned: Fen(500),
            spent: Fen(2_000),
            ..ProjectTotals::default()
        }
    );
    let offline = ProjectTotals { offline_count: 1, offline: Fen(800), redirected_out: Fen(300), ..ProjectTotals::default() };
    assert_eq!(claimed.projects[&42], offline);
    assert_eq!(claimed.projects[&43].redirected_in, Fen(300));
    assert_eq!(claimed.projects[&41].pending_payouts, Fen(500));
    let organisation = OrganisationTotals { gift_count: 2, gifts: Fen(10_500), refund_count: 1, refunds: Fen(1_000) };
    assert_eq!(claimed.organisations[&7], organisation);
    assert_eq!(claimed.lines[&90].spent, Fen(0));
    assert_eq!(claimed.lines[&91].spent, Fen(2_000));
    assert_eq!(check(sound(), &claimed), vec![]);
}

#[test]
fn folded_batches_make_the_same_totals_as_single_gifts() {
    let mut folded = sound();
    folded.splice(
        0..2,
        [
            Fact::GiftBatch { batch: 1, organisation: 7, project: 40, count: 1, sum: Fen(10_000) },
            Fact::GiftBatch { batch: 1, organisation: 7, project: 41, count: 1, sum: Fen(500) },
        ],
    );
    assert_eq!(check(folded, &totals(&sound())), vec![]);
}

#[test]
fn each_damage_to_the_facts_is_found() {
    let project = |project| Account::Project { project };
    let implementer = Account::Implementer { project: 40 };
    let first = GiftFacts { organisation: 7, project: 40, amount: Fen(10_000) };
    let refund =
        |id, project, amount, gift, gift_facts| Fact::Refund { id, organisation: 7, project, amount: Fen(amount), gift, gift_facts };

    assert_eq!(found(|facts| facts.insert(1, facts[0])), [Finding::GiftNotAfter { gift: 101, last: 101 }]);
    assert_eq!(found(|facts| facts.swap(0, 1)), [Finding::GiftNotAfter { gift: 101, last: 102 }]);
    assert_eq!(
        found(|facts| {
            let batch = Fact::GiftBatch { batch: 1, organisation: 7, project: 41, count: 1, sum: Fen(1) };
            facts.splice(0..0, [batch, batch]);
        }),
        [Finding::BatchNotAfter { batch: 1, organisation: 7, project: 41 }]
    );
    assert_eq!(
        found(|facts| facts.insert(2, Fact::Gift { id: 110, organisation: 7, project: 41, amount: Fen(0) })),
        [Finding::NotPositive { code: Code::Gift, id: 110 }]
    );
    assert_eq!(
        found(|facts| facts.push(Fact::PayoutReturn { id: 106, project: 40, amount: Fen(1) })),
        [Finding::DuplicateId { code: Code::PayoutReturn, id: 106 }]
    );
    assert_eq!(found(|facts| facts.push(refund(110, 40, 1, 99, None))), [Finding::RefundOfUnknownGift { refund: 110, gift: 99 }]);
    assert_eq!(
        found(|facts| facts[2] = refund(103, 41, 100, 101, Some(first))),
        [
            Finding::RefundNotAlongGift { refund: 103, gift: 101 },
            Finding::BelowZero { account: project(41), available: Fen(-100), code: Code::Payout, id: 109 }
        ]
    );
    assert_eq!(
        found(|facts| facts.insert(3, refund(110, 40, 9_001, 101, Some(first)))),
        [
            Finding::RefundsExceedGift { refund: 110, gift: 101, gift_amount: Fen(10_000), refunded: Fen(10_001) },
            Finding::BelowZero { account: project(40), available: Fen(-1), code: Code::Refund, id: 110 },
        ]
    );
    assert_eq!(
        found(|facts| facts[3] = Fact::PayoutRequested { id: 104, project: 40, amount: Fen(9_001), requested_by: 1 }),
        [Finding::BelowZero { account: project(40), available: Fen(-1), code: Code::Payout, id: 104 }]
    );
    assert_eq!(
        found(|facts| {
            let money_first = facts.remove(4);
            facts.insert(5, money_first);
        }),
        [Finding::BelowZero { account: implementer, available: Fen(-2_000), code: Code::Expense, id: 105 }],
        "the expense was accounted for before the payout was posted"
    );
    assert_eq!(found(|facts| facts.retain(|fact| *fact != sound()[3]))[0], Finding::DecisionWithoutRequest { payout: 104 });
    assert_eq!(found(|facts| facts.insert(5, facts[4])), [Finding::DecidedTwice { payout: 104 }]);
    assert_eq!(found(|facts| facts.push(Fact::PayoutVoided { id: 104 })), [Finding::DecidedTwice { payout: 104 }]);
    for (approved_by, why) in [
        ([1, 3], HandsRefused::OwnRequest { person: 1 }),
        ([3, 1], HandsRefused::OwnRequest { person: 1 }),
        ([2, 2], HandsRefused::SamePerson { person: 2 }),
    ] {
        let hands = found(|facts| facts[4] = Fact::PayoutPosted { id: 104, approved_by });
        assert_eq!(hands, [Finding::Hands { payout: 104, why }]);
    }
    for line_project in [None, Some(41)] {
        let elsewhere = Finding::BudgetLineElsewhere { expense: 108, project: 40, budget_line: 91, line_project };
        assert_eq!(
            found(|facts| {
                facts[8] = Fact::Expense { id: 108, project: 40, budget_line: 91, line_project, amount: Fen(2_000) };
            }),
            [elsewhere]
        );
    }
    assert_eq!(
        found(|facts| facts[13] = Fact::Redirect { id: 114, from: 42, to: 42, amount: Fen(300) }),
        [Finding::RedirectNowhere { redirect: 114, from: 42, to: 42 }]
    );
    assert_eq!(
        found(|facts| facts[13] = Fact::Redirect { id: 114, from: 42, to: 43, amount: Fen(801) }),
        [Finding::BelowZero { account: project(42), available: Fen(-1), code: Code::Redirect, id: 114 }]
    );
    for of in [99, 103, 107, 114] {
        assert_eq!(found(|facts| facts.push(Fact::Correction { id: 110, of })), [Finding::CorrectionOfUnknown { correction: 110, of }]);
    }
    assert_eq!(
        found(|facts| facts.push(Fact::Correction { id: 110, of: 109 })),
        [Finding::CorrectionOfUnposted { correction: 110, of: 109 }]
    );
    assert_eq!(
        found(|facts| facts.push(Fact::Correction { id: 110, of: 105 })),
        [
            Finding::CorrectedTwice { correction: 110, of: 105 },
            Finding::BelowZero { account: Account::Spent { budget_line: 90 }, available: Fen(-2_000), code: Code::Correction, id: 110 },
        ]
    );
}

#[test]
fn a_channel_cannot_give_back_more_than_came_through_it() {
    let gift = GiftFacts { organisation: 7, project: 40, amount: Fen(100) };
    let facts = vec![
        Fact::Gift { id: 1, organisation: 7, project: 40, amount: Fen(100) },
        Fact::Refund { id: 2, organisation: 8, project: 40, amount: Fen(100), gift: 1, gift_facts: Some(gift) },
    ];
    let claimed = totals(&facts);
    let channel = Account::Channel { organisation: 8 };
    assert_eq!(
        check(facts, &claimed),
        [
            Finding::RefundNotAlongGift { refund: 2, gift: 1 },
            Finding::BelowZero { account: channel, available: Fen(-100), code: Code::Refund, id: 2 },
        ]
    );
}

#[test]
fn findings_beyond_memory_are_counted() {
    let gift = Fact::Gift { id: 5, organisation: 7, project: 40, amount: Fen(1) };
    let facts = vec![gift; 2_501];
    let claimed = totals(&facts);
    let found = check(facts, &claimed);
    assert_eq!(found.len(), 1_001);
    assert_eq!(found.last(), Some(&Finding::More { count: 1_500 }));
}

#[test]
fn every_finding_is_a_sentence_with_the_ids_to_look_at() {
    let sentence = found(|facts| facts[4] = Fact::PayoutPosted { id: 104, approved_by: [2, 2] })[0].to_string();
    assert_eq!(sentence, "payout 104: person 2 gave both approvals");
    let mut claimed = totals(&sound());
    claimed.projects.get_mut(&40).unwrap().gifts = Fen(1);
    let sentence = check(sound(), &claimed)[0].to_string();
    assert_eq!(sentence, "project 40: gifts_fen is stored as 1, the facts make it 10000");
}

/// One fact of a random history is lost, doubled or changed in amount, while the totals stay as they were.
#[test]
fn no_single_damage_to_a_random_history_goes_unnoticed() {
    let mut tried = 0;
    for seed in seeds(100) {
        let history = walk(seed, 150).facts;
        let claimed = totals(&history);
        let mut dice = Dice::new(seed ^ 0xDA_3A6E);
        for _ in 0..30 {
            let place = dice.below(history.len() as u64) as usize;
            let mut damaged = history.clone();
            match dice.below(3) {
                0 => drop(damaged.remove(place)),
                1 => damaged.insert(place, damaged[place]),
                _ => match &mut damaged[place] {
                    Fact::Gift { amount, .. }
                    | Fact::Refund { amount, .. }
                    | Fact::PayoutRequested { amount, .. }
                    | Fact::Expense { amount, .. }
                    | Fact::PayoutReturn { amount, .. }
                    | Fact::OfflineGift { amount, .. }
                    | Fact::Redirect { amount, .. } => amount.0 -= 1,
                    Fact::PayoutPosted { approved_by, .. } => approved_by[0] = approved_by[1],
                    Fact::PayoutVoided { id } => *id += 1_000_000,
                    Fact::Correction { of, .. } => *of += 1_000_000,
                    Fact::GiftBatch { sum, .. } => sum.0 -= 1,
                },
            }
            // A payout that was requested and voided leaves no sum behind, so its amount alone can change.
            let harmless = matches!(history[place], Fact::PayoutRequested { id, .. }
                if history.contains(&Fact::PayoutVoided { id }))
                && damaged.len() == history.len();
            if !harmless {
                tried += 1;
                assert_ne!(check(damaged, &claimed), vec![], "LEDGER_SEED={seed}: fact {place}");
            }
        }
    }
    assert!(tried > 0);
}
