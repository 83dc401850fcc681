//! Slack: mrkdwn, and blocks of it.
//!
//! mrkdwn has bold, italics, strike, code, quotations and links; headings are
//! bold lines. Marks count only between characters that are no letters, so one
//! within a word gets a space without width beside it (docs.slack.dev,
//! Formatting message text; Block Kit, 2026).

use super::encode::{Cursor, Markup, Place, encode_whole};
use super::facet::{FacetKind, Mark};
use super::layout::{Layout, Section, SectionKind, layout};
use super::manner::{CodeBlocks, Gaps, Heading, Links, Manner, PLAIN, Quote, Tables};
use super::{Image, Written, escaped_late};
use crate::text::markup::slack;
use crate::text::markup::telegram::utf16_len;
use crate::text::{BREAK, Dialect, EntityKind, Rules, Unit, entities, late, network, split};
use serde_json::{Value, json};
use std::cell::Cell;
use std::ops::Range;

/// What Slack takes of blocks (docs.slack.dev, Block Kit, 2026). Lengths are
/// counted in UTF-16 as written: which unit it is the documentation leaves
/// open, and this one never undercounts.
pub mod limits {
    /// Blocks of one message.
    pub const BLOCKS: usize = 50;
    /// Characters of all blocks of one message. Not documented: some 13,200
    /// were refused (`msg_blocks_too_long`, bolt-js issue 2509, unverified).
    pub const ALL_BLOCKS: usize = 12_000;
    /// Characters of `text` that Slack recommends (chat.postMessage); 40,000
    /// are cut off.
    pub const TEXT: usize = 4000;
    /// Characters of a section's text.
    pub const SECTION: usize = 3000;
    /// Characters of a header.
    pub const HEADER: usize = 150;
    /// Characters of an image's alternative text and of its title.
    pub const ALT: usize = 2000;
    /// Characters of an address of a picture.
    pub const IMAGE_URL: usize = 3000;
}

const MANNER: Manner = Manner {
    bullet: "- ",
    quote: Quote::Prefix("> "),
    heading: Heading::Bold,
    links: Links::Marked(&["https://", "http://", "mailto:"]),
    tables: Tables::Aligned,
    code: CodeBlocks::Fenced { language: false },
    rule: "———",
    styles: true,
    gaps: Gaps::Blank,
    ..PLAIN
};

pub(super) fn mrkdwn(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = escaped_late(encode_whole(&mut layout, &Mrkdwn::default()));
    Written { text, images: layout.images, ..Written::default() }
}

pub(super) fn blocks(markdown: &str) -> Written {
    // One message breaks nowhere.
    let mut layout = layout(markdown, &Manner { keeps_breaks: false, ..MANNER });
    let mut blocks: Vec<Value> = with_kinds(&layout, &shown).into_iter().flatten().collect();
    let crowded = blocks.len() > limits::BLOCKS;
    if crowded {
        // Too many small ones: as few as hold the text, and the pictures beside it.
        blocks = sections(&layout, &(0..layout.text.len()));
    }
    let fallback = escaped_late(encode_whole(&mut layout, &Mrkdwn::default()));
    let mut images = layout.images;
    images.retain(|image| crowded || !shown(image));
    Written {
        text: escaped_late(Value::Array(blocks).to_string()),
        fallback: Some(fallback),
        facets: Vec::new(),
        images,
    }
}

/// `markdown` as blocks in as few messages as hold it: none has more blocks, or
/// more words in all of them, than Slack takes ([`limits`]). A thread's break
/// ends a message. Pictures that Slack cannot fetch go with the first one.
pub fn messages(markdown: &str) -> Vec<Written> {
    let layout = layout(markdown, &MANNER);
    let mut messages: Vec<(Vec<Value>, usize)> = Vec::new();
    let mut apart = true;
    for block in with_kinds(&layout, &shown) {
        let Some(block) = block else {
            apart = true;
            continue;
        };
        let size = utf16_len(&words_of(&block));
        match messages.last_mut().filter(|_| !apart) {
            Some((blocks, used)) if blocks.len() < limits::BLOCKS && *used + size <= limits::ALL_BLOCKS => {
                blocks.push(block);
                *used += size;
            }
            _ => messages.push((vec![block], size)),
        }
        apart = false;
    }
    let mut written: Vec<Written> = messages
        .into_iter()
        .map(|(blocks, _)| Written {
            fallback: Some(blocks.iter().map(words_of).collect::<Vec<_>>().join("\n\n")),
            text: escaped_late(Value::Array(blocks).to_string()),
            ..Written::default()
        })
        .collect();
    let mut files = layout.images;
    files.retain(|image| !shown(image));
    // Where the blocks went, their places are known no more.
    files.iter_mut().for_each(|image| image.at = 0);
    match written.first_mut() {
        Some(first) => first.images = files,
        None if files.is_empty() => {}
        None => written.push(Written { images: files, text: "[]".to_owned(), ..Written::default() }),
    }
    written
}

/// What readers get of a block where blocks are not shown.
fn words_of(block: &Value) -> String {
    let text = |value: &Value| value["text"].as_str().unwrap_or_default().to_owned();
    match block["type"].as_str() {
        Some("header") => format!("*{}*", slack::escape(&text(&block["text"]))),
        Some("section") => text(&block["text"]),
        Some("context") => text(&block["elements"][0]),
        Some("image") => slack::escape(block["alt_text"].as_str().unwrap_or_default()),
        _ => MANNER.rule.to_owned(),
    }
}

/// Whether Slack can fetch the picture itself.
fn shown(image: &Image) -> bool {
    ["https://", "http://"].iter().any(|scheme| image.url.starts_with(scheme))
        && utf16_len(&image.url) <= limits::IMAGE_URL
}

/// A block for each heading, line, footnote and picture, and sections of what
/// stands between them; `None` for the mark at which a thread breaks.
fn with_kinds(layout: &Layout, shown: &dyn Fn(&Image) -> bool) -> Vec<Option<Value>> {
    let mut out: Vec<Option<Value>> = Vec::new();
    let mut text: Option<Range<usize>> = None;
    let mut images = layout.images.iter().filter(|image| shown(image)).peekable();
    for section in &layout.sections {
        let Section { kind, range } = section;
        while let Some(image) = images.next_if(|image| image.at < range.start) {
            end_text(layout, &mut text, &mut out);
            out.push(Some(picture(image)));
        }
        let own: Option<Vec<Option<Value>>> = match kind {
            SectionKind::Text => is_break(layout, range).then(|| vec![None]),
            SectionKind::Heading => header(layout, range).map(|block| vec![Some(block)]),
            SectionKind::Rule => Some(vec![Some(json!({ "type": "divider" }))]),
            SectionKind::Footnote => Some(
                pieces(layout, range)
                    .into_iter()
                    .map(|text| {
                        Some(json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": text }] }))
                    })
                    .collect(),
            ),
        };
        match own {
            Some(own) => {
                end_text(layout, &mut text, &mut out);
                out.extend(own);
            }
            None => text = Some(text.map_or(range.start, |text| text.start)..range.end),
        }
    }
    for image in images {
        end_text(layout, &mut text, &mut out);
        out.push(Some(picture(image)));
    }
    end_text(layout, &mut text, &mut out);
    out
}

fn end_text(layout: &Layout, text: &mut Option<Range<usize>>, out: &mut Vec<Option<Value>>) {
    if let Some(range) = text.take() {
        out.extend(sections(layout, &range).into_iter().map(Some));
    }
}

/// Whether `range` is the mark at which a thread breaks, and none of the author's words.
fn is_break(layout: &Layout, range: &Range<usize>) -> bool {
    let first = layout.marks.partition_point(|marked| marked.range.start < range.start);
    let mut marks = layout.marks.iter().skip(first).take_while(|marked| marked.range.start == range.start);
    layout.text.get(range.clone()).is_some_and(|text| text.trim() == BREAK)
        && marks.any(|marked| marked.mark == Mark::Structure && marked.range.len() == BREAK.len())
}

/// Headers are plain: one with a link or too long is a bold line of a section.
fn header(layout: &Layout, range: &Range<usize>) -> Option<Value> {
    let text = layout.text.get(range.clone())?;
    let first = layout.marks.partition_point(|marked| marked.range.start < range.start);
    let mut marks = layout.marks.iter().skip(first).take_while(|marked| marked.range.start < range.end);
    let plain = marks.all(|marked| {
        marked
            .facet()
            .is_none_or(|facet| facet.kind == FacetKind::Strong || facet.kind == FacetKind::Emphasis)
    });
    let short = utf16_len(text) <= limits::HEADER && !text.contains('\n');
    (plain && short).then(|| json!({ "type": "header", "text": { "type": "plain_text", "text": text } }))
}

fn picture(image: &Image) -> Value {
    let alt = if image.alt.is_empty() { &image.title } else { &image.alt };
    let mut block = json!({ "type": "image", "image_url": image.url, "alt_text": cut(alt, limits::ALT) });
    if !image.title.is_empty()
        && let Some(block) = block.as_object_mut()
    {
        block.insert(
            "title".to_owned(),
            json!({ "type": "plain_text", "text": cut(&image.title, limits::ALT) }),
        );
    }
    block
}

/// As much of `text` as has `most` UTF-16 units.
fn cut(text: &str, most: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    text.get(..end.map_or(text.len(), |(at, _)| at)).unwrap_or("")
}

fn sections(layout: &Layout, range: &Range<usize>) -> Vec<Value> {
    pieces(layout, range)
        .into_iter()
        .map(|text| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }))
        .collect()
}

/// `range`, which no mark reaches into, in mrkdwn, in as few pieces as a section
/// can hold.
fn pieces(layout: &Layout, range: &Range<usize>) -> Vec<String> {
    let first = layout.marks.partition_point(|marked| marked.range.start < range.start);
    let text = escaped_late(Cursor::at(layout, first).encode(range, &Mrkdwn::default()));
    let rules = Rules { limit: Some(limits::SECTION), unit: Unit::Utf16, ..network::SLACK };
    let mut pieces = split(&text, &rules, URL_RESERVE);
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

/// Kept for an address that is not known yet: as much as one in a text has
/// where nobody says otherwise.
const URL_RESERVE: usize = 80;

/// Remembers that a mark has just ended: a letter behind it would undo it.
#[derive(Default)]
struct Mrkdwn {
    ended: Cell<bool>,
    /// How many marks are open that show as characters.
    marked: Cell<usize>,
    /// Whether the words of a link are being written.
    linked: Cell<bool>,
}

impl Mrkdwn {
    fn keep_apart(&self, out: &mut String, next: &str) {
        if self.ended.replace(false) && next.starts_with(char::is_alphanumeric) {
            out.push('\u{200b}');
        }
    }
}

impl Markup for Mrkdwn {
    fn text(&self, out: &mut String, text: &str, _: bool) {
        self.keep_apart(out, text);
        let mut from = 0;
        if self.marked.get() > 0 && !self.linked.get() {
            for address in at_edges(text) {
                out.push_str(&slack::escape(text.get(from..address.start).unwrap_or("")));
                let url = text.get(address.clone()).unwrap_or("");
                out.push_str(&format!("<{}>", slack::escape_url(url)));
                from = address.end;
            }
        }
        out.push_str(&slack::escape(text.get(from..).unwrap_or("")));
    }

    fn code(&self, out: &mut String, text: &str) {
        out.push_str(&slack::escape(text));
    }

    fn structure(&self, out: &mut String, text: &str) {
        self.ended.set(false);
        out.push_str(text);
    }

    fn open(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        self.ended.set(false);
        match kind {
            FacetKind::Link(url) => {
                self.linked.set(true);
                out.push('<');
                out.push_str(&slack::escape_url(url));
                out.push('|');
            }
            kind => {
                if out.ends_with(char::is_alphanumeric) {
                    out.push('\u{200b}');
                }
                let mark = mark(kind, place);
                self.marked.set(self.marked.get() + usize::from(!mark.is_empty()));
                out.push_str(mark);
            }
        }
    }

    fn close(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(_) => {
                self.linked.set(false);
                out.push('>');
            }
            kind => {
                let mark = mark(kind, place);
                self.marked.set(self.marked.get().saturating_sub(usize::from(!mark.is_empty())));
                out.push_str(mark);
                self.ended.set(true);
            }
        }
    }
}

/// The addresses in `text` that touch its beginning or its end: a mark beside
/// one would be read as a part of it.
fn at_edges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let found = if text.contains("://") { entities(text, Dialect::Plain) } else { Vec::new() };
    let first = text.find(char::is_whitespace).unwrap_or(text.len());
    let last = text.rfind(char::is_whitespace).unwrap_or(0);
    let web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let edge = move |own: &Range<usize>| {
        // One that is not known yet is put in later, as it is.
        let whole = text.get(own.clone()).is_some_and(|url| web(url) && !url.contains(late::PREFIX));
        whole && (own.start <= first || last < own.end)
    };
    found.into_iter().filter(|entity| entity.kind == EntityKind::Link).map(|entity| entity.range).filter(edge)
}

fn mark(kind: &FacetKind, place: &Place<'_>) -> &'static str {
    match kind {
        FacetKind::Strong => "*",
        FacetKind::Emphasis => "_",
        FacetKind::Strike => "~",
        // Nothing holds a backtick there.
        FacetKind::Code if place.inside.contains('`') => "",
        FacetKind::Code => "`",
        FacetKind::Block(_) | FacetKind::Quote | FacetKind::Link(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(message: &Written) -> Vec<String> {
        let blocks: Vec<Value> = serde_json::from_str(&message.text).unwrap();
        blocks.iter().map(words_of).collect()
    }

    #[test]
    fn a_message_has_no_more_blocks_and_words_than_slack_takes() {
        let words = "**One** of [many](https://a.example/?a=1&b=2) words, `code` & more. ".repeat(90);
        let code = "let a = \"<b>\"; // and so on\n".repeat(200);
        let parts = "## Head\n\nText\n\n---\n\n".repeat(60);
        let text = format!("{words}\n\n```rust\n{code}```\n\n> {words}\n\n{parts}![end](e.png)\n");
        let messages = messages(&text);
        assert!(messages.len() > 2);
        for message in &messages {
            let texts = texts(message);
            assert!(!texts.is_empty() && texts.len() <= limits::BLOCKS);
            assert!(texts.iter().all(|text| utf16_len(text) <= limits::SECTION));
            assert!(texts.iter().map(|text| utf16_len(text)).sum::<usize>() <= limits::ALL_BLOCKS);
            assert!(texts.iter().all(|text| text.matches("```").count() % 2 == 0), "{texts:?}");
            assert!(!message.fallback.as_deref().unwrap().is_empty());
        }
        assert_eq!(messages[0].images.len(), 1);
    }

    #[test]
    fn a_break_ends_a_message() {
        let text = "one\n\n<!-- break -->\n\ntwo `<!-- break -->`\n\n\\<!-- break -->\n\n> three\n>\n> <!-- break -->\n>\n> four\n\n<!-- break -->";
        let made: Vec<Vec<String>> = messages(text).iter().map(texts).collect();
        let shown = "two `&lt;!-- break --&gt;`\n\n&lt;!-- break --&gt;\n\n> three";
        assert_eq!(made, [vec!["one"], vec![shown], vec!["> four"]]);
        // In one message it is nothing.
        let one = blocks(text);
        assert_eq!(texts(&one), [format!("one\n\n{shown}\n\n> four")]);
        assert!(!one.fallback.unwrap().contains("<!--"));
    }

    #[test]
    fn a_long_line_gets_no_line_ends_that_nobody_wrote() {
        for message in messages(&"word ".repeat(4000)) {
            for text in texts(&message) {
                assert!(!text.contains('\n') && text.len() > 900, "{text}");
            }
        }
    }
}
