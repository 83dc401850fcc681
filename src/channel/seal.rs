//! Files that are made anew whenever something comes, changes or goes (a list, a feed)
//! say of themselves that `ladder` made them, with a digest: what somebody has worked on
//! does not fit it any more, and is not written over. Pure.

use crate::plan::key::hex_digest;

/// What stands where the digest will.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The words before the digest.
#[derive(Clone, Copy, Debug)]
pub struct Seal(pub &'static str);

/// Whose a file is, by its seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// It is as it was written.
    Ours,
    /// It was written by `ladder`, and changed since.
    Changed,
    /// It has no seal.
    Not,
}

impl Seal {
    /// What a text to be [`sealed`](Seal::sealed) holds.
    pub fn blank(self) -> String {
        format!("{} {ZEROS}", self.0)
    }

    /// `text`, which holds the [`blank`](Seal::blank), with its digest.
    pub fn sealed(self, text: &str) -> String {
        let digest = self.digest_without(text, ZEROS);
        text.replacen(&self.blank(), &format!("{} {digest}", self.0), 1)
    }

    /// Whose `text` is.
    pub fn look(self, text: &str) -> Sealed {
        // A site may be called like the mark: only with a digest behind it it is one.
        let behind = text
            .match_indices(self.0)
            .filter_map(|(at, mark)| text.get(at + mark.len()..)?.strip_prefix(' ')?.get(..ZEROS.len()));
        match behind.into_iter().find(|seal| seal.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            Some(seal) if self.digest_without(text, seal) == seal => Sealed::Ours,
            Some(_) => Sealed::Changed,
            None => Sealed::Not,
        }
    }

    /// Ends of lines do not count: version control may change them.
    fn digest_without(self, text: &str, seal: &str) -> String {
        let blank = text.replacen(&format!("{} {seal}", self.0), &self.blank(), 1).replace('\r', "");
        hex_digest(blank.as_bytes())
    }
}

/// What is said of a file that was changed, where it would be written anew.
pub fn changed(shown: &str) -> String {
    format!(
        "`{shown}` was changed since it was written, and would be written over: keep what was added elsewhere, \
         and delete the file"
    )
}
