//! A delivery's state, drawn from its parts' after the last fact.

use super::fold::{BEGAN_ANEW, CUT, NOT_POSTED, keep_back};
use super::taken_down;
use super::{Delivery, PartStanding, RecipientStanding, State};

/// Nobody is sending, so no answer will come any more.
pub(super) fn doubt_what_was_left_open(delivery: &mut Delivery) {
    for part in delivery.parts.iter_mut().filter(|part| part.state == State::Sending) {
        delivery.error = Some(left_open(part).to_owned());
    }
    for person in delivery.recipients.iter_mut().filter(|person| person.part.state == State::Sending) {
        person.error = Some(left_open(&mut person.part).to_owned());
    }
}

/// What became of a part that a dead run had begun, and what is said of it.
fn left_open(part: &mut PartStanding) -> &'static str {
    if part.preparing {
        part.state = State::Planned;
        return NOT_POSTED;
    }
    part.state = State::Unknown;
    part.doubted = true;
    part.cause = Some(CUT.to_owned());
    CUT
}

/// The delivery's state from its parts'.
pub(super) fn conclude(delivery: &mut Delivery) {
    let derived = if delivery.is_for_each_person() { of_people(delivery) } else { of_parts(delivery) };
    if delivery.is_withdrawn() {
        return taken_down::conclude(delivery);
    }
    let kept_back = matches!(
        delivery.state,
        State::Held | State::Skipped | State::Cancelled | State::Altered | State::Unpublished
    );
    // What was kept back stays so, unless it is out or may be.
    let settled = matches!(derived, State::Sent | State::Unknown | State::Sending);
    let taken_down = matches!(delivery.state, State::Altered | State::Unpublished);
    if !kept_back || (settled && !taken_down) {
        delivery.state = derived;
    }
    // Its doubt was settled as not sent, or half of it is out: what is left of it
    // would go out beside the newer generation.
    if delivery.superseded && matches!(delivery.state, State::Planned | State::Waiting | State::Held) {
        keep_back(delivery, State::Cancelled, &format!("cancelled by {BEGAN_ANEW}"));
    }
}

fn of_parts(delivery: &Delivery) -> State {
    let any = |state| delivery.parts.iter().any(|part| part.state == state);
    let done = |part: &&PartStanding| matches!(part.state, State::Sent | State::Waiting);
    let whole = delivery.parts.iter().filter(done).count() >= delivery.part_count.max(1) as usize;
    if any(State::Unknown) {
        State::Unknown
    } else if any(State::Sending) {
        State::Sending
    } else if any(State::Refused) {
        State::Refused
    } else if !whole {
        State::Planned
    } else if any(State::Waiting) {
        State::Waiting
    } else if delivery.parts.iter().any(|part| part.seen_otherwise().is_some()) {
        State::Altered
    } else {
        State::Sent
    }
}

/// A mail's state from its people's: unknown if any is, then sending, then
/// planned while any is still to come; refused only if all are, else sent,
/// with the number of those that were refused.
fn of_people(delivery: &mut Delivery) -> State {
    let all = delivery.recipients.len();
    let count = |state| delivery.count_recipients(state);
    let (unknown, refused) = (count(State::Unknown), count(State::Refused));
    let state = if unknown > 0 {
        State::Unknown
    } else if count(State::Sending) > 0 {
        State::Sending
    } else if count(State::Planned) > 0 {
        State::Planned
    } else if refused == all {
        State::Refused
    } else {
        State::Sent
    };
    let troubled =
        [(State::Unknown, "unknown"), (State::Refused, "refused"), (State::Planned, "not yet taken")];
    let told: Vec<String> = troubled
        .into_iter()
        .filter_map(|(state, word)| {
            // Who is planned and was never tried has no trouble.
            let of_state = |person: &&RecipientStanding| {
                person.part.state == state && (state != State::Planned || person.error.is_some())
            };
            let first = delivery.recipients.iter().find(of_state)?;
            let number = delivery.recipients.iter().filter(of_state).count();
            let why = first.error.as_deref().unwrap_or("no reason given");
            Some(format!("{number} of {all} {word}: {why}"))
        })
        .collect();
    let kept_back = matches!(delivery.state, State::Held | State::Skipped | State::Cancelled);
    if !told.is_empty() {
        delivery.error = Some(told.join("; "));
    } else if !kept_back {
        delivery.error = None;
    }
    state
}
