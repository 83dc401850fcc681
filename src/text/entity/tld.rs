//! Which endings make a row of labels a host: the top-level domains.
//!
//! The root zone (crate `tld`) and what X's published list still has, although
//! the root zone has dropped it: docs/decisions/top-level-domains.md.

use std::collections::HashMap;
use std::sync::LazyLock;

/// No ending of ASCII letters is longer ("travelersinsurance" has 18).
const LONGEST: usize = 24;

/// The end of the top-level domain that starts at byte `at` of `text`, if one
/// stands there and the word does not go on behind it in ASCII.
///
/// `text` may go on in another script (`https://acme.jpで`). Any punycode label
/// counts, known or not, as twitter-text 3.1.0 has it (`validPunycode`).
pub(super) fn end(text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?;
    let letters = rest.iter().take(LONGEST + 1).take_while(|b| b.is_ascii_alphabetic()).count();
    if letters > 1 && ends_word(rest.get(letters)) && is_known(&rest[..letters]) {
        return Some(at + letters);
    }
    // Beyond ASCII at once, or after a few letters (`vermögensberater`).
    let beyond = rest.get(letters).is_some_and(|next| !next.is_ascii());
    beyond.then(|| written(text, at)).flatten().or_else(|| punycode(rest).map(|length| at + length))
}

/// Whether [`end`] is worth asking: quick, and true of some that have none.
pub(super) fn may_begin(text: &str, at: usize) -> bool {
    let Some(rest) = text.as_bytes().get(at..) else { return false };
    let letters = rest.iter().take(LONGEST + 1).take_while(|b| b.is_ascii_alphabetic()).count();
    let more = rest.get(letters).is_some_and(|next| !next.is_ascii());
    letters > 1 && is_seen(&rest[..letters])
        || more
        || rest.len() > 3 && rest[..4].eq_ignore_ascii_case(b"xn--")
}

/// Whether an ending of ASCII letters is known, in either case.
pub(super) fn is_known(ending: &[u8]) -> bool {
    in_small_letters(ending, |small| exists(small) || DROPPED.binary_search(&small).is_ok())
}

/// Whether an ending of ASCII letters is in the root zone today, in either case.
pub(super) fn is_in_zone(ending: &[u8]) -> bool {
    in_small_letters(ending, exists)
}

fn in_small_letters(ending: &[u8], is: impl FnOnce(&str) -> bool) -> bool {
    if !is_seen(ending) {
        return false;
    }
    let mut small = [0; LONGEST];
    let Some(small) = small.get_mut(..ending.len()) else { return false };
    small.copy_from_slice(ending);
    small.make_ascii_lowercase();
    std::str::from_utf8(small).is_ok_and(is)
}

fn exists(small: &str) -> bool {
    tld::exist(small) || small == DOCUMENTED
}

/// The ending of documents and rehearsals (RFC 2606) stands for one that
/// exists, or nothing that is tried there would be as it will be.
const DOCUMENTED: &str = "example";

/// For speed: a bit for each place of a known ending. Most words that stand
/// behind a dot are none, and have no bit.
static SEEN: LazyLock<[u64; 1024]> = LazyLock::new(|| {
    let mut seen = [0; 1024];
    for ending in tld::TLD.iter().chain(DROPPED).chain([&DOCUMENTED]) {
        let place = place(ending.as_bytes());
        seen[place / 64] |= 1 << (place % 64);
    }
    seen
});

fn is_seen(word: &[u8]) -> bool {
    let place = place(word);
    SEEN[place / 64] & 1 << (place % 64) != 0
}

/// A number below 65,536 that differs between most words, not between cases.
fn place(word: &[u8]) -> usize {
    let mix = |sum: u32, byte: &u8| sum.wrapping_mul(0x0101_9F35).wrapping_add(u32::from(byte | 0x20));
    // 16 bits of 32 fit everywhere.
    usize::from((word.iter().fold(0, mix).wrapping_mul(0x9E37_79B1) >> 16) as u16)
}

/// Whether a word may end before this byte.
fn ends_word(next: Option<&u8>) -> bool {
    next.is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'@' | b'+' | b'-'))
}

/// The end of an ending outside of ASCII, the longest first.
fn written(text: &str, at: usize) -> Option<usize> {
    let mut chars = text.get(at..)?.chars();
    let endings = WRITTEN.get(&capital(chars.next()?))?;
    endings.iter().find_map(|ending| {
        let mut end = at;
        let mut here = text[at..].chars();
        for wanted in ending.chars() {
            let c = here.next().filter(|c| capital(*c) == capital(wanted))?;
            end += c.len_utf8();
        }
        ends_word(text.as_bytes().get(end)).then_some(end)
    })
}

/// The length of a label in punycode.
fn punycode(rest: &[u8]) -> Option<usize> {
    let prefix = rest.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case(b"xn--"))?.len();
    let more = rest[prefix..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    (more > 0).then_some(prefix + more)
}

/// The capital of `c`, where that is one character.
fn capital(c: char) -> char {
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Endings outside of ASCII as people write them, by their first letter, the
/// longest first: the root zone has them in punycode.
static WRITTEN: LazyLock<HashMap<char, Vec<String>>> = LazyLock::new(|| {
    let zone = tld::TLD.iter().filter_map(|ending| ending.strip_prefix("xn--"));
    let zone = zone.filter_map(idna::punycode::decode_to_string);
    let mut by_first: HashMap<char, Vec<String>> = HashMap::new();
    for ending in zone.chain(DROPPED_WRITTEN.iter().map(|ending| (*ending).to_owned())) {
        if let Some(first) = ending.chars().next() {
            by_first.entry(capital(first)).or_default().push(ending);
        }
    }
    for endings in by_first.values_mut() {
        endings.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
    }
    by_first
});

/// What X's list (twitter-text 3.1.0, `validGTLD` and `validCCTLD`) has and the
/// root zone of 2026-11-01 has not: brands that gave their name back, countries
/// that were never delegated, and `onion`. Sorted.
const DROPPED: &[&str] = &[
    "abarth",
    "active",
    "adac",
    "afamilycompany",
    "aigo",
    "alfaromeo",
    "an",
    "avianca",
    "bananarepublic",
    "bentley",
    "bl",
    "blanco",
    "bnl",
    "boots",
    "bq",
    "budapest",
    "bugatti",
    "cancerresearch",
    "cartier",
    "caseih",
    "cbs",
    "ceb",
    "chloe",
    "chrysler",
    "cityeats",
    "comcast",
    "cookingchannel",
    "csc",
    "dabur",
    "dodge",
    "doha",
    "doosan",
    "duck",
    "dunlop",
    "duns",
    "eh",
    "epost",
    "esurance",
    "etisalat",
    "everbank",
    "fiat",
    "flsmidth",
    "foodnetwork",
    "frontdoor",
    "fujixerox",
    "glade",
    "goo",
    "goodhands",
    "guardian",
    "helsinki",
    "hgtv",
    "honeywell",
    "hoteles",
    "htc",
    "iinet",
    "intel",
    "iselect",
    "iveco",
    "iwc",
    "jcp",
    "jlc",
    "juniper",
    "kerrylogistics",
    "kinder",
    "ladbrokes",
    "lancaster",
    "lancia",
    "lancome",
    "liaison",
    "linde",
    "lipsy",
    "lixil",
    "loft",
    "lupin",
    "macys",
    "maserati",
    "mcd",
    "mcdonalds",
    "meo",
    "metlife",
    "mf",
    "mobily",
    "montblanc",
    "mopar",
    "movistar",
    "mtpc",
    "mutual",
    "mutuelle",
    "nadex",
    "nationwide",
    "natura",
    "newholland",
    "northwesternmutual",
    "off",
    "oldnavy",
    "onion",
    "onyourside",
    "orientexpress",
    "pamperedchef",
    "panerai",
    "passagens",
    "piaget",
    "pramerica",
    "qvc",
    "raid",
    "redstone",
    "rightathome",
    "rmit",
    "rocher",
    "sapo",
    "sca",
    "scjohnson",
    "scor",
    "ses",
    "shaw",
    "showtime",
    "shriram",
    "spiegel",
    "spreadbetting",
    "srt",
    "starhub",
    "statoil",
    "swiftcover",
    "symantec",
    "telecity",
    "telefonica",
    "tiffany",
    "tp",
    "travelchannel",
    "uconnect",
    "um",
    "vista",
    "vistaprint",
    "volkswagen",
    "vuelos",
    "warman",
    "wolterskluwer",
    "xfinity",
    "xperia",
    "zippo",
];

/// As [`DROPPED`], outside of ASCII.
const DROPPED_WRITTEN: &[&str] = &["اتصالات", "موبايلي", "大众汽车", "工行", "手表", "珠宝", "诺基亚"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_known_in_every_script_and_case() {
        for ending in [
            "com",
            "COM",
            "museum",
            "uk",
            "рф",
            "РФ",
            "中国",
            "भारतम्",
            "xn--p1ai",
            "vermögensberater",
            "onion",
        ] {
            assert_eq!(end(ending, 0), Some(ending.len()), "{ending}");
        }
        for word in ["rs1", "com-", "com@", "c", "nosuchending", "", "-com", "приём", "xn--"] {
            assert_eq!(end(word, 0), None, "{word}");
        }
    }

    #[test]
    fn an_ending_ends_where_the_script_changes() {
        assert_eq!(end("jpで", 0), Some(2));
        assert_eq!(end("com_x", 0), Some(3));
        assert_eq!(end("中国で", 0), Some("中国".len()));
        // The longest that the word allows.
        assert_eq!(end("嘉里大酒店", 0), Some("嘉里大酒店".len()));
        assert_eq!(end("嘉里大酒", 0), Some("嘉里".len()));
        assert_eq!(end("see acme.io", 9), Some(11));
    }

    #[test]
    fn the_root_zone_has_no_dropped_endings() {
        for ending in ["com", "COM", "music", "example"] {
            assert!(is_in_zone(ending.as_bytes()) && is_known(ending.as_bytes()), "{ending}");
        }
        for ending in ["onion", "um", "an"] {
            assert!(!is_in_zone(ending.as_bytes()) && is_known(ending.as_bytes()), "{ending}");
        }
    }

    #[test]
    fn own_entries_are_sorted_and_needed() {
        assert!(DROPPED.is_sorted());
        for ending in DROPPED {
            assert!(!tld::exist(ending), "the root zone has `{ending}` again");
        }
    }
}
