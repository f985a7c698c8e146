//! Money that the implementer returns, and records that were wrong: one person asks with a reason and evidence, another one
//! decides, and what was written stays where everyone can see it.

use ledger::Code;

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, claims};

use super::super::model::{Hand, Project, Reversal, ReversalState, What};
use super::super::rules;
use super::super::store::{reversals as store, stream as movements};
use super::stream::{self, Stamp};
use super::{load, scope, seated};

/// Who may ask and who may decide.
const HANDS: [Role; 3] = [Role::Manager, Role::Finance, Role::Approver];

/// What somebody typed, with the evidence they chose.
pub struct Typed<'a> {
    pub reason: &'a str,
    pub evidence: Option<&'a Prepared>,
}

/// Says that the implementer has returned unused money.
pub fn ask_return(app: &App, actor: &Actor, project_id: Id, amount_fen: i64, typed: &Typed, now: Micros) -> Result<Id, Trouble> {
    if amount_fen <= 0 {
        return Err(Refusal::input("amount", "refusal-project-amount").into());
    }
    ask(app, actor, project_id, typed, now, |_, _| Ok((What::Return, amount_fen)))
}

/// Says that a posted payout, expense, return or offline gift was written wrongly.
pub fn ask_correction(app: &App, actor: &Actor, project_id: Id, of: (Code, Id), typed: &Typed, now: Micros) -> Result<Id, Trouble> {
    ask(app, actor, project_id, typed, now, |tx, project| {
        let (code, of_id) = of;
        let unknown = || Refusal::input("of", "refusal-project-reversal-of");
        if !matches!(code, Code::Payout | Code::Expense | Code::PayoutReturn | Code::OfflineGift) {
            return Err(unknown().into());
        }
        let wrong = movements::transfer(tx, code, of_id)?.filter(|t| t.state == "posted").ok_or_else(unknown)?;
        let owner = if code == Code::OfflineGift { wrong.credit_owner } else { wrong.debit_owner };
        if owner != project.id {
            return Err(unknown().into());
        }
        if movements::undone(tx, of_id)? {
            return Err(Refusal::conflict("refusal-project-undone").into());
        }
        Ok((What::Correction { of: code, of_id }, wrong.amount_fen))
    })
}

fn ask(
    app: &App,
    actor: &Actor,
    project_id: Id,
    typed: &Typed,
    now: Micros,
    what: impl Fn(&mut db::Tx, &Project) -> Result<(What, i64), Trouble>,
) -> Result<Id, Trouble> {
    let reason = rules::tidy(typed.reason, false);
    if reason.is_empty() {
        return Err(Refusal::input("reason", "refusal-project-reason-missing").into());
    }
    if reason.chars().count() > 200 {
        return Err(Refusal::input("reason", "refusal-project-too-long").with("most", 200).into());
    }
    let evidence = typed.evidence.ok_or_else(|| Refusal::input("evidence", "refusal-project-evidence"))?;
    let (id, file_id) = (app.new_id(), app.new_id());
    let open = || Trouble::from(Refusal::conflict("refusal-project-reversal-open"));
    let written = app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id], &HANDS)?;
        if !project.state.is_public() {
            return Err(Refusal::conflict("refusal-project-not-public").into());
        }
        let (what, amount_fen) = what(tx, &project)?;
        files::keep(tx, file_id, evidence, project.recipient_id, person_id, now)?;
        let asked = Hand { person_id, at: now };
        let state = ReversalState::Asked;
        let reversal = Reversal { id, project_id, what, amount_fen, reason: reason.clone(), file_id, asked, state };
        if store::insert(tx, &reversal)? { Ok(id) } else { Err(open()) }
    });
    match written {
        // Somebody else asked for the same correction at the same moment.
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => Err(open()),
        other => other,
    }
}

/// Another person agrees: the money moves, or the wrong record is undone, at once.
pub fn confirm_reversal(app: &App, actor: &Actor, id: Id, now: Micros) -> Result<(), Trouble> {
    let stamp = Stamp { id, ..Stamp::new(app, now) };
    let before_undoing = (app.before_undoing)(app);
    app.db.write(|tx| {
        let (reversal, person_id) = open(tx, actor, id)?;
        claims::decide(tx, "reversal", id, person_id, now)?;
        if !store::decide(tx, id, "done", Hand { person_id, at: now }, "")? {
            return Err(Refusal::conflict("refusal-project-reversal-decided").into());
        }
        match reversal.what {
            What::Return => stream::take_return(tx, &stamp, reversal.project_id, reversal.amount_fen),
            What::Correction { of: Code::OfflineGift, of_id } => {
                before_undoing(tx, of_id, reversal.amount_fen, now)?;
                stream::undo_offline_gift(tx, &stamp, of_id)
            }
            What::Correction { of, of_id } => stream::undo(tx, &stamp, of, of_id),
        }
    })
}

/// Another person disagrees, with a reason: nothing moves.
pub fn refuse_reversal(app: &App, actor: &Actor, id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    let reason = rules::tidy(reason, false);
    if reason.is_empty() {
        return Err(Refusal::input("reason", "refusal-project-reason-missing").into());
    }
    app.db.write(|tx| {
        let (_, person_id) = open(tx, actor, id)?;
        claims::decide(tx, "reversal", id, person_id, now)?;
        if store::decide(tx, id, "refused", Hand { person_id, at: now }, &reason)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-project-reversal-decided").into())
        }
    })
}

fn open(tx: &mut db::Tx, actor: &Actor, id: Id) -> Result<(Reversal, Id), Trouble> {
    let reversal = store::find(tx, id, &scope(actor))?.ok_or_else(Refusal::not_found)?;
    let project = load(tx, actor, reversal.project_id)?;
    let person_id = seated(actor, &[project.recipient_id], &HANDS)?;
    rules::decides_reversal(&reversal, person_id)?;
    Ok((reversal, person_id))
}
