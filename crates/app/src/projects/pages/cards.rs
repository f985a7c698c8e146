//! The card of a project, from the data of a list.

use maud::Markup;

use crate::kernel::civil::day_of;
use crate::web::{Cx, show};

use super::super::model::{ProjectCardData, State};
use super::progress;

/// A project in a list.
pub fn card(cx: &Cx, data: &ProjectCardData) -> Markup {
    let role = |key: &str, name: &str, english: &str| ui::OrganisationRole {
        role: cx.t(key).into(),
        name: cx.either(name, english).to_owned().into(),
    };
    let late = day_of(cx.now) - data.due_day;
    let last_progress = match data.last_progress_at {
        _ if data.state == State::Closed => cx.t("project-card-closed"),
        Some(at) => cx.ta("project-card-progress", &[("ago", show::ago(cx, at).into())]),
        None => cx.t("project-card-no-progress"),
    };
    ui::project_card(&ui::ProjectCard {
        id: u64::try_from(data.id).unwrap_or(0),
        href: format!("/projects/{}", data.id).into(),
        title: cx.either(&data.title, &data.english_title).into(),
        field: data.field.look(),
        field_word: cx.t(data.field.key()).into(),
        place: cx.either(&data.place, &data.english_place).into(),
        summary: cx.either(&data.summary, &data.english_summary).into(),
        organisations: vec![
            role("project-card-launcher", &data.launcher_name, &data.launcher_english_name),
            role("project-card-recipient", &data.recipient_name, &data.recipient_english_name),
            role("project-card-implementer", &data.implementer_name, &data.implementer_english_name),
        ],
        progress: progress(cx, data.raised_fen, data.goal_fen),
        gifts: cx.ta("project-gifts", &[("count", data.gifts.into()), ("number", show::count(data.gifts).into())]).into(),
        last_progress: last_progress.into(),
        overdue: if late > 0 { cx.ta("project-card-overdue", &[("days", late.into())]).into() } else { "".into() },
        ..ui::ProjectCard::default()
    })
}
