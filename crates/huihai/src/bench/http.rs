//! The load over HTTP: real notifications, signed and sealed beforehand for the stated clock, sent over loopback to the
//! real route by this same process, so that load and server share the machine.

use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use app::App;
use app::settlement::Confirmation;
use sandbox::{Event, Gateway, PaymentEvent};
use wechat::Merchant;

use super::gifts::{Seen, bar};
use super::ready::STATED_NOW;

/// One request as it goes over the wire.
pub struct Request {
    id: i64,
    bytes: Vec<u8>,
}

/// Signs and seals every notification, on all cores.
pub fn prepare(gateway: &Gateway, confirmations: Vec<Confirmation>) -> Result<Vec<Request>> {
    let bar = bar(confirmations.len(), "notifications signed");
    let threads = std::thread::available_parallelism()?.get();
    let part = confirmations.len().div_ceil(threads).max(1);
    let parts: Vec<Vec<Request>> = std::thread::scope(|scope| {
        let workers: Vec<_> = confirmations
            .chunks(part)
            .map(|some| {
                scope.spawn(|| {
                    some.iter()
                        .map(|one| {
                            bar.inc(1);
                            request(gateway, one)
                        })
                        .collect()
                })
            })
            .collect();
        workers.into_iter().map(|w| w.join().expect("signing does not panic")).collect()
    });
    bar.finish_and_clear();
    Ok(parts.into_iter().flatten().collect())
}

fn request(gateway: &Gateway, confirmation: &Confirmation) -> Request {
    let event = Event::Payment(PaymentEvent {
        merchant: Merchant::Partner {
            sp_appid: "wx0000000000000001".into(),
            sp_mchid: gateway.credentials().mchid,
            sub_appid: None,
            sub_mchid: confirmation.mchid.clone(),
        },
        out_trade_no: confirmation.out_trade_no.clone(),
        transaction_id: confirmation.transaction_id.clone(),
        trade_type: "MWEB".into(),
        openid: "o-bench".into(),
        attach: None,
        total_fen: confirmation.amount_fen,
        paid_at: confirmation.paid_at,
        notify_url: String::new(),
    });
    let signed = gateway.sign_notification(&event, STATED_NOW / 1_000_000);
    let mut bytes = format!("POST /wechat/notifications HTTP/1.1\r\nhost: bench\r\ncontent-length: {}\r\n", signed.body.len()).into_bytes();
    for (name, value) in &signed.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"content-type: application/json\r\n\r\n");
    bytes.extend_from_slice(&signed.body);
    Request { id: confirmation.out_trade_no.parse().unwrap_or(0), bytes }
}

/// Sends everything over `connections` connections that each wait for their answer.
pub fn load(app: &Arc<App>, requests: Vec<Request>, connections: usize, acknowledged: Option<File>) -> Result<Seen> {
    let server = crate::serve::runtime()?;
    let listener = server.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).context("cannot listen on loopback")?;
    let address = listener.local_addr()?;
    let site = app::site(app);
    let serving = server.spawn(async move { axum::serve(listener, site).await });
    let clients = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let bar = bar(requests.len(), "notifications");
    let shared = Arc::new(Load { next: AtomicUsize::new(0), requests, acknowledged: Mutex::new(acknowledged), again: AtomicUsize::new(0) });
    let started = Instant::now();
    let latencies = clients.block_on(async {
        let tasks: Vec<_> = (0..connections)
            .map(|_| {
                let (shared, bar) = (shared.clone(), bar.clone());
                tokio::spawn(async move { shared.send_all(address, &bar).await })
            })
            .collect();
        let mut latencies = Vec::new();
        for task in tasks {
            latencies.extend(task.await??);
        }
        Ok::<_, anyhow::Error>(latencies)
    })?;
    let elapsed = started.elapsed();
    serving.abort();
    server.shutdown_timeout(Duration::from_secs(2));
    bar.finish_and_clear();
    let again = shared.again.load(Ordering::Relaxed);
    if again > 0 {
        eprintln!("{again} notifications were answered 503 and sent again");
    }
    Ok(Seen { elapsed, latencies_us: latencies })
}

struct Load {
    next: AtomicUsize,
    requests: Vec<Request>,
    acknowledged: Mutex<Option<File>>,
    again: AtomicUsize,
}

impl Load {
    async fn send_all(&self, address: std::net::SocketAddr, bar: &indicatif::ProgressBar) -> Result<Vec<u32>> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut latencies = Vec::new();
        let mut buffer = vec![0; 4096];
        while let Some(request) = self.requests.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let at = Instant::now();
            loop {
                stream.write_all(&request.bytes).await?;
                let status = read_answer(&mut stream, &mut buffer).await?;
                if status == 204 {
                    break;
                }
                ensure!(status == 503, "notification {} was answered {status}", request.id);
                self.again.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            latencies.push(u32::try_from(at.elapsed().as_micros()).unwrap_or(u32::MAX));
            if let Some(file) = self.acknowledged.lock().expect("no writer panics").as_mut() {
                file.write_all(&request.id.to_le_bytes())?;
            }
            bar.inc(1);
        }
        Ok(latencies)
    }
}

/// Reads one answer and returns its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<u16> {
    let mut have = 0;
    loop {
        let read = stream.read(&mut buffer[have..]).await?;
        ensure!(read > 0, "the server closed the connection");
        have += read;
        let text = std::str::from_utf8(&buffer[..have])?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            ensure!(have < buffer.len(), "an answer's head is too long");
            continue;
        };
        let length: usize = head
            .lines()
            .find_map(|l| {
                l.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case("content-length")).and_then(|(_, v)| v.trim().parse().ok())
            })
            .unwrap_or(0);
        if body.len() >= length {
            return head.split(' ').nth(1).and_then(|s| s.parse().ok()).context("an answer without a status");
        }
    }
}
