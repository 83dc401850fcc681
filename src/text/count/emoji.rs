//! What Threads counts: code points, but of an emoji its bytes.

use icu_properties::CodePointSetData;
use icu_properties::props::{EmojiPresentation, ExtendedPictographic};

/// The bytes of an emoji (UTS #51: something in it is drawn as one by itself, a
/// skin colour too; or a selector, the sign of a keycap or a joiner makes it
/// one), the code points of any other character.
pub(super) fn bytes_or_points(cluster: &str) -> usize {
    if is_drawn(cluster) { cluster.len() } else { cluster.chars().count() }
}

fn is_drawn(cluster: &str) -> bool {
    let drawn = CodePointSetData::new::<EmojiPresentation>();
    let picture = CodePointSetData::new::<ExtendedPictographic>();
    let mut joined = false;
    cluster.chars().any(|c| {
        let after_joiner = std::mem::replace(&mut joined, c == '\u{200d}');
        matches!(c, '\u{fe0f}' | '\u{20e3}')
            || !c.is_ascii() && (drawn.contains(c) || after_joiner && picture.contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_count_their_bytes_and_letters_their_points() {
        for emoji in ["👋", "👋🏽", "👩‍🚀", "🇩🇪", "❤️", "1️⃣", "⌚", "✌🏽", "☝🏽", "🕵🏽", "⛹🏾‍♂", "👁‍🗨"]
        {
            assert_eq!(bytes_or_points(emoji), emoji.len(), "{emoji}");
        }
        for (text, points) in [
            ("é", 1),
            ("e\u{301}", 2),
            ("日", 1),
            ("1", 1),
            ("©", 1),
            ("☎", 1),
            ("\r\n", 2),
            ("👁", 1),
            ("क्\u{200d}ष", 4),
            ("©\u{200d}", 2),
        ] {
            assert_eq!(bytes_or_points(text), points, "{text}");
        }
    }
}
