//! What is owed, and what was kept: the clocks of `clocks.rs` applied to a project's life.
//!
//! Every due day follows from what has happened, not from today, so that it can be stored with the project and lists can
//! be sorted by it. The history of a project's clocks is the same decision, replayed from event to event; so what was late
//! stays visible when it has been made good.

use crate::kernel::civil::{Day, add_months, day_of};

use super::super::model::{Due, NEVER, Project, Report, State};
use super::clocks::clock_of;

/// What the clocks look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    pub state: State,
    pub published_day: Option<Day>,
    pub starts_day: Day,
    pub ends_day: Day,
    pub fundraising_ended_day: Option<Day>,
    pub closed_day: Option<Day>,
    /// Of a post that tells what was done, for how many and with which money; news is none.
    pub last_progress_day: Option<Day>,
    pub told: Told,
}

/// What a project has told and still has to tell, beside its own row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The last day of the last disclosed period.
    pub disclosed_until_day: Option<Day>,
    /// The day on which it was disclosed.
    pub disclosed_on_day: Option<Day>,
    /// Raised for a major emergency (慈善法 art. 72).
    pub emergency: bool,
    /// The closing report is public.
    pub closing_report: bool,
    /// Money was left when it closed, and nobody has said what became of it.
    pub leftovers_untold: bool,
}

impl Life {
    pub fn of(project: &Project, told: Told) -> Life {
        Life {
            state: project.state,
            published_day: project.published_at.map(day_of),
            starts_day: project.starts_day,
            ends_day: project.ends_day,
            fundraising_ended_day: project.fundraising_ended_at.map(day_of),
            closed_day: project.closed_at.map(day_of),
            last_progress_day: project.last_progress_at.map(day_of),
            told,
        }
    }

    /// The same life on the day on which it became public.
    fn beginning(self) -> Life {
        Life {
            state: State::Published,
            fundraising_ended_day: None,
            closed_day: None,
            last_progress_day: None,
            told: Told { emergency: self.told.emergency, ..Told::default() },
            ..self
        }
    }

    fn disclosed_before(&self, day: Day) -> bool {
        self.told.disclosed_until_day.is_none_or(|until| until < day)
    }
}

/// Every report that is owed, with the last day on which it is in time.
pub fn due(life: &Life) -> Vec<Due> {
    let mut due = Vec::new();
    let Some(published) = life.published_day else { return due };
    let mut owed = |what: Report, from: Day| due.push(Due { what, due_day: clock_of(what).period.after(from) });
    if life.state.is_running() {
        owed(Report::Progress, life.last_progress_day.map_or(published, |d| d.max(published)));
        let beyond = clock_of(Report::Disclosure).only_beyond_months.unwrap_or(0);
        let planned_long = life.ends_day > add_months(life.starts_day, beyond);
        let last = life.told.disclosed_until_day.map_or(published, |d| d.max(published));
        // A project that was planned short owes its first disclosure when it turns out to have lasted longer.
        let long_enough = add_months(published, beyond - 3);
        owed(Report::Disclosure, if planned_long { last } else { last.max(long_enough) });
    }
    // The rescue phase of an emergency is while money for it is being raised.
    if life.told.emergency && life.state == State::Published {
        owed(Report::Receipts, life.told.disclosed_on_day.map_or(published, |d| d.max(published)));
    }
    if let Some(ended) = life.fundraising_ended_day.filter(|day| life.disclosed_before(*day)) {
        owed(Report::FundraisingReport, ended);
    }
    if let Some(closed) = life.closed_day {
        // 慈善法 art. 79: 项目结束后三个月内全面公开项目实施情况和募得款物使用情况. That is the closing report, in which both stand; a
        // disclosure alone tells of the money and not of what was done. It counts from the day on which it is public.
        if !life.told.closing_report {
            owed(Report::FinalReport, closed);
        }
        if life.told.leftovers_untold {
            owed(Report::Leftovers, closed);
        }
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

/// Something that happened to a project and moves a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Progress,
    Disclosed { until_day: Day },
    FundraisingEnded,
    Executing,
    Closed { with_leftovers: bool },
    ClosingReport,
    LeftoversTold,
}

/// A report that was owed, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub what: Report,
    pub due_day: Day,
    pub became: Became,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was told on this day.
    Told(Day),
    /// The clock ended on this day, after its due day, with nothing told.
    Dropped(Day),
    /// It is owed now.
    Open,
}

impl Kept {
    /// By how many days it was, or is, late; 0: in time.
    pub fn days_late(&self, today: Day) -> i64 {
        let until = match self.became {
            Became::Told(day) | Became::Dropped(day) => day,
            Became::Open => today,
        };
        (until - self.due_day).max(0)
    }
}

/// Everything a project has owed so far, in the order in which it was settled, and what it owes now: `due` before and after
/// each event. `life` is the project as it is, `events` what happened to it, oldest first.
pub fn history(life: &Life, events: &[(Day, Event)]) -> Vec<Kept> {
    let mut then = life.beginning();
    let mut kept = Vec::new();
    for (day, event) in events {
        let before = due(&then);
        happen(&mut then, *day, *event);
        let after = due(&then);
        for item in before.into_iter().filter(|item| !after.contains(item)) {
            if settles(*event, item.what) {
                kept.push(Kept { what: item.what, due_day: item.due_day, became: Became::Told(*day) });
            } else if item.due_day < *day {
                kept.push(Kept { what: item.what, due_day: item.due_day, became: Became::Dropped(*day) });
            }
        }
    }
    kept.extend(due(life).into_iter().map(|item| Kept { what: item.what, due_day: item.due_day, became: Became::Open }));
    kept
}

fn happen(life: &mut Life, day: Day, event: Event) {
    match event {
        Event::Progress => life.last_progress_day = Some(day),
        Event::Disclosed { until_day } => {
            life.told.disclosed_until_day = Some(until_day);
            life.told.disclosed_on_day = Some(day);
        }
        Event::FundraisingEnded => {
            life.state = State::FundraisingEnded;
            life.fundraising_ended_day = Some(day);
        }
        Event::Executing => life.state = State::Executing,
        Event::Closed { with_leftovers } => {
            life.state = State::Closed;
            life.closed_day = Some(day);
            life.told.leftovers_untold = with_leftovers;
        }
        Event::ClosingReport => life.told.closing_report = true,
        Event::LeftoversTold => life.told.leftovers_untold = false,
    }
}

/// Whether a report of this kind is what happened.
fn settles(event: Event, what: Report) -> bool {
    match event {
        Event::Progress => what == Report::Progress,
        Event::Disclosed { .. } => {
            matches!(what, Report::Disclosure | Report::Receipts | Report::FundraisingReport)
        }
        Event::ClosingReport => what == Report::FinalReport,
        Event::LeftoversTold => what == Report::Leftovers,
        Event::FundraisingEnded | Event::Executing | Event::Closed { .. } => false,
    }
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
            // A disclosure to the very end tells of the money alone.
            (
                Closed,
                "2026-01-10",
                "2026-01-10/2026-03-10",
                "2026-03-10",
                "2026-09-01",
                "2026-08-31",
                "2026-09-30",
                "FinalReport 2026-12-01",
            ),
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
                told: Told { disclosed_until_day: day(disclosed), ..Told::default() },
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

    /// A life that was published on 2026-01-10 and raises until `ends`.
    fn running(ends: &str) -> Life {
        Life {
            state: State::Published,
            published_day: day("2026-01-10"),
            starts_day: day("2026-01-10").unwrap(),
            ends_day: day(ends).unwrap(),
            fundraising_ended_day: None,
            closed_day: None,
            last_progress_day: None,
            told: Told::default(),
        }
    }

    fn of(life: &Life, what: Report) -> Option<String> {
        due(life).into_iter().find(|d| d.what == what).map(|d| day_text(d.due_day))
    }

    /// 慈善法 art. 79: raising for longer than six months is told at least every three, and as a whole within three of its end.
    #[test]
    fn r8_fundraising_reports_every_three_months_and_as_a_whole_after_its_end() {
        let mut life = running("2026-12-31");
        assert_eq!(of(&life, Report::Disclosure).as_deref(), Some("2026-04-10"));
        life.told.disclosed_until_day = day("2026-04-10");
        assert_eq!(of(&life, Report::Disclosure).as_deref(), Some("2026-07-10"));
        // Six months to the day are not more than six months.
        assert_eq!(of(&running("2026-07-10"), Report::Disclosure).as_deref(), Some("2026-07-10"));
        assert_eq!(of(&running("2026-07-11"), Report::Disclosure).as_deref(), Some("2026-04-10"));
        (life.state, life.fundraising_ended_day) = (State::FundraisingEnded, day("2026-11-30"));
        assert_eq!(of(&life, Report::FundraisingReport).as_deref(), Some("2027-02-28"));
        life.told.disclosed_until_day = day("2026-11-30");
        assert_eq!(of(&life, Report::FundraisingReport), None);
    }

    /// 慈善法 art. 79 and 令81号: progress every three months, the whole and what became of leftovers within three of the end.
    #[test]
    fn r9_progress_every_three_months_the_whole_and_the_leftovers_after_its_end() {
        let mut life = running("2026-12-31");
        assert_eq!(of(&life, Report::Progress).as_deref(), Some("2026-04-10"));
        life.last_progress_day = day("2026-03-31");
        assert_eq!(of(&life, Report::Progress).as_deref(), Some("2026-06-30"));
        (life.state, life.closed_day) = (State::Closed, day("2026-09-30"));
        life.told = Told { leftovers_untold: true, disclosed_until_day: day("2026-09-29"), ..Told::default() };
        assert_eq!(of(&life, Report::Progress), None);
        assert_eq!(of(&life, Report::FinalReport).as_deref(), Some("2026-12-30"));
        assert_eq!(of(&life, Report::Leftovers).as_deref(), Some("2026-12-30"));
        life.told = Told { leftovers_untold: false, disclosed_until_day: day("2026-09-30"), ..Told::default() };
        assert_eq!(of(&life, Report::FinalReport).as_deref(), Some("2026-12-30"), "what was done is told by the closing report alone");
        life.told.closing_report = true;
        assert_eq!(due(&life), []);
    }

    /// 慈善法 art. 72: in the rescue phase of a major emergency, receipts at least every five days.
    #[test]
    fn r10_an_emergency_tells_its_receipts_every_five_days() {
        let mut life = running("2026-03-10");
        assert_eq!(of(&life, Report::Receipts), None);
        life.told.emergency = true;
        assert_eq!(of(&life, Report::Receipts).as_deref(), Some("2026-01-15"));
        assert_eq!(next_due_day(&life), parse_day("2026-01-15").unwrap());
        // It counts from the day on which it was told, not from the last day of the period.
        life.told.disclosed_until_day = day("2026-01-13");
        life.told.disclosed_on_day = day("2026-01-14");
        assert_eq!(of(&life, Report::Receipts).as_deref(), Some("2026-01-19"));
        life.state = State::FundraisingEnded;
        assert_eq!(of(&life, Report::Receipts), None, "the rescue phase is over");
    }

    #[test]
    fn the_history_keeps_what_was_late_when_it_has_been_made_good() {
        let events = |list: &[(&str, Event)]| -> Vec<(Day, Event)> { list.iter().map(|(d, e)| (day(d).unwrap(), *e)).collect() };
        let mut life = running("2026-12-31");
        life.last_progress_day = day("2026-05-10");
        life.told.disclosed_until_day = day("2026-04-09");
        life.told.disclosed_on_day = day("2026-04-10");
        let told = [("2026-04-10", Event::Disclosed { until_day: day("2026-04-09").unwrap() }), ("2026-05-10", Event::Progress)];
        let kept = history(&life, &events(&told));
        let today = parse_day("2026-08-01").unwrap();
        let said: Vec<String> = kept.iter().map(|k| format!("{:?} {} {} late", k.what, day_text(k.due_day), k.days_late(today))).collect();
        assert_eq!(
            said,
            ["Disclosure 2026-04-10 0 late", "Progress 2026-04-10 30 late", "Progress 2026-08-10 0 late", "Disclosure 2026-07-09 23 late",]
        );
        assert_eq!(kept[1].became, Became::Told(parse_day("2026-05-10").unwrap()));
        // Closing ends the quarterly clocks; what was late then stays.
        (life.state, life.closed_day) = (State::Closed, day("2026-09-01"));
        life.fundraising_ended_day = day("2026-08-01");
        let ended = [
            ("2026-08-01", Event::FundraisingEnded),
            ("2026-08-01", Event::Executing),
            ("2026-09-01", Event::Closed { with_leftovers: false }),
        ];
        let kept = history(&life, &events(&[&told[..], &ended[..]].concat()));
        let closing = parse_day("2026-09-01").unwrap();
        let dropped: Vec<(Report, Day)> =
            kept.iter().filter(|k| k.became == Became::Dropped(closing)).map(|k| (k.what, k.days_late(closing + 100))).collect();
        assert_eq!(dropped, [(Report::Progress, 22), (Report::Disclosure, 54)]);
        assert_eq!(kept.iter().filter(|k| k.became == Became::Open).count(), 2, "the fundraising report and the final one");
    }

    /// What is open in the history is what is due, whatever happened.
    #[test]
    fn the_history_ends_in_what_is_due() {
        let mut life = running("2026-12-31");
        let start = life.published_day.unwrap();
        let mut events = Vec::new();
        let mut number = 7_u64;
        for step in 1..60 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let day = start + step * 9;
            let event = match (number >> 33) % 3 {
                0 => Event::Progress,
                1 => Event::Disclosed { until_day: day - 1 },
                _ if life.state == State::Published && step > 30 => Event::FundraisingEnded,
                _ => continue,
            };
            happen(&mut life, day, event);
            events.push((day, event));
            let open: Vec<Due> = history(&life, &events)
                .into_iter()
                .filter(|k| k.became == Became::Open)
                .map(|k| Due { what: k.what, due_day: k.due_day })
                .collect();
            assert_eq!(open, due(&life), "after {event:?} on {}", day_text(day));
        }
        assert!(events.len() > 20, "{events:?}");
    }
}
