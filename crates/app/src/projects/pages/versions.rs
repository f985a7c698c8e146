//! Versions of a project with their differences: side by side for the reviewer, and since publication for everyone.

use db::Tx;
use maud::{Markup, html};

use crate::kernel::{Refusal, Trouble};
use crate::organisations;
use crate::web::{Cx, Outcome, PageParts, paragraphs, show};

use super::super::model::{Field, ProjectKind, Snapshot, Version};
use super::super::rules::Difference;
use super::super::{rules, store, templates};
use super::trail;

/// Words for values that are stored as codes: organisations by name, fields and kinds in the reader's language.
pub fn in_words(tx: &mut Tx, cx: &Cx, mut found: Vec<Difference>) -> Result<Vec<Difference>, Trouble> {
    for difference in &mut found {
        let label = difference.label;
        for value in [&mut difference.before, &mut difference.after] {
            let words = match label {
                "project-launcher" | "project-recipient" | "project-implementer" => match value.parse() {
                    Ok(id) => organisations::find(tx, id)?.map(|o| o.name),
                    Err(_) => None,
                },
                "project-field" => Field::from_word(value).map(|f| cx.t(f.key())),
                "project-plan-kind" => ProjectKind::from_word(value).map(|k| cx.t(k.key())),
                "project-plan-category" => templates::category(value).map(|c| cx.either(&c.name, &c.english_name).to_owned()),
                "project-form-area" if !value.is_empty() => Some(organisations::areas::name_path(tx, value, cx.lang)?),
                _ => None,
            };
            if let Some(words) = words {
                *value = words;
            }
        }
    }
    Ok(found)
}

/// Old and new side by side.
pub fn difference_table(cx: &Cx, caption: &str, found: &[Difference]) -> Markup {
    if found.is_empty() {
        return html! { p { (cx.t("project-differences-none")) } };
    }
    let mut table = ui::Table::new(
        caption.to_owned(),
        vec![
            ui::Column::words(cx.t("project-differences-what")),
            ui::Column::words(cx.t("project-differences-before")),
            ui::Column::words(cx.t("project-differences-after")),
        ],
    );
    let side = |text: &str| html! { @if text.is_empty() { (cx.t("project-differences-empty")) } @else { (paragraphs(text)) } };
    for d in found {
        let what = if d.which.is_empty() { cx.t(d.label) } else { cx.ta("project-differences-line", &[("item", d.which.clone().into())]) };
        table.row(&[&what, &side(&d.before), &side(&d.after)]);
    }
    ui::table(&table)
}

/// What a reviewer is shown first: how this submission differs from the version that was reviewed last.
pub fn since_last_review(tx: &mut Tx, cx: &Cx, project_id: crate::kernel::Id, now: &Snapshot) -> Result<Option<Vec<Difference>>, Trouble> {
    let versions = store::versions(tx, project_id)?;
    // The newest is what is being judged; before the first review it is compared with what was returned.
    let before = versions.iter().skip(1).find(|v| v.reviewed_at.is_some()).or_else(|| versions.get(1));
    before.map(|old: &Version| in_words(tx, cx, rules::differences(&old.snapshot, now))).transpose()
}

pub fn public(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let (project, versions) = cx.app.db.read(|tx| {
        let project = store::find_public(tx, id)?.ok_or_else(Refusal::not_found)?;
        let versions: Vec<Version> = store::versions(tx, id)?.into_iter().filter(|v| v.public_since.is_some()).collect();
        let mut shown = Vec::new();
        for (at, version) in versions.iter().enumerate() {
            let found = match versions.get(at + 1) {
                Some(before) => Some(in_words(tx, cx, rules::differences(&before.snapshot, &version.snapshot))?),
                None => None,
            };
            shown.push((version.number, version.public_since.unwrap_or(0), version.sha256.clone(), found));
        }
        Ok::<_, Trouble>((project, shown))
    })?;
    let title = cx.t("project-versions");
    let name = cx.either(&project.title, &project.english_title);
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(name, format!("/projects/{id}"))], &title))
        (ui::heading(&title, Some(&cx.t("project-versions-lead"))))
        @for (number, since, sha256, found) in &versions {
            (ui::section(&cx.ta("project-version", &[("number", (*number).into())]), None, html! {
                p { (cx.t("project-version-since")) " " (show::instant(*since)) }
                p.help { (cx.t("project-version-hash")) " " code { (sha256) } }
                @match found {
                    Some(found) => (difference_table(cx, &cx.t("project-differences"), found)),
                    None => p { (cx.t("project-version-first")) },
                }
            }))
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}
