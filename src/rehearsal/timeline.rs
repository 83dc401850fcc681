//! What readers of a network see.

use jiff::Timestamp;
use serde::Serialize;

/// One post as readers see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LivePost {
    /// The network's id of it.
    pub id: String,
    /// Where it stands.
    pub url: String,
    /// The id of the account that posted it.
    pub author: String,
    /// What it is folded behind, until a reader unfolds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The text as readers see it: without escapes, and cut where it was cut.
    pub text: String,
    /// Its images in order.
    pub media: Vec<LiveMedia>,
    /// Its card, where the network was given one.
    pub link: Option<LiveLink>,
    /// The id of the post that it replies to.
    pub reply_to: Option<String>,
    /// The comments below it in order, without those that were taken down.
    pub comments: Vec<LiveComment>,
    /// When it was posted.
    #[serde(skip)]
    pub at: Timestamp,
    /// Whether it was taken down.
    pub deleted: bool,
}

/// An image on a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LiveMedia {
    /// The network's id of it.
    pub id: String,
    /// Its alt text; empty if there is none.
    pub alt: String,
    /// SHA-256 of the bytes that arrived, hex.
    pub sha256: String,
    /// Its type by its bytes.
    pub mime: String,
}

/// A link's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LiveLink {
    /// Where it leads.
    pub url: String,
    /// Its headline, where the network takes it from us.
    pub title: Option<String>,
    /// The line below.
    pub description: Option<String>,
    /// SHA-256 of the picture's bytes, hex.
    pub thumbnail: Option<String>,
}

/// A comment below a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LiveComment {
    /// The network's id of it.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// Its text.
    pub text: String,
    /// When.
    #[serde(skip)]
    pub at: Timestamp,
}

/// Numbers for new things: they grow with time, as those of X, Facebook and LinkedIn do.
#[derive(Debug, Default)]
pub(super) struct Ids {
    last: u64,
    /// Not made of the time, so that each rehearsal sees the same ones.
    counted: bool,
}

impl Ids {
    /// Numbers after that one; without it, made of the time.
    pub fn after(first: Option<u64>) -> Ids {
        Ids { last: first.unwrap_or(0), counted: first.is_some() }
    }

    /// A number above all before: the milliseconds since the first one of
    /// X's scheme (2010-11-04), 22 bits to the left.
    pub fn next(&mut self, at: Timestamp) -> u64 {
        let since = u64::try_from(at.as_millisecond() - 1_288_834_974_657).unwrap_or(0);
        self.last = if self.counted { self.last + 1 } else { (since << 22).max(self.last + 1) };
        self.last
    }
}
