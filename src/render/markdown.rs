//! Markdown as plain text: for posts, and for the text part of a mail.
//!
//! Links become their text and their address, lists keep bullets, tables
//! become lines, code stays code, pictures are dropped ([`super::markup`] writes
//! for outlets that can show more). The work is bounded: one pass over the
//! parser's events, and nesting beyond [`DEPTH`] is flattened.

use super::markup;
use super::markup::manner::{self, Manner};
pub(super) use super::markup::wrap;
use crate::text::{Dialect, markdown as text};
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::ops::Range;

/// Deeper nesting than this says nothing to a reader; parsers of HTML take
/// quadratic time with it.
const DEPTH: usize = 24;

/// The parser's events of `markdown`, flattened beyond [`DEPTH`].
pub(super) fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        // `> [!NOTE]`, as on GitHub: the mark is no text.
        | Options::ENABLE_GFM;
    let mut depth = 0_usize;
    text::events(markdown, options).map(|(event, _)| event).filter(move |event| match event {
        Event::Start(_) => {
            depth += 1;
            depth <= DEPTH
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            depth < DEPTH
        }
        _ => true,
    })
}

/// The pictures of `markdown`: where each leads, and where it stands.
pub(super) fn images(markdown: &str) -> Vec<(String, Range<usize>)> {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter();
    let images = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::Image { dest_url, .. }) => Some((dest_url.to_string(), range)),
        _ => None,
    });
    images.collect()
}

/// `markdown` as the text of a post.
pub fn plain(markdown: &str) -> String {
    plain_for(markdown, Dialect::Plain)
}

/// The same on a network that finds addresses as `dialect` does: one behind
/// words is written so that exactly that becomes a link.
pub fn plain_for(markdown: &str, dialect: Dialect) -> String {
    markup::bare(markdown, &Manner { dialect, ..manner::POST }).text
}

/// `markdown` without blank lines before it and without blanks behind it. The
/// blanks of its first line stay: they may make it code.
pub(super) fn trimmed(markdown: &str) -> &str {
    let end = markdown.trim_end();
    let blank = end.len() - end.trim_start().len();
    let start = end.get(..blank).and_then(|blank| blank.rfind('\n')).map_or(0, |feed| feed + 1);
    end.get(start..).unwrap_or(end)
}

/// The same without the marks at which a thread breaks: for what is never split.
pub(super) fn whole(markdown: &str) -> String {
    markup::bare(markdown, &manner::WHOLE).text
}

/// Only the running text of `markdown`: no headings, lists, quotations, code or tables, and
/// links as their words. What sentences can be taken from.
pub fn prose(markdown: &str) -> String {
    markup::bare(markdown, &manner::PROSE).text
}

/// `markdown` as the text part of a mail: wrapped, headings underlined, links as `text <address>`.
pub fn mail_text(markdown: &str) -> String {
    markup::bare(markdown, &manner::MAIL).text
}

#[cfg(test)]
mod tests;
