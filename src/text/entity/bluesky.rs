//! Entities as Bluesky's own library detects them (`@atproto/api`, rich text
//! detection, at d6296a1c, 2026-08-20), and the facets that a post carries for
//! them: Bluesky's servers link nothing by themselves.
//!
//! White space and word ends are those of JavaScript's regular expressions.

use super::pieces::pieces;
use super::{Entity, EntityKind, category, tld};
use std::ops::Range;

/// A stretch of a Bluesky post with a meaning of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// Where it stands, in bytes of UTF-8, as the record wants it.
    pub range: Range<usize>,
    /// What it means.
    pub feature: Feature,
}

/// What a [`Facet`] means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A person or organisation, by handle and without `@`: the record wants
    /// its DID; a handle that nobody has stays text.
    Mention(String),
    /// The address, with its scheme.
    Link(String),
    /// The tag without its `#`, or a share's symbol in capitals with its `$`.
    Tag(String),
}

/// All facets of `text` in order, not overlapping.
pub fn facets(text: &str) -> Vec<Facet> {
    let feature = |found: Found| match found {
        Found::Mention(handle) => Feature::Mention(handle.to_owned()),
        Found::Link(link) => Feature::Link(link.to_owned()),
        Found::Host(link) => Feature::Link(format!("https://{link}")),
        Found::Tag(tag) => Feature::Tag(tag.to_owned()),
        Found::Symbol(symbol) => Feature::Tag(format!("${}", symbol.to_ascii_uppercase())),
    };
    find(text).into_iter().map(|(range, found)| Facet { range, feature: feature(found) }).collect()
}

pub(super) fn entities(text: &str) -> Vec<Entity> {
    let kind = |found: Found| match found {
        Found::Mention(_) => EntityKind::Mention,
        Found::Link(_) | Found::Host(_) => EntityKind::Link,
        Found::Symbol(_) => EntityKind::Cashtag,
        Found::Tag(_) => EntityKind::Hashtag,
    };
    find(text).into_iter().map(|(range, found)| Entity { kind: kind(found), range }).collect()
}

/// What is found, as it is written.
#[derive(Clone, Copy)]
enum Found<'a> {
    /// A handle.
    Mention(&'a str),
    /// An address with its scheme.
    Link(&'a str),
    /// An address without one.
    Host(&'a str),
    /// What stands behind `#`.
    Tag(&'a str),
    /// What stands behind `$`.
    Symbol(&'a str),
}

fn find(text: &str) -> Vec<(Range<usize>, Found<'_>)> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        let part = &text[piece.range.clone()];
        if piece.late {
            found.push((piece.range, Found::Link(part)));
            continue;
        }
        // What stands directly behind an address is in the middle of a word.
        let opens = piece.range.start == 0;
        let closes = piece.range.end == text.len();
        let start = piece.range.start;
        for word in words(part, opens) {
            let inside = &part[word.range.clone()];
            let ends_text = closes || word.range.end < part.len();
            word_facets(inside, word.opens, ends_text, &mut |range, feature| {
                let at = start + word.range.start;
                found.push((at + range.start..at + range.end, feature));
            });
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    let mut end = 0;
    found.retain(|(range, _)| {
        let stands = range.start >= end;
        end = if stands { range.end } else { end };
        stands
    });
    found
}

/// What stands between white space.
struct Word {
    range: Range<usize>,
    /// Whether white space or the beginning of the text stands before it.
    opens: bool,
}

fn words(text: &str, opens: bool) -> impl Iterator<Item = Word> {
    let mut from = 0;
    text.split(is_space).filter_map(move |word| {
        let start = from;
        from += word.len() + text[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        let opens = opens || start > 0;
        (!word.is_empty()).then_some(Word { range: start..start + word.len(), opens })
    })
}

/// White space as JavaScript has it.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || c != '\u{85}' && c.is_whitespace()
}

fn word_facets<'a>(
    word: &'a str,
    opens: bool,
    ends_text: bool,
    found: &mut impl FnMut(Range<usize>, Found<'a>),
) {
    if opens && let Some((range, tag)) = tag(word) {
        found(range, Found::Tag(tag));
    }
    let mut linked = false;
    // A mention, a link and a symbol begin the word or stand behind a `(`.
    let brackets = word.match_indices('(').map(|(at, _)| at + 1);
    for at in opens.then_some(0).into_iter().chain(brackets) {
        let rest = &word[at..];
        match rest.as_bytes().first() {
            Some(b'@') => {
                if let Some(handle) = mention(&rest[1..]) {
                    found(at..at + 1 + handle.len(), Found::Mention(handle));
                }
            }
            Some(b'$') => {
                if let Some(symbol) = cashtag(&rest[1..], ends_text) {
                    found(at..at + 1 + symbol.len(), Found::Symbol(symbol));
                }
            }
            Some(first) if first.is_ascii_alphabetic() && !linked => {
                let Some(link) = link(rest) else { continue };
                // What was looked at to the word's end is not looked at again.
                linked = true;
                if let Some((length, link)) = link {
                    found(at..at + length, link);
                }
            }
            _ => {}
        }
    }
}

/// The handle at the beginning: letters, digits, `.` and `-`, with an ending
/// that exists, or `.test`.
fn mention(rest: &str) -> Option<&str> {
    let run = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')).count();
    let handle = rest[..run].trim_end_matches(['.', '-']);
    let ends = rest.as_bytes().get(run) != Some(&b'_');
    (ends && (has_known_ending(handle) || handle.ends_with(".test"))).then_some(handle)
}

/// Whether the last label is a top-level domain of today, in small letters.
fn has_known_ending(host: &str) -> bool {
    host.rsplit_once('.').is_some_and(|(_, ending)| {
        ending.bytes().all(|b| b.is_ascii_lowercase()) && tld::is_in_zone(ending.as_bytes())
    })
}

/// The link that is the rest of a word, with its length, or an inner
/// `None` for what has the form of one and is none. The outer `None`: no form.
fn link(rest: &str) -> Option<Option<(usize, Found<'_>)>> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        let start = rest.as_bytes().get(..scheme.len());
        rest.len() > scheme.len() && start.is_some_and(|b| b.eq_ignore_ascii_case(scheme.as_bytes()))
    });
    if let Some(scheme) = scheme {
        // `HTTPS://` is not linked.
        let written = rest.starts_with(scheme);
        return Some(written.then(|| without_punctuation(rest)).map(|link| (link.len(), Found::Link(link))));
    }
    let label = |text: &str| text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let mut host = label(rest);
    let first = host;
    while rest.as_bytes().get(host) == Some(&b'.') {
        let length = label(&rest[host + 1..]);
        if length == 0 {
            break;
        }
        host += 1 + length;
    }
    if host == first {
        return None;
    }
    let known = has_known_ending(&rest[..host]);
    Some(known.then(|| without_punctuation(rest)).map(|link| (link.len(), Found::Host(link))))
}

/// Without one mark of punctuation at the end, and without a bracket that
/// nothing opened.
fn without_punctuation(link: &str) -> &str {
    let link = link.strip_suffix(['.', ',', ';', ':', '!', '?']).unwrap_or(link);
    link.strip_suffix(')').filter(|_| !link.contains('(')).unwrap_or(link)
}

/// The tag at the beginning of a word: up to a character without width, not
/// only digits and punctuation. At most 64 units of UTF-16, as the library has it:
/// what fits that is also within the 640 bytes and 64 graphemes of the lexicon.
fn tag(word: &str) -> Option<(Range<usize>, &str)> {
    let sign = word.chars().next().filter(|c| matches!(c, '#' | '＃'))?.len_utf8();
    let rest = &word[sign..];
    if rest.starts_with('\u{fe0f}') {
        return None;
    }
    let run = rest.split(is_widthless).next().unwrap_or("");
    if !run.contains(|c: char| !c.is_ascii_digit() && !category::is_punctuation(c)) {
        return None;
    }
    let tag = run.trim_end_matches(category::is_punctuation);
    let fits = tag.encode_utf16().nth(64).is_none();
    // The library takes the sign for one byte: its facet of `＃tag` is measured
    // in UTF-16 and made bytes afterwards, so that both are right.
    fits.then(|| (0..sign + tag.len(), tag))
}

/// What ends a tag though it is no space.
fn is_widthless(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{2060}' | '\u{200a}'..='\u{200d}' | '\u{20e2}')
}

/// The share's symbol: a letter and up to four letters or digits.
fn cashtag(rest: &str, ends_text: bool) -> Option<&str> {
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let ends = match rest[length..].chars().next() {
        None => ends_text,
        Some(c) => matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | '"' | '\'' | '’'),
    };
    let letter = rest.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (letter && length <= 5 && ends).then(|| &rest[..length])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::late;

    fn found(text: &str) -> Vec<(&str, Feature)> {
        facets(text).into_iter().map(|facet| (&text[facet.range], facet.feature)).collect()
    }

    fn link<'a>(text: &'a str, uri: &str) -> (&'a str, Feature) {
        (text, Feature::Link(uri.to_owned()))
    }

    fn mention(handle: &str) -> Feature {
        Feature::Mention(handle.to_owned())
    }

    fn tag<'a>(text: &'a str, tag: &str) -> (&'a str, Feature) {
        (text, Feature::Tag(tag.to_owned()))
    }

    #[test]
    fn links_with_a_scheme_or_an_ending_that_exists() {
        assert_eq!(
            found("See https://acme.org/a?b#c, acme.org/x! (acme.dev) é http://x"),
            [
                link("https://acme.org/a?b#c", "https://acme.org/a?b#c"),
                link("acme.org/x", "https://acme.org/x"),
                link("acme.dev", "https://acme.dev"),
                link("http://x", "http://x"),
            ]
        );
        // One mark of punctuation, and a bracket only if none is open.
        assert_eq!(found("https://acme.org..").len(), 1);
        assert_eq!(found("https://acme.org..")[0].0, "https://acme.org.");
        assert_eq!(found("https://acme.org/a_(b)")[0].0, "https://acme.org/a_(b)");
        assert_eq!(found("[here](https://acme.org).")[0].0, "https://acme.org");
        for none in [
            "photo.jpeg",
            "acme.org.zzzz",
            "my-acme.org",
            "HTTPS://acme.org",
            "Acme.ORG",
            "http://",
            "a..b",
            "acme.onion",
        ] {
            assert_eq!(found(none), [], "{none}");
        }
        // A word that begins like a scheme is a host like others. (The library links
        // any such word, but as an address without a scheme, which no server takes.)
        assert_eq!(found("httpbin.org"), [link("httpbin.org", "https://httpbin.org")]);
        assert_eq!(found("http.zzzz"), []);
    }

    #[test]
    fn mentions_are_handles() {
        assert_eq!(
            found("@ada.bsky.social, (@bob.test) @a-b.acme.org. x@acme.org @ada @a.com_"),
            [
                ("@ada.bsky.social", mention("ada.bsky.social")),
                ("@bob.test", mention("bob.test")),
                ("@a-b.acme.org", mention("a-b.acme.org")),
            ]
        );
    }

    #[test]
    fn tags_run_to_the_next_space() {
        assert_eq!(
            found("#rocket, ＃宇宙! (#no) #a,b_ ##two #1 #1a #a\u{200b}b #️⃣x"),
            [
                tag("#rocket", "rocket"),
                tag("＃宇宙", "宇宙"),
                tag("#a,b", "a,b"),
                tag("##two", "#two"),
                tag("#1a", "1a"),
                tag("#a", "a"),
            ]
        );
        assert_eq!(found(&format!("#{}", "é".repeat(64))).len(), 1);
        assert_eq!(found(&format!("#{}", "é".repeat(65))), []);
        assert_eq!(found(&format!("#{}", "👋".repeat(32))).len(), 1);
        assert_eq!(found(&format!("#{}", "👋".repeat(33))), []);
    }

    #[test]
    fn symbols_of_shares_are_tags_with_their_sign() {
        assert_eq!(found("$acme, ($A1) $TOOLONG $1 a$B $B-"), [tag("$acme", "$ACME"), tag("$A1", "$A1")]);
        let kinds: Vec<EntityKind> = entities("#$a $a").into_iter().map(|entity| entity.kind).collect();
        assert_eq!(kinds, [EntityKind::Hashtag, EntityKind::Cashtag]);
    }

    #[test]
    fn nothing_overlaps_and_late_addresses_stand_alone() {
        assert_eq!(found("#x(https://acme.org)"), [tag("#x(https://acme.org", "x(https://acme.org")]);
        let token = late::token("blog", true);
        let text = format!("#a{token}#b {token}");
        assert_eq!(found(&text), [tag("#a", "a"), link(&token, &token), link(&token, &token)]);
        assert_eq!(found(&format!("$A{token}")), [link(&token, &token)]);
    }
}
