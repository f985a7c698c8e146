//! Money leaving a project's account: asked for by one, agreed to by two others, and accounted for line by line.

use ledger::{Code, Refused};
use money::Fen;
use serde::Serialize;

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::civil::{Day, day_of};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, claims, public_entry};

use super::super::fund;
use super::super::model::{Hand, Hold, NewExpense, Payout, Project};
use super::super::rules::{self, Approval};
use super::super::store::{self, stream};
use super::{hash, load, seated};

/// The ledger's template refuses only ids and amounts that are not positive.
fn not_an_amount(_: Refused) -> Trouble {
    Refusal::input("amount", "refusal-project-amount").into()
}

/// Asks for a payout to the implementer. The amount is set aside at once, so that what is shown as available is.
pub fn request_payout(app: &App, actor: &Actor, project_id: Id, amount_fen: i64, purpose: &str, now: Micros) -> Result<Id, Trouble> {
    let purpose = rules::tidy(purpose, false);
    if purpose.is_empty() {
        return Err(Refusal::input("purpose", "refusal-project-purpose-missing").into());
    }
    if purpose.chars().count() > 200 {
        return Err(Refusal::input("purpose", "refusal-project-too-long").with("most", 200).into());
    }
    let (payout_id, transfer_id) = (app.new_id(), app.new_id());
    let transfer = ledger::payout(payout_id, project_id, Fen(amount_fen)).map_err(not_an_amount)?;
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id, project.implementer_id], &[Role::Manager])?;
        running(&project)?;
        if project.hold != Hold::None {
            return Err(Refusal::conflict("refusal-project-held-payout").into());
        }
        if !store::reserve_payout(tx, project_id, amount_fen, project.goal_fen)? {
            let total = fund::total(tx, project_id)?;
            let left_fen = total.available_fen().min(project.goal_fen - total.used_or_out_fen());
            return Err(Refusal::input("amount", "refusal-project-payout-too-much").with("available", Fen(left_fen.max(0))).into());
        }
        store::new_payout(tx, transfer_id, &transfer, project_id, &purpose, person_id, now)?;
        Ok(payout_id)
    })
}

/// Says yes to a payout. The second yes, of another person, posts it.
pub fn approve_payout(app: &App, actor: &Actor, payout_id: Id, now: Micros) -> Result<(), Trouble> {
    let entry_id = app.new_id();
    app.db.write(|tx| {
        let (payout, project) = open_payout(tx, actor, payout_id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Finance, Role::Approver])?;
        if project.hold != Hold::None {
            return Err(Refusal::conflict("refusal-project-held-payout").into());
        }
        claims::decide(tx, "payout", payout_id, person_id, now)?;
        let decided = match rules::approve(&payout, person_id, now)? {
            Approval::First(hand) => store::first_hand(tx, payout_id, hand)?,
            Approval::Second { second, hands } => {
                debug_assert_eq!(hands.requested_by(), payout.requested_by);
                let total = store::move_to_implementer(tx, project.id, payout.amount_fen)?;
                let fen = stream::leave(tx, &total, project.id, Code::Payout, payout_id, payout.amount_fen)?;
                let fact = Paid {
                    payout: payout_id.to_string(),
                    project: project.id.to_string(),
                    amount_fen: payout.amount_fen,
                    fen,
                    text_sha256: hash(&payout.purpose),
                };
                public_entry::append(tx, entry_id, "payout_paid", &public_entry::body(&fact)?, now)?;
                store::post_payout(tx, payout_id, second)?
            }
        };
        if decided { Ok(()) } else { Err(Refusal::conflict("refusal-project-payout-decided").into()) }
    })
}

#[derive(Serialize)]
struct Paid {
    payout: String,
    project: String,
    amount_fen: i64,
    fen: Vec<[i64; 2]>,
    text_sha256: String,
}

/// Says no to a payout, with a reason; what was set aside is available again.
pub fn refuse_payout(app: &App, actor: &Actor, payout_id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    let reason = rules::tidy(reason, false);
    app.db.write(|tx| {
        let (payout, project) = open_payout(tx, actor, payout_id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Finance, Role::Approver])?;
        rules::refuse(&payout, &reason)?;
        claims::decide(tx, "payout", payout_id, person_id, now)?;
        if !store::refuse_payout(tx, payout_id, Hand { person_id, at: now }, &reason)? {
            return Err(Refusal::conflict("refusal-project-payout-decided").into());
        }
        Ok(store::release_payout(tx, project.id, payout.amount_fen)?)
    })
}

fn open_payout(tx: &mut db::Tx, actor: &Actor, payout_id: Id) -> Result<(Payout, Project), Trouble> {
    let payout = store::payout_for(tx, payout_id, &super::scope(actor))?.ok_or_else(Refusal::not_found)?;
    let project = load(tx, actor, payout.project_id)?;
    Ok((payout, project))
}

/// Money moves only while a project runs.
pub(in crate::projects) fn running(project: &Project) -> Result<(), Refusal> {
    if project.state.is_running() { Ok(()) } else { Err(Refusal::conflict("refusal-project-not-running")) }
}

/// Accounts for money that the implementer has spent, on a budget line that has room for it.
pub fn record_expense(app: &App, actor: &Actor, project_id: Id, asked: &NewExpense, now: Micros) -> Result<Id, Trouble> {
    record_expense_with(app, actor, project_id, asked, None, now)
}

/// The same with the invoice itself, kept for the desks.
pub fn record_expense_with(
    app: &App,
    actor: &Actor,
    project_id: Id,
    asked: &NewExpense,
    invoice: Option<&Prepared>,
    now: Micros,
) -> Result<Id, Trouble> {
    let (ids, file_id) = ([app.new_id(), app.new_id(), app.new_id()], app.new_id());
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id, project.implementer_id], &[Role::Manager, Role::Finance])?;
        running(&project)?;
        let expense_id = record_one(tx, &project, person_id, asked, ids, now)?;
        if let Some(invoice) = invoice {
            files::keep(tx, file_id, invoice, project.recipient_id, person_id, now)?;
            if !store::reversals::attach_invoice(tx, expense_id, file_id)? {
                return Err(Refusal::conflict("refusal-project-invoice-there").into());
            }
        }
        Ok(expense_id)
    })
}

/// Records one expense in the caller's transaction. The ids are the expense's, its transfer's and its public entry's.
pub(in crate::projects) fn record_one(
    tx: &mut db::Tx,
    project: &Project,
    person_id: Id,
    asked: &NewExpense,
    [expense_id, transfer_id, entry_id]: [Id; 3],
    now: Micros,
) -> Result<Id, Trouble> {
    let project_id = project.id;
    let asked = NewExpense {
        description: rules::tidy(&asked.description, false),
        invoice_number: rules::tidy(&asked.invoice_number, false),
        ..asked.clone()
    };
    for (field, text) in [("description", &asked.description), ("invoice_number", &asked.invoice_number)] {
        if text.chars().count() > 200 {
            return Err(Refusal::input(field, "refusal-project-too-long").with("most", 200).into());
        }
    }
    let published_day = project.published_at.map_or(0, day_of);
    let amount_fen = rules::expense_amount_fen(&asked, published_day, day_of(now))?;
    let lines = store::lines(tx, project_id)?;
    let line =
        lines.iter().find(|l| l.id == asked.budget_line_id).ok_or_else(|| Refusal::input("budget_line", "refusal-project-expense-line"))?;
    let transfer = ledger::expense(expense_id, project_id, line.id, Fen(amount_fen)).map_err(not_an_amount)?;
    let Some(total) = store::spend(tx, project_id, amount_fen)? else {
        let left = Fen(fund::total(tx, project_id)?.with_implementer_fen());
        return Err(Refusal::input("quantity", "refusal-project-expense-unpaid").with("available", left).into());
    };
    if !store::spend_on_line(tx, project_id, line.id, amount_fen)? {
        let left = Fen(line.left_fen());
        return Err(Refusal::input("quantity", "refusal-project-expense-over-line")
            .with("item", &line.item)
            .with("available", left)
            .into());
    }
    let fen = stream::spend(tx, &total, project_id, expense_id, amount_fen)?;
    store::add_expense(tx, transfer_id, &transfer, project_id, &asked, person_id, now)?;
    let fact = Recorded {
        expense: expense_id.to_string(),
        project: project_id.to_string(),
        budget_line: line.id.to_string(),
        amount_fen,
        fen,
        spent_day: asked.spent_day,
        text_sha256: hash(&format!("{}\n{}", asked.description, asked.invoice_number)),
    };
    public_entry::append(tx, entry_id, "expense_recorded", &public_entry::body(&fact)?, now)?;
    Ok(expense_id)
}

#[derive(Serialize)]
struct Recorded {
    expense: String,
    project: String,
    budget_line: String,
    amount_fen: i64,
    fen: Vec<[i64; 2]>,
    spent_day: Day,
    text_sha256: String,
}
