//! A good request to a server of the AT Protocol, by its lexicons (d6296a1c, 2026-08-20).
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
        ("an unknown field", |logged| change(logged, |body| body["record"]["via"] = "x".into())),
        ("too long", |logged| change(logged, |body| body["record"]["text"] = "a".repeat(63_207).into())),
        ("written over", |logged| change(logged, |body| body["swapRecord"] = "bafy".into())),
        ("any key", |logged| change(logged, |body| body["rkey"] = "post-1".into())),
        ("no time", |logged| change(logged, |body| body["record"]["createdAt"] = Value::Null)),
        ("one picture twice", |logged| change(logged, |body| twice(body, "/record/embed/images"))),
    ],
};

fn authorization(_: &Way, logged: &Logged) -> Option<&'static str> {
    // What everybody may ask is asked without a token, and so is for one.
    let open = [".createSession", ".getRecord", ".resolveHandle"];
    (!open.iter().any(|end| logged.path.ends_with(end))).then_some("Bearer «secret»")
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    wants(logged.path.starts_with("/xrpc/com.atproto."), "a path of no API");
    if !logged.path.ends_with(".putRecord") {
        return;
    }
    let LoggedBody::Json(body) = &logged.body else { return wants(false, "a post that is no JSON") };
    wants(
        only(body, &["repo", "collection", "rkey", "swapRecord", "record"])
            && body.as_object().is_some_and(|body| body.len() == 5),
        "a field too many, or too few",
    );
    wants(body["swapRecord"].is_null(), "written over what stands there");
    wants(body["rkey"].as_str().is_some_and(|key| key.len() == 13), "a key that is no TID");
    let record = &body["record"];
    let known = ["$type", "text", "createdAt", "langs", "facets", "embed", "reply"];
    wants(only(record, &known), "a field that no post has");
    wants(
        record["text"].as_str().is_some_and(|text| text.chars().count() <= 3000),
        "a text that is too long",
    );
    wants(record["createdAt"].as_str().is_some_and(|at| at.ends_with('Z')), "no time");
    let images = record.pointer("/embed/images").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<String> = images.map(|image| image["image"]["ref"].to_string()).collect();
    let different: BTreeSet<&String> = names.iter().collect();
    wants(names.len() <= 4 && different.len() == names.len(), "more than four images, or one twice");
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    if logged.method != "POST" {
        return None;
    }
    let LoggedBody::Json(body) = &logged.body else { return None };
    logged.path.ends_with(".putRecord").then(|| text(&body["record"]["text"]))
}
