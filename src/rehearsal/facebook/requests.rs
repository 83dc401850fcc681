//! A good request to Facebook's Graph API (v26.0, 2026-07-29).
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, published};
use crate::rehearsal::{Logged, LoggedBody, Way};
use std::collections::BTreeSet;

pub(super) const GOOD: Good = Good {
    authorization,
    holds,
    says,
    posting: published,
    spoils: &[
        ("an unknown field", |logged| add(logged, "picture", "x")),
        ("a card beside media", |logged| add(logged, "link", "https://acme.example/")),
        ("a field twice", |logged| add(logged, "message", "x")),
        ("too long", |logged| {
            if let LoggedBody::Form(fields) = &mut logged.body {
                fields.retain(|(name, _)| name != "message");
            }
            add(logged, "message", &"a".repeat(63_207));
        }),
        ("no version", |logged| logged.path = logged.path.replace("/v26.0", "")),
    ],
};

fn authorization(_: &Way, _: &Logged) -> Option<&'static str> {
    Some("Bearer «secret»")
}

fn holds(way: &Way, logged: &Logged, wants: Wants<'_>) {
    wants(logged.path.starts_with("/v26.0/"), "a call without its version");
    let proven = logged.query.iter().any(|(name, value)| name == "appsecret_proof" && value == "«secret»");
    wants(proven == way.table.contains("app_secret"), "the proof of the app");
    let fields: Vec<(&str, &str)> = match &logged.body {
        LoggedBody::Form(fields) => {
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        }
        LoggedBody::Parts(parts) => {
            parts.iter().map(|part| (part.name.as_str(), part.text.as_deref().unwrap_or_default())).collect()
        }
        _ => Vec::new(),
    };
    let names: BTreeSet<&str> = fields.iter().map(|(name, _)| *name).collect();
    wants(names.len() == fields.len(), "a field twice");
    let end = logged.path.rsplit('/').next().unwrap_or_default();
    let known: &[&str] = match (logged.method.as_str(), end) {
        ("POST", "feed") => &["message", "link", "fields"],
        ("POST", "photos") => &["source", "alt_text_custom", "message", "published"],
        ("POST", "comments") => &["message"],
        // Other words for a post that is there.
        ("POST", id) if id.starts_with("1234567890_") => &["message"],
        ("POST", _) => return wants(false, "a call that nobody knows"),
        _ => &[],
    };
    let attached: Vec<&&str> = names.iter().filter(|name| name.starts_with("attached_media[")).collect();
    let strange = names.iter().find(|name| !known.contains(name) && !attached.contains(name));
    wants(strange.is_none() && (attached.is_empty() || end == "feed"), &format!("the field {strange:?}"));
    let counted = (0..attached.len()).all(|at| names.contains(format!("attached_media[{at}]").as_str()));
    wants(counted && attached.len() != 1, "media that are not counted from 0");
    wants(attached.is_empty() || !names.contains("link"), "a card beside media");
    let long = fields.iter().any(|(name, value)| *name == "message" && value.encode_utf16().count() > 63_206);
    wants(!long, "a text that is too long");
    let hidden = fields.contains(&("published", "false"));
    wants(!(hidden && names.contains("message")), "words on a photo that nobody sees");
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    if logged.method != "POST" {
        return None;
    }
    match (logged.path.rsplit('/').next()?, &logged.body) {
        ("feed" | "comments", LoggedBody::Form(fields)) => {
            let message = fields.iter().find(|(name, _)| name == "message");
            Some(message.map(|(_, value)| value.clone()).unwrap_or_default())
        }
        ("photos", LoggedBody::Parts(parts)) if parts.iter().all(|part| part.name != "published") => {
            let message = parts.iter().find(|part| part.name == "message");
            Some(message.and_then(|part| part.text.clone()).unwrap_or_default())
        }
        _ => None,
    }
}

fn add(logged: &mut Logged, name: &str, value: &str) {
    if let LoggedBody::Form(fields) = &mut logged.body {
        fields.push((name.to_owned(), value.to_owned()));
    }
}
