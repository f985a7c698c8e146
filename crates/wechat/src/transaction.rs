//! One payment as the channel reports it, in a notification or as the answer to a query.

use serde::Deserialize;

use crate::merchant::Merchant;
use crate::time::micros_of_rfc3339;

/// `Unknown` keeps what the channel wrote: it is neither paid nor failed until a later query says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TradeState {
    Success,
    NotPay,
    Closed,
    /// Paid, and since then refunded in part or whole.
    Refund,
    UserPaying,
    Revoked,
    PayError,
    Unknown(String),
}

impl TradeState {
    fn read(text: &str) -> Self {
        match text {
            "SUCCESS" => Self::Success,
            "NOTPAY" => Self::NotPay,
            "CLOSED" => Self::Closed,
            "REFUND" => Self::Refund,
            "USERPAYING" => Self::UserPaying,
            "REVOKED" => Self::Revoked,
            "PAYERROR" => Self::PayError,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

/// The order's total and what the donor really paid (less, when the channel's coupons paid a part).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    pub total_fen: i64,
    pub payer_total_fen: Option<i64>,
    pub currency: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub merchant: Merchant,
    pub out_trade_no: String,
    pub transaction_id: Option<String>,
    pub trade_type: Option<String>,
    pub trade_state: TradeState,
    pub trade_state_desc: Option<String>,
    pub bank_type: Option<String>,
    pub attach: Option<String>,
    /// Microseconds UTC; present once paid.
    pub success_at: Option<i64>,
    /// The payer under the appid that placed the order (`openid`, `sp_openid`).
    pub openid: Option<String>,
    /// The payer under the sub-merchant's own appid.
    pub sub_openid: Option<String>,
    /// Absent in some answers about orders that were never paid.
    pub amount: Option<Amount>,
}

/// The evidence of a payment. It exists only for state SUCCESS with id, time and amount all stated, so nobody can book less than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid<'a> {
    pub merchant: &'a Merchant,
    pub out_trade_no: &'a str,
    pub transaction_id: &'a str,
    pub paid_at: i64,
    pub total_fen: i64,
    pub currency: &'a str,
}

impl Transaction {
    /// `None` means: not proven paid. It does not mean failed.
    pub fn paid(&self) -> Option<Paid<'_>> {
        let amount = self.amount.as_ref()?;
        if self.trade_state != TradeState::Success || amount.total_fen < 1 {
            return None;
        }
        Some(Paid {
            merchant: &self.merchant,
            out_trade_no: &self.out_trade_no,
            transaction_id: self.transaction_id.as_deref().filter(|id| !id.is_empty())?,
            paid_at: self.success_at?,
            total_fen: amount.total_fen,
            currency: &amount.currency,
        })
    }

    pub(crate) fn read(json: &[u8]) -> Result<Self, String> {
        serde_json::from_slice::<Wire>(json).map_err(|e| e.to_string())?.into_transaction()
    }
}

/// The fields of both modes at once; which of them are present decides the mode.
#[derive(Deserialize)]
struct Wire {
    appid: Option<String>,
    mchid: Option<String>,
    sp_appid: Option<String>,
    sp_mchid: Option<String>,
    sub_appid: Option<String>,
    sub_mchid: Option<String>,
    out_trade_no: String,
    transaction_id: Option<String>,
    trade_type: Option<String>,
    trade_state: String,
    trade_state_desc: Option<String>,
    bank_type: Option<String>,
    attach: Option<String>,
    success_time: Option<String>,
    payer: Option<WirePayer>,
    amount: Option<WireAmount>,
}

#[derive(Deserialize)]
struct WirePayer {
    #[serde(alias = "sp_openid")]
    openid: Option<String>,
    sub_openid: Option<String>,
}

#[derive(Deserialize)]
struct WireAmount {
    total: Option<i64>,
    payer_total: Option<i64>,
    currency: Option<String>,
}

impl Wire {
    fn into_transaction(self) -> Result<Transaction, String> {
        let merchant = match (self.sp_mchid, self.sub_mchid, self.mchid) {
            (Some(sp_mchid), Some(sub_mchid), None) => Merchant::Partner {
                sp_appid: self.sp_appid.ok_or("sp_appid is missing")?,
                sp_mchid,
                sub_appid: self.sub_appid.filter(|appid| !appid.is_empty()),
                sub_mchid,
            },
            (None, None, Some(mchid)) => Merchant::Direct { appid: self.appid.ok_or("appid is missing")?, mchid },
            _ => {
                return Err("neither mchid alone nor sp_mchid with sub_mchid is present".to_owned());
            }
        };
        let success_at = match self.success_time.as_deref() {
            None | Some("") => None,
            Some(text) => Some(micros_of_rfc3339(text).ok_or_else(|| format!("success_time \"{text}\" is not RFC 3339"))?),
        };
        let amount = self.amount.and_then(|amount| {
            // A total without currency is WeChat's older way to say fen.
            let currency = amount.currency.unwrap_or_else(|| "CNY".to_owned());
            Some(Amount { total_fen: amount.total?, payer_total_fen: amount.payer_total, currency })
        });
        let (openid, sub_openid) = self.payer.map_or((None, None), |payer| (payer.openid, payer.sub_openid));
        Ok(Transaction {
            merchant,
            out_trade_no: self.out_trade_no,
            transaction_id: self.transaction_id,
            trade_type: self.trade_type,
            trade_state: TradeState::read(&self.trade_state),
            trade_state_desc: self.trade_state_desc,
            bank_type: self.bank_type,
            attach: self.attach,
            success_at,
            openid,
            sub_openid,
            amount,
        })
    }
}
