//! What people mean by a link, and each network's marks beside it, where a
//! network does not publish its own rules.

use super::category::is_mark;
use super::host::{bare_host, is_other_letter, is_spaced_letter, scheme_link};
use super::{Dialect, Entity, EntityKind, mark};
use crate::text::late;
use std::ops::Range;

/// What is found, and where the search goes on.
struct Found {
    kind: EntityKind,
    range: Range<usize>,
    on: usize,
}

/// All links, and the mentions, tags and symbols of `dialect`, in order, not overlapping.
///
/// A link has a scheme, begins with `www.`, or is a bare host in a top-level
/// domain of today that is meant as one ([`bare_host`]).
pub(super) fn entities(text: &str, dialect: Dialect) -> Vec<Entity> {
    let all_tokens = late::find(text);
    let mut tokens = all_tokens.iter().peekable();
    let mut out = Vec::new();
    let mut before: Option<char> = None;
    // The same, or what the marks before stand on.
    let mut base: Option<char> = None;
    // Bare hosts are looked for once a word, at its first letter.
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        if is_passed(*byte, before) {
            before = Some(char::from(*byte));
            base = before;
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        while tokens.next_if(|token| token.range.start < at).is_some() {}
        let token = tokens.next_if(|token| token.range.start == at);
        let found = if let Some(token) = token {
            Some((EntityKind::Link, token.range.end))
        } else {
            match c {
                'h' | 'H' => scheme_link(text, at).map(|end| (EntityKind::Link, end)),
                _ => mark::find(text, at, c, before, dialect),
            }
        };
        let found = found.or_else(|| {
            let starts = may_start_host(c, before, base) && dialect != Dialect::Discord;
            starts.then(|| bare_host(text, at)).flatten().map(|end| (EntityKind::Link, end))
        });
        // Nothing ends within an address that is not known yet: it ends before.
        let found = found.and_then(|(kind, end)| {
            let token = all_tokens.get(all_tokens.partition_point(|token| token.range.end <= end));
            match token.filter(|token| token.range.start < end) {
                Some(token) => {
                    (token.range.start > at + "https://".len()).then_some((kind, token.range.start))
                }
                None => Some((kind, end)),
            }
        });
        let found = found.map(|(kind, end)| match before {
            Some('<') if kind == EntityKind::Link && dialect == Dialect::Slack => in_brackets(text, at, end),
            _ => Found { kind, range: at..end, on: end },
        });
        let on = found.as_ref().map_or(at + c.len_utf8(), |found| found.on);
        out.extend(found.map(|Found { kind, range, .. }| Entity { kind, range }));
        before = text[at..on].chars().next_back();
        base = before.filter(|c| !is_mark(*c)).or(base);
        at = on;
    }
    out
}

/// For speed: whether nothing starts with this byte of ASCII behind `before`.
fn is_passed(byte: u8, before: Option<char>) -> bool {
    match byte {
        // A link starts within a word as well, the signs start everywhere.
        b'h' | b'H' | b'#' | b'@' | b'$' | b'<' | b'/' => false,
        byte if byte.is_ascii_alphanumeric() => mark::joins(before),
        byte => byte.is_ascii(),
    }
}

/// Whether a bare host may start with `c` behind `before`, which stands on `base`:
/// a word does, and what is Latin behind letters that are not (`詳しくはacme.de`).
fn may_start_host(c: char, before: Option<char>, base: Option<char>) -> bool {
    let latin = |c: char| c.is_ascii_alphanumeric() || is_spaced_letter(c);
    let is_first = match latin(c) {
        true => !base.is_some_and(latin),
        false => is_other_letter(c) && !base.is_some_and(|base| latin(base) || is_other_letter(base)),
    };
    is_first && !mark::joins(before) && !matches!(before, Some('.' | '-'))
}

/// The link of Slack's `<address|words>`, of which the address starts at `start`
/// and, to readers of plain text, ends at `end`: it ends before the words, and
/// nothing is looked for in them.
fn in_brackets(text: &str, start: usize, end: usize) -> Found {
    let stop = |from: usize, stops: &[char]| {
        let length = text[from..].find(|c: char| stops.contains(&c) || c.is_whitespace() && c != ' ');
        length.map(|length| from + length)
    };
    let bar = text[start..end].find('|').map_or(end, |length| start + length);
    let closed = match text.as_bytes().get(bar) {
        Some(b'|') => stop(bar, &['<', '>']).filter(|at| text[*at..].starts_with('>')),
        _ => None,
    };
    Found { kind: EntityKind::Link, range: start..bar, on: closed.unwrap_or(bar.max(start + 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_address_is_one_link_and_ends_where_its_token_ends() {
        let text = format!("{}/x #y", late::token("blog", true));
        let found: Vec<&str> =
            entities(&text, Dialect::Plain).into_iter().map(|entity| &text[entity.range]).collect();
        assert_eq!(found, ["https://rung.invalid/blog/tracked", "#y"]);
        let text = format!("<{}|the #post> #y", late::token("blog", false));
        let found: Vec<&str> =
            entities(&text, Dialect::Slack).into_iter().map(|entity| &text[entity.range]).collect();
        assert_eq!(found, ["https://rung.invalid/blog/plain"]);
    }

    #[test]
    fn brackets_that_never_close_are_passed_in_one_go() {
        let text = "<http://a|".repeat(3) + "words";
        assert_eq!(entities(&text, Dialect::Slack).len(), 3);
    }
}
