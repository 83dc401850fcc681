//! One conversation with one relay, from the greeting to the end. Short: a line that
//! is left open may break at the very moment that a note goes into it.
//!
//! A relay is a stranger. It is waited for so long and listened to so much, whatever
//! it says in between.

use super::answer::{Said, meaning};
use super::event;
use super::post::Account;
use crate::channel::{SendError, http};
use futures_util::{SinkExt as _, StreamExt as _};
use nostr::prelude::{Coordinate, Event, EventId};
use serde_json::{Value, json};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// Until everything is said.
const LIMIT: Duration = Duration::from_secs(30);
/// More than a relay says about one note, in bytes: notes of others may come between.
const MOST_HEARD: usize = 1024 * 1024;
/// The same in messages.
const MOST_MESSAGES: usize = 200;
/// One note with all its tags is not longer (most relays take 64 KB, unverified).
const LONGEST_MESSAGE: usize = 512 * 1024;
/// How much of a relay's words is repeated, in characters.
const LONGEST_WORDS: usize = 200;
/// A question's name: one line has one.
const NAME: &str = "l";
/// Who asks (NIP-42).
const AUTHENTICATION: u16 = 22242;

/// What is asked for: nothing else can have that id, and one thing at a time that
/// address.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    Id(EventId),
    Address(Coordinate),
}

impl Filter {
    /// As a relay reads it (NIP-01).
    fn written(&self) -> Value {
        match self {
            Filter::Id(id) => json!({ "ids": [id.to_hex()] }),
            Filter::Address(address) => json!({
                "authors": [address.public_key.to_hex()],
                "kinds": [address.kind.as_u16()],
                "#d": [address.identifier],
            }),
        }
    }

    /// Whether it is that: a relay may show what it likes.
    fn fits(&self, shown: &Event) -> bool {
        match self {
            Filter::Id(id) => shown.id == *id,
            Filter::Address(address) => {
                let is_named = shown.tags.identifier().is_some_and(|name| name == address.identifier);
                shown.kind == address.kind && shown.pubkey == address.public_key && is_named
            }
        }
    }
}

/// A conversation.
pub(super) struct Line<'a> {
    socket: WebSocketStream<reqwest::Upgraded>,
    account: &'a Account,
    /// The relay's own address, which proofs are made for.
    address: String,
    /// Its name for people.
    pub name: String,
    /// What is to be signed by who wants to be known.
    challenge: Option<String>,
    /// What it said to nobody in particular.
    notice: Option<String>,
    heard: usize,
    messages: usize,
    until: Instant,
}

/// A relay's name for people: its host, and its port and path where they tell.
pub(super) fn name(address: &str) -> String {
    let bare = address.split_once("://").map_or(address, |(_, bare)| bare);
    bare.trim_end_matches('/').to_owned()
}

impl<'a> Line<'a> {
    /// Calls the relay; the error says why nobody answered. It was told nothing.
    pub async fn open(account: &'a Account, server: &str) -> Result<Line<'a>, String> {
        let until = Instant::now() + LIMIT;
        let name = name(server);
        let calling = http::socket(server);
        let upgraded = timeout_at(until, calling).await;
        let upgraded = upgraded
            .map_err(|_| format!("no connection to {name} in time"))?
            .map_err(|says| account.clean(&says))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(LONGEST_MESSAGE))
            .max_frame_size(Some(LONGEST_MESSAGE));
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        let address = match server.strip_prefix("http") {
            Some(rest) => format!("ws{rest}"),
            None => server.to_owned(),
        };
        let (challenge, notice) = (None, None);
        Ok(Line { socket, account, address, name, challenge, notice, heard: 0, messages: 0, until })
    }

    async fn say(&mut self, message: &Value) -> Result<(), String> {
        let sending = self.socket.send(Message::text(message.to_string()));
        match timeout_at(self.until, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(format!("the connection to {} broke", self.name)),
            Err(_) => Err(format!("{} does not listen", self.name)),
        }
    }

    /// The next thing that it says, a list with a word at its head. What it says by the
    /// way is noted.
    async fn hear(&mut self) -> Result<Vec<Value>, String> {
        loop {
            let name = &self.name;
            let Ok(next) = timeout_at(self.until, self.socket.next()).await else {
                let notice = self.notice.as_ref().map(|notice| format!("; it said: {notice}"));
                return Err(format!("no answer from {name} in time{}", notice.unwrap_or_default()));
            };
            let text = match next {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                    self.counts(0)?;
                    continue;
                }
                Some(Ok(Message::Binary(_))) => {
                    return Err(format!("{name} answered in bytes, as no relay does"));
                }
                Some(Ok(Message::Close(_) | Message::Frame(_))) | None => {
                    return Err(format!("{name} ended the conversation without an answer"));
                }
                Some(Err(tokio_tungstenite::tungstenite::Error::Capacity(_))) => {
                    return Err(format!("{name} says more than any relay does"));
                }
                Some(Err(_)) => {
                    return Err(format!("the connection to {name} broke before it had answered"));
                }
            };
            self.counts(text.len())?;
            let Ok(Value::Array(said)) = serde_json::from_str::<Value>(text.as_str()) else {
                return Err(format!("{} answered with what no relay says", self.name));
            };
            let first = |said: &[Value]| said.get(1).and_then(Value::as_str).map(str::to_owned);
            match said.first().and_then(Value::as_str) {
                Some("AUTH") => self.challenge = first(&said),
                Some("NOTICE") => self.notice = first(&said).map(|words| self.words(&words)),
                Some(_) => return Ok(said),
                None => return Err(format!("{} answered with what no relay says", self.name)),
            }
        }
    }

    fn counts(&mut self, bytes: usize) -> Result<(), String> {
        self.heard += bytes;
        self.messages += 1;
        match self.heard > MOST_HEARD || self.messages > MOST_MESSAGES {
            true => Err(format!("{} says more than any relay does", self.name)),
            false => Ok(()),
        }
    }

    /// Its words, short, on one line, and without anything secret.
    fn words(&self, words: &str) -> String {
        let clean = self.account.clean(words);
        let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(LONGEST_WORDS) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// `["EVENT", …]`, and what it says to that.
    pub async fn publish(&mut self, event: &Event) -> Said {
        let said = self.offer(event).await;
        // Who it is was not asked before: it is told, and the same is offered again.
        match said {
            Said::NotOfYou(words) if words.starts_with("auth-required") && self.challenge.is_some() => {
                match self.tell_who().await {
                    Ok(()) => self.offer(event).await,
                    Err(why) => Said::NotOfYou(format!("{words} ({why})")),
                }
            }
            said => said,
        }
    }

    async fn offer(&mut self, event: &Event) -> Said {
        let Ok(written) = serde_json::to_value(event) else {
            return Said::No("the note cannot be written down".to_owned());
        };
        // A piece of it may have left.
        if let Err(why) = self.say(&json!(["EVENT", written])).await {
            return Said::Doubt(why);
        }
        let id = event.id.to_hex();
        loop {
            let said = match self.hear().await {
                Ok(said) => said,
                Err(why) => return Said::Doubt(why),
            };
            if said.first().and_then(Value::as_str) != Some("OK") {
                continue;
            }
            let named = said.get(1).and_then(Value::as_str).unwrap_or_default();
            let taken = said.get(2).and_then(Value::as_bool);
            let words = self.words(said.get(3).and_then(Value::as_str).unwrap_or_default());
            return match taken {
                // What cannot be read has no id that could be named (nostr-relay 1.14, seen).
                Some(taken) if named == id || (named.is_empty() && !taken) => meaning(taken, &words),
                _ => Said::Doubt(format!("{} answered about another note", self.name)),
            };
        }
    }

    /// `["AUTH", …]` (NIP-42): proves whose key it is, for this relay and this moment.
    async fn tell_who(&mut self) -> Result<(), String> {
        let challenge = self.challenge.take().unwrap_or_default();
        let tags: [&[&str]; 2] = [&["relay", &self.address], &["challenge", &challenge]];
        let proof = event::made_now(AUTHENTICATION, &tags, "", &self.account.keys);
        let proof = proof.map_err(|error| error.to_string())?;
        let written = serde_json::to_value(&proof).map_err(|error| error.to_string())?;
        self.say(&json!(["AUTH", written])).await?;
        let id = proof.id.to_hex();
        loop {
            let said = self.hear().await?;
            if said.first().and_then(Value::as_str) == Some("OK") && said.get(1) == Some(&json!(id)) {
                let words = said.get(3).and_then(Value::as_str).unwrap_or_default();
                return match said.get(2).and_then(Value::as_bool) {
                    Some(true) => Ok(()),
                    _ => Err(self.words(words)),
                };
            }
        }
    }

    /// What it has of that: `["REQ", …]` up to `EOSE`. Of several versions of an article
    /// the newest. Another error than a connection that breaks is one as well: nobody knows.
    pub async fn shown(&mut self, filter: &Filter) -> Result<Option<Event>, String> {
        let mut knows_us = false;
        'asking: loop {
            self.say(&json!(["REQ", NAME, filter.written()])).await?;
            let mut newest: Option<Event> = None;
            loop {
                let said = self.hear().await?;
                let is_ours = said.get(1).and_then(Value::as_str) == Some(NAME);
                match said.first().and_then(Value::as_str) {
                    // A relay may show what it likes: it is the note if its digest and signature are.
                    Some("EVENT") if is_ours => {
                        let shown = said.get(2).map(Value::to_string).unwrap_or_default();
                        let shown = Event::from_json(shown).ok().filter(|shown| filter.fits(shown));
                        let Some(shown) = shown.filter(|shown| shown.verify().is_ok()) else {
                            return Err(format!("{} shows another note than was asked for", self.name));
                        };
                        match filter {
                            Filter::Id(_) => return Ok(Some(shown)),
                            Filter::Address(_) => {
                                let older = newest.take().filter(|known| known.created_at > shown.created_at);
                                newest = Some(older.unwrap_or(shown));
                            }
                        }
                    }
                    Some("EOSE") if is_ours => return Ok(newest),
                    Some("CLOSED") if is_ours => {
                        let why = self.words(said.get(2).and_then(Value::as_str).unwrap_or_default());
                        if why.starts_with("auth-required") && self.challenge.is_some() && !knows_us {
                            self.tell_who().await?;
                            knows_us = true;
                            continue 'asking;
                        }
                        return Err(format!("{} does not say what it has: {why}", self.name));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Says goodbye, so that nobody logs a broken line. Whether it is heard is all the same.
    pub async fn end(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.socket.close(None)).await;
    }
}

/// Asks all relays at once, each for itself; in the order of the table.
pub(super) async fn all<'s, T, F: Future<Output = T>>(
    servers: &'s [String],
    asking: impl Fn(&'s str) -> F,
) -> Vec<(String, T)> {
    let said = futures_util::future::join_all(servers.iter().map(|server| asking(server))).await;
    servers.iter().map(|server| name(server)).zip(said).collect()
}

/// Whether that relay answers at all; the error says why not.
pub(super) async fn is_there(account: &Account, server: &str) -> Result<(), String> {
    Line::open(account, server).await?.end().await;
    Ok(())
}

/// What that relay has; the error says why nobody knows.
pub(super) async fn shown(account: &Account, server: &str, filter: &Filter) -> Result<Option<Event>, String> {
    let mut line = Line::open(account, server).await?;
    let shown = line.shown(filter).await;
    line.end().await;
    shown
}

/// Whether that relay has it; the error says why nobody knows.
pub(super) async fn has(account: &Account, server: &str, filter: &Filter) -> Result<bool, String> {
    shown(account, server, filter).await.map(|shown| shown.is_some())
}

/// Offers an event to that relay.
pub(super) async fn publish(account: &Account, server: &str, event: &Event) -> Said {
    match Line::open(account, server).await {
        Ok(mut line) => {
            let said = line.publish(event).await;
            line.end().await;
            said
        }
        Err(why) => Said::Away(why),
    }
}

/// Where nobody knows: nothing was changed by asking.
pub(super) fn not_known(why: &[String]) -> SendError {
    SendError::NotYet { says: why.join("; "), wait: None }
}
