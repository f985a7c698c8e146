//! `huihai backup` and `huihai restore`: a folder with the database as it stood at one instant, the deployment's secret,
//! and a manifest with the hash of each. A folder that has its manifest is whole: it is written under another name first.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use clap::ArgMatches;
use serde::{Deserialize, Serialize};

use app::kernel::{Clock, Digest, civil, hex};
use db::{Db, Engine};

use crate::ask::text;
use crate::config::Config;
use crate::{check, house};

const MANIFEST: &str = "manifest.json";
const SECRET: &str = "secret";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// Which program made it.
    huihai: String,
    engine: String,
    /// The newest migration of the schema.
    migration: u32,
    made_at: String,
    files: Vec<Kept>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    name: String,
    bytes: u64,
    sha256: String,
}

fn database_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "huihai.sqlite",
        Engine::Postgres => "huihai.pgdump",
    }
}

pub fn backup(asked: &ArgMatches) -> Result<ExitCode> {
    let to = PathBuf::from(text(asked, "to").expect("clap asks for it"));
    ensure!(!to.exists(), "{} is there already; a backup is never written over another", to.display());
    let secret = secret_of(asked)?;
    let db = house::open_existing(asked)?;
    let half = to.with_extension("half");
    ensure!(!half.exists(), "{} is left from a backup that did not end; look at it and remove it", half.display());
    fs::create_dir_all(&half).with_context(|| format!("{} cannot be made", half.display()))?;
    let bar = house::spinner("writing the database");
    let mut files = Vec::new();
    let name = database_name(db.engine());
    db.back_up_into(&half.join(name))?;
    files.push(kept(&half, name)?);
    if let Some(secret) = secret {
        let bytes = fs::read(&secret).with_context(|| format!("the secret {} cannot be read", secret.display()))?;
        write_private(&half.join(SECRET), &bytes)?;
        files.push(kept(&half, SECRET)?);
    }
    let manifest = Manifest {
        huihai: env!("CARGO_PKG_VERSION").to_owned(),
        engine: if db.engine() == Engine::Sqlite { "sqlite" } else { "postgres" }.to_owned(),
        migration: app::MIGRATIONS.last().map_or(0, |m| m.number),
        made_at: civil::rfc3339(Clock::System.now()),
        files,
    };
    write_private(&half.join(MANIFEST), serde_json::to_string_pretty(&manifest)?.as_bytes())?;
    File::open(&half)?.sync_all()?;
    fs::rename(&half, &to).with_context(|| format!("{} cannot be named {}", half.display(), to.display()))?;
    if let Some(folder) = to.parent().filter(|p| !p.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    bar.finish_and_clear();
    for file in &manifest.files {
        println!("{} {} {} bytes", file.sha256, file.name, file.bytes);
    }
    if manifest.files.len() == 1 {
        println!("WITHOUT the deployment's secret: keep it elsewhere, or guests' links to their gifts will not open after a restore");
    }
    println!("backed up to {}", to.display());
    Ok(ExitCode::SUCCESS)
}

/// Where the deployment's secret is, or `None` when it was said that it is kept elsewhere.
fn secret_of(asked: &ArgMatches) -> Result<Option<PathBuf>> {
    if asked.get_flag("without-secret") {
        return Ok(None);
    }
    let named = match (text(asked, "secret"), text(asked, "config"), text(asked, "database")) {
        (Some(file), _, _) => PathBuf::from(file),
        (None, Some(config), _) => Config::read(Path::new(config))?.data.join(SECRET),
        (None, None, Some(_)) => {
            bail!("with --database nobody says where the deployment's secret is: name it by --secret FILE, or say --without-secret")
        }
        (None, None, None) => Path::new(text(asked, "data").unwrap_or("data")).join(SECRET),
    };
    ensure!(named.is_file(), "the deployment's secret {} is not there: name it by --secret FILE, or say --without-secret", named.display());
    Ok(Some(named))
}

fn kept(folder: &Path, name: &str) -> Result<Kept> {
    let path = folder.join(name);
    let mut file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (mut digest, mut bytes, mut piece) = (Digest::default(), 0, vec![0; 1024 * 1024]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        digest.update(&piece[..read]);
        bytes += u64::try_from(read)?;
    }
    Ok(Kept { name: name.to_owned(), bytes, sha256: hex(&digest.finish()) })
}

/// Readable by its owner only, and on the disk.
fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

pub fn restore(asked: &ArgMatches) -> Result<ExitCode> {
    let from = PathBuf::from(text(asked, "from").expect("clap asks for it"));
    let manifest = fs::read(from.join(MANIFEST)).with_context(|| format!("{} has no manifest, so it is no backup", from.display()))?;
    let manifest: Manifest = serde_json::from_slice(&manifest).context("the manifest is not as it must be")?;
    let newest = app::MIGRATIONS.last().map_or(0, |m| m.number);
    ensure!(manifest.migration <= newest, "it was made by a newer huihai (schema {}, this one knows {newest})", manifest.migration);
    for file in &manifest.files {
        ensure!(
            [database_name(Engine::Sqlite), database_name(Engine::Postgres), SECRET].contains(&file.name.as_str()),
            "the manifest names {}, which no backup has",
            file.name
        );
        let found = kept(&from, &file.name)?;
        ensure!(
            (found.bytes, &found.sha256) == (file.bytes, &file.sha256),
            "{} is not what was backed up: it has {} bytes and hash {}, not {} and {}",
            file.name,
            found.bytes,
            found.sha256,
            file.bytes,
            file.sha256
        );
    }
    let has = |name: &str| manifest.files.iter().any(|file| file.name == name);
    let secret = from.join(SECRET);
    let db = match (manifest.engine.as_str(), text(asked, "database")) {
        ("sqlite", None) => {
            let dir = Path::new(text(asked, "data").unwrap_or("data"));
            fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
            refuse_what_is_there(dir, has(SECRET))?;
            let (half, whole) = (dir.join("huihai.sqlite.half"), dir.join("huihai.sqlite"));
            fs::copy(from.join(database_name(Engine::Sqlite)), &half).with_context(|| format!("{} cannot be written", half.display()))?;
            File::open(&half)?.sync_all()?;
            fs::rename(&half, &whole)?;
            File::open(dir)?.sync_all()?;
            house::open_data(dir)?
        }
        ("postgres", Some(url)) => {
            if let Some(dir) = text(asked, "data") {
                fs::create_dir_all(dir)?;
                refuse_what_is_there(Path::new(dir), has(SECRET))?;
            }
            db::backup::restore_postgres(url, &from.join(database_name(Engine::Postgres)))?;
            house::open_postgres(url)?
        }
        ("sqlite", Some(_)) => bail!("this backup is of SQLite: restore it into --data, then `huihai move` takes it into PostgreSQL"),
        (_, None) => bail!("this backup is of PostgreSQL: name an empty database by --database"),
        (engine, _) => bail!("the manifest says engine {engine}, which nobody knows"),
    };
    if has(SECRET) {
        match text(asked, "data").or((manifest.engine == "sqlite").then_some("data")) {
            Some(dir) => write_private(&Path::new(dir).join(SECRET), &fs::read(&secret)?)?,
            None => println!("the deployment's secret stays in {}: put it into the data directory", secret.display()),
        }
    }
    println!("restored what was backed up at {}", manifest.made_at);
    check::report(&db, false, None, None)
}

fn refuse_what_is_there(dir: &Path, secret: bool) -> Result<()> {
    for name in ["huihai.sqlite", "huihai.sqlite-wal"].into_iter().chain(secret.then_some(SECRET)) {
        ensure!(!dir.join(name).exists(), "{} is there already; restore into an empty folder", dir.join(name).display());
    }
    Ok(())
}

/// `huihai move`: a SQLite installation into an empty PostgreSQL, all of it or nothing.
pub fn move_to_postgres(asked: &ArgMatches) -> Result<ExitCode> {
    let dir = Path::new(text(asked, "data").unwrap_or("data"));
    let url = text(asked, "to").expect("clap asks for it");
    let from = house::open_existing_data(dir)?;
    let to: Db = house::open_postgres(url)?;
    from.migrate(app::MIGRATIONS)?;
    to.migrate(app::MIGRATIONS)?;
    let bar = house::bar();
    let moved = from.move_into(&to, |at| {
        bar.set_length(at.of);
        bar.set_position(at.rows);
        bar.set_message(at.table.to_owned());
    })?;
    bar.finish_and_clear();
    for table in &moved {
        println!("{} {} {} rows", table.sha256, table.table, table.rows);
    }
    let rows: u64 = moved.iter().map(|table| table.rows).sum();
    println!("{rows} rows of {} tables moved, and both databases agree on every one", moved.len());
    println!(
        "Now name the database in the configuration file and keep {} with its secret. Do not serve from its SQLite file again.",
        dir.display()
    );
    check::report(&to, false, None, None)
}
