//! Golden vectors: of Certificate Transparency's tests, of the signed-note specification, and a log of 70,000 entries that three other
//! implementations agree on.

use tlog::{Address, BadKey, Checkpoint, Frontier, Hash, Kind, Note, ProofFile, TiledTree, Vkey, verify_consistency, verify_inclusion};

use crate::sample::{self, CHECKPOINT, Files, LEAF, LOG, LOG_VKEY, NOW_S, PROOF, SIZE, WITNESS_VKEY};

const LEAVES: [&str; 8] = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect()
}

fn hash(hex: &str) -> Hash {
    Hash(bytes(hex).try_into().expect("32 bytes"))
}

#[test]
fn the_eight_leaves_of_certificate_transparency_have_their_roots_and_proofs() {
    let leaves: Vec<Vec<u8>> = LEAVES.iter().map(|leaf| bytes(leaf)).collect();
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), hash(ROOTS[0]));
    let mut log = Files::new();
    for (leaf, root) in leaves.iter().zip(&ROOTS[1..]) {
        frontier.append(Hash::of_leaf(leaf));
        log.grow([leaf.as_slice()]);
        assert_eq!((frontier.root(), log.growth.root()), (hash(root), hash(root)));
    }
    let tree = |size| TiledTree::new(size, |address| log.read(address));
    let (last, six) = (
        hash("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    );
    assert_eq!(tree(8).inclusion(5).expect("a path"), [last, hash(six), hash(ROOTS[4])]);
    let from_three = [
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        ROOTS[2],
        "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e",
    ];
    let from_six = ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", six, ROOTS[4]];
    let table: [(u64, u64, &[&str]); 3] = [(3, 7, &from_three), (4, 7, &from_three[3..]), (6, 8, &from_six)];
    for (from, to, proof) in table {
        let proof: Vec<Hash> = proof.iter().map(|node| hash(node)).collect();
        assert_eq!(tree(to).consistency(from).expect("a proof"), proof, "{from} to {to}");
        verify_consistency(from, &hash(ROOTS[from as usize]), to, &hash(ROOTS[to as usize]), &proof).expect("it holds");
    }
}

#[test]
fn the_note_of_the_specification_verifies() {
    let key = Vkey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").expect("a key");
    let note = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let parsed = Note::parse(note.as_bytes()).expect("a note");
    assert_eq!(parsed.text(), "This is an example message.\n");
    assert_eq!(parsed.verify([&key]).expect("it is signed").len(), 1);
    assert_eq!(parsed.to_string(), note);
}

#[test]
fn the_keys_are_those_of_the_vectors() {
    assert_eq!(sample::log_key().vkey().to_string(), LOG_VKEY);
    assert_eq!(sample::witness_key().vkey().to_string(), WITNESS_VKEY);
    assert_eq!(Vkey::parse(LOG_VKEY).as_ref(), Ok(sample::log_key().vkey()));
    assert_eq!(Vkey::parse(&LOG_VKEY.replace("4ad14b58", "4ad14b59")), Err(BadKey::Id));
}

#[test]
fn the_tiles_of_seventy_thousand_entries_are_those_of_the_vectors() {
    let table = [
        ("tile/0/000", "dfc871cd", "decff4"),
        ("tile/1/000", "30a9d78f", "62c3e1"),
        ("tile/1/001.p/17", "3b41ad39", "2d71f9"),
        ("tile/2/000.p/1", "9b94f913", "23043a"),
        ("tile/entries/000", "b7c65236", "49977e"),
    ];
    for (path, start, end) in table {
        let sha = sample::sha256_hex(LOG.read(Address::parse(path).expect("a path")).expect("it was written"));
        assert!(sha.starts_with(start) && sha.ends_with(end), "{path} has the hash {sha}");
    }
    assert_eq!(LOG.growth.size(), SIZE);
}

#[test]
fn the_checkpoint_is_signed_and_cosigned_byte_for_byte() {
    let checkpoint = Checkpoint::new("log.charity.example/donations", SIZE, LOG.growth.root()).expect("an origin");
    let mut note = sample::log_key().sign_checkpoint(&checkpoint).expect("its own");
    note.signatures.extend(sample::witness_key().cosign(&checkpoint, NOW_S));
    assert_eq!(note.to_string().as_bytes(), CHECKPOINT);
    let believed = sample::policy();
    let believed = believed.believe(&note, None).expect("it is believed");
    assert_eq!(believed.checkpoint, checkpoint);
    assert_eq!(believed.witnesses.iter().map(|(witness, at)| (witness.name.as_str(), *at)).collect::<Vec<_>>(), [("w1", NOW_S)]);
}

#[test]
fn the_proof_of_one_entry_is_made_byte_for_byte_and_verifies() {
    assert_eq!(sample::entry(12_345), LEAF);
    let path = TiledTree::new(SIZE, |address| LOG.read(address)).inclusion(12_345).expect("a path");
    verify_inclusion(12_345, SIZE, &Hash::of_leaf(LEAF), &path, &LOG.growth.root()).expect("it holds");
    let file = ProofFile { extra: None, index: 12_345, path, checkpoint: Note::parse(CHECKPOINT).expect("a note") };
    assert_eq!(file.to_string().as_bytes(), PROOF);
    let parsed = ProofFile::parse(PROOF).expect("a proof");
    assert_eq!(parsed, file);
    parsed.verify(&Hash::of_leaf(LEAF), &sample::policy(), None).expect("it holds");
    assert_eq!(Address::in_tree(Kind::Entries, 12_345 / 256, SIZE).map(|address| address.to_string()).as_deref(), Some("tile/entries/048"));
}

#[cfg(feature = "ml-dsa")]
#[test]
fn the_ml_dsa_cosignature_is_that_of_the_vectors() {
    let key = tlog::CosignerKey::ml_dsa_from_seed("witness.charity.example/pq1", &[3; 32]).expect("a name");
    let checkpoint = Checkpoint::parse(Note::parse(CHECKPOINT).expect("a note").text()).expect("a checkpoint");
    let line = key.cosign(&checkpoint, NOW_S).expect("a time").to_string();
    let payload = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, line.trim_end().rsplit(' ').next().expect("base64"))
        .expect("base64");
    assert_eq!(payload[..4], [0x98, 0x93, 0x8c, 0x08]);
    assert_eq!(payload[4..12], NOW_S.to_be_bytes());
    assert_eq!(sample::sha256_hex(&payload[12..]), "60636a9a0cc4e37f7d795fb7af475c46ed7c4bc17d8e9a55b10eb109169426e8");
    let vkey = key.vkey().to_string();
    let public = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, vkey.rsplit_once("+98938c08+").expect("the id").1)
        .expect("base64");
    assert_eq!(sample::sha256_hex(&public[1..]), "df5b5f45decfb203862a372b2fe7047bdbfdd7c54b39e8bff3f4b5442795f54b");
    let mut note = checkpoint.note().expect("a text");
    note.signatures.extend(tlog::SignatureLine::parse(line.trim_end()));
    assert_eq!(note.verify([&Vkey::parse(&vkey).expect("a key")]).expect("it is signed")[0].signed_at_s, Some(NOW_S));
}
