//! Slack: mrkdwn, and blocks of it.
//!
//! mrkdwn has bold, italics, strike, code, quotations and links; headings are
//! bold lines. Marks count only between characters that are no letters, so one
//! within a word gets a space without width beside it (docs.slack.dev,
//! Formatting message text; Block Kit, 2026).

use super::encode::{Markup, Place, encode_whole};
use super::facet::FacetKind;
use super::layout::{Layout, Section, SectionKind, layout};
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
use super::split::Split;
use super::{Image, Written, escaped_late};
use crate::text::markup::slack;
use crate::text::markup::telegram::utf16_len;
use crate::text::{Dialect, EntityKind, entities, late};
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
    ..PLAIN
};

pub(super) fn mrkdwn(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = escaped_late(encode_whole(&mut layout, &Mrkdwn::default()));
    Written { text, images: layout.images, ..Written::default() }
}

pub(super) fn blocks(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let mut blocks = with_kinds(&layout, &shown);
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

/// mrkdwn in messages of at most `most`.
pub(super) fn mrkdwn_messages(markdown: &str, most: usize) -> Vec<Written> {
    let layout = layout(markdown, &MANNER);
    let pieces = mrkdwn_split(most, true).pieces(&layout, &(0..layout.text.len()));
    super::messages::written(pieces, layout.images, |piece| Written {
        text: piece.text,
        ..Written::default()
    })
}

/// Blocks in messages of at most `most`, and of no more blocks than one takes.
pub(super) fn block_messages(markdown: &str, most: usize) -> Vec<Written> {
    let layout = layout(markdown, &MANNER);
    let mut messages: Vec<(Vec<Value>, usize)> = Vec::new();
    for block in with_kinds(&layout, &shown) {
        let size = utf16_len(&words_of(&block));
        match messages.last_mut() {
            Some((blocks, used)) if blocks.len() < limits::BLOCKS && *used + size <= most => {
                blocks.push(block);
                *used += size;
            }
            _ => messages.push((vec![block], size)),
        }
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
    // Where the blocks went, their places are known no more: they go with the first.
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
/// stands between them.
fn with_kinds(layout: &Layout, shown: &dyn Fn(&Image) -> bool) -> Vec<Value> {
    let mut out = Vec::new();
    let mut text: Option<Range<usize>> = None;
    let mut images = layout.images.iter().filter(|image| shown(image)).peekable();
    for Section { kind, range } in &layout.sections {
        while let Some(image) = images.next_if(|image| image.at < range.start) {
            end_text(layout, &mut text, &mut out);
            out.push(picture(image));
        }
        let own = match kind {
            SectionKind::Text => None,
            SectionKind::Heading => header(layout, range).map(|block| vec![block]),
            SectionKind::Rule => Some(vec![json!({ "type": "divider" })]),
            SectionKind::Footnote => Some(
                pieces(layout, range)
                    .into_iter()
                    .map(
                        |text| json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": text }] }),
                    )
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
        out.push(picture(image));
    }
    end_text(layout, &mut text, &mut out);
    out
}

fn end_text(layout: &Layout, text: &mut Option<Range<usize>>, out: &mut Vec<Value>) {
    if let Some(range) = text.take() {
        out.extend(sections(layout, &range));
    }
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

/// `range` in mrkdwn, in as few pieces as a section can hold.
fn pieces(layout: &Layout, range: &Range<usize>) -> Vec<String> {
    let pieces = mrkdwn_split(limits::SECTION, false).pieces(layout, range);
    pieces.into_iter().map(|piece| piece.text).collect()
}

/// How mrkdwn is cut. Lengths are those of what is sent.
fn mrkdwn_split(most: usize, at_breaks: bool) -> Split<'static> {
    Split {
        most,
        measure: |written, _| utf16_len(written),
        markup: &|| Box::new(Mrkdwn::default()),
        finish: escaped_late,
        at_breaks,
    }
}

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
