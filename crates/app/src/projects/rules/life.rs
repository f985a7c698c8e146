//! A project's life: which step leads where, who may review, what publication asks for, and whether gifts are taken.

use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Id, Micros, Refusal};

use super::super::model::{Hold, Project, ProjectKind, State};
use super::plan::{Filing, filing, filing_in_time};

/// A step that somebody takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Submit,
    /// Back to the charity, with a reason.
    Return,
    Review,
    Publish,
    EndFundraising,
    StartExecuting,
    Close,
}

impl Step {
    /// The state it leads to from `state`; a project that is elsewhere by now is not touched.
    pub fn from(self, state: State) -> Result<State, Refusal> {
        match (self, state) {
            (Step::Submit, State::Draft) => Ok(State::Submitted),
            (Step::Return, State::Submitted | State::Reviewed) => Ok(State::Draft),
            (Step::Review, State::Submitted) => Ok(State::Reviewed),
            (Step::Publish, State::Reviewed) => Ok(State::Published),
            (Step::EndFundraising, State::Published) => Ok(State::FundraisingEnded),
            (Step::StartExecuting, State::FundraisingEnded) => Ok(State::Executing),
            (Step::Close, State::Executing) => Ok(State::Closed),
            _ => Err(Refusal::conflict("refusal-project-other-state")),
        }
    }
}

/// Whoever wrote or submitted a project, or works for one of its organisations, does not judge it.
pub fn may_review(person: Id, hands: &[Id], works_for_it: bool) -> Result<(), Refusal> {
    if hands.contains(&person) {
        return Err(Refusal::new(403, "refusal-project-own-review"));
    }
    if works_for_it {
        return Err(Refusal::new(403, "refusal-project-recused"));
    }
    Ok(())
}

/// What publication is decided on. `may_raise_funds` is the recipient's certificates on that very day (慈善法 art. 22–24).
#[derive(Clone, Copy, Debug)]
pub struct Publication<'a> {
    pub kind: ProjectKind,
    pub filing_number: &'a str,
    pub filed_day: Day,
    pub goal_fen: i64,
    pub budget_fen: i64,
    pub starts_day: Day,
    pub ends_day: Day,
    pub may_raise_funds: bool,
    pub has_merchant: bool,
    pub today: Day,
}

/// Everything that is missing before publication; empty when it can go ahead.
pub fn missing_for_publication(p: &Publication) -> Vec<Refusal> {
    let mut missing = Vec::new();
    if p.filing_number.is_empty() && p.kind == ProjectKind::Ordinary {
        missing.push(Refusal::conflict("refusal-project-publish-filing"));
    }
    if p.budget_fen <= 0 || p.budget_fen != p.goal_fen {
        missing.push(Refusal::conflict("refusal-project-publish-budget"));
    }
    if p.starts_day == 0 || p.ends_day <= p.starts_day {
        missing.push(Refusal::conflict("refusal-project-publish-window"));
    } else if p.ends_day < p.today {
        missing.push(Refusal::conflict("refusal-project-publish-over").with("day", day_text(p.ends_day)));
    }
    if p.filed_day > p.today {
        missing.push(Refusal::conflict("refusal-project-publish-filed-day"));
    }
    if let Err(refusal) = filing_in_time(p.kind, p.filed_day, p.starts_day) {
        missing.push(refusal);
    }
    if !p.may_raise_funds {
        missing.push(Refusal::conflict("refusal-project-publish-certificate"));
    }
    if !p.has_merchant {
        missing.push(Refusal::conflict("refusal-project-publish-merchant"));
    }
    missing
}

/// What is known when somebody wants to give.
#[derive(Clone, Copy, Debug)]
pub struct Giving {
    pub raised_fen: i64,
    pub may_raise_funds: bool,
    pub has_merchant: bool,
    /// How long an emergency goes on after its filing was due.
    pub filing_grace_days: Day,
}

/// Whether a public project takes gifts now. A goal that is reached ends it: what the filed plan does not budget for
/// could not be spent. Gifts that are on their way at that moment are still recorded.
pub fn takes_gifts(project: &Project, known: Giving, now: Micros) -> Result<(), Refusal> {
    let today = day_of(now);
    match project.hold {
        Hold::None => {}
        Hold::Suspended => return Err(Refusal::conflict("refusal-project-suspended")),
        Hold::TakenDown => return Err(Refusal::conflict("refusal-project-taken-down")),
    }
    if project.state != State::Published {
        return Err(Refusal::conflict("refusal-project-ended"));
    }
    if today < project.starts_day {
        return Err(Refusal::conflict("refusal-project-not-started").with("day", day_text(project.starts_day)));
    }
    if today > project.ends_day {
        return Err(Refusal::conflict("refusal-project-over").with("day", day_text(project.ends_day)));
    }
    if let Filing::Overdue { stops_day, .. } =
        filing(project.kind, &project.filing_number, project.starts_day, today, known.filing_grace_days)
        && today > stops_day
    {
        return Err(Refusal::conflict("refusal-project-unfiled"));
    }
    if known.raised_fen >= project.goal_fen {
        return Err(Refusal::conflict("refusal-project-goal-reached"));
    }
    if !known.may_raise_funds {
        return Err(Refusal::conflict("refusal-project-certificate"));
    }
    if !known.has_merchant {
        return Err(Refusal::conflict("refusal-project-merchant"));
    }
    Ok(())
}

#[cfg(test)]
pub(in crate::projects) mod tests {
    use super::*;
    use crate::kernel::civil::start_of;
    use crate::projects::model::Field;

    #[test]
    fn every_step_from_every_state() {
        use State::*;
        //                          Draft            Submitted        Reviewed         Published               Ended            Executing     Closed
        let table: [(Step, [Option<State>; 7]); 7] = [
            (Step::Submit, [Some(Submitted), None, None, None, None, None, None]),
            (Step::Return, [None, Some(Draft), Some(Draft), None, None, None, None]),
            (Step::Review, [None, Some(Reviewed), None, None, None, None, None]),
            (Step::Publish, [None, None, Some(Published), None, None, None, None]),
            (Step::EndFundraising, [None, None, None, Some(FundraisingEnded), None, None, None]),
            (Step::StartExecuting, [None, None, None, None, Some(Executing), None, None]),
            (Step::Close, [None, None, None, None, None, Some(Closed), None]),
        ];
        for (step, row) in table {
            for (from, to) in State::ALL.into_iter().zip(row) {
                assert_eq!(step.from(from).ok(), to, "{step:?} from {from:?}");
            }
        }
    }

    #[test]
    fn nobody_reviews_their_own() {
        assert_eq!(may_review(9, &[1, 2], false), Ok(()));
        assert_eq!(may_review(1, &[1, 2], false).unwrap_err().key, "refusal-project-own-review");
        assert_eq!(may_review(2, &[1, 2], false).unwrap_err().status, 403);
        assert_eq!(may_review(9, &[1, 2], true).unwrap_err().key, "refusal-project-recused");
    }

    #[test]
    fn publication_names_everything_that_is_missing() {
        let ready = Publication {
            kind: ProjectKind::Ordinary,
            filing_number: "53100000MJT000000XA20007",
            filed_day: 40,
            goal_fen: 100,
            budget_fen: 100,
            starts_day: 50,
            ends_day: 51,
            may_raise_funds: true,
            has_merchant: true,
            today: 51,
        };
        let keys = |p: Publication| missing_for_publication(&p).iter().map(|r| r.key).collect::<Vec<_>>();
        assert_eq!(keys(ready), Vec::<&str>::new());
        assert_eq!(keys(Publication { filing_number: "", ..ready }), ["refusal-project-publish-filing"]);
        assert_eq!(keys(Publication { budget_fen: 99, ..ready }), ["refusal-project-publish-budget"]);
        assert_eq!(keys(Publication { filed_day: 41, ..ready }), ["refusal-project-publish-filed-late"]);
        let rescue = Publication { kind: ProjectKind::Emergency, filing_number: "", filed_day: 0, ..ready };
        assert_eq!(keys(rescue), Vec::<&str>::new(), "its filing follows");
        assert_eq!(keys(Publication { goal_fen: 0, budget_fen: 0, ..ready }), ["refusal-project-publish-budget"]);
        assert_eq!(keys(Publication { ends_day: 50, ..ready }), ["refusal-project-publish-window"]);
        assert_eq!(keys(Publication { today: 52, ..ready }), ["refusal-project-publish-over"]);
        assert_eq!(keys(Publication { may_raise_funds: false, ..ready }), ["refusal-project-publish-certificate"]);
        assert_eq!(keys(Publication { has_merchant: false, ..ready }), ["refusal-project-publish-merchant"]);
        assert_eq!(
            keys(Publication { filing_number: "", budget_fen: 0, starts_day: 0, may_raise_funds: false, has_merchant: false, ..ready })
                .len(),
            6
        );
    }

    pub(in crate::projects) fn published() -> Project {
        Project {
            id: 1,
            state: State::Published,
            version: 4,
            title: String::new(),
            english_title: String::new(),
            summary: String::new(),
            english_summary: String::new(),
            story: String::new(),
            field: Field::Poverty,
            area_code: String::new(),
            object: String::new(),
            service: String::new(),
            launcher_id: 1,
            recipient_id: 2,
            implementer_id: 3,
            filing_number: String::new(),
            goal_fen: 1_000,
            starts_day: 100,
            ends_day: 110,
            kind: ProjectKind::Ordinary,
            filed_day: 0,
            hold: Hold::None,
            curated_at: None,
            last_progress_at: None,
            due_day: 0,
            created_by: 1,
            created_at: 0,
            submitted_at: None,
            reviewed_at: None,
            published_at: Some(0),
            fundraising_ended_at: None,
            executing_at: None,
            closed_at: None,
        }
    }

    #[test]
    fn what_is_stopped_takes_no_gifts_and_neither_does_a_rescue_that_was_never_filed() {
        let known = Giving { raised_fen: 0, may_raise_funds: true, has_merchant: true, filing_grace_days: 5 };
        let ask = |project: Project, day| takes_gifts(&project, known, start_of(day)).map_err(|r| r.key);
        assert_eq!(ask(Project { hold: Hold::Suspended, ..published() }, 105), Err("refusal-project-suspended"));
        assert_eq!(ask(Project { hold: Hold::TakenDown, ..published() }, 105), Err("refusal-project-taken-down"));
        let rescue = || Project { kind: ProjectKind::Emergency, ends_day: 200, ..published() };
        assert_eq!(ask(rescue(), 115), Ok(()));
        assert_eq!(ask(rescue(), 116), Err("refusal-project-unfiled"));
        assert_eq!(ask(Project { filing_number: "53100000MJT000000XA20007".into(), ..rescue() }, 116), Ok(()));
    }

    #[test]
    fn gifts_are_taken_inside_the_window_by_a_certified_charity_until_the_goal() {
        let known = Giving { raised_fen: 999, may_raise_funds: true, has_merchant: true, filing_grace_days: 5 };
        let ask = |state, known, now| takes_gifts(&Project { state, ..published() }, known, now).map_err(|r| r.key);
        let day = start_of;
        for (state, known, now, answer) in [
            (State::Published, known, day(100), Ok(())),
            (State::Published, known, day(111) - 1, Ok(())),
            (State::Published, known, day(100) - 1, Err("refusal-project-not-started")),
            (State::Published, known, day(111), Err("refusal-project-over")),
            (State::FundraisingEnded, known, day(105), Err("refusal-project-ended")),
            (State::Closed, known, day(105), Err("refusal-project-ended")),
            (State::Published, Giving { raised_fen: 1_000, ..known }, day(105), Err("refusal-project-goal-reached")),
            (State::Published, Giving { may_raise_funds: false, ..known }, day(105), Err("refusal-project-certificate")),
            (State::Published, Giving { has_merchant: false, ..known }, day(105), Err("refusal-project-merchant")),
        ] {
            assert_eq!(ask(state, known, now), answer, "{state:?} {known:?}");
        }
    }
}
