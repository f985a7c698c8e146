//! Expenses from a spreadsheet: looked at, shown, and, when somebody says yes, recorded together or not at all.

use std::collections::BTreeSet;

use db::{Fault, Row, Tx, params, sql};

use crate::App;
use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, sha256};
use crate::web::Upload;

use super::super::actions::{load, record_one, running, seated};
use super::super::model::BudgetLine;
use super::super::{fund, store};
use super::sheets::{Looked, Remark, look, read};

/// A sheet of expenses of a few thousand rows weighs far less.
const BYTES: usize = 8 * 1024 * 1024;

/// A sheet that was looked at.
pub struct Sheet {
    pub id: Id,
    pub name: String,
    pub looked: Looked,
    pub looked_at: Micros,
    pub written_at: Option<Micros>,
}

impl Sheet {
    fn from_row(row: &Row) -> Result<Sheet, Fault> {
        let looked = serde_json::from_str(&row.text("body")?)
            .map_err(|error| Fault::inconsistent(format!("a sheet of expenses cannot be read: {error}")))?;
        Ok(Sheet {
            id: row.int("id")?,
            name: row.text("name")?,
            looked,
            looked_at: row.int("looked_at")?,
            written_at: row.opt_int("written_at")?,
        })
    }

    pub fn sum_fen(&self) -> i64 {
        self.looked.rows.iter().map(super::sheets::Row::amount_fen).sum()
    }
}

pub fn find(tx: &mut Tx, project_id: Id, id: Id) -> Result<Option<Sheet>, Fault> {
    let row = tx.query_opt(sql("SELECT * FROM expense_sheet WHERE project_id = ?1 AND id = ?2"), params![project_id, id])?;
    row.as_ref().map(Sheet::from_row).transpose()
}

/// The newest sheets of a project.
pub fn list(tx: &mut Tx, project_id: Id) -> Result<Vec<Sheet>, Fault> {
    let rows = tx.query(sql("SELECT * FROM expense_sheet WHERE project_id = ?1 ORDER BY id DESC LIMIT 10"), params![project_id])?;
    rows.iter().map(Sheet::from_row).collect()
}

/// When the same file was recorded before, unless it was meant twice.
fn written_before(tx: &mut Tx, project_id: Id, sha: &[u8]) -> Result<Option<Micros>, Fault> {
    let row = tx.query_opt(
        sql("SELECT MAX(written_at) AS written_at FROM expense_sheet WHERE project_id = ?1 AND sha256 = ?2"),
        params![project_id, sha],
    )?;
    row.map_or(Ok(None), |row| row.opt_int("written_at"))
}

/// The invoice numbers that a project has accounted for.
fn invoices(tx: &mut Tx, project_id: Id) -> Result<BTreeSet<String>, Fault> {
    let rows = tx.query(sql("SELECT DISTINCT invoice_number FROM expense WHERE project_id = ?1"), params![project_id])?;
    rows.iter().map(|row| row.text("invoice_number")).collect()
}

fn twice(written_at: Micros) -> Refusal {
    Refusal::input("sheet", "refusal-sheet-twice").with("day", day_text(day_of(written_at)))
}

/// Looks at a file and keeps what it found; nothing is recorded. The same file is not looked at twice once it was recorded,
/// unless the person says that it is meant again.
pub fn look_at(app: &App, actor: &Actor, project_id: Id, upload: &Upload, again: bool, now: Micros) -> Result<Id, Trouble> {
    if upload.bytes.len() > BYTES {
        return Err(Refusal::input("sheet", "refusal-sheet-large").with("most", BYTES >> 20).into());
    }
    let grid = read(&upload.bytes)?;
    let sha = sha256(&upload.bytes);
    let name: String = upload.name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(80).collect();
    let id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id, project.implementer_id], &[Role::Manager, Role::Finance])?;
        running(&project)?;
        if grid.project.as_ref().is_some_and(|number| *number != project_id.to_string()) {
            return Err(Refusal::input("sheet", "refusal-sheet-other-project").into());
        }
        if let Some(at) = written_before(tx, project_id, &sha)?.filter(|_| !again) {
            return Err(twice(at).into());
        }
        let lines = store::lines(tx, project_id)?;
        let mut looked = look(&grid, &lines, project.published_at.map_or(0, day_of), day_of(now));
        let mut known = invoices(tx, project_id)?;
        for row in &looked.rows {
            if !known.insert(row.invoice_number.clone()) && looked.notices.len() < 500 {
                let cell = format!("G{}", row.row);
                looked.notices.push(Remark { cell, message: "sheet-invoice-known".to_owned(), value: row.invoice_number.clone() });
            }
        }
        over_lines(&mut looked, &lines);
        let body = serde_json::to_string(&looked)
            .map_err(|error| Fault::inconsistent(format!("a sheet of expenses could not be written: {error}")))?;
        tx.execute_one(
            sql("INSERT INTO expense_sheet (id, project_id, name, sha256, again, body, person_id, looked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
            params![id, project_id, &name, &sha, again, &body, person_id, now],
        )?;
        Ok(id)
    })
}

/// A budget line that the rows together would overdraw: the row at which it happens is at fault.
fn over_lines(looked: &mut Looked, lines: &[BudgetLine]) {
    let mut left: Vec<(Id, i64)> = lines.iter().map(|line| (line.id, line.left_fen())).collect();
    for row in &looked.rows {
        let Some((_, left_fen)) = left.iter_mut().find(|(id, _)| *id == row.budget_line_id) else { continue };
        *left_fen -= row.amount_fen();
        if *left_fen < 0 && looked.faults.len() < 500 {
            let over = money::Fen(-*left_fen).to_string();
            looked.faults.push(Remark { cell: format!("F{}", row.row), message: "sheet-over-line".to_owned(), value: over });
        }
    }
}

/// Records every row of a sheet in one transaction, or none of them. What the rules refuse is said with the row's number.
pub fn confirm(app: &App, actor: &Actor, project_id: Id, sheet_id: Id, now: Micros) -> Result<usize, Trouble> {
    let scope = super::super::actions::scope(actor);
    let count = app.db.read(|tx| {
        store::find_for(tx, project_id, &scope)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>(find(tx, project_id, sheet_id)?.ok_or_else(Refusal::not_found)?.looked.rows.len())
    })?;
    let ids: Vec<[Id; 3]> = (0..count).map(|_| [app.new_id(), app.new_id(), app.new_id()]).collect();
    app.db.write(|tx| {
        let project = load(tx, actor, project_id)?;
        let person_id = seated(actor, &[project.recipient_id, project.implementer_id], &[Role::Manager, Role::Finance])?;
        running(&project)?;
        let sheet = find(tx, project_id, sheet_id)?.ok_or_else(Refusal::not_found)?;
        if !sheet.looked.faults.is_empty() || sheet.looked.rows.is_empty() {
            return Err(Refusal::conflict("refusal-sheet-faults").into());
        }
        let again = tx.query_one(sql("SELECT again, sha256 FROM expense_sheet WHERE id = ?1"), params![sheet_id])?;
        let before = written_before(tx, project_id, &again.blob("sha256")?)?.filter(|_| sheet.written_at.is_none());
        if let (Some(at), 0) = (before, again.int("again")?) {
            return Err(twice(at).into());
        }
        let taken = tx.execute(
            sql("UPDATE expense_sheet SET written_at = ?2, written_by = ?3 WHERE id = ?1 AND written_at IS NULL"),
            params![sheet_id, now, person_id],
        )?;
        if taken != 1 {
            return Err(Refusal::conflict("refusal-sheet-written").into());
        }
        let left_fen = fund::total(tx, project_id)?.with_implementer_fen();
        if sheet.sum_fen() > left_fen {
            return Err(Refusal::conflict("refusal-sheet-unpaid")
                .with("sum", money::Fen(sheet.sum_fen()))
                .with("available", money::Fen(left_fen))
                .into());
        }
        for (row, ids) in sheet.looked.rows.iter().zip(&ids) {
            let recorded = record_one(tx, &project, person_id, &row.expense(), *ids, now);
            // Its sentence names the budget line and what is left; no field of this page is at fault.
            let expense_id = recorded.map_err(|trouble| match trouble {
                Trouble::Refused(refusal) => Trouble::Refused(Refusal { field: None, ..refusal }),
                fault => fault,
            })?;
            tx.execute_one(
                sql("INSERT INTO expense_origin (expense_id, sheet_id, row_number) VALUES (?1, ?2, ?3)"),
                params![expense_id, sheet_id, i64::from(row.row)],
            )?;
        }
        Ok(sheet.looked.rows.len())
    })
}
