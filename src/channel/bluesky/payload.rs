//! What a post is in Bluesky's words, as far as it is known before anybody is
//! asked. Pure.
//!
//! The record is finished when it is sent: with the places of its links, tags
//! and mentions, which move with addresses that are known only then; with the
//! images' names; with what it replies to; and with the time.

use crate::channel::post_of;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Card, Picture, Variant};
use serde_json::{Value, json};

/// `$type` of a post, and the collection that it is in.
pub(super) const POST: &str = "app.bsky.feed.post";
/// `$type` of images below a post.
const IMAGES: &str = "app.bsky.embed.images";
/// `$type` of a link's card.
const CARD: &str = "app.bsky.embed.external";
/// A card's picture has at most so many bytes (lexicon app.bsky.embed.external at
/// d6296a1c, 2026-08-20).
const THUMBNAIL_BYTES: u64 = 1_000_000;

/// One record for each part.
pub(super) fn payload(language: &str, variant: &Variant) -> Checked<Payload> {
    let post = match post_of(variant) {
        Ok(post) => post,
        Err(problems) => return Checked::bad(problems),
    };
    let mut problems = Vec::new();
    let mut parts = Vec::new();
    for (at, part) in post.parts.iter().enumerate() {
        let mut body = json!({ "$type": POST, "text": part.text });
        // The message's own; else the channel's.
        let language = if post.language.is_empty() { language } else { &post.language };
        if !language.is_empty() {
            body["langs"] = json!([language]);
        }
        let mut media = part.media.clone();
        problems.extend(media.iter().filter_map(unfit));
        // One embed a post: images, or the card, which goes below the first part.
        if !media.is_empty() {
            let images: Vec<Value> = media.iter().map(image).collect();
            body["embed"] = json!({ "$type": IMAGES, "images": images });
        } else if let Some(card) = post.card.as_ref().filter(|_| at == 0) {
            body["embed"] = json!({ "$type": CARD, "external": external(card) });
            let thumbnail = card.image.as_ref();
            match thumbnail.and_then(|picture| unfit(picture).or_else(|| too_large(picture))) {
                Some(problem) => problems.push(problem.of_a_card()),
                None => media.extend(thumbnail.cloned()),
            }
        }
        parts.push(PayloadPart { body, media });
    }
    Checked::with(Payload { parts }, problems)
}

/// The alt text's key is required, and may be empty (the lexicon).
fn image(picture: &Picture) -> Value {
    let mut image = json!({ "alt": picture.alt });
    if picture.width > 0 && picture.height > 0 {
        image["aspectRatio"] = json!({ "width": picture.width, "height": picture.height });
    }
    image
}

/// No server looks at the link: what the card shows is what we say. Title and
/// description are required, and may be empty (the lexicon).
fn external(card: &Card) -> Value {
    json!({ "uri": card.url, "title": card.title, "description": card.description })
}

/// The record's `accept: image/*`.
fn unfit(picture: &Picture) -> Option<Diagnostic> {
    (!picture.mime.starts_with("image/")).then(|| {
        let says = format!("`{}` is {}, and Bluesky takes images alone", picture.path, picture.mime);
        Diagnostic::error("image-format", says).about(About::Picture(picture.path.clone()))
    })
}

fn too_large(picture: &Picture) -> Option<Diagnostic> {
    (picture.bytes > THUMBNAIL_BYTES).then(|| {
        let says = format!(
            "`{}` has {} bytes, and Bluesky takes {THUMBNAIL_BYTES} on a card",
            picture.path, picture.bytes
        );
        Diagnostic::error("image-too-large", says).about(About::Picture(picture.path.clone()))
    })
}

/// The words of a part.
pub(super) fn text_of(part: &PayloadPart) -> &str {
    part.body.get("text").and_then(Value::as_str).unwrap_or_default()
}

/// Where a part's card leads, if it has one.
pub(super) fn card_of(record: &Value) -> Option<&str> {
    record.pointer("/embed/external/uri").and_then(Value::as_str)
}
