//! Notifications that still have to be delivered: what is due, and when again.

use serde::{Deserialize, Serialize};

use crate::journal::Record;
use crate::keys::random_text;
use crate::notifications::{Event, PaymentEvent, RefundEvent};
use crate::state::{Refund, State};

/// A notification on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub id: String,
    pub event: Event,
    pub notify_url: String,
    pub attempts: u32,
    pub due_at: i64,
}

impl State {
    pub(crate) fn queue_payment(&mut self, payment: PaymentEvent, due_at: i64) {
        let notify_url = payment.notify_url.clone();
        self.queue(Event::Payment(payment), notify_url, due_at);
    }

    /// A refund placed without an address of its own is only found by query.
    pub(crate) fn queue_refund(&mut self, refund: &Refund, delay_us: i64) {
        let Some(notify_url) = refund.notify_url.clone() else {
            return;
        };
        let event = RefundEvent {
            merchant: refund.merchant.clone(),
            out_trade_no: refund.out_trade_no.clone(),
            transaction_id: refund.transaction_id.clone(),
            out_refund_no: refund.out_refund_no.clone(),
            refund_id: refund.refund_id.clone(),
            status: refund.end.clone(),
            total_fen: refund.total_fen,
            refund_fen: refund.refund_fen,
            ended_at: refund.ends_at,
            notify_url: notify_url.clone(),
        };
        self.queue(Event::Refund(event), notify_url, refund.ends_at + delay_us);
    }

    fn queue(&mut self, event: Event, notify_url: String, due_at: i64) {
        let pending = Pending { id: random_text(32), event, notify_url, attempts: 0, due_at };
        self.commit(Record::Queued(Box::new(pending)));
    }

    /// In the order in which they came due.
    pub(crate) fn due(&self, now: i64) -> Vec<Pending> {
        let mut due: Vec<Pending> = self.pending.values().filter(|pending| pending.due_at <= now).cloned().collect();
        due.sort_by(|a, b| (a.due_at, event_order(&a.event)).cmp(&(b.due_at, event_order(&b.event))));
        due
    }

    pub(crate) fn next_due_at(&self) -> Option<i64> {
        self.pending.values().map(|pending| pending.due_at).min()
    }

    pub(crate) fn retry(&mut self, pending: Pending) {
        self.commit(Record::Queued(Box::new(pending)));
    }

    pub(crate) fn done(&mut self, id: &str) {
        self.commit(Record::Done { id: id.to_owned() });
    }
}

/// The channel's own number grows with every payment and refund.
fn event_order(event: &Event) -> &str {
    let number = match event {
        Event::Payment(payment) => &payment.transaction_id,
        Event::Refund(refund) => &refund.refund_id,
    };
    &number[number.len().saturating_sub(10)..]
}
