//! What a plan must hold to be saved and to be submitted, which papers belong to it, and when fundraising may start
//! after filing.

use crate::kernel::Refusal;
use crate::kernel::civil::{Day, day_text};
use crate::kernel::settings::Setting;

use super::super::model::{Node, PLAN_TEXTS, PaperKind, Plan, ProjectKind};
use super::draft::tidy;

/// How many days an emergency goes on taking gifts after its filing was due.
pub const FILING_GRACE_DAYS: Setting = Setting { name: "filing_grace_days", default: 5, least: 0, most: 30 };
pub const SITES: usize = 20;
pub const NODES: usize = 30;
/// 慈善法 art. 73 (2024-09-05) and 令74号 art. 11: filed at least ten days before the activity.
pub const FILED_BEFORE_DAYS: Day = 10;
/// The same article: in an emergency within ten days after the start.
pub const FILED_AFTER_DAYS: Day = 10;

/// The plan with all its texts tidied.
pub fn cleaned_plan(plan: &Plan) -> Plan {
    let mut clean = plan.clone();
    for text in &PLAN_TEXTS {
        *(text.of_mut)(&mut clean) = tidy((text.of)(plan), text.rows > 1);
    }
    clean.category = tidy(&plan.category, false);
    clean.sites = plan.sites.iter().map(|s| tidy(s, false)).filter(|s| !s.is_empty()).collect();
    clean.nodes = plan.nodes.iter().map(|n| Node { day: n.day, what: tidy(&n.what, false) }).collect();
    clean
}

/// What keeps a plan from being saved at all, in the order of the form.
pub fn unsaveable_plan(plan: &Plan) -> Vec<Refusal> {
    let mut faults = Vec::new();
    for text in &PLAN_TEXTS {
        if (text.of)(plan).chars().count() > text.most {
            faults.push(Refusal::input(text.name, "refusal-project-too-long").with("most", text.most));
        }
    }
    if !(0..=100_000_000).contains(&plan.beneficiaries) {
        faults.push(Refusal::input("beneficiaries", "refusal-project-plan-beneficiaries"));
    }
    if plan.sites.len() > SITES {
        faults.push(Refusal::input("sites", "refusal-project-plan-many").with("most", SITES));
    }
    if plan.nodes.len() > NODES {
        faults.push(Refusal::input("nodes", "refusal-project-plan-many").with("most", NODES));
    }
    for (place, node) in plan.nodes.iter().enumerate() {
        if node.day == 0 || node.what.is_empty() || node.what.chars().count() > 80 {
            faults.push(Refusal::input("nodes", "refusal-project-plan-node").with("line", place + 1));
        }
    }
    faults
}

/// Everything that is missing before submission, in the order of the form.
pub fn plan_faults(plan: &Plan) -> Vec<Refusal> {
    let mut faults = unsaveable_plan(plan);
    if plan.category.is_empty() {
        faults.push(Refusal::input("category", "refusal-project-plan-category"));
    }
    for text in &PLAN_TEXTS {
        if let Some(key) = text.missing
            && (text.of)(plan).is_empty()
        {
            faults.push(Refusal::input(text.name, key));
        }
    }
    if plan.beneficiaries == 0 {
        faults.push(Refusal::input("beneficiaries", "refusal-project-plan-beneficiaries"));
    }
    if plan.nodes.is_empty() {
        faults.push(Refusal::input("nodes", "refusal-project-plan-nodes"));
    }
    if plan.kind == ProjectKind::Emergency && plan.emergency_proof.is_empty() {
        faults.push(Refusal::input("emergency_proof", "refusal-project-plan-proof"));
    }
    if plan.kind == ProjectKind::Ordinary && plan.filed_day == 0 {
        faults.push(Refusal::input("filed_day", "refusal-project-plan-filed"));
    }
    if !plan.declared {
        faults.push(Refusal::input("declared", "refusal-project-plan-declared"));
    }
    faults
}

/// The papers without which a project of this kind is not submitted (民发〔2025〕57号: the form with its attachments,
/// the commitment, the internal decision; an emergency proves itself).
pub fn papers_asked_for(kind: ProjectKind) -> &'static [PaperKind] {
    match kind {
        ProjectKind::Ordinary => &[PaperKind::Plan, PaperKind::Commitment, PaperKind::Decision, PaperKind::FilingReceipt],
        ProjectKind::Emergency => &[PaperKind::Plan, PaperKind::Commitment, PaperKind::Decision, PaperKind::EmergencyProof],
    }
}

/// Those that are not there.
pub fn papers_missing(kind: ProjectKind, have: &[PaperKind]) -> Vec<PaperKind> {
    papers_asked_for(kind).iter().copied().filter(|asked| !have.contains(asked)).collect()
}

/// Whether fundraising may start on that day (art. 73).
pub fn filing_in_time(kind: ProjectKind, filed_day: Day, starts_day: Day) -> Result<(), Refusal> {
    match kind {
        ProjectKind::Emergency => Ok(()),
        ProjectKind::Ordinary if filed_day == 0 => Err(Refusal::conflict("refusal-project-publish-filed-day")),
        ProjectKind::Ordinary if starts_day < filed_day + FILED_BEFORE_DAYS => {
            Err(Refusal::conflict("refusal-project-publish-filed-late").with("day", day_text(filed_day + FILED_BEFORE_DAYS)))
        }
        ProjectKind::Ordinary => Ok(()),
    }
}

/// How far an emergency's filing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filing {
    Filed,
    /// Until that day it is in time.
    Due(Day),
    /// Everyone sees it; gifts stop after `stops_day`.
    Overdue {
        due_day: Day,
        stops_day: Day,
    },
}

/// Where the filing stands. `grace_days`: how long an emergency goes on taking gifts after its filing was due.
pub fn filing(kind: ProjectKind, filing_number: &str, starts_day: Day, today: Day, grace_days: Day) -> Filing {
    let due_day = starts_day + FILED_AFTER_DAYS;
    match kind {
        ProjectKind::Emergency if filing_number.is_empty() && today > due_day => {
            Filing::Overdue { due_day, stops_day: due_day + grace_days }
        }
        ProjectKind::Emergency if filing_number.is_empty() => Filing::Due(due_day),
        _ => Filing::Filed,
    }
}

/// An organisation's earlier emergency projects: what was given and what was spent, and whether a report is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    pub gifts_fen: i64,
    pub spent_fen: i64,
    pub undisclosed: bool,
}

/// A new emergency project asks that the earlier ones are disclosed and at least four fifths carried out.
pub fn earlier_emergencies(earlier: &[Earlier]) -> Result<(), Refusal> {
    if earlier.iter().any(|e| e.undisclosed) {
        return Err(Refusal::conflict("refusal-project-emergency-undisclosed"));
    }
    if earlier.iter().any(|e| i128::from(e.spent_fen) * 5 < i128::from(e.gifts_fen) * 4) {
        return Err(Refusal::conflict("refusal-project-emergency-unexecuted"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Plan {
        let mut plan = Plan {
            category: "PM0102".into(),
            beneficiaries: 30,
            nodes: vec![Node { day: 20_000, what: "开工".into() }],
            filed_day: 19_000,
            declared: true,
            ..Plan::default()
        };
        for text in &PLAN_TEXTS {
            *(text.of_mut)(&mut plan) = "写清楚了".into();
        }
        plan
    }

    #[test]
    fn a_whole_plan_is_submitted_and_each_gap_has_its_own_sentence() {
        assert_eq!(plan_faults(&whole()), []);
        for text in &PLAN_TEXTS {
            let mut plan = whole();
            (text.of_mut)(&mut plan).clear();
            assert_eq!(plan_faults(&plan).iter().map(|f| f.key).collect::<Vec<_>>(), text.missing.into_iter().collect::<Vec<_>>());
        }
        type Change = fn(&mut Plan);
        let gaps: [(Change, &str); 9] = [
            (|p| p.category.clear(), "refusal-project-plan-category"),
            (|p| p.beneficiaries = 0, "refusal-project-plan-beneficiaries"),
            (|p| p.nodes.clear(), "refusal-project-plan-nodes"),
            (|p| p.nodes[0].day = 0, "refusal-project-plan-node"),
            (|p| p.sites = vec!["寻乌县".into(); 21], "refusal-project-plan-many"),
            (|p| p.declared = false, "refusal-project-plan-declared"),
            (|p| p.filed_day = 0, "refusal-project-plan-filed"),
            (|p| p.purpose = "长".repeat(301), "refusal-project-too-long"),
            (
                |p| {
                    p.kind = ProjectKind::Emergency;
                    p.emergency_proof.clear();
                },
                "refusal-project-plan-proof",
            ),
        ];
        for (change, key) in gaps {
            let mut plan = whole();
            change(&mut plan);
            assert_eq!(plan_faults(&plan).iter().map(|f| f.key).collect::<Vec<_>>(), [key]);
        }
    }

    #[test]
    fn fundraising_starts_ten_days_after_filing() {
        let ask = |kind, filed, starts| filing_in_time(kind, filed, starts).map_err(|r| r.key);
        for (kind, filed, starts, answer) in [
            (ProjectKind::Ordinary, 100, 110, Ok(())),
            (ProjectKind::Ordinary, 100, 109, Err("refusal-project-publish-filed-late")),
            (ProjectKind::Ordinary, 0, 110, Err("refusal-project-publish-filed-day")),
            (ProjectKind::Emergency, 0, 100, Ok(())),
        ] {
            assert_eq!(ask(kind, filed, starts), answer);
        }
    }

    #[test]
    fn an_emergency_files_within_ten_days_and_then_stops() {
        for (number, today, state) in [
            ("", 110, Filing::Due(110)),
            ("", 111, Filing::Overdue { due_day: 110, stops_day: 115 }),
            ("53100000MJT000000XA20007", 200, Filing::Filed),
        ] {
            assert_eq!(filing(ProjectKind::Emergency, number, 100, today, 5), state);
        }
        assert_eq!(filing(ProjectKind::Ordinary, "", 100, 200, 5), Filing::Filed);
    }

    #[test]
    fn a_rescue_asks_how_the_last_one_went() {
        let went = |gifts_fen, spent_fen, undisclosed| [Earlier { gifts_fen, spent_fen, undisclosed }];
        assert_eq!(earlier_emergencies(&[]), Ok(()));
        assert_eq!(earlier_emergencies(&went(100, 80, false)), Ok(()));
        assert_eq!(earlier_emergencies(&went(0, 0, false)), Ok(()));
        assert_eq!(earlier_emergencies(&went(100, 79, false)).unwrap_err().key, "refusal-project-emergency-unexecuted");
        assert_eq!(earlier_emergencies(&went(100, 100, true)).unwrap_err().key, "refusal-project-emergency-undisclosed");
    }
}
