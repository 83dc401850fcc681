//! Why there is nothing to send, rung by rung.

use super::publish::local;
use crate::plan::{Delivery, Plan, Standing, State, Step};
use crate::schedule::{Due, due, ended, in_vain};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether a run would do nothing, so that nobody has to be asked, and why:
/// nothing is left, or all of it was taken up before, and waits for its time
/// or for another.
pub fn idle(
    left: &[&Step],
    plan: &Plan,
    standing: &Standing,
    now: Timestamp,
    zone: &TimeZone,
    early: bool,
    only: &[String],
) -> Option<String> {
    let mut waits = Vec::new();
    let vain = in_vain(plan, left, standing);
    for step in left.iter().filter(|step| vain.iter().all(|never| never.key != step.key)) {
        let delivery = standing.deliveries.get(&step.key)?;
        let why = match due(plan, step, standing, now, zone, early) {
            _ if delivery.plan != plan.digest => return None,
            Due::At(time) => format!("`{}` is due {}", step.rung, local(time, zone)),
            Due::Paced(time, why) => format!("`{}` is due {}: {why}", step.rung, local(time, zone)),
            Due::After(rungs) => format!("`{}` waits for `{}`", step.rung, rungs.join("` and `")),
            _ => return None,
        };
        waits.push(why);
    }
    let waits = waits.join(", ");
    if only.is_empty() && is_taken_down(plan, standing, &vain) {
        return Some(format!(
            "it was taken down: `ladder publish {} --again REASON` publishes it anew",
            plan.message
        ));
    }
    let never = vain.iter().map(|step| one_in_vain(plan, step, standing));
    let said: Vec<String> =
        std::iter::once(waits).chain(all_ended(plan, standing, only)).chain(never).collect();
    let said: Vec<&str> = said.iter().map(String::as_str).filter(|said| !said.is_empty()).collect();
    if said.is_empty() {
        return Some("all of it was sent, or left for a person, before".to_owned());
    }
    Some(said.join("; "))
}

/// Whether all of it is down, or was never out and goes no more.
fn is_taken_down(plan: &Plan, standing: &Standing, vain: &[&Step]) -> bool {
    let state = |step: &Step| standing.deliveries.get(&step.key).map(|delivery| delivery.state);
    let is_over = |step: &Step| match state(step) {
        Some(state) => matches!(state, State::Unpublished | State::Cancelled | State::Skipped),
        None => vain.iter().any(|never| never.key == step.key),
    };
    plan.steps.iter().all(is_over) && plan.steps.iter().any(|step| state(step) == Some(State::Unpublished))
}

/// That it goes no more, and why.
fn one_in_vain(plan: &Plan, step: &Step, standing: &Standing) -> String {
    let is_dead = |name: &&String| {
        let before = plan.step(name).and_then(|before| standing.awaited(before));
        before.is_some_and(Delivery::is_dead)
    };
    match step.after.iter().find(is_dead) {
        Some(name) => format!("`{}` does not go, for `{name}` {}", step.rung, ended(plan, name, standing)),
        None => format!("`{}` does not go, for `{}` does not", step.rung, step.after.join("` or `")),
    }
}

/// What was neither sent nor is still to go, and what can be done about each.
fn all_ended(plan: &Plan, standing: &Standing, only: &[String]) -> Vec<String> {
    let chosen = plan.steps.iter().filter(|step| only.is_empty() || only.contains(&step.rung));
    chosen.filter_map(|step| one_ended(plan, step, standing)).collect()
}

fn one_ended(plan: &Plan, step: &Step, standing: &Standing) -> Option<String> {
    let delivery = standing.deliveries.get(&step.key)?;
    let rung = &step.rung;
    let key = delivery.key.short();
    let anew = format!("`ladder publish {} --only {rung} --again REASON`", plan.message);
    Some(match delivery.state {
        State::Refused if delivery.is_broken_off() => {
            format!(
                "`{rung}` was refused half way: post the rest by hand, then `ladder resolve {key} --sent URL`"
            )
        }
        State::Refused => format!("`{rung}` was refused: mend the cause, then {anew}"),
        State::Skipped => {
            let before = step.after.join("` or `");
            let how = match step.after.as_slice() {
                [one] => ended(plan, one, standing),
                _ => "did not go out",
            };
            format!("`{rung}` was skipped, for `{before}` {how}: it follows once that is sent")
        }
        State::Cancelled => format!("`{rung}` was cancelled: {anew} sends it after all"),
        State::Unpublished => format!("`{rung}` was taken down: {anew} posts it anew"),
        State::Held => {
            format!("`{rung}` is held: {}", delivery.error.as_deref().unwrap_or("see `ladder status`"))
        }
        // One among many people is a delivery of its own.
        _ if delivery.count_recipients(State::Refused) > 0 => {
            let refused = delivery.count_recipients(State::Refused);
            format!("`{rung}` was refused for {refused} of {} people", delivery.recipients.len())
        }
        _ => return None,
    })
}
