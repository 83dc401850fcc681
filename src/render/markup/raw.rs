//! Raw HTML in Markdown, taken apart: its tags and its text, without what no
//! reader sees. One pass; nothing of it is ever written as HTML again.

use crate::text::markdown::is_call;
use pulldown_cmark::{Event, Parser};
use std::borrow::Cow;

/// A piece of raw HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<name …>`: the name in small letters, and what stands behind it.
    Open(String, &'a str),
    /// `</name>`.
    Close(String),
    /// Text, with its entities decoded.
    Text(Cow<'a, str>),
}

/// What stands between these is never shown to readers.
const UNSEEN: &[&str] = &[
    "script", "style", "head", "title", "template", "iframe", "object", "noscript", "svg", "math",
    "textarea", "select",
];

/// The name of the element that `tag` opens, if readers never see what stands in it.
pub(super) fn opens_unseen(tag: &str) -> Option<String> {
    let name = tag_name(tag.strip_prefix('<')?);
    (UNSEEN.contains(&name.as_str()) && !tag.ends_with("/>")).then_some(name)
}

/// The pieces of `html` in order.
pub(super) fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text(&mut out, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            // `<!-->` and `<!--->` are whole (CommonMark 0.31, 6.6); what is not
            // closed is all comment.
            let whole = ["->", ">"].into_iter().find_map(|end| comment.strip_prefix(end));
            rest = whole.unwrap_or_else(|| comment.find("-->").map_or("", |end| &comment[end + 3..]));
            continue;
        }
        let Some(end) = tag_end(rest) else {
            // No tag starts here, and none can start later without being one.
            text(&mut out, rest);
            return out;
        };
        let inside = &rest[1..end - 1];
        rest = &rest[end..];
        if let Some(name) = inside.strip_prefix('/') {
            out.push(Piece::Close(tag_name(name)));
        } else if inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = tag_name(inside);
            if UNSEEN.contains(&name.as_str()) {
                rest = behind(rest, &name);
            } else {
                let attributes = &inside[name.len()..];
                out.push(Piece::Open(name, attributes));
            }
        } else if !inside.starts_with(['!', '?']) || is_call(&format!("<{inside}")) {
            text(&mut out, "<");
            text(&mut out, inside);
            text(&mut out, ">");
        }
    }
    text(&mut out, rest);
    out
}

/// The value of the attribute `wanted` in `attributes` of a tag.
pub(super) fn attribute(attributes: &str, wanted: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let name_end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len());
        if name_end == 0 {
            // `=` without a name, or the end.
            rest = rest.get(1..).filter(|_| rest.starts_with('='))?;
            continue;
        }
        let name = &rest[..name_end];
        rest = rest[name_end..].trim_start();
        let mut value = "";
        if let Some(given) = rest.strip_prefix('=') {
            let given = given.trim_start();
            let (inside, end) = match given.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let inside = &given[1..];
                    let end = inside.find(quote).unwrap_or(inside.len());
                    (&inside[..end], (end + 2).min(given.len()))
                }
                _ => {
                    let end = given.find(char::is_whitespace).unwrap_or(given.len());
                    (&given[..end], end)
                }
            };
            value = inside;
            rest = &given[end..];
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(decoded(value).into_owned());
        }
    }
}

fn text<'a>(out: &mut Vec<Piece<'a>>, text: &'a str) {
    if !text.is_empty() {
        out.push(Piece::Text(decoded(text)));
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('&') { Cow::Owned(with_characters(text)) } else { Cow::Borrowed(text) }
}

/// The longest entity, in bytes: `&CounterClockwiseContourIntegral;`.
const LONGEST_ENTITY: usize = 33;

/// `text` with the character of each entity, by the names of HTML (WHATWG HTML,
/// 13.5) and by numbers, as in running text. What is none stays.
fn with_characters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST_ENTITY).position(|b| b == b';');
        let entity = end.and_then(|end| rest.get(..=end));
        match entity.and_then(|entity| Some((character(entity)?, entity.len()))) {
            Some((character, length)) => {
                out.push_str(&character);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// What `entity`, from its `&` to its `;`, stands for. The parser of Markdown
/// knows all names; it is asked in the middle of a line, where blanks count.
fn character(entity: &str) -> Option<String> {
    let inside = entity.strip_prefix('&')?.strip_suffix(';')?;
    let name = inside.strip_prefix('#').unwrap_or(inside);
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let line = format!("x{entity}x");
    let mut read = String::new();
    for event in Parser::new(&line) {
        if let Event::Text(text) = event {
            read.push_str(&text);
        }
    }
    let made = read.strip_prefix('x')?.strip_suffix('x')?;
    (made != entity).then(|| made.to_owned())
}

/// Where the tag that starts `html` ends; quoted attributes may hold a `>`.
fn tag_end(html: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that nobody closed: what follows is text, and is read once.
    None
}

fn tag_name(inside: &str) -> String {
    let letters = inside.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    inside[..letters].to_ascii_lowercase()
}

/// What stands behind `</name`; nothing where that is missing, as in a browser.
fn behind<'a>(html: &'a str, name: &str) -> &'a str {
    for (at, _) in html.match_indices("</") {
        let found = html.as_bytes().get(at + 2..at + 2 + name.len());
        if found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return html[at..].find('>').map_or("", |end| &html[at + end + 1..]);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_texts_are_told_apart() {
        let open = |name: &str, rest| Piece::Open(name.to_owned(), rest);
        let text = |text: &'static str| Piece::Text(Cow::Borrowed(text));
        assert_eq!(
            pieces("a<B>b</b ><!-- c --><script>d</SCRIPT>e<img alt=\"x > y\"/> 1 < 2"),
            [
                text("a"),
                open("b", ""),
                text("b"),
                Piece::Close("b".to_owned()),
                text("e"),
                open("img", " alt=\"x > y\"/"),
                text(" 1 "),
                text("< 2"),
            ]
        );
        assert_eq!(pieces("<script>never closed"), []);
        assert_eq!(pieces("<!-- never closed"), []);
        assert_eq!(pieces("<!-->a<!--->b<!---->c<!-- -> -->d").len(), 4);
    }

    #[test]
    fn every_entity_is_its_character() {
        let said = |html: &str| decoded(html).into_owned();
        assert_eq!(
            said("Don&rsquo;t &mdash; it&hellip;&nbsp;&euro;5"),
            "Don\u{2019}t \u{2014} it\u{2026}\u{a0}\u{20ac}5"
        );
        assert_eq!(
            said("&amp;mdash; &lt;b&gt; &quot;&apos;&#39;&#x2014;&NewLine;&Tab;"),
            "&mdash; <b> \"''\u{2014}\n\t"
        );
        assert_eq!(said("&CounterClockwiseContourIntegral;&fjlig;"), "\u{2233}fj");
        // A number that is no character is shown as one that is missing.
        assert_eq!(said("&#0;&#xD800;"), "\u{fffd}\u{fffd}");
        for none in ["R&D", "a && b;", "&;", "&#;", "&nosuch;", "&*a*;", "&mdash", "?a=1&b=2;", "&é;", "&"] {
            assert_eq!(said(none), none);
        }
    }

    #[test]
    fn attributes_are_read() {
        let rest = " class=x HREF = 'https://a.example/?b&amp;c' disabled data-a=\"\"/";
        assert_eq!(attribute(rest, "href").as_deref(), Some("https://a.example/?b&c"));
        assert_eq!(attribute(rest, "disabled").as_deref(), Some(""));
        assert_eq!(attribute(rest, "src"), None);
        assert_eq!(attribute(" = = a", "a").as_deref(), Some(""));
        assert_eq!(attribute(" a='", "a").as_deref(), Some(""));
    }
}
