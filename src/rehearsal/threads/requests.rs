//! A good request to the Threads API (v1.0; posts, 2026-04-14).
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants};
use crate::rehearsal::{Logged, LoggedBody, Way};
use std::collections::BTreeSet;

pub(super) const GOOD: Good = Good {
    authorization,
    holds,
    says,
    // What readers will see is in the container; publishing only names it.
    posting: |logged| is_container(logged) && field(logged, "is_carousel_item").is_none(),
    spoils: &[
        ("an unknown field", |logged| add(logged, "caption", "x")),
        ("published at once", |logged| add(logged, "auto_publish_text", "true")),
        ("a field twice", |logged| add(logged, "text", "x")),
        ("too long", |logged| {
            fields_mut(logged).retain(|(name, _)| name != "text");
            add(logged, "text", &"a".repeat(501));
        }),
        ("words in the address", |logged| logged.query.push(("text".to_owned(), "x".to_owned()))),
        ("no version", |logged| logged.path = logged.path.replace("/v1.0", "")),
    ],
};

/// Images lie where everybody may fetch them: the token is not told there.
fn authorization(_: &Way, logged: &Logged) -> Option<&'static str> {
    (!is_media(logged)).then_some("Bearer «secret»")
}

fn is_media(logged: &Logged) -> bool {
    matches!(logged.method.as_str(), "GET" | "HEAD") && logged.path.starts_with("/media/")
}

fn is_container(logged: &Logged) -> bool {
    logged.method == "POST" && logged.path.ends_with("/threads")
}

fn fields(logged: &Logged) -> &[(String, String)] {
    match &logged.body {
        LoggedBody::Form(fields) => fields,
        _ => &[],
    }
}

fn fields_mut(logged: &mut Logged) -> &mut Vec<(String, String)> {
    if !matches!(logged.body, LoggedBody::Form(_)) {
        logged.body = LoggedBody::Form(Vec::new());
    }
    match &mut logged.body {
        LoggedBody::Form(fields) => fields,
        _ => &mut logged.query,
    }
}

fn field<'a>(logged: &'a Logged, name: &str) -> Option<&'a str> {
    fields(logged).iter().find(|(has, _)| has == name).map(|(_, value)| value.as_str())
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    if is_media(logged) {
        return wants(logged.query.is_empty() && logged.body == LoggedBody::Nothing, "more than a question");
    }
    wants(logged.path.starts_with("/v1.0/"), "a call without its version");
    let asked = ["fields", "limit", "since", "until", "after"];
    wants(logged.query.iter().all(|(name, _)| asked.contains(&name.as_str())), "words in the address");
    let names: BTreeSet<&str> = fields(logged).iter().map(|(name, _)| name.as_str()).collect();
    wants(names.len() == fields(logged).len(), "a field twice");
    let known: &[&str] = match (logged.method.as_str(), is_container(logged)) {
        ("POST", true) => &[
            "media_type",
            "text",
            "image_url",
            "alt_text",
            "reply_to_id",
            "reply_control",
            "topic_tag",
            "is_carousel_item",
            "children",
            "link_attachment",
        ],
        ("POST", false) if logged.path.ends_with("/threads_publish") => &["creation_id"],
        ("POST", false) => return wants(false, "a call that nobody knows"),
        _ => &[],
    };
    let strange = names.iter().find(|name| !known.contains(name));
    wants(strange.is_none(), &format!("the field {strange:?}"));
    wants(fields(logged).iter().all(|(_, value)| !value.is_empty()), "a field that says nothing");
    if !is_container(logged) {
        return;
    }
    let has = |name: &str| field(logged, name).is_some();
    let item = has("is_carousel_item");
    wants(!item || field(logged, "media_type") == Some("IMAGE"), "an item of a carousel that is no image");
    wants(
        !item || !has("text") && !has("reply_to_id") && !has("topic_tag"),
        "words on an item of a carousel",
    );
    let fits = match field(logged, "media_type") {
        Some("TEXT") => has("text") && !has("image_url") && !has("alt_text") && !has("children"),
        Some("IMAGE") => has("image_url") && !has("children") && !has("link_attachment"),
        Some("CAROUSEL") => {
            has("children") && !has("image_url") && !has("alt_text") && !has("link_attachment")
        }
        _ => false,
    };
    wants(fits, "fields of another type of post");
    let children =
        field(logged, "children").map(|list| list.split(',').collect::<Vec<_>>()).unwrap_or_default();
    let different: BTreeSet<&&str> = children.iter().collect();
    wants(
        children.is_empty() || (2..=20).contains(&children.len()),
        "a carousel of less than 2 or more than 20",
    );
    wants(different.len() == children.len(), "one item twice");
    let longest =
        |name: &str, most: usize| field(logged, name).is_none_or(|text| text.chars().count() <= most);
    wants(
        longest("text", 500) && longest("alt_text", 1000) && longest("topic_tag", 50),
        "a text that is too long",
    );
}

/// What makes something readers see names what it shows; the same once more is the same post.
fn says(logged: &Logged) -> Option<String> {
    let publishes = logged.method == "POST" && logged.path.ends_with("/threads_publish");
    publishes.then(|| field(logged, "creation_id").unwrap_or_default().to_owned())
}

fn add(logged: &mut Logged, name: &str, value: &str) {
    fields_mut(logged).push((name.to_owned(), value.to_owned()));
}
