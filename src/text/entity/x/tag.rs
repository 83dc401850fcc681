//! `#word` and `$ACME`.

use super::super::signs;
use super::letters::{is_tag_letter, may_stand_in_tag};
use super::mention::is_space;
use std::ops::Range;

/// Finds the hashtags of `text` from byte `from` on, with their signs.
pub(super) fn hashtags(text: &str, from: usize, found: &mut Vec<Range<usize>>) {
    let mut floor = from;
    for (at, sign) in signs(text, from, b'#') {
        let word = at + sign.len();
        let end = text[word..].find(|c| !may_stand_in_tag(c)).map_or(text.len(), |length| word + length);
        if at < floor || !may_begin(text, at, floor) || !is_word(&text[word..end]) {
            continue;
        }
        floor = end;
        // `endHashtagMatch`.
        if !text[end..].starts_with(['#', '＃']) && !text[end..].starts_with("://") {
            found.push(at..end);
        }
    }
}

/// A tag needs a letter; a sign that is drawn as an emoji is none.
fn is_word(word: &str) -> bool {
    !word.starts_with(['\u{fe0f}', '\u{20e3}']) && word.contains(is_tag_letter)
}

/// `hashtagBoundary`. What stands before `floor` is used up.
fn may_begin(text: &str, at: usize, floor: usize) -> bool {
    at == 0
        || text.get(floor..at).and_then(|before| before.chars().next_back()).is_some_and(|c| {
            // An emoji may end in one of these, which are marks.
            matches!(c, '\u{fe0e}' | '\u{fe0f}') || c != '&' && !may_stand_in_tag(c)
        })
}

/// Finds the cashtags of `text` from byte `from` on, with their signs: one to
/// six letters, and one or two more behind `.` or `_`.
pub(super) fn cashtags(text: &str, from: usize, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'$', &bytes[from..]).map(|at| from + at) {
        let before = text.get(from..at).and_then(|before| before.chars().next_back());
        if at > 0 && !before.is_some_and(is_space) {
            continue;
        }
        let letters = |start: usize, most: usize| {
            bytes[start..].iter().take(most).take_while(|b| b.is_ascii_alphabetic()).count()
        };
        let symbol = at + 1 + letters(at + 1, 6);
        if symbol == at + 1 {
            continue;
        }
        let class = match bytes.get(symbol) {
            Some(b'.' | b'_') => Some(symbol + 1 + letters(symbol + 1, 2)),
            _ => None,
        };
        let end = class.filter(|end| *end > symbol + 1 && ends_symbol(text, *end)).unwrap_or(symbol);
        if ends_symbol(text, end) {
            found.push(at..end);
        }
    }
}

/// Whether a symbol may end before `at`: text's end, space or punctuation.
fn ends_symbol(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_none_or(|c| match c {
        // `punct` has neither of the quotation marks that are drawn alone.
        '"' | '`' => false,
        // What scripts call a space differs from `spacesGroup` in these.
        '\u{feff}' => true,
        '\u{85}' | '\u{180e}' => false,
        c => c.is_ascii_punctuation() || is_space(c),
    })
}
