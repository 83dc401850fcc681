//! What sending costs, where a network charges for it: told before anything is
//! sent, and never part of a plan.

use super::channels;
use super::house::House;
use crate::channel::MicroDollars;
use crate::plan::{Payload, Plan, Standing, State, Step};
use crate::report::queue::Prices;
use serde_json::{Value, json};

/// What those steps of a plan cost that are still to be sent (of `only`, if it
/// names rungs). Nothing for those
/// that go to the outbox as things stand: secrets are looked for and not read.
pub fn prices(house: &House, plan: &Plan, standing: &Standing, only: &[String]) -> Prices {
    let chosen = |step: &&Step| only.is_empty() || only.contains(&step.rung);
    let steps = plan.steps.iter().filter(chosen).filter(|step| !goes_to_outbox(house, &step.channel));
    let priced = steps.filter_map(|step| {
        let channel = &house.channels.configured.get(&step.channel)?.channel;
        let price = channel.price(&left_of(step, standing)?)?;
        Some((step.rung.clone(), price))
    });
    priced.collect()
}

/// Whether what goes to that channel is written to the outbox as things stand:
/// secrets are looked for and not read.
fn goes_to_outbox(house: &House, channel: &str) -> bool {
    let table = house.loaded.project.channels.iter().find(|table| table.name.value == channel);
    table.is_some_and(|table| {
        table.without_credentials && channels::lacks_secrets(table, &house.loaded.folder.path)
    })
}

/// The channels of those steps that are still to be sent, and go to the outbox.
pub fn to_outbox(house: &House, plan: &Plan, standing: &Standing, only: &[String]) -> Vec<String> {
    let mut names = channels_left(plan, standing, only);
    names.retain(|name| goes_to_outbox(house, name));
    names
}

/// The channels of those steps that are still to be sent (of `only`, if it names rungs),
/// each once.
pub fn channels_left(plan: &Plan, standing: &Standing, only: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let chosen = |step: &&Step| only.is_empty() || only.contains(&step.rung);
    for step in plan.steps.iter().filter(chosen).filter(|step| left_of(step, standing).is_some()) {
        if !names.contains(&step.channel) {
            names.push(step.channel.clone());
        }
    }
    names
}

/// What of a step is still to be sent; nothing, if that is nothing or nobody knows.
fn left_of(step: &Step, standing: &Standing) -> Option<Payload> {
    let Some(delivery) = standing.deliveries.get(&step.key) else { return Some(step.payload.clone()) };
    if !delivery.is_open() {
        return None;
    }
    let is_out = |number: usize| {
        let part = u32::try_from(number).ok().and_then(|number| delivery.part(number));
        part.is_some_and(|part| part.state == State::Sent)
    };
    let parts = step.payload.parts.iter().enumerate().filter(|(number, _)| !is_out(*number));
    Some(Payload { parts: parts.map(|(_, part)| part.clone()).collect() })
}

/// The steps for `--format json`, each that costs something with its `price`.
pub fn steps(plan: &Plan, prices: &Prices) -> Value {
    let with_price = |step: &Step| {
        let mut value = json!(step);
        if let Some(price) = prices.get(&step.rung) {
            value["price"] = amount(*price);
        }
        value
    };
    plan.steps.iter().map(with_price).collect()
}

/// The sum for `--format json`; nothing where nobody charges.
pub fn total(prices: &Prices) -> Option<Value> {
    (!prices.is_empty()).then(|| amount(prices.values().copied().sum()))
}

/// A decimal number in a text: a sum of money is no binary fraction.
fn amount(price: MicroDollars) -> Value {
    json!({ "amount": price.amount(), "currency": "USD" })
}
