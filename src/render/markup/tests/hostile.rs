//! Markdown that wants time or room.

use super::*;

#[test]
fn no_text_takes_more_than_its_length() {
    for text in [
        ">".repeat(40_000),
        "> ".repeat(40_000) + "a",
        "- ".repeat(20_000) + "a",
        "1. a\n   ".repeat(10_000),
        "[".repeat(40_000),
        "[a](".repeat(20_000),
        "*a ".repeat(30_000),
        "*a* ".repeat(30_000),
        "**a _b ~~c ".repeat(10_000),
        "![](".repeat(20_000),
        "`".repeat(40_000),
        "`a` ``b ".repeat(10_000),
        "<b>".repeat(30_000),
        "<b><i>".repeat(300),
        "<div>\n\n".repeat(10_000),
        "<a href='https://a.example'>".repeat(10_000),
        format!("<div>\n{}", "<a '".repeat(20_000)),
        format!("<div>\n{}", "<script>".repeat(20_000)),
        format!("<div>\n{}", "<!--".repeat(20_000)),
        "&amp;&#60;".repeat(20_000),
        "| a ".repeat(5_000) + "\n|" + &"-|".repeat(5_000) + &"\n| b".repeat(5_000),
        format!("| {} |\n|---|\n{}", "a".repeat(10_000), "| b\n".repeat(10_000)),
        format!("[^a]: {}", "b\n\n    ".repeat(10_000)),
        "a\n".repeat(60_000),
        "# a\n".repeat(10_000),
        "a ".repeat(60_000),
        "&".repeat(60_000),
        "**a** [b](https://c.example/d?e&f) ".repeat(5_000),
        format!("```\n{}", "a`\n".repeat(30_000)),
        "https://".repeat(20_000),
        "https://rung.invalid/a/plain ".repeat(5_000),
    ] {
        for markup in Markup::ALL {
            let start = std::time::Instant::now();
            let written = write(&text, *markup);
            // The factor is a nested item's room on the left, or a block's own frame.
            if start.elapsed().as_millis() > 300 { println!("SLOW {} {:.24} {} {:?}", markup.name(), text, text.len(), start.elapsed()); }
            let most = text.len() * 130 + 10_000;
            assert!(written.text.len() <= most, "{}: {:.20}: {}", markup.name(), text, written.text.len());
        }
    }
}
