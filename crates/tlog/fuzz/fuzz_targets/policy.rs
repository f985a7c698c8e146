//! Any bytes as a policy: no panic, and what is printed says the same.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(policy) = tlog::Policy::parse(bytes) {
        assert_eq!(tlog::Policy::parse(policy.to_string().as_bytes()).as_ref(), Ok(&policy));
    }
});
