//! Working days (工作日) as the State Council's yearly notice sets them: `data/calendar`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::civil::{Day, parse_day};

/// The days that depart from Monday to Friday; `true`: worked.
static DEPARTING: LazyLock<HashMap<Day, bool>> = LazyLock::new(|| {
    let table = include_str!("../../../../data/calendar/holidays.csv");
    let row = |line: &str| line.split_once(',').and_then(|(day, kind)| Some((parse_day(day)?, kind == "work")));
    table.lines().skip(1).filter_map(row).collect()
});

pub fn is_workday(day: Day) -> bool {
    // 1970-01-01 was a Thursday.
    let monday_to_friday = (day + 3).rem_euclid(7) < 5;
    DEPARTING.get(&day).copied().unwrap_or(monday_to_friday)
}

/// The last day on which something asked on `asked` is in time when `days` working days are given: the day it was asked on
/// does not count (民法典 art. 201).
pub fn add_workdays(asked: Day, days: u32) -> Day {
    let mut day = asked;
    let mut left = days;
    while left > 0 {
        day += 1;
        if is_workday(day) {
            left -= 1;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::civil::day_text;

    #[test]
    fn a_clock_of_working_days_steps_over_feasts_and_counts_worked_sundays() {
        for (asked, days, due) in [
            // An ordinary week.
            ("2026-09-07", 5, "2026-09-14"),
            // Friday to Friday.
            ("2026-11-20", 5, "2026-11-27"),
            // National Day 2026: 20 September (Sunday) and 10 October (Saturday) are worked, 25 September and 1 to 7 October are free.
            ("2026-09-18", 5, "2026-09-24"),
            ("2026-09-30", 5, "2026-10-13"),
            // Spring Festival 2026: 15 to 23 February free, 14 and 28 February worked.
            ("2026-02-13", 5, "2026-02-27"),
            ("2026-02-27", 1, "2026-02-28"),
            ("2026-09-07", 0, "2026-09-07"),
        ] {
            assert_eq!(day_text(add_workdays(parse_day(asked).unwrap(), days)), due, "{days} working days from {asked}");
        }
    }

    #[test]
    fn the_table_says_only_what_departs_from_the_week() {
        assert!(DEPARTING.len() > 60, "only {} days were read", DEPARTING.len());
        for (day, worked) in DEPARTING.iter() {
            assert_eq!((day + 3).rem_euclid(7) >= 5, *worked, "{}", day_text(*day));
        }
    }
}
