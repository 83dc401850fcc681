//! The one request that makes what readers see: the publishing of a container.

use super::api::{Api, is_id};
use super::dialect::{Asked, is_about_who};
use super::payload::words_of;
use super::{Threads, container, find};
use crate::channel::graph::{Asking, object};
use crate::channel::network::odd_name;
use crate::channel::{Attempt, Posting, SendError};
use crate::plan::{PayloadPart, Receipt};
use container::Status;

/// Looks whether the container is out already, where a try came before. What is left
/// is the one request that publishes it.
pub(super) async fn prepare<'a>(
    threads: &'a Threads,
    part: &'a PayloadPart,
    attempt: &'a Attempt,
) -> Result<Posting<'a>, SendError> {
    let id = match container::known(attempt) {
        Some(id) => id.to_owned(),
        None => container::make(threads, part, attempt).await?,
    };
    let api = threads.verified(attempt).await?;
    let is_out = attempt.number > 1 && container::status(&api, &id).await? == Status::Published;
    Ok(Box::pin(async move {
        if is_out { published(&api, part, attempt).await } else { publish(&api, &id, attempt).await }
    }))
}

/// It is out, and nobody heard under which id: the account's own list says it.
async fn published(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Receipt, SendError> {
    let list =
        find::list(api, attempt).await.map_err(|error| SendError::Unknown { cause: error.to_string() })?;
    let cause = || SendError::Unknown { cause: find::OUT_SOMEWHERE.to_owned() };
    find::receipt(&list, words_of(part), attempt).ok_or_else(cause)
}

/// `POST /USER/threads_publish`.
async fn publish(api: &Api, id: &str, attempt: &Attempt) -> Result<Receipt, SendError> {
    let asked = Asked::Publish { reply: attempt.part > 0, doubted: attempt.doubted };
    let form = [("creation_id", id.to_owned())];
    let answer = api.post(&format!("{}/threads_publish", api.user), &form, asked).await?;
    let Some(told) = object(&answer) else {
        let error = api.judge(&answer, asked);
        return Err(if is_about_who(&answer) { error.mendable() } else { error });
    };
    if let Some(id) = api.id(&told["id"]) {
        return Ok(Receipt { id: Some(id), ..Receipt::default() });
    }
    Err(match odd_name(told.get("id"), |text| api.clean(text)) {
        Some(odd) => {
            asked.doubt(format!("Threads answered {} with the id {odd}, which is no post's", answer.status))
        }
        None => api.judge(&answer, asked),
    })
}

/// The id of the part above, below which this one goes; none of the first. Where a person
/// settled that one, the account's list may tell which post is at its address.
pub(super) async fn above(api: &Api, attempt: &Attempt) -> Result<Option<String>, SendError> {
    if attempt.part == 0 {
        return Ok(None);
    }
    let complete = attempt.previous.len() >= attempt.part as usize;
    let before = attempt.previous.last().filter(|_| complete);
    if let Some(id) = before.and_then(|receipt| receipt.id.clone()).filter(|id| is_id(id)) {
        return Ok(Some(id));
    }
    let address = before.and_then(|receipt| receipt.url.as_deref());
    if let Some(address) = address
        && let Some(id) = find::at(api, address, attempt.part > 1).await?
    {
        return Ok(Some(id));
    }
    let says = format!(
        "nobody knows the id of part {} at Threads, because a person settled how it went: post the rest by hand below \
         {}",
        attempt.part,
        address.unwrap_or("it")
    );
    Err(SendError::Refused { says })
}
