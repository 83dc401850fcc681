//! Escaping for every network, and Markdown for every outlet.

#![no_main]

#[path = "../../tests/laws/law.rs"]
#[allow(dead_code, reason = "each target uses its own laws")]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| law::markup(text));
