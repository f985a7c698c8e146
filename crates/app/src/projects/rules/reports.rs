//! The clocks of 慈善法 art. 79: while a project runs, its progress is told at least every three months; its finances too
//! once raising or carrying out takes longer than six months; and within three months of the end of either comes the whole.
//!
//! Every due day follows from what has happened, not from today, so that it can be stored with the project and lists can
//! be sorted by it.

use crate::kernel::civil::{Day, add_months, day_of};

use super::super::model::{Due, NEVER, Project, Report, State};

/// What the clocks look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    pub state: State,
    pub published_day: Option<Day>,
    pub starts_day: Day,
    pub ends_day: Day,
    pub fundraising_ended_day: Option<Day>,
    pub closed_day: Option<Day>,
    pub last_progress_day: Option<Day>,
    /// The last day of the last disclosed period.
    pub disclosed_until_day: Option<Day>,
}

impl Life {
    pub fn of(project: &Project, disclosed_until_day: Option<Day>) -> Life {
        Life {
            state: project.state,
            published_day: project.published_at.map(day_of),
            starts_day: project.starts_day,
            ends_day: project.ends_day,
            fundraising_ended_day: project.fundraising_ended_at.map(day_of),
            closed_day: project.closed_at.map(day_of),
            last_progress_day: project.last_progress_at.map(day_of),
            disclosed_until_day,
        }
    }
}

/// Every report that is owed, with the last day on which it is in time.
pub fn due(life: &Life) -> Vec<Due> {
    let mut due = Vec::new();
    let Some(published) = life.published_day else { return due };
    if life.state.is_running() {
        let last = life.last_progress_day.map_or(published, |d| d.max(published));
        due.push(Due { what: Report::Progress, due_day: add_months(last, 3) });
        let in_three = add_months(life.disclosed_until_day.map_or(published, |d| d.max(published)), 3);
        let planned_long = life.ends_day > add_months(life.starts_day, 6);
        let due_day = if planned_long { in_three } else { in_three.max(add_months(published, 6)) };
        due.push(Due { what: Report::Disclosure, due_day });
    }
    let disclosed_before = |day: Day| life.disclosed_until_day.is_none_or(|until| until < day);
    if let Some(ended) = life.fundraising_ended_day
        && disclosed_before(ended)
    {
        due.push(Due { what: Report::FundraisingReport, due_day: add_months(ended, 3) });
    }
    if let Some(closed) = life.closed_day
        && disclosed_before(closed)
    {
        due.push(Due { what: Report::FinalReport, due_day: add_months(closed, 3) });
    }
    due
}

/// The day of the report that is due first.
pub fn next_due_day(life: &Life) -> Day {
    due(life).iter().map(|d| d.due_day).min().unwrap_or(NEVER)
}

/// The reports that are late on `today`.
pub fn overdue(life: &Life, today: Day) -> Vec<Due> {
    due(life).into_iter().filter(|d| d.due_day < today).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::civil::{day_text, parse_day};

    fn day(text: &str) -> Option<Day> {
        (!text.is_empty()).then(|| parse_day(text).unwrap())
    }

    #[test]
    fn what_is_due_when() {
        use State::*;
        // state, published, window, ended, closed, last progress, disclosed until → what is due
        let table = [
            (Submitted, "", "2026-01-01/2026-12-31", "", "", "", "", ""),
            // A short project: progress after three months, disclosure when six are over.
            (Published, "2026-01-10", "2026-01-10/2026-03-10", "", "", "", "", "Progress 2026-04-10, Disclosure 2026-07-10"),
            (Published, "2026-01-10", "2026-01-10/2026-03-10", "", "", "2026-02-01", "", "Progress 2026-05-01, Disclosure 2026-07-10"),
            // A long one discloses every three months from the start.
            (Published, "2026-01-10", "2026-01-10/2026-12-31", "", "", "", "", "Progress 2026-04-10, Disclosure 2026-04-10"),
            (
                Executing,
                "2026-01-10",
                "2026-01-10/2026-12-31",
                "",
                "",
                "2026-06-30",
                "2026-05-31",
                "Progress 2026-09-30, Disclosure 2026-08-31",
            ),
            // The end of November has no counterpart in February.
            (Published, "2025-11-30", "2025-12-01/2026-12-31", "", "", "", "", "Progress 2026-02-28, Disclosure 2026-02-28"),
            // Fundraising ended: the whole of it within three months, until it was told.
            (
                Executing,
                "2026-01-10",
                "2026-01-10/2026-03-10",
                "2026-03-10",
                "",
                "2026-03-10",
                "",
                "Progress 2026-06-10, Disclosure 2026-07-10, FundraisingReport 2026-06-10",
            ),
            (
                FundraisingEnded,
                "2026-01-10",
                "2026-01-10/2026-03-10",
                "2026-03-10",
                "",
                "2026-03-10",
                "2026-03-10",
                "Progress 2026-06-10, Disclosure 2026-07-10",
            ),
            // Closed: no more progress, but the final report.
            (
                Closed,
                "2026-01-10",
                "2026-01-10/2026-03-10",
                "2026-03-10",
                "2026-09-01",
                "2026-08-31",
                "2026-08-31",
                "FinalReport 2026-12-01",
            ),
            (Closed, "2026-01-10", "2026-01-10/2026-03-10", "2026-03-10", "2026-09-01", "2026-08-31", "2026-09-30", ""),
        ];
        for (state, published, window, ended, closed, progress, disclosed, answer) in table {
            let (starts, ends) = window.split_once('/').unwrap();
            let life = Life {
                state,
                published_day: day(published),
                starts_day: day(starts).unwrap(),
                ends_day: day(ends).unwrap(),
                fundraising_ended_day: day(ended),
                closed_day: day(closed),
                last_progress_day: day(progress),
                disclosed_until_day: day(disclosed),
            };
            let said: Vec<String> = due(&life).iter().map(|d| format!("{:?} {}", d.what, day_text(d.due_day))).collect();
            assert_eq!(said.join(", "), answer, "{life:?}");
            let next = due(&life).iter().map(|d| d.due_day).min().unwrap_or(NEVER);
            assert_eq!(next_due_day(&life), next);
            // A report is late on the day after its last day, not on it.
            assert!(overdue(&life, next).is_empty());
            assert_eq!(overdue(&life, next + 1).is_empty(), next == NEVER);
        }
    }
}
