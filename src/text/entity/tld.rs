//! Which endings make a row of labels a host: the top-level domains.
//!
//! The root zone (crate `tld`) and what X's published list still has, although
//! the root zone has dropped it: docs/decisions/top-level-domains.md.

use std::collections::BTreeMap;
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

/// Whether an ending of ASCII letters is known, in either case.
pub(super) fn is_known(ending: &[u8]) -> bool {
    KNOWN.find(ending).is_some()
}

/// Whether an ending of ASCII letters is in the root zone today, in either case.
pub(super) fn is_in_zone(ending: &[u8]) -> bool {
    KNOWN.find(ending).is_some_and(|known| known.in_zone)
}

/// An ending of ASCII.
#[derive(Clone, Copy)]
struct Known {
    ending: &'static str,
    in_zone: bool,
}

/// All endings by their hash, for speed: a hostile text asks once in three bytes.
struct Endings {
    /// A bit for each place of an ending. Most words behind a dot have none.
    seen: Vec<u64>,
    /// The endings, each at its place or, where that is taken, behind it.
    slots: Vec<Option<Known>>,
}

const PLACES: usize = 1 << 16;
/// More than twice the endings there are, so that some are free.
const SLOTS: usize = 1 << 12;

static KNOWN: LazyLock<Endings> = LazyLock::new(|| {
    let mut all = Endings { seen: vec![0; PLACES / 64], slots: vec![None; SLOTS] };
    let zone = tld::TLD.iter().map(|ending| Known { ending, in_zone: true });
    for known in zone.chain(DROPPED.iter().map(|ending| Known { ending, in_zone: false })) {
        let place = place(known.ending.as_bytes());
        all.seen[place / 64] |= 1 << (place % 64);
        let free = (0..SLOTS).map(|step| (place + step) % SLOTS).find(|slot| all.slots[*slot].is_none());
        if let Some(slot) = free {
            all.slots[slot] = Some(known);
        }
    }
    all
});

impl Endings {
    /// Quick, and true of some that are none.
    fn may_have(&self, word: &[u8]) -> bool {
        let place = place(word);
        self.seen[place / 64] & 1 << (place % 64) != 0
    }

    fn find(&self, word: &[u8]) -> Option<Known> {
        if !self.may_have(word) {
            return None;
        }
        let place = place(word);
        let mut slots = (0..SLOTS).map_while(|step| self.slots[(place + step) % SLOTS]);
        slots.find(|known| known.ending.as_bytes().eq_ignore_ascii_case(word))
    }
}

/// A number below [`PLACES`] that differs between most words, not between cases.
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
    let first = text.get(at..)?.chars().next()?;
    // For speed: none begins with a Latin letter that has an accent.
    if matches!(first, '\u{80}'..'\u{370}') {
        return None;
    }
    let first = capital(first);
    let index = WRITTEN.binary_search_by_key(&first, |(first, _)| *first).ok()?;
    WRITTEN[index].1.iter().find_map(|ending| {
        let mut end = at;
        let mut here = text[at..].chars();
        for wanted in ending.chars() {
            let c = here.next().filter(|c| capital(*c) == wanted)?;
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
    // For speed: Cyrillic, and Hebrew to Thai and what is written in China, Japan and Korea, which has none.
    let mut capitals = match c {
        '\u{410}'..='\u{42f}' | '\u{590}'..='\u{fff}' | '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{d7a3}' => {
            return c;
        }
        'а'..='я' => return char::from_u32(u32::from(c) - 0x20).unwrap_or(c),
        c => c.to_uppercase(),
    };
    match (capitals.next(), capitals.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Endings outside of ASCII in capitals, by their first letter, the longest
/// first: the root zone has them in punycode.
static WRITTEN: LazyLock<Vec<(char, Vec<String>)>> = LazyLock::new(|| {
    let zone = tld::TLD.iter().filter_map(|ending| ending.strip_prefix("xn--"));
    let zone = zone.filter_map(idna::punycode::decode_to_string);
    let mut by_first: BTreeMap<char, Vec<String>> = BTreeMap::new();
    for ending in zone.chain(DROPPED_WRITTEN.iter().map(|ending| (*ending).to_owned())) {
        let ending: String = ending.chars().map(capital).collect();
        if let Some(first) = ending.chars().next() {
            by_first.entry(first).or_default().push(ending);
        }
    }
    for endings in by_first.values_mut() {
        endings.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
    }
    by_first.into_iter().collect()
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
        for word in
            ["example", "test", "rs1", "com-", "com@", "c", "nosuchending", "", "-com", "приём", "xn--"]
        {
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
    fn every_ending_is_found_and_no_capital_is_missed() {
        for ending in tld::TLD.iter().chain(DROPPED) {
            assert!(is_known(ending.as_bytes()) && is_known(ending.to_uppercase().as_bytes()), "{ending}");
            assert_eq!(is_in_zone(ending.as_bytes()), tld::exist(ending), "{ending}");
        }
        for c in ('\u{590}'..='\u{fff}').chain('\u{2e80}'..='\u{a63f}').chain('\u{ac00}'..='\u{d7a3}') {
            assert!(c.to_uppercase().eq([c]), "{c:?}");
        }
        for c in '\u{80}'..'\u{370}' {
            assert!(WRITTEN.iter().all(|(first, _)| *first != capital(c)), "{c:?}");
        }
    }

    #[test]
    fn the_root_zone_has_no_dropped_endings() {
        for ending in ["com", "COM", "music"] {
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
