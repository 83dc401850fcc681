//! A good request to LinkedIn's versioned Posts API (li-lms-2026-05).
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, change, only, published, text, twice, without};
use crate::rehearsal::{Logged, LoggedBody, Way};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) const GOOD: Good = Good {
    authorization,
    holds,
    says,
    posting: published,
    spoils: &[
        ("no version", |logged| without(logged, "linkedin-version")),
        ("no protocol", |logged| without(logged, "x-restli-protocol-version")),
        ("an unknown field", |logged| change(logged, |body| body["nullcast"] = true.into())),
        ("too long", |logged| change(logged, |body| body["commentary"] = "a".repeat(63_207).into())),
        ("one picture twice", |logged| change(logged, |body| twice(body, "/content/multiImage/images"))),
        ("not escaped", |logged| change(logged, |body| body["commentary"] = "It landed (again)".into())),
    ],
};

fn authorization(_: &Way, _: &Logged) -> Option<&'static str> {
    Some("Bearer «secret»")
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    if logged.path.starts_with("/rest/") {
        wants(logged.header("linkedin-version") == Some("202606"), "LinkedIn-Version");
        wants(logged.header("x-restli-protocol-version") == Some("2.0.0"), "X-Restli-Protocol-Version");
    }
    let row = logged.header("x-restli-method");
    wants(logged.method != "DELETE" || row == Some("DELETE"), "X-RestLi-Method of a deletion");
    let finds = logged.query.iter().any(|(name, _)| name == "q");
    wants(!finds || row == Some("FINDER"), "X-RestLi-Method of a search");
    let LoggedBody::Json(body) = &logged.body else { return };
    if logged.path.ends_with("/comments") {
        wants(
            only(body, &["actor", "object", "message"]) && only(&body["message"], &["text"]),
            "a comment's fields",
        );
        let long = body["message"]["text"].as_str().is_none_or(|text| text.encode_utf16().count() > 1250);
        wants(!long, "a comment that is too long");
        return;
    }
    if row == Some("PARTIAL_UPDATE") {
        let set = &body["patch"]["$set"];
        wants(logged.path.starts_with("/rest/posts/urn%3Ali%3A"), "an update of no post");
        wants(only(body, &["patch"]) && only(&body["patch"], &["$set"]), "an update's fields");
        wants(only(set, &["commentary"]), "an update of more than the words");
        let text = set["commentary"].as_str().unwrap_or_default();
        wants(is_little_text(text), "a text that ends where something is not escaped");
        return;
    }
    if logged.path != "/rest/posts" {
        return;
    }
    let known = [
        "author",
        "commentary",
        "visibility",
        "distribution",
        "lifecycleState",
        "isReshareDisabledByAuthor",
        "content",
    ];
    wants(only(body, &known), "a field that no post has");
    wants(known[..6].iter().all(|key| !body[*key].is_null()), "a field that is missing");
    let text = body["commentary"].as_str().unwrap_or_default();
    wants(is_little_text(text), "a text that ends where something is not escaped");
    let plain = text.replace("\\\\", "\u{1}").replace('\\', "");
    wants(plain.encode_utf16().count() <= 3000, "a text that is too long");
    let Some(content) = body.get("content") else { return };
    wants(content.as_object().is_some_and(|kinds| kinds.len() == 1), "content of several kinds");
    let images: Vec<&Value> = match (&content["media"], content["multiImage"]["images"].as_array()) {
        (Value::Null, Some(images)) => {
            wants((2..=20).contains(&images.len()), "images that are not 2 to 20");
            images.iter().collect()
        }
        (Value::Null, None) => Vec::new(),
        (media, _) => vec![media],
    };
    wants(images.iter().all(|image| only(image, &["id", "altText"])), "a field that no image has");
    let ids: BTreeSet<&str> = images.iter().filter_map(|image| image["id"].as_str()).collect();
    wants(ids.len() == images.len(), "images that are not all different");
    wants(images.iter().all(|image| image["altText"] != ""), "alt text that is empty");
    if let Some(article) = content.get("article") {
        wants(only(article, &["source", "title", "description", "thumbnail"]), "a field that no card has");
        wants(article["title"].as_str().is_some_and(|title| !title.is_empty()), "a card without a title");
    }
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    if logged.method != "POST" {
        return None;
    }
    let LoggedBody::Json(body) = &logged.body else { return None };
    match logged.path.rsplit('/').next()? {
        "posts" => Some(text(&body["commentary"])),
        "comments" => Some(text(&body["message"]["text"])),
        _ => None,
    }
}

/// Whether everything that means something in little text is escaped, but for
/// hashtags and mentions.
fn is_little_text(text: &str) -> bool {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let step = match c {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '#' if rest[1..].starts_with(char::is_alphanumeric) => 1,
            '{' if rest.starts_with("{hashtag|\\#|") => rest.find('}').map_or(0, |end| end + 1),
            '@' if rest.starts_with("@[") => rest.find(')').map_or(0, |end| end + 1),
            '|' | '{' | '}' | '@' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '*' | '_' | '~' => 0,
            c => c.len_utf8(),
        };
        if step == 0 {
            return false;
        }
        rest = &rest[step..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_text_is_told_from_text_that_ends_early() {
        for good in [
            "It landed \\(twice\\).",
            "#Rocket \\# \\\\ \\_",
            "{hashtag|\\#|rocket} x",
            "@[Acme](urn:li:organization:1) é",
        ] {
            assert!(is_little_text(good), "{good}");
        }
        for bad in ["It landed (twice)", "a_b", "# x", "a|b", "@ada", "{x}", "2 * 3"] {
            assert!(!is_little_text(bad), "{bad}");
        }
    }
}
