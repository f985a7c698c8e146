//! The endpoints that look back: refunds, and the trade bill with its file.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Gateway;
use crate::api::{Outcome, ok, param_error, refusal, unsigned_file};
use crate::bill::{BillAsked, bill_of};
use crate::request::query_value;
use crate::state::{Refund, RefundAsked, RefundRefused, beijing, rfc3339};

impl Gateway {
    pub(crate) fn take_refund(&self, body: &[u8], now: i64) -> Outcome {
        #[derive(Deserialize)]
        struct Wire {
            sub_mchid: Option<String>,
            transaction_id: Option<String>,
            out_trade_no: Option<String>,
            out_refund_no: String,
            notify_url: Option<String>,
            amount: WireAmount,
        }
        #[derive(Deserialize)]
        struct WireAmount {
            refund: i64,
            total: i64,
        }
        let request: Value = serde_json::from_slice(body).map_err(|e| param_error(&e.to_string()))?;
        let wire: Wire = serde_json::from_value(request.clone()).map_err(|e| param_error(&e.to_string()))?;
        let (end, takes_us, lost, delay_us) = {
            let faults = self.faults();
            (faults.refund_end, faults.refund_takes_us, faults.lose_notifications, faults.delay_us)
        };
        let asked = RefundAsked {
            transaction_id: wire.transaction_id,
            out_trade_no: wire.out_trade_no,
            sub_mchid: wire.sub_mchid,
            out_refund_no: wire.out_refund_no,
            refund_fen: wire.amount.refund,
            total_fen: wire.amount.total,
            notify_url: wire.notify_url,
            request,
        };
        let mut state = self.state();
        let known = state.refund_by_number(&asked.out_refund_no).is_some();
        let refund = state.refund(asked, now, end, takes_us).map_err(|refused| match &refused {
            RefundRefused::NotPaid => refusal(404, "RESOURCE_NOT_EXISTS", &refused.to_string()),
            RefundRefused::Total(_) | RefundRefused::TooMuch { .. } | RefundRefused::NumberUsed => {
                refusal(400, "INVALID_REQUEST", &refused.to_string())
            }
        })?;
        if !known && !lost {
            state.queue_refund(&refund, delay_us);
        }
        drop(state);
        self.0.queued.notify_one();
        // Accepted is not finished, even if it takes no time: the platform has to wait for the notification or ask.
        ok(&refund_json(&refund, if known { refund.status(now) } else { "PROCESSING" }))
    }

    pub(crate) fn show_refund(&self, no: &str, query: &str, now: i64) -> Outcome {
        let state = self.state();
        let refund = state.refund_by_number(no).filter(|refund| refund.merchant.sub_mchid() == query_value(query, "sub_mchid").as_deref());
        match refund {
            Some(refund) => ok(&refund_json(refund, refund.status(now))),
            None => Err(refusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在")),
        }
    }

    pub(crate) fn make_bill(&self, query: &str, host: &str, now: i64) -> Outcome {
        let day: jiff::civil::Date =
            query_value(query, "bill_date").and_then(|text| text.parse().ok()).ok_or_else(|| param_error("bill_date 须为 YYYY-MM-DD"))?;
        let local = beijing(now);
        if day >= local.date() {
            return Err(refusal(400, "INVALID_REQUEST", "bill_date 须早于今天"));
        }
        if day.tomorrow().is_ok_and(|next| next == local.date()) && local.hour() < 10 {
            return Err(refusal(400, "STATEMENT_CREATING", "账单生成中，请在次日10点后获取"));
        }
        let kind = query_value(query, "bill_type").unwrap_or_else(|| "ALL".to_owned());
        let sub_mchid = query_value(query, "sub_mchid");
        let asked = BillAsked {
            day,
            sub_mchid: sub_mchid.as_deref(),
            payments: kind != "REFUND",
            refunds: kind != "SUCCESS",
            gzip: query_value(query, "tar_type").as_deref() == Some("GZIP"),
        };
        let fault = self.faults().bill;
        let mut state = self.state();
        let Some(file) = bill_of(&state, &asked, now, fault) else {
            return Err(refusal(400, "NO_STATEMENT_EXIST", "账单文件不存在"));
        };
        let token = state.keep_bill(file.bytes, now);
        let download_url = format!("http://{host}/v3/billdownload/file?token={token}");
        ok(&json!({ "hash_type": "SHA1", "hash_value": file.sha1_hex, "download_url": download_url }))
    }

    pub(crate) fn hand_out_bill(&self, query: &str, now: i64) -> Outcome {
        let token = query_value(query, "token").unwrap_or_default();
        match self.state().bill(&token, now) {
            Some(file) => Ok(unsigned_file(file)),
            None => Err(refusal(404, "RESOURCE_NOT_EXISTS", "账单地址已失效")),
        }
    }
}

fn refund_json(refund: &Refund, status: &str) -> Value {
    let mut shown = json!({
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": refund.transaction_id,
        "out_trade_no": refund.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund.accepted_at),
        "status": status,
        "funds_account": "AVAILABLE",
        "amount": {
            "total": refund.total_fen,
            "refund": refund.refund_fen,
            "payer_total": refund.total_fen,
            "payer_refund": refund.refund_fen,
            "settlement_total": refund.total_fen,
            "settlement_refund": refund.refund_fen,
            "discount_refund": 0,
            "currency": "CNY",
        },
    });
    if status == "SUCCESS" {
        shown["success_time"] = rfc3339(refund.ends_at).into();
    }
    shown
}
