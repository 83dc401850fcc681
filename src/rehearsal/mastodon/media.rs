//! Uploads (docs, methods/media, 2026-07-02).

use super::{Mastodon, error, invalid};
use crate::rehearsal::image;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::{Asked, Sent};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Of a server without settings (entities/Instance).
const IMAGE_BYTES: usize = 16 * 1024 * 1024;
const IMAGE_PIXELS: u64 = 33_177_600;
const ALT_CHARACTERS: usize = 1500;

/// Something uploaded.
#[derive(Debug)]
pub(super) struct Upload {
    pub id: String,
    pub bytes: Vec<u8>,
    pub alt: String,
    pub used: bool,
    at: Timestamp,
}

impl Mastodon {
    pub(super) fn upload(&mut self, asked: &Asked) -> Checked<Reply> {
        let Sent::Parts(parts) = &asked.sent else {
            return no(invalid("Validation failed: File can't be blank"));
        };
        let known = ["file", "description", "focus", "thumbnail"];
        if let Some(odd) = parts.iter().find(|part| !known.contains(&part.name.as_str())) {
            return no(invalid(&format!("Validation failed: {} is not known", odd.name)));
        }
        let file = asked.part("file").map(|part| part.bytes.clone()).filter(|bytes| !bytes.is_empty());
        let Some(bytes) = file else { return no(invalid("Validation failed: File can't be blank")) };
        if bytes.len() > IMAGE_BYTES {
            return no(invalid("Validation failed: File file size must be less than 16 MB"));
        }
        if image::mime(&bytes).is_none() {
            return no(invalid("Validation failed: File content type is invalid"));
        }
        if image::pixels(&bytes).is_none_or(|pixels| pixels > IMAGE_PIXELS) {
            return no(invalid("Validation failed: File image dimensions are too large"));
        }
        let alt = asked.part("description").map(|part| String::from_utf8_lossy(&part.bytes).into_owned());
        let alt = alt.unwrap_or_default();
        if alt.chars().count() > ALT_CHARACTERS {
            return no(invalid("Validation failed: Description is too long (maximum is 1500 characters)"));
        }
        let id = self.ids.next(asked.at).to_string();
        self.uploads.push(Upload { id, bytes, alt, used: false, at: asked.at });
        let upload = &self.uploads[self.uploads.len() - 1];
        let ready = self.is_ready(upload, asked.at);
        Ok(Reply::json(if ready { 200 } else { 202 }, self.shown_upload(upload, ready)))
    }

    pub(super) fn look_at(&self, asked: &Asked, id: &str) -> Checked<Reply> {
        // One that is on a post is none any more.
        let Some(upload) = self.uploads.iter().find(|upload| upload.id == id && !upload.used) else {
            return no(error(404, "Record not found"));
        };
        let ready = self.is_ready(upload, asked.at);
        Ok(Reply::json(if ready { 200 } else { 206 }, self.shown_upload(upload, ready)))
    }

    fn is_ready(&self, upload: &Upload, now: Timestamp) -> bool {
        let processing = SignedDuration::try_from(self.settings.processing).unwrap_or_default();
        now.duration_since(upload.at) >= processing
    }

    fn shown_upload(&self, upload: &Upload, ready: bool) -> Value {
        let url = format!("{}/system/media_attachments/{}.png", self.settings.home, upload.id);
        json!({ "id": upload.id, "type": "image", "url": ready.then_some(&url), "preview_url": url,
            "description": (!upload.alt.is_empty()).then_some(&upload.alt) })
    }

    /// The uploads that a post names, by their places: own, ready, unused.
    pub(super) fn media_of(&self, body: &Value, now: Timestamp) -> Checked<Vec<usize>> {
        let Some(ids) = body.get("media_ids") else { return Ok(Vec::new()) };
        let Some(ids) = ids.as_array() else { return no(invalid("Validation failed: Media ids is invalid")) };
        if ids.len() > 4 {
            return no(invalid("Validation failed: Cannot attach more than 4 files"));
        }
        let mut found = Vec::new();
        for id in ids {
            let id = id.as_str().unwrap_or_default();
            match self.uploads.iter().position(|upload| upload.id == id && !upload.used) {
                Some(at) if !found.contains(&at) => found.push(at),
                _ => {
                    return no(invalid(&format!("Media {id} not found or already attached to another post")));
                }
            }
        }
        if found.iter().any(|at| !self.is_ready(&self.uploads[*at], now)) {
            return no(invalid(
                "Cannot attach files that have not finished processing. Try again in a moment!",
            ));
        }
        Ok(found)
    }
}
