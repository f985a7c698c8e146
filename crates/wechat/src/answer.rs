//! What every answer that is not a success has in common: a documented refusal, or something we must not draw a conclusion from.

use serde::Deserialize;

/// The channel said no, and why: body `{code, message, detail}`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("WeChat Pay refused with {status} {code}: {message}")]
pub struct ApiError {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// Which field was wrong, as the channel reports it; for an operator to read.
    pub detail: Option<serde_json::Value>,
}

pub(crate) enum Failure {
    Refused(ApiError),
    Unknown { status: u16, why: String },
}

/// Codes that mean "ask again": the channel itself does not know, or had no time for us.
const UNDECIDED: &[&str] = &[
    "SYSTEM_ERROR",
    "SYSTEMERROR",
    "BANK_ERROR",
    "BANKERROR",
    "FREQUENCY_LIMITED",
    "FREQUENCY_LIMIT_EXCEED",
    "RATELIMIT_EXCEEDED",
    "USERPAYING",
    "USER_PAYING",
    "BIZERR_NEED_RETRY",
];

#[derive(Deserialize)]
struct Body {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    detail: Option<serde_json::Value>,
}

/// Reads anything but a success. Only a 4xx with a readable, decided code is a refusal.
pub(crate) fn failure(status: u16, body: &[u8]) -> Failure {
    let Ok(read) = serde_json::from_slice::<Body>(body) else {
        return Failure::Unknown { status, why: format!("status {status} with a body that is not a WeChat Pay error") };
    };
    let undecided = UNDECIDED.contains(&read.code.as_str());
    if !(400..500).contains(&status) || status == 429 || undecided {
        return Failure::Unknown { status, why: format!("{}: {}", read.code, read.message) };
    }
    Failure::Refused(ApiError { status, code: read.code, message: read.message, detail: read.detail })
}

/// A success whose body could not be read: it happened or it did not, and only a query can tell.
pub(crate) fn unreadable(status: u16, error: &dyn std::fmt::Display) -> Failure {
    Failure::Unknown { status, why: format!("status {status}, but the body does not read: {error}") }
}

/// The two endings every answer enum shares.
macro_rules! from_failure {
    ($($answer:ty),+) => {$(
        impl From<$crate::answer::Failure> for $answer {
            fn from(failure: $crate::answer::Failure) -> Self {
                match failure {
                    $crate::answer::Failure::Refused(error) => Self::Refused(error),
                    $crate::answer::Failure::Unknown { status, why } => Self::Unknown { status, why },
                }
            }
        }
    )+};
}
pub(crate) use from_failure;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_decided_4xx_is_a_refusal() {
        let table: &[(u16, &str, bool)] = &[
            (400, r#"{"code":"PARAM_ERROR","message":"m","detail":{"field":"/amount"}}"#, true),
            (401, r#"{"code":"SIGN_ERROR","message":"m"}"#, true),
            (403, r#"{"code":"NO_AUTH"}"#, true),
            (404, r#"{"code":"ORDER_NOT_EXIST","message":"m"}"#, true),
            (429, r#"{"code":"FREQUENCY_LIMITED","message":"m"}"#, false),
            (400, r#"{"code":"SYSTEM_ERROR","message":"m"}"#, false),
            (500, r#"{"code":"SYSTEM_ERROR","message":"m"}"#, false),
            (502, "<html>bad gateway</html>", false),
            (404, "<html>not found</html>", false),
            (400, r#"{"code":7}"#, false),
            (400, "", false),
            (202, r#"{"code":"USERPAYING","message":"m"}"#, false),
            (302, r#"{"code":"PARAM_ERROR","message":"m"}"#, false),
        ];
        for (status, body, refused) in table {
            assert_eq!(matches!(failure(*status, body.as_bytes()), Failure::Refused(_)), *refused, "{status} {body}");
        }
    }
}
