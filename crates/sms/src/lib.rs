//! Text messages through Tencent Cloud SMS: build the signed request, read the answer.
//!
//! Pure: nothing here opens a connection or reads a clock. Source: Tencent Cloud API 3.0, 签名方法 v3 (TC3-HMAC-SHA256), and SMS,
//! 发送短信 `SendSms`, version 2021-01-11. A message is a template that the provider has approved, with its blanks filled in; free text cannot be
//! sent.
//!
//! | asked | file |
//! |---|---|
//! | what do we sign, and with what? | `sign.rs` |
//! | did it go out, will it never, or is nothing known? | `answer.rs` |

#![forbid(unsafe_code)]

mod answer;
mod sign;

pub use answer::{Answer, read};
pub use sign::{Credentials, HttpRequest, Message, send};

/// Where requests go. The host is part of what is signed.
pub const HOST: &str = "sms.tencentcloudapi.com";
/// The region whose templates and signatures are used; the provider knows three for SMS.
pub const REGION: &str = "ap-guangzhou";
