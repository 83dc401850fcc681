//! What was skipped because something else did not go out, and is taken up
//! again once that begins anew or turns out to be out. Pure.

use crate::plan::{Delivery, Event, EventKind, Plan, Standing, State, Step, StepKey};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The steps of `plan` that were skipped, and that nothing stands in the way of
/// any more: all that they come after is out, or may still go out. `begun` are
/// the steps that are about to be taken up, and are not in `standing` yet.
///
/// What comes after such a step is one itself, to the end of the chain.
pub(super) fn revivable<'p>(plan: &'p Plan, standing: &Standing, begun: &BTreeSet<StepKey>) -> Vec<&'p Step> {
    let is_skipped = |step: &&Step| {
        let newest = standing.generations(&step.identity).first().copied();
        newest.is_some_and(|newest| newest.key == step.key && newest.state == State::Skipped)
    };
    let mut skipped: Vec<&Step> = plan.steps.iter().filter(is_skipped).collect();
    if skipped.is_empty() {
        return skipped;
    }
    let is_dead =
        |step: &&Step| !begun.contains(&step.key) && standing.awaited(step).is_some_and(Delivery::is_dead);
    let mut dead: BTreeSet<&str> = plan.steps.iter().filter(is_dead).map(|step| step.rung.as_str()).collect();
    let mut revived: Vec<&Step> = Vec::new();
    // Rungs need not be in the order of their `after`: until nothing more follows.
    loop {
        let stays = |step: &Step| step.after.iter().any(|name| dead.contains(name.as_str()));
        let (left, goes): (Vec<&Step>, Vec<&Step>) = skipped.into_iter().partition(|step| stays(step));
        if goes.is_empty() {
            return revived;
        }
        dead.retain(|name| !goes.iter().any(|step| step.rung == *name));
        revived.extend(goes);
        skipped = left;
    }
}

/// Whether `step` was skipped and goes after all when `plan` is published.
pub fn goes_after_all(plan: &Plan, step: &Step, standing: &Standing) -> bool {
    let was_skipped = |delivery: &Delivery| delivery.state == State::Skipped;
    standing.deliveries.get(&step.key).is_some_and(was_skipped)
        && revivable(plan, standing, &BTreeSet::new()).iter().any(|revived| revived.key == step.key)
}

/// What of `plans` has to be written so that all that was skipped in vain is
/// planned again, in the words that it was skipped with. A person's word on one
/// delivery may set others free.
pub fn revivals(plans: &[Plan], standing: &Standing, now: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    for plan in plans {
        let of_this_plan =
            |step: &&Step| standing.deliveries.get(&step.key).is_some_and(|known| known.plan == plan.digest);
        let revived = revivable(plan, standing, &BTreeSet::new());
        events.extend(
            revived
                .into_iter()
                .filter(of_this_plan)
                .filter_map(|step| planned_as_before(step, standing, now)),
        );
    }
    events
}

/// The same delivery planned once more, as it was planned first.
pub(super) fn planned_as_before(step: &Step, standing: &Standing, now: Timestamp) -> Option<Event> {
    let known = standing.deliveries.get(&step.key)?;
    let kind = EventKind::Planned {
        message: known.message.clone(),
        title: known.title.clone(),
        rung: known.rung.clone(),
        channel: known.channel.clone(),
        adapter: known.adapter.clone(),
        account: known.account.clone(),
        campaign: known.campaign.clone(),
        ladder: known.ladder.clone(),
        kind: known.kind.unwrap_or(step.kind),
        generation: known.generation,
        plan: known.plan.clone(),
        payload_digest: known.payload_digest.clone(),
        parts: known.part_count,
        recipients: known.recipients.iter().map(|person| person.recipient.clone()).collect(),
        reason: known.reason.clone(),
    };
    Some(Event { at: now, key: step.key.clone(), recipient: None, kind })
}
