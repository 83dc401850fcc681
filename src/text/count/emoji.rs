//! What Threads counts: code points, but of an emoji its bytes.

use icu_properties::CodePointSetData;
use icu_properties::props::{EmojiPresentation, ExtendedPictographic};

/// The bytes of an emoji, the code points of any other character.
///
/// What Threads takes for an emoji is not written. Too high a count is safe, and
/// with one that is too low a post is refused: so everything is one that can
/// be drawn as one (UTS #51: `Emoji_Presentation`, which flags and skin colours
/// have, `Extended_Pictographic`, which `❤` and `☎` have without a selector too,
/// a selector, the sign of a keycap). `©` and `®` are among them and count 2
/// each; digits, `#` and `*` are not, and would count the same: they have one byte.
pub(super) fn bytes_or_points(cluster: &str) -> usize {
    if may_be_drawn(cluster) { cluster.len() } else { cluster.chars().count() }
}

fn may_be_drawn(cluster: &str) -> bool {
    let drawn = CodePointSetData::new::<EmojiPresentation>();
    let picture = CodePointSetData::new::<ExtendedPictographic>();
    cluster.chars().any(|c| {
        let sign = matches!(c, '\u{fe0f}' | '\u{20e3}');
        sign || !c.is_ascii() && (picture.contains(c) || drawn.contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_count_their_bytes_and_letters_their_points() {
        for emoji in [
            "👋",
            "👋🏽",
            "👩‍🚀",
            "🇩🇪",
            "❤️",
            "1️⃣",
            "⌚",
            "✌🏽",
            "☝🏽",
            "🕵🏽",
            "⛹🏾‍♂",
            "👁‍🗨",
            "❤",
            "❤\u{fe0e}",
            "☎",
            "👁",
            "©",
            "™",
            "㊗",
            "🇩",
        ] {
            assert_eq!(bytes_or_points(emoji), emoji.len(), "{emoji}");
        }
        for (text, points) in [
            ("é", 1),
            ("e\u{301}", 2),
            ("日", 1),
            ("1", 1),
            ("#", 1),
            ("*", 1),
            ("→", 1),
            ("€", 1),
            ("\r\n", 2),
            ("क्\u{200d}ष", 4),
        ] {
            assert_eq!(bytes_or_points(text), points, "{text}");
        }
    }
}
