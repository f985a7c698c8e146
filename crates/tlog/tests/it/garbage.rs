//! Bytes that nobody meant: whatever a stranger sends, every reader says no without panicking, and one flipped bit of any file is refused.

use std::sync::LazyLock;

use proptest::prelude::*;
use tlog::{
    AddCheckpoint, Address, Checkpoint, CosignerKey, Frontier, Growth, Hash, LogKey, Note, Policy, ProofFile, SignatureLine, TiledTree,
    Vkey, entries, read_answer, verify_consistency,
};

use crate::sample::{self, CHECKPOINT, Files, LEAF, LOG, LOG_VKEY, NOW_S, PROOF, SIZE, WITNESS_VKEY};

/// A request to go on from 12,345 entries to all.
fn request() -> String {
    let proof = TiledTree::new(SIZE, |address| LOG.read(address)).consistency(12_345).expect("a proof");
    AddCheckpoint::new(12_345, proof, Note::parse(CHECKPOINT).expect("a note")).expect("a request").to_string()
}

fn bundle() -> Vec<u8> {
    let mut log = Files::new();
    log.grow([&b""[..], b"one", b"another entry"]);
    log.files.remove(&Address::parse("tile/entries/000.p/3").expect("a path")).expect("a bundle")
}

fn policy_text() -> String {
    format!("# ours\nlog {LOG_VKEY} https://log.example\nwitness w1 {WITNESS_VKEY}\ngroup g 1 w1\nquorum g\n")
}

/// Every reader, with what it reads written again: there is no second spelling of anything.
fn read_everything(bytes: &[u8]) {
    let same = |written: String| assert_eq!(written.as_bytes(), bytes);
    if let Ok(note) = Note::parse(bytes) {
        same(note.to_string());
    }
    if let Ok(file) = ProofFile::parse(bytes) {
        same(file.to_string());
    }
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        same(request.to_string());
    }
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(Policy::parse(policy.to_string().as_bytes()).as_ref(), Ok(&policy));
    }
    if let Ok(frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        let _ = frontier.root();
    }
    if let Ok(entries) = entries(bytes) {
        let mut written = Vec::new();
        entries.iter().for_each(|entry| tlog::push_entry(&mut written, entry).expect("short"));
        assert_eq!(written, bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        same(checkpoint.text());
    }
    if let Ok(address) = Address::parse(text) {
        same(address.to_string());
    }
    if let Ok(key) = Vkey::parse(text) {
        same(key.to_string());
    }
    if let Some(hash) = Hash::from_base64(text) {
        same(hash.to_string());
    }
    if let Some(line) = SignatureLine::parse(text) {
        same(line.to_string().trim_end().to_owned());
    }
    let _ = LogKey::parse(text);
    let _ = CosignerKey::parse(text);
}

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let checkpoint = Note::parse(CHECKPOINT).expect("a note");
    vec![
        CHECKPOINT.to_vec(),
        PROOF.to_vec(),
        request().into_bytes(),
        policy_text().into_bytes(),
        bundle(),
        LOG.growth.frontier().to_bytes(),
        checkpoint.text().as_bytes().to_vec(),
        b"tile/entries/x001/x234/067.p/112".to_vec(),
        LOG_VKEY.as_bytes().to_vec(),
        sample::log_key().to_private_line().into_bytes(),
        sample::witness_key().to_private_line().into_bytes(),
        checkpoint.signatures[1].to_string().trim_end().as_bytes().to_vec(),
    ]
});

/// Every bit of a file in turn, or of a long one each `step`th, an odd number so that all eight places of a byte have their turn; `believed` must hold for the file and for none of its neighbours.
fn no_neighbour_is_believed(file: &[u8], step: usize, believed: impl Fn(&[u8]) -> bool) {
    assert!(believed(file));
    let mut copy = file.to_vec();
    for at in (0..file.len() * 8).step_by(step) {
        copy[at / 8] ^= 1 << (at % 8);
        assert!(!believed(&copy), "bit {at} of {:?}", String::from_utf8_lossy(file));
        copy[at / 8] ^= 1 << (at % 8);
    }
    for cut in 0..file.len() {
        assert!(!believed(&file[..cut]), "cut at {cut}");
    }
}

#[test]
fn one_flipped_bit_of_any_file_and_every_truncation_are_refused() {
    let policy = sample::policy();
    let leaf = Hash::of_leaf(LEAF);
    no_neighbour_is_believed(CHECKPOINT, 1, |bytes| Note::parse(bytes).is_ok_and(|note| policy.believe(&note, None).is_ok()));
    no_neighbour_is_believed(PROOF, 5, |bytes| ProofFile::parse(bytes).is_ok_and(|file| file.verify(&leaf, &policy, None).is_ok()));
    let file = ProofFile::parse(PROOF).expect("a proof");
    // A shorter entry is another entry; so is a longer.
    no_neighbour_is_believed(LEAF, 1, |bytes| {
        file.path.len() == 17 && tlog::verify_inclusion(file.index, SIZE, &Hash::of_leaf(bytes), &file.path, &LOG.growth.root()).is_ok()
    });
    no_neighbour_is_believed(LOG_VKEY.as_bytes(), 1, |bytes| std::str::from_utf8(bytes).is_ok_and(|text| Vkey::parse(text).is_ok()));
    let private = sample::witness_key().to_private_line();
    no_neighbour_is_believed(private.as_bytes(), 1, |bytes| std::str::from_utf8(bytes).is_ok_and(|text| CosignerKey::parse(text).is_ok()));

    // What a witness would cosign; the old root is what it has seen.
    let mut then = Frontier::new();
    (0..12_345).for_each(|i| then.append(Hash::of_leaf(&sample::entry(i))));
    no_neighbour_is_believed(request().as_bytes(), 11, |bytes| {
        AddCheckpoint::parse(bytes).is_ok_and(|request| {
            let checkpoint = request.checkpoint();
            let signed = policy.believe(request.note(), None).is_ok();
            let holds = verify_consistency(request.old_size(), &then.root(), checkpoint.size(), &checkpoint.root(), request.proof());
            signed && request.old_size() == then.size() && holds.is_ok()
        })
    });
    // Half a line of a cosignature, or another.
    let sent = AddCheckpoint::parse(request().as_bytes()).expect("a request");
    let line = sample::witness_key().cosign(sent.checkpoint(), NOW_S).expect("a time").to_string();
    let witness = Vkey::parse(WITNESS_VKEY).expect("a key");
    no_neighbour_is_believed(line.as_bytes(), 1, |bytes| {
        matches!(read_answer(200, bytes, &sent, [&witness]), tlog::WitnessAnswer::Cosigned(_))
    });

    // Tiles, bundle and frontier: the root tells.
    let mut log = Files::new();
    log.grow([&b""[..], b"one", b"another entry"]);
    let root = log.growth.root();
    for (address, file) in &log.files {
        no_neighbour_is_believed(file, 1, |bytes| {
            Growth::load(3, &root, |asked| if asked == *address { Ok(bytes) } else { log.read(asked) }).is_ok()
        });
    }
    no_neighbour_is_believed(&LOG.growth.frontier().to_bytes(), 1, |bytes| {
        Frontier::from_bytes(bytes).is_ok_and(|frontier| frontier.size() == SIZE && frontier.root() == LOG.growth.root())
    });
}

#[test]
fn every_seed_is_read_by_some_reader() {
    SEEDS.iter().for_each(|seed| read_everything(seed));
    assert!(
        AddCheckpoint::parse(request().as_bytes()).is_ok() && Policy::parse(policy_text().as_bytes()).is_ok() && entries(&bundle()).is_ok()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_everything(&bytes);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "(old |index |extra |tile/|group |quorum |log |— |[\u{0}-\u{7f}]|\\PC|\n){0,30}") {
        read_everything(text.as_bytes());
    }

    #[test]
    fn mutated_files_never_panic(seed in 0_usize..12, changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..5, any::<u8>()), 1..6)) {
        let mut bytes = SEEDS[seed].clone();
        for (at, kind, byte) in changes {
            let at = at.index(bytes.len() + 1);
            match kind {
                0 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
                1 if at < bytes.len() => bytes[at] = byte,
                2 => bytes.insert(at, if byte < 128 { b'\n' } else { byte }),
                3 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.extend_from_within(at.min(bytes.len())..),
            }
        }
        read_everything(&bytes);
    }

    #[test]
    fn a_store_that_answers_anything_never_makes_a_panic(size in any::<u64>(), index in any::<u64>(), old_size in any::<u64>(), lengths in prop::collection::vec(0_usize..300, 1..40)) {
        let mut at = 0;
        let mut read = |address: Address| {
            at += 1;
            match lengths[at % lengths.len()] {
                0 => Err("nothing"),
                more if more < 150 => Ok(vec![7; usize::from(address.width()) * 32]),
                more => Ok(vec![7; more]),
            }
        };
        let _ = Growth::load(size, &tlog::EMPTY_ROOT, &mut read);
        let mut tree = TiledTree::new(size, read);
        let _ = (tree.root(), tree.inclusion(index), tree.consistency(old_size));
        let _ = (tree.inclusion(index % size.max(1)), tree.consistency(old_size % size.max(1)));
    }
}
