//! Events: what is signed, and the names that notes have. Pure.
//!
//! Digests and signatures are the crate's (`nostr`); nothing of them is made by hand.

use super::article;
use super::configured::Nostr;
use super::payload::NOTE;
use crate::channel::{Attempt, SendError};
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, Receipt};
use nostr::prelude::{
    Coordinate, Event, EventId, Keys, Kind, Nip19Coordinate, Nip19Event, PublicKey, RelayUrl, Tag, Timestamp,
    ToBech32, UnsignedEvent,
};
use serde_json::Value;

/// The note of that part, at its first try: the same at every other one.
pub(super) fn note(
    nostr: &Nostr,
    author: PublicKey,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<UnsignedEvent, SendError> {
    let mut tags = tags(part);
    tags.extend(replies(nostr, &author, attempt)?);
    tags.extend(mark(attempt));
    let kind = part.body.get("kind").and_then(Value::as_u64).and_then(|kind| u16::try_from(kind).ok());
    let content = part.body.get("content").and_then(Value::as_str).unwrap_or_default();
    let at = seconds(attempt.first_tried);
    Ok(UnsignedEvent::new(author, at, Kind::from(kind.unwrap_or(NOTE)), tags, content))
}

/// The first version of that part's article: the same at every try.
pub(super) fn article(part: &PayloadPart, address: &Coordinate, attempt: &Attempt) -> UnsignedEvent {
    let at = seconds(attempt.first_tried);
    article::version(part, address, &article::published_at(part, at).to_string(), at)
}

/// The tags that are planned.
pub(super) fn tags(part: &PayloadPart) -> Vec<Tag> {
    let mut tags = Vec::new();
    for written in part.body.get("tags").and_then(Value::as_array).into_iter().flatten() {
        let texts = written.as_array().into_iter().flatten().filter_map(Value::as_str);
        tags.extend(Tag::parse(texts.map(str::to_owned)));
    }
    tags
}

/// What makes a note another one than the same words that go out for another delivery,
/// or again after they were taken down, in the same second: its id has nothing else to
/// tell them apart. Relays and apps pass over tags that they do not know (NIP-01).
fn mark(attempt: &Attempt) -> Option<Tag> {
    Tag::parse(["ladder", digest_of(attempt).get(..16)?]).ok()
}

/// A digest of what the delivery and the part are.
pub(super) fn digest_of(attempt: &Attempt) -> String {
    hex_digest(format!("{}/{}", attempt.key, attempt.part).as_bytes())
}

/// A time as events have it.
pub(super) fn seconds(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from(u64::try_from(at.as_second()).unwrap_or_default())
}

/// What a part of a thread hangs below (NIP-10): the first part as the root, and the
/// one before it; for the second part both are one. `p` tells their author.
fn replies(nostr: &Nostr, author: &PublicKey, attempt: &Attempt) -> Result<Vec<Tag>, SendError> {
    if attempt.part == 0 {
        return Ok(Vec::new());
    }
    let named = |receipt: Option<&Receipt>| {
        let id = receipt.and_then(|receipt| id_of(nostr, receipt));
        id.ok_or_else(|| SendError::Refused {
            says: format!(
                "the id of part {} is not known, so nothing can be hung below it: post the rest by hand",
                attempt.part
            ),
        })
    };
    let complete = attempt.previous.len() >= attempt.part as usize;
    let root = named(attempt.previous.first().filter(|_| complete))?;
    let parent = named(attempt.previous.last().filter(|_| complete))?;
    let relay = nostr.relays.first().cloned().unwrap_or_default();
    let place = |id: EventId, mark: &str| {
        Tag::parse(["e".to_owned(), id.to_hex(), relay.clone(), mark.to_owned(), author.to_hex()])
    };
    let mut tags: Vec<Tag> = place(root, "root").into_iter().collect();
    if attempt.part > 1 {
        tags.extend(place(parent, "reply"));
    }
    tags.extend(Tag::parse(["p".to_owned(), author.to_hex()]));
    Ok(tags)
}

/// The id of a receipt's note: what was signed, else what its address says.
pub(super) fn id_of(nostr: &Nostr, receipt: &Receipt) -> Option<EventId> {
    let in_address =
        || super::address::post_at(receipt.url.as_deref()?, nostr.author.as_ref()).ok().flatten();
    EventId::from_hex(&receipt.id.clone().or_else(in_address)?).ok()
}

/// Signs. The same event gets the same signature each time: what would be random in it
/// is the event's own digest. BIP-340 takes any value there, and its nonce is made of
/// the secret key and of the message as well.
pub(super) fn signed(mut event: UnsignedEvent, keys: &Keys) -> Result<Event, SendError> {
    let id = event.id();
    let curve = secp256k1::Secp256k1::signing_only();
    let signature = keys.sign_schnorr_with_aux_rand(&curve, id.as_bytes(), id.as_bytes());
    event.add_signature(signature).map_err(|_| SendError::Refused {
        says: "the note could not be signed: this is a mistake in ladder; please report it".to_owned(),
    })
}

/// An event of another kind, made now: a request to delete, a proof of who asks.
pub(super) fn made_now(kind: u16, tags: &[&[&str]], content: &str, keys: &Keys) -> Result<Event, SendError> {
    made(kind, tags, content, seconds(crate::clock::now()), keys)
}

/// The same, of another time.
pub(super) fn made(
    kind: u16,
    tags: &[&[&str]],
    content: &str,
    at: Timestamp,
    keys: &Keys,
) -> Result<Event, SendError> {
    let tags = tags.iter().filter_map(|tag| Tag::parse(tag.iter().map(|text| (*text).to_owned())).ok());
    signed(UnsignedEvent::new(keys.public_key(), at, Kind::from(kind), tags, content), keys)
}

/// What is known of a note that relays have. Its address tells apps whose it is and
/// where it may be found (NIP-19); the gateway that makes a page of it is a third
/// party's, and the form of its addresses is unverified.
pub(super) fn receipt(nostr: &Nostr, id: EventId, author: PublicKey, detail: Option<String>) -> Receipt {
    let name =
        Nip19Event::new(id).author(author).kind(Kind::from(NOTE)).relays(hints(nostr)).to_bech32().ok();
    Receipt {
        id: Some(id.to_hex()),
        url: name.map(|name| format!("{}/{name}", nostr.gateway)),
        detail,
        ..Receipt::default()
    }
}

/// The same of an article, which is known by its address in all its versions; the digest
/// is that of the version that was sent.
pub(super) fn article_receipt(
    nostr: &Nostr,
    address: &Coordinate,
    version: EventId,
    detail: Option<String>,
) -> Receipt {
    let name = Nip19Coordinate::new(address.clone(), hints(nostr)).to_bech32().ok();
    Receipt {
        id: Some(address.to_string()),
        url: name.map(|name| format!("{}/{name}", nostr.gateway)),
        detail,
        sha256: Some(version.to_hex()),
        ..Receipt::default()
    }
}

/// Where it may be found. More make the address no better, and long.
fn hints(nostr: &Nostr) -> impl Iterator<Item = RelayUrl> {
    let hints = if nostr.base_url.is_empty() { nostr.relays.as_slice() } else { &[] };
    hints.iter().take(2).filter_map(|relay| RelayUrl::parse(relay).ok())
}
