//! A good request to Forem's API, version 1, by developers.forem.com.
//! What arrives is judged by this, whatever became of it.

use super::articles::FIELDS;
use crate::rehearsal::requests::{Good, Wants, change, only, text};
use crate::rehearsal::{Logged, LoggedBody, Way};
use serde_json::{Value, json};

pub(super) const GOOD: Good = Good {
    authorization: |_, _| None,
    holds,
    says,
    posting: |logged| logged.method == "POST" && logged.path.ends_with("/api/articles"),
    spoils: &[
        ("no key", |logged| logged.headers.retain(|(name, _)| name != "api-key")),
        ("an older version of the API", |logged| logged.headers.retain(|(name, _)| name != "accept")),
        ("an unknown field", |logged| of_article(logged, |article| article["date"] = "today".into())),
        ("published at once", |logged| of_article(logged, |article| article["published"] = true.into())),
        ("fields without their object", |logged| change(logged, |body| *body = body["article"].take())),
        ("five tags", |logged| {
            of_article(logged, |article| article["tags"] = json!(["a", "b", "c", "d", "e"]))
        }),
        ("a tag with a hyphen", |logged| of_article(logged, |article| article["tags"] = json!(["web-dev"]))),
        ("a title that is too long", |logged| {
            of_article(logged, |article| article["title"] = "a".repeat(129).into())
        }),
        ("a front matter", |logged| {
            of_article(logged, |article| {
                article["body_markdown"] = "---\ntitle: x\n---\n<!-- ladder:x -->".into()
            })
        }),
        ("a picture that is nowhere", |logged| {
            of_article(logged, |article| article["body_markdown"] = "![a](a.png)\n<!-- ladder:x -->".into())
        }),
        ("a cover that is nowhere", |logged| {
            of_article(logged, |article| article["main_image"] = "a.png".into())
        }),
        ("no mark", |logged| of_article(logged, |article| article["body_markdown"] = "It landed.".into())),
    ],
};

fn of_article(logged: &mut Logged, by: impl FnOnce(&mut Value)) {
    change(logged, |body| by(&mut body["article"]));
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    wants(logged.path.starts_with("/api/"), "a path of no API");
    wants(logged.header("api-key") == Some("«secret»"), "no key");
    wants(logged.header("accept") == Some("application/vnd.forem.api-v1+json"), "another version of the API");
    if let ("POST" | "PUT", LoggedBody::Json(body)) = (logged.method.as_str(), &logged.body) {
        wants(only(body, &["article"]), "fields without their object");
        let article = &body["article"];
        wants(only(article, FIELDS), "a field that no article has");
        wants(
            article.as_object().is_some_and(|fields| fields.values().all(|value| !value.is_null())),
            "a null",
        );
        wants(logged.method != "POST" || article["published"] == false, "an article that is out at once");
        let title = article["title"].as_str();
        wants(title.is_none_or(|title| (1..=128).contains(&title.chars().count())), "a title of no length");
        let tags = article.get("tags").map(|tags| tags.as_array().cloned().unwrap_or_default());
        let plain = |tag: &Value| tag.as_str().is_some_and(|tag| tag.chars().all(char::is_alphanumeric));
        wants(tags.is_none_or(|tags| tags.len() <= 4 && tags.iter().all(plain)), "tags that are none");
        let is_page = |value: Option<&Value>| value.is_none_or(|url| text(url).starts_with("http"));
        wants(is_page(article.get("main_image")), "a cover that is nowhere");
        wants(is_page(article.get("canonical_url")), "an original that is nowhere");
        if let Some(markdown) = article.get("body_markdown").map(text) {
            wants(!markdown.trim_start().starts_with("---"), "a front matter");
            wants(markdown.contains("<!-- ladder:"), "a text without its mark");
            let nowhere = markdown.split("](").skip(1).any(|rest| !rest.starts_with("http"));
            wants(!nowhere, "a picture or link that is nowhere");
        }
    }
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    let LoggedBody::Json(body) = &logged.body else { return None };
    (body["article"]["published"] == true).then(|| "published".to_owned())
}
