//! Other words for a post that is out. Its address stays; what somebody has changed
//! in WordPress since is not written over.

use super::answer::{Asked, trouble};
use super::api::Api;
use super::payload::text;
use super::post::{Post, read, words_of};
use crate::channel::http::Trouble;
use crate::channel::{Attempt, Change, Edited, SendError};
use crate::plan::Receipt;
use serde_json::Value;

/// All but the address can change, and what becomes of the post.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let (before, after) = (text(&change.before, "slug"), text(&change.after, "slug"));
    if before != after {
        return Err(format!("its `slug` would change (`{before}` to `{after}`), and with it its address"));
    }
    for (key, what) in
        [("status", "what becomes of it"), ("author", "its author"), ("comments", "its comments")]
    {
        if change.before.body.get(key) != change.after.body.get(key) {
            return Err(format!("{what} (`{key}`) would change: that is for WordPress itself"));
        }
    }
    Ok(())
}

/// WordPress has no lock: the post is read first. It is as we left it, if its raw
/// words are those that were seen then; where nobody saw them, if they are those
/// that were sent.
pub(super) async fn edit(
    api: &Api<'_>,
    id: &str,
    change: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let Some(live) = read(api, id).await?.filter(|live| live.status != "trash") else {
        return Ok(Edited::Stays("WordPress has no such post any more".to_owned()));
    };
    let as_left = match &receipt.sha256 {
        Some(digest) => *digest == live.digest(),
        None => live.says(&change.before),
    };
    // It may say so already, by an earlier try: the rest of it is written once more.
    if !as_left && !live.says(&change.after) {
        return Ok(Edited::Stays(
            "somebody has changed it in WordPress since: what stands there is not written over".to_owned(),
        ));
    }
    let body = words_of(api, &change.after, attempt).await?;
    let answer = api.post(&format!("/wp/v2/posts/{id}"), &Value::Object(body)).await;
    let error = match answer {
        Ok(answer) => match Post::of_answer(api, &answer).filter(|post| post.id == id) {
            Some(post) => return Ok(Edited::Done(changed(&post, change, receipt, api))),
            None => trouble(&answer, Asked::ToChange, api),
        },
        Err(lost) => Trouble::of_creating(lost),
    };
    if matches!(error, SendError::Unknown { .. })
        && let Ok(Some(post)) = read(api, id).await
        && post.digest() != live.digest()
        && post.says(&change.after)
    {
        return Ok(Edited::Done(changed(&post, change, receipt, api)));
    }
    Err(error)
}

fn changed(post: &Post, change: &Change, receipt: &Receipt, api: &Api<'_>) -> Receipt {
    let now = post.receipt(&change.after, api);
    Receipt { url: now.url.or_else(|| receipt.url.clone()), detail: receipt.detail.clone(), ..now }
}
