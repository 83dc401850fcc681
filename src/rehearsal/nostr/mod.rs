//! A relay by NIP-01, 09, 11 and 42, and a server for images by Blossom's BUD-01 and 02
//! on the same port (nips at db5fe3de, 2026-07-22). Readers see notes as an app shows
//! them: an image in the place of its address (NIP-92); and articles by NIP-23.

mod account;
mod articles;
mod images;
mod requests;

pub(super) use account::NETWORK;

use super::reply::Reply;
use super::request::Asked;
use super::timeline::{LiveMedia, LivePost};
use super::{Service, Settings};
use account::{ASKS_WHO, STANDING};
use articles::ARTICLE;
use jiff::Timestamp;
use nostr::prelude::{Event, EventId, Kind, Nip19Event, PublicKey, Tags, ToBech32 as _};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A note may be so much younger than the relay's own time, in seconds (a judgement;
/// `created_at_upper_limit` of NIP-11).
const AHEAD: i64 = 15 * 60;
/// Longest note in Unicode characters (`max_content_length`), where nothing else is set.
const LONGEST: usize = 20_000;

/// The relay.
pub(super) struct Relay {
    settings: Settings,
    notes: Vec<Standing>,
    /// Bytes by digest.
    blobs: BTreeMap<String, Vec<u8>>,
    /// Lines on which it is known who speaks.
    known: BTreeSet<String>,
    /// Addresses that were to be forgotten, and until when they had been written.
    forgotten: BTreeMap<String, u64>,
    shorten: Option<usize>,
}

/// A note, or an article, and what was sent; somebody's own was never sent here.
struct Standing {
    live: LivePost,
    /// Of an article the first version.
    first: Option<EventId>,
    event: Option<Value>,
}

impl Standing {
    /// Whether it is the event of that id by now; of what was never sent, its own.
    fn has(&self, id: &str) -> bool {
        self.event.as_ref().map_or(self.live.id.as_str(), |event| event["id"].as_str().unwrap_or_default())
            == id
    }
}

impl Relay {
    fn new(settings: Settings) -> Relay {
        let (notes, blobs, known) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        Relay { settings, notes, blobs, known, forgotten: BTreeMap::new(), shorten: None }
    }

    /// The line's own name: what opened it.
    fn line(asked: &Asked) -> String {
        asked.header("sec-websocket-key").unwrap_or_default().to_owned()
    }

    fn is_stranger(&self, asked: &Asked) -> bool {
        self.settings.may(ASKS_WHO) && !self.known.contains(&Relay::line(asked))
    }

    /// `["EVENT", {…}]`.
    fn event(&mut self, asked: &Asked, said: &Value) -> Reply {
        let id = said["id"].as_str().unwrap_or_default();
        let no = |words: &str| Reply::json(400, json!([["OK", id, false, words]]));
        let event = match Event::from_json(said.to_string()) {
            Ok(event) if event.verify().is_ok() => event,
            _ => return no("invalid: the id or the signature is wrong"),
        };
        if self.is_stranger(asked) {
            let words = "auth-required: this relay takes notes of those it knows";
            return Reply::json(401, json!([["OK", id, false, words]]));
        }
        if event.pubkey.to_hex() != self.settings.id || !self.settings.may(STANDING) {
            return no("restricted: this key may not write here");
        }
        let ahead = i64::try_from(event.created_at.as_secs()).unwrap_or(i64::MAX) - asked.at.as_second();
        if ahead > AHEAD {
            return no("invalid: the event is from the future");
        }
        if event.content.chars().count() > self.settings.longest.unwrap_or(LONGEST) {
            return no("invalid: the content is too long");
        }
        let standing = self.notes.iter().find(|standing| standing.has(id));
        match standing.map(|standing| standing.live.deleted) {
            // NIP-01's own words.
            Some(false) => {
                return Reply::json(200, json!([["OK", id, true, "duplicate: already have this event"]]));
            }
            Some(true) => return no("blocked: the event was deleted by its author"),
            None => {}
        }
        match event.kind.as_u16() {
            1 => self.stand(&event, said.clone(), asked.at),
            5 => self.forget(&event),
            ARTICLE => {
                if let Err(words) = self.version(&event, said.clone(), asked.at) {
                    return no(words);
                }
            }
            _ => return no("blocked: this relay rehearses notes and articles alone"),
        }
        Reply::json(200, json!([["OK", id, true, ""]]))
    }

    fn stand(&mut self, event: &Event, said: Value, at: Timestamp) {
        let media = self.images(&said);
        let text = images::shown(&said);
        let text = match self.shorten.take() {
            Some(characters) => text.chars().take(characters).collect(),
            None => text,
        };
        let live = LivePost {
            warning: None,
            id: event.id.to_hex(),
            url: address(event.id, event.pubkey),
            author: self.settings.id.clone(),
            text,
            media,
            link: None,
            reply_to: parent(&said),
            comments: Vec::new(),
            at,
            deleted: false,
        };
        self.notes.push(Standing { live, first: None, event: Some(said) });
    }

    /// NIP-09: only who wrote it may ask, and the relay forgets; of an address all that
    /// was written until then.
    fn forget(&mut self, request: &Event) {
        let (named, until) = (json!(request), request.created_at.as_secs());
        let ids: Vec<String> = tags_of(&named, "e").map(|tag| text(&tag[1])).collect();
        let addresses: Vec<String> = tags_of(&named, "a").map(|tag| text(&tag[1])).collect();
        let own = format!(":{}:", request.pubkey.to_hex());
        for standing in &mut self.notes {
            let made = standing.event.as_ref().and_then(|event| event["created_at"].as_u64());
            let is_named = ids.iter().any(|id| standing.has(id))
                || (addresses.contains(&standing.live.id) && made.is_none_or(|made| made <= until));
            if is_named && standing.live.author == request.pubkey.to_hex() {
                standing.live.deleted = true;
            }
        }
        for address in addresses.into_iter().filter(|address| address.contains(&own)) {
            let known = self.forgotten.entry(address).or_default();
            *known = until.max(*known);
        }
    }

    /// `["REQ", name, {"ids": […]}]`, or of an address `{"authors", "kinds", "#d"}`.
    fn ask(&self, asked: &Asked, said: &Value) -> Reply {
        let name = &said[1];
        if self.is_stranger(asked) {
            return Reply::json(401, json!([["CLOSED", name, "auth-required: who asks?"]]));
        }
        let filter = &said[2];
        let lists = |key: &str, value: &Value| filter[key].as_array().is_some_and(|all| all.contains(value));
        let asks_for = |event: &Value| match filter["ids"].is_array() {
            true => lists("ids", &event["id"]),
            false => {
                lists("authors", &event["pubkey"])
                    && lists("kinds", &event["kind"])
                    && tags_of(event, "d").any(|tag| lists("#d", &tag[1]))
            }
        };
        if !filter["ids"].is_array() && !filter["#d"].is_array() {
            let words = "unsupported: only ids and addresses are rehearsed";
            return Reply::json(400, json!([["CLOSED", name, words]]));
        }
        let standing = self.notes.iter().filter(|standing| !standing.live.deleted);
        let events = standing.filter_map(|standing| standing.event.as_ref());
        let mut told: Vec<Value> =
            events.filter(|event| asks_for(event)).map(|event| json!(["EVENT", name, event])).collect();
        told.push(json!(["EOSE", name]));
        Reply::json(200, Value::Array(told))
    }

    /// `["AUTH", {…}]` (NIP-42): signed by the account for this line's challenge.
    fn know(&mut self, asked: &Asked, said: &Value) -> Reply {
        let id = said["id"].as_str().unwrap_or_default();
        let proof = Event::from_json(said.to_string()).ok().filter(|proof| proof.verify().is_ok());
        let line = Relay::line(asked);
        let has = |name: &str, value: &str| {
            tags_of(said, name).any(|tag| text(&tag[1]).trim_end_matches('/') == value)
        };
        let fresh = said["created_at"].as_i64().is_some_and(|at| (at - asked.at.as_second()).abs() < 600);
        let here = asked.origin().replacen("http", "ws", 1);
        let good = proof.is_some_and(|proof| {
            proof.kind == Kind::from(22242) && proof.pubkey.to_hex() == self.settings.id
        }) && has("challenge", &challenge(&line))
            && has("relay", &here)
            && fresh;
        if !good {
            return Reply::json(400, json!([["OK", id, false, "invalid: that proves nothing"]]));
        }
        self.known.insert(line);
        Reply::json(200, json!([["OK", id, true, ""]]))
    }
}

/// What a line is to sign.
fn challenge(line: &str) -> String {
    format!("challenge-{line}")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The tags of that name.
fn tags_of<'a>(event: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    event["tags"].as_array().into_iter().flatten().filter(move |tag| tag[0] == name)
}

/// What it replies to (NIP-10): the one marked so, else the root.
fn parent(event: &Value) -> Option<String> {
    let marked = |mark: &str| tags_of(event, "e").find(|tag| tag[3] == mark).map(|tag| text(&tag[1]));
    marked("reply").or_else(|| marked("root"))
}

/// Where people read it.
fn address(id: EventId, author: PublicKey) -> String {
    let name = Nip19Event::new(id).author(author).kind(Kind::from(1)).to_bech32().unwrap_or_default();
    format!("https://njump.me/{name}")
}

impl Service for Relay {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let body = asked.json().cloned().unwrap_or_default();
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/") if asked.header("upgrade").is_some() => match self.settings.may(ASKS_WHO) {
                true => Reply::json(101, json!([["AUTH", challenge(&Relay::line(asked))]])),
                false => Reply::bare(101),
            },
            ("GET", "/") if asked.header("accept") == Some("application/nostr+json") => {
                let longest = self.settings.longest.unwrap_or(LONGEST);
                Reply::json(
                    200,
                    json!({ "name": "rehearsal", "software": "ladder", "version": "1",
                        "limitation": { "max_content_length": longest } }),
                )
            }
            ("PUT", "/upload") => self.keep(asked),
            ("GET", "/req") => self.ask(asked, &body),
            ("POST", "/auth") => self.know(asked, &body[1]),
            ("POST", path) if path.starts_with("/event/") => self.event(asked, &body[1]),
            ("POST", "/other") => Reply::json(200, json!([["NOTICE", "this is no message of NIP-01"]])),
            _ => Reply::json(404, json!({ "message": "there is nothing here" })),
        }
    }

    fn publishes(&self, asked: &Asked) -> bool {
        // Of who is to say first who it is, nothing is taken; and a later version is none
        // that is new.
        let said = asked.json().map(|said| said[1].to_string()).unwrap_or_default();
        let is_first = || {
            let event = Event::from_json(said).ok();
            let address = event.as_ref().and_then(articles::address);
            let standing = self.notes.iter().find(|one| address.as_ref() == Some(&one.live.id));
            standing.is_none_or(|standing| event.is_some_and(|event| standing.first == Some(event.id)))
        };
        asked.method == "POST"
            && !self.is_stranger(asked)
            && (asked.path == "/event/1" || (asked.path == "/event/30023" && is_first()))
    }

    fn too_many(&self, wait: Duration) -> Reply {
        Reply::json(429, json!({ "message": format!("slow down for {} s", wait.as_secs()) }))
            .with("retry-after", wait.as_secs().to_string())
    }

    fn failed(&self) -> Reply {
        Reply::json(500, json!({ "message": "could not reach the database" }))
    }

    fn nameless(&self, reply: Reply) -> Reply {
        self.renamed(reply, "")
    }

    fn renamed(&self, mut reply: Reply, id: &str) -> Reply {
        match &mut reply.body {
            Some(Value::Array(messages)) => {
                messages.iter_mut().filter(|message| message[0] == "OK").for_each(|ok| ok[1] = json!(id));
            }
            Some(descriptor) if descriptor["sha256"].is_string() => descriptor["sha256"] = json!(id),
            _ => {}
        }
        reply
    }

    fn expire(&mut self) {
        self.settings.scopes.retain(|scope| scope != STANDING);
    }

    fn grant(&mut self, scope: &str) {
        self.settings.scopes.push(scope.to_owned());
    }

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        self.notes.last_mut().map(|standing| &mut standing.live.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        let id = hand(&self.settings.id, text, at);
        let live = LivePost {
            warning: None,
            id: id.clone(),
            url: format!("https://njump.me/{id}"),
            author: self.settings.id.clone(),
            text: text.to_owned(),
            media: Vec::new(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at,
            deleted: false,
        };
        self.notes.push(Standing { live, first: None, event: None });
        id
    }

    fn by_stranger(&mut self) -> String {
        hand(&"b".repeat(64), "Somebody else's", self.settings.clock.now())
    }

    fn timeline(&self) -> Vec<LivePost> {
        self.notes.iter().map(|standing| standing.live.clone()).collect()
    }
}

/// The id of a note without tags that somebody wrote.
fn hand(author: &str, text: &str, at: Timestamp) -> String {
    let at = nostr::prelude::Timestamp::from(u64::try_from(at.as_second()).unwrap_or_default());
    match PublicKey::from_hex(author) {
        Ok(author) => EventId::compute(&author, &at, &Kind::from(1), &Tags::new(), text).to_hex(),
        Err(_) => "b".repeat(64),
    }
}
