//! Slack: mrkdwn, and blocks of it.
//!
//! mrkdwn has bold, italics, strike, code, quotations and links; headings are
//! bold lines. Marks count only between characters that are no letters, so one
//! within a word gets a space without width beside it (docs.slack.dev,
//! Formatting message text; Block Kit, 2026).

use super::encode::{Cursor, Markup, Place, encode_whole};
use super::facet::FacetKind;
use super::layout::{Layout, Section, SectionKind, layout};
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
use super::{Image, Written, escaped_late};
use crate::text::BREAK;
use crate::text::markup::slack;
use crate::text::markup::telegram::utf16_len;
use serde_json::{Value, json};
use std::cell::Cell;
use std::ops::Range;

/// What Slack takes of blocks (docs.slack.dev, Block Kit, 2026). Lengths are
/// counted in UTF-16 as written: which unit it is the documentation leaves
/// open, and this one never undercounts.
pub mod limits {
    /// Blocks of one message.
    pub const BLOCKS: usize = 50;
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
    let shown = |image: &Image| {
        ["https://", "http://"].iter().any(|scheme| image.url.starts_with(scheme))
            && utf16_len(&image.url) <= limits::IMAGE_URL
    };
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

/// `range` in mrkdwn, in as few pieces as a section can hold: cut between
/// blocks, else lines, else words.
fn pieces(layout: &Layout, range: &Range<usize>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut add = |text: String, gap: &str| match out.last_mut() {
        Some(last) if utf16_len(last) + gap.len() + utf16_len(&text) <= limits::SECTION => {
            last.push_str(gap);
            last.push_str(&text);
        }
        _ => out.push(text),
    };
    let first = layout.sections.partition_point(|section| section.range.start < range.start);
    let sections = layout.sections.iter().skip(first).take_while(|section| section.range.end <= range.end);
    let start = layout.marks.partition_point(|marked| marked.range.start < range.start);
    let mut cursor = Cursor::at(layout, start);
    for Section { range, .. } in sections {
        let mut ahead = cursor.clone();
        let text = escaped_late(ahead.encode(range, &Mrkdwn::default()));
        if text.trim().is_empty() || text.trim() == BREAK {
            continue;
        }
        let gap = match layout.text.get(..range.start) {
            Some(before) if before.ends_with("\n\n") => "\n\n",
            _ => "\n",
        };
        if utf16_len(&text) <= limits::SECTION {
            add(text, gap);
            cursor = ahead;
        } else {
            lines(layout, range, &mut cursor).into_iter().for_each(|text| add(text, gap));
        }
    }
    out
}

/// Room for what opens and closes code again, in each piece.
const FENCES: usize = 8;

/// A block that no section holds, in pieces of lines. Code stays code in each.
fn lines(layout: &Layout, range: &Range<usize>, cursor: &mut Cursor<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let mut piece = String::new();
    let mut used = 0;
    let mut code = false;
    let mut at = range.start;
    for line in layout.text.get(range.clone()).unwrap_or("").split('\n') {
        let range = at..at + line.len();
        at = range.end + 1;
        let fence = line.trim_start_matches(['>', ' ']).starts_with("```");
        for text in words(layout, &range, cursor) {
            let units = utf16_len(&text) + 1;
            if used > 0 && used + units + FENCES > limits::SECTION {
                if code {
                    piece.push_str("\n```");
                }
                out.push(std::mem::take(&mut piece));
                used = 0;
                // What closes it next is not opened again for that.
                if code && !fence {
                    piece.push_str("```");
                    used = 4;
                }
                if code && fence {
                    continue;
                }
            }
            if used > 0 {
                piece.push('\n');
            }
            piece.push_str(&text);
            used += units;
        }
        code ^= fence;
    }
    if !piece.is_empty() {
        out.push(piece);
    }
    out
}

/// A line, in pieces that a section holds.
fn words(layout: &Layout, range: &Range<usize>, cursor: &mut Cursor<'_>) -> Vec<String> {
    let most = limits::SECTION - 2 * FENCES;
    let mut ahead = cursor.clone();
    let whole = escaped_late(ahead.encode(range, &Mrkdwn::default()));
    if utf16_len(&whole) <= most {
        *cursor = ahead;
        return vec![whole];
    }
    let text = &layout.text;
    let mut out = Vec::new();
    let mut at = range.start;
    // A character is at most five as an entity; marks need the rest.
    let mut room = 500;
    while at < range.end {
        let mut end = (at + room).min(range.end);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if end < range.end
            && let Some(space) =
                text.get(at..end).and_then(|words| words.rfind(' ')).filter(|space| *space > 0)
        {
            end = at + space + 1;
        }
        if end <= at {
            end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        }
        let mut ahead = cursor.clone();
        let piece = escaped_late(ahead.encode(&(at..end), &Mrkdwn::default()));
        // A single character with its marks always fits: addresses are bounded.
        if utf16_len(&piece) > most && room > 4 {
            room /= 2;
            continue;
        }
        *cursor = ahead;
        room = 500;
        at = end;
        out.push(piece.trim().to_owned());
    }
    out
}

/// Remembers that a mark has just ended: a letter behind it would undo it.
#[derive(Default)]
struct Mrkdwn {
    ended: Cell<bool>,
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
        out.push_str(&slack::escape(text));
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
                out.push('<');
                out.push_str(&slack::escape_url(url));
                out.push('|');
            }
            kind => {
                if out.ends_with(char::is_alphanumeric) {
                    out.push('\u{200b}');
                }
                out.push_str(mark(kind, place));
            }
        }
    }

    fn close(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(_) => out.push('>'),
            kind => {
                out.push_str(mark(kind, place));
                self.ended.set(true);
            }
        }
    }
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
