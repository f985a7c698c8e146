//! Lists of projects: for strangers who search, for a desk, for the operator's queues.
//!
//! A card needs the names of three organisations and of the region, so these statements join `organisation` and `area`
//! by their keys instead of asking those slices once a card.

use std::collections::BTreeMap;

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::Id;
use crate::kernel::civil::Day;

use super::super::fund;
use super::super::model::{Field, Filter, Project, ProjectCardData, State};

/// The cards of a page of a list, totals as of now.
///
/// The search compares every public title and summary: at the scale of the article (90,000 projects) that is a scan,
/// which a search index will replace when it exists.
pub fn cards(tx: &mut Tx, filter: &Filter) -> Result<Vec<ProjectCardData>, Fault> {
    let like = pattern(&filter.q);
    let (from, below) = code_range(&filter.area);
    let params = params![
        &like,
        filter.field.map_or("", Field::word),
        &from,
        &below,
        filter.state.map_or("", State::word),
        filter.organisation.unwrap_or(0),
        filter.curated,
        filter.sort.word(),
        filter.limit,
        filter.offset
    ];
    let rows = tx.query(
        sql("SELECT project.*, area.name AS area_name, area.english AS area_english, upper_area.name AS upper_name, upper_area.english AS upper_english, \
             top_area.name AS top_name, top_area.english AS top_english, \
             launcher.name AS launcher_name, launcher.english_name AS launcher_english, recipient.name AS recipient_name, \
             recipient.english_name AS recipient_english, implementer.name AS implementer_name, implementer.english_name AS implementer_english, \
             COALESCE(fund.gifts + fund.offline, 0) AS gifts, \
             COALESCE(fund.gifts_fen + fund.offline_fen + fund.redirected_in_fen - fund.refunded_fen, 0) AS raised_fen \
             FROM project JOIN area ON area.code = project.area_code \
             LEFT JOIN area AS upper_area ON upper_area.code = area.parent LEFT JOIN area AS top_area ON top_area.code = upper_area.parent \
             JOIN organisation AS launcher ON launcher.id = project.launcher_id JOIN organisation AS recipient ON recipient.id = project.recipient_id \
             JOIN organisation AS implementer ON implementer.id = project.implementer_id LEFT JOIN fund ON fund.project_id = project.id \
             WHERE project.state IN ('published', 'fundraising_ended', 'executing', 'closed') AND project.hold <> 'taken_down' \
             AND (?1 = '' OR lower(project.title || ' ' || project.english_title || ' ' || project.summary || ' ' || area.name || ' ' || \
                  COALESCE(upper_area.name, '') || ' ' || COALESCE(top_area.name, '')) LIKE ?1 ESCAPE '!') \
             AND (?2 = '' OR project.field = ?2) AND (?3 = '' OR (project.area_code >= ?3 AND project.area_code < ?4)) \
             AND (?5 = '' OR project.state = ?5) \
             AND (?6 = 0 OR project.launcher_id = ?6 OR project.recipient_id = ?6 OR project.implementer_id = ?6) \
             AND (?7 = 0 OR project.curated_at IS NOT NULL) \
             ORDER BY CASE WHEN ?8 = 'gifts' THEN COALESCE(fund.gifts + fund.offline, 0) WHEN ?8 = 'in_time' THEN project.due_day ELSE project.published_at END DESC, \
             project.id DESC LIMIT ?9 OFFSET ?10"),
        params,
    )?;
    let waiting = waiting_by_project(tx)?;
    rows.iter().map(|row| card(row, &waiting)).collect()
}

/// How many projects a filter finds.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, Fault> {
    let (from, below) = code_range(&filter.area);
    let row = tx.query_one(
        sql("SELECT COUNT(*) AS projects FROM project JOIN area ON area.code = project.area_code \
             LEFT JOIN area AS upper_area ON upper_area.code = area.parent LEFT JOIN area AS top_area ON top_area.code = upper_area.parent \
             WHERE project.state IN ('published', 'fundraising_ended', 'executing', 'closed') AND project.hold <> 'taken_down' \
             AND (?1 = '' OR lower(project.title || ' ' || project.english_title || ' ' || project.summary || ' ' || area.name || ' ' || \
                  COALESCE(upper_area.name, '') || ' ' || COALESCE(top_area.name, '')) LIKE ?1 ESCAPE '!') \
             AND (?2 = '' OR project.field = ?2) AND (?3 = '' OR (project.area_code >= ?3 AND project.area_code < ?4)) \
             AND (?5 = '' OR project.state = ?5) \
             AND (?6 = 0 OR project.launcher_id = ?6 OR project.recipient_id = ?6 OR project.implementer_id = ?6) \
             AND (?7 = 0 OR project.curated_at IS NOT NULL)"),
        params![
            pattern(&filter.q),
            filter.field.map_or("", Field::word),
            &from,
            &below,
            filter.state.map_or("", State::word),
            filter.organisation.unwrap_or(0),
            filter.curated
        ],
    )?;
    row.int("projects")
}

/// What LIKE looks for; empty for an empty search. Lower case on both sides, which on both engines means ASCII letters.
fn pattern(q: &str) -> String {
    let q: String = q.chars().filter(|c| !c.is_control()).take(60).collect();
    let q = q.trim().to_lowercase();
    if q.is_empty() {
        return q;
    }
    format!("%{}%", q.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// The division codes that lie in an area: codes of lower levels begin with the digits of the upper ones.
pub fn code_range(area: &str) -> (String, String) {
    if area.len() != 12 || !area.bytes().all(|b| b.is_ascii_digit()) {
        return (String::new(), String::new());
    }
    let significant = [2, 4].into_iter().find(|n| area[*n..].bytes().all(|b| b == b'0')).unwrap_or(6);
    let prefix = &area[..significant];
    // In the order of bytes '~' stands after every digit.
    (prefix.to_owned(), format!("{prefix}~"))
}

/// Gifts that are committed and not rolled up yet, so that a list never shows less than was confirmed.
fn waiting_by_project(tx: &mut Tx) -> Result<BTreeMap<Id, (i64, i64)>, Fault> {
    let mut sums: BTreeMap<Id, (i64, i64)> = BTreeMap::new();
    for delta in fund::waiting(tx)? {
        let sum = sums.entry(delta.project_id).or_default();
        *sum = (sum.0 + delta.gifts, sum.1 + delta.amount_fen);
    }
    Ok(sums)
}

fn card(row: &Row, waiting: &BTreeMap<Id, (i64, i64)>) -> Result<ProjectCardData, Fault> {
    let project = Project::from_row(row)?;
    let place = |columns: [&str; 3]| -> Result<String, Fault> {
        let mut names = Vec::new();
        for column in columns {
            names.extend(row.opt_text(column)?.filter(|name| !name.is_empty()));
        }
        Ok(names.join(" · "))
    };
    let (gifts, gifts_fen) = waiting.get(&project.id).copied().unwrap_or_default();
    Ok(ProjectCardData {
        id: project.id,
        field: project.field,
        state: project.state,
        place: place(["top_name", "upper_name", "area_name"])?,
        english_place: place(["area_english", "upper_english", "top_english"])?,
        launcher_name: row.text("launcher_name")?,
        launcher_english_name: row.text("launcher_english")?,
        recipient_name: row.text("recipient_name")?,
        recipient_english_name: row.text("recipient_english")?,
        implementer_name: row.text("implementer_name")?,
        implementer_english_name: row.text("implementer_english")?,
        goal_fen: project.goal_fen,
        gifts: row.int("gifts")? + gifts,
        raised_fen: row.int("raised_fen")? + gifts_fen,
        published_at: project.published_at.unwrap_or(project.created_at),
        last_progress_at: project.last_progress_at,
        due_day: project.due_day,
        title: project.title,
        english_title: project.english_title,
        summary: project.summary,
        english_summary: project.english_summary,
    })
}

/// The newest projects of these organisations, whatever their role and state.
pub fn desk_projects(tx: &mut Tx, scope: &[Id]) -> Result<Vec<Project>, Fault> {
    let mut projects: BTreeMap<Id, Project> = BTreeMap::new();
    for organisation_id in scope {
        let rows = tx.query(
            sql("SELECT * FROM project WHERE launcher_id = ?1 OR recipient_id = ?1 OR implementer_id = ?1 ORDER BY id DESC LIMIT 500"),
            params![*organisation_id],
        )?;
        for row in rows {
            let project = Project::from_row(&row)?;
            projects.insert(project.id, project);
        }
    }
    Ok(projects.into_values().rev().collect())
}

/// What waits for the operator in a state, oldest first.
pub fn operator_queue(tx: &mut Tx, state: State) -> Result<Vec<Project>, Fault> {
    let rows = tx.query(
        sql("SELECT * FROM project WHERE state = ?1 AND state <> 'draft' ORDER BY COALESCE(submitted_at, created_at), id LIMIT 200"),
        params![state.word()],
    )?;
    rows.iter().map(Project::from_row).collect()
}

/// Public projects with a report that is late on `today`, latest first.
pub fn overdue_projects(tx: &mut Tx, today: Day) -> Result<Vec<Project>, Fault> {
    let rows = tx.query(
        sql("SELECT * FROM project WHERE state IN ('published', 'fundraising_ended', 'executing', 'closed') AND due_day < ?1 ORDER BY due_day, id LIMIT 100"),
        params![today],
    )?;
    rows.iter().map(Project::from_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_a_range_of_codes() {
        for (area, from, below) in [
            ("360000000000", "36", "36~"),
            ("360700000000", "3607", "3607~"),
            ("360734000000", "360734", "360734~"),
            ("", "", ""),
            ("36%", "", ""),
            ("江西", "", ""),
        ] {
            assert_eq!(code_range(area), (from.to_owned(), below.to_owned()));
        }
    }

    #[test]
    fn what_is_searched_is_taken_literally() {
        for (q, like) in [("", ""), ("  ", ""), ("路灯", "%路灯%"), ("100%_!", "%100!%!_!!%"), ("Lamp\u{0}", "%lamp%")] {
            assert_eq!(pattern(q), like);
        }
    }
}
