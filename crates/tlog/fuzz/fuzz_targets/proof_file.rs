//! Any bytes as a proof: no panic, and what is read is written again as it was.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = tlog::ProofFile::parse(bytes) {
        assert_eq!(file.to_string().as_bytes(), bytes);
    }
});
