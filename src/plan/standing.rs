//! Where every delivery stands: a fold over the journal's events.

use super::{Event, Receipt, StepKey};
use crate::render::VariantKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A delivery's state, as PRODUCT's list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Taken up, not yet its time.
    Planned,
    /// For a dependency, an approval, a person.
    Waiting,
    /// Intent on disk, no answer yet (in this process).
    Sending,
    /// Out.
    Sent,
    /// Live, but not as planned.
    Altered,
    /// The network said no.
    Refused,
    /// Nobody knows; a person or evidence must settle it.
    Unknown,
    /// Due, and kept back.
    Held,
    /// Never sent, because what it waits for was not.
    Skipped,
    /// Taken out.
    Cancelled,
    /// Taken down.
    Unpublished,
}

/// One delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The step's key.
    pub key: StepKey,
    /// The message's id.
    pub message: String,
    /// Its title.
    pub title: String,
    /// The rung.
    pub rung: String,
    /// The channel's name when it was planned.
    pub channel: String,
    /// The adapter.
    pub adapter: String,
    /// The account.
    pub account: String,
    /// The campaign.
    pub campaign: String,
    /// The ladder.
    pub ladder: String,
    /// Post, article or mail.
    pub kind: Option<VariantKind>,
    /// The generation.
    pub generation: u32,
    /// The digest of the plan it came with.
    pub plan: String,
    /// The payload's digest when it was planned.
    pub payload_digest: String,
    /// How many parts it has.
    pub part_count: u32,
    /// When it was taken up.
    pub planned_at: Timestamp,
    /// The parts that something happened to. For mail: empty, see `recipients`.
    pub parts: Vec<PartStanding>,
    /// Each person's, for mail.
    pub recipients: Vec<RecipientStanding>,
    /// Where it stands.
    pub state: State,
    /// The last refusal, cause of doubt, or reason of holding.
    pub error: Option<String>,
    /// Not before this, after a "not yet".
    pub not_before: Option<Timestamp>,
    /// When the last part went out (or was resolved).
    pub sent_at: Option<Timestamp>,
}

/// Where one part stands.
#[derive(Clone, Debug, PartialEq)]
pub struct PartStanding {
    /// Which, from 0.
    pub part: u32,
    /// Its state: sending, sent, waiting, refused, unknown or planned (after a "not yet").
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// The first try: dates in what is sent come from here, so that a repeat is the same bytes.
    pub first_tried: Option<Timestamp>,
    /// What the service answered.
    pub receipt: Option<Receipt>,
    /// What was sent, in the adapter's words.
    pub bound: Option<serde_json::Value>,
}

/// Where one person's mail stands.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipientStanding {
    /// The address.
    pub recipient: String,
    /// The person's own key.
    pub key: StepKey,
    /// The one part.
    pub part: PartStanding,
    /// Why not, if not.
    pub error: Option<String>,
}

/// All deliveries that the journal knows.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// By key.
    pub deliveries: BTreeMap<StepKey, Delivery>,
}

impl Standing {
    /// Folds events in their order. `running` says whether another process is
    /// sending right now: without one, a `sending` that has no receipt is unknown.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>, running: bool) -> Standing {
        let _ = (events.into_iter().count(), running);
        todo!("room plan")
    }

    /// The delivery of that rung of that message to that account, newest generation.
    pub fn latest(&self, account: &str, message: &str, rung: &str) -> Option<&Delivery> {
        self.deliveries
            .values()
            .filter(|d| d.account == account && d.message == message && d.rung == rung)
            .max_by_key(|d| d.generation)
    }

    /// The public address of a rung of a message, once it is known.
    pub fn url_of(&self, message: &str, rung: &str) -> Option<&str> {
        let _ = (message, rung);
        todo!("room plan")
    }
}
