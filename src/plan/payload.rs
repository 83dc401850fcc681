//! What a service will see, and what it answered.

use crate::render::Picture;
use serde::{Deserialize, Serialize};

/// What the service will see, without secrets: preview prints it, snapshots
/// pin it, a step keeps its digest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Payload {
    /// The parts, sent and recorded one after the other; an article and a mail have one.
    pub parts: Vec<PayloadPart>,
}

/// One request's worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PayloadPart {
    /// What the adapter sends, in its own words.
    pub body: serde_json::Value,
    /// The pictures that go with it, by SHA-256.
    pub media: Vec<Picture>,
}

impl Payload {
    /// Hex SHA-256.
    pub fn digest(&self) -> String {
        super::key::hex_digest(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }
}

/// What sending costs, in millionths of a US dollar: networks charge thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MicroDollars(pub u64);

impl MicroDollars {
    /// The amount in dollars as a decimal number, with cents at least: `0.20`, `0.215`.
    pub fn amount(self) -> String {
        let digits = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        let cents = digits.len() - 4;
        let kept = digits.trim_end_matches('0').len().max(cents);
        digits[..kept].to_owned()
    }
}

/// `$0.20`.
impl std::fmt::Display for MicroDollars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "${}", self.amount())
    }
}

/// All of them; more than can be written is the most that can be.
impl std::iter::Sum for MicroDollars {
    fn sum<I: Iterator<Item = MicroDollars>>(all: I) -> MicroDollars {
        all.fold(MicroDollars(0), |sum, one| MicroDollars(sum.0.saturating_add(one.0)))
    }
}

/// What a channel answered for one part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The service's name for it, if it has one.
    pub id: Option<String>,
    /// Its public address, if it has one.
    pub url: Option<String>,
    /// What else is worth keeping: a queue id, a path.
    pub detail: Option<String>,
    /// Written for a person to paste: not out yet, waiting for `ladder resolve`.
    #[serde(default)]
    pub for_a_person: bool,
    /// What is live, where that is not what was sent: the text that readers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altered: Option<String>,
    /// Of a file that was written: the SHA-256 of its bytes, in hex. What is
    /// other by now has been changed by somebody. Of a feed's item that hubs were told
    /// of, that of what the feed showed of it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Files of earlier generations that were to make room and lie there still, for
    /// somebody has worked on them, or nobody can tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
}

/// What was seen of a part that is out, when it was looked at after its receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its public address, where that is better than the receipt's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What is live, where that is not what was sent: the text that readers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altered: Option<String>,
}

impl Seen {
    /// Whether it adds nothing to the receipt.
    pub fn is_nothing(&self) -> bool {
        self.url.is_none() && self.altered.is_none()
    }
}

impl Receipt {
    /// The receipt with what was seen of it later.
    #[must_use]
    pub fn with(self, seen: Seen) -> Receipt {
        Receipt { url: seen.url.or(self.url), altered: seen.altered.or(self.altered), ..self }
    }
}
