//! Tables that a phone can show: each row becomes a small block, each cell carries its column's name.
use maud::{Markup, Render, html};

use crate::words::{Link, Text};

/// Numbers stand right, words left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Words,
    Number,
}

/// In which direction a column is sorted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Ascending,
    Descending,
}

/// The head of a column.
#[derive(Clone, Debug, Default)]
pub struct Column<'a> {
    pub title: Text<'a>,
    pub align: Align,
    /// Where a click on the head leads (the same list, sorted); `None`: not sortable.
    pub sort_href: Option<Text<'a>>,
    pub sorted: Option<Sort>,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub fn words(title: impl Into<Text<'a>>) -> Self {
        Column { title: title.into(), ..Column::default() }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<Text<'a>>) -> Self {
        Column { title: title.into(), align: Align::Number, ..Column::default() }
    }

    /// Makes the head a link that sorts.
    pub fn sortable(mut self, href: impl Into<Text<'a>>, sorted: Option<Sort>) -> Self {
        self.sort_href = Some(href.into());
        self.sorted = sorted;
        self
    }
}

/// What stands in a cell.
pub type Cell = Markup;

/// A table; `rows` have as many cells as there are columns. The first cell names its row.
#[derive(Clone, Debug, Default)]
pub struct Table<'a> {
    /// What the table shows, for everyone.
    pub caption: Text<'a>,
    pub columns: Vec<Column<'a>>,
    pub rows: Vec<Vec<Cell>>,
    /// A last row of sums; empty: none.
    pub total: Vec<Cell>,
}

impl<'a> Table<'a> {
    /// A table without rows yet.
    pub fn new(caption: impl Into<Text<'a>>, columns: Vec<Column<'a>>) -> Self {
        Table { caption: caption.into(), columns, ..Table::default() }
    }

    /// Adds a row; cells may be words, links or markup.
    pub fn row(&mut self, cells: &[&dyn Render]) -> &mut Self {
        self.rows.push(cells.iter().map(|cell| cell.render()).collect());
        self
    }
}

/// Facts with more than one number each: expenses, payouts, draws, users.
pub fn table(t: &Table) -> Markup {
    html! {
        div.table-wrap {
            table role="table" {
                caption { (t.caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for column in &t.columns {
                            th role="columnheader" scope="col" class=[number(column)] aria-sort=[aria_sort(column)] {
                                @match &column.sort_href {
                                    Some(href) => (Link::new(column.title.as_ref(), href.as_ref())),
                                    None => (column.title),
                                }
                                @match column.sorted {
                                    Some(Sort::Ascending) => span aria-hidden="true" { " ↑" },
                                    Some(Sort::Descending) => span aria-hidden="true" { " ↓" },
                                    None => {},
                                }
                            }
                        }
                    }
                }
                tbody role="rowgroup" { @for row in &t.rows { (cells(t, row)) } }
                @if !t.total.is_empty() { tfoot role="rowgroup" { (cells(t, &t.total)) } }
            }
        }
    }
}

fn cells(t: &Table, row: &[Cell]) -> Markup {
    html! {
        tr role="row" {
            @for (i, (cell, column)) in row.iter().zip(&t.columns).enumerate() {
                @if i == 0 {
                    th role="rowheader" scope="row" class=[number(column)] data-label=(column.title) { (cell) }
                } @else {
                    td role="cell" class=[number(column)] data-label=(column.title) { (cell) }
                }
            }
        }
    }
}

fn number(column: &Column) -> Option<&'static str> {
    (column.align == Align::Number).then_some("n")
}

fn aria_sort(column: &Column) -> Option<&'static str> {
    column.sorted.map(|sort| match sort {
        Sort::Ascending => "ascending",
        Sort::Descending => "descending",
    })
}
