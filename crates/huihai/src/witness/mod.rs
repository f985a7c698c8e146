//! `huihai witness`: the small witness that others run. It cosigns what a log signs as long as each tree extends the one before, never
//! forgets what it cosigned, and keeps what should not have been signed. C2SP tlog-witness; the rules themselves are `tlog::decide`.
//!
//! | question | file |
//! |---|---|
//! | what is kept, and when does a witness refuse to start? | `state.rs` |
//! | do the books hold, as the entries tell them? | `validate.rs` |
//! | who may ask what over HTTP, and for how long? | `http.rs` |
//!
//! A validating witness has a second key. It signs only if everything up to the checkpoint was read and the books hold; the first key's
//! word does not depend on it.

mod http;
mod state;
mod validate;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use clap::ArgMatches;

use app::kernel::{Clock, SECOND_US};
use tlog::{AddCheckpoint, Answer, CosignerKey, Decision, Policy, Refused, Role, Seen, Vkey, decide};

use crate::ask::text;
use crate::serve;

pub use http::serve as listen;

use state::{Kept, State};
use validate::Validator;

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    let mut logs = Vec::new();
    for word in asked.get_many::<String>("log").expect("clap asks for it") {
        logs.extend(read_logs(word)?);
    }
    let address = text(asked, "listen").expect("has a default");
    let runtime = serve::runtime()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).with_context(|| format!("cannot listen on {address}"))?;
    let witness = open(&Setup {
        key: Path::new(text(asked, "key").expect("clap asks for it")),
        name: text(asked, "name"),
        logs,
        state: Path::new(text(asked, "state").expect("clap asks for it")),
        validating: match (text(asked, "validate"), text(asked, "validating-key")) {
            (Some(url), Some(key)) => Some((url, Path::new(key))),
            _ => None,
        },
    })?;
    println!("{}", witness.policy_lines(&format!("http://{}", listener.local_addr()?)).trim_end());
    runtime.block_on(listen(witness, listener, serve::asked_to_end()))?;
    Ok(ExitCode::SUCCESS)
}

/// The key of one log, or those of all logs of a policy file.
fn read_logs(word: &str) -> Result<Vec<Vkey>> {
    if let Ok(vkey) = Vkey::parse(word) {
        ensure!(vkey.role() == Role::Log, "{word} is the key of a cosigner and not of a log");
        return Ok(vec![vkey]);
    }
    let bytes = fs::read(word).with_context(|| format!("{word} is neither the key of a log nor a policy file that can be read"))?;
    let policy = Policy::parse(&bytes).with_context(|| format!("the policy {word}"))?;
    ensure!(!policy.logs().is_empty(), "the policy {word} names no log");
    Ok(policy.logs().iter().map(|log| log.vkey.clone()).collect())
}

pub struct Setup<'a> {
    pub key: &'a Path,
    /// In which name a key is made that is not there.
    pub name: Option<&'a str>,
    /// The keys of the logs that it witnesses; each is trusted for the origin that is its name.
    pub logs: Vec<Vkey>,
    pub state: &'a Path,
    /// Where the log can be read, and the second key.
    pub validating: Option<(&'a str, &'a Path)>,
}

pub struct Witness {
    key: CosignerKey,
    logs: Vec<Vkey>,
    state: Arc<State>,
    /// By origin, what was cosigned last. The lock is held from the decision until it is on the disk: two requests at once can never
    /// take the witness back.
    origins: BTreeMap<String, Mutex<Option<Kept>>>,
    validating: Option<(CosignerKey, Validator)>,
}

/// Takes up the state and the keys, or says why it does not.
pub fn open(setup: &Setup) -> Result<Arc<Witness>> {
    let state = Arc::new(State::open(setup.state)?);
    let key = state.key(setup.key, setup.name)?;
    let mut origins = BTreeMap::new();
    for log in &setup.logs {
        if !origins.contains_key(log.name()) {
            origins.insert(log.name().to_owned(), Mutex::new(state.kept(log.name(), &setup.logs, key.vkey())?));
        }
    }
    let validating = match setup.validating {
        None => None,
        Some((url, file)) => {
            let mut logs = origins.iter();
            let (Some((origin, kept)), None) = (logs.next(), logs.next()) else {
                bail!("a validating witness reads one log; name one log only, and run another witness for the next");
            };
            let second = state.second_key(file, key.vkey())?;
            let wanted = kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Some((second, Validator::start(url, wanted, state.clone(), origin)?))
        }
    };
    Ok(Arc::new(Witness { key, logs: setup.logs.clone(), state, origins, validating }))
}

impl Witness {
    /// Its own key.
    pub fn vkey(&self) -> &Vkey {
        self.key.vkey()
    }

    /// The key that vouches for the books.
    pub fn validating_vkey(&self) -> Option<&Vkey> {
        self.validating.as_ref().map(|(key, _)| key.vkey())
    }

    /// The lines with which a log's policy names this witness.
    pub fn policy_lines(&self, url: &str) -> String {
        let mut text = "# For the log's policy; the address as the log reaches it.\n".to_owned();
        for vkey in [Some(self.vkey()), self.validating_vkey()].into_iter().flatten() {
            text.push_str(&format!("witness {} {vkey} {url}\n", vkey.name()));
        }
        text
    }

    /// The latest cosigned checkpoint of the log with this path.
    fn latest(&self, path: &str) -> Option<String> {
        let (_, kept) = self.origins.iter().find(|(origin, _)| tlog::monitoring_path(origin) == path)?;
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|kept| kept.note.to_string())
    }

    /// Answers a log. What is answered with a cosignature is on the disk.
    fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(bad) => return Refused::Malformed(bad).answer(),
        };
        let origin = request.checkpoint().origin();
        let Some(held) = self.origins.get(origin) else {
            return Refused::UnknownLog { origin: origin.to_owned() }.answer();
        };
        let (kept, mut answer) = match self.cosign(&request, body, held) {
            Ok(cosigned) => cosigned,
            Err(answer) => return answer,
        };
        if let Some((key, validator)) = &self.validating
            && validator.holds(&kept)
        {
            match self.cosign_again(key, &kept, held) {
                Ok(Some(line)) => answer.body.push_str(&line),
                Ok(None) => {}
                Err(error) => tracing::error!(error = format!("{error:#}"), "the second key's cosignature could not be kept"),
            }
        }
        answer
    }

    /// Decides and keeps, as one step under the lock of the origin.
    fn cosign(&self, request: &AddCheckpoint, body: &[u8], held: &Mutex<Option<Kept>>) -> Result<(Kept, Answer), Answer> {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = held.as_ref().map(|kept| Seen::of(&kept.checkpoint));
        let (note, answer) = match decide(request, &self.logs, seen, &[&self.key], now_s()) {
            Decision::Cosign { note, answer, .. } => (note, answer),
            Decision::Refuse(refused) => {
                if refused.is_evidence() {
                    self.keep_evidence(request, body, held.as_ref());
                }
                return Err(refused.answer());
            }
        };
        let kept = Kept { note, checkpoint: request.checkpoint().clone() };
        if let Err(error) = self.state.keep(kept.checkpoint.origin(), &kept.note, held.is_none()) {
            // Nothing was said, so what is in memory is still what was cosigned last.
            tracing::error!(error = format!("{error:#}"), "a checkpoint could not be kept, and is not cosigned");
            return Err(Answer {
                status: 500,
                content_type: "text/plain; charset=utf-8",
                body: "the witness cannot keep its state\n".into(),
            });
        }
        *held = Some(kept.clone());
        Ok((kept, answer))
    }

    /// Cosigns what is still the last checkpoint, under the second key.
    fn cosign_again(&self, key: &CosignerKey, asked: &Kept, held: &Mutex<Option<Kept>>) -> Result<Option<String>> {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = held.as_mut().filter(|kept| kept.checkpoint == asked.checkpoint) else { return Ok(None) };
        let line = key.cosign(&kept.checkpoint, now_s()).context("the second key cannot sign at this time")?;
        let mut note = kept.note.clone();
        note.signatures.retain(|there| there.key_id() != line.key_id() || there.name() != line.name());
        note.signatures.push(line.clone());
        self.state.keep(kept.checkpoint.origin(), &note, false)?;
        kept.note = note;
        Ok(Some(line.to_string()))
    }

    /// Anybody can send a public checkpoint with a proof that is none. So one that says what we have cosigned is no evidence, and another
    /// is kept once, however often it comes; two trees of one size, which prove themselves, have a room of their own.
    fn keep_evidence(&self, request: &AddCheckpoint, body: &[u8], kept: Option<&Kept>) {
        let asked = request.checkpoint();
        let same_size = kept.is_some_and(|kept| kept.checkpoint.size() == asked.size());
        if same_size && kept.is_some_and(|kept| kept.checkpoint.root() == asked.root()) {
            return;
        }
        let before = kept.map(|kept| kept.note.to_string()).unwrap_or_default();
        let kind = if same_size { "fork" } else { "unproved" };
        self.state.keep_evidence(kind, request.note().text().as_bytes(), &[("request", body), ("cosigned-before", before.as_bytes())]);
    }
}

/// Seconds since 1970.
fn now_s() -> u64 {
    u64::try_from(Clock::System.now() / SECOND_US).unwrap_or(0)
}
