//! Placing, asking about and closing an order. Source: WeChat Pay API v3, JSAPI, H5 and Native 下单, 查询订单, 关闭订单 (merchant and partner).

use serde::{Deserialize, Serialize};

use crate::answer::{ApiError, failure, from_failure, unreadable};
use crate::merchant::Merchant;
use crate::sign::HttpRequest;
use crate::time::rfc3339_of_micros;
use crate::transaction::Transaction;

/// What every kind of order states.
#[derive(Debug, Clone, Copy)]
pub struct NewOrder<'a> {
    /// Ours; the same number may be sent again only with identical fields.
    pub out_trade_no: &'a str,
    /// Shown to the donor on the bill; at most 127 bytes, see [`shorten_description`].
    pub description: &'a str,
    pub amount_fen: i64,
    pub notify_url: &'a str,
    /// Microseconds UTC, cut to the second.
    pub expires_at: i64,
    /// Comes back in the notification and the bill; at most 128 bytes.
    pub attach: Option<&'a str>,
}

/// Who pays, for JSAPI.
#[derive(Debug, Clone, Copy)]
pub enum Payer<'a> {
    /// Known under the ordering appid: `openid`, or `sp_openid` in partner mode.
    Openid(&'a str),
    /// Known under the charity's own appid; partner mode with a `sub_appid` only.
    SubOpenid(&'a str),
}

/// Required for H5: WeChat compares the address with the one that later opens the cashier.
#[derive(Debug, Clone, Copy)]
pub struct H5Scene<'a> {
    pub payer_client_ip: &'a str,
    pub app_name: &'a str,
    pub app_url: &'a str,
}

/// Why we do not even send the order.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OrderRefused {
    #[error("the order number \"{0}\" must have 6 to 32 letters, digits or _ - | *")]
    OutTradeNo(String),
    #[error("the description must have 1 to 127 bytes and neither control characters nor backticks; this one has {0} bytes")]
    Description(usize),
    #[error("the amount must be at least 1 fen, not {0}")]
    Amount(i64),
    #[error("the notification address \"{0}\" must be https (http only on loopback), without query, at most 255 bytes")]
    NotifyUrl(String),
    #[error("the order's expiry {0} µs cannot be written as a date")]
    Expiry(i64),
    #[error("the attached data has {0} bytes, over 128, or control characters or backticks")]
    Attach(usize),
    #[error("a payer known under the charity's appid needs partner mode with a sub_appid")]
    NoSubAppid,
    #[error("the payer's openid must have 1 to 128 bytes")]
    Openid,
    #[error("\"{0}\" is not the payer's IP address, which an H5 order must state")]
    ClientIp(String),
    #[error("\"{0}\" is not a transaction id")]
    TransactionId(String),
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mchid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_appid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_mchid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_appid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a str>,
    description: &'a str,
    out_trade_no: &'a str,
    time_expire: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<&'a str>,
    notify_url: &'a str,
    amount: Total,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<PayerBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<SceneBody<'a>>,
}

#[derive(Serialize)]
struct Total {
    total: i64,
    currency: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PayerBody<'a> {
    Openid(&'a str),
    SpOpenid(&'a str),
    SubOpenid(&'a str),
}

#[derive(Serialize)]
struct SceneBody<'a> {
    payer_client_ip: &'a str,
    h5_info: H5Body<'a>,
}

#[derive(Serialize)]
struct H5Body<'a> {
    r#type: &'static str,
    app_name: &'a str,
    app_url: &'a str,
}

/// Inside WeChat: the answer's `prepay_id` goes into [`crate::Signer::pay_parameters`].
pub fn jsapi(merchant: &Merchant, order: &NewOrder<'_>, payer: Payer<'_>) -> Result<HttpRequest, OrderRefused> {
    let (Payer::Openid(openid) | Payer::SubOpenid(openid)) = payer;
    if openid.is_empty() || openid.len() > 128 {
        return Err(OrderRefused::Openid);
    }
    let payer = match (merchant, payer) {
        (Merchant::Direct { .. }, Payer::Openid(id)) => PayerBody::Openid(id),
        (Merchant::Partner { .. }, Payer::Openid(id)) => PayerBody::SpOpenid(id),
        (Merchant::Partner { sub_appid: Some(_), .. }, Payer::SubOpenid(id)) => PayerBody::SubOpenid(id),
        (_, Payer::SubOpenid(_)) => return Err(OrderRefused::NoSubAppid),
    };
    Ok(HttpRequest::post(format!("{}/jsapi", base(merchant)), &Body { payer: Some(payer), ..body(merchant, order)? }))
}

/// A phone's browser outside WeChat: the answer's `h5_url` lives five minutes.
pub fn h5(merchant: &Merchant, order: &NewOrder<'_>, scene: H5Scene<'_>) -> Result<HttpRequest, OrderRefused> {
    if scene.payer_client_ip.parse::<std::net::IpAddr>().is_err() {
        return Err(OrderRefused::ClientIp(scene.payer_client_ip.to_owned()));
    }
    let h5_info = H5Body { r#type: "Wap", app_name: scene.app_name, app_url: scene.app_url };
    let scene_info = Some(SceneBody { payer_client_ip: scene.payer_client_ip, h5_info });
    Ok(HttpRequest::post(format!("{}/h5", base(merchant)), &Body { scene_info, ..body(merchant, order)? }))
}

/// A desktop browser: the answer's `code_url` is shown as a QR code.
pub fn native(merchant: &Merchant, order: &NewOrder<'_>) -> Result<HttpRequest, OrderRefused> {
    Ok(HttpRequest::post(format!("{}/native", base(merchant)), &body(merchant, order)?))
}

pub fn query_by_out_trade_no(merchant: &Merchant, out_trade_no: &str) -> Result<HttpRequest, OrderRefused> {
    let no = checked_out_trade_no(out_trade_no)?;
    Ok(HttpRequest::get(format!("{}/out-trade-no/{}?{}", base(merchant), in_path(no), identity_query(merchant))))
}

/// Only paid orders have a transaction id.
pub fn query_by_transaction_id(merchant: &Merchant, transaction_id: &str) -> Result<HttpRequest, OrderRefused> {
    if transaction_id.is_empty() || transaction_id.len() > 32 || !transaction_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(OrderRefused::TransactionId(transaction_id.to_owned()));
    }
    Ok(HttpRequest::get(format!("{}/id/{transaction_id}?{}", base(merchant), identity_query(merchant))))
}

pub fn close(merchant: &Merchant, out_trade_no: &str) -> Result<HttpRequest, OrderRefused> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Who<'a> {
        Direct { mchid: &'a str },
        Partner { sp_mchid: &'a str, sub_mchid: &'a str },
    }
    let no = checked_out_trade_no(out_trade_no)?;
    let who = match merchant {
        Merchant::Direct { mchid, .. } => Who::Direct { mchid },
        Merchant::Partner { sp_mchid, sub_mchid, .. } => Who::Partner { sp_mchid, sub_mchid },
    };
    Ok(HttpRequest::post(format!("{}/out-trade-no/{}/close", base(merchant), in_path(no)), &who))
}

#[derive(Debug, Clone, PartialEq)]
pub enum OrderAnswer {
    Jsapi {
        prepay_id: String,
    },
    H5 {
        h5_url: String,
    },
    Native {
        code_url: String,
    },
    /// This number has been paid already: query it, do not ask the donor again.
    AlreadyPaid,
    Refused(ApiError),
    /// Send the identical order again, or query it.
    Unknown {
        status: u16,
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum QueryAnswer {
    Found(Box<Transaction>),
    /// The channel has never seen this number. An order that was answered with an id cannot become this.
    NotExist,
    Refused(ApiError),
    Unknown {
        status: u16,
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum CloseAnswer {
    Closed,
    /// The donor was faster: query it and record the gift.
    AlreadyPaid,
    Refused(ApiError),
    Unknown {
        status: u16,
        why: String,
    },
}

from_failure!(OrderAnswer, QueryAnswer, CloseAnswer);

/// Both spellings occur in the channel's documents.
fn says_paid(error: &ApiError) -> bool {
    error.code == "ORDERPAID" || error.code == "ORDER_PAID"
}

/// Reads the answer to any of the three kinds of order.
pub fn read_order(status: u16, body: &[u8]) -> OrderAnswer {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Wire {
        Jsapi { prepay_id: String },
        H5 { h5_url: String },
        Native { code_url: String },
    }
    if status == 200 {
        return match serde_json::from_slice(body) {
            Ok(Wire::Jsapi { prepay_id }) if !prepay_id.is_empty() => OrderAnswer::Jsapi { prepay_id },
            Ok(Wire::H5 { h5_url }) if !h5_url.is_empty() => OrderAnswer::H5 { h5_url },
            Ok(Wire::Native { code_url }) if !code_url.is_empty() => OrderAnswer::Native { code_url },
            Ok(_) => unreadable(status, &"an empty field").into(),
            Err(error) => unreadable(status, &error).into(),
        };
    }
    match failure(status, body).into() {
        OrderAnswer::Refused(error) if says_paid(&error) => OrderAnswer::AlreadyPaid,
        other => other,
    }
}

pub fn read_query(status: u16, body: &[u8]) -> QueryAnswer {
    if status == 200 {
        return match Transaction::read(body) {
            Ok(transaction) => QueryAnswer::Found(Box::new(transaction)),
            Err(error) => unreadable(status, &error).into(),
        };
    }
    match failure(status, body).into() {
        QueryAnswer::Refused(error) if error.code == "ORDER_NOT_EXIST" || error.code == "ORDERNOTEXIST" => QueryAnswer::NotExist,
        other => other,
    }
}

pub fn read_close(status: u16, body: &[u8]) -> CloseAnswer {
    if status == 204 {
        return CloseAnswer::Closed;
    }
    match failure(status, body).into() {
        CloseAnswer::Refused(error) if says_paid(&error) => CloseAnswer::AlreadyPaid,
        CloseAnswer::Refused(error) if error.code == "ORDER_CLOSED" || error.code == "ORDERCLOSED" => CloseAnswer::Closed,
        other => other,
    }
}

/// The longest beginning that fits a description, cut between characters, with what WeChat would choke on replaced by spaces.
pub fn shorten_description(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    clean.trim()[..clean.trim().floor_char_boundary(127)].to_owned()
}

fn base(merchant: &Merchant) -> &'static str {
    match merchant {
        Merchant::Direct { .. } => "/v3/pay/transactions",
        Merchant::Partner { .. } => "/v3/pay/partner/transactions",
    }
}

fn identity_query(merchant: &Merchant) -> String {
    match merchant {
        Merchant::Direct { mchid, .. } => format!("mchid={mchid}"),
        Merchant::Partner { sp_mchid, sub_mchid, .. } => format!("sp_mchid={sp_mchid}&sub_mchid={sub_mchid}"),
    }
}

/// The bar is the one allowed character that a URL must escape.
fn in_path(out_trade_no: &str) -> String {
    out_trade_no.replace('|', "%7C")
}

pub(crate) fn checked_out_trade_no(no: &str) -> Result<&str, OrderRefused> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-|*".contains(&b);
    if (6..=32).contains(&no.len()) && no.bytes().all(allowed) { Ok(no) } else { Err(OrderRefused::OutTradeNo(no.to_owned())) }
}

pub(crate) fn is_notify_url(url: &str) -> bool {
    let loopback = ["http://127.0.0.1:", "http://127.0.0.1/", "http://localhost:", "http://localhost/", "http://[::1]:"];
    let scheme = url.starts_with("https://") || loopback.iter().any(|start| url.starts_with(start));
    scheme && url.len() <= 255 && url.bytes().all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#')
}

/// A backtick would split a value in the channel's bill.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || c == '`')
}

fn body<'a>(merchant: &'a Merchant, order: &NewOrder<'a>) -> Result<Body<'a>, OrderRefused> {
    let out_trade_no = checked_out_trade_no(order.out_trade_no)?;
    if order.description.is_empty() || order.description.len() > 127 || !is_plain(order.description) {
        return Err(OrderRefused::Description(order.description.len()));
    }
    if order.amount_fen < 1 {
        return Err(OrderRefused::Amount(order.amount_fen));
    }
    if !is_notify_url(order.notify_url) {
        return Err(OrderRefused::NotifyUrl(order.notify_url.to_owned()));
    }
    if let Some(attach) = order.attach.filter(|a| a.len() > 128 || !is_plain(a)) {
        return Err(OrderRefused::Attach(attach.len()));
    }
    let time_expire = rfc3339_of_micros(order.expires_at).ok_or(OrderRefused::Expiry(order.expires_at))?;
    let mut body = Body {
        appid: None,
        mchid: None,
        sp_appid: None,
        sp_mchid: None,
        sub_appid: None,
        sub_mchid: None,
        description: order.description,
        out_trade_no,
        time_expire,
        attach: order.attach,
        notify_url: order.notify_url,
        amount: Total { total: order.amount_fen, currency: "CNY" },
        payer: None,
        scene_info: None,
    };
    match merchant {
        Merchant::Direct { appid, mchid } => {
            body.appid = Some(appid);
            body.mchid = Some(mchid);
        }
        Merchant::Partner { sp_appid, sp_mchid, sub_appid, sub_mchid } => {
            body.sp_appid = Some(sp_appid);
            body.sp_mchid = Some(sp_mchid);
            body.sub_appid = sub_appid.as_deref();
            body.sub_mchid = Some(sub_mchid);
        }
    }
    Ok(body)
}
