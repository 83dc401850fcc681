//! Taking down.

use super::Facebook;
use super::dialect::{self, Asked};
use super::find::{List, comments, posts};
use super::graph::Graph;
use super::publish::below;
use crate::channel::network::is_plain_id;
use crate::channel::{Removed, SendError};
use crate::plan::Receipt;
use reqwest::Method;
use std::path::Path;

/// `DELETE /ID`. Facebook says the same of what is gone and of what is not ours
/// to delete (code 100, subcode 33), so its list is asked before anything is
/// called gone.
pub(super) async fn remove(page: &Facebook, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
    let Some(id) = receipt.id.as_deref() else {
        let at = receipt.url.as_deref().unwrap_or("the page");
        return Ok(Removed::Stays(format!(
            "nobody knows its id at Facebook, because a person settled how it went: take it down by hand at {at}"
        )));
    };
    if !is_plain_id(id) {
        return Ok(Removed::Stays(format!("`{id}` is no id that Facebook gives: take it down by hand")));
    }
    let graph = Graph::open(page, project).await?;
    let answer = graph.call(graph.request(Method::DELETE, id)?, Asked::Delete).await?;
    if dialect::object(&answer).is_some_and(|told| told["success"] == true) {
        return Ok(Removed::Gone);
    }
    if dialect::is_gone_or_foreign(&answer) {
        return is_gone(&graph, receipt, id).await;
    }
    if dialect::is_about_who(&answer) {
        return Err(graph.judge(&answer, Asked::Delete).mendable());
    }
    match graph.judge(&answer, Asked::Delete) {
        SendError::Refused { says } => Ok(Removed::Stays(says)),
        other if answer.status >= 500 || answer.is_success() => Err(other.in_doubt()),
        other => Err(other),
    }
}

/// Whether the lists show it no more.
async fn is_gone(graph: &Graph, receipt: &Receipt, id: &str) -> Result<Removed, SendError> {
    let post = receipt.detail.as_deref().and_then(below);
    let post = post.filter(|post| is_plain_id(post));
    let mut list = match post {
        Some(post) => comments(graph, post).await,
        None => posts(graph, None).await,
    };
    // With the post go the comments below it.
    if let (Some(post), Err(SendError::Refused { .. })) = (post, &list) {
        list = posts(graph, None).await;
        return list.map(|list| told_by(&list, post, receipt));
    }
    list.map(|list| told_by(&list, id, receipt))
}

fn told_by(list: &List, id: &str, receipt: &Receipt) -> Removed {
    let at = receipt.url.as_deref().unwrap_or(id);
    if list.entries.iter().any(|entry| entry.id == id) {
        return Removed::Stays(format!(
            "Facebook does not let the token delete it: it needs `pages_manage_posts` (a comment: \
             `pages_manage_engagement`), and its person a role on the page. By hand: {at}"
        ));
    }
    if list.unreadable {
        return Removed::Stays(format!(
            "Facebook says that it is gone or not ours to delete, and something in its list cannot be read: look \
             at {at}"
        ));
    }
    if list.whole {
        return Removed::Already;
    }
    Removed::Stays(format!(
        "Facebook says that it is gone or not ours to delete, and it is not among the newest {} posts: look at {at}",
        list.entries.len()
    ))
}
