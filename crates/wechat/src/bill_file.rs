//! Reading a trade bill's bytes: hash first, then rows, then the channel's own summary against the rows. Source: 交易账单文件格式说明 (type ALL).
//!
//! Every value is preceded by a backtick and money is written in yuan, while the API speaks fen; nothing here passes through a float.

use std::io::Read;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use flate2::read::GzDecoder;

use crate::time::micros_of_bill_time;

/// A bill of a million rows is under 400 MB; beyond this someone is feeding us a bomb.
const LARGEST_BYTES: u64 = 1 << 30;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillRowState {
    Success,
    Refund,
    Revoked,
    Unknown(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillRefund {
    pub refund_id: String,
    pub out_refund_no: String,
    pub refund_fen: i64,
    pub coupon_refund_fen: i64,
    pub applied_fen: i64,
    pub kind: String,
    /// As it was when the bill was written; it is not updated later.
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillRow {
    /// Microseconds UTC: when it was paid, or when the refund was accepted.
    pub traded_at: i64,
    pub appid: String,
    pub mchid: String,
    pub sub_mchid: Option<String>,
    pub transaction_id: String,
    pub out_trade_no: String,
    pub openid: String,
    pub trade_type: String,
    pub state: BillRowState,
    pub bank_type: String,
    pub currency: String,
    /// Order total without the channel's coupons; zero on a refund's row.
    pub settlement_fen: i64,
    pub coupon_fen: i64,
    pub order_fen: i64,
    pub refund: Option<BillRefund>,
    pub description: String,
    pub attach: String,
    /// The channel's fee in thousandths of a fen, negative when a refund returns it.
    pub fee_millifen: i64,
    pub fee_rate: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BillSummary {
    pub rows: i64,
    pub settlement_fen: i64,
    pub refund_fen: i64,
    pub coupon_refund_fen: i64,
    pub fee_millifen: i64,
    pub order_fen: i64,
    pub applied_refund_fen: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub rows: Vec<BillRow>,
    pub summary: BillSummary,
}

/// Why a bill is not used for reconciliation. None of them changes a gift: a bill that cannot be trusted says nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BillRefused {
    #[error("the bill does not unzip: {0}")]
    NotGzip(String),
    #[error("the bill unzips to more than {LARGEST_BYTES} bytes")]
    TooLarge,
    #[error("the bill's SHA-1 is {found}, the channel announced {announced}: changed or cut on the way")]
    Hash { announced: String, found: String },
    #[error("the bill is not UTF-8")]
    NotText,
    #[error("the bill has no column \"{0}\"")]
    NoColumn(&'static str),
    #[error("line {line} of the bill has {found} values instead of {expected}")]
    Width { line: usize, found: usize, expected: usize },
    #[error("line {line} of the bill: \"{value}\" is not a valid {column}")]
    Value { line: usize, column: &'static str, value: String },
    #[error("the bill ends without its summary")]
    NoSummary,
    #[error("the bill contradicts itself: its summary says {what} {stated}, its rows add up to {counted}")]
    Summary { what: &'static str, stated: i64, counted: i64 },
}

/// `file` is the downloaded bytes, gzip or plain (told apart by gzip's own first bytes); `sha1_hex` is the announced hash of the plain bytes.
pub fn read_bill(file: &[u8], sha1_hex: &str) -> Result<Bill, BillRefused> {
    let unzipped;
    let plain = if file.starts_with(&[0x1f, 0x8b]) {
        let mut buffer = Vec::new();
        let read = GzDecoder::new(file).take(LARGEST_BYTES + 1).read_to_end(&mut buffer);
        let len = read.map_err(|e| BillRefused::NotGzip(e.to_string()))?;
        if len as u64 > LARGEST_BYTES {
            return Err(BillRefused::TooLarge);
        }
        unzipped = buffer;
        unzipped.as_slice()
    } else {
        file
    };
    let found: String = digest(&SHA1_FOR_LEGACY_USE_ONLY, plain).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    if !found.eq_ignore_ascii_case(sha1_hex) {
        return Err(BillRefused::Hash { announced: sha1_hex.to_owned(), found });
    }
    let text = std::str::from_utf8(plain).map_err(|_| BillRefused::NotText)?;
    read_text(text)
}

fn read_text(text: &str) -> Result<Bill, BillRefused> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines =
        text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end_matches('\r'))).filter(|(_, line)| !line.is_empty());
    let (_, header) = lines.next().ok_or(BillRefused::NoColumn("交易时间"))?;
    let columns = Columns::of(header)?;

    let mut rows = Vec::new();
    let summary_header = loop {
        let (line, content) = lines.next().ok_or(BillRefused::NoSummary)?;
        // Only values start with a backtick; the first line that does not is the summary's header.
        if !content.starts_with('`') {
            break content;
        }
        rows.push(columns.row(line, &values(content))?);
    };
    let (line, content) = lines.next().ok_or(BillRefused::NoSummary)?;
    if let Some((line, _)) = lines.next() {
        return Err(BillRefused::Value { line, column: "end of the bill", value: "more lines follow the summary".to_owned() });
    }
    let summary = read_summary(summary_header, line, &values(content))?;
    compare(&summary, &added_up(&rows))?;
    Ok(Bill { rows, summary })
}

/// A comma inside a value is not followed by a backtick, so the pair is the separator.
fn values(line: &str) -> Vec<&str> {
    line.strip_prefix('`').unwrap_or(line).split(",`").collect()
}

/// Positions by name, so that a column the channel adds does not shift money into another one.
struct Columns {
    width: usize,
    at: [usize; NAMES.len()],
}

const NAMES: [&str; 25] = [
    "交易时间",
    "公众账号ID",
    "商户号",
    "特约商户号",
    "微信订单号",
    "商户订单号",
    "用户标识",
    "交易类型",
    "交易状态",
    "付款银行",
    "货币种类",
    "应结订单金额",
    "代金券金额",
    "微信退款单号",
    "商户退款单号",
    "退款金额",
    "充值券退款金额",
    "退款类型",
    "退款状态",
    "商品名称",
    "商户数据包",
    "手续费",
    "费率",
    "订单金额",
    "申请退款金额",
];

impl Columns {
    fn of(header: &str) -> Result<Self, BillRefused> {
        let names: Vec<&str> = header.split(',').collect();
        let mut at = [0; NAMES.len()];
        for (slot, name) in at.iter_mut().zip(NAMES) {
            *slot = names.iter().position(|n| *n == name).ok_or(BillRefused::NoColumn(name))?;
        }
        Ok(Self { width: names.len(), at })
    }

    fn row(&self, line: usize, values: &[&str]) -> Result<BillRow, BillRefused> {
        if values.len() != self.width {
            return Err(BillRefused::Width { line, found: values.len(), expected: self.width });
        }
        let value = |index: usize| values[self.at[index]].trim();
        let text = |index: usize| value(index).to_owned();
        let bad = |column, value: &str| BillRefused::Value { line, column, value: value.to_owned() };
        let fen = |index: usize| fen_of_yuan(value(index)).ok_or_else(|| bad(NAMES[index], value(index)));
        let state = match value(8) {
            "SUCCESS" => BillRowState::Success,
            "REFUND" => BillRowState::Refund,
            "REVOKED" => BillRowState::Revoked,
            other => BillRowState::Unknown(other.to_owned()),
        };
        // Payments carry "0" where a refund would carry its numbers.
        let refund = if matches!(value(13), "" | "0") {
            None
        } else {
            Some(BillRefund {
                refund_id: text(13),
                out_refund_no: text(14),
                refund_fen: fen(15)?,
                coupon_refund_fen: fen(16)?,
                applied_fen: fen(24)?,
                kind: text(17),
                status: text(18),
            })
        };
        let contradicts = match state {
            BillRowState::Success => refund.is_some(),
            BillRowState::Refund => refund.is_none(),
            BillRowState::Revoked | BillRowState::Unknown(_) => false,
        };
        if contradicts {
            return Err(bad("交易状态", value(8)));
        }
        Ok(BillRow {
            traded_at: micros_of_bill_time(value(0)).ok_or_else(|| bad("交易时间", value(0)))?,
            appid: text(1),
            mchid: text(2),
            sub_mchid: Some(text(3)).filter(|sub| !matches!(sub.as_str(), "" | "0")),
            transaction_id: text(4),
            out_trade_no: text(5),
            openid: text(6),
            trade_type: text(7),
            state,
            bank_type: text(9),
            currency: text(10),
            settlement_fen: fen(11)?,
            coupon_fen: fen(12)?,
            order_fen: fen(23)?,
            refund,
            description: text(19),
            attach: text(20),
            fee_millifen: millifen_of_yuan(value(21)).ok_or_else(|| bad("手续费", value(21)))?,
            fee_rate: text(22),
        })
    }
}

fn read_summary(header: &str, line: usize, values: &[&str]) -> Result<BillSummary, BillRefused> {
    let names: Vec<&str> = header.split(',').collect();
    if values.len() != names.len() {
        return Err(BillRefused::Width { line, found: values.len(), expected: names.len() });
    }
    let value = |name: &'static str| names.iter().position(|n| *n == name).map(|i| values[i].trim()).ok_or(BillRefused::NoColumn(name));
    let read = |name: &'static str, parse: fn(&str) -> Option<i64>| {
        let text = value(name)?;
        parse(text).ok_or_else(|| BillRefused::Value { line, column: name, value: text.to_owned() })
    };
    Ok(BillSummary {
        rows: read("总交易单数", |text| text.parse().ok())?,
        settlement_fen: read("应结订单总金额", fen_of_yuan)?,
        refund_fen: read("退款总金额", fen_of_yuan)?,
        coupon_refund_fen: read("充值券退款总金额", fen_of_yuan)?,
        fee_millifen: read("手续费总金额", millifen_of_yuan)?,
        order_fen: read("订单总金额", fen_of_yuan)?,
        applied_refund_fen: read("申请退款总金额", fen_of_yuan)?,
    })
}

/// Saturating: a sum beyond all money then contradicts the summary instead of stopping the program.
fn added_up(rows: &[BillRow]) -> BillSummary {
    let mut sum = BillSummary { rows: rows.len() as i64, ..BillSummary::default() };
    let add = |total: &mut i64, value: i64| *total = total.saturating_add(value);
    for row in rows {
        add(&mut sum.settlement_fen, row.settlement_fen);
        add(&mut sum.order_fen, row.order_fen);
        add(&mut sum.fee_millifen, row.fee_millifen);
        if let Some(refund) = &row.refund {
            add(&mut sum.refund_fen, refund.refund_fen);
            add(&mut sum.coupon_refund_fen, refund.coupon_refund_fen);
            add(&mut sum.applied_refund_fen, refund.applied_fen);
        }
    }
    sum
}

fn compare(stated: &BillSummary, counted: &BillSummary) -> Result<(), BillRefused> {
    let pairs = [
        ("rows", stated.rows, counted.rows),
        ("settlement in fen", stated.settlement_fen, counted.settlement_fen),
        ("refunds in fen", stated.refund_fen, counted.refund_fen),
        ("coupon refunds in fen", stated.coupon_refund_fen, counted.coupon_refund_fen),
        ("fees in thousandths of a fen", stated.fee_millifen, counted.fee_millifen),
        ("orders in fen", stated.order_fen, counted.order_fen),
        ("refunds applied for in fen", stated.applied_refund_fen, counted.applied_refund_fen),
    ];
    match pairs.into_iter().find(|(_, stated, counted)| stated != counted) {
        Some((what, stated, counted)) => Err(BillRefused::Summary { what, stated, counted }),
        None => Ok(()),
    }
}

/// Exactly, or not at all: `0.005` yuan is no number of fen.
fn fen_of_yuan(text: &str) -> Option<i64> {
    let millifen = millifen_of_yuan(text)?;
    (millifen % 1000 == 0).then_some(millifen / 1000)
}

/// Up to five decimals, as the channel writes fees. One value has at most ten digits of yuan.
fn millifen_of_yuan(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() > 10 || fraction.len() > 5 {
        return None;
    }
    let value = whole.parse::<i64>().ok()? * 100_000 + format!("{fraction:0<5}").parse::<i64>().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen_exactly_or_not_at_all() {
        let table: &[(&str, Option<i64>)] = &[
            ("0.01", Some(1)),
            ("0.00", Some(0)),
            ("12.3", Some(1230)),
            ("12", Some(1200)),
            ("-0.07", Some(-7)),
            ("0.29", Some(29)), // 0.29 * 100 is 28.999… in binary floating point
            ("9999999999.99", Some(999_999_999_999)),
            ("0.005", None),
            ("0.00000", Some(0)),
            ("1e3", None),
            ("１.00", None),
            ("+1.00", None),
            ("", None),
            (".5", None),
            ("5.", None),
            ("1.000000", None),
            ("99999999999.00", None),
        ];
        for (text, fen) in table {
            assert_eq!(fen_of_yuan(text), *fen, "{text}");
        }
        assert_eq!(millifen_of_yuan("-0.05940"), Some(-5940));
    }
}
