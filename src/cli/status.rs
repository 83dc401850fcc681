//! `ladder status`: where every delivery stands.

use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::sending::dues;
use crate::exit::Exit;
use crate::plan::{Delivery, Plan, StepKey};
use crate::report::status;
use crate::store::Store;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Arguments of `ladder status`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A message's id or path; all messages if none is given
    pub message: Option<String>,
}

/// Shows deliveries, oldest message first. Reading is done whatever it finds.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    let mut house = House::project_only(desk)?;
    let store = house.store()?;
    let standing = House::standing(&store)?;
    let mut found: Vec<&Delivery> = standing.deliveries.values().collect();
    if let Some(wanted) = &arguments.message {
        let ids: Vec<String> = found.iter().map(|delivery| delivery.message.clone()).collect();
        let id = if ids.contains(wanted) { wanted.clone() } else { house.loaded.message(wanted)?.id };
        found.retain(|delivery| delivery.message == id);
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
    Ok(Exit::Done)
}

/// The plans that these deliveries came with: they know the order of the rungs,
/// and when what is left is due.
pub fn plans(store: &Store, deliveries: &[&Delivery]) -> Result<Vec<Plan>, Failure> {
    let digests: BTreeSet<&str> = deliveries.iter().map(|delivery| delivery.plan.as_str()).collect();
    let mut plans = Vec::new();
    for digest in digests {
        plans.extend(store.plan(digest)?);
    }
    Ok(plans)
}
