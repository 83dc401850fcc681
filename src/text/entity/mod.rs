//! Links, mentions, hashtags and cashtags in a text, with their byte ranges,
//! as each network finds them: they differ, and every one has its own file.
//!
//! One pass from left to right in time proportional to the text, whatever the
//! text is; only `http` and `https` are links to a network.

mod bluesky;
mod category;
mod host;
mod label;
mod mark;
pub(super) mod mastodon;
mod pieces;
mod plain;
mod tld;
pub mod x;

use super::late;
use std::ops::Range;

pub use bluesky::{Facet, Feature, facets};
pub(super) use mark::may_stand_in_tag;

/// Something in a text that a network treats specially.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Where it stands, in bytes of the text.
    pub range: Range<usize>,
}

/// The kinds of [`Entity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// A web address.
    Link,
    /// `@name`, or whatever a network writes to call somebody or to name a room.
    Mention,
    /// `#word`.
    Hashtag,
    /// `$ACME`: a share's symbol, on networks that link it.
    Cashtag,
}

/// Whose idea of a link, a mention and a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// What people mean, on networks that do not publish their rules: for
    /// tagging links and showing texts as well.
    Plain,
    /// X: twitter-text 3.1.0.
    X,
    /// Mastodon's server, which decides about lengths.
    Mastodon,
    /// Bluesky: the facets that its own library detects.
    Bluesky,
    /// LinkedIn: `@[Name](urn:li:…)`, and hashtags of the plain sign.
    LinkedIn,
    /// Facebook: `@[page-id]`.
    Facebook,
    /// Reddit: `u/name` and `r/name`; no tags.
    Reddit,
    /// Slack's mrkdwn: `<@U…>`, `<#C…>`, `<!here>`, `<address|words>`; no tags.
    Slack,
    /// Discord: `<@id>`, `<#id>`, `@everyone`, and links with a scheme only; no tags.
    Discord,
    /// Telegram: `@name` of five letters or more, tags, and shares' symbols.
    Telegram,
    /// Nostr: `nostr:npub1…` and tags.
    Nostr,
    /// The subject of a mail: words, and no mail program links any.
    Email,
}

impl Dialect {
    /// Whether `$ACME` is linked.
    pub fn has_cashtags(self) -> bool {
        matches!(self, Dialect::X | Dialect::Bluesky | Dialect::Telegram)
    }
}

/// All entities of `text` in order, not overlapping, as `dialect` finds them.
///
/// An address that is not known yet ([`super::late`]) is one link everywhere.
pub fn entities(text: &str, dialect: Dialect) -> Vec<Entity> {
    match dialect {
        Dialect::X => x::entities(text),
        Dialect::Mastodon => mastodon::entities(text),
        Dialect::Bluesky => bluesky::entities(text),
        Dialect::Email => {
            let late = |token: late::Found| Entity { kind: EntityKind::Link, range: token.range };
            late::find(text).into_iter().map(late).collect()
        }
        _ => plain::entities(text, dialect),
    }
}

/// Where `sign` of ASCII stands in `text` from byte `from` on, in order; with
/// the letters of the sign, which may be its full-width form (`＠`).
///
/// By bytes, for speed: every text is asked for signs, and few characters are any.
fn signs(text: &str, from: usize, sign: u8) -> impl Iterator<Item = (usize, &str)> {
    // The forms stand from U+FF01 in the order of ASCII, of which `sign` is one before `_`.
    let wide = [0xEF, 0xBC, sign + 0x60];
    let bytes = &text.as_bytes()[from..];
    memchr::memchr2_iter(sign, wide[0], bytes).filter_map(move |at| {
        let length = match bytes[at] == sign {
            true => 1,
            false => bytes[at..].starts_with(&wide).then_some(wide.len())?,
        };
        Some((from + at, &text[from + at..from + at + length]))
    })
}

/// Whether `ending`, in either case, is the last part of hosts' names.
pub(super) fn is_ending(ending: &str) -> bool {
    tld::is_known(ending.as_bytes())
}
