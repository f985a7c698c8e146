//! Any bytes as a bundle: no panic, and what is read is written again as it was.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(entries) = tlog::entries(bytes) {
        let mut written = Vec::new();
        entries.iter().for_each(|entry| tlog::push_entry(&mut written, entry).expect("it was in a bundle"));
        assert_eq!(written, bytes);
    }
});
