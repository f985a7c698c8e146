//! Reads a spreadsheet that somebody uploaded: Excel (.xlsx) or CSV, whatever it was called. What comes in is looked at, not
//! believed; what cannot be read is refused with a sentence that says how to save it so that it can.
//!
//! Memory and time are bounded: nothing is unpacked beyond `UNPACKED`, cells are streamed, and reading stops after `ROWS` rows.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetVisible, Xlsx};
use zip::ZipArchive;

use crate::kernel::Refusal;
use crate::kernel::civil::{Day, parse_day};

/// The most rows below the head of one file.
pub const ROWS: usize = 500;
/// The most columns that are looked at.
const COLUMNS: u32 = 40;
/// What a file may unpack to: a sheet of that many rows needs less than one MB.
const UNPACKED: u64 = 64 * 1024 * 1024;
/// The most parts a workbook may have.
const PARTS: usize = 500;
/// The longest text of a cell that is kept; Excel's own limit is 32,767.
const TEXT: usize = 2_000;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Day(Day),
    /// Yes or no, a duration, `#REF!`: nothing that any column wants. What it looks like.
    Other(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub value: Option<Value>,
    /// The value is what the formula came to when the file was saved.
    pub formula: bool,
}

/// The rows of the first sheet that can be seen, each with its number as people count, from 1. Empty rows are not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    pub rows: Vec<(u32, Vec<Cell>)>,
    /// Merged cells, as `A3:B5`.
    pub merged: Vec<String>,
    /// Sheets that were not read because they are hidden.
    pub hidden: Vec<String>,
    /// The number that a sheet of our own template names as its project's.
    pub project: Option<String>,
}

impl Grid {
    fn put(&mut self, row: u32, column: u32, cell: Cell) {
        let at = usize::try_from(column).unwrap_or(0);
        if self.rows.last().is_none_or(|(number, _)| *number != row) {
            self.rows.push((row, Vec::new()));
        }
        if let Some((_, cells)) = self.rows.last_mut() {
            cells.resize(cells.len().max(at + 1), Cell { value: None, formula: false });
            cells[at] = cell;
        }
    }
}

/// `C7` as people name a cell; both counts from 0 for the column and from 1 for the row.
pub fn cell_name(column: usize, row: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
        left /= 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

/// The name of the sheet of a template that says which project it is for.
pub const LINES_SHEET: &str = "预算项";

/// Reads a file, or says why it cannot be read.
pub fn read(bytes: &[u8]) -> Result<Grid, Refusal> {
    let refused = |key| Refusal::input("sheet", key);
    if bytes.is_empty() {
        return Err(refused("refusal-file-empty"));
    }
    // Decoders are careful, but these bytes may come from anyone.
    let read = catch_unwind(AssertUnwindSafe(|| {
        if bytes.starts_with(b"PK") {
            workbook(bytes)
        } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            // An old workbook, or a new one inside the envelope that a password puts around it.
            let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            let is_locked = bytes.windows(locked.len()).any(|w| w == locked);
            Err(refused(if is_locked { "refusal-sheet-locked" } else { "refusal-sheet-xls" }))
        } else {
            text_table(bytes)
        }
    }));
    let grid = read.unwrap_or_else(|_| Err(refused("refusal-sheet-broken")))?;
    if grid.rows.is_empty() {
        return Err(refused("refusal-sheet-nothing"));
    }
    Ok(grid)
}

fn workbook(bytes: &[u8]) -> Result<Grid, Refusal> {
    let refused = |key| Refusal::input("sheet", key);
    measure(bytes)?;
    let broken = |_| refused("refusal-sheet-broken");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets = book.sheets_metadata().to_vec();
    let hidden = sheets.iter().filter(|s| s.visible != SheetVisible::Visible).map(|s| s.name.chars().take(40).collect()).collect();
    let mut grid = Grid { hidden, ..Grid::default() };
    let first = sheets.iter().find(|s| s.visible == SheetVisible::Visible).ok_or_else(|| refused("refusal-sheet-nothing"))?;
    let merged = book.merge_cells_by_sheet_name(&first.name).map_err(broken)?;
    for area in merged.iter().take(20) {
        let (start, end) = (area.start, area.end);
        let name = |(row, column): (u32, u32)| cell_name(usize::try_from(column).unwrap_or(0), row.saturating_add(1));
        grid.merged.push(format!("{}:{}", name(start), name(end)));
    }
    let mut cells = book.worksheet_cells_reader(&first.name).map_err(broken)?;
    while let Some(found) = cells.next_cell_with_formula_metadata().map_err(broken)? {
        let (row, column) = found.pos;
        let formula = found.formula.is_some();
        let value = value_of(&found.value);
        if column >= COLUMNS || (value.is_none() && !formula) {
            continue;
        }
        grid.put(row.saturating_add(1), column, Cell { value, formula });
        if grid.rows.len() > ROWS + 1 {
            return Err(refused("refusal-sheet-rows").with("most", ROWS));
        }
    }
    drop(cells);
    if sheets.iter().any(|s| s.name == LINES_SHEET) {
        let mut cells = book.worksheet_cells_reader(LINES_SHEET).map_err(broken)?;
        // The number stands in B1, which is among the first cells of the sheet.
        for _ in 0..4 {
            match cells.next_cell().map_err(broken)? {
                Some(cell) if cell.get_position() == (0, 1) => {
                    grid.project = value_of(cell.get_value()).and_then(|v| if let Value::Text(t) = v { Some(t) } else { None });
                }
                Some(_) => {}
                None => break,
            }
        }
    }
    // Rows may stand in any order in the file.
    grid.rows.sort_by_key(|(row, _)| *row);
    Ok(grid)
}

/// Unpacks everything once without keeping it, up to the limit: what a workbook claims about its size is not believed.
fn measure(bytes: &[u8]) -> Result<(), Refusal> {
    let refused = |key| Refusal::input("sheet", key);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| refused("refusal-sheet-broken"))?;
    if archive.len() > PARTS {
        return Err(refused("refusal-sheet-bomb"));
    }
    let mut left = UNPACKED;
    let (mut is_workbook, mut is_open_document) = (false, false);
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| refused("refusal-sheet-broken"))?;
        let name = part.name().map_err(|_| refused("refusal-sheet-broken"))?.to_ascii_lowercase();
        is_workbook |= name == "xl/workbook.xml";
        is_open_document |= name == "content.xml";
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| refused("refusal-sheet-broken"))?;
        left = left.checked_sub(unpacked).ok_or_else(|| refused("refusal-sheet-bomb"))?;
    }
    match (is_workbook, is_open_document) {
        (true, _) => Ok(()),
        (false, true) => Err(refused("refusal-sheet-ods")),
        (false, false) => Err(refused("refusal-sheet-kind")),
    }
}

fn value_of(found: &DataRef) -> Option<Value> {
    match found {
        DataRef::Empty => None,
        DataRef::Int(n) => {
            // Whole numbers in a sheet are far below 2^53, where a float holds them exactly.
            #[expect(clippy::cast_precision_loss, reason = "Excel itself keeps numbers as floats")]
            let number = *n as f64;
            Some(Value::Number(number))
        }
        DataRef::Float(n) => Some(Value::Number(*n)),
        DataRef::String(text) => text_value(text),
        DataRef::SharedString(text) => text_value(text),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            Some(parse_day(&format!("{year:04}-{month:02}-{day:02}")).map_or_else(|| Value::Other(at.as_f64().to_string()), Value::Day))
        }
        DataRef::DateTime(length) => Some(Value::Other(length.as_f64().to_string())),
        DataRef::DateTimeIso(text) => {
            Some(text.get(..10).and_then(parse_day).map_or_else(|| Value::Other(text.chars().take(40).collect()), Value::Day))
        }
        DataRef::DurationIso(text) => Some(Value::Other(text.chars().take(40).collect())),
        DataRef::Bool(yes) => Some(Value::Other(yes.to_string().to_uppercase())),
        DataRef::Error(error) => Some(Value::Other(error.to_string())),
    }
}

fn text_value(text: &str) -> Option<Value> {
    let kept: String = text.chars().take(TEXT).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| Value::Text(kept.to_owned()))
}

/// A CSV in UTF-8 (with or without its mark) or in GB18030, as Excel in China saves it. Commas, semicolons or tabs.
fn text_table(bytes: &[u8]) -> Result<Grid, Refusal> {
    let refused = |key| Refusal::input("sheet", key);
    if bytes.contains(&0) || bytes.starts_with(b"%PDF") || bytes.starts_with(&[0xFF, 0xD8]) || bytes.starts_with(b"\x89PNG") {
        return Err(refused("refusal-sheet-kind"));
    }
    let plain = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let text = match std::str::from_utf8(plain) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let (text, _, wrong) = encoding_rs::GB18030.decode(plain);
            if wrong {
                return Err(refused("refusal-sheet-letters"));
            }
            text.into_owned()
        }
    };
    let head = text.lines().next().unwrap_or_default();
    let mark = [',', ';', '\t', '，'].into_iter().max_by_key(|mark| head.matches(*mark).count()).unwrap_or(',');
    let mut grid = Grid::default();
    let mut chars = text.chars().peekable();
    let (mut row, mut column, mut cell, mut quoted) = (1_u32, 0_u32, String::new(), false);
    loop {
        let next = chars.next();
        match next {
            Some('"') if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            Some('"') if quoted || cell.trim().is_empty() => quoted = !quoted,
            Some(c) if quoted || (c != mark && c != '\n' && c != '\r') => {
                if cell.len() < TEXT * 4 {
                    cell.push(c);
                }
            }
            Some('\r') => {}
            _ => {
                if column < COLUMNS
                    && let Some(value) = text_value(&cell)
                {
                    grid.put(row, column, Cell { value: Some(value), formula: false });
                    if grid.rows.len() > ROWS + 1 {
                        return Err(refused("refusal-sheet-rows").with("most", ROWS));
                    }
                }
                cell.clear();
                match next {
                    Some(c) if c == mark => column = column.saturating_add(1),
                    Some(_) => (row, column) = (row.saturating_add(1), 0),
                    None => return Ok(grid),
                }
            }
        }
    }
}
