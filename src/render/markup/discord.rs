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
use super::split::Split;
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

/// What Discord takes (discord-api-docs, 2026-08-06), in code points, which is
/// our reading of "characters", without the blanks around it.
pub mod limits {
    /// `content` of a message.
    pub const CONTENT: usize = 2000;
    /// `description` of an embed.
    pub const EMBED: usize = 4096;
    /// All embeds of a message together.
    pub const ALL_EMBEDS: usize = 6000;
}

/// Messages of at most `most`.
pub(super) fn messages(markdown: &str, most: usize) -> Vec<Written> {
    let layout = layout(markdown, &MANNER);
    let split = Split {
        most,
        measure: |written, _| written.chars().count(),
        markup: &|| Box::new(MARKS),
        finish: |text| text,
        at_breaks: true,
    };
    let pieces = split.pieces(&layout, &(0..layout.text.len()));
    super::messages::written(pieces, layout.images, |piece| Written {
        text: piece.text,
        ..Written::default()
    })
}
