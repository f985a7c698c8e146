//! The rules of the books, replayed from the entries of the public log alone, by somebody who trusts nobody.
//!
//! A project's fen are numbered in the order in which they came (gifts of batches, gifts outside the channel, leftovers of
//! other projects). Every movement names the fen it takes, so that the rules can be checked to the fen:
//!
//! * what leaves the account takes fen that came in and that nothing else has taken;
//! * what is spent takes fen that were paid out to the implementer and are not spent: every expense refers to a payout;
//! * what the implementer returns was paid out and is not spent; it is in the account again;
//! * a correction undoes a movement that happened, once, and all of it;
//! * nothing happens twice under one number;
//! * the side data of a batch is what its entry says;
//! * a day that is said to agree with the channel's bill has the same figures on both sides.
//!
//! Entries of one checkpoint may stand in another order than that in which things happened (several processes write them, with
//! clocks of their own), but a checkpoint never holds a movement without what it rests on. So what came in is compared at the end
//! of a checkpoint ([`Books::hold`]), and within it entries that must wait are taken again.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::batch;
use crate::commitment::{hex, unhex};
use crate::entry::Entry;
use crate::spans::Spans;

/// A rule that does not hold, with the index of the entry that breaks it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {index}: {broken}")]
pub struct Violation {
    pub index: u64,
    pub broken: Broken,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the field \"{0}\" is missing, or not what it should be")]
    Field(&'static str),
    #[error("the side data is missing")]
    NoSideData,
    #[error("the side data cannot be read: {0}")]
    SideData(#[from] batch::BadBatch),
    #[error("the side data does not have the {0} that the entry says")]
    SideDataDiffers(&'static str),
    #[error("number {0} happened before")]
    Twice(i64),
    #[error("the fen it names do not add up to its amount")]
    Sum,
    #[error("project {0}: it takes fen that did not come in, or that something else has taken")]
    NotInAccount(i64),
    #[error("project {0}: it spends fen that were not paid out, or that are spent")]
    NotPaidOut(i64),
    #[error("project {0}: it returns fen that are not with the implementer")]
    NotWithImplementer(i64),
    #[error("it corrects number {0}, which never happened, was another amount, or was undone before")]
    NothingToCorrect(i64),
    #[error("more came in than can be counted")]
    TooMuch,
    #[error("a day that is said to agree with the channel's bill has different figures")]
    DayDiffers,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Project {
    pub received_fen: i64,
    pub gifts: i64,
    /// Out of the account: with the implementer, given back, or gone to another project.
    out: Spans,
    /// Of those, what was paid out to the implementer.
    paid_out: Spans,
    spent: Spans,
    pub refunded_fen: i64,
    pub redirected_fen: i64,
}

impl Project {
    #[must_use]
    pub fn out_fen(&self) -> i64 {
        self.out.total()
    }

    #[must_use]
    pub fn paid_out_fen(&self) -> i64 {
        self.paid_out.total()
    }

    #[must_use]
    pub fn spent_fen(&self) -> i64 {
        self.spent.total()
    }

    /// Whoever reads a log that lies must not be stopped by a number.
    fn receive(&mut self, fen: i64) -> Result<(), Broken> {
        self.received_fen = self.received_fen.checked_add(fen).ok_or(Broken::TooMuch)?;
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Payout,
    Expense,
    Return,
    OfflineGift,
    Other,
}

#[derive(Debug, Clone)]
struct Movement {
    kind: Kind,
    project: i64,
    amount_fen: i64,
    fen: Vec<(i64, i64)>,
}

/// Everything that the entries so far say.
#[derive(Debug, Default, Clone)]
pub struct Books {
    projects: HashMap<i64, Project>,
    movements: HashMap<i64, Movement>,
    undone: HashSet<i64>,
    batches: HashSet<[u8; 32]>,
    /// Entries that rest on something that has not come yet.
    waiting: Vec<(u64, Entry, Broken)>,
    pub gifts: i64,
    pub gifts_fen: i64,
}

impl Books {
    #[must_use]
    pub fn project(&self, id: i64) -> Option<&Project> {
        self.projects.get(&id)
    }

    /// The SHA-256 of the side data that an entry needs to be taken.
    #[must_use]
    pub fn side_data_of(entry: &Entry) -> Option<[u8; 32]> {
        (entry.kind == "gift_batch").then(|| entry.text("side_sha256").and_then(unhex)).flatten()
    }

    /// Takes the next entry, with its side data if it has any.
    pub fn take(&mut self, index: u64, entry: &Entry, side: Option<&[u8]>) -> Result<(), Violation> {
        match self.post(entry, side) {
            Ok(()) => Ok(()),
            // These may rest on an entry of the same checkpoint that comes later.
            Err(
                broken @ (Broken::NotInAccount(_) | Broken::NotPaidOut(_) | Broken::NotWithImplementer(_) | Broken::NothingToCorrect(_)),
            ) => {
                self.waiting.push((index, entry.clone(), broken));
                Ok(())
            }
            Err(broken) => Err(Violation { index, broken }),
        }
    }

    /// The end of a checkpoint: whatever waited must hold now.
    pub fn hold(&mut self) -> Result<(), Violation> {
        while !self.waiting.is_empty() {
            let before = self.waiting.len();
            for (index, entry, _) in std::mem::take(&mut self.waiting) {
                match self.post(&entry, None) {
                    Ok(()) => {}
                    Err(broken) => self.waiting.push((index, entry, broken)),
                }
            }
            if self.waiting.len() == before {
                let (index, _, broken) = self.waiting.swap_remove(0);
                return Err(Violation { index, broken });
            }
        }
        Ok(())
    }

    fn post(&mut self, entry: &Entry, side: Option<&[u8]>) -> Result<(), Broken> {
        match entry.kind.as_str() {
            "gift_batch" => self.gift_batch(entry, side),
            "offline_gift" => self.offline_gift(entry),
            "payout_paid" => self.payout(entry),
            "expense_recorded" => self.expense(entry),
            "payout_returned" => self.payout_return(entry),
            "refund_posted" => self.refund(entry),
            "redirected" => self.redirect(entry),
            "corrected" => self.correction(entry),
            "reconciliation" => reconciliation(entry),
            _ => Ok(()),
        }
    }

    fn gift_batch(&mut self, entry: &Entry, side: Option<&[u8]>) -> Result<(), Broken> {
        let said = batch::Summary {
            gifts: entry.int("gifts").ok_or(Broken::Field("gifts"))?,
            amount_fen: entry.int("amount_fen").ok_or(Broken::Field("amount_fen"))?,
            sha256: entry.text("side_sha256").and_then(unhex).ok_or(Broken::Field("side_sha256"))?,
            root: entry.text("root").and_then(unhex).ok_or(Broken::Field("root"))?,
        };
        let side = side.ok_or(Broken::NoSideData)?;
        let gifts = batch::decode(side)?;
        let is = batch::summary(&gifts, side);
        for (what, same) in [
            ("hash", said.sha256 == is.sha256),
            ("root", said.root == is.root),
            ("number of gifts", said.gifts == is.gifts),
            ("sum", said.amount_fen == is.amount_fen),
        ] {
            if !same {
                return Err(Broken::SideDataDiffers(what));
            }
        }
        if !self.batches.insert(said.sha256) {
            return Err(Broken::SideDataDiffers("hash"));
        }
        for gift in &gifts {
            let project = self.projects.entry(gift.project).or_default();
            project.receive(gift.amount_fen)?;
            project.gifts += 1;
        }
        self.gifts += said.gifts;
        self.gifts_fen = self.gifts_fen.checked_add(said.amount_fen).ok_or(Broken::TooMuch)?;
        Ok(())
    }

    fn offline_gift(&mut self, entry: &Entry) -> Result<(), Broken> {
        let m = movement(entry, Kind::OfflineGift, "id", false)?;
        self.new_number(m.0)?;
        self.projects.entry(m.1.project).or_default().receive(m.1.amount_fen)?;
        self.movements.insert(m.0, m.1);
        Ok(())
    }

    fn payout(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (id, m) = movement(entry, Kind::Payout, "payout", true)?;
        self.new_number(id)?;
        self.leave(&m)?;
        let project = self.projects.entry(m.project).or_default();
        for &(from, until) in &m.fen {
            project.paid_out.add(from, until);
        }
        self.movements.insert(id, m);
        Ok(())
    }

    fn expense(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (id, m) = movement(entry, Kind::Expense, "expense", true)?;
        self.new_number(id)?;
        let project = self.projects.entry(m.project).or_default();
        if !m.fen.iter().all(|&(from, until)| project.paid_out.contains(from, until) && !project.spent.overlaps(from, until)) {
            return Err(Broken::NotPaidOut(m.project));
        }
        for &(from, until) in &m.fen {
            project.spent.add(from, until);
        }
        self.movements.insert(id, m);
        Ok(())
    }

    fn payout_return(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (id, m) = movement(entry, Kind::Return, "id", true)?;
        self.new_number(id)?;
        self.come_back(&m)?;
        self.movements.insert(id, m);
        Ok(())
    }

    fn refund(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (id, m) = movement(entry, Kind::Other, "id", true)?;
        self.new_number(id)?;
        self.leave(&m)?;
        self.projects.entry(m.project).or_default().refunded_fen += m.amount_fen;
        self.movements.insert(id, m);
        Ok(())
    }

    fn redirect(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (id, m) = movement(entry, Kind::Other, "id", true)?;
        let to = number(entry, "to")?;
        self.new_number(id)?;
        self.leave(&m)?;
        self.projects.entry(m.project).or_default().redirected_fen += m.amount_fen;
        self.projects.entry(to).or_default().receive(m.amount_fen)?;
        self.movements.insert(id, m);
        Ok(())
    }

    fn correction(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (id, m) = movement(entry, Kind::Other, "id", true)?;
        let about = number(entry, "about")?;
        self.new_number(id)?;
        let wrong = self.movements.get(&about).cloned();
        let wrong = wrong.filter(|w| w.project == m.project && w.amount_fen == m.amount_fen && w.kind != Kind::Other);
        let wrong = wrong.filter(|_| !self.undone.contains(&about)).ok_or(Broken::NothingToCorrect(about))?;
        match wrong.kind {
            Kind::Payout => self.come_back(&m)?,
            Kind::OfflineGift => self.leave(&m)?,
            Kind::Return => {
                self.leave(&m)?;
                let project = self.projects.entry(m.project).or_default();
                for &(from, until) in &m.fen {
                    project.paid_out.add(from, until);
                }
            }
            Kind::Expense => {
                if m.fen != wrong.fen {
                    return Err(Broken::NothingToCorrect(about));
                }
                let project = self.projects.entry(m.project).or_default();
                for &(from, until) in &m.fen {
                    project.spent.remove(from, until);
                }
            }
            Kind::Other => {}
        }
        self.undone.insert(about);
        self.movements.insert(id, m);
        Ok(())
    }

    /// Fen leave the account: they came in, and nothing has taken them.
    fn leave(&mut self, m: &Movement) -> Result<(), Broken> {
        let project = self.projects.entry(m.project).or_default();
        if !m.fen.iter().all(|&(from, until)| until <= project.received_fen && !project.out.overlaps(from, until)) {
            return Err(Broken::NotInAccount(m.project));
        }
        for &(from, until) in &m.fen {
            project.out.add(from, until);
        }
        Ok(())
    }

    /// Fen come back from the implementer, who has not spent them.
    fn come_back(&mut self, m: &Movement) -> Result<(), Broken> {
        let project = self.projects.entry(m.project).or_default();
        if !m.fen.iter().all(|&(from, until)| project.paid_out.contains(from, until) && !project.spent.overlaps(from, until)) {
            return Err(Broken::NotWithImplementer(m.project));
        }
        for &(from, until) in &m.fen {
            project.paid_out.remove(from, until);
            project.out.remove(from, until);
        }
        Ok(())
    }

    fn new_number(&self, id: i64) -> Result<(), Broken> {
        if self.movements.contains_key(&id) { Err(Broken::Twice(id)) } else { Ok(()) }
    }
}

fn movement(entry: &Entry, kind: Kind, id: &'static str, takes_fen: bool) -> Result<(i64, Movement), Broken> {
    let amount_fen = entry.int("amount_fen").filter(|fen| *fen > 0).ok_or(Broken::Field("amount_fen"))?;
    let fen = if takes_fen { spans(entry)? } else { Vec::new() };
    if takes_fen {
        let mut set = Spans::default();
        if !fen.iter().all(|&(from, until)| from >= 0 && set.add(from, until)) || set.total() != amount_fen {
            return Err(Broken::Sum);
        }
    }
    Ok((number(entry, id)?, Movement { kind, project: number(entry, "project")?, amount_fen, fen }))
}

fn spans(entry: &Entry) -> Result<Vec<(i64, i64)>, Broken> {
    let Some(Value::Array(items)) = entry.body.get("fen") else { return Err(Broken::Field("fen")) };
    let pair = |item: &Value| match item.as_array().map(Vec::as_slice) {
        Some([from, until]) => Some((from.as_i64()?, until.as_i64()?)),
        _ => None,
    };
    items.iter().map(pair).collect::<Option<Vec<_>>>().ok_or(Broken::Field("fen"))
}

/// Numbers of things are larger than a browser's whole numbers, so they are texts.
fn number(entry: &Entry, field: &'static str) -> Result<i64, Broken> {
    entry.text(field).and_then(|text| text.parse().ok()).ok_or(Broken::Field(field))
}

fn reconciliation(entry: &Entry) -> Result<(), Broken> {
    let figure = |name: &'static str| entry.int(name).ok_or(Broken::Field(name));
    let same = figure("bill_gifts")? == figure("ledger_gifts")?
        && figure("bill_fen")? == figure("ledger_fen")?
        && figure("bill_refunds")? == figure("ledger_refunds")?
        && figure("bill_refunds_fen")? == figure("ledger_refunds_fen")?;
    let agrees = entry.text("state").ok_or(Broken::Field("state"))? == "agrees";
    if agrees && !same { Err(Broken::DayDiffers) } else { Ok(()) }
}

/// The fields with which a batch's entry says what its side data is.
#[must_use]
pub fn batch_body(summary: &batch::Summary) -> String {
    format!(
        r#"{{"amount_fen":{},"gifts":{},"root":"{}","side_sha256":"{}"}}"#,
        summary.amount_fen,
        summary.gifts,
        hex(&summary.root),
        hex(&summary.sha256)
    )
}
