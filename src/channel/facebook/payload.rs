//! A post in the Graph API's words. Pure, and without secrets.

use crate::channel::post_of;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Part, Post, Variant};
use serde_json::json;

/// `POST /PAGE/feed` (`/PAGE/photos` with one image), then `POST
/// /POST/comments` for the first comment. The ids of uploaded photos and of
/// the post below which the comment goes are known only when sending.
///
/// How many images a post may have is a rule of lint (`too-many-images`), which
/// knows the place in the file and may be allowed: Facebook documents no number.
pub(super) fn payload(page: &str, variant: &Variant) -> Checked<Payload> {
    let post = match post_of(variant) {
        Ok(post) => post,
        Err(problems) => return Checked::bad(problems),
    };
    let mut problems = Vec::new();
    let mut parts: Vec<PayloadPart> = Vec::new();
    for (at, part) in post.parts.iter().enumerate() {
        let link = link_of(post, at, part);
        if is_blank(&part.text) && part.media.is_empty() && post.card.as_ref().is_none_or(|_| at > 0) {
            problems.push(
                Diagnostic::error("empty-text", "Facebook takes no post without words, a link or an image")
                    .about(About::Part(at))
                    .hint("write a `text` for the rung, or let it have a card or images with `attach`"),
            );
        }
        let edge = if part.media.len() == 1 { "photos" } else { "feed" };
        let mut body = json!({ "edge": format!("{page}/{edge}"), "message": part.text });
        if let Some(link) = link {
            body["link"] = json!(link);
        }
        match part.media.as_slice() {
            [] => {}
            [picture] => body["alt_text_custom"] = json!(picture.alt),
            // Each is uploaded first; here stands what readers get of them.
            pictures => {
                let alts = pictures.iter().map(|picture| json!({ "alt_text_custom": picture.alt }));
                body["attached_media"] = alts.collect();
            }
        }
        parts.push(PayloadPart { body, media: part.media.clone() });
    }
    if let Some(comment) = &post.first_comment {
        if is_blank(comment) {
            problems.push(
                Diagnostic::error("empty-text", "the first comment has no words")
                    .about(About::FirstComment)
                    .hint("write a `first_comment` for the rung, or take the key out"),
            );
        }
        parts
            .push(PayloadPart { body: json!({ "edge": "comments", "message": comment }), media: Vec::new() });
    }
    Checked::with(Payload { parts }, problems)
}

/// The address whose card is shown. Beside images Facebook does not show one;
/// and where the text begins its links with the very address, Facebook makes
/// the card from there, and readers are not given it twice.
fn link_of<'a>(post: &'a Post, at: usize, part: &Part) -> Option<&'a str> {
    let card = post.card.as_ref().filter(|_| at == 0 && part.media.is_empty())?;
    (part.links.first() != Some(&card.url)).then_some(card.url.as_str())
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
