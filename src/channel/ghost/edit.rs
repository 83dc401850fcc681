//! Other words for a post that is out. Its address stays; what somebody has changed in
//! Ghost since is not written over, and a mail that went out stays as it was.

use super::answer::{Asked, Fault, trouble};
use super::api::Api;
use super::payload::text;
use super::post::{Post, change, read};
use crate::channel::http::Trouble;
use crate::channel::{Attempt, Change, Edited, SendError};
use crate::plan::Receipt;

/// All but the address can change, and who may read it.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let (before, after) = (text(&change.before, "slug"), text(&change.after, "slug"));
    if before != after {
        return Err(format!("its `slug` would change (`{before}` to `{after}`), and with it its address"));
    }
    for (key, what) in [
        ("visibility", "who may read it"),
        ("authors", "its authors"),
        ("newsletter", "the newsletter"),
        ("email_segment", "who gets it by mail"),
    ] {
        if change.before.body.get(key) != change.after.body.get(key) {
            return Err(format!("{what} (`{key}`) would change: that is for Ghost itself"));
        }
    }
    Ok(())
}

const CHANGED: &str = "somebody has changed it in Ghost since: what stands there is not written over";

/// Reads the post first: it is as we left it, if it is what was seen then; where nobody
/// saw it, if it is what was sent. Ghost's own lock (`updated_at`, in seconds) is the
/// second guard, and not the first: it does not tell two changes within one second apart.
pub(super) async fn edit(
    api: &Api,
    id: &str,
    wanted: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let Some(live) = read(api, id).await?.filter(Post::is_out) else {
        return Ok(Edited::Stays("Ghost has no such post any more, or it is a draft again".to_owned()));
    };
    let as_left = match &receipt.sha256 {
        Some(digest) => *digest == live.digest(),
        None => live.says(&wanted.before),
    };
    // It may say so already, by an earlier try: the rest of it is written once more.
    if !as_left && !live.says(&wanted.after) {
        return Ok(Edited::Stays(CHANGED.to_owned()));
    }
    let error = match change(api, &live, &wanted.after, attempt).await? {
        Ok(answer) => match Post::of_answer(api, &answer).filter(|post| post.id == id) {
            Some(post) => return Ok(Edited::Done(changed(&post, wanted, receipt, api))),
            None if answer.status == 409 && Fault::of(&answer).code == "UPDATE_COLLISION" => {
                return Ok(Edited::Stays(CHANGED.to_owned()));
            }
            None => trouble(&answer, Asked::ToShow, api),
        },
        Err(lost) => Trouble::of_creating(lost),
    };
    if matches!(error, SendError::Unknown { .. })
        && let Ok(Some(post)) = read(api, id).await
        && post.digest() != live.digest()
        && post.says(&wanted.after)
    {
        return Ok(Edited::Done(changed(&post, wanted, receipt, api)));
    }
    Err(error)
}

fn changed(post: &Post, wanted: &Change, receipt: &Receipt, api: &Api) -> Receipt {
    let now = post.receipt(&wanted.after, api);
    Receipt { url: now.url.or_else(|| receipt.url.clone()), detail: receipt.detail.clone(), ..now }
}
