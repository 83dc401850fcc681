//! Where a network hides the rest of a post behind "see more".

use crate::text::{Dialect, Fold, Rules, entities};
use unicode_segmentation::UnicodeSegmentation;

/// The byte at which `text` is folded, if it is: at a word's end, never inside
/// of a link, a mention or a tag.
pub fn fold_at(text: &str, rules: &Rules) -> Option<usize> {
    folded_at(text, rules.fold?, rules.dialect)
}

fn folded_at(text: &str, fold: Fold, dialect: Dialect) -> Option<usize> {
    let by_line = text.match_indices('\n').nth(fold.lines.max(1) - 1).map(|(at, _)| at);
    let by_character =
        text.grapheme_indices(true).nth(fold.characters).map(|(at, _)| word_end(text, at, dialect));
    let at = match (by_line, by_character) {
        (Some(line), Some(character)) => line.min(character),
        (line, character) => line.or(character)?,
    };
    // Nothing but white space behind it is nothing to hide.
    (!text[at..].trim().is_empty()).then_some(at)
}

fn word_end(text: &str, at: usize, dialect: Dialect) -> usize {
    let within =
        entities(text, dialect).into_iter().find(|found| found.range.start < at && at < found.range.end);
    let at = within.map_or(at, |found| found.range.start);
    let before = &text[..at];
    if text[at..].starts_with(char::is_whitespace) {
        return at;
    }
    match before.rfind(char::is_whitespace) {
        // A language without spaces has no word's end near: cut where it is.
        Some(space) if at - space <= 40 => before[..space].trim_end().len(),
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, characters: usize, lines: usize) -> Option<(&str, &str)> {
        folded_at(text, Fold { characters, lines }, Dialect::Plain).map(|at| text.split_at(at))
    }

    #[test]
    fn the_fold_is_at_a_word_and_comes_first_by_line_or_by_length() {
        assert_eq!(folded("one two three", 9, 3), Some(("one two", " three")));
        assert_eq!(folded("one\ntwo\nthree", 90, 2), Some(("one\ntwo", "\nthree")));
        assert_eq!(folded("one two", 90, 3), None);
        assert_eq!(folded("one\n\n", 90, 1), None);
        assert_eq!(fold_at("one two", &crate::text::network::UNKNOWN), None);
        assert_eq!(folded("日本語の文章", 3, 9), Some(("日本語", "の文章")));
    }

    #[test]
    fn a_link_is_not_cut() {
        let text = "see https://example.com/a/b/c now";
        assert_eq!(folded(text, 12, 9).unwrap().0, "see");
    }
}
