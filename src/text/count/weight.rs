//! The weight of a text on X, by version 3 of the configuration that X
//! publishes (docs.x.com, "Counting characters", 2026-05-20): code points of
//! U+0000–10FF, 2000–200D, 2010–201F and 2032–2037 weigh 1, all others 2, of
//! the text in NFC; an emoji weighs 2 however many code points it is made of.

use std::borrow::Cow;
use std::str::Chars;
use std::sync::LazyLock;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// `text` in NFC; borrowed where it is already.
///
/// Nothing is put together across the beginning of a character that stays as it
/// is: only the stretches between such ones are looked up in the tables, with
/// the character before them, which what stands behind it may change.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    // `out` is the text up to here.
    let mut done = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c.is_ascii() {
            chars = behind_ascii(&chars);
        }
        if stays(c) {
            continue;
        }
        let at = text.len() - chars.as_str().len();
        let end = at + until_many_stay(chars.as_str());
        let start = at - c.len_utf8();
        let start = start - text[done..start].chars().next_back().map_or(0, char::len_utf8);
        let stretch = &text[start..end];
        chars = text[end..].chars();
        // Of a long one the beginning tells nearly always.
        let is_as_it_is = |chars: &mut dyn Iterator<Item = char>| is_nfc_quick(chars) == IsNormalized::Yes;
        if !is_as_it_is(&mut stretch.chars().take(32)) || !is_as_it_is(&mut stretch.chars()) {
            out.push_str(&text[done..start]);
            out.extend(stretch.nfc());
            done = end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Where several characters in a row stay as they are: one stretch is looked up
/// in less time than many short ones.
fn until_many_stay(text: &str) -> usize {
    let (mut end, mut row) = (0, 0);
    for (at, c) in text.char_indices() {
        if !stays(c) {
            row = 0;
            continue;
        }
        end = if row == 0 { at } else { end };
        row += 1;
        if row == 3 {
            return end;
        }
    }
    text.len()
}

/// The characters from the first on that is not ASCII.
fn behind_ascii<'a>(chars: &Chars<'a>) -> Chars<'a> {
    let rest = chars.as_str();
    rest[ascii_length(rest.as_bytes())..].chars()
}

/// How many bytes of ASCII `bytes` begins with, by 16 at once.
fn ascii_length(bytes: &[u8]) -> usize {
    let whole = bytes.chunks_exact(16).take_while(|chunk| chunk.is_ascii()).count() * 16;
    whole + bytes[whole..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// Whether NFC leaves a character alone, and puts nothing that stands behind it
/// together with what stands before it: the blocks that most texts are written
/// in, for speed; of others the tables know.
fn stays(c: char) -> bool {
    matches!(u32::from(c),
        ..0x300 | 0x388..0x483 | 0x5D0..0x5EB | 0x620..0x64B | 0x660..0x670 | 0x904..=0x93B | 0x93D..=0x94C
        | 0xE01..0xE38 | 0xE3F..0xE48 | 0x200B..0x2027 | 0x3000..0x302A | 0x3030..0x3099 | 0x30A0..0x3100
        | 0x4E00..0xA000 | 0xAC00..0xD7A4 | 0xFE00..0xFE10 | 0xFF01..0xFF61
        | 0x1F000..0x1FB00)
}

/// The weight of a text in NFC without links.
pub(super) fn weight(text: &str) -> usize {
    let mut weight = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c.is_ascii() {
            let behind = behind_ascii(&chars);
            weight += 1 + chars.as_str().len() - behind.as_str().len();
            chars = behind;
        } else if !may_begin_emoji(c) && !matches!(c, '\u{fe0f}' | '\u{20e3}') {
            weight += point_weight(c);
        } else {
            let behind = text.len() - chars.as_str().len();
            let at = behind - c.len_utf8();
            let end = if let Some(length) = keycap(text.as_bytes(), at, c) {
                // The character on the key has its 1 already.
                weight += 1;
                at + length
            } else if let Some(end) = emoji_end(text, at, c) {
                weight += 2;
                end
            } else {
                weight += point_weight(c);
                behind
            };
            chars = text[end..].chars();
        }
    }
    weight
}

/// The length of what makes a keycap of the character before `at`, where `c` stands.
fn keycap(bytes: &[u8], at: usize, c: char) -> Option<usize> {
    const SELECTED: &str = "\u{fe0f}\u{20e3}";
    const BARE: &str = "\u{20e3}";
    let makes = match c {
        '\u{fe0f}' => Some(SELECTED).filter(|sign| bytes[at..].starts_with(sign.as_bytes()))?,
        '\u{20e3}' => BARE,
        _ => return None,
    };
    let key = bytes[..at].last().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'#' | b'*'));
    key.then_some(makes.len())
}

fn point_weight(c: char) -> usize {
    match u32::from(c) {
        0..=0x10FF | 0x2000..=0x200D | 0x2010..=0x201F | 0x2032..=0x2037 => 1,
        _ => 2,
    }
}

/// Whether an emoji may begin with `c`; none does with a skin colour.
fn may_begin_emoji(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}') && !is_skin(c)
}

/// The most code points that an emoji is made of: two people of two skin
/// colours who kiss.
const LONGEST: usize = 10;

/// The end of the emoji of several code points that starts at `at` with
/// `first`. One of a single code point weighs 2 as any character there does.
fn emoji_end(text: &str, at: usize, first: char) -> Option<usize> {
    if !may_begin_emoji(first) {
        return None;
    }
    let mut rest = text[at + first.len_utf8()..].chars();
    let second = rest.next().filter(|c| joins(*c) || is_regional(first) && is_regional(*c))?;
    let second_end = at + first.len_utf8() + second.len_utf8();
    // How far a sequence can reach: what joins, and what a joiner joins.
    let mut ends = [second_end; LONGEST - 1];
    let mut may_be = [false; LONGEST - 1];
    let mut place = Place::default().with(&text.as_bytes()[at..second_end]);
    may_be[0] = place.is_seen();
    let (mut count, mut before) = (1, second);
    for c in rest {
        if count == ends.len() || !(joins(c) || before == '\u{200d}') || is_regional(second) {
            break;
        }
        let start = ends[count - 1];
        ends[count] = start + c.len_utf8();
        place = place.with(&text.as_bytes()[start..ends[count]]);
        // None ends with a joiner.
        may_be[count] = c != '\u{200d}' && place.is_seen();
        (count, before) = (count + 1, c);
    }
    let older = has_older(first);
    let sequences = ends[..count].iter().zip(may_be).rev();
    let known = sequences
        .map(|(end, may_be)| (&text[at..*end], may_be))
        .find(|(sequence, may_be)| *may_be && is_in_list(sequence) || older && is_older(sequence));
    let known = known.map(|(sequence, _)| at + sequence.len());
    // Sequences that X's library takes for one as well, although the list has
    // them without the selector.
    let selected = || (second == '\u{fe0f}').then(|| selected_end(text, first, second_end)).flatten();
    // A selector before a skin colour.
    match known {
        Some(end) if end > second_end => Some(end),
        known => selected().or(known),
    }
}

/// The end of an emoji with U+FE0F up to `end` that is not in the list so: one
/// that is drawn as a picture anyway, or one with a skin colour behind.
fn selected_end(text: &str, first: char, end: usize) -> Option<usize> {
    let skin = text[end..].chars().next().filter(|c| is_skin(*c));
    let one = |second: char| {
        let pair = String::from_iter([first, second]);
        is_rgi(&pair) || is_older(&pair)
    };
    let coloured = skin.filter(|skin| one(*skin) && one('\u{fe0f}'));
    match coloured {
        Some(skin) => Some(end + skin.len_utf8()),
        None => has_text_form(first).then_some(end),
    }
}

/// Whether `text` is an emoji of the list, qualified in full.
fn is_rgi(text: &str) -> bool {
    Place::default().with(text.as_bytes()).is_seen() && is_in_list(text)
}

fn is_in_list(text: &str) -> bool {
    emojis::get(text).is_some_and(|emoji| emoji.as_str() == text)
}

/// For speed: a bit for each place of an emoji of the list. Most of what a
/// hostile text joins has none.
static SEEN: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut seen = vec![0; (1 << 16) / 64];
    for emoji in emojis::iter() {
        let tones = emoji.skin_tones().into_iter().flatten();
        for text in tones.chain([emoji]).map(|emoji| emoji.as_str()) {
            let place = Place::default().with(text.as_bytes()).number();
            seen[place / 64] |= 1 << (place % 64);
        }
    }
    seen
});

/// A number of 16 bits that differs between most emoji, from the sum over the
/// bytes so far: that of a longer sequence goes on from it.
#[derive(Clone, Copy, Default)]
struct Place(u32);

impl Place {
    fn with(self, bytes: &[u8]) -> Place {
        let mix = |sum: u32, byte: &u8| sum.wrapping_mul(0x0101_9F35).wrapping_add(u32::from(*byte));
        Place(bytes.iter().fold(self.0, mix))
    }

    fn number(self) -> usize {
        usize::from((self.0.wrapping_mul(0x9E37_79B1) >> 16) as u16)
    }

    fn is_seen(self) -> bool {
        SEEN[self.number() / 64] & 1 << (self.number() % 64) != 0
    }
}

/// Whether `text` is one of the sequences that X's library (twemoji-parser
/// 11.0.2) takes for one and the list does not have: a skier with a skin
/// colour, a floating man with a gender, an eye in a speech bubble without
/// selectors.
fn is_older(text: &str) -> bool {
    let mut rest = text.chars();
    match rest.next() {
        Some('\u{26f7}') => rest.next().is_some_and(is_skin) && rest.next().is_none(),
        Some('\u{1f574}') => {
            rest.next().is_some_and(|c| c == '\u{fe0f}' || is_skin(c))
                && matches!(rest.as_str(), "\u{200d}\u{2640}\u{fe0f}" | "\u{200d}\u{2642}\u{fe0f}")
        }
        Some('\u{1f441}') => rest.as_str() == "\u{200d}\u{1f5e8}",
        _ => false,
    }
}

/// Whether one of those begins with `c`.
fn has_older(c: char) -> bool {
    matches!(c, '\u{26f7}' | '\u{1f574}' | '\u{1f441}')
}

/// What goes on an emoji: selector, joiner, keycap, skin colour, tag.
fn joins(c: char) -> bool {
    matches!(c, '\u{fe0f}' | '\u{200d}' | '\u{e0020}'..='\u{e007f}') || is_skin(c)
}

fn is_skin(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Emoji drawn as pictures that have a text form too, so that U+FE0F belongs
/// to them (UTS #51, emoji-variation-sequences.txt, those that twemoji-parser
/// 11 knows).
fn has_text_form(c: char) -> bool {
    matches!(
        u32::from(c),
        0x231A | 0x231B | 0x25FD | 0x25FE | 0x2614 | 0x2615 | 0x2648
            ..=0x2653
                | 0x267F
                | 0x2693
                | 0x26A1
                | 0x26AA
                | 0x26AB
                | 0x26BD
                | 0x26BE
                | 0x26C4
                | 0x26C5
                | 0x26D4
                | 0x26EA
                | 0x26F2
                | 0x26F3
                | 0x26F5
                | 0x26FA
                | 0x26FD
                | 0x2757
                | 0x2B1B
                | 0x2B1C
                | 0x2B50
                | 0x2B55
                | 0x1F004
                | 0x1F21A
                | 0x1F22F
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::char::canonical_combining_class;

    #[test]
    fn what_stays_begins_anew() {
        for c in ('\0'..=char::MAX).filter(|c| stays(*c)) {
            assert_eq!(canonical_combining_class(c), 0, "{c:?}");
            assert_eq!(is_nfc_quick(std::iter::once(c)), IsNormalized::Yes, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn stretches_are_put_together_as_the_whole_is(
            text in "[ae한é\u{300}\u{301}\u{323}\u{344}\u{315}\u{5ae}\u{302a}\u{302b}\u{3099}かカ\u{1100}\u{1161}\u{11a8}각ั่\u{928}\u{93c}\u{94d}\u{958}\u{212b}\u{212a}ﬁﬃ שּׁ豈 🏽\u{fe0f}.]{0,20}",
            any in ".{0,20}",
        ) {
            for text in [text.clone(), any.clone(), format!("{text}{any}")] {
                prop_assert_eq!(&*composed(&text), text.nfc().collect::<String>());
            }
        }
    }
}
