//! Other words for an article that is out. Its address stays; what somebody has changed
//! on the site since is not written over.

use super::answer::{Asked, trouble};
use super::api::Api;
use super::article::{Article, read, written};
use crate::channel::http::Trouble;
use crate::channel::{Attempt, Change, Edited, SendError};
use crate::plan::Receipt;
use serde_json::json;

/// All but whose it is.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    if change.before.body.get("organization_id") != change.after.body.get("organization_id") {
        return Err("its `organization_id` would change: that is for the site itself".to_owned());
    }
    Ok(())
}

/// Forem has no lock: the article is read first. It is as we left it, if its words are
/// those that were seen then; where nobody saw them, if they are those that were sent.
pub(super) async fn edit(
    api: &Api<'_>,
    id: &str,
    change: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let Some(live) = read(api, id).await?.filter(|live| live.is_out) else {
        return Ok(Edited::Stays("the author has no such article any more, or it is unpublished".to_owned()));
    };
    let as_left = match &receipt.sha256 {
        Some(digest) => *digest == live.digest(),
        None => live.says(&change.before),
    };
    // It may say so already, by an earlier try: the rest of it is written once more.
    if !as_left && !live.says(&change.after) {
        let why = "somebody has changed it on the site since: what stands there is not written over";
        return Ok(Edited::Stays(why.to_owned()));
    }
    let body = json!({ "article": written(&change.after, &attempt.key, None) });
    let error = match api.put(&format!("/articles/{id}"), &body).await {
        Ok(answer) => match Article::of_answer(api, &answer).filter(|article| article.id == id) {
            Some(article) => return Ok(Edited::Done(changed(&article, change, receipt, api))),
            None => trouble(&answer, Asked::ToChange, api),
        },
        Err(lost) => Trouble::of_creating(lost),
    };
    if matches!(error, SendError::Unknown { .. })
        && let Ok(Some(article)) = read(api, id).await
        && article.digest() != live.digest()
        && article.says(&change.after)
    {
        return Ok(Edited::Done(changed(&article, change, receipt, api)));
    }
    Err(error)
}

fn changed(article: &Article, change: &Change, receipt: &Receipt, api: &Api<'_>) -> Receipt {
    let now = article.receipt(&change.after, api);
    Receipt { url: now.url.or_else(|| receipt.url.clone()), detail: receipt.detail.clone(), ..now }
}
