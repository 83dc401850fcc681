//! Telegram: entities, HTML and MarkdownV2, all from one layout.
//!
//! The HTML mode knows `b i u s a code pre blockquote` and a few more, and
//! refuses a message with any other tag. Quotations do not nest (Bot API 10.1,
//! Formatting options, 2026-06-11).

use super::encode::{Markup, Place, encode_whole};
use super::facet::{Facet, FacetKind, Mark, Marked};
use super::layout::{Layout, layout};
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
use super::{Written, escaped_late};
use crate::text::late;
use crate::text::markup::telegram::{self, Entity, Utf16};
use std::cell::Cell;

pub(super) const MANNER: Manner = Manner {
    quote: Quote::Marked,
    heading: Heading::Bold,
    links: Links::Marked(&["https://", "http://", "tg://"]),
    tables: Tables::Aligned,
    code: CodeBlocks::Marked { moved_in: false },
    rule: "———",
    styles: true,
    marks_end_with_line: false,
    ..PLAIN
};

pub(super) fn html(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = escaped_late(encode_whole(&mut layout, &Html));
    Written { text, images: layout.images, ..Written::default() }
}

pub(super) fn markdown(markdown: &str) -> Written {
    let mut layout = layout(markdown, &MANNER);
    let text = encode_whole(&mut layout, &MarkdownV2::default());
    Written { text, images: layout.images, ..Written::default() }
}

/// `text` with its facets in MarkdownV2. Facets are nested and in order, as
/// [`super::Written`] has them.
pub fn in_markdown(text: &str, facets: &[Facet]) -> String {
    encode_whole(&mut layout_of(text, facets), &MarkdownV2::default())
}

/// `text` with its facets in HTML.
pub fn in_html(text: &str, facets: &[Facet]) -> String {
    escaped_late(encode_whole(&mut layout_of(text, facets), &Html))
}

fn layout_of(text: &str, facets: &[Facet]) -> Layout {
    let marks =
        facets.iter().map(|Facet { kind, range }| Marked::new(Mark::Facet(kind.clone()), range.clone()));
    Layout { text: text.to_owned(), marks: marks.collect(), ..Layout::default() }
}

/// `facets` of `text` as the API's `entities`: offsets are UTF-16 code units.
pub fn entities(text: &str, facets: &[Facet]) -> Vec<Entity> {
    let mut utf16 = Utf16::of(text);
    let entity = |facet: &Facet| {
        let (offset, length) = utf16.range(&facet.range);
        let (kind, url, language) = match &facet.kind {
            FacetKind::Strong => ("bold", None, None),
            FacetKind::Emphasis => ("italic", None, None),
            FacetKind::Strike => ("strikethrough", None, None),
            FacetKind::Code => ("code", None, None),
            FacetKind::Block(language) => {
                ("pre", None, Some(language.clone()).filter(|language| !language.is_empty()))
            }
            FacetKind::Link(url) => ("text_link", Some(url.clone()), None),
            FacetKind::Quote => ("blockquote", None, None),
        };
        Entity { kind, offset, length, url, language }
    };
    facets.iter().map(entity).collect()
}

struct Html;

impl Markup for Html {
    fn text(&self, out: &mut String, text: &str, _: bool) {
        out.push_str(&telegram::escape_html(text));
    }

    fn code(&self, out: &mut String, text: &str) {
        out.push_str(&telegram::escape_html(text));
    }

    fn structure(&self, out: &mut String, text: &str) {
        out.push_str(&telegram::escape_html(text));
    }

    fn open(&self, out: &mut String, kind: &FacetKind, _: &Place<'_>) {
        match kind {
            FacetKind::Strong => out.push_str("<b>"),
            FacetKind::Emphasis => out.push_str("<i>"),
            FacetKind::Strike => out.push_str("<s>"),
            FacetKind::Code => out.push_str("<code>"),
            FacetKind::Block(language) if language.is_empty() => out.push_str("<pre>"),
            FacetKind::Block(language) => {
                out.push_str("<pre><code class=\"language-");
                out.push_str(&telegram::escape_attribute(language));
                out.push_str("\">");
            }
            FacetKind::Link(url) => {
                out.push_str("<a href=\"");
                out.push_str(&telegram::escape_attribute(url));
                out.push_str("\">");
            }
            FacetKind::Quote => out.push_str("<blockquote>"),
        }
    }

    fn close(&self, out: &mut String, kind: &FacetKind, _: &Place<'_>) {
        out.push_str(match kind {
            FacetKind::Strong => "</b>",
            FacetKind::Emphasis => "</i>",
            FacetKind::Strike => "</s>",
            FacetKind::Code => "</code>",
            FacetKind::Block(language) if language.is_empty() => "</pre>",
            FacetKind::Block(_) => "</code></pre>",
            FacetKind::Link(_) => "</a>",
            FacetKind::Quote => "</blockquote>",
        });
    }
}

/// A quotation is a sign at the start of each of its lines, so the encoder
/// remembers that it is in one.
#[derive(Default)]
pub(super) struct MarkdownV2 {
    quoted: Cell<bool>,
}

impl MarkdownV2 {
    fn lines(&self, out: &mut String, escaped: &str) {
        if self.quoted.get() {
            out.push_str(&escaped.replace('\n', "\n>"));
        } else {
            out.push_str(escaped);
        }
    }
}

impl Markup for MarkdownV2 {
    fn text(&self, out: &mut String, text: &str, _: bool) {
        let mut from = 0;
        // An address that is not known yet could not be found if it were escaped.
        for token in late::find(text) {
            self.lines(out, &telegram::escape_markdown(text.get(from..token.range.start).unwrap_or("")));
            out.push_str(text.get(token.range.clone()).unwrap_or(""));
            from = token.range.end;
        }
        self.lines(out, &telegram::escape_markdown(text.get(from..).unwrap_or("")));
    }

    fn code(&self, out: &mut String, text: &str) {
        self.lines(out, &telegram::escape_markdown_code(text));
    }

    fn structure(&self, out: &mut String, text: &str) {
        self.lines(out, &telegram::escape_markdown(text));
    }

    fn open(&self, out: &mut String, kind: &FacetKind, _: &Place<'_>) {
        match kind {
            FacetKind::Strong => out.push('*'),
            // Two that meet would be read as underlining: an empty bold mark
            // between them, as the documentation says.
            FacetKind::Emphasis => out.push_str(if ends_with_mark(out) { "**_" } else { "_" }),
            FacetKind::Strike => out.push('~'),
            FacetKind::Code => out.push('`'),
            FacetKind::Block(language) => {
                self.lines(out, &format!("```{}\n", telegram::escape_markdown_code(language)));
            }
            FacetKind::Link(_) => out.push('['),
            FacetKind::Quote => {
                self.quoted.set(true);
                out.push('>');
            }
        }
    }

    fn close(&self, out: &mut String, kind: &FacetKind, _: &Place<'_>) {
        match kind {
            FacetKind::Strong => out.push('*'),
            FacetKind::Emphasis => out.push('_'),
            FacetKind::Strike => out.push('~'),
            FacetKind::Code => out.push('`'),
            FacetKind::Block(_) => self.lines(out, "\n```"),
            FacetKind::Link(url) => {
                out.push_str("](");
                out.push_str(&telegram::escape_markdown_url(url));
                out.push(')');
            }
            FacetKind::Quote => self.quoted.set(false),
        }
    }
}

/// Whether the last `_` of `out` is a mark, not a letter.
fn ends_with_mark(out: &str) -> bool {
    out.strip_suffix('_').is_some_and(|before| {
        let backslashes = before.bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes % 2 == 0
    })
}
