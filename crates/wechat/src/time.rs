//! Times as WeChat writes them (RFC 3339, and Beijing wall time in bills) to and from microseconds UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// China has had one fixed offset since 1991; nothing here is older.
const BEIJING: Offset = Offset::constant(8);

/// Microseconds of an RFC 3339 text, which must carry an offset.
pub(crate) fn micros_of_rfc3339(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(|at| at.as_microsecond())
}

/// `2026-09-09T10:00:00+08:00`, whole seconds, as the order fields want it. `None` outside the years 0–9999.
pub(crate) fn rfc3339_of_micros(at: i64) -> Option<String> {
    let local = BEIJING.to_datetime(Timestamp::from_microsecond(at).ok()?);
    (0..=9999).contains(&local.year()).then(|| local.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string())
}

/// Microseconds of a bill's `2026-09-09 10:00:00`, Beijing time.
pub(crate) fn micros_of_bill_time(text: &str) -> Option<i64> {
    let local = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?;
    BEIJING.to_timestamp(local).ok().map(|at| at.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_in_three_notations() {
        let at = 1_528_425_296_000_000;
        assert_eq!(micros_of_rfc3339("2018-06-08T10:34:56+08:00"), Some(at));
        assert_eq!(micros_of_rfc3339("2018-06-08T02:34:56Z"), Some(at));
        assert_eq!(micros_of_bill_time("2018-06-08 10:34:56"), Some(at));
        assert_eq!(rfc3339_of_micros(at).as_deref(), Some("2018-06-08T10:34:56+08:00"));
        assert_eq!(micros_of_rfc3339("2018-06-08 10:34:56"), None, "a time without an offset is not a moment");
        assert_eq!(rfc3339_of_micros(i64::MAX), None);
    }
}
