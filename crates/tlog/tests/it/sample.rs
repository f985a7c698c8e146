//! The sample log of 70,000 gifts that the golden vectors are of, made again from its recipe, and what several tests ask of it.

use std::{collections::HashMap, sync::LazyLock};

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use tlog::{Address, CosignerKey, Growth, LogKey, Policy};

pub const SIZE: u64 = 70_000;
pub const NOW_S: u64 = 1_790_000_000;
pub const CHECKPOINT: &[u8] = include_bytes!("../../vectors/sample.checkpoint");
pub const PROOF: &[u8] = include_bytes!("../../vectors/sample.tlog-proof");
pub const LEAF: &[u8] = include_bytes!("../../vectors/sample.leaf");
pub const LOG_VKEY: &str = include_str!("../../vectors/log.vkey").trim_ascii_end();
pub const WITNESS_VKEY: &str = include_str!("../../vectors/witness.vkey").trim_ascii_end();

/// A log that lies in files, with its root at each size at which its files were taken.
pub struct Files {
    pub growth: Growth,
    pub files: HashMap<Address, Vec<u8>>,
}

impl Files {
    pub fn new() -> Self {
        Self { growth: Growth::new(), files: HashMap::new() }
    }

    /// Appends entries and writes what must then be durable. A file is never written with other bytes.
    pub fn grow<'a>(&mut self, entries: impl IntoIterator<Item = &'a [u8]>) {
        for entry in entries {
            self.growth.append(entry).expect("a short entry");
        }
        for (address, bytes) in self.growth.take_files() {
            let before = self.files.insert(address, bytes.clone());
            assert!(before.is_none_or(|before| before == bytes), "{address} was written with other bytes");
        }
    }

    pub fn read(&self, address: Address) -> Result<&[u8], String> {
        self.files.get(&address).map(Vec::as_slice).ok_or_else(|| format!("no {address}"))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn entry(i: u64) -> Vec<u8> {
    let key = Sha256::digest(format!("salt{i}"));
    let mut donor = Hmac::<Sha256>::new_from_slice(&key).expect("any key");
    donor.update(format!("donor-{i}@example").as_bytes());
    let donor = hex(&donor.finalize().into_bytes());
    let amount_fen = i * 37 % 10_000 + 1;
    format!(r#"{{"amount_fen":{amount_fen},"donor":"{donor}","project":"p{:03}","seq":{i},"type":"donation","v":1}}"#, i % 97).into_bytes()
}

/// Made once for all tests.
pub static LOG: LazyLock<Files> = LazyLock::new(|| {
    let entries: Vec<Vec<u8>> = (0..SIZE).map(entry).collect();
    let mut log = Files::new();
    // In uneven portions, as a sequencer takes them.
    for portion in entries.chunks(9_999) {
        log.grow(portion.iter().map(Vec::as_slice));
    }
    log
});

pub fn log_key() -> LogKey {
    LogKey::from_seed("log.charity.example/donations", &[1; 32]).expect("a name")
}

pub fn witness_key() -> CosignerKey {
    CosignerKey::from_seed("witness.charity.example/w1", &[2; 32]).expect("a name")
}

pub fn policy() -> Policy {
    Policy::parse(format!("log {LOG_VKEY}\nwitness w1 {WITNESS_VKEY}\nquorum w1\n").as_bytes()).expect("a policy")
}
