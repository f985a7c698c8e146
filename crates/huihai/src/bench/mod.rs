//! Benchmarks: each prints one JSON object whose keys carry their units. They are measurements, never tests.

mod gifts;
mod http;
mod log;
mod ready;

use std::process::ExitCode;

use anyhow::Result;
use clap::ArgMatches;

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    match asked.subcommand() {
        Some(("gifts", m)) => gifts::run(m),
        Some(("log", m)) => log::run(m),
        _ => unreachable!("clap asks for one of these"),
    }
}
