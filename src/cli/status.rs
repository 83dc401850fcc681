//! `ladder status`: where every delivery stands.

use super::astray;
use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::sending::dues;
use crate::exit::Exit;
use crate::plan::{Delivery, Plan, StepKey};
use crate::report::status;
use crate::store::{Store, View, Viewed};
use crate::text::visible;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Arguments of `ladder status`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A message's id or path; all messages if none is given
    pub message: Option<String>,
    /// Show all there ever was, not only what is open and what was settled last
    #[arg(long)]
    pub all: bool,
}

/// So many deliveries that need nothing more are shown unasked.
const NEWEST: usize = 50;

/// Shows deliveries, oldest message first. Reading is done whatever it finds.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    desk.field("left_alone", json!([]));
    let mut house = House::project_only(desk)?;
    let store = house.store()?;
    let mut view = View { all: arguments.all, recent: true, ..View::default() };
    match &arguments.message {
        Some(wanted) => view.messages.push(wanted.clone()),
        None => view.newest = NEWEST,
    }
    let mut viewed = House::standing_as_it_is(&store, &view, desk)?;
    if let Some(wanted) = &arguments.message {
        let mut of_message = viewed.standing.deliveries.values();
        if !of_message.any(|delivery| delivery.message == *wanted) {
            view.messages = vec![house.loaded.message(wanted)?.id];
            viewed = store.view_as_it_is(&view, store.is_sending())?;
        }
    }
    let Viewed { standing, mut others, .. } = viewed;
    let mut found: Vec<&Delivery> = standing.deliveries.values().collect();
    match view.messages.first() {
        Some(message) => found.retain(|delivery| delivery.message == *message),
        None if !arguments.all => others += newest_settled(&mut found),
        None => {}
    }
    let plans = plans(&store, &found)?;
    let steps = plans.iter().flat_map(|plan| plan.steps.iter().enumerate());
    let order: BTreeMap<&StepKey, usize> = steps.map(|(place, step)| (&step.key, place)).collect();
    let place = |delivery: &Delivery| order.get(&delivery.key).copied().unwrap_or(usize::MAX);
    let zone = &house.loaded.zone;
    let dues = dues(&house, &plans, &standing, desk.now(zone)?);
    found.sort_by(|a, b| (a.planned_at, &a.message, place(a)).cmp(&(b.planned_at, &b.message, place(b))));
    desk.field("deliveries", status::json(&found, &dues));
    if found.is_empty() {
        desk.console.talk("nothing has been published or planned yet");
        return Ok(Exit::Done);
    }
    let colour = desk.console.colour_out();
    desk.show(&status::text(&found, &dues, zone, colour));
    if arguments.message.is_none() {
        desk.field("not_shown", others);
        if others > 0 {
            let need = if others == 1 { "delivery needs" } else { "deliveries need" };
            let where_to_look = "`ladder status --all` and `ladder log` show them too";
            desk.console.talk(&format!("{others} older {need} nothing more: {where_to_look}"));
        }
    }
    let (without, machine) = astray::told(&house, &found);
    desk.field("left_alone", machine);
    if !without.is_empty() {
        desk.show(&visible(&format!("Without a channel\n{without}")));
    }
    Ok(Exit::Done)
}

/// Leaves those of the settled ones out that were settled longest ago; how many.
/// A message's deliveries stay together.
fn newest_settled(found: &mut Vec<&Delivery>) -> usize {
    let before = found.len();
    let mut settled: Vec<&Delivery> =
        found.iter().copied().filter(|delivery| delivery.is_settled()).collect();
    settled.sort_by_key(|delivery| std::cmp::Reverse(delivery.sent_at.unwrap_or(delivery.planned_at)));
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    for (shown, delivery) in settled.into_iter().enumerate() {
        if shown >= NEWEST && !kept.contains(delivery.message.as_str()) {
            break;
        }
        kept.insert(&delivery.message);
    }
    found.retain(|delivery| !delivery.is_settled() || kept.contains(delivery.message.as_str()));
    before - found.len()
}

/// The outlines of the plans that these deliveries came with: they know the order of
/// the rungs, and when what is left is due.
pub fn plans(store: &Store, deliveries: &[&Delivery]) -> Result<Vec<Plan>, Failure> {
    let digests: BTreeSet<&str> = deliveries.iter().map(|delivery| delivery.plan.as_str()).collect();
    let mut plans = Vec::new();
    for digest in digests {
        plans.extend(store.plan(digest)?.map(Plan::into_outline));
    }
    Ok(plans)
}
