//! What channels lack of what they need to send: said of each by `ladder channels`, and
//! of those that a plan goes to where it is only looked at.

use super::channels::secrets;
use super::desk::Desk;
use super::failure::{Failure, listed_below};
use super::house::House;
use super::price::channels_left;
use crate::channel::{Adapter, Ready, adapter_named};
use crate::ladder::ChannelTable;
use crate::ladder::shape::Kind;
use crate::plan::{Plan, Standing};
use crate::publish::of_channel;
use crate::text::visible;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What these channels lack of what they need to send, a sentence each. Opens no socket.
/// `run`: programs that tell secrets may be run; where there are some and they may not,
/// they count as if they told them.
pub fn lacks<'h>(
    house: &'h House,
    tables: impl Iterator<Item = &'h ChannelTable>,
    run: bool,
) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let runtime = super::sending::runtime()?;
    let project = &house.loaded.folder.path;
    let configured = tables.filter_map(|table| {
        let configured = house.channels.configured.get(&table.name.value)?;
        adapter_named(configured.adapter).is_some_and(takes_secrets).then_some((table, configured))
    });
    let looked = configured.map(|(table, configured)| async move {
        let secrets = secrets(table, project);
        let why = if !run && secrets.iter().any(|secret| secret.by == "command") {
            let unset = secrets.iter().filter(|secret| !secret.there);
            unset.map(|secret| format!("`{}`: {} not set", secret.key, secret.in_words())).collect()
        } else {
            match configured.channel.ready(project).await {
                Ready::NoCredentials(why) => why,
                Ready::Yes | Ready::No(_) => Vec::new(),
            }
        };
        (!why.is_empty()).then(|| (table.name.value.clone(), why))
    });
    let found = runtime.block_on(futures_util::future::join_all(looked));
    runtime.shutdown_background();
    Ok(found.into_iter().flatten().collect())
}

/// Whether the adapter's tables name secrets.
pub fn takes_secrets(adapter: &Adapter) -> bool {
    adapter.fields.iter().any(|field| matches!(field.kind, Kind::Secret))
}

/// Tells which channels of what a plan has still to send (of `only`, if it names rungs)
/// could not send from here, for want of secrets. That is no failure: a plan may be made
/// where there are none. What goes to the outbox instead is told with the plan.
pub fn tell(house: &House, plan: &Plan, standing: &Standing, only: &[String], desk: &mut Desk) {
    let names = channels_left(plan, standing, only);
    let needs = |table: &&ChannelTable| names.contains(&table.name.value) && !table.without_credentials;
    let tables = house.loaded.project.channels.iter().filter(needs);
    // A system that gives no threads says so when something is to be sent.
    let found = lacks(house, tables, false).unwrap_or_default();
    let row = |(name, why): (&String, &Vec<String>)| json!({ "channel": name, "why": why });
    desk.field("not_ready", found.iter().map(row).collect::<Value>());
    let sentences = found.iter().flat_map(|(name, why)| why.iter().map(|why| of_channel(name, why)));
    let sentences: Vec<String> = sentences.collect();
    if !sentences.is_empty() {
        desk.console.warn(&visible(&listed_below(
            "warning: from this machine it could not be sent as things stand",
            &sentences,
        )));
    }
}
