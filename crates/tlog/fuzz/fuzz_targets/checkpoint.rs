//! Any text as a checkpoint: no panic, and what is read is written again as it was.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(checkpoint) = tlog::Checkpoint::parse(text) {
        assert_eq!(checkpoint.text(), text);
    }
});
