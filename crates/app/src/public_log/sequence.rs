//! The sequencer: facts of the outbox get their place, the tree grows, its root is signed, witnesses cosign it, and only then it is
//! published. One process does so at a time; whoever takes over finds everything in the database and the files.
//!
//! In this order, and nothing of it may be left out or exchanged:
//!
//! 1. every fact that can be seen gets the next place, in the database (so all that a fact rests on is in the same checkpoint);
//! 2. tiles and bundles are written and are durable; a file that is there with other bytes stops the log;
//! 3. the last signed tree is compared and swapped, in the database and in a file beside the tiles, and only then the next one is
//!    signed: a database that was restored from an older backup, or a second sequencer, cannot sign another history;
//! 4. the witnesses are asked. A witness that shows a larger tree with our signature stops the log: our past was lost;
//! 5. with enough cosignatures the checkpoint is published. Without, giving goes on, the last one stays, and an alarm shows.

use std::collections::BTreeMap;

use db::Fault;
use tlog::{AddCheckpoint, Checkpoint, Growth, Hash, Note, SignatureLine, Vkey, WitnessAnswer, read_answer};

use crate::App;
use crate::kernel::{MINUTE_US, Micros, SECOND_US, Trouble};

use super::log::Log;
use super::store::{self, Heard, State};

/// A process that wrote the log keeps the right to for so long; another takes over after that.
const LEASE: Micros = 10 * SECOND_US;
/// A log that has nothing new is cosigned again, so that everyone sees that it is watched.
const IDLE: Micros = 5 * MINUTE_US;
/// One that was published without a witness who should have cosigned too is offered again sooner: whoever was late or away comes along.
const INCOMPLETE: Micros = 10 * SECOND_US;
/// Places given, and entries read, at a time.
const CHUNK: usize = 5_000;
/// The last signed tree, in a file beside the tiles.
const SIGNED: &str = "signed";

/// One round. What it found to do is done when it returns.
pub fn run(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    // A right that still holds for a while is not written down again each second.
    let kept = app.db.read(|tx| store::writer_until(tx, app.process))?;
    if kept < now + LEASE / 2 && !app.db.write(|tx| store::lease(tx, app.process, now, now + LEASE))? {
        return Ok(());
    }
    match round(app, now) {
        Ok(()) => Ok(()),
        Err(fault) => {
            // The edge in memory may be ahead of what is on the disk.
            *held(&app.log) = None;
            if fault.is_inconsistent() {
                app.db.write(|tx| store::stop(tx, &fault.to_string()))?;
            }
            Err(fault.into())
        }
    }
}

fn round(app: &App, now: Micros) -> Result<(), Fault> {
    let log = &app.log;
    let mut edge = held(log);
    let before = app.db.read(store::state)?;
    let mut growth = match edge.take() {
        Some(growth) if growth.size() == size(before.signed_size) => growth,
        _ => {
            let growth = take_up(app, &before)?;
            // Nothing new is signed before the witnesses have said that they have not seen more of this log than we know.
            if growth.size() > 0 && !log.policy.witnesses().is_empty() && !publish(app, &signed_note(log, &growth)?, &growth)? {
                return Ok(());
            }
            growth
        }
    };
    let Some(state) = assign(app)? else { return Ok(()) };
    if growth.size() < size(state.assigned) {
        grow(app, &mut growth, state.assigned)?;
    }
    let pause = if app.db.read(|tx| everyone_has_cosigned(tx, log, &growth))? { IDLE } else { INCOMPLETE };
    let idle = now - state.published_at >= pause || state.published_text.is_empty();
    if !swap(app, &growth, &state, now)? {
        return Ok(());
    }
    if size(state.published_size) < growth.size() || idle {
        publish(app, &signed_note(log, &growth)?, &growth)?;
    }
    *edge = Some(growth);
    Ok(())
}

/// Gives every fact that can be seen now its place. None when another process does so too.
fn assign(app: &App) -> Result<Option<State>, Fault> {
    let (state, pending) = app.db.read(|tx| Ok::<_, Fault>((store::state(tx)?, store::pending(tx)?)))?;
    let mut next = state.assigned;
    for chunk in pending.chunks(CHUNK) {
        if !app.db.write_batch(|tx| store::assign(tx, next, chunk))? {
            return Ok(None);
        }
        next += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
    }
    Ok(Some(State { assigned: next, ..state }))
}

/// The edge of the tree that was signed last. The file beside the tiles and the database must agree on which that is; where one
/// of them is ahead by what a crash left between the two, the tree itself tells whether it is the same history.
fn take_up(app: &App, state: &State) -> Result<Growth, Fault> {
    let log = &app.log;
    let told = (size(state.signed_size), signed_root(state)?);
    let kept = match log.folder.read(SIGNED)? {
        Some(bytes) => {
            read_signed(&bytes).ok_or_else(|| Fault::inconsistent("the public log's record of what it signed cannot be read"))?
        }
        None if told.0 > 0 => return rebuild(app, state, &told.1),
        None => (0, tlog::EMPTY_ROOT),
    };
    if kept.0 > told.0 {
        return Err(Fault::inconsistent(format!(
            "the public log has signed {} entries, and the database knows {} only: it was restored from an older backup, and the log does not go on",
            kept.0, told.0
        )));
    }
    if kept.0 == told.0 && kept.1 != told.1 {
        return Err(Fault::inconsistent(format!("the public log has signed another tree of {} entries than the database knows", kept.0)));
    }
    if told.0 == 0 {
        return Ok(Growth::new());
    }
    // The database swaps first: after a crash the file may be behind, and must be a beginning of the same tree.
    let earlier = log.tree(kept.0).root().map_err(|error| unprovable(&error))?;
    if earlier != kept.1 {
        return Err(Fault::inconsistent(format!("the public log's files are not those of the tree of {} entries that was signed", kept.0)));
    }
    log.edge(told.0, &told.1)
}

/// A database came to a place without the log's files, as after a restore: the facts give the same files again, byte for byte.
fn rebuild(app: &App, state: &State, root: &Hash) -> Result<Growth, Fault> {
    let mut growth = Growth::new();
    grow(app, &mut growth, state.signed_size)?;
    if growth.root() != *root {
        return Err(Fault::inconsistent("the public facts do not lead to the tree that the public log has signed"));
    }
    app.log.folder.replace(SIGNED, format!("{}\n{root}\n", growth.size()).as_bytes())?;
    tracing::warn!(size = growth.size(), "the public log's files were not there and were written again from the facts");
    Ok(growth)
}

/// Adds what has a place and is not in the tree, up to so many, and writes the files.
fn grow(app: &App, growth: &mut Growth, until: i64) -> Result<(), Fault> {
    let mut files = Vec::new();
    while growth.size() < size(until) {
        let from = i64::try_from(growth.size()).unwrap_or(i64::MAX);
        let next = until.min(from + i64::try_from(CHUNK).unwrap_or(i64::MAX));
        for entry in app.db.read(|tx| store::entries(tx, from, next))? {
            growth.append(&entry).map_err(|error| Fault::inconsistent(format!("a public entry is too long: {error}")))?;
        }
        if growth.size() < size(until) {
            // What is full never changes, and goes to the disk at once: a backlog of any size needs the memory of a chunk.
            app.log.folder.write(&named(growth.take_full_files()))?;
        } else {
            files = named(growth.take_files());
        }
    }
    app.log.folder.write(&files)
}

fn named(files: Vec<(tlog::Address, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    files.into_iter().map(|(address, bytes)| (address.to_string(), bytes)).collect()
}

/// Compares and swaps the last signed tree, in the database and beside the tiles. False when another process did.
fn swap(app: &App, growth: &Growth, state: &State, now: Micros) -> Result<bool, Fault> {
    let (new, root) = (growth.size(), growth.root());
    if new == size(state.signed_size) && !state.signed_root.is_empty() {
        return Ok(true);
    }
    let stored = i64::try_from(new).unwrap_or(i64::MAX);
    if !app.db.write(|tx| store::sign(tx, state, stored, &root.hex(), now))? {
        return Ok(false);
    }
    app.log.folder.replace(SIGNED, format!("{new}\n{root}\n").as_bytes())?;
    Ok(true)
}

/// The signed checkpoint. Signing the same tree again gives the same bytes.
fn signed_note(log: &Log, growth: &Growth) -> Result<Note, Fault> {
    let checkpoint = Checkpoint::new(log.origin(), growth.size(), growth.root());
    checkpoint.and_then(|c| log.key.sign_checkpoint(&c)).ok_or_else(|| Fault::inconsistent("the public log's name cannot be an origin"))
}

/// Whether every witness that can be asked has cosigned a tree of this size.
fn everyone_has_cosigned(tx: &mut db::Tx, log: &Log, growth: &Growth) -> Result<bool, Fault> {
    let mut asked = log.policy.witnesses().iter().filter(|witness| witness.url.is_some()).peekable();
    if asked.peek().is_none() {
        return Ok(true);
    }
    let heard = store::heard(tx)?;
    Ok(asked.all(|witness| heard.iter().any(|heard| heard.name == witness.name && size(heard.size) == growth.size())))
}

/// Asks every witness at once, and publishes if enough of them agree. False if they do not.
fn publish(app: &App, signed: &Note, growth: &Growth) -> Result<bool, Fault> {
    let log = &app.log;
    let heard_before = app.db.read(store::heard)?;
    // Two keys behind one address are one witness with two statements, and are asked together.
    let mut addresses: BTreeMap<&str, Vec<(&Vkey, Heard)>> = BTreeMap::new();
    for witness in log.policy.witnesses() {
        let Some(url) = witness.url.as_deref() else { continue };
        let known = heard_before.iter().find(|heard| heard.name == witness.name).cloned();
        let never = Heard { name: witness.name.clone(), size: 0, cosigned_at: 0, asked_at: 0, failure: String::new() };
        addresses.entry(url).or_default().push((&witness.vkey, known.unwrap_or(never)));
    }
    let answers: Vec<(Heard, Option<SignatureLine>)> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            addresses.into_iter().map(|(url, keys)| scope.spawn(move || ask(app, url, keys, signed, growth.size()))).collect();
        asked.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    let mut note = signed.clone();
    note.signatures.extend(answers.iter().filter_map(|(_, line)| line.clone()));
    let now = app.clock.now();
    app.db.write(|tx| answers.iter().try_for_each(|(heard, _)| store::hear(tx, heard)))?;
    if let Some((ahead, _)) = answers.iter().find(|(heard, _)| size(heard.size) > growth.size()) {
        return Err(Fault::inconsistent(format!(
            "the witness {} has seen {} entries of the public log, and there are {}: entries were lost, and the log does not go on",
            ahead.name,
            ahead.size,
            growth.size()
        )));
    }
    if log.policy.believe(&note, None).is_err() {
        let silent: Vec<&str> = answers.iter().filter(|(_, line)| line.is_none()).map(|(heard, _)| heard.name.as_str()).collect();
        tracing::error!(witnesses = silent.join(", "), size = growth.size(), "the public log waits for its witnesses");
        return Ok(false);
    }
    let published = i64::try_from(growth.size()).unwrap_or(i64::MAX);
    app.db.write(|tx| store::publish(tx, published, &note.to_string(), now))
}

/// Asks one witness for all its keys; once more when it says from where it wants the proof.
fn ask(app: &App, url: &str, keys: Vec<(&Vkey, Heard)>, signed: &Note, size: u64) -> Vec<(Heard, Option<SignatureLine>)> {
    let now = app.clock.now();
    let mut from = keys.iter().map(|(_, heard)| self::size(heard.size)).max().unwrap_or(0).min(size);
    let mut outcome = Err("it asks for another size each time".to_owned());
    let mut ahead = None;
    for _ in 0..2 {
        outcome = match ask_once(app, url, keys.iter().map(|(key, _)| *key), signed, from) {
            Ok(WitnessAnswer::Cosigned(lines)) => Ok(lines),
            Ok(WitnessAnswer::Conflict { size }) => {
                from = size;
                continue;
            }
            Ok(WitnessAnswer::Ahead { size: said }) => {
                // Only with our own signature under it: a witness that makes something up does not stop the log.
                ahead = seen_of_ours(app, url).filter(|seen| *seen > size);
                Err(format!("it says that it has seen {said} entries"))
            }
            Ok(WitnessAnswer::Refused { status } | WitnessAnswer::Nonsense { status }) => {
                Err(format!("it answers {status} and no cosignature"))
            }
            Err(failure) => Err(failure),
        };
        break;
    }
    let told = |(key, heard): (&Vkey, Heard)| {
        let line = outcome.as_ref().ok().and_then(|lines| lines.iter().find(|line| (line.key_id(), line.name()) == (key.id(), key.name())));
        // What it said of a larger tree counts only as long as it says so.
        let heard = Heard { asked_at: now, size: heard.size.min(stored(size)), ..heard };
        match (line, &outcome) {
            (Some(line), _) => (Heard { size: stored(size), cosigned_at: now, failure: String::new(), ..heard }, Some(line.clone())),
            (None, Ok(_)) => (Heard { failure: "it has not cosigned with this key".to_owned(), ..heard }, None),
            (None, Err(failure)) => (Heard { size: ahead.map_or(heard.size, stored), failure: failure.clone(), ..heard }, None),
        }
    };
    keys.into_iter().map(told).collect()
}

fn ask_once<'k>(app: &App, url: &str, keys: impl Iterator<Item = &'k Vkey>, signed: &Note, from: u64) -> Result<WitnessAnswer, String> {
    let checkpoint = Checkpoint::parse(signed.text()).map_err(|error| error.to_string())?;
    let proof = match from {
        0 => Vec::new(),
        from => app.log.tree(checkpoint.size()).consistency(from).map_err(|error| error.to_string())?,
    };
    let request = AddCheckpoint::new(from, proof, signed.clone()).map_err(|error| error.to_string())?;
    let address = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let answer = app.log.agent.post(&address).header("content-type", "text/plain").send(request.to_string());
    let mut answer = answer.map_err(|error| error.to_string())?;
    let body = answer.body_mut().with_config().limit(64 * 1024).read_to_vec().map_err(|error| error.to_string())?;
    Ok(read_answer(answer.status().as_u16(), &body, &request, keys))
}

/// The size of the largest tree with our signature that a witness shows at its monitoring address.
fn seen_of_ours(app: &App, url: &str) -> Option<u64> {
    let log = &app.log;
    let address = format!("{}/{}", url.trim_end_matches('/'), tlog::monitoring_path(log.origin()));
    let mut answer = log.agent.get(&address).call().ok().filter(|answer| answer.status().as_u16() == 200)?;
    let body = answer.body_mut().with_config().limit(64 * 1024).read_to_vec().ok()?;
    let note = Note::parse(&body).ok()?;
    note.verify([log.key.vkey()]).ok()?;
    Some(Checkpoint::parse(note.text()).ok().filter(|checkpoint| checkpoint.origin() == log.origin())?.size())
}

fn held(log: &Log) -> std::sync::MutexGuard<'_, Option<Growth>> {
    log.growth.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn stored(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn size(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}

fn signed_root(state: &State) -> Result<Hash, Fault> {
    if state.signed_root.is_empty() {
        return Ok(tlog::EMPTY_ROOT);
    }
    openbook::unhex(&state.signed_root)
        .map(Hash)
        .ok_or_else(|| Fault::inconsistent("the root of the public log that was signed cannot be read"))
}

fn read_signed(bytes: &[u8]) -> Option<(u64, Hash)> {
    let (size, root) = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.split_once('\n')?;
    Some((size.parse().ok()?, Hash::from_base64(root)?))
}

fn unprovable(error: &dyn std::fmt::Display) -> Fault {
    Fault::inconsistent(format!("the public log's tree cannot be read: {error}"))
}
