//! The general categories of Unicode that networks speak of in their rules.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

fn of(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// `\p{P}`.
pub(super) fn is_punctuation(c: char) -> bool {
    match c.is_ascii() {
        // `$+<=>^`|~` are symbols.
        true => c.is_ascii_punctuation() && !matches!(c, '$' | '+' | '<'..='>' | '^' | '`' | '|' | '~'),
        false => GeneralCategoryGroup::Punctuation.contains(of(c)),
    }
}

/// `\p{Pd}`.
pub(super) fn is_dash(c: char) -> bool {
    c == '-' || !c.is_ascii() && of(c) == GeneralCategory::DashPunctuation
}

/// `\p{L}`, outside of ASCII.
pub(super) fn is_letter(c: char) -> bool {
    GeneralCategoryGroup::Letter.contains(of(c))
}

/// `\p{M}`.
pub(super) fn is_mark(c: char) -> bool {
    !c.is_ascii() && GeneralCategoryGroup::Mark.contains(of(c))
}

/// `[[:word:]]` of Ruby: letters, marks, digits of any script, `_` and its kin.
pub(super) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    let category = of(c);
    c.is_alphabetic()
        || GeneralCategoryGroup::Mark.contains(category)
        || matches!(category, GeneralCategory::DecimalNumber | GeneralCategory::ConnectorPunctuation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_decided_as_everything_else_is() {
        for c in (0..128u8).map(char::from) {
            assert_eq!(is_punctuation(c), GeneralCategoryGroup::Punctuation.contains(of(c)), "{c:?}");
            assert_eq!(is_dash(c), of(c) == GeneralCategory::DashPunctuation, "{c:?}");
        }
        assert!(is_punctuation('„') && is_punctuation('。') && !is_punctuation('€'));
        assert!(is_dash('–') && !is_dash('−'));
        assert!(is_word('é') && is_word('\u{301}') && is_word('٣') && is_word('‿'));
        assert!(!is_word('²') && !is_word('\u{200c}') && !is_word('·'));
    }
}
