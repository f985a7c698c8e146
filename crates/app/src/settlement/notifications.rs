//! `POST /wechat/notifications`: where the channel tells us that money has moved.
//!
//! Verified and decrypted here, queued for the batch writer, and answered only after the commit. A refusal is answered
//! 4xx, a full queue or a fault 5xx; both make the channel repeat, and neither loses anything.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use wechat::{Notification, NotificationAnswer, RefundNotice, Transaction};

use crate::App;
use crate::kernel::Trouble;

use super::batch;
use super::model::Confirmation;
use super::refunds::{self, Taken};

pub fn receive(app: Arc<App>, headers: HeaderMap, body: Bytes) -> Pin<Box<dyn Future<Output = Response> + Send>> {
    Box::pin(async move { respond(take(&app, &headers, &body).await) })
}

/// Takes one notification and says what the channel is answered.
pub async fn take(app: &Arc<App>, headers: &HeaderMap, body: &[u8]) -> NotificationAnswer {
    let now = app.clock.now();
    let header = |name: &'static str| headers.get(name).and_then(|v| v.to_str().ok());
    let notification = match app.channel.read_notification(header, body, now) {
        Ok(notification) => notification,
        Err(turned) => {
            // What a stranger wrote is neither logged nor echoed at any length.
            let detail: String = turned.detail.chars().filter(|c| !c.is_control()).take(200).collect();
            tracing::warn!(reason = turned.reason, detail, "a notification was refused");
            app.settlement.refused.count(turned.reason, &detail, now);
            return NotificationAnswer::refused(turned.status, &detail);
        }
    };
    match notification {
        Notification::Payment(transaction) => payment(app, &transaction).await,
        Notification::Refund(notice) => refund(app, notice).await,
        Notification::Other { event_type } => {
            tracing::info!(event_type, "a notification of a kind we have no use for was acknowledged");
            NotificationAnswer::taken()
        }
    }
}

async fn payment(app: &Arc<App>, transaction: &Transaction) -> NotificationAnswer {
    let Some(confirmation) = confirmation(app, transaction) else {
        let now = app.clock.now();
        let reason = if app.channel.is_ours(&transaction.merchant) { "not_paid" } else { "not_ours" };
        app.settlement.refused.count(reason, &transaction.out_trade_no, now);
        return NotificationAnswer::refused(400, "the notification does not prove a payment to this platform");
    };
    let later = || NotificationAnswer::refused(503, "please repeat later");
    let Ok(reply) = app.settlement.submit(confirmation) else {
        return later();
    };
    match reply.await {
        Ok(Ok(_)) => NotificationAnswer::taken(),
        Ok(Err(_)) | Err(_) => later(),
    }
}

/// What a transaction proves, if it proves a payment made through our account at the channel.
pub fn confirmation(app: &App, transaction: &Transaction) -> Option<Confirmation> {
    let paid = transaction.paid()?;
    let plain = [paid.out_trade_no, paid.transaction_id, paid.currency, paid.merchant.payee_mchid()].iter().all(|text| is_plain(text));
    (plain && app.channel.is_ours(paid.merchant)).then(|| Confirmation {
        out_trade_no: paid.out_trade_no.to_owned(),
        transaction_id: paid.transaction_id.to_owned(),
        mchid: paid.merchant.payee_mchid().to_owned(),
        amount_fen: paid.total_fen,
        currency: paid.currency.to_owned(),
        paid_at: paid.paid_at,
    })
}

/// Numbers of the channel are short and printable; anything else cannot be stored or looked for.
fn is_plain(text: &str) -> bool {
    text.len() <= 64 && !text.chars().any(char::is_control)
}

async fn refund(app: &Arc<App>, notice: RefundNotice) -> NotificationAnswer {
    let texts = [
        &notice.out_trade_no,
        &notice.out_refund_no,
        &notice.transaction_id,
        &notice.refund_id,
        &notice.mchid,
        notice.sub_mchid.as_ref().unwrap_or(&notice.mchid),
    ];
    if !app.channel.is_our_number(&notice.mchid)
        || notice.refund_fen < 1
        || notice.total_fen < notice.refund_fen
        || !texts.iter().all(|text| is_plain(text))
    {
        app.settlement.refused.count("not_ours", "a refund", app.clock.now());
        return NotificationAnswer::refused(400, "the notification does not prove a refund of this platform");
    }
    let app = app.clone();
    let taken = tokio::task::spawn_blocking(move || {
        let now = app.clock.now();
        let said = refunds::Said::from(notice);
        match refunds::take(&app, &said, now)? {
            Taken::Ours | Taken::Found => Ok::<(), Trouble>(()),
            // Genuine, and nothing we know: a person decides.
            Taken::Differs | Taken::Unknown => {
                let held = Confirmation {
                    out_trade_no: said.out_trade_no,
                    transaction_id: said.out_refund_no,
                    mchid: said.mchid.unwrap_or_default(),
                    amount_fen: said.refund_fen,
                    currency: "CNY".to_owned(),
                    paid_at: said.ended_at.unwrap_or(0),
                };
                Ok(batch::hold_refund(&app.db, app.new_id(), &held, now)?)
            }
        }
    });
    match taken.await {
        Ok(Ok(())) => NotificationAnswer::taken(),
        _ => NotificationAnswer::refused(503, "please repeat later"),
    }
}

fn respond(answer: NotificationAnswer) -> Response {
    let has_body = !answer.body.is_empty();
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if has_body {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}
