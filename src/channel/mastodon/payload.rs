//! What the instance will see, and what only it objects to. Pure.

use super::Mastodon;
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::{Payload, PayloadPart};
use crate::render::Post;
use serde_json::{Value, json};

/// `POST /api/v1/statuses`, one for each part. The ids of uploaded images and of the
/// post that is replied to are known only when sending.
///
/// Of a public thread only the first part is public, and the replies are unlisted: they
/// would fill the public timelines (common practice; Mastodon's own web page has no
/// such rule). Who may see the first may see them all.
pub(super) fn payload(mastodon: &Mastodon, post: &Post) -> Checked<Payload> {
    let mut problems = Vec::new();
    let mut parts = Vec::new();
    // The message's own; else the channel's.
    let language = iso_639_1(if post.language.is_empty() { &mastodon.language } else { &post.language });
    for (at, part) in post.parts.iter().enumerate() {
        let visibility = match mastodon.visibility {
            "public" if at > 0 => "unlisted",
            own => own,
        };
        let mut body = json!({ "status": part.text, "visibility": visibility });
        if !language.is_empty() {
            body["language"] = json!(language);
        }
        if let Some(warning) = &mastodon.content_warning {
            body["spoiler_text"] = json!(warning);
        }
        if mastodon.sensitive {
            body["sensitive"] = json!(true);
        }
        for picture in &part.media {
            let pixels = u64::from(picture.width) * u64::from(picture.height);
            if pixels > mastodon.pixels {
                let says = format!(
                    "`{}` has {pixels} pixels, and the instance takes at most {}",
                    picture.path, mastodon.pixels
                );
                problems.push(
                    Diagnostic::error("image-too-large", says)
                        .about(About::Picture(picture.path.clone()))
                        .hint("scale it down"),
                );
            }
        }
        parts.push(PayloadPart { body, media: part.media.clone() });
    }
    Checked::with(Payload { parts }, problems)
}

/// The words of a part.
pub(super) fn text_of(part: &PayloadPart) -> &str {
    part.body.get("status").and_then(Value::as_str).unwrap_or_default()
}

/// The content warning of a part; empty without one.
pub(super) fn warning_of(part: &PayloadPart) -> &str {
    part.body.get("spoiler_text").and_then(Value::as_str).unwrap_or_default()
}

/// The language of a BCP 47 tag.
fn iso_639_1(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}
