//! The program: reads what was asked, puts the parts together, runs. Every decision about gifts is in `crates/app`.

mod ask;
mod backup;
mod bench;
mod check;
mod config;
mod demo;
mod house;
mod report;
mod serve;
mod verify;
mod witness;

use std::process::ExitCode;

// Giving days allocate a lot of small things on two threads at once; this allocator does that best.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let asked = ask::command().get_matches();
    log_to_stderr(asked.get_flag("log-json"));
    let done = match asked.subcommand() {
        Some(("demo", m)) => demo::run(m),
        Some(("serve", m)) => serve::run(m),
        Some(("migrate", m)) => house::migrate(m),
        Some(("check", m)) => check::run(m),
        Some(("backup", m)) => backup::backup(m),
        Some(("report", m)) => report::run(m),
        Some(("restore", m)) => backup::restore(m),
        Some(("move", m)) => backup::move_to_postgres(m),
        Some(("verify", m)) => verify::run(m),
        Some(("witness", m)) => witness::run(m),
        Some(("bench", m)) => bench::run(m),
        _ => unreachable!("clap asks for one of these"),
    };
    match done {
        Ok(code) => code,
        // 1 says that something was looked at and is not in order; 2 that it could not be done.
        Err(error) => {
            eprintln!("huihai: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Logs go to standard error: standard output is for what a command was asked to print.
fn log_to_stderr(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HUIHAI_LOG").unwrap_or_else(|_| "info".into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if json { log.json().init() } else { log.init() }
}
