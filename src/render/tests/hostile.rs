//! Markdown that wants time or room.

use crate::render::html::sanitised;
use crate::render::markdown::{mail_text, plain};
use std::time::Instant;

#[test]
fn hostile_markdown_takes_no_more_than_its_length() {
    let start = Instant::now();
    for text in [
        ">".repeat(50_000),
        "- ".repeat(20_000),
        "[".repeat(50_000),
        "*a ".repeat(30_000),
        "![](".repeat(20_000),
        "`".repeat(50_000),
        "<b>".repeat(30_000),
        "<div>\n\n".repeat(10_000),
        "| a ".repeat(20_000) + "\n|" + &"-|".repeat(20_000),
        "\u{0}\u{1b}[31m\u{202e}".repeat(1000),
        "a\n".repeat(100_000),
    ] {
        let longest = text.len() * 4 + 1000;
        assert!(plain(&text).len() <= longest && mail_text(&text).len() <= longest * 2);
        let html = sanitised(&text);
        assert!(!html.contains("<script"));
    }
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}
