//! A fresh, empty database for a test, gone when the test is over.
//!
//! SQLite: a file in a new temporary folder. PostgreSQL: a new database on the server that
//! `HUIHAI_TEST_POSTGRES` names (a `postgres://` URL whose user may create databases); `./test`
//! starts one and sets the variable.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Db, Engine};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database that lives as long as this value.
pub struct Fresh {
    /// `None` only while it is being dropped.
    db: Option<Db>,
    place: Place,
}

enum Place {
    Folder(PathBuf, String),
    Database { server: String, name: String, url: String },
}

/// Both engines, for tests that run the same story on each.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// Makes an empty database, with no migration applied.
///
/// # Panics
/// When it cannot; for PostgreSQL, when `HUIHAI_TEST_POSTGRES` is not set.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the time only makes the name of the database unique")]
pub fn fresh(engine: Engine) -> Fresh {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    let name = format!("huihai_test_{}_{}_{}", std::process::id(), since.as_micros(), COUNT.fetch_add(1, Ordering::Relaxed));
    let place = match engine {
        Engine::Sqlite => {
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir(&folder).expect("making a temporary folder");
            let file = folder.join("huihai.sqlite");
            Place::Folder(folder, file.to_str().expect("a UTF-8 path").to_owned())
        }
        Engine::Postgres => {
            let server = std::env::var("HUIHAI_TEST_POSTGRES")
                .expect("HUIHAI_TEST_POSTGRES is not set: run ./test, which starts a PostgreSQL and sets it");
            administer(
                &server,
                &format!(
                    "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' \
                     LC_COLLATE 'C' LC_CTYPE 'C'"
                ),
            );
            let url = with_database(&server, &name);
            Place::Database { server, name, url }
        }
    };
    let mut fresh = Fresh { db: None, place };
    fresh.db = Some(fresh.open_again());
    fresh
}

impl Fresh {
    /// The open database.
    #[must_use]
    pub fn db(&self) -> &Db {
        self.db.as_ref().expect("open until dropped")
    }

    /// What a command line would be given to find it: the file's path, or the URL.
    #[must_use]
    pub fn url_or_path(&self) -> &str {
        match &self.place {
            Place::Folder(_, file) => file,
            Place::Database { url, .. } => url,
        }
    }

    /// Opens the same database once more, as another process would.
    #[must_use]
    pub fn open_again(&self) -> Db {
        match &self.place {
            Place::Folder(_, file) => Db::open_sqlite(file.as_ref()),
            Place::Database { url, .. } => Db::open_postgres(url, 12),
        }
        .expect("opening a fresh database")
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.db = None;
        match &self.place {
            Place::Folder(folder, _) => {
                // A test that failed may hold the file; the system clears its temporary folder.
                let _ = std::fs::remove_dir_all(folder);
            }
            Place::Database { server, name, .. } => {
                administer(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            }
        }
    }
}

/// CREATE and DROP DATABASE refuse to run inside a transaction, so this goes past `Db`.
fn administer(server: &str, statement: &str) {
    let result = postgres::Client::connect(server, postgres::NoTls).and_then(|mut client| client.batch_execute(statement));
    if let Err(error) = result
        // While a failed test unwinds, its own message matters more.
        && !std::thread::panicking()
    {
        panic!("{statement}: {error} ({:?})", error.as_db_error());
    }
}

/// The same URL with another database name.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, None), |(b, q)| (b, Some(q)));
    let authority_at = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority_at..].find('/').map_or(base.len(), |at| authority_at + at);
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_of_a_url_is_changed() {
        for (url, changed) in [
            ("postgres://u:p@h:5/postgres", "postgres://u:p@h:5/x"),
            ("postgres://h", "postgres://h/x"),
            ("postgres://h/postgres?connect_timeout=3", "postgres://h/x?connect_timeout=3"),
        ] {
            assert_eq!(with_database(url, "x"), changed);
        }
    }
}
