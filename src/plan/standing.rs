//! Where every delivery stands: a fold over the journal's events.

use super::{After, Begun, PartAfter, Receipt, StepKey, account_compared, is_same_account};
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Why there is this generation: `--again REASON`.
    pub reason: Option<String>,
    /// Whether a newer generation has begun: whatever is left of this one is not
    /// sent any more.
    pub superseded: bool,
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
    /// Each person's, for mail, in the order of the addresses.
    pub recipients: Vec<RecipientStanding>,
    /// Where it stands.
    pub state: State,
    /// The last refusal, cause of doubt, or reason of holding.
    pub error: Option<String>,
    /// Not before this, after a "not yet".
    pub not_before: Option<Timestamp>,
    /// When it was put off last.
    #[serde(default)]
    pub put_off_at: Option<Timestamp>,
    /// What its network said last of its account taking nothing more for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy: Option<Busy>,
    /// So many tries do not count when the next is put off: a person was here since.
    pub forgiven: u32,
    /// When the last part went out (or was resolved).
    pub sent_at: Option<Timestamp>,
    /// How it stood before a person settled it, until anything else happens to
    /// it: so far that can be taken back.
    pub before: Option<Box<Delivery>>,
    /// What happened to it after it was out.
    #[serde(default)]
    pub after: After,
}

/// Where one part stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartStanding {
    /// Which, from 0.
    pub part: u32,
    /// Its state: sending, sent, waiting, refused, unknown, planned (after a "not
    /// yet"), unpublished, or cancelled (laid out for a person, and taken in).
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// The first try: dates in what is sent come from here, so that a repeat is the same bytes.
    pub first_tried: Option<Timestamp>,
    /// The last try: when the posting left, if something came before it.
    pub last_tried: Option<Timestamp>,
    /// Whether what it is doing is seen by nobody yet: without a posting, an end
    /// of the run leaves no doubt.
    pub preparing: bool,
    /// What the network calls the thing that the last posting was to publish, where it
    /// can be asked whether that is out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// When that was written down first: it was made before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
    /// What of it is done, where some of it is, and the rest not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
    /// Whether the outcome of any try was unknown, even if it was settled since:
    /// a service that then speaks of a duplicate speaks of this.
    pub doubted: bool,
    /// Why the outcome of the last try is unknown, if it is.
    pub cause: Option<String>,
    /// Why looking for it settled nothing, when it was looked for last.
    pub looked: Option<String>,
    /// Whether the last try was refused for want of a token or of money, so that
    /// it waits for somebody to mend that.
    pub mend: bool,
    /// When it was last told that nothing was done, if no wait worth speaking of
    /// was named: nobody knows how long that will last.
    pub put_off_at: Option<Timestamp>,
    /// Whether a person posted it: no service told of it.
    #[serde(default)]
    pub by_hand: bool,
    /// What the service answered.
    pub receipt: Option<Receipt>,
    /// What was sent, in the adapter's words; what it says by now, if it was edited.
    pub bound: Option<serde_json::Value>,
    /// What happened to it after it was out.
    #[serde(default)]
    pub after: PartAfter,
}

/// Where one person's mail stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecipientStanding {
    /// The address.
    pub recipient: String,
    /// The person's own key.
    pub key: StepKey,
    /// The one part.
    pub part: PartStanding,
    /// Why not, if not.
    pub error: Option<String>,
    /// How it stood before a person settled it, until anything else happens to it.
    pub before: Option<Box<Unsettled>>,
}

/// How one person's mail stood before somebody settled it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unsettled {
    /// When it was settled: of several at once, all are taken back at once.
    pub settled_at: Timestamp,
    /// The one part.
    pub part: PartStanding,
    /// Why not.
    pub error: Option<String>,
    /// The delivery's.
    pub not_before: Option<Timestamp>,
    /// The delivery's.
    pub sent_at: Option<Timestamp>,
}

/// All deliveries that the journal knows.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// By key.
    pub deliveries: BTreeMap<StepKey, Delivery>,
    /// The accounts that take nothing for a while, as their networks said last; by
    /// how accounts are compared.
    pub busy: BTreeMap<String, Busy>,
}

/// An account takes nothing more, until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// Until when.
    pub until: Timestamp,
    /// What its network said.
    pub says: String,
}

impl PartStanding {
    /// What readers see, where that is not what was sent.
    pub fn seen_otherwise(&self) -> Option<&str> {
        self.receipt.as_ref().filter(|_| self.state == State::Sent)?.altered.as_deref()
    }

    /// Whether some of it is done, and the rest not yet.
    pub fn is_half_done(&self) -> bool {
        self.state == State::Planned && self.begun.is_some()
    }
}

impl Delivery {
    /// The parts and the people's mails alike.
    pub(super) fn all_parts(&self) -> impl Iterator<Item = &PartStanding> {
        self.parts.iter().chain(self.recipients.iter().map(|person| &person.part))
    }

    /// Whether something was attempted: from then on the words it was planned
    /// with are the words that go, and an edited message is only reported.
    pub fn is_touched(&self) -> bool {
        self.all_parts().any(|part| part.attempts > 0)
    }

    /// Whether any of it may have been seen, or may still be: sent, written
    /// for a person, on its way, taken down again, or nobody knows.
    pub fn reached(&self) -> bool {
        let out = |state| {
            matches!(
                state,
                State::Sent | State::Waiting | State::Sending | State::Unknown | State::Unpublished
            )
        };
        self.all_parts().any(|part| out(part.state))
    }

    /// Whether it was laid out for a person, who has not yet said that it is posted.
    pub fn waits_for_a_person(&self) -> bool {
        let laid_out = |part: &PartStanding| {
            part.state == State::Waiting && part.receipt.as_ref().is_some_and(|receipt| receipt.for_a_person)
        };
        self.state == State::Waiting && self.parts.iter().any(laid_out)
    }

    /// The parts that are out.
    pub fn live(&self) -> impl Iterator<Item = &PartStanding> {
        self.parts.iter().filter(|part| part.state == State::Sent)
    }

    /// Whether what a person said of it last, or of any mail of it, can be taken back.
    pub fn can_be_reopened(&self) -> bool {
        self.before.is_some() || self.recipients.iter().any(|person| person.before.is_some())
    }

    /// Whether it is held until somebody has mended a token, or what is paid.
    pub fn waits_for_mending(&self) -> bool {
        self.state == State::Held && self.parts.iter().any(|part| part.mend)
    }

    /// Whether it stopped, and a person may post what is missing by hand and say
    /// so: after parts of it had gone out one was refused, so that nothing can
    /// send the rest without posting the others again; or it is held until
    /// something is mended.
    pub fn is_broken_off(&self) -> bool {
        let stopped = self.state == State::Held || self.parts.iter().any(|part| part.state == State::Refused);
        if self.is_withdrawn() {
            return false;
        }
        let half_out = stopped && !self.is_for_each_person() && self.live().next().is_some();
        half_out || self.waits_for_mending()
    }

    /// Whether a person may post by hand what did not go out, and say so: what was
    /// refused is not tried again by itself. Of mail each person's was refused.
    pub fn can_be_posted_by_hand(&self) -> bool {
        let refused = self.parts.iter().any(|part| part.state == State::Refused);
        let refused = refused && !self.is_for_each_person() && !self.is_withdrawn();
        refused || self.is_broken_off()
    }

    /// Whether it is out, and nobody knows where.
    pub fn lacks_an_address(&self) -> bool {
        let first = self.parts.first().filter(|part| part.state == State::Sent && part.by_hand);
        let receipt = first.and_then(|part| part.receipt.as_ref());
        receipt.is_some_and(|receipt| receipt.url.is_none())
    }

    /// Whether all that is out of it was posted by a person.
    pub fn is_by_hand(&self) -> bool {
        self.live().next().is_some() && self.live().all(|part| part.by_hand)
    }

    /// The part that a person's word would be about: the first that is unknown,
    /// waits or, in what is broken off, was refused or is held.
    pub fn unsettled(&self) -> Option<&PartStanding> {
        let open = |part: &&PartStanding| matches!(part.state, State::Unknown | State::Waiting);
        let stopped = |part: &&PartStanding| {
            let held = self.state == State::Held && part.state == State::Planned;
            (held || part.state == State::Refused) && self.can_be_posted_by_hand()
        };
        self.parts.iter().find(open).or_else(|| self.parts.iter().find(stopped))
    }

    /// Whether something of it is still to be sent without anybody's word. A
    /// mail with one unknown recipient is open while others are still planned. One
    /// that a newer generation superseded never is.
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Cancelled | State::Skipped | State::Unpublished => false,
            _ if self.is_withdrawn() => false,
            _ if self.superseded => false,
            _ if self.is_for_each_person() => {
                self.recipients.iter().any(|person| person.part.state == State::Planned)
            }
            state => matches!(state, State::Planned | State::Held),
        }
    }

    /// Whether nothing is left to be done about it, by anybody: it is out, or it
    /// will not go.
    pub fn is_settled(&self) -> bool {
        if self.is_in_doubt_afterwards() {
            return false;
        }
        let open = |state| {
            matches!(state, State::Planned | State::Waiting | State::Sending | State::Unknown | State::Held)
        };
        // It was to be taken down, and is not.
        if self.is_withdrawn() && !self.is_kept() && self.still_up().next().is_some() {
            return false;
        }
        match self.state {
            State::Cancelled | State::Skipped | State::Unpublished => {
                !self.all_parts().any(|part| matches!(part.state, State::Sending | State::Unknown))
            }
            state => !open(state) && !self.recipients.iter().any(|person| open(person.part.state)),
        }
    }

    /// Whether each person gets a message of their own. A mail that went to
    /// the outbox went there once, as a whole.
    pub fn is_for_each_person(&self) -> bool {
        !self.recipients.is_empty() && self.parts.is_empty()
    }

    /// The part of that number, if anything happened to it.
    pub fn part(&self, part: u32) -> Option<&PartStanding> {
        self.parts.iter().find(|standing| standing.part == part)
    }

    /// Where that person's mail stands.
    pub fn recipient(&self, address: &str) -> Option<&RecipientStanding> {
        let at = self.recipients.binary_search_by(|person| person.recipient.as_str().cmp(address)).ok()?;
        self.recipients.get(at)
    }

    /// Its public address: that of its first part. A mail has none.
    pub fn url(&self) -> Option<&str> {
        self.parts.first()?.receipt.as_ref()?.url.as_deref()
    }

    /// The service's name for its first part.
    pub fn id(&self) -> Option<&str> {
        self.parts.first()?.receipt.as_ref()?.id.as_deref()
    }

    /// How often it was tried, all parts and people together.
    pub fn attempts(&self) -> u32 {
        self.all_parts().map(|part| part.attempts).sum()
    }

    /// How many people's mails are in that state.
    pub fn count_recipients(&self, state: State) -> usize {
        self.recipients.iter().filter(|person| person.part.state == state).count()
    }
}

impl Standing {
    /// A person is here, who may have mended what was waited for: that is tried
    /// at once, and not after the pause that runs make.
    pub fn end_mending_pauses(&mut self) {
        for delivery in self.deliveries.values_mut().filter(|delivery| delivery.is_open()) {
            if delivery.waits_for_mending() {
                delivery.not_before = None;
            }
            delivery.forgiven = delivery.all_parts().map(|part| part.attempts).max().unwrap_or(0);
        }
    }

    /// The pause of that account, if it is not over at `now`.
    pub fn busy(&self, account: &str, now: Timestamp) -> Option<&Busy> {
        self.busy.get(&*account_compared(account)).filter(|busy| busy.until > now)
    }

    /// Of several pauses of an account the longest counts.
    pub(super) fn note_busy(&mut self, account: &str, busy: &Busy) {
        let account = account_compared(account);
        if self.busy.get(&*account).is_none_or(|known| known.until < busy.until) {
            self.busy.insert(account.into_owned(), busy.clone());
        }
    }

    /// The person has gone: what is left is for runs, which pause.
    pub fn leave_to_runs(&mut self) {
        self.deliveries.values_mut().for_each(|delivery| delivery.forgiven = 0);
    }

    /// The delivery of that rung of that message to that account, newest generation.
    /// Where the account was spelled in several ways: of the spelling under which
    /// something reached it, else of this one.
    pub fn latest(&self, account: &str, message: &str, rung: &str) -> Option<&Delivery> {
        let same =
            |d: &&Delivery| d.message == message && d.rung == rung && is_same_account(&d.account, account);
        let mut spellings: BTreeMap<&str, (bool, &Delivery)> = BTreeMap::new();
        for delivery in self.deliveries.values().filter(same) {
            let (reached, newest) = spellings.entry(&delivery.account).or_insert((false, delivery));
            *reached |= delivery.reached();
            if delivery.generation > newest.generation {
                *newest = delivery;
            }
        }
        let best = spellings.into_values().max_by_key(|(reached, d)| (*reached, d.account == account));
        best.map(|(_, newest)| newest)
    }

    /// The delivery, or one person's mail of it, whose key begins with `prefix`.
    pub fn find_by_prefix(&self, prefix: &str) -> Result<Keyed<'_>, KeyError> {
        let prefix = prefix.trim().to_ascii_lowercase();
        if prefix.is_empty() {
            return Err(KeyError::Empty);
        }
        let mut found = Vec::new();
        for delivery in self.deliveries.values() {
            if delivery.key.0.starts_with(&prefix) {
                found.push(Keyed { delivery, recipient: None });
            }
            let people = delivery.recipients.iter().filter(|person| person.key.0.starts_with(&prefix));
            found.extend(people.map(|person| Keyed { delivery, recipient: Some(person) }));
        }
        match found.as_slice() {
            [] => Err(KeyError::None(prefix)),
            [one] => Ok(*one),
            several => {
                let shown = several.iter().take(10).map(Keyed::to_string).collect();
                Err(KeyError::Several { prefix, found: shown, all: several.len() })
            }
        }
    }
}

/// What a key names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keyed<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// One person's mail of it; none: the delivery as a whole.
    pub recipient: Option<&'a RecipientStanding>,
}

impl std::fmt::Display for Keyed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = self.recipient.map_or(&self.delivery.key, |person| &person.key);
        write!(f, "{key} {} of {}", self.delivery.rung, self.delivery.message)?;
        match self.recipient {
            Some(person) => write!(f, " to {}", person.recipient),
            None => Ok(()),
        }
    }
}

/// Why a typed key names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing was typed.
    #[error("a key is needed: `ladder status` shows them")]
    Empty,
    /// No delivery has it.
    #[error("no delivery has a key that begins with `{0}`: `ladder status` shows them")]
    None(String),
    /// It is too short.
    #[error("`{prefix}` is the beginning of {all} keys, type more of it: {}", found.join(", "))]
    Several {
        /// What was typed.
        prefix: String,
        /// What it could be, the first ten.
        found: Vec<String>,
        /// How many it could be.
        all: usize,
    },
}
