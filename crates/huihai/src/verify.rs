//! `huihai verify FILE --policy POLICY`: a proof from the public log, checked offline with nothing but the file and whom to believe.
//! Each step is a line; the first that fails ends it with exit code 1.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::ArgMatches;
use openbook::{Entry, Shown, ShownGift};
use tlog::{Fresh, Hash, Policy, ProofFile};

use crate::ask::text;

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    let name = text(asked, "file").expect("clap asks for it");
    let bytes = std::fs::read(name).with_context(|| format!("{name} cannot be read"))?;
    let policy_name = text(asked, "policy").expect("clap asks for it");
    let policy = std::fs::read(policy_name).with_context(|| format!("{policy_name} cannot be read"))?;
    let policy = Policy::parse(&policy).with_context(|| format!("the policy {policy_name}"))?;
    let fresh = asked.get_one::<u64>("max-age").map(|max_age_s| Fresh { now_s: now_s(), max_age_s: *max_age_s });
    Ok(match verified(&bytes, &policy, fresh) {
        Ok(lines) => {
            lines.iter().for_each(|line| println!("ok: {line}"));
            println!("the proof holds");
            ExitCode::SUCCESS
        }
        Err((lines, why)) => {
            lines.iter().for_each(|line| println!("ok: {line}"));
            println!("FAILED: {why}");
            println!("the proof does not hold");
            ExitCode::FAILURE
        }
    })
}

/// What was found to hold, in order; and what did not.
fn verified(bytes: &[u8], policy: &Policy, fresh: Option<Fresh>) -> Result<Vec<String>, (Vec<String>, String)> {
    let mut held = Vec::new();
    macro_rules! step {
        ($result:expr) => {
            match $result {
                Ok(value) => value,
                Err(error) => return Err((held, error.to_string())),
            }
        };
    }
    let proof = step!(ProofFile::parse(bytes));
    let extra = step!(proof.extra.as_deref().ok_or("the file does not show the fact that it proves"));
    let shown = step!(Shown::read(extra));
    held.push("the file can be read".to_owned());
    let believed = step!(proof.verify(&Hash::of_leaf(&shown.entry), policy, fresh));
    held.push(format!("the log {} signed a tree of {} facts", believed.checkpoint.origin(), believed.checkpoint.size()));
    let witnesses: Vec<&str> = believed.witnesses.iter().map(|(witness, _)| witness.name.as_str()).collect();
    held.push(match witnesses[..] {
        [] => "the policy asks for no witness".to_owned(),
        _ => format!("witnessed by {}, as the policy asks", witnesses.join(", ")),
    });
    held.push(format!("the fact is entry {} of the log", proof.index));
    let entry = step!(shown.verify());
    held.push(told(&entry, shown.gift.as_ref()));
    Ok(held)
}

fn told(entry: &Entry, gift: Option<&ShownGift>) -> String {
    let at = openbook::time::minute_text(entry.minute).unwrap_or_default();
    match gift {
        Some(gift) => {
            let opening = &gift.opening;
            let paid_at = openbook::time::second_text(opening.paid_at).unwrap_or_default();
            let amount = app::web::show::money(opening.amount_fen);
            format!("gift {} of {amount} for project {}, paid at {paid_at}, is in this fact of {at}", opening.gift, opening.project)
        }
        None => format!("the fact is \"{}\" of {at}", entry.kind),
    }
}

#[expect(clippy::disallowed_methods, reason = "the command runs now; the product's clock is for the product")]
fn now_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
