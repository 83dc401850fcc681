//! What the payloads of articles have in common: texts, tags, pictures and their names.
//! Pure.

use crate::channel::article_html::is_called;
use crate::diagnostic::{About, Diagnostic};
use crate::plan::PayloadPart;
use crate::render::{Article, Picture};
use serde_json::Value;

/// A text of the body.
pub(in crate::channel) fn text<'a>(part: &'a PayloadPart, key: &str) -> &'a str {
    part.body.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A list of texts of the body.
pub(in crate::channel) fn texts<'a>(part: &'a PayloadPart, key: &str) -> Vec<&'a str> {
    part.body.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The picture above the text.
pub(in crate::channel) fn cover(part: &PayloadPart) -> Option<&Picture> {
    let name = part.body.get("cover").and_then(Value::as_str)?;
    part.media.iter().find(|picture| picture.name == name)
}

/// Whether the picture is one of a text in which pictures are `called` so.
pub(in crate::channel) fn is_shown(called: &[String], picture: &Picture) -> bool {
    called.iter().any(|written| is_called(written, &picture.name))
}

/// Each picture once; two that differ cannot have one name. `check` says what a site
/// would not take of one.
pub(in crate::channel) fn media<'a>(
    pictures: impl Iterator<Item = &'a Picture>,
    problems: &mut Vec<Diagnostic>,
    check: impl Fn(&Picture) -> Option<Diagnostic>,
) -> Vec<Picture> {
    let mut media: Vec<Picture> = Vec::new();
    for picture in pictures {
        match media.iter().find(|known| known.name == picture.name) {
            Some(known) if known.sha256 == picture.sha256 => {}
            Some(_) => {
                problems.push(same_name(picture, format!("two images are called `{}`", picture.name)));
            }
            None => {
                problems.extend(check(picture));
                media.push(picture.clone());
            }
        }
    }
    media
}

/// A picture's name is another one's already.
pub(in crate::channel) fn same_name(picture: &Picture, problem: String) -> Diagnostic {
    let hint = "one would stand for the other: give the file another name";
    Diagnostic::error("same-name", problem).about(About::Picture(picture.path.clone())).hint(hint)
}

/// What is said where the address of an original would be left out. `has_none`: that the
/// site has no place for it.
pub(in crate::channel) fn no_canonical(article: &Article, has_none: &str) -> Option<Diagnostic> {
    article.canonical.as_ref()?;
    let says = format!(
        "{has_none} for the address of an original (the article that this one comes `after`, or the rung's \
         `canonical`): it is left out, and search engines may take this copy for the original"
    );
    let hint = "write `canonical = \"\"` in the rung if that is meant; readers are told of the original \
                by a line in the rung's `text`, below `{{ message.body }}`";
    Some(Diagnostic::warning("no-canonical", says).about(About::Canonical).hint(hint))
}

/// Tags, each once, however it is capitalised.
pub(in crate::channel) fn tags<'a>(written: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut tags: Vec<&str> = Vec::new();
    for tag in written.map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    tags
}

/// What a picture is called at a site, without the dot and what follows: some of its own
/// name in plain letters, and the beginning of a digest by which it is found again.
pub(in crate::channel) fn stem(picture: &Picture, digest: &str) -> String {
    let own = picture.name.rsplit_once('.').map_or(picture.name.as_str(), |(own, _)| own);
    let mut plain = String::new();
    for c in own.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => plain.push(c),
            _ if plain.is_empty() || plain.ends_with('-') => {}
            _ => plain.push('-'),
        }
        if plain.len() >= LONGEST_NAME {
            break;
        }
    }
    let plain = plain.trim_end_matches('-');
    let digest = digest.get(..16).unwrap_or(digest);
    if plain.is_empty() { format!("image-{digest}") } else { format!("{plain}-{digest}") }
}

/// So much of a picture's own name is kept (a judgement).
const LONGEST_NAME: usize = 60;

/// The name of a file of that type.
pub(in crate::channel) fn with_ending(stem: &str, mime: &str) -> String {
    let ending = match mime {
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "jpg",
    };
    format!("{stem}.{ending}")
}
