//! When a step may run: not before, window, embargo, dependencies.
//!
//! Pure: the clock and the journal's standing come in as values. The same
//! answer serves the run, the plan's table and the exit code.

use crate::ladder::At;
use crate::plan::{Delivery, Plan, Standing, State, Step};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Whether a step may run.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// Now.
    Now,
    /// At that time.
    At(Timestamp),
    /// Not before that time, although it is due: its account takes no more before;
    /// why, in words.
    Paced(Timestamp, String),
    /// When these rungs, one at least, are out (and their pages answer).
    After(Vec<String>),
    /// It is too late: its window closed at that time.
    TooLate(Timestamp),
    /// Never: what it waits for was refused, skipped or cancelled.
    Never(String),
    /// It is out already, or in a state that only a person or evidence ends.
    Settled,
}

/// Whether `step` may run at `now`. `early` passes the message's `publish_at`,
/// never its embargo.
///
/// A step's time is counted from when all that it waits for was out; without
/// that, from `publish_at`; without that, from when it was taken up. Then
/// `delay` is added, then the first `at` from there on is taken. The window
/// begins then, or at the moment that a fixed `at` names, even if that is past.
/// A window that closed while a thread was half out does not cut the thread.
pub fn due(
    plan: &Plan,
    step: &Step,
    standing: &Standing,
    now: Timestamp,
    zone: &TimeZone,
    early: bool,
) -> Due {
    let delivery = standing.deliveries.get(&step.key);
    if delivery.is_some_and(|delivery| !delivery.is_open()) || superseded(step, standing) {
        return Due::Settled;
    }
    // What happened is over, whatever a wrong clock wrote of when.
    let at_once = step.gate.delay.is_none() && step.gate.at.is_none();
    let over = |time: Timestamp| if at_once { time.min(now) } else { time };
    let taken_up = over(delivery.map_or(now, |delivery| delivery.planned_at));
    let base = match dependencies(plan, step, standing) {
        Err(wait) => return wait,
        Ok(Some(out)) => over(out),
        Ok(None) => match plan.publish_at {
            Some(time) if early => time.min(taken_up),
            Some(time) => time,
            None => taken_up,
        },
    };
    // A new generation follows its own beginning, not last month's dependency.
    let base = if step.identity.generation > 0 { base.max(taken_up) } else { base };
    let Ok(time) = gate_time(step, base, zone) else { return Due::Never(step.rung.clone()) };
    let time = plan.embargo.map_or(time, |embargo| time.max(embargo));
    let half_out = delivery.is_some_and(|delivery| delivery.parts.iter().any(|part| part.receipt.is_some()));
    if let Some(window) = step.gate.window.filter(|_| !half_out) {
        let closes = later(appointed(step, zone).unwrap_or(time), window);
        if now > closes {
            return Due::TooLate(closes);
        }
    }
    let put_off = delivery.filter(|delivery| !put_off_by_another_clock(delivery, now));
    let put_off = put_off.and_then(|delivery| delivery.not_before.max(delivery.paused_until()));
    let time = put_off.map_or(time, |until| time.max(until));
    if now < time {
        return Due::At(time);
    }
    match standing.busy(&step.identity.account, now) {
        Some(busy) => Due::Paced(busy.until, busy.says.clone()),
        None => Due::Now,
    }
}

/// Clocks that are well set differ by less.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// Whether it was put off at a moment that is still to come: by a clock that was
/// wrong, so that nobody knows how much of the wait is over. The network says
/// the same once more, if it has to.
fn put_off_by_another_clock(delivery: &Delivery, now: Timestamp) -> bool {
    delivery.put_off_at.is_some_and(|at| at > later(now, CLOCKS))
}

/// Whether `--again` has begun a newer generation of the same step.
fn superseded(step: &Step, standing: &Standing) -> bool {
    let newest = standing.generations(&step.identity);
    newest.first().is_some_and(|newest| newest.generation > step.identity.generation)
}

/// When the last of what the step waits for was out; none if it waits for nothing.
/// What has begun asks no more: what it waited for was out then.
fn dependencies(plan: &Plan, step: &Step, standing: &Standing) -> Result<Option<Timestamp>, Due> {
    let begun = standing.deliveries.get(&step.key).is_some_and(Delivery::is_begun);
    let mut out: Option<Timestamp> = None;
    let mut waits = Vec::new();
    for name in &step.after {
        let Some(before) = plan.step(name) else { return Err(Due::Never(name.clone())) };
        let delivery = standing.awaited(before);
        match delivery.map(|delivery| delivery.state) {
            _ if begun => out = out.max(standing.newest_out(before).and_then(sent_at)),
            Some(State::Sent | State::Altered) => out = out.max(delivery.and_then(sent_at)),
            Some(State::Refused | State::Skipped | State::Cancelled | State::Unpublished) => {
                return Err(Due::Never(name.clone()));
            }
            None | Some(State::Planned | State::Waiting | State::Sending | State::Unknown | State::Held) => {
                waits.push(name.clone());
            }
        }
    }
    if waits.is_empty() { Ok(out) } else { Err(Due::After(waits)) }
}

/// Those of `steps`, which are left to go, that will not: what they come after was refused,
/// given up or taken down, or does not go itself. What has begun asks no more.
pub fn in_vain<'p>(plan: &Plan, steps: &[&'p Step], standing: &Standing) -> Vec<&'p Step> {
    let is_left = |step: &Step| steps.iter().any(|left| left.key == step.key);
    let is_dead = |step: &&Step| !is_left(step) && standing.awaited(step).is_some_and(Delivery::is_dead);
    let mut dead: BTreeSet<&str> = plan.steps.iter().filter(is_dead).map(|step| step.rung.as_str()).collect();
    let asks = |step: &&&Step| !standing.deliveries.get(&step.key).is_some_and(Delivery::is_begun);
    let mut open: Vec<&'p Step> = steps.iter().filter(asks).copied().collect();
    let mut found = Vec::new();
    // Rungs need not be in the order of their `after`: until nothing more follows.
    loop {
        let is_over = |step: &&Step| step.after.iter().any(|name| dead.contains(name.as_str()));
        let (over, rest): (Vec<&Step>, Vec<&Step>) = open.into_iter().partition(is_over);
        if over.is_empty() {
            return found;
        }
        dead.extend(over.iter().map(|step| step.rung.as_str()));
        found.extend(over);
        open = rest;
    }
}

/// What became of the rung `name` of `plan` that nothing comes after any more, in words.
pub fn ended(plan: &Plan, name: &str, standing: &Standing) -> &'static str {
    let before = plan.step(name).and_then(|step| standing.awaited(step));
    match before.map(|delivery| delivery.state) {
        Some(State::Unpublished) => "was taken down",
        _ => "did not go out",
    }
}

fn sent_at(delivery: &Delivery) -> Option<Timestamp> {
    delivery.sent_at.or(Some(delivery.planned_at))
}

/// `base`, the delay, then the wall time.
fn gate_time(step: &Step, base: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let ready = later(base, step.gate.delay.unwrap_or(SignedDuration::ZERO));
    match &step.gate.at {
        Some(written) => Ok(At::parse(written)?.after(ready, zone)),
        None => Ok(ready),
    }
}

/// The moment that a fixed `at` names. Its window counts from there, whatever
/// else the step had to wait for: noon is over at midnight.
fn appointed(step: &Step, zone: &TimeZone) -> Option<Timestamp> {
    match At::parse(step.gate.at.as_deref()?) {
        Ok(At::Fixed(when)) => Some(when.resolve(zone)),
        _ => None,
    }
}

/// The end of time where there is no such moment.
fn later(time: Timestamp, wait: SignedDuration) -> Timestamp {
    time.checked_add(wait.max(SignedDuration::ZERO)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
