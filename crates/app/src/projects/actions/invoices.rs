//! The invoice behind an expense: handed in later, and shown to everyone when the charity has decided that nothing in it is
//! somebody's own.

use serde::Serialize;

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, hex, public_entry};

use super::super::store;
use super::{load, seated};

/// Hands in the invoice of an expense that was recorded without one; nobody but the desks sees it.
pub fn add_invoice(app: &App, actor: &Actor, project_id: Id, expense_id: Id, invoice: &Prepared, now: Micros) -> Result<(), Trouble> {
    let file_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id, project.implementer_id], &[Role::Manager, Role::Finance])?;
        store::expense(tx, project_id, expense_id)?.ok_or_else(Refusal::not_found)?;
        files::keep(tx, file_id, invoice, project.recipient_id, person_id, now)?;
        if store::reversals::attach_invoice(tx, expense_id, file_id)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-project-invoice-there").into())
        }
    })
}

/// Shows the invoice of an expense to everyone, for good; by the charity, which answers for what it publishes.
pub fn publish_invoice(app: &App, actor: &Actor, project_id: Id, expense_id: Id, now: Micros) -> Result<(), Trouble> {
    let entry_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        seated(actor, &[project.recipient_id], &[Role::Manager, Role::Finance])?;
        store::expense(tx, project_id, expense_id)?.ok_or_else(Refusal::not_found)?;
        let invoice = match store::reversals::invoice_of(tx, expense_id)? {
            Some(id) => files::find(tx, id)?,
            None => None,
        };
        let invoice = invoice.ok_or_else(|| Refusal::conflict("refusal-project-invoice-none"))?;
        if invoice.public_since.is_some() {
            return Err(Refusal::conflict("refusal-project-invoice-public").into());
        }
        files::publish(tx, invoice.id, now)?;
        let fact = Published { project: project_id.to_string(), expense: expense_id.to_string(), sha256: hex(&invoice.sha256) };
        Ok(public_entry::append(tx, entry_id, "invoice_published", &public_entry::body(&fact)?, now)?)
    })
}

#[derive(Serialize)]
struct Published {
    project: String,
    expense: String,
    sha256: String,
}
