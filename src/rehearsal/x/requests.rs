//! A good request to X, by docs.x.com (pages of 2026-08).
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
        ("too long", |logged| change(logged, |body| body["text"] = "a".repeat(63_207).into())),
        ("one picture twice", |logged| change(logged, |body| twice(body, "/media/media_ids"))),
    ],
};

fn authorization(way: &Way, _: &Logged) -> Option<&'static str> {
    Some(match way.table.contains("consumer_key") {
        true => "OAuth «secret»",
        false => "Bearer «secret»",
    })
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    wants(logged.path.starts_with("/2/"), "a path of no API");
    if (logged.method.as_str(), logged.path.as_str()) != ("POST", "/2/tweets") {
        return;
    }
    let LoggedBody::Json(body) = &logged.body else { return wants(false, "a post that is no JSON") };
    wants(only(body, &["text", "media", "reply"]), "a field that no post has");
    let text = body["text"].as_str().unwrap_or_default();
    wants(text.contains("://") || weight(text) <= 280, "a text that is too long");
    if let Some(media) = body.get("media") {
        wants(only(media, &["media_ids"]), "a field that no media have");
        let ids: Vec<&str> =
            media["media_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let different: BTreeSet<&&str> = ids.iter().collect();
        wants((1..=4).contains(&ids.len()) && different.len() == ids.len(), "media that are not 1 to 4");
    }
    if let Some(reply) = body.get("reply") {
        wants(only(reply, &["in_reply_to_tweet_id"]), "a field that no reply has");
        wants(reply["in_reply_to_tweet_id"].is_string(), "a reply to nothing");
    }
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    if logged.method != "POST" {
        return None;
    }
    let LoggedBody::Json(body) = &logged.body else { return None };
    logged.path.ends_with("/tweets").then(|| text(&body["text"]))
}

/// X's own count, for texts without links: 280 of weight 1, or half of what is beyond Latin.
fn weight(text: &str) -> usize {
    let light = |c: char| matches!(u32::from(c), 0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247);
    text.chars().map(|c| if light(c) { 1 } else { 2 }).sum()
}
