//! Any text as a public key: no panic, and what is read is written again as it was.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(key) = tlog::Vkey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
});
