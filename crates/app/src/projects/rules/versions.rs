//! What differs between two versions of a project, field by field and line by line, and how alike two projects are.

use std::collections::BTreeSet;

use crate::kernel::civil::day_text;
use money::Fen;

use super::super::model::{LineKind, NewLine, PLAN_TEXTS, Snapshot};

/// One field or budget line that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The message that names the field.
    pub label: &'static str,
    /// Which one of several, e.g. the budget item; empty otherwise.
    pub which: String,
    pub before: String,
    pub after: String,
}

/// Every field of a version as its label and its value. Organisations stand as their ids, which the page replaces by names.
fn facts(s: &Snapshot) -> Vec<(&'static str, String)> {
    let (d, p) = (&s.draft, &s.plan);
    let day = |day| if day == 0 { String::new() } else { day_text(day) };
    let mut facts: Vec<(&'static str, String)> = vec![
        ("project-form-title", d.title.clone()),
        ("project-form-english-title", d.english_title.clone()),
        ("project-form-summary", d.summary.clone()),
        ("project-form-english-summary", d.english_summary.clone()),
        ("project-form-story", d.story.clone()),
        ("project-field", d.field.word().to_owned()),
        ("project-form-area", d.area_code.clone()),
        ("project-object", d.object.clone()),
        ("project-service", d.service.clone()),
        ("project-launcher", d.launcher_id.to_string()),
        ("project-recipient", d.recipient_id.to_string()),
        ("project-implementer", d.implementer_id.to_string()),
        ("project-filing-number", d.filing_number.clone()),
        ("project-form-starts", day(d.starts_day)),
        ("project-form-ends", day(d.ends_day)),
        ("project-plan-kind", p.kind.word().to_owned()),
        ("project-plan-category", p.category.clone()),
        ("project-plan-beneficiaries", p.beneficiaries.to_string()),
        ("project-plan-filed", day(p.filed_day)),
        ("project-plan-sites", p.sites.join("\n")),
        ("project-plan-nodes", p.nodes.iter().map(|n| format!("{} {}", day(n.day), n.what)).collect::<Vec<_>>().join("\n")),
    ];
    facts.extend(PLAN_TEXTS.iter().map(|text| (text.label, (text.of)(p).clone())));
    facts.push(("project-form-goal", d.goal_fen().map(|fen| Fen(fen).to_string()).unwrap_or_default()));
    facts
}

/// A budget line in one row of words.
fn line_words(line: &NewLine) -> String {
    let kind = match line.kind {
        LineKind::Programme => "",
        other => other.word(),
    };
    let amount = line.amount_fen().map(|fen| Fen(fen).to_string()).unwrap_or_default();
    format!("{} {} × {} = {amount} {kind}", line.quantity, line.unit, Fen(line.unit_price_fen)).trim_end().to_owned()
}

/// What changed from `old` to `new`: first the fields, then the budget, then the papers.
pub fn differences(old: &Snapshot, new: &Snapshot) -> Vec<Difference> {
    let mut found: Vec<Difference> = facts(old)
        .into_iter()
        .zip(facts(new))
        .filter(|(before, after)| before.1 != after.1)
        .map(|(before, after)| Difference { label: before.0, which: String::new(), before: before.1, after: after.1 })
        .collect();
    // Items are few; the same item twice is told apart by its place among its namesakes.
    let named = |lines: &[NewLine]| -> Vec<(String, String)> {
        lines
            .iter()
            .enumerate()
            .map(|(at, line)| {
                let namesakes = lines[..at].iter().filter(|l| l.item == line.item).count();
                let name = if namesakes == 0 { line.item.clone() } else { format!("{} ({})", line.item, namesakes + 1) };
                (name, line_words(line))
            })
            .collect()
    };
    let (before, after) = (named(&old.draft.lines), named(&new.draft.lines));
    let value = |side: &[(String, String)], name: &str| side.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let names: Vec<&String> = after
        .iter()
        .map(|(name, _)| name)
        .chain(before.iter().map(|(name, _)| name).filter(|n| !after.iter().any(|(a, _)| a == *n)))
        .collect();
    for name in names {
        let (was, is) = (value(&before, name), value(&after, name));
        if was != is {
            found.push(Difference { label: "project-line-item", which: name.clone(), before: was, after: is });
        }
    }
    for kind in super::super::model::PaperKind::ALL {
        let hashes = |s: &Snapshot| {
            s.papers.iter().filter(|p| p.kind == kind).map(|p| p.sha256[..12.min(p.sha256.len())].to_owned()).collect::<Vec<_>>().join(" ")
        };
        let (was, is) = (hashes(old), hashes(new));
        if was != is {
            found.push(Difference { label: kind.key(), which: String::new(), before: was, after: is });
        }
    }
    found
}

/// How alike two texts are, in hundredths: pairs of neighbouring characters that both have, of all that either has
/// (Dice). A hint for a person, nothing more: other words can say the same, and the same words something else.
pub fn likeness(a: &str, b: &str) -> u32 {
    let pairs = |text: &str| -> BTreeSet<(char, char)> {
        let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        letters.windows(2).map(|w| (w[0], w[1])).collect()
    };
    let (a, b) = (pairs(a), pairs(b));
    let (common, all) = (a.intersection(&b).count(), a.len() + b.len());
    u32::try_from((common * 200).checked_div(all).unwrap_or(0)).unwrap_or(0)
}

/// From here on a reviewer is told.
pub const ALIKE: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projects::model::{Draft, Field, Plan};

    fn snapshot() -> Snapshot {
        let line = |item: &str, quantity| NewLine {
            item: item.into(),
            english_item: String::new(),
            unit: "盏".into(),
            quantity,
            unit_price_fen: 150_000,
            kind: LineKind::Programme,
        };
        Snapshot {
            draft: Draft {
                title: "山里的灯".into(),
                english_title: String::new(),
                summary: String::new(),
                english_summary: String::new(),
                story: String::new(),
                field: Field::Poverty,
                area_code: "360734000000".into(),
                object: "村民".into(),
                service: "路灯".into(),
                launcher_id: 1,
                recipient_id: 2,
                implementer_id: 3,
                filing_number: String::new(),
                starts_day: 0,
                ends_day: 0,
                lines: vec![line("路灯", 30), line("安装", 30)],
            },
            plan: Plan::default(),
            papers: Vec::new(),
        }
    }

    #[test]
    fn only_what_changed_is_named() {
        let old = snapshot();
        assert_eq!(differences(&old, &old), []);
        let mut new = old.clone();
        new.draft.object = "老人".into();
        new.plan.purpose = "夜路安全".into();
        new.draft.lines[0].quantity = 20;
        new.draft.lines[1].item = "运输".into();
        let found = differences(&old, &new);
        let rows: Vec<(&str, &str)> = found.iter().map(|d| (d.label, d.which.as_str())).collect();
        assert_eq!(
            rows,
            [
                ("project-object", ""),
                ("project-plan-purpose", ""),
                ("project-form-goal", ""),
                ("project-line-item", "路灯"),
                ("project-line-item", "运输"),
                ("project-line-item", "安装"),
            ]
        );
        assert_eq!(found[4].before, "");
        assert_eq!(found[5].after, "");
    }

    #[test]
    fn the_same_words_are_alike_and_other_words_are_not() {
        assert_eq!(likeness("点亮回家的路", "点亮回家的路"), 100);
        assert!(likeness("点亮回家的路 村民 路灯", "点亮回家路 村民 路灯") >= ALIKE);
        assert!(likeness("点亮回家的路 村民 路灯", "山里孩子的午餐 小学生 午餐") < 20);
        assert_eq!(likeness("", ""), 0);
    }
}
