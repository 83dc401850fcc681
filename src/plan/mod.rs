//! What will be done, as data: variants, what the journal knows and the moment
//! become steps, each with a key, a digest and a gate.
//!
//! Pure. A [`Plan`] serialises, holds no client, handle or secret, and is the
//! same value when it is shown and when it runs. The fold over the journal's
//! events ([`Standing`]) lives here too; the store only hands the events over.

mod begun;
pub mod bind;
mod conclude;
pub mod event;
pub mod fold;
mod generation;
pub mod key;
pub mod make;
mod outline;
mod pause;
pub mod payload;
mod settle;
pub mod standing;
pub mod taken_down;

pub use crate::render::Tracking;
pub use begun::Begun;
pub use bind::bind;
pub use event::{Event, EventKind, RECORDS};
pub use key::{Identity, StepKey, account_compared, is_same_account};
pub use make::{Draft, Wish, make};
pub use pause::TRIES_BEFORE_PAUSES;
pub use payload::{MicroDollars, Payload, PayloadPart, Receipt, Seen};
pub use standing::{
    Busy, Delivery, KeyError, Keyed, PartStanding, RecipientStanding, Standing, State, Unsettled,
};
pub use taken_down::{After, MAY_BE_DONE, Outcome, PartAfter, Stay, Stays};

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

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
    /// What the files were that it was made from, as a digest of them: whether a queue
    /// of thousands is still what the files say is seen without rendering it anew. Not
    /// part of [`Plan::digest`]; empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub files: String,
}

/// One variant on its way to one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Who this is, whatever it says: see [`Identity`]. For mail: the key
    /// without a recipient; each recipient has its own below it.
    pub key: StepKey,
    /// What the key is the hash of. Its rung may be an older name of this one
    /// (`renamed_from`), so that a message keeps the key that it went out with.
    pub identity: Identity,
    /// The rung's name today, which `after`, tokens and `--only` speak of.
    pub rung: String,
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
    /// Why this generation, for `--again REASON`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Step {
    /// Who is on the list by now, and is to get the mail too that went out, or began
    /// to, in these very words.
    pub fn joining<'s>(&'s self, delivery: &'s Delivery) -> impl Iterator<Item = &'s str> {
        let kept_back = matches!(delivery.state, State::Cancelled | State::Skipped | State::Unpublished);
        let goes_on = !kept_back
            && !delivery.is_withdrawn()
            && delivery.is_for_each_person()
            && delivery.payload_digest == self.payload_digest;
        let people = self.recipients.iter().filter(move |_| goes_on).map(String::as_str);
        people.filter(|address| delivery.recipient(address).is_none())
    }
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
        bare.files.clear();
        for step in &mut bare.steps {
            step.recipients.clear();
        }
        key::hex_digest(serde_json::to_string(&bare).unwrap_or_default().as_bytes())
    }

    /// The step of that rung, by the rung's name today.
    pub fn step(&self, rung: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.rung == rung)
    }

    /// Whether the plan was made for this store; else why it must not be run
    /// with it: another store knows another past.
    pub fn is_for(&self, store: &str) -> Result<(), String> {
        if self.store == store {
            return Ok(());
        }
        Err(format!(
            "the plan was made for the store {}, and this is {store}: make it anew with `ladder plan`",
            self.store
        ))
    }

    /// Reads a plan that `ladder plan` wrote. Refused, in words for people: what
    /// is not a plan, a plan of another version, and one that was changed by
    /// hand (its digest, its keys, or what it waits for do not hold).
    pub fn read(json: &str) -> Result<Plan, String> {
        #[derive(Deserialize)]
        struct Version {
            version: u64,
        }
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let version: Version =
            serde_json::from_str(json).map_err(|error| format!("this is not a plan: {error}"))?;
        if version.version != u64::from(PLAN_VERSION) {
            return Err(format!(
                "the plan has version {}, this ladder reads version {PLAN_VERSION}: make it anew with `ladder plan`",
                version.version
            ));
        }
        let plan: Plan =
            serde_json::from_str(json).map_err(|error| format!("the plan cannot be read: {error}"))?;
        if !plan.matches_digest() {
            return Err("the plan was changed after it was made: its digest does not match; \
                        change the message or the ladder, and make it anew with `ladder plan`"
                .to_owned());
        }
        // Whoever can compute a digest can still not make two steps share a
        // delivery, or a step wait for what is not there.
        for (number, step) in plan.steps.iter().enumerate() {
            let rung = &step.rung;
            if step.key != step.identity.key() || step.payload_digest != step.payload.digest() {
                return Err(format!("the plan's step `{rung}` does not match its own key or digest"));
            }
            if plan.steps[..number].iter().any(|other| other.key == step.key || other.rung == *rung) {
                return Err(format!("the plan has the step `{rung}` twice"));
            }
            if let Some(Err(why)) = step.gate.at.as_deref().map(crate::ladder::At::parse) {
                return Err(format!("the plan's step `{rung}` has no time that can be read: {why}"));
            }
            if let Some(missing) =
                step.after.iter().chain(&step.needs_url_of).find(|name| plan.step(name).is_none())
            {
                return Err(format!("the plan's step `{rung}` waits for `{missing}`, which is not in it"));
            }
        }
        Ok(plan)
    }
}
