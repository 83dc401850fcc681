//! `ladder run`: sends all that is due. What cron and CI call.

use super::asking::told;
use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::sending::{Bounds, Manner, deliveries, match_channels, send};
use crate::diagnostic::has_errors;
use crate::exit::Exit;
use crate::plan::State;
use crate::publish::Scope;
use crate::store::View;
use crate::text::visible;
use serde_json::json;

/// Arguments of `ladder run`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub bounds: Bounds,
}

/// Sends what is due of every queued plan, without asking: it was planned.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    desk.field("left_alone", json!([]));
    desk.field("deadline_passed", false);
    desk.real_clock()?;
    let house = House::project_only(desk)?;
    let mut store = house.store()?;
    let lock = store.lock_for_sending()?;
    // The queue holds plans as they were made: ladders and messages do not matter here.
    let problems = house.loaded.problems.clone();
    desk.problems(&house.loaded.sources, &problems);
    if has_errors(&problems) {
        return Err(Failure::new(Exit::Check, "check", "nothing was sent: the project has errors"));
    }
    let (mut plans, mut exit) = (Vec::new(), Exit::Done);
    let standing = store.view(&View::for_run(Vec::new()), false)?.standing;
    for plan in store.queued(&standing)? {
        match match_channels(&house, &plan, &standing, Scope::TakenUp) {
            Ok(()) => plans.push(plan),
            // One plan's channel is gone; the others go all the same.
            Err(failure) => {
                let why = format!("`{}` stays planned: {}", plan.message, failure.message);
                desk.console.warn(&visible(&why));
                desk.console
                    .warn(&visible(&format!("hint: `ladder publish {}` plans it anew", plan.message)));
                // Its doubts are as open as before.
                let doubtful = deliveries(&standing, std::slice::from_ref(&plan))
                    .iter()
                    .any(|delivery| delivery.state == State::Unknown);
                exit = exit.or(if doubtful { Exit::Unknown } else { Exit::Held });
            }
        }
    }
    if plans.is_empty() {
        desk.console.talk("nothing is planned");
        return Ok(exit);
    }
    let manner =
        Manner { scope: Scope::TakenUp, early: false, only: Vec::new(), bounds: arguments.bounds.clone() };
    let (now_standing, left_alone) = send(desk, &house, &mut store, &plans, &standing, manner)?;
    drop(lock);
    match told(&plans, &standing, &now_standing, &left_alone, desk, &house) {
        Ok(of_plans) => Ok(exit.or(of_plans)),
        Err(failure) => Err(Failure { exit: exit.or(failure.exit), ..failure }),
    }
}
