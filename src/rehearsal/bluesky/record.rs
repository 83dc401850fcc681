//! What the lexicons say of a post (app.bsky.feed.post, app.bsky.embed.*,
//! app.bsky.richtext.facet at d6296a1c, 2026-08-20).

use super::cid;
use crate::rehearsal::reply::{Checked, no};
use jiff::Timestamp;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation as _;

const IMAGE_BYTES: u64 = 2_000_000;
const THUMBNAIL_BYTES: u64 = 1_000_000;

/// Refuses what is no post. The blobs that it names, in order, each with the most
/// bytes that it may have, are left to whoever has them.
pub(super) fn checked(record: &Value) -> Checked<Vec<Blob>> {
    if !record.is_object() || cid::of_record(record).is_none() {
        return wrong("the record is no object that can be kept", "");
    }
    if record["$type"] != "app.bsky.feed.post" {
        return wrong("Invalid $type: expected app.bsky.feed.post", "$.record.$type");
    }
    let Some(text) = record["text"].as_str() else {
        return wrong("Missing required key \"text\"", "$.record");
    };
    short(text, 3000, 300, "$.record.text")?;
    let made = record["createdAt"].as_str().unwrap_or_default();
    if made.parse::<Timestamp>().is_err() || !made.contains('T') {
        return wrong(&format!("Invalid datetime (got {made:?})"), "$.record.createdAt");
    }
    for (key, most) in [("langs", 3), ("tags", 8)] {
        let items = record.get(key).map(|items| {
            items.as_array().map(|items| items.iter().all(Value::is_string) && items.len() <= most)
        });
        if !matches!(items, None | Some(Some(true))) {
            return wrong(&format!("{key} is no list of at most {most} texts"), &format!("$.record.{key}"));
        }
    }
    if let Some(reply) = record.get("reply") {
        for end in ["root", "parent"] {
            let of = &reply[end];
            let is_uri = of["uri"].as_str().is_some_and(|uri| uri.starts_with("at://did:"));
            if !is_uri || !of["cid"].as_str().is_some_and(cid::is_cid) {
                return wrong("a reply names a record by uri and cid", &format!("$.record.reply.{end}"));
            }
        }
    }
    facets(record, text)?;
    blobs(record)
}

/// A blob that a record names.
pub(super) struct Blob {
    pub cid: String,
    pub mime: String,
    pub size: u64,
}

fn wrong<T>(says: &str, at: &str) -> Checked<T> {
    let at = if at.is_empty() { String::new() } else { format!(" at {at}") };
    no(super::error(400, "InvalidRequest", &format!("Invalid app.bsky.feed.post record: {says}{at}")))
}

fn short(text: &str, bytes: usize, graphemes: usize, at: &str) -> Checked<()> {
    if text.len() > bytes {
        return wrong(&format!("string too big (maximum {bytes}, got {})", text.len()), at);
    }
    let count = text.graphemes(true).count();
    if count > graphemes {
        return wrong(&format!("grapheme too big (maximum {graphemes}, got {count})"), at);
    }
    Ok(())
}

/// Places are counted in bytes of UTF-8. That they stand in the text, between letters,
/// and not over each other, is what the app needs to show them; the reference server
/// takes others as well.
fn facets(record: &Value, text: &str) -> Checked<()> {
    let Some(facets) = record.get("facets") else { return Ok(()) };
    let Some(facets) = facets.as_array() else { return wrong("facets is no list", "$.record.facets") };
    let mut last = 0;
    for (number, facet) in facets.iter().enumerate() {
        let at = format!("$.record.facets[{number}]");
        let place = |key: &str| facet["index"][key].as_u64().and_then(|place| usize::try_from(place).ok());
        let (Some(start), Some(end)) = (place("byteStart"), place("byteEnd")) else {
            return wrong("Missing required key \"index\"", &at);
        };
        if start < last || start >= end || text.get(start..end).is_none() {
            return wrong(&format!("{start}..{end} is no place in the text"), &at);
        }
        last = end;
        let Some(features) = facet["features"].as_array() else { return wrong("no features", &at) };
        for feature in features {
            let text = |key: &str| feature[key].as_str().unwrap_or_default();
            let is_good = match feature["$type"].as_str() {
                Some("app.bsky.richtext.facet#link") => {
                    let (scheme, rest) = text("uri").split_once(':').unwrap_or_default();
                    !scheme.is_empty() && !rest.is_empty() && !rest.contains(char::is_whitespace)
                }
                Some("app.bsky.richtext.facet#mention") => {
                    let mut pieces = text("did").split(':');
                    pieces.next() == Some("did") && pieces.filter(|piece| !piece.is_empty()).count() >= 2
                }
                Some("app.bsky.richtext.facet#tag") => {
                    short(text("tag"), 640, 64, &at)?;
                    !text("tag").is_empty()
                }
                _ => false,
            };
            if !is_good {
                return wrong(&format!("{feature} is no feature"), &at);
            }
        }
    }
    Ok(())
}

fn blobs(record: &Value) -> Checked<Vec<Blob>> {
    let Some(embed) = record.get("embed") else { return Ok(Vec::new()) };
    let at = "$.record.embed";
    match embed["$type"].as_str() {
        Some("app.bsky.embed.images") => {
            let Some(images) = embed["images"].as_array() else { return wrong("no images", at) };
            if images.len() > 4 {
                return wrong(&format!("array too big (maximum 4, got {})", images.len()), at);
            }
            let mut all = Vec::new();
            for image in images {
                if !image["alt"].is_string() {
                    return wrong("Missing required key \"alt\"", at);
                }
                let side = |key: &str| image["aspectRatio"][key].as_u64().is_some_and(|side| side > 0);
                if image.get("aspectRatio").is_some() && !(side("width") && side("height")) {
                    return wrong("aspectRatio has no width and height", at);
                }
                all.push(blob(&image["image"], IMAGE_BYTES, at)?);
            }
            Ok(all)
        }
        Some("app.bsky.embed.external") => {
            let card = &embed["external"];
            if ["uri", "title", "description"].iter().any(|key| !card[*key].is_string()) {
                return wrong("external needs uri, title and description", at);
            }
            card.get("thumb").map(|thumb| blob(thumb, THUMBNAIL_BYTES, at)).into_iter().collect()
        }
        _ => wrong("unknown embed", at),
    }
}

fn blob(blob: &Value, most: u64, at: &str) -> Checked<Blob> {
    let (name, mime, size) =
        (blob["ref"]["$link"].as_str(), blob["mimeType"].as_str(), blob["size"].as_u64());
    match (blob["$type"].as_str(), name, mime, size) {
        (Some("blob"), Some(cid), Some(mime), Some(size)) if cid::is_cid(cid) => {
            if !mime.starts_with("image/") {
                return no(super::error(
                    400,
                    "InvalidMimeType",
                    &format!("Wrong type of file. It is {mime} but it must match image/*."),
                ));
            }
            if size > most {
                let says = format!(
                    "This file is too large. It is {size} bytes but the maximum size is {most} bytes."
                );
                return no(super::error(400, "BlobTooLarge", &says));
            }
            Ok(Blob { cid: cid.to_owned(), mime: mime.to_owned(), size })
        }
        _ => wrong("Expected blob value type", at),
    }
}
