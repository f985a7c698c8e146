//! Benchmarks: each prints one JSON object whose keys carry their units. They are measurements, never tests.

mod gifts;
mod http;
mod log;
mod ready;

use std::process::ExitCode;

use anyhow::Result;
use clap::ArgMatches;

/// One JSON object, or a line a figure.
fn print(asked: &ArgMatches, figures: &serde_json::Value) {
    if asked.get_flag("json") {
        println!("{figures}");
    } else {
        for (name, figure) in figures.as_object().into_iter().flatten() {
            println!("{name:>26}  {figure}");
        }
    }
}

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    match asked.subcommand() {
        Some(("gifts", m)) => gifts::run(m),
        Some(("log", m)) => log::run(m),
        _ => unreachable!("clap asks for one of these"),
    }
}
