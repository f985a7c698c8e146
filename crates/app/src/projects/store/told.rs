//! What a project tells: progress, disclosures, and by when it must.

use db::{Fault, Tx, params, sql};

use crate::files;
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Micros};

use super::super::fund;
use super::super::model::{Correction, Disclosure, Figures, NewProgress, ProgressPost, Project, ProjectKind, State, Thing};
use super::super::rules::Told;

/// A post. One that reports moves the clock; news does not.
pub fn add_progress(tx: &mut Tx, id: Id, project_id: Id, post: &NewProgress, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO progress_post (id, project_id, title, body, person_id, published_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, project_id, &post.title, &post.body, person_id, now],
    )?;
    let Some(told) = &post.execution else { return Ok(()) };
    // What was corrected meanwhile was not spent.
    let spent = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS spent_fen FROM expense WHERE project_id = ?1 AND recorded_at <= ?2 \
             AND recorded_at > (SELECT COALESCE(last_progress_at, 0) FROM project WHERE id = ?1) \
             AND NOT EXISTS (SELECT 1 FROM transfer WHERE transfer.code = 6 AND transfer.about_id = expense.id)"),
        params![project_id, now],
    )?;
    tx.execute_one(
        sql("INSERT INTO progress_told (post_id, done, reached, reached_unit, next_step, spent_fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, &told.done, told.reached, &told.reached_unit, &told.next_step, spent.int("spent_fen")?],
    )?;
    tx.execute_one(sql("UPDATE project SET last_progress_at = ?2 WHERE id = ?1"), params![project_id, now])
}

pub fn add_photograph(tx: &mut Tx, post_id: Id, position: i64, file_id: Id) -> Result<(), Fault> {
    tx.execute_one(sql("INSERT INTO progress_file (post_id, position, file_id) VALUES (?1, ?2, ?3)"), params![post_id, position, file_id])
}

/// Progress posts, newest first, with their photographs and what was corrected.
pub fn progress_posts(tx: &mut Tx, project_id: Id, limit: i64, offset: i64) -> Result<Vec<ProgressPost>, Fault> {
    let rows = tx.query(
        sql("SELECT progress_post.id, title, body, published_at, done, reached, reached_unit, next_step, spent_fen FROM progress_post \
             LEFT JOIN progress_told ON progress_told.post_id = progress_post.id \
             WHERE project_id = ?1 ORDER BY published_at DESC, progress_post.id DESC LIMIT ?2 OFFSET ?3"),
        params![project_id, limit, offset],
    )?;
    rows.iter().map(|row| whole(tx, ProgressPost::from_row(row)?)).collect()
}

pub fn progress_post(tx: &mut Tx, project_id: Id, id: Id) -> Result<Option<ProgressPost>, Fault> {
    let row = tx.query_opt(
        sql("SELECT progress_post.id, title, body, published_at, done, reached, reached_unit, next_step, spent_fen FROM progress_post \
             LEFT JOIN progress_told ON progress_told.post_id = progress_post.id WHERE project_id = ?1 AND progress_post.id = ?2"),
        params![project_id, id],
    )?;
    row.map(|row| whole(tx, ProgressPost::from_row(&row)?)).transpose()
}

fn whole(tx: &mut Tx, post: ProgressPost) -> Result<ProgressPost, Fault> {
    let rows = tx.query(sql("SELECT file_id FROM progress_file WHERE post_id = ?1 ORDER BY position"), params![post.id])?;
    let ids: Vec<Id> = rows.iter().map(|row| row.int("file_id")).collect::<Result<_, Fault>>()?;
    Ok(ProgressPost { photographs: files::list(tx, &ids)?, corrections: corrections_of(tx, Thing::Progress, post.id)?, ..post })
}

/// The corrections that stand beside something, oldest first.
pub fn corrections_of(tx: &mut Tx, thing: Thing, id: Id) -> Result<Vec<Correction>, Fault> {
    let rows =
        tx.query(sql("SELECT * FROM correction WHERE thing = ?1 AND thing_id = ?2 ORDER BY id LIMIT 50"), params![thing.word(), id])?;
    rows.iter().map(Correction::from_row).collect()
}

pub fn progress_count(tx: &mut Tx, project_id: Id) -> Result<i64, Fault> {
    tx.query_one(sql("SELECT COUNT(*) AS posts FROM progress_post WHERE project_id = ?1"), params![project_id])?.int("posts")
}

pub fn add_disclosure(
    tx: &mut Tx,
    id: Id,
    project_id: Id,
    figures: &Figures,
    summary: &str,
    person_id: Id,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO disclosure (id, project_id, from_day, until_day, opening_fen, income_fen, expense_fen, closing_fen, summary, person_id, published_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
        params![
            id,
            project_id,
            figures.from_day,
            figures.until_day,
            figures.opening_fen,
            figures.income_fen,
            figures.expense_fen,
            figures.closing_fen,
            summary,
            person_id,
            now
        ],
    )
}

/// Disclosures, newest first.
pub fn disclosures(tx: &mut Tx, project_id: Id) -> Result<Vec<Disclosure>, Fault> {
    let rows = tx.query(sql("SELECT * FROM disclosure WHERE project_id = ?1 ORDER BY from_day DESC LIMIT 200"), params![project_id])?;
    rows.iter().map(Disclosure::from_row).collect()
}

pub fn disclosure(tx: &mut Tx, project_id: Id, id: Id) -> Result<Option<Disclosure>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM disclosure WHERE project_id = ?1 AND id = ?2"), params![project_id, id])?;
    row.as_ref().map(Disclosure::from_row).transpose()
}

/// The last disclosure, with what all of them together told as [income, expense] in fen.
pub fn last_disclosure(tx: &mut Tx, project_id: Id) -> Result<(Option<Disclosure>, [i64; 2]), Fault> {
    let row = tx.query_opt(sql("SELECT * FROM disclosure WHERE project_id = ?1 ORDER BY from_day DESC LIMIT 1"), params![project_id])?;
    let told = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(income_fen) AS BIGINT), 0) AS income_fen, COALESCE(CAST(SUM(expense_fen) AS BIGINT), 0) AS expense_fen \
             FROM disclosure WHERE project_id = ?1"),
        params![project_id],
    )?;
    Ok((row.as_ref().map(Disclosure::from_row).transpose()?, [told.int("income_fen")?, told.int("expense_fen")?]))
}

pub fn count_disclosures(tx: &mut Tx, project_id: Id) -> Result<i64, Fault> {
    tx.query_one(sql("SELECT COUNT(*) AS disclosures FROM disclosure WHERE project_id = ?1"), params![project_id])?.int("disclosures")
}

/// What the clocks must know beside the project's own row.
pub fn told(tx: &mut Tx, project: &Project) -> Result<Told, Fault> {
    let last = tx.query_opt(
        sql("SELECT until_day, published_at FROM disclosure WHERE project_id = ?1 ORDER BY from_day DESC LIMIT 1"),
        params![project.id],
    )?;
    let (disclosed_until_day, disclosed_on_day) = match last {
        Some(row) => (Some(row.int("until_day")?), Some(day_of(row.int("published_at")?))),
        None => (None, None),
    };
    let leftovers_untold = project.state == State::Closed
        && fund::moved(tx, project.id)?.in_account_fen() > 0
        && tx.query_opt(sql("SELECT id FROM leftover_statement WHERE project_id = ?1 ORDER BY id LIMIT 1"), params![project.id])?.is_none();
    let closing_report = project.state == State::Closed && closing_report_public_at(tx, project.id)?.is_some();
    let emergency = project.kind == ProjectKind::Emergency;
    Ok(Told { disclosed_until_day, disclosed_on_day, emergency, closing_report, leftovers_untold })
}

/// When the closing report of a project became public.
pub fn closing_report_public_at(tx: &mut Tx, project_id: Id) -> Result<Option<Micros>, Fault> {
    let row =
        tx.query_opt(sql("SELECT decided_at FROM closing_report WHERE project_id = ?1 AND state = 'published'"), params![project_id])?;
    row.map_or(Ok(None), |row| row.opt_int("decided_at"))
}

pub fn set_due_day(tx: &mut Tx, project_id: Id, due_day: Day) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE project SET due_day = ?2 WHERE id = ?1"), params![project_id, due_day])
}
