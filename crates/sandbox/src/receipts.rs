//! A finance e-invoice service for the demo and the tests: issues code, number and check code, once for each business number,
//! and can be slow, down, refuse, forget to answer, or talk nonsense. Its receipts are worth nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use fiscal::{APP_HEADER, ISSUE_PATH, IssueRequest, Key, REVERSE_PATH, Reply, ReverseRequest, SIGNATURE_HEADER};

use crate::lock;

/// What the service does wrong on purpose. All off by default.
#[derive(Debug, Clone, Default)]
pub struct FiscalFaults {
    /// 503, and nothing happens.
    pub down: bool,
    /// It happens, and the answer is lost: 500.
    pub lose_answers: bool,
    /// It happens, and the answer is no JSON.
    pub garbage: bool,
    /// It happens, and the answer is signed by a stranger.
    pub forged: bool,
    /// Everything new is refused with this sentence.
    pub refuse: Option<String>,
    /// "It is being worked on", for everything new.
    pub pending: bool,
    /// Every answer waits this long.
    pub delay_ms: u64,
}

/// A handle; clones share one service.
#[derive(Clone)]
pub struct Fiscal(Arc<Inner>);

struct Inner {
    app: String,
    secret: Vec<u8>,
    faults: Mutex<FiscalFaults>,
    book: Mutex<Book>,
}

/// What was issued, by business number.
#[derive(Default)]
struct Book {
    replies: BTreeMap<String, Reply>,
    /// Receipts that stand, by number, with their amount.
    standing: BTreeMap<String, i64>,
    last: u64,
}

impl Book {
    fn number(&mut self) -> (String, String) {
        self.last += 1;
        (format!("{:010}", self.last), format!("{:06x}", self.last.wrapping_mul(2_654_435_761) & 0xff_ffff))
    }
}

/// The code of everything it issues: province 00, which there is none.
const CODE: &str = "00000026";

impl Fiscal {
    /// `app` and `secret` are what a charity platform would have been given; numbers go on after `last`.
    #[must_use]
    pub fn new(app: &str, secret: &[u8], last: u64) -> Fiscal {
        let book = Mutex::new(Book { last, ..Book::default() });
        Fiscal(Arc::new(Inner { app: app.to_owned(), secret: secret.to_vec(), faults: Mutex::default(), book }))
    }

    /// The knobs.
    pub fn faults(&self) -> MutexGuard<'_, FiscalFaults> {
        lock(&self.0.faults)
    }

    /// The last number it gave.
    #[must_use]
    pub fn last(&self) -> u64 {
        lock(&self.0.book).last
    }

    pub fn router(&self) -> Router {
        Router::new().route(ISSUE_PATH, post(issue)).route(REVERSE_PATH, post(reverse)).with_state(self.clone())
    }

    fn known(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        header(APP_HEADER) == self.0.app && Key::new(&self.0.secret).fits(body, header(SIGNATURE_HEADER))
    }

    /// Signs an answer, or spoils it as the knobs say.
    fn answer(&self, status: StatusCode, reply: &Reply, faults: &FiscalFaults) -> Response {
        if faults.lose_answers {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        if faults.garbage {
            return (StatusCode::OK, "<html>系统维护中</html>").into_response();
        }
        let body = fiscal::body(reply);
        let key = if faults.forged { Key::new(b"a stranger") } else { Key::new(&self.0.secret) };
        (status, [(SIGNATURE_HEADER, key.sign(&body)), ("Content-Type", "application/json".to_owned())], body).into_response()
    }
}

async fn faults_after_their_wait(service: &Fiscal) -> FiscalFaults {
    let faults = service.faults().clone();
    if faults.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(faults.delay_ms)).await;
    }
    faults
}

/// What is said of something new, if it is not issued.
fn turned(faults: &FiscalFaults, business_number: &str) -> Option<Reply> {
    let says = |result: &str, message: &str| Reply {
        result: result.to_owned(),
        business_number: business_number.to_owned(),
        message: message.to_owned(),
        ..Reply::default()
    };
    match &faults.refuse {
        Some(why) => Some(says("REFUSED", why)),
        None => faults.pending.then(|| says("PENDING", "办理中")),
    }
}

async fn issue(State(service): State<Fiscal>, headers: HeaderMap, body: Bytes) -> Response {
    let faults = faults_after_their_wait(&service).await;
    if faults.down || !service.known(&headers, &body) {
        return if faults.down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNAUTHORIZED }.into_response();
    }
    let Ok(request) = serde_json::from_slice::<IssueRequest>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let reply = {
        let mut book = lock(&service.0.book);
        match book.replies.get(&request.business_number) {
            Some(reply) => reply.clone(),
            None => match turned(&faults, &request.business_number) {
                Some(reply) => return service.answer(StatusCode::OK, &reply, &faults),
                None => {
                    let (number, check_code) = book.number();
                    book.standing.insert(number.clone(), request.amount_fen);
                    let reply = Reply {
                        result: "ISSUED".to_owned(),
                        business_number: request.business_number.clone(),
                        code: CODE.to_owned(),
                        number,
                        check_code,
                        amount_fen: request.amount_fen,
                        message: String::new(),
                    };
                    book.replies.insert(request.business_number, reply.clone());
                    reply
                }
            },
        }
    };
    service.answer(StatusCode::OK, &reply, &faults)
}

async fn reverse(State(service): State<Fiscal>, headers: HeaderMap, body: Bytes) -> Response {
    let faults = faults_after_their_wait(&service).await;
    if faults.down || !service.known(&headers, &body) {
        return if faults.down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNAUTHORIZED }.into_response();
    }
    let Ok(request) = serde_json::from_slice::<ReverseRequest>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let reply = {
        let mut book = lock(&service.0.book);
        match book.replies.get(&request.business_number) {
            Some(reply) => reply.clone(),
            None => {
                if let Some(reply) = turned(&faults, &request.business_number) {
                    return service.answer(StatusCode::OK, &reply, &faults);
                }
                if book.standing.remove(&request.number).is_none_or(|fen| fen != request.amount_fen) {
                    let unknown = Reply {
                        result: "REFUSED".to_owned(),
                        business_number: request.business_number.clone(),
                        message: "没有这张票据".to_owned(),
                        ..Reply::default()
                    };
                    return service.answer(StatusCode::UNPROCESSABLE_ENTITY, &unknown, &faults);
                }
                let (number, check_code) = book.number();
                let reply = Reply {
                    result: "ISSUED".to_owned(),
                    business_number: request.business_number.clone(),
                    code: CODE.to_owned(),
                    number,
                    check_code,
                    amount_fen: request.amount_fen,
                    message: String::new(),
                };
                book.replies.insert(request.business_number, reply.clone());
                reply
            }
        }
    };
    service.answer(StatusCode::OK, &reply, &faults)
}
