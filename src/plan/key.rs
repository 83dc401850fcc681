//! Who a delivery is: the identity that must never go out twice.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// What makes a delivery this delivery. Not what it says: an edited text is
/// the same delivery, and is reported instead of sent again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Whose account (`x:acmerockets`), not the channel's name: renaming a
    /// channel changes nothing, pointing it at another account does.
    pub account: String,
    /// The message's id.
    pub message: String,
    /// The rung.
    pub rung: String,
    /// 0; repeated occurrences count up.
    pub occurrence: u32,
    /// 0; `--again REASON` counts up.
    pub generation: u32,
    /// One person, where each gets a message of their own.
    pub recipient: Option<String>,
}

/// The hash of an [`Identity`]: 32 hex digits. People may type any beginning
/// of it that is unique.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepKey(pub String);

impl StepKey {
    /// The beginning that people are shown: ten letters, which of a million keys no two
    /// are likely to share with a given one (about 1 in a million).
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }
}

/// More often than so in a row nobody publishes a thing again.
const LATER_GENERATIONS: u32 = 1000;

impl Identity {
    /// Whether that is the key of one of its generations: of this one, of those before it,
    /// or of those that may have come since.
    pub fn has_generation(&self, key: &str) -> bool {
        let all = 0..=self.generation.saturating_add(LATER_GENERATIONS);
        all.map(|generation| Identity { generation, ..self.clone() }).any(|other| other.key().0 == key)
    }

    /// The key. Fields are joined with their lengths, so that no two
    /// identities can run together into one.
    pub fn key(&self) -> StepKey {
        let mut hash = Sha256::new();
        let numbers = [self.occurrence.to_string(), self.generation.to_string()];
        let recipient = self.recipient.as_deref();
        let fields = [
            self.account.as_str(),
            &self.message,
            &self.rung,
            &numbers[0],
            &numbers[1],
            recipient.unwrap_or(""),
        ];
        for field in fields {
            hash.update(format!("{}:{field};", field.len()));
        }
        StepKey(hex(&hash.finalize())[..32].to_owned())
    }

    /// The same delivery for one person.
    pub fn for_recipient(&self, recipient: &str) -> Identity {
        Identity { recipient: Some(recipient.to_owned()), ..self.clone() }
    }
}

impl std::fmt::Display for StepKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an account is a folder, a feed or a sender's address: there capitals and small
/// letters, and a sign before the name, may make another one.
const EXACT: &[&str] = &["email", "feed", "medium", "outbox", "static-site", "websub"];

/// How an account is compared: the names that networks give are the same in capitals
/// and small letters, with or without an `@`. The key holds the spelling that the
/// journal began with.
pub fn account_compared(account: &str) -> Cow<'_, str> {
    match account.split_once(':') {
        Some((network, name)) if !EXACT.contains(&network) => {
            let name = name.trim();
            Cow::Owned(format!("{network}:{}", name.strip_prefix('@').unwrap_or(name).to_lowercase()))
        }
        _ => Cow::Borrowed(account),
    }
}

/// Whether both are one account, however it is spelled.
pub fn is_same_account(one: &str, other: &str) -> bool {
    one == other || account_compared(one) == account_compared(other)
}

/// SHA-256 as 64 hex digits.
pub fn hex_digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_networks_have_no_capitals_and_folders_do() {
        for network in ["x", "mastodon", "wordpress", "one-of-tomorrow"] {
            assert!(is_same_account(&format!("{network}:@AcmeRockets"), &format!("{network}:acmerockets")));
            assert!(!is_same_account(&format!("{network}:acme"), &format!("{network}:acme2")));
        }
        assert!(!is_same_account("x:acme", "mastodon:acme"));
        assert!(!is_same_account("static-site:Blog", "static-site:blog"));
    }
}
