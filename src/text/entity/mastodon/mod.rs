//! Entities as Mastodon's server finds them, which decides how long a post is
//! (its length validator, extractor, and patterns of links, names and tags,
//! with twitter-text 3.1.0 for Ruby below them; read at releases of 2025 and
//! 2026). Its newest web page counts links without a scheme as well; the server
//! does not, and refuses by its own count.

mod host;
mod link;
#[cfg(test)]
mod tests;

use super::pieces::pieces;
use super::{Entity, EntityKind, category, signs};
use std::ops::Range;

/// A name's host has no more characters (RFC 1035); with more the name is none.
const LONGEST_HOST: usize = 253;

pub(super) fn entities(text: &str) -> Vec<Entity> {
    find(text, |part, opens| {
        [
            (EntityKind::Link, link::links(part, opens)),
            (EntityKind::Hashtag, hashtags(part, opens)),
            (EntityKind::Mention, mentions(part, opens)),
            (EntityKind::Link, link::other_uris(part, opens)),
        ]
    })
}

/// What counts other than by its letters, and what it counts: a web link costs
/// `link`, a name only its local part. To the count a link is one even where
/// the server shows a tag that overlaps it.
pub(in crate::text) fn costs(text: &str, link: usize) -> Vec<(Range<usize>, usize)> {
    let found = find(text, |part, opens| {
        [(EntityKind::Link, link::links(part, opens)), (EntityKind::Mention, mentions(part, opens))]
    });
    let cost = |entity: Entity| match entity.kind {
        // Names are ASCII up to the second `@`.
        EntityKind::Mention => {
            let local = text[entity.range.clone()].rfind('@').filter(|at| *at > 0)?;
            Some((entity.range, local))
        }
        EntityKind::Link | EntityKind::Hashtag | EntityKind::Cashtag => Some((entity.range, link)),
    };
    found.into_iter().filter_map(cost).collect()
}

/// What `kinds` finds between the addresses that are not known yet, and those;
/// in order, and of two that overlap the one that starts first.
fn find<const N: usize>(
    text: &str,
    kinds: impl Fn(&str, bool) -> [(EntityKind, Vec<Range<usize>>); N],
) -> Vec<Entity> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        if piece.late {
            found.push(Entity { kind: EntityKind::Link, range: piece.range });
            continue;
        }
        let start = piece.range.start;
        for (kind, ranges) in kinds(&text[piece.range], start == 0) {
            let here = |range: Range<usize>| start + range.start..start + range.end;
            found.extend(ranges.into_iter().map(|range| Entity { kind, range: here(range) }));
        }
    }
    found.sort_by_key(|entity| entity.range.start);
    let mut end = 0;
    found.retain(|entity| {
        let stands = entity.range.start >= end;
        end = if stands { entity.range.end } else { end };
        stands
    });
    found
}

/// `@name` and `@name@host`.
fn mentions(text: &str, opens: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut taken = 0;
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        let before = text[..at].chars().next_back();
        let joined = before.map_or(!opens, |c| matches!(c, '=' | '/') || category::is_word(c));
        if at < taken || joined {
            continue;
        }
        let name = dotted(text, at + 1, |c| c.is_ascii_alphanumeric() || c == '_');
        if name == at + 1 {
            continue;
        }
        let mut end = name;
        if text[name..].starts_with('@') {
            let host = dotted(text, name + 1, category::is_word);
            end = if host > name + 1 { host } else { name };
        }
        taken = end;
        let rest = &text[end..];
        let goes_on =
            rest.starts_with(['@', '＠']) || rest.starts_with(link::is_accented) || rest.starts_with("://");
        let host = text[name..end].chars().skip(1).nth(LONGEST_HOST).is_none();
        if !goes_on && host {
            found.push(at..end);
        }
    }
    found
}

/// The end of words with `.` and `-` between them, from `start`.
fn dotted(text: &str, start: usize, part: impl Fn(char) -> bool) -> usize {
    let mut end = start;
    for (offset, c) in text[start..].char_indices() {
        if part(c) {
            end = start + offset + c.len_utf8();
        } else if end == start || !matches!(c, '.' | '-') {
            break;
        }
    }
    end
}

/// `#word` behind a space: letters, marks and digits, with `·`, `・`, `_` or a
/// joiner inside, and not only digits.
fn hashtags(text: &str, opens: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, sign) in signs(text, 0, b'#') {
        let before = text[..at].chars().next_back();
        if !before.map_or(opens, char::is_whitespace) {
            continue;
        }
        let start = at + sign.len();
        let Some(mut end) = tag_end(text, start) else { continue };
        if text[end..].starts_with("://") {
            // `#wordhttps://…`: the scheme is not of the tag, if a letter is left.
            let name = &text[start..end];
            let scheme = ["https", "http"].into_iter().find(|scheme| name.ends_with(scheme));
            end -= scheme.filter(|scheme| scheme.len() < name.len()).map_or(0, str::len);
        }
        found.push(at..end);
    }
    found
}

/// The end of the tag's name that starts at `start`.
fn tag_end(text: &str, start: usize) -> Option<usize> {
    let separator = |c: char| matches!(c, '_' | '·' | '・' | '\u{200c}');
    let run = || text[start..].char_indices().take_while(|(_, c)| category::is_word(*c) || separator(*c));
    let first = run().next().filter(|(_, c)| category::is_word(*c))?.1;
    // With something that is no digit between its ends, a tag may hold separators.
    let (mut long, mut inner) = (None, false);
    for (offset, c) in run().skip(1) {
        if inner && category::is_word(c) {
            long = Some(start + offset + c.len_utf8());
        }
        inner |= c.is_alphabetic() || separator(c);
    }
    if long.is_some() {
        return long;
    }
    let word = || run().take_while(|(_, c)| category::is_word(*c));
    let letter = first.is_alphabetic() || word().any(|(_, c)| c.is_alphabetic());
    letter.then(|| word().last().map(|(offset, c)| start + offset + c.len_utf8())).flatten()
}
