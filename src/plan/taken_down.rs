//! What happens to a delivery after it is out: it is taken down, or it gets
//! other words where it stands.
//!
//! Both are done by requests that may be repeated: what is deleted twice is
//! deleted, and the same words written twice are the same words. So an intent
//! without an answer is no doubt that stops anything, as it is with a posting:
//! the next `ladder unpublish` or `ladder edit` asks again.

use super::fold::what_is_altered;
use super::{Begun, Delivery, Event, EventKind, PartStanding, State};
use crate::render::VariantKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Of a request that was begun, and of which no answer is known.
pub const NO_ANSWER: &str = "the run ended before an answer came";

/// Why a part stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stay {
    /// The network, or what lies there, leaves no way.
    Cannot,
    /// The network said no.
    Refused,
    /// It did nothing and said so, or somebody has to mend a token first.
    Later,
    /// Nobody knows what became of it. Asking again does no harm.
    Unknown,
}

/// A part that was to go, or to change, and did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stays {
    /// Which kind of reason.
    pub why: Stay,
    /// The reason, a sentence.
    pub says: String,
}

/// What is said of a request that was not carried out, after one that may have been.
pub const MAY_BE_DONE: &str = "an earlier try had no answer, and may have been carried out";

/// A request that may be repeated: whether its outcome is known.
///
/// Once nobody knows, "no" and "not now" say nothing about the try before: only what
/// was done, or seen, ends the doubt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What of it is done, where some of it is, and the rest not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
    /// It was begun, and has no answer.
    open: bool,
    /// An earlier one may have been carried out.
    doubted: bool,
}

impl Asked {
    /// It is begun; `known` is what was known of the one before.
    fn begin(&mut self, known: Option<&Stays>) {
        self.doubted |= is_unknown(known);
        self.open = true;
    }

    /// What is known now that it ended without being done. `is_seen`: that was seen
    /// where it is, and is not only what was said.
    fn end(&mut self, known: Option<&Stays>, why: Stay, says: &str, is_seen: bool) -> Stays {
        // Not even asked this time.
        self.doubted |= !self.open && is_unknown(known);
        self.open = false;
        if is_seen {
            self.doubted = false;
        }
        match self.doubted && why != Stay::Unknown {
            true if says.starts_with(MAY_BE_DONE) => Stays { why: Stay::Unknown, says: says.to_owned() },
            true => Stays { why: Stay::Unknown, says: format!("{MAY_BE_DONE}; since then: {says}") },
            false => Stays { why, says: says.to_owned() },
        }
    }
}

fn is_unknown(stays: Option<&Stays>) -> bool {
    stays.is_some_and(|stays| stays.why == Stay::Unknown)
}

/// What happened to a part after it was out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartAfter {
    /// Its taking down.
    pub removal: Asked,
    /// Its getting other words.
    pub edit: Asked,
    /// Why it is not down, when it was last tried.
    pub stays: Option<Stays>,
    /// It was gone already when it was to be taken down.
    pub was_gone: bool,
    /// What could not be done of its taking down, and is left at that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// The words that it was to get, until it is known that it has them.
    pub changing: Option<serde_json::Value>,
    /// Since when it is to have these words: what is written into files is dated so.
    pub changing_since: Option<Timestamp>,
    /// Why it does not have them, when it was last tried.
    pub unchanged: Option<Stays>,
}

/// What happened to a delivery after it was taken up, beyond its sending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct After {
    /// When somebody wanted it down first: from then on nothing of it goes out.
    pub withdrawn: Option<Timestamp>,
    /// When a person said that what is still up of it stays.
    pub kept: Option<Timestamp>,
    /// When the last part of it was taken down.
    pub down_at: Option<Timestamp>,
    /// When it got other words last.
    pub edited_at: Option<Timestamp>,
}

/// How the taking down of a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing of it was out, and nothing will be.
    Cancelled,
    /// What was laid out for a person is taken in.
    TakenIn,
    /// All of it was gone already.
    WasGone,
    /// It is down.
    Down,
    /// Some of it, or all, is still up, and a person said that it stays.
    Kept,
    /// Some of it, or all, is still up.
    Up(Stays),
    /// It is not known whether it went out at all, or to whom.
    Unknown(String),
    /// It is still being sent, by another process.
    Sending,
}

/// Of what somebody wants down, before the first request for it.
pub const NOT_TRIED: &str = "it is to be taken down, and that was not tried yet";

/// Of a mail: no server takes back what it has handed on (RFC 5321 knows no
/// such command).
pub const NO_RECALL: &str = "mail cannot be recalled";

impl Delivery {
    /// Whether it was to be taken down.
    pub fn is_withdrawn(&self) -> bool {
        self.after.withdrawn.is_some()
    }

    /// Whether a person said that it stays, although it was to be taken down.
    pub fn is_kept(&self) -> bool {
        self.is_withdrawn() && self.after.kept.is_some()
    }

    /// Whether a person can say so: it was to be taken down, something of it is out, and
    /// nothing of it is in doubt or waits to be posted. Whether an edit was carried out
    /// may be in doubt, and stays so: who keeps it can ask again, and nobody else can.
    pub fn can_be_kept(&self) -> bool {
        let open = |state| matches!(state, State::Unknown | State::Sending | State::Waiting);
        let is_out = self.all_parts().any(|part| part.state == State::Sent);
        let open = self.all_parts().any(|part| open(part.state)) || self.may_be_down();
        self.is_withdrawn() && !self.is_kept() && is_out && !open
    }

    /// Whether a request to take it down may have been carried out or not.
    pub fn may_be_down(&self) -> bool {
        self.is_withdrawn() && self.still_up().any(|part| is_unknown(part.after.stays.as_ref()))
    }

    /// Whether a request to take it down, or to give it other words, may have been
    /// carried out or not: readers may see something else than the journal says.
    /// To ask again settles it.
    pub fn is_in_doubt_afterwards(&self) -> bool {
        self.may_be_down() || self.still_up().any(|part| is_unknown(part.after.unchanged.as_ref()))
    }

    /// The parts that readers may see, or a person may be about to post: the last first,
    /// as they are taken down. A mail's are not here: it has none that could be.
    pub fn still_up(&self) -> impl Iterator<Item = &PartStanding> {
        let up = |part: &&PartStanding| matches!(part.state, State::Sent | State::Waiting);
        self.parts.iter().rev().filter(up)
    }

    /// Whether there is anything to take down, to take in, to look for or to
    /// keep from going out.
    pub fn can_be_taken_down(&self) -> bool {
        let mailed = self.is_for_each_person() && !self.is_withdrawn() && self.reached();
        let in_doubt = self.state == State::Unknown && !self.is_for_each_person();
        let up = !self.is_kept() && self.still_up().next().is_some();
        in_doubt || mailed || self.is_open() || up || self.may_go_on()
    }

    /// Whether something of it would go out if a doubt were settled.
    fn may_go_on(&self) -> bool {
        !self.is_withdrawn() && matches!(self.state, State::Unknown | State::Sending)
    }

    /// What could not be done of its taking down, and is left at that.
    pub fn left(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| part.after.left.as_deref())
    }

    /// How its taking down ended, as far as the journal knows.
    pub fn outcome(&self) -> Outcome {
        let unknown = |part: &&PartStanding| part.state == State::Unknown;
        if self.state == State::Sending {
            return Outcome::Sending;
        }
        if self.all_parts().find(unknown).is_some() {
            let why = self.error.clone().unwrap_or_else(|| "nobody knows whether it went out".to_owned());
            return Outcome::Unknown(why);
        }
        if self.is_kept() {
            return Outcome::Kept;
        }
        if self.kind == Some(VariantKind::Mail) && self.all_parts().any(|part| part.state == State::Sent) {
            return Outcome::Up(Stays { why: Stay::Cannot, says: NO_RECALL.to_owned() });
        }
        // The gravest reason speaks for all.
        let rank = |why: Stay| match why {
            Stay::Unknown => 0,
            Stay::Later => 1,
            Stay::Refused => 2,
            Stay::Cannot => 3,
        };
        let up = self.still_up().map(|part| {
            part.after.stays.clone().unwrap_or_else(|| Stays { why: Stay::Later, says: NOT_TRIED.to_owned() })
        });
        if let Some(stays) = up.min_by_key(|stays| rank(stays.why)) {
            return Outcome::Up(stays);
        }
        let down = || self.parts.iter().filter(|part| part.state == State::Unpublished);
        if down().next().is_none() {
            let laid_out = self.parts.iter().any(|part| part.state == State::Cancelled);
            return if laid_out { Outcome::TakenIn } else { Outcome::Cancelled };
        }
        if down().all(|part| part.after.was_gone) { Outcome::WasGone } else { Outcome::Down }
    }
}

/// Whether a person who took something down by hand said that in the same breath:
/// all of it is taken back at once.
pub(super) fn is_of_the_same_word(delivery: &Delivery, event: &Event) -> bool {
    let by_hand = matches!(event.kind, EventKind::Removed { by: Some(_), .. } | EventKind::Withdrawn { .. });
    by_hand && delivery.before.is_some() && delivery.after.down_at == Some(event.at)
}

/// Takes in a fact of this kind.
pub(super) fn note(delivery: &mut Delivery, event: &Event) {
    let no_answer = || Stays { why: Stay::Unknown, says: NO_ANSWER.to_owned() };
    match &event.kind {
        EventKind::Withdrawn { .. } => {
            delivery.after.withdrawn.get_or_insert(event.at);
            // What was said before is answered by it.
            if delivery.after.kept.is_some_and(|kept| kept <= event.at) {
                delivery.after.kept = None;
            }
        }
        EventKind::Kept { .. } => {
            if !delivery.can_be_kept() {
                return;
            }
            delivery.before = Some(Box::new(delivery.clone()));
            delivery.after.kept = Some(event.at);
            // Why it was not taken down is of no concern any more.
            for part in delivery.parts.iter_mut().filter(|part| part.state == State::Sent) {
                (part.after.stays, part.after.removal) = (None, Asked::default());
            }
        }
        EventKind::Removing { part } => {
            delivery.after.kept = None;
            let Some(part) = out(delivery, *part) else { return };
            part.after.removal.begin(part.after.stays.as_ref());
            part.after.stays = Some(no_answer());
        }
        EventKind::Stays { part, why, says, done } => {
            delivery.after.kept = None;
            let Some(PartStanding { after, .. }) = out(delivery, *part) else { return };
            Begun::note(&mut after.removal.begun, done.as_ref(), event.at);
            // "Cannot" is said by who looked where it is.
            after.stays = Some(after.removal.end(after.stays.as_ref(), *why, says, *why == Stay::Cannot));
        }
        EventKind::Removed { part, was_gone, by, left } => {
            if by.is_some() && delivery.before.is_none() {
                delivery.before = Some(Box::new(delivery.clone()));
            }
            let Some(part) = out(delivery, *part) else { return };
            let laid_out = part.state == State::Waiting;
            part.state = if laid_out { State::Cancelled } else { State::Unpublished };
            part.after = PartAfter { was_gone: *was_gone, left: left.clone(), ..PartAfter::default() };
            delivery.after.down_at = delivery.after.down_at.max(Some(event.at));
        }
        EventKind::Editing { part, bound } => {
            let Some(part) = out(delivery, *part) else { return };
            if part.after.changing.as_ref() != Some(bound) {
                part.after.edit.begun = None;
                part.after.changing = Some(bound.clone());
                part.after.changing_since = Some(event.at);
            }
            part.after.edit.begin(part.after.unchanged.as_ref());
            part.after.unchanged = Some(no_answer());
        }
        EventKind::NotEdited { part, why, says, done } => {
            let Some(PartStanding { after, .. }) = out(delivery, *part) else { return };
            Begun::note(&mut after.edit.begun, done.as_ref(), event.at);
            let stays = after.edit.end(after.unchanged.as_ref(), *why, says, false);
            // What nobody knows may have come to be, and some of it has: then the words stay
            // on record.
            if stays.why != Stay::Unknown && done.is_none() {
                after.changing = None;
            }
            after.unchanged = Some(stays);
        }
        EventKind::Edited { part, receipt, payload_digest } => {
            let was_altered = what_is_altered(delivery);
            let Some(part) = out(delivery, *part) else { return };
            part.bound = part.after.changing.take().or(part.bound.take());
            (part.after.unchanged, part.after.changing_since) = (None, None);
            part.after.edit = Asked::default();
            part.receipt = Some(receipt.clone());
            if let Some(digest) = payload_digest {
                digest.clone_into(&mut delivery.payload_digest);
            }
            delivery.after.edited_at = delivery.after.edited_at.max(Some(event.at));
            // Whether readers see what was sent is drawn anew.
            if delivery.state == State::Altered {
                delivery.state = State::Sent;
            }
            let altered = what_is_altered(delivery);
            if altered.is_some() || delivery.error == was_altered {
                delivery.error = altered;
            }
        }
        _ => {}
    }
}

/// What is half done of a delivery that is to be taken down is out as far as that: whoever
/// was told hears that it is gone. The other half is not done any more.
pub(super) fn half_done_is_out(delivery: &mut Delivery) {
    delivery.parts.iter_mut().filter(|part| part.is_half_done()).for_each(|part| part.state = State::Sent);
}

/// The part, if it is out or laid out. What is down stays down.
fn out(delivery: &mut Delivery, number: u32) -> Option<&mut PartStanding> {
    let up = |part: &PartStanding| matches!(part.state, State::Sent | State::Waiting);
    delivery.parts.iter_mut().find(|part| part.part == number && up(part))
}

/// The state of a delivery that was to be taken down, from its parts.
pub(super) fn conclude(delivery: &mut Delivery) {
    // Who has nothing of it by now gets nothing.
    for person in delivery.recipients.iter_mut().filter(|person| person.part.state == State::Planned) {
        person.part.state = State::Cancelled;
    }
    let (state, error) = concluded(delivery);
    delivery.state = state;
    if let Some(error) = error {
        delivery.error = error;
    }
}

/// The state, and what is to be said of it, if that is news.
fn concluded(delivery: &Delivery) -> (State, Option<Option<String>>) {
    let any = |state| delivery.all_parts().any(|part| part.state == state);
    let first = [State::Unknown, State::Sending, State::Waiting].into_iter().find(|state| any(*state));
    if let Some(state) = first {
        return (state, None);
    }
    let (all, live) = (delivery.part_count.max(1) as usize, delivery.live().count());
    let why = delivery.parts.iter().find_map(|part| part.after.stays.as_ref());
    let why = why.map(|stays| format!(": {}", stays.says));
    let why = why.or(delivery.is_kept().then(|| ": it stays, a person said".to_owned())).unwrap_or_default();
    if delivery.is_for_each_person() && any(State::Sent) {
        (State::Sent, None)
    } else if live > 0 && live < all {
        (State::Altered, Some(Some(format!("{live} of {all} parts live{why}"))))
    } else if live > 0 {
        let altered = delivery.live().any(|part| part.seen_otherwise().is_some());
        let state = if altered { State::Altered } else { State::Sent };
        if delivery.is_kept() {
            return (state, Some(what_is_altered(delivery)));
        }
        (state, Some(Some(format!("to be taken down{why}"))))
    } else if any(State::Unpublished) {
        (State::Unpublished, Some(delivery.left().map(str::to_owned)))
    } else if !delivery.is_for_each_person() && any(State::Cancelled) {
        (State::Cancelled, Some(Some("taken in before anybody posted it".to_owned())))
    } else if any(State::Refused) {
        (State::Refused, None)
    } else if matches!(delivery.state, State::Skipped | State::Cancelled) {
        (delivery.state, None)
    } else if delivery.all_parts().any(|part| part.doubted) {
        // Nobody knew, until somebody looked.
        (State::Cancelled, Some(Some("it did not go out, and is not sent again".to_owned())))
    } else {
        (State::Cancelled, Some(Some("taken back before it went out".to_owned())))
    }
}
