//! By when somebody must be answered, what may be said, and who may decide.

use crate::kernel::civil::Day;
use crate::kernel::settings::Setting;
use crate::kernel::workdays::add_workdays;
use crate::kernel::{Id, Refusal};

use super::model::{Complaint, State};

/// MZ/T 088-2017: a report is answered within five working days. The operator may promise less, never more.
pub const COMPLAINT_WORKDAYS: Setting = Setting { name: "complaint_workdays", default: 5, least: 1, most: 5 };
/// A donor's question on the use of a gift (慈善法 art. 42 names no number of days). 上海市慈善条例 art. 53: ten working days.
pub const QUESTION_WORKDAYS: Setting = Setting { name: "question_workdays", default: 10, least: 1, most: 30 };
/// 广州市慈善促进条例 art. 23: twenty days. 0: no such limit. Where both are set, the earlier day counts.
pub const QUESTION_DAYS: Setting = Setting { name: "question_days", default: 0, least: 0, most: 60 };

/// The last day on which a complaint received on `received` is answered in time.
pub fn complaint_due(received: Day, workdays: i64) -> Day {
    add_workdays(received, u32::try_from(workdays).unwrap_or(5))
}

/// The last day for a question: by working days, and by days where a limit of days is set.
pub fn question_due(asked: Day, workdays: i64, days: i64) -> Day {
    let by_workdays = add_workdays(asked, u32::try_from(workdays).unwrap_or(10));
    if days > 0 { by_workdays.min(asked + days) } else { by_workdays }
}

/// Running text as typed: trimmed, without control characters, within its limit.
pub fn text(field: &'static str, typed: &str, least: usize, most: usize) -> Result<String, Refusal> {
    let kept: String = typed.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let kept = kept.trim().to_owned();
    let length = kept.chars().count();
    if length < least {
        return Err(Refusal::input(field, "refusal-transparency-too-short").with("least", least));
    }
    if length > most {
        return Err(Refusal::input(field, "refusal-transparency-too-long").with("most", most));
    }
    Ok(kept)
}

/// Who may answer: nobody who works for an organisation of the project, nor the person who answered before when whoever
/// complained was not satisfied.
pub fn may_answer(complaint: &Complaint, person: Id, works_for_it: bool) -> Result<(), Refusal> {
    if !complaint.state.waits() {
        return Err(Refusal::conflict("refusal-complaint-answered"));
    }
    if works_for_it || complaint.person_id == person {
        return Err(Refusal::new(403, "refusal-complaint-own"));
    }
    if complaint.state == State::Reopened && complaint.answered_by == person {
        return Err(Refusal::new(403, "refusal-complaint-answered-before"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::civil::{day_text, parse_day};
    use crate::transparency::model::Kind;

    #[test]
    fn when_somebody_must_be_answered() {
        let day = |text: &str| parse_day(text).unwrap();
        // Received before National Day 2026: the feast does not count.
        assert_eq!(day_text(complaint_due(day("2026-09-30"), 5)), "2026-10-13");
        assert_eq!(day_text(question_due(day("2026-09-07"), 10, 0)), "2026-09-20");
        assert_eq!(day_text(question_due(day("2026-09-30"), 10, 0)), "2026-10-20");
        assert_eq!(day_text(question_due(day("2026-09-30"), 10, 15)), "2026-10-15");
        assert_eq!(day_text(question_due(day("2026-09-30"), 30, 20)), "2026-10-20");
    }

    #[test]
    fn whoever_is_concerned_does_not_decide() {
        let complaint = |state, answered_by, person_id| Complaint {
            id: 1,
            project_id: 2,
            kind: Kind::Misuse,
            body: String::new(),
            person_id,
            contact: String::new(),
            state,
            received_at: 0,
            due_day: 0,
            first_answered_at: None,
            answer: String::new(),
            outcome: None,
            answered_by,
            answered_at: None,
            solved: None,
            asked_charity_at: None,
            statement: String::new(),
            statement_at: None,
        };
        for (state, before, by, works, answer) in [
            (State::Open, 0, 0, false, Ok(())),
            (State::Open, 0, 0, true, Err("refusal-complaint-own")),
            (State::Open, 0, 9, false, Err("refusal-complaint-own")),
            (State::Answered, 0, 0, false, Err("refusal-complaint-answered")),
            (State::Closed, 8, 0, false, Err("refusal-complaint-answered")),
            (State::Reopened, 8, 0, false, Ok(())),
            (State::Reopened, 9, 0, false, Err("refusal-complaint-answered-before")),
        ] {
            assert_eq!(may_answer(&complaint(state, before, by), 9, works).map_err(|r| r.key), answer, "{state:?} {before} {by} {works}");
        }
    }
}
