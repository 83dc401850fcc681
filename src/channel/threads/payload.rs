//! A post in the Threads API's words. Pure, and without secrets.

use super::{Threads, media};
use crate::channel::post_of;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::{Part, Post, Variant};
use serde_json::{Value, json};

/// `POST /USER/threads`, a container for each part. What it replies to, and the items of
/// a carousel, are known only when sending. An image stands here under its file's name:
/// `media_base_url` is put before it when it goes, for that may move.
///
/// How many images and links a post may have are rules of lint, which know the place in
/// the file.
pub(super) fn payload(threads: &Threads, variant: &Variant) -> Checked<Payload> {
    let post = match post_of(variant) {
        Ok(post) => post,
        Err(problems) => return Checked::bad(problems),
    };
    let mut problems = Vec::new();
    let parts = post.parts.iter().enumerate().map(|(at, part)| {
        if part.text.trim().is_empty() && part.media.is_empty() {
            problems.push(
                Diagnostic::error("empty-text", "Threads takes no post without words or an image")
                    .about(About::Part(at))
                    .hint("write a `text` for the rung, or let it have images with `attach`"),
            );
        }
        let mut body = match part.media.as_slice() {
            [] => json!({ "media_type": "TEXT" }),
            [picture] => {
                json!({ "media_type": "IMAGE", "image": media::name(picture), "alt_text": picture.alt })
            }
            pictures => {
                let items =
                    pictures.iter().map(|one| json!({ "image": media::name(one), "alt_text": one.alt }));
                json!({ "media_type": "CAROUSEL", "children": items.collect::<Vec<_>>() })
            }
        };
        if !part.text.trim().is_empty() {
            body["text"] = json!(part.text);
        }
        if at == 0 {
            let of_first = [
                ("topic_tag", threads.topic.as_deref()),
                ("reply_control", threads.reply_control),
                ("link_attachment", link_of(post, part)),
            ];
            for (key, value) in of_first {
                if let Some(value) = value {
                    body[key] = json!(value);
                }
            }
        }
        PayloadPart { body, media: part.media.clone() }
    });
    let parts: Vec<PayloadPart> = parts.collect();
    if threads.media_base_url.is_none()
        && let Some(picture) = parts.iter().find_map(|part| part.media.first())
    {
        let says =
            format!("`{}` goes along, and Threads takes no uploads: it needs a public address", picture.path);
        problems.push(Diagnostic::error("image-not-public", says).about(About::Picture(picture.path.clone())).hint(
            "say where images can be fetched: `media_base_url = \"https://acme.example/social\"` in the channel, and \
             with `media_folder` the folder of the site that they are to be written into; or `attach = \"none\"`",
        ));
    }
    Checked::with(Payload { parts }, problems)
}

/// The address whose card is shown, where the words have no link: the first of those
/// makes a card by itself. Beside images there is none.
fn link_of<'a>(post: &'a Post, part: &Part) -> Option<&'a str> {
    let card = post.card.as_ref().filter(|_| part.media.is_empty() && part.links.is_empty())?;
    Some(&card.url).filter(|url| !part.text.contains(*url)).map(String::as_str)
}

/// The words of a part.
pub(super) fn words_of(part: &PayloadPart) -> &str {
    part.body.get("text").and_then(Value::as_str).unwrap_or("")
}
