//! Uploads: in one piece or in several, alt text, and what may go on a post
//! (docs.x.com, media, 2026-08-22).

use super::refusal::{forbidden, invalid, problem};
use super::{Route, X};
use crate::rehearsal::image;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::{Asked, Sent};
use base64::Engine as _;
use serde_json::{Value, json};

const IMAGE_BYTES: usize = 5 * 1024 * 1024;
const GIF_BYTES: usize = 15 * 1024 * 1024;
/// Of one piece; an older page's number, unverified for v2.
const PIECE_BYTES: usize = 5 * 1024 * 1024;
const ALT_CHARACTERS: usize = 1000;
/// How long an upload that is on no post is kept, in seconds (unverified).
const KEPT: i64 = 86_400;

/// Something uploaded.
#[derive(Debug)]
pub(super) struct Upload {
    pub id: String,
    pub category: String,
    /// What it says it will be: kind and bytes. None for one that came whole.
    announced: Option<(String, usize)>,
    pieces: Vec<(u32, Vec<u8>)>,
    pub bytes: Vec<u8>,
    pub ready: bool,
    pub used: bool,
    pub alt: String,
    at: i64,
}

impl X {
    pub(super) fn media(&mut self, asked: &Asked, route: &Route<'_>) -> Checked<Reply> {
        match (route.0, &route.1[2..]) {
            ("POST", ["upload"]) => self.upload_whole(asked),
            ("POST", ["upload", "initialize"]) => self.initialize(asked),
            ("POST", ["upload", id, "append"]) => self.append(asked, id),
            ("POST", ["upload", id, "finalize"]) => self.finalize(id),
            ("GET", ["upload"]) => {
                let id = asked.query("media_id").unwrap_or("");
                if asked.query("command") != Some("STATUS") {
                    return no(invalid(
                        "command",
                        asked.query("command").unwrap_or(""),
                        "is not one of [STATUS]",
                    ));
                }
                let upload = self.own_upload(id)?;
                Ok(Reply::json(200, json!({ "data": { "id": upload.id, "media_key": key(upload) } })))
            }
            ("POST", ["metadata"]) => self.describe(asked),
            _ => no(problem(404, "Not Found", "Not Found")),
        }
    }

    fn upload_whole(&mut self, asked: &Asked) -> Checked<Reply> {
        let known = ["media", "media_category", "media_type", "additional_owners", "shared"];
        let (bytes, category) = match &asked.sent {
            Sent::Parts(parts) => {
                if let Some(odd) = parts.iter().find(|part| !known.contains(&part.name.as_str())) {
                    return no(invalid(&odd.name, "", "is not one of the known fields"));
                }
                let text =
                    |name| asked.part(name).map(|part| String::from_utf8_lossy(&part.bytes).into_owned());
                (asked.part("media").map(|part| part.bytes.clone()), text("media_category"))
            }
            Sent::Json(body) => {
                only(body, &known)?;
                let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).ok();
                let category = body["media_category"].as_str().map(str::to_owned);
                (body["media"].as_str().and_then(decode), category)
            }
            _ => return no(problem(400, "Bad Request", "A multipart form or JSON is needed.")),
        };
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
            return no(invalid("media", "", "media is required"));
        };
        let Some(category) = category else {
            return no(invalid("media_category", "", "media_category is required"));
        };
        fits(&bytes, &category)?;
        let id = self.ids.next(asked.at).to_string();
        let size = bytes.len();
        self.uploads.push(Upload {
            id,
            category,
            announced: None,
            pieces: Vec::new(),
            bytes,
            ready: true,
            used: false,
            alt: String::new(),
            at: asked.at.as_second(),
        });
        Ok(self.made(size))
    }

    fn initialize(&mut self, asked: &Asked) -> Checked<Reply> {
        let Some(body) = asked.json() else {
            return no(problem(400, "Bad Request", "JSON is needed."));
        };
        only(body, &["media_type", "media_category", "total_bytes", "additional_owners", "shared"])?;
        let (Some(kind), Some(category), Some(total)) =
            (body["media_type"].as_str(), body["media_category"].as_str(), body["total_bytes"].as_u64())
        else {
            return no(invalid("media_type", "", "media_type, media_category and total_bytes are required"));
        };
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        if total > most(category)? {
            return no(invalid("total_bytes", &total.to_string(), "File size exceeds the limit."));
        }
        let id = self.ids.next(asked.at).to_string();
        self.uploads.push(Upload {
            id,
            category: category.to_owned(),
            announced: Some((kind.to_owned(), total)),
            pieces: Vec::new(),
            bytes: Vec::new(),
            ready: false,
            used: false,
            alt: String::new(),
            at: asked.at.as_second(),
        });
        Ok(self.made(0))
    }

    /// The answer about the newest upload.
    fn made(&self, size: usize) -> Reply {
        let Some(upload) = self.uploads.last() else { return Reply::bare(500) };
        let mut data = json!({ "id": upload.id, "media_key": key(upload), "expires_after_secs": KEPT });
        if size > 0 {
            data["size"] = json!(size);
        }
        Reply::json(200, json!({ "data": data }))
    }

    fn append(&mut self, asked: &Asked, id: &str) -> Checked<Reply> {
        let index = asked.part("segment_index").map(|part| String::from_utf8_lossy(&part.bytes).into_owned());
        let (index, bytes) = match &asked.sent {
            Sent::Parts(_) => (
                index.and_then(|index| index.trim().parse::<u32>().ok()),
                asked.part("media").map(|part| part.bytes.clone()),
            ),
            Sent::Json(body) => (
                body["segment_index"].as_u64().and_then(|index| u32::try_from(index).ok()),
                body["media"]
                    .as_str()
                    .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok()),
            ),
            _ => (None, None),
        };
        let (Some(index), Some(bytes)) = (index.filter(|index| *index < 1000), bytes) else {
            return no(invalid("segment_index", "", "segment_index (0 to 999) and media are required"));
        };
        if bytes.len() > PIECE_BYTES {
            return no(problem(413, "Payload Too Large", "The piece is larger than 5 MB."));
        }
        let upload = self.own_upload(id)?;
        if upload.ready || upload.pieces.iter().any(|(has, _)| *has == index) {
            return no(invalid("segment_index", &index.to_string(), "Segments do not add up."));
        }
        upload.pieces.push((index, bytes));
        Ok(Reply::json(200, json!({ "data": { "expires_at": upload.at + KEPT } })))
    }

    fn finalize(&mut self, id: &str) -> Checked<Reply> {
        let upload = self.own_upload(id)?;
        upload.pieces.sort_by_key(|(index, _)| *index);
        let gapless = upload.pieces.iter().zip(0..).all(|((index, _), at)| *index == at);
        let bytes: Vec<u8> = upload.pieces.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        let announced = upload.announced.clone().unwrap_or_default();
        if upload.ready || !gapless || bytes.len() != announced.1 {
            return no(invalid("id", id, "Segments do not add up to the announced size."));
        }
        fits(&bytes, &upload.category)?;
        if image::mime(&bytes).is_some_and(|mime| mime != announced.0) {
            return no(invalid("media_type", &announced.0, "The bytes are of another type."));
        }
        (upload.bytes, upload.ready) = (bytes, true);
        upload.pieces.clear();
        let data = json!({ "id": upload.id, "media_key": key(upload), "size": upload.bytes.len(),
            "expires_after_secs": KEPT });
        Ok(Reply::json(200, json!({ "data": data })))
    }

    fn describe(&mut self, asked: &Asked) -> Checked<Reply> {
        let Some(body) = asked.json() else { return no(problem(400, "Bad Request", "JSON is needed.")) };
        only(body, &["id", "metadata"])?;
        let Some(text) = body["metadata"]["alt_text"]["text"].as_str() else {
            return no(invalid("metadata", "", "metadata.alt_text.text is required"));
        };
        if text.is_empty() || text.chars().count() > ALT_CHARACTERS {
            return no(invalid("metadata.alt_text.text", "", "length must be between 1 and 1000"));
        }
        let id = body["id"].as_str().unwrap_or("").to_owned();
        let upload = self.own_upload(&id)?;
        // Whether a post that stands can still be described is not written
        // anywhere; the pages say to do it before (unverified).
        if upload.used {
            return no(invalid("id", &id, "The media is already on a post."));
        }
        text.clone_into(&mut upload.alt);
        let metadata = json!({ "alt_text": { "text": text } });
        Ok(Reply::json(200, json!({ "data": { "id": id, "associated_metadata": metadata } })))
    }

    fn own_upload(&mut self, id: &str) -> Checked<&mut Upload> {
        match self.uploads.iter_mut().find(|upload| upload.id == id) {
            Some(upload) => Ok(upload),
            None => no(invalid("media_id", id, "Your media IDs are invalid.")),
        }
    }

    /// The uploads of a post, by their places: own, ready, unused, and of kinds
    /// that go together.
    pub(super) fn media_of(&self, body: &Value, now: i64) -> Checked<Vec<usize>> {
        let Some(media) = body.get("media") else { return Ok(Vec::new()) };
        only(media, &["media_ids", "tagged_user_ids"])?;
        let Some(ids) = media["media_ids"].as_array() else {
            return no(invalid("media.media_ids", "", "is required"));
        };
        if ids.is_empty() || ids.len() > 4 {
            return no(invalid("media.media_ids", &ids.len().to_string(), "must hold 1 to 4 ids"));
        }
        let mut found = Vec::new();
        for id in ids {
            // Numbers are refused: ids are texts in this API.
            let id = id.as_str().unwrap_or("");
            let at = self
                .uploads
                .iter()
                .position(|upload| upload.id == id && upload.ready && !upload.used && now - upload.at < KEPT);
            match at {
                Some(at) if !found.contains(&at) => found.push(at),
                _ => return no(invalid("media.media_ids", id, "Your media IDs are invalid.")),
            }
        }
        let alone = found.iter().any(|at| self.uploads[*at].category != "tweet_image");
        if alone && found.len() > 1 {
            return no(forbidden("You can attach 4 photos, or 1 animated GIF, or 1 video."));
        }
        Ok(found)
    }
}

/// X's other name of an upload: its kind and its id.
fn key(upload: &Upload) -> String {
    let kind = if upload.category == "tweet_gif" { 16 } else { 3 };
    format!("{kind}_{}", upload.id)
}

/// Refuses keys that the schema does not have.
pub(super) fn only(body: &Value, known: &[&str]) -> Checked<()> {
    let Some(fields) = body.as_object() else {
        return no(invalid("body", "", "must be an object"));
    };
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(odd) => no(invalid(odd, "", &format!("[{odd}] is not one of the known properties"))),
        None => Ok(()),
    }
}

fn most(category: &str) -> Checked<usize> {
    match category {
        "tweet_image" => Ok(IMAGE_BYTES),
        "tweet_gif" => Ok(GIF_BYTES),
        _ => no(invalid("media_category", category, "is not rehearsed here: tweet_image, tweet_gif")),
    }
}

fn fits(bytes: &[u8], category: &str) -> Checked<()> {
    if bytes.len() > most(category)? {
        return no(problem(400, "Invalid Request", "File size exceeds the limit."));
    }
    match (image::mime(bytes), category) {
        (Some("image/gif"), "tweet_gif") => Ok(()),
        (Some(_), "tweet_image") => Ok(()),
        _ => no(problem(400, "Invalid Request", "media type unrecognized.")),
    }
}
