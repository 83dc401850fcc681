//! What rests in a run in which a channel cannot be used. Pure.
//!
//! A message of which nothing is out yet begins on all channels or on none. One
//! that has begun goes on wherever it can: nothing is won by stopping the rest.

use super::{Left, Scope};
use crate::plan::{Delivery, Plan, Standing, State, Step, StepKey};
use crate::schedule::{Due, due, in_vain};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// When it is, for whoever asks what is due.
#[derive(Clone, Debug)]
pub struct Moment<'a> {
    /// The time.
    pub now: Timestamp,
    /// The brand's zone.
    pub zone: &'a TimeZone,
    /// Passes `publish_at`.
    pub early: bool,
}

/// What is left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// The steps.
    pub steps: BTreeSet<StepKey>,
    /// The digests of plans that do not begin at all.
    pub whole: BTreeSet<String>,
}

/// The steps of `left` (see [`super::outstanding`]) that a run is about: for
/// `publish` all, so that a token that is no good is known today and not at nine
/// tomorrow; for `run` those that may have something to do in it, because some
/// networks charge for asking.
pub fn wanted(
    left: &[Left<'_>],
    standing: &Standing,
    moment: &Moment<'_>,
    scope: Scope,
) -> BTreeSet<StepKey> {
    let mut keys = BTreeSet::new();
    let due = |plan: &Plan, step: &Step| due(plan, step, standing, moment.now, moment.zone, moment.early);
    let doubtful = |step: &Step| {
        standing.deliveries.get(&step.key).is_some_and(|delivery| delivery.state == State::Unknown)
    };
    // What comes after a rung may wait in an older plan than that.
    let begins =
        |left: &&Left<'_>| left.steps.iter().any(|step| doubtful(step) || due(left.plan, step) == Due::Now);
    let begins: BTreeSet<&str> = left.iter().filter(begins).map(|left| left.plan.message.as_str()).collect();
    for left in left {
        let begins = begins.contains(left.plan.message.as_str());
        // What never goes needs no channel.
        let vain = in_vain(left.plan, &left.steps, standing);
        let goes = |step: &Step| vain.iter().all(|never| never.key != step.key);
        let due = |step: &Step| due(left.plan, step);
        // What waits for another rung may follow it in this very run.
        let follows = |step: &Step| begins && matches!(due(step), Due::After(_));
        let takes_part = |step: &&&Step| match scope {
            Scope::Plan => goes(step) || doubtful(step),
            Scope::TakenUp => doubtful(step) || due(step) == Due::Now || follows(step),
        };
        keys.extend(left.steps.iter().filter(takes_part).map(|step| step.key.clone()));
    }
    keys
}

/// What of `left` rests if those steps' channels are broken: the steps; and all
/// of a plan that would begin and has one of them.
pub fn resting(
    left: &[Left<'_>],
    standing: &Standing,
    wanted: &BTreeSet<StepKey>,
    is_broken: impl Fn(&Step) -> bool,
) -> Rest {
    let mut rest = Rest::default();
    for left in left {
        let broken: Vec<&Step> = left.steps.iter().copied().filter(|step| is_broken(step)).collect();
        let begins = left.steps.iter().any(|step| wanted.contains(&step.key));
        let reached = |step: &Step| standing.generations(&step.identity).into_iter().any(Delivery::reached);
        let begun = || left.plan.steps.iter().any(reached);
        if !broken.is_empty() && begins && !begun() {
            rest.whole.insert(left.plan.digest.clone());
            rest.steps.extend(left.steps.iter().map(|step| step.key.clone()));
        } else {
            rest.steps.extend(broken.iter().map(|step| step.key.clone()));
        }
    }
    rest
}
