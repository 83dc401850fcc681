//! A good request to a Micropub server (W3C Recommendation, 2017-05-23).
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, change, only, published};
use crate::rehearsal::{Logged, LoggedBody, Way};
use serde_json::Value;

pub(super) const GOOD: Good = Good {
    authorization,
    holds,
    says,
    posting: published,
    spoils: &[
        ("a property that is no list", |logged| {
            change(logged, |body| body["properties"]["content"] = "It landed.".into());
        }),
        ("a type that is none", |logged| change(logged, |body| body["type"] = "h-entry".into())),
        ("a property that no entry has", |logged| {
            change(logged, |body| body["properties"]["body"] = serde_json::json!(["x"]));
        }),
        ("no time", |logged| change(logged, |body| body["properties"]["published"] = Value::Null)),
        ("a picture that is nowhere", |logged| {
            change(logged, |body| {
                body["properties"]["content"] = serde_json::json!([{ "html": "<img src=\"a.png\">" }]);
                body["properties"]["photo"] = serde_json::json!(["a.png"]);
            });
        }),
    ],
};

/// A site's pages are for everybody.
fn authorization(_: &Way, logged: &Logged) -> Option<&'static str> {
    matches!(logged.path.as_str(), "/micropub" | "/media").then_some("Bearer «secret»")
}

fn holds(way: &Way, logged: &Logged, wants: Wants<'_>) {
    if let LoggedBody::Parts(parts) = &logged.body {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        wants(logged.path == "/media" && names == ["file"], "a form that is no upload");
    }
    if logged.method != "POST" || logged.path != "/micropub" {
        return;
    }
    let LoggedBody::Json(body) = &logged.body else { return wants(false, "a post that is no JSON") };
    match body.get("action").and_then(Value::as_str) {
        Some(action) => {
            let known = ["action", "url", "replace", "add", "delete"];
            wants(only(body, &known) && matches!(action, "update" | "delete"), "an action that nobody knows");
            wants(body["url"].as_str().is_some_and(|url| url.starts_with("http")), "a change of nothing");
            let lists = body.get("replace").and_then(Value::as_object);
            let lists = lists.is_none_or(|lists| {
                lists.iter().all(|(key, values)| values.is_array() && !key.starts_with("mp-"))
            });
            wants(lists, "a property that is no list, or nothing that is kept");
        }
        None => {
            wants(only(body, &["type", "properties"]), "a field that no post has");
            wants(body["type"] == serde_json::json!(["h-entry"]), "a type that is none");
            let known = [
                "name",
                "content",
                "summary",
                "category",
                "photo",
                "published",
                "mp-slug",
                "mp-syndicate-to",
            ];
            let properties = &body["properties"];
            wants(only(properties, &known), "a property that no entry has");
            let lists = properties.as_object().into_iter().flatten();
            wants(lists.clone().all(|(_, values)| values.is_array()), "a property that is no list");
            wants(properties["published"][0].as_str().is_some_and(|at| at.ends_with('Z')), "no time");
            // A name makes an article of a note.
            wants(
                properties.get("name").is_some() == way.article,
                "a note with a name, or an article without",
            );
            let html = properties["content"][0]["html"].as_str().unwrap_or_default();
            let nowhere = html.split("<img ").skip(1).any(|tag| !tag.contains("src=\"http"));
            let photos = properties["photo"].as_array().into_iter().flatten();
            let photos = photos.map(|photo| photo["value"].as_str().or(photo.as_str()).unwrap_or_default());
            wants(
                !nowhere && photos.into_iter().all(|url| url.starts_with("http")),
                "a picture that is nowhere",
            );
        }
    }
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    let LoggedBody::Json(body) = &logged.body else { return None };
    let is_post = logged.path == "/micropub" && body.get("action").is_none();
    is_post.then(|| format!("{} {}", body["properties"]["name"], body["properties"]["content"]))
}
