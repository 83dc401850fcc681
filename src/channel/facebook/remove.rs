//! Taking down.

use super::dialect::{self, Asked};
use super::find::{comments, posts_since};
use super::graph::Graph;
use super::publish::{below, look_at};
use super::{Facebook, address};
use crate::channel::listed::{List, gone};
use crate::channel::network::is_plain_id;
use crate::channel::{Removed, SendError};
use crate::plan::Receipt;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;
use std::path::Path;

/// `DELETE /ID`. Facebook says the same of what is gone, and of what the token may
/// not delete (code 100, subcode 33). So it is looked for before anything is called
/// gone: what can be read is there; and only a list proves that something is not,
/// which goes back past the post, and long enough after it was `sent` that a lag is
/// no explanation.
pub(super) async fn remove(
    page: &Facebook,
    receipt: &Receipt,
    sent: Option<Timestamp>,
    project: &Path,
) -> Result<Removed, SendError> {
    let at = receipt.url.as_deref().unwrap_or("the page");
    let Some(id) = address::id_of(receipt, page) else {
        return Ok(Removed::Stays(format!(
            "nobody knows its id at Facebook, because a person settled how it went: take it down by hand at {at}"
        )));
    };
    let id = id.as_str();
    if !is_plain_id(id) {
        return Ok(Removed::Stays(format!("`{id}` is no id that Facebook gives: take it down by hand")));
    }
    let graph = Graph::open(page, project).await?;
    let answer = graph.call(graph.request(Method::DELETE, id)?, Asked::Delete).await?;
    if dialect::object(&answer).is_some_and(|told| told["success"] == true) {
        return Ok(Removed::Gone);
    }
    if dialect::is_gone_or_foreign(&answer) {
        return is_gone(&graph, receipt, id, sent).await;
    }
    if dialect::is_about_who(&answer) {
        return Err(graph.judge(&answer, Asked::Delete).mendable());
    }
    match graph.judge(&answer, Asked::Delete) {
        other if answer.status >= 500 || answer.is_success() => Err(other.in_doubt()),
        other => Err(other),
    }
}

/// Whether it is proven that readers see it no more.
async fn is_gone(
    graph: &Graph,
    receipt: &Receipt,
    id: &str,
    sent: Option<Timestamp>,
) -> Result<Removed, SendError> {
    if look_at(graph, id).await != Value::Null {
        return Ok(Removed::Stays(not_allowed(receipt, id)));
    }
    let post = receipt.detail.as_deref().and_then(below);
    let post = post.filter(|post| is_plain_id(post));
    let list = match post {
        Some(post) => comments(graph, post).await,
        None => posts_since(graph, sent).await,
    };
    // With the post go the comments below it.
    if let (Some(post), Err(SendError::Refused { .. })) = (post, &list) {
        return posts_since(graph, sent).await.map(|list| told_by(&list, (post, receipt), sent, false));
    }
    list.map(|list| told_by(&list, (id, receipt), sent, post.is_some()))
}

fn told_by(
    list: &List,
    (id, receipt): (&str, &Receipt),
    sent: Option<Timestamp>,
    is_comment: bool,
) -> Removed {
    gone("Facebook", list, (id, receipt), sent, is_comment, || not_allowed(receipt, id))
}

/// Of what is there, and was not deleted.
fn not_allowed(receipt: &Receipt, id: &str) -> String {
    let at = receipt.url.as_deref().unwrap_or(id);
    format!(
        "Facebook does not let the token delete it: it needs `pages_manage_posts` (a comment: \
         `pages_manage_engagement`), and its person a role on the page. By hand: {at}"
    )
}
