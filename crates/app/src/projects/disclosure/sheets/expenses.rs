//! Expenses as rows of a sheet: which column means what, and what is wrong with a cell, named as people name it.

use serde::{Deserialize, Serialize};

use crate::kernel::Id;
use crate::kernel::civil::{Day, parse_day};

use super::super::super::model::{BudgetLine, NewExpense, product_fen};
use super::super::super::rules;
use super::read::{Cell, Grid, Value, cell_name};

/// The columns in their order: what stands in the head, in Chinese and in English.
pub const HEADS: [(&str, &str); 7] = [
    ("支出日期", "Date"),
    ("预算项", "Budget line"),
    ("内容", "What for"),
    ("数量", "Quantity"),
    ("单价（元）", "Unit price"),
    ("金额（元）", "Amount"),
    ("发票号码", "Invoice number"),
];

/// Something about a cell: its name, and a message with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub cell: String,
    pub message: String,
    pub value: String,
}

/// A row that can be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub row: u32,
    pub budget_line_id: Id,
    pub item: String,
    pub quantity: i64,
    pub unit_price_fen: i64,
    pub description: String,
    pub invoice_number: String,
    pub spent_day: Day,
}

impl Row {
    pub fn amount_fen(&self) -> i64 {
        product_fen(self.quantity, self.unit_price_fen).unwrap_or(0)
    }

    pub fn expense(&self) -> NewExpense {
        NewExpense {
            budget_line_id: self.budget_line_id,
            quantity: self.quantity,
            unit_price_fen: self.unit_price_fen,
            description: self.description.clone(),
            invoice_number: self.invoice_number.clone(),
            spent_day: self.spent_day,
        }
    }
}

/// What a sheet came to: rows when nothing is wrong, and everything there is to say about its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    pub rows: Vec<Row>,
    pub faults: Vec<Remark>,
    /// Worth a look, and no obstacle: values of formulas, hidden sheets.
    pub notices: Vec<Remark>,
}

/// How many remarks of a kind are kept: whoever has five hundred has the same one everywhere.
const REMARKS: usize = 500;

/// Looks at every cell. `published_day` and `today` bound the days on which something can have been spent.
pub fn look(grid: &Grid, lines: &[BudgetLine], published_day: Day, today: Day) -> Looked {
    let mut looked = Looked::default();
    let mut fault = |cell: String, message: &str, value: String| {
        if looked.faults.len() < REMARKS {
            looked.faults.push(Remark { cell, message: message.to_owned(), value });
        }
    };
    for area in &grid.merged {
        fault(area.clone(), "sheet-merged", String::new());
    }
    let Some(((head_row, head), rows)) = grid.rows.split_first() else { return looked };
    let mut heads_fit = true;
    for (column, (chinese, english)) in HEADS.iter().enumerate() {
        let found = text_at(head, column);
        if !same_head(&found, chinese) && !same_head(&found, english) {
            heads_fit = false;
            fault(cell_name(column, *head_row), "sheet-head", (*chinese).to_owned());
        }
    }
    if !heads_fit {
        return looked;
    }
    let mut good = Vec::new();
    let mut notices = Vec::new();
    for (number, cells) in rows {
        let name = |column: usize| cell_name(column, *number);
        let wrong = std::cell::Cell::new(false);
        let mut says = |column: usize, message: &str, value: String| {
            wrong.set(true);
            fault(name(column), message, value);
        };
        for (column, cell) in cells.iter().enumerate().take(HEADS.len()).filter(|(_, cell)| cell.formula) {
            match &cell.value {
                None => says(column, "sheet-formula-empty", String::new()),
                Some(value) if notices.len() < REMARKS => {
                    notices.push(Remark { cell: name(column), message: "sheet-formula".to_owned(), value: shown(value) });
                }
                Some(_) => {}
            }
        }
        let spent_day = match at(cells, 0) {
            None => Err(("sheet-missing", String::new())),
            Some(Value::Day(day)) => Ok(*day),
            Some(Value::Text(text)) => day_of_text(text).ok_or(("sheet-not-a-day", text.clone())),
            Some(other) => day_of_text(&shown(other)).ok_or(("sheet-not-a-day", shown(other))),
        };
        let spent_day = match spent_day {
            Ok(day) if day > today => Err(("sheet-future", crate::kernel::civil::day_text(day))),
            Ok(day) if day < published_day => Err(("sheet-early", crate::kernel::civil::day_text(published_day))),
            other => other,
        };
        let spent_day = spent_day.map_err(|(message, value)| says(0, message, value)).unwrap_or_default();
        let item = text_at(cells, 1);
        let line = match lines
            .iter()
            .filter(|l| same(&l.item, &item) || (!l.english_item.is_empty() && same(&l.english_item, &item)))
            .collect::<Vec<_>>()[..]
        {
            [line] => Some(line),
            [] if item.is_empty() => {
                says(1, "sheet-missing", String::new());
                None
            }
            [] => {
                says(1, "sheet-no-such-line", item.clone());
                None
            }
            _ => {
                says(1, "sheet-two-lines", item.clone());
                None
            }
        };
        let mut words = |column: usize| {
            let text = rules::tidy(&text_at(cells, column), false);
            match text.chars().count() {
                0 => says(column, "sheet-missing", String::new()),
                1..=200 => {}
                _ => says(column, "sheet-too-long", "200".to_owned()),
            }
            text
        };
        let (description, invoice_number) = (words(2), words(6));
        let quantity = match at(cells, 3).map(whole) {
            None => {
                says(3, "sheet-missing", String::new());
                0
            }
            Some(Some(quantity)) => quantity,
            Some(None) => {
                says(3, "sheet-not-whole", at(cells, 3).map(shown).unwrap_or_default());
                0
            }
        };
        let mut amount = |column: usize| match at(cells, column).map(fen) {
            None => None,
            Some(Some(fen)) => Some(fen),
            Some(None) => {
                says(column, "sheet-not-money", at(cells, column).map(shown).unwrap_or_default());
                Some(0)
            }
        };
        let (price, stated) = (amount(4), amount(5));
        if price.is_none() {
            says(4, "sheet-missing", String::new());
        }
        let unit_price_fen = price.unwrap_or(0);
        if !wrong.get() {
            match product_fen(quantity, unit_price_fen) {
                None => says(3, "sheet-too-much", String::new()),
                Some(product) if stated.is_some_and(|stated| stated != product) => {
                    says(5, "sheet-product", money::Fen(product).to_string());
                }
                Some(_) => {}
            }
        }
        if let (false, Some(line)) = (wrong.get(), line) {
            good.push(Row {
                row: *number,
                budget_line_id: line.id,
                item: line.item.clone(),
                quantity,
                unit_price_fen,
                description,
                invoice_number,
                spent_day,
            });
        }
    }
    if rows.is_empty() {
        fault(cell_name(0, head_row.saturating_add(1)), "sheet-no-rows", String::new());
    }
    for hidden in grid.hidden.iter().take(5) {
        notices.push(Remark { cell: hidden.clone(), message: "sheet-hidden".to_owned(), value: String::new() });
    }
    looked.rows = good;
    looked.notices = notices;
    looked
}

fn at(cells: &[Cell], column: usize) -> Option<&Value> {
    cells.get(column).and_then(|cell| cell.value.as_ref())
}

fn text_at(cells: &[Cell], column: usize) -> String {
    at(cells, column).map(whole_text).unwrap_or_default()
}

/// A value as a person sees it in its cell, near enough to find it.
fn shown(value: &Value) -> String {
    whole_text(value).chars().take(60).collect()
}

fn whole_text(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Other(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Day(day) => crate::kernel::civil::day_text(*day),
    }
}

/// Heads are compared without blanks, and brackets of either width are the same.
fn same_head(found: &str, head: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '(' => '（',
                ')' => '）',
                c => c.to_ascii_lowercase(),
            })
            .collect()
    };
    plain(found) == plain(head)
}

fn same(a: &str, b: &str) -> bool {
    !b.is_empty() && rules::tidy(a, false) == rules::tidy(b, false)
}

/// Digits and marks of full width as the narrow ones they mean.
fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// `2026-09-07`, `2026/9/7`, `2026.9.7`, `2026年9月7日`, `20260907`; a time after it is left out. Days first or months
/// first are not guessed.
pub fn day_of_text(text: &str) -> Option<Day> {
    let text = narrow(text);
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
        return parse_day(&format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]));
    }
    let parts: Vec<&str> = date.split(['-', '/', '.', '年', '月', '日']).filter(|p| !p.is_empty()).collect();
    let [year, month, day] = parts[..] else { return None };
    let number =
        |text: &str, most: usize| (text.len() <= most && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u32>().ok())?;
    (year.len() == 4).then_some(())?;
    parse_day(&format!("{:04}-{:02}-{:02}", number(year, 4)?, number(month, 2)?, number(day, 2)?))
}

/// A whole number above zero.
fn whole(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) if number.fract() == 0.0 && (1.0..1e12).contains(number) => format!("{number:.0}"),
        Value::Text(text) => narrow(text).replace(',', ""),
        _ => return None,
    };
    number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse().ok()).flatten().filter(|n| *n > 0)
}

/// Yuan as fen: numbers exact to the fen, and whatever a person may type in the form.
fn fen(value: &Value) -> Option<i64> {
    match value {
        Value::Number(yuan) if (0.0..1e11).contains(yuan) => {
            let fen = (yuan * 100.0).round();
            // A float that was reckoned may be off by less than anybody means.
            let near = (yuan * 100.0 - fen).abs() < 1e-4;
            near.then(|| format!("{fen:.0}").parse().ok()).flatten()
        }
        Value::Text(text) => money::Fen::parse_yuan(text).ok().map(|fen| fen.0),
        _ => None,
    }
}
