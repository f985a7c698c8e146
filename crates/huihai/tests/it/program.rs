//! Starting the program and reading what it prints.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use db::Engine;
use db::testing::{Fresh, fresh};

/// A place for one test's database, removed when the test ends.
pub struct Place {
    folder: PathBuf,
    postgres: Option<Fresh>,
}

impl Place {
    pub fn new(engine: Engine) -> Place {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("huihai-program-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Place { folder, postgres: (engine == Engine::Postgres).then(|| fresh(engine)) }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// How a benchmark is told where to work.
    pub fn for_bench(&self) -> Vec<String> {
        let engine = if self.postgres.is_some() { "postgres" } else { "sqlite" };
        [vec!["--engine".to_owned(), engine.to_owned()], self.for_check()].concat()
    }

    /// How the other commands are told.
    pub fn for_check(&self) -> Vec<String> {
        match &self.postgres {
            Some(fresh) => vec!["--database".into(), fresh.url_or_path().to_owned()],
            None => vec!["--data".into(), path(&self.folder)],
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

pub fn huihai(arguments: &[&str], more: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huihai"));
    command.args(arguments).args(more).env("HUIHAI_LOG", "error").stdin(Stdio::null());
    command
}

pub fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// A child that is killed with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
