//! `ladder run`: sends all that is due. What cron and CI call.

use super::asking::told;
use super::astray::{astray, follow_renamed};
use super::changed_since;
use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::sending::{Bounds, Manner, before_send, beside_before_send, deliveries};
use super::sending::{is_as_before, keep_media_again, send};
use crate::diagnostic::has_errors;
use crate::exit::Exit;
use crate::plan::{Delivery, Standing};
use crate::publish::{Scope, exit_of};
use crate::store::View;
use crate::text::visible;
use serde_json::json;

/// Arguments of `ladder run`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub bounds: Bounds,
    /// Run this in the shell once the intents are durable, before anything leaves; it must succeed
    #[arg(long, value_name = "COMMAND")]
    pub before_send: Option<String>,
}

/// Sends what is due of every queued plan, without asking: it was planned.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    desk.field("left_alone", json!([]));
    desk.field("deadline_passed", false);
    desk.field("to_do", json!([]));
    desk.field("changed_since", json!([]));
    let began = desk.real_clock()?;
    let house = House::project_only(desk)?;
    let before_send = before_send(arguments.before_send.as_deref(), &house)?;
    let mut store = house.store()?;
    let lock = store.lock_for_sending()?;
    // Where nothing is due hardly anything of it is read, and damage would be passed over.
    store.hangs_together()?;
    // The queue holds plans as they were made: ladders and messages do not matter here.
    let problems = house.loaded.problems.clone();
    desk.problems(&house.loaded.sources, &problems);
    if has_errors(&problems) {
        return Err(Failure::new(Exit::Check, "check", "nothing was sent: the project has errors"));
    }
    store.heed_withdrawals()?;
    let mut standing = store.view(&View::for_run(Vec::new()), false)?.standing;
    let mut plans = store.queued(&standing, &mut |whole| keep_media_again(&house, &store, whole))?;
    follow_renamed(&house, &mut plans);
    let doubts = in_doubt(&standing, desk);
    if plans.is_empty() {
        desk.console.talk("nothing is planned");
        return Ok(doubts);
    }
    // One channel is gone; what goes elsewhere goes all the same.
    let astray = astray(&house, &plans, &standing);
    let manner = Manner {
        scope: Scope::TakenUp,
        early: false,
        only: Vec::new(),
        bounds: arguments.bounds.clone(),
        astray,
        before_send: before_send.clone(),
    };
    let (mut now_standing, left_alone) = send(desk, &house, &mut store, &plans, &mut standing, manner)?;
    drop(lock);
    // cron mails what is printed: what is left for a person was told by the run that left it.
    let went_well = exit_of(&deliveries(&now_standing, &plans)) == Exit::Done
        && doubts == Exit::Done
        && left_alone.is_empty();
    if desk.console.is_quiet() && went_well && is_as_before(&mut standing, &mut now_standing) {
        desk.has_no_news();
    }
    let told = told(&plans, &standing, &now_standing, &left_alone, desk, &house);
    // Whoever reads each time learns it in time; cron's mail tells of what went.
    let quiet = desk.console.is_quiet();
    let went = |delivery: &Delivery| delivery.sent_at.is_some_and(|at| at >= began);
    let is_asked = |delivery: &Delivery| went(delivery) || !quiet && delivery.is_open();
    let changed = changed_since::look(desk, store.id(), &plans, &now_standing, is_asked);
    desk.show(&changed_since::text(&changed, &house.loaded.zone, desk.console.sheet_out()));
    desk.field("changed_since", changed_since::json(&changed, &house.loaded.zone));
    match beside_before_send(told, before_send.as_deref()) {
        Ok(exit) => Ok(doubts.or(exit)),
        Err(failure) => Err(Failure { exit: doubts.or(failure.exit), ..failure }),
    }
}

/// Tells of what was to be taken down, or to get other words, and nobody knows
/// whether it has. A run asks for nothing of that: somebody has to.
fn in_doubt(standing: &Standing, desk: &mut Desk) -> Exit {
    let mut exit = Exit::Done;
    for delivery in standing.deliveries.values().filter(|delivery| delivery.is_in_doubt_afterwards()) {
        let verb = if delivery.may_be_down() { "unpublish" } else { "edit" };
        let text = format!(
            "`{}` of `{}`: nobody knows what readers see of it: `ladder {verb} {}` asks again",
            delivery.rung, delivery.message, delivery.message
        );
        desk.console.warn(&visible(&text));
        exit = Exit::Unknown;
    }
    exit
}
