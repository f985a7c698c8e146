//! Any text as a private key of either role: no panic, and never of both.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    assert!(tlog::LogKey::parse(text).is_err() || tlog::CosignerKey::parse(text).is_err());
});
