//! A day's trade bill, written from the gateway's own orders in the channel's format (交易账单, types ALL, SUCCESS and REFUND).

use std::io::Write;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::Date;
use wechat::Merchant;

use crate::faults::BillFault;
use crate::keys::hex;
use crate::notifications::PaymentEvent;
use crate::state::{Order, State, beijing};

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,\
应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

pub(crate) struct BillAsked<'a> {
    pub day: Date,
    /// Only this charity's account, when stated.
    pub sub_mchid: Option<&'a str>,
    pub payments: bool,
    pub refunds: bool,
    pub gzip: bool,
}

pub(crate) struct BillFile {
    pub sha1_hex: String,
    pub bytes: Vec<u8>,
}

struct Row {
    at: i64,
    /// Payment's transaction id or refund's id: the channel's running number breaks ties.
    number: String,
    before: Vec<String>,
    order_fen: i64,
    refund: Option<RowRefund>,
    after: Vec<String>,
}

struct RowRefund {
    refund_id: String,
    out_refund_no: String,
    refund_fen: i64,
    status: String,
}

/// `None` when nothing happened on that day.
pub(crate) fn bill_of(state: &State, asked: &BillAsked<'_>, now: i64, fault: Option<BillFault>) -> Option<BillFile> {
    let mut rows = rows_of(state, asked, now);
    match fault {
        Some(BillFault::DropRow) if !rows.is_empty() => {
            rows.remove(0);
        }
        Some(BillFault::AlterAmount) => {
            if let Some(row) = rows.iter_mut().find(|row| row.refund.is_none()) {
                row.order_fen += 1;
            }
        }
        _ => {}
    }
    if rows.is_empty() {
        return None;
    }
    let mut text = text_of(&rows).into_bytes();
    let sha1_hex = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, &text).as_ref()).to_lowercase();
    if fault == Some(BillFault::CorruptByte) {
        let middle = text.len() / 2;
        text[middle] ^= 1;
    }
    let bytes = if asked.gzip {
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        zip.write_all(&text).and_then(|()| zip.finish()).expect("writing to memory cannot fail")
    } else {
        text
    };
    Some(BillFile { sha1_hex, bytes })
}

fn rows_of(state: &State, asked: &BillAsked<'_>, now: i64) -> Vec<Row> {
    let on_day = |at: i64| beijing(at).date() == asked.day;
    let ours = |merchant: &Merchant| asked.sub_mchid.is_none_or(|sub| merchant.sub_mchid() == Some(sub));
    let mut rows = Vec::new();
    if asked.payments {
        for (order, payment) in state.payments().filter(|(_, payment)| on_day(payment.paid_at) && ours(&payment.merchant)) {
            let row = row_of(order, payment, payment.paid_at, &payment.transaction_id, "SUCCESS");
            rows.push(Row { order_fen: payment.total_fen, ..row });
        }
    }
    if asked.refunds {
        for refund in state.refunds().filter(|refund| on_day(refund.accepted_at) && ours(&refund.merchant)) {
            let Some((order, payment)) = state.payment_of(&refund.transaction_id) else { continue };
            let detail = RowRefund {
                refund_id: refund.refund_id.clone(),
                out_refund_no: refund.out_refund_no.clone(),
                refund_fen: refund.refund_fen,
                status: refund.status(now).to_owned(),
            };
            let row = row_of(order, payment, refund.accepted_at, &refund.refund_id, "REFUND");
            rows.push(Row { refund: Some(detail), ..row });
        }
    }
    rows.sort_by(|a, b| (a.at, &a.number).cmp(&(b.at, &b.number)));
    rows
}

/// What payments and refunds have in common; the amounts are the caller's.
fn row_of(order: &Order, payment: &PaymentEvent, at: i64, number: &str, trade_state: &str) -> Row {
    let (appid, mchid, sub) = match &payment.merchant {
        Merchant::Direct { appid, mchid } => (appid, mchid, "0"),
        Merchant::Partner { sp_appid, sp_mchid, sub_mchid, .. } => (sp_appid, sp_mchid, sub_mchid.as_str()),
    };
    let time = beijing(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let paid = [&payment.transaction_id, &payment.out_trade_no, &payment.openid, &payment.trade_type].map(String::as_str);
    let before = [&[&time, appid, mchid, sub, ""], paid.as_slice(), &[trade_state, "OTHERS", "CNY"]].concat();
    let after = vec![order.description.clone(), payment.attach.clone().unwrap_or_default()];
    Row { at, number: number.to_owned(), before: before.into_iter().map(str::to_owned).collect(), order_fen: 0, refund: None, after }
}

fn text_of(rows: &[Row]) -> String {
    let mut text = format!("\u{feff}{HEADER}\r\n");
    let (mut orders_fen, mut refunds_fen) = (0, 0);
    for row in rows {
        let none = RowRefund { refund_id: "0".into(), out_refund_no: "0".into(), refund_fen: 0, status: String::new() };
        let refund = row.refund.as_ref().unwrap_or(&none);
        let kind = if row.refund.is_some() { "ORIGINAL" } else { "" };
        orders_fen += row.order_fen;
        refunds_fen += refund.refund_fen;
        let middle = [
            yuan(row.order_fen),
            yuan(0),
            refund.refund_id.clone(),
            refund.out_refund_no.clone(),
            yuan(refund.refund_fen),
            yuan(0),
            kind.to_owned(),
            refund.status.clone(),
        ];
        // A charity's rate is nought.
        let end = ["0.00000".to_owned(), "0.00%".to_owned(), yuan(row.order_fen), yuan(refund.refund_fen), String::new()];
        line(&mut text, row.before.iter().chain(&middle).chain(&row.after).chain(&end));
    }
    text.push_str(SUMMARY);
    text.push_str("\r\n");
    let summary =
        [rows.len().to_string(), yuan(orders_fen), yuan(refunds_fen), yuan(0), "0.00000".into(), yuan(orders_fen), yuan(refunds_fen)];
    line(&mut text, summary.iter());
    text
}

fn line<'a>(text: &mut String, values: impl Iterator<Item = &'a String>) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push('`');
        text.push_str(value);
    }
    text.push_str("\r\n");
}

/// Fen as the bill writes them; the gateway has no negative amounts.
pub(crate) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
