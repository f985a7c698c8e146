//! What happened, one JSON object a line, so that a restarted demo still knows its orders. Losing the last line in a crash is acceptable here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::notifications::PaymentEvent;
use crate::queue::Pending;
use crate::state::{Order, Refund};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    /// A new order, or an old one whose link was renewed.
    Placed(Box<Order>),
    Paid(Box<PaymentEvent>),
    /// The same order with another payment, which no channel should have taken.
    PaidAgain(Box<Order>),
    Closed {
        out_trade_no: String,
        at: i64,
    },
    Refunded(Box<Refund>),
    /// A notification to send; a later line of the same id replaces it.
    Queued(Box<Pending>),
    /// Delivered, or given up.
    Done {
        id: String,
    },
}

#[derive(Debug)]
pub(crate) struct Journal(File);

impl Journal {
    /// Opens the file and returns what it holds. A last line without its line feed was cut by a crash and is dropped; any other broken line is an error.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Record>)> {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let text = fs::read(path)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        if whole < text.len() {
            file.set_len(whole as u64)?;
        }
        let mut records = Vec::new();
        for (index, line) in text[..whole].split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let record =
                serde_json::from_slice(line).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, format!("line {}: {e}", index + 1)))?;
            records.push(record);
        }
        Ok((Self(file), records))
    }

    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }
}
