//! Whom a public charity works with (慈善法 art. 26): it evaluates the other organisation, agrees in writing, supervises the
//! work, and publishes how that went within three months of the end of the appeal (令81号).

use db::{Fault, Row, Tx, params, sql};
use serde_json::json;

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::civil::{self, Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, hex, public_entry, sha256};

use super::model::Kind;
use super::{rules, store};

/// How long after an appeal ends the result of evaluation and supervision may take.
pub const RESULT_MONTHS: i32 = 3;

/// A charity's judgement of a partner, as the form asks for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvaluation {
    /// 合法资质: is it registered, may it do this work?
    pub standing: String,
    pub capability: String,
    /// 过往记录.
    pub record: String,
    /// What was looked into so that no interested party is a beneficiary (慈善法 arts. 40, 59).
    pub interests: String,
    pub passes: bool,
    pub evaluator: String,
    pub day: Day,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evaluation {
    pub evaluation: NewEvaluation,
    pub file_id: Id,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAgreement {
    pub from_day: Day,
    pub until_day: Day,
    /// Both sides declare that no interested party is among the beneficiaries.
    pub declared: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agreement {
    pub from_day: Day,
    pub until_day: Day,
    pub file_id: Id,
}

/// Whether two may appear together on an appeal on some day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Partnership {
    pub evaluated: bool,
    pub agreed: bool,
}

/// The published result of one appeal, or that it is still owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwedResult {
    pub partner_id: Id,
    pub partner_name: String,
    pub project_id: Id,
    pub project_title: String,
    pub ended_at: Micros,
    /// What was published, and when; nothing as long as it is owed.
    pub published: Option<(String, Micros)>,
}

impl OwedResult {
    pub fn due_day(&self) -> Day {
        civil::add_months(day_of(self.ended_at), RESULT_MONTHS)
    }
}

/// An organisation that a charity works or worked with: its newest evaluation, its newest agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partner {
    pub id: Id,
    pub name: String,
    pub english_name: String,
    pub evaluation: Option<Evaluation>,
    pub agreement: Option<Agreement>,
}

fn managed(actor: &Actor, charity_id: Id) -> Result<Id, Refusal> {
    if !actor.holds(charity_id, &[Role::Manager]) {
        return Err(Refusal::forbidden());
    }
    actor.person_id().ok_or_else(Refusal::forbidden)
}

/// The two of an agreement: a charity, and another organisation that is not the operator.
fn two(tx: &mut Tx, charity_id: Id, partner_id: Id) -> Result<(), Trouble> {
    let charity = store::find(tx, charity_id)?.filter(|o| o.kind == Kind::Charity);
    let partner = store::find(tx, partner_id)?.filter(|o| o.kind != Kind::Operator && o.id != charity_id);
    if charity.is_none() || partner.is_none() {
        return Err(Refusal::input("partner", "refusal-partner-unknown").into());
    }
    Ok(())
}

/// Records an evaluation with its report. The newest one holds; one that fails keeps new appeals from being published.
pub fn evaluate(app: &App, actor: &Actor, charity_id: Id, partner_id: Id, new: &NewEvaluation, report: &Prepared) -> Result<Id, Trouble> {
    let person_id = managed(actor, charity_id)?;
    let (id, file_id, entry_id, now) = (app.new_id(), app.new_id(), app.new_id(), app.clock.now());
    let new = rules::evaluation(new, day_of(now))?;
    app.db.write(|tx| {
        two(tx, charity_id, partner_id)?;
        files::keep(tx, file_id, report, charity_id, person_id, now)?;
        tx.execute_one(
            sql("INSERT INTO partner_evaluation (id, charity_id, partner_id, standing, capability, record, interests, passes, evaluator, day, \
                 file_id, person_id, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"),
            params![
                id,
                charity_id,
                partner_id,
                &new.standing,
                &new.capability,
                &new.record,
                &new.interests,
                i64::from(new.passes),
                &new.evaluator,
                new.day,
                file_id,
                person_id,
                now
            ],
        )?;
        let body = json!({
            "charity": charity_id.to_string(), "partner": partner_id.to_string(), "day": new.day, "passes": new.passes, "report_sha256": hex(&sha256(&report.bytes)),
        });
        public_entry::append(tx, entry_id, "partner_evaluated", &body.to_string(), now)?;
        Ok(id)
    })
}

/// Records a written agreement.
pub fn agree(app: &App, actor: &Actor, charity_id: Id, partner_id: Id, new: &NewAgreement, paper: &Prepared) -> Result<Id, Trouble> {
    let person_id = managed(actor, charity_id)?;
    rules::agreement(new)?;
    let (id, file_id, entry_id, now) = (app.new_id(), app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        two(tx, charity_id, partner_id)?;
        files::keep(tx, file_id, paper, charity_id, person_id, now)?;
        tx.execute_one(
            sql("INSERT INTO partner_agreement (id, charity_id, partner_id, from_day, until_day, declared, file_id, person_id, at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8)"),
            params![id, charity_id, partner_id, new.from_day, new.until_day, file_id, person_id, now],
        )?;
        let body = json!({
            "charity": charity_id.to_string(), "partner": partner_id.to_string(), "from_day": new.from_day, "until_day": new.until_day,
            "agreement_sha256": hex(&sha256(&paper.bytes)),
        });
        public_entry::append(tx, entry_id, "partner_agreed", &body.to_string(), now)?;
        Ok(id)
    })
}

/// Publishes how evaluating and supervising the partner of an appeal went. Once: what must be corrected is a report's matter.
pub fn publish_result(app: &App, actor: &Actor, charity_id: Id, partner_id: Id, project_id: Id, body: &str) -> Result<(), Trouble> {
    let person_id = managed(actor, charity_id)?;
    let body = rules::block("body", body, 10, 4000)?;
    let (id, entry_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        let owed = results(tx, charity_id)?.into_iter().find(|r| (r.partner_id, r.project_id) == (partner_id, project_id));
        match owed {
            None => return Err(Refusal::not_found().into()),
            Some(OwedResult { published: Some(_), .. }) => return Err(Refusal::conflict("refusal-partner-result-published").into()),
            Some(_) => {}
        }
        tx.execute_one(
            sql("INSERT INTO partner_result (id, charity_id, partner_id, project_id, body, person_id, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
            params![id, charity_id, partner_id, project_id, &body, person_id, now],
        )?;
        let fact = json!({ "charity": charity_id.to_string(), "partner": partner_id.to_string(), "project": project_id.to_string(), "text_sha256": hex(&sha256(body.as_bytes())) });
        Ok(public_entry::append(tx, entry_id, "partner_result", &fact.to_string(), now)?)
    })
}

/// Whether the newest evaluation of a day passes, and an agreement holds on it.
pub fn partnership(tx: &mut Tx, charity_id: Id, partner_id: Id, day: Day) -> Result<Partnership, Fault> {
    let judged = tx.query_opt(
        sql("SELECT passes FROM partner_evaluation WHERE charity_id = ?1 AND partner_id = ?2 AND day <= ?3 ORDER BY day DESC, id DESC LIMIT 1"),
        params![charity_id, partner_id, day],
    )?;
    let agreed = tx.query_opt(
        sql("SELECT id FROM partner_agreement WHERE charity_id = ?1 AND partner_id = ?2 AND from_day <= ?3 AND until_day >= ?3 LIMIT 1"),
        params![charity_id, partner_id, day],
    )?;
    Ok(Partnership { evaluated: judged.map(|row| row.int("passes")).transpose()? == Some(1), agreed: agreed.is_some() })
}

fn evaluation(row: &Row) -> Result<Evaluation, Fault> {
    Ok(Evaluation {
        evaluation: NewEvaluation {
            standing: row.text("standing")?,
            capability: row.text("capability")?,
            record: row.text("record")?,
            interests: row.text("interests")?,
            passes: row.int("passes")? == 1,
            evaluator: row.text("evaluator")?,
            day: row.int("day")?,
        },
        file_id: row.int("file_id")?,
    })
}

/// Every evaluation of a partner, the newest first.
pub fn evaluations(tx: &mut Tx, charity_id: Id, partner_id: Id) -> Result<Vec<Evaluation>, Fault> {
    let rows = tx.query(
        sql("SELECT standing, capability, record, interests, passes, evaluator, day, file_id FROM partner_evaluation \
             WHERE charity_id = ?1 AND partner_id = ?2 ORDER BY day DESC, id DESC LIMIT 50"),
        params![charity_id, partner_id],
    )?;
    rows.iter().map(evaluation).collect()
}

/// Every agreement with a partner, the one that lasts longest first.
pub fn agreements(tx: &mut Tx, charity_id: Id, partner_id: Id) -> Result<Vec<Agreement>, Fault> {
    let rows = tx.query(
        sql("SELECT from_day, until_day, file_id FROM partner_agreement WHERE charity_id = ?1 AND partner_id = ?2 \
             ORDER BY until_day DESC, id DESC LIMIT 50"),
        params![charity_id, partner_id],
    )?;
    rows.iter()
        .map(|row| Ok(Agreement { from_day: row.int("from_day")?, until_day: row.int("until_day")?, file_id: row.int("file_id")? }))
        .collect()
}

/// Everyone with whom a charity has an evaluation or an agreement, by name.
pub fn list(tx: &mut Tx, charity_id: Id) -> Result<Vec<Partner>, Fault> {
    let rows = tx.query(
        sql("SELECT o.id, o.name, o.english_name FROM organisation o WHERE o.id IN \
             (SELECT partner_id FROM partner_evaluation WHERE charity_id = ?1 UNION SELECT partner_id FROM partner_agreement WHERE charity_id = ?1) \
             ORDER BY o.name, o.id LIMIT 500"),
        params![charity_id],
    )?;
    let mut partners = Vec::new();
    for row in rows {
        let id = row.int("id")?;
        partners.push(Partner {
            id,
            name: row.text("name")?,
            english_name: row.text("english_name")?,
            evaluation: evaluations(tx, charity_id, id)?.into_iter().next(),
            agreement: agreements(tx, charity_id, id)?.into_iter().next(),
        });
    }
    Ok(partners)
}

/// Who could be a partner: every other charity and implementer, by name.
pub fn candidates(tx: &mut Tx, charity_id: Id) -> Result<Vec<(Id, String)>, Fault> {
    let rows = tx.query(
        sql("SELECT id, name FROM organisation WHERE kind IN ('charity', 'implementer') AND id <> ?1 ORDER BY name, id LIMIT 500"),
        params![charity_id],
    )?;
    rows.iter().map(|row| Ok((row.int("id")?, row.text("name")?))).collect()
}

/// The results that a charity owes or has published: one for each appeal that has ended and each partner of it, the oldest
/// end first.
pub fn results(tx: &mut Tx, charity_id: Id) -> Result<Vec<OwedResult>, Fault> {
    let rows = tx.query(
        sql("SELECT p.id AS project_id, p.title, p.fundraising_ended_at, o.id AS partner_id, o.name, r.body, r.at FROM project p \
             JOIN organisation o ON (o.id = p.launcher_id OR o.id = p.implementer_id) AND o.id <> p.recipient_id \
             LEFT JOIN partner_result r ON r.charity_id = p.recipient_id AND r.partner_id = o.id AND r.project_id = p.id \
             WHERE p.recipient_id = ?1 AND p.fundraising_ended_at IS NOT NULL ORDER BY p.fundraising_ended_at, p.id, o.id LIMIT 1000"),
        params![charity_id],
    )?;
    rows.iter()
        .map(|row| {
            let published = match row.opt_int("at")? {
                Some(at) => Some((row.text("body")?, at)),
                None => None,
            };
            Ok(OwedResult {
                partner_id: row.int("partner_id")?,
                partner_name: row.text("name")?,
                project_id: row.int("project_id")?,
                project_title: row.text("title")?,
                ended_at: row.int("fundraising_ended_at")?,
                published,
            })
        })
        .collect()
}
