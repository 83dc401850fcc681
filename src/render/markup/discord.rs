//! Discord's Markdown.
//!
//! Headings go to `###`; there are no tables, no lines across and no pictures
//! in a text (Discord, Message formatting, 2026-08-06). Only `http` and
//! `https` lead anywhere behind words, and words that are an address
//! themselves must be the very address: else Discord shows all of it as text.

use super::Written;
use super::encode::{Markup, Place, encode_whole};
use super::facet::FacetKind;
use super::layout::layout;
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
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

pub(super) fn write(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = encode_whole(&mut layout, &Discord);
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
        markup: &|| Box::new(Discord),
        finish: |text| text,
        at_breaks: true,
    };
    let pieces = split.pieces(&layout, &(0..layout.text.len()));
    super::messages::written(pieces, layout.images, |piece| Written {
        text: piece.text,
        ..Written::default()
    })
}

struct Discord;

impl Markup for Discord {
    fn text(&self, out: &mut String, text: &str, fresh: bool) {
        discord::push(out, text, fresh);
    }

    fn code(&self, out: &mut String, text: &str) {
        out.push_str(text);
    }

    fn structure(&self, out: &mut String, text: &str) {
        out.push_str(text);
    }

    fn open(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(_) if is_address(place.inside) => {}
            FacetKind::Link(_) => out.push('['),
            kind => style(out, kind, place, true),
        }
    }

    fn close(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(url) => {
                out.push_str(if is_address(place.inside) { " (" } else { "](" });
                out.push_str(&in_brackets(url));
                out.push(')');
            }
            kind => style(out, kind, place, false),
        }
    }
}

/// The marks of Markdown that Discord and Reddit have in common.
pub(super) fn style(out: &mut String, kind: &FacetKind, place: &Place<'_>, opens: bool) {
    match kind {
        FacetKind::Strong => out.push_str("**"),
        FacetKind::Emphasis => out.push(if place.in_word() { '*' } else { '_' }),
        FacetKind::Strike => out.push_str("~~"),
        FacetKind::Code => {
            let (ticks, space) = place.backticks();
            out.push_str(if opens { &ticks } else { space });
            out.push_str(if opens { space } else { &ticks });
        }
        FacetKind::Block(_) | FacetKind::Quote | FacetKind::Link(_) => {}
    }
}

/// `url` as it stands in the brackets of a link.
pub(super) fn in_brackets(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' | ')' | '<' | '>' | '\\' | ' ' => out.push_str(&format!("%{:02X}", u32::from(c))),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Whether the words of a link are an address: another one behind them would
/// look like fraud, and Discord does not take it.
fn is_address(words: &str) -> bool {
    words.contains("://")
}
