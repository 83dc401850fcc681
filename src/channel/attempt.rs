//! One try, as a channel hears of it.

use super::{LONGEST_LAG, Taken};
use crate::plan::{Begun, Identity, PartStanding, PayloadPart, Receipt, StepKey};
use crate::render::Variant;
use jiff::Timestamp;
use std::path::PathBuf;

/// One try to send one part.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The delivery's key (the person's own, for mail).
    pub key: StepKey,
    /// What the key stands for.
    pub identity: Identity,
    /// Which part, from 0.
    pub part: u32,
    /// Which try, from 1.
    pub number: u32,
    /// Whether the outcome of an earlier try of this very part was unknown: then
    /// a service that says "duplicate" says that it went out.
    pub doubted: bool,
    /// What the network calls the thing that the posting publishes, where it makes that
    /// in a step of its own ([`Channel::make`](super::Channel::make)): before that step,
    /// and for whoever looks for a part, that of the last try. It comes from a server.
    pub made: Option<String>,
    /// Since when that is there at the latest, by the journal: when it was first written
    /// down.
    pub made_at: Option<Timestamp>,
    /// What earlier tries of this very thing (sending it, taking it down, giving it these
    /// words) have done of it, where they said so ([`SendError::Partly`](super::SendError)).
    pub begun: Option<Begun>,
    /// The receipts of the parts before this one.
    pub previous: Vec<Receipt>,
    /// What else of this account is known: told to whoever looks for a part, or
    /// sends one again after a doubt.
    pub taken: Taken,
    /// When this part was tried first: dates in what is sent come from here,
    /// so that a repeat is the same bytes.
    pub first_tried: Timestamp,
    /// When this part was tried last before now, or rather when its posting left;
    /// at the first try, now. What a listing does not show may only not be there yet.
    pub last_tried: Timestamp,
    /// Whether it is to be taken down, and never posted again: then less is at
    /// stake in saying that it is not there.
    pub withdrawn: bool,
    /// The project's folder.
    pub project: PathBuf,
    /// Where kept media lie, each file named by its SHA-256.
    pub media: PathBuf,
    /// The bound variant, for adapters that write more than the payload (outbox).
    pub variant: Variant,
    /// The words that an edit was to give it and may have given it, or some of it: for who
    /// takes it down.
    pub changing: Option<Changing>,
    /// The parts of this rung's earlier generations: what lies in the outbox may be theirs.
    pub earlier: Vec<PartStanding>,
}

/// An edit that has not come to its end.
#[derive(Clone, Debug)]
pub struct Changing {
    /// What it was to say, in the adapter's words.
    pub body: serde_json::Value,
    /// Since when it was to say that.
    pub since: Timestamp,
}

impl Changing {
    /// As a part, without its pictures: whoever writes files has those in the body too.
    pub fn part(&self) -> PayloadPart {
        PayloadPart { body: self.body.clone(), media: Vec::new() }
    }
}

impl Attempt {
    /// From when on a list is believed that does not show it, for people.
    pub fn list_can_tell(&self) -> String {
        let then = self.last_tried.saturating_add(LONGEST_LAG).unwrap_or(Timestamp::MAX);
        then.strftime("%H:%M UTC").to_string()
    }

    /// When the first try began, to the second: some networks tell times no
    /// finer. What was made before is not this part, unless a clock is wrong:
    /// of that much nobody can tell.
    pub fn began(&self) -> Timestamp {
        Timestamp::from_second(self.first_tried.as_second()).unwrap_or(self.first_tried)
    }
}
