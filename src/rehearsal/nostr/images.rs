//! Images: kept under their digest for whoever may write, and shown on notes.

use super::{Relay, tags_of, text};
use crate::rehearsal::image;
use crate::rehearsal::reply::Reply;
use crate::rehearsal::request::{Asked, Sent};
use crate::rehearsal::timeline::LiveMedia;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nostr::prelude::Event;
use serde_json::{Value, json};

impl Relay {
    /// `PUT /upload` (BUD-02), with a proof that allows these very bytes (BUD-01).
    pub(super) fn keep(&mut self, asked: &Asked) -> Reply {
        let no = |status: u16, why: &str| Reply::bare(status).with("x-reason", why);
        let Sent::Bytes(bytes) = &asked.sent else { return no(400, "no file") };
        let digest = image::digest(bytes);
        let header = asked.header("authorization").and_then(|header| header.strip_prefix("Nostr "));
        let proof = header.and_then(|header| STANDARD.decode(header).ok());
        let proof = proof.and_then(|proof| String::from_utf8(proof).ok()).unwrap_or_default();
        let said = serde_json::from_str::<Value>(&proof).unwrap_or_default();
        let event = Event::from_json(&proof).ok().filter(|event| event.verify().is_ok());
        if event.is_none_or(|event| event.kind.as_u16() != 24242 || event.pubkey.to_hex() != self.settings.id)
        {
            return no(401, "nobody vouches for it");
        }
        let has = |name: &str, value: &str| tags_of(&said, name).any(|tag| tag[1] == value);
        let until = tags_of(&said, "expiration").find_map(|tag| text(&tag[1]).parse::<i64>().ok());
        let is_valid = until.is_some_and(|until| until > asked.at.as_second());
        if !has("t", "upload") || !has("x", &digest) || !is_valid {
            return no(401, "the proof is for something else");
        }
        let mime = image::mime(bytes).unwrap_or("application/octet-stream");
        let described = json!({ "url": format!("{}/{digest}", asked.origin()), "sha256": digest,
            "size": bytes.len(), "type": mime, "uploaded": asked.at.as_second() });
        self.blobs.insert(digest, bytes.clone());
        Reply::json(200, described)
    }

    /// The images of a note whose bytes are kept here, as its `imeta` tags name them.
    pub(super) fn images(&self, event: &Value) -> Vec<LiveMedia> {
        let live = |tag: &Value| {
            let digest = field(tag, "x")?;
            Some(image::live(&digest, self.blobs.get(&digest)?, &field(tag, "alt").unwrap_or_default()))
        };
        tags_of(event, "imeta").filter_map(live).collect()
    }
}

/// A field of `imeta`: a name, a blank, and the value (NIP-92).
fn field(tag: &Value, name: &str) -> Option<String> {
    let fields = tag.as_array()?.iter().filter_map(Value::as_str);
    let mut fields = fields.filter_map(|field| field.split_once(' '));
    fields.find(|(has, _)| *has == name).map(|(_, value)| value.to_owned())
}

/// A note's words as apps show them: without the addresses of its images at the end.
pub(super) fn shown(event: &Value) -> String {
    let mut words = text(&event["content"]);
    let addresses: Vec<String> = tags_of(event, "imeta").filter_map(|tag| field(tag, "url")).collect();
    let mut taken = false;
    for address in addresses.iter().rev() {
        if let Some(before) = words.trim_end_matches('\n').strip_suffix(address.as_str()) {
            words = before.to_owned();
            taken = true;
        }
    }
    if taken { words.trim_end_matches('\n').to_owned() } else { words }
}
