//! Civil days. A day is Asia/Shanghai, which has been UTC+8 without daylight saving since 1991; no earlier date occurs here.

use super::{DAY_US, HOUR_US, Micros};

/// A civil day, counted from 1970-01-01.
pub type Day = i64;

const OFFSET_US: Micros = 8 * HOUR_US;

/// The civil day on which `at` falls.
pub fn day_of(at: Micros) -> Day {
    at.saturating_add(OFFSET_US).div_euclid(DAY_US)
}

/// The first instant of a civil day.
pub fn start_of(day: Day) -> Micros {
    day * DAY_US - OFFSET_US
}

/// Reads `2026-11-23`; nothing else.
pub fn parse_day(text: &str) -> Option<Day> {
    let date: jiff::civil::Date = text.trim().parse().ok()?;
    (text.trim().len() == 10).then(|| days_since_epoch(date))
}

fn days_since_epoch(date: jiff::civil::Date) -> Day {
    i64::from((date - jiff::civil::date(1970, 1, 1)).get_days())
}

fn date_of(day: Day) -> jiff::civil::Date {
    let days = i32::try_from(day).unwrap_or(0);
    jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days))
}

/// `2026-11-23`.
pub fn day_text(day: Day) -> String {
    date_of(day).to_string()
}

/// `2026-11-23 14:05` in Shanghai.
pub fn minute_text(at: Micros) -> String {
    let minute = (at + OFFSET_US).rem_euclid(DAY_US) / (60 * 1_000_000);
    format!("{} {:02}:{:02}", day_text(day_of(at)), minute / 60, minute % 60)
}

/// RFC 3339 with the offset that people in China expect: `2026-11-23T14:05:09+08:00`.
pub fn rfc3339(at: Micros) -> String {
    let second = (at + OFFSET_US).rem_euclid(DAY_US) / 1_000_000;
    format!("{}T{:02}:{:02}:{:02}+08:00", day_text(day_of(at)), second / 3600, second / 60 % 60, second % 60)
}

/// Reads any RFC 3339 instant.
pub fn parse_rfc3339(text: &str) -> Option<Micros> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(at.as_microsecond())
}

/// How many months lie between two days: the disclosure clocks count in months, not in blocks of 30 days.
pub fn add_months(day: Day, months: i32) -> Day {
    days_since_epoch(date_of(day).saturating_add(jiff::Span::new().months(months)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let midnight = parse_rfc3339("2026-09-07T00:00:00+08:00").unwrap();
        let day = parse_day("2026-09-07").unwrap();
        assert_eq!(start_of(day), midnight);
        assert_eq!(day_of(midnight), day);
        assert_eq!(day_of(midnight - 1), day - 1);
        assert_eq!(rfc3339(midnight + 3_661_000_000), "2026-09-07T01:01:01+08:00");
        assert_eq!(minute_text(midnight - 1), "2026-09-06 23:59");
    }

    #[test]
    fn only_real_days_are_read() {
        for bad in ["", "2026-02-30", "2026-13-01", "20260907", "2026-9-7", "二〇二六", "2026-09-07T00:00:00Z"] {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
    }

    #[test]
    fn months_end_where_the_calendar_ends_them() {
        let day = |t| parse_day(t).unwrap();
        assert_eq!(add_months(day("2025-11-30"), 3), day("2026-02-28"));
        assert_eq!(add_months(day("2026-01-15"), -12), day("2025-01-15"));
    }
}
