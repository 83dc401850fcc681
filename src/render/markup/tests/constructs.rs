//! What each outlet makes of each construct, as `docs/markup.md` shows it.

use super::*;

/// What a person writes, in the order of the documentation.
const CONSTRUCTS: &[&str] = &[
    "**bold** *italic* ~~gone~~ `a_b`",
    "[words](https://a.example/?b=1&c=2)",
    "<https://a.example> and [part](#part)",
    "snake_case 1 < 2 & (so)!",
    "# Title\n\nText",
    "- one\n  1. two\n- [x] three",
    "> said\n> so",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```rust\nlet a_b;\n```",
    "one  \ntwo",
    "one\n\n---\n\ntwo",
    "note[^1]\n\n[^1]: this",
    "![alt](a.png) text",
    "<b>x</b><script>y</script>",
];

/// Text as code in a cell of a table; `⏎` is a new line.
fn cell(text: &str) -> String {
    let text = text.replace('\n', "⏎").replace('|', "\\|");
    let ticks = "`".repeat(1 + text.split(|c| c != '`').map(str::len).max().unwrap_or(0));
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

fn tables() -> String {
    let mut out = String::new();
    for markup in Markup::ALL {
        out.push_str(&format!("\n## {}\n\n| you write | it takes |\n| --- | --- |\n", markup.name()));
        for construct in CONSTRUCTS {
            let written = write(construct, *markup);
            let mut row = format!("| {} | {}", cell(construct), cell(&written.text));
            for facet in &written.facets {
                let inside = &written.text[facet.range.clone()];
                let (start, end) = (facet.range.start, facet.range.end);
                row.push_str(
                    &format!("; {start}–{end} {} {:?}", cell(inside), facet.kind).replace('|', "\\|"),
                );
            }
            for image in &written.images {
                row.push_str(&format!("; with it {} ({})", cell(&image.url), image.alt));
            }
            out.push_str(&row);
            out.push_str(" |\n");
        }
    }
    out
}

#[test]
fn the_documentation_shows_what_is_written() {
    let shown = include_str!("../../../../docs/markup.md");
    let tables = tables();
    let (_, after) = shown.split_once("<!-- tables -->\n").unwrap_or_default();
    assert!(after == tables, "docs/markup.md has to end with:\n<!-- tables -->\n{tables}");
}

#[test]
fn late_addresses_come_through_whole() {
    let token = crate::text::late::token("my_blog", true);
    let markdown = format!("# Read {token}\n\nHere: {token}. And [so]({token}), `{token}`");
    for markup in Markup::ALL {
        let written = write(&markdown, *markup);
        let found = crate::text::late::find(&written.text);
        let facets =
            written.facets.iter().filter(|facet| facet.kind == FacetKind::Link(token.clone())).count();
        // On a page a bare address is a link: where it leads, and its words.
        let page = [Markup::Matrix, Markup::WordPressHtml, Markup::WordPressBlocks, Markup::MailHtml];
        let wanted = if page.contains(markup) { 6 } else { 4 };
        assert_eq!(found.len() + facets, wanted, "{}: {}", markup.name(), written.text);
        let html = !matches!(
            markup,
            Markup::Plain
                | Markup::LittleText
                | Markup::Bluesky
                | Markup::TelegramMarkdown
                | Markup::TelegramEntities
                | Markup::Discord
                | Markup::Reddit
                | Markup::MailText
        );
        assert!(found.iter().all(|found| found.html == html), "{}: {}", markup.name(), written.text);
    }
}

#[test]
fn each_network_has_its_markup() {
    for (network, markup) in
        [("x", Markup::Plain), ("linkedin", Markup::Plain), ("slack", Markup::SlackMrkdwn)]
    {
        assert_eq!(Markup::of(network), markup);
    }
}

#[test]
fn pictures_go_with_the_text_where_they_stood() {
    let markdown = "One ![a](a.png).\n\n<p align=center><img src='b.png' alt='b &amp; c'></p>\n\nTwo\n\n![c](https://c.example/c.png \"C\")";
    let written = write(markdown, Markup::Discord);
    let images: Vec<(&str, &str, &str)> = written
        .images
        .iter()
        .map(|image| (image.url.as_str(), image.alt.as_str(), &written.text[image.at..]))
        .collect();
    assert_eq!(
        images,
        [("a.png", "a", "One.\n\nTwo"), ("b.png", "b & c", "\n\nTwo"), ("https://c.example/c.png", "c", "")]
    );
    let blocks: Vec<Value> = serde_json::from_str(&write(markdown, Markup::SlackBlocks).text).unwrap();
    assert_eq!(blocks[1]["image_url"], "https://c.example/c.png");
    assert_eq!(blocks[1]["title"]["text"], "C");
}
