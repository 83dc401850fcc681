//! Discord's Markdown.
//!
//! Headings go to `###`; there are no tables, no lines across and no pictures
//! in a text (Discord, Message formatting, 2026-08-06). Only `http` and
//! `https` lead anywhere behind words, and words that are an address
//! themselves must be the very address: else Discord shows all of it as text.

use super::Written;
use super::encode::encode_whole;
use super::layout::layout;
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
use super::marks::Marks;
use crate::text::markup::discord;

const MANNER: Manner = Manner {
    bullet: "- ",
    quote: Quote::Prefix("> "),
    heading: Heading::Hashes(3),
    links: Links::Marked(&["https://", "http://"]),
    tables: Tables::Aligned,
    code: CodeBlocks::Fenced { language: true },
    rule: "———",
    styles: true,
    ..PLAIN
};

const MARKS: Marks = Marks { push: discord::push, links_addresses: false };

pub(super) fn write(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = encode_whole(&mut layout, &MARKS);
    Written { text, images: layout.images, ..Written::default() }
}
