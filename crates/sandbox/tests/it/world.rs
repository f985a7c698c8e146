//! One gateway on a loopback port, a manual clock, a merchant that talks to it, and a mailbox that receives its notifications over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use sandbox::{Gateway, KeySource, Keys, Options};
use wechat::{ApiV3Key, HttpRequest, Merchant, NewOrder, Nonce, Notification, SignedHeaders, Signer, Verifiers, read_notification};

/// 2026-09-09 12:00:00 in Beijing.
pub const NOON: i64 = 1_788_926_400_000_000;
pub const SECOND: i64 = 1_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// Making RSA keys takes long in a debug build; the worlds share one set.
pub fn keys() -> Arc<Keys> {
    static KEYS: OnceLock<Arc<Keys>> = OnceLock::new();
    KEYS.get_or_init(|| Arc::new(Keys::generate(NOON).unwrap())).clone()
}

pub struct World {
    pub gateway: Gateway,
    pub now: Arc<AtomicI64>,
    pub base: String,
    pub mailbox: Mailbox,
    pub signer: Signer,
    pub verifiers: Verifiers,
    pub key: ApiV3Key,
    agent: ureq::Agent,
    nonces: AtomicU32,
    server: tokio::runtime::Runtime,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn signed_headers(&self) -> SignedHeaders<'_> {
        SignedHeaders::read(|name| self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

pub fn world() -> World {
    world_with(|_| {})
}

pub fn world_with(change: impl FnOnce(&mut Options)) -> World {
    let now = Arc::new(AtomicI64::new(NOON));
    let clock = now.clone();
    let mut options = Options::new(KeySource::Given(keys()), Arc::new(move || clock.load(Ordering::SeqCst)));
    change(&mut options);
    let gateway = Gateway::new(options).unwrap();
    let server = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = server.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = gateway.api_router().merge(gateway.cashier_router());
    server.spawn(async move { axum::serve(listener, router).await });

    let credentials = gateway.credentials();
    let signer = Signer::new(
        &credentials.mchid,
        &credentials.merchant_serial,
        credentials.merchant_private_key_pem.as_bytes(),
        &credentials.public_key_id,
    );
    let mut verifiers = Verifiers::default();
    verifiers.add_public_key(&credentials.public_key_id, credentials.public_key_pem.as_bytes()).unwrap();
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(20))).http_status_as_error(false).max_redirects(0);
    World {
        key: ApiV3Key::new(credentials.apiv3_key.as_bytes()).unwrap(),
        signer: signer.unwrap(),
        gateway,
        now,
        base,
        mailbox: Mailbox::open(),
        verifiers,
        agent: ureq::Agent::new_with_config(config.build()),
        nonces: AtomicU32::new(0),
        server,
    }
}

impl World {
    pub fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub fn pass(&self, micros: i64) {
        self.now.fetch_add(micros, Ordering::SeqCst);
    }

    /// Sends a request as the platform does: signed, and the answer verified.
    pub fn call(&self, request: HttpRequest) -> Answer {
        let answer = self.call_unverified(request);
        self.verifiers.verify(&answer.signed_headers(), &answer.body, self.now() / SECOND).expect("every answer is signed by the gateway");
        answer
    }

    pub fn call_unverified(&self, request: HttpRequest) -> Answer {
        self.send(&self.signed(request))
    }

    pub fn signed(&self, mut request: HttpRequest) -> HttpRequest {
        let mut nonce = [0; 16];
        nonce[..4].copy_from_slice(&self.nonces.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        self.signer.sign(&mut request, self.now() / SECOND, &Nonce::from_bytes(nonce)).unwrap();
        request
    }

    pub fn send(&self, request: &HttpRequest) -> Answer {
        let url = format!("{}{}", self.base, request.path_and_query);
        let sent = match request.method {
            wechat::Method::Get => request.headers.iter().fold(self.agent.get(&url), |r, (name, value)| r.header(*name, value)).call(),
            wechat::Method::Post => {
                request.headers.iter().fold(self.agent.post(&url), |r, (name, value)| r.header(*name, value)).send(&request.body[..])
            }
        };
        read(sent.unwrap())
    }

    /// A visitor's browser, without script.
    pub fn visit(&self, path: &str) -> Answer {
        read(self.agent.get(format!("{}{path}", self.base)).call().unwrap())
    }

    pub fn submit(&self, path: &str, form: &str) -> Answer {
        read(self.agent.post(format!("{}{path}", self.base)).content_type("application/x-www-form-urlencoded").send(form).unwrap())
    }

    pub fn order<'a>(&'a self, out_trade_no: &'a str, amount_fen: i64) -> NewOrder<'a> {
        NewOrder {
            out_trade_no,
            description: "白果村小学午餐",
            amount_fen,
            notify_url: &self.mailbox.url,
            expires_at: self.now() + 3600 * SECOND,
            attach: Some("gift"),
        }
    }

    /// Places a JSAPI order and returns its prepay id.
    pub fn placed(&self, merchant: &Merchant, out_trade_no: &str, amount_fen: i64) -> String {
        let request = wechat::jsapi(merchant, &self.order(out_trade_no, amount_fen), wechat::Payer::Openid("oDonor")).unwrap();
        let answer = self.call(request);
        match wechat::read_order(answer.status, &answer.body) {
            wechat::OrderAnswer::Jsapi { prepay_id } => prepay_id,
            other => panic!("{other:?}"),
        }
    }

    pub fn queried(&self, merchant: &Merchant, out_trade_no: &str) -> wechat::QueryAnswer {
        let answer = self.call(wechat::query_by_out_trade_no(merchant, out_trade_no).unwrap());
        wechat::read_query(answer.status, &answer.body)
    }

    /// What the platform's route does: verify the raw bytes, open, read.
    pub fn opened(&self, letter: &Letter) -> Notification {
        self.verifiers.verify(&letter.signed_headers(), &letter.body, self.now() / SECOND).unwrap();
        read_notification(&letter.body, &self.key).unwrap()
    }

    pub fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.server
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    Answer { status: response.status().as_u16(), headers, body: response.body_mut().read_to_vec().unwrap() }
}

pub fn state_of(world: &World, merchant: &Merchant, no: &str) -> wechat::TradeState {
    match world.queried(merchant, no) {
        wechat::QueryAnswer::Found(transaction) => transaction.trade_state,
        other => panic!("{other:?}"),
    }
}

pub fn direct() -> Merchant {
    Merchant::Direct { appid: "wx8888888888888888".into(), mchid: "1900000100".into() }
}

pub fn partner() -> Merchant {
    Merchant::Partner {
        sp_appid: "wx8888888888888888".into(),
        sp_mchid: "1900000100".into(),
        sub_appid: None,
        sub_mchid: "1900000109".into(),
    }
}

/// One received notification.
#[derive(Debug, Clone)]
pub struct Letter {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Letter {
    pub fn signed_headers(&self) -> SignedHeaders<'_> {
        SignedHeaders::read(|name| self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()))
    }
}

/// Receives posts one after the other and answers each with the status it was told to use.
pub struct Mailbox {
    pub url: String,
    letters: Arc<Mutex<Vec<Letter>>>,
    status: Arc<AtomicU32>,
}

impl Mailbox {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let (letters, status) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU32::new(204)));
        let (kept, answer) = (letters.clone(), status.clone());
        // The thread ends with the test process; a listener has no other way to be woken.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                receive(stream, &kept, &answer);
            }
        });
        Self { url: format!("http://{address}/notifications/wechat"), letters, status }
    }

    pub fn answers(&self, status: u32) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub fn take(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.letters.lock().unwrap())
    }
}

fn receive(stream: TcpStream, letters: &Mutex<Vec<Letter>>, status: &AtomicU32) {
    let mut reader = BufReader::new(stream);
    let (mut line, mut headers) = (String::new(), Vec::new());
    while reader.read_line(&mut line).unwrap_or(0) > 0 && line != "\r\n" {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.push((name.to_owned(), value.to_owned()));
        }
        line.clear();
    }
    let length =
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length")).map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    letters.lock().unwrap().push(Letter { headers, body });
    let answer = format!("HTTP/1.1 {} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", status.load(Ordering::SeqCst));
    reader.into_inner().write_all(answer.as_bytes()).unwrap();
}
