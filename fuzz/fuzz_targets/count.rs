//! Counting and finding on every network, and shortening to every length.

#![no_main]

#[path = "../../tests/laws/law.rs"]
#[allow(dead_code, reason = "each target uses its own laws")]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for rules in law::all_rules() {
        law::counting(text, &rules);
        law::shortening(text, text.len() / 2, &rules);
    }
});
