//! Reddit's Markdown, as both of its sites and its apps read it.
//!
//! Tables are there; code is moved in, since the old site knows no fences;
//! what stands below an item is moved in by four; a line cannot be broken
//! without blanks at its end, so it becomes a paragraph.

use super::Written;
use super::encode::encode_whole;
use super::layout::layout;
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
use super::marks::Marks;
use crate::text::markup::reddit;

const MANNER: Manner = Manner {
    bullet: "- ",
    indent: Some(4),
    quote: Quote::Prefix("> "),
    heading: Heading::Hashes(6),
    links: Links::Marked(&["https://", "http://", "mailto:"]),
    tables: Tables::Markdown,
    code: CodeBlocks::Indented,
    rule: "---",
    styles: true,
    line_breaks: false,
    ..PLAIN
};

const MARKS: Marks = Marks { push: reddit::push, links_addresses: true, ticks_match: false };

pub(super) fn write(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = encode_whole(&mut layout, &MARKS);
    Written { text, images: layout.images, ..Written::default() }
}
