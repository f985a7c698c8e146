//! `huihai bench gifts`: how many confirmed gifts a second the books take, durable and acknowledged.
//!
//! The load goes through the batch writer's own queue (`--via store`) or through the real route with signed and sealed
//! notifications over loopback HTTP (`--via http`). Folds and lists are kept up behind it as in production; the time
//! until they have caught up is reported too. The naive way, one gift one transaction, runs in the same process on the
//! same schema with the same fsync.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressStyle};

use app::kernel::{Clock, SECOND_US, Secret};
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
    policy: Option<PathBuf>,
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
        policy: text(m, "policy").map(PathBuf::from),
    };
    let kept = text(m, "data").map(PathBuf::from);
    let folder = match &kept {
        Some(folder) => folder.clone(),
        None => PathBuf::from(tempdir()?),
    };
    let db = match engine {
        Engine::Postgres => {
            house::open_postgres(text(m, "database").context("--engine postgres needs --database URL of an empty database")?)?
        }
        Engine::Sqlite => house::open_data(&folder)?,
    };
    let acknowledged = text(m, "acknowledged")
        .map(|file| File::options().create(true).append(true).open(file).with_context(|| format!("{file} cannot be written")))
        .transpose()?;
    let result = measure(db, engine, via_http, &asked, acknowledged, &folder);
    if kept.is_none() {
        let _ = std::fs::remove_dir_all(&folder);
    }
    let value = result?;
    super::print(m, &value);
    Ok(ExitCode::SUCCESS)
}

fn measure(db: Db, engine: Engine, via_http: bool, asked: &Asked, acknowledged: Option<File>, folder: &Path) -> Result<serde_json::Value> {
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
            log: house::log(folder, "http://127.0.0.1", asked.policy.as_deref())?,
            people: app::people::Doors::default(),
            fiscal: None,
            behind_proxy: false,
            qualification_check_days: 180,
        })?)
    };
    let app = opened(true)?;
    after_the_last_writer(&app)?;
    // On books that are there already, other payments than the last time.
    let there = app.db.read(|tx| tx.query_one(sql("SELECT COUNT(*) AS intents FROM gift_intent"), params![])?.int("intents"))?;
    let mut lot = Lot::new(2020 + u64::try_from(there)?);
    let projects = ready::projects(&app, asked.projects)?;
    let naive_confirmations = ready::confirmations(&app, &projects, asked.naive, &mut lot)?;
    let confirmations = ready::confirmations(&app, &projects, asked.gifts, &mut lot)?;
    let confirmations = ready::with_duplicates(confirmations, &mut lot);
    let naive_gifts_per_s = naive(&app, engine, naive_confirmations)?;
    catch_up(&app)?;
    let cost = cost_of_the_log(&opened, &app, &projects, asked, &mut lot)?;
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
    let published = publish_all(&app)?;
    let log_bytes = log_bytes(&app, folder)?;
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
        "alternating_gifts_per_s_with_log": cost.map(|(with, _)| per_second(asked.without_log, with)),
        "alternating_gifts_per_s_without_log": cost.map(|(_, without)| per_second(asked.without_log, without)),
        "log_entries_published": published,
        "log_bytes_per_gift": (log_bytes * 10.0).round() / 10.0,
        "p50_ms": at(500),
        "p99_ms": at(990),
        "bytes_per_gift": (bytes as f64 / asked.gifts as f64).round(),
        "peak_rss_mb": peak_rss_mb(),
    }))
}

/// A killed run's right to write the log has not run out on a clock that stands where it stood: this run begins after it.
fn after_the_last_writer(app: &App) -> Result<()> {
    let row = app.db.read(|tx| tx.query_opt(sql("SELECT writer_until FROM log_state WHERE id = 1"), params![]))?;
    if let Some(row) = row {
        app.clock.advance((row.int("writer_until")? - app.clock.now()).max(0) + SECOND_US);
    }
    Ok(())
}

/// How long as many gifts take with the public log and without, in turns on the same database so that neither always finds it smaller.
fn cost_of_the_log(
    opened: &impl Fn(bool) -> Result<Arc<App>>,
    with_log: &Arc<App>,
    projects: &[ready::Project],
    asked: &Asked,
    lot: &mut Lot,
) -> Result<Option<(Duration, Duration)>> {
    const TURNS: usize = 8;
    if asked.without_log == 0 {
        return Ok(None);
    }
    let without_log = opened(false)?;
    let (mut with, mut without) = (Duration::ZERO, Duration::ZERO);
    for turn in 0..TURNS * 2 {
        // On, off, off, on.
        let (app, elapsed) = if matches!(turn % 4, 0 | 3) { (with_log, &mut with) } else { (&without_log, &mut without) };
        let confirmations = ready::with_duplicates(ready::confirmations(app, projects, asked.without_log.div_ceil(TURNS), lot)?, lot);
        let (stop, behind_stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (writers, behind) = (settlement::start(app, &stop), behind(app, &behind_stop));
        *elapsed += store(app, confirmations, asked.batch * (asked.writers + 1), None)?.elapsed;
        behind_stop.store(true, Ordering::Relaxed);
        stop.store(true, Ordering::Relaxed);
        for thread in behind.into_iter().chain(writers) {
            let _ = thread.join();
        }
        catch_up(app)?;
        publish_all(with_log)?;
    }
    Ok(Some((with, without)))
}

/// Brings the log to its end; what stops it is an error.
pub fn publish_all(app: &App) -> Result<i64> {
    let chore = app.chores().iter().find(|chore| chore.name == "public log").context("there is a sequencer")?;
    let facts = app.db.read(|tx| tx.query_one(sql("SELECT COUNT(*) AS facts FROM public_entry"), params![])?.int("facts"))?;
    let started = Instant::now();
    loop {
        let published = app.db.read(app::public_log::state)?.published_size;
        if published >= facts {
            return Ok(published);
        }
        ensure!(started.elapsed() < Duration::from_secs(1200), "only {published} of {facts} facts are published after twenty minutes");
        (chore.run)(app).map_err(|trouble| anyhow::anyhow!("the public log stands still: {trouble:?}"))?;
    }
}

/// What the log keeps of a gift: its rows for batches, with the side data and the keys, and every file.
fn log_bytes(app: &App, folder: &Path) -> Result<f64> {
    fn files(folder: &Path) -> std::io::Result<u64> {
        let mut sum = 0;
        for item in std::fs::read_dir(folder)? {
            let item = item?;
            sum += if item.file_type()?.is_dir() { files(&item.path())? } else { item.metadata()?.len() };
        }
        Ok(sum)
    }
    let sums = app.db.read(|tx| {
        tx.query_one(
            sql("SELECT (SELECT CAST(COALESCE(SUM(gifts), 0) AS BIGINT) FROM gift_batch JOIN gift_side ON gift_side.batch_id = gift_batch.id) AS gifts, \
                        (SELECT CAST(COALESCE(SUM(LENGTH(body) + LENGTH(gift_ids) + LENGTH(keys) + 48), 0) AS BIGINT) FROM gift_side) AS side, \
                        (SELECT CAST(COALESCE(SUM(LENGTH(body) + LENGTH(kind) + 32), 0) AS BIGINT) FROM public_entry WHERE kind = 'gift_batch') AS entries"),
            params![],
        )
    })?;
    let bytes = sums.int("side")? + sums.int("entries")? + i64::try_from(files(&folder.join("log"))?)?;
    Ok(bytes as f64 / sums.int("gifts")?.max(1) as f64)
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
