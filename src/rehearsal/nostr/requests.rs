//! A good message to a relay, by NIP-01, 10, 23, 42 and 92 (db5fe3de, 2026-07-22), and a good
//! upload by BUD-02. What arrives is judged by this, whatever became of it. A note's
//! digest is made here anew, and by other means than the adapter's.

use super::tags_of;
use crate::rehearsal::requests::{Good, Wants, only, published, text};
use crate::rehearsal::{Logged, LoggedBody, Way};
use pulldown_cmark::{Event as Piece, Options, Parser};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(super) const GOOD: Good = Good {
    authorization: |_, logged| (logged.method == "PUT").then_some("Nostr «secret»"),
    holds,
    says,
    posting: published,
    spoils: &[
        ("another text under the same id", |logged| spoil(logged, |note| note["content"] = json!("other"))),
        ("an unknown field", |logged| spoil(logged, |note| note["via"] = json!("x"))),
        ("a time in milliseconds", |logged| {
            spoil(logged, |note| note["created_at"] = json!(1_767_225_600_000_i64));
        }),
        ("a tag that is no list of texts", |logged| spoil(logged, |note| note["tags"] = json!([["t", 1]]))),
        ("a key as people write it", |logged| spoil(logged, |note| note["pubkey"] = json!("npub1abc"))),
        ("no signature", |logged| spoil(logged, |note| note["sig"] = json!(""))),
    ],
};

fn spoil(logged: &mut Logged, by: impl FnOnce(&mut Value)) {
    if let LoggedBody::Json(Value::Array(message)) = &mut logged.body
        && let Some(note) = message.get_mut(1)
    {
        by(note);
    }
}

fn is_hex(value: &Value, length: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    value.as_str().is_some_and(|hex| hex.len() == length && hex.bytes().all(is_digit))
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    let known = ["/", "/upload", "/req", "/auth"].contains(&logged.path.as_str());
    wants(known || logged.path.starts_with("/event/"), "a path of nothing");
    let LoggedBody::Json(message) = &logged.body else { return };
    wants(
        message.as_array().is_some_and(|message| message.len() == 2 || message[0] == "REQ"),
        "a long message",
    );
    match message[0].as_str() {
        Some("REQ") => {
            let name = message[1].as_str().unwrap_or_default();
            wants((1..=64).contains(&name.len()), "a question without a name");
            filter(&message[2], wants);
        }
        Some("EVENT" | "AUTH") => event(&message[1], wants),
        _ => wants(false, "a message of no kind"),
    }
}

/// By id, or by all three of what makes an address (NIP-01).
fn filter(filter: &Value, wants: Wants<'_>) {
    let all = |key: &str, is: &dyn Fn(&Value) -> bool| {
        filter[key].as_array().is_some_and(|values| !values.is_empty() && values.iter().all(is))
    };
    let is_key = |key: &Value| is_hex(key, 64);
    if filter.get("ids").is_some() {
        wants(only(filter, &["ids"]) && all("ids", &is_key), "a filter of something else than ids");
        return;
    }
    wants(only(filter, &["authors", "kinds", "#d"]), "a filter of something else");
    wants(all("authors", &is_key), "an author as people write it");
    wants(all("kinds", &Value::is_u64) && all("#d", &Value::is_string), "no address");
}

/// NIP-23: what an article has, and has not.
fn article(event: &Value, wants: Wants<'_>) {
    let all = |name: &str| tags_of(event, name).map(|tag| text(&tag[1])).collect::<Vec<String>>();
    wants(matches!(all("d").as_slice(), [name] if !name.is_empty()), "an article without an address");
    wants(all("title").len() == 1, "an article without a title");
    let at: Option<u64> = all("published_at").first().and_then(|at| at.parse().ok());
    let made = event["created_at"].as_u64();
    wants(at.is_some_and(|at| made.is_some_and(|made| at <= made)), "no time of publishing, as a text");
    let content = text(&event["content"]);
    let mut markdown = Parser::new_ext(&content, Options::ENABLE_TABLES);
    let is_odd = |piece: Piece<'_>| matches!(piece, Piece::Html(_) | Piece::InlineHtml(_) | Piece::SoftBreak);
    wants(!markdown.any(is_odd), "HTML, or a paragraph that is broken by hand");
}

fn event(event: &Value, wants: Wants<'_>) {
    let known = ["id", "pubkey", "created_at", "kind", "tags", "content", "sig"];
    wants(
        only(event, &known) && event.as_object().is_some_and(|event| event.len() == 7),
        "a field too many, or too few",
    );
    let hex = [("id", 64), ("pubkey", 64), ("sig", 128)];
    wants(hex.iter().all(|(name, length)| is_hex(&event[*name], *length)), "what is to be hex is none");
    wants(event["id"] == digest(event), "an id that is not the digest");
    let at = event["created_at"].as_i64();
    wants(at.is_some_and(|at| (1_500_000_000..10_000_000_000).contains(&at)), "no time in seconds");
    let tags = event["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_tag =
        |tag: &Value| tag.as_array().is_some_and(|tag| !tag.is_empty() && tag.iter().all(Value::is_string));
    wants(event["tags"].is_array() && tags.iter().all(is_tag), "a tag that is no list of texts");
    if event["kind"] == 30023 {
        article(event, wants);
    }
    for tag in tags {
        match tag[0].as_str() {
            Some("e") if event["kind"] == 1 => {
                let mark = tag[3].as_str().unwrap_or_default();
                wants(is_hex(&tag[1], 64) && ["root", "reply"].contains(&mark), "a reply to nothing");
            }
            Some("e" | "p") => wants(is_hex(&tag[1], 64), "a name that is not hex"),
            Some("t") => {
                let word = text(&tag[1]);
                wants(
                    !word.is_empty() && word == word.to_lowercase() && !word.starts_with('#'),
                    "a tag's word",
                );
            }
            Some("imeta") => {
                let has = |name: &str| {
                    let fields = tag.as_array().into_iter().flatten().filter_map(Value::as_str);
                    fields
                        .filter_map(|field| field.split_once(' '))
                        .any(|(has, value)| has == name && !value.is_empty())
                };
                wants(has("url") && has("x") && has("m"), "an image that is not described");
            }
            _ => {}
        }
    }
    let content = event["content"].as_str();
    let is_plain = |content: &str| content.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    wants(content.is_some_and(is_plain), "characters that are written in two ways");
}

/// NIP-01: SHA-256 of `[0, pubkey, created_at, kind, tags, content]` without blanks.
fn digest(event: &Value) -> String {
    let field = |name: &str| event[name].clone();
    let whole =
        json!([0, field("pubkey"), field("created_at"), field("kind"), field("tags"), field("content")]);
    Sha256::digest(whole.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    let LoggedBody::Json(message) = &logged.body else { return None };
    let title = tags_of(&message[1], "title").map(|tag| text(&tag[1])).collect::<String>();
    let says = ["/event/1", "/event/30023"].contains(&logged.path.as_str());
    says.then(|| format!("{title}{}", text(&message[1]["content"])))
}
