//! How long a text is, as its network counts.

use super::{Rules, Unit};

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
}

/// Counts `text` by `rules`. A URL that is not known yet counts what the
/// network counts for a link, or `url_reserve` where it counts letters.
pub fn count(text: &str, rules: &Rules, url_reserve: usize) -> Counted {
    let _ = (text, url_reserve, rules);
    todo!("room text")
}
