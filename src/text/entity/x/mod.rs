//! Entities as X finds them: twitter-text 3.1.0, rule for rule, in one pass.
//!
//! The names in code font in this room's comments are those of its rules. The
//! expressions of the original are read as what they mean; where one of them
//! matches and the match is then refused, the text of the match is used up all
//! the same, so that the next match begins behind it as it does there.

mod letters;
mod mention;
mod tag;
mod url;

use super::{Entity, EntityKind};
use crate::text::late;
use std::ops::Range;

pub(in crate::text) use letters::may_stand_in_tag;
pub use mention::Mention;
pub use url::Url;

/// All entities of `text` in order, not overlapping: of two that overlap the
/// one that begins first stays (`removeOverlappingEntities`).
pub(super) fn entities(text: &str) -> Vec<Entity> {
    resolve(text, urls(text))
}

/// As [`super::entities`] for X, where only what has a scheme is linked: what X's own
/// library links in a page (`autoLink`).
pub fn entities_with_scheme(text: &str) -> Vec<Entity> {
    resolve(text, urls(text).into_iter().filter(|url| url.scheme).collect())
}

fn resolve(text: &str, urls: Vec<Url>) -> Vec<Entity> {
    let mut all = of(EntityKind::Link, urls.into_iter().map(|url| url.range));
    all.extend(of(EntityKind::Mention, mentions(text).into_iter().map(|mention| mention.range)));
    all.extend(of(EntityKind::Hashtag, all_hashtags(text)));
    all.extend(of(EntityKind::Cashtag, cashtags(text)));
    without_overlaps(all)
}

fn of(kind: EntityKind, ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<Entity> {
    ranges.into_iter().map(|range| Entity { kind, range }).collect()
}

/// In order; of two that overlap, the one that begins first.
fn without_overlaps(mut all: Vec<Entity>) -> Vec<Entity> {
    all.sort_by_key(|entity| entity.range.start);
    let mut used = 0;
    all.retain(|entity| {
        let free = entity.range.start >= used;
        if free {
            used = entity.range.end;
        }
        free
    });
    all
}

/// The links of `text` in order (`extractUrlsWithIndices`), each of which
/// counts 23, whether or not a tag overlaps it.
pub fn urls(text: &str) -> Vec<Url> {
    let mut found = Vec::new();
    between_tokens(text, |text, from| url::find(text, from, &mut found));
    let tokens = late::find(text);
    if !tokens.is_empty() {
        found.extend(tokens.into_iter().map(|token| Url { range: token.range, scheme: true }));
        found.sort_by_key(|url| url.range.start);
    }
    found
}

/// The mentions of people and lists in `text` (`extractMentionsOrListsWithIndices`).
pub fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    between_tokens(text, |text, from| mention::find(text, from, &mut found));
    found
}

/// The hashtags of `text` with their signs, but for those inside of a link
/// (`extractHashtagsWithIndices`).
pub fn hashtags(text: &str) -> Vec<Range<usize>> {
    let mut all = of(EntityKind::Hashtag, all_hashtags(text));
    all.extend(of(EntityKind::Link, urls(text).into_iter().map(|url| url.range)));
    let tags = without_overlaps(all).into_iter().filter(|entity| entity.kind == EntityKind::Hashtag);
    tags.map(|tag| tag.range).collect()
}

fn all_hashtags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    between_tokens(text, |text, from| tag::hashtags(text, from, &mut found));
    found
}

/// The cashtags of `text` with their signs (`extractCashtagsWithIndices`).
pub fn cashtags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    between_tokens(text, |text, from| tag::cashtags(text, from, &mut found));
    found
}

/// Whom `text` replies to by its first word, without the sign (`extractReplies`).
pub fn reply(text: &str) -> Option<&str> {
    mention::reply(text)
}

/// Calls `scan` with each stretch that has no late address in it: the text up
/// to the stretch's end, and where the stretch begins.
fn between_tokens(text: &str, mut scan: impl FnMut(&str, usize)) {
    let mut from = 0;
    for token in late::find(text) {
        scan(&text[..token.range.start], from);
        from = token.range.end;
    }
    scan(text, from);
}

#[cfg(test)]
mod tests;
