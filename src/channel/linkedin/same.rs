//! Whether what LinkedIn shows is what was planned. Pure.

use crate::text::{Dialect, EntityKind, entities};
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

/// Whether `live` is where `planned` begins, and no more.
pub(super) fn is_beginning(planned: &str, live: &str) -> bool {
    let (planned, live) = (tidy(planned), tidy(live));
    !live.is_empty() && planned != live && planned.starts_with(&live)
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
    fn a_beginning_is_shorter_and_not_empty() {
        assert!(is_beginning("It landed. (Really)", "It landed. "));
        assert!(!is_beginning("It landed.", "It landed."));
        assert!(!is_beginning("It landed.", " "));
        assert!(!is_beginning("It landed.", "It burned"));
    }
}
