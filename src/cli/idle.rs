//! Why there is nothing to send, rung by rung.

use super::publish::local;
use crate::plan::{Delivery, Plan, Standing, State, Step};
use crate::schedule::{Due, due};
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
    for step in left {
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
    let said: Vec<String> = std::iter::once(waits).chain(ended(plan, standing, only)).collect();
    let said: Vec<&str> = said.iter().map(String::as_str).filter(|said| !said.is_empty()).collect();
    if said.is_empty() {
        return Some("all of it was sent, or left for a person, before".to_owned());
    }
    Some(said.join("; "))
}

/// What was neither sent nor is still to go, and what can be done about each.
fn ended(plan: &Plan, standing: &Standing, only: &[String]) -> Vec<String> {
    let chosen = plan.steps.iter().filter(|step| only.is_empty() || only.contains(&step.rung));
    chosen.filter_map(|step| one_ended(plan, step, standing.deliveries.get(&step.key)?)).collect()
}

fn one_ended(plan: &Plan, step: &Step, delivery: &Delivery) -> Option<String> {
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
            format!("`{rung}` was skipped, for `{before}` did not go out: it follows once that is sent")
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
