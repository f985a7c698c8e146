//! How an organisation comes in: a signed-in person fills in the form with the papers, the operator reviews it with reasons,
//! sends it back for correction or refuses it, and when it is approved the organisation exists with the applicant as its first
//! manager. Every version that was submitted is kept.

use db::{Fault, Row, Tx, params, sql};

use crate::App;
use crate::files::{self, File, Prepared};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, TakingBack, Trouble, claims};
use crate::people;

use super::model::{CertificateKind, Kind, NewOrganisation};
use super::store::NewSeat;
use super::{actions, areas, renewals, rules, store};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AdmissionState {
    Submitted,
    Returned,
    Approved,
    Refused,
}

impl AdmissionState {
    pub fn word(self) -> &'static str {
        match self {
            AdmissionState::Submitted => "submitted",
            AdmissionState::Returned => "returned",
            AdmissionState::Approved => "approved",
            AdmissionState::Refused => "refused",
        }
    }

    fn from_word(word: &str) -> Option<AdmissionState> {
        use AdmissionState::{Approved, Refused, Returned, Submitted};
        [Submitted, Returned, Approved, Refused].into_iter().find(|s| s.word() == word)
    }
}

/// An application as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admission {
    pub id: Id,
    pub applicant_id: Id,
    pub state: AdmissionState,
    pub version: i64,
    pub name: String,
    pub submitted_at: Micros,
    pub organisation_id: Option<Id>,
}

impl Admission {
    fn from_row(row: &Row) -> Result<Admission, Fault> {
        let state = row.text("state")?;
        Ok(Admission {
            id: row.int("id")?,
            applicant_id: row.int("applicant_id")?,
            state: AdmissionState::from_word(&state).ok_or_else(|| Fault::inconsistent(format!("an admission is {state}")))?,
            version: row.int("version")?,
            name: row.text("name")?,
            submitted_at: row.int("submitted_at")?,
            organisation_id: row.opt_int("organisation_id")?,
        })
    }
}

/// A step of an application, for its history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdmissionStep {
    pub state: AdmissionState,
    pub version: i64,
    pub reason: String,
    pub at: Micros,
}

/// The papers of a form; one that is left out on re-submission stays as it was.
#[derive(Default)]
pub struct Papers<'a> {
    pub registration: Option<&'a Prepared>,
    pub licence: Option<&'a Prepared>,
}

fn applicant(actor: &Actor) -> Result<Id, Refusal> {
    actor.person_id().ok_or_else(Refusal::forbidden)
}

/// The form, checked: who runs the platform does not apply, and both certificates come with their scans.
fn checked(new: &NewOrganisation) -> Result<NewOrganisation, Refusal> {
    if new.kind == Kind::Operator {
        return Err(Refusal::input("kind", "refusal-organisation-kind"));
    }
    rules::new_organisation(new)
}

/// Submits a new application.
pub fn apply(app: &App, actor: &Actor, new: &NewOrganisation, papers: &Papers) -> Result<Id, Trouble> {
    let person_id = applicant(actor)?;
    let new = checked(new)?;
    if papers.registration.is_none() {
        return Err(Refusal::input("registration_scan", "refusal-admission-scan").into());
    }
    needs_licence_scan(&new, papers.licence.is_some())?;
    let (id, step_id, file_ids, now) = (app.new_id(), app.new_id(), [app.new_id(), app.new_id()], app.clock.now());
    let open = || Trouble::from(Refusal { field: Some("credit_code"), ..Refusal::conflict("refusal-admission-open") });
    let written = app.db.write(|tx| {
        may_be_asked_for(tx, &new)?;
        if open_for(tx, &new.credit_code)?.is_some() {
            return Err(open());
        }
        tx.execute_one(
            sql("INSERT INTO admission (id, applicant_id, state, version, name, credit_code, submitted_at) VALUES (?1, ?2, 'submitted', 1, ?3, ?4, ?5)"),
            params![id, person_id, &new.name, &new.credit_code, now],
        )?;
        put_version(tx, id, 1, &new, papers, file_ids, person_id, now)?;
        put_step(tx, step_id, id, 1, AdmissionState::Submitted, person_id, "", now)?;
        Ok(id)
    });
    actions::unique_or(written, open)
}

/// Submits a corrected version of an application that came back.
pub fn submit_again(app: &App, actor: &Actor, id: Id, new: &NewOrganisation, papers: &Papers) -> Result<(), Trouble> {
    let person_id = applicant(actor)?;
    let (step_id, file_ids, now) = (app.new_id(), [app.new_id(), app.new_id()], app.clock.now());
    let open = || Trouble::from(Refusal { field: Some("credit_code"), ..Refusal::conflict("refusal-admission-open") });
    let written = app.db.write(|tx| {
        let admission = find(tx, id)?.filter(|a| a.applicant_id == person_id).ok_or_else(Refusal::not_found)?;
        if admission.state != AdmissionState::Returned {
            return Err(Refusal::conflict("refusal-admission-state").into());
        }
        let new = checked(new)?;
        let licence = papers.licence.is_some() || latest_paper(tx, id, CertificateKind::PublicFundraising)?.is_some();
        needs_licence_scan(&new, licence)?;
        may_be_asked_for(tx, &new)?;
        let version = admission.version + 1;
        let moved = tx.execute(
            sql("UPDATE admission SET state = 'submitted', version = ?2, name = ?3, credit_code = ?4, submitted_at = ?5 \
                 WHERE id = ?1 AND state = 'returned' AND version = ?6"),
            params![id, version, &new.name, &new.credit_code, now, admission.version],
        )?;
        if moved != 1 {
            return Err(Refusal::conflict("refusal-admission-state").into());
        }
        put_version(tx, id, version, &new, papers, file_ids, person_id, now)?;
        Ok(put_step(tx, step_id, id, version, AdmissionState::Submitted, person_id, "", now)?)
    });
    actions::unique_or(written, open)
}

fn needs_licence_scan(new: &NewOrganisation, there: bool) -> Result<(), Refusal> {
    let licensed = new.certificates.iter().any(|c| c.kind == CertificateKind::PublicFundraising);
    if licensed && !there { Err(Refusal::input("licence_scan", "refusal-admission-scan")) } else { Ok(()) }
}

fn may_be_asked_for(tx: &mut Tx, new: &NewOrganisation) -> Result<(), Trouble> {
    if areas::find(tx, &new.area_code)?.is_none() {
        return Err(Refusal::input("area", "refusal-organisation-area").into());
    }
    if store::credit_code_taken(tx, &new.credit_code)? { Err(actions::taken()) } else { Ok(()) }
}

#[expect(clippy::too_many_arguments, reason = "one version with its papers")]
fn put_version(
    tx: &mut Tx,
    id: Id,
    version: i64,
    new: &NewOrganisation,
    papers: &Papers,
    file_ids: [Id; 2],
    person_id: Id,
    now: Micros,
) -> Result<(), Fault> {
    let body = serde_json::to_string(new).map_err(|error| Fault::inconsistent(format!("a form could not be written: {error}")))?;
    tx.execute_one(
        sql("INSERT INTO admission_version (admission_id, version, body, at) VALUES (?1, ?2, ?3, ?4)"),
        params![id, version, body, now],
    )?;
    let brought = [(CertificateKind::Registration, papers.registration), (CertificateKind::PublicFundraising, papers.licence)];
    for ((kind, paper), file_id) in brought.into_iter().zip(file_ids) {
        let Some(paper) = paper else { continue };
        files::keep(tx, file_id, paper, 0, person_id, now)?;
        tx.execute_one(
            sql("INSERT INTO admission_paper (admission_id, kind, version, file_id) VALUES (?1, ?2, ?3, ?4)"),
            params![id, kind.word(), version, file_id],
        )?;
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one row")]
fn put_step(
    tx: &mut Tx,
    step_id: Id,
    id: Id,
    version: i64,
    state: AdmissionState,
    person_id: Id,
    reason: &str,
    now: Micros,
) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO admission_step (id, admission_id, version, state, person_id, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![step_id, id, version, state.word(), person_id, reason, now],
    )
}

/// What the operator decides about a version of an application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Approve,
    /// Back for correction.
    Return,
    Refuse,
}

impl Verdict {
    pub fn from_word(word: &str) -> Option<Verdict> {
        match word {
            "approve" => Some(Verdict::Approve),
            "return" => Some(Verdict::Return),
            "refuse" => Some(Verdict::Refuse),
            _ => None,
        }
    }
}

/// Decides about the version that was read; a newer one must be read first. Whoever applies does not decide.
pub fn decide(app: &App, actor: &Actor, id: Id, version: i64, verdict: Verdict, reason: &str) -> Result<(), Trouble> {
    if !actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    let person_id = applicant(actor)?;
    let reason = rules::block("reason", reason, if verdict == Verdict::Approve { 0 } else { 2 }, 1000)?;
    let made = Made {
        organisation: app.new_id(),
        entry: app.new_id(),
        seat: app.new_id(),
        certificates: [(app.new_id(), app.new_id()), (app.new_id(), app.new_id())],
    };
    let (step_id, notice_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    let written = app.db.write(|tx| {
        let admission = find(tx, id)?.ok_or_else(Refusal::not_found)?;
        if admission.applicant_id == person_id {
            return Err(Refusal::new(403, "refusal-admission-own").into());
        }
        claims::decide(tx, "admission", id, person_id, now)?;
        let (state, organisation) = match verdict {
            Verdict::Approve => (AdmissionState::Approved, Some(made.organisation)),
            Verdict::Return => (AdmissionState::Returned, None),
            Verdict::Refuse => (AdmissionState::Refused, None),
        };
        if verdict == Verdict::Approve {
            admit(tx, &admission, &made, now)?;
        }
        let moved = tx.execute(
            sql("UPDATE admission SET state = ?3, organisation_id = ?4 WHERE id = ?1 AND state = 'submitted' AND version = ?2"),
            params![id, version, state.word(), organisation],
        )?;
        if moved != 1 {
            return Err(Refusal::conflict("refusal-admission-state").into());
        }
        put_step(tx, step_id, id, version, state, person_id, &reason, now)?;
        let (message, link) = match verdict {
            Verdict::Approve => ("notice-admission-approved", "/me/desk-access".to_owned()),
            Verdict::Return => ("notice-admission-returned", format!("/me/admissions/{id}")),
            Verdict::Refuse => ("notice-admission-refused", format!("/me/admissions/{id}")),
        };
        Ok(people::notify(tx, notice_id, admission.applicant_id, message, &[("name", &admission.name)], &link, now)?)
    });
    actions::unique_or(written, actions::taken)
}

/// Ids of what an approval makes.
struct Made {
    organisation: Id,
    entry: Id,
    seat: Id,
    certificates: [(Id, Id); 2],
}

fn admit(tx: &mut Tx, admission: &Admission, made: &Made, now: Micros) -> Result<(), Trouble> {
    let new = form(tx, admission.id, admission.version)?.ok_or_else(Refusal::not_found)?;
    actions::put_organisation(tx, made.organisation, made.entry, &new, now)?;
    for (certificate, (id, entry_id)) in new.certificates.iter().zip(made.certificates) {
        actions::put_certificate(tx, id, entry_id, made.organisation, certificate, now)?;
        if let Some(file_id) = latest_paper(tx, admission.id, certificate.kind)? {
            files::hand_over(tx, file_id, made.organisation)?;
            renewals::put_scan(tx, id, certificate.kind, file_id, now)?;
        }
    }
    let seat = NewSeat {
        id: made.seat,
        organisation_id: made.organisation,
        person_id: admission.applicant_id,
        role: Role::Manager,
        starts_at: now,
        ends_at: None,
    };
    actions::put_seat(tx, &seat, now)
}

/// Another reviewer found that an application should not have come back or been refused: it waits again. False: it was handed
/// in anew, or another application of the same organisation is open.
pub(super) fn submit_after_appeal(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let moved = tx.execute(
        sql("UPDATE admission SET state = 'submitted', submitted_at = ?3 WHERE id = ?1 AND state IN ('returned', 'refused') \
             AND EXISTS (SELECT 1 FROM admission_step WHERE admission_step.admission_id = ?1 AND admission_step.version = admission.version \
               AND admission_step.at = ?2 AND admission_step.state = admission.state) \
             AND NOT EXISTS (SELECT 1 FROM admission AS other WHERE other.credit_code = admission.credit_code AND other.id <> admission.id \
               AND other.state IN ('submitted', 'returned'))"),
        params![back.thing_id, back.decided_at, back.now],
    )?;
    if moved != 1 {
        return Ok(false);
    }
    let admission = find(tx, back.thing_id)?.ok_or_else(Refusal::not_found)?;
    put_step(tx, back.ids[0], admission.id, admission.version, AdmissionState::Submitted, back.appellant, back.reason, back.now)?;
    Ok(true)
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Admission>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM admission WHERE id = ?1"), params![id])?;
    row.as_ref().map(Admission::from_row).transpose()
}

fn open_for(tx: &mut Tx, credit_code: &str) -> Result<Option<Id>, Fault> {
    let row =
        tx.query_opt(sql("SELECT id FROM admission WHERE credit_code = ?1 AND state IN ('submitted', 'returned')"), params![credit_code])?;
    row.map(|row| row.int("id")).transpose()
}

/// The form of a version, as it was submitted.
pub fn form(tx: &mut Tx, id: Id, version: i64) -> Result<Option<NewOrganisation>, Fault> {
    let row = tx.query_opt(sql("SELECT body FROM admission_version WHERE admission_id = ?1 AND version = ?2"), params![id, version])?;
    row.map(|row| {
        serde_json::from_str(&row.text("body")?)
            .map_err(|error| Fault::inconsistent(format!("the form of admission {id} cannot be read: {error}")))
    })
    .transpose()
}

fn latest_paper(tx: &mut Tx, id: Id, kind: CertificateKind) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(
        sql("SELECT file_id FROM admission_paper WHERE admission_id = ?1 AND kind = ?2 ORDER BY version DESC LIMIT 1"),
        params![id, kind.word()],
    )?;
    row.map(|row| row.int("file_id")).transpose()
}

/// Every paper of an application, the newest first.
pub fn papers(tx: &mut Tx, id: Id) -> Result<Vec<File>, Fault> {
    let rows =
        tx.query(sql("SELECT file_id FROM admission_paper WHERE admission_id = ?1 ORDER BY version DESC, kind DESC"), params![id])?;
    let ids = rows.iter().map(|row| row.int("file_id")).collect::<Result<Vec<_>, Fault>>()?;
    files::list(tx, &ids)
}

/// What happened to an application, the oldest first.
pub fn steps(tx: &mut Tx, id: Id) -> Result<Vec<AdmissionStep>, Fault> {
    let rows = tx.query(sql("SELECT state, version, reason, at FROM admission_step WHERE admission_id = ?1 ORDER BY id"), params![id])?;
    rows.iter()
        .map(|row| {
            let state = row.text("state")?;
            Ok(AdmissionStep {
                state: AdmissionState::from_word(&state)
                    .ok_or_else(|| Fault::inconsistent(format!("a step of an admission is {state}")))?,
                version: row.int("version")?,
                reason: row.text("reason")?,
                at: row.int("at")?,
            })
        })
        .collect()
}

/// A person's applications, the newest first.
pub fn of_person(tx: &mut Tx, person_id: Id) -> Result<Vec<Admission>, Fault> {
    let rows = tx.query(sql("SELECT * FROM admission WHERE applicant_id = ?1 ORDER BY id DESC LIMIT 100"), params![person_id])?;
    rows.iter().map(Admission::from_row).collect()
}

/// Applications in a state, the one that has waited longest first.
pub fn in_state(tx: &mut Tx, state: AdmissionState, most: i64) -> Result<Vec<Admission>, Fault> {
    let rows = tx.query(sql("SELECT * FROM admission WHERE state = ?1 ORDER BY submitted_at, id LIMIT ?2"), params![state.word(), most])?;
    rows.iter().map(Admission::from_row).collect()
}
