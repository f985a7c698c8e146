//! Trees, tiles and proofs against the crates `ct-merkle` and `tlog_tiles`, which others wrote.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tlog::{
    Address, BadAddress, BadEdge, BadFrontier, Batch, EMPTY_ROOT, Frontier, Growth, Hash, Kind, NotProved, TiledTree, entries_of_width,
    verify_consistency, verify_inclusion, written_between,
};

use crate::sample::Files;

type Oracle = ct_merkle::mem_backed_tree::MemoryBackedTree<sha2_11::Sha256, Vec<u8>>;

/// Where tiles, levels and partial files begin and end.
const SIZES: [u64; 9] = [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537];

/// Hashes as `tlog_tiles` numbers them.
struct Stored(Vec<tlog_tiles::tlog::Hash>);

impl tlog_tiles::tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::tlog::Hash>, tlog_tiles::tlog::Error> {
        Ok(indexes.iter().map(|at| self.0[*at as usize]).collect())
    }
}

fn entry(i: u64) -> Vec<u8> {
    format!("entry {i}").into_bytes()
}

fn ours(hashes: &[tlog_tiles::tlog::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

fn concatenated(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn at_every_edge_of_a_tile_files_roots_and_proofs_are_those_of_tlog_tiles() {
    let mut stored = Stored(Vec::new());
    let mut log = Files::new();
    let mut frontier = Frontier::new();
    let mut before: Vec<(u64, Hash)> = Vec::new();
    for (at, size) in SIZES.into_iter().enumerate() {
        let from = log.growth.size();
        let entries: Vec<Vec<u8>> = (from..size).map(entry).collect();
        for (i, entry) in (from..size).zip(&entries) {
            let new = tlog_tiles::tlog::stored_hashes(i, entry, &stored).expect("hashes");
            stored.0.extend(new);
            frontier.append(Hash::of_leaf(entry));
        }
        let known: Vec<Address> = log.files.keys().copied().collect();
        log.grow(entries.iter().map(Vec::as_slice));

        // Exactly these files are new, and no other.
        let mut new: Vec<Address> = log.files.keys().filter(|address| !known.contains(address)).copied().collect();
        let mut told: Vec<Address> = written_between(from, size).collect();
        new.sort();
        told.sort();
        assert_eq!(new, told, "from {from} to {size}");
        let mut theirs = BTreeMap::new();
        for tile in tlog_tiles::tile::Tile::new_tiles(8, from, size) {
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            theirs.insert(Address::parse(&path).expect("a path"), tile.read_data(&stored).expect("hashes"));
        }
        let tiles: BTreeMap<Address, Vec<u8>> =
            told.iter().filter(|address| address.kind() != Kind::Entries).map(|address| (*address, log.files[address].clone())).collect();
        assert!(tiles == theirs, "the tiles from {from} to {size} are {:?}, theirs {:?}", tiles.keys(), theirs.keys());
        for bundle in told.iter().filter(|address| address.kind() == Kind::Entries) {
            let first = bundle.index() * 256;
            let expected: Vec<Vec<u8>> = (first..first + u64::from(bundle.width())).map(entry).collect();
            assert_eq!(entries_of_width(&log.files[bundle], bundle.width()).expect("a bundle"), expected);
        }

        let root = Hash(tlog_tiles::tlog::tree_hash(size, &stored).expect("a root").0);
        let mut tree = TiledTree::new(size, |address| log.read(address));
        assert_eq!((frontier.root(), log.growth.root(), tree.root().expect("a root")), (root, root, root), "{size}");
        assert_eq!(log.growth.frontier(), frontier);
        let resumed = Growth::load(size, &root, |address| log.read(address)).expect("the files are there");
        assert_eq!((resumed.size(), resumed.frontier()), (size, frontier.clone()));

        for index in [0, 1, 254, 255, 256, size / 2, size.saturating_sub(2), size.saturating_sub(1)].into_iter().filter(|i| *i < size) {
            let path = tree.inclusion(index).expect("a path");
            assert_eq!(path, ours(&tlog_tiles::tlog::prove_record(size, index, &stored).expect("a path")), "{index} of {size}");
            let leaf = Hash::of_leaf(&entry(index));
            assert_eq!(tree.leaf(index).expect("a hash"), leaf);
            verify_inclusion(index, size, &leaf, &path, &root).expect("it holds");
        }
        assert!(tree.inclusion(size).is_err() && tree.leaf(size).is_err() && tree.consistency(size + 1).is_err());
        for (old_size, old_root) in &before {
            let proof = tree.consistency(*old_size).expect("a proof");
            // Theirs calls a proof from nothing an error.
            if *old_size > 0 {
                assert_eq!(proof, ours(&tlog_tiles::tlog::prove_tree(size, *old_size, &stored).expect("a proof")), "{old_size} to {size}");
            }
            verify_consistency(*old_size, old_root, size, &root, &proof).expect("it holds");
            assert_eq!(verify_consistency(size, &root, *old_size, old_root, &proof), Err(NotProved::Shrunk));
        }
        before.push((size, root));
        assert_eq!(before.len(), at + 1);
    }
}

#[test]
fn a_log_taken_up_again_writes_the_same_bytes() {
    let entries: Vec<Vec<u8>> = (0..1_100).map(entry).collect();
    let mut whole = Files::new();
    let mut resumed = Files::new();
    for portion in entries.chunks(97) {
        whole.grow(portion.iter().map(Vec::as_slice));
        resumed.growth = Growth::load(resumed.growth.size(), &resumed.growth.root(), |address| resumed.read(address)).expect("its files");
        // A crash before the checkpoint: the same entries come again.
        let mut lost = resumed.growth.clone();
        for entry in portion {
            lost.append(entry).expect("a short entry");
        }
        resumed.files.extend(lost.take_files());
        resumed.grow(portion.iter().map(Vec::as_slice));
        assert!(resumed.growth.take_files().is_empty(), "nothing is written twice");
    }
    assert!(whole.files == resumed.files);
}

#[test]
fn a_damaged_edge_is_not_taken_up() {
    let entries: Vec<Vec<u8>> = (0..300).map(entry).collect();
    let mut log = Files::new();
    log.grow(entries.iter().map(Vec::as_slice));
    let root = log.growth.root();
    let partials: Vec<Address> = log.files.keys().filter(|address| !address.is_full()).copied().collect();
    assert_eq!(partials.len(), 3, "{partials:?}");
    for damaged in partials {
        for bit in [0, 7, 8 * 40] {
            let read = |address: Address| {
                let mut bytes = log.read(address)?.to_vec();
                if address == damaged {
                    // Somewhere in the middle, and in the first byte.
                    let at = (bit / 8) % bytes.len();
                    bytes[at] ^= 1 << (bit % 8);
                }
                Ok::<_, String>(bytes)
            };
            assert!(Growth::load(300, &root, read).is_err(), "{damaged}, bit {bit}");
        }
        let cut = Growth::load(300, &root, |address| log.read(address).map(|bytes| if address == damaged { &bytes[1..] } else { bytes }));
        assert!(matches!(cut, Err(BadEdge::TileLength { .. } | BadEdge::Bundle { .. })), "{cut:?}");
        let gone = Growth::load(300, &root, |address| if address == damaged { Err("gone".to_owned()) } else { log.read(address) });
        assert!(matches!(gone, Err(BadEdge::Read { address, .. }) if address == damaged), "{gone:?}");
    }
    assert!(matches!(Growth::load(300, &EMPTY_ROOT, |address| log.read(address)), Err(BadEdge::Root)));
}

#[test]
fn an_old_size_is_proved_from_wider_tiles_when_its_own_are_gone() {
    let entries: Vec<Vec<u8>> = (0..513).map(entry).collect();
    let mut log = Files::new();
    log.grow(entries.iter().map(Vec::as_slice));
    let mut then = Frontier::new();
    entries.iter().take(300).for_each(|entry| then.append(Hash::of_leaf(entry)));
    let now = |address: Address| log.read(Address::in_tree(address.kind(), address.index(), 513).expect("in the tree"));
    assert_eq!(TiledTree::new(300, now).root(), Ok(then.root()));
    for wrong in [1, 31, 33, 32 * 43] {
        let cut = TiledTree::new(300, |address| now(address).map(|bytes| &bytes[..bytes.len().min(wrong)])).root();
        assert!(cut.is_err(), "{wrong} bytes of a tile");
    }
}

#[test]
fn paths_are_read_as_they_are_written_and_no_other_way() {
    let table = [
        ("tile/0/000", 0, 256),
        ("tile/entries/x001/x234/067.p/112", 1_234_067, 112),
        ("tile/63/999", 999, 256),
        ("tile/7/x001/000.p/1", 1000, 1),
    ];
    for (path, index, width) in table {
        let address = Address::parse(path).expect("a path");
        assert_eq!((address.index(), address.width(), address.to_string().as_str()), (index, width, path));
    }
    let most = format!("tile/0/x018/x446/x744/x073/x709/x551/{}", 615);
    assert_eq!(Address::parse(&most).map(|address| address.index()), Ok(u64::MAX));
    let refused = [
        ("", BadAddress::Start),
        ("tile/0", BadAddress::Start),
        ("/tile/0/000", BadAddress::Start),
        ("tile/8/0/000", BadAddress::Index),
        ("tile/00/000", BadAddress::Level),
        ("tile/64/000", BadAddress::Level),
        ("tile/-1/000", BadAddress::Level),
        ("tile/+1/000", BadAddress::Level),
        ("tile/Entries/000", BadAddress::Level),
        ("tile/data/000", BadAddress::Level),
        ("tile/0/0", BadAddress::Index),
        ("tile/0/0000", BadAddress::Index),
        ("tile/0/x000/001", BadAddress::Index),
        ("tile/0/001/002", BadAddress::Index),
        ("tile/0/x001", BadAddress::Index),
        ("tile/0/x001/x002", BadAddress::Index),
        ("tile/0/X001/002", BadAddress::Index),
        ("tile/0/000/", BadAddress::Index),
        ("tile/0/000 ", BadAddress::Index),
        ("tile/0/٠٠٠", BadAddress::Index),
        ("tile/0/x018/x446/x744/x073/x709/x551/616", BadAddress::Index),
        ("tile/0/x001/x018/x446/x744/x073/x709/x551/615", BadAddress::Index),
        ("tile/0/000.p/0", BadAddress::Width),
        ("tile/0/000.p/256", BadAddress::Width),
        ("tile/0/000.p/01", BadAddress::Width),
        ("tile/0/000.p/", BadAddress::Width),
        ("tile/0/000.p/1.p/1", BadAddress::Width),
        ("tile/0/000.p/1/", BadAddress::Width),
    ];
    for (path, expected) in refused {
        assert_eq!(Address::parse(path), Err(expected), "{path}");
    }
}

#[test]
fn a_frontier_is_its_size_and_one_hash_for_each_binary_one() {
    let mut frontier = Frontier::new();
    for i in 0..70 {
        let bytes = frontier.to_bytes();
        assert_eq!(Frontier::from_bytes(&bytes).as_ref(), Ok(&frontier));
        assert_eq!(bytes.len(), 8 + 32 * frontier.size().count_ones() as usize);
        assert_eq!(Frontier::from_bytes(&bytes[..bytes.len() - 1]), Err(BadFrontier));
        assert_eq!(Frontier::from_bytes(&[&bytes[..], &[0]].concat()), Err(BadFrontier));
        frontier.append(Hash::of_leaf(&entry(i)));
    }
}

#[test]
fn an_entry_may_be_empty_or_as_long_as_its_length_can_say() {
    let mut growth = Growth::new();
    assert_eq!(growth.append(&[]), Ok(0));
    assert_eq!(growth.append(&vec![7; 65_535]), Ok(1));
    assert!(growth.append(&vec![7; 65_536]).is_err());
    assert_eq!(growth.size(), 2);
    let files: BTreeMap<Address, Vec<u8>> = growth.take_files().into_iter().collect();
    let bundle = &files[&Address::parse("tile/entries/000.p/2").expect("a path")];
    assert_eq!(entries_of_width(bundle, 2).expect("a bundle"), [&[][..], &[7; 65_535]]);
    // One bit of a length, one entry too many, a cut at every byte near an edge.
    assert!(entries_of_width(bundle, 1).is_err() && entries_of_width(bundle, 3).is_err());
    assert!([1, 3, 4, 5, bundle.len() - 1].into_iter().all(|cut| entries_of_width(&bundle[..cut], 2).is_err()));
    assert!(tlog::entries(&[0; 2 * 256]).is_ok() && tlog::entries(&[0; 2 * 257]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn proofs_are_those_of_ct_merkle_and_no_others_hold(size in 1_u64..700, one in any::<u64>(), other in any::<u64>(), bit in 0_usize..256) {
        let (index, old_size) = (one % size, 1 + other % size);
        let entries: Vec<Vec<u8>> = (0..size).map(entry).collect();
        let (mut oracle, mut log, mut frontier) = (Oracle::new(), Files::new(), Frontier::new());
        log.grow(entries.iter().map(Vec::as_slice));
        let mut old_root = EMPTY_ROOT;
        for (i, entry) in (1..).zip(&entries) {
            oracle.push(entry.clone());
            frontier.append(Hash::of_leaf(entry));
            if i == old_size {
                old_root = frontier.root();
            }
        }
        let root = frontier.root();
        prop_assert_eq!(root.0.as_slice(), oracle.root().as_bytes().to_vec());
        let mut tree = TiledTree::new(size, |address| log.read(address));
        let path = tree.inclusion(index).expect("a path");
        let by_oracle = oracle.prove_inclusion(index as usize);
        prop_assert_eq!(&concatenated(&path)[..], by_oracle.as_bytes());
        let batch = Batch::of_lines(entries.iter().map(Vec::as_slice));
        prop_assert_eq!((batch.root(), batch.size(), batch.path(index), batch.path(size)), (root, size, Some(path.clone()), None));
        let proof = tree.consistency(old_size).expect("a proof");
        let by_oracle = oracle.prove_consistency((size - old_size) as usize);
        prop_assert_eq!(&concatenated(&proof)[..], by_oracle.as_bytes());

        let leaf = Hash::of_leaf(&entries[index as usize]);
        let flipped = |hash: &Hash| { let mut hash = *hash; hash.0[bit / 8] ^= 1 << (bit % 8); hash };
        prop_assert_eq!(verify_inclusion(index, size, &leaf, &path, &root), Ok(()));
        prop_assert_eq!(verify_consistency(old_size, &old_root, size, &root, &proof), Ok(()));
        // Nothing may change: neither the hashes nor their number, the place or the sizes.
        prop_assert_eq!(verify_inclusion(index, size, &flipped(&leaf), &path, &root), Err(NotProved::Root));
        prop_assert_eq!(verify_inclusion(index, size, &leaf, &path, &flipped(&root)), Err(NotProved::Root));
        prop_assert_eq!(verify_inclusion(size, size, &leaf, &path, &root), Err(NotProved::IndexOutside));
        prop_assert!((0..size).all(|i| i == index || verify_inclusion(i, size, &leaf, &path, &root).is_err()));
        prop_assert!(verify_consistency(old_size, &flipped(&old_root), size, &root, &proof).is_err());
        prop_assert!(verify_consistency(old_size, &old_root, size, &flipped(&root), &proof).is_err());
        for at in 0..path.len() {
            let mut wrong = path.clone();
            wrong[at] = flipped(&wrong[at]);
            prop_assert_eq!(verify_inclusion(index, size, &leaf, &wrong, &root), Err(NotProved::Root));
            prop_assert_eq!(verify_inclusion(index, size, &leaf, &path[..at], &root), Err(NotProved::Length));
        }
        for at in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[at] = flipped(&wrong[at]);
            prop_assert!(verify_consistency(old_size, &old_root, size, &root, &wrong).is_err());
            prop_assert!(verify_consistency(old_size, &old_root, size, &root, &proof[..at]).is_err());
        }
        prop_assert!(verify_inclusion(index, size, &leaf, &[&path[..], &[leaf]].concat(), &root).is_err());
        prop_assert!(verify_consistency(old_size, &old_root, size, &root, &[&proof[..], &[leaf]].concat()).is_err());
    }

    #[test]
    fn addresses_and_paths_are_the_same_thing(level in 0_u8..8, index in any::<u64>(), size in any::<u64>()) {
        for kind in [Kind::Hashes(level), Kind::Entries] {
            if let Some(address) = Address::in_tree(kind, index >> (8 + 7 * level), size) {
                prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
            }
        }
    }

    #[test]
    fn any_numbers_and_hashes_are_judged_without_panic(numbers in any::<[u64; 3]>(), hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let hashes: Vec<Hash> = hashes.into_iter().map(Hash).collect();
        let root = hashes.first().copied().unwrap_or(EMPTY_ROOT);
        let [index, old, new] = numbers;
        prop_assert!(index < new || verify_inclusion(index, new, &EMPTY_ROOT, &hashes, &root).is_err());
        prop_assert!(old <= new || verify_consistency(old, &root, new, &root, &hashes).is_err());
        let _ = verify_inclusion(index.min(new.saturating_sub(1)), new, &EMPTY_ROOT, &hashes, &root);
        let _ = verify_consistency(old.min(new), &root, new, &root, &hashes);
    }
}
