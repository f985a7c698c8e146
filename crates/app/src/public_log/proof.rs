//! What a donor takes home: the proof of a gift, and until the log has published it, the promise that it will.

use db::Fault;
use openbook::promise::Promise;
use openbook::{Shown, ShownGift, batch, unhex};
use tlog::{Checkpoint, Hash, Note, ProofFile};

use crate::App;
use crate::kernel::{DAY_US, Id, Micros, SECOND_US};

use super::{gifts, store};

/// A promise is kept a day after the fact at the latest: long enough for a quorum to come back on a holiday.
const KEPT_WITHIN: Micros = DAY_US;

/// What can be said of a gift now.
pub enum GiftProof {
    /// A `.tlog-proof` file, and where in the log it leads.
    Published { file: String, index: i64, witnesses: usize },
    /// It is in the books and not yet in a published checkpoint: a signed promise.
    Promised { note: String, by: Micros },
    /// The key of its commitment was destroyed: that the gift is in the log can be shown by nobody any more.
    Erased,
}

/// None for a gift that is not in the books, or that was taken into them before the log was told of gifts.
pub fn of_gift(app: &App, gift_id: Id) -> Result<Option<GiftProof>, Fault> {
    let found = app.db.read(|tx| {
        let Some(kept) = gifts::kept(tx, gift_id)? else { return Ok(None) };
        let Some(opening) = gifts::opening(tx, gift_id)? else { return Ok(None) };
        let (entry, written_at) = store::entry(tx, kept.entry_id)?;
        let index = store::place(tx, kept.entry_id)?;
        Ok::<_, Fault>(Some((kept, opening, entry, written_at, index, store::state(tx)?)))
    })?;
    let Some((kept, opening, entry, written_at, index, state)) = found else { return Ok(None) };
    let Some(key) = kept.key else { return Ok(Some(GiftProof::Erased)) };
    let published = index.filter(|index| *index < state.published_size);
    let Some(index) = published else {
        let by = written_at + KEPT_WITHIN;
        return Ok(Some(GiftProof::Promised { note: promise(app, &entry, by)?, by }));
    };
    let at = u64::try_from(kept.at).unwrap_or(u64::MAX);
    let path = batch::tree(&kept.gifts).path(at).unwrap_or_default().into_iter().map(|hash| hash.0).collect();
    let shown = Shown { entry, gift: Some(ShownGift { at, path, opening, key }) };
    let file = file(app, &shown, index, &state.published_text)?;
    Ok(Some(GiftProof::Published { file, index, witnesses: witnesses(app, &state.published_text) }))
}

/// The proof that an entry is in the log, under the checkpoint that is published now. None if it is not in it.
pub fn of_entry(app: &App, index: i64) -> Result<Option<String>, Fault> {
    let state = app.db.read(store::state)?;
    if index < 0 || index >= state.published_size {
        return Ok(None);
    }
    let entry = app.db.read(|tx| store::entries(tx, index, index + 1))?.remove(0);
    file(app, &Shown { entry, gift: None }, index, &state.published_text).map(Some)
}

fn file(app: &App, shown: &Shown, index: i64, published: &str) -> Result<String, Fault> {
    let damaged =
        |error: &dyn std::fmt::Display| Fault::inconsistent(format!("a proof of entry {index} of the public log cannot be made: {error}"));
    let checkpoint = Note::parse(published.as_bytes()).map_err(|error| damaged(&error))?;
    let size = Checkpoint::parse(checkpoint.text()).map_err(|error| damaged(&error))?.size();
    let index = u64::try_from(index).unwrap_or(u64::MAX);
    let path = app.log.tree(size).inclusion(index).map_err(|error| damaged(&error))?;
    Ok(ProofFile { extra: Some(shown.to_bytes()), index, path, checkpoint }.to_string())
}

/// How many of the policy's witnesses have signed what is published.
fn witnesses(app: &App, published: &str) -> usize {
    let note = Note::parse(published.as_bytes()).ok();
    note.and_then(|note| Some(app.log.policy.believe(&note, None).ok()?.witnesses.len())).unwrap_or(0)
}

fn promise(app: &App, entry: &[u8], by: Micros) -> Result<String, Fault> {
    let promise = Promise { origin: app.log.origin().to_owned(), leaf_hash: Hash::of_leaf(entry).0, by: by / SECOND_US };
    let note = app.log.key.sign_statement(&promise.text());
    note.map(|note| note.to_string()).ok_or_else(|| Fault::inconsistent("a promise of the public log cannot be a note"))
}

/// The side data with this hash in hexadecimal.
pub fn side_data(app: &App, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
    let Some(sha256) = unhex(sha256) else { return Ok(None) };
    app.db.read(|tx| gifts::side_data(tx, &sha256))
}
