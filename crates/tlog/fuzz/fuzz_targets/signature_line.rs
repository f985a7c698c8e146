//! Any text as one line of a signature: no panic, and what is read is written again as it was.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(line) = tlog::SignatureLine::parse(text) {
        assert_eq!(line.to_string().strip_suffix('\n'), Some(text));
    }
});
