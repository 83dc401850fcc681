//! Links: what the server's copy of twitter-text (Ruby, 3.1.0) finds with the
//! server's own changes to it (schemes, letters of paths and queries).

use super::host::{Run, encoded_length, is_directional, is_letter, is_surely_encoded};
use crate::text::entity::category;
use std::ops::Range;

/// The schemes of the server. Without one nothing is a link.
const SCHEMES: &[&str] =
    &["https://", "http://", "dat://", "dweb://", "ipfs://", "ipns://", "ssb://", "gopher://", "gemini://"];

/// An address with more characters is no link.
const LONGEST: usize = 4096;

/// t.co has no longer names.
const LONGEST_TCO: usize = 40;

/// All links of `text` in order. `opens`: whether the text begins here, and not
/// behind something that belongs to another link.
pub(super) fn links(text: &str, opens: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut searched = 0;
    // An address without a scheme only keeps others from starting within it, and
    // none reaches over a space of ASCII: words without a scheme are passed over.
    while let Some(scheme) = text[searched..].find("://").map(|offset| searched + offset) {
        let is_space = |b: &u8| b.is_ascii_whitespace();
        let bytes = text.as_bytes();
        let start =
            bytes[searched..scheme].iter().rposition(is_space).map_or(searched, |at| searched + at + 1);
        let end = bytes[scheme..].iter().position(is_space).map_or(text.len(), |at| scheme + at);
        links_of_word(text, start..end, opens, &mut found);
        searched = end;
    }
    found
}

/// Adds the links of the word at `word`, which spaces of ASCII stand around.
fn links_of_word(text: &str, word: Range<usize>, opens: bool, found: &mut Vec<Range<usize>>) {
    let mut run = Run::at(text, word.start);
    // Up to here everything belongs to an address, also to one without a scheme.
    let mut taken = word.start;
    let mut before = text[..word.start].chars().next_back();
    for (at, c) in text[word.clone()].char_indices().map(|(at, c)| (word.start + at, c)) {
        let previous = before.replace(c);
        let starts_line = match previous {
            Some(previous) => previous == '\n',
            None => opens,
        };
        let behind = at > taken || at == word.start;
        let free = at >= taken && (starts_line || behind && previous.is_some_and(may_stand_before));
        if !free || !is_letter(c) {
            continue;
        }
        let scheme = if c.is_ascii_alphabetic() { scheme(&text[at..]) } else { 0 };
        let host = at + scheme;
        if scheme > 0 || at >= run.range.end {
            run = Run::at(text, host);
        }
        let Some(end) = run.host(text, host) else { continue };
        let whole = at..address_end(text, end);
        taken = whole.end;
        if scheme > 0 {
            found.extend(valid(text, whole, host..end));
        }
    }
}

/// The address that the server takes for a link, if it does.
fn valid(text: &str, mut whole: Range<usize>, host: Range<usize>) -> Option<Range<usize>> {
    if text[host.clone()].eq_ignore_ascii_case("t.co") && text.as_bytes().get(host.end) == Some(&b'/') {
        let name = text[host.end + 1..whole.end].bytes().take_while(u8::is_ascii_alphanumeric).count();
        let web = text.as_bytes()[whole.start].eq_ignore_ascii_case(&b'h');
        if web && name > LONGEST_TCO {
            return None;
        }
        if web && name > 0 {
            whole.end = host.end + 1 + name;
        }
    }
    if whole.len() <= LONGEST / 2 && is_surely_encoded(&text[host.clone()]) {
        return Some(whole);
    }
    let written = text[host.clone()].chars().count();
    let longer = encoded_length(&text[host])?.saturating_sub(written);
    (text[whole.clone()].chars().count() + longer <= LONGEST).then_some(whole)
}

/// The length of the scheme at the beginning; 0 for none.
fn scheme(text: &str) -> usize {
    let starts = |scheme: &&&str| {
        text.as_bytes().get(..scheme.len()).is_some_and(|b| b.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    SCHEMES.iter().find(starts).map_or(0, |scheme| scheme.len())
}

/// Whether an address may start behind `c`.
pub(super) fn may_stand_before(c: char) -> bool {
    let word = c.is_ascii_alphanumeric() || matches!(c, '@' | '＠' | '$' | '#' | '＃');
    is_directional(c) || !word && !matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The end of the address whose host ends at `end`: port, path, query.
fn address_end(text: &str, end: usize) -> usize {
    let mut at = end;
    if text.as_bytes().get(at) == Some(&b':') {
        let digits = text.as_bytes()[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        at += if digits > 0 { 1 + digits } else { 0 };
    }
    if text.as_bytes().get(at) == Some(&b'/') {
        at = path_end(text, at + 1);
    }
    query_end(text, at)
}

/// Where a path ends that goes on at `start`, behind its first `/`: anything
/// but space, `<>?` and brackets that are not in pairs, without the punctuation
/// of the sentence around it.
fn path_end(text: &str, start: usize) -> usize {
    let (mut at, mut end) = (start, start);
    while let Some(c) = text[at..].chars().next() {
        if is_path(c) {
            at += c.len_utf8();
            if !is_trailing(c) {
                end = at;
            }
        } else if c == '('
            && let Some((after, may_end)) = brackets(text, at)
        {
            at = after;
            if may_end {
                end = at;
            }
        } else {
            break;
        }
    }
    end
}

/// The end of `(…)` or `(…(…)…)` that starts at `at`, and whether a path may
/// end with it: only if what is inside are the letters of twitter-text itself,
/// not those that the server added.
fn brackets(text: &str, at: usize) -> Option<(usize, bool)> {
    let inside = |from: usize| text[from..].find(|c| !is_path(c)).map_or(text.len(), |length| from + length);
    let byte = |at: usize| text.as_bytes().get(at).copied();
    let first = inside(at + 1);
    let end = match byte(first) {
        Some(b')') if first > at + 1 => first,
        Some(b'(') => {
            let nested = inside(first + 1);
            if byte(nested) != Some(b')') || nested == first + 1 {
                return None;
            }
            inside(nested + 1)
        }
        _ => return None,
    };
    let old = |c: char| matches!(c, '(' | ')') || is_old_path(c);
    (byte(end) == Some(b')')).then(|| (end + 1, text[at + 1..end].chars().all(old)))
}

fn is_path(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '<' | '>' | '(' | ')' | '?')
}

/// Punctuation that a path does not end with.
fn is_trailing(c: char) -> bool {
    matches!(
        c,
        '!' | '*' | '"' | '\'' | '「' | '」' | ';' | ':' | '=' | ',' | '.' | '$' | '%' | '[' | ']' | '~'
    ) || matches!(c, '&' | '|' | '@')
}

/// The letters of a path in twitter-text.
fn is_old_path(c: char) -> bool {
    let sign = matches!(c, '!' | '*' | '\'' | ';' | ':' | '=' | '+' | ',' | '.' | '$' | '/' | '%' | '#');
    let more = matches!(c, '[' | ']' | '_' | '~' | '&' | '|' | '@');
    c.is_ascii_alphanumeric() || sign || more || category::is_dash(c) || is_cyrillic(c) || is_accented(c)
}

/// The script, by its blocks (Unicode 17, Scripts).
fn is_cyrillic(c: char) -> bool {
    matches!(u32::from(c), 0x400..=0x52F | 0x1C80..=0x1C8A | 0x1D2B | 0x1D78 | 0x2DE0..=0x2DFF | 0xA640..=0xA69F)
}

/// Latin letters with accents, and accents alone, as twitter-text lists them.
pub(super) fn is_accented(c: char) -> bool {
    match u32::from(c) {
        0xD7 | 0xF7 => false,
        0xC0..=0x24F | 0x253 | 0x254 | 0x256 | 0x257 | 0x259 | 0x25B | 0x263 | 0x268 | 0x26F | 0x272 => true,
        0x289 | 0x28B | 0x2BB | 0x300..=0x36F | 0x1E00..=0x1EFF => true,
        _ => false,
    }
}

/// Where a query ends that starts at `at` with `?`; `at` itself for none.
pub(super) fn query_end(text: &str, at: usize) -> usize {
    if text.as_bytes().get(at) != Some(&b'?') {
        return at;
    }
    let mut end = at;
    for (offset, c) in text[at + 1..].char_indices() {
        let sign = matches!(c, '!' | '?' | '*' | '\'' | '(' | ')' | ';' | ':' | '+' | '$' | '%' | '[' | ']')
            || matches!(c, '.' | ',' | '~' | '|' | '@' | '^');
        let ends = c.is_ascii_alphanumeric() || matches!(c, '_' | '&' | '=' | '#' | '/' | '-') || is_ucs(c);
        if ends {
            end = at + 1 + offset + c.len_utf8();
        } else if !sign {
            break;
        }
    }
    end
}

/// What RFC 3987 allows beyond ASCII (`ucschar`, `iprivate`). It has spaces.
fn is_ucs(c: char) -> bool {
    let point = u32::from(c);
    match point {
        0xA0..=0xFDCF | 0xFDF0..=0xFFEF => true,
        0xE0000..=0xE0FFF => false,
        0x10000.. => point & 0xFFFF < 0xFFFE,
        _ => false,
    }
}

/// `xmpp:` and `magnet:` addresses, which are linked but not shortened.
pub(super) fn other_uris(text: &str, opens: bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let taken = found.last().map_or(0, |range| range.end);
        let start = |scheme: &str| {
            let start = colon.checked_sub(scheme.len())?;
            let same = text.as_bytes()[start..colon].eq_ignore_ascii_case(scheme.as_bytes());
            let before = text.get(..start).filter(|_| same)?.chars().next_back();
            let free = match before {
                None => opens,
                Some(c) => c == '\n' || start > taken && may_stand_before(c),
            };
            (free && start >= taken).then_some(start)
        };
        if let Some(start) = start("xmpp") {
            found.extend(jabber_end(text, colon + 1).map(|end| start..end));
        } else if let Some(start) = start("magnet") {
            let end = query_end(text, colon + 1);
            found.extend((end > colon + 1).then_some(start..end));
        }
    }
    found
}

/// `//node@host/node@host/resource?query`, all but a host may be left away.
fn jabber_end(text: &str, start: usize) -> Option<usize> {
    let node = |at: usize| at + escaped_run(&text[at..], |c| is_unreserved(c) || "!$()*+,;=".contains(c));
    let mut at = start;
    if text[at..].starts_with("//") {
        let end = node(at + 2);
        if end == at + 2 || !text[end..].starts_with('@') {
            return None;
        }
        at = Run::at(text, end + 1).host(text, end + 1).filter(|end| text[*end..].starts_with('/'))? + 1;
    }
    let end = node(at);
    if end > at && text[end..].starts_with('@') {
        at = end + 1;
    }
    let mut end = Run::at(text, at).host(text, at)?;
    if text[end..].starts_with('/') {
        let length = escaped_run(&text[end + 1..], |c| is_unreserved(c) || "!$&'()*+,;=".contains(c));
        end += if length > 0 { 1 + length } else { 0 };
    }
    Some(query_end(text, end))
}

/// The length of a run of such characters and `%20`.
fn escaped_run(text: &str, part: impl Fn(char) -> bool) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let digits = text.as_bytes()[at..].iter().skip(1).take(2).filter(|b| b.is_ascii_hexdigit()).count();
        if part(c) {
            at += c.len_utf8();
        } else if c == '%' && digits == 2 {
            at += 3;
        } else {
            break;
        }
    }
    at
}

fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~') || category::is_dash(c) || is_cyrillic(c)
}
