//! Taking something up and letting it go. A desk takes up only what waits at that desk, so that nobody can keep others
//! from what is not theirs.

use crate::kernel::{Id, Refusal, Role, Trouble, claims};
use crate::web::{Answer, Cx, Outcome, local_path, parse_id};

use super::super::rules::queues::Item;
use super::super::waiting;

pub fn at_the_operators(cx: &Cx) -> Outcome {
    take_or_leave(cx, "/operator", |tx| waiting::for_operator(tx, cx.now))
}

pub fn at_a_desk(cx: &Cx) -> Outcome {
    let organisations = cx.organisations_as(&Role::ALL)?;
    take_or_leave(cx, "/desk", |tx| waiting::at_desk(tx, &organisations, cx.now))
}

fn take_or_leave(cx: &Cx, desk: &str, waiting: impl Fn(&mut db::Tx) -> Result<Vec<Item>, db::Fault>) -> Outcome {
    let (thing, person_id, now) = (cx.form("thing"), cx.person_id()?, cx.now);
    let thing_id: Id = parse_id(cx.form("id")).ok_or_else(|| Refusal::input("id", "refusal-claim-nothing"))?;
    let leaving = match cx.form("do") {
        "take" => false,
        "leave" => true,
        _ => return Err(Refusal::input("do", "refusal-claim-nothing").into()),
    };
    cx.app.db.write(|tx| {
        if leaving {
            return claims::let_go(tx, thing, thing_id, person_id).map_err(Trouble::from);
        }
        let waits = waiting(tx)?.iter().any(|item| item.waiting.thing == thing && item.waiting.thing_id == thing_id);
        if !waits {
            return Err(Refusal::conflict("refusal-claim-nothing").into());
        }
        claims::take_up(tx, thing, thing_id, person_id, now)
    })?;
    let back = match cx.form("back") {
        "" => desk.to_owned(),
        back => local_path(back),
    };
    let (before, join) = (back.trim_end_matches(['?', '&']), if back.contains('?') { '&' } else { '?' });
    Ok(Answer::redirect(if leaving { format!("{before}{join}done=claim-left") } else { format!("{before}{join}done=claim-taken") }))
}
