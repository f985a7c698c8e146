//! Everything that happens in the example world, in the order of time.

use app::kernel::civil::{Day, day_of, start_of};
use app::kernel::{HOUR_US, MINUTE_US, Micros};

use crate::affairs::AFFAIRS;
use crate::gifts::Planned;
use crate::text::{Organisation, Project};

/// Something that happens to a project, named by its place in the list; or to everything.
#[derive(Debug, Clone)]
pub enum Event {
    OpenAccount(usize),
    Draft(usize),
    Submit(usize),
    Review(usize),
    Publish(usize),
    EndFundraising(usize),
    StartExecuting(usize),
    Close(usize),
    Progress(usize, usize),
    Disclose(usize),
    /// The closing report is handed in, and published by the operator.
    ClosingReport(usize),
    Request(usize, usize),
    ApproveFirst(usize, usize),
    ApproveSecond(usize, usize),
    Spend(usize, usize),
    Gift(Box<Planned>),
    /// By its place in the list of `affairs.rs`.
    Affair(usize),
    /// What the program does by itself once in a while: folds, reconciliation, closing what was paid.
    Housekeeping,
}

/// The longest stretch between two looks at the channel's bills, which are to be had for three months only.
const HOUSEKEEPING_DAYS: i64 = 30;
/// A disclosure is due every three months; careful organisations are a little earlier.
const DISCLOSURE_DAYS: i64 = 80;
/// The world begins before its first project does.
const BEGINNING_DAYS: i64 = 425;

pub struct Calendar {
    today: Day,
    now: Micros,
}

impl Calendar {
    pub fn new(now: Micros) -> Calendar {
        Calendar { today: day_of(now), now }
    }

    pub fn beginning(&self) -> Micros {
        self.at(BEGINNING_DAYS, 9, 0)
    }

    /// How many days before today an instant of the story is.
    pub fn days_ago(&self, at: Micros) -> i64 {
        self.today - day_of(at)
    }

    fn at(&self, days_ago: i64, hour: i64, minute: i64) -> Micros {
        start_of(self.today - days_ago) + hour * HOUR_US + minute * MINUTE_US
    }

    /// From when until when a project takes gifts in this story.
    pub fn window(&self, project: &Project) -> Option<(Micros, Micros)> {
        let public = matches!(project.state.as_str(), "published" | "fundraising_ended" | "executing" | "closed");
        // Until yesterday evening at the latest: so the same gifts are given at whatever time of day the world is built.
        let stopped = project.ended.or(project.suspended);
        let last = stopped.map_or(project.published - project.window, |day| day + 1).max(1);
        let until = self.at(last, 22, 0);
        public.then(|| (self.at(project.published, 11, 0), until))
    }

    /// First and last day of the appeal.
    pub fn appeal(&self, project: &Project) -> (Day, Day) {
        let starts = self.today - project.published;
        (starts, starts + project.window)
    }

    /// All that has happened by now, in order.
    pub fn events(&self, organisations: &[Organisation], projects: &[Project], gifts: Vec<Planned>) -> Vec<(Micros, Event)> {
        let mut events: Vec<(Micros, Event)> = Vec::new();
        for (at, organisation) in organisations.iter().enumerate() {
            if let Some(months) = organisation.months {
                let opened = (months * 30).min(BEGINNING_DAYS - 1);
                events.push((self.at(opened, 9, 30), Event::OpenAccount(at)));
            }
        }
        for (at, project) in projects.iter().enumerate() {
            self.life(at, project, &mut events);
            self.reports(at, project, &mut events);
            self.money(at, project, &mut events);
        }
        events.extend(gifts.into_iter().map(|gift| (gift.at, Event::Gift(Box::new(gift)))));
        let affairs = AFFAIRS.iter().enumerate();
        events.extend(affairs.map(|(which, (days_ago, hour, minute, _))| (self.at(*days_ago, *hour, *minute), Event::Affair(which))));
        let days = (1..BEGINNING_DAYS).rev().step_by(usize::try_from(HOUSEKEEPING_DAYS).unwrap_or(30));
        events.extend(days.map(|day| (self.at(day, 11, 5), Event::Housekeeping)));
        events.retain(|(at, _)| *at <= self.now);
        events.sort_by_key(|(at, _)| *at);
        events
    }

    fn life(&self, at: usize, project: &Project, events: &mut Vec<(Micros, Event)>) {
        let reached = |state: &str| {
            let order = ["draft", "submitted", "reviewed", "published", "fundraising_ended", "executing", "closed"];
            let place = |word: &str| order.iter().position(|s| *s == word).unwrap_or_else(|| panic!("data/demo/projects.toml: {word}"));
            place(&project.state) >= place(state)
        };
        events.push((self.at(project.published + 9, 10, 10), Event::Draft(at)));
        let steps = [
            ("submitted", self.at(project.published + 6, 16, 20), Event::Submit(at)),
            ("reviewed", self.at(project.published + 2, 14, 40), Event::Review(at)),
            ("published", self.at(project.published, 9, 50), Event::Publish(at)),
        ];
        events.extend(steps.into_iter().filter(|(state, ..)| reached(state)).map(|(_, when, event)| (when, event)));
        let ends = [
            (project.ended, Event::EndFundraising(at)),
            (project.executing, Event::StartExecuting(at)),
            (project.closed, Event::Close(at)),
        ];
        events.extend(ends.into_iter().filter_map(|(day, event)| Some((self.at(day?, 17, 30), event))));
    }

    fn reports(&self, at: usize, project: &Project, events: &mut Vec<(Micros, Event)>) {
        for (which, told) in project.progress.iter().enumerate() {
            // Not all at the same minute.
            let minute = i64::try_from(which * 7 + at * 3).unwrap_or(0);
            events.push((self.at(told.at, 15, 0) + minute % 180 * MINUTE_US, Event::Progress(at, which)));
        }
        if self.window(project).is_none() {
            return;
        }
        let last = project.closed.map_or(project.disclosure_stops, |closed| closed);
        let mut day = project.published - DISCLOSURE_DAYS;
        while day > last.max(1) {
            events.push((self.at(day, 10, 30), Event::Disclose(at)));
            day -= DISCLOSURE_DAYS;
        }
        // The whole of the appeal and the whole of the project, a few days after their ends.
        for end in [project.ended, project.closed].into_iter().flatten().filter(|end| *end > 4) {
            events.push((self.at(end - 4, 10, 30), Event::Disclose(at)));
        }
        if let Some(closed) = project.closed.filter(|closed| *closed > 4) {
            events.push((self.at(closed - 4, 11, 30), Event::ClosingReport(at)));
        }
    }

    fn money(&self, at: usize, project: &Project, events: &mut Vec<(Micros, Event)>) {
        for (which, s) in project.spending.iter().enumerate() {
            let until = s.until.as_deref().unwrap_or("paid");
            events.push((self.at(s.request, 10, 20), Event::Request(at, which)));
            if until == "requested" {
                continue;
            }
            events.push((self.at(s.request - 1, 9, 40), Event::ApproveFirst(at, which)));
            if until == "approved_once" {
                continue;
            }
            if let Some(day) = s.paid {
                events.push((self.at(day, 15, 10), Event::ApproveSecond(at, which)));
            }
            if let Some(day) = s.spent {
                events.push((self.at(day, 16, 30), Event::Spend(at, which)));
            }
        }
    }
}
