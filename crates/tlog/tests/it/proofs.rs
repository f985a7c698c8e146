//! What a donor holds in hand: each way in which it can be wrong ends at its own step with its own sentence.

use tlog::{
    BadProofFile, Checkpoint, CosignerKey, Fresh, Hash, LogKey, MAX_EXTRA_BYTES, MAX_PROOF_HASHES, MAX_SKEW_S, NotBelieved, NotProved,
    Note, Policy, ProofFailure, ProofFile, Step,
};

use crate::sample::{self, CHECKPOINT, LEAF, LOG_VKEY, NOW_S, PROOF, WITNESS_VKEY};

fn proof() -> ProofFile {
    ProofFile::parse(PROOF).expect("a proof")
}

fn under(policy: &str) -> Policy {
    Policy::parse(policy.as_bytes()).expect("a policy")
}

#[test]
fn each_failure_says_at_which_step() {
    let leaf = Hash::of_leaf(LEAF);
    let policy = sample::policy();
    let failure = |file: &ProofFile, policy: &Policy, leaf: &Hash| {
        let failure = file.verify(leaf, policy, None).expect_err("it must fail");
        (failure.step(), failure)
    };
    let checkpoint = Checkpoint::parse(proof().checkpoint.text()).expect("a checkpoint");
    let only = |at: usize| {
        let mut file = proof();
        file.checkpoint.signatures = vec![proof().checkpoint.signatures.remove(at)];
        file
    };
    let with_text = |text: &str| ProofFile {
        checkpoint: Note::parse(&[text.as_bytes(), &CHECKPOINT[checkpoint.text().len()..]].concat()).expect("a note"),
        ..proof()
    };

    let (step, _) = failure(&with_text("log.charity.example/donations\n70000\n"), &policy, &leaf);
    assert_eq!(step, Step::Checkpoint);

    let other_log = LogKey::from_seed("log.example", &[9; 32]).expect("a name");
    let (step, why) = failure(&proof(), &under(&format!("log {}\nwitness w1 {WITNESS_VKEY}\nquorum w1\n", other_log.vkey())), &leaf);
    assert_eq!((step, why.to_string().as_str()), (Step::Origin, "the log log.charity.example/donations is not one of the policy's"));

    let (step, why) = failure(&only(1), &policy, &leaf);
    assert_eq!((step, why), (Step::LogSignature, ProofFailure::Checkpoint(NotBelieved::LogHasNotSigned)));
    let (step, why) = failure(&with_text(&checkpoint.text().replace("70000", "70001")), &policy, &leaf);
    assert_eq!((step, why), (Step::LogSignature, ProofFailure::Checkpoint(NotBelieved::LogSignature)));

    // The witness's line is of another checkpoint.
    let mut file = only(0);
    let earlier = Checkpoint::new(checkpoint.origin(), 69_999, checkpoint.root()).expect("an origin");
    file.checkpoint.signatures.extend(sample::witness_key().cosign(&earlier, NOW_S));
    let (step, why) = failure(&file, &policy, &leaf);
    assert_eq!((step, why.to_string().as_str()), (Step::WitnessSignatures, "the signature of the witness w1 is wrong"));

    let (step, why) = failure(&only(0), &policy, &leaf);
    assert_eq!((step, why.to_string().as_str()), (Step::Quorum, "too few witnesses have signed: none"));
    // A stranger's cosignature, the witness's name with another key, and the witness twice do not make two.
    let second = CosignerKey::from_seed("w2.example", &[8; 32]).expect("a name");
    let two = under(&format!("log {LOG_VKEY}\nwitness w1 {WITNESS_VKEY}\nwitness w2 {}\ngroup g all w1 w2\nquorum g\n", second.vkey()));
    let mut file = proof();
    for (name, seed) in [("w3.example", 7), ("w2.example", 7)] {
        file.checkpoint.signatures.extend(CosignerKey::from_seed(name, &[seed; 32]).expect("a name").cosign(&checkpoint, NOW_S));
    }
    file.checkpoint.signatures.push(file.checkpoint.signatures[1].clone());
    let (step, why) = failure(&file, &two, &leaf);
    assert_eq!((step, why), (Step::Quorum, ProofFailure::Checkpoint(NotBelieved::Quorum { signed: vec!["w1".to_owned()] })));
    file.checkpoint.signatures.extend(second.cosign(&checkpoint, NOW_S));
    assert_eq!(file.verify(&leaf, &two, None).expect("now it is believed").witnesses.len(), 2);
    // Another role: a plain signature with the witness's name and seed is not its cosignature.
    let mut file = only(0);
    let posing = LogKey::from_seed("witness.charity.example/w1", &[2; 32]).expect("a name");
    file.checkpoint.signatures.extend(posing.sign_statement(&checkpoint.text()).expect("a text").signatures);
    assert_eq!(failure(&file, &policy, &leaf).0, Step::Quorum);

    let (step, why) = failure(&proof(), &policy, &Hash::of_leaf(b"another entry"));
    assert_eq!((step, why), (Step::Inclusion, ProofFailure::Inclusion(NotProved::Root)));
    let inclusion = |change: fn(&mut ProofFile)| {
        let mut file = proof();
        change(&mut file);
        failure(&file, &policy, &leaf).1
    };
    assert_eq!(inclusion(|file| file.index = 70_000), ProofFailure::Inclusion(NotProved::IndexOutside));
    assert_eq!(inclusion(|file| file.index ^= 1), ProofFailure::Inclusion(NotProved::Root));
    assert_eq!(inclusion(|file| file.path.truncate(16)), ProofFailure::Inclusion(NotProved::Length));
    assert_eq!(inclusion(|file| file.path.push(tlog::EMPTY_ROOT)), ProofFailure::Inclusion(NotProved::Length));
}

#[test]
fn who_asks_for_a_fresh_checkpoint_gets_no_stale_one() {
    let policy = sample::policy();
    let step = |now_s, max_age_s| {
        proof().verify(&Hash::of_leaf(LEAF), &policy, Some(Fresh { now_s, max_age_s })).map_err(|failure| failure.step()).err()
    };
    assert_eq!(step(NOW_S, 0), None);
    assert_eq!(step(NOW_S + 600, 600), None);
    assert_eq!(step(NOW_S + 601, 600), Some(Step::Freshness));
    assert_eq!(step(NOW_S - MAX_SKEW_S, 600), None);
    assert_eq!(step(NOW_S - MAX_SKEW_S - 1, 600), Some(Step::Freshness));
    assert_eq!(step(0, u64::MAX), Some(Step::Freshness));
    assert_eq!(step(u64::MAX, u64::MAX), None);
    let stale = Fresh { now_s: NOW_S + 601, max_age_s: 600 };
    let why = policy.believe(&proof().checkpoint, Some(stale)).expect_err("it is stale").to_string();
    assert_eq!(why, "enough witnesses have signed, but too few of them lately: none");
}

#[test]
fn files_are_read_strictly_and_a_wrong_line_is_named() {
    let good = String::from_utf8(PROOF.to_vec()).expect("text");
    let hash = tlog::EMPTY_ROOT.to_string();
    let (head, _) = good.split_once("index").expect("an index");
    let note = String::from_utf8(CHECKPOINT.to_vec()).expect("text");
    let with_hashes = |number: usize| format!("{head}index 1\n{}\n{note}", format!("{hash}\n").repeat(number));
    let table = [
        (String::new(), BadProofFile::Magic),
        (good.replacen("@v1", "@v2", 1), BadProofFile::Magic),
        (good.replacen('\n', "\r\n", 1), BadProofFile::Magic),
        (good.replacen("index 12345", "index 012345", 1), BadProofFile::Index { line: 2 }),
        (good.replacen("index 12345", "index 18446744073709551616", 1), BadProofFile::Index { line: 2 }),
        (good.replacen("index", "Index", 1), BadProofFile::Index { line: 2 }),
        (good.replacen("index", "extra AA\nindex", 1), BadProofFile::Extra),
        (good.replacen("index", "extra AA==\nextra AA==\nindex", 1), BadProofFile::Index { line: 3 }),
        (good.replacen("index", &format!("extra {}\nindex", "AAAA".repeat(MAX_EXTRA_BYTES / 3 + 1)), 1), BadProofFile::Extra),
        (good.replacen("index 12345\n", "index 12345\nextra AA==\n", 1), BadProofFile::Hash { line: 3 }),
        (good.replacen("eoE=\n", "eoF=\n", 1), BadProofFile::Hash { line: 3 }),
        (good.replacen("jRQ=\n", "jRQ\n", 1), BadProofFile::Hash { line: 4 }),
        (with_hashes(MAX_PROOF_HASHES + 1), BadProofFile::TooManyHashes),
        ("x".repeat(tlog::MAX_PROOF_FILE_BYTES + 1), BadProofFile::TooLong),
    ];
    for (text, expected) in table {
        assert_eq!(ProofFile::parse(text.as_bytes()), Err(expected), "{text:.120}");
    }
    assert!(ProofFile::parse(with_hashes(MAX_PROOF_HASHES).as_bytes()).is_ok());
    let cut = ProofFile::parse(format!("{head}index 1\n\n{}", &note[..note.len() - 1]).as_bytes());
    assert!(matches!(cut, Err(BadProofFile::Checkpoint { after: 3, .. })), "{cut:?}");
}

#[test]
fn what_is_opaque_is_carried_and_proves_nothing() {
    for extra in [Vec::new(), vec![0], b"the opening of a commitment".to_vec(), vec![255; MAX_EXTRA_BYTES]] {
        let file = ProofFile { extra: Some(extra), ..proof() };
        let read = ProofFile::parse(file.to_string().as_bytes()).expect("a proof");
        assert_eq!(read, file);
        assert!(read.verify(&Hash::of_leaf(LEAF), &sample::policy(), None).is_ok(), "whoever reads it checks it against the entry");
    }
}
