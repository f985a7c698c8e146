//! Who somebody is in WeChat: the 公众号's OAuth2 on the web, the code exchange of a mini-program.
//! Source: 微信开放文档, 网页授权 and `auth.code2Session`.
//!
//! These endpoints are older than API v3: GET with the app's secret in the query, always answered 200, an `errcode` where it failed. Nothing is
//! signed, so an answer is worth what the TLS connection is worth.

use serde::Deserialize;

use crate::sign::HttpRequest;

/// Where a mini-program's and an official account's codes are exchanged.
pub const SNS_BASE: &str = "https://api.weixin.qq.com";
/// Where a browser inside WeChat is sent to be asked.
pub const AUTHORIZE_BASE: &str = "https://open.weixin.qq.com";

/// An official account or a mini-program and its secret, which is never shown.
#[derive(Clone)]
pub struct AppSecret {
    pub appid: String,
    pub secret: String,
}

impl std::fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppSecret").field("appid", &self.appid).finish_non_exhaustive()
    }
}

/// What is asked of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Silent: only the openid.
    Base,
    /// With a question to the person; needed for the unionid.
    UserInfo,
}

impl Scope {
    pub fn word(self) -> &'static str {
        match self {
            Scope::Base => "snsapi_base",
            Scope::UserInfo => "snsapi_userinfo",
        }
    }
}

/// A person of WeChat, as one app knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub openid: String,
    /// The same in all apps of one owner; empty when WeChat does not say.
    pub unionid: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityAnswer {
    Known(Known),
    /// A page preview (网页快照): the openid is not the person's own and must never become anybody's identity.
    Snapshot,
    /// The code is wrong, too old or used (40029, 40163): begin again.
    BadCode,
    /// This person asked more than a hundred times in a minute (45011).
    TooOften,
    /// WeChat has blocked this person (40226).
    Blocked,
    /// Our appid or secret is wrong: for the operator.
    Misconfigured {
        errcode: i64,
        errmsg: String,
    },
    /// Busy (-1), unreadable or undocumented: nothing follows from it.
    Unknown {
        why: String,
    },
}

/// The address to which a browser inside WeChat is sent. `state` comes back with the code; at most 128 letters and digits.
pub fn authorize_url(base: &str, appid: &str, redirect_uri: &str, scope: Scope, state: &str) -> String {
    format!(
        "{base}/connect/oauth2/authorize?appid={}&redirect_uri={}&response_type=code&scope={}&state={}#wechat_redirect",
        in_query(appid),
        in_query(redirect_uri),
        scope.word(),
        in_query(state)
    )
}

/// Exchanges the code that came back from [`authorize_url`].
pub fn access_token(app: &AppSecret, code: &str) -> HttpRequest {
    HttpRequest::get(format!(
        "/sns/oauth2/access_token?appid={}&secret={}&code={}&grant_type=authorization_code",
        in_query(&app.appid),
        in_query(&app.secret),
        in_query(code)
    ))
}

/// Exchanges the code of a mini-program's `wx.login`.
pub fn code_to_session(app: &AppSecret, js_code: &str) -> HttpRequest {
    HttpRequest::get(format!(
        "/sns/jscode2session?appid={}&secret={}&js_code={}&grant_type=authorization_code",
        in_query(&app.appid),
        in_query(&app.secret),
        in_query(js_code)
    ))
}

/// Both answers, as far as they are read. Tokens and the `session_key` are dropped here: nothing of ours needs them yet, and what is not kept
/// cannot leave the server.
#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    openid: String,
    #[serde(default)]
    unionid: Option<String>,
    #[serde(default)]
    is_snapshotuser: Option<i64>,
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// Reads the answer of either exchange.
pub fn read_identity(status: u16, body: &[u8]) -> IdentityAnswer {
    let unknown = |why: &str| IdentityAnswer::Unknown { why: why.to_owned() };
    if status != 200 {
        return IdentityAnswer::Unknown { why: format!("status {status}") };
    }
    let Ok(read) = serde_json::from_slice::<Wire>(body) else { return unknown("the body does not read") };
    match read.errcode {
        0 => {}
        40029 | 40163 => return IdentityAnswer::BadCode,
        45011 => return IdentityAnswer::TooOften,
        40226 => return IdentityAnswer::Blocked,
        40013 | 40125 | 40001 | 40002 | 41002 | 41004 | 48001 => {
            return IdentityAnswer::Misconfigured { errcode: read.errcode, errmsg: read.errmsg };
        }
        other => return IdentityAnswer::Unknown { why: format!("errcode {other}: {}", read.errmsg) },
    }
    if read.is_snapshotuser == Some(1) {
        return IdentityAnswer::Snapshot;
    }
    if !is_id(&read.openid) {
        return unknown("there is no openid in it");
    }
    match read.unionid {
        Some(unionid) if !unionid.is_empty() && !is_id(&unionid) => unknown("its unionid is none"),
        unionid => IdentityAnswer::Known(Known { openid: read.openid, unionid: unionid.unwrap_or_default() }),
    }
}

/// 1 to 128 letters, digits, `-` and `_`.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Percent-encodes everything but unreserved characters (RFC 3986).
fn in_query(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_name_what_the_documents_name() {
        let app = AppSecret { appid: "wxfeed000000000001".into(), secret: "a+b/c=".into() };
        assert_eq!(
            code_to_session(&app, "0a&b").path_and_query,
            "/sns/jscode2session?appid=wxfeed000000000001&secret=a%2Bb%2Fc%3D&js_code=0a%26b&grant_type=authorization_code"
        );
        assert_eq!(
            access_token(&app, "c").path_and_query,
            "/sns/oauth2/access_token?appid=wxfeed000000000001&secret=a%2Bb%2Fc%3D&code=c&grant_type=authorization_code"
        );
        assert_eq!(
            authorize_url(AUTHORIZE_BASE, "wx1", "https://give.example.org/wechat/signed-in", Scope::Base, "abc"),
            "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Fgive.example.org%2Fwechat%2Fsigned-in\
             &response_type=code&scope=snsapi_base&state=abc#wechat_redirect"
        );
        assert!(!format!("{app:?}").contains("a+b"));
    }

    #[test]
    fn unknown_is_never_somebody() {
        let known = |openid: &str, unionid: &str| IdentityAnswer::Known(Known { openid: openid.into(), unionid: unionid.into() });
        let is_unknown = |answer: &IdentityAnswer| matches!(answer, IdentityAnswer::Unknown { .. });
        for (body, expected) in [
            (r#"{"openid":"oA-b_1","session_key":"c2VjcmV0"}"#, known("oA-b_1", "")),
            (r#"{"openid":"oA","session_key":"k","unionid":"uB","errcode":0,"errmsg":"ok"}"#, known("oA", "uB")),
            (r#"{"access_token":"T","expires_in":7200,"refresh_token":"R","openid":"oA","scope":"snsapi_base"}"#, known("oA", "")),
            (
                r#"{"access_token":"T","openid":"oVirtual","scope":"snsapi_userinfo","is_snapshotuser":1,"unionid":"u"}"#,
                IdentityAnswer::Snapshot,
            ),
            (r#"{"errcode":40029,"errmsg":"invalid code"}"#, IdentityAnswer::BadCode),
            (r#"{"errcode":40163,"errmsg":"code been used"}"#, IdentityAnswer::BadCode),
            (r#"{"errcode":45011,"errmsg":"too frequent"}"#, IdentityAnswer::TooOften),
            (r#"{"errcode":40226,"errmsg":"code blocked"}"#, IdentityAnswer::Blocked),
        ] {
            assert_eq!(read_identity(200, body.as_bytes()), expected, "{body}");
        }
        assert!(matches!(read_identity(200, br#"{"errcode":40125,"errmsg":"x"}"#), IdentityAnswer::Misconfigured { errcode: 40125, .. }));
        for (status, body) in [
            (200, r#"{"errcode":-1,"errmsg":"system error"}"#),
            (200, r#"{"errcode":99999,"errmsg":"new"}"#),
            (200, r#"{"openid":""}"#),
            (200, r#"{"openid":"o A"}"#),
            (200, r#"{"openid":"oA","unionid":"u'--"}"#),
            (200, r#"{"errcode":"0","openid":"oA"}"#),
            (200, "{}"),
            (200, ""),
            (200, "<html>"),
            (500, r#"{"openid":"oA"}"#),
            (302, r#"{"openid":"oA"}"#),
        ] {
            assert!(is_unknown(&read_identity(status, body.as_bytes())), "{status} {body}");
        }
    }
}
