//! Links, mentions and hashtags in a text, with their byte ranges.

use std::ops::Range;

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
    /// `@name`.
    Mention,
    /// `#word`.
    Hashtag,
}

/// All links, mentions and hashtags of `text` in order, not overlapping.
pub fn entities(text: &str) -> Vec<Entity> {
    let _ = text;
    todo!("room text")
}
