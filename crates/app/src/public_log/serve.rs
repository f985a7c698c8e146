//! The log as files over HTTP, for programs: C2SP tlog-tiles, the side data of batches, whom to ask and whom to believe. And the
//! page that verifies a proof, which is a file of its own.
//!
//! Public like a notice board, in every mode: no session, no language, any origin may read. Nothing here is about a person.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use db::Fault;
use tlog::Address;

use crate::App;
use crate::kernel::sha256;

use super::{data, proof, store};

/// What never changes may be kept for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const A_MOMENT: &str = "public, max-age=1";
pub const A_MINUTE: &str = "public, max-age=60";
pub const AN_HOUR: &str = "public, max-age=3600";

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

pub fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/log/checkpoint", get(checkpoint))
        .route("/log/tile/{*path}", get(tile))
        .route("/log/side/{sha256}", get(side))
        .route("/log/log.vkey", get(vkey))
        .route("/log/policy", get(policy))
        .route("/data/entries/{file}", get(data::day_file))
        .route("/verify", get(verify))
        .with_state(app.clone())
}

/// Whether a path is one of these files, and not a page of the site.
pub fn is_file(path: &str) -> bool {
    path == "/verify" || path.starts_with("/data/entries/") || (path.starts_with("/log/") && !path.starts_with("/log/entries/"))
}

async fn checkpoint(State(app): State<Arc<App>>) -> Response {
    blocking(move || {
        let text = app.db.read(store::state)?.published_text;
        Ok(if text.is_empty() { None } else { Some((TEXT, A_MOMENT, text.into_bytes())) })
    })
    .await
}

async fn tile(State(app): State<Arc<App>>, Path(path): Path<String>) -> Response {
    blocking(move || {
        let Ok(address) = Address::parse(&format!("tile/{path}")) else { return Ok(None) };
        Ok(app.log.folder.read(&address.to_string())?.map(|bytes| (BYTES, FOR_EVER, bytes)))
    })
    .await
}

async fn side(State(app): State<Arc<App>>, Path(hash): Path<String>) -> Response {
    blocking(move || Ok(proof::side_data(&app, &hash)?.map(|bytes| (BYTES, FOR_EVER, bytes)))).await
}

async fn vkey(State(app): State<Arc<App>>) -> Response {
    answer(TEXT, AN_HOUR, format!("{}\n", app.log.key.vkey()).into_bytes())
}

async fn policy(State(app): State<Arc<App>>) -> Response {
    answer(TEXT, AN_HOUR, app.log.policy.to_string().into_bytes())
}

/// The page carries its own script and style, so that it is one file to keep: they are allowed by their hashes, and nothing else is.
async fn verify(State(app): State<Arc<App>>) -> Response {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        let hash = |tag: &str| {
            let (_, rest) = ui::VERIFY.split_once(&format!("<{tag}>")).unwrap_or_default();
            let (inside, _) = rest.split_once(&format!("</{tag}>")).unwrap_or_default();
            BASE64_STANDARD.encode(sha256(inside.as_bytes()))
        };
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            hash("script"),
            hash("style")
        );
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    });
    let page = ui::verify_page(&app.log.policy.to_string());
    let mut response = answer("text/html; charset=utf-8", "no-cache", page.into_bytes());
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

type Found = Option<(&'static str, &'static str, Vec<u8>)>;

async fn blocking(find: impl FnOnce() -> Result<Found, Fault> + Send + 'static) -> Response {
    let found = tokio::task::spawn_blocking(find).await;
    match found {
        Ok(Ok(Some((kind, cache, body)))) => answer(kind, cache, body),
        Ok(Ok(None)) => refused(StatusCode::NOT_FOUND, "there is no such file in this log\n"),
        Ok(Err(fault)) => {
            tracing::error!(error = %fault, "a file of the public log could not be served");
            refused(StatusCode::SERVICE_UNAVAILABLE, "the log cannot be read now\n")
        }
        Err(_) => refused(StatusCode::SERVICE_UNAVAILABLE, "the log cannot be read now\n"),
    }
}

pub fn answer(kind: &'static str, cache: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub fn refused(status: StatusCode, why: &'static str) -> Response {
    let mut response = answer(TEXT, "no-store", why.as_bytes().to_vec());
    *response.status_mut() = status;
    response
}
