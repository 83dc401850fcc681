//! Taking plans up: from then on they are the journal's business.

use super::Scope;
use super::revival::{planned_as_before, revivable};
use crate::plan::fold::BEGAN_ANEW;
use crate::plan::{Delivery, Event, EventKind, Plan, Standing, State, Step, StepKey};
use crate::store::Batch;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What has to be written so that `plans` (of them `only`, if it names rungs)
/// are taken up: empty if they are already. A plan with other words takes the
/// place of one of which nothing was attempted yet; a new generation ends what
/// is left of older ones. What an older plan of the same message still had for
/// the same account, under a rung that the new one does not have, is cancelled:
/// a renamed rung would else go out under both names. So is what the same rung
/// still had for an account that its channel no longer is.
///
/// What was skipped because of what begins anew now is planned again: with the
/// plan's words if the plan is about it too, else (`only`) with its own.
pub fn take_up(plans: &[Plan], standing: &Standing, only: &[String], now: Timestamp) -> Batch {
    let mut batch = Batch::default();
    for plan in plans {
        let before = batch.events.len();
        let mut begun = BTreeSet::new();
        for step in &plan.steps {
            if !Scope::Plan.covers(plan, step, standing, only) {
                continue;
            }
            end_older_generations(step, standing, now, &mut batch.events);
            end_what_was_dropped(plan, step, standing, now, &mut batch.events);
            if is_news(plan, step, standing.deliveries.get(&step.key)) {
                batch.events.push(planned(plan, step, now));
                begun.insert(step.key.clone());
            }
        }
        plan_again(plan, standing, only, &mut begun, now, &mut batch.events);
        if batch.events.len() > before {
            batch.plans.push(plan.clone());
        }
    }
    batch
}

/// Plans again what was skipped in vain. What `only` does not name is left as it
/// is unless it follows something that is `begun` now.
fn plan_again(
    plan: &Plan,
    standing: &Standing,
    only: &[String],
    begun: &mut BTreeSet<StepKey>,
    now: Timestamp,
    events: &mut Vec<Event>,
) {
    for step in revivable(plan, standing, begun) {
        let covered = Scope::Plan.covers(plan, step, standing, only);
        let follows = || {
            let before = step.after.iter().filter_map(|name| plan.step(name));
            before.into_iter().any(|before| begun.contains(&before.key))
        };
        if !covered && !follows() {
            continue;
        }
        let untouched = standing.deliveries.get(&step.key).is_some_and(|known| !known.is_touched());
        if covered && untouched {
            events.push(planned(plan, step, now));
        } else {
            events.extend(planned_as_before(step, standing, now));
        }
        begun.insert(step.key.clone());
    }
}

/// Whether the journal does not know yet what the plan says of this step.
fn is_news(plan: &Plan, step: &Step, delivery: Option<&Delivery>) -> bool {
    let Some(delivery) = delivery else { return true };
    if delivery.is_withdrawn()
        || matches!(delivery.state, State::Cancelled | State::Skipped | State::Unpublished)
    {
        return false;
    }
    if !delivery.is_touched() {
        let settled = !matches!(delivery.state, State::Planned | State::Held);
        return !settled && (delivery.plan != plan.digest || other_people(step, delivery));
    }
    // Begun with these very words: people may still join the list, or leave it.
    goes_to_people_in_these_words(step, delivery) && other_people(step, delivery)
}

/// Whether the list has people by now who are to get it too ([`Step::joining`]).
pub(super) fn somebody_joins(step: &Step, delivery: &Delivery) -> bool {
    step.joining(delivery).next().is_some()
}

fn goes_to_people_in_these_words(step: &Step, delivery: &Delivery) -> bool {
    delivery.payload_digest == step.payload_digest && delivery.is_for_each_person()
}

fn other_people(step: &Step, delivery: &Delivery) -> bool {
    let wanted: BTreeSet<&str> = step.recipients.iter().map(String::as_str).collect();
    let joined = wanted.iter().any(|address| delivery.recipient(address).is_none());
    let left = |address: &str| !wanted.contains(address);
    joined || delivery.recipients.iter().any(|p| p.part.attempts == 0 && left(&p.recipient))
}

fn end_older_generations(step: &Step, standing: &Standing, now: Timestamp, events: &mut Vec<Event>) {
    // What was laid out for a person is taken in: the new words lie there now.
    let ends = |delivery: &&Delivery| {
        delivery.generation < step.identity.generation
            && (delivery.is_open() || delivery.waits_for_a_person())
    };
    for older in standing.generations(&step.identity).into_iter().filter(ends) {
        let kind = EventKind::Cancelled { by: BEGAN_ANEW.to_owned() };
        events.push(Event { at: now, key: older.key.clone(), recipient: None, kind });
    }
}

fn end_what_was_dropped(
    plan: &Plan,
    step: &Step,
    standing: &Standing,
    now: Timestamp,
    events: &mut Vec<Event>,
) {
    let known = |delivery: &Delivery| {
        let same =
            |other: &Step| other.identity.account == delivery.account && other.identity.rung == delivery.rung;
        plan.steps.iter().any(same)
    };
    for delivery in standing.deliveries.values() {
        let moved = delivery.ladder == plan.ladder && delivery.rung == step.identity.rung;
        let concerned =
            delivery.message == plan.message && (moved || delivery.account == step.identity.account);
        if concerned && delivery.is_open() && !delivery.reached() && !known(delivery) {
            let by = if moved {
                "a newer plan, in which this rung goes to another account"
            } else {
                "a newer plan, which does not have this rung"
            };
            let cancelled = EventKind::Cancelled { by: by.to_owned() };
            let event = Event { at: now, key: delivery.key.clone(), recipient: None, kind: cancelled };
            // Two steps may go to the same account.
            if !events.contains(&event) {
                events.push(event);
            }
        }
    }
}

fn planned(plan: &Plan, step: &Step, now: Timestamp) -> Event {
    Event {
        at: now,
        key: step.key.clone(),
        recipient: None,
        kind: EventKind::Planned {
            message: plan.message.clone(),
            title: plan.title.clone(),
            // The name that the key is made of: people's own keys follow from it.
            rung: step.identity.rung.clone(),
            channel: step.channel.clone(),
            adapter: step.adapter.clone(),
            account: step.identity.account.clone(),
            campaign: plan.campaign.clone(),
            ladder: plan.ladder.clone(),
            kind: step.kind,
            generation: step.identity.generation,
            plan: plan.digest.clone(),
            payload_digest: step.payload_digest.clone(),
            parts: u32::try_from(step.payload.parts.len()).unwrap_or(u32::MAX).max(1),
            recipients: step.recipients.clone(),
            reason: step.reason.clone(),
        },
    }
}
