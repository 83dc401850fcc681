//! Markdown that wants time or room.

use crate::render::html::sanitised;
use crate::render::markdown::{mail_text, plain};

/// A build for tests is slow.
const SMALLER: usize = if cfg!(debug_assertions) { 4 } else { 1 };

#[test]
fn hostile_markdown_takes_no_more_than_its_length() {
    for text in [
        ">".repeat(50_000 / SMALLER),
        "- ".repeat(20_000 / SMALLER),
        "[".repeat(50_000 / SMALLER),
        "*a ".repeat(30_000 / SMALLER),
        "![](".repeat(20_000 / SMALLER),
        "`".repeat(50_000 / SMALLER),
        "<b>".repeat(30_000 / SMALLER),
        "<div>\n\n".repeat(10_000 / SMALLER),
        "| a ".repeat(20_000 / SMALLER) + "\n|" + &"-|".repeat(20_000 / SMALLER),
        "\u{0}\u{1b}[31m\u{202e}".repeat(1000 / SMALLER),
        "a\n".repeat(100_000 / SMALLER),
    ] {
        let longest = text.len() * 4 + 1000;
        assert!(plain(&text).len() <= longest && mail_text(&text).len() <= longest * 2);
        let html = sanitised(&text);
        assert!(!html.contains("<script"));
    }
}
