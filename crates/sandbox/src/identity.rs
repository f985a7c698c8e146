//! WeChat sign-in as the sandbox plays it: the page that asks who you are, codes that work once and for five minutes, their exchange, and the
//! cashier that opens on a JSAPI call.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::{Engine, engine::general_purpose::STANDARD};
use maud::html;
use serde_json::{Value, json};

use crate::cashier::titled;
use crate::keys::{hex, random_text};
use crate::request::query_value;
use crate::{Gateway, lock};

const CODE_LIFETIME_US: i64 = 5 * 60 * 1_000_000;

/// The official account and the mini-program that the sandbox knows, each with its secret.
#[derive(Debug, Clone, Default)]
pub struct Apps {
    pub official_account: (String, String),
    pub mini_program: (String, String),
}

/// Who may come in here: invented people. A preview is how WeChat shows a page to somebody who has not agreed to anything.
const PEOPLE: [(&str, &str, &str); 4] = [
    ("xiaoman", "小满", "Xiaoman"),
    ("guyu", "谷雨", "Guyu"),
    ("hanlu", "寒露", "Hanlu"),
    ("snapshot", "只是预览（网页快照）", "Only a preview"),
];

#[derive(Debug, Clone)]
struct Code {
    appid: String,
    who: String,
    /// With the person's question answered, so that the unionid is told.
    told_all: bool,
    ends_at: i64,
    used: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Codes(BTreeMap<String, Code>);

pub(crate) fn exchange_routes() -> Router<Gateway> {
    Router::new().route("/sns/oauth2/access_token", get(access_token)).route("/sns/jscode2session", get(code_to_session))
}

pub(crate) fn page_routes(prefix: &str) -> Router<Gateway> {
    Router::new().route(&format!("{prefix}/connect/oauth2/authorize"), get(ask).post(answer))
}

impl Gateway {
    /// What `wx.login` gives the mini-program of this person.
    pub fn mini_program_code(&self, who: &str) -> String {
        let appid = self.0.apps.mini_program.0.clone();
        self.new_code(&appid, who, true)
    }

    /// What comes back to the official account's page after this person was asked.
    pub fn official_account_code(&self, who: &str) -> String {
        let appid = self.0.apps.official_account.0.clone();
        self.new_code(&appid, who, true)
    }

    fn new_code(&self, appid: &str, who: &str, told_all: bool) -> String {
        let code = random_text(32);
        let made = Code { appid: appid.to_owned(), who: who.to_owned(), told_all, ends_at: self.now() + CODE_LIFETIME_US, used: false };
        lock(&self.0.codes).0.insert(code.clone(), made);
        code
    }

    /// Under which openid an app knows a person of the sandbox.
    pub fn openid(&self, appid: &str, who: &str) -> String {
        format!("o{}", &hex(digest(&SHA256, format!("{appid}\n{who}").as_bytes()).as_ref())[..27])
    }

    /// The path of the cashier that a phone inside WeChat opens on these parameters (`getBrandWCPayRequest`), when they are signed by the merchant.
    ///
    /// # Errors
    /// With what the phone would show instead.
    pub fn jsapi_cashier(&self, parameters: &Value) -> Result<String, String> {
        let text = |name: &str| parameters[name].as_str().ok_or_else(|| format!("调用支付JSAPI缺少参数：{name}"));
        if text("signType")? != "RSA" {
            return Err("signType 须为 RSA".to_owned());
        }
        let package = text("package")?;
        let message = format!("{}\n{}\n{}\n{package}\n", text("appId")?, text("timeStamp")?, text("nonceStr")?);
        let signature = STANDARD.decode(text("paySign")?).map_err(|_| "支付验证签名失败")?;
        self.0.keys.merchant.verify_sig(message.as_bytes(), &signature).map_err(|_| "支付验证签名失败")?;
        let prepay_id = package.strip_prefix("prepay_id=").ok_or("缺少 prepay_id")?;
        let known = self.state().order_by_prepay_id(prepay_id).is_some_and(|order| order.trade_type == "JSAPI");
        if known { Ok(self.cashier_path(prepay_id)) } else { Err("订单不存在或不是 JSAPI 订单".to_owned()) }
    }

    fn exchange(&self, (appid, secret): &(String, String), query: &str, code_name: &str) -> Result<Code, Value> {
        let failed = |errcode: i64, errmsg: &str| json!({ "errcode": errcode, "errmsg": errmsg });
        let value = |name: &str| query_value(query, name).unwrap_or_default();
        let wanted = { lock(&self.0.faults).identity_errcodes.first().copied() };
        if let Some(errcode) = wanted {
            lock(&self.0.faults).identity_errcodes.remove(0);
            return Err(failed(errcode, "as the test wanted it"));
        }
        if appid.is_empty() || value("appid") != *appid {
            return Err(failed(40013, "invalid appid"));
        }
        if value("secret") != *secret {
            return Err(failed(40125, "invalid appsecret"));
        }
        if value("grant_type") != "authorization_code" {
            return Err(failed(40002, "invalid grant_type"));
        }
        let mut codes = lock(&self.0.codes);
        match codes.0.get_mut(&value(code_name)) {
            Some(code) if code.used => Err(failed(40163, "code been used")),
            Some(code) if code.appid == *appid && code.ends_at > self.now() => {
                code.used = true;
                Ok(code.clone())
            }
            _ => Err(failed(40029, "invalid code")),
        }
    }
}

/// The same person under any app of one owner.
fn unionid(who: &str) -> String {
    format!("u{}", &hex(digest(&SHA256, format!("union\n{who}").as_bytes()).as_ref())[..27])
}

async fn access_token(Shared(gateway): Shared<Gateway>, RawQuery(query): RawQuery) -> String {
    let answer = gateway.exchange(&gateway.0.apps.official_account, &query.unwrap_or_default(), "code").map(|code| {
        let mut body = json!({
            "access_token": random_text(64), "expires_in": 7200, "refresh_token": random_text(64),
            "openid": gateway.openid(&code.appid, &code.who), "scope": if code.told_all { "snsapi_userinfo" } else { "snsapi_base" },
        });
        if code.told_all {
            body["unionid"] = unionid(&code.who).into();
        }
        if code.who == "snapshot" {
            body["openid"] = gateway.openid(&code.appid, &random_text(8)).into();
            body["is_snapshotuser"] = 1.into();
        }
        body
    });
    answer.unwrap_or_else(|refused| refused).to_string()
}

async fn code_to_session(Shared(gateway): Shared<Gateway>, RawQuery(query): RawQuery) -> String {
    let answer = gateway.exchange(&gateway.0.apps.mini_program, &query.unwrap_or_default(), "js_code").map(|code| {
        json!({ "openid": gateway.openid(&code.appid, &code.who), "session_key": STANDARD.encode(random_text(16)), "unionid": unionid(&code.who) })
    });
    answer.unwrap_or_else(|refused| refused).to_string()
}

async fn ask(Shared(gateway): Shared<Gateway>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let value = |name: &str| query_value(&query, name).unwrap_or_default();
    let content = html! {
        p.what { "在真正的微信里，这一步由微信完成。请选一个虚构的人。" br; span lang="en" { "WeChat itself would do this. Choose an invented person." } }
        form method="post" action={ (gateway.0.cashier_prefix) "/connect/oauth2/authorize" } {
            @for name in ["appid", "redirect_uri", "scope", "state"] { input type="hidden" name=(name) value=(value(name)); }
            p { label for="who" { "您是谁 " span lang="en" { "Who are you" } } }
            p { select id="who" name="who" { @for (who, zh, en) in PEOPLE { option value=(who) { (zh) " " (en) } } } }
            button type="submit" class="primary" { "允许 " span lang="en" { "Allow" } }
        }
    };
    titled(StatusCode::OK, &gateway, ("微信登录", "WeChat sign-in"), &content)
}

/// Back to where the visitor came from, on this host, with a code and the state as it was.
async fn answer(Shared(gateway): Shared<Gateway>, body: Bytes) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    let value = |name: &str| query_value(&body, name).unwrap_or_default();
    let code = gateway.new_code(&value("appid"), &value("who"), value("scope") == "snsapi_userinfo");
    let redirect = value("redirect_uri");
    let path = redirect.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned())).unwrap_or_default();
    let joint = if path.contains('?') { '&' } else { '?' };
    let state: String = value("state").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    match HeaderValue::from_str(&format!("{path}{joint}code={code}&state={state}")) {
        Ok(location) if path.starts_with('/') && !path.starts_with("//") => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        _ => titled(StatusCode::BAD_REQUEST, &gateway, ("微信登录", "WeChat sign-in"), &html! { p.outcome { "redirect_uri 参数错误" } }),
    }
}
