//! Markdown that wants time or room.

use super::*;

/// A build for tests is slow.
const SMALLER: usize = if cfg!(debug_assertions) { 4 } else { 1 };

#[test]
fn no_text_takes_more_than_its_length() {
    for text in [
        ">".repeat(4_000 / SMALLER),
        "> ".repeat(4_000 / SMALLER) + "a",
        "- ".repeat(2_000 / SMALLER) + "a",
        "1. a\n   ".repeat(1_000 / SMALLER),
        "[".repeat(4_000 / SMALLER),
        "[a](".repeat(2_000 / SMALLER),
        "*a ".repeat(3_000 / SMALLER),
        "*a* ".repeat(3_000 / SMALLER),
        "**a _b ~~c ".repeat(1_000 / SMALLER),
        "![](".repeat(2_000 / SMALLER),
        "`".repeat(4_000 / SMALLER),
        "`a` ``b ".repeat(1_000 / SMALLER),
        "<b>".repeat(3_000 / SMALLER),
        "<b><i>".repeat(300 / SMALLER),
        "<div>\n\n".repeat(1_000 / SMALLER),
        "<a href='https://a.example'>".repeat(1_000 / SMALLER),
        format!("<div>\n{}", "<a '".repeat(2_000 / SMALLER)),
        format!("<div>\n{}", "<script>".repeat(2_000 / SMALLER)),
        format!("<div>\n{}", "<!--".repeat(2_000 / SMALLER)),
        "&amp;&#60;".repeat(2_000 / SMALLER),
        "| a ".repeat(100 / SMALLER) + "\n|" + &"-|".repeat(100 / SMALLER) + &"\n| b".repeat(100 / SMALLER),
        format!("| {} |\n|---|\n{}", "a".repeat(1_000 / SMALLER), "| b\n".repeat(1_000 / SMALLER)),
        format!("[^a]: {}", "b\n\n    ".repeat(1_000 / SMALLER)),
        "a\n".repeat(6_000 / SMALLER),
        "# a\n".repeat(1_000 / SMALLER),
        "a ".repeat(6_000 / SMALLER),
        "&".repeat(6_000 / SMALLER),
        "**a** [b](https://c.example/d?e&f) ".repeat(600 / SMALLER),
        format!("```\n{}", "a`\n".repeat(3_000 / SMALLER)),
        "https://".repeat(2_000 / SMALLER),
        "https://rung.invalid/a/plain ".repeat(600 / SMALLER),
    ] {
        for markup in Markup::ALL {
            let written = write(&text, *markup);
            // The factor is a nested item's room on the left, or a block's own frame.
            let most = text.len() * 130 + 10_000;
            assert!(written.text.len() <= most, "{}: {:.20}: {}", markup.name(), text, written.text.len());
        }
    }
}
