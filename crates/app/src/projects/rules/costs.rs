//! What each kind of cost was planned to be and has been.

use super::super::model::{BudgetLine, LineKind};

/// One kind of cost of a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub planned_fen: i64,
    pub spent_fen: i64,
    /// Its share of what was spent is larger than its share of the plan: the charity explains why (慈善法 art. 61).
    pub above_plan: bool,
}

/// What the lines of a kind were planned to cost and have cost, beside the whole.
pub fn cost_of(lines: &[BudgetLine], kind: LineKind) -> Cost {
    let sum =
        |of: fn(&BudgetLine) -> i64, all: bool| -> i128 { lines.iter().filter(|l| all || l.kind == kind).map(|l| i128::from(of(l))).sum() };
    let (planned, spent) = (sum(|l| l.amount_fen, false), sum(|l| l.spent_fen, false));
    let (planned_all, spent_all) = (sum(|l| l.amount_fen, true), sum(|l| l.spent_fen, true));
    Cost {
        planned_fen: i64::try_from(planned).unwrap_or(i64::MAX),
        spent_fen: i64::try_from(spent).unwrap_or(i64::MAX),
        above_plan: kind != LineKind::Programme && spent * planned_all > planned * spent_all,
    }
}

/// The kinds whose share is above the plan.
pub fn above_plan(lines: &[BudgetLine]) -> Vec<LineKind> {
    LineKind::ALL.into_iter().filter(|kind| cost_of(lines, *kind).above_plan).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: LineKind, amount_fen: i64, spent_fen: i64) -> BudgetLine {
        BudgetLine {
            id: 1,
            item: String::new(),
            english_item: String::new(),
            unit: String::new(),
            quantity: 1,
            unit_price_fen: amount_fen,
            amount_fen,
            spent_fen,
            kind,
        }
    }

    #[test]
    fn a_share_above_the_plan_is_seen_while_the_sum_is_still_within_it() {
        let lines = [line(LineKind::Programme, 900, 100), line(LineKind::Management, 100, 50)];
        let management = cost_of(&lines, LineKind::Management);
        assert_eq!((management.planned_fen, management.spent_fen, management.above_plan), (100, 50, true));
        assert_eq!(above_plan(&lines), [LineKind::Management]);
        let lines = [line(LineKind::Programme, 900, 450), line(LineKind::Management, 100, 50), line(LineKind::Fundraising, 0, 0)];
        assert_eq!(above_plan(&lines), []);
        assert_eq!(above_plan(&[]), []);
    }
}
