//! What a run's deliveries mean for the process's exit code.

use crate::exit::Exit;
use crate::plan::{Delivery, State};

/// The end for these deliveries where something that was due had to be left
/// alone, for want of a channel that works: that is a failure.
pub fn exit_beside_rest(deliveries: &[&Delivery]) -> Exit {
    let is_out = |state: State| matches!(state, State::Sent | State::Altered);
    let out = |delivery: &&Delivery| {
        is_out(delivery.state) || delivery.recipients.iter().any(|person| is_out(person.part.state))
    };
    match exit_of(deliveries) {
        Exit::Unknown => Exit::Unknown,
        _ if deliveries.iter().any(out) => Exit::Partial,
        _ => Exit::Failed,
    }
}

/// The end for these deliveries, by PRODUCT's order: an unknown outcome first (of
/// a sending, a taking down or an edit),
/// then failures beside successes, failures alone, what was held back, or was
/// tried in vain for a day. What else is planned, or waits for a person to paste it, is no failure.
pub fn exit_of(deliveries: &[&Delivery]) -> Exit {
    // What has begun anew is judged by the newer try; only a doubt stays one.
    let counts = |delivery: &&&Delivery, states: &[State]| {
        !delivery.superseded || states.contains(&State::Unknown) || states.contains(&State::Sent)
    };
    // A mail counts by its people: one refused among thirty is a failure too.
    let any = |states: &[State]| {
        deliveries.iter().filter(|delivery| counts(delivery, states)).any(|delivery| {
            states.contains(&delivery.state)
                || delivery.recipients.iter().any(|person| states.contains(&person.part.state))
        })
    };
    let out = || any(&[State::Sent, State::Altered]);
    if any(&[State::Unknown]) || deliveries.iter().any(|delivery| delivery.is_in_doubt_afterwards()) {
        Exit::Unknown
    } else if any(&[State::Refused]) {
        if out() { Exit::Partial } else { Exit::Failed }
    } else if any(&[State::Held, State::Skipped]) || deliveries.iter().any(|d| d.in_vain_for().is_some()) {
        Exit::Held
    } else {
        Exit::Done
    }
}
