//! Reddit's Markdown, as both of its sites and its apps read it.
//!
//! Tables are there; code is moved in, since the old site knows no fences;
//! what stands below an item is moved in by four; a line cannot be broken
//! without blanks at its end, so it becomes a paragraph.

use super::Written;
use super::discord::{in_brackets, style};
use super::encode::{Markup, Place, encode_whole};
use super::facet::FacetKind;
use super::layout::layout;
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
use crate::text::markup::reddit;

const MANNER: Manner = Manner {
    bullet: "- ",
    indent: Some(4),
    quote: Quote::Prefix("> "),
    marks_gaps: true,
    heading: Heading::Hashes(6),
    links: Links::Marked(&["https://", "http://", "mailto:"]),
    tables: Tables::Markdown,
    code: CodeBlocks::Indented,
    rule: "---",
    styles: true,
    line_breaks: false,
    ..PLAIN
};

pub(super) fn write(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = encode_whole(&mut layout, &Reddit);
    Written { text, images: layout.images, ..Written::default() }
}

struct Reddit;

impl Markup for Reddit {
    fn text(&self, out: &mut String, text: &str, fresh: bool) {
        reddit::push(out, text, fresh);
    }

    fn code(&self, out: &mut String, text: &str) {
        out.push_str(text);
    }

    fn structure(&self, out: &mut String, text: &str) {
        out.push_str(text);
    }

    fn open(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(_) => out.push('['),
            kind => style(out, kind, place, true),
        }
    }

    fn close(&self, out: &mut String, kind: &FacetKind, place: &Place<'_>) {
        match kind {
            FacetKind::Link(url) => {
                out.push_str("](");
                out.push_str(&in_brackets(url));
                out.push(')');
            }
            kind => style(out, kind, place, false),
        }
    }
}
