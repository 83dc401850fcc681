//! A tag as people write it in front matter, made into a hashtag.

use super::entity::{self, x};
use unicode_normalization::UnicodeNormalization;

/// `word` as a hashtag of every network: `open source` becomes `#OpenSource`, `rocketry` stays
/// `#rocketry`. What cannot stand in a tag is dropped, every script is kept.
/// `None` when nothing with a letter is left: a tag of digits is none anywhere.
pub fn hashtag(word: &str) -> Option<String> {
    let word: String = word.nfc().filter(|c| !matches!(c, '\'' | '\u{2019}' | '#' | '＃')).collect();
    let words: Vec<&str> =
        word.split(|c| !may_stand_in_tag(c, false)).filter(|part| !part.is_empty()).collect();
    let mut tag = String::from("#");
    for part in &words {
        let part = part.trim_start_matches(|c| !may_stand_in_tag(c, true));
        // A word that has capitals of its own (`iPhone`, `NASA`) is left alone.
        let mut chars = part.chars();
        match chars.next() {
            Some(first) if words.len() > 1 && !part.contains(char::is_uppercase) => {
                tag.extend(first.to_uppercase());
                tag.push_str(chars.as_str());
            }
            _ => tag.push_str(part),
        }
    }
    tag.contains(char::is_alphabetic).then_some(tag)
}

/// What X takes as well: it knows fewer letters, and no `½`.
fn may_stand_in_tag(c: char, first: bool) -> bool {
    entity::may_stand_in_tag(c, first) && x::may_stand_in_tag(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_one_tag_in_every_script() {
        let made = |word| hashtag(word).unwrap_or_default();
        assert_eq!(made("open source"), "#OpenSource");
        assert_eq!(made("rocketry"), "#rocketry");
        assert_eq!(made("#Rocketry"), "#Rocketry");
        assert_eq!(made("iPhone launch at NASA"), "#iPhoneLaunchAtNASA");
        assert_eq!(made("don’t panic!"), "#DontPanic");
        assert_eq!(made("3D printing"), "#3DPrinting");
        assert_eq!(made("über uns"), "#ÜberUns");
        assert_eq!(made("宇宙 開発"), "#宇宙開発");
        assert_eq!(made("हिन्दी"), "#हिन्दी");
        assert_eq!(made("می‌خواهم"), "#می‌خواهم");
        assert_eq!(made("rocket 🚀 science"), "#RocketScience");
        assert_eq!(made("snake_case"), "#snake_case");
        assert_eq!(made("1½ litres"), "#1Litres");
    }

    #[test]
    fn what_is_made_is_one_tag_on_x() {
        for word in ["open source", "3D printing", "宇宙 開発", "हिन्दी", "می‌خواهم", "½ ⅷ Ⓐ x", "don’t #panic"]
        {
            let tag = hashtag(word).unwrap_or_default();
            assert_eq!(x::hashtags(&tag), std::slice::from_ref(&(0..tag.len())), "{tag}");
        }
    }

    #[test]
    fn what_cannot_be_a_tag_is_none() {
        for word in ["", " ", "2026", "#", "🚀", "_", "-- 12 --", "\u{301}"] {
            assert_eq!(hashtag(word), None, "{word:?}");
        }
    }
}
