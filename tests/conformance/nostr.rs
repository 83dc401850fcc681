//! Nostr: real events whose digests and signatures hold, digests of awkward texts, and
//! names in pairs. What signs and names here is the crate `nostr`: that it does it as
//! others do is what these tell.

use crate::sets::{Tally, json};
use nostr::prelude::{Event, FromBech32, Keys, Kind, Nip19, Tag, Timestamp, UnsignedEvent};
use serde_json::Value;

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap()
}

/// The digest of an event's fields, made anew.
fn digest(event: &Value) -> String {
    let author = nostr::prelude::PublicKey::from_hex(event["pubkey"].as_str().unwrap()).unwrap();
    let texts = |tag: &Value| -> Vec<String> {
        tag.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let tags = list(event, "tags").iter().map(|tag| Tag::parse(texts(tag)).unwrap());
    let kind = Kind::from(u16::try_from(event["kind"].as_u64().unwrap()).unwrap());
    let at = Timestamp::from(event["created_at"].as_u64().unwrap());
    UnsignedEvent::new(author, at, kind, tags, event["content"].as_str().unwrap()).compute_id().to_hex()
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn nostr_digests_and_signatures() {
    let set = json("08-nostr/nostr-events.json");
    let mut tally = Tally::default();
    for case in list(&set, "verified_events").iter().chain(list(&set, "derived_events")) {
        let event = &case["event"];
        // Control characters are written in two ways, and none is ever sent: see the page.
        let is_control = |c: char| c < ' ' && !matches!(c, '\n' | '\r' | '\t' | '\u{8}' | '\u{c}');
        if event["content"].as_str().unwrap().contains(is_control) {
            continue;
        }
        let name = || event["id"].to_string();
        tally.case(name, digest(event), event["id"].as_str().unwrap().to_owned());
        if event["sig"].is_string() {
            let parsed = Event::from_json(event.to_string());
            tally.case(name, parsed.map(|event| event.verify().is_ok()).ok(), Some(true));
        }
    }
    tally.end("nostr digests and signatures", 19 + 19);
}

#[test]
#[ignore = "reads the sets of LADDER_CONFORMANCE"]
fn nostr_names() {
    let set = json("08-nostr/nostr-events.json");
    let mut tally = Tally::default();
    for case in list(&set, "nip19") {
        let written = case["bech32"].as_str().unwrap();
        let hex = match Nip19::from_bech32(written).ok() {
            Some(Nip19::Pubkey(key)) => key.to_hex(),
            Some(Nip19::Secret(key)) => key.to_secret_hex(),
            Some(Nip19::EventId(id)) => id.to_hex(),
            Some(Nip19::Profile(profile)) => profile.public_key.to_hex(),
            Some(Nip19::Event(event)) => event.event_id.to_hex(),
            _ => String::new(),
        };
        tally.case(|| written.to_owned(), Some(hex.as_str()), case["hex"].as_str());
    }
    let secret = set["secret_key_hex"].as_str().unwrap();
    tally.case(|| "the secret key".to_owned(), Keys::parse(secret).is_ok(), true);
    tally.end("nostr names", 5 + 1);
}
