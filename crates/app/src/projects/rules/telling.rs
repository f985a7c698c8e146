//! What a post, a correction and a statement must hold to be published.

use crate::kernel::Refusal;

use super::super::model::{Execution, NewProgress};
use super::draft::tidy;

/// How many photographs a post may carry.
pub const PHOTOGRAPHS: usize = 9;
/// More people than there are on earth are a slip of the finger.
const REACHED: i64 = 10_000_000_000;

/// The post with its texts tidied. 令81号 art. 2: news and advertisements do not stand in for disclosure, so a post that
/// reports says what was done and for how many; the money beside it is the ledger's. Either all of it is said or none.
pub fn progress(post: &NewProgress) -> Result<NewProgress, Refusal> {
    let title = text("title", &post.title, false, 60, "refusal-project-progress-title")?;
    let body = text("body", &post.body, true, 5_000, "refusal-project-progress-body")?;
    let Some(told) = &post.execution else { return Ok(NewProgress { title, body, execution: None }) };
    let done = text("done", &told.done, false, 200, "refusal-disclosure-progress-done")?;
    if !(0..=REACHED).contains(&told.reached) {
        return Err(Refusal::input("reached", "refusal-disclosure-progress-reached"));
    }
    let reached_unit = text("reached_unit", &told.reached_unit, false, 10, "refusal-disclosure-progress-unit")?;
    let next_step = tidy(&told.next_step, false);
    if next_step.chars().count() > 200 {
        return Err(Refusal::input("next_step", "refusal-project-too-long").with("most", 200));
    }
    Ok(NewProgress { title, body, execution: Some(Execution { done, reached: told.reached, reached_unit, next_step }) })
}

/// A text that must be there and must not be endless, as it is kept.
pub fn text(field: &'static str, typed: &str, breaks: bool, most: usize, missing: &'static str) -> Result<String, Refusal> {
    let kept = tidy(typed, breaks);
    match kept.chars().count() {
        0 => Err(Refusal::input(field, missing)),
        n if n > most => Err(Refusal::input(field, "refusal-project-too-long").with("most", most)),
        _ => Ok(kept),
    }
}

/// When a reminder is due: this many days before (negative) or after the day on which a report is due.
pub const REMINDED: [i64; 6] = [-14, -7, -1, 1, 7, 14];

/// The reminder that stands now for a report that is due on `due_day`: the last of `REMINDED` that has been reached. After a
/// month nobody is reminded any more; the desk and the register go on showing it.
pub fn reminder(due_day: i64, today: i64) -> Option<i64> {
    let past = today - due_day;
    (past <= 30).then(|| REMINDED.into_iter().rev().find(|stage| *stage <= past)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(execution: Option<Execution>) -> NewProgress {
        NewProgress { title: " 开工了 ".into(), body: "第一批。".into(), execution }
    }

    fn told(done: &str, reached: i64, unit: &str) -> Option<Execution> {
        Some(Execution { done: done.into(), reached, reached_unit: unit.into(), next_step: String::new() })
    }

    #[test]
    fn a_report_says_what_was_done_and_for_how_many() {
        for (execution, answer) in [
            (None, Ok(())),
            (told("发放棉衣", 120, "人"), Ok(())),
            (told("完成招标", 0, "人"), Ok(())),
            (told(" ", 120, "人"), Err("refusal-disclosure-progress-done")),
            (told("发放棉衣", -1, "人"), Err("refusal-disclosure-progress-reached")),
            (told("发放棉衣", i64::MAX, "人"), Err("refusal-disclosure-progress-reached")),
            (told("发放棉衣", 120, ""), Err("refusal-disclosure-progress-unit")),
            (told(&"长".repeat(201), 120, "人"), Err("refusal-project-too-long")),
        ] {
            assert_eq!(progress(&post(execution.clone())).map(|_| ()).map_err(|r| r.key), answer, "{execution:?}");
        }
        assert_eq!(progress(&post(None)).unwrap().title, "开工了");
        let silent = NewProgress { body: "\u{0}\n".into(), ..post(None) };
        assert_eq!(progress(&silent).unwrap_err().key, "refusal-project-progress-body");
    }

    #[test]
    fn the_reminder_that_stands_is_the_last_one_reached() {
        for (past, stage) in [
            (-15, None),
            (-14, Some(-14)),
            (-8, Some(-14)),
            (-7, Some(-7)),
            (-1, Some(-1)),
            (0, Some(-1)),
            (1, Some(1)),
            (6, Some(1)),
            (30, Some(14)),
            (31, None),
        ] {
            assert_eq!(reminder(1_000, 1_000 + past), stage, "{past} days past");
        }
    }
}
