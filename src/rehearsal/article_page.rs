//! Articles in Markdown as a simulated site keeps and shows them: their words, their
//! pictures, what is left of them.

use super::timeline::LiveMedia;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// What is in `markdown`, and where.
pub(super) fn events(markdown: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter()
}

/// The pictures of a text: where each stands, leads to, and its words.
pub(super) fn pictures(markdown: &str) -> Vec<(Range<usize>, String, String)> {
    let mut all: Vec<(Range<usize>, String, String)> = Vec::new();
    let mut inside = false;
    for (event, range) in events(markdown) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                inside = true;
                all.push((range, dest_url.to_string(), String::new()));
            }
            Event::End(TagEnd::Image) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                if let Some(last) = all.last_mut() {
                    last.2.push_str(&text);
                }
            }
            _ => {}
        }
    }
    all
}

/// `markdown` with the pictures that are left in it, and with their words as they are now.
pub(super) fn with_pictures<'a>(markdown: &str, mut left: impl Iterator<Item = &'a LiveMedia>) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (range, address, alt) in pictures(markdown) {
        out.push_str(&markdown[from..range.start]);
        match left.next() {
            Some(media) if media.alt == alt => out.push_str(&markdown[range.clone()]),
            Some(media) => out.push_str(&format!("![{}]({address})", media.alt)),
            None => {}
        }
        from = range.end;
    }
    out + &markdown[from..]
}

/// The first characters of a text, without what a mark at its end holds.
pub(super) fn cut(markdown: &str, characters: usize) -> String {
    let (words, mark) = match markdown.rfind("<!--") {
        Some(at) => markdown.split_at(at),
        None => (markdown, ""),
    };
    let kept: String = words.chars().take(characters).collect();
    format!("{kept}\n\n{mark}")
}

/// The words that readers see, a line for each block.
pub(super) fn words(markdown: &str) -> String {
    let mut out = String::new();
    let mut hidden = false;
    for (event, _) in events(markdown) {
        match event {
            Event::Start(Tag::Image { .. }) => hidden = true,
            Event::End(TagEnd::Image) => hidden = false,
            Event::Text(text) | Event::Code(text) if !hidden => out.push_str(&text),
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push('\n'),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => out.push('\n'),
            Event::End(TagEnd::TableCell) => out.push(' '),
            _ => {}
        }
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
