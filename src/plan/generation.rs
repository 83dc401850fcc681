//! Generations: the same rung of the same message to the same account, sent
//! once more by `--again`. Which of them counts is answered here, and nowhere else.
//!
//! What comes after a rung waits for its newest generation and speaks of that
//! one's address. A newer generation ends the older ones: whatever is left of
//! them is not sent any more.

use super::{Delivery, Identity, Standing, State, Step, StepKey};
use jiff::Timestamp;

impl Delivery {
    /// What its key is the hash of.
    pub fn identity(&self) -> Identity {
        Identity {
            account: self.account.clone(),
            message: self.message.clone(),
            rung: self.rung.clone(),
            occurrence: 0,
            generation: self.generation,
            recipient: None,
        }
    }

    /// Whether all of it is out.
    pub fn is_out(&self) -> bool {
        matches!(self.state, State::Sent | State::Altered)
    }

    /// Whether any part or person has it: what it waited for was out by then.
    pub fn is_begun(&self) -> bool {
        let has_it = |state| matches!(state, State::Sent | State::Waiting);
        self.parts.iter().any(|part| has_it(part.state))
            || self.recipients.iter().any(|person| has_it(person.part.state))
    }

    /// Whether it is over, and nothing of it that others wait for will come.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, State::Refused | State::Skipped | State::Cancelled | State::Unpublished)
    }
}

impl Standing {
    /// The generations that the journal has of what `identity` names, newest first.
    pub fn generations(&self, identity: &Identity) -> Vec<&Delivery> {
        let mut found = Vec::new();
        // Generations follow one another without a gap; the one that is asked
        // about may be about to begin. What is written in a plan is not believed:
        // nothing is counted that is not there.
        let mut newer = identity.generation;
        while let Some(delivery) = newer.checked_add(1).and_then(|next| self.generation(identity, next)) {
            newer += 1;
            found.push(delivery);
        }
        found.reverse();
        found.extend(self.generation(identity, identity.generation));
        let mut older = identity.generation;
        while let Some(delivery) = older.checked_sub(1).and_then(|last| self.generation(identity, last)) {
            older -= 1;
            found.push(delivery);
        }
        found
    }

    fn generation(&self, identity: &Identity, generation: u32) -> Option<&Delivery> {
        self.deliveries.get(&key_of(identity, generation))
    }

    /// What comes after `step` waits for this delivery; none: it is not taken up.
    ///
    /// The newest generation. If that did not go out, an older one counts
    /// whose outcome was not known when the newer began: nobody decided
    /// against it, and it may be what readers see. One that a person gave
    /// up counts as if it had never begun. An older one that was out before
    /// does not count: who begins anew what is out wants the new one to be
    /// spoken of.
    pub fn awaited(&self, step: &Step) -> Option<&Delivery> {
        let found = self.generations(&step.identity);
        let newest = *found.first()?;
        if newest.generation < step.identity.generation {
            return None;
        }
        let mut begun: Option<Timestamp> = None;
        for delivery in found {
            let since = begun.is_none_or(|begun| delivery.sent_at >= Some(begun));
            if !delivery.is_dead() && (!delivery.is_out() || since) {
                return Some(delivery);
            }
            if delivery.state != State::Cancelled {
                begun = Some(delivery.planned_at);
            }
        }
        Some(newest)
    }

    /// The newest generation of `step` that is out: whose address is spoken of.
    pub fn newest_out(&self, step: &Step) -> Option<&Delivery> {
        self.generations(&step.identity).into_iter().find(|delivery| delivery.is_out())
    }

    /// Notes on every generation that has a newer one that it was superseded.
    pub(super) fn supersede_all(&mut self) {
        let newer = self.deliveries.values().filter(|delivery| delivery.generation > 0);
        let newer: Vec<StepKey> = newer.map(|delivery| delivery.key.clone()).collect();
        for key in newer {
            self.supersede(&key);
        }
    }

    /// Notes on the generation before that one that it has been superseded, and
    /// says which that is.
    pub(super) fn supersede(&mut self, key: &StepKey) -> Option<StepKey> {
        let delivery = self.deliveries.get(key).filter(|delivery| delivery.generation > 0)?;
        let older = key_of(&delivery.identity(), delivery.generation - 1);
        self.deliveries.get_mut(&older)?.superseded = true;
        Some(older)
    }
}

fn key_of(identity: &Identity, generation: u32) -> StepKey {
    Identity { generation, recipient: None, ..identity.clone() }.key()
}

#[cfg(test)]
#[path = "tests/generations.rs"]
mod tests;
