//! What a reader takes for one character (UAX #29), with the common cases at once.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// How many there are in `text`.
pub(super) fn count(text: &str) -> usize {
    let mut count = 0;
    each(text, |_| count += 1);
    count
}

/// The same where a conjunct of an Indic script is as many as it has consonants
/// (`क्ष` is two): UAX #29 before Unicode 15.1, which has no rule GB9c.
pub(super) fn count_conjuncts_apart(text: &str) -> usize {
    let mut count = 0;
    each(text, |cluster| count += 1 + joined_consonants(cluster));
    count
}

/// How many consonants of `cluster` belong to it by GB9c alone.
fn joined_consonants(cluster: &str) -> usize {
    // Scripts of India and its neighbours. Nothing in them is an emoji, a flag
    // or Korean, which other rules join.
    let indic = |c: char| matches!(u32::from(c), 0x900..0x1100 | 0x1700..0x1D00 | 0xA800..0xA960 | 0xA980..0xAC00 | 0x10A00..0x12000);
    let mut before = None;
    let mut joined = 0;
    for c in cluster.chars() {
        // Of the two alone, GB9c says nothing: a boundary is there by all other rules.
        let apart = |before: char| String::from_iter([before, c]).graphemes(true).count() > 1;
        if indic(c) && !is_combining_mark(c) && before.is_some_and(apart) {
            joined += 1;
        }
        before = Some(c);
    }
    joined
}

/// Gives each to `take`, in order.
///
/// The text is parted where a boundary is whatever stands around it; only what
/// is left whole and is more than a letter with marks is looked up in the
/// tables, which takes ten times as long.
pub(super) fn each<'a>(text: &'a str, take: impl FnMut(&'a str)) {
    each_near(text, |_| true, take);
}

/// The same, but of stretches without a character that `is_wanted` nothing.
pub(super) fn each_near<'a>(text: &'a str, is_wanted: impl Fn(char) -> bool, mut take: impl FnMut(&'a str)) {
    let mut piece = Piece::default();
    let mut before = Class::Other;
    for (at, c) in text.char_indices() {
        let class = class(c);
        // CR LF is one character (GB3); both stand alone otherwise.
        let parts = matches!(class, Class::Alone | Class::Control)
            && before != Class::Other
            && !(c == '\n' && text.as_bytes()[at - 1] == b'\r');
        if parts {
            piece.end(text, at, &mut take);
            piece = Piece { start: at, ..Piece::default() };
        }
        piece.wanted = piece.wanted || is_wanted(c);
        // A mark belongs to what stands before it, if that is no control (GB4, GB9).
        piece.hard |= match class {
            Class::Alone => false,
            Class::Mark => before == Class::Control,
            Class::Control => !parts && at > piece.start && c != '\n',
            Class::Other => true,
        };
        before = class;
    }
    piece.end(text, text.len(), &mut take);
}

/// A stretch between two boundaries.
#[derive(Default)]
struct Piece {
    start: usize,
    /// Whether there may be boundaries in it.
    hard: bool,
    /// Whether anybody wants to know.
    wanted: bool,
}

impl Piece {
    fn end<'a>(&self, text: &'a str, end: usize, take: &mut impl FnMut(&'a str)) {
        let piece = &text[self.start..end];
        match self.hard {
            _ if piece.is_empty() || !self.wanted => {}
            true => piece.graphemes(true).for_each(take),
            false => take(piece),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Has a boundary on both sides where its neighbour has, and before a mark none.
    Alone,
    /// Has a boundary on both sides, but CR LF.
    Control,
    /// Belongs to what stands before it, and has a boundary behind it before
    /// what stands alone.
    Mark,
    /// Everything else: the tables know.
    Other,
}

/// By the blocks that most texts are written in, for speed.
fn class(c: char) -> Class {
    match u32::from(c) {
        0..0x20 | 0x7F..0xA0 | 0xAD => Class::Control,
        0x20..0x300 | 0x370..0x483 | 0x48A..0x590 | 0x5D0..0x5EB | 0x620..0x64B | 0x671..0x6D6 => {
            Class::Alone
        }
        0x300..0x370 | 0xE31 | 0xE34..0xE3B | 0xE47..0xE4F | 0x20E3 | 0xFE00..0xFE10 => Class::Mark,
        0xE01..0xE31 | 0xE40..0xE47 => Class::Alone,
        0x1E00..0x200B | 0x2010..0x2028 | 0x2030..0x2060 | 0x20A0..0x20C0 | 0x2100..0x2C00 => Class::Alone,
        0x3000..0x302A | 0x3030..0x3099 | 0x309B..0xA600 | 0xAC00..0xD7A4 | 0xFF01..0xFF9E => Class::Alone,
        // Pictures: what joins them is none of these. Skin colours are marks.
        0x1F000..0x1F1E6 | 0x1F200..0x1F3FB | 0x1F400..0x1FB00 | 0x20000..0x2A6E0 => Class::Alone,
        0x1F3FB..0x1F400 | 0xE0020..0xE0080 => Class::Mark,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_tables(text: &str) -> Vec<&str> {
        text.graphemes(true).collect()
    }

    fn by_pieces(text: &str) -> Vec<&str> {
        let mut all = Vec::new();
        each(text, |cluster| all.push(cluster));
        all
    }

    #[test]
    fn every_character_has_the_boundaries_of_its_class() {
        let around =
            ["a", "\u{301}", "\n", "\r", "한", "👍", "\u{200d}", "🇩", "क", "\u{94d}", "\u{1100}", "\u{600}"];
        for c in '\0'..=char::MAX {
            if class(c) == Class::Other {
                continue;
            }
            let text = around.map(|near| format!("{near}{c}")).concat() + &format!("{c}{c}");
            assert_eq!(by_pieces(&text), by_tables(&text), "{c:?}");
        }
    }

    #[test]
    fn conjuncts_are_one_or_as_many_as_their_consonants() {
        // As Ruby 3.1 counts them, which knows no GB9c.
        for (text, together, apart) in [
            ("अंतरराष्ट्रीय क्रिकेट", 10, 13),
            ("नमस्ते", 3, 4),
            ("ক্ষমা", 2, 3),
            ("స్త్రీ", 1, 3),
            ("க்ஷ", 2, 2),
            ("क\u{94d}\u{200d}ष", 1, 2),
            ("👩\u{200d}🚀 🇩🇪 각 \u{600}क é", 9, 9),
            ("hello", 5, 5),
        ] {
            assert_eq!((count(text), count_conjuncts_apart(text)), (together, apart), "{text}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_those_of_the_tables(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("a"), Just("é"), Just("\u{301}"), Just("\r"), Just("\n"), Just("\r\n"), Just("\u{ad}"),
                    Just("\u{200d}"), Just("\u{200b}"), Just("👩"), Just("🚀"), Just("🏽"), Just("🇩"), Just("\u{fe0f}"),
                    Just("❤"), Just("©"), Just("1"), Just("\u{20e3}"), Just("क"), Just("\u{94d}"), Just("ि"),
                    Just("\u{1100}"), Just("\u{1161}"), Just("\u{11a8}"), Just("가"), Just("각"), Just("\u{600}"),
                    Just("ก"), Just("ำ"), Just("\u{e48}"), Just("日"), Just("か"), Just("\u{3099}"), Just("ﾞ"),
                    Just("𝒳"), Just("\u{e0067}"), Just("🏴"), Just("\u{2028}"), Just("\u{2060}"), Just(" "),
                ],
                0..12,
            )
        ) {
            let text = parts.concat();
            prop_assert_eq!(by_pieces(&text), by_tables(&text));
        }
    }
}
