//! Any bytes as a signed note: no panic, and what is read is written again as it was.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = tlog::Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
    }
});
