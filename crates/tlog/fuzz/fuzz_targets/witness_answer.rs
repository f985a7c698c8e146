//! A witness that answers anything at all: no panic, and nothing unsigned is taken.

#![no_main]

use std::sync::LazyLock;

use tlog::{AddCheckpoint, Checkpoint, CosignerKey, EMPTY_ROOT, LogKey, WitnessAnswer, read_answer};

static SENT: LazyLock<(AddCheckpoint, CosignerKey)> = LazyLock::new(|| {
    let log = LogKey::from_seed("log", &[1; 32]).expect("a name");
    let witness = CosignerKey::from_seed("witness", &[2; 32]).expect("a name");
    let note = log.sign_checkpoint(&Checkpoint::new("log", 0, EMPTY_ROOT).expect("an origin")).expect("its own");
    (AddCheckpoint::new(0, Vec::new(), note).expect("a request"), witness)
});

libfuzzer_sys::fuzz_target!(|answer: (u16, &[u8])| {
    let (sent, witness) = &*SENT;
    if let WitnessAnswer::Cosigned(lines) = read_answer(answer.0, answer.1, sent, [witness.vkey()]) {
        let mut note = sent.note().clone();
        note.signatures = lines;
        assert!(note.verify([witness.vkey()]).is_ok());
    }
});
