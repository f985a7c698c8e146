//! Appeals: a decision that was given with a reason may be looked at once more, by a reviewer who did not take it. Each
//! slice tells which of its things was decided, by whom and why (`kernel::Decision`); here is what happens then.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::{Day, day_of, start_of};
use crate::kernel::settings::Setting;
use crate::kernel::{Decision, Id, Micros, Refusal, Trouble, WAITING_SHOWN, Waiting, claims, workdays};
use crate::{people, projects};

/// 工作日 until an appeal is answered, unless the operator sets another number.
pub const ANSWER_WORKDAYS: Setting = Setting { name: "appeal_workdays", default: 10, least: 1, most: 30 };
/// Days after a decision in which it can be appealed (行政复议法 art. 20 gives sixty; a platform should not give less).
pub const WITHIN_DAYS: i64 = 60;

type DecisionsOf = fn(&mut Tx, &[Id]) -> Result<Vec<Decision>, Fault>;

/// What was decided about these organisations. A slice with decisions adds a line.
const ABOUT_ORGANISATIONS: &[DecisionsOf] = &[projects::decisions_about];

pub struct Appeal {
    pub id: Id,
    pub title: String,
    pub decision: String,
    pub decided_by: Id,
    pub decided_at: Micros,
    pub organisation_id: Id,
    pub person_id: Id,
    pub statement: String,
    pub made_at: Micros,
    pub due_day: Day,
    pub outcome: Option<Outcome>,
}

/// How an appeal ended.
pub struct Outcome {
    pub upheld: bool,
    pub reason: String,
    pub at: Micros,
}

fn appeal(row: &Row) -> Result<Appeal, Fault> {
    let state = row.text("state")?;
    Ok(Appeal {
        id: row.int("id")?,
        title: row.text("title")?,
        decision: row.text("decision")?,
        decided_by: row.int("decided_by")?,
        decided_at: row.int("decided_at")?,
        organisation_id: row.int("organisation_id")?,
        person_id: row.int("person_id")?,
        statement: row.text("statement")?,
        made_at: row.int("made_at")?,
        due_day: row.int("due_day")?,
        outcome: match row.opt_int("reviewed_at")? {
            Some(at) if state != "open" => Some(Outcome { upheld: state == "upheld", reason: row.text("reason")?, at }),
            _ => None,
        },
    })
}

/// The decisions that these organisations can still appeal, the newest first.
pub fn open_to_appeal(tx: &mut Tx, organisation_ids: &[Id], now: Micros) -> Result<Vec<Decision>, Fault> {
    let mut found = Vec::new();
    for about in ABOUT_ORGANISATIONS {
        for decision in about(tx, organisation_ids)? {
            let appealed = tx.query_opt(
                sql("SELECT id FROM appeal WHERE thing = ?1 AND thing_id = ?2 AND decided_at = ?3"),
                params![decision.thing, decision.thing_id, decision.decided_at],
            )?;
            if appealed.is_none() && day_of(now) - day_of(decision.decided_at) <= WITHIN_DAYS {
                found.push(decision);
            }
        }
    }
    found.sort_by_key(|decision| -decision.decided_at);
    Ok(found)
}

/// Makes an appeal against the newest decision about a thing of these organisations.
pub fn make(tx: &mut Tx, id: Id, asked: (&str, Id), organisation_ids: &[Id], by: Id, statement: &str, now: Micros) -> Result<(), Trouble> {
    let statement = words(statement, "statement")?;
    let open = open_to_appeal(tx, organisation_ids, now)?;
    let decision = open.into_iter().find(|d| (d.thing, d.thing_id) == asked).ok_or_else(|| Refusal::conflict("refusal-appeal-nothing"))?;
    let days = u32::try_from(ANSWER_WORKDAYS.get(tx)?).unwrap_or(10);
    let written = tx.execute(
        sql("INSERT INTO appeal (id, thing, thing_id, decided_at, decided_by, title, decision, organisation_id, person_id, statement, made_at, due_day, state, reason) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'open', '') ON CONFLICT (thing, thing_id, decided_at) DO NOTHING"),
        params![
            id,
            decision.thing,
            decision.thing_id,
            decision.decided_at,
            decision.decided_by,
            &decision.title,
            &decision.reason,
            decision.organisation_id,
            by,
            &statement,
            now,
            workdays::add_workdays(day_of(now), days)
        ],
    )?;
    if written == 1 { Ok(()) } else { Err(Refusal::conflict("refusal-appeal-nothing").into()) }
}

/// Judges it: upheld, or the decision confirmed. Whoever took the decision, or made the appeal, does not judge.
pub fn judge(tx: &mut Tx, ids: (Id, Id), reviewer: Id, upheld: bool, reason: &str, now: Micros) -> Result<(), Trouble> {
    let (id, notice_id) = ids;
    let reason = words(reason, "reason")?;
    let appeal = find(tx, id)?.ok_or_else(Refusal::not_found)?;
    if appeal.decided_by == reviewer || appeal.person_id == reviewer {
        return Err(Refusal::new(403, "refusal-appeal-own").into());
    }
    claims::decide(tx, "appeal", id, reviewer, now)?;
    let changed = tx.execute(
        sql("UPDATE appeal SET state = ?2, reviewer_id = ?3, reason = ?4, reviewed_at = ?5 WHERE id = ?1 AND state = 'open'"),
        params![id, if upheld { "upheld" } else { "confirmed" }, reviewer, &reason, now],
    )?;
    if changed != 1 {
        return Err(Refusal::conflict("refusal-appeal-nothing").into());
    }
    let message = if upheld { "notice-appeal-upheld" } else { "notice-appeal-confirmed" };
    people::notify(tx, notice_id, appeal.person_id, message, &[("title", &appeal.title)], &format!("/desk/appeals/{id}"), now)?;
    Ok(())
}

fn words(typed: &str, field: &'static str) -> Result<String, Refusal> {
    let text = typed.trim();
    let fits = !text.is_empty() && text.chars().count() <= 2_000 && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\r');
    if fits { Ok(text.replace('\r', "")) } else { Err(Refusal::input(field, "refusal-appeal-words")) }
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Appeal>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM appeal WHERE id = ?1"), params![id])?;
    row.as_ref().map(appeal).transpose()
}

/// An appeal as the organisation's desk sees it.
pub fn find_for(tx: &mut Tx, id: Id, organisation_ids: &[Id]) -> Result<Option<Appeal>, Fault> {
    Ok(find(tx, id)?.filter(|appeal| organisation_ids.contains(&appeal.organisation_id)))
}

/// Every appeal of these organisations, the newest first.
pub fn of_organisations(tx: &mut Tx, organisation_ids: &[Id]) -> Result<Vec<Appeal>, Fault> {
    let mut found = Vec::new();
    for organisation_id in organisation_ids {
        let rows =
            tx.query(sql("SELECT * FROM appeal WHERE organisation_id = ?1 ORDER BY id DESC LIMIT 100"), params![*organisation_id])?;
        found.extend(rows.iter().map(appeal).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

/// For the operator: open ones by due day, then those that are over.
pub fn all(tx: &mut Tx) -> Result<Vec<Appeal>, Fault> {
    let rows = tx.query(
        sql("SELECT * FROM appeal ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, CASE WHEN state = 'open' THEN due_day ELSE 0 - reviewed_at END, id LIMIT 200"),
        params![],
    )?;
    rows.iter().map(appeal).collect()
}

pub fn waiting_for_operator(tx: &mut Tx, _now: Micros) -> Result<Vec<Waiting>, Fault> {
    let rows = tx.query(sql("SELECT * FROM appeal WHERE state = 'open' ORDER BY due_day, id LIMIT ?1"), params![WAITING_SHOWN])?;
    let waits = |row: &Row| {
        let appeal = appeal(row)?;
        Ok(Waiting {
            queue: "waiting-appeal",
            thing: "appeal",
            thing_id: appeal.id,
            href: format!("/operator/appeals/{}", appeal.id),
            title: appeal.title,
            since: appeal.made_at,
            due_at: Some(start_of(appeal.due_day + 1) - 1),
            unattended: "unattended-appeal",
        })
    };
    rows.iter().map(waits).collect()
}
