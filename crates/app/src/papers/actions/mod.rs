//! What people do about papers: apply, waive, withdraw, take a copy (`donor`); issue, refuse, reverse, settle how it is done
//! (`desk`); what refunds ask of receipts (`refunds`), and receipts
//! through a finance service (`service`).

pub mod desk;
pub mod donor;
pub mod refunds;
pub(super) mod service;

use db::{Fault, Tx};
use serde_json::json;

use crate::App;
use crate::kernel::{Id, Micros, Refusal, Trouble, public_entry};
use crate::people;

use super::model::Receipt;
use super::store::receipts::{self, NewReceipt};

/// Ids made before a transaction, whose closure may run twice.
#[derive(Clone)]
pub struct Ids {
    pub receipt: Id,
    /// 校验码 of the receipt with this id: nobody else can make it.
    pub check_code: String,
    /// Of what the log holds of the receipt with this id.
    pub salt: openbook::Key,
    pub entry: Id,
    pub application: Id,
    pub notice: Id,
    pub second_notice: Id,
}

impl Ids {
    #[must_use]
    pub fn new(app: &App) -> Ids {
        let receipt = app.new_id();
        Ids {
            receipt,
            check_code: check_code(app, receipt),
            salt: app.secret.key(&format!("what the log holds of receipt {receipt}")),
            entry: app.new_id(),
            application: app.new_id(),
            notice: app.new_id(),
            second_notice: app.new_id(),
        }
    }
}

/// Twelve hexadecimal digits: enough that nobody finds one by trying, few enough to be typed from paper.
fn check_code(app: &App, receipt_id: Id) -> String {
    app.secret.code("receipt", &receipt_id.to_string())[..12].to_owned()
}

/// The page of an application: whoever holds this address may see it.
pub fn paper_path(app: &App, application_id: Id) -> String {
    format!("/papers/{application_id}/{}", paper_code(app, application_id))
}

pub fn paper_code(app: &App, application_id: Id) -> String {
    app.secret.code("papers", &application_id.to_string())
}

/// Where a stranger verifies a receipt.
pub fn verification_path(receipt: &Receipt) -> String {
    format!("/receipts/{}/{}", receipt.text_number, receipt.check_code)
}

/// A public fact: numbers, and a commitment to what the paper says. A bare hash would tell a name to whoever tries names.
fn tell_the_log(tx: &mut Tx, ids: &Ids, kind: &'static str, r: &NewReceipt) -> Result<(), Fault> {
    let text = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
        r.code, r.text_number, r.payer_name, r.payer_code_mask, r.amount_fen, r.issued_at, r.check_code
    );
    let body = json!({
        "receipt": r.id.to_string(), "organisation": r.organisation_id.to_string(), "code": r.code, "number": r.text_number,
        "amount_fen": r.amount_fen, "reverses": r.reverses_id.unwrap_or(0).to_string(),
        "paper": openbook::hex(&openbook::commitment::of_paper(&ids.salt, &text)),
    });
    public_entry::append(tx, ids.entry, kind, &body.to_string(), r.issued_at)
}

/// Tells the donor, if they are known here.
fn tell(
    tx: &mut Tx,
    id: Id,
    person_id: Id,
    message: &'static str,
    arguments: &[(&str, &str)],
    link: &str,
    now: Micros,
) -> Result<(), Fault> {
    if person_id == 0 { Ok(()) } else { people::notify(tx, id, person_id, message, arguments, link, now) }
}

/// A receipt that is there.
fn receipt(tx: &mut Tx, id: Id) -> Result<Receipt, Trouble> {
    Ok(receipts::find(tx, id)?.ok_or_else(Refusal::not_found)?)
}
