//! From axum to page functions and back: decoding, the origin check, the rights check, headers, errors.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, Request as HttpRequest, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get as on_get, post as on_post};

use crate::App;
use crate::kernel::{Ability, Actor, Refusal, Right, RouteMeter, Trouble, allows, audit, members, sha256};

use super::session::{self, SESSION_COOKIE};
use super::{Answer, Cookie, Cx, Form, Lang, Method, Outcome, Request, Route, Run, Upload, layout, uploads};

/// The largest body a form or an API call may have.
const BODY_LIMIT: usize = 256 * 1024;

/// How long a body may take to arrive: a form over a slow network, not a connection held open for nothing.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// The same for files: 20 MB over a phone in the mountains.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(300);

/// Serves exactly the routes of the table, and a page of our own for everything else.
pub fn router(app: Arc<App>, routes: Vec<Route>) -> Router {
    let mut router: Router<Arc<App>> = Router::new();
    for route in routes {
        let path = route.path;
        let meter = app.meters.route(if route.method == Method::Get { "GET" } else { "POST" }, path);
        router = router.route(path, method_router(route, meter));
    }
    let missing = |State(app): State<Arc<App>>, request: HttpRequest| async move { serve(app, nowhere(), Vec::new(), request).await };
    let other_method = |State(app): State<Arc<App>>, request: HttpRequest| async move {
        let refused = |_: &Cx| Err(Refusal::new(405, "refusal-method").into());
        let route = Route { run: Run::Page(refused), ..nowhere() };
        serve(app, route, Vec::new(), request).await
    };
    router.method_not_allowed_fallback(other_method).fallback(missing).with_state(app)
}

/// The route of everything that is not there.
fn nowhere() -> Route {
    super::get("", Right::Anyone, |_| Err(Refusal::not_found().into()))
}

fn method_router(route: Route, meter: Arc<RouteMeter>) -> MethodRouter<Arc<App>> {
    let method = route.method;
    let handler = move |State(app): State<Arc<App>>, params: Result<RawPathParams, RawPathParamsRejection>, request: HttpRequest| {
        let (route, params) = match params {
            Ok(params) => (route.clone(), params.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect()),
            // A path that is not text leads nowhere.
            Err(_) => (nowhere(), Vec::new()),
        };
        let meter = meter.clone();
        async move {
            let began = Instant::now();
            let response = serve(app, route, params, request).await;
            meter.count(response.status().as_u16(), began.elapsed());
            response
        }
    };
    match method {
        Method::Get => on_get(handler),
        Method::Post => on_post(handler),
    }
}

async fn serve(app: Arc<App>, route: Route, params: Vec<(String, String)>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let (limit, patience) = if route.takes_files { (uploads::LIMIT, UPLOAD_PATIENCE) } else { (BODY_LIMIT, BODY_PATIENCE) };
    let body = match tokio::time::timeout(patience, uploads::read(body, limit)).await {
        Ok(Ok(bytes)) => bytes,
        // The whole of it was heard out, so that the browser listens to the answer instead of reporting a broken connection.
        Ok(Err(uploads::TooLarge::Heard)) if route.takes_files => {
            let route = Route {
                run: Run::Page(|_| Err(Refusal::new(413, "refusal-upload-too-large").with("most", uploads::LIMIT_MB).into())),
                ..route
            };
            return answer(app, route, params, parts, Bytes::new(), Vec::new()).await;
        }
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time. 请求没有及时到达。"),
        Ok(Err(_)) => return plain(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large. 请求过大。"),
    };
    if let Run::Direct(run) = route.run {
        return run(app, parts.headers, body).await;
    }
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let (route, pairs, files) = match uploads::parse(&content_type, &body).await {
        Ok(Some((pairs, files))) if route.takes_files => (route, pairs, files),
        Ok(None) => (route, Vec::new(), Vec::new()),
        // Cut short on the way, or never a form.
        Err(_) | Ok(Some(_)) => {
            let refused = |_: &Cx| Err(Refusal::new(400, "refusal-upload-broken").into());
            (Route { run: Run::Page(refused), ..route }, Vec::new(), Vec::new())
        }
    };
    let body = if pairs.is_empty() && files.is_empty() { body } else { Bytes::from(encode(&pairs)) };
    answer(app, route, params, parts, body, files).await
}

/// Fields of a form with files, as a form without files has them.
fn encode(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn answer(
    app: Arc<App>,
    route: Route,
    params: Vec<(String, String)>,
    parts: axum::http::request::Parts,
    body: Bytes,
    uploads: Vec<Upload>,
) -> Response {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(String::new(), |c| c.0.ip().to_string());
    let incoming = Incoming { uri: parts.uri, headers: parts.headers, body, params, uploads, peer };
    tokio::task::spawn_blocking(move || dispatch_incoming(&app, &route, incoming)).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a page panicked");
        plain(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. 系统出错了，请稍后再试。")
    })
}

struct Incoming {
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: Bytes,
    params: Vec<(String, String)>,
    uploads: Vec<Upload>,
    peer: String,
}

fn dispatch_incoming(app: &Arc<App>, route: &Route, incoming: Incoming) -> Response {
    let text = |name: HeaderName| incoming.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let cookies: Vec<(String, String)> =
        text(header::COOKIE).split(';').filter_map(|pair| pair.trim().split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let content_type = text(header::CONTENT_TYPE);
    let is_form = ["application/x-www-form-urlencoded", "multipart/form-data"].iter().any(|kind| content_type.starts_with(kind));
    let request = Request {
        path: incoming.uri.path().to_owned(),
        pattern: route.path,
        params: incoming.params,
        query: decode(incoming.uri.query().unwrap_or("").as_bytes()),
        form: if is_form { decode(&incoming.body) } else { Form::default() },
        uploads: incoming.uploads,
        body: incoming.body.to_vec(),
        user_agent: text(header::USER_AGENT),
        host: text(header::HOST),
        peer: visitor(app.behind_proxy, &forwarded_for(&incoming.headers), incoming.peer),
        wants_json: incoming.uri.path().starts_with("/api/"),
        bearer: text(header::AUTHORIZATION).strip_prefix("Bearer ").unwrap_or("").trim().to_owned(),
        cookies,
    };
    let same_origin = same_origin(&text(header::ORIGIN), &text(HeaderName::from_static("sec-fetch-site")), &request);
    let lang = request_lang(&request, &text(header::ACCEPT_LANGUAGE));
    dispatch(app, route, request, lang, same_origin)
}

/// Answers one request of one route. The page browser of the tests comes in here too.
pub fn dispatch(app: &Arc<App>, route: &Route, request: Request, lang: Lang, same_origin: bool) -> Response {
    let now = app.clock.now();
    let (actor, outage) = match session::actor(&app.db, request.session_token(), now) {
        Ok(actor) => (actor, None),
        Err(fault) => (Actor::Anyone, Some(fault)),
    };
    let cx = Cx { app: app.clone(), now, lang, actor, request };
    let outcome = match outage {
        Some(fault) => Err(Trouble::Fault(fault)),
        None => admitted(&cx, route, same_origin).and_then(|()| run(&cx, route)),
    };
    respond(&cx, outcome)
}

fn run(cx: &Cx, route: &Route) -> Outcome {
    let Run::Page(page) = route.run else { return Err(Refusal::not_found().into()) };
    match (route.method, route.right, cx.actor.person_id()) {
        (Method::Post, Right::Desk | Right::Operator, Some(person_id)) => on_the_record(cx, route, person_id, page),
        _ => page(cx),
    }
}

/// A write at a desk: its attempt is written down before it is tried, how it ended after. Without the first there is no second.
fn on_the_record(cx: &Cx, route: &Route, person_id: crate::kernel::Id, page: fn(&Cx) -> Outcome) -> Outcome {
    let id = cx.app.new_id();
    let mut form = cx.request.body.clone();
    cx.request.uploads.iter().for_each(|file| form.extend_from_slice(&sha256(&file.bytes)));
    let named = format!("POST {}", route.path);
    let attempt = audit::Attempt { id, person_id, route: &named, path: &cx.request.path, form_sha256: sha256(&form), at: cx.now };
    cx.app.db.write(|tx| audit::attempt(tx, &attempt))?;
    let outcome = page(cx);
    let (status, refusal) = match &outcome {
        Ok(Answer::Redirect { .. }) => (303, ""),
        Ok(Answer::Page { status, .. } | Answer::Bytes { status, .. }) => (*status, ""),
        Err(Trouble::Refused(refusal)) => (refusal.status, refusal.key),
        Err(Trouble::Fault(_)) => (503, "refusal-our-fault"),
    };
    cx.app.db.write(|tx| audit::outcome(tx, id, status, refusal, cx.app.clock.now()))?;
    outcome
}

/// The origin check on writes, then the rights table.
fn admitted(cx: &Cx, route: &Route, same_origin: bool) -> Result<(), Trouble> {
    if route.method == Method::Post && !same_origin {
        return Err(Refusal::new(403, "refusal-other-origin").into());
    }
    if let Err(refusal) = allows(cx.app.mode, Ability::OpenToEveryone) {
        members_only(cx, route, refusal)?;
    }
    if cx.actor.may(route.right) {
        return Ok(());
    }
    if cx.request.wants_json {
        return Err(Refusal::new(401, "refusal-sign-in-first").into());
    }
    Err(match (cx.actor.person_id(), route.right) {
        (None, Right::SignedIn) => Refusal::new(401, "refusal-sign-in-first"),
        (_, Right::Desk | Right::Operator) if !matches!(cx.actor, Actor::Person { strength: crate::kernel::Strength::Staff, .. }) => {
            Refusal::new(401, "refusal-staff-sign-in-first")
        }
        _ => Refusal::forbidden(),
    }
    .into())
}

/// In a closed deployment only members and staff come past the door (慈善法 art. 122). The door itself is open, and so is
/// what belongs to one's own account: who leaves must be able to take their data with them.
fn members_only(cx: &Cx, route: &Route, refusal: Refusal) -> Result<(), Trouble> {
    const OPEN: [&str; 12] = [
        "/sign-in",
        "/sign-out",
        "/staff/sign-in",
        "/wechat",
        "/api/wechat/session",
        "/privacy",
        "/settings",
        "/robots.txt",
        "/healthz",
        "/readyz",
        ui::STYLE_PATH,
        ui::SCRIPT_PATH,
    ];
    let under = |place: &str| route.path == place || route.path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
    let own = route.right == Right::SignedIn && under("/me");
    if own || route.path == "/about/mode" || OPEN.iter().any(|place| under(place)) || cx.actor.may(Right::Desk) || cx.actor.is_operator() {
        return Ok(());
    }
    let Some(person_id) = cx.actor.person_id() else { return Err(Refusal::new(401, "refusal-members-first").into()) };
    if cx.app.db.read(|tx| members::is_member(tx, person_id))? { Ok(()) } else { Err(refusal.into()) }
}

/// The visitor's address. Behind our own proxy it is the last one in the header: the earlier ones are hearsay.
fn visitor(behind_proxy: bool, forwarded_for: &str, peer: String) -> String {
    let last = forwarded_for.rsplit(',').next().unwrap_or("").trim();
    match last.parse::<std::net::IpAddr>() {
        Ok(address) if behind_proxy => address.to_string(),
        _ => peer,
    }
}

/// A proxy may add to the header or add a header: the last line is the one it wrote.
fn forwarded_for(headers: &HeaderMap) -> String {
    let last = headers.get_all("x-forwarded-for").iter().next_back();
    last.and_then(|v| v.to_str().ok()).unwrap_or("").to_owned()
}

/// A browser says where a form came from; another site's form is refused. A request that carries no cookie has
/// nothing to steal, so programs without these headers are welcome.
fn same_origin(origin: &str, fetch_site: &str, request: &Request) -> bool {
    if !fetch_site.is_empty() {
        return matches!(fetch_site, "same-origin" | "none");
    }
    if origin.is_empty() {
        return !request.cookies.iter().any(|(n, _)| n == SESSION_COOKIE);
    }
    origin.split_once("://").is_some_and(|(_, host)| host == request.host)
}

fn request_lang(request: &Request, accept_language: &str) -> Lang {
    let cookie = request.cookies.iter().find(|(n, _)| n == "lang").and_then(|(_, v)| Lang::from_word(v));
    Lang::from_word(request.query.get("lang")).or(cookie).unwrap_or_else(|| Lang::from_accept_language(accept_language))
}

fn decode(bytes: &[u8]) -> Form {
    Form(form_urlencoded::parse(bytes).map(|(n, v)| (n.into_owned(), v.into_owned())).collect())
}

fn respond(cx: &Cx, outcome: Outcome) -> Response {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(Trouble::Refused(refusal)) if !cx.request.wants_json && refusal.status == 401 => layout::to_sign_in(cx, &refusal),
        Err(Trouble::Refused(refusal)) if cx.request.wants_json => problem(cx, &refusal),
        Err(Trouble::Refused(refusal)) => layout::refusal_page(cx, &refusal),
        Err(Trouble::Fault(fault)) => {
            tracing::error!(path = cx.request.path, error = %fault, "a request failed");
            let refusal = Refusal::new(503, "refusal-our-fault");
            if cx.request.wants_json { problem(cx, &refusal) } else { layout::refusal_page(cx, &refusal) }
        }
    };
    let secure = cx.app.base_url.starts_with("https://");
    let mut response = match answer {
        Answer::Page { status, html, cookies } => {
            let mut r = Response::new(Body::from(html.into_string()));
            *r.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            r.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
            set_cookies(&mut r, cookies, secure);
            r
        }
        Answer::Redirect { to, cookies } => {
            let mut r = Response::new(Body::empty());
            *r.status_mut() = StatusCode::SEE_OTHER;
            let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
            r.headers_mut().insert(header::LOCATION, to);
            r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            set_cookies(&mut r, cookies, secure);
            r
        }
        Answer::Bytes { status, content_type, body, cache_s, file_name } => {
            let mut r = Response::new(Body::from(body));
            *r.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            r.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            let cache = if cache_s == 0 { "no-store".to_owned() } else { format!("public, max-age={cache_s}") };
            r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_str(&cache).expect("digits are a header value"));
            if let Some(name) = file_name.and_then(|n| HeaderValue::from_str(&format!("attachment; filename=\"{n}\"")).ok()) {
                r.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            }
            r
        }
    };
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// On every response that is made for people. No third party, no inline code, no framing.
pub const SECURITY_HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self' https://wx.tenpay.com; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("x-frame-options", "DENY"),
];

/// RFC 9457: a problem that a program can tell apart and a person can read.
fn problem(cx: &Cx, refusal: &Refusal) -> Answer {
    let (sentence, next) = layout::refusal_text(cx, refusal);
    let mut body = serde_json::json!({
        "type": format!("{}/problems/{}", cx.app.base_url, refusal.key.trim_start_matches("refusal-")),
        "title": sentence, "status": refusal.status, "detail": next, "instance": cx.request.path,
    });
    if let Some(field) = refusal.field {
        body["field"] = field.into();
    }
    Answer::Bytes {
        status: refusal.status,
        content_type: "application/problem+json",
        body: body.to_string().into_bytes(),
        cache_s: 0,
        file_name: None,
    }
}

fn set_cookies(response: &mut Response, cookies: Vec<Cookie>, secure: bool) {
    for Cookie { name, value, max_age_s } in cookies {
        let secure = if secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::visitor;

    #[test]
    fn only_our_own_proxy_is_believed_about_the_visitor() {
        let peer = || "127.0.0.1".to_owned();
        for (behind, header, seen) in [
            (false, "203.0.113.9", "127.0.0.1"),
            (true, "203.0.113.9", "203.0.113.9"),
            (true, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
            (true, "2001:db8::1", "2001:db8::1"),
            (true, "", "127.0.0.1"),
            (true, "unknown", "127.0.0.1"),
        ] {
            assert_eq!(visitor(behind, header, peer()), seen, "{behind} {header}");
        }
    }
}
