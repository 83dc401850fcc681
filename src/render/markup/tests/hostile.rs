//! Markdown that wants time or room.

use super::*;

#[test]
fn no_text_takes_more_than_its_length() {
    for text in [
        ">".repeat(4_000),
        "> ".repeat(4_000) + "a",
        "- ".repeat(2_000) + "a",
        "1. a\n   ".repeat(1_000),
        "[".repeat(4_000),
        "[a](".repeat(2_000),
        "*a ".repeat(3_000),
        "*a* ".repeat(3_000),
        "**a _b ~~c ".repeat(1_000),
        "![](".repeat(2_000),
        "`".repeat(4_000),
        "`a` ``b ".repeat(1_000),
        "<b>".repeat(3_000),
        "<b><i>".repeat(300),
        "<div>\n\n".repeat(1_000),
        "<a href='https://a.example'>".repeat(1_000),
        format!("<div>\n{}", "<a '".repeat(2_000)),
        format!("<div>\n{}", "<script>".repeat(2_000)),
        format!("<div>\n{}", "<!--".repeat(2_000)),
        "&amp;&#60;".repeat(2_000),
        "| a ".repeat(100) + "\n|" + &"-|".repeat(100) + &"\n| b".repeat(100),
        format!("| {} |\n|---|\n{}", "a".repeat(1_000), "| b\n".repeat(1_000)),
        format!("[^a]: {}", "b\n\n    ".repeat(1_000)),
        "a\n".repeat(6_000),
        "# a\n".repeat(1_000),
        "a ".repeat(6_000),
        "&".repeat(6_000),
        "**a** [b](https://c.example/d?e&f) ".repeat(600),
        format!("```\n{}", "a`\n".repeat(3_000)),
        "https://".repeat(2_000),
        "https://rung.invalid/a/plain ".repeat(600),
    ] {
        for markup in Markup::ALL {
            let written = write(&text, *markup);
            // The factor is a nested item's room on the left, or a block's own frame.
            let most = text.len() * 130 + 10_000;
            assert!(written.text.len() <= most, "{}: {:.20}: {}", markup.name(), text, written.text.len());
        }
    }
}
