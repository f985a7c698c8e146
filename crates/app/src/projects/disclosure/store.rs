//! The statements of what is due, told and corrected.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Id, Micros};

use super::super::model::{Correction, Expense, Field, LeftoverStatement, Project, State, Thing, progress_text};
use super::super::rules::Event;
use super::super::{fund, store};

/// A project that was public once: what it told stays reachable whatever became of it.
pub fn find_told(tx: &mut Tx, id: Id) -> Result<Option<Project>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM project WHERE id = ?1 AND published_at IS NOT NULL"), params![id])?;
    row.as_ref().map(Project::from_row).transpose()
}

/// What happened to a project's clocks, oldest first.
pub fn events(tx: &mut Tx, project: &Project) -> Result<Vec<(Day, Event)>, Fault> {
    let mut events: Vec<(Micros, Event)> = Vec::new();
    for row in tx.query(
        sql("SELECT published_at FROM progress_post JOIN progress_told ON progress_told.post_id = progress_post.id WHERE project_id = ?1"),
        params![project.id],
    )? {
        events.push((row.int("published_at")?, Event::Progress));
    }
    for row in tx.query(sql("SELECT until_day, published_at FROM disclosure WHERE project_id = ?1"), params![project.id])? {
        events.push((row.int("published_at")?, Event::Disclosed { until_day: row.int("until_day")? }));
    }
    let leftovers = leftover_statements(tx, project.id)?;
    events.extend(leftovers.iter().map(|statement| (statement.published_at, Event::LeftoversTold)));
    let with_leftovers = !leftovers.is_empty() || fund::moved(tx, project.id)?.in_account_fen() > 0;
    for (at, event) in [
        (project.fundraising_ended_at, Event::FundraisingEnded),
        (project.executing_at, Event::Executing),
        (project.closed_at, Event::Closed { with_leftovers }),
        (store::closing_report_public_at(tx, project.id)?, Event::ClosingReport),
    ] {
        events.extend(at.map(|at| (at, event)));
    }
    events.sort_unstable();
    Ok(events.into_iter().map(|(at, event)| (day_of(at), event)).collect())
}

/// Which projects the register shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Reports due on this day or before.
    pub until_day: Day,
    pub field: Option<Field>,
    /// A province, prefecture or county code; empty: anywhere.
    pub area: String,
    /// In any of the three roles.
    pub organisation: Option<Id>,
    pub by_charity: bool,
    pub limit: i64,
    pub offset: i64,
}

/// A project that owes something, with the charity that answers for it.
pub struct Owing {
    pub project: Project,
    pub charity: String,
    pub charity_english: String,
}

pub fn owing(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Owing>, Fault> {
    let (from, below) = store::code_range(&wanted.area);
    let rows = tx.query(
        sql("SELECT project.*, organisation.name AS charity, organisation.english_name AS charity_english FROM project \
             JOIN organisation ON organisation.id = project.recipient_id \
             WHERE project.state IN ('published', 'fundraising_ended', 'executing', 'closed') AND project.due_day <= ?1 \
             AND (?2 = '' OR project.field = ?2) AND (?3 = '' OR (project.area_code >= ?3 AND project.area_code < ?4)) \
             AND (?5 = 0 OR project.launcher_id = ?5 OR project.recipient_id = ?5 OR project.implementer_id = ?5) \
             ORDER BY CASE WHEN ?6 = 0 THEN '' ELSE organisation.name END, project.due_day, project.id LIMIT ?7 OFFSET ?8"),
        params![
            wanted.until_day,
            wanted.field.map_or("", Field::word),
            &from,
            &below,
            wanted.organisation.unwrap_or(0),
            wanted.by_charity,
            wanted.limit,
            wanted.offset
        ],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Owing { project: Project::from_row(row)?, charity: row.text("charity")?, charity_english: row.text("charity_english")? })
        })
        .collect()
}

/// How many projects owe something until then.
pub fn owing_count(tx: &mut Tx, wanted: &Wanted) -> Result<i64, Fault> {
    let (from, below) = store::code_range(&wanted.area);
    tx.query_one(
        sql("SELECT COUNT(*) AS projects FROM project \
             WHERE project.state IN ('published', 'fundraising_ended', 'executing', 'closed') AND project.due_day <= ?1 \
             AND (?2 = '' OR project.field = ?2) AND (?3 = '' OR (project.area_code >= ?3 AND project.area_code < ?4)) \
             AND (?5 = 0 OR project.launcher_id = ?5 OR project.recipient_id = ?5 OR project.implementer_id = ?5)"),
        params![wanted.until_day, wanted.field.map_or("", Field::word), &from, &below, wanted.organisation.unwrap_or(0)],
    )?
    .int("projects")
}

/// A charity with how it keeps its clocks.
pub struct Charity {
    pub id: Id,
    pub name: String,
    pub english_name: String,
    pub projects: i64,
    pub late: i64,
    /// Of the report that is late longest, or due first.
    pub first_due_day: Day,
}

/// Charities with public projects, those with the most late ones first.
pub fn charities(tx: &mut Tx, today: Day, limit: i64) -> Result<Vec<Charity>, Fault> {
    let rows = tx.query(
        sql("SELECT organisation.id, organisation.name, organisation.english_name, COUNT(*) AS projects, \
             CAST(SUM(CASE WHEN project.due_day < ?1 THEN 1 ELSE 0 END) AS BIGINT) AS late, MIN(project.due_day) AS first_due_day \
             FROM project JOIN organisation ON organisation.id = project.recipient_id \
             WHERE project.state IN ('published', 'fundraising_ended', 'executing', 'closed') \
             GROUP BY organisation.id, organisation.name, organisation.english_name ORDER BY 5 DESC, 6, 1 LIMIT ?2"),
        params![today, limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Charity {
                id: row.int("id")?,
                name: row.text("name")?,
                english_name: row.text("english_name")?,
                projects: row.int("projects")?,
                late: row.int("late")?,
                first_due_day: row.int("first_due_day")?,
            })
        })
        .collect()
}

/// An entry of a project's record.
pub struct Entry {
    pub kind: String,
    pub id: Id,
    pub at: Micros,
    /// A title, a state or the days of a period, as its kind needs it.
    pub words: String,
}

const ENTRIES_OF_ONE_PAGE: i64 = 50;

/// A page of the record of a project, newest first, and how many entries there are.
pub fn record(tx: &mut Tx, project_id: Id, page: i64) -> Result<(Vec<Entry>, i64), Fault> {
    let rows = tx.query(
        sql("SELECT kind, id, at, words FROM ( \
             SELECT 'step' AS kind, id, at, state AS words FROM project_step WHERE project_id = ?1 AND state NOT IN ('draft', 'submitted', 'reviewed') \
             UNION ALL SELECT 'progress' AS kind, id, published_at AS at, title AS words FROM progress_post WHERE project_id = ?1 \
             UNION ALL SELECT 'disclosure' AS kind, id, published_at AS at, CAST(from_day AS TEXT) || ' ' || CAST(until_day AS TEXT) AS words FROM disclosure WHERE project_id = ?1 \
             UNION ALL SELECT 'leftovers' AS kind, id, published_at AS at, '' AS words FROM leftover_statement WHERE project_id = ?1 \
             UNION ALL SELECT 'closing_report' AS kind, id, decided_at AS at, '' AS words FROM closing_report WHERE project_id = ?1 AND state = 'published' \
             UNION ALL SELECT 'correction' AS kind, id, published_at AS at, thing AS words FROM correction WHERE project_id = ?1 \
             ) AS entry ORDER BY at DESC, id DESC LIMIT ?2 OFFSET ?3"),
        params![project_id, ENTRIES_OF_ONE_PAGE, (page - 1) * ENTRIES_OF_ONE_PAGE],
    )?;
    let entries = rows
        .iter()
        .map(|row| Ok(Entry { kind: row.text("kind")?, id: row.int("id")?, at: row.int("at")?, words: row.text("words")? }))
        .collect::<Result<_, Fault>>()?;
    let count = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM project_step WHERE project_id = ?1 AND state NOT IN ('draft', 'submitted', 'reviewed')) \
             + (SELECT COUNT(*) FROM progress_post WHERE project_id = ?1) + (SELECT COUNT(*) FROM disclosure WHERE project_id = ?1) \
             + (SELECT COUNT(*) FROM closing_report WHERE project_id = ?1 AND state = 'published') \
             + (SELECT COUNT(*) FROM leftover_statement WHERE project_id = ?1) + (SELECT COUNT(*) FROM correction WHERE project_id = ?1) AS entries"),
        params![project_id],
    )?;
    Ok((entries, (count.int("entries")? + ENTRIES_OF_ONE_PAGE - 1) / ENTRIES_OF_ONE_PAGE))
}

/// The words of something that was told, as they are hashed; nothing when this project never told it.
pub fn words_of(tx: &mut Tx, project_id: Id, thing: Thing, id: Id) -> Result<Option<String>, Fault> {
    if thing == Thing::Progress {
        let post = store::progress_post(tx, project_id, id)?;
        return Ok(post.map(|p| progress_text(&p.title, &p.body, p.execution.as_ref())));
    }
    let row = match thing {
        Thing::Progress => None,
        Thing::Disclosure => {
            tx.query_opt(sql("SELECT summary AS words FROM disclosure WHERE project_id = ?1 AND id = ?2"), params![project_id, id])?
        }
        Thing::Expense => tx.query_opt(
            sql("SELECT description || ?3 || invoice_number AS words FROM expense WHERE project_id = ?1 AND id = ?2"),
            params![project_id, id, "\n"],
        )?,
        Thing::ClosingReport => tx.query_opt(
            sql("SELECT results || ?3 || indicators || ?3 || leftovers AS words FROM closing_report \
                 WHERE project_id = ?1 AND id = ?2 AND state = 'published'"),
            params![project_id, id, "\n"],
        )?,
        Thing::Leftovers => {
            tx.query_opt(sql("SELECT body AS words FROM leftover_statement WHERE project_id = ?1 AND id = ?2"), params![project_id, id])?
        }
        Thing::Correction => tx.query_opt(
            sql("SELECT was_wrong || ?3 || is_right AS words FROM correction WHERE project_id = ?1 AND id = ?2"),
            params![project_id, id, "\n"],
        )?,
    };
    row.map(|row| row.text("words")).transpose()
}

/// A correction that is being published.
pub struct Correcting<'a> {
    pub id: Id,
    pub project_id: Id,
    pub thing: Thing,
    pub thing_id: Id,
    pub was_wrong: &'a str,
    pub is_right: &'a str,
    pub organisation_id: Id,
    pub person_id: Id,
    pub original_sha256: &'a [u8],
    pub sha256: &'a [u8],
    pub now: Micros,
}

pub fn add_correction(tx: &mut Tx, c: &Correcting) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO correction (id, project_id, thing, thing_id, was_wrong, is_right, organisation_id, person_id, original_sha256, sha256, published_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
        params![
            c.id,
            c.project_id,
            c.thing.word(),
            c.thing_id,
            c.was_wrong,
            c.is_right,
            c.organisation_id,
            c.person_id,
            c.original_sha256,
            c.sha256,
            c.now
        ],
    )
}

pub fn correction(tx: &mut Tx, project_id: Id, id: Id) -> Result<Option<Correction>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM correction WHERE project_id = ?1 AND id = ?2"), params![project_id, id])?;
    row.as_ref().map(Correction::from_row).transpose()
}

pub fn corrections(tx: &mut Tx, project_id: Id) -> Result<Vec<Correction>, Fault> {
    let rows = tx.query(sql("SELECT * FROM correction WHERE project_id = ?1 ORDER BY id DESC LIMIT 200"), params![project_id])?;
    rows.iter().map(Correction::from_row).collect()
}

pub fn add_leftover_statement(
    tx: &mut Tx,
    id: Id,
    project_id: Id,
    amount_fen: i64,
    body: &str,
    person_id: Id,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO leftover_statement (id, project_id, amount_fen, body, person_id, published_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        params![id, project_id, amount_fen, body, person_id, now],
    )
}

pub fn leftover_statements(tx: &mut Tx, project_id: Id) -> Result<Vec<LeftoverStatement>, Fault> {
    let rows = tx.query(
        sql("SELECT id, amount_fen, body, published_at FROM leftover_statement WHERE project_id = ?1 ORDER BY id LIMIT 100"),
        params![project_id],
    )?;
    rows.iter().map(LeftoverStatement::from_row).collect()
}

/// What can be corrected at a desk: (thing, id, words, at), the newest first.
pub fn correctable(tx: &mut Tx, project_id: Id) -> Result<Vec<(Thing, Id, String, Micros)>, Fault> {
    let rows = tx.query(
        sql("SELECT thing, id, words, at FROM ( \
             SELECT 'progress' AS thing, id, title AS words, published_at AS at FROM progress_post WHERE project_id = ?1 \
             UNION ALL SELECT 'disclosure' AS thing, id, CAST(from_day AS TEXT) || ' ' || CAST(until_day AS TEXT) AS words, published_at AS at FROM disclosure WHERE project_id = ?1 \
             UNION ALL SELECT 'expense' AS thing, id, description AS words, recorded_at AS at FROM expense WHERE project_id = ?1 \
             UNION ALL SELECT 'leftovers' AS thing, id, '' AS words, published_at AS at FROM leftover_statement WHERE project_id = ?1 \
             UNION ALL SELECT 'closing_report' AS thing, id, results AS words, decided_at AS at FROM closing_report WHERE project_id = ?1 AND state = 'published' \
             UNION ALL SELECT 'correction' AS thing, id, is_right AS words, published_at AS at FROM correction WHERE project_id = ?1 \
             ) AS told ORDER BY at DESC, id DESC LIMIT 200"),
        params![project_id],
    )?;
    let mut found = Vec::new();
    for row in &rows {
        let word = row.text("thing")?;
        let thing = Thing::from_word(&word).ok_or_else(|| Fault::inconsistent(format!("something told is a {word}")))?;
        found.push((thing, row.int("id")?, row.text("words")?, row.int("at")?));
    }
    Ok(found)
}

/// All expenses of a project in the order of the books, for a file.
pub fn all_expenses(tx: &mut Tx, project_id: Id) -> Result<Vec<Expense>, Fault> {
    let rows = tx.query(
        sql("SELECT expense.*, budget_line.item, budget_line.english_item, budget_line.unit, undone.settled_at AS undone_at FROM expense \
             LEFT JOIN transfer AS undone ON undone.code = 6 AND undone.about_id = expense.id JOIN budget_line ON budget_line.id = expense.budget_line_id WHERE expense.project_id = ?1 ORDER BY expense.id LIMIT 50000"),
        params![project_id],
    )?;
    rows.iter().map(Expense::from_row).collect()
}

/// Public projects whose reminder for today has not gone out: (project, title, recipient, due day, stage).
pub struct ToRemind {
    pub project_id: Id,
    pub title: String,
    pub recipient_id: Id,
    pub due_day: Day,
}

pub fn to_remind(tx: &mut Tx, from_day: Day, until_day: Day, after: (Day, Id), limit: i64) -> Result<Vec<ToRemind>, Fault> {
    let rows = tx.query(
        sql(
            "SELECT id, title, recipient_id, due_day FROM project WHERE state IN ('published', 'fundraising_ended', 'executing', 'closed') \
             AND due_day >= ?1 AND due_day <= ?2 AND (due_day > ?3 OR (due_day = ?3 AND id > ?4)) ORDER BY due_day, id LIMIT ?5",
        ),
        params![from_day, until_day, after.0, after.1, limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(ToRemind {
                project_id: row.int("id")?,
                title: row.text("title")?,
                recipient_id: row.int("recipient_id")?,
                due_day: row.int("due_day")?,
            })
        })
        .collect()
}

/// True: nobody was reminded of this yet, and now somebody is.
pub fn reminded(tx: &mut Tx, project_id: Id, due_day: Day, stage: i64, now: Micros) -> Result<bool, Fault> {
    let added = tx.execute(
        sql("INSERT INTO due_reminder (project_id, due_day, stage, sent_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (project_id, due_day, stage) DO NOTHING"),
        params![project_id, due_day, stage, now],
    )?;
    Ok(added == 1)
}

/// The state that a step of the record led to.
pub fn state_of(entry: &Entry) -> Option<State> {
    State::from_word(&entry.words)
}
