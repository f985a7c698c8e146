//! Appeals: a decision that was given with a reason may be looked at once more, by a reviewer who did not take it. Each
//! slice tells which of its things was decided, by whom and why, and takes it back when the appeal is right
//! (`kernel::Appealable`); here is what happens between.
//!
//! Organisations appeal at their desk, persons on their own page. What a charity decides about a donor, a refund that it refuses,
//! is not the operator's decision: there the operator is the second look already, and the case itself leads to it.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::{Day, day_of, start_of};
use crate::kernel::settings::Setting;
use crate::kernel::{
    Actor, Appealable, Concerned, Decision, Id, Micros, Refusal, Role, TakingBack, Trouble, WAITING_SHOWN, Waiting, claims, workdays,
};
use crate::{organisations, people, projects, transparency};

/// 工作日 until an appeal is answered, unless the operator sets another number.
pub const ANSWER_WORKDAYS: Setting = Setting { name: "appeal_workdays", default: 10, least: 1, most: 30 };
/// Days after a decision in which it can be appealed (行政复议法 art. 20 gives sixty; a platform should not give less).
pub const WITHIN_DAYS: i64 = 60;

/// Every kind of decision that can be appealed. A slice with decisions adds a line.
pub fn kinds() -> Vec<Appealable> {
    [projects::appealable(), organisations::appealable(), transparency::appealable()].into_iter().flatten().collect()
}

pub struct Appeal {
    pub id: Id,
    pub thing: String,
    pub thing_id: Id,
    pub title: String,
    pub decision: String,
    pub decided_by: Id,
    pub decided_at: Micros,
    /// Whose appeal it is; 0: the person's own.
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
    /// The decision was taken back; upheld without this means that nothing was left to take back.
    pub carried_out: bool,
    pub reason: String,
    pub at: Micros,
}

impl Appeal {
    /// Where whoever appealed reads it.
    pub fn address(&self) -> String {
        format!("{}/appeals/{}", if self.organisation_id == 0 { "/me" } else { "/desk" }, self.id)
    }

    /// Who decided, who appealed and who works for the organisation does not judge.
    pub fn is_own(&self, reviewer: Id, actor: &Actor) -> bool {
        self.decided_by == reviewer || self.person_id == reviewer || actor.organisations_as(&Role::ALL).contains(&self.organisation_id)
    }
}

fn appeal(row: &Row) -> Result<Appeal, Fault> {
    let state = row.text("state")?;
    Ok(Appeal {
        id: row.int("id")?,
        thing: row.text("thing")?,
        thing_id: row.int("thing_id")?,
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
            Some(at) if state != "open" => {
                Some(Outcome { upheld: state == "upheld", carried_out: row.bool("carried_out")?, reason: row.text("reason")?, at })
            }
            _ => None,
        },
    })
}

/// The decisions that these can still appeal, the newest first.
pub fn open_to_appeal(tx: &mut Tx, whom: &[Concerned], now: Micros) -> Result<Vec<Decision>, Fault> {
    let mut found = Vec::new();
    for concerned in whom {
        for kind in kinds() {
            for decision in (kind.about)(tx, *concerned)? {
                let old = day_of(now) - day_of(decision.decided_at) > WITHIN_DAYS;
                if !old && appeal_against(tx, &decision)?.is_none() {
                    found.push(decision);
                }
            }
        }
    }
    found.sort_by_key(|decision| -decision.decided_at);
    Ok(found)
}

fn appeal_against(tx: &mut Tx, decision: &Decision) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(
        sql("SELECT id FROM appeal WHERE thing = ?1 AND thing_id = ?2 AND decided_at = ?3"),
        params![decision.thing, decision.thing_id, decision.decided_at],
    )?;
    row.map(|row| row.int("id")).transpose()
}

/// Makes an appeal against the newest decision about a thing of theirs.
pub fn make(tx: &mut Tx, id: Id, asked: (&str, Id), whom: &[Concerned], by: Id, statement: &str, now: Micros) -> Result<(), Trouble> {
    let statement = words(statement, "statement")?;
    let open = open_to_appeal(tx, whom, now)?;
    let decision = open.into_iter().find(|d| (d.thing, d.thing_id) == asked).ok_or_else(|| Refusal::conflict("refusal-appeal-nothing"))?;
    let organisation_id = match decision.concerned {
        Concerned::Organisation(id) => id,
        Concerned::Person(_) => 0,
    };
    let days = u32::try_from(ANSWER_WORKDAYS.get(tx)?).unwrap_or(10);
    let written = tx.execute(
        sql("INSERT INTO appeal (id, thing, thing_id, decided_at, decided_by, title, decision, organisation_id, person_id, statement, made_at, due_day, \
             state, carried_out, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'open', 0, '') \
             ON CONFLICT (thing, thing_id, decided_at) DO NOTHING"),
        params![
            id,
            decision.thing,
            decision.thing_id,
            decision.decided_at,
            decision.decided_by,
            &decision.title,
            &decision.reason,
            organisation_id,
            by,
            &statement,
            now,
            workdays::add_workdays(day_of(now), days)
        ],
    )?;
    if written == 1 { Ok(()) } else { Err(Refusal::conflict("refusal-appeal-nothing").into()) }
}

/// How a reviewer judges an appeal, with the ids of what follows.
pub struct Judging<'a> {
    pub upheld: bool,
    pub reason: &'a str,
    pub notice_id: Id,
    pub ids: [Id; 4],
}

/// Judges it: upheld and carried out at once, or the decision confirmed.
pub fn judge(tx: &mut Tx, id: Id, actor: &Actor, judging: &Judging, now: Micros) -> Result<(), Trouble> {
    let reviewer = actor.reviewer()?;
    let reason = words(judging.reason, "reason")?;
    let appeal = find(tx, id)?.ok_or_else(Refusal::not_found)?;
    if appeal.is_own(reviewer, actor) {
        return Err(Refusal::new(403, "refusal-appeal-own").into());
    }
    claims::decide(tx, "appeal", id, reviewer, now)?;
    let changed = tx.execute(
        sql("UPDATE appeal SET state = ?2, reviewer_id = ?3, reason = ?4, reviewed_at = ?5 WHERE id = ?1 AND state = 'open'"),
        params![id, if judging.upheld { "upheld" } else { "confirmed" }, reviewer, &reason, now],
    )?;
    if changed != 1 {
        return Err(Refusal::conflict("refusal-appeal-nothing").into());
    }
    if judging.upheld {
        let kind = kinds().into_iter().find(|kind| kind.thing == appeal.thing);
        let kind = kind.ok_or_else(|| Fault::inconsistent(format!("appeal {id} is against a {}, which nobody decides", appeal.thing)))?;
        let back = TakingBack {
            thing_id: appeal.thing_id,
            decided_at: appeal.decided_at,
            appellant: appeal.person_id,
            reviewer,
            reason: &reason,
            ids: judging.ids,
            now,
        };
        let carried_out = (kind.take_back)(tx, &back)?;
        tx.execute_one(sql("UPDATE appeal SET carried_out = ?2 WHERE id = ?1"), params![id, carried_out])?;
    }
    let message = if judging.upheld { "notice-appeal-upheld" } else { "notice-appeal-confirmed" };
    people::notify(tx, judging.notice_id, appeal.person_id, message, &[("title", &appeal.title)], &appeal.address(), now)?;
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

/// An appeal as whoever made it sees it.
pub fn find_for(tx: &mut Tx, id: Id, whom: &[Concerned]) -> Result<Option<Appeal>, Fault> {
    Ok(find(tx, id)?.filter(|appeal| whom.iter().any(|concerned| is_of(appeal, *concerned))))
}

fn is_of(appeal: &Appeal, concerned: Concerned) -> bool {
    match concerned {
        Concerned::Organisation(id) => appeal.organisation_id == id,
        Concerned::Person(id) => appeal.organisation_id == 0 && appeal.person_id == id,
    }
}

/// Every appeal of these, the newest first.
pub fn made_by(tx: &mut Tx, whom: &[Concerned]) -> Result<Vec<Appeal>, Fault> {
    let mut found = Vec::new();
    for concerned in whom {
        let rows = match concerned {
            Concerned::Organisation(id) => {
                tx.query(sql("SELECT * FROM appeal WHERE organisation_id = ?1 ORDER BY id DESC LIMIT 100"), params![*id])?
            }
            Concerned::Person(id) => {
                tx.query(sql("SELECT * FROM appeal WHERE person_id = ?1 AND organisation_id = 0 ORDER BY id DESC LIMIT 100"), params![*id])?
            }
        };
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
