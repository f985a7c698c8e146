//! Spreadsheets in and out. `read` turns bytes into cells, `expenses` says what they mean and what is wrong with which cell,
//! `write` makes workbooks. None of them knows the database.

mod expenses;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use expenses::{HEADS, Looked, Remark, Row, look};
pub use read::{ROWS, read};
pub use write::{Out, Sheet, lines_sheet, workbook};
