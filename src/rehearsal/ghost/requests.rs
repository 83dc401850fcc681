//! A good request to Ghost's Admin API, by its documents (docs.ghost.org, 2026-08).
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, change, only, text};
use crate::rehearsal::{Logged, LoggedBody, Way};
use serde_json::Value;

pub(super) const GOOD: Good = Good {
    authorization,
    holds,
    says,
    posting: |logged| logged.method == "POST" && logged.path.ends_with("/posts/"),
    spoils: &[
        ("an unknown field", |logged| change(logged, |body| body["posts"][0]["excerpt"] = "x".into())),
        ("published at once", |logged| {
            change(logged, |body| body["posts"][0]["status"] = "published".into())
        }),
        ("two posts", |logged| change(logged, doubled)),
        ("no mark", |logged| change(logged, |body| body["posts"][0]["tags"] = serde_json::json!([]))),
        ("a text that Ghost would take apart", |logged| {
            change(logged, |body| body["posts"][0]["html"] = "<p>It landed.</p>".into())
        }),
        ("a picture that is nowhere", |logged| {
            let html = "<!--kg-card-begin: html-->\n<img src=\"a.png\">\n<!--kg-card-end: html-->";
            change(logged, |body| body["posts"][0]["html"] = html.into())
        }),
        ("a text that would be left out", |logged| logged.query.retain(|(name, _)| name != "source")),
        ("an odd slug", |logged| change(logged, |body| body["posts"][0]["slug"] = "Grüße--x".into())),
        ("a long title", |logged| change(logged, |body| body["posts"][0]["title"] = "x".repeat(256).into())),
        ("another version", |logged| {
            logged
                .headers
                .iter_mut()
                .filter(|(name, _)| name == "accept-version")
                .for_each(|(_, v)| *v = "v2.0".into());
        }),
    ],
};

fn doubled(body: &mut Value) {
    let first = body["posts"][0].clone();
    body["posts"] = serde_json::json!([first, first]);
}

fn authorization(_: &Way, _: &Logged) -> Option<&'static str> {
    Some("Ghost «secret»")
}

const KNOWN: &[&str] = &[
    "title",
    "slug",
    "status",
    "html",
    "custom_excerpt",
    "canonical_url",
    "feature_image",
    "feature_image_alt",
    "visibility",
    "tags",
    "authors",
    "updated_at",
];

fn holds(way: &Way, logged: &Logged, wants: Wants<'_>) {
    wants(logged.path.starts_with("/ghost/api/admin/"), "a path of no API");
    wants(logged.path.ends_with('/'), "a path that would be led on");
    wants(logged.header("accept-version") == Some("v5.0"), "a version that its owner gets a mail about");
    let asks = |name: &str, value: &str| logged.query.contains(&(name.to_owned(), value.to_owned()));
    if let LoggedBody::Parts(parts) = &logged.body {
        let files = parts.iter().filter(|part| part.name == "file");
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        wants(files.clone().count() == 1, "an upload of not one file");
        let named =
            |part: &&crate::rehearsal::LoggedPart| part.file.as_ref().is_some_and(|n| n.chars().all(plain));
        wants(files.clone().all(|part| named(&part)), "a file's name that is not plain");
    }
    let LoggedBody::Json(body) = &logged.body else { return };
    let post = &body["posts"][0];
    wants(
        only(body, &["posts"]) && body["posts"].as_array().is_some_and(|all| all.len() == 1),
        "not one post",
    );
    wants(only(post, KNOWN), "a field that no post has");
    if logged.method == "POST" {
        wants(post["status"] == "draft", "a post that is there before it is whole");
        wants(post.get("updated_at").is_none(), "a time of a post that is none yet");
    } else {
        wants(post["updated_at"].is_string(), "a change without the time of the last one");
    }
    wants(post.get("html").is_none() || asks("source", "html"), "a text that is left out");
    if let Some(html) = post["html"].as_str() {
        let card =
            html.starts_with("<!--kg-card-begin: html-->") && html.ends_with("<!--kg-card-end: html-->");
        wants(card, "a text that is taken apart");
        wants(
            !html.split("<img ").skip(1).any(|tag| !tag.contains("src=\"http")),
            "a picture that is nowhere",
        );
    }
    if let Some(tags) = post.get("tags").and_then(Value::as_array) {
        let marks =
            tags.iter().filter(|tag| tag["name"].as_str().is_some_and(|tag| tag.starts_with("#ladder-")));
        wants(marks.count() == 1, "a post without its mark");
    } else {
        wants(post.get("html").is_none(), "a post without its mark");
    }
    if let Some(slug) = post["slug"].as_str() {
        let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
        wants(
            !slug.is_empty() && !slug.contains("--") && slug.chars().all(plain),
            "a slug that would be changed",
        );
    }
    let fits = |key: &str, most: usize| post[key].as_str().is_none_or(|text| text.chars().count() <= most);
    let bounds = [("title", 255), ("slug", 191), ("custom_excerpt", 300), ("feature_image_alt", 191)];
    wants(bounds.iter().all(|(key, most)| fits(key, *most)), "a text that is too long");
    if post["status"] == "published" {
        let wanted = way.table.contains("newsletter");
        wants(asks("newsletter", "weekly") == wanted, "a mail that nobody ordered, or none that was");
        wants(asks("email_segment", "status:free") == wanted, "a mail to others");
    }
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    let LoggedBody::Json(body) = &logged.body else { return None };
    let status = &body["posts"][0]["status"];
    (status == "published").then(|| text(status))
}
