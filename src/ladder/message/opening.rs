//! How a Markdown text begins: its first heading, its first paragraph.

use crate::source::{Span, Spanned};
use crate::text::markdown;
use pulldown_cmark::{Event, HeadingLevel, Options, Tag, TagEnd};
use std::ops::Range;

/// The heading of the first level that a text begins with, as plain text, and
/// the byte behind it.
pub fn heading(body: &Spanned<String>) -> Option<(Spanned<String>, usize)> {
    let mut events = markdown::events(&body.value, options());
    let (Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }), range) = events.next()? else {
        return None;
    };
    let text = plain(events.map(|(event, _)| event), |event| matches!(event, Event::End(TagEnd::Heading(_))));
    (!text.is_empty()).then(|| (place(body, &range, text), range.end))
}

/// The first paragraph that says something, as plain text: not a heading, a
/// list, a quotation, an image alone or HTML.
pub fn paragraph(body: &Spanned<String>) -> Option<Spanned<String>> {
    let mut depth = 0usize;
    let mut events = markdown::events(&body.value, options());
    while let Some((event, range)) = events.next() {
        match event {
            Event::Start(Tag::Paragraph) if depth == 0 => {
                let inner = events.by_ref().map(|(event, _)| event);
                let text = plain(inner, |event| matches!(event, Event::End(TagEnd::Paragraph)));
                if !text.is_empty() {
                    return Some(place(body, &range, text));
                }
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH
}

fn place(body: &Spanned<String>, range: &Range<usize>, text: String) -> Spanned<String> {
    let written = body.value.get(range.clone()).unwrap_or("").trim_end();
    let start = body.span.start + range.start;
    Spanned::new(text, Span::new(body.span.source, start, start + written.len()))
}

/// The words up to the end, with single spaces; what images are called is not among them.
fn plain<'e>(events: impl Iterator<Item = Event<'e>>, ends: impl Fn(&Event<'_>) -> bool) -> String {
    let mut text = String::new();
    let mut images = 0usize;
    for event in events {
        if ends(&event) {
            break;
        }
        match event {
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images = images.saturating_sub(1),
            Event::Text(words) | Event::Code(words) if images == 0 => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn body(text: &str) -> Spanned<String> {
        let mut sources = Sources::new();
        let id = sources.add("a.md", text);
        Spanned::new(text.to_owned(), sources.whole(id))
    }

    #[test]
    fn the_first_paragraph_is_plain_and_says_something() {
        let first = |text: &str| paragraph(&body(text)).map(|p| p.value).unwrap_or_default();
        assert_eq!(first("# Head\n\nOne *two* [three](x)\n`four`.\n\nFive"), "One two three four.");
        assert_eq!(first("![alt text](a.png)\n\n<p>html</p>\n\n> quote\n\n- item\n\nText"), "Text");
        assert_eq!(first("| a |\n|---|\n| b |\n\nAfter[^1].\n\n[^1]: note"), "After.");
        assert_eq!(
            first("See https://a.example/_x_/__y__.html *now*"),
            "See https://a.example/_x_/__y__.html now"
        );
        assert_eq!(first("```\ncode\n```\n"), "");
        assert_eq!(first(""), "");
    }

    #[test]
    fn a_heading_of_the_first_level_opens_a_text() {
        let (title, end) = heading(&body("\n# A *b* `c`\n\nText")).unwrap();
        assert_eq!((title.value.as_str(), end), ("A b c", 13));
        assert_eq!(heading(&body("Title\n=====\nText")).unwrap().0.value, "Title");
        assert!(heading(&body("## Second")).is_none());
        assert!(heading(&body("Text\n\n# Later")).is_none());
        assert!(heading(&body("#\n")).is_none());
    }
}
