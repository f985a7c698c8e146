//! What the operator may decide about a project, and whether a change of what was published fits what has happened.

use crate::kernel::Refusal;
use crate::kernel::settings::Setting;

use super::super::model::{BudgetLine, DecisionKind, Hold, NewLine, Project};

/// How long donors are told of a change of use before it takes effect. 广州市慈善促进条例 asks for at least sixty days where
/// donors cannot be reached; guests never can.
pub const CHANGE_NOTICE_DAYS: Setting = Setting { name: "change_notice_days", default: 60, least: 0, most: 365 };

/// The same before leftovers are passed on (慈善法 art. 58: donors are told first).
pub const REDIRECT_NOTICE_DAYS: Setting = Setting { name: "redirect_notice_days", default: 30, least: 0, most: 365 };

/// What a decision makes of a project's hold; `None`: it leaves it as it is.
pub fn decided(project: &Project, kind: DecisionKind) -> Result<Option<Hold>, Refusal> {
    if !project.state.is_public() {
        return Err(Refusal::conflict("refusal-project-not-public"));
    }
    match (kind, project.hold) {
        (DecisionKind::Suspended, Hold::None) => Ok(Some(Hold::Suspended)),
        (DecisionKind::Resumed, Hold::Suspended) => Ok(Some(Hold::None)),
        (DecisionKind::TakenDown, Hold::None | Hold::Suspended) => Ok(Some(Hold::TakenDown)),
        (DecisionKind::Reported | DecisionKind::RequestRefused, _) => Ok(None),
        _ => Err(Refusal::conflict("refusal-project-hold-other")),
    }
}

/// What becomes of a budget line.
#[derive(Clone, Debug, PartialEq)]
pub enum LineChange {
    Keep { id: i64, line: NewLine },
    Add(NewLine),
    Remove { id: i64 },
}

/// The lines of a budget after a change. A line on which money was spent stays, at least as large as what was spent;
/// lines are told apart by their item, the same item by its place among its namesakes.
pub fn changed_lines(current: &[BudgetLine], wanted: &[NewLine]) -> Result<Vec<LineChange>, Refusal> {
    let mut left: Vec<&BudgetLine> = current.iter().collect();
    let mut changes = Vec::new();
    for line in wanted {
        let amount_fen = line.amount_fen().ok_or_else(|| Refusal::input("lines", "refusal-project-budget-too-large"))?;
        match left.iter().position(|l| l.item == line.item) {
            Some(at) => {
                let old = left.remove(at);
                if amount_fen < old.spent_fen {
                    return Err(Refusal::input("lines", "refusal-project-change-below-spent").with("item", &old.item));
                }
                changes.push(LineChange::Keep { id: old.id, line: line.clone() });
            }
            None => changes.push(LineChange::Add(line.clone())),
        }
    }
    for old in left {
        if old.spent_fen > 0 {
            return Err(Refusal::input("lines", "refusal-project-change-spent-line").with("item", &old.item));
        }
        changes.push(LineChange::Remove { id: old.id });
    }
    Ok(changes)
}

/// Whether the new sum still covers what has left the account or is asked for.
pub fn covers(goal_fen: i64, used_fen: i64) -> Result<(), Refusal> {
    if goal_fen < used_fen {
        return Err(Refusal::input("lines", "refusal-project-change-below-used").with("amount", money::Fen(used_fen)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projects::model::{LineKind, State};
    use crate::projects::rules::life;

    #[test]
    fn what_is_decided_from_which_hold() {
        use DecisionKind::*;
        let ask = |hold, kind| decided(&Project { hold, ..life::tests::published() }, kind).ok();
        for (kind, from_none, from_suspended, from_down) in [
            (Suspended, Some(Some(Hold::Suspended)), None, None),
            (Resumed, None, Some(Some(Hold::None)), None),
            (TakenDown, Some(Some(Hold::TakenDown)), Some(Some(Hold::TakenDown)), None),
            (Reported, Some(None), Some(None), Some(None)),
        ] {
            assert_eq!(ask(Hold::None, kind), from_none, "{kind:?}");
            assert_eq!(ask(Hold::Suspended, kind), from_suspended, "{kind:?}");
            assert_eq!(ask(Hold::TakenDown, kind), from_down, "{kind:?}");
        }
        let draft = Project { state: State::Draft, ..life::tests::published() };
        assert_eq!(decided(&draft, Suspended).unwrap_err().key, "refusal-project-not-public");
    }

    #[test]
    fn spent_lines_stay_and_cover_what_was_spent() {
        let line = |item: &str, quantity| NewLine {
            item: item.into(),
            english_item: String::new(),
            unit: "盏".into(),
            quantity,
            unit_price_fen: 100,
            kind: LineKind::Programme,
        };
        let old = |id, item: &str, quantity, spent_fen| BudgetLine {
            id,
            item: item.into(),
            english_item: String::new(),
            unit: "盏".into(),
            quantity,
            unit_price_fen: 100,
            amount_fen: quantity * 100,
            spent_fen,
            kind: LineKind::Programme,
        };
        let current = [old(1, "路灯", 10, 500), old(2, "安装", 10, 0)];
        let changes = changed_lines(&current, &[line("路灯", 5), line("维护", 1)]).expect("it fits");
        assert_eq!(
            changes,
            [LineChange::Keep { id: 1, line: line("路灯", 5) }, LineChange::Add(line("维护", 1)), LineChange::Remove { id: 2 }]
        );
        assert_eq!(changed_lines(&current, &[line("路灯", 4)]).unwrap_err().key, "refusal-project-change-below-spent");
        assert_eq!(changed_lines(&current, &[line("安装", 4)]).unwrap_err().key, "refusal-project-change-spent-line");
        assert_eq!(covers(100, 100), Ok(()));
        assert_eq!(covers(99, 100).unwrap_err().key, "refusal-project-change-below-used");
    }
}
