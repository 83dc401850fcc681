//! A good request to WordPress's REST API (`wp/v2`), by its handbook.
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, change, only, text};
use crate::rehearsal::{Logged, LoggedBody, Way};
use serde_json::Value;

pub(super) const GOOD: Good = Good {
    authorization,
    holds,
    says,
    posting: |logged| logged.method == "POST" && logged.path.ends_with("/posts"),
    spoils: &[
        ("an unknown field", |logged| change(logged, |body| body["sticky"] = true.into())),
        ("published at once", |logged| change(logged, |body| body["status"] = "publish".into())),
        ("names for numbers", |logged| change(logged, |body| body["tags"] = serde_json::json!(["rocketry"]))),
        ("a shortcode", |logged| {
            change(logged, |body| body["content"] = "[gallery]<!-- ladder:x -->".into())
        }),
        ("no mark", |logged| change(logged, |body| body["content"] = "<p>It landed.</p>".into())),
        ("a picture that is nowhere", |logged| {
            change(logged, |body| body["content"] = "<img src=\"a.png\"><!-- ladder:x -->".into())
        }),
        ("an empty slug", |logged| change(logged, |body| body["slug"] = "".into())),
    ],
};

fn authorization(_: &Way, _: &Logged) -> Option<&'static str> {
    Some("Basic «secret»")
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    wants(logged.path.starts_with("/wp-json/wp/v2/"), "a path of no API");
    let end = logged.path.rsplit('/').next().unwrap_or_default();
    let is_post = logged.path.contains("/posts");
    let asks = |name: &str, value: &str| logged.query.contains(&(name.to_owned(), value.to_owned()));
    if logged.method == "GET" && is_post {
        wants(asks("context", "edit"), "raw words that nobody asked for");
        wants(end != "posts" || asks("status", "any"), "a list without what is no post yet");
    }
    if let (true, "POST", LoggedBody::Json(body)) = (is_post, logged.method.as_str(), &logged.body) {
        let known = [
            "title",
            "slug",
            "status",
            "content",
            "excerpt",
            "categories",
            "tags",
            "featured_media",
            "author",
            "comment_status",
        ];
        wants(only(body, &known), "a field that no post has");
        wants(end != "posts" || body["status"] == "draft", "a post that is there before it is whole");
        let numbers = |key: &str| {
            body.get(key).is_none_or(|ids| ids.as_array().is_some_and(|ids| ids.iter().all(Value::is_u64)))
        };
        wants(numbers("tags") && numbers("categories"), "terms that are no numbers");
        let content = body["content"].as_str().unwrap_or_default();
        wants(!content.contains('['), "what could be a shortcode");
        wants(body.get("content").is_none() || content.contains("<!-- ladder:"), "a text without its mark");
        let relative = content.split("<img ").skip(1).any(|tag| !tag.contains("src=\"http"));
        wants(!relative, "a picture that is nowhere");
        wants(
            body.get("slug").is_none_or(|slug| !slug.as_str().unwrap_or_default().is_empty()),
            "an empty slug",
        );
    }
    if let LoggedBody::Bytes(..) = logged.body {
        let name = logged.header("content-disposition").unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        let name = name.strip_prefix("attachment; filename=\"").and_then(|name| name.strip_suffix('"'));
        wants(name.is_some_and(|name| name.chars().all(plain)), "a file's name that is not plain");
    }
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    if logged.method != "POST" {
        return None;
    }
    let LoggedBody::Json(body) = &logged.body else { return None };
    (body["status"] == "publish").then(|| text(&body["status"]))
}
