//! The order maker: takes intents out of the waiting room in their order, as fast as the channel's limit allows, and gives
//! each its order there. The network is never used inside a transaction; unknown stays waiting.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use db::Fault;

use crate::App;
use crate::channel::{OrderRequest, Way};
use crate::kernel::{Id, MINUTE_US, Micros, Trouble};
use crate::web::Lang;

use super::desk::{Leave, ON_THEIR_WAY};
use super::model::{After, TradeType};
use super::rules::{self, Tried};
use super::store::{self, ToOrder};

/// How long an order that was taken up is left alone: longer than a whole round against a channel that answers nothing.
pub const CLAIM: Micros = MINUTE_US;
/// How long the donor's own request waits for its order.
const PATIENCE: Duration = Duration::from_secs(2);

/// The chore: one round of the waiting room.
pub fn make_orders(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    let orders = app.db.write_batch(|tx| store::claim_waiting(tx, now, now + CLAIM))?;
    if orders.is_empty() {
        return Ok(());
    }
    let makers = orders.len().min(ON_THEIR_WAY);
    let queue = Mutex::new(VecDeque::from(orders));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let (done, answers) = mpsc::channel();
    let stored: Result<(), Fault> = std::thread::scope(|scope| {
        for _ in 0..makers {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                while let Some(order) = next() {
                    let _ = done.send((order.intent_id, place(app, &order)));
                }
            });
        }
        drop(done);
        // Whatever has come in is written down together; a slow order holds up nobody's answer.
        let mut failed = Ok(());
        while let Ok(first) = answers.recv() {
            let batch: Vec<_> = std::iter::once(first).chain(answers.try_iter()).collect();
            if let Err(fault) = keep(app, &batch) {
                failed = Err(fault);
            }
        }
        failed
    });
    Ok(stored?)
}

/// Places this one order at once when nobody waits before it.
pub fn make_at_once(app: &Arc<App>, id: Id) -> Result<(), Fault> {
    let Some(leave) = app.giving.leave() else {
        return Ok(());
    };
    let now = app.clock.now();
    if let Some(order) = app.db.write_batch(|tx| store::claim_one(tx, id, now, now + CLAIM))? {
        place_soon(app, order, leave);
    }
    Ok(())
}

/// Places an order that was taken up, and waits a little for the channel. Whether it worked shows in the order's row; if
/// the channel is slow, the answer is written down when it comes.
pub fn place_soon(app: &Arc<App>, order: ToOrder, leave: Leave) {
    let (done, answer) = mpsc::channel();
    let app = app.clone();
    std::thread::spawn(move || {
        let _leave = leave;
        let after = place(&app, &order);
        if let Err(fault) = keep(&app, &[(order.intent_id, after)]) {
            tracing::error!(intent_id = order.intent_id, error = %fault, "an order was answered but could not be written down; it will be sent again");
        }
        let _ = done.send(());
    });
    let _ = answer.recv_timeout(PATIENCE);
}

fn keep(app: &App, answers: &[(Id, After)]) -> Result<(), Fault> {
    let now = app.clock.now();
    app.db.write_batch(|tx| store::store_answers(tx, answers, now))
}

/// Asks the channel to take one order.
fn place(app: &App, order: &ToOrder) -> After {
    let now = app.clock.now();
    let tried = Tried { tries: order.tries, handed_out: order.handed_out };
    if rules::too_late_to_order(order.created_at, now) {
        return rules::too_late(tried);
    }
    let site_name = app.locales.text(Lang::Zh, "site-name", &[]);
    let way = match order.trade_type {
        TradeType::Jsapi => Way::Jsapi { open_id: &order.open_id },
        TradeType::H5 => Way::H5 { client_address: &order.client_address, site_name: &site_name, site_url: &app.base_url },
        TradeType::Native => Way::Native,
    };
    let number = order.intent_id.to_string();
    let description = app.locales.text(Lang::Zh, "giving-order-description", &[("project", order.title.as_str().into())]);
    let request = OrderRequest {
        out_trade_no: &number,
        mchid: &order.mchid,
        description: &description,
        amount_fen: order.amount_fen,
        expires_at: order.created_at + rules::ORDER_LIFE,
        way,
    };
    let after = rules::after_order(app.channel.order(&request, now).map_err(|why| why.0), tried, now);
    match &after {
        After::Refused { reason } => tracing::error!(out_trade_no = number, reason, "the channel refuses an order"),
        After::Again { why, .. } => tracing::warn!(out_trade_no = number, why, tries = order.tries, "an order could not be placed yet"),
        _ => {}
    }
    after
}
