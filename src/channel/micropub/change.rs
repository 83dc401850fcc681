//! Other words for a post that is out, and taking it down. What somebody has changed on
//! the site since is not written over.

use super::api::{Api, Asked};
use super::entry::Entry;
use super::post::{receipt, told, with_images};
use crate::channel::article_html::is_called;
use crate::channel::network::seen;
use crate::channel::{Attempt, Change, Edited, Removed, SendError, http};
use crate::plan::Receipt;
use crate::render::Picture;
use serde_json::json;
use std::collections::BTreeMap;

/// All but the address can change, and what only a new post is told.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let text = |part: &crate::plan::PayloadPart, key: &str| part.body["properties"][key].clone();
    let (before, after) = (text(&change.before, "mp-slug"), text(&change.after, "mp-slug"));
    if before != after {
        return Err(format!("its `slug` would change ({before} to {after}), and with it its address"));
    }
    if text(&change.before, "mp-syndicate-to") != text(&change.after, "mp-syndicate-to") {
        return Err("where the site passes it on to (`syndicate_to`) is told of a new post alone".to_owned());
    }
    // The photos of a note: what becomes of those that are there no server says.
    if text(&change.before, "photo") != text(&change.after, "photo")
        || (change.after.body["properties"].get("photo").is_some()
            && change.before.media != change.after.media)
    {
        return Err(
            "images and their alt texts are not changed in place: take it down and post it anew".to_owned()
        );
    }
    Ok(())
}

/// `action=update` (W3C Micropub 3.4). Micropub has no lock: what stands there is read
/// first, and is to say what was sent, or what it is to say.
pub(super) async fn edit(
    api: &Api,
    url: &str,
    change: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let (Some(before), Some(after)) = (Entry::planned(&change.before), Entry::planned(&change.after)) else {
        return Ok(Edited::Stays("what was sent is no post of Micropub's".to_owned()));
    };
    let Some(live) = told(api, url).await?.as_ref().and_then(Entry::of) else {
        let why = "the site has no such post any more, or does not tell what it says: change it there";
        return Ok(Edited::Stays(why.to_owned()));
    };
    if !live.says(&before) && !live.says(&after) {
        let why = "somebody has changed it on the site since, or the site did: what stands there is not written over";
        return Ok(Edited::Stays(why.to_owned()));
    }
    let there = standing(change, &before, &live);
    let mut part = change.after.clone();
    // Photos stay as they are.
    if part.body["properties"].as_object_mut().is_some_and(|own| own.remove("photo").is_some()) {
        part.media.clear();
    }
    let body = with_images(api, &part, attempt, &there).await?;
    let mut replace = body["properties"].clone();
    let Some(own) = replace.as_object_mut() else {
        return Ok(Edited::Stays("what was sent is no post of Micropub's".to_owned()));
    };
    own.retain(|key, _| !key.starts_with("mp-"));
    let kept: Vec<String> = own.keys().cloned().collect();
    let sent = change.before.body["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone());
    // What it had and is to have no more.
    let gone: Vec<String> =
        sent.filter(|key| !key.starts_with("mp-") && key != "photo" && !kept.contains(key)).collect();
    let mut update = json!({ "action": "update", "url": url, "replace": replace });
    if !gone.is_empty() {
        update["delete"] = json!(gone);
    }
    let answer = api.post(&update).await;
    let error = match answer {
        // 201 where its address has changed by that (3.4).
        Ok(answer) if matches!(answer.status, 200..=202 | 204) => {
            let moved = api.location(&answer).unwrap_or_else(|| url.to_owned());
            return Ok(Edited::Done(changed(api, moved, &after, receipt).await));
        }
        Ok(answer) => api.trouble(&answer, Asked::Publicly),
        Err(lost) => lost,
    };
    if matches!(error, SendError::Unknown { .. })
        && let Ok(Some(now)) = told(api, url).await
        && Entry::of(&now).is_some_and(|now| now.says(&after) && now != live)
    {
        return Ok(Edited::Done(changed(api, url.to_owned(), &after, receipt).await));
    }
    Err(error)
}

/// Where the pictures of the text are that stay: they are not brought once more.
fn standing(change: &Change, before: &Entry, live: &Entry) -> BTreeMap<String, String> {
    let (planned, shown) = (before.pictures(), live.pictures());
    if planned.len() != shown.len() {
        return BTreeMap::new();
    }
    let at = |name: &str| planned.iter().position(|written| is_called(written, name));
    let stays = |picture: &&Picture| change.before.media.iter().any(|old| old.sha256 == picture.sha256);
    let all = change.after.media.iter().filter(stays);
    all.filter_map(|picture| Some((picture.sha256.clone(), shown.get(at(&picture.name)?)?.clone()))).collect()
}

/// What is known of it by then. An update may have been taken and left out in part.
async fn changed(api: &Api, url: String, after: &Entry, before: &Receipt) -> Receipt {
    let live = told(api, &url).await.ok().flatten().as_ref().and_then(Entry::of);
    let altered = live.and_then(|live| live.differing(after));
    let altered = altered.map(|told| seen(&api.clean_words(&told)));
    Receipt { altered, detail: before.detail.clone(), ..receipt(url, false) }
}

/// `action=delete` (W3C Micropub 3.5). A server that has nothing of it says that the
/// request is invalid, as one does that cannot delete: then the page itself is looked at.
pub(super) async fn remove(api: &Api, url: &str) -> Result<Removed, SendError> {
    let answer = api.post(&json!({ "action": "delete", "url": url })).await?;
    match answer.status {
        200..=202 | 204 => Ok(Removed::Gone),
        400 | 404 | 405 | 410 | 501 => {
            let is_gone = told(api, url).await?.is_none() && is_gone(url).await?;
            Ok(if !is_gone {
                let said = api.clean(&answer.excerpt());
                Removed::Stays(format!("the site does not delete it for programs ({said}): delete it there"))
            } else {
                Removed::Already
            })
        }
        _ => Err(api.trouble(&answer, Asked::Publicly)),
    }
}

/// Whether readers are told that nothing is there: any other trouble proves nothing.
async fn is_gone(url: &str) -> Result<bool, SendError> {
    let client = http::client().map_err(|says| SendError::NotYet { says, wait: None })?;
    let answer = http::call(client.get(url)).await.map_err(http::Trouble::of_asking)?;
    match answer.status {
        404 | 410 => Ok(true),
        status if answer.is_success() || answer.is_refusal() || (300..400).contains(&status) => Ok(false),
        status => Err(SendError::NotYet { says: format!("the page answered {status}"), wait: None }),
    }
}
