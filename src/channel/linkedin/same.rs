//! Whether what LinkedIn shows is what was planned. Pure.

use crate::channel::likeness::could_be;
use crate::text::{Dialect, EntityKind, entities, little_text};
use unicode_normalization::UnicodeNormalization;

/// LinkedIn's own shortener: addresses longer than 26 characters are shown by it.
const SHORTENER: &str = "https://lnkd.in/";

/// Whether `live` says what `planned` says: the same text, but for blanks at
/// its ends, the form of its accents, and addresses that LinkedIn shortened.
pub(super) fn same(planned: &str, live: &str) -> bool {
    let (planned, live) = (tidy(planned), tidy(live));
    if planned == live {
        return true;
    }
    let (planned, live) = (pieces(&planned), pieces(&live));
    planned.len() == live.len()
        && planned.iter().zip(&live).enumerate().all(|(at, (planned, live))| {
            // Every second piece is an address.
            planned == live || (at % 2 == 1 && live.starts_with(SHORTENER))
        })
}

/// How what is live compares with what was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// It says the same.
    Same,
    /// Not the same, and too near to be sure: cut, edited, or without words.
    Alike,
    /// Another text.
    Unlike,
}

/// A text as LinkedIn tells it: in little text, as it was sent; or as readers
/// see it, should it do that (which of the two is documented for writing only).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// What stands there.
    plain: String,
    /// The same, read as little text.
    read: String,
}

impl Told {
    /// What an answer has.
    pub fn of(told: &str) -> Told {
        Told { plain: told.to_owned(), read: little_text::unescape(told) }
    }

    /// Whether it is what was planned in either reading, or half of each: a
    /// backslash before what means something in little text is no difference.
    fn is(&self, planned: &str) -> bool {
        same(planned, &self.read)
            || same(planned, &self.plain)
            || same(&little_text::unescape(planned), &self.read)
    }

    /// The better of both readings.
    pub fn compare(&self, planned: &str) -> Likeness {
        match (compare(planned, &self.read), compare(planned, &self.plain)) {
            _ if !planned.trim().is_empty() && self.is(planned) => Likeness::Same,
            (Likeness::Same, _) | (_, Likeness::Same) => Likeness::Same,
            (Likeness::Unlike, Likeness::Unlike) => Likeness::Unlike,
            _ => Likeness::Alike,
        }
    }

    /// What readers see, if that is not what was planned.
    pub fn differing(self, planned: &str) -> Option<String> {
        let is_same = self.is(planned);
        // In little text nothing that is reserved stands alone.
        let is_little_text = little_text::escape(&self.read) == self.plain;
        (!is_same).then_some(if is_little_text { self.read } else { self.plain })
    }
}

/// Compares for whether `live` may be what was planned.
pub(super) fn compare(planned: &str, live: &str) -> Likeness {
    if same(planned, live) {
        // Without words it may be any picture.
        return if planned.trim().is_empty() { Likeness::Alike } else { Likeness::Same };
    }
    if could_be(planned, live) { Likeness::Alike } else { Likeness::Unlike }
}

fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().nfc().collect()
}

/// Text and addresses in turn, beginning and ending with text.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for link in entities(text, Dialect::Plain).iter().filter(|entity| entity.kind == EntityKind::Link) {
        pieces.push(&text[at..link.range.start]);
        pieces.push(&text[link.range.clone()]);
        at = link.range.end;
    }
    pieces.push(&text[at..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_accents_and_short_addresses_make_no_difference() {
        assert!(same("It landed.\nReally.\n", "It landed.\r\nReally."));
        assert!(same("Gru\u{308}n", "Gr\u{fc}n"));
        let planned = "Read https://acme.example/blog/rocket-2/ and https://acme.example/ #Rocket";
        assert!(same(planned, "Read https://lnkd.in/eXy12 and https://acme.example/ #Rocket"));
    }

    #[test]
    fn a_text_is_read_as_little_text_or_as_it_stands() {
        for planned in
            ["It landed (twice) #Rocket", "C:\\(x86)\\new", "a \\_ b", "\\\\server\\share", "no signs"]
        {
            for told in [little_text::escape(planned), planned.to_owned()] {
                assert_eq!(Told::of(&told).compare(planned), Likeness::Same, "{told}");
                assert_eq!(Told::of(&told).differing(planned), None, "{told}");
            }
        }
        // Half of each, as of a tag whose template is taken off as it stands.
        let half = Told::of("#Rocket\\_ry in C:\\(x)");
        assert_eq!(half.compare("#Rocket_ry in C:\\(x)"), Likeness::Same);
        assert_eq!(half.differing("#Rocket_ry in C:\\(x)"), None);
        let differing = |told: &str| Told::of(told).differing("It landed (twice).").unwrap();
        assert_eq!(differing("It landed "), "It landed ");
        assert_eq!(differing("It landed \\(once\\)."), "It landed (once).");
        assert_eq!(differing("It landed (once) in C:\\(x)."), "It landed (once) in C:\\(x).");
        assert_eq!(Told::of("It burned.").compare("It landed (twice)."), Likeness::Unlike);
        assert_eq!(Told::of("It landed \\(thrice\\).").compare("It landed (twice)."), Likeness::Alike);
    }

    #[test]
    fn everything_else_does() {
        for (planned, live) in [
            ("It landed. (Really)", "It landed. "),
            ("It landed.", "It landed"),
            ("It landed.", ""),
            ("See https://acme.example/a", "See https://acme.example/b"),
            ("See https://lnkd.in/a", "See https://acme.example/b"),
            ("See https://acme.example/a now", "See https://lnkd.in/b later"),
            ("See https://acme.example/a", "See"),
            ("See", "See https://lnkd.in/b"),
        ] {
            assert!(!same(planned, live), "{planned} / {live}");
        }
    }

    #[test]
    fn what_is_nearly_the_same_is_told_from_what_is_another_text() {
        let planned = "It landed (twice). https://acme.example/blog/rocket-2/ #Rocket";
        for (live, likeness) in [
            (planned, Likeness::Same),
            ("It landed (twice). https://lnkd.in/eR2 #Rocket", Likeness::Same),
            ("It landed ", Likeness::Alike),
            ("", Likeness::Alike),
            ("It landed, (twice)! https://lnkd.in/eR2 #rocket", Likeness::Alike),
            ("It has landed (twice). https://lnkd.in/eR2 #Rocket", Likeness::Alike),
            ("It burned.", Likeness::Unlike),
            ("We are hiring. https://lnkd.in/eR2", Likeness::Unlike),
        ] {
            assert_eq!(compare(planned, live), likeness, "{live}");
        }
        assert_eq!(compare("", ""), Likeness::Alike, "pictures without words");
    }
}
