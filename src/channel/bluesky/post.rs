//! One part on its way out: the record is finished, and put under its own key.

use super::answer::{Asked, Fault};
use super::api::{Api, Record, is_cid};
use super::find::{self, Stands};
use super::image;
use super::payload::{POST, text_of};
use super::tid::is_tid;
use crate::channel::network::Network as _;
use crate::channel::{Attempt, Posting, Removed, SendError};
use crate::plan::{PayloadPart, Receipt};
use crate::text::{Feature, facets};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// For so long after the first try, a later one sends the same bytes.
const SAME_BYTES: SignedDuration = SignedDuration::from_hours(1);

/// Images first, which nobody sees, and who is mentioned. What is left is the one
/// request that makes the post.
pub(super) async fn prepare<'a>(
    api: Api<'a>,
    part: &'a PayloadPart,
    attempt: &'a Attempt,
) -> Result<Posting<'a>, SendError> {
    let mut record = part.body.clone();
    record["createdAt"] = json!(created_at(attempt));
    if attempt.part > 0 {
        record["reply"] = reply(&api, attempt).await?;
    }
    let mut blobs = Vec::with_capacity(part.media.len());
    for picture in &part.media {
        blobs.push(image::upload(&api, picture, attempt).await?);
    }
    put_in(&mut record, blobs);
    let facets = written(&api, text_of(part)).await?;
    if !facets.is_empty() {
        record["facets"] = Value::Array(facets);
    }
    Ok(Box::pin(async move { put(&api, &record, part, attempt).await }))
}

/// When the post says that it was made: at the first try, so that a repetition is
/// the same bytes. One that had to wait for longer says when it goes out: readers
/// have it by that time, and would find it below what they have read. What keeps it
/// from being there twice is its key.
fn created_at(attempt: &Attempt) -> String {
    let now = crate::clock::now();
    let waited = now.duration_since(attempt.first_tried);
    let at = if waited > SAME_BYTES { now } else { attempt.first_tried };
    at_milliseconds(at)
}

/// `2026-11-22T08:00:00.123Z`.
pub(super) fn at_milliseconds(at: Timestamp) -> String {
    let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    format!("{at:.3}")
}

/// The blobs in the places of the images, or of the card's picture.
fn put_in(record: &mut Value, blobs: Vec<Value>) {
    let Some(embed) = record.get_mut("embed") else { return };
    if let Some(Value::Array(images)) = embed.get_mut("images") {
        for (image, blob) in images.iter_mut().zip(blobs) {
            image["image"] = blob;
        }
    } else if let (Some(card), Some(blob)) = (embed.get_mut("external"), blobs.into_iter().next()) {
        card["thumb"] = blob;
    }
}

/// The first part and the one before, each by its name and the digest of its bytes.
async fn reply(api: &Api<'_>, attempt: &Attempt) -> Result<Value, SendError> {
    let complete = attempt.previous.len() >= attempt.part as usize;
    let (Some(first), Some(last)) = (attempt.previous.first(), attempt.previous.last().filter(|_| complete))
    else {
        let says = format!(
            "what part {} is called is not known, so nothing can be hung below it: post the rest by hand",
            attempt.part
        );
        return Err(SendError::Refused { says });
    };
    let parent = reference(api, last, attempt.part).await?;
    let root = if attempt.part == 1 { parent.clone() } else { reference(api, first, 1).await? };
    Ok(json!({ "root": root, "parent": parent }))
}

/// What the receipt of part `number` says of it; where a person settled that, what
/// the server says.
async fn reference(api: &Api<'_>, receipt: &Receipt, number: u32) -> Result<Value, SendError> {
    let kept = receipt.detail.as_deref().and_then(|detail| detail.split_once(' '));
    if let Some((uri, cid)) = kept.filter(|(uri, cid)| uri.starts_with("at://") && is_cid(cid)) {
        return Ok(json!({ "uri": uri, "cid": cid }));
    }
    let key = key_of(api, receipt);
    let record = match &key {
        Some(key) => api.record(key).await?,
        None => None,
    };
    match (key, record) {
        (Some(key), Some(record)) => Ok(json!({ "uri": api.uri(&key), "cid": record.cid })),
        _ => Err(SendError::Refused {
            says: format!(
                "part {number} is not there, so nothing can be hung below it: post the rest by hand"
            ),
        }),
    }
}

/// The key of a receipt's post.
fn key_of(api: &Api<'_>, receipt: &Receipt) -> Option<String> {
    let in_url = || api.channel.post_at(receipt.url.as_deref()?).ok().flatten();
    receipt.id.clone().or_else(in_url).filter(|key| is_tid(key))
}

/// Where the text's links, tags and mentions stand: nobody finds them but who says
/// so. A handle that nobody has stays text, as in Bluesky's own app.
async fn written(api: &Api<'_>, text: &str) -> Result<Vec<Value>, SendError> {
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut written = Vec::new();
    for facet in facets(text) {
        let feature = match facet.feature {
            Feature::Link(uri) => json!({ "$type": "app.bsky.richtext.facet#link", "uri": uri }),
            Feature::Tag(tag) => json!({ "$type": "app.bsky.richtext.facet#tag", "tag": tag }),
            Feature::Mention(handle) => {
                let handle = handle.to_ascii_lowercase();
                let did = match known.get(&handle) {
                    Some(did) => did.clone(),
                    None => did_of(api, &handle).await?,
                };
                known.insert(handle, did.clone());
                let Some(did) = did else { continue };
                json!({ "$type": "app.bsky.richtext.facet#mention", "did": did })
            }
        };
        let index = json!({ "byteStart": facet.range.start, "byteEnd": facet.range.end });
        written.push(json!({ "index": index, "features": [feature] }));
    }
    Ok(written)
}

/// Whose handle it is; nobody's, says a 400.
async fn did_of(api: &Api<'_>, handle: &str) -> Result<Option<String>, SendError> {
    if handle == api.session.handle.as_deref().unwrap_or_default().to_ascii_lowercase() {
        return Ok(Some(api.session.did.clone()));
    }
    let answer = api.ask("com.atproto.identity.resolveHandle", &[("handle", handle)]).await?;
    let said = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
    let did = said.get("did").and_then(Value::as_str);
    match did.filter(|did| super::session::is_did(did) && api.are_not_in(did)) {
        Some(did) => Ok(Some(did.to_owned())),
        None if matches!(answer.status, 400 | 404) && !Fault::of(&answer).name.is_empty() => Ok(None),
        None => Err(api.trouble(&answer, Asked::Other).before_posting()),
    }
}

/// Puts the record under its key, where nothing may stand (`swapRecord: null`). The
/// same bytes once more are a success that changes nothing; other bytes are left
/// alone, and are looked at.
async fn put(
    api: &Api<'_>,
    record: &Value,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Receipt, SendError> {
    let key = Api::key(attempt);
    let body = json!({
        "repo": api.session.did,
        "collection": POST,
        "rkey": key,
        "swapRecord": null,
        "record": record,
    });
    let answer =
        api.act("com.atproto.repo.putRecord", |request| request.json(&body), Asked::Publicly).await?;
    let said = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
    let text = |key: &str| said.get(key).and_then(Value::as_str);
    if let (Some(uri), Some(cid)) = (text("uri"), text("cid"))
        && uri == api.uri(&key)
        && is_cid(cid)
        && api.are_not_in(cid)
    {
        return Ok(receipt(api, &key, cid));
    }
    if answer.is_refusal() && Fault::of(&answer).name == "InvalidSwap" {
        return something_stands(api, &key, part, attempt).await;
    }
    let error = api.trouble(&answer, Asked::Publicly);
    Err(match error {
        // It is uploaded anew each time; a server that loses it each time is broken.
        SendError::NotYet { says, wait: None } if attempt.number >= image::MOST_TRIES => {
            SendError::Refused { says }
        }
        error => error,
    })
}

/// There is a record under the key. Nobody else makes such keys: it is what an
/// earlier try left, unless it says something else.
async fn something_stands(
    api: &Api<'_>,
    key: &str,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Receipt, SendError> {
    let unread = |error: SendError| SendError::Unknown {
        cause: format!("something stands at the post's own key, and cannot be read: {error}"),
    };
    let Some(record) = api.record(key).await.map_err(unread)? else {
        let cause = "something stood at the post's own key, and was gone a moment later".to_owned();
        return Err(SendError::Unknown { cause });
    };
    match find::stands(api, key, record, part, attempt) {
        Stands::Ours(receipt) => Ok(receipt),
        Stands::Anothers(cause) => Err(SendError::Unknown { cause }),
    }
}

/// What is known of a post that is there: its key, where people find it, and what a
/// reply has to say of it.
pub(super) fn receipt(api: &Api<'_>, key: &str, cid: &str) -> Receipt {
    Receipt {
        id: Some(key.to_owned()),
        url: Some(api.web(key)),
        detail: Some(format!("{} {cid}", api.uri(key))),
        ..Receipt::default()
    }
}

/// Takes a post down. Deleting what is not there is a success, so it is looked
/// for first.
pub(super) async fn remove(api: &Api<'_>, receipt: &Receipt) -> Result<Removed, SendError> {
    let Some(key) = key_of(api, receipt) else {
        return Ok(Removed::Stays("its key is not known: delete it by hand at bsky.app".to_owned()));
    };
    let there: Option<Record> = api.record(&key).await?;
    if there.is_none() && api.session.is_home {
        return Ok(Removed::Already);
    }
    let body = json!({ "repo": api.session.did, "collection": POST, "rkey": key });
    let answer =
        api.act("com.atproto.repo.deleteRecord", |request| request.json(&body), Asked::Publicly).await?;
    if answer.is_its_own_success() {
        return Ok(Removed::Gone);
    }
    Err(api.trouble(&answer, Asked::Publicly))
}
