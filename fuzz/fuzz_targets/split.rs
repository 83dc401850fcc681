//! Threads on every network, numbered and not.

#![no_main]

#[path = "../../tests/laws/law.rs"]
#[allow(dead_code, reason = "each target uses its own laws")]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for rules in law::all_rules() {
        law::splitting(text, &rules, false);
        law::splitting(text, &rules, true);
    }
});
