//! What is out is taken down, or gets other words where it stands.

use super::api::{Api, Purpose, Read};
use super::payload::{text_of, warning_of};
use super::{Mastodon, post, words};
use crate::channel::http::Trouble;
use crate::channel::{Attempt, Change, Edited, Removed, SendError};
use crate::plan::{PayloadPart, Receipt};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;

/// `DELETE /api/v1/statuses/:id`. A 404 says that it is gone, or that the server does
/// not delete (snac 2.75 says so of posts that stand there): looking tells which.
pub(super) async fn remove(
    mastodon: &Mastodon,
    receipt: &Receipt,
    project: &Path,
) -> Result<Removed, SendError> {
    let Some(id) = mastodon.id_of_post(receipt) else {
        return Ok(Removed::Stays("its id is not known: delete it on the instance's web page".to_owned()));
    };
    let api = Api::open(mastodon, project).await?;
    let request = api.request(Method::DELETE, &format!("/api/v1/statuses/{id}"));
    let answer = api.call(request).await.map_err(Trouble::of_creating)?;
    if answer.is_its_own_success() {
        return Ok(Removed::Gone);
    }
    if answer.is_success() {
        let cause = format!(
            "{} answered {} with a page in it, which is none of its API's",
            api.instance, answer.status
        );
        return Err(SendError::Unknown { cause });
    }
    if matches!(answer.status, 404 | 405 | 410 | 501) {
        return Ok(gone(&api, &id).await);
    }
    let error = api.mended(&answer, Purpose::Changing, "the deletion");
    Err(if answer.status >= 500 { error.in_doubt() } else { error })
}

/// Whether a post is gone that the instance would not delete.
async fn gone(api: &Api<'_>, id: &str) -> Removed {
    match api.post(id).await {
        Read::There(_) => Removed::Stays(format!(
            "{} does not delete posts for programs: delete it on the instance's web page",
            api.instance
        )),
        Read::Missing { its_own: true } => Removed::Already,
        // A page may be somebody's on the way; from an instance that speaks it is its own.
        Read::Missing { its_own: false } if matches!(api.who().await, Ok(Ok(_))) => Removed::Already,
        Read::Missing { .. } | Read::NotSaid => Removed::CannotTell(format!(
            "{} says neither that it is there nor that it is gone: ask again later, or look",
            api.instance
        )),
    }
}

/// Whether nothing but words, warning and language change.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let (before, after) = (&change.before, &change.after);
    let pictures = |part: &PayloadPart| -> Vec<(String, String)> {
        part.media.iter().map(|picture| (picture.sha256.clone(), picture.alt.clone())).collect()
    };
    if pictures(before) != pictures(after) {
        return Err(
            "images and their alt texts are not changed in place: take it down and post it anew".to_owned()
        );
    }
    if before.body.get("visibility") != after.body.get("visibility") {
        return Err("who may see it cannot be changed in place on Mastodon".to_owned());
    }
    Ok(())
}

/// `PUT /api/v1/statuses/:id`. What it does not name is taken away: images that stay
/// are named by the ids that they have on the post. Where the answer is in doubt, the
/// post is read: what it says settles it.
pub(super) async fn edit(
    mastodon: &Mastodon,
    change: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let Some(id) = mastodon.id_of_post(receipt) else {
        return Ok(Edited::Stays("its id is not known: change it on the instance's web page".to_owned()));
    };
    let api = Api::open(mastodon, &attempt.project).await?;
    let facts = match api.post(&id).await {
        Read::There(facts) => facts,
        Read::Missing { its_own: true } => {
            return Ok(Edited::Stays(format!("{} has no such post any more", api.instance)));
        }
        Read::Missing { .. } | Read::NotSaid => {
            let says = format!("{} does not say what the post looks like now", api.instance);
            return Err(SendError::NotYet { says, wait: None });
        }
    };
    let images = images(&api, &facts);
    if images.len() != change.after.media.len() {
        return Ok(Edited::Stays(format!(
            "it has {} images and was sent with {}: somebody changed it; mend it on the instance's web page",
            images.len(),
            change.after.media.len()
        )));
    }
    let mut body = change.after.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("visibility");
        // Left out, an older warning would stay.
        body.insert("spoiler_text".to_owned(), json!(warning_of(&change.after)));
        if !images.is_empty() {
            body.insert("media_ids".to_owned(), json!(images));
        }
    }
    let request = api.request(Method::PUT, &format!("/api/v1/statuses/{id}")).json(&body);
    let answer = api.call(request).await;
    let error = match answer {
        Ok(answer) if answer.is_its_own_success() => {
            // snac gives it another id, and knows it by the older one as well.
            let named = answer.json().and_then(|facts| Some(facts.get("id")?.as_str()?.to_owned()));
            let named = named.filter(|named| super::api::is_id(named) && api.are_not_in(named));
            let id = named.unwrap_or(id);
            let seen = post::read_back(&api, &id, &change.after).await;
            return Ok(Edited::Done(Receipt { id: Some(id), altered: seen.altered, ..receipt.clone() }));
        }
        Ok(answer) if answer.is_success() => SendError::Unknown {
            cause: format!("{} answered {} with a page in it", api.instance, answer.status),
        },
        Ok(answer) if matches!(answer.status, 404 | 410) && !answer.is_not_its_own() => {
            return Ok(Edited::Stays(format!("{} has no such post any more", api.instance)));
        }
        Ok(answer) if matches!(answer.status, 404 | 405 | 501) => {
            return Ok(Edited::Stays(format!(
                "{} does not change posts for programs: do it on the instance's web page",
                api.instance
            )));
        }
        Ok(answer) => {
            let error = api.mended(&answer, Purpose::Changing, "the change");
            if answer.status >= 500 { error.in_doubt() } else { error }
        }
        Err(trouble) => Trouble::of_creating(trouble),
    };
    let in_doubt = matches!(error, SendError::NotYet { wait: None, .. } | SendError::Unknown { .. });
    if in_doubt
        && let Read::There(facts) = api.post(&id).await
        && says(&change.after, &facts)
    {
        return Ok(Edited::Done(Receipt {
            altered: post::altered(&api, &change.after, &facts),
            ..receipt.clone()
        }));
    }
    Err(error)
}

/// The ids of a post's images, in order.
fn images(api: &Api<'_>, facts: &Value) -> Vec<String> {
    let images = facts.get("media_attachments").and_then(Value::as_array);
    let ids = images.into_iter().flatten().filter_map(|image| image.get("id")?.as_str());
    // No post has more; the answer may be anybody's.
    ids.take(50).filter(|id| api.are_not_in(id)).map(str::to_owned).collect()
}

/// Whether the post says that by now.
fn says(part: &PayloadPart, facts: &Value) -> bool {
    match facts.get("text").and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => words::is_same(text_of(part), text),
        _ => words::compare(part, facts) == Some(words::Likeness::Same),
    }
}
