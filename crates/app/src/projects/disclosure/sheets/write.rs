//! Workbooks that go out: a template for expenses, expenses, a whole disclosure. Text is written as text, never as a formula,
//! whatever it begins with; amounts are numbers that a spreadsheet can add.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use db::Fault;

use super::read::LINES_SHEET;

/// What stands in a cell that goes out.
pub enum Out {
    Text(String),
    /// In fen; written as yuan.
    Money(i64),
    Count(i64),
    Blank,
}

impl From<&str> for Out {
    fn from(text: &str) -> Out {
        Out::Text(text.to_owned())
    }
}

impl From<String> for Out {
    fn from(text: String) -> Out {
        Out::Text(text)
    }
}

/// A sheet of a workbook: heads, rows, and the widths of its columns in characters.
pub struct Sheet {
    pub name: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Out>>,
    pub widths: Vec<f64>,
}

/// A workbook of these sheets.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, Fault> {
    write(sheets).map_err(|error| Fault::inconsistent(format!("a workbook could not be written: {error}")))
}

fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let yuan = Format::new().set_num_format("#,##0.00");
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(&sheet.name)?;
        for (column, width) in (0_u16..).zip(&sheet.widths) {
            page.set_column_width(column, *width)?;
        }
        for (column, head) in (0_u16..).zip(&sheet.heads) {
            page.write_string_with_format(0, column, head, &bold)?;
        }
        page.set_freeze_panes(1, 0)?;
        for (row, cells) in (1_u32..).zip(&sheet.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                put(page, row, column, cell, &yuan)?;
            }
        }
    }
    book.save_to_buffer()
}

fn put(page: &mut Worksheet, row: u32, column: u16, cell: &Out, yuan: &Format) -> Result<(), XlsxError> {
    match cell {
        // Excel's longest text has 32,767 characters; ours are shorter.
        Out::Text(text) => page.write_string(row, column, text).map(|_| ()),
        // Two decimals of a float are exact to the fen far beyond any amount that the books take.
        #[expect(clippy::cast_precision_loss, reason = "amounts stay below 2^53 fen, where a float is exact")]
        Out::Money(fen) => page.write_number_with_format(row, column, *fen as f64 / 100.0, yuan).map(|_| ()),
        #[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
        Out::Count(count) => page.write_number(row, column, *count as f64).map(|_| ()),
        Out::Blank => Ok(()),
    }
}

/// The sheet of a template that lists the budget lines, and says in B1 which project it is for.
pub fn lines_sheet(project_number: &str, title: &str, items: &[(String, i64)], heads: [String; 2]) -> Sheet {
    let [item, left] = heads;
    let mut rows = vec![vec![Out::Text(item), Out::Text(left), Out::Text(title.to_owned())]];
    rows.extend(items.iter().map(|(item, left_fen)| vec![Out::Text(item.clone()), Out::Money(*left_fen)]));
    Sheet {
        name: LINES_SHEET.to_owned(),
        heads: vec!["项目编号".to_owned(), project_number.to_owned()],
        rows,
        widths: vec![32.0, 22.0, 40.0],
    }
}
