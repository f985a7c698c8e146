//! Orders, refunds and undelivered notifications, and every rule by which they change. Knows nothing of HTTP or signatures.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wechat::Merchant;

use crate::faults::RefundEnd;
use crate::journal::{Journal, Record};
use crate::keys::{hex, random_bytes, random_text};
use crate::notifications::PaymentEvent;
use crate::queue::Pending;

const SECOND: i64 = 1_000_000;
/// An H5 link lives five minutes, a prepay id and a QR code two hours.
const H5_LINK_US: i64 = 5 * 60 * SECOND;
const PREPAY_US: i64 = 2 * 3600 * SECOND;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub merchant: Merchant,
    pub out_trade_no: String,
    pub description: String,
    pub attach: Option<String>,
    pub notify_url: String,
    pub total_fen: i64,
    pub expires_at: Option<i64>,
    /// When the payer's link was last issued.
    pub linked_at: i64,
    pub trade_type: String,
    pub prepay_id: String,
    pub openid: String,
    /// As it was sent: the same number is taken again only with identical fields.
    pub request: Value,
    pub state: OrderState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum OrderState {
    Open,
    Paid(Box<PaymentEvent>),
    Closed { at: i64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub merchant: Merchant,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub out_refund_no: String,
    pub refund_id: String,
    pub refund_fen: i64,
    pub total_fen: i64,
    pub accepted_at: i64,
    pub ends_at: i64,
    /// SUCCESS, ABNORMAL or CLOSED, once `ends_at` has come.
    pub end: String,
    pub notify_url: Option<String>,
    pub request: Value,
}

impl Refund {
    pub(crate) fn status(&self, now: i64) -> &str {
        if now < self.ends_at { "PROCESSING" } else { &self.end }
    }
}

/// Why nobody can pay this order.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum PayRefused {
    #[error("the sandbox has no order {0}")]
    UnknownOrder(String),
    #[error("the order {0} has been closed")]
    Closed(String),
    #[error("the order {0} or its link has expired")]
    Expired(String),
}

/// Why a refund is not accepted.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum RefundRefused {
    #[error("the sandbox has no such paid order")]
    NotPaid,
    #[error("the order's total is {0} fen")]
    Total(i64),
    #[error("only {left_fen} fen of this order are left to give back, in {left_parts} parts")]
    TooMuch { left_fen: i64, left_parts: usize },
    #[error("the refund number was used with other fields")]
    NumberUsed,
}

/// Why an order is not placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceRefused {
    AlreadyPaid,
    Closed,
    NumberUsed,
}

/// What a refund asks for.
pub(crate) struct RefundAsked {
    pub transaction_id: Option<String>,
    pub out_trade_no: Option<String>,
    pub sub_mchid: Option<String>,
    pub out_refund_no: String,
    pub refund_fen: i64,
    pub total_fen: i64,
    pub notify_url: Option<String>,
    pub request: Value,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    orders: BTreeMap<String, Order>,
    /// By transaction: orders that were paid once more, each with that other payment.
    again: BTreeMap<String, Order>,
    by_prepay_id: HashMap<String, String>,
    by_transaction_id: HashMap<String, String>,
    refunds: BTreeMap<String, Refund>,
    pub(crate) pending: BTreeMap<String, Pending>,
    /// Bill files by download token, with the moment they vanish.
    bills: HashMap<String, (Vec<u8>, i64)>,
    /// Counts payments and refunds; the tail of the channel's own numbers.
    sequence: u64,
    journal: Option<Journal>,
}

impl State {
    pub(crate) fn restored(path: &Path) -> std::io::Result<Self> {
        let (journal, records) = Journal::open(path)?;
        let mut state = Self::default();
        for record in records {
            state.apply(record);
        }
        state.journal = Some(journal);
        Ok(state)
    }

    /// Writes first, then changes. A full disk must not stop the demo, but someone should know that a restart will forget.
    pub(crate) fn commit(&mut self, record: Record) {
        if let Some(Err(error)) = self.journal.as_mut().map(|journal| journal.append(&record)) {
            tracing::error!(%error, "the sandbox gateway cannot write its journal; from here on it remembers only until the next start");
            self.journal = None;
        }
        self.apply(record);
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Placed(order) => {
                self.by_prepay_id.insert(order.prepay_id.clone(), order.out_trade_no.clone());
                self.orders.insert(order.out_trade_no.clone(), *order);
            }
            Record::Paid(payment) => {
                self.sequence += 1;
                self.by_transaction_id.insert(payment.transaction_id.clone(), payment.out_trade_no.clone());
                if let Some(order) = self.orders.get_mut(&payment.out_trade_no) {
                    order.state = OrderState::Paid(payment);
                }
            }
            Record::PaidAgain(order) => {
                self.sequence += 1;
                if let OrderState::Paid(payment) = &order.state {
                    self.again.insert(payment.transaction_id.clone(), *order);
                }
            }
            Record::Closed { out_trade_no, at } => {
                if let Some(order) = self.orders.get_mut(&out_trade_no) {
                    order.state = OrderState::Closed { at };
                }
            }
            Record::Refunded(refund) => {
                self.sequence += 1;
                self.refunds.insert(refund.out_refund_no.clone(), *refund);
            }
            Record::Queued(pending) => {
                self.pending.insert(pending.id.clone(), *pending);
            }
            Record::Done { id } => {
                self.pending.remove(&id);
            }
        }
    }

    pub(crate) fn order(&self, out_trade_no: &str) -> Option<&Order> {
        self.orders.get(out_trade_no)
    }

    pub(crate) fn order_by_prepay_id(&self, prepay_id: &str) -> Option<&Order> {
        self.by_prepay_id.get(prepay_id).and_then(|no| self.orders.get(no))
    }

    pub(crate) fn order_by_transaction_id(&self, transaction_id: &str) -> Option<&Order> {
        let first = self.by_transaction_id.get(transaction_id).and_then(|no| self.orders.get(no));
        first.or_else(|| self.again.get(transaction_id))
    }

    pub(crate) fn payments(&self) -> impl Iterator<Item = (&Order, &PaymentEvent)> {
        self.orders.values().chain(self.again.values()).filter_map(paid)
    }

    pub(crate) fn payment_of(&self, transaction_id: &str) -> Option<(&Order, &PaymentEvent)> {
        self.order_by_transaction_id(transaction_id).and_then(paid)
    }

    pub(crate) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.values()
    }

    pub(crate) fn is_paid(&self, out_trade_no: &str) -> bool {
        self.order(out_trade_no).is_some_and(|order| matches!(order.state, OrderState::Paid(_)))
    }

    /// The state as a query shows it.
    pub(crate) fn trade_state(&self, order: &Order, now: i64) -> &'static str {
        match &order.state {
            OrderState::Open if order.expires_at.is_some_and(|at| at <= now) => "CLOSED",
            OrderState::Open => "NOTPAY",
            OrderState::Closed { .. } => "CLOSED",
            OrderState::Paid(payment) if self.refunded(&payment.transaction_id, now).next().is_some() => "REFUND",
            OrderState::Paid(_) => "SUCCESS",
        }
    }

    fn refunded(&self, transaction_id: &str, now: i64) -> impl Iterator<Item = &Refund> {
        self.refunds.values().filter(move |refund| refund.transaction_id == transaction_id && refund.status(now) != "CLOSED")
    }

    /// Takes an order, or the identical one again with a fresh link.
    pub(crate) fn place(&mut self, mut order: Order) -> Result<Order, PlaceRefused> {
        if let Some(known) = self.orders.get(&order.out_trade_no) {
            match known.state {
                OrderState::Paid(_) => return Err(PlaceRefused::AlreadyPaid),
                OrderState::Closed { .. } => return Err(PlaceRefused::Closed),
                OrderState::Open if known.expires_at.is_some_and(|at| at <= order.linked_at) => {
                    return Err(PlaceRefused::Closed);
                }
                OrderState::Open if known.request != order.request || known.trade_type != order.trade_type => {
                    return Err(PlaceRefused::NumberUsed);
                }
                OrderState::Open => order = Order { linked_at: order.linked_at, ..known.clone() },
            }
        }
        self.commit(Record::Placed(Box::new(order.clone())));
        Ok(order)
    }

    /// `Err` when it is paid.
    pub(crate) fn close(&mut self, out_trade_no: &str, at: i64) -> Result<(), PlaceRefused> {
        match self.order(out_trade_no).map(|order| &order.state) {
            Some(OrderState::Paid(_)) => Err(PlaceRefused::AlreadyPaid),
            Some(OrderState::Open) => {
                self.commit(Record::Closed { out_trade_no: out_trade_no.to_owned(), at });
                Ok(())
            }
            Some(OrderState::Closed { .. }) | None => Ok(()),
        }
    }

    /// Whether the payer's link still opens the cashier.
    pub(crate) fn link_is_alive(&self, order: &Order, now: i64) -> bool {
        let lives_us = if order.trade_type == "MWEB" { H5_LINK_US } else { PREPAY_US };
        now < order.linked_at + lives_us && order.expires_at.is_none_or(|at| now < at)
    }

    pub(crate) fn pay(&mut self, out_trade_no: &str, paid_at: i64) -> Result<PaymentEvent, PayRefused> {
        let payment = self.would_be_paid(out_trade_no, paid_at)?;
        if !self.is_paid(out_trade_no) {
            self.commit(Record::Paid(Box::new(payment.clone())));
        }
        Ok(payment)
    }

    /// The payment this order has, or would get at this moment.
    pub(crate) fn would_be_paid(&self, out_trade_no: &str, paid_at: i64) -> Result<PaymentEvent, PayRefused> {
        let order = self.order(out_trade_no).ok_or_else(|| PayRefused::UnknownOrder(out_trade_no.to_owned()))?;
        match &order.state {
            OrderState::Paid(payment) => return Ok(PaymentEvent::clone(payment)),
            OrderState::Closed { .. } => return Err(PayRefused::Closed(out_trade_no.to_owned())),
            OrderState::Open if order.expires_at.is_some_and(|at| at <= paid_at) => {
                return Err(PayRefused::Expired(out_trade_no.to_owned()));
            }
            OrderState::Open => {}
        }
        Ok(self.payment_for(order, paid_at))
    }

    fn payment_for(&self, order: &Order, paid_at: i64) -> PaymentEvent {
        PaymentEvent {
            merchant: order.merchant.clone(),
            out_trade_no: order.out_trade_no.clone(),
            transaction_id: self.next_number("4200", paid_at),
            trade_type: order.trade_type.clone(),
            openid: order.openid.clone(),
            attach: order.attach.clone(),
            total_fen: order.total_fen,
            // The channel reports whole seconds.
            paid_at: paid_at - paid_at.rem_euclid(SECOND),
            notify_url: order.notify_url.clone(),
        }
    }

    /// What no channel should do: takes money for an order that is closed, or once more for one that is paid.
    pub(crate) fn pay_regardless(&mut self, out_trade_no: &str, paid_at: i64) -> Result<PaymentEvent, PayRefused> {
        let mut order = self.order(out_trade_no).ok_or_else(|| PayRefused::UnknownOrder(out_trade_no.to_owned()))?.clone();
        let was_paid = matches!(order.state, OrderState::Paid(_));
        let payment = self.payment_for(&order, paid_at);
        if was_paid {
            order.state = OrderState::Paid(Box::new(payment.clone()));
            self.commit(Record::PaidAgain(Box::new(order)));
        } else {
            self.commit(Record::Paid(Box::new(payment.clone())));
        }
        Ok(payment)
    }

    pub(crate) fn refund(&mut self, asked: RefundAsked, now: i64, end: RefundEnd, takes_us: i64) -> Result<Refund, RefundRefused> {
        if let Some(known) = self.refunds.get(&asked.out_refund_no) {
            return if known.request == asked.request { Ok(known.clone()) } else { Err(RefundRefused::NumberUsed) };
        }
        let order = match (&asked.transaction_id, &asked.out_trade_no) {
            (Some(id), _) => self.order_by_transaction_id(id),
            (None, Some(no)) => self.order(no),
            (None, None) => None,
        };
        let Some((order, OrderState::Paid(payment))) = order.map(|order| (order, &order.state)) else {
            return Err(RefundRefused::NotPaid);
        };
        if order.merchant.sub_mchid() != asked.sub_mchid.as_deref() {
            return Err(RefundRefused::NotPaid);
        }
        if asked.total_fen != order.total_fen {
            return Err(RefundRefused::Total(order.total_fen));
        }
        let (mut left_fen, mut left_parts) = (order.total_fen, 50_usize);
        for earlier in self.refunded(&payment.transaction_id, now) {
            left_fen -= earlier.refund_fen;
            left_parts = left_parts.saturating_sub(1);
        }
        if asked.refund_fen < 1 || asked.refund_fen > left_fen || left_parts == 0 {
            return Err(RefundRefused::TooMuch { left_fen, left_parts });
        }
        let refund = Refund {
            merchant: order.merchant.clone(),
            out_trade_no: order.out_trade_no.clone(),
            transaction_id: payment.transaction_id.clone(),
            out_refund_no: asked.out_refund_no,
            refund_id: self.next_number("5030", now),
            refund_fen: asked.refund_fen,
            total_fen: asked.total_fen,
            accepted_at: now - now.rem_euclid(SECOND),
            ends_at: now + takes_us,
            end: match end {
                RefundEnd::Success => "SUCCESS",
                RefundEnd::Abnormal => "ABNORMAL",
                RefundEnd::Closed => "CLOSED",
            }
            .to_owned(),
            notify_url: asked.notify_url,
            request: asked.request,
        };
        self.commit(Record::Refunded(Box::new(refund.clone())));
        Ok(refund)
    }

    pub(crate) fn refund_by_number(&self, out_refund_no: &str) -> Option<&Refund> {
        self.refunds.get(out_refund_no)
    }

    /// 28 digits beginning as the channel's do: kind, day, running number.
    fn next_number(&self, kind: &str, at: i64) -> String {
        format!("{kind}000000{}{:010}", beijing(at).strftime("%Y%m%d"), self.sequence + 1)
    }

    /// Keeps a bill file for five minutes and returns its token.
    pub(crate) fn keep_bill(&mut self, file: Vec<u8>, now: i64) -> String {
        self.bills.retain(|_, (_, until)| *until > now);
        let token = random_text(40);
        self.bills.insert(token.clone(), (file, now + 300 * SECOND));
        token
    }

    pub(crate) fn bill(&self, token: &str, now: i64) -> Option<Vec<u8>> {
        self.bills.get(token).filter(|(_, until)| *until > now).map(|(file, _)| file.clone())
    }
}

fn paid(order: &Order) -> Option<(&Order, &PaymentEvent)> {
    match &order.state {
        OrderState::Paid(payment) => Some((order, payment.as_ref())),
        OrderState::Open | OrderState::Closed { .. } => None,
    }
}

pub(crate) fn new_prepay_id() -> String {
    format!("wx{}", hex(&random_bytes::<17>()).to_lowercase())
}

pub(crate) fn beijing(at: i64) -> jiff::civil::DateTime {
    Offset::constant(8).to_datetime(Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH))
}

pub(crate) fn rfc3339(at: i64) -> String {
    beijing(at).strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}
