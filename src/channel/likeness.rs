//! Whether a text that a network shows could be the one that was sent, although it
//! is not the same. Pure.
//!
//! Networks cut, escape and mend what they are given, in ways that nobody writes
//! down. What could be ours must not be called absent: it would be sent twice. So
//! this errs on the side of "it could be", and a person looks.

use crate::text::{Dialect, EntityKind, entities};
use unicode_normalization::UnicodeNormalization;

/// More letters of a text are not looked at.
const LOOKED_AT: usize = 600;
/// Texts that are this alike (1 is the same) may be the same in a way that is
/// not known here.
const ALIKE: f64 = 0.8;
/// So many letters in common are too many for chance.
const BEGINNING: usize = 16;
/// The longest name of a sign in HTML that is passed over (`&hellip;` has six letters).
const LONGEST_NAME: usize = 8;

/// Whether `live` could be `planned`: the beginning of the one (as far as it goes)
/// stands somewhere in the other, or they differ in few letters. Only letters and
/// digits count, without capitals, without web addresses, which networks write
/// anew, and without signs that are spelled as in HTML. What has no letters could
/// be anything.
pub(super) fn could_be(planned: &str, live: &str) -> bool {
    let near = |a: &str, b: &str| strsim::normalized_levenshtein(a, b) >= ALIKE;
    let (some, others) = (letters(planned, false), letters(live, false));
    some.contains(beginning(&others))
        || others.contains(beginning(&some))
        || near(&some, &others)
        // One network's address is another's word.
        || near(&letters(planned, true), &letters(live, true))
}

/// The same words, however blanks, line ends and accents are spelled.
pub(super) fn same_words(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.nfc().collect::<String>();
    plain(a).split_whitespace().eq(plain(b).split_whitespace())
}

fn beginning(letters: &str) -> &str {
    letters.char_indices().nth(BEGINNING).map_or(letters, |(end, _)| &letters[..end])
}

fn letters(text: &str, addresses: bool) -> String {
    let composed: String = text.nfc().collect();
    let mut kept = String::with_capacity(composed.len());
    let mut at = 0;
    let links = entities(&composed, Dialect::Plain);
    for link in links.iter().filter(|of| of.kind == EntityKind::Link && !addresses) {
        kept.push_str(&composed[at..link.range.start]);
        at = link.range.end;
    }
    kept.push_str(&composed[at..]);
    let mut letters = String::new();
    let mut rest = kept.as_str();
    while let Some(at) = rest.find('&') {
        letters.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        rest = &rest[name(rest)..];
    }
    letters.push_str(rest);
    letters.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(LOOKED_AT).collect()
}

/// How long the name of a sign is that HTML writes between `&` and `;`.
fn name(text: &str) -> usize {
    let end = text.bytes().take(LONGEST_NAME + 1).position(|b| !b.is_ascii_alphanumeric() && b != b'#');
    end.filter(|end| *end > 0 && text.as_bytes().get(*end) == Some(&b';')).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANNED: &str = "It landed after a flight of four hundred seconds. R&D is \"proud\". \
                           https://acme.example/blog/rocket-2/ #Rocket";

    #[test]
    fn what_is_cut_escaped_or_mended_could_be_ours() {
        for live in [
            "",
            "…",
            "It landed…",
            "It landed after… https://t.co/Ab1",
            "https://acme.example/blog/rocket-2/ It landed after a flight",
            "Landed after a flight of…",
            "Landed…",
            "  NEW: It landed after a flight of four hundred seconds.",
            "IT LANDED &mdash; AFTER A FLIGHT",
            "It has landed after a flight of four hundred seconds. R&amp;D is &quot;proud&#34;. #Rocket",
            "It landed after a flight of 400 seconds",
        ] {
            assert!(could_be(PLANNED, live), "{live}");
        }
        // Either of the two may have been spelled or cut.
        assert!(could_be("&quot;Caf\u{e9}&quot; opens at noon", "\"Cafe\u{301}\" opens at noon"));
        assert!(could_be("Landed", "It landed"));
        assert!(could_be("It landed", "&ldquo;It landed&#8221;, &lt;b&gt;softly&lt;/b&gt;"));
        assert!(could_be("🚀", "Anything at all"), "no letters");
        assert!(could_be("https://acme.example/a", "Anything at all"), "an address alone");
    }

    #[test]
    fn another_text_is_another() {
        for live in [
            "It burned.",
            "We are hiring. https://acme.example/blog/rocket-2/",
            "Older news of ours",
            "Rockets are nice, they say",
            "R&amp;D; and more",
        ] {
            assert!(!could_be(PLANNED, live), "{live}");
        }
    }

    #[test]
    fn signs_have_short_names() {
        for (text, length) in [("amp; x", 3), ("#x27;", 4), ("D is", 0), ("; ", 0), ("", 0), ("hellip;", 6)] {
            assert_eq!(name(text), length, "{text}");
        }
        assert_eq!((name("aaaaaaaaa;"), name("é;"), name("aaaaaaaa;")), (0, 0, 8));
        assert_eq!(letters("a&b &amp; c&&lt;d", false), "abcd");
    }

    proptest::proptest! {
        #[test]
        fn every_text_could_be_itself_its_beginning_and_its_end(text in "\\PC{0,80}", from in 0_usize..40) {
            proptest::prop_assert!(could_be(&text, &text));
            let words: Vec<&str> = text.split_whitespace().collect();
            // Without signs that change what they stand beside once they are cut.
            if text.chars().all(|c| c.is_alphanumeric() && c.is_ascii() || c == ' ') {
                let from = from.min(words.len());
                proptest::prop_assert!(could_be(&text, &words[..from].join(" ")));
                proptest::prop_assert!(could_be(&text, &words[from..].join(" ")));
            }
        }
    }
}
