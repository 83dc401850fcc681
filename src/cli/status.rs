//! `ladder status`: where every delivery stands.

use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use crate::exit::Exit;
use crate::plan::Delivery;
use crate::plan::StepKey;
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
    let order = order(&store, &found)?;
    let place = |delivery: &Delivery| order.get(&delivery.key).copied().unwrap_or(usize::MAX);
    found.sort_by(|a, b| (a.planned_at, &a.message, place(a)).cmp(&(b.planned_at, &b.message, place(b))));
    desk.field("deliveries", status::json(&found));
    if found.is_empty() {
        desk.console.talk("nothing has been published or planned yet");
        return Ok(Exit::Done);
    }
    let colour = desk.console.colour_out();
    desk.show(&status::text(&found, &house.loaded.zone, colour));
    Ok(Exit::Done)
}

/// The place of each delivery among the rungs of its ladder, as it was planned.
fn order(store: &Store, deliveries: &[&Delivery]) -> Result<BTreeMap<StepKey, usize>, Failure> {
    let plans: BTreeSet<&str> = deliveries.iter().map(|delivery| delivery.plan.as_str()).collect();
    let mut order = BTreeMap::new();
    for digest in plans {
        let steps = store.plan(digest)?.into_iter().flat_map(|plan| plan.steps);
        order.extend(steps.enumerate().map(|(place, step)| (step.key, place)));
    }
    Ok(order)
}
