//! The filed plan, its papers, and the versions that are kept of them.

use serde::Serialize;

use db::{Fault, Tx};

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, public_entry};

use super::super::model::{NamedPaper, PaperKind, Plan, Project, ProjectKind, Snapshot, State};
use super::super::{rules, store, templates};
use super::{changed_meanwhile, hash, load, seated};

/// The most papers that one project carries.
const PAPERS: usize = 40;

/// Writes the plan of a draft that was seen in `version`, and says its new version.
pub fn save_plan(app: &App, actor: &Actor, id: Id, version: i64, plan: &Plan) -> Result<i64, Trouble> {
    let plan = rules::cleaned_plan(plan);
    if let Some(fault) = rules::unsaveable_plan(&plan).into_iter().next() {
        return Err(fault.into());
    }
    if !plan.category.is_empty() && templates::category(&plan.category).is_none() {
        return Err(Refusal::input("category", "refusal-project-plan-category").into());
    }
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        seated(actor, &[project.launcher_id, project.recipient_id], &[Role::Manager])?;
        if project.state != State::Draft {
            return Err(Refusal::conflict("refusal-project-other-state").into());
        }
        if let Some(at) = store::counties(tx, &plan.sites)?.iter().position(Option::is_none) {
            return Err(Refusal::input("sites", "refusal-project-plan-site").with("site", &plan.sites[at]).into());
        }
        if !store::save_plan(tx, id, version, &plan)? {
            return Err(changed_meanwhile().into());
        }
        Ok(version + 1)
    })
}

/// Adds a paper. While a project is a draft all kinds; afterwards what comes later: the filing receipt, approvals, photos.
pub fn add_paper(app: &App, actor: &Actor, id: Id, kind: PaperKind, file: &Prepared, now: Micros) -> Result<Id, Trouble> {
    if kind == PaperKind::Photo && !file.kind.is_picture() {
        return Err(Refusal::input("file", "refusal-project-paper-photo").into());
    }
    let (paper_id, file_id) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        let person_id = seated(actor, &project.organisations(), &[Role::Manager])?;
        let late = matches!(kind, PaperKind::FilingReceipt | PaperKind::Approval | PaperKind::Photo);
        if project.state != State::Draft && !late {
            return Err(Refusal::conflict("refusal-project-paper-late").into());
        }
        if store::papers(tx, id)?.len() >= PAPERS {
            return Err(Refusal::input("file", "refusal-project-papers-many").with("most", PAPERS).into());
        }
        let organisation_id =
            project.organisations().into_iter().find(|o| actor.holds(*o, &[Role::Manager])).unwrap_or(project.recipient_id);
        files::keep(tx, file_id, file, organisation_id, person_id, now)?;
        store::add_paper(tx, paper_id, id, kind, file_id, person_id, now)?;
        if project.state.is_public() && kind.is_public() {
            files::publish(tx, file_id, now)?;
        }
        Ok(paper_id)
    })
}

/// Takes a paper back while the project is a draft; what was submitted stays.
pub fn remove_paper(app: &App, actor: &Actor, id: Id, paper_id: Id, now: Micros) -> Result<(), Trouble> {
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        seated(actor, &project.organisations(), &[Role::Manager])?;
        if project.state != State::Draft {
            return Err(Refusal::conflict("refusal-project-paper-kept").into());
        }
        if store::remove_paper(tx, id, paper_id, now)? { Ok(()) } else { Err(Refusal::not_found().into()) }
    })
}

/// Says when and under which number an emergency was filed (art. 73: within ten days after the start).
pub fn record_filing(app: &App, actor: &Actor, id: Id, number: &str, day: Day, now: Micros) -> Result<(), Trouble> {
    let number = rules::tidy(number, false).to_uppercase();
    if number.is_empty() || number.chars().count() > 60 {
        return Err(Refusal::input("filing_number", "refusal-project-filing-missing").into());
    }
    if day == 0 || day > day_of(now) {
        return Err(Refusal::input("filed_day", "refusal-project-plan-filed").into());
    }
    let entry_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        seated(actor, &[project.recipient_id], &[Role::Manager])?;
        if !store::emergency_filed(tx, id, &number, day)? {
            return Err(Refusal::conflict("refusal-project-other-state").into());
        }
        let fact = Filed { project: id.to_string(), filing_number: &number, filed_day: day, starts_day: project.starts_day };
        Ok(public_entry::append(tx, entry_id, "project_filed", &public_entry::body(&fact)?, now)?)
    })
}

#[derive(Serialize)]
struct Filed<'a> {
    project: String,
    filing_number: &'a str,
    filed_day: Day,
    starts_day: Day,
}

/// A project as it stands, whole.
pub(in crate::projects) fn snapshot(tx: &mut Tx, project: &Project) -> Result<Snapshot, Fault> {
    let lines = store::lines(tx, project.id)?;
    let papers = store::papers(tx, project.id)?.into_iter().map(|p| NamedPaper { kind: p.kind, sha256: p.sha256 }).collect();
    Ok(Snapshot { draft: project.as_draft(&lines), plan: store::find_plan(tx, project)?, papers })
}

/// Keeps a version; its number and its hash. The text is canonical: one struct, one order of fields.
pub(super) fn keep_version(tx: &mut Tx, project_id: Id, snapshot: &Snapshot, by: Id, now: Micros) -> Result<(i64, String), Fault> {
    let body = public_entry::body(snapshot)?;
    let sha256 = hash(&body);
    let number = store::add_version(tx, project_id, &body, &sha256, by, now)?;
    Ok((number, sha256))
}

/// What keeps a project from being submitted beside its draft: gaps in the plan, which the plan's page names one by one,
/// and papers that are not there.
pub(in crate::projects) fn unready(tx: &mut Tx, project: &Project) -> Result<Vec<Refusal>, Fault> {
    let plan = store::find_plan(tx, project)?;
    let gaps = rules::plan_faults(&plan).len();
    let mut faults: Vec<Refusal> =
        (gaps > 0).then(|| Refusal::conflict("refusal-project-plan-unready").with("count", gaps)).into_iter().collect();
    let have: Vec<PaperKind> = store::papers(tx, project.id)?.iter().map(|p| p.kind).collect();
    faults.extend(rules::papers_missing(plan.kind, &have).into_iter().map(|kind| {
        Refusal::conflict(match kind {
            PaperKind::Plan => "refusal-project-paper-plan",
            PaperKind::Commitment => "refusal-project-paper-commitment",
            PaperKind::Decision => "refusal-project-paper-decision",
            PaperKind::FilingReceipt => "refusal-project-paper-filing",
            _ => "refusal-project-paper-proof",
        })
    }));
    Ok(faults)
}

/// What an emergency must have behind it before it is published.
pub(super) fn emergency_faults(tx: &mut Tx, project: &Project, today: Day) -> Result<Option<Refusal>, Fault> {
    if project.kind != ProjectKind::Emergency {
        return Ok(None);
    }
    Ok(rules::earlier_emergencies(&store::earlier_emergencies(tx, project.recipient_id, project.id, today)?).err())
}

/// Publishes why a kind of cost takes a larger share than was planned; by a manager of the recipient.
pub fn explain_costs(app: &App, actor: &Actor, id: Id, words: &str, now: Micros) -> Result<Id, Trouble> {
    let words = rules::tidy(words, true);
    match words.chars().count() {
        0 => return Err(Refusal::input("words", "refusal-project-words-missing").into()),
        1..=1_000 => {}
        _ => return Err(Refusal::input("words", "refusal-project-too-long").with("most", 1_000).into()),
    }
    let (note_id, entry_id) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Manager])?;
        if !project.state.is_public() {
            return Err(Refusal::conflict("refusal-project-not-public").into());
        }
        store::add_cost_note(tx, note_id, id, &words, person_id, now)?;
        let fact = CostsExplained { project: id.to_string(), note: note_id.to_string(), text_sha256: hash(&words) };
        public_entry::append(tx, entry_id, "project_costs_explained", &public_entry::body(&fact)?, now)?;
        Ok(note_id)
    })
}

#[derive(Serialize)]
struct CostsExplained {
    project: String,
    note: String,
    text_sha256: String,
}
