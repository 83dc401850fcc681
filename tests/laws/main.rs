//! Laws of text tried with texts out of everything that networks treat
//! specially, and of anything.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where it fails, and prints the seed that repeats it"
)]

mod law;
mod mutation;

use ladder::text::{Rules, late};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What goes wrong in texts: what is linked, joined, combined, turned, hidden.
pub const HOSTILE: &[&str] = &[
    "https://acme.example/x?y=(z)",
    "https://acme.example/a.Next",
    "www.acme.com",
    "acme.com",
    "HTTP://A.B/c)",
    "https://例え.jp/道",
    "@ada@hachyderm.io",
    "@ada_l",
    "@ada.bsky.social",
    "#OpenSource",
    "#宇宙",
    "#می‌خواهم",
    "$ACME",
    "👩‍🚀",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "🇩",
    "1️⃣",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\u{200d}",
    "\u{fe0f}",
    "e\u{301}",
    "\u{301}",
    "\u{301}\u{302}\u{303}",
    "한\u{1112}\u{1161}\u{11ab}",
    "क्\u{200d}ष",
    "ภาษาไทย",
    "ភាសាខ្មែរ",
    "ພາສາລາວ",
    "مرحبا بالعالم",
    "שלום",
    "着陸した。",
    "「静かだ」",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{0}",
    "\u{1b}[31m",
    "\r\n",
    "\r",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\u{a0}",
    "\u{202f}",
    "\u{200b}",
    "\u{ad}",
    "\u{fdd0}",
    "\u{ffff}",
    "\u{e000}",
    "\u{600}",
    "\n\n",
    "\n",
    " ",
    "   ",
    "\t",
    "• item",
    "\n- one",
    "\n1. two",
    "Dr. Lovelace said. ",
    "9 a.m. ",
    "3. März ",
    "3.5",
    "...",
    "…",
    "<!-- break -->",
    "\n<!-- break -->\n",
    "<!--break",
    "https://",
    "http://[::1]:80/",
    "https://rung.invalid/",
    "https://rung.invalid/blog/tracked",
    "@",
    "#",
    "$",
    ".",
    "(",
    ")",
    "/",
    "a.b.c.d",
    "x@",
];

/// Texts out of the pieces above, words, and anything.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => Just(late::token("blog", true)),
        2 => "[a-zA-Z .,!?()]{1,40}",
        1 => "[a-z]{1,60}",
        1 => "\\PC{0,4}",
        1 => any::<String>(),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn rules() -> impl Strategy<Value = Rules> {
    (proptest::sample::select(law::all_rules()), proptest::option::of(0usize..400)).prop_map(
        |(rules, limit)| match limit {
            Some(limit) => Rules { limit: Some(limit), ..rules },
            None => rules,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_was_shortened_fits_and_is_a_beginning(text in texts(), limit in 0usize..400, rules in rules()) {
        law::shortening(&text, limit, &rules);
    }

    #[test]
    fn nothing_is_lost_or_cut_in_a_thread_and_every_part_fits(text in texts(), rules in rules(), numbered: bool) {
        law::splitting(&text, &rules, numbered);
    }

    #[test]
    fn counting_and_finding_take_any_text(text in texts(), rules in rules()) {
        law::counting(&text, &rules);
    }
}

proptest! {
    // Fifteen outlets each.
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::with_cases(60) })]

    #[test]
    fn what_was_escaped_is_read_back_and_any_markdown_is_taken(text in texts()) {
        law::markup(&text);
    }
}

/// Markdown of paragraphs, quotations and code, and the words of it.
fn marked() -> impl Strategy<Value = (String, String)> {
    let words = "[a-z]{1,9}( [a-z]{1,9}){0,30}[.]?";
    let piece = (0..7usize, words).prop_map(|(kind, words)| {
        let markdown = match kind {
            0 => format!("**{words}**"),
            1 => format!("*{words}*"),
            2 => format!("~~{words}~~"),
            3 => format!("`{words}`"),
            4 => format!("[{words}](https://a.example/x)"),
            5 => format!("**[{words}](https://a.example/x)**"),
            _ => words.clone(),
        };
        (markdown, words)
    });
    let joined = |all: Vec<(String, String)>, by: &str| -> (String, String) {
        let (markdown, words): (Vec<String>, Vec<String>) = all.into_iter().unzip();
        (markdown.join(by), words.join(" "))
    };
    let block = (0..5usize, proptest::collection::vec(piece, 1..6)).prop_map(move |(kind, pieces)| {
        let (markdown, words) = joined(pieces.clone(), " ");
        match kind {
            0 => (format!("> {markdown}"), words),
            1 => {
                let lines: Vec<String> = pieces.into_iter().map(|(_, words)| format!("  {words}")).collect();
                (format!("```rust\n{}\n```", lines.join("\n")), lines.join("\n"))
            }
            _ => (markdown, words),
        }
    });
    proptest::collection::vec(block, 1..8).prop_map(move |blocks| joined(blocks, "\n\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::with_cases(60) })]

    #[test]
    fn what_outlets_are_given_is_cut_without_tearing((markdown, words) in marked(), limit in 80usize..600, numbered: bool) {
        law::outlets(&markdown, &words, limit, numbered);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::with_cases(60) })]

    /// Of a text of many thousand letters only the beginning is looked at.
    #[test]
    fn what_is_long_is_shortened_by_the_same_law(text in texts(), end in texts(), limit in 1usize..900, rules in rules()) {
        law::shortening(&format!("{}{end}", format!("{text} ").repeat(9_000 / (text.len() + 1))), limit, &rules);
    }
}

/// More parts than one digit can number, and more than two: the room that is
/// kept for ` 10/12` is room enough.
#[test]
fn numbers_of_more_digits_fit_as_well() {
    for rules in
        law::all_rules().iter().filter(|rules| rules.limit.is_some_and(|limit| (12..400).contains(&limit)))
    {
        // Thousands of parts where they are short.
        let many = if rules.limit.is_some_and(|limit| limit < 50) { 3000 } else { 600 };
        for words in [30, 90, 300, many] {
            law::splitting(&"some words and more ".repeat(words), rules, true);
        }
    }
}
