//! Opening what a command works on: the database, the deployment's secret, the threads.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use clap::ArgMatches;

use app::App;
use app::kernel::{Secret, random_bytes};
use db::Db;
use indicatif::{ProgressBar, ProgressStyle};

use crate::ask::text;
use crate::config::Config;

/// Opens the database that `--data`, `--database` or `--config` names.
pub fn open(asked: &ArgMatches) -> Result<Db> {
    if let Some(file) = text(asked, "config") {
        return Config::read(Path::new(file))?.open();
    }
    match text(asked, "database") {
        Some(url) => open_postgres(url),
        None => open_data(Path::new(text(asked, "data").unwrap_or("data"))),
    }
}

/// The same, but a SQLite database must be there: a command that reads never makes an empty one.
pub fn open_existing(asked: &ArgMatches) -> Result<Db> {
    if let Some(file) = text(asked, "config") {
        let config = Config::read(Path::new(file))?;
        return match &config.database {
            Some(url) => open_postgres(url),
            None => open_existing_data(&config.data),
        };
    }
    match text(asked, "database") {
        Some(url) => open_postgres(url),
        None => open_existing_data(Path::new(text(asked, "data").unwrap_or("data"))),
    }
}

pub fn open_existing_data(dir: &Path) -> Result<Db> {
    anyhow::ensure!(dir.join("huihai.sqlite").is_file(), "there is no database in {}", dir.display());
    open_data(dir)
}

/// Something is going on, and nobody knows how long it takes.
pub fn spinner(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

pub fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

pub fn open_data(dir: &Path) -> Result<Db> {
    fs::create_dir_all(dir).with_context(|| format!("the data directory {} cannot be made", dir.display()))?;
    Ok(Db::open_sqlite(&dir.join("huihai.sqlite"))?)
}

pub fn open_postgres(url: &str) -> Result<Db> {
    Ok(Db::open_postgres(url, 16)?)
}

/// Writes what only its owner may read, and never over something that is there. It is on the disk when this returns.
pub fn new_secret_file(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut new = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    new.write_all(bytes)?;
    new.sync_all()
}

/// The deployment's secret, made on first use and readable by its owner only.
pub fn secret(file: &Path) -> Result<Secret> {
    if !file.exists() {
        new_secret_file(file, &random_bytes::<32>()).with_context(|| format!("the secret {} cannot be made", file.display()))?;
    }
    let bytes = fs::read(file).with_context(|| format!("the secret {} cannot be read", file.display()))?;
    anyhow::ensure!(bytes.len() >= 32, "the secret {} is shorter than 32 bytes", file.display());
    Ok(Secret::new(&bytes))
}

/// The public log's key, in the data directory: made on first use, in the name of where the log is served.
pub fn log_key(data: &Path, base_url: &str) -> Result<tlog::LogKey> {
    let file = data.join("log.key");
    if !file.exists() {
        let host = base_url.split_once("://").map_or(base_url, |(_, host)| host).trim_end_matches('/');
        let key = tlog::LogKey::from_seed(&format!("{host}/log"), &random_bytes::<32>()).context("the log's name")?;
        new_secret_file(&file, format!("{}\n", key.to_private_line()).as_bytes())
            .with_context(|| format!("the log's key {} cannot be made", file.display()))?;
    }
    let text = fs::read_to_string(&file).with_context(|| format!("the log's key {} cannot be read", file.display()))?;
    tlog::LogKey::parse(&text).with_context(|| format!("the log's key {}", file.display()))
}

/// Where the public log's tiles and bundles lie.
pub fn log_folder(data: &Path) -> app::public_log::Folder {
    app::public_log::Folder::new(data.join("log"))
}

/// How long a witness may take to answer.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

/// The public log of a deployment: its key and its files lie in the data directory. Whom it asks to witness stands in a policy file, and
/// without one nobody is asked.
pub fn log(data: &Path, base_url: &str, policy: Option<&Path>) -> Result<app::public_log::Setup> {
    let (key, folder) = (log_key(data, base_url)?, log_folder(data));
    match policy {
        Some(path) => {
            let text = fs::read(path).with_context(|| format!("the log's policy {} cannot be read", path.display()))?;
            let policy = tlog::Policy::parse(&text).with_context(|| format!("the log's policy {}", path.display()))?;
            anyhow::ensure!(
                policy.logs().iter().any(|log| log.vkey == *key.vkey()),
                "the policy {} is not about the log in {}, whose key is {}",
                path.display(),
                data.display(),
                key.vkey()
            );
            Ok(app::public_log::Setup { key, folder, policy, patience: PATIENCE })
        }
        None => app::public_log::Setup::unwitnessed(key, folder).context("the log's policy"),
    }
}

pub fn migrate(asked: &ArgMatches) -> Result<ExitCode> {
    let done = open(asked)?.migrate(app::MIGRATIONS)?;
    if done.is_empty() {
        println!("the schema is up to date");
    }
    for number in done {
        println!("migration {number} was done");
    }
    Ok(ExitCode::SUCCESS)
}

/// The threads behind the pages: batch writers, jobs, chores. Stopping waits until the queue is empty.
pub struct Running {
    stop_work: Arc<AtomicBool>,
    stop_writers: Arc<AtomicBool>,
    work: Vec<std::thread::JoinHandle<()>>,
    writers: Vec<std::thread::JoinHandle<()>>,
}

pub fn start(app: &Arc<App>) -> Running {
    let (stop_work, stop_writers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let writers = app::settlement::start(app, &stop_writers);
    let work = app::jobs::start(app, &stop_work);
    Running { stop_work, stop_writers, work, writers }
}

impl Running {
    /// Jobs and chores end first, because they may still hand something to the writers.
    pub fn stop(self) {
        self.stop_work.store(true, Ordering::Relaxed);
        for thread in self.work {
            let _ = thread.join();
        }
        self.stop_writers.store(true, Ordering::Relaxed);
        for thread in self.writers {
            let _ = thread.join();
        }
    }
}
