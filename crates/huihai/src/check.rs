//! `huihai check`: every invariant of the books, from the rows. Clean is exit code 0, a finding is 1, what could not be
//! looked at is 2.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::ArgMatches;
use db::{Db, sql};

use crate::ask::text;
use crate::config::Config;
use crate::house;

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    let db = house::open(asked)?;
    db.migrate(app::MIGRATIONS)?;
    let files = log_files(asked)?;
    report(&db, asked.get_flag("json"), text(asked, "acknowledged"), files.as_deref())
}

/// The data directory, if the public log's files and key are in it.
fn log_files(asked: &ArgMatches) -> Result<Option<PathBuf>> {
    let data = match (text(asked, "config"), text(asked, "database")) {
        (Some(file), _) => Config::read(Path::new(file))?.data,
        (None, Some(_)) => return Ok(None),
        (None, None) => PathBuf::from(text(asked, "data").unwrap_or("data")),
    };
    Ok(data.join("log.key").is_file().then_some(data))
}

/// Checks and prints. As JSON it also says how many rows each table has and the hash over them: two databases that print
/// the same are the same, whichever engine they are on.
pub fn report(db: &Db, json: bool, acknowledged_file: Option<&str>, log_in: Option<&Path>) -> Result<ExitCode> {
    let (looked, findings) = app::settlement::check::check(db)?;
    let mut sentences: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let mut acknowledged = None;
    if let Some(file) = acknowledged_file {
        let (count, missing) = missing_gifts(db, file)?;
        acknowledged = Some(count);
        sentences.extend(missing.iter().map(|id| format!("gift {id} was acknowledged and is not in the books")));
    }
    if let Some(data) = log_in {
        // Whom its witnesses are is another's business: here it is compared with itself.
        let log = house::log(data, "", None)?;
        sentences.extend(app::public_log::check_files(db, &log.folder, &log.policy)?);
    }
    let areas = db.read(app::settlement::check::areas)?;
    if json {
        let folds: serde_json::Map<String, serde_json::Value> = db
            .digests()?
            .into_iter()
            .map(|table| (table.table, serde_json::json!({ "rows": table.rows, "sha256": table.sha256 })))
            .collect();
        let value = serde_json::json!({
            "gifts": looked.gifts, "gifts_fen": looked.gifts_fen, "payouts": looked.payouts, "expenses": looked.expenses,
            "other_movements": looked.others, "acknowledged": acknowledged, "findings": sentences, "folds": folds,
            "areas": areas.iter().map(|(area, rows)| ((*area).to_owned(), (*rows).into())).collect::<serde_json::Map<_, serde_json::Value>>(),
        });
        println!("{value}");
    } else {
        println!(
            "{} gifts of {}, {} payouts, {} expense lines looked at",
            looked.gifts,
            app::web::show::money(looked.gifts_fen),
            looked.payouts,
            looked.expenses
        );
        println!("{}", areas.iter().map(|(area, rows)| format!("{rows} {area}")).collect::<Vec<_>>().join(", "));
        if let Some(count) = acknowledged {
            println!("{count} acknowledged gifts looked for");
        }
        for sentence in &sentences {
            println!("FINDING: {sentence}");
        }
        println!("{}", if sentences.is_empty() { "clean" } else { "NOT CLEAN" });
    }
    Ok(if sentences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn missing_gifts(db: &Db, file: &str) -> Result<(usize, Vec<i64>)> {
    let bytes = fs::read(file).with_context(|| format!("{file} cannot be read"))?;
    // A kill may cut the last id short; what was not written whole was not yet counted as acknowledged.
    let mut ids: Vec<i64> = bytes.chunks_exact(8).map(|c| i64::from_le_bytes(c.try_into().expect("eight bytes"))).collect();
    ids.sort_unstable();
    // A gift whose confirmation came twice was acknowledged twice and is one gift.
    ids.dedup();
    let count = ids.len();
    let mut found = std::collections::HashSet::with_capacity(ids.len());
    db.read(|tx| {
        found.clear();
        for some in ids.chunks(10_000) {
            tx.bulk_find(sql("SELECT id FROM gift WHERE id IN (?ids)"), some, |row| {
                found.insert(row.int(0)?);
                Ok(())
            })?;
        }
        Ok::<_, db::Fault>(())
    })?;
    Ok((count, ids.into_iter().filter(|id| !found.contains(id)).collect()))
}
