//! Text on each network: counting, fitting, splitting, links, and making
//! hostile characters visible; and tags that no parser takes long to read.
//!
//! Pure. Everything that asks "how long is this?" asks [`count`]; everything
//! that shortens or splits measures with it too, so that preview, lint and
//! sending can never disagree.

pub mod count;
mod direction;
pub mod entity;
mod escape;
pub mod fit;
pub mod hashtag;
mod image;
pub mod late;
pub mod little_text;
pub mod markdown;
mod marked;
pub mod markup;
pub mod network;
mod sentence;
pub mod tags;

pub use crate::diagnostic::visible::{self, visible, visible_same_width};
pub use count::{Counted, count, count_below};
pub use direction::direction;
pub use entity::{Dialect, Entity, EntityKind, Facet, Feature, entities, facets};
pub use escape::escape;
pub use fit::{BREAK, shorten, shorten_before, split};
pub use hashtag::hashtag;
pub use image::{Animated, ImageRules, KNOWN_TYPES, Ratio};
pub use marked::{Stretch, Syntax, marked, seen};
pub use markup::links::linked;
pub(crate) use sentence::sentence_ends;

/// What an outlet takes. Plain data: `channel.rules()` returns it, and render,
/// lint, preview and plan read it. Sources and dates of the numbers stand
/// beside them in each adapter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The outlet whose rules these are (`x`, `linkedin`, `email`, …): names
    /// the look of the preview and the column of `[handles]`.
    pub network: &'static str,
    /// What people call it: `LinkedIn`.
    pub title: &'static str,
    /// Longest text of one part, if there is a limit.
    pub limit: Option<usize>,
    /// What is counted.
    pub unit: Unit,
    /// Longest text of one part in bytes of UTF-8, where that is limited as well.
    pub byte_limit: Option<usize>,
    /// The longest text of a part that has pictures, where that is another limit.
    pub caption_limit: Option<usize>,
    /// The markup that its posts are written in.
    pub markup: Syntax,
    /// Whether the space around a text is left away before it is counted.
    pub trimmed: bool,
    /// Whether a text that is empty or blank is refused.
    pub needs_words: bool,
    /// How many links, mentions and tags a text may have before it is refused.
    pub most: Most,
    /// How it finds links, mentions and tags.
    pub dialect: Dialect,
    /// What every link costs, where it is not its own length.
    pub link_cost: Option<usize>,
    /// Whether a variant may be a thread of several parts.
    pub threads: bool,
    /// Most images on one part; 0 where there are none.
    pub images: usize,
    /// Largest image in bytes.
    pub image_bytes: Option<u64>,
    /// What images it takes besides.
    pub image: ImageRules,
    /// Longest alt text in characters.
    pub alt_limit: Option<usize>,
    /// Whether a link is shown as a card.
    pub card: bool,
    /// Whether the card's link is handed over in a field of its own, so that the
    /// text need not have it. Elsewhere the network makes the card of a link in
    /// the text, and without one there is none.
    pub card_field: bool,
    /// Whether the card shows what it is given: the network does not look at the page.
    pub card_supplied: bool,
    /// Whether card and images are shown together; if not, images win.
    pub card_with_images: bool,
    /// What readers see before "see more".
    pub fold: Option<Fold>,
    /// More tags than this look like spam there.
    pub hashtags: Option<usize>,
    /// Whether a first comment can be put below a post.
    pub first_comment: bool,
    /// Whether an article that is a copy tells the address of its original there.
    pub canonical: bool,
    /// Longest title (article) or subject (mail) that is shown whole.
    pub title_limit: Option<usize>,
    /// Where a person can paste a text on this network, with `{text}` and `{url}`.
    pub compose_url: Option<&'static str>,
}

impl Rules {
    /// The rules for a part with so many pictures.
    pub fn with_pictures(self, pictures: usize) -> Rules {
        match self.caption_limit {
            Some(limit) if pictures > 0 => {
                Rules { limit: Some(self.limit.map_or(limit, |own| own.min(limit))), ..self }
            }
            _ => self,
        }
    }
}

/// How many of each kind a network takes in one text; None where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Most {
    /// Different links.
    pub links: Option<usize>,
    /// Mentions.
    pub mentions: Option<usize>,
    /// Hashtags. [`Rules::hashtags`] is about taste, this about what is refused.
    pub hashtags: Option<usize>,
}

/// Where a network folds a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// After this many characters,
    pub characters: usize,
    /// or after this many lines, whichever comes first.
    pub lines: usize,
}

/// What a network counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// What a reader takes for one character (UAX #29).
    Grapheme,
    /// Unicode code points.
    CodePoint,
    /// UTF-16 code units.
    Utf16,
    /// X's weights.
    Weighted,
    /// Unicode code points, but of an emoji its bytes of UTF-8: Threads.
    EmojiByte,
    /// Bytes of UTF-8.
    Byte,
}

impl Unit {
    /// The name that `--format json` prints.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Grapheme => "grapheme",
            Unit::CodePoint => "code-point",
            Unit::Utf16 => "utf-16",
            Unit::Weighted => "weighted",
            Unit::EmojiByte => "emoji-byte",
            Unit::Byte => "byte",
        }
    }
}

/// Rules for the tests of this room.
#[cfg(test)]
mod fixtures {
    use super::{Rules, Unit, network};

    /// X as its sheet has it.
    pub fn x() -> Rules {
        network::X
    }

    /// A network that counts every link by its letters.
    pub fn letters(unit: Unit, limit: Option<usize>) -> Rules {
        Rules { network: "linkedin", limit, unit, threads: true, images: 4, ..network::UNKNOWN }
    }
}
