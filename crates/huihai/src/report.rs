//! `huihai report`: the platform's half-yearly report in one command; counting again gives the same bytes.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::ArgMatches;

use app::Mode;
use app::kernel::{Clock, IdMaker, process_number};
use app::operations::report::{self, Figure, Half};
use app::web::{Lang, Locales, show};

use crate::ask::text;
use crate::config::Config;
use crate::house;

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    let word = text(asked, "half").expect("clap asks for it");
    let half = Half::parse(word).with_context(|| format!("{word} is no half year; write it as 2026H2"))?;
    let mode = match text(asked, "config") {
        Some(file) => Config::read(Path::new(file))?.mode()?,
        None => Mode::Demo,
    };
    let db = house::open_existing(asked)?;
    db.migrate(app::MIGRATIONS)?;
    let counted = db.read(|tx| report::count(tx, half, mode))?;
    if asked.get_flag("publish") {
        let now = Clock::System.now();
        if !half.is_over(now) {
            bail!("{word} is not over, so it cannot be published");
        }
        let ids = IdMaker::new(db.write(process_number)?);
        let (entry_id, body) = (ids.next(now), counted.json()?);
        if !db.write(|tx| report::publish(tx, half, &body, entry_id, now))? {
            bail!("{word} has been published already; corrections are added as notes");
        }
    }
    if asked.get_flag("json") {
        println!("{}", counted.json()?);
    } else if asked.get_flag("html") {
        println!("{}", app::operations::report_html(&counted, &Locales::load(), Lang::Zh));
    } else {
        let locales = Locales::load();
        println!("{} ({} – {})", counted.half, counted.from, counted.until);
        for (key, figure) in counted.figures() {
            let value = match figure {
                Figure::Count(number) => show::count(number),
                Figure::Money(fen) => show::money(fen),
            };
            println!("{}: {value}", locales.text(Lang::Zh, key, &[]));
        }
    }
    Ok(ExitCode::SUCCESS)
}
