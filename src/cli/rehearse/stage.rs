//! Who plays: for each channel of a plan the user's own, as far as it only
//! thinks, and in place of what it touches a network of this process.
//!
//! What a table names as a secret is not looked up: the networks here take
//! throwaway ones, which are made for them.

use super::played::{Laid, Laying, Played};
use crate::channel::{ADAPTERS, Channel, Configured, Goes, adapter_named, configure, outbox};
use crate::cli::failure::Failure;
use crate::clock::Clock;
use crate::exit::Exit;
use crate::ladder::shape::Kind as FieldKind;
use crate::ladder::tree::{Node, NodeKind};
use crate::ladder::{ChannelTable, Project, parse_project};
use crate::plan::Plan;
use crate::rehearsal::{self, Fault, Kind, MailServer, Network, Running, Settings, Upon, Written};
use crate::render::Variant;
use crate::source::Sources;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Duration;

/// Where throwaway secrets lie, below the throwaway folder.
const SECRETS: &str = "secrets";

/// How old the post is that each account has from before.
const PAST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Who answers.
enum Face {
    Network(Running),
    Mail(MailServer),
}

/// A server, and the channels that speak to it.
pub struct Server {
    face: Face,
    /// The channels' names.
    pub channels: Vec<String>,
    /// How many requests of the plan make something that readers see.
    pub requests: usize,
    /// Which network, in small letters; `email`.
    pub adapter: String,
    account: String,
    /// What stands for the address of this machine in what is shown.
    shown_as: String,
}

impl Server {
    /// Whether it is a network and not a mail server.
    pub fn is_network(&self) -> bool {
        matches!(self.face, Face::Network(_))
    }

    /// Orders a fault; a mail server counts mails.
    pub fn order(&self, upon: Upon, after: usize, fault: Fault) {
        match &self.face {
            Face::Network(network) => network.order_upon(upon, fault),
            Face::Mail(server) => server.order(after, fault),
        }
    }

    /// What has gone wrong so far.
    pub fn struck(&self) -> Vec<(Timestamp, Fault)> {
        match &self.face {
            Face::Network(network) => network.struck(),
            Face::Mail(server) => server.struck(),
        }
    }

    /// The posts that readers see, those from before left out; none of a mail server.
    pub fn timeline(&self, since: Timestamp) -> Vec<rehearsal::LivePost> {
        match &self.face {
            Face::Network(network) => {
                network.timeline().into_iter().filter(|post| post.at >= since).collect()
            }
            Face::Mail(_) => Vec::new(),
        }
    }

    /// The mails in people's mailboxes; none of a network.
    pub fn letters(&self) -> Vec<rehearsal::Letter> {
        match &self.face {
            Face::Network(_) => Vec::new(),
            Face::Mail(server) => server.letters(),
        }
    }

    /// From now on a page of the house stands at that address of the web.
    pub fn shows(&self, url: &str) {
        if let Face::Network(network) = &self.face {
            network.shows(url);
        }
    }

    fn address(&self) -> &str {
        match &self.face {
            Face::Network(network) => network.base_url(),
            Face::Mail(server) => server.address(),
        }
    }
}

/// All that plays.
pub struct Stage {
    /// Who answers.
    pub servers: Vec<Server>,
    /// Each channel of the plan, with the number of the server that plays its
    /// network; none where it writes into a folder.
    cast: Vec<(String, Option<usize>)>,
    folder: PathBuf,
    clock: Clock,
    laid: Laying,
}

impl Stage {
    /// Sets the stage for `plan` in `folder`, which is thrown away afterwards.
    pub async fn set(
        project: &Project,
        sources: &Sources,
        plan: &Plan,
        folder: &Path,
        clock: &Clock,
    ) -> Result<Stage, Failure> {
        let mut stage = Stage {
            servers: Vec::new(),
            cast: Vec::new(),
            folder: folder.to_owned(),
            clock: clock.clone(),
            laid: Laying::default(),
        };
        std::fs::create_dir_all(folder.join(SECRETS)).map_err(|error| unmade(&error))?;
        for table in &project.channels {
            let name = table.name.value.as_str();
            if plan.steps.iter().all(|step| step.channel != name) {
                continue;
            }
            let Some(configured) = configure(sources, project, table).value else { continue };
            let server = stage.server_for(project, table, &configured, plan).await?;
            stage.cast.push((name.to_owned(), server));
        }
        Ok(stage)
    }

    /// The channels as one run has them. Each has its own, as each process has:
    /// what one was told of a token, the next one asks anew.
    pub fn channels(
        &self,
        project: &Project,
        sources: &Sources,
    ) -> Result<BTreeMap<String, Configured>, Failure> {
        let mut channels = BTreeMap::new();
        for (name, server) in &self.cast {
            let Some(table) = project.channel(name) else { continue };
            let Some(mut configured) = configure(sources, project, table).value else { continue };
            let Some(own) = configure(sources, project, table).value else { continue };
            let played = match server.and_then(|number| self.servers.get(number)) {
                Some(server) => {
                    let written = stand_in(table, server.address(), &self.folder)?;
                    let channel = read_stand_in(&written, name)?;
                    Played { own: own.channel, stand_in: channel, laying: None }
                }
                None => self.folder(name, own.channel, configured.channel),
            };
            configured.channel = Box::new(played);
            channels.insert(name.clone(), configured);
        }
        Ok(channels)
    }

    /// The outbox that takes what a channel without credentials cannot send.
    pub fn outbox(&self, project: &Project) -> Configured {
        let mut outbox = outbox::stand_in(project);
        let again = outbox::stand_in(project).channel;
        let own = std::mem::replace(&mut outbox.channel, again);
        let stand_in = outbox::stand_in(project).channel;
        outbox.channel = Box::new(self.folder("outbox", own, stand_in));
        outbox
    }

    /// One that writes into folders, which lie below the throwaway one.
    fn folder(&self, name: &str, own: Box<dyn Channel>, stand_in: Box<dyn Channel>) -> Played {
        Played { own, stand_in, laying: Some((name.to_owned(), self.laid.clone(), self.clock.clone())) }
    }

    /// `text` about that channel without ports, addresses and folders of this
    /// machine: the same each time.
    pub fn clean(&self, text: &str, channel: &str) -> String {
        let mut text = text.replace(&self.folder.display().to_string(), "the rehearsal's folder");
        let own = |server: &&Server| server.channels.iter().any(|name| name == channel);
        // Its own last: by then only its bare host can be meant.
        for server in self.servers.iter().filter(|server| !own(server)).chain(self.servers.iter().filter(own))
        {
            let (address, shown) = (server.address(), server.shown_as.as_str());
            let bare = shown.split_once("://").map_or(shown, |(_, bare)| bare);
            text = text.replace(address, shown);
            if let Some((_, here)) = address.split_once("://") {
                text = text.replace(here, bare);
            }
            if own(&server) && !bare.starts_with("127.0.0.1") {
                text = text.replace("127.0.0.1", bare);
            }
        }
        text
    }

    /// What was laid into folders, in order.
    pub fn laid(&self) -> Vec<Laid> {
        self.laid.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of the server that plays this channel's part: one for each
    /// account. None for what goes into a folder.
    async fn server_for(
        &mut self,
        project: &Project,
        table: &ChannelTable,
        configured: &Configured,
        plan: &Plan,
    ) -> Result<Option<usize>, Failure> {
        let name = &table.name.value;
        let clock = self.clock.clone();
        let adapter = table.adapter.value.clone();
        let account = configured.channel.account();
        let steps = plan.steps.iter().filter(|step| step.channel == *name);
        let requests = steps.map(|step| step.payload.parts.len().max(step.recipients.len())).sum::<usize>();
        if let Some(number) =
            self.servers.iter().position(|server| server.adapter == adapter && server.account == account)
        {
            let server = &mut self.servers[number];
            server.channels.push(name.clone());
            server.requests += requests;
            return Ok(Some(number));
        }
        let (face, shown_as) = if let Some(kind) = Kind::named(&adapter) {
            let written = written(table);
            // An instance takes what the plan was made for.
            let noted = project.noted(name).and_then(|noted| usize::try_from(noted.max_characters?).ok());
            let pages = plan.steps.iter().filter_map(|step| match &step.variant {
                Variant::Article(article) => Some(article.html.clone()),
                _ => None,
            });
            let pages = pages.collect();
            let settings = Settings::cast(kind, &throwaway(&adapter), &written);
            let settings = Settings { clock, longest: noted, pages, ..settings };
            let network = Network::start(kind, settings).await.map_err(|error| unmade(&error))?;
            // An account has a past, and its list shows it: how far a list reaches
            // back is told by what is older than the try.
            network.posted_by_hand("An older post of this account", PAST);
            let home = written.text("base_url").unwrap_or(kind.row().home);
            (Face::Network(network), home.trim_end_matches('/').to_owned())
        } else if !Goes::of(&adapter).is_asked() || table.rest.get("maildir").is_some() {
            return Ok(None);
        } else if adapter == "email" {
            let server = MailServer::start(clock).await.map_err(|error| unmade(&error))?;
            (Face::Mail(server), "smtp://mail.example".to_owned())
        } else {
            let says = format!("`{adapter}` of `[channels.{name}]` has no network to rehearse with yet");
            return Err(Failure::usage("not-rehearsed", says)
                .hint("take the rung out, or another ladder: nothing goes to a real network here"));
        };
        let channels = vec![name.clone()];
        self.servers.push(Server { face, channels, requests, adapter, account, shown_as });
        Ok(Some(self.servers.len() - 1))
    }
}

fn unmade(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, "system", format!("the rehearsal could not be set up: {error}"))
}

/// Where a channel's table says whom to ask: the rehearsal says it instead.
const PLACES: &[&str] = &["base_url", "media_base_url", "smtp"];

/// What the table says of its account, with throwaway secrets.
fn written(table: &ChannelTable) -> Written {
    let mut written = Written {
        account: table.account.as_ref().map(|account| account.value.trim().to_owned()),
        ..Written::default()
    };
    for (key, node) in &table.rest.entries {
        let name = key.value.clone();
        match &node.kind {
            NodeKind::String(text) => drop(written.texts.insert(name, text.clone())),
            NodeKind::Table(_) if is_secret(table, &key.value) => {
                let seed = throwaway(&table.adapter.value);
                let secret = match Kind::named(&table.adapter.value) {
                    // As the account has it: Ghost's key has a form.
                    Some(kind) if kind.row().token == name => Settings::of(kind, &seed).token,
                    _ => format!("{seed}-{name}"),
                };
                written.secrets.insert(name, secret);
            }
            _ => {}
        }
    }
    if let Some(kind) = Kind::named(&table.adapter.value) {
        (kind.row().lend)(&mut written);
    }
    written
}

/// Made of the adapter's name, and good nowhere but here: two channels of one account
/// have the same.
fn throwaway(adapter: &str) -> String {
    format!("rehearsal-{adapter}")
}

/// Whether the adapter takes a secret by that key.
fn is_secret(table: &ChannelTable, key: &str) -> bool {
    let adapter = adapter_named(&table.adapter.value);
    let mut fields = adapter.into_iter().flat_map(|adapter| adapter.fields);
    fields.any(|field| field.name == key && matches!(field.kind, FieldKind::Secret))
}

/// A table for the same account at the server of that address.
fn stand_in(table: &ChannelTable, address: &str, folder: &Path) -> Result<String, Failure> {
    let name = &table.name.value;
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut out = format!("[channels.{}]\nadapter = {}\n", quoted(name), quoted(&table.adapter.value));
    let written = written(table);
    if let Some(account) = &written.account {
        let _ = writeln!(out, "account = {}", quoted(account));
    }
    let place = if table.adapter.value == "email" { "smtp" } else { "base_url" };
    let _ = writeln!(out, "{place} = {}", quoted(address));
    // Where images are fetched: the network that rehearses has them as well.
    if table.rest.get("media_base_url").is_some() {
        let _ = writeln!(out, "media_base_url = {}", quoted(&format!("{address}/media")));
    }
    let secrets = written.secrets;
    for (key, node) in table.rest.entries.iter().filter(|(key, _)| !PLACES.contains(&key.value.as_str())) {
        let key = key.value.as_str();
        if let Some(secret) = secrets.get(key) {
            let file = format!("{SECRETS}/{name}-{key}");
            std::fs::write(folder.join(&file), secret).map_err(|error| unmade(&error))?;
            let _ = writeln!(out, "{key} = {{ file = {} }}", quoted(&file));
        } else if let Some(value) = value(node) {
            let _ = writeln!(out, "{key} = {value}");
        }
    }
    Ok(out)
}

/// A plain value, or a list or table of such, as TOML. What else there may be (a
/// moment) no adapter takes.
fn value(node: &Node) -> Option<toml::Value> {
    Some(match &node.kind {
        NodeKind::String(text) => toml::Value::String(text.clone()),
        NodeKind::Boolean(value) => toml::Value::Boolean(*value),
        NodeKind::Integer(number) => toml::Value::Integer(*number),
        NodeKind::Float(number) => toml::Value::Float(*number),
        NodeKind::Array(items) => toml::Value::Array(items.iter().filter_map(value).collect()),
        NodeKind::Table(table) => {
            let entries = table.entries.iter();
            let entries = entries.filter_map(|(key, node)| Some((key.value.clone(), value(node)?)));
            toml::Value::Table(entries.collect())
        }
        _ => return None,
    })
}

fn read_stand_in(written: &str, name: &str) -> Result<Box<dyn Channel>, Failure> {
    let mut sources = Sources::new();
    let source = sources.add("rehearsal.toml", written);
    let adapters: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
    let project = parse_project(&sources, source, &adapters).value;
    let table = project.as_ref().and_then(|project| project.channel(name).map(|table| (project, table)));
    let configured = table.and_then(|(project, table)| configure(&sources, project, table).value);
    configured.map(|configured| configured.channel).ok_or_else(|| {
        let says = format!("`[channels.{name}]` cannot be rehearsed: its table makes no channel");
        Failure::new(Exit::Failed, "not-rehearsed", says).hint("`ladder check` shows what is wrong with it")
    })
}
