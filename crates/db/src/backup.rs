//! One file that holds the whole database as it stood at one instant, made while the product goes on, and the way back.
//!
//! SQLite writes it itself (`VACUUM INTO`, one read transaction; writers go on beside it). For PostgreSQL its own tools
//! are used, `pg_dump` and `pg_restore`, as they are found on the machine. A password reaches them by their environment,
//! never by an argument that everyone on the machine could read.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ::postgres::Config;
use ::postgres::config::Host;

use crate::fault::Fault;
use crate::{Db, Store};

impl Db {
    /// Writes everything into `file`, which must not exist, and waits until it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written; half of it may then be there.
    pub fn back_up_into(&self, file: &Path) -> Result<(), Fault> {
        match &*self.0 {
            Store::Sqlite(sqlite) => sqlite.vacuum_into(file)?,
            Store::Postgres(postgres) => {
                let dump = tool("pg_dump", postgres.config())?;
                let to: [OsString; 5] =
                    ["--format=custom".into(), "--no-owner".into(), "--no-privileges".into(), "--file".into(), file.into()];
                run(dump, &to)?;
            }
        }
        File::open(file).and_then(|file| file.sync_all()).map_err(|error| Fault::other(format!("writing {}: {error}", file.display())))
    }
}

/// Fills an empty PostgreSQL database from a file that [`Db::back_up_into`] made of one.
///
/// # Errors
/// When it is not empty, or `pg_restore` fails; nothing of it is kept then.
pub fn restore_postgres(url: &str, file: &Path) -> Result<(), Fault> {
    let db = Db::open_postgres(url, 1)?;
    if !db.has_no_table()? {
        return Err(Fault::other("the PostgreSQL database to restore into has tables already; make an empty one"));
    }
    let Store::Postgres(postgres) = &*db.0 else { return Err(Fault::other("not a PostgreSQL database")) };
    let config = postgres.config();
    let database = config.get_dbname().or(config.get_user()).unwrap_or("postgres");
    let restore = tool("pg_restore", config)?;
    let mut asked: Vec<OsString> =
        ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--dbname"].map(OsString::from).to_vec();
    asked.extend([OsString::from(database), file.into()]);
    run(restore, &asked)
}

/// A tool of PostgreSQL's: the newest one installed, since an older one refuses a newer server.
fn tool(name: &str, config: &Config) -> Result<Command, Fault> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin").join(name))))
        .filter(|(_, path)| path.is_file())
        .max();
    let on_path = || std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).map(|dir| dir.join(name)).find(|p| p.is_file());
    let path: PathBuf = newest.map(|(_, path)| path).or_else(on_path).ok_or_else(|| {
        Fault::other(format!("{name} is not on this machine; install PostgreSQL's client tools (Debian: postgresql-client)"))
    })?;
    let mut command = Command::new(path);
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => OsString::from(name),
        Host::Unix(path) => path.clone().into(),
    });
    if let Some(host) = hosts.into_iter().next() {
        command.env("PGHOST", host);
    }
    if let Some(port) = config.get_ports().first() {
        command.env("PGPORT", port.to_string());
    }
    if let Some(user) = config.get_user() {
        command.env("PGUSER", user);
    }
    if let Some(password) = config.get_password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).into_owned());
    }
    if let Some(database) = config.get_dbname().or(config.get_user()) {
        command.env("PGDATABASE", database);
    }
    Ok(command)
}

fn run(mut command: Command, arguments: &[OsString]) -> Result<(), Fault> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.args(arguments).stdin(Stdio::null()).output().map_err(|error| Fault::other(format!("{name}: {error}")))?;
    if done.status.success() {
        return Ok(());
    }
    Err(Fault::other(format!("{name} did not succeed: {}", String::from_utf8_lossy(&done.stderr).trim())))
}
