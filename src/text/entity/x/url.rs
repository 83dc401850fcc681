//! The links that X makes: with a scheme, and without where a host is plain.
//!
//! What a backtracking expression tries in every place is here found in one
//! pass: a host is looked for around each dot, in the longest run of characters
//! that hosts are made of, and each run, path and query is read once.

use super::super::tld;
use super::letters;
use super::tail::{Tail, query_end};
use std::num::NonZeroUsize;
use std::ops::Range;

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Whether it is written with `http://` or `https://`.
    pub scheme: bool,
    /// How far its fixed cost reaches, which is to its end but where a path
    /// follows a name of several scripts: the original measures the part of the
    /// name that it links together with the path, and counts as many units of
    /// UTF-16 from the link's beginning as one link; what is left counts as text.
    pub counted: usize,
}

/// What is longer is no link (`MAX_URL_LENGTH`), in UTF-16 with the scheme
/// counted on top (as `https://` where there is none).
const LONGEST: usize = 4096;
/// `MAX_TCO_SLUG_LENGTH`.
const LONGEST_SLUG: usize = 40;

/// Finds the links of `text` that begin at byte `from` or later. What stands
/// before `from` is used up: it may not even be the character before a link.
pub(super) fn find(text: &str, from: usize, found: &mut Vec<Url>) {
    let bytes = text.as_bytes();
    let (mut floor, mut looked) = (from, from);
    let mut labels = Vec::new();
    while let Some(dot) = memchr::memchr(b'.', &bytes[looked..]) {
        let dot = looked + dot;
        let start = run_start(text, looked.max(floor), dot);
        let end = run_end(text, dot);
        if end > dot + 1
            && let Some(ending) = last_ending(text, dot..end)
        {
            floor = match plain_host(text, start..end, ending, floor) {
                Some(host) => host.add(text, found),
                None => Run::new(text, start..end, &mut labels).search(floor, found),
            };
        }
        looked = end.max(floor);
    }
}

/// Where the last top-level domain ends that begins behind a dot of `range`: few
/// runs have one, and only they are worth dividing.
fn last_ending(text: &str, range: Range<usize>) -> Option<usize> {
    let dots = memchr::memrchr_iter(b'.', &text.as_bytes()[range.clone()]);
    dots.map(|dot| range.start + dot + 1).find_map(|label| tld::end(text, label))
}

/// The host that a run without `-` and `_` is, which most are: what [`Run`]
/// finds in it, at once. Every label of it is whole, so that it reaches from the
/// run's beginning to its last ending, if a link may begin there.
fn plain_host(text: &str, run: Range<usize>, end: usize, floor: usize) -> Option<Host> {
    let bytes = &text.as_bytes()[run.clone()];
    // The text's first character may be what stands before a link.
    if run.start == 0 || bytes.first() == Some(&b'.') || bytes.iter().any(|b| matches!(b, b'-' | b'_')) {
        return None;
    }
    Host::at(text, run.start, run.start..end, (0, true), floor)
}

/// A label of a host, or what could be one.
struct Label {
    start: usize,
    end: usize,
    /// Begins and ends with a letter, so to say.
    whole: bool,
    /// Where the top-level domain at its beginning ends, which is never 0.
    ending: Option<NonZeroUsize>,
    /// The last label that can be the ending of a host in which this label
    /// stands whole, and its follower too. Not its direct follower, so never 0.
    beyond: Option<NonZeroUsize>,
}

/// The longest run of host characters around a dot, as labels.
struct Run<'a> {
    text: &'a str,
    range: Range<usize>,
    labels: &'a [Label],
}

impl<'a> Run<'a> {
    fn new(text: &'a str, range: Range<usize>, labels: &'a mut Vec<Label>) -> Run<'a> {
        labels.clear();
        let mut start = range.start;
        for part in text[range.clone()].split('.') {
            let (first, last) = (part.chars().next(), part.chars().next_back());
            labels.push(Label {
                start,
                end: start + part.len(),
                whole: first.is_some_and(is_host_letter) && last.is_some_and(is_host_letter),
                ending: tld::end(text, start).filter(|_| start > range.start).and_then(NonZeroUsize::new),
                beyond: None,
            });
            start += part.len() + 1;
        }
        // From the right: the best ending for a label is its follower's best.
        let mut best = None;
        for at in (0..labels.len()).rev() {
            let direct = labels.get(at + 1).is_some_and(|next| next.ending.is_some());
            // A label that stands whole in a host has a dot behind it.
            let beyond = labels.get(at + 1).filter(|next| next.whole && at + 2 < labels.len()).and(best);
            labels[at].beyond = beyond;
            let name = || !text[labels[at].start..labels[at].end].contains('_');
            best = beyond.or_else(|| NonZeroUsize::new(at + 1).filter(|_| direct && name()));
        }
        Run { text, range, labels }
    }

    /// Adds the links of this run; how far the text is used up then.
    fn search(&self, mut floor: usize, found: &mut Vec<Url>) -> usize {
        let mut at = 0;
        while at + 1 < self.labels.len() {
            match self.host_in(at, floor) {
                Some(host) => {
                    floor = host.add(self.text, found);
                    at = host.last;
                }
                None => at += 1,
            }
        }
        floor
    }

    /// The first host that begins in label `at`.
    fn host_in(&self, at: usize, floor: usize) -> Option<Host> {
        let label = &self.labels[at];
        let direct = self.labels.get(at + 1).is_some_and(|next| next.ending.is_some());
        let whole = &self.text[label.start..label.end];
        if label.beyond.is_none() && !direct || !whole.ends_with(is_host_letter) {
            return None;
        }
        // The name before an ending has no `_`, so it begins behind the last.
        let (last, name) = match label.beyond {
            Some(last) => (last.get(), label.start),
            None => (at + 1, whole.rfind('_').map_or(label.start, |underscore| label.start + underscore + 1)),
        };
        let from = label.start.max(floor);
        let part = self.text.get(from..label.end)?;
        let mut places = part.char_indices().map(|(offset, c)| (from + offset, c)).peekable();
        while let Some((start, c)) = places.next() {
            // The text's first character (in UTF-16) is rather what stands
            // before a link than the link's own, where it can be both.
            let rather = places.peek().filter(|_| start == 0 && c.len_utf16() == 1 && may_precede(c));
            for (start, c) in rather.copied().into_iter().chain([(start, c)]) {
                if start >= name
                    && is_host_letter(c)
                    && let Some(host) = self.host_at(start, c, last, floor)
                {
                    return Some(host);
                }
            }
        }
        None
    }

    /// The host that begins at `start` with `c` and ends in label `last`.
    fn host_at(&self, start: usize, c: char, last: usize, floor: usize) -> Option<Host> {
        let end = self.labels[last].ending.map_or(start, NonZeroUsize::get);
        let host = Host::at(self.text, start, start..end, (last, start == self.range.start), floor);
        // The original reads UTF-16: half of a pair may stand before the other.
        let halved = c.len_utf16() == 2 && start >= floor;
        host.or_else(|| {
            halved.then_some(Host { begin: start, name: start..end, last, scheme: false, refused: false })
        })
    }
}

/// A host with its place, before it is known to be a link.
struct Host {
    /// Where the scheme begins, or the name.
    begin: usize,
    name: Range<usize>,
    /// The label that the name ends in.
    last: usize,
    scheme: bool,
    /// Not a link for what stands before (`invalidUrlWithoutProtocolPrecedingChars`).
    refused: bool,
}

impl Host {
    /// The host with this name that ends in label `last`, if one may begin there.
    /// Before the first label of a run its scheme may stand.
    fn at(
        text: &str,
        start: usize,
        name: Range<usize>,
        (last, first): (usize, bool),
        floor: usize,
    ) -> Option<Host> {
        let scheme = first.then(|| scheme_before(text, start, floor)).flatten();
        let begin = scheme.unwrap_or(start);
        let refused = scheme.is_none() && text[..begin].ends_with(['-', '_', '.', '/']);
        may_begin(text, begin, floor).then_some(Host { begin, name, last, scheme: scheme.is_some(), refused })
    }

    /// Adds the links that this host is; where the text behind it goes on.
    fn add(&self, text: &str, found: &mut Vec<Url>) -> usize {
        let tail = Tail::new(text, self.name.end);
        let whole = &text[self.begin..tail.end];
        let name = &text[self.name.clone()];
        // Without a scheme, its default one is counted in.
        let scheme = if self.scheme { self.name.start - self.begin } else { "https://".len() };
        if !short_enough(whole, scheme) || !is_name(name) {
            return tail.end;
        }
        if self.scheme {
            let end = match slug_end(text, self.begin, &self.name) {
                Slug::None => tail.end,
                Slug::End(end) => end,
                Slug::TooLong => return tail.end,
            };
            found.push(Url { range: self.begin..end, scheme: true, counted: end });
        } else if !self.refused {
            let first = found.len();
            plain_names(text, &self.name, found);
            if let Some(last) = found[first..].last_mut().filter(|_| tail.path) {
                let units = text[self.name.end..tail.end].encode_utf16().count();
                last.counted = match last.range.end == self.name.end {
                    true => tail.end,
                    false => units_end(text, last.range.end, units),
                };
                last.range.end = tail.end;
            }
        }
        tail.end
    }
}

/// Whether a character may stand at either end of a label (`validDomainChars`):
/// all but punctuation, spaces, and what is invalid or steers the direction.
fn is_host_letter(c: char) -> bool {
    match c {
        '\0'..='\x7f' => is_ascii_host_letter(c),
        _ => !matches!(u32::from(c),
            0x85 | 0xA0 | 0x61C | 0x1680 | 0x180E | 0x2000..=0x200A | 0x200E..=0x200F | 0x2028..=0x202F
            | 0x205F | 0x2066..=0x2069 | 0x3000 | 0xFEFF | 0xFFFE..=0xFFFF),
    }
}

const fn is_ascii_host_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '"' | '`' | '\0'..='\x08' | '\x0e'..='\x1f' | '\x7f')
}

fn is_run(c: char) -> bool {
    matches!(c, '-' | '_' | '.') || is_host_letter(c)
}

/// [`is_run`] of bytes of ASCII, for speed; of other bytes never.
const RUN: [bool; 256] = {
    let mut run = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        run[byte as usize] = matches!(byte, b'-' | b'_' | b'.') || is_ascii_host_letter(byte as char);
        byte += 1;
    }
    run
};

fn run_start(text: &str, floor: usize, dot: usize) -> usize {
    let mut start = dot;
    loop {
        let before = text.as_bytes()[floor..start].iter().rev();
        start -= before.take_while(|byte| RUN[usize::from(**byte)]).count();
        match text[floor..start].chars().next_back() {
            Some(c) if !c.is_ascii() && is_run(c) => start -= c.len_utf8(),
            _ => return start,
        }
    }
}

/// The end of the run, or of its part before a second dot in a row: no host
/// goes on behind that.
fn run_end(text: &str, dot: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = dot;
    loop {
        let is_run = |at: usize, byte: u8| RUN[usize::from(byte)] && (byte != b'.' || bytes[at - 1] != b'.');
        let rest = bytes[at..].iter().enumerate();
        at += rest.take_while(|(offset, byte)| at + offset == dot || is_run(at + offset, **byte)).count();
        match text[at..].chars().next() {
            Some(c) if !c.is_ascii() && self::is_run(c) => at += c.len_utf8(),
            _ => return at,
        }
    }
}

/// Whether a link may begin at `at` (`validUrlPrecedingChars`).
fn may_begin(text: &str, at: usize, floor: usize) -> bool {
    at == 0 || text.get(floor..at).and_then(|before| before.chars().next_back()).is_some_and(may_precede)
}

fn may_precede(c: char) -> bool {
    !c.is_ascii_alphanumeric()
        && !matches!(c, '@' | '＠' | '$' | '#' | '＃' | '\u{fffe}' | '\u{feff}' | '\u{ffff}')
}

/// Where the scheme begins that stands right before `at`.
fn scheme_before(text: &str, at: usize, floor: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[floor.min(at)..at];
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        bytes.len() >= scheme.len()
            && bytes[bytes.len() - scheme.len()..].eq_ignore_ascii_case(scheme.as_bytes())
    })?;
    Some(at - scheme.len()).filter(|begin| may_begin(text, *begin, floor))
}

/// Where so many units of UTF-16 end, counted from `start`.
fn units_end(text: &str, start: usize, units: usize) -> usize {
    let mut left = units;
    let taken = text[start..].chars().take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    start + taken.map(char::len_utf8).sum::<usize>()
}

fn short_enough(whole: &str, scheme: usize) -> bool {
    // Bytes are never fewer than UTF-16 units.
    whole.len() + scheme <= LONGEST || whole.encode_utf16().count() + scheme <= LONGEST
}

/// Whether every label can be a name: at most 63 bytes as it is encoded (RFC
/// 1035). What begins like punycode must have a plain host in it.
fn is_name(name: &str) -> bool {
    if name.starts_with("xn--") {
        let mut found = Vec::new();
        plain_names(name, &(0..name.len()), &mut found);
        if found.is_empty() {
            return false;
        }
    }
    // For speed: most are as short as a label may be.
    name.is_ascii() && name.len() < 64 || name.chars().nth(7).is_none() || name.split('.').all(is_name_label)
}

fn is_name_label(label: &str) -> bool {
    if label.is_ascii() {
        return label.len() < 64;
    }
    // Punycode needs at most 8 letters for a character, and 5 for each part.
    if label.chars().nth(7).is_none() {
        return true;
    }
    // Dots of other scripts divide what is encoded, and count, also where
    // nothing stands before them.
    let mut length = label.matches(WIDE_DOTS).count();
    for part in label.split(WIDE_DOTS) {
        length += match part {
            part if part.is_ascii() => part.len(),
            part if part.chars().nth(63).is_some() => return false,
            part => idna::punycode::encode_str(part).map_or(64, |encoded| "xn--".len() + encoded.len()),
        };
    }
    length < 64
}

/// The dots that end a label where it is encoded (RFC 3490), but for `.`.
const WIDE_DOTS: [char; 3] = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];

enum Slug {
    None,
    End(usize),
    TooLong,
}

/// A link of `t.co` is its slug and a query, whatever follows.
fn slug_end(text: &str, begin: usize, name: &Range<usize>) -> Slug {
    let bytes = text.as_bytes();
    let ours = text[name.clone()].eq_ignore_ascii_case("t.co") && bytes.get(name.end) == Some(&b'/');
    let slug = name.end + 1;
    let length = bytes.iter().skip(slug).take_while(|b| b.is_ascii_alphanumeric()).count();
    match length {
        _ if !ours || begin == name.start => Slug::None,
        0 => Slug::None,
        1..=LONGEST_SLUG => Slug::End(query_end(bytes, slug + length)),
        _ => Slug::TooLong,
    }
}

/// The hosts of plain letters (`validAsciiDomain`) within the name at `range`:
/// without a scheme only these are links.
fn plain_names(text: &str, range: &Range<usize>, found: &mut Vec<Url>) {
    let text = &text[..range.end];
    // Nothing but plain letters: the name as it is.
    if text[range.clone()].bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
        found.push(Url { counted: range.end, range: range.clone(), scheme: false });
        return;
    }
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii() && letters::is_accented_either_case(c)
    };
    let plain_end =
        |from: usize| text[from..].find(|c| !is_plain(c)).map_or(text.len(), |length| from + length);
    let (mut at, mut searched) = (range.start, range.start);
    while let Some(start) = text[at..].find(is_plain).map(|offset| at + offset) {
        let (mut end, mut ending) = (plain_end(start), None);
        let mut label = start;
        while end > label && text.as_bytes().get(end) == Some(&b'.') {
            ending = tld::end(text, end + 1).or(ending);
            label = end + 1;
            end = plain_end(label);
        }
        at = match ending {
            Some(ending) => {
                // Where such letters stand first, which may be before, in a word that goes on.
                let written = &text[start..ending];
                let before = (searched < start).then(|| text[searched..].find(written)).flatten();
                let first = before.map_or(start, |offset| searched + offset);
                searched = first + written.len();
                found.push(Url { range: first..searched, scheme: false, counted: searched });
                ending
            }
            None => end,
        };
    }
}
