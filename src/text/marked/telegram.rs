//! Telegram's HTML mode.
//!
//! Facts: Bot API 10.1 (2026-06-11), HTML style; what the pages leave open
//! (entities without `;`, the longest number, tags in any case) is as
//! Telegram's own parser does it (tdlib/td, MessageEntity.cpp, read 2026-11).

use super::scan::{DEPTH, Is, Nature, Scan};

/// The tags that Telegram knows.
const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "tg-emoji",
    "tg-spoiler",
    "u",
];

/// What is open: its tag, and its style unless it is too deep.
struct Open<'a> {
    name: &'a str,
    style: Option<usize>,
}

/// The tags and entities of `text`.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['<', '&']) {
        at += found;
        let rest = &text[at..];
        if let Some((c, end)) = entity(rest) {
            scan.push(at..at + end, Is::Char(c));
            at += end;
            continue;
        }
        let Some(tag) = Tag::at(rest) else {
            at += 1;
            continue;
        };
        let range = at..at + tag.length;
        at = range.end;
        let is = if tag.closes {
            // Telegram refuses a text in which another one is open.
            match open.pop_if(|open| open.name == tag.name) {
                Some(Open { style: Some(style), .. }) => Is::Close(style),
                _ => Is::Nothing,
            }
        } else {
            let in_code = open.iter().rev().take(DEPTH).any(|open| open.name == "pre");
            let nature = match tag.name {
                "pre" => Nature::Code,
                "code" if in_code => Nature::Code,
                "a" | "code" | "tg-emoji" => Nature::Whole,
                "blockquote" => Nature::Block,
                _ => Nature::Inline,
            };
            let style = (open.len() < DEPTH)
                .then(|| scan.style(&text[range.clone()], &format!("</{}>", tag.name), nature));
            open.push(Open { name: tag.name, style });
            style.map_or(Is::Nothing, Is::Open)
        };
        scan.push(range, is);
    }
    scan
}

struct Tag {
    name: &'static str,
    closes: bool,
    length: usize,
}

impl Tag {
    /// The tag that `text` begins with, if Telegram knows it. A `<` within a
    /// tag ends the search: nothing is looked at twice.
    fn at(text: &str) -> Option<Tag> {
        let inside = text.strip_prefix('<')?;
        let closes = inside.starts_with('/');
        let inside = inside.strip_prefix('/').unwrap_or(inside);
        let end = inside.bytes().take(16).position(|b| b.is_ascii_whitespace() || b == b'>')?;
        let own = inside.get(..end)?;
        let name = TAGS.iter().copied().find(|name| name.eq_ignore_ascii_case(own))?;
        let mut quote = None;
        for (at, b) in inside.bytes().enumerate().skip(end) {
            match (b, quote) {
                (b'<', _) => return None,
                (b'>', None) => {
                    return Some(Tag { name, closes, length: text.len() - inside.len() + at + 1 });
                }
                (b'"' | b'\'', None) if !closes => quote = Some(b),
                (b, Some(own)) if b == own => quote = None,
                _ => {}
            }
        }
        None
    }
}

/// The character of the entity that `text` begins with, and where it ends.
fn entity(text: &str) -> Option<(char, usize)> {
    let name = text.strip_prefix('&')?;
    let (c, length) = match name.strip_prefix('#') {
        Some(number) => {
            let hex = number.starts_with('x');
            let digits = if hex { &number[1..] } else { number };
            let is_digit = |b: &u8| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
            // Ten bytes and more are taken for text.
            let count = digits.bytes().take(10).take_while(is_digit).count();
            let length = 2 + usize::from(hex) + count;
            let code = u32::from_str_radix(digits.get(..count)?, if hex { 16 } else { 10 }).ok()?;
            let c = char::from_u32(code).filter(|_| code > 0 && code < 0x10_ffff && length < 10)?;
            (c, length)
        }
        None => {
            let count = name.bytes().take(5).take_while(u8::is_ascii_alphabetic).count();
            let c = match name.get(..count)? {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                _ => return None,
            };
            (c, 1 + count)
        }
    };
    let ends = text.as_bytes().get(length) == Some(&b';');
    Some((c, length + usize::from(ends)))
}
