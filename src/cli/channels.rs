//! `ladder channels`: what is configured, whether its secrets are there, and
//! with `--check` whether the networks take them.

use super::desk::Desk;
use super::failure::Failure;
use super::house::{House, plural};
use super::lacking::lacks;
use super::noting::{self, Noting};
use crate::channel::{Goes, Ready, SendError, Whose, adapter_named, every_adapter};
use crate::diagnostic::has_errors;
use crate::exit::Exit;
use crate::ladder::shape::Field;
use crate::ladder::shape::fields::CHANNEL_OWN;
use crate::ladder::{ChannelTable, Node, NodeKind};
use crate::report::columns::table_on;
use crate::text::visible;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Arguments of `ladder channels`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// List the adapters of this build with their settings instead
    #[arg(long)]
    pub adapters: bool,
    /// Ask the networks whether the credentials are good, and whose they are
    #[arg(long, conflicts_with = "adapters")]
    pub check: bool,
}

/// Lists the channels. Looks at the environment; opens no socket and runs no
/// program, except with `--check`.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    if arguments.adapters {
        return Ok(adapters(desk));
    }
    desk.field("channels", json!([]));
    let house = House::project_only(desk)?;
    let problems = house.loaded.problems.clone();
    let said = if arguments.check { ask_networks(&house)? } else { BTreeMap::new() };
    let noting = if arguments.check { noting::note(&house)? } else { Noting::default() };
    let lacks = lacks(&house, house.loaded.project.channels.iter(), arguments.check)?;
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    // Channels that have not what they need, and no outbox to go to.
    let mut lacking = Vec::new();
    for table in &house.loaded.project.channels {
        let name = &table.name.value;
        let configured = house.channels.configured.get(name);
        let account = configured.map(|configured| configured.channel.account());
        let secrets = secrets(table, &house.loaded.folder.path);
        let unset: Vec<String> =
            secrets.iter().filter(|secret| !secret.there).map(Secret::in_words).collect();
        let missing = match (unset.is_empty(), lacks.get(name)) {
            (false, _) => Some(format!("{} not set", unset.join(", "))),
            // The table does not even say where it is, or what is there is none.
            (true, why) => why.map(|why| why.join("; ")),
        };
        let outbox = configured.is_some_and(|configured| configured.without_credentials);
        let word = said.get(name);
        let refused = word.is_some_and(|word| word.verdict == Verdict::Refused);
        let ready = configured.is_some() && missing.is_none() && !refused;
        let state = match (configured.is_some(), missing, outbox) {
            (false, ..) => "broken: `ladder check` says why".to_owned(),
            (true, None, _) => "ready".to_owned(),
            (true, Some(why), true) => format!("to the outbox: {why}"),
            (true, Some(why), false) => {
                lacking.push(name.clone());
                format!("cannot send: {why}")
            }
        };
        let state = match word {
            Some(word) if ready || refused => word.says.clone(),
            _ => state,
        };
        let account_text = account.clone().unwrap_or_else(|| "-".to_owned());
        lines.push(vec![name.clone(), table.adapter.value.clone(), account_text, state]);
        let secrets: Vec<Value> = secrets
            .iter()
            .map(|secret| {
                json!({ "key": secret.key, "by": secret.by, "reference": secret.reference, "there": secret.there })
            })
            .collect();
        rows.push(json!({ "name": name, "adapter": table.adapter.value, "account": account,
            "language": table.language, "ready": ready,
            "checked": word.map(|word| json!({ "good": word.verdict.good(), "says": word.says })),
            "without_credentials": outbox.then_some("outbox"), "secrets": secrets }));
        if let (Some(limits), Some(row)) = (noting.rows.get(name), rows.last_mut()) {
            row["limits"] = limits.clone();
        }
    }
    let heading = ["CHANNEL", "ADAPTER", "ACCOUNT", "STATE"];
    let mut text = match lines.is_empty() {
        true => String::new(),
        false => table_on(desk.console.sheet_out(), &heading, &lines).join("\n") + "\n",
    };
    for line in &noting.lines {
        text.push_str(&format!("{line}\n"));
    }
    desk.field("channels", rows);
    desk.show(&visible(&text));
    desk.problems(&house.loaded.sources, &problems);
    if has_errors(&problems) {
        return Ok(Exit::Check);
    }
    lacking.retain(|_| arguments.check);
    not_good(&said, &lacking, house.loaded.project.channels.len()).map_or(Ok(Exit::Done), Err)
}

/// What failed, in few words: how many of `all` channels are not known to be good, and
/// which. Why stands in the line of each.
fn not_good(said: &BTreeMap<String, Word>, lacking: &[String], all: usize) -> Option<Failure> {
    let with = |verdict| said.iter().filter(move |(_, word)| word.verdict == verdict).map(|(name, _)| name);
    let cannot: Vec<&String> = lacking.iter().chain(with(Verdict::Refused)).collect();
    let open: Vec<&String> = with(Verdict::NotKnown).collect();
    let listed = |names: &[&String]| {
        names.iter().map(|name| format!("`[channels.{name}]`")).collect::<Vec<_>>().join(", ")
    };
    let of_all = plural(all, "channel");
    let cannot_send = format!("{} of {of_all} cannot send: {}", cannot.len(), listed(&cannot));
    let silent = |of: String| format!("{}{of} gave no answer: {}", open.len(), listed(&open));
    let (code, message, hint) = match (cannot.is_empty(), open.is_empty()) {
        (true, true) => return None,
        (true, false) => (
            "not-known",
            silent(format!(" of {of_all}")),
            "nobody said no: see the line of each, and look again later",
        ),
        (false, true) => ("not-accepted", cannot_send, MEND),
        (false, false) => ("not-accepted", format!("{cannot_send}; {}", silent(String::new())), MEND),
    };
    Some(Failure::new(Exit::Failed, code, message).hint(format!("{hint} with `ladder channels --check`")))
}

/// What to do about channels that cannot send.
const MEND: &str = "mend the credentials or the account as the line of each says, and look again";

/// A network that takes longer to say who we are is not waited for.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// What a network said of a channel's credentials.
struct Word {
    verdict: Verdict,
    says: String,
}

/// Whether credentials are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// They are, and are the account's.
    Good,
    /// The network has nothing against them, and does not say whose they are.
    NotVerified,
    /// They are not.
    Refused,
    /// Nobody could say: no answer, none of the network's, or no time for us.
    NotKnown,
}

impl Verdict {
    /// For programs: yes, no, or nobody said so.
    fn good(self) -> Option<bool> {
        match self {
            Verdict::Good => Some(true),
            Verdict::NotVerified => None,
            Verdict::Refused | Verdict::NotKnown => Some(false),
        }
    }
}

/// Asks the networks of all channels that have their secrets, all at once.
fn ask_networks(house: &House) -> Result<BTreeMap<String, Word>, Failure> {
    let runtime = super::sending::runtime()?;
    let project = &house.loaded.folder.path;
    let asked = house.channels.configured.iter().map(|(name, configured)| async move {
        let word = |verdict, says: String| Some((name.clone(), Word { verdict, says }));
        match configured.channel.ready(project).await {
            Ready::Yes => {}
            // What is missing is told without asking anybody.
            Ready::NoCredentials(_) => return None,
            Ready::No(why) => return word(Verdict::Refused, format!("cannot send: {}", why.join("; "))),
        }
        // Whoever has an account on a server asks there; the others have nobody to ask.
        let asks = Goes::of(configured.adapter) == Goes::Server
            && adapter_named(configured.adapter)
                .is_some_and(|adapter| adapter.fields.iter().any(|field| field.name == "base_url"));
        match tokio::time::timeout(ANSWER_LIMIT, configured.channel.verify(project)).await {
            Ok(Ok(Whose::Verified)) if asks => word(Verdict::Good, "ready, says the network".to_owned()),
            Ok(Ok(Whose::Verified)) => word(Verdict::Good, "ready".to_owned()),
            Ok(Ok(Whose::Unsaid(why))) => word(Verdict::NotVerified, format!("ready, not verified: {why}")),
            // Nobody said anything of them.
            Ok(Ok(Whose::Foreign(why))) => word(Verdict::NotKnown, format!("not known: {why}")),
            Ok(Err(SendError::Refused { says } | SendError::Mendable { says })) => {
                word(Verdict::Refused, format!("cannot send: {says}"))
            }
            Ok(Err(other)) => word(Verdict::NotKnown, format!("not known: {other}")),
            Err(_) => word(Verdict::NotKnown, "not known: no answer in time".to_owned()),
        }
    });
    let said = runtime.block_on(futures_util::future::join_all(asked));
    runtime.shutdown_background();
    Ok(said.into_iter().flatten().collect())
}

fn adapters(desk: &mut Desk) -> Exit {
    let mut rows = Vec::new();
    let mut text = String::new();
    let all = every_adapter().into_iter().flat_map(|adapter| adapter.fields).chain(CHANNEL_OWN);
    let width = all.map(|field| field.name.len()).max().unwrap_or_default();
    for adapter in every_adapter() {
        rows.push(json!({ "name": adapter.name, "about": adapter.about, "kind": adapter.kind.name(),
            "fields": fields(adapter.fields), "sample": adapter.sample,
            "abilities": adapter.abilities.json() }));
        text.push_str(&format!("{:<12} {}\n", adapter.name, adapter.about));
        text.push_str(&keys(adapter.fields, width));
        text.push_str(&format!(
            "  takes down: {}\n  edits in place: {}\n",
            adapter.abilities.delete, adapter.abilities.edit
        ));
    }
    text.push_str(&format!(
        "all channels (and how messages are adapted there: `text`, `shorter`, `subject`, …)\n{}",
        keys(CHANNEL_OWN, width)
    ));
    desk.field("adapters", rows);
    desk.field("fields", fields(CHANNEL_OWN));
    desk.show(&text);
    Exit::Done
}

/// Keys with what they mean, one a line, for people.
fn keys(fields: &[Field], width: usize) -> String {
    fields.iter().map(|field| format!("    {:<width$} {}\n", field.name, field.about)).collect()
}

/// The same for programs.
fn fields(fields: &[Field]) -> Vec<Value> {
    fields.iter().map(|field| json!({ "name": field.name, "about": field.about })).collect()
}

/// Whether any secret of the table is plainly not there. Nothing is read, and no
/// program is run: what only a program can tell counts as there.
pub fn lacks_secrets(table: &ChannelTable, project: &Path) -> bool {
    let secrets = secrets(table, project);
    secrets.is_empty() || secrets.iter().any(|secret| !secret.there)
}

/// A secret as its table refers to it.
pub struct Secret {
    /// The key in the table.
    pub key: String,
    /// `env`, `file` or `command`.
    pub by: &'static str,
    /// The variable's name or the file's path; of a command nothing, for its
    /// arguments may say more than others should know, nor of what is no variable's name.
    reference: Option<String>,
    /// Whether it is plainly there; a command counts as there.
    pub there: bool,
}

impl Secret {
    /// For people.
    pub fn in_words(&self) -> String {
        match (self.by, &self.reference) {
            ("file", Some(path)) => format!("the file `{path}`"),
            (_, Some(name)) => format!("`{name}`"),
            ("env", None) => "a variable".to_owned(),
            (_, None) => "a command".to_owned(),
        }
    }
}

/// Every value that is a reference, whichever key the adapter has it under.
pub fn secrets(table: &ChannelTable, project: &Path) -> Vec<Secret> {
    let entries = table.rest.entries.iter();
    entries.filter_map(|(key, node)| look(&key.value, node, project)).collect()
}

/// What a reference names, and whether that is there. A command is not run:
/// it counts as there.
fn look(key: &str, node: &Node, project: &Path) -> Option<Secret> {
    let NodeKind::Table(reference) = &node.kind else { return None };
    let [(way, value)] = reference.entries.as_slice() else { return None };
    let secret = |by, reference, there| Some(Secret { key: key.to_owned(), by, reference, there });
    match (way.value.as_str(), &value.kind) {
        ("env", NodeKind::String(name)) => {
            let set = std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
            // What is no variable's name may be the secret itself.
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            secret("env", Some(name.clone()).filter(|_| is_name), set)
        }
        ("file", NodeKind::String(path)) => secret("file", Some(path.clone()), project.join(path).is_file()),
        ("command", _) => secret("command", None, true),
        _ => None,
    }
}
