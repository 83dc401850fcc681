//! What a post and its first comment are in LinkedIn's words. Pure.

use crate::channel::post_of;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Card, Picture, Post, Variant};
use crate::text::{Rules, count, network};
use serde_json::{Value, json};

/// Longest comment in characters (Comments API). Which unit is not written:
/// UTF-16 never undercounts.
const COMMENT: Rules = Rules { limit: Some(1250), ..network::LINKEDIN };
/// Longest headline of a card. Not confirmed by LinkedIn's own pages.
const CARD_TITLE: Rules = Rules { limit: Some(400), ..network::LINKEDIN };
/// Longest description of a card. Not confirmed by LinkedIn's own pages.
const CARD_DESCRIPTION: Rules = Rules { limit: Some(4086), ..network::LINKEDIN };
/// An image has fewer pixels than this (Images API, 2024-06).
const PIXELS: u64 = 36_152_320;
/// JPG, PNG and GIF (Images API, 2024-06).
const FORMATS: &[&str] = &["image/jpeg", "image/png", "image/gif"];

/// `POST /rest/posts`, then the first comment. `commentary` is the text as
/// readers see it: the backslashes of LinkedIn's "little text" are part of
/// the transport, as JSON's own are, because a URL that is known only when
/// sending needs them too.
pub(super) fn payload(author: &str, variant: &Variant) -> Checked<Payload> {
    let post = match post_of(variant) {
        Ok(post) => post,
        Err(problems) => return Checked::bad(problems),
    };
    let mut problems = Vec::new();
    let mut parts: Vec<PayloadPart> = Vec::new();
    for part in &post.parts {
        let mut body = json!({
            "author": author,
            "commentary": part.text,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": false,
        });
        let mut media = part.media.clone();
        problems.extend(media.iter().filter_map(unfit));
        if let Some(content) = content(post, &part.media) {
            body["content"] = content;
        }
        if let Some(card) = post.card.as_ref().filter(|_| media.is_empty()) {
            problems.extend(too_long(card, post.url_reserve));
            // The card's thumbnail is uploaded by us. A card without one is
            // still a card.
            let thumbnail = card.image.as_ref();
            match thumbnail.and_then(unfit) {
                Some(problem) => problems.push(problem.of_a_card()),
                None => media.extend(thumbnail.cloned()),
            }
        }
        parts.push(PayloadPart { body, media });
    }
    if let Some(comment) = &post.first_comment {
        let counted = count(comment, &COMMENT, post.url_reserve);
        if !counted.fits() {
            let says = format!(
                "the first comment is {} too long for LinkedIn: {} of 1250",
                counted.over(),
                counted.counted
            );
            problems.push(
                Diagnostic::error("too-long", says)
                    .about(About::FirstComment)
                    .hint("say less in `first_comment`"),
            );
        }
        let body = json!({ "actor": author, "message": { "text": comment } });
        parts.push(PayloadPart { body, media: Vec::new() });
    }
    Checked::with(Payload { parts }, problems)
}

/// Whether the part is the first comment, and not a post.
pub(super) fn is_comment(part: &PayloadPart) -> bool {
    part.body.get("actor").is_some()
}

/// One kind of content only: images, else the link's card. The API does
/// not look at the link itself: title and description must be given.
fn content(post: &Post, media: &[Picture]) -> Option<Value> {
    match (media, &post.card) {
        ([], None) => None,
        ([], Some(card)) => {
            let mut article = json!({ "source": card.url, "title": card.title });
            if !card.description.is_empty() {
                article["description"] = json!(card.description);
            }
            Some(json!({ "article": article }))
        }
        ([picture], _) => Some(json!({ "media": shown(picture) })),
        (pictures, _) => {
            let images: Vec<Value> = pictures.iter().map(shown).collect();
            Some(json!({ "multiImage": { "images": images } }))
        }
    }
}

/// What readers get of an image beside its pixels. No words are left out, not
/// empty ones sent: what LinkedIn makes of these is not written.
fn shown(picture: &Picture) -> Value {
    if picture.alt.is_empty() { json!({}) } else { json!({ "altText": picture.alt }) }
}

/// What LinkedIn would refuse of a card.
fn too_long(card: &Card, reserve: usize) -> Vec<Diagnostic> {
    let pieces = [("title", &card.title, CARD_TITLE), ("description", &card.description, CARD_DESCRIPTION)];
    let long = pieces.into_iter().filter_map(|(what, text, rules)| {
        let counted = count(text, &rules, reserve);
        let limit = counted.limit.filter(|_| !counted.fits())?;
        let says = format!(
            "the card's {what} is {} too long for LinkedIn: {} of {limit}",
            counted.over(),
            counted.counted
        );
        let problem = Diagnostic::error("too-long", says);
        Some(match what {
            "title" => problem.about(About::Title).hint("shorten the message's `title`"),
            _ => problem.about(About::Excerpt).hint("shorten the message's `summary`"),
        })
    });
    long.collect()
}

/// Why LinkedIn does not take an image.
fn unfit(picture: &Picture) -> Option<Diagnostic> {
    let about = || About::Picture(picture.path.clone());
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    if !FORMATS.contains(&picture.mime.as_str()) {
        let says = format!("`{}` is {}, and LinkedIn takes JPEG, PNG and GIF", picture.path, picture.mime);
        return Some(Diagnostic::error("image-format", says).about(about()));
    }
    (pixels >= PIXELS).then(|| {
        let says = format!("`{}` has {pixels} pixels, and LinkedIn takes fewer than {PIXELS}", picture.path);
        Diagnostic::error("image-too-large", says).about(about())
    })
}
