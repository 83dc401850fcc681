//! The images of a post that is live: how many, and with which alt texts.
//!
//! `attachments` of a post tells what is on it: one photo, or an album whose
//! `subattachments` are the photos, each with its `target` (Graph API reference, Page
//! post and Story attachment). A photo has `alt_text_custom`, what the page said it
//! shows, and `alt_text`, which may be Facebook's own guess (the same reference,
//! Photo); only the first is compared. The pages name these fields; that they are
//! answered to every page token, and what stands there without a value, is not
//! written (unverified): what does not come is not told, and nothing is made of it.

use super::dialect::{self, Asked};
use super::graph::{Graph, Named};
use super::publish::ADDRESS_LIMIT;
use crate::channel::images::Shown;
use crate::render::Picture;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;

/// No post has more photos than that; the answer may be anybody's.
const MOST: usize = 20;

/// A post is read as soon as it is made: what is not as it was sent then is looked at
/// once more after that (a judgement: no page says how soon all of it is there).
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// What readers see beside the words, where that is not what was sent.
pub(super) async fn differing(graph: &Graph, post: &str, sent: &[Picture]) -> Option<String> {
    if sent.is_empty() {
        return None;
    }
    seen(graph, post, sent).await?;
    crate::clock::sleep(SECOND_LOOK).await;
    seen(graph, post, sent).await
}

async fn seen(graph: &Graph, post: &str, sent: &[Picture]) -> Option<String> {
    let told = look(graph, post, "attachments{media_type,target,subattachments{media_type,target}}").await?;
    let photos = photos(&told)?;
    let sent: Vec<&str> = sent.iter().map(|picture| picture.alt.as_str()).collect();
    let alts = if sent.iter().all(|alt| alt.is_empty()) { None } else { alts(graph, &photos).await };
    let shown = Shown { number: Some(photos.len()), alts: alts.unwrap_or_default() };
    shown.differing(&sent).map(|other| graph.redact(&other))
}

/// The alt text of each photo. Nothing, if one of them cannot be read.
async fn alts(graph: &Graph, photos: &[&Value]) -> Option<Vec<Option<String>>> {
    let asked = photos.iter().take(MOST).map(|photo| async {
        let id = graph.id(photo.pointer("/target/id")?, Named::Other)?;
        let told = look(graph, &id, "alt_text_custom").await?;
        Some(told.get("alt_text_custom").and_then(Value::as_str).map(str::to_owned))
    });
    join_all(asked).await.into_iter().collect()
}

/// The photos of a post. Nothing, where it is not told, or not wholly, what is on it.
fn photos(post: &Value) -> Option<Vec<&Value>> {
    let is_photo =
        |attachment: &&Value| attachment.get("media_type").and_then(Value::as_str) == Some("photo");
    let whole = |list: &Value| list.pointer("/paging/next").is_none();
    let attachments = post.get("attachments").filter(|list| whole(list))?;
    let mut photos = Vec::new();
    for attachment in attachments.get("data")?.as_array()? {
        match attachment.get("subattachments") {
            Some(several) if !whole(several) => return None,
            Some(several) => photos.extend(several.get("data")?.as_array()?.iter().filter(is_photo)),
            None if attachment.get("media_type").is_none() => return None,
            None => photos.extend(Some(attachment).filter(is_photo)),
        }
    }
    Some(photos)
}

async fn look(graph: &Graph, id: &str, fields: &str) -> Option<Value> {
    let request = graph.request(Method::GET, id).ok()?.query(&[("fields", fields)]).timeout(ADDRESS_LIMIT);
    dialect::object(&graph.call(request, Asked::Reading).await.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn count(attachments: Value) -> Option<usize> {
        photos(&json!({ "id": "1_2", "attachments": attachments })).map(|photos| photos.len())
    }

    #[test]
    fn photos_are_counted_only_where_all_of_them_are_told() {
        let photo = json!({ "media_type": "photo", "target": { "id": "5" } });
        let album = |photos: Value| json!({ "data": [{ "media_type": "album", "subattachments": photos }] });
        assert_eq!(count(json!({ "data": [photo] })), Some(1));
        assert_eq!(count(album(json!({ "data": [photo, photo] }))), Some(2));
        assert_eq!(count(album(json!({ "data": [photo, { "media_type": "video" }] }))), Some(1));
        // A card, and nothing.
        assert_eq!(count(json!({ "data": [{ "media_type": "link" }] })), Some(0));
        assert_eq!(count(json!({ "data": [] })), Some(0));
        for untold in [
            json!(null),
            json!("odd"),
            json!({}),
            json!({ "data": [{ "target": { "id": "5" } }] }),
            json!({ "data": [photo], "paging": { "next": "https://graph.facebook.com/x" } }),
            album(json!({ "data": [photo], "paging": { "next": "https://graph.facebook.com/x" } })),
            album(json!({ "data": "odd" })),
        ] {
            assert_eq!(count(untold.clone()), None, "{untold}");
        }
        assert!(photos(&json!({ "id": "1_2" })).is_none());
    }
}
