//! Taking down.

use super::api::{Api, is_id};
use super::dialect::{Asked, is_about_who};
use super::{Threads, find};
use crate::channel::graph::{is_gone_or_foreign, object};
use crate::channel::listed::{DOUBT, before, gone};
use crate::channel::{Removed, SendError};
use crate::plan::Receipt;
use jiff::Timestamp;
use reqwest::Method;
use std::path::Path;

/// `DELETE /POST`. What Threads says of a post that is gone is not written, and the Graph
/// API says the same of what the token may not touch (code 100, subcode 33). So it is
/// looked for before it is called gone: what can be read is there; and only a list
/// proves that something is not, which goes back past the post, and is read long enough
/// after it was `sent` that a lag is no explanation.
pub(super) async fn remove(
    threads: &Threads,
    receipt: &Receipt,
    sent: Option<Timestamp>,
    project: &Path,
) -> Result<Removed, SendError> {
    let at = receipt.url.as_deref().unwrap_or("the account");
    let api = threads.open(project).await?;
    let known = receipt.id.clone().filter(|id| is_id(id));
    let id = match (known, receipt.url.as_deref()) {
        (Some(id), _) => Some(id),
        (None, Some(address)) => named_by(&api, address).await?,
        (None, None) => None,
    };
    let Some(id) = id else {
        return Ok(Removed::Stays(format!(
            "nobody knows its id at Threads, because a person settled how it went: take it down by hand at {at}"
        )));
    };
    let answer = api.call(api.request(Method::DELETE, &id)?, Asked::Delete).await?;
    if object(&answer).is_some_and(|told| told["success"] == true) {
        return Ok(Removed::Gone);
    }
    if is_gone_or_foreign(&answer) {
        return is_gone(&api, receipt, &id, sent).await;
    }
    let error = api.judge(&answer, Asked::Delete);
    if is_about_who(&answer) {
        return Err(error.mendable());
    }
    Err(if answer.status >= 500 || answer.is_success() { error.in_doubt() } else { error })
}

/// Among the account's posts, then among its replies.
async fn named_by(api: &Api, address: &str) -> Result<Option<String>, SendError> {
    match find::at(api, address, false).await? {
        Some(id) => Ok(Some(id)),
        None => find::at(api, address, true).await,
    }
}

/// Whether it is proven that readers see it no more. Whether it was a post or a reply is
/// not known any more: both lists are read.
async fn is_gone(
    api: &Api,
    receipt: &Receipt,
    id: &str,
    sent: Option<Timestamp>,
) -> Result<Removed, SendError> {
    let at = receipt.url.as_deref().unwrap_or(id);
    let stays =
        || format!("Threads does not let the token delete it: it needs `threads_delete`. By hand: {at}");
    let read = api.get(id, &[("fields", "id")], Asked::Reading).await?;
    if object(&read).is_some() {
        return Ok(Removed::Stays(stays()));
    }
    let until = sent.map(|sent| before(sent, DOUBT));
    let (posts, replies) = (find::posts(api, false, until).await?, find::posts(api, true, until).await?);
    if replies.entries.iter().any(|entry| entry.id == id) {
        return Ok(Removed::Stays(stays()));
    }
    if replies.unreadable || !replies.whole && !replies.shows_all_since(sent, false) {
        let says = format!("Threads says that it is gone, and not all replies can be read: look at {at}");
        return Ok(Removed::CannotTell(says));
    }
    Ok(gone("Threads", &posts, (id, receipt), sent, false, stays))
}
