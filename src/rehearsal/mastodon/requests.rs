//! A good request to Mastodon's API (docs.joinmastodon.org at 2903485d, 2026-07-02).
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, change, only, published, text, twice};
use crate::rehearsal::{Logged, LoggedBody, Way};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) const GOOD: Good = Good {
    authorization,
    holds,
    says,
    posting: published,
    spoils: &[
        ("an unknown field", |logged| change(logged, |body| body["nullcast"] = true.into())),
        ("too long", |logged| change(logged, |body| body["status"] = "a".repeat(63_207).into())),
        ("one picture twice", |logged| change(logged, |body| twice(body, "/media_ids"))),
    ],
};

fn authorization(_: &Way, _: &Logged) -> Option<&'static str> {
    Some("Bearer «secret»")
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    wants(logged.path.starts_with("/api/v1/") || logged.path == "/api/v2/media", "a path of no API");
    if let LoggedBody::Parts(parts) = &logged.body {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        wants(logged.path == "/api/v2/media", "a form that is no upload");
        wants(names == ["description", "file"] || names == ["file"], "a field that no upload has");
        wants(parts.iter().all(|part| part.text.as_deref() != Some("")), "alt text that is empty");
    }
    let is_post = (logged.method.as_str(), logged.path.as_str()) == ("POST", "/api/v1/statuses");
    let key = logged.header("idempotency-key");
    wants(key.is_some() == is_post, "the key of a post");
    wants(key.is_none_or(|key| key.len() == 64), "a key that says something");
    let LoggedBody::Json(body) = &logged.body else { return wants(!is_post, "a post that is no JSON") };
    let of_post =
        ["status", "visibility", "language", "spoiler_text", "sensitive", "media_ids", "in_reply_to_id"];
    wants(only(body, &of_post), "a field that no post has");
    wants(is_post || body.get("visibility").is_none(), "another visibility");
    let text = body["status"].as_str().unwrap_or_default();
    wants(
        text.contains("://") || text.contains('@') || text.chars().count() <= 500,
        "a text that is too long",
    );
    let ids: Vec<&Value> = body["media_ids"].as_array().into_iter().flatten().collect();
    let different: BTreeSet<&str> = ids.iter().filter_map(|id| id.as_str()).collect();
    wants(ids.len() <= 4 && different.len() == ids.len(), "media that are not up to 4 different ones");
    wants(body.get("in_reply_to_id").is_none_or(Value::is_string), "a reply to nothing");
    wants(body["language"].as_str().is_none_or(|language| language.len() == 2), "a language by another name");
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    if logged.method != "POST" {
        return None;
    }
    let LoggedBody::Json(body) = &logged.body else { return None };
    (logged.method == "POST" && logged.path.ends_with("/statuses")).then(|| text(&body["status"]))
}
