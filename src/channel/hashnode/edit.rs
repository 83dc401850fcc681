//! Other words for a post that is out. Its address stays; what somebody has changed on
//! Hashnode since is not written over.

use super::answer::{Asked, data, is_gone, trouble};
use super::api::Api;
use super::media;
use super::payload::text;
use super::post::{Post, cover_of, read, written};
use crate::channel::article_html::is_called;
use crate::channel::http::Trouble;
use crate::channel::markdown_body::pictures;
use crate::channel::{Attempt, Change, Edited, SendError};
use crate::plan::{PayloadPart, Receipt};
use crate::render::Picture;
use serde_json::json;

const UPDATE: &str = "mutation updatePost($input: UpdatePostInput!) { updatePost(input: $input) { post { id slug title url content { markdown } coverImage { url } } } }";

/// All but the address can change.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let (before, after) = (text(&change.before, "slug"), text(&change.after, "slug"));
    if before != after {
        return Err(format!("its `slug` would change (`{before}` to `{after}`), and with it its address"));
    }
    Ok(())
}

/// Hashnode has no lock: the post is read first. It is as we left it, if its words are
/// those that were seen then; where nobody saw them, if they are those that were sent.
pub(super) async fn edit(
    api: &Api<'_>,
    id: &str,
    change: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let gone = || Ok(Edited::Stays("Hashnode has no such post any more".to_owned()));
    let Some(live) = read(api, id).await? else { return gone() };
    let as_left = match &receipt.sha256 {
        Some(digest) => *digest == live.digest(),
        None => live.says(&change.before),
    };
    // It may say so already, by an earlier try: the rest of it is written once more.
    if !as_left && !live.says(&change.after) {
        let why = "somebody has changed it on Hashnode since: what stands there is not written over";
        return Ok(Edited::Stays(why.to_owned()));
    }
    let there =
        |picture: &Picture| lies(&live, &change.before, picture).filter(|address| api.may_lead_to(address));
    let placed = media::placed(api, &change.after, attempt, &there).await?;
    let mut input = written(&change.after, &attempt.key, &placed);
    input.insert("id".to_owned(), json!(id));
    input.insert("metaDescription".to_owned(), json!(text(&change.after, "description")));
    input.insert("coverImage".to_owned(), json!(cover_of(&change.after, &placed)));
    let error = match api.ask("updatePost", UPDATE, json!({ "input": input })).await {
        Ok(answer) => match data(&answer, "/updatePost/post").and_then(|post| Post::of(api, &post)) {
            Some(post) if post.id == id => return Ok(Edited::Done(changed(&post, change, receipt, api))),
            None if is_gone(&answer) => return gone(),
            _ => trouble(&answer, Asked::ToChange, api),
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

/// Where a picture lies already that the post shows: the pictures of a text keep their
/// order.
fn lies(live: &Post, before: &PayloadPart, picture: &Picture) -> Option<String> {
    let known = before.media.iter().find(|known| known.name == picture.name)?;
    if known.sha256 != picture.sha256 {
        return None;
    }
    if super::payload::cover(before).is_some_and(|cover| cover.sha256 == picture.sha256) {
        return live.cover.clone();
    }
    let planned = pictures(text(before, "markdown"));
    let shown = pictures(&live.markdown);
    let at = planned.iter().position(|shown| is_called(&shown.address, &picture.name))?;
    (planned.len() == shown.len()).then(|| shown[at].address.clone())
}

fn changed(post: &Post, change: &Change, receipt: &Receipt, api: &Api<'_>) -> Receipt {
    let now = post.receipt(&change.after, api);
    Receipt { url: now.url.or_else(|| receipt.url.clone()), detail: receipt.detail.clone(), ..now }
}
