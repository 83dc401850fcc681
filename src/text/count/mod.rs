//! How long a text is, as its network counts.

mod weight;

use super::entity::{Dialect, Entity, EntityKind, entities, x};
use super::{Rules, Unit};
use crate::text::late;
use std::borrow::Cow;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A length and what it is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The length.
    pub counted: usize,
    /// The limit, if there is one.
    pub limit: Option<usize>,
    /// What was counted.
    pub unit: Unit,
}

impl Counted {
    /// Whether it is within the limit.
    pub fn fits(&self) -> bool {
        self.limit.is_none_or(|limit| self.counted <= limit)
    }

    /// How much it is over the limit; 0 when it fits.
    pub fn over(&self) -> usize {
        self.limit.map_or(0, |limit| self.counted.saturating_sub(limit))
    }
}

/// Counts `text` by `rules`. A URL that is not known yet counts what the
/// network counts for a link, or `url_reserve` where it counts letters.
///
/// Takes time in proportion to the text.
pub fn count(text: &str, rules: &Rules, url_reserve: usize) -> Counted {
    // X puts the text into NFC first, and looks for links in that.
    let text = if rules.unit == Unit::Weighted { weight::composed(text) } else { Cow::Borrowed(text) };
    let mut counted = 0;
    let mut from = 0;
    for (range, cost) in fixed_costs(&text, rules, url_reserve) {
        counted += length(&text[from..range.start], rules.unit) + cost;
        from = range.end;
    }
    counted += length(&text[from..], rules.unit);
    Counted { counted, limit: rules.limit, unit: rules.unit }
}

/// Why a network does not take a text, whatever is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// It has nothing that counts.
    Empty,
    /// It counts more than the limit.
    TooLong,
    /// It holds a character that is none: U+FFFE, U+FEFF or U+FFFF
    /// (twitter-text 3.1.0, `invalidCharsGroup`), which is here.
    Character(char),
}

/// Whether a part of a post is one that its network takes, and if not why:
/// X's `parseTweet(…).valid`, with the numbers of `rules`.
pub fn validate(text: &str, rules: &Rules, url_reserve: usize) -> Result<Counted, Invalid> {
    let counted = count(text, rules, url_reserve);
    let character = text.chars().find(|c| matches!(c, '\u{fffe}' | '\u{feff}' | '\u{ffff}'));
    match character {
        Some(c) => Err(Invalid::Character(c)),
        None if counted.counted == 0 => Err(Invalid::Empty),
        None if !counted.fits() => Err(Invalid::TooLong),
        None => Ok(counted),
    }
}

/// A stretch of text that is never cut, and what it costs.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it costs.
    pub cost: usize,
    /// What it is, when it is more than a character.
    pub kind: Option<EntityKind>,
}

/// `text` as a row of atoms whose costs add up to what [`count`] says:
/// links, mentions and tags whole, everything else character by character.
///
/// Only what no reader can tell apart may add up to less or more: pieces of
/// flags, and letters that NFC puts together across characters.
pub(super) fn atoms(text: &str, rules: &Rules, url_reserve: usize) -> Vec<Atom> {
    let mut fixed = fixed_costs(text, rules, url_reserve).into_iter().peekable();
    let mut out = Vec::new();
    let mut from = 0;
    let letters = |out: &mut Vec<Atom>, range: Range<usize>| {
        for (at, cluster) in text[range.clone()].grapheme_indices(true) {
            let start = range.start + at;
            let cost = length(cluster, rules.unit);
            out.push(Atom { range: start..start + cluster.len(), cost, kind: None });
        }
    };
    for whole in wholes(text, rules, url_reserve) {
        letters(&mut out, from..whole.range.start);
        let mut cost = 0;
        let mut at = whole.range.start;
        // A link of a fixed cost is the entity itself.
        while let Some((range, fixed_cost)) = fixed.next_if(|(range, _)| range.start < whole.range.end) {
            cost += length(&text[at..range.start], rules.unit) + fixed_cost;
            at = range.end;
        }
        cost += length(&text[at..whole.range.end], rules.unit);
        from = whole.range.end;
        out.push(Atom { range: whole.range, cost, kind: Some(whole.kind) });
    }
    letters(&mut out, from..text.len());
    out
}

/// What is never cut: entities, and what has a cost of its own. Where they
/// overlap (`#日acme.com` is a tag to readers and a link to X's count) they are one.
fn wholes(text: &str, rules: &Rules, url_reserve: usize) -> Vec<Entity> {
    let mut all = entities(text, rules.dialect);
    let fixed = fixed_costs(text, rules, url_reserve).into_iter();
    all.extend(fixed.map(|(range, _)| Entity { kind: EntityKind::Link, range }));
    all.sort_by_key(|whole| whole.range.start);
    all.dedup_by(|next, before| {
        let overlaps = next.range.start < before.range.end;
        if overlaps {
            before.range.end = before.range.end.max(next.range.end);
        }
        overlaps
    });
    all
}

/// The stretches that do not cost their own length: links where the network
/// shortens them, and addresses that are not known yet.
fn fixed_costs(text: &str, rules: &Rules, url_reserve: usize) -> Vec<(Range<usize>, usize)> {
    let Some(cost) = rules.link_cost else {
        return late::find(text).into_iter().map(|found| (found.range, url_reserve)).collect();
    };
    match rules.dialect {
        // To the count a link is one even where it overlaps a tag.
        Dialect::X => x::urls(text).into_iter().map(|url| (url.range, cost)).collect(),
        dialect => {
            let links = entities(text, dialect).into_iter().filter(|entity| entity.kind == EntityKind::Link);
            links.map(|entity| (entity.range, cost)).collect()
        }
    }
}

/// The length of a text without anything of a fixed cost in it.
fn length(text: &str, unit: Unit) -> usize {
    match unit {
        Unit::Byte => text.len(),
        Unit::CodePoint => text.chars().count(),
        Unit::Utf16 => text.encode_utf16().count(),
        // CR LF is one character to UAX #29, GB3; all other ASCII stands alone.
        Unit::Grapheme if text.is_ascii() && !text.contains('\r') => text.len(),
        Unit::Grapheme => text.graphemes(true).count(),
        Unit::Weighted if text.is_ascii() => text.len(),
        Unit::Weighted => weight::weight(&weight::composed(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{letters, x};
    use super::*;

    fn weighs(text: &str) -> usize {
        count(text, &x(), 80).counted
    }

    #[test]
    fn each_unit_counts_what_it_says() {
        // e + combining acute, a family of four, a letter outside of the BMP.
        let text = "e\u{301}👨‍👩‍👧‍👦𝒳";
        let by = |unit| count(text, &letters(unit, None), 80).counted;
        assert_eq!(by(Unit::Grapheme), 3);
        assert_eq!(by(Unit::CodePoint), 2 + 7 + 1);
        assert_eq!(by(Unit::Utf16), 2 + 11 + 2);
        assert_eq!(by(Unit::Byte), text.len());
        assert_eq!(by(Unit::Weighted), 1 + 2 + 2);
        assert_eq!(count("a\r\nb", &letters(Unit::Grapheme, None), 80).counted, 3);
        assert_eq!(count("", &x(), 80).counted, 0);
    }

    #[test]
    fn x_weighs_scripts_emoji_and_composed_letters() {
        assert_eq!(weighs("Hello, world! 👋"), 16);
        assert_eq!(weighs("日本語"), 6);
        assert_eq!(weighs("Привет, мир"), 11);
        assert_eq!(weighs("cafe\u{301}"), 4);
        assert_eq!(weighs("한글 \u{1112}\u{1161}\u{11ab}"), 7);
        assert_eq!(weighs("“quoted” – it’s…"), 17);
        // A joiner between letters is no emoji.
        assert_eq!(weighs("क्\u{200d}ष"), 4);
    }

    #[test]
    fn an_emoji_weighs_two_however_it_is_made() {
        let emoji = ["👋🏽", "🇩🇪", "1️⃣", "1\u{20e3}", "❤️", "©️", "⌚️", "☝️🏽", "👩‍🚀", "🏳️‍🌈", "👩🏽‍❤️‍💋‍👨🏻"];
        for emoji in
            emoji.into_iter().chain(["👨‍👩‍👧‍👦", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"])
        {
            assert_eq!(weighs(emoji), 2, "{emoji}");
            assert_eq!(weighs(&format!("a{emoji}{emoji}1")), 6, "{emoji}");
        }
        assert_eq!(weighs("©"), 1);
        // What is no emoji of the list counts by its parts: two letters that
        // are no flag, a joiner without a meaning, a text form, a lone colour.
        for (broken, weight) in
            [("🇩🇩", 4), ("👩‍🍕", 5), ("👩‍", 3), ("❤\u{fe0e}", 4), ("😀\u{fe0f}", 4), ("🏽", 2)]
        {
            assert_eq!(weighs(broken), weight, "{broken:?}");
        }
        assert_eq!(weighs("🇩🇪🇫🇷"), 4);
    }

    #[test]
    fn what_x_refuses_is_named() {
        let checked = |text: &str| validate(text, &x(), 80).map(|counted| counted.counted);
        assert_eq!(checked("Hi."), Ok(3));
        assert_eq!(checked(""), Err(Invalid::Empty));
        assert_eq!(checked(&"a".repeat(281)), Err(Invalid::TooLong));
        assert_eq!(checked("a\u{feff}b"), Err(Invalid::Character('\u{feff}')));
    }

    #[test]
    fn links_and_late_addresses_have_their_cost() {
        assert_eq!(weighs("see https://example.com/a/very/long/path/indeed?with=query"), 27);
        assert_eq!(weighs("(https://a.co)."), 26);
        // To X a tag and a link; the count takes both.
        assert_eq!(weighs("#日acme.com"), 3 + 23);
        // A letter is composed before links are looked for.
        assert_eq!(weighs("https://a.co/cafe\u{301}"), 23);
        assert_eq!(weighs("https://a.co and www.acme.com"), 23 + 5 + 23);
        let token = late::token("blog", true);
        assert_eq!(weighs(&format!("It landed. {token}")), 34);
        let linkedin = letters(Unit::Utf16, None);
        assert_eq!(count(&format!("It landed. {token}"), &linkedin, 80).counted, 91);
        assert_eq!(count("https://a.co", &linkedin, 80).counted, 12);
        assert_eq!(count(&format!("{token}{token}"), &linkedin, 80).counted, 160);
    }

    #[test]
    fn atoms_add_up_to_the_count() {
        let text =
            format!("Hi @ada_l, #Raumfahrt: 👩‍🚀 {} www.acme.com é #日acme.com", late::token("blog", false));
        for rules in [x(), letters(Unit::Grapheme, None), letters(Unit::Byte, Some(9))] {
            let sum: usize = atoms(&text, &rules, 80).iter().map(|atom| atom.cost).sum();
            assert_eq!(sum, count(&text, &rules, 80).counted);
        }
    }
}
