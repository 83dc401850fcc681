//! What Threads counts: code points, but of an emoji its bytes.

use icu_properties::CodePointSetData;
use icu_properties::props::EmojiPresentation;

/// The bytes of an emoji (UTS #51: drawn as one by itself, or because a
/// selector or the sign of a keycap says so), the code points of any other
/// character.
pub(super) fn bytes_or_points(cluster: &str) -> usize {
    let Some(first) = cluster.chars().next() else { return 0 };
    let drawn = !first.is_ascii() && CodePointSetData::new::<EmojiPresentation>().contains(first);
    let asked = cluster.chars().any(|c| matches!(c, '\u{fe0f}' | '\u{20e3}'));
    if drawn || asked { cluster.len() } else { cluster.chars().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_count_their_bytes_and_letters_their_points() {
        for emoji in ["👋", "👋🏽", "👩‍🚀", "🇩🇪", "❤️", "1️⃣", "⌚"] {
            assert_eq!(bytes_or_points(emoji), emoji.len(), "{emoji}");
        }
        for (text, points) in
            [("é", 1), ("e\u{301}", 2), ("日", 1), ("1", 1), ("©", 1), ("☎", 1), ("\r\n", 2)]
        {
            assert_eq!(bytes_or_points(text), points, "{text}");
        }
    }
}
