//! Telling what happened: progress in words, finances in the ledger's own figures.

use serde::Serialize;

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::civil::{Day, day_of, start_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, claims, hex, public_entry, sha256};

use super::super::disclosure::finance;
use super::super::model::{Elsewhere, Figures, NewDisclosure, NewProgress, progress_text};
use super::super::{facts, rules, store};
use super::{hash, load, seated};

/// Publishes a progress post (项目进展) with its photographs, by a manager of any of the three organisations.
pub fn post_progress(
    app: &App,
    actor: &Actor,
    project_id: Id,
    post: &NewProgress,
    photographs: &[Prepared],
    now: Micros,
) -> Result<Id, Trouble> {
    let post = rules::progress(post)?;
    if photographs.len() > rules::PHOTOGRAPHS {
        return Err(Refusal::input("photographs", "refusal-disclosure-photographs").with("most", rules::PHOTOGRAPHS).into());
    }
    let (id, entry_id) = (app.new_id(), app.new_id());
    let file_ids: Vec<Id> = photographs.iter().map(|_| app.new_id()).collect();
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &project.organisations(), &[Role::Manager])?;
        if project.published_at.is_none() {
            return Err(Refusal::conflict("refusal-project-not-public").into());
        }
        let own = project.organisations().into_iter().find(|id| actor.holds(*id, &[Role::Manager])).unwrap_or(project.recipient_id);
        store::add_progress(tx, id, project_id, &post, person_id, now)?;
        for ((file_id, photograph), position) in file_ids.iter().zip(photographs).zip(1_i64..) {
            files::keep(tx, *file_id, photograph, own, person_id, now)?;
            files::publish(tx, *file_id, now)?;
            store::add_photograph(tx, id, position, *file_id)?;
        }
        facts::refresh_due_day(tx, project_id)?;
        let text = progress_text(&post.title, &post.body, post.execution.as_ref());
        let fact = Posted {
            progress: id.to_string(),
            project: project_id.to_string(),
            reports: post.execution.is_some(),
            reached: post.execution.as_ref().map_or(0, |e| e.reached),
            text_sha256: hash(&text),
            photograph_sha256: photographs.iter().map(|p| hex(&sha256(&p.bytes))).collect(),
        };
        public_entry::append(tx, entry_id, "progress_posted", &public_entry::body(&fact)?, now)?;
        Ok(id)
    })
}

#[derive(Serialize)]
struct Posted {
    progress: String,
    project: String,
    /// False: news, which meets no clock.
    reports: bool,
    reached: i64,
    text_sha256: String,
    photograph_sha256: Vec<String>,
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
pub fn disclose(
    app: &App,
    actor: &Actor,
    project_id: Id,
    seen: &Figures,
    words: &NewDisclosure,
    papers: &[Prepared],
    now: Micros,
) -> Result<Id, Trouble> {
    rules::text("summary", &words.summary, true, 2_000, "refusal-project-disclosure-summary")?;
    if papers.len() > rules::PAPERS {
        return Err(Refusal::input("papers", "refusal-disclosure-papers").with("most", rules::PAPERS).into());
    }
    let figures = figures_until(app, actor, project_id, seen.until_day, now)?;
    if figures != *seen {
        return Err(Refusal::conflict("refusal-project-disclosure-moved").into());
    }
    let (id, entry_id) = (app.new_id(), app.new_id());
    let file_ids: Vec<Id> = papers.iter().map(|_| app.new_id()).collect();
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Manager, Role::Finance])?;
        claims::decide(tx, "report", project_id, person_id, now)?;
        // Another disclosure since the sums were taken: this one would no longer follow.
        let (last, _) = store::last_disclosure(tx, project_id)?;
        if last.map_or(figures.from_day != day_of(project.published_at.unwrap_or(0)), |d| d.until_day + 1 != figures.from_day) {
            return Err(Refusal::conflict("refusal-project-disclosure-moved").into());
        }
        let left = finance::elsewhere_left(tx, project_id)?;
        let (words, elsewhere_fen) = rules::disclosure(words, left.unwrap_or(0))?;
        store::add_disclosure(tx, id, project_id, &figures, &words.summary, person_id, now)?;
        let end = start_of(figures.until_day + 1);
        let lines = finance::untold_expenses(tx, project_id, end)?;
        let until = finance::flows_until(tx, project_id, end)?;
        let told = finance::flows_told(tx, project_id, None)?;
        for (flow, fen) in rules::flows(&figures, &until, &told, lines.iter().map(|l| l.amount_fen).sum())? {
            finance::add_flow(tx, id, flow, fen)?;
        }
        for (line, position) in lines.iter().zip(1_i64..) {
            finance::add_line(tx, id, position, line)?;
        }
        if left.is_some() || words.elsewhere != Elsewhere::default() {
            finance::add_elsewhere(tx, id, left.unwrap_or(0), &words.elsewhere, elsewhere_fen)?;
        }
        for ((file_id, paper), position) in file_ids.iter().zip(papers).zip(1_i64..) {
            files::keep(tx, *file_id, paper, project.recipient_id, person_id, now)?;
            files::publish(tx, *file_id, now)?;
            finance::add_paper(tx, id, position, *file_id)?;
        }
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
            expense_lines: lines.len(),
            text_sha256: hash(&words.summary),
        };
        public_entry::append(tx, entry_id, "disclosure_published", &public_entry::body(&fact)?, now)?;
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
    expense_lines: usize,
    text_sha256: String,
}
