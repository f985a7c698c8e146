//! What a finance disclosure must hold beside the ledger's figures.

use crate::kernel::{Id, Refusal};

use super::super::model::{Elsewhere, Figures, Flow, NewDisclosure};
use super::draft::tidy;
use super::telling::text;

/// How many papers a disclosure may carry.
pub const PAPERS: usize = 5;
/// A hundred billion yuan: more is a slip of the finger.
const LARGEST_FEN: i64 = 10_000_000_000_000;

/// The words and the money from elsewhere, tidied. What is not zero is explained; nothing from elsewhere is spent that was
/// not there (`opening_fen` is what the last disclosure left of it).
pub fn disclosure(typed: &NewDisclosure, opening_fen: i64) -> Result<(NewDisclosure, i64), Refusal> {
    let summary = text("summary", &typed.summary, true, 2_000, "refusal-project-disclosure-summary")?;
    let e = &typed.elsewhere;
    for (field, fen) in [
        ("matching", e.matching_fen),
        ("enterprise", e.enterprise_fen),
        ("offline", e.offline_fen),
        ("other", e.other_fen),
        ("elsewhere_expense", e.expense_fen),
    ] {
        if !(0..=LARGEST_FEN).contains(&fen) {
            return Err(Refusal::input(field, "refusal-disclosure-amount"));
        }
    }
    let (other_words, expense_words) = (tidy(&e.other_words, false), tidy(&e.expense_words, false));
    if e.other_fen > 0 && other_words.is_empty() {
        return Err(Refusal::input("other_words", "refusal-disclosure-other-words"));
    }
    if e.expense_fen > 0 && expense_words.is_empty() {
        return Err(Refusal::input("expense_words", "refusal-disclosure-expense-words"));
    }
    for (field, words) in [("other_words", &other_words), ("expense_words", &expense_words)] {
        if words.chars().count() > 200 {
            return Err(Refusal::input(field, "refusal-project-too-long").with("most", 200));
        }
    }
    let closing_fen = opening_fen + e.income_fen() - e.expense_fen;
    if closing_fen < 0 {
        let most = money::Fen(opening_fen + e.income_fen());
        return Err(Refusal::input("elsewhere_expense", "refusal-disclosure-elsewhere-balance").with("most", most));
    }
    let elsewhere = Elsewhere { other_words, expense_words, ..e.clone() };
    Ok((NewDisclosure { summary, elsewhere }, closing_fen))
}

/// What the figures of a period are made of. `until` is what the ledger moved until its end (`Expenses` there net of
/// corrections), `told` what earlier disclosures told of each kind, `lines_fen` the expenses that stand in this one. Gifts are
/// what is left: their sum walks all gifts of the project and was taken before.
pub fn flows(figures: &Figures, until: &[(Flow, i64)], told: &[(Flow, i64)], lines_fen: i64) -> Result<Vec<(Flow, i64)>, Refusal> {
    let sum = |list: &[(Flow, i64)], flow: Flow| -> i64 { list.iter().filter(|(f, _)| *f == flow).map(|(_, fen)| fen).sum() };
    let of_period = |flow: Flow| sum(until, flow) - sum(told, flow);
    let corrections_fen = of_period(Flow::Expenses) - sum(told, Flow::Corrections) - lines_fen;
    let mut flows = vec![
        (Flow::Offline, of_period(Flow::Offline)),
        (Flow::RedirectedIn, of_period(Flow::RedirectedIn)),
        (Flow::Expenses, lines_fen),
        (Flow::Corrections, corrections_fen),
        (Flow::Refunds, of_period(Flow::Refunds)),
        (Flow::RedirectedOut, of_period(Flow::RedirectedOut)),
    ];
    let others: i64 = flows.iter().map(|(flow, fen)| if flow.is_income() { *fen } else { -fen }).sum();
    let gifts_fen = figures.income_fen - figures.expense_fen - others;
    flows.insert(0, (Flow::Gifts, gifts_fen));
    // Only damaged books could fail here.
    if gifts_fen < 0 || corrections_fen > 0 {
        return Err(Refusal::conflict("refusal-project-disclosure-does-not-follow"));
    }
    flows.retain(|(_, fen)| *fen != 0);
    Ok(flows)
}

/// Whoever published a disclosure, or works for one of its organisations, does not review it.
pub fn may_review_disclosure(person: Id, published_by: Id, works_for_it: bool) -> Result<(), Refusal> {
    if person == published_by {
        return Err(Refusal::new(403, "refusal-project-own-review"));
    }
    if works_for_it { Err(Refusal::new(403, "refusal-project-recused")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_elsewhere_balances_and_is_explained() {
        let with = |elsewhere: Elsewhere| NewDisclosure { summary: "收支如上。".into(), elsewhere };
        let some = |enterprise_fen, expense_fen, words: &str| Elsewhere {
            enterprise_fen,
            expense_fen,
            expense_words: words.into(),
            ..Elsewhere::default()
        };
        for (opening, typed, answer) in [
            (0, with(Elsewhere::default()), Ok(0)),
            (700, with(Elsewhere::default()), Ok(700)),
            (0, with(some(1_000, 400, "运费")), Ok(600)),
            (500, with(some(1_000, 1_500, "运费")), Ok(0)),
            (499, with(some(1_000, 1_500, "运费")), Err("refusal-disclosure-elsewhere-balance")),
            (0, with(some(1_000, 400, " ")), Err("refusal-disclosure-expense-words")),
            (0, with(some(-1, 0, "")), Err("refusal-disclosure-amount")),
            (0, with(some(i64::MAX, 0, "")), Err("refusal-disclosure-amount")),
            (0, with(Elsewhere { other_fen: 5, ..Elsewhere::default() }), Err("refusal-disclosure-other-words")),
            (0, NewDisclosure::of(" "), Err("refusal-project-disclosure-summary")),
        ] {
            assert_eq!(disclosure(&typed, opening).map(|(_, closing)| closing).map_err(|r| r.key), answer, "{typed:?}");
        }
    }

    #[test]
    fn what_the_figures_are_made_of_adds_up_to_them() {
        let figures = |income_fen, expense_fen| Figures {
            from_day: 0,
            until_day: 1,
            opening_fen: 1_000,
            income_fen,
            expense_fen,
            closing_fen: 1_000 + income_fen - expense_fen,
        };
        let told = [(Flow::Gifts, 5_000), (Flow::Expenses, 400), (Flow::Refunds, 30)];
        for (figures, until, lines, answer) in [
            // Gifts and expenses only.
            (figures(900, 300), vec![(Flow::Expenses, 700), (Flow::Refunds, 30)], 300, Ok(vec![(Flow::Gifts, 900), (Flow::Expenses, 300)])),
            // A refund more, leftovers of another project, and 50 of an earlier expense came back.
            (
                figures(900, 320),
                vec![(Flow::Expenses, 650), (Flow::Refunds, 100), (Flow::RedirectedIn, 200)],
                300,
                Ok(vec![
                    (Flow::Gifts, 700),
                    (Flow::RedirectedIn, 200),
                    (Flow::Expenses, 300),
                    (Flow::Corrections, -50),
                    (Flow::Refunds, 70),
                ]),
            ),
            (figures(0, 0), vec![(Flow::Expenses, 400), (Flow::Refunds, 30)], 0, Ok(vec![])),
            // The books have more expenses than there are lines, or gifts that nobody gave.
            (figures(900, 300), vec![(Flow::Expenses, 700), (Flow::Refunds, 30)], 299, Err("refusal-project-disclosure-does-not-follow")),
            (figures(0, 300), vec![(Flow::Expenses, 400), (Flow::Refunds, 30)], 0, Err("refusal-project-disclosure-does-not-follow")),
        ] {
            let said = flows(&figures, &until, &told, lines).map_err(|r| r.key);
            if let Ok(list) = &said {
                let net: i64 = list.iter().map(|(flow, fen)| if flow.is_income() { *fen } else { -fen }).sum();
                assert_eq!(net, figures.income_fen - figures.expense_fen);
            }
            assert_eq!(said, answer, "{until:?}");
        }
    }
}
