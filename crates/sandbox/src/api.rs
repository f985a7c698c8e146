//! The `/v3/…` endpoints: orders, queries, closing, refunds, certificates and bills, in partner and direct mode.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::http::{Response, StatusCode};
use axum::routing::any;
use serde::Deserialize;
use serde_json::{Value, json};
use wechat::Merchant;

use crate::Gateway;
use crate::faults::ApiFailure;
use crate::keys::{forged_signature, random_text};
use crate::notifications::transaction_of;
use crate::request::{Received, query_value, unescaped};
use crate::state::{Order, OrderState, PlaceRefused, new_prepay_id, rfc3339};

const LARGEST_BODY: usize = 1 << 20;

pub(crate) struct Answer {
    status: u16,
    body: Vec<u8>,
    signed_by: SignedBy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SignedBy {
    Channel,
    /// On purpose, to see that the platform does not believe it.
    Stranger,
    /// A bill's file carries no signature; its hash vouches for it.
    Nobody,
}

pub(crate) type Outcome = Result<Answer, Answer>;

pub(crate) fn ok(body: &Value) -> Outcome {
    Ok(Answer { status: 200, body: body.to_string().into_bytes(), signed_by: SignedBy::Channel })
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    Answer { status, body: json!({ "code": code, "message": message }).to_string().into_bytes(), signed_by: SignedBy::Channel }
}

pub(crate) fn param_error(message: &str) -> Answer {
    refusal(400, "PARAM_ERROR", message)
}

/// A bill's file: the one answer without a signature.
pub(crate) fn unsigned_file(body: Vec<u8>) -> Answer {
    Answer { status: 200, body, signed_by: SignedBy::Nobody }
}

fn not_found() -> Answer {
    refusal(404, "ORDER_NOT_EXIST", "订单不存在")
}

impl Gateway {
    /// Everything that is called by programs: payment, the exchange of sign-in codes, text messages. Mount it by `merge`, not
    /// `nest`: the signature covers the whole path.
    pub fn api_router(&self) -> Router {
        Router::new()
            .route("/v3/{*path}", any(serve))
            .merge(crate::identity::exchange_routes())
            .merge(crate::sms::routes())
            .with_state(self.clone())
    }

    fn answer(&self, received: &Received<'_>, host: &str) -> Outcome {
        let now = self.now();
        received.is_from_merchant(&self.0.keys, now / 1_000_000).map_err(|why| refusal(401, "SIGN_ERROR", &why))?;
        if received.header("user-agent").is_none() || received.header("accept").is_none() {
            return Err(param_error("Http头缺少Accept或User-Agent (both are required)"));
        }
        self.speaks_by_certificate(received).map_err(|unknown| param_error(&format!("Wechatpay-Serial {unknown} 不存在 (unknown)")))?;
        let failure = {
            let mut faults = self.faults();
            if faults.api_failures.is_empty() { None } else { Some(faults.api_failures.remove(0)) }
        };
        match failure {
            Some(ApiFailure::Before) => Err(refusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试")),
            Some(ApiFailure::TooOften) => Err(refusal(429, "FREQUENCY_LIMITED", "频率超限")),
            Some(ApiFailure::After) => {
                let _lost = self.dispatch(received, host, now);
                Err(refusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试"))
            }
            Some(ApiFailure::ForgedAnswer) => {
                self.dispatch(received, host, now).map(|answer| Answer { signed_by: SignedBy::Stranger, ..answer })
            }
            Some(ApiFailure::NotEnough) => Err(refusal(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")),
            Some(ApiFailure::Garbage) => self.dispatch(received, host, now).map(|mut answer| {
                answer.body.truncate(answer.body.len() / 2);
                answer
            }),
            None => self.dispatch(received, host, now),
        }
    }

    /// A request names the key its sender can verify with; none named means the old way, by certificate.
    fn speaks_by_certificate(&self, received: &Received<'_>) -> Result<bool, String> {
        match received.header("wechatpay-serial") {
            None => Ok(true),
            Some(serial) if serial == self.0.keys.serial(true) => Ok(true),
            Some(serial) if serial == self.0.keys.serial(false) => Ok(false),
            Some(unknown) => Err(unknown.to_owned()),
        }
    }

    fn dispatch(&self, received: &Received<'_>, host: &str, now: i64) -> Outcome {
        let (path, query) = received.path_and_query.split_once('?').unwrap_or((received.path_and_query, ""));
        let parts: Vec<&str> = path.trim_start_matches("/v3/").split('/').collect();
        let (partner, rest) = match parts.as_slice() {
            ["pay", "partner", "transactions", rest @ ..] => (true, rest),
            ["pay", "transactions", rest @ ..] => (false, rest),
            ["refund", "domestic", "refunds"] if received.method == "POST" => {
                return self.take_refund(received.body, now);
            }
            ["refund", "domestic", "refunds", no] if received.method == "GET" => {
                return self.show_refund(&unescaped(no), query, now);
            }
            ["certificates"] if received.method == "GET" => return self.show_certificates(),
            ["bill", "tradebill"] if received.method == "GET" => {
                return self.make_bill(query, host, now);
            }
            ["billdownload", "file"] if received.method == "GET" => {
                return self.hand_out_bill(query, now);
            }
            _ => return Err(refusal(404, "RESOURCE_NOT_EXISTS", "请求的资源不存在")),
        };
        match (received.method, rest) {
            ("POST", ["jsapi"]) => self.take_order("JSAPI", partner, received.body, now),
            ("POST", ["h5"]) => self.take_order("MWEB", partner, received.body, now),
            ("POST", ["native"]) => self.take_order("NATIVE", partner, received.body, now),
            ("GET", ["out-trade-no", no]) => {
                let state = self.state();
                show_order(&state, state.order(&unescaped(no)), partner, query, now)
            }
            ("GET", ["id", id]) => {
                let state = self.state();
                show_order(&state, state.order_by_transaction_id(id), partner, query, now)
            }
            ("POST", ["out-trade-no", no, "close"]) => self.close_order(&unescaped(no), received.body, now),
            _ => Err(refusal(404, "RESOURCE_NOT_EXISTS", "请求的资源不存在")),
        }
    }

    fn take_order(&self, trade_type: &str, partner: bool, body: &[u8], now: i64) -> Outcome {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(flatten)]
            merchant: Merchant,
            description: String,
            out_trade_no: String,
            time_expire: Option<String>,
            attach: Option<String>,
            notify_url: String,
            amount: WireAmount,
            payer: Option<WirePayer>,
            scene_info: Option<Value>,
        }
        #[derive(Deserialize)]
        struct WireAmount {
            total: i64,
            currency: Option<String>,
        }
        #[derive(Deserialize)]
        struct WirePayer {
            openid: Option<String>,
            sp_openid: Option<String>,
            sub_openid: Option<String>,
        }
        let request: Value = serde_json::from_slice(body).map_err(|e| param_error(&format!("请求体不是JSON: {e}")))?;
        let wire: Wire = serde_json::from_value(request.clone()).map_err(|e| param_error(&e.to_string()))?;
        if wire.merchant.signing_mchid() != self.0.keys.mchid() || partner != wire.merchant.sub_mchid().is_some() {
            return Err(refusal(400, "APPID_MCHID_NOT_MATCH", "商户号与接口或签名不匹配"));
        }
        if wire.amount.total < 1 || wire.amount.currency.is_some_and(|currency| currency != "CNY") {
            return Err(param_error("amount: 至少1分，仅支持CNY"));
        }
        if !(6..=32).contains(&wire.out_trade_no.len()) || wire.description.is_empty() || wire.description.len() > 127 {
            return Err(param_error("out_trade_no 6–32字节,description 1–127字节"));
        }
        if wire.notify_url.contains('?') {
            return Err(param_error("notify_url 不能携带参数"));
        }
        let expires_at = match &wire.time_expire {
            None => None,
            Some(text) => match text.parse::<jiff::Timestamp>() {
                Ok(at) if at.as_microsecond() > now => Some(at.as_microsecond()),
                _ => return Err(param_error("time_expire 须为未来的RFC3339时间")),
            },
        };
        let payer = wire.payer.and_then(|payer| payer.openid.or(payer.sp_openid).or(payer.sub_openid));
        if trade_type == "JSAPI" && payer.is_none() {
            return Err(param_error("payer 必填"));
        }
        if trade_type == "MWEB"
            && wire.scene_info.is_none_or(|scene| scene["h5_info"]["type"].is_null() || scene["payer_client_ip"].is_null())
        {
            return Err(param_error("scene_info.payer_client_ip 与 scene_info.h5_info.type 必填"));
        }
        let order = Order {
            openid: payer.unwrap_or_else(|| format!("oSandbox{:0>20}", wire.out_trade_no)),
            merchant: wire.merchant,
            out_trade_no: wire.out_trade_no,
            description: wire.description,
            attach: wire.attach,
            notify_url: wire.notify_url,
            total_fen: wire.amount.total,
            expires_at,
            linked_at: now,
            trade_type: trade_type.to_owned(),
            prepay_id: new_prepay_id(),
            request,
            state: OrderState::Open,
        };
        let order = self.state().place(order).map_err(|refused| match refused {
            PlaceRefused::AlreadyPaid => refusal(400, "ORDERPAID", "该订单已支付"),
            PlaceRefused::Closed => refusal(400, "ORDER_CLOSED", "该订单已关闭"),
            PlaceRefused::NumberUsed => refusal(403, "OUT_TRADE_NO_USED", "商户订单号重复"),
        })?;
        let cashier = format!("{}{}", self.0.cashier_base, self.cashier_path(&order.prepay_id));
        ok(&match trade_type {
            "JSAPI" => json!({ "prepay_id": order.prepay_id }),
            // The real link has a query of its own, to which the merchant appends `&redirect_url=`.
            "MWEB" => json!({ "h5_url": format!("{cashier}?package=h5") }),
            _ => json!({ "code_url": cashier }),
        })
    }

    fn close_order(&self, no: &str, body: &[u8], now: i64) -> Outcome {
        let body: Value = serde_json::from_slice(body).map_err(|e| param_error(&e.to_string()))?;
        let mut state = self.state();
        let Some(order) = state.order(no) else {
            return Err(not_found());
        };
        let same = match &order.merchant {
            Merchant::Direct { mchid, .. } => body["mchid"] == mchid.as_str(),
            Merchant::Partner { sp_mchid, sub_mchid, .. } => {
                body["sp_mchid"] == sp_mchid.as_str() && body["sub_mchid"] == sub_mchid.as_str()
            }
        };
        if !same {
            return Err(not_found());
        }
        match state.close(no, now) {
            Ok(()) => Ok(Answer { status: 204, body: Vec::new(), signed_by: SignedBy::Channel }),
            Err(_) => Err(refusal(400, "ORDERPAID", "该订单已支付")),
        }
    }

    fn show_certificates(&self) -> Outcome {
        let keys = &self.0.keys;
        let nonce = random_text(12);
        let nonce_bytes: [u8; 12] = nonce.as_bytes().try_into().expect("twelve letters");
        let ciphertext = keys.apiv3.seal(&nonce_bytes, b"certificate", keys.certificate_pem().as_bytes());
        ok(&json!({ "data": [{
            "serial_no": keys.certificate.serial_no,
            "effective_time": rfc3339(keys.certificate.effective_at),
            "expire_time": rfc3339(keys.certificate.expires_at),
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "certificate", "ciphertext": ciphertext,
            },
        }]}))
    }
}

async fn serve(Shared(gateway): Shared<Gateway>, request: Request) -> Response<Body> {
    let delay_ms = gateway.faults().api_delay_ms;
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return respond(&gateway, param_error("请求体过大"), false);
    };
    let path_and_query = parts.uri.path_and_query().map_or("/", |text| text.as_str());
    let received = Received { method: parts.method.as_str(), path_and_query, headers: &parts.headers, body: &body };
    let host = received.header("host").unwrap_or("127.0.0.1").to_owned();
    let by_certificate = gateway.speaks_by_certificate(&received).unwrap_or(false);
    let answer = gateway.answer(&received, &host).unwrap_or_else(|refused| refused);
    respond(&gateway, answer, by_certificate)
}

fn respond(gateway: &Gateway, answer: Answer, by_certificate: bool) -> Response<Body> {
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    response = response.header("Request-Id", random_text(32)).header("Content-Type", "application/json; charset=utf-8");
    if answer.signed_by != SignedBy::Nobody {
        for (name, mut value) in gateway.signature_headers(by_certificate, &answer.body, gateway.now() / 1_000_000) {
            if answer.signed_by == SignedBy::Stranger && name == "Wechatpay-Signature" {
                value = forged_signature(&answer.body);
            }
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answer.body)).expect("our own headers are valid")
}

fn show_order(state: &crate::state::State, order: Option<&Order>, partner: bool, query: &str, now: i64) -> Outcome {
    let value = |name| query_value(query, name);
    let order = order.filter(|order| match &order.merchant {
        Merchant::Direct { mchid, .. } => !partner && value("mchid").as_deref() == Some(mchid),
        Merchant::Partner { sp_mchid, sub_mchid, .. } => {
            partner && value("sp_mchid").as_deref() == Some(sp_mchid) && value("sub_mchid").as_deref() == Some(sub_mchid)
        }
    });
    let Some(order) = order else {
        return Err(not_found());
    };
    let trade_state = state.trade_state(order, now);
    if let OrderState::Paid(payment) = &order.state {
        return ok(&transaction_of(payment, trade_state));
    }
    let mut unpaid = serde_json::to_value(&order.merchant).expect("a merchant is texts");
    unpaid["out_trade_no"] = order.out_trade_no.as_str().into();
    unpaid["trade_state"] = trade_state.into();
    unpaid["trade_state_desc"] = if trade_state == "NOTPAY" { "订单未支付" } else { "订单已关闭" }.into();
    unpaid["attach"] = order.attach.clone().unwrap_or_default().into();
    unpaid["amount"] = json!({ "total": order.total_fen, "currency": "CNY" });
    ok(&unpaid)
}
