//! Photos: uploaded unseen and put on a post, or posted as they are (Graph
//! API, pages, photos; error reference 2026).

use super::refusal::{detailed, error, invalid};
use super::{Facebook, Parameters};
use crate::rehearsal::image;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::LiveMedia;
use serde_json::{Value, json};

/// The error 1366046 says "smaller than 4 MB".
const PHOTO_BYTES: usize = 4 * 1024 * 1024;
/// More on one post was not seen to work (unverified).
const MOST: usize = 10;
/// How long an unseen photo is kept, in seconds (unverified).
const KEPT: i64 = 86_400;

/// A photo that is on no post yet.
#[derive(Debug)]
pub(super) struct Unseen {
    pub media: LiveMedia,
    at: i64,
}

impl Facebook {
    pub(super) fn photo(&mut self, asked: &Asked, parameters: &Parameters) -> Checked<Reply> {
        let Some(part) = asked.part("source").filter(|part| !part.bytes.is_empty()) else {
            return match parameters.get("url") {
                // Fetching a picture from somewhere is not rehearsed.
                Some(_) => no(error(400, 324, "(#324) Missing or invalid image file")),
                None => no(error(400, 324, "(#324) Requires upload file")),
            };
        };
        let mime = image::mime(&part.bytes);
        if mime.is_none() || image::pixels(&part.bytes).is_none_or(|pixels| pixels == 0) {
            return no(error(400, 324, "(#324) Missing or invalid image file"));
        }
        if part.bytes.len() > PHOTO_BYTES {
            return no(detailed(
                400,
                100,
                1_366_046,
                "Invalid parameter",
                "Photos should be smaller than 4 MB and saved as JPG or PNG.",
            ));
        }
        let id = self.ids.next(asked.at).to_string();
        let media = image::live(&id, &part.bytes, parameters.get("alt_text_custom").unwrap_or(""));
        if !parameters.is_published()? {
            self.unseen.push(Unseen { media, at: asked.at.as_second() });
            return Ok(Reply::json(200, json!({ "id": id })));
        }
        let message = parameters.get("message").or(parameters.get("caption")).unwrap_or("");
        self.fits(message)?;
        let twice = self.newest().is_some_and(|post| {
            post.text == message && post.media.iter().map(|m| &m.sha256).eq([&media.sha256])
        });
        if twice {
            return no(detailed(
                400,
                100,
                1_366_051,
                "Invalid parameter",
                "These photos were already posted.",
            ));
        }
        let post = self.post(asked.at, message.to_owned(), vec![media], None);
        let mut answer = json!({ "id": id, "post_id": post.id });
        for field in ["permalink_url", "created_time"] {
            if parameters.fields().any(|wanted| wanted == field) {
                let shown = self.field(&post, field)?;
                answer[field] = shown.unwrap_or(Value::Null);
            }
        }
        Ok(Reply::json(200, answer))
    }

    /// The photos that a post names, taken from those that nobody has seen.
    pub(super) fn attached(&mut self, parameters: &Parameters, now: i64) -> Checked<Vec<LiveMedia>> {
        let wanted = parameters.attached()?;
        if wanted.len() > MOST {
            return no(invalid("attached_media has too many elements"));
        }
        let mut found = Vec::new();
        for id in &wanted {
            let is = |unseen: &Unseen| unseen.media.id == *id && now - unseen.at < KEPT;
            match self.unseen.iter().position(is) {
                Some(at) if !found.contains(&at) => found.push(at),
                _ => {
                    return no(invalid(&format!(
                        "Param attached_media: '{id}' is no photo that can be attached"
                    )));
                }
            }
        }
        let media = found.iter().map(|at| self.unseen[*at].media.clone()).collect();
        Ok(media)
    }

    /// They are on a post now.
    pub(super) fn seen(&mut self, media: &[LiveMedia]) {
        self.unseen.retain(|unseen| !media.iter().any(|media| media.id == unseen.media.id));
    }
}
