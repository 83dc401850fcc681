//! Entities as X finds them: twitter-text 3.1.0, rule for rule, in one pass.
//!
//! The names in code font in this room's comments are those of its rules. The
//! expressions of the original are read as what they mean; where one of them
//! matches and the match is then refused, the text of the match is used up all
//! the same, so that the next match begins behind it as it does there.

mod letters;
mod mention;
mod tag;
mod tail;
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
    resolve(text, |_| true)
}

/// As [`super::entities`] for X, where only what has a scheme is linked: what X's own
/// library links in a page (`autoLink`).
pub fn entities_with_scheme(text: &str) -> Vec<Entity> {
    resolve(text, |url| url.scheme)
}

fn resolve(text: &str, linked: fn(&Url) -> bool) -> Vec<Entity> {
    let tokens = late::find(text);
    let urls = urls_beside(text, &tokens).into_iter().filter(linked);
    let mentions = between(text, &tokens, mention::find).into_iter();
    let mut all = of(EntityKind::Link, urls.map(|url| url.range));
    all.extend(of(EntityKind::Mention, mentions.map(|mention| mention.range)));
    all.extend(of(EntityKind::Hashtag, between(text, &tokens, tag::hashtags)));
    all.extend(of(EntityKind::Cashtag, between(text, &tokens, tag::cashtags)));
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
    urls_beside(text, &late::find(text))
}

fn urls_beside(text: &str, tokens: &[late::Found]) -> Vec<Url> {
    let mut found = between(text, tokens, url::find);
    if !tokens.is_empty() {
        let late = tokens.iter().map(|token| token.range.clone());
        found.extend(late.map(|range| Url { counted: range.end, range, scheme: true }));
        found.sort_by_key(|url| url.range.start);
    }
    found
}

/// The mentions of people and lists in `text` (`extractMentionsOrListsWithIndices`).
pub fn mentions(text: &str) -> Vec<Mention> {
    between(text, &late::find(text), mention::find)
}

/// The hashtags of `text` with their signs, but for those inside of a link
/// (`extractHashtagsWithIndices`).
pub fn hashtags(text: &str) -> Vec<Range<usize>> {
    let tokens = late::find(text);
    let mut all = of(EntityKind::Hashtag, between(text, &tokens, tag::hashtags));
    all.extend(of(EntityKind::Link, urls_beside(text, &tokens).into_iter().map(|url| url.range)));
    let tags = without_overlaps(all).into_iter().filter(|entity| entity.kind == EntityKind::Hashtag);
    tags.map(|tag| tag.range).collect()
}

/// The cashtags of `text` with their signs (`extractCashtagsWithIndices`).
pub fn cashtags(text: &str) -> Vec<Range<usize>> {
    between(text, &late::find(text), tag::cashtags)
}

/// Whom `text` replies to by its first word, without the sign (`extractReplies`).
pub fn reply(text: &str) -> Option<&str> {
    mention::reply(text)
}

/// What `scan` finds in the stretches between late addresses. It is given the
/// text up to the stretch's end, and where the stretch begins.
fn between<T>(text: &str, tokens: &[late::Found], scan: fn(&str, usize, &mut Vec<T>)) -> Vec<T> {
    let (mut found, mut from) = (Vec::new(), 0);
    for token in tokens {
        scan(&text[..token.range.start], from, &mut found);
        from = token.range.end;
    }
    scan(text, from, &mut found);
    found
}

#[cfg(test)]
mod tests;
