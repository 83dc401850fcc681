//! `ladder channels`: what is configured, and whether its secrets are there.

use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use crate::channel::ADAPTERS;
use crate::diagnostic::has_errors;
use crate::exit::Exit;
use crate::ladder::{ChannelTable, Node, NodeKind};
use crate::text::visible;
use serde_json::{Value, json};
use std::path::Path;

/// Arguments of `ladder channels`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// List the adapters of this build with their settings instead
    #[arg(long)]
    pub adapters: bool,
}

/// Lists the channels. Looks at the environment, opens no socket and runs no program.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    if arguments.adapters {
        return Ok(adapters(desk));
    }
    desk.field("channels", json!([]));
    let house = House::project_only(desk)?;
    let problems = house.loaded.problems.clone();
    let mut rows = Vec::new();
    let mut text = String::new();
    for table in &house.loaded.project.channels {
        let name = &table.name.value;
        let configured = house.channels.configured.get(name);
        let account = configured.map(|configured| configured.channel.account());
        let secrets = secrets(table, &house.loaded.folder.path);
        let missing: Vec<&str> =
            secrets.iter().filter(|secret| !secret.there).map(|secret| secret.reference.as_str()).collect();
        let outbox = configured.is_some_and(|configured| configured.without_credentials);
        let cannot = configured.and_then(|configured| configured.channel.cannot_send());
        let ready = configured.is_some() && missing.is_empty() && cannot.is_none();
        let state = match (configured.is_some(), missing.is_empty(), outbox) {
            (false, ..) => "broken: `ladder check` says why".to_owned(),
            (true, true, _) => cannot.map_or("ready".to_owned(), |why| format!("cannot send: {why}")),
            (true, false, true) => format!("to the outbox: {} not set", missing.join(", ")),
            (true, false, false) => format!("cannot send: {} not set", missing.join(", ")),
        };
        let account_text = account.as_deref().unwrap_or("-");
        text.push_str(&format!("{name:<14} {:<12} {account_text:<28} {state}\n", table.adapter.value));
        let secrets: Vec<Value> = secrets
            .iter()
            .map(|secret| json!({ "key": secret.key, "reference": secret.reference, "there": secret.there }))
            .collect();
        rows.push(json!({ "name": name, "adapter": table.adapter.value, "account": account,
            "language": table.language, "ready": ready,
            "without_credentials": outbox.then_some("outbox"), "secrets": secrets }));
    }
    desk.field("channels", rows);
    desk.show(&visible(&text));
    desk.problems(&house.loaded.sources, &problems);
    Ok(if has_errors(&problems) { Exit::Check } else { Exit::Done })
}

fn adapters(desk: &mut Desk) -> Exit {
    let mut rows = Vec::new();
    let mut text = String::new();
    for adapter in ADAPTERS {
        let fields: Vec<Value> =
            adapter.fields.iter().map(|field| json!({ "name": field.name, "about": field.about })).collect();
        rows.push(json!({ "name": adapter.name, "about": adapter.about, "kind": adapter.kind.name(),
            "fields": fields, "sample": adapter.sample }));
        text.push_str(&format!("{:<12} {}\n", adapter.name, adapter.about));
        for field in adapter.fields {
            text.push_str(&format!("    {:<18} {}\n", field.name, field.about));
        }
    }
    desk.field("adapters", rows);
    desk.show(&text);
    Exit::Done
}

/// A secret as its table refers to it.
struct Secret {
    key: String,
    reference: String,
    there: bool,
}

/// Every value that is a reference, whichever key the adapter has it under.
fn secrets(table: &ChannelTable, project: &Path) -> Vec<Secret> {
    let entries = table.rest.entries.iter();
    let secrets = entries.filter_map(|(key, node)| {
        let (reference, there) = look(node, project)?;
        Some(Secret { key: key.value.clone(), reference, there })
    });
    secrets.collect()
}

/// What a reference names, and whether that is there. A command is not run:
/// it counts as there.
fn look(node: &Node, project: &Path) -> Option<(String, bool)> {
    let NodeKind::Table(reference) = &node.kind else { return None };
    let [(key, value)] = reference.entries.as_slice() else { return None };
    match (key.value.as_str(), &value.kind) {
        ("env", NodeKind::String(name)) => {
            let set = std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
            Some((format!("`{name}`"), set))
        }
        ("file", NodeKind::String(path)) => {
            Some((format!("the file `{path}`"), project.join(path).is_file()))
        }
        ("command", _) => Some(("a command".to_owned(), true)),
        _ => None,
    }
}
