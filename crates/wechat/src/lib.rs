//! WeChat Pay API v3: build the request, read the answer.
//!
//! Pure: nothing here opens a connection, reads a clock or draws a random number; time and nonces are arguments. The caller sends an
//! [`HttpRequest`] and hands back status, headers and the raw bytes it received.
//!
//! The order of work for anything that arrives is fixed: first [`Verifiers::verify`] on the raw bytes, then a `read_…` function. A reader never
//! guesses: what is neither a documented success nor a documented refusal is `Unknown`, which means "query again", never paid and never failed.
//!
//! | asked                                   | file               |
//! |-----------------------------------------|--------------------|
//! | why was a notification refused?         | `verify.rs` (signature, clock, key), `notification.rs` (content) |
//! | what do we sign, and with what?         | `sign.rs`          |
//! | orders, refunds, bills                  | `orders.rs`, `refunds.rs`, `bills.rs`, `bill_file.rs` |
//! | platform certificates and their rotation| `certificates.rs`  |
//! | who somebody is in WeChat               | `identity.rs`      |
//!
//! Amounts are fen in `i64`; times are microseconds UTC in `i64` unless the name says `_s`.

#![forbid(unsafe_code)]

mod answer;
mod bill_file;
mod bills;
mod certificates;
mod identity;
mod merchant;
mod notification;
mod orders;
mod refunds;
mod seal;
mod sign;
mod time;
mod transaction;
mod verify;

pub use answer::ApiError;
pub use bill_file::{Bill, BillRefund, BillRefused, BillRow, BillRowState, BillSummary, read_bill};
pub use bills::{BillAnswer, BillKind, BillLink, BillLinkRefused, bill_download, read_bill_link, trade_bill};
pub use certificates::{CertificateReport, CertificatesRefused, PlatformCertificate, certificates};
pub use identity::{
    AUTHORIZE_BASE, AppSecret, IdentityAnswer, Known, SNS_BASE, Scope, access_token, authorize_url, code_to_session, read_identity,
};
pub use merchant::Merchant;
pub use notification::{Notification, NotificationAnswer, NotificationRefused, RefundNotice, read_notification};
pub use orders::{
    CloseAnswer, H5Scene, NewOrder, OrderAnswer, OrderRefused, Payer, QueryAnswer, close, h5, jsapi, native, query_by_out_trade_no,
    query_by_transaction_id, read_close, read_order, read_query, shorten_description,
};
pub use refunds::{
    NewRefund, Refund, RefundAnswer, RefundOf, RefundQueryAnswer, RefundRefused, RefundStatus, query_refund, read_refund,
    read_refund_query, refund,
};
pub use seal::{ApiV3Key, KeyLength, NotOpened};
pub use sign::{HttpRequest, KeyRefused, Method, Nonce, PayParameters, Signer, SigningFault};
pub use transaction::{Amount, Paid, TradeState, Transaction};
pub use verify::{CLOCK_WINDOW_S, SignatureRefused, SignedHeaders, Verifiers};

/// Where the requests go; `api2.mch.weixin.qq.com` is the documented second address.
pub const API_BASE: &str = "https://api.mch.weixin.qq.com";
