//! Images: asked for, sent in one piece to the address that came back, and
//! only then good for a post (learn.microsoft.com, Images API, 2026).

use super::LinkedIn;
use super::refusal::{denied, error, field, illegal, not_found};
use crate::rehearsal::image;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::{Asked, Sent};
use jiff::Timestamp;
use serde_json::json;

/// Fewer than this.
const PIXELS: u64 = 36_152_320;

/// An image, asked for and perhaps here.
#[derive(Debug)]
pub(super) struct Upload {
    pub urn: String,
    pub owner: String,
    path: String,
    pub bytes: Option<Vec<u8>>,
    /// From when on it can be on a post.
    ready: Timestamp,
}

impl LinkedIn {
    pub(super) fn initialize_upload(&mut self, asked: &Asked) -> Checked<Reply> {
        let body = asked.json().and_then(|body| body["initializeUploadRequest"].as_object());
        let Some(owner) = body.and_then(|body| body.get("owner")).and_then(|owner| owner.as_str()) else {
            return no(illegal("initializeUploadRequest.owner is required"));
        };
        self.may_write(owner)?;
        let number = self.ids.next(asked.at);
        let urn = format!("urn:li:image:D4E{number}");
        let path = format!("/dms-uploads/{number:x}/uploaded-image/0");
        let address =
            format!("{}{path}?ca=vector_feedshare&cn=uploads&m={number}&sync=1&v=beta", asked.origin());
        self.uploads.push(Upload {
            urn: urn.clone(),
            owner: owner.to_owned(),
            path,
            bytes: None,
            ready: asked.at,
        });
        let expires = asked.at.as_millisecond() + 24 * 3_600_000;
        let value = json!({ "uploadUrlExpiresAt": expires, "uploadUrl": address, "image": urn });
        Ok(Reply::json(200, json!({ "value": value })))
    }

    /// The bytes, whole, with the bearer's token.
    pub(super) fn take_upload(&mut self, asked: &Asked) -> Checked<Reply> {
        let Some(upload) = self.uploads.iter_mut().find(|upload| upload.path == asked.path) else {
            return no(error(404, "NOT_FOUND", "There is no such upload"));
        };
        // The query is part of the address that was given.
        if asked.query("m").is_none() || asked.query("v").is_none() {
            return no(error(403, "ACCESS_DENIED", "The address is not the one that was given"));
        }
        if upload.bytes.is_some() {
            return no(error(409, "CONFLICT", "It was uploaded already"));
        }
        let bytes = match &asked.sent {
            Sent::Bytes(bytes) => bytes,
            _ => return no(illegal("The image's bytes are needed, and nothing else")),
        };
        // Whatever the header says; what is no picture fails in processing, and
        // cannot be put on a post.
        upload.bytes = Some(bytes.clone());
        upload.ready = asked.at.checked_add(self.settings.processing).unwrap_or(Timestamp::MAX);
        Ok(Reply::bare(201))
    }

    /// Whether an image may go on a post of `author`; its bytes.
    pub(super) fn image_of(&self, urn: &str, author: &str, path: &str) -> Checked<&[u8]> {
        let Some(upload) = self.uploads.iter().find(|upload| upload.urn == urn) else {
            return no(field("INVALID_CONTENT", path, &format!("{urn} does not exist")));
        };
        if upload.owner != author {
            return no(denied(&format!("{urn} is not owned by {author}")));
        }
        let Some(bytes) = &upload.bytes else {
            return no(field("INVALID_CONTENT", path, &format!("{urn} is still waiting for its upload")));
        };
        let kind = image::mime(bytes);
        if !matches!(kind, Some("image/jpeg" | "image/png" | "image/gif"))
            || image::pixels(bytes).is_none_or(|pixels| pixels == 0 || pixels >= PIXELS)
        {
            return no(field("MEDIA_ASSET_PROCESSING_FAILED", path, &format!("{urn} failed in processing")));
        }
        if self.settings.clock.now() < upload.ready {
            return no(field("MEDIA_ASSET_PROCESSING", path, &format!("{urn} is still being processed")));
        }
        Ok(bytes)
    }

    /// Members can write images and not read them.
    pub(super) fn read_image(&self, urn: &str) -> Checked<Reply> {
        let Some(upload) = self.uploads.iter().find(|upload| upload.urn == urn) else {
            return no(not_found(urn));
        };
        if !upload.owner.starts_with("urn:li:organization:") {
            return no(denied("images.GET"));
        }
        let status = match (&upload.bytes, self.image_of(urn, &upload.owner, "/")) {
            (None, _) => "WAITING_UPLOAD",
            (Some(_), _) if self.settings.clock.now() < upload.ready => "PROCESSING",
            (Some(_), Ok(_)) => "AVAILABLE",
            (Some(_), Err(_)) => "PROCESSING_FAILED",
        };
        Ok(Reply::json(200, json!({ "id": urn, "owner": upload.owner, "status": status })))
    }
}
