//! How long runs leave alone what they tried in vain, again and again.
//!
//! A network that is down for days would else be tried by every run, each time
//! as often as a run allows, and every try is two facts in the journal. Drawn
//! from the facts: nothing is kept of it.

use super::{Delivery, Event, EventKind, PartStanding, State};
use jiff::{SignedDuration, Timestamp};

/// So many tries in all are made as one run makes them; after that each run makes
/// one, with growing pauses between.
pub const TRIES_BEFORE_PAUSES: u32 = 5;
/// The pause after the first try beyond that.
const FIRST: SignedDuration = SignedDuration::from_mins(5);
/// The longest.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);
/// A wait that was named and is longer than this is believed as it is. A shorter
/// one is no more than the wait between two tries of one run.
const WORTH_SPEAKING_OF: SignedDuration = SignedDuration::from_mins(3);
/// What nobody took for so long is held back, and no longer just planned.
const IN_VAIN: SignedDuration = SignedDuration::from_hours(24);

/// When it was last told that nothing was done, after that event.
pub(super) fn put_off_at(event: &Event, before: Option<Timestamp>) -> Option<Timestamp> {
    match &event.kind {
        EventKind::NotYet { until, mend: false, .. } => {
            (until.duration_since(event.at) <= WORTH_SPEAKING_OF).then_some(event.at)
        }
        EventKind::Intent { .. } | EventKind::Prepared { .. } => before,
        _ => None,
    }
}

/// The pause after so many tries: none up to the fifth, then 5, 10, 20, 40
/// minutes and an hour.
pub fn pause_after(tries: u32) -> SignedDuration {
    match tries.checked_sub(TRIES_BEFORE_PAUSES + 1) {
        None => SignedDuration::ZERO,
        Some(doubled) => FIRST.saturating_mul(1 << doubled.min(10)).min(LONGEST),
    }
}

impl Delivery {
    /// Until when runs leave it alone because it was tried in vain so often; of a
    /// mail, until the first of those people may be tried who have nothing yet.
    pub fn paused_until(&self) -> Option<Timestamp> {
        let until = |part: &PartStanding| {
            let pause = pause_after(part.attempts.saturating_sub(self.forgiven));
            let at = part.put_off_at.filter(|_| !pause.is_zero())?;
            at.checked_add(pause).ok()
        };
        let planned = |part: &&PartStanding| part.state == State::Planned;
        if self.is_for_each_person() {
            let mut people = self.recipients.iter().map(|person| &person.part).filter(planned);
            let first = until(people.next()?)?;
            return people.try_fold(first, |first, part| Some(first.min(until(part)?)));
        }
        self.parts.iter().filter(planned).find_map(until)
    }

    /// For how long it has been tried in vain, if that is a day or longer.
    pub fn in_vain_for(&self) -> Option<SignedDuration> {
        let open = self.is_open() && self.state != State::Held;
        let planned = self.all_parts().filter(|part| open && part.state == State::Planned);
        let tried = planned.filter(|part| part.attempts > TRIES_BEFORE_PAUSES);
        let since = tried.filter_map(|part| Some(part.put_off_at?.duration_since(part.first_tried?)));
        since.max().filter(|since| *since >= IN_VAIN)
    }
}

#[cfg(test)]
#[path = "tests/pauses.rs"]
mod tests;
