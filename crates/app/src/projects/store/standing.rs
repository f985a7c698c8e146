//! What the recipient must have on a day to raise funds.

use db::{Fault, Tx, params, sql};

use crate::kernel::Id;
use crate::kernel::civil::Day;

/// The recipient's name, merchant number, and whether its certificates hold on `day`.
pub struct Standing {
    pub name: String,
    pub mchid: Option<String>,
    pub may_raise_funds: bool,
}

pub fn standing(tx: &mut Tx, organisation_id: Id, day: Day) -> Result<Standing, Fault> {
    let row = tx.query_one(
        sql("SELECT organisation.name, merchant.mchid, (SELECT COUNT(DISTINCT kind) FROM certificate \
             WHERE certificate.organisation_id = organisation.id AND valid_from_day <= ?2 AND valid_until_day >= ?2) AS kinds \
             FROM organisation LEFT JOIN merchant ON merchant.organisation_id = organisation.id WHERE organisation.id = ?1"),
        params![organisation_id, day],
    )?;
    Ok(Standing { name: row.text("name")?, mchid: row.opt_text("mchid")?, may_raise_funds: row.int("kinds")? == 2 })
}
