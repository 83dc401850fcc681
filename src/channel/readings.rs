//! Every way in which a text may be read: as it stands, without escapes, without what
//! stands between letters, and with what is hexadecimal or base64 in it decoded.
//!
//! Promise: each byte of a reading knows the part of the text that it was read from, so
//! that what is found in one can be hidden in the text. Time and memory are linear in the
//! text. Pure.

use std::ops::Range;

/// One reading.
pub struct Reading {
    /// What was read.
    pub bytes: Vec<u8>,
    /// The part of the text that each of them was read from.
    from: Vec<(u32, u32)>,
    /// What was left out.
    pub kind: Kind,
}

/// What a reading leaves out, and what is looked for in it has to leave out as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Whole,
    /// Blanks, ends of lines and what cannot be seen; and capitals are small letters.
    Dense,
    /// All but letters and digits of ASCII; and capitals are small letters.
    Letters,
}

/// Escapes of escapes are read so often: who escapes more often is not understood.
const ROUNDS: usize = 3;

/// Runs that are shorter are no encoding of a secret: four bytes in hex, six in base64.
const SHORTEST_RUN: usize = 8;

/// What no text holds: readings of two runs do not run together.
const BREAK: u8 = 0xff;

impl Reading {
    /// The part of the text that these bytes were read from.
    pub fn source(&self, found: Range<usize>) -> Range<usize> {
        let of = |at: usize| self.from.get(at).copied().unwrap_or_default();
        let (start, end) = (of(found.start).0, of(found.end.saturating_sub(1)).1);
        start as usize..end.max(start) as usize
    }

    fn new(kind: Kind) -> Reading {
        Reading { bytes: Vec::new(), from: Vec::new(), kind }
    }

    /// What stands there.
    fn of(bytes: &[u8]) -> Reading {
        let mut whole = Reading::new(Kind::Whole);
        (0..).zip(bytes).for_each(|(at, byte)| whole.push(*byte, (at, at + 1)));
        whole
    }

    fn push(&mut self, byte: u8, from: (u32, u32)) {
        self.bytes.push(byte);
        self.from.push(from);
    }

    fn end(&mut self) {
        let at = self.from.last().map_or(0, |from| from.1);
        self.push(BREAK, (at, at));
    }

    /// From the first to the last of these bytes.
    fn span(&self, first: usize, last: usize) -> (u32, u32) {
        (self.from[first].0, self.from[last].1)
    }
}

/// Gives each reading of `text` to `look`, one after the other: no two of them are held
/// at a time, but for those with and without escapes.
pub fn each(text: &str, mut look: impl FnMut(&Reading)) {
    // More than 4 GiB are nobody's words.
    let Ok(_) = u32::try_from(text.len()) else { return };
    let mut whole = Reading::of(text.as_bytes());
    for round in 0..=ROUNDS {
        look(&whole);
        look(&dense(&whole));
        let letters = letters(&whole);
        look(&from_hex(&letters));
        look(&small(letters));
        // As it stands: capitals and `+` say something here.
        look(&from_base64(&without(&whole, Kind::Whole, |_| true)));
        if round == ROUNDS {
            return;
        }
        match unescaped(&whole) {
            Some(read) => whole = read,
            None => return,
        }
    }
}

/// `bytes` as a reading of that kind has them.
pub fn left_of(bytes: &[u8], kind: Kind) -> Vec<u8> {
    let whole = Reading::of(bytes);
    match kind {
        Kind::Whole => whole.bytes,
        Kind::Dense => dense(&whole).bytes,
        Kind::Letters => small(letters(&whole)).bytes,
    }
}

fn dense(read: &Reading) -> Reading {
    small(without(read, Kind::Dense, |_| true))
}

fn letters(read: &Reading) -> Reading {
    without(read, Kind::Letters, |byte| byte.is_ascii_alphanumeric())
}

fn small(mut read: Reading) -> Reading {
    read.bytes.make_ascii_lowercase();
    read
}

/// `read` without what cannot be seen, and without what `keep` does not keep.
fn without(read: &Reading, kind: Kind, keep: impl Fn(u8) -> bool) -> Reading {
    let mut out = Reading::new(kind);
    let mut at = 0;
    while at < read.bytes.len() {
        match unseen(&read.bytes[at..]) {
            0 => {
                if keep(read.bytes[at]) {
                    out.push(read.bytes[at], read.from[at]);
                }
                at += 1;
            }
            length => at += length,
        }
    }
    out
}

/// How many bytes at the beginning are a blank, an end of a line, or a character that has
/// no width (Unicode 17: White_Space, Cc, and what of Cf stands between letters).
fn unseen(bytes: &[u8]) -> usize {
    match bytes {
        [0..=0x20 | 0x7f, ..] => 1,
        [0xc2, 0x80..=0xa0 | 0xad, ..] => 2,
        [0xe2, 0x80, 0x80..=0x8f | 0xa8..=0xaf, ..] | [0xe2, 0x81, 0x9f..=0xaf, ..] => 3,
        [0xe1, 0x9a, 0x80, ..] | [0xe3, 0x80, 0x80, ..] | [0xef, 0xbb, 0xbf, ..] => 3,
        // Marks that choose how a letter is drawn.
        [0xef, 0xb8, 0x80..=0x8f, ..] => 3,
        _ => 0,
    }
}

/// What stands there in hex, of letters and digits alone: in pairs from the first digit on,
/// and from the second.
fn from_hex(plain: &Reading) -> Reading {
    let mut out = Reading::new(Kind::Whole);
    for run in runs(&plain.bytes, |byte| byte.is_ascii_hexdigit()) {
        for first in 0..2 {
            let mut at = run.start + first;
            while at + 1 < run.end {
                let value = |at: usize| char::from(plain.bytes[at]).to_digit(16).unwrap_or(0) as u8;
                out.push(value(at) << 4 | value(at + 1), plain.span(at, at + 1));
                at += 2;
            }
            out.end();
        }
    }
    out
}

/// What stands there in base64, with either alphabet (RFC 4648, sections 4 and 5): its
/// groups of four may begin anywhere, for words may run into it.
fn from_base64(plain: &Reading) -> Reading {
    let mut out = Reading::new(Kind::Whole);
    let value = |byte: u8| -> Option<u32> {
        Some(match byte {
            b'A'..=b'Z' => u32::from(byte - b'A'),
            b'a'..=b'z' => u32::from(byte - b'a') + 26,
            b'0'..=b'9' => u32::from(byte - b'0') + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        })
    };
    for run in runs(&plain.bytes, |byte| value(byte).is_some()) {
        for first in 0..4 {
            // The bits that are read and not given yet, and where each of their letters stands.
            let (mut bits, mut held) = (0u32, 0u32);
            for at in run.start + first..run.end {
                bits = bits << 6 | value(plain.bytes[at]).unwrap_or(0);
                held += 6;
                if held >= 8 {
                    held -= 8;
                    out.push((bits >> held) as u8, plain.span(at - 1, at));
                    bits &= (1 << held) - 1;
                }
            }
            out.end();
        }
    }
    out
}

/// The longest runs of bytes that `are` so, but for those that are too short.
fn runs(bytes: &[u8], are: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            at += bytes[at..].iter().take_while(|byte| are(**byte)).count();
            let run = start..at;
            at += 1;
            if run.len() >= SHORTEST_RUN {
                return Some(run);
            }
        }
        None
    })
}

/// `read` without its escapes: those of addresses, of HTML and of JSON. None if it has none.
fn unescaped(read: &Reading) -> Option<Reading> {
    let mut out = Reading::new(Kind::Whole);
    let (mut at, mut any) = (0, false);
    while at < read.bytes.len() {
        match escape(&read.bytes[at..]) {
            Some((length, stands_for)) => {
                any = true;
                let from = read.span(at, at + length - 1);
                stands_for.encode(|byte| out.push(byte, from));
                at += length;
            }
            None => {
                out.push(read.bytes[at], read.from[at]);
                at += 1;
            }
        }
    }
    any.then_some(out)
}

/// What an escape stands for.
enum Meant {
    Byte(u8),
    Letter(char),
}

impl Meant {
    fn encode(self, push: impl FnMut(u8)) {
        match self {
            Meant::Byte(byte) => std::iter::once(byte).for_each(push),
            Meant::Letter(letter) => letter.encode_utf8(&mut [0; 4]).bytes().for_each(push),
        }
    }
}

/// The escape at the beginning, with its length.
fn escape(bytes: &[u8]) -> Option<(usize, Meant)> {
    match bytes {
        [b'%', rest @ ..] => Some((3, Meant::Byte(u8::try_from(hex(rest.get(..2)?)?).ok()?))),
        [b'&', b'#', b'x' | b'X', rest @ ..] => numbered(rest, 3, 16),
        [b'&', b'#', rest @ ..] => numbered(rest, 2, 10),
        [b'&', rest @ ..] => {
            let (name, letter) = NAMED.iter().find(|(name, _)| rest.starts_with(name.as_bytes()))?;
            Some((1 + name.len(), Meant::Letter(*letter)))
        }
        [b'\\', b'u', rest @ ..] => {
            let first = hex(rest.get(..4)?)?;
            // Two halves of a character beyond the first 65,536 (RFC 8259, section 7).
            if let (0xd800..0xdc00, [b'\\', b'u', second @ ..]) = (first, &rest[4..])
                && let Some(second @ 0xdc00..0xe000) = second.get(..4).and_then(hex)
            {
                let letter = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Some((12, Meant::Letter(char::from_u32(letter)?)));
            }
            Some((6, Meant::Letter(char::from_u32(first)?)))
        }
        [b'\\', b'x', rest @ ..] => Some((4, Meant::Byte(u8::try_from(hex(rest.get(..2)?)?).ok()?))),
        [b'\\', b'n' | b'r' | b't' | b'b' | b'f', ..] => Some((2, Meant::Byte(b'\n'))),
        [b'\\', own @ (b'/' | b'\\' | b'"' | b'\''), ..] => Some((2, Meant::Byte(*own))),
        _ => None,
    }
}

/// The names of HTML for what secrets hold and text does not spell as it is.
const NAMED: [(&str, char); 22] = [
    ("amp;", '&'),
    ("lt;", '<'),
    ("gt;", '>'),
    ("quot;", '"'),
    ("apos;", '\''),
    ("nbsp;", ' '),
    ("equals;", '='),
    ("plus;", '+'),
    ("sol;", '/'),
    ("bsol;", '\\'),
    ("lowbar;", '_'),
    ("colon;", ':'),
    ("semi;", ';'),
    ("period;", '.'),
    ("comma;", ','),
    ("num;", '#'),
    ("excl;", '!'),
    ("quest;", '?'),
    ("commat;", '@'),
    ("dollar;", '$'),
    ("percnt;", '%'),
    ("ast;", '*'),
];

/// A number of HTML, behind `before` bytes; the `;` may be missing.
fn numbered(digits: &[u8], before: usize, base: u32) -> Option<(usize, Meant)> {
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(base);
    let length = digits.iter().take(8).take_while(is_digit).count();
    let text = std::str::from_utf8(digits.get(..length)?).ok()?;
    let letter = char::from_u32(u32::from_str_radix(text, base).ok()?)?;
    let ended = usize::from(digits.get(length) == Some(&b';'));
    Some((before + length + ended, Meant::Letter(letter)))
}

/// Hexadecimal digits, and nothing else.
fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |all, digit| Some(all << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The parts of `text` in which some reading has `sought`.
    fn parts<'a>(text: &'a str, sought: &str) -> Vec<&'a str> {
        let mut found = Vec::new();
        each(text, |read| {
            let sought = left_of(sought.as_bytes(), read.kind);
            for at in memchr::memmem::find_iter(&read.bytes, &sought) {
                found.push(&text[read.source(at..at + sought.len())]);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn what_is_read_knows_where_it_stands() {
        for (text, part) in [
            ("a sEkr/et+9 b", "sEkr/et+9"),
            ("a s E k r / e t + 9 b", "s E k r / e t + 9"),
            ("a SEKR/ET+9 b", "SEKR/ET+9"),
            ("a sEkr\n/et\u{200b}+9 b", "sEkr\n/et\u{200b}+9"),
            ("a s-E-k-r-/-e-t-+-9 b", "s-E-k-r-/-e-t-+-9"),
            ("a %73%45kr%2fet%2B9 b", "%73%45kr%2fet%2B9"),
            ("a %2573Ekr/et+9 b", "%2573Ekr/et+9"),
            ("a &#115;&#x45;kr&sol;et&plus;&#57 b", "&#115;&#x45;kr&sol;et&plus;&#57"),
            ("a \\u0073\\x45kr\\/et+9 b", "\\u0073\\x45kr\\/et+9"),
            ("a 73456b722f65742b39 b", "73456b722f65742b39"),
            ("a: 73 45 6B 72 2F 65 74 2B 39", "73 45 6B 72 2F 65 74 2B 39"),
            ("sum=f73456b722f65742b391", "73456b722f65742b39"),
            ("Basic c0Vrci9ldCs5", "c0Vrci9ldCs5"),
            // With a user before it, and words that run into it.
            ("Basic dTpzRWtyL2V0Kzk=", "pzRWtyL2V0Kzk"),
            ("Basic dTpz\nRWtyL2V0Kzk=", "pz\nRWtyL2V0Kzk"),
            ("Basic dXNlOnNFa3IvZXQrOQ", "nNFa3IvZXQrOQ"),
        ] {
            assert!(parts(text, "sEkr/et+9").contains(&part), "{text}: {:?}", parts(text, "sEkr/et+9"));
        }
        assert!(parts("\\ud83d\\ude00!", "😀").contains(&"\\ud83d\\ude00"));
        assert_eq!(parts("nothing of that sort, not in 73456b72 either", "sEkr/et+9"), [""; 0]);
    }

    proptest! {
        #[test]
        fn whatever_is_read_stands_in_the_text(text in "(\\PC|[%&#;x\\\\u0-9a-f =+/]){0,200}") {
            each(&text, |read| {
                assert_eq!(read.bytes.len(), read.from.len());
                for at in 0..read.bytes.len() {
                    let source = read.source(at..at + 1);
                    assert!(source.start <= source.end && source.end <= text.len());
                }
            });
        }
    }
}
