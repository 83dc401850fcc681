//! How long a text is, as its network counts.

mod emoji;
mod grapheme;
mod weight;

use super::entity::{Dialect, Entity, EntityKind, entities, mastodon, x};
use super::marked::seen;
use super::{Rules, Unit};
use crate::text::{late, little_text};
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
    /// The bytes of UTF-8 and their limit, where the network limits them as well.
    pub bytes: Option<(usize, usize)>,
}

impl Counted {
    /// Whether it is within the limit, and within that of bytes.
    pub fn fits(&self) -> bool {
        self.limit.is_none_or(|limit| self.counted <= limit)
            && self.bytes.is_none_or(|(bytes, limit)| bytes <= limit)
    }

    /// How much it is over the limit, in the unit of [`Counted::decisive`]; 0 when it fits.
    pub fn over(&self) -> usize {
        let decisive = self.decisive();
        decisive.limit.map_or(0, |limit| decisive.counted.saturating_sub(limit))
    }

    /// The length that decides whether it fits: the one in bytes where only
    /// that is too long, else the length itself.
    pub fn decisive(&self) -> Counted {
        match self.bytes {
            Some((bytes, limit)) if bytes > limit && self.limit.is_none_or(|most| self.counted <= most) => {
                Counted { counted: bytes, limit: Some(limit), unit: Unit::Byte, bytes: None }
            }
            _ => *self,
        }
    }
}

/// Counts `text` by `rules`. A URL that is not known yet counts what the
/// network counts for a link, or `url_reserve` where it counts letters.
///
/// Takes time in proportion to the text.
pub fn count(text: &str, rules: &Rules, url_reserve: usize) -> Counted {
    count_below("", text, rules, url_reserve)
}

/// Counts `text` below a content warning, which counts as it stands: Mastodon
/// joins the two before it counts, so that a mark at the beginning of the text
/// belongs to the last letter of the warning.
pub fn count_below(warning: &str, text: &str, rules: &Rules, url_reserve: usize) -> Counted {
    let seen =
        if rules.markup.counts_what_is_seen() { seen(text, rules.markup) } else { Cow::Borrowed(text) };
    let text = if rules.trimmed { seen.trim() } else { &seen };
    let bytes = rules.byte_limit.map(|limit| (bytes(text, url_reserve), limit));
    // X puts the text into NFC first, and looks for links in that.
    let text = if rules.unit == Unit::Weighted { weight::composed(text) } else { Cow::Borrowed(text) };
    let mut counted = 0;
    let (mut from, mut ahead) = (0, warning);
    for (range, cost) in fixed_costs(&text, rules, url_reserve) {
        counted += stretch(ahead, &text[from..range.start], (from > 0, true), rules.unit) + cost;
        (from, ahead) = (range.end, "");
    }
    counted += stretch(ahead, &text[from..], (from > 0, false), rules.unit);
    Counted { counted, limit: rules.limit, unit: rules.unit, bytes }
}

/// The length of `text` with what stands `ahead` of it, between what has a
/// fixed cost (`before`, `behind`): in the place of that the network counts
/// letters of its own, and a mark behind them belongs to the last of them.
fn stretch(ahead: &str, text: &str, (before, behind): (bool, bool), unit: Unit) -> usize {
    if unit == Unit::Weighted {
        // In NFC already.
        return weight::weight(ahead) + weight::weight(text);
    }
    let whole = if ahead.is_empty() { length(text, unit) } else { length(&[ahead, text].concat(), unit) };
    if unit != Unit::Grapheme {
        return whole;
    }
    let one = |pair: [char; 2]| !pair[0].is_ascii() || !pair[1].is_ascii();
    let one = |pair: [char; 2]| one(pair) && String::from_iter(pair).graphemes(true).count() == 1;
    let first = text.chars().next().filter(|_| before);
    let last = text.chars().next_back().or(ahead.chars().next_back()).filter(|_| behind);
    whole
        - usize::from(first.is_some_and(|c| one(['x', c])))
        - usize::from(last.is_some_and(|c| one([c, 'x'])))
}

/// The bytes of a text, with `url_reserve` for each address that is not known yet.
fn bytes(text: &str, url_reserve: usize) -> usize {
    late::find(text).iter().fold(text.len(), |bytes, found| bytes - found.range.len() + url_reserve)
}

/// Why a network does not take a text, whatever is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// It has nothing that counts.
    Empty,
    /// It counts more than the limit.
    TooLong,
    /// It holds a character that is none ([`invalid_character`]), which is here.
    Character(char),
}

/// Whether a part of a post is one that its network takes, and if not why:
/// X's `parseTweet(…).valid`, with the numbers of `rules`.
pub fn validate(text: &str, rules: &Rules, url_reserve: usize) -> Result<Counted, Invalid> {
    let counted = count(text, rules, url_reserve);
    refused(text, &counted).map_or(Ok(counted), Err)
}

/// Why X does not take `text`, which is `counted` long.
pub fn refused(text: &str, counted: &Counted) -> Option<Invalid> {
    match text.chars().find(|c| is_invalid(*c)) {
        Some(c) => Some(Invalid::Character(c)),
        None if counted.counted == 0 => Some(Invalid::Empty),
        None => (!counted.fits()).then_some(Invalid::TooLong),
    }
}

/// The first character of `text` that the network of `rules` refuses a whole
/// text for; only X is known to have such ones.
pub fn invalid_character(text: &str, rules: &Rules) -> Option<char> {
    text.chars().find(|c| rules.dialect == Dialect::X && is_invalid(*c))
}

/// U+FFFE, U+FEFF and U+FFFF (twitter-text 3.1.0, `invalidCharsGroup`).
fn is_invalid(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{feff}' | '\u{ffff}')
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
        let mut at = range.start;
        while at < range.end {
            // Of ASCII each stands alone, and costs one everywhere.
            let end = at + lone(&text.as_bytes()[at..range.end]);
            out.extend((at..end).map(|at| Atom { range: at..at + 1, cost: 1, kind: None }));
            at = end;
            for cluster in text[at..range.end].graphemes(true) {
                let end = at + cluster.len();
                out.push(Atom { range: at..end, cost: length(cluster, rules.unit), kind: None });
                at = end;
                if lone(&text.as_bytes()[at..range.end]) > 0 {
                    break;
                }
            }
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

/// How many bytes of ASCII `bytes` begins with that no mark can belong to. CR LF
/// is one character (UAX #29, GB3).
fn lone(bytes: &[u8]) -> usize {
    let ascii = bytes.iter().take_while(|byte| byte.is_ascii() && **byte != b'\r').count();
    if ascii == bytes.len() { ascii } else { ascii.saturating_sub(1) }
}

/// What is never cut: entities, and what has a cost of its own. Where they
/// overlap (`#日acme.com` is a tag to readers and a link to X's count) they are one.
fn wholes(text: &str, rules: &Rules, url_reserve: usize) -> Vec<Entity> {
    let mut all = entities(text, rules.dialect);
    let fixed = fixed_costs(text, rules, url_reserve).into_iter();
    all.extend(fixed.map(|(range, _)| Entity { kind: EntityKind::Link, range }));
    let names = match rules.network {
        "linkedin" => little_text::mentions(text),
        "facebook" => page_mentions(text),
        _ => Vec::new(),
    };
    all.extend(names.into_iter().map(|range| Entity { kind: EntityKind::Mention, range }));
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

/// `@[123]`: how a post on a Facebook page names another page (Graph API, Page
/// posts, read 2026).
fn page_mentions(text: &str) -> Vec<Range<usize>> {
    let mentions = text.match_indices("@[").filter_map(|(at, sign)| {
        let id = &text[at + sign.len()..];
        // Ids have some sixteen digits.
        let digits = id.bytes().take(40).take_while(u8::is_ascii_digit).count();
        (digits > 0 && id[digits..].starts_with(']')).then_some(at..at + sign.len() + digits + 1)
    });
    mentions.collect()
}

/// The stretches that do not cost their own length: links where the network
/// shortens them, mentions where it leaves the host away, and addresses that
/// are not known yet.
fn fixed_costs(text: &str, rules: &Rules, url_reserve: usize) -> Vec<(Range<usize>, usize)> {
    let Some(link) = rules.link_cost else {
        return late::find(text).into_iter().map(|found| (found.range, url_reserve)).collect();
    };
    match rules.dialect {
        // To the count a link is one even where it overlaps a tag.
        Dialect::X => x::urls(text).into_iter().map(|url| (url.range.start..url.counted, link)).collect(),
        Dialect::Mastodon => mastodon::costs(text, link),
        dialect => {
            let links = entities(text, dialect).into_iter().filter(|entity| entity.kind == EntityKind::Link);
            links.map(|entity| (entity.range, link)).collect()
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
        Unit::Grapheme => grapheme::count(text),
        Unit::Weighted if text.is_ascii() => text.len(),
        Unit::Weighted => weight::weight(&weight::composed(text)),
        Unit::EmojiByte if text.is_ascii() => text.len(),
        Unit::EmojiByte => {
            let mut sum = 0;
            grapheme::each(text, |cluster| sum += emoji::bytes_or_points(cluster));
            sum
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{letters, x};
    use super::super::network;
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
        assert_eq!(by(Unit::EmojiByte), 2 + 25 + 1);
        assert_eq!(count("a\r\nb", &letters(Unit::Grapheme, None), 80).counted, 3);
        assert_eq!(count("", &x(), 80).counted, 0);
        assert_eq!(count(" \n Hi you \n", &network::DISCORD, 80).counted, 6);
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
        // What only X's library has: the list does not.
        for emoji in ["👁\u{200d}🗨", "⛷🏽", "⛷\u{fe0f}🏽", "🕴🏽\u{200d}♀\u{fe0f}", "🕴\u{fe0f}\u{200d}♂\u{fe0f}"]
        {
            assert_eq!(weighs(emoji), 2, "{emoji}");
        }
        for (broken, weight) in
            [("👁\u{200d}🗨\u{fe0f}", 4), ("🕴\u{200d}♀\u{fe0f}", 5), ("⛷🏽🏽", 4), ("🏂\u{fe0f}🏽", 6)]
        {
            assert_eq!(weighs(broken), weight, "{broken:?}");
        }
    }

    #[test]
    fn what_x_refuses_is_named() {
        let checked = |text: &str| validate(text, &x(), 80).map(|counted| counted.counted);
        assert_eq!(checked("Hi."), Ok(3));
        assert_eq!(checked(""), Err(Invalid::Empty));
        assert_eq!(checked(&"a".repeat(281)), Err(Invalid::TooLong));
        assert_eq!(checked("a\u{feff}b"), Err(Invalid::Character('\u{feff}')));
        assert_eq!(invalid_character("a\u{fffe}\u{ffff}", &x()), Some('\u{fffe}'));
        assert_eq!(invalid_character("a\u{fffe}", &network::BLUESKY), None);
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
    fn bytes_are_limited_where_the_network_limits_them() {
        let family = "👨‍👩‍👧‍👦";
        let count = |text: &str| count(text, &network::BLUESKY, 80);
        let fits = count(&family.repeat(120));
        assert_eq!((fits.counted, fits.bytes, fits.fits(), fits.over()), (120, Some((3000, 3000)), true, 0));
        let long = count(&family.repeat(121));
        assert_eq!((long.counted, long.fits(), long.over()), (121, false, 25));
        assert_eq!((long.decisive().counted, long.decisive().unit), (3025, Unit::Byte));
        // What is too long in both is told in the network's own unit.
        let both = count(&family.repeat(301));
        assert_eq!((both.over(), both.decisive().unit), (1, Unit::Grapheme));
        assert_eq!(count(&format!("{} é", late::token("blog", true))).bytes, Some((80 + 3, 3000)));
    }

    #[test]
    fn mastodon_counts_its_own_letters_for_links_and_hosts() {
        let counted = |text: &str| count(text, &network::MASTODON, 80).counted;
        assert_eq!(counted("see https://acme.org/a/b and acme.com"), 4 + 23 + 13);
        assert_eq!(counted("http://a.com"), 23);
        assert_eq!(counted("hi @ada@hachyderm.io, @bob"), 3 + 4 + 6);
        assert_eq!(counted("xmpp:ada@acme.com"), 17);
        assert_eq!(counted(&late::token("blog", true)), 23);
        // A mark behind a link belongs to it, a sign before it too.
        assert_eq!(counted("https://acme.com\u{301}!"), 24);
        assert_eq!(counted("a\u{600}https://acme.com"), 1 + 23);
    }

    #[test]
    fn a_content_warning_counts_as_it_stands() {
        let counted = |warning: &str, text: &str| count_below(warning, text, &network::MASTODON, 80).counted;
        assert_eq!(counted("Spoiler", "It landed"), 16);
        assert_eq!(counted("https://acme.com", "https://acme.com"), 16 + 23);
        assert_eq!(counted("e", "\u{301} https://acme.com"), 2 + 23);
        assert_eq!(counted("a", ""), 1);
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
