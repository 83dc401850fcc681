//! What will be done, as data: variants, what the journal knows and the moment
//! become steps, each with a key, a digest and a gate.
//!
//! Pure. A [`Plan`] serialises, holds no client, handle or secret, and is the
//! same value when it is shown and when it runs. The fold over the journal's
//! events ([`Standing`]) lives here too; the store only hands the events over.

pub mod event;
pub mod key;
pub mod make;
pub mod payload;
pub mod standing;
pub mod tracking;

pub use event::{Event, EventKind};
pub use key::{Identity, StepKey};
pub use make::{Draft, Wish, make};
pub use payload::{Payload, PayloadPart, Receipt};
pub use standing::{Delivery, PartStanding, RecipientStanding, Standing, State};
pub use tracking::Tracking;

use crate::render::{Variant, VariantKind};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The version of the plan's format; a plan of another one is refused.
pub const PLAN_VERSION: u32 = 1;

/// One message's way up one ladder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_VERSION`].
    pub version: u32,
    /// The store this plan is for.
    pub store: String,
    /// The message's id.
    pub message: String,
    /// Its title, for people.
    pub title: String,
    /// The ladder's name.
    pub ladder: String,
    /// The campaign.
    pub campaign: String,
    /// The brand's zone (IANA), in which the gates' wall times are.
    pub zone: String,
    /// The message's `publish_at`: nothing is due before.
    pub publish_at: Option<Timestamp>,
    /// The message's `embargo`: no flag passes it.
    pub embargo: Option<Timestamp>,
    /// The steps in rung order.
    pub steps: Vec<Step>,
    /// Hex SHA-256 over everything above but: recipients, and the moment of planning
    /// (which is nowhere in here). See [`Plan::digest`].
    pub digest: String,
}

/// One variant on its way to one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Who this is, whatever it says: see [`Identity`]. For mail: the key
    /// without a recipient; each recipient has its own below it.
    pub key: StepKey,
    /// What the key is the hash of.
    pub identity: Identity,
    /// The channel's name.
    pub channel: String,
    /// The adapter's name.
    pub adapter: String,
    /// Post, article or mail.
    pub kind: VariantKind,
    /// The rungs it waits for.
    pub after: Vec<String>,
    /// The rungs whose address it speaks of.
    pub needs_url_of: Vec<String>,
    /// When it may go.
    pub gate: Gate,
    /// What is said, with late URLs as tokens.
    pub variant: Variant,
    /// What the service will see, with late URLs as tokens.
    pub payload: Payload,
    /// Hex SHA-256 of the payload.
    pub payload_digest: String,
    /// How the brand's links are tagged when a late URL is put in.
    pub tracking: Tracking,
    /// Who gets it, where each person gets a message of their own (mail). Not
    /// part of the digest.
    #[serde(default)]
    pub recipients: Vec<String>,
}

/// When a step may go, as written: the times follow from the clock and from
/// what it waits for (`schedule::due`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// This long after what it waits for (or after the message's time).
    pub delay: Option<SignedDuration>,
    /// `next day 09:00`, as written.
    pub at: Option<String>,
    /// Later than this after its time it is not sent.
    pub window: Option<SignedDuration>,
}

impl Plan {
    /// The digest that [`Plan::digest`] must hold.
    pub fn compute_digest(&self) -> String {
        let mut bare = self.clone();
        bare.digest.clear();
        for step in &mut bare.steps {
            step.recipients.clear();
        }
        key::hex_digest(serde_json::to_string(&bare).unwrap_or_default().as_bytes())
    }

    /// The step of that rung.
    pub fn step(&self, rung: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.identity.rung == rung)
    }
}
