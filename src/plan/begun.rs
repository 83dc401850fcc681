//! What is done already of something that is not all done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Some of it is done, and need not be done again: who was told already, where several
/// are told of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// What, in the channel's own words.
    pub done: String,
    /// Since when it is not all done: the first try that said so.
    pub since: Timestamp,
}

impl Begun {
    /// More of it is done by then, if anything was said of that. When it began, stays.
    pub(super) fn note(known: &mut Option<Begun>, done: Option<&String>, at: Timestamp) {
        let Some(done) = done.cloned() else { return };
        let since = known.as_ref().map_or(at, |known| known.since);
        *known = Some(Begun { done, since });
    }
}
