//! What a draft must hold to be saved, and what it must hold to be submitted.

use crate::kernel::Refusal;

use super::super::model::{Draft, NewLine, ProjectKind};

pub const TITLE_CHARACTERS: usize = 40;
pub const SUMMARY_CHARACTERS: usize = 140;
pub const STORY_CHARACTERS: usize = 6_000;
pub const SHORT_CHARACTERS: usize = 60;
pub const LINES: usize = 60;
/// Text as it is kept: no control characters, no blanks at the ends; line breaks only where they are meant.
pub fn tidy(text: &str, breaks: bool) -> String {
    let plain: String = text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || (breaks && *c == '\n')).collect();
    plain.trim().to_owned()
}

/// The draft with all its texts tidied.
pub fn cleaned(draft: &Draft) -> Draft {
    Draft {
        title: tidy(&draft.title, false),
        english_title: tidy(&draft.english_title, false),
        summary: tidy(&draft.summary, false),
        english_summary: tidy(&draft.english_summary, false),
        story: tidy(&draft.story, true),
        area_code: tidy(&draft.area_code, false),
        object: tidy(&draft.object, false),
        service: tidy(&draft.service, false),
        filing_number: tidy(&draft.filing_number, false).to_uppercase(),
        lines: draft
            .lines
            .iter()
            .map(|l| NewLine { item: tidy(&l.item, false), english_item: tidy(&l.english_item, false), unit: tidy(&l.unit, false), ..*l })
            .collect(),
        ..draft.clone()
    }
}

fn longer(text: &str, most: usize) -> bool {
    text.chars().count() > most
}

/// What keeps a draft from being saved at all, in the order of the form.
pub fn unsaveable(draft: &Draft) -> Vec<Refusal> {
    let mut faults = Vec::new();
    if draft.title.is_empty() {
        faults.push(Refusal::input("title", "refusal-project-title-missing"));
    }
    let texts = [
        ("title", &draft.title, TITLE_CHARACTERS),
        ("english_title", &draft.english_title, 2 * TITLE_CHARACTERS),
        ("summary", &draft.summary, SUMMARY_CHARACTERS),
        ("english_summary", &draft.english_summary, 2 * SUMMARY_CHARACTERS),
        ("story", &draft.story, STORY_CHARACTERS),
        ("object", &draft.object, SHORT_CHARACTERS),
        ("service", &draft.service, SHORT_CHARACTERS),
        ("filing_number", &draft.filing_number, SHORT_CHARACTERS),
    ];
    for (field, text, most) in texts {
        if longer(text, most) {
            faults.push(Refusal::input(field, "refusal-project-too-long").with("most", most));
        }
    }
    if draft.lines.len() > LINES {
        faults.push(Refusal::input("lines", "refusal-project-too-many-lines").with("most", LINES));
    }
    for (place, line) in draft.lines.iter().enumerate() {
        if line.item.is_empty() || line.unit.is_empty() {
            faults.push(Refusal::input("lines", "refusal-project-line-incomplete").with("line", place + 1));
        } else if longer(&line.item, SHORT_CHARACTERS) || longer(&line.english_item, 2 * SHORT_CHARACTERS) || longer(&line.unit, 10) {
            faults.push(Refusal::input("lines", "refusal-project-line-too-long").with("line", place + 1));
        } else if line.amount_fen().is_none() {
            faults.push(Refusal::input("lines", "refusal-project-line-amount").with("line", place + 1));
        }
    }
    if faults.is_empty() && draft.goal_fen().is_none() {
        faults.push(Refusal::input("lines", "refusal-project-budget-too-large"));
    }
    faults
}

/// What keeps a draft from being submitted, in the order of the form. A rescue may be filed after its start.
pub fn submission_faults(draft: &Draft, kind: ProjectKind) -> Vec<Refusal> {
    let mut faults = unsaveable(draft);
    let needed = [
        ("summary", &draft.summary, "refusal-project-summary-missing"),
        ("story", &draft.story, "refusal-project-story-missing"),
        ("object", &draft.object, "refusal-project-object-missing"),
        ("service", &draft.service, "refusal-project-service-missing"),
        ("filing_number", &draft.filing_number, "refusal-project-filing-missing"),
    ];
    for (field, text, key) in needed {
        if text.is_empty() && (field != "filing_number" || kind == ProjectKind::Ordinary) {
            faults.push(Refusal::input(field, key));
        }
    }
    if draft.starts_day == 0 {
        faults.push(Refusal::input("starts_day", "refusal-project-starts-missing"));
    }
    if draft.ends_day == 0 {
        faults.push(Refusal::input("ends_day", "refusal-project-ends-missing"));
    } else if draft.ends_day <= draft.starts_day {
        faults.push(Refusal::input("ends_day", "refusal-project-window"));
    }
    if draft.lines.is_empty() {
        faults.push(Refusal::input("lines", "refusal-project-budget-missing"));
    }
    faults
}

/// Whether a 备案编号 has the usual form: 18 characters of credit code, A, two digits of the year, three of a serial number.
/// It is only a hint: the form is not written in any law we know of, so another one is not refused.
pub fn filing_number_fits(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.len() == 24
        && bytes[..18].iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && bytes[18] == b'A'
        && bytes[19..].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projects::model::Field;

    fn whole() -> Draft {
        Draft {
            title: "山里的灯".into(),
            english_title: String::new(),
            summary: "给三十户人家装路灯。".into(),
            english_summary: String::new(),
            story: "夜里的路很黑。".into(),
            field: Field::Poverty,
            area_code: "360734000000".into(),
            object: "村民".into(),
            service: "路灯".into(),
            launcher_id: 1,
            recipient_id: 2,
            implementer_id: 3,
            filing_number: "53100000MJT000000XA20007".into(),
            starts_day: 100,
            ends_day: 101,
            lines: vec![NewLine {
                item: "路灯".into(),
                english_item: String::new(),
                unit: "盏".into(),
                quantity: 30,
                unit_price_fen: 150_000,
                kind: Default::default(),
            }],
        }
    }

    #[test]
    fn a_whole_draft_is_submitted_and_each_gap_has_its_own_sentence() {
        assert_eq!(submission_faults(&whole(), ProjectKind::Ordinary), []);
        let unfiled = Draft { filing_number: String::new(), ..whole() };
        assert_eq!(submission_faults(&unfiled, ProjectKind::Emergency), []);
        type Change = fn(&mut Draft);
        let gaps: [(Change, &str, &str); 16] = [
            (|d| d.title.clear(), "title", "refusal-project-title-missing"),
            (|d| d.title = "长".repeat(41), "title", "refusal-project-too-long"),
            (|d| d.summary.clear(), "summary", "refusal-project-summary-missing"),
            (|d| d.story.clear(), "story", "refusal-project-story-missing"),
            (|d| d.object.clear(), "object", "refusal-project-object-missing"),
            (|d| d.service.clear(), "service", "refusal-project-service-missing"),
            (|d| d.filing_number.clear(), "filing_number", "refusal-project-filing-missing"),
            (|d| d.starts_day = 0, "starts_day", "refusal-project-starts-missing"),
            (|d| d.ends_day = 0, "ends_day", "refusal-project-ends-missing"),
            (|d| d.ends_day = 100, "ends_day", "refusal-project-window"),
            (|d| d.lines.clear(), "lines", "refusal-project-budget-missing"),
            (|d| d.lines[0].item.clear(), "lines", "refusal-project-line-incomplete"),
            (|d| d.lines[0].unit = "很长很长很长很长很长的单位".into(), "lines", "refusal-project-line-too-long"),
            (|d| d.lines[0].quantity = 0, "lines", "refusal-project-line-amount"),
            (|d| d.lines[0].unit_price_fen = i64::MAX, "lines", "refusal-project-line-amount"),
            (|d| d.lines = vec![d.lines[0].clone(); 61], "lines", "refusal-project-too-many-lines"),
        ];
        for (change, field, key) in gaps {
            let mut draft = whole();
            change(&mut draft);
            let faults = submission_faults(&draft, ProjectKind::Ordinary);
            assert_eq!(faults.iter().map(|f| (f.field, f.key)).collect::<Vec<_>>(), [(Some(field), key)]);
        }
    }

    #[test]
    fn the_goal_is_the_exact_sum_of_the_budget() {
        let line = |quantity, unit_price_fen| NewLine { quantity, unit_price_fen, ..whole().lines[0].clone() };
        for (lines, goal) in [
            (vec![], Some(0)),
            (vec![line(3, 33)], Some(99)),
            (vec![line(30, 150_000), line(1, 1)], Some(4_500_001)),
            (vec![line(0, 5)], None),
            (vec![line(i64::MAX, 2)], None),
            (vec![line(1, 6_000_000_000_000), line(1, 6_000_000_000_000)], None),
        ] {
            assert_eq!(Draft { lines: lines.clone(), ..whole() }.goal_fen(), goal, "{lines:?}");
        }
    }

    #[test]
    fn the_usual_filing_number_is_recognised() {
        for (number, fits) in [
            ("53100000MJT000000XA20007", true),
            ("53100000500021676KA26123", true),
            ("53100000MJT000000XB20007", false),
            ("53100000MJT000000XA2000", false),
            ("53100000mjt000000xA20007", false),
            ("慈善备案", false),
            ("", false),
        ] {
            assert_eq!(filing_number_fits(number), fits, "{number}");
        }
    }

    #[test]
    fn texts_lose_what_nobody_typed() {
        assert_eq!(tidy("  路\u{0}灯\u{7}\n", false), "路灯");
        assert_eq!(tidy("一\r\n\r\n二\u{1b}", true), "一\n\n二");
    }
}
