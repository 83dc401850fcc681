//! Seals: whether what is read is what was written.
//!
//! A seal is no signature. It tells a slip of a hand, a script, a disk; whoever
//! wants to deceive can compute it too. What it keeps from happening is that a
//! fact that somebody "put right" is taken for what happened.

use sha2::{Digest, Sha256};

/// What an event's row carries: the first 16 hex digits of the SHA-256 over its
/// place, its id, its key and its text.
///
/// ```
/// let seal = ladder::store::seal(17, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "4f1c", "{}");
/// assert_eq!(seal.len(), 16);
/// assert_ne!(seal, ladder::store::seal(18, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "4f1c", "{}"));
/// ```
pub fn seal(seq: i64, id: &str, key: &str, json: &str) -> String {
    let mut hash = Sha256::new();
    // No id, key or number has a line end in it, so no two rows read alike.
    hash.update(format!("{seq}\n{id}\n{key}\n"));
    hash.update(json);
    first_digits(hash)
}

/// What a line of an export carries: the same over the line's members without
/// `check`, in their order and without blanks.
pub(super) fn check(members: &serde_json::Map<String, serde_json::Value>) -> String {
    let mut hash = Sha256::new();
    for (name, value) in members.iter().filter(|(name, _)| *name != "check") {
        // A name is one of a few words of ours, or makes another sum.
        hash.update(format!("{name}\n{value}\n"));
    }
    first_digits(hash)
}

fn first_digits(hash: Sha256) -> String {
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
