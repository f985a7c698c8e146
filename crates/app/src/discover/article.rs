//! The figures of the article of 2020-09-11, as facts in `data/article/figures.tsv`. Its README says what the columns mean.

use std::sync::LazyLock;

/// One printed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// What it belongs to: `event-2015`, `event-2020`, `platform`, or a programme.
    pub group: &'static str,
    pub key: &'static str,
    pub value: i64,
    pub unit: Unit,
    pub bound: Bound,
    /// As the article prints it.
    pub printed: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Fen,
    Count,
    Percent,
}

/// How the article says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Exact,
    /// 超过、多、余
    Over,
    /// 近、约
    About,
}

/// The programmes in the order in which the page shows them.
pub const PROGRAMMES: [&str; 6] = ["market", "classroom", "medicine", "parcel", "hives", "lamps"];

static FIGURES: LazyLock<Vec<Figure>> = LazyLock::new(|| read(include_str!("../../../../data/article/figures.tsv")));

/// Reads the table. It is compiled in, so a line that cannot be read is a defect of this program.
fn read(table: &'static str) -> Vec<Figure> {
    table.lines().skip(1).map(|line| read_line(line).unwrap_or_else(|| panic!("data/article/figures.tsv: {line}"))).collect()
}

fn read_line(line: &'static str) -> Option<Figure> {
    let [group, key, value, unit, bound, printed] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let unit = match unit {
        "fen" => Unit::Fen,
        "count" => Unit::Count,
        "percent" => Unit::Percent,
        _ => return None,
    };
    let bound = match bound {
        "exact" => Bound::Exact,
        "over" => Bound::Over,
        "about" => Bound::About,
        _ => return None,
    };
    Some(Figure { group, key, value: value.parse().ok()?, unit, bound, printed })
}

/// The figures of one group, in the order of the table.
pub fn group(name: &str) -> impl Iterator<Item = &'static Figure> {
    FIGURES.iter().filter(move |f| f.group == name)
}

/// One figure that the page cannot do without.
pub fn figure(name: &str, key: &str) -> &'static Figure {
    group(name).find(|f| f.key == key).unwrap_or_else(|| panic!("data/article/figures.tsv has no {name} {key}"))
}

/// What the printed total divided by the printed count gives, in fen, rounded half up.
pub fn mean_by_division(event: &str) -> i64 {
    let (amount, gifts) = (figure(event, "amount").value, figure(event, "gifts").value);
    (2 * amount + gifts) / (2 * gifts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_article_says() {
        let value = |g: &str, k: &str| figure(g, k).value;
        // The two years that the article names, and no other.
        let years: Vec<&str> = FIGURES.iter().map(|f| f.group).filter(|g| g.starts_with("event-")).collect();
        assert!(years.iter().all(|y| ["event-2015", "event-2020"].contains(y)), "{years:?}");
        assert_eq!(
            (value("event-2015", "amount"), value("event-2015", "gifts"), value("event-2015", "mean")),
            (9_600_000_000, 678_900, 14_137)
        );
        assert_eq!(
            (value("event-2020", "amount"), value("event-2020", "gifts"), value("event-2020", "mean")),
            (226_500_000_000, 55_947_400, 4_118)
        );
        assert_eq!(value("event-2020", "interactions"), 1_890_000_000);
        for programme in PROGRAMMES {
            assert!(group(programme).next().is_some(), "{programme} has no figures");
        }
    }

    #[test]
    fn the_printed_mean_of_2020_is_not_the_quotient_of_the_printed_sums() {
        assert_eq!(mean_by_division("event-2020"), 4_048);
        // 22.65亿 and 5594.74万 are rounded; even their extremes do not reach 41.18.
        let (amount, gifts) = (figure("event-2020", "amount").value, figure("event-2020", "gifts").value);
        let largest = (amount + 500_000_000) / (gifts - 50);
        assert!(largest < figure("event-2020", "mean").value, "{largest}");
        // 2015 is within rounding: 0.96亿 stands for anything from 0.955 to 0.965.
        let (amount, gifts) = (figure("event-2015", "amount").value, figure("event-2015", "gifts").value);
        let possible = (amount - 50_000_000) / (gifts + 50)..(amount + 50_000_000) / (gifts - 50);
        assert!(possible.contains(&figure("event-2015", "mean").value), "{possible:?}");
    }

    #[test]
    fn printed_and_value_are_the_same_number() {
        for f in FIGURES.iter() {
            let digits: String = f.printed.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
            let number = if digits.is_empty() { "1".to_owned() } else { digits };
            let (whole, part) = number.split_once('.').unwrap_or((&number, ""));
            let scale: i64 = if f.printed.contains('亿') {
                100_000_000
            } else if f.printed.contains('万') {
                10_000
            } else {
                1
            };
            let scale = scale * if f.unit == Unit::Fen { 100 } else { 1 };
            let shift = 10_i64.pow(u32::try_from(part.len()).unwrap());
            let value = format!("{whole}{part}").parse::<i64>().unwrap() * scale / shift;
            assert_eq!(value, f.value, "{f:?}");
        }
    }
}
