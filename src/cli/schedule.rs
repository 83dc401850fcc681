//! `ladder schedule`: puts a message into the queue, for its time.

use super::cards;
use super::changed_since::{planned_anew, tell_planned_anew};
use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::price;
use super::publish::said_why;
use super::sending::{deliveries, dues, keep_media};
use super::showing::Showing;
use crate::exit::Exit;
use crate::plan::Wish;
use crate::publish::take_up;
use crate::report::status;
use crate::store::View;
use serde_json::json;

/// Arguments of `ladder schedule`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The message's path or id
    pub message: String,
    /// Schedule on this ladder instead of the message's own
    #[arg(long, value_name = "NAME")]
    pub ladder: Option<String>,
    /// Send once more what has gone out already, and why
    #[arg(long, value_name = "REASON")]
    pub again: Option<String>,
}

/// Queues the plan with its pictures; `ladder run` sends it when it is due.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    let now = desk.real_clock()?;
    said_why(arguments.again.as_deref())?;
    let (mut house, message) = House::with_message(desk, &arguments.message)?;
    cards::read_for(&mut house, &message, arguments.ladder.as_deref(), desk);
    let mut store = house.store()?;
    let lock = store.lock_for_sending()?;
    let view = View::for_queueing(message.id.clone());
    store.heed_withdrawals()?;
    let standing = store.view(&view, false)?.standing;
    let mut composed = house.compose(desk, &message, arguments.ladder.as_deref(), now)?;
    composed.owners = House::owners(&store, &standing, &message.id)?;
    let wish = Wish { only: Vec::new(), again: arguments.again.clone() };
    let plan = house.plan(desk, &composed, &standing, store.id(), &wish)?;
    keep_media(&house, &store, &plan)?;
    let anew = planned_anew(&plan, &standing, &[]);
    store.commit(&take_up(std::slice::from_ref(&plan), &standing, &[], now))?;
    let standing = store.view(&view, false)?.standing;
    // A queue that is filled by thousands of calls is read by each of them.
    let _ = store.fold_up();
    drop(lock);
    let plans = std::slice::from_ref(&plan);
    desk.field("plan", plan.digest.clone());
    let dues = dues(&house, plans, &standing, now);
    desk.field("deliveries", status::json(&deliveries(&standing, plans), &dues));
    let showing = Showing::of(&house, &plan, &standing, &[], now, false);
    if let Some(total) = price::total(&showing.prices) {
        desk.field("price", total);
    }
    showing.fields(desk);
    desk.show(&showing.text(desk.console.sheet_out()));
    tell_planned_anew(&anew, &plan, &standing, desk);
    desk.console.talk("queued: `ladder run` sends what is due (call it from cron or CI)");
    Ok(Exit::Done)
}
