//! Whatever the words: what stands is what was planned, and is found again.

use super::bench::{self, Bench};
use super::rows::WAYS;
use jiff::SignedDuration;
use ladder::channel::{Found, SendError};
use ladder::rehearsal::Fault;
use ladder::render::Variant;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Pieces that some network reads as its own, or counts, escapes or shortens.
const PIECES: &[&str] = &[
    "word",
    " ",
    " ",
    "\n",
    "\n\n",
    "(x)",
    "[y]",
    "{z}",
    "<b>",
    "&amp;",
    "&lt;",
    "&",
    "%20",
    "+",
    "\\",
    "\\\\(",
    "*",
    "_",
    "__",
    "~",
    "|",
    "#",
    "# ",
    "#rocketry",
    "#1",
    "@ada",
    "@",
    "@[x",
    "](u)",
    "{hashtag",
    "$ACME",
    "$5",
    "a_b_c",
    "https://acme.example/a_b?c=d&e=%20f#g",
    "https://acme.example/",
    "http://b.example/(x)",
    "acme.example",
    "t.co",
    "https://t.co/abcdefghij",
    "e\u{301}",
    "日本",
    "🚀",
    "👩‍👩‍👧",
    "🇩🇪",
    "…",
    "“q”",
    "\u{a0}",
    "\u{200d}",
    "'",
    "\"",
    "`",
    "1.",
    "- ",
    "/",
    ":",
    "—",
    "ß",
    "İ",
];

fn text() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 0..14);
    // Begins and ends with a word: what networks do with blanks there is their own.
    pieces.prop_map(|pieces| format!("It landed {} today", pieces.concat()))
}

/// Sends `text` by each way; the first that shows something else, or that does
/// not find it behind a lost answer.
async fn first_breach(text: &str) -> Option<String> {
    for way in WAYS.iter().filter(|way| !way.article) {
        let bench = Bench::new(way).await;
        let variant = Variant::Post(bench::post(&[text]));
        let rules = bench.channel.rules();
        if !ladder::text::count(text, &rules, 80).fits() || text.matches("$ACME").count() > 1 {
            continue;
        }
        if let Err(error) = bench.send(&variant).await {
            return Some(format!("{}: {error}", way.name));
        }
        let shown = bench.network.timeline().remove(0).text;
        if shown != text {
            return Some(format!("{}: shows {shown:?}", way.name));
        }
        let lost = Bench::new(way).await;
        lost.network.order(Fault::AnswerLost);
        if !matches!(lost.send(&variant).await, Err(SendError::Unknown { .. })) {
            return Some(format!("{}: no doubt", way.name));
        }
        // The try began before the post was made.
        match lost.find(&variant, SignedDuration::from_secs(5)).await {
            Ok(Found::Sent(_)) => {}
            Ok(Found::CannotTell(_)) if !way.lists => {}
            // A mark behind a link is composed with its last letter on one
            // side only: too unlike to be sure, which is never wrong.
            Ok(Found::CannotTell(_)) if text.contains('\u{301}') => {}
            found => return Some(format!("{}: {found:?}", way.name)),
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 100, failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::default() })]

    #[test]
    fn what_stands_is_what_was_planned(text in text()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let breach = runtime.block_on(first_breach(&text));
        prop_assert!(breach.is_none(), "{text:?}: {}", breach.unwrap_or_default());
    }
}
