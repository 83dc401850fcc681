//! What happened, one fact at a time: the journal is a list of these.

use super::{Receipt, Seen, Stay, StepKey};
use crate::render::VariantKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who settles an outcome where nobody said it: the network's own list.
pub const RECORDS: &str = "the channel's own records";

/// One fact about one delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Which delivery (for mail: the step's, unless `recipient` says whose).
    pub key: StepKey,
    /// Whose, where each person gets a message of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened. Parts count from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs, reason = "fields that repeat a variant's sentence")]
#[allow(clippy::large_enum_variant, reason = "events pass through one at a time; the journal is their heap")]
pub enum EventKind {
    /// It is going to be sent: taken up by `publish` or `schedule`.
    Planned {
        message: String,
        title: String,
        rung: String,
        channel: String,
        adapter: String,
        account: String,
        campaign: String,
        ladder: String,
        kind: VariantKind,
        generation: u32,
        plan: String,
        payload_digest: String,
        parts: u32,
        recipients: Vec<String>,
        /// Why this generation, for `--again REASON`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A part is about to be sent; on disk before its first byte. `bound` is
    /// the payload part with the addresses put in: what the service will see.
    /// `prepares`: first comes what nobody sees, and then a `Prepared`.
    Intent {
        part: u32,
        attempt: u32,
        bound: serde_json::Value,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        prepares: bool,
    },
    /// What nobody sees is done (images are uploaded), and the posting is about
    /// to leave; on disk before it does. `made`: what the network calls the thing that
    /// the posting publishes, where it can be asked afterwards whether that is out.
    Prepared {
        part: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        made: Option<String>,
    },
    /// The service took it.
    Receipt { part: u32, receipt: Receipt },
    /// A part that is out was looked at: what its receipt did not say yet.
    Seen { part: u32, seen: Seen },
    /// The service said no, for good.
    Refused { part: u32, says: String },
    /// The service did nothing and said so; not before `until`. `mend`: it said no to
    /// who asks, or to what is paid, so that the delivery is held until somebody
    /// has mended that. `account`: it takes nothing more of this account until then,
    /// so that all else that goes there waits as well. `done`: some of it was done, in the
    /// channel's own words, and is not done again.
    NotYet {
        part: u32,
        says: String,
        until: Timestamp,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        mend: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        account: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done: Option<String>,
    },
    /// The request left and nothing proves what became of it.
    Unknown { part: u32, cause: String },
    /// It was looked for, and still nobody knows: why.
    Looked { part: u32, says: String },
    /// A person (or evidence) settled an unknown outcome or a waiting paste. `id`: what
    /// the network calls the post, where the address tells that.
    Resolved {
        sent: bool,
        url: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        by: String,
    },
    /// A person took back what a person had settled.
    Reopened { by: String },
    /// Not sent although it was due: window passed, embargo, page not live …
    Held { why: String },
    /// Will not be sent: what it waits for was refused or cancelled.
    Skipped { why: String },
    /// Taken out by a person.
    Cancelled { by: String },
    /// Somebody wants it down: from now on nothing of it goes out.
    Withdrawn { by: String },
    /// It was to be taken down, and stays, says a person: nobody has to do anything
    /// about it any more. Nothing more of it goes out.
    Kept { by: String },
    /// A part is about to be taken down; on disk before the request leaves.
    Removing { part: u32 },
    /// It is down. `was_gone`: it was already, says the network. `by`: a person
    /// took it down by hand, and says so. `left`: what could not be done of it, and is left
    /// at that.
    Removed {
        part: u32,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        was_gone: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<String>,
    },
    /// It was to be taken down, and stays. `done`: as in `NotYet`.
    Stays {
        part: u32,
        why: Stay,
        says: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done: Option<String>,
    },
    /// A part that is out is about to get these words; on disk before the request leaves.
    Editing { part: u32, bound: serde_json::Value },
    /// It has them. `payload_digest`: with this part all of the delivery says
    /// what the payload of that digest says.
    Edited {
        part: u32,
        receipt: Receipt,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload_digest: Option<String>,
    },
    /// It was to get other words, and has those it had, as far as is known. `done`: as in
    /// `NotYet`.
    NotEdited {
        part: u32,
        why: Stay,
        says: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done: Option<String>,
    },
}

impl EventKind {
    /// Whether it comes before a request that changes something outside: only
    /// who knows all facts may write it.
    pub fn begins_something(&self) -> bool {
        matches!(
            self,
            EventKind::Intent { .. }
                | EventKind::Prepared { .. }
                | EventKind::Withdrawn { .. }
                | EventKind::Removing { .. }
                | EventKind::Editing { .. }
        )
    }
}
