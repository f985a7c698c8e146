//! Everything that waits for a person, asked of every slice that has such things. A slice that gains a queue adds a line.

use std::collections::HashMap;

use db::{Fault, Tx};

use crate::kernel::{Id, Micros, Waiting, claims};
use crate::{offline, organisations, papers, people, projects, refunds, settlement, transparency};

use super::appeals;
use super::rules::queues::{Holder, Item};

type OfOperator = fn(&mut Tx, Micros) -> Result<Vec<Waiting>, Fault>;
type OfDesk = fn(&mut Tx, &[Id], Micros) -> Result<Vec<Waiting>, Fault>;

const FOR_OPERATOR: &[OfOperator] = &[
    organisations::waiting_for_operator,
    projects::waiting_for_operator,
    settlement::waiting_for_operator,
    refunds::waiting_for_operator,
    transparency::waiting_for_operator,
    people::waiting_for_operator,
    appeals::waiting_for_operator,
];

const AT_DESK: &[OfDesk] = &[
    organisations::waiting_at_desk,
    projects::waiting_at_desk,
    refunds::waiting_at_desk,
    offline::waiting_at_desk,
    transparency::waiting_at_desk,
    papers::waiting_at_desk,
];

pub fn for_operator(tx: &mut Tx, now: Micros) -> Result<Vec<Item>, Fault> {
    let mut waiting = Vec::new();
    for ask in FOR_OPERATOR {
        waiting.extend(ask(tx, now)?);
    }
    with_holders(tx, waiting, now)
}

pub fn at_desk(tx: &mut Tx, organisation_ids: &[Id], now: Micros) -> Result<Vec<Item>, Fault> {
    let mut waiting = Vec::new();
    for ask in AT_DESK {
        waiting.extend(ask(tx, organisation_ids, now)?);
    }
    with_holders(tx, waiting, now)
}

fn with_holders(tx: &mut Tx, waiting: Vec<Waiting>, now: Micros) -> Result<Vec<Item>, Fault> {
    let held: HashMap<(String, Id), Holder> = claims::held_now(tx, now)?
        .into_iter()
        .map(|h| ((h.thing, h.thing_id), Holder { person_id: h.person_id, name: h.name, ends_at: h.ends_at }))
        .collect();
    let holder = |w: &Waiting| held.get(&(w.thing.to_owned(), w.thing_id)).cloned();
    Ok(waiting.into_iter().map(|waiting| Item { holder: holder(&waiting), waiting }).collect())
}
