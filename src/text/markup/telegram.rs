//! Telegram's two markups and its entities.
//!
//! Facts: Bot API 10.1 (2026-06-11), "Formatting options". A character that
//! should have been escaped refuses the whole message.

use serde::Serialize;
use std::ops::Range;

/// `text` as it stands between tags of the HTML mode.
pub fn escape_html(text: &str) -> String {
    super::with_entities(text)
}

/// `text` as it stands in a quoted attribute of the HTML mode.
pub fn escape_attribute(text: &str) -> String {
    super::with_entities(text).replace('"', "&quot;")
}

/// The text of HTML without tags.
pub fn unescape_html(html: &str) -> String {
    super::without_entities(html)
}

/// The text that readers see of HTML that has tags.
pub fn read_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut inside = false;
    for piece in html.split_inclusive(['<', '>']) {
        let text = piece.trim_end_matches(['<', '>']);
        if !inside {
            out.push_str(text);
        }
        inside = piece.ends_with('<');
    }
    super::without_entities(&out)
}

/// Whether MarkdownV2 reserves `c` in text. The backslash is not in the
/// documentation's list, but escapes itself too.
pub fn is_reserved(c: char) -> bool {
    "_*[]()~`>#+-=|{}.!\\".contains(c)
}

/// `text` as it stands in MarkdownV2.
pub fn escape_markdown(text: &str) -> String {
    escaped(text, is_reserved)
}

/// `code` as it stands between backticks in MarkdownV2.
pub fn escape_markdown_code(code: &str) -> String {
    escaped(code, |c| matches!(c, '`' | '\\'))
}

/// `url` as it stands in the brackets of a link in MarkdownV2.
pub fn escape_markdown_url(url: &str) -> String {
    escaped(url, |c| matches!(c, ')' | '\\'))
}

/// The text of MarkdownV2 that has no marks.
pub fn unescape_markdown(markdown: &str) -> String {
    super::without_backslashes(markdown, is_reserved)
}

fn escaped(text: &str, reserved: fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        if reserved(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The length of `text` as Telegram counts offsets: UTF-16 code units.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A piece of formatted text, as `entities` of a message take it. Offsets and
/// lengths are UTF-16 code units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// `bold`, `text_link`, …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where it starts.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// Where a `text_link` leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The language of a `pre`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Byte offsets of a text as UTF-16 offsets, in one pass for all that are
/// asked in ascending order.
pub struct Utf16<'a> {
    text: &'a str,
    at: usize,
    units: usize,
}

impl<'a> Utf16<'a> {
    /// Of `text`.
    pub fn of(text: &'a str) -> Utf16<'a> {
        Utf16 { text, at: 0, units: 0 }
    }

    /// The offset of the byte at `at`. Cheap where it is not before the last
    /// one asked for; what lies within a character counts as its start.
    pub fn offset(&mut self, at: usize) -> usize {
        if at < self.at {
            (self.at, self.units) = (0, 0);
        }
        let mut end = at.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.units += utf16_len(self.text.get(self.at..end).unwrap_or(""));
        self.at = self.at.max(end);
        self.units
    }

    /// Offset and length of the bytes in `range`.
    pub fn range(&mut self, range: &Range<usize>) -> (usize, usize) {
        let start = self.offset(range.start);
        (start, utf16_len(self.text.get(range.clone()).unwrap_or("")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_own_reserved_characters() {
        assert_eq!(escape_markdown("It landed! (1.0-rc_2) \\o/"), "It landed\\! \\(1\\.0\\-rc\\_2\\) \\\\o/");
        assert_eq!(escape_markdown_code("a`b.c\\d"), "a\\`b.c\\\\d");
        assert_eq!(escape_markdown_url("https://a.example/b_(c)"), "https://a.example/b_(c\\)");
        assert_eq!(escape_attribute("a\"b&c"), "a&quot;b&amp;c");
    }

    #[test]
    fn tags_are_no_text() {
        assert_eq!(
            read_html("<b>1 &lt; 2</b> <a href=\"https://a.example/?b&amp;c\">x &amp;lt; y</a>"),
            "1 < 2 x &lt; y"
        );
    }

    #[test]
    fn offsets_are_utf16() {
        let text = "a🚀é b";
        let mut utf16 = Utf16::of(text);
        assert_eq!(utf16.range(&(1..5)), (1, 2));
        assert_eq!(utf16.range(&(8..9)), (5, 1));
        assert_eq!(utf16.offset(0), 0);
        assert_eq!(utf16.offset(99), utf16_len(text));
    }
}
