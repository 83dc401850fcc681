//! What a note says, as far as it is known before it is sent. Pure.
//!
//! It is finished when it is sent: with the time of the first try, and with the notes
//! that it replies to. Both are the same at each try.

use super::configured::Nostr;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Picture, Post};
use crate::text::{Dialect, EntityKind, entities};
use nostr::prelude::{FromBech32, Nip19Profile, PublicKey};
use serde_json::{Value, json};

/// A short text note (NIP-01).
pub(super) const NOTE: u16 = 1;

/// One note for each part.
pub(super) fn payload(nostr: &Nostr, post: &Post) -> Checked<Payload> {
    let mut problems = Vec::new();
    let mut parts = Vec::new();
    for part in &post.parts {
        let mut content = plain(&part.text);
        let mut tags = hashtags(&content);
        tags.extend(mentions(&content));
        tags.extend(marked_as(nostr, &post.language));
        for (number, picture) in part.media.iter().enumerate() {
            let Some(address) = nostr.address_of(picture) else {
                problems.push(homeless(nostr, picture));
                continue;
            };
            let before = match number {
                0 if content.is_empty() => "",
                0 => "\n\n",
                _ => "\n",
            };
            content = format!("{content}{before}{address}");
            tags.push(image(&address, picture));
        }
        let body = json!({ "kind": NOTE, "content": content, "tags": tags });
        parts.push(PayloadPart { body, media: part.media.clone() });
    }
    Checked::with(Payload { parts }, problems)
}

/// What it is hidden behind (NIP-36), and its language (NIP-32).
pub(super) fn marked_as(nostr: &Nostr, language: &str) -> Vec<Value> {
    let mut tags = Vec::new();
    if let Some(warning) = nostr.warning() {
        tags.push(json!(["content-warning", warning]));
    }
    let language = nostr.language(language).split(['-', '_']).next().unwrap_or_default().to_lowercase();
    if language.len() == 2 {
        tags.push(json!(["L", "ISO-639-1"]));
        tags.push(json!(["l", language, "ISO-639-1"]));
    }
    tags
}

/// A text without the characters that a note's digest may be made of in two ways:
/// NIP-01 says how seven of them are written, and libraries differ about the rest.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// `["t", "rocketry"]` for each hashtag (NIP-24: in small letters).
fn hashtags(text: &str) -> Vec<Value> {
    let mut found: Vec<String> = Vec::new();
    for entity in entities(text, Dialect::Nostr) {
        let tag = text.get(entity.range).unwrap_or_default().trim_start_matches(['#', '＃']).to_lowercase();
        if entity.kind == EntityKind::Hashtag && !tag.is_empty() && !found.contains(&tag) {
            found.push(tag);
        }
    }
    found.into_iter().map(|tag| json!(["t", tag])).collect()
}

/// `["p", hex]` for everybody whose `nostr:npub1…` or `nostr:nprofile1…` stands in the
/// text (NIP-27).
pub(super) fn mentions(text: &str) -> Vec<Value> {
    let mut found: Vec<String> = Vec::new();
    for (at, scheme) in text.match_indices("nostr:") {
        let rest = &text[at + scheme.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = &rest[..end];
        let key = PublicKey::from_bech32(name)
            .ok()
            .or_else(|| Nip19Profile::from_bech32(name).ok().map(|profile| profile.public_key));
        if let Some(key) = key.map(|key| key.to_hex()).filter(|key| !found.contains(key)) {
            found.push(key);
        }
    }
    found.into_iter().map(|key| json!(["p", key])).collect()
}

/// `imeta` (NIP-92): apps show the image in the place of its address.
pub(super) fn image(address: &str, picture: &Picture) -> Value {
    let mut tag = vec!["imeta".to_owned(), format!("url {address}"), format!("m {}", picture.mime)];
    if picture.width > 0 && picture.height > 0 {
        tag.push(format!("dim {}x{}", picture.width, picture.height));
    }
    let alt = plain(&picture.alt);
    if !alt.is_empty() {
        tag.push(format!("alt {alt}"));
    }
    tag.push(format!("x {}", picture.sha256));
    json!(tag)
}

pub(super) fn homeless(nostr: &Nostr, picture: &Picture) -> Diagnostic {
    let says = format!("`{}` has nowhere to go: relays keep no images", picture.path);
    Diagnostic::error("image-not-public", says).about(About::Picture(picture.path.clone())).hint(format!(
        "name a server for images in `[channels.{}]`: `blossom = [\"https://blossom.primal.net\"]`",
        nostr.name
    ))
}
