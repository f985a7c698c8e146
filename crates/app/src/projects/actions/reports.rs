//! Telling what happened: progress in words, finances in the ledger's own figures.

use serde::Serialize;

use crate::App;
use crate::kernel::civil::{Day, day_of, start_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, public_entry};

use super::super::model::Figures;
use super::super::{facts, rules, store};
use super::{hash, load, seated, to_json};

/// Publishes a progress post (项目进展), by a manager of any of the three organisations.
pub fn post_progress(app: &App, actor: &Actor, project_id: Id, title: &str, body: &str, now: Micros) -> Result<Id, Trouble> {
    let (title, body) = (rules::tidy(title, false), rules::tidy(body, true));
    if title.is_empty() {
        return Err(Refusal::input("title", "refusal-project-progress-title").into());
    }
    if body.is_empty() {
        return Err(Refusal::input("body", "refusal-project-progress-body").into());
    }
    for (field, text, most) in [("title", &title, 60), ("body", &body, 5_000)] {
        if text.chars().count() > most {
            return Err(Refusal::input(field, "refusal-project-too-long").with("most", most).into());
        }
    }
    let (id, entry_id) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &project.organisations(), &[Role::Manager])?;
        if !project.state.is_public() {
            return Err(Refusal::conflict("refusal-project-not-public").into());
        }
        store::add_progress(tx, id, project_id, &title, &body, person_id, now)?;
        facts::refresh_due_day(tx, project_id)?;
        let fact = Posted { progress: id.to_string(), project: project_id.to_string(), text_sha256: hash(&format!("{title}\n{body}")) };
        public_entry::append(tx, entry_id, "progress_posted", &to_json(&fact)?, now)?;
        Ok(id)
    })
}

#[derive(Serialize)]
struct Posted {
    progress: String,
    project: String,
    text_sha256: String,
}

/// The figures that a disclosure until `until_day` would publish now. They are summed in a read transaction, since the
/// sum walks all gifts of the project; nothing that happens meanwhile can change a period that is over, except a gift
/// confirmed late, which then stands in the next period.
pub fn figures_until(app: &App, actor: &Actor, project_id: Id, until_day: Day, now: Micros) -> Result<Figures, Trouble> {
    app.db.read(|tx| {
        let project = load(tx, actor, project_id)?;
        seated(actor, &[project.recipient_id], &[Role::Manager, Role::Finance])?;
        let published_at = project.published_at.ok_or_else(|| Refusal::conflict("refusal-project-not-public"))?;
        let (last, told) = store::last_disclosure(tx, project_id)?;
        let end = start_of(until_day + 1);
        // Asked before summing: a day that cannot be disclosed costs no walk.
        rules::disclose(last.as_ref(), day_of(published_at), until_day, day_of(now), told, told)?;
        let moved = store::stream::moved_until(tx, project_id, end)?;
        let sums = [store::gifts_until(tx, project_id, end)? + moved.received_fen(), moved.used_fen()];
        Ok(rules::disclose(last.as_ref(), day_of(published_at), until_day, day_of(now), sums, told)?)
    })
}

/// Publishes the disclosure of the period that ends on `until_day`. `seen` are the figures the person was shown: when the
/// books have moved on since, they are shown anew instead of being published unseen.
pub fn disclose(app: &App, actor: &Actor, project_id: Id, seen: &Figures, summary: &str, now: Micros) -> Result<Id, Trouble> {
    let summary = rules::tidy(summary, true);
    if summary.is_empty() {
        return Err(Refusal::input("summary", "refusal-project-disclosure-summary").into());
    }
    if summary.chars().count() > 2_000 {
        return Err(Refusal::input("summary", "refusal-project-too-long").with("most", 2_000).into());
    }
    let figures = figures_until(app, actor, project_id, seen.until_day, now)?;
    if figures != *seen {
        return Err(Refusal::conflict("refusal-project-disclosure-moved").into());
    }
    let (id, entry_id) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Manager, Role::Finance])?;
        // Another disclosure since the sums were taken: this one would no longer follow.
        let (last, _) = store::last_disclosure(tx, project_id)?;
        if last.map_or(figures.from_day != day_of(project.published_at.unwrap_or(0)), |d| d.until_day + 1 != figures.from_day) {
            return Err(Refusal::conflict("refusal-project-disclosure-moved").into());
        }
        store::add_disclosure(tx, id, project_id, &figures, &summary, person_id, now)?;
        facts::refresh_due_day(tx, project_id)?;
        let fact = Disclosed {
            disclosure: id.to_string(),
            project: project_id.to_string(),
            from_day: figures.from_day,
            until_day: figures.until_day,
            opening_fen: figures.opening_fen,
            income_fen: figures.income_fen,
            expense_fen: figures.expense_fen,
            closing_fen: figures.closing_fen,
            text_sha256: hash(&summary),
        };
        public_entry::append(tx, entry_id, "disclosure_published", &to_json(&fact)?, now)?;
        Ok(id)
    })
}

#[derive(Serialize)]
struct Disclosed {
    disclosure: String,
    project: String,
    from_day: Day,
    until_day: Day,
    opening_fen: i64,
    income_fen: i64,
    expense_fen: i64,
    closing_fen: i64,
    text_sha256: String,
}
