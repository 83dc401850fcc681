//! Discord's Markdown.
//!
//! Headings go to `###`; there are no tables, no lines across and no pictures
//! in a text (Discord, Message formatting, 2026-08-06). Only `http` and
//! `https` lead anywhere behind words, and words that are an address
//! themselves must be the very address: else Discord shows all of it as text.
//! Its code ends at as many backticks as it began with, and three begin a
//! block in a line too. A `>` begins a quotation only with a space behind it
//! (unverified: as its own app reads it), and blanks at the end of a line are
//! easily lost, so a character without width follows.

use super::Written;
use super::encode::encode_whole;
use super::layout::layout;
use super::manner::{CodeBlocks, Gaps, Heading, Links, Manner, PLAIN, Quote, Tables};
use super::marks::Marks;
use crate::text::markup::discord;

const MANNER: Manner = Manner {
    bullet: "- ",
    quote: Quote::Prefix("> "),
    gaps: Gaps::Filled,
    heading: Heading::Hashes(3),
    links: Links::Marked(&["https://", "http://"]),
    tables: Tables::Aligned,
    code: CodeBlocks::Fenced { language: true },
    rule: "———",
    styles: true,
    ..PLAIN
};

const MARKS: Marks = Marks { push: discord::push, links_addresses: false, ticks_match: true };

pub(super) fn write(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = encode_whole(&mut layout, &MARKS);
    Written { text, images: layout.images, ..Written::default() }
}
