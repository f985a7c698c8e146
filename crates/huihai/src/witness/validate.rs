//! Reading along: a log's entries from its tiles over HTTP, the rules of the books replayed over them, and what follows for a
//! checkpoint.
//!
//! A thread of its own reads up to the last checkpoint that was cosigned, and says so when everything up to there is what the log signed
//! and the books hold. What it has replayed is in memory only: after a start it reads the log from its first entry again. It keeps one
//! bundle of entries and one batch's side data at a time, besides the books themselves.
//!
//! What cannot be had, or is not what was signed, says nothing about the books: it is asked for again. Only entries that are in the tree
//! that the log has signed can break a rule, and then for good.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use openbook::{Books, Entry, Violation};
use tlog::{Address, Checkpoint, Frontier, Hash, Kind, Note, TILE_WIDTH};

use app::kernel::{hex, sha256};

use super::state::{Kept, State};

/// A checkpoint waits so long for its entries, within the second that a log waits for us.
const WAIT: Duration = Duration::from_millis(600);
/// After what went wrong it is tried again after a second, then after two, up to eight; at once when the log has signed something new.
const RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(8);
/// One file of a log takes no longer.
const DOWNLOAD: Duration = Duration::from_secs(20);
/// A bundle holds 256 entries of at most 65,535 bytes, each with its length.
const MAX_BUNDLE_BYTES: u64 = 256 * 65_537;
/// More than the longest side data that its format allows.
const MAX_SIDE_BYTES: u64 = 72 * 1024 * 1024;

pub struct Validator(Arc<Shared>);

struct Shared {
    standing: Mutex<Standing>,
    changed: Condvar,
}

#[derive(Default)]
struct Standing {
    /// How far it should read.
    wanted: Option<Kept>,
    /// How far the books are known to hold.
    validated: Option<(u64, Hash)>,
    /// The last attempt succeeded, so that waiting for the next is worth while.
    ready: bool,
    /// A rule was broken.
    silent: bool,
    stop: bool,
}

impl Shared {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Validator {
    /// Begins to read the log at this address, up to the checkpoint that was cosigned last.
    pub fn start(url: &str, wanted: Option<Kept>, state: Arc<State>, origin: &str) -> anyhow::Result<Validator> {
        let broken = state.violation(origin)?;
        if let Some(why) = &broken {
            tracing::error!(log = origin, why, "the entries of this log are not vouched for");
        }
        let standing = Standing { wanted, silent: broken.is_some(), ..Standing::default() };
        let shared = Arc::new(Shared { standing: Mutex::new(standing), changed: Condvar::new() });
        let reader = Reader { source: Source::new(url), replay: Replay::default(), state, origin: origin.to_owned() };
        std::thread::spawn({
            let shared = shared.clone();
            move || reader.run(&shared)
        });
        Ok(Validator(shared))
    }

    /// Whether the books hold at this checkpoint, which was just cosigned. Waits a little while the reader is on its way; what is not known
    /// by then is known for the next checkpoint.
    pub fn holds(&self, kept: &Kept) -> bool {
        let asked = (kept.checkpoint.size(), kept.checkpoint.root());
        let until = Instant::now() + WAIT;
        let mut standing = self.0.standing();
        if standing.wanted.as_ref().is_none_or(|wanted| wanted.checkpoint.size() < asked.0) {
            standing.wanted = Some(kept.clone());
            self.0.changed.notify_all();
        }
        loop {
            if standing.silent {
                return false;
            }
            if standing.validated == Some(asked) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            let passed = standing.validated.is_some_and(|(size, _)| size > asked.0);
            if passed || !standing.ready || left.is_zero() {
                return false;
            }
            standing = self.0.changed.wait_timeout(standing, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Validator {
    /// The reader ends when the file it waits for has come, or has not.
    fn drop(&mut self) {
        self.0.standing().stop = true;
        self.0.changed.notify_all();
    }
}

/// Why the books are not known to hold.
enum Trouble {
    /// Something could not be had. Where the reader stands is as it was.
    Missing(String),
    /// What was served is not what was signed.
    Differs,
    /// What was signed breaks a rule.
    Broken { index: u64, why: String },
}

struct Reader {
    source: Source,
    replay: Replay,
    state: Arc<State>,
    origin: String,
}

impl Reader {
    fn run(mut self, shared: &Shared) {
        let mut pause = RETRY;
        while let Some(wanted) = next(shared) {
            let size = wanted.checkpoint.size();
            let outcome = self.replay.advance(&self.source, &wanted.checkpoint);
            let mut standing = shared.standing();
            standing.ready = outcome.is_ok();
            match outcome {
                Ok(()) => {
                    pause = RETRY;
                    standing.validated = Some((size, wanted.checkpoint.root()));
                }
                Err(Trouble::Broken { index, why }) => {
                    standing.silent = true;
                    drop(standing);
                    shared.changed.notify_all();
                    self.tell(index, &why, &wanted.note);
                    return;
                }
                Err(trouble) => {
                    let why = match trouble {
                        Trouble::Missing(why) => why,
                        // Nobody knows from where on, so everything is read again.
                        _ => {
                            self.replay = Replay::default();
                            "what it serves is not what it signed".to_owned()
                        }
                    };
                    tracing::warn!(log = self.origin, size, why, "the entries cannot be validated yet");
                    let until = Instant::now() + pause;
                    pause = (pause * 2).min(LONGEST_RETRY);
                    shared.changed.notify_all();
                    let newer = |standing: &Standing| standing.wanted.as_ref().is_some_and(|kept| kept.checkpoint.size() > size);
                    while !standing.stop && !newer(&standing) && Instant::now() < until {
                        let left = until.saturating_duration_since(Instant::now());
                        standing = shared.changed.wait_timeout(standing, left).unwrap_or_else(PoisonError::into_inner).0;
                    }
                }
            }
            shared.changed.notify_all();
        }
    }

    /// The second key is silent from here on, also after a restart.
    fn tell(&self, index: u64, why: &str, note: &Note) {
        let sentence = format!("entry {index}: {why}");
        tracing::error!(log = self.origin, size = Checkpoint::parse(note.text()).map_or(0, |c| c.size()), "{sentence}");
        eprintln!("huihai: the books of {} do not hold: {sentence}. They are not vouched for any more", self.origin);
        if let Err(error) = self.state.keep_violation(&self.origin, &sentence) {
            tracing::error!(error = format!("{error:#}"), "the violation cannot be recorded");
        }
        let entry = Checkpoint::parse(note.text()).ok().and_then(|to| self.source.entry(index, to.size()).ok()).unwrap_or_default();
        let note = note.to_string();
        let files: [(&str, &[u8]); 3] = [("why", sentence.as_bytes()), ("checkpoint", note.as_bytes()), ("entry", &entry)];
        self.state.keep_evidence("violation", note.as_bytes(), &files);
    }
}

/// Waits for something to do. None when it is over.
fn next(shared: &Shared) -> Option<Kept> {
    let mut standing = shared.standing();
    loop {
        if standing.stop || standing.silent {
            return None;
        }
        if let Some(wanted) = &standing.wanted
            && standing.validated.is_none_or(|(size, _)| size < wanted.checkpoint.size())
        {
            return Some(wanted.clone());
        }
        standing = shared.changed.wait(standing).unwrap_or_else(PoisonError::into_inner);
    }
}

/// The books as the entries so far tell them, and the tree over those entries.
#[derive(Default)]
struct Replay {
    books: Books,
    frontier: Frontier,
    /// The first rule that did not hold. Whether it counts is known when the root is.
    broken: Option<Violation>,
    unreadable: Option<(u64, String)>,
}

impl Replay {
    fn advance(&mut self, source: &Source, to: &Checkpoint) -> Result<(), Trouble> {
        while self.frontier.size() < to.size() {
            let width = u64::from(TILE_WIDTH);
            let (bundle, skip) = (self.frontier.size() / width, self.frontier.size() % width);
            let bytes = source.bundle(bundle, to.size())?;
            let entries = tlog::entries(&bytes).map_err(|error| Trouble::Missing(format!("bundle {bundle}: {error}")))?;
            let count = (to.size() - bundle * width).min(width);
            if (entries.len() as u64) < count {
                return Err(Trouble::Missing(format!("bundle {bundle} has {} entries and not {count}", entries.len())));
            }
            for entry in entries.iter().take(count as usize).skip(skip as usize) {
                self.take(source, entry)?;
                self.frontier.append(Hash::of_leaf(entry));
            }
        }
        if self.frontier.size() != to.size() || self.frontier.root() != to.root() {
            return Err(Trouble::Differs);
        }
        if let Some((index, why)) = self.unreadable.take() {
            return Err(Trouble::Broken { index, why });
        }
        if self.broken.is_none() {
            self.broken = self.books.hold().err();
        }
        match self.broken.take() {
            Some(violation) => Err(Trouble::Broken { index: violation.index, why: violation.broken.to_string() }),
            None => Ok(()),
        }
    }

    fn take(&mut self, source: &Source, bytes: &[u8]) -> Result<(), Trouble> {
        if self.broken.is_some() || self.unreadable.is_some() {
            return Ok(());
        }
        let index = self.frontier.size();
        let entry = match Entry::from_bytes(bytes) {
            Ok(entry) => entry,
            Err(error) => {
                self.unreadable = Some((index, error.to_string()));
                return Ok(());
            }
        };
        let side = Books::side_data_of(&entry).map(|hash| source.side(&hash)).transpose()?;
        self.broken = self.books.take(index, &entry, side.as_deref()).err();
        Ok(())
    }
}

/// A log over HTTP.
struct Source {
    url: String,
    agent: ureq::Agent,
}

impl Source {
    fn new(url: &str) -> Source {
        // Several libraries bring a TLS provider of their own; the first one installed is used, and ours is aws-lc.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let agent = ureq::Agent::config_builder().timeout_global(Some(DOWNLOAD)).http_status_as_error(false).max_redirects(0);
        Source { url: url.trim_end_matches('/').to_owned(), agent: agent.build().new_agent() }
    }

    /// A bundle of the tree of this size. Where the partial one is gone, the full one begins with the same entries.
    fn bundle(&self, index: u64, size: u64) -> Result<Vec<u8>, Trouble> {
        let address =
            Address::in_tree(Kind::Entries, index, size).ok_or_else(|| Trouble::Missing(format!("there is no bundle {index}")))?;
        if let Some(bytes) = self.get(&address.to_string(), MAX_BUNDLE_BYTES)? {
            return Ok(bytes);
        }
        let full = address.when_full().to_string();
        self.get(&full, MAX_BUNDLE_BYTES)?.ok_or_else(|| Trouble::Missing(format!("{}/{address} is not there", self.url)))
    }

    fn side(&self, hash: &[u8; 32]) -> Result<Vec<u8>, Trouble> {
        let path = format!("side/{}", hex(hash));
        let bytes = self.get(&path, MAX_SIDE_BYTES)?.ok_or_else(|| Trouble::Missing(format!("{}/{path} is not there", self.url)))?;
        if sha256(&bytes) == *hash { Ok(bytes) } else { Err(Trouble::Missing(format!("{}/{path} has another hash", self.url))) }
    }

    fn entry(&self, index: u64, size: u64) -> Result<Vec<u8>, Trouble> {
        let width = u64::from(TILE_WIDTH);
        let bundle = self.bundle(index / width, size)?;
        let entries = tlog::entries(&bundle).map_err(|error| Trouble::Missing(error.to_string()))?;
        let entry = entries.get((index % width) as usize).map(|entry| entry.to_vec());
        entry.ok_or_else(|| Trouble::Missing(format!("entry {index} is not there")))
    }

    /// None when the log does not have it.
    fn get(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let address = format!("{}/{path}", self.url);
        let missing = |error: &dyn std::fmt::Display| Trouble::Missing(format!("{address}: {error}"));
        let mut answer = self.agent.get(&address).call().map_err(|error| missing(&error))?;
        match answer.status().as_u16() {
            200 => answer.body_mut().with_config().limit(limit).read_to_vec().map(Some).map_err(|error| missing(&error)),
            404 => Ok(None),
            status => Err(missing(&format!("it answers {status}"))),
        }
    }
}
