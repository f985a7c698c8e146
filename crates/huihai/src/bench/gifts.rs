//! `huihai bench gifts`: how many confirmed gifts a second the books take, durable and acknowledged.
//!
//! The load goes through the batch writer's own queue (`--via store`) or through the real route with signed and sealed
//! notifications over loopback HTTP (`--via http`). Folds and lists are kept up behind it as in production; the time
//! until they have caught up is reported too. The naive way, one gift one transaction, runs in the same process on the
//! same schema with the same fsync.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressStyle};

use app::kernel::{Clock, Secret};
use app::settlement::{self, Confirmation, Limits, Verdict};
use app::{App, Mode, Setup};
use db::{Db, Engine, params, sql};
use sandbox::{Gateway, KeySource, Options};

use crate::ask::text;
use crate::house;

use super::http;
use super::ready::{self, Lot, STATED_NOW};

/// What was asked for.
struct Asked {
    gifts: usize,
    projects: usize,
    batch: usize,
    writers: usize,
    connections: usize,
    naive: usize,
    without_log: usize,
}

/// What the load saw.
pub struct Seen {
    pub elapsed: Duration,
    pub latencies_us: Vec<u32>,
}

pub fn run(m: &ArgMatches) -> Result<ExitCode> {
    let number = |name: &str| *m.get_one::<usize>(name).expect("has a default");
    let engine = if text(m, "engine") == Some("postgres") { Engine::Postgres } else { Engine::Sqlite };
    let via_http = text(m, "via") == Some("http");
    let asked = Asked {
        gifts: number("gifts"),
        projects: number("projects").max(1),
        batch: number("batch").max(1),
        writers: match number("writers") {
            0 if engine == Engine::Postgres => 2,
            0 => 1,
            writers => writers,
        },
        connections: number("connections").max(1),
        naive: number("naive"),
        without_log: number("without-log"),
    };
    let folder = tempdir()?;
    let db = match engine {
        Engine::Postgres => {
            house::open_postgres(text(m, "database").context("--engine postgres needs --database URL of an empty database")?)?
        }
        Engine::Sqlite => house::open_data(std::path::Path::new(text(m, "data").unwrap_or(folder.as_str())))?,
    };
    let acknowledged = text(m, "acknowledged")
        .map(|file| File::options().create(true).append(true).open(file).with_context(|| format!("{file} cannot be written")))
        .transpose()?;
    let result = measure(db, engine, via_http, &asked, acknowledged, std::path::Path::new(folder.as_str()));
    if text(m, "data").is_none() {
        let _ = std::fs::remove_dir_all(folder.as_str());
    }
    let value = result?;
    super::print(m, &value);
    Ok(ExitCode::SUCCESS)
}

fn measure(
    db: Db,
    engine: Engine,
    via_http: bool,
    asked: &Asked,
    acknowledged: Option<File>,
    folder: &std::path::Path,
) -> Result<serde_json::Value> {
    let clock: Arc<dyn Fn() -> i64 + Send + Sync> = Arc::new(|| STATED_NOW);
    let gateway = Gateway::new(Options::new(KeySource::Generate, clock))?;
    let opened = |log| -> Result<Arc<App>> {
        Ok(App::new(Setup {
            db: db.clone(),
            clock: Clock::standing_at(STATED_NOW),
            secret: Secret::new(&[7; 32]),
            mode: Mode::Demo,
            base_url: "http://127.0.0.1".into(),
            channel: crate::demo::channel(&gateway, "http://127.0.0.1:9", "http://127.0.0.1:9")?,
            settlement: Limits { queue: asked.batch * 20, batch: asked.batch, writers: asked.writers, log },
            log: house::log(folder, "http://127.0.0.1", None)?,
            people: app::people::Doors::default(),
            fiscal: None,
            behind_proxy: false,
            qualification_check_days: 180,
        })?)
    };
    let app = opened(true)?;
    let mut lot = Lot::new(2020);
    let projects = ready::projects(&app, asked.projects)?;
    let naive_confirmations = ready::confirmations(&app, &projects, asked.naive, &mut lot)?;
    let confirmations = ready::confirmations(&app, &projects, asked.gifts, &mut lot)?;
    let confirmations = ready::with_duplicates(confirmations, &mut lot);
    let naive_gifts_per_s = naive(&app, engine, naive_confirmations)?;
    catch_up(&app)?;
    let without_log = without_log(&opened, &projects, asked, &mut lot)?;
    let bytes_before = app.db.size_bytes()?;

    let stop = Arc::new(AtomicBool::new(false));
    let writers = settlement::start(&app, &stop);
    let load: Box<dyn FnOnce() -> Result<Seen>> = if via_http {
        let requests = http::prepare(&gateway, confirmations)?;
        let (app, connections) = (app.clone(), asked.connections);
        Box::new(move || http::load(&app, requests, connections, acknowledged))
    } else {
        let (app, window) = (app.clone(), asked.batch * (asked.writers + 1));
        Box::new(move || store(&app, confirmations, window, acknowledged))
    };
    // What production does behind the writer goes on behind this one too.
    let behind_stop = Arc::new(AtomicBool::new(false));
    let behind = behind(&app, &behind_stop);
    let started = Instant::now();
    let seen = load()?;
    behind_stop.store(true, Ordering::Relaxed);
    for thread in behind {
        let _ = thread.join();
    }
    catch_up(&app)?;
    let caught_up = started.elapsed();
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        let _ = writer.join();
    }
    let bytes = app.db.size_bytes()? - bytes_before;
    let stored = app.db.read(|tx| tx.query_one(sql("SELECT COUNT(*) AS gifts FROM gift"), params![])?.int("gifts"))?;
    ensure!(stored >= i64::try_from(asked.gifts + asked.naive)?, "{stored} gifts are in the books, fewer than were acknowledged");
    let mut latencies = seen.latencies_us;
    latencies.sort_unstable();
    let at = |part: usize| f64::from(latencies.get(latencies.len() * part / 1000).copied().unwrap_or(0)) / 1000.0;
    let per_second = |count: usize, time: Duration| (count as f64 / time.as_secs_f64()).round();
    Ok(serde_json::json!({
        "bench": "gifts",
        "engine": if engine == Engine::Postgres { "postgres" } else { "sqlite" },
        "via": if via_http { "http" } else { "store" },
        "gifts": asked.gifts,
        "projects": asked.projects,
        "batch": asked.batch,
        "writers": asked.writers,
        "gifts_per_s": per_second(asked.gifts, seen.elapsed),
        "caught_up_gifts_per_s": per_second(asked.gifts, caught_up),
        "naive_gifts_per_s": naive_gifts_per_s.map(f64::round),
        "gifts_per_s_without_log": without_log.map(|elapsed| per_second(asked.without_log, elapsed)),
        "p50_ms": at(500),
        "p99_ms": at(990),
        "bytes_per_gift": (bytes as f64 / asked.gifts as f64).round(),
        "peak_rss_mb": peak_rss_mb(),
    }))
}

/// How long as many gifts take when the public log is told nothing of them, in the same run on the same database.
fn without_log(
    opened: &impl Fn(bool) -> Result<Arc<App>>,
    projects: &[ready::Project],
    asked: &Asked,
    lot: &mut Lot,
) -> Result<Option<Duration>> {
    if asked.without_log == 0 {
        return Ok(None);
    }
    let app = opened(false)?;
    let confirmations = ready::with_duplicates(ready::confirmations(&app, projects, asked.without_log, lot)?, lot);
    let (stop, behind_stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (writers, behind) = (settlement::start(&app, &stop), behind(&app, &behind_stop));
    let seen = store(&app, confirmations, asked.batch * (asked.writers + 1), None)?;
    behind_stop.store(true, Ordering::Relaxed);
    stop.store(true, Ordering::Relaxed);
    for thread in behind.into_iter().chain(writers) {
        let _ = thread.join();
    }
    catch_up(&app)?;
    Ok(Some(seen.elapsed))
}

/// Through the batch writer's queue, as many in flight as the queue and the writers hold.
fn store(app: &Arc<App>, confirmations: Vec<Confirmation>, window: usize, mut acknowledged: Option<File>) -> Result<Seen> {
    let bar = bar(confirmations.len(), "gifts");
    let mut latencies_us = Vec::with_capacity(confirmations.len());
    let mut waiting = VecDeque::with_capacity(window);
    let mut ids = Vec::new();
    let started = Instant::now();
    let mut settle_oldest = |waiting: &mut VecDeque<_>, latencies_us: &mut Vec<u32>| -> Result<()> {
        let (id, at, reply): (i64, Instant, tokio::sync::oneshot::Receiver<_>) = waiting.pop_front().expect("the caller has looked");
        match reply.blocking_recv() {
            Ok(Ok(Verdict::Recorded | Verdict::AlreadyRecorded)) => {}
            other => bail!("gift {id} was not recorded: {other:?}"),
        }
        latencies_us.push(u32::try_from(at.elapsed().as_micros()).unwrap_or(u32::MAX));
        if let Some(file) = &mut acknowledged {
            ids.extend_from_slice(&id.to_le_bytes());
            if ids.len() >= 4096 {
                file.write_all(&ids)?;
                ids.clear();
            }
        }
        bar.inc(1);
        Ok(())
    };
    for confirmation in confirmations {
        while waiting.len() >= window {
            settle_oldest(&mut waiting, &mut latencies_us)?;
        }
        let id = confirmation.out_trade_no.parse()?;
        let at = Instant::now();
        let reply = app.settlement.submit(confirmation).map_err(|_| anyhow::anyhow!("the queue was full"))?;
        waiting.push_back((id, at, reply));
    }
    while !waiting.is_empty() {
        settle_oldest(&mut waiting, &mut latencies_us)?;
    }
    let elapsed = started.elapsed();
    if let Some(file) = &mut acknowledged {
        file.write_all(&ids)?;
    }
    bar.finish_and_clear();
    Ok(Seen { elapsed, latencies_us })
}

/// One gift, one transaction: a single connection on SQLite, eight on PostgreSQL.
fn naive(app: &Arc<App>, engine: Engine, confirmations: Vec<Confirmation>) -> Result<Option<f64>> {
    if confirmations.is_empty() {
        return Ok(None);
    }
    let threads = if engine == Engine::Postgres { 8 } else { 1 };
    let count = confirmations.len();
    let started = Instant::now();
    let workers: Vec<_> = confirmations
        .chunks(count.div_ceil(threads))
        .map(|part| {
            let (app, part) = (app.clone(), part.to_vec());
            std::thread::spawn(move || {
                part.iter().all(|one| settlement::settle_all(&app, std::slice::from_ref(one)) == [Ok(Verdict::Recorded)])
            })
        })
        .collect();
    for worker in workers {
        ensure!(worker.join().unwrap_or(false), "a gift of the naive way was not recorded");
    }
    Ok(Some(count as f64 / started.elapsed().as_secs_f64()))
}

/// The chores that keep folds and lists up to date, as `jobs::start` runs them.
pub fn behind(app: &Arc<App>, stop: &Arc<AtomicBool>) -> Vec<std::thread::JoinHandle<()>> {
    let run = |pause_ms: u64, chore: fn(&App) -> Result<(), app::kernel::Trouble>| {
        let (app, stop) = (app.clone(), stop.clone());
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let _ = chore(&app);
                std::thread::sleep(Duration::from_millis(pause_ms));
            }
        })
    };
    let mut threads = vec![run(500, settlement::roll_up), run(1000, settlement::list)];
    // The public log is written on the same cores, as in production.
    let sequencer = app.chores().iter().find(|chore| chore.name == "public log").filter(|_| app.settlement.limits.log);
    threads.extend(sequencer.map(|chore| run(1000, chore.run)));
    threads
}

pub fn catch_up(app: &App) -> Result<()> {
    for chore in [settlement::roll_up, settlement::list] {
        chore(app).map_err(|trouble| anyhow::anyhow!("the folds could not catch up: {trouble:?}"))?;
    }
    Ok(())
}

/// A bar on a terminal, nothing elsewhere.
pub fn bar(length: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} {msg} {per_sec}").expect("the template is ours");
    ProgressBar::new(length as u64).with_style(style).with_message(what)
}

/// The most memory this process ever held, from the kernel's own count.
fn peak_rss_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

pub fn tempdir() -> Result<String> {
    let dir = std::env::temp_dir().join(format!("huihai-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    Ok(dir.to_string_lossy().into_owned())
}
