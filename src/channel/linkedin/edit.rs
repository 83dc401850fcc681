//! Other words for a post that is out: a partial update of its commentary.
//! Media and cards cannot change (Posts API, "Update posts"). Of comments
//! nothing is documented that is open to us: they are left alone.

use super::answer::{Asked, Fault, trouble};
use super::api::Api;
use super::payload::is_comment;
use super::{post, urn};
use crate::channel::http::Trouble;
use crate::channel::{Change, Edited, SendError};
use crate::plan::{PayloadPart, Receipt};
use crate::text::little_text;
use serde_json::{Value, json};

/// Whether nothing but the words of a post changes.
pub(super) fn can_edit(change: &Change) -> Result<(), String> {
    let (before, after) = (&change.before, &change.after);
    if is_comment(before) || is_comment(after) {
        return Err("a comment cannot be changed in place on LinkedIn".to_owned());
    }
    let pictures = |part: &PayloadPart| -> Vec<String> {
        part.media.iter().map(|picture| picture.sha256.clone()).collect()
    };
    let rest = |body: &Value| {
        let mut body = body.clone();
        body["commentary"] = Value::Null;
        body
    };
    if pictures(before) != pictures(after) || rest(&before.body) != rest(&after.body) {
        return Err("images, their alt texts and the card cannot be changed in place on LinkedIn".to_owned());
    }
    Ok(())
}

/// Where the answer is in doubt, the post is read, as far as it may be: what it
/// says settles it.
pub(super) async fn edit(api: &Api<'_>, change: &Change, receipt: &Receipt) -> Result<Edited, SendError> {
    let id = receipt.id.clone().filter(|id| urn::is_post(id));
    let id = id.or_else(|| receipt.url.as_deref().and_then(urn::post_of_url));
    // The Posts API knows shares and ugcPosts only.
    let Some(id) = id.filter(|id| !id.starts_with("urn:li:activity:")) else {
        return Ok(Edited::Stays("its URN is not known: change it on its page".to_owned()));
    };
    let words = post::commentary(&change.after);
    let body = json!({ "patch": { "$set": { "commentary": little_text::escape(words) } } });
    let answer = api.update(&format!("/rest/posts/{}", urn::encoded(&id)), &body).await;
    let can_read = api.channel.can_read();
    let error = match answer {
        Ok(answer) if answer.is_its_own_success() => {
            let seen =
                if can_read { post::read_back(api, &id, &change.after).await } else { Default::default() };
            return Ok(Edited::Done(Receipt { altered: seen.altered, ..receipt.clone() }));
        }
        Ok(answer) if answer.is_success() => SendError::Unknown { cause: post::not_its_own(answer.status) },
        Ok(answer) if answer.status == 404 && !answer.is_not_its_own() => {
            return Ok(Edited::Stays("LinkedIn has no such post any more".to_owned()));
        }
        Ok(answer) => {
            let error = trouble(&answer, Asked::Other, api, crate::clock::now());
            if Fault::of(&answer).is_about_who(answer.status) {
                error.mendable()
            } else if answer.status >= 500 {
                error.in_doubt()
            } else {
                error
            }
        }
        Err(trouble) => Trouble::of_creating(trouble),
    };
    let in_doubt = matches!(error, SendError::NotYet { wait: None, .. } | SendError::Unknown { .. });
    if can_read && in_doubt && post::says(api, &id, words).await {
        return Ok(Edited::Done(Receipt { altered: None, ..receipt.clone() }));
    }
    Err(error)
}
