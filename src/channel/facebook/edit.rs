//! Other words for a post that is out.
//!
//! `POST /PAGE_POST` with `message`; only for posts that the same app made, and
//! neither the link nor media can change (Pages API, posts, update). Of comments
//! the pages that this was written from say nothing: they are left alone.

use super::dialect::{self, Asked};
use super::find::words_of;
use super::graph::{self, Graph};
use super::publish::{altered, is_comment, look_at, with_images};
use super::{Facebook, address};
use crate::channel::likeness::same_words;
use crate::channel::network::seen;
use crate::channel::{Attempt, Change, Edited, SendError};
use crate::plan::{PayloadPart, Receipt};
use reqwest::Method;
use serde_json::Value;

/// Whether nothing but the words of a post changes.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let (before, after) = (&change.before, &change.after);
    if is_comment(before) || is_comment(after) {
        return Err("a comment cannot be changed in place on Facebook".to_owned());
    }
    let pictures = |part: &crate::plan::PayloadPart| -> Vec<String> {
        part.media.iter().map(|picture| picture.sha256.clone()).collect()
    };
    let rest = |body: &Value| {
        let mut body = body.clone();
        body["message"] = Value::Null;
        body
    };
    if pictures(before) != pictures(after) || rest(&before.body) != rest(&after.body) {
        return Err("images, their alt texts and the link cannot be changed in place on Facebook".to_owned());
    }
    if words_of(after).trim().is_empty() {
        return Err("Facebook does not change a post to one without words".to_owned());
    }
    Ok(())
}

/// Where the answer is in doubt, the post is read: what it says settles it.
pub(super) async fn edit(
    page: &Facebook,
    change: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let id = address::id_of(receipt, page).filter(|id| graph::is_post_of(id, &page.page_id));
    let Some(id) = id.as_deref() else {
        return Ok(Edited::Stays("nobody knows its id at Facebook: change it by hand".to_owned()));
    };
    let words = words_of(&change.after);
    let graph = Graph::open(page, &attempt.project).await?;
    let request = graph.request(Method::POST, id)?.form(&[("message", words)]);
    let answer = match graph.call(request, Asked::Edit).await {
        Ok(answer) => answer,
        Err(error) => return settled(&graph, id, &change.after, receipt).await.ok_or(error),
    };
    if dialect::object(&answer).is_some_and(|told| told["success"] == true) {
        let told = look_at(&graph, id).await;
        let altered = altered(&told, words).map(|live| seen(&graph.redact(&live)));
        let altered = with_images(&graph, id, &change.after, altered.clone()).await.or(altered);
        return Ok(Edited::Done(Receipt { altered, ..receipt.clone() }));
    }
    if dialect::is_gone_or_foreign(&answer) {
        return Ok(Edited::Stays(
            "Facebook says that it is gone, or was made by another app: only the app that made a post may \
             change it"
                .to_owned(),
        ));
    }
    let error = graph.judge(&answer, Asked::Edit);
    if dialect::is_about_who(&answer) {
        return Err(error.mendable());
    }
    match error {
        SendError::NotYet { wait: None, .. } | SendError::Unknown { .. } => {
            let in_doubt = answer.status >= 500 || answer.is_success();
            let error = if in_doubt { error.in_doubt() } else { error };
            settled(&graph, id, &change.after, receipt).await.ok_or(error)
        }
        error => Err(error),
    }
}

/// It has the words, whatever was answered.
async fn settled(graph: &Graph, id: &str, after: &PayloadPart, receipt: &Receipt) -> Option<Edited> {
    let told = look_at(graph, id).await;
    let live = told.get("message")?.as_str()?;
    if !same_words(live, words_of(after)) {
        return None;
    }
    let altered = with_images(graph, id, after, None).await;
    Some(Edited::Done(Receipt { altered, ..receipt.clone() }))
}
