//! Minutes and seconds in UTC as texts of RFC 3339, in one spelling each. No clock.

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, by the usual count from 1 March of year 0.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date(days_since_1970: i64) -> (i64, i64, i64) {
    let shifted = days_since_1970 + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// `2026-09-09T01:02Z`; nothing outside the years 1970 to 9999.
#[must_use]
pub fn minute_text(minute: i64) -> Option<String> {
    let (year, month, day) = date(minute.div_euclid(1440));
    let of_day = minute.rem_euclid(1440);
    (1970..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}Z", of_day / 60, of_day % 60))
}

/// The minute of such a text, if it is spelled in the one way.
#[must_use]
pub fn minute_of(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let minute = days(number(0, 4)?, number(5, 7)?, number(8, 10)?) * 1440 + number(11, 13)? * 60 + number(14, 16)?;
    (minute_text(minute)? == text).then_some(minute)
}

/// `2026-09-09T01:02:03Z` of seconds since 1970.
#[must_use]
pub fn second_text(second: i64) -> Option<String> {
    let minute = minute_text(second.div_euclid(60))?;
    Some(format!("{}:{:02}Z", minute.trim_end_matches('Z'), second.rem_euclid(60)))
}

/// The second of such a text.
#[must_use]
pub fn second_of(text: &str) -> Option<i64> {
    let minute = minute_of(&format!("{}Z", text.get(..16)?))?;
    let second = minute * 60 + text.get(17..19)?.parse::<i64>().ok()?;
    (second_text(second)? == text).then_some(second)
}
