//! What readers see of a post: its address, its words, its images and their alt texts.
//!
//! Fields of a post (retrieve posts, read 2026). That `alt_text` is answered for each
//! item of a carousel is unverified: what does not come is not told, and nothing is made
//! of it.

use super::address::for_readers;
use super::api::{Api, is_id};
use super::dialect::Asked;
use super::payload::words_of;
use crate::channel::SendError;
use crate::channel::images::{Shown, behind};
use crate::channel::likeness::same_words;
use crate::channel::network::seen;
use crate::plan::{PayloadPart, Seen};
use crate::render::Picture;
use serde_json::Value;
use std::time::Duration;

/// A post is read as soon as it is made: what is not as it was sent then is looked at
/// once more after that (a judgement).
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// `GET /POST?fields=…`.
pub(super) async fn look(api: &Api, id: &str, part: &PayloadPart) -> Result<Seen, SendError> {
    if !is_id(id) {
        return Ok(Seen::default());
    }
    let told = api.read(id, &[("fields", "id,permalink,timestamp,text,shortcode")], Asked::Reading).await?;
    let live = told.get("text").and_then(Value::as_str);
    let other = live.filter(|live| !is_same(live, words_of(part)));
    let words = other.map(|live| seen(&api.redact(live)));
    let altered = match differing(api, id, &part.media).await {
        Some(images) => {
            let shown = words.unwrap_or_else(|| seen(&api.redact(words_of(part))));
            Some(behind(&shown, &images))
        }
        None => words,
    };
    Ok(Seen { url: for_readers(api, &told["permalink"]), altered })
}

/// The same words. Whether the `#` of a topic comes back is not written: without it they
/// are still the same.
fn is_same(live: &str, planned: &str) -> bool {
    same_words(&live.replace('#', ""), &planned.replace('#', ""))
}

/// What of the images is not as it was sent.
async fn differing(api: &Api, id: &str, sent: &[Picture]) -> Option<String> {
    if sent.is_empty() {
        return None;
    }
    shown(api, id, sent).await?;
    crate::clock::sleep(SECOND_LOOK).await;
    shown(api, id, sent).await
}

async fn shown(api: &Api, id: &str, sent: &[Picture]) -> Option<String> {
    let fields = "id,media_type,alt_text,children{id,media_type,alt_text}";
    let told = api.read(id, &[("fields", fields)], Asked::Reading).await.ok()?;
    let alts: Vec<&str> = sent.iter().map(|picture| picture.alt.as_str()).collect();
    images(&told)?.differing(&alts).map(|other| api.redact(&other))
}

/// The images of a post, where it is told what it is.
fn images(told: &Value) -> Option<Shown> {
    let alt = |of: &Value| of.get("alt_text").and_then(Value::as_str).map(str::to_owned);
    let shown = |alts: Vec<Option<String>>| Shown { number: Some(alts.len()), alts };
    match told.get("media_type")?.as_str()? {
        "TEXT_POST" => Some(shown(Vec::new())),
        "IMAGE" => Some(shown(vec![alt(told)])),
        "CAROUSEL_ALBUM" => {
            let children = told.get("children").filter(|list| list.pointer("/paging/next").is_none())?;
            Some(shown(children.get("data")?.as_array()?.iter().map(alt).collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn images_are_counted_only_where_all_of_them_are_told() {
        let number = |told: Value| images(&told).and_then(|shown| shown.number);
        assert_eq!(number(json!({ "media_type": "TEXT_POST" })), Some(0));
        assert_eq!(number(json!({ "media_type": "IMAGE", "alt_text": "a" })), Some(1));
        let two = json!({ "data": [{ "alt_text": "a" }, {}] });
        assert_eq!(number(json!({ "media_type": "CAROUSEL_ALBUM", "children": two })), Some(2));
        for untold in [
            json!({}),
            json!({ "media_type": "VIDEO" }),
            json!({ "media_type": "CAROUSEL_ALBUM" }),
            json!({ "media_type": "CAROUSEL_ALBUM", "children": { "data": "odd" } }),
            json!({ "media_type": "CAROUSEL_ALBUM",
                    "children": { "data": [{}], "paging": { "next": "https://graph.threads.net/x" } } }),
        ] {
            assert_eq!(number(untold.clone()), None, "{untold}");
        }
        assert!(is_same("It landed. Rockets", "It landed.  #Rockets") && !is_same("It lan", "It landed."));
    }
}
