//! The Markdown of chats and forums: what Discord's and Reddit's have in common.

use super::encode::{Markup, Place};
use super::facet::FacetKind;

/// One of them.
pub(super) struct Marks {
    /// Writes the author's text behind what is written already, escaped; the
    /// last one: whether it stands at the start of a line.
    pub push: fn(&mut String, &str, bool),
    /// Whether words that are an address themselves can lead to another one.
    /// Where not, it stands behind them: hidden, it would look like fraud.
    pub links_addresses: bool,
    /// Whether code ends only at as many backticks as it began with, so that
    /// fewer hold it than stand in it, and whether three begin a block anywhere.
    pub ticks_match: bool,
}

impl Marks {
    fn is_bare(&self, words: &str) -> bool {
        !self.links_addresses && words.contains("://")
    }
}

impl Markup for Marks {
    fn text(&self, out: &mut String, text: &str, fresh: bool) {
        (self.push)(out, text, fresh);
    }

    fn code(&self, out: &mut String, text: &str) {
        out.push_str(text);
    }

    fn structure(&self, out: &mut String, text: &str) {
        out.push_str(text);
    }

    fn open(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(_) if self.is_bare(place.inside) => {}
            FacetKind::Link(_) => {
                // With `!` before it, it would be a picture.
                if self.links_addresses && out.ends_with('!') {
                    out.insert(out.len() - 1, '\\');
                }
                out.push('[');
            }
            FacetKind::Code => {
                let (ticks, space) = place.backticks(self.ticks_match);
                out.push_str(&ticks);
                out.push_str(space);
            }
            kind => out.push_str(mark(kind, place)),
        }
    }

    fn close(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(url) => {
                out.push_str(if self.is_bare(place.inside) { " (" } else { "](" });
                out.push_str(&in_brackets(url));
                out.push(')');
            }
            FacetKind::Code => {
                let (ticks, space) = place.backticks(self.ticks_match);
                out.push_str(space);
                out.push_str(&ticks);
            }
            kind => out.push_str(mark(kind, place)),
        }
    }
}

/// The mark on both sides of a piece.
fn mark(kind: &FacetKind, place: &Place<'_>) -> &'static str {
    match kind {
        FacetKind::Strong => "**",
        FacetKind::Emphasis if place.in_word() || takes_underscore(place.inside) => "*",
        FacetKind::Emphasis => "_",
        FacetKind::Strike => "~~",
        FacetKind::Code | FacetKind::Block(_) | FacetKind::Quote | FacetKind::Link(_) => "",
    }
}

/// Whether words may hold what networks link letter by letter, up to a `_`
/// behind it: an address, `u/name`. One with a `*` of its own gets `_` all the same.
fn takes_underscore(words: &str) -> bool {
    words.contains('/') && !words.contains('*')
}

/// `url` as it stands in the brackets of a link, which may stand in a table.
fn in_brackets(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' | ')' | '<' | '>' | '\\' | '|' | ' ' => out.push_str(&format!("%{:02X}", u32::from(c))),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
