//! A server of the AT Protocol, by the lexicons com.atproto.* and app.bsky.* at
//! d6296a1c (2026-08-20), docs.bsky.app (rate limits, read 2026-11), and the answers of the
//! reference server (PDS 0.5.35), whose words these are.

mod account;
mod cid;
mod record;
mod requests;
mod session;

pub(super) use account::NETWORK;

use super::reply::{Checked, Reply, no};
use super::request::{Asked, Sent};
use super::timeline::{LiveLink, LiveMedia, LivePost};
use super::{Service, Settings, image};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The collection of posts.
const POST: &str = "app.bsky.feed.post";
/// Points of an account in an hour and in a day (docs.bsky.app).
const POINTS: [(i64, u32); 2] = [(3600, 5_000), (24 * 3600, 35_000)];
/// The reference server's own default (unverified for others).
const BLOB_BYTES: usize = 5 * 1024 * 1024;

/// The server.
pub(super) struct Bluesky {
    settings: Settings,
    sessions: session::Sessions,
    posts: Vec<Standing>,
    /// Bytes by name.
    blobs: BTreeMap<String, Vec<u8>>,
    /// Points spent, by window.
    spent: BTreeMap<i64, (i64, u32)>,
    hands: u64,
    shorten: Option<usize>,
}

/// A post with its record.
struct Standing {
    live: LivePost,
    record: Value,
    cid: String,
}

/// `{error, message}`.
fn error(status: u16, name: &str, says: &str) -> Reply {
    Reply::json(status, json!({ "error": name, "message": says }))
}

impl Bluesky {
    fn new(settings: Settings) -> Bluesky {
        Bluesky {
            settings,
            sessions: session::Sessions::default(),
            posts: Vec::new(),
            blobs: BTreeMap::new(),
            spent: BTreeMap::new(),
            hands: 0,
            shorten: None,
        }
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        let segments = asked.segments();
        let (method, route) = asked.route(&segments);
        let ["xrpc", nsid] = route[..] else { return no(error(404, "NotFound", "Not Found")) };
        match (method, nsid.strip_prefix("com.atproto.").unwrap_or_default()) {
            ("POST", "server.createSession") => self.sessions.create(asked, &self.settings),
            ("POST", "server.refreshSession") => self.sessions.refresh(asked, &self.settings),
            ("GET", "server.getSession") => {
                self.sessions.who(asked)?;
                Ok(Reply::json(200, self.sessions.told(&self.settings)))
            }
            ("GET", "identity.resolveHandle") => self.resolve(asked.query("handle").unwrap_or_default()),
            ("GET", "repo.getRecord") => self.get(asked),
            ("GET", "repo.listRecords") => self.list(asked),
            ("POST", "repo.uploadBlob") => {
                self.sessions.who(asked)?;
                self.upload(asked)
            }
            ("POST", "repo.putRecord") => {
                self.sessions.who(asked)?;
                // Charged as a change, also where it makes something (source; docs are silent).
                self.spend(2, asked)?;
                self.put(asked)
            }
            ("POST", "repo.createRecord") => {
                self.sessions.who(asked)?;
                self.spend(3, asked)?;
                self.create(asked)
            }
            ("POST", "repo.deleteRecord") => {
                self.sessions.who(asked)?;
                self.spend(1, asked)?;
                self.delete(asked)
            }
            _ => no(error(501, "MethodNotImplemented", "Method Not Implemented")),
        }
    }

    /// Counts points, and refuses one too many.
    fn spend(&mut self, points: u32, asked: &Asked) -> Checked<()> {
        let now = asked.at.as_second();
        for (window, most) in POINTS {
            let number = now.div_euclid(window);
            let spent = self.spent.entry(window).or_insert((number, 0));
            if spent.0 != number {
                *spent = (number, 0);
            }
            if spent.1 + points > most {
                return no(too_many(most, (number + 1) * window, window));
            }
            spent.1 += points;
        }
        Ok(())
    }

    fn is_own(&self, repo: &str) -> bool {
        repo == self.settings.id || repo.eq_ignore_ascii_case(&self.settings.handle)
    }

    fn resolve(&self, handle: &str) -> Checked<Reply> {
        if !handle.contains('.') {
            return no(error(400, "InvalidRequest", &format!("Invalid handle (got {handle:?})")));
        }
        if handle.eq_ignore_ascii_case(&self.settings.handle) {
            return Ok(Reply::json(200, json!({ "did": self.settings.id })));
        }
        // Everybody below this name is somebody.
        match handle.to_ascii_lowercase().strip_suffix(".bsky.social") {
            Some(name) if !name.starts_with("nobody") => Ok(Reply::json(
                200,
                json!({ "did": format!("did:plc:{:a<24.24}", name.replace(['.', '-'], "")) }),
            )),
            _ => no(error(400, "HandleNotFound", "Unable to resolve handle")),
        }
    }

    fn uri(&self, key: &str) -> String {
        format!("at://{}/{POST}/{key}", self.settings.id)
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.posts.iter().position(|standing| standing.live.id == key && !standing.live.deleted)
    }

    /// No session is needed, and none is looked at.
    fn get(&self, asked: &Asked) -> Checked<Reply> {
        let query = |name: &str| asked.query(name).unwrap_or_default();
        if !self.is_own(query("repo")) {
            // No AppView stands behind it that could be asked.
            return no(error(400, "InvalidRequest", "Could not locate record"));
        }
        let key = query("rkey");
        match self.place(key).filter(|_| query("collection") == POST) {
            Some(at) => Ok(Reply::json(200, self.shown(&self.posts[at]))),
            None => no(error(400, "RecordNotFound", &format!("Could not locate record: {}", self.uri(key)))),
        }
    }

    /// By key, the newest first.
    fn list(&self, asked: &Asked) -> Checked<Reply> {
        let query = |name: &str| asked.query(name);
        if !self.is_own(query("repo").unwrap_or_default()) {
            return no(error(400, "InvalidRequest", "Could not find repo"));
        }
        let limit = match query("limit").map_or(Ok(50), str::parse::<usize>) {
            Ok(limit @ 1..=100) => limit,
            _ => return no(error(400, "InvalidRequest", "limit must be between 1 and 100")),
        };
        let reverse = query("reverse") == Some("true");
        let mut all: Vec<&Standing> = self.posts.iter().filter(|standing| !standing.live.deleted).collect();
        all.sort_by(|one, other| other.live.id.cmp(&one.live.id));
        if reverse {
            all.reverse();
        }
        if let Some(cursor) = query("cursor") {
            all.retain(
                |standing| if reverse { *standing.live.id > *cursor } else { *standing.live.id < *cursor },
            );
        }
        all.truncate(if query("collection") == Some(POST) { limit } else { 0 });
        let records: Vec<Value> = all.iter().map(|standing| self.shown(standing)).collect();
        let mut told = json!({ "records": records });
        if let Some(last) = all.last() {
            told["cursor"] = json!(last.live.id);
        }
        Ok(Reply::json(200, told))
    }

    /// The record as readers' apps get it.
    fn shown(&self, standing: &Standing) -> Value {
        let mut value = standing.record.clone();
        value["text"] = json!(standing.live.text);
        if let Some(images) = value.pointer_mut("/embed/images").and_then(Value::as_array_mut) {
            images.retain(|image| {
                let named = image["image"]["ref"]["$link"].as_str();
                standing.live.media.iter().any(|media| Some(media.id.as_str()) == named)
            });
            for (image, media) in images.iter_mut().zip(&standing.live.media) {
                match self.settings.tells_alts {
                    true => image["alt"] = json!(media.alt),
                    false => drop(image.as_object_mut().and_then(|image| image.remove("alt"))),
                }
            }
        }
        json!({ "uri": self.uri(&standing.live.id), "cid": standing.cid, "value": value })
    }

    /// The type is told by the bytes, whatever was said (seen).
    fn upload(&mut self, asked: &Asked) -> Checked<Reply> {
        let Sent::Bytes(bytes) = &asked.sent else {
            return no(error(
                400,
                "InvalidRequest",
                "Request encoding (Content-Type) required but not provided",
            ));
        };
        if bytes.len() > BLOB_BYTES {
            return no(error(413, "PayloadTooLarge", "request entity too large"));
        }
        let said = asked.header("content-type").unwrap_or("application/octet-stream");
        let mime = image::mime(bytes).unwrap_or(said);
        let name = cid::of_blob(bytes);
        let blob =
            json!({ "$type": "blob", "ref": { "$link": name }, "mimeType": mime, "size": bytes.len() });
        self.blobs.insert(name, bytes.clone());
        Ok(Reply::json(200, json!({ "blob": blob })))
    }

    /// What a request to write says: the key, if it names one, and the body.
    fn wish<'a>(&self, asked: &'a Asked) -> Checked<(Option<&'a str>, &'a Value)> {
        let Some(body) = asked.json() else { return no(error(400, "InvalidRequest", "Expected JSON")) };
        if !self.is_own(body["repo"].as_str().unwrap_or_default()) {
            return no(error(401, "AuthenticationRequired", "Authentication Required"));
        }
        if body["collection"] != POST {
            return no(error(400, "InvalidRequest", "this server rehearses app.bsky.feed.post alone"));
        }
        let key = body["rkey"].as_str();
        if key.is_some_and(|key| !is_tid(key)) {
            return no(error(400, "InvalidRequest", "Invalid TID string"));
        }
        Ok((key, body))
    }

    /// The record of a request, which may be kept, and its name.
    fn good(&self, record: &Value) -> Checked<String> {
        for blob in record::checked(record)? {
            let Some(bytes) = self.blobs.get(&blob.cid) else {
                return no(error(400, "BlobNotFound", &format!("Could not find blob: {}", blob.cid)));
            };
            let kept = bytes.len() as u64;
            if kept != blob.size || image::mime(bytes).is_some_and(|mime| mime != blob.mime) {
                return no(error(400, "InvalidMimeType", "Referenced Mimetype does not match stored blob"));
            }
        }
        Ok(cid::of_record(record).unwrap_or_default())
    }

    fn put(&mut self, asked: &Asked) -> Checked<Reply> {
        let (key, body) = self.wish(asked)?;
        let Some(key) = key else { return no(error(400, "InvalidRequest", "Missing required key \"rkey\"")) };
        let record = &body["record"];
        let name = self.good(record)?;
        let before = self.place(key);
        // The same is no change, and is said before anything is compared (source).
        if before.is_some_and(|at| self.posts[at].cid == name) {
            return Ok(Reply::json(200, json!({ "uri": self.uri(key), "cid": name })));
        }
        let stands = before.map(|at| self.posts[at].cid.as_str());
        if body.get("swapRecord").is_some_and(|swap| swap.as_str() != stands) {
            let was = stands.unwrap_or("null");
            return no(error(400, "InvalidSwap", &format!("Record was at {was}")));
        }
        if let Some(at) = before {
            self.posts.remove(at);
        }
        Ok(self.stand(key, record.clone(), name, asked.at))
    }

    fn create(&mut self, asked: &Asked) -> Checked<Reply> {
        let (key, body) = self.wish(asked)?;
        let name = self.good(&body["record"])?;
        let key = key.map_or_else(|| self.next_key(asked.at), str::to_owned);
        if self.place(&key).is_some() {
            return no(self.failed());
        }
        Ok(self.stand(&key, body["record"].clone(), name, asked.at))
    }

    /// Gone twice is gone (seen).
    fn delete(&mut self, asked: &Asked) -> Checked<Reply> {
        let (key, _) = self.wish(asked)?;
        let Some(key) = key else { return no(error(400, "InvalidRequest", "Missing required key \"rkey\"")) };
        let Some(at) = self.place(key) else { return Ok(Reply::json(200, json!({}))) };
        self.posts[at].live.deleted = true;
        Ok(Reply::json(
            200,
            json!({ "commit": { "cid": self.posts[at].cid, "rev": self.next_key(asked.at) } }),
        ))
    }

    fn stand(&mut self, key: &str, record: Value, name: String, at: Timestamp) -> Reply {
        let text = record["text"].as_str().unwrap_or_default();
        let text = match self.shorten.take() {
            Some(characters) => text.chars().take(characters).collect(),
            None => text.to_owned(),
        };
        let bytes = |blob: &Value| self.blobs.get(blob["ref"]["$link"].as_str()?);
        let media = |shown: &Value| {
            let (id, alt) = (shown["image"]["ref"]["$link"].as_str()?, shown["alt"].as_str()?);
            Some(image::live(id, bytes(&shown["image"])?, alt))
        };
        let images = record.pointer("/embed/images").and_then(Value::as_array);
        let media: Vec<LiveMedia> = images.into_iter().flatten().filter_map(media).collect();
        let own = |value: &Value| value.as_str().map(str::to_owned);
        let link = record.pointer("/embed/external").map(|card| LiveLink {
            url: own(&card["uri"]).unwrap_or_default(),
            title: own(&card["title"]),
            description: own(&card["description"]),
            thumbnail: bytes(&card["thumb"]).map(|bytes| image::digest(bytes)),
        });
        let parent = record.pointer("/reply/parent/uri").and_then(Value::as_str);
        let live = LivePost {
            warning: None,
            id: key.to_owned(),
            url: format!("https://bsky.app/profile/{}/post/{key}", self.settings.handle),
            author: self.settings.id.clone(),
            text,
            media,
            link,
            reply_to: parent.and_then(|uri| uri.rsplit('/').next()).map(str::to_owned),
            comments: Vec::new(),
            at,
            deleted: false,
        };
        self.posts.push(Standing { live, record, cid: name.clone() });
        let commit = json!({ "cid": name, "rev": self.next_key(at) });
        let said =
            json!({ "uri": self.uri(key), "cid": name, "commit": commit, "validationStatus": "valid" });
        Reply::json(200, said)
    }

    /// A key of this server's own.
    fn next_key(&mut self, at: Timestamp) -> String {
        self.hands += 1;
        let microseconds = u64::try_from(at.as_microsecond()).unwrap_or(0);
        let number = (microseconds << 10) + (self.hands & 0x3ff);
        let letter = |at: u32| char::from(TID[(number >> (5 * at) & 31) as usize]);
        (0..13).rev().map(letter).collect()
    }
}

const TID: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// `^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$` (atproto.com/specs/tid).
fn is_tid(key: &str) -> bool {
    let of = |letters: &[u8], piece: &str| piece.bytes().all(|byte| letters.contains(&byte));
    key.len() == 13 && key.is_ascii() && of(&TID[..16], &key[..1]) && of(TID, key)
}

/// "Too many", with the headers that tell until when (docs.bsky.app).
fn too_many(limit: u32, reset: i64, window: i64) -> Reply {
    error(429, "RateLimitExceeded", "Rate Limit Exceeded")
        .with("ratelimit-limit", limit.to_string())
        .with("ratelimit-remaining", "0")
        .with("ratelimit-reset", reset.to_string())
        .with("ratelimit-policy", format!("{limit};w={window}"))
}

impl Service for Bluesky {
    fn answer(&mut self, asked: &Asked) -> Reply {
        self.handle(asked).unwrap_or_else(|reply| *reply)
    }

    fn publishes(&self, asked: &Asked) -> bool {
        let writes = ["/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.createRecord"];
        asked.method == "POST" && writes.contains(&asked.path.as_str())
    }

    fn too_many(&self, wait: Duration) -> Reply {
        let wait = i64::try_from(wait.as_secs()).unwrap_or(3600);
        too_many(POINTS[0].1, self.settings.clock.now().as_second() + wait, POINTS[0].0)
    }

    fn failed(&self) -> Reply {
        error(500, "InternalServerError", "Internal Server Error")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        if let Some(body) = reply.body.as_mut().and_then(Value::as_object_mut) {
            for key in ["uri", "cid", "blob", "did"] {
                body.remove(key);
            }
        }
        reply
    }

    fn renamed(&self, mut reply: Reply, id: &str) -> Reply {
        if let Some(body) = &mut reply.body {
            body["uri"] = json!(id);
        }
        reply
    }

    fn expire(&mut self) {
        self.sessions.revoke();
    }

    fn grant(&mut self, scope: &str) {
        self.settings.scopes.push(scope.to_owned());
    }

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        self.posts.last_mut().map(|standing| &mut standing.live.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        let key = self.next_key(at);
        let record = json!({ "$type": POST, "text": text, "createdAt": format!("{at:.3}") });
        let name = cid::of_record(&record).unwrap_or_default();
        self.stand(&key, record, name, at);
        key
    }

    fn by_stranger(&mut self) -> String {
        self.next_key(self.settings.clock.now())
    }

    fn timeline(&self) -> Vec<LivePost> {
        self.posts.iter().map(|standing| standing.live.clone()).collect()
    }
}
