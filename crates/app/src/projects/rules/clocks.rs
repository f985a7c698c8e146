//! The clocks of disclosure as data: what is owed, by whom, from which event, how often, and which article says so.
//!
//! `reports.rs` reads this table and nothing else when it says what is due. R-numbers are those of `docs/compliance.md`.

use crate::kernel::civil::{Day, add_months};

use super::super::model::Report;

/// How long after its event a report is in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Months(i32),
    Days(i64),
}

impl Period {
    /// The last day on which something is in time that runs from `from`.
    pub fn after(self, from: Day) -> Day {
        match self {
            Period::Months(months) => add_months(from, months),
            Period::Days(days) => from + days,
        }
    }
}

/// From when a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Publication, and then each report of the same kind.
    LastReport,
    FundraisingEnded,
    Closed,
}

/// Who owes the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// 公募接收机构: whoever raised the money answers for telling about it.
    Recipient,
}

/// One duty to tell, with its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    pub rule: &'static str,
    pub report: Report,
    pub owner: Owner,
    pub since: Since,
    pub period: Period,
    /// 慈善法 art. 79: the quarterly clocks bind what takes longer than this many months.
    pub only_beyond_months: Option<i32>,
    /// The law's own name, as it is cited in Chinese, and its article where we have read it.
    pub law: &'static str,
    pub article: Option<u32>,
    /// The day from which this wording is in force.
    pub in_force: &'static str,
}

const CHARITY_LAW: &str = "中华人民共和国慈善法（2023年修正）";
const CHARITY_LAW_IN_FORCE: &str = "2024-09-05";
const OPENNESS: &str = "慈善组织信息公开办法（民政部令第81号）";
const OPENNESS_IN_FORCE: &str = "2026-01-01";

/// Every clock of a project.
///
/// Progress is asked for every three months from the first day on, also of short projects: the law binds only what takes
/// longer than six months, and donors of a project of four months want to hear of it too. Receipts in a major emergency have
/// a number of days in the law; allocation and use have none there (及时), so there is no clock for them here.
pub const CLOCKS: [Duty; 6] = [
    Duty {
        rule: "R9",
        report: Report::Progress,
        owner: Owner::Recipient,
        since: Since::LastReport,
        period: Period::Months(3),
        only_beyond_months: None,
        law: CHARITY_LAW,
        article: Some(79),
        in_force: CHARITY_LAW_IN_FORCE,
    },
    Duty {
        rule: "R8",
        report: Report::Disclosure,
        owner: Owner::Recipient,
        since: Since::LastReport,
        period: Period::Months(3),
        only_beyond_months: Some(6),
        law: CHARITY_LAW,
        article: Some(79),
        in_force: CHARITY_LAW_IN_FORCE,
    },
    Duty {
        rule: "R10",
        report: Report::Receipts,
        owner: Owner::Recipient,
        since: Since::LastReport,
        period: Period::Days(5),
        only_beyond_months: None,
        law: CHARITY_LAW,
        article: Some(72),
        in_force: CHARITY_LAW_IN_FORCE,
    },
    Duty {
        rule: "R8",
        report: Report::FundraisingReport,
        owner: Owner::Recipient,
        since: Since::FundraisingEnded,
        period: Period::Months(3),
        only_beyond_months: None,
        law: CHARITY_LAW,
        article: Some(79),
        in_force: CHARITY_LAW_IN_FORCE,
    },
    Duty {
        rule: "R9",
        report: Report::FinalReport,
        owner: Owner::Recipient,
        since: Since::Closed,
        period: Period::Months(3),
        only_beyond_months: None,
        law: CHARITY_LAW,
        article: Some(79),
        in_force: CHARITY_LAW_IN_FORCE,
    },
    Duty {
        rule: "R9",
        report: Report::Leftovers,
        owner: Owner::Recipient,
        since: Since::Closed,
        period: Period::Months(3),
        only_beyond_months: None,
        law: OPENNESS,
        article: None,
        in_force: OPENNESS_IN_FORCE,
    },
];

/// The clock of a report.
pub fn clock_of(report: Report) -> &'static Duty {
    CLOCKS.iter().find(|clock| clock.report == report).unwrap_or(&CLOCKS[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::civil::parse_day;

    #[test]
    fn every_report_has_one_clock_and_every_clock_its_source() {
        for report in Report::ALL {
            assert_eq!(CLOCKS.iter().filter(|c| c.report == report).count(), 1, "{report:?}");
            assert_eq!(clock_of(report).report, report);
        }
        for clock in CLOCKS {
            assert!(clock.law.chars().count() > 6 && parse_day(clock.in_force).is_some(), "{clock:?}");
        }
    }
}
