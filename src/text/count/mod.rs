//! How long a text is, as its network counts.

mod emoji;
mod grapheme;
#[cfg(test)]
mod tests;
mod weight;

use super::entity::{Dialect, Entity, EntityKind, entities, mastodon, x};
use super::marked::seen;
use super::{Most, Rules, Unit};
use crate::text::late;
use std::borrow::Cow;
use std::collections::BTreeSet;
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
        counted += stretch(ahead, &text[from..range.start], (from > 0, true), rules) + cost;
        (from, ahead) = (range.end, "");
    }
    counted += stretch(ahead, &text[from..], (from > 0, false), rules);
    Counted { counted, limit: rules.limit, unit: rules.unit, bytes }
}

/// The length of `text` with what stands `ahead` of it, between what has a
/// fixed cost (`before`, `behind`): in the place of that the network counts
/// letters of its own, and a mark behind them belongs to the last of them.
fn stretch(ahead: &str, text: &str, (before, behind): (bool, bool), rules: &Rules) -> usize {
    if rules.unit == Unit::Weighted {
        // In NFC already.
        return weight::weight(ahead) + weight::weight(text);
    }
    let whole = if ahead.is_empty() { length(text, rules) } else { length(&[ahead, text].concat(), rules) };
    if rules.unit != Unit::Grapheme {
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
    /// It has more of these than the network takes ([`too_many`]).
    TooMany(EntityKind),
}

/// Whether a part of a post is one that its network takes, and if not why: on X
/// `parseTweet(…).valid`, with the numbers of `rules`.
pub fn validate(text: &str, rules: &Rules, url_reserve: usize) -> Result<Counted, Invalid> {
    let counted = count(text, rules, url_reserve);
    refused(text, &counted, rules).map_or(Ok(counted), Err)
}

/// Why the network of `rules` does not take `text`, which is `counted` long.
pub fn refused(text: &str, counted: &Counted, rules: &Rules) -> Option<Invalid> {
    // A blank text has a length on X, and is one; others see nothing in it.
    let blank = || counted.counted == 0 || rules.dialect != Dialect::X && text.trim().is_empty();
    match invalid_character(text, rules) {
        Some(c) => Some(Invalid::Character(c)),
        None if rules.needs_words && blank() => Some(Invalid::Empty),
        None if !counted.fits() => Some(Invalid::TooLong),
        None => too_many(text, rules).map(|over| Invalid::TooMany(over.kind)),
    }
}

/// More links, mentions or tags than a network takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// Of what.
    pub kind: EntityKind,
    /// How many there are; of links only those that differ.
    pub counted: usize,
    /// How many there may be.
    pub limit: usize,
}

/// What `text` has more of than the network of `rules` takes: the first of
/// links, mentions, hashtags.
pub fn too_many(text: &str, rules: &Rules) -> Option<TooMany> {
    let Most { links, mentions, hashtags } = rules.most;
    let limits =
        [(EntityKind::Link, links), (EntityKind::Mention, mentions), (EntityKind::Hashtag, hashtags)];
    if limits.iter().all(|(_, limit)| limit.is_none()) {
        return None;
    }
    let found = entities(text, rules.dialect);
    limits.into_iter().find_map(|(kind, limit)| {
        let limit = limit?;
        let of_kind = found.iter().filter(|entity| entity.kind == kind);
        let counted = match kind {
            EntityKind::Link => of_kind.map(|link| &text[link.range.clone()]).collect::<BTreeSet<_>>().len(),
            _ => of_kind.count(),
        };
        (counted > limit).then_some(TooMany { kind, counted, limit })
    })
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
                out.push(Atom { range: at..end, cost: length(cluster, rules), kind: None });
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
            cost += length(&text[at..range.start], rules) + fixed_cost;
            at = range.end;
        }
        cost += length(&text[at..whole.range.end], rules);
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
    // `https://acme.example/x`, `http://localhost/x`: no link to X, but one to
    // every reader, and of no use in halves.
    if rules.dialect != Dialect::Plain && text.contains("://") {
        let written = entities(text, Dialect::Plain).into_iter();
        all.extend(
            written.filter(|it| it.kind == EntityKind::Link && text[it.range.clone()].contains("://")),
        );
    }
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
fn length(text: &str, rules: &Rules) -> usize {
    match rules.unit {
        Unit::Byte => text.len(),
        Unit::CodePoint => text.chars().count(),
        Unit::Utf16 => text.encode_utf16().count(),
        // CR LF is one character to UAX #29, GB3; all other ASCII stands alone.
        Unit::Grapheme if text.is_ascii() && !text.contains('\r') => text.len(),
        // Its server counts what Ruby calls a grapheme cluster. Ruby joins Indic
        // conjuncts only since it has Unicode 15.1 (ruby/ruby pull request 12798,
        // of 2025, after 3.4): a server with an older one counts more, none less.
        Unit::Grapheme if rules.dialect == Dialect::Mastodon => grapheme::count_conjuncts_apart(text),
        Unit::Grapheme => grapheme::count(text),
        Unit::Weighted if text.is_ascii() => text.len(),
        Unit::Weighted => weight::weight(&weight::composed(text)),
        Unit::EmojiByte if text.is_ascii() => text.len(),
        Unit::EmojiByte => emoji::length(text),
    }
}
