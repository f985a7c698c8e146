//! Any text as the path of a tile: no panic, and what is read is written again as it was.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(address) = tlog::Address::parse(text) {
        assert_eq!(address.to_string(), text);
    }
});
