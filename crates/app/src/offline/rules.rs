//! What may be entered as a gift outside the channel.

use crate::kernel::Refusal;
use crate::kernel::civil::{Day, day_text};
use crate::projects::State;

/// More than one gift could honestly be.
const MOST_FEN: i64 = 100_000_000_000;

/// How far back a gift may lie that is entered today: over the year's end, for the books of the last year.
const LONGEST_AGO: Day = 400;

/// A text without spaces around it, of one line.
pub fn line(field: &'static str, typed: &str, most: usize) -> Result<String, Refusal> {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(Refusal::input(field, "refusal-offline-missing"));
    }
    if text.chars().count() > most {
        return Err(Refusal::input(field, "refusal-offline-too-long").with("most", most));
    }
    Ok(text)
}

/// The amount, or what things are worth.
pub fn amount(field: &'static str, fen: i64) -> Result<i64, Refusal> {
    if (1..=MOST_FEN).contains(&fen) { Ok(fen) } else { Err(Refusal::input(field, "refusal-offline-amount")) }
}

/// The day on which it was received: not in the future, and not so long ago that nobody can know.
pub fn received_day(day: Option<Day>, today: Day) -> Result<Day, Refusal> {
    let day = day.ok_or_else(|| Refusal::input("received_day", "refusal-offline-day"))?;
    if day > today {
        return Err(Refusal::input("received_day", "refusal-offline-future"));
    }
    if day < today - LONGEST_AGO {
        return Err(Refusal::input("received_day", "refusal-offline-long-ago").with("day", day_text(today - LONGEST_AGO)));
    }
    Ok(day)
}

/// Whether the project takes gifts outside the channel: it is public and goes on.
pub fn project_takes(state: State) -> Result<(), Refusal> {
    if state.is_running() { Ok(()) } else { Err(Refusal::input("project", "refusal-offline-project")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_refused() {
        for (day, answer) in [
            (None, Err("refusal-offline-day")),
            (Some(1_001), Err("refusal-offline-future")),
            (Some(1_000), Ok(1_000)),
            (Some(600), Ok(600)),
            (Some(599), Err("refusal-offline-long-ago")),
        ] {
            assert_eq!(received_day(day, 1_000).map_err(|r| r.key), answer);
        }
        for fen in [0, -1, MOST_FEN + 1, i64::MIN] {
            assert_eq!(amount("amount", fen).unwrap_err().key, "refusal-offline-amount");
        }
        assert_eq!(amount("amount", 1), Ok(1));
        assert_eq!(line("payer", "  清河  村委会 ", 10).unwrap(), "清河 村委会");
        assert_eq!(line("payer", " \t", 10).unwrap_err().key, "refusal-offline-missing");
        assert_eq!(line("payer", "一二三四", 3).unwrap_err().key, "refusal-offline-too-long");
        for (state, takes) in [(State::Published, true), (State::Executing, true), (State::Draft, false), (State::Closed, false)] {
            assert_eq!(project_takes(state).is_ok(), takes, "{state:?}");
        }
    }
}
