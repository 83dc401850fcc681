//! What Threads counts: code points, but of an emoji its bytes.

use super::grapheme;
use icu_properties::CodePointSetData;
use icu_properties::props::{EmojiPresentation, ExtendedPictographic};

/// The bytes of each emoji of `text`, the code points of everything else.
///
/// What Threads takes for an emoji is not written. Too high a count is safe, and
/// with one that is too low a post is refused: so everything is one that can
/// be drawn as one (UTS #51: `Emoji_Presentation`, which flags and skin colours
/// have, `Extended_Pictographic`, which `❤` and `☎` have without a selector too,
/// a selector, the sign of a keycap). `©` and `®` are among them and count 2
/// each; digits, `#` and `*` are not, and would count the same: they have one byte.
pub(super) fn length(text: &str) -> usize {
    let mut length = text.chars().count();
    grapheme::each_near(text, is_drawn, |cluster| {
        if cluster.contains(is_drawn) {
            length += cluster.len() - cluster.chars().count();
        }
    });
    length
}

/// Whether what `c` stands in is drawn.
fn is_drawn(c: char) -> bool {
    match c {
        '\u{fe0f}' | '\u{20e3}' => true,
        // For speed: all are among these.
        '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1ffff}' => is_in_tables(c),
        _ => false,
    }
}

fn is_in_tables(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
        || CodePointSetData::new::<EmojiPresentation>().contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tables_have_is_drawn() {
        for c in '\u{80}'..=char::MAX {
            assert_eq!(is_drawn(c), is_in_tables(c) || matches!(c, '\u{fe0f}' | '\u{20e3}'), "{c:?}");
        }
    }

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
            assert_eq!(length(emoji), emoji.len(), "{emoji}");
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
            assert_eq!(length(text), points, "{text}");
        }
    }
}
