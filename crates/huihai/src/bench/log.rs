//! `huihai bench log`: how fast the public log takes facts, and how soon a donor has a proof.
//!
//! First a backlog of facts is sequenced and published, durably, by the sequencer that production runs. Then gifts come in at a steady
//! rate, the sequencer runs once a second behind them and two witnesses on loopback must both cosign; of each gift is measured how
//! long it takes from its acknowledgement until a cosigned checkpoint holds it.

use std::collections::{HashMap, VecDeque};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ArgMatches;

use app::kernel::{Clock, Id, Secret};
use app::public_log;
use app::settlement::{self, Confirmation, Limits, Verdict};
use app::{App, Mode, Setup};
use db::{BulkInsert, Db, Kind, Value, params, sql};
use sandbox::{Gateway, KeySource, Options};

use crate::ask::text;
use crate::{house, serve};

use super::gifts::{behind, catch_up, publish_all, tempdir};
use super::ready::{self, Lot, STATED_NOW};

const ENTRY: BulkInsert = BulkInsert {
    table: "public_entry",
    columns: &[("id", Kind::Int), ("kind", Kind::Text), ("body", Kind::Text), ("created_at", Kind::Int)],
};
const PENDING: BulkInsert = BulkInsert { table: "public_pending", columns: &[("id", Kind::Int)] };

pub fn run(m: &ArgMatches) -> Result<ExitCode> {
    let number = |name: &str| *m.get_one::<usize>(name).expect("has a default");
    let folder = tempdir()?;
    let data = std::path::Path::new(folder.as_str());
    let db = match text(m, "engine") {
        Some("postgres") => {
            house::open_postgres(text(m, "database").context("--engine postgres needs --database URL of an empty database")?)?
        }
        _ => house::open_data(data)?,
    };
    let value = measure(db, data, number("entries"), number("rate").max(1), number("seconds"));
    let _ = std::fs::remove_dir_all(data);
    let value = value?;
    super::print(m, &value);
    Ok(ExitCode::SUCCESS)
}

fn measure(db: Db, data: &std::path::Path, entries: usize, rate: usize, seconds: usize) -> Result<serde_json::Value> {
    let clock: Arc<dyn Fn() -> i64 + Send + Sync> = Arc::new(|| STATED_NOW);
    let gateway = Gateway::new(Options::new(KeySource::Generate, clock))?;
    let runtime = serve::runtime()?;
    let app = App::new(Setup {
        db,
        clock: Clock::standing_at(STATED_NOW),
        secret: Secret::new(&[7; 32]),
        mode: Mode::Demo,
        base_url: "http://127.0.0.1".into(),
        channel: crate::demo::channel(&gateway, "http://127.0.0.1:9", "http://127.0.0.1:9")?,
        settlement: Limits::default(),
        log: crate::demo::witnessed_log(data, "http://127.0.0.1", &runtime)?,
        people: app::people::Doors::default(),
        fiscal: None,
        behind_proxy: false,
        qualification_check_days: 180,
    })?;
    let engine = if app.db.engine() == db::Engine::Postgres { "postgres" } else { "sqlite" };
    backlog(&app, entries)?;
    let started = Instant::now();
    publish_all(&app)?;
    let elapsed = started.elapsed();
    let mut proofs = proofs(&app, rate, seconds)?;
    proofs.sort_unstable();
    let at = |part: usize| proofs.get(proofs.len() * part / 1000).map(|latency| latency.as_millis());
    Ok(serde_json::json!({
        "bench": "log",
        "engine": engine,
        "entries": entries,
        "entries_per_s": (entries as f64 / elapsed.as_secs_f64()).round(),
        "witnesses": app.log.policy.witnesses().len(),
        "gifts": proofs.len(),
        "gifts_per_s": rate,
        "proof_p50_ms": at(500).map(|ms| ms as u64),
        "proof_p99_ms": at(990).map(|ms| ms as u64),
    }))
}

/// Facts as long as a payout's, which nobody has given a place yet.
fn backlog(app: &App, entries: usize) -> Result<()> {
    let ids: Vec<Id> = (0..entries).map(|_| app.new_id()).collect();
    for some in ids.chunks(20_000) {
        let bodies: Vec<String> = some
            .iter()
            .map(|id| format!(r#"{{"amount_fen":600000,"about":"{id}","fen":[[1200000,1800000]],"text_sha256":"{}"}}"#, "ab".repeat(32)))
            .map(|body| openbook::canonical::write(&serde_json::from_str(&body).unwrap_or_default()).unwrap_or_default())
            .collect();
        let rows: Vec<Value> = some
            .iter()
            .zip(&bodies)
            .flat_map(|(id, body)| [Value::from(*id), "benchmark".into(), body.as_str().into(), STATED_NOW.into()])
            .collect();
        let pending: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
        app.db.write_batch(|tx| {
            tx.bulk_insert(ENTRY, &rows)?;
            tx.bulk_insert(PENDING, &pending)
        })?;
    }
    Ok(())
}

fn published(app: &App) -> Result<i64> {
    Ok(app.db.read(public_log::state)?.published_size)
}

/// Gifts at a steady rate for so many seconds; of each, how long it took from its acknowledgement to its proof.
fn proofs(app: &Arc<App>, rate: usize, seconds: usize) -> Result<Vec<Duration>> {
    let mut lot = Lot::new(2020);
    let projects = ready::projects(app, 1_000)?;
    let confirmations = ready::confirmations(app, &projects, rate * seconds, &mut lot)?;
    let (stop, behind_stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let writers = settlement::start(app, &stop);
    let behind = behind(app, &behind_stop);
    // When each size was first seen published.
    let seen = std::thread::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        move || -> Result<Vec<(Instant, i64)>> {
            let mut seen = vec![(Instant::now(), published(&app)?)];
            while !stop.load(Ordering::Relaxed) {
                let size = published(&app)?;
                if size > seen[seen.len() - 1].1 {
                    seen.push((Instant::now(), size));
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(seen)
        }
    });
    let acknowledged = steadily(app, confirmations, rate)?;
    // Whatever was acknowledged is published within seconds.
    let facts: i64 = app.db.read(|tx| tx.query_one(sql("SELECT COUNT(*) AS facts FROM public_entry"), params![])?.int("facts"))?;
    let waited = Instant::now();
    while published(app)? < facts {
        ensure!(waited.elapsed() < Duration::from_secs(60), "the last gifts have no proof after a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(50));
    behind_stop.store(true, Ordering::Relaxed);
    stop.store(true, Ordering::Relaxed);
    for thread in behind.into_iter().chain(writers) {
        let _ = thread.join();
    }
    catch_up(app)?;
    let seen = seen.join().map_err(|_| anyhow::anyhow!("nobody looked at the log"))??;
    let places = places(app, &acknowledged)?;
    acknowledged
        .iter()
        .map(|(gift, at)| {
            let place = *places.get(gift).with_context(|| format!("gift {gift} has no place in the log"))?;
            let proved = seen.iter().find(|(_, size)| *size > place).with_context(|| format!("gift {gift} was never published"))?;
            Ok(proved.0.saturating_duration_since(*at))
        })
        .collect()
}

/// Hands confirmations in as the clock says, and tells when each was acknowledged.
fn steadily(app: &Arc<App>, confirmations: Vec<Confirmation>, rate: usize) -> Result<Vec<(Id, Instant)>> {
    let mut acknowledged = Vec::with_capacity(confirmations.len());
    let mut waiting = VecDeque::new();
    let started = Instant::now();
    for (turn, confirmation) in confirmations.into_iter().enumerate() {
        let due = started + Duration::from_secs_f64(turn as f64 / rate as f64);
        if let Some(early) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(early);
        }
        let id: Id = confirmation.out_trade_no.parse()?;
        waiting.push_back((id, app.settlement.submit(confirmation).map_err(|_| anyhow::anyhow!("the queue was full"))?));
        drain(&mut waiting, &mut acknowledged, false)?;
    }
    drain(&mut waiting, &mut acknowledged, true)?;
    Ok(acknowledged)
}

type Waiting = VecDeque<(Id, tokio::sync::oneshot::Receiver<Result<Verdict, settlement::NotSettled>>)>;

fn drain(waiting: &mut Waiting, acknowledged: &mut Vec<(Id, Instant)>, to_the_end: bool) -> Result<()> {
    while let Some((id, reply)) = waiting.front_mut() {
        let verdict = match reply.try_recv() {
            Ok(verdict) => verdict,
            Err(tokio::sync::oneshot::error::TryRecvError::Empty) if !to_the_end => return Ok(()),
            Err(_) => {
                std::thread::sleep(Duration::from_micros(200));
                continue;
            }
        };
        ensure!(matches!(verdict, Ok(Verdict::Recorded)), "gift {id} was not recorded: {verdict:?}");
        acknowledged.push((*id, Instant::now()));
        waiting.pop_front();
    }
    Ok(())
}

/// Where the fact of each gift's batch stands.
fn places(app: &App, gifts: &[(Id, Instant)]) -> Result<HashMap<Id, i64>> {
    let mut places = HashMap::with_capacity(gifts.len());
    let ids: Vec<Id> = gifts.iter().map(|(id, _)| *id).collect();
    for some in ids.chunks(10_000) {
        app.db.read(|tx| {
            tx.bulk_find(
                sql("SELECT gift.id, log_entry.entry_index FROM gift JOIN gift_side ON gift_side.batch_id = gift.batch_id \
                     JOIN log_entry ON log_entry.entry_id = gift_side.entry_id WHERE gift.id IN (?ids)"),
                some,
                |row| {
                    places.insert(row.int(0)?, row.int(1)?);
                    Ok(())
                },
            )
        })?;
    }
    Ok(places)
}
