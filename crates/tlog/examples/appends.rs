//! How fast the tree grows and is proved, on one core: `cargo run --release -p tlog --example appends`.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tlog::{AddCheckpoint, Address, Checkpoint, CosignerKey, Growth, Hash, LogKey, TiledTree, decide, verify_inclusion};

/// The best of five, since other programs disturb but never help.
fn best_of_five(mut run: impl FnMut()) -> Duration {
    let mut one = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..5).map(|_| one()).min().unwrap_or_default()
}

fn print(what: &str, times: u64, took: Duration) {
    println!("{what}: {:.0}/s", times as f64 / took.as_secs_f64());
}

fn main() {
    const ENTRIES: u64 = 1_000_000;
    const BATCH: u64 = 40_000;
    for bytes in [32, 300, 1000] {
        let mut entry = vec![b'.'; bytes];
        let took = best_of_five(|| {
            let mut growth = Growth::new();
            for i in 0..ENTRIES {
                entry[..8].copy_from_slice(&i.to_be_bytes());
                growth.append(&entry).expect("a short entry");
                // As a sequencer does it: what was appended is handed on once an interval.
                if growth.size().is_multiple_of(BATCH) {
                    std::hint::black_box((growth.take_files(), growth.root()));
                }
            }
        });
        print(&format!("entries of {bytes} bytes appended, tiles and bundles made"), ENTRIES, took);
    }

    let mut growth = Growth::new();
    for i in 0..ENTRIES {
        growth.append(&i.to_be_bytes()).expect("a short entry");
    }
    let root = growth.root();
    let files: HashMap<Address, Vec<u8>> = growth.take_files().into_iter().collect();
    let read = |address| files.get(&address).ok_or("no such file");
    let indices = || (0..10_000).map(|i| i * 7_919 % ENTRIES);
    let took = best_of_five(|| {
        for index in indices() {
            std::hint::black_box(TiledTree::new(ENTRIES, read).inclusion(index).expect("a path"));
        }
    });
    print("paths made from tiles", 10_000, took);
    let paths: Vec<(u64, Vec<Hash>)> =
        indices().map(|index| (index, TiledTree::new(ENTRIES, read).inclusion(index).expect("a path"))).collect();
    let took = best_of_five(|| {
        for (index, path) in &paths {
            verify_inclusion(*index, ENTRIES, &Hash::of_leaf(&index.to_be_bytes()), path, &root).expect("it holds");
        }
    });
    print("paths verified", 10_000, took);

    let log = LogKey::from_seed("log.example", &[1; 32]).expect("a name");
    let witness = CosignerKey::from_seed("witness.example", &[2; 32]).expect("a name");
    let note = log.sign_checkpoint(&Checkpoint::new("log.example", ENTRIES, root).expect("an origin")).expect("its own");
    let body = AddCheckpoint::new(0, Vec::new(), note).expect("a request").to_string();
    let took = best_of_five(|| {
        for _ in 0..1_000 {
            let request = AddCheckpoint::parse(body.as_bytes()).expect("a request");
            std::hint::black_box(decide(&request, std::slice::from_ref(log.vkey()), None, &[&witness], 1_790_000_000));
        }
    });
    print("requests read, judged and cosigned by a witness", 1_000, took);
}
