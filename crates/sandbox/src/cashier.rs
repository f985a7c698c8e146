//! The page on which a visitor of the demo "pays". Works without script at 320 px; its style is a file of its own because inline style is forbidden.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{DOCTYPE, Markup, html};

use crate::bill::yuan;
use crate::request::query_value;
use crate::state::{Order, OrderState};
use crate::{Gateway, lock};

const STYLE: &str = include_str!("cashier.css");

/// What the visitor sees.
enum Scene {
    Open,
    Paid,
    Failed,
    Later,
    /// Closed, or the link has run out.
    Over,
}

impl Gateway {
    /// `{prefix}/cashier/{prepay_id}`, the sign-in page and their stylesheet; mounted into the demo's own listener, so that a phone reaches it by the same host.
    pub fn cashier_router(&self) -> Router {
        let prefix = &self.0.cashier_prefix;
        Router::new()
            .route(&format!("{prefix}/style.css"), get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
            .route(&format!("{prefix}/cashier/{{prepay_id}}"), get(show))
            .route(&format!("{prefix}/cashier/{{prepay_id}}/{{choice}}"), post(choose))
            .merge(crate::identity::page_routes(prefix))
            .with_state(self.clone())
    }

    fn order_at_cashier(&self, prepay_id: &str) -> Option<Order> {
        self.state().order_by_prepay_id(prepay_id).cloned()
    }
}

async fn show(Shared(gateway): Shared<Gateway>, Path(prepay_id): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let Some(order) = gateway.order_at_cashier(&prepay_id) else {
        return no_such_order(&gateway);
    };
    let alive = gateway.state().link_is_alive(&order, gateway.now());
    let scene = match (&order.state, query_value(&query, "outcome").as_deref()) {
        (OrderState::Paid(_), _) => Scene::Paid,
        (OrderState::Closed { .. }, _) => Scene::Over,
        (OrderState::Open, _) if !alive => Scene::Over,
        (OrderState::Open, Some("fail")) => Scene::Failed,
        (OrderState::Open, Some("later")) => Scene::Later,
        (OrderState::Open, _) => Scene::Open,
    };
    let back = way_back(query_value(&query, "redirect_url"), &headers);
    page(StatusCode::OK, &gateway, &order_page(&gateway, &order, &scene, back.as_deref()))
}

/// Every choice ends in a GET of the same page, so that reloading it pays nothing twice.
async fn choose(
    Shared(gateway): Shared<Gateway>,
    Path((prepay_id, choice)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(order) = gateway.order_at_cashier(&prepay_id) else {
        return no_such_order(&gateway);
    };
    let outcome = match choice.as_str() {
        "pay" => {
            let alive = gateway.state().link_is_alive(&order, gateway.now());
            // An order that can no longer be paid shows itself as such on the next page.
            if alive && gateway.pay_and_notify(&order.out_trade_no).is_err() {
                tracing::info!(out_trade_no = order.out_trade_no, "a sandbox order was closed or expired before the visitor paid");
            }
            ""
        }
        "fail" => "&outcome=fail",
        "later" => "&outcome=later",
        _ => return no_such_order(&gateway),
    };
    let back = way_back(query_value(&String::from_utf8_lossy(&body), "redirect_url"), &headers);
    let back = back.map(|url| format!("&redirect_url={}", escaped(&url))).unwrap_or_default();
    let location = format!("{}?package=h5{back}{outcome}", gateway.cashier_path(&prepay_id));
    match HeaderValue::from_str(&location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => no_such_order(&gateway),
    }
}

/// Only back to where the visitor came from: a path here, or an address on this host.
fn way_back(url: Option<String>, headers: &HeaderMap) -> Option<String> {
    let url = url?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let path =
        url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).map_or(Some(url.as_str()), |rest| rest.strip_prefix(host))?;
    let is_path = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    (is_path && !url.chars().any(char::is_control)).then_some(url)
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

fn order_page(gateway: &Gateway, order: &Order, scene: &Scene, back: Option<&str>) -> Markup {
    let names = lock(&gateway.0.names);
    let payee = order.merchant.payee_mchid();
    let name = names.get(payee).map_or(payee, String::as_str);
    html! {
        p.payee { (name) }
        p.amount { span.sign { "¥" } (yuan(order.total_fen)) }
        p.what { (order.description) }
        @match scene {
            Scene::Open => (buttons(gateway, order, back)),
            Scene::Failed => {
                p.outcome role="status" { "支付失败，没有扣款。可以再试一次。" br; span lang="en" { "The payment failed and nothing was charged. You can try again." } }
                (buttons(gateway, order, back))
            }
            Scene::Paid => p.outcome.good role="status" { "支付成功" br; span lang="en" { "Paid" } },
            Scene::Later => p.outcome role="status" {
                "没有扣款。在此链接有效期内可以再回来支付。" br; span lang="en" { "Nothing was charged. You can come back while this link lasts." }
            },
            Scene::Over => p.outcome role="status" {
                "订单已关闭或链接已过期，请返回重新下单。" br;
                span lang="en" { "The order is closed or this link has expired. Please go back and order again." }
            },
        }
        @if let Some(back) = back {
            @let settled = matches!(scene, Scene::Paid | Scene::Over);
            p { a.back.primary[settled] href=(back) { "返回商家" " " span lang="en" { "Back to the merchant" } } }
        }
        p.number { "订单号 " span lang="en" { "order" } " " (order.out_trade_no) }
    }
}

fn buttons(gateway: &Gateway, order: &Order, back: Option<&str>) -> Markup {
    let choices =
        [("pay", "确认支付", "Pay", "primary"), ("fail", "支付失败", "Let it fail", "plain"), ("later", "稍后再说", "Not now", "plain")];
    html! {
        @for (choice, zh, en, class) in choices {
            form method="post" action={ (gateway.cashier_path(&order.prepay_id)) "/" (choice) } {
                @if let Some(back) = back { input type="hidden" name="redirect_url" value=(back); }
                button type="submit" class=(class) { (zh) " " span lang="en" { (en) } }
            }
        }
    }
}

fn no_such_order(gateway: &Gateway) -> Response {
    let content = html! {
        p.outcome role="status" { "沙箱里没有这笔订单。" br; span lang="en" { "The sandbox has no such order." } }
    };
    page(StatusCode::NOT_FOUND, gateway, &content)
}

fn page(status: StatusCode, gateway: &Gateway, content: &Markup) -> Response {
    titled(status, gateway, ("收银台", "Cashier"), content)
}

/// A page of the sandbox, whichever part of it.
pub(crate) fn titled(status: StatusCode, gateway: &Gateway, (zh, en): (&str, &str), content: &Markup) -> Response {
    let whole = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { "沙箱" (zh) " · Sandbox " (en) }
                link rel="stylesheet" href={ (gateway.0.cashier_prefix) "/style.css" };
            }
            body {
                p.banner role="note" { "沙箱：没有真实扣款" br; span lang="en" { "Sandbox: no real money moves" } }
                main { h1 { (zh) " " span lang="en" { (en) } } (content) }
            }
        }
    };
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, whole.into_string()).into_response()
}
