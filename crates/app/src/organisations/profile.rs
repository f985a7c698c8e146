//! What is known about an organisation beside its name and papers: the field list of 2026 (社会组织 particulars). It is declared
//! as a whole each time; the newest declaration holds, and the older ones stay.

use db::{Fault, Row, Tx, params, sql};

use crate::App;
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble};

use super::model::Kind;
use super::{rules, store};

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Profile {
    pub established_day: Option<Day>,
    /// 业务主管单位; empty for one that registers directly.
    pub competent_unit: String,
    pub business_scope: String,
    /// 法定代表人, public by law.
    pub legal_representative: String,
    /// The secretary-general or whoever runs it, with their title.
    pub head_name: String,
    pub head_title: String,
    pub phone: String,
    pub email: String,
    pub postal_address: String,
    /// Whether `head_name`, `phone` and `email` are meant for everyone. They are not unless the organisation says so.
    pub contact_public: bool,
    /// 社会组织评估: which one, its level, and until when it is valid.
    pub evaluation_kind: String,
    pub evaluation_level: String,
    pub evaluation_until_day: Option<Day>,
    pub full_time: i64,
    pub part_time: i64,
    pub volunteers: i64,
    /// The charity with 公开募捐资格 under which this one raises funds.
    pub affiliated_id: Option<Id>,
}

impl Profile {
    fn from_row(row: &Row) -> Result<Profile, Fault> {
        Ok(Profile {
            established_day: row.opt_int("established_day")?,
            competent_unit: row.text("competent_unit")?,
            business_scope: row.text("business_scope")?,
            legal_representative: row.text("legal_representative")?,
            head_name: row.text("head_name")?,
            head_title: row.text("head_title")?,
            phone: row.text("phone")?,
            email: row.text("email")?,
            postal_address: row.text("postal_address")?,
            contact_public: row.int("contact_public")? == 1,
            evaluation_kind: row.text("evaluation_kind")?,
            evaluation_level: row.text("evaluation_level")?,
            evaluation_until_day: row.opt_int("evaluation_until_day")?,
            full_time: row.int("full_time")?,
            part_time: row.int("part_time")?,
            volunteers: row.int("volunteers")?,
            affiliated_id: row.opt_int("affiliated_id")?,
        })
    }
}

/// What an organisation declared last, and when.
pub fn newest(tx: &mut Tx, organisation_id: Id) -> Result<Option<(Profile, Micros)>, Fault> {
    let row = tx.query_opt(
        sql("SELECT * FROM organisation_profile WHERE organisation_id = ?1 ORDER BY id DESC LIMIT 1"),
        params![organisation_id],
    )?;
    row.map(|row| Ok((Profile::from_row(&row)?, row.int("at")?))).transpose()
}

fn insert(tx: &mut Tx, id: Id, organisation_id: Id, p: &Profile, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql(
            "INSERT INTO organisation_profile (id, organisation_id, established_day, competent_unit, business_scope, legal_representative, \
             head_name, head_title, phone, email, postal_address, contact_public, evaluation_kind, evaluation_level, evaluation_until_day, \
             full_time, part_time, volunteers, affiliated_id, person_id, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        ),
        params![
            id,
            organisation_id,
            p.established_day,
            &p.competent_unit,
            &p.business_scope,
            &p.legal_representative,
            &p.head_name,
            &p.head_title,
            &p.phone,
            &p.email,
            &p.postal_address,
            i64::from(p.contact_public),
            &p.evaluation_kind,
            &p.evaluation_level,
            p.evaluation_until_day,
            p.full_time,
            p.part_time,
            p.volunteers,
            p.affiliated_id,
            person_id,
            now
        ],
    )
}

/// Declares an organisation's particulars; by its manager, or by the operator for one that has none yet.
pub fn declare(app: &App, actor: &Actor, organisation_id: Id, declared: &Profile) -> Result<(), Trouble> {
    if !actor.is_operator() && !actor.holds(organisation_id, &[Role::Manager]) {
        return Err(Refusal::forbidden().into());
    }
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let (id, now) = (app.new_id(), app.clock.now());
    let declared = rules::profile(declared, day_of(now))?;
    app.db.write(|tx| {
        store::find(tx, organisation_id)?.ok_or_else(Refusal::not_found)?;
        if let Some(other) = declared.affiliated_id {
            let fits = store::find(tx, other)?.is_some_and(|o| o.kind == Kind::Charity && o.id != organisation_id);
            if !fits || !store::may_raise_funds(tx, other, day_of(now))? {
                return Err(Refusal::input("affiliated", "refusal-organisation-affiliated").into());
            }
        }
        Ok(insert(tx, id, organisation_id, &declared, person_id, now)?)
    })
}
