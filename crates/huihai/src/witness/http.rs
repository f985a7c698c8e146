//! A witness over HTTP: one request a connection, a few seconds for it, bounded bodies, and not more connections at once than it can bear.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use tlog::{Answer, MAX_REQUEST_BYTES};

use super::Witness;

const CONNECTIONS: usize = 256;
/// From the connection to the last byte of the answer.
const LIFETIME: Duration = Duration::from_secs(10);
const TEXT: &str = "text/plain; charset=utf-8";

/// Serves until asked to end.
pub async fn serve(witness: Arc<Witness>, listener: TcpListener, end: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
    let listener = Bounded { listener, room: Arc::new(Semaphore::new(CONNECTIONS)) };
    Ok(axum::serve(listener, router(witness)).with_graceful_shutdown(end).await?)
}

fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(latest))
        .route("/", get(about))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Body) -> Response {
    let body = match to_bytes(body, MAX_REQUEST_BYTES).await {
        Ok(body) => body,
        Err(_) => return answer(400, TEXT, format!("a request has at most {MAX_REQUEST_BYTES} bytes, and arrives whole\n")),
    };
    // Deciding writes to the disk, and may wait for entries to be read.
    match tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await {
        Ok(Answer { status, content_type, body }) => answer(status, content_type, body),
        Err(_) => answer(500, TEXT, "the witness failed\n".to_owned()),
    }
}

async fn latest(State(witness): State<Arc<Witness>>, Path(origin): Path<String>) -> Response {
    match tokio::task::spawn_blocking(move || witness.latest(&format!("{origin}/checkpoint"))).await {
        Ok(Some(note)) => answer(200, TEXT, note),
        Ok(None) => answer(404, TEXT, "this witness has cosigned no such log\n".to_owned()),
        Err(_) => answer(500, TEXT, "the witness failed\n".to_owned()),
    }
}

/// For a person who comes by.
async fn about(State(witness): State<Arc<Witness>>) -> Response {
    let mut text = format!("{} witnesses, as C2SP tlog-witness has it:\n\n", witness.vkey().name());
    for origin in witness.origins.keys() {
        text.push_str(&format!("{origin}\n  last cosigned: /{}\n", tlog::monitoring_path(origin)));
    }
    text.push_str(&format!("\nIts key: {}\n", witness.vkey()));
    if let Some(vkey) = witness.validating_vkey() {
        text.push_str(&format!("The key that also vouches for the books: {vkey}\n"));
    }
    answer(200, TEXT, text)
}

fn answer(status: u16, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

struct Bounded {
    listener: TcpListener,
    room: Arc<Semaphore>,
}

impl axum::serve::Listener for Bounded {
    type Io = Timed;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Timed, SocketAddr) {
        loop {
            let Ok(room) = self.room.clone().acquire_owned().await else { std::future::pending().await };
            // The implementation for listeners waits by itself when the system has no room for another connection.
            let (stream, from) = axum::serve::Listener::accept(&mut self.listener).await;
            if stream.set_nodelay(true).is_ok() {
                return (Timed { stream, over: Box::pin(tokio::time::sleep(LIFETIME)), _room: room }, from);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that ends when its time is over, whatever it is doing.
struct Timed {
    stream: TcpStream,
    over: Pin<Box<Sleep>>,
    _room: OwnedSemaphorePermit,
}

impl Timed {
    fn still(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.over.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Timed {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.still(context)?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Timed {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.still(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
