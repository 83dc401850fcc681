//! One part on its way out, and a look at it.

use super::api::{self, Api, Purpose, Read, is_id};
use super::{Mastodon, media, words};
use crate::channel::http::Trouble;
use crate::channel::network::{odd_name, seen};
use crate::channel::upload::Patience;
use crate::channel::{Attempt, Posting, SendError};
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, Receipt, Seen};
use reqwest::Method;
use serde_json::{Value, json};

/// Images first, which nobody sees. What is left is the one request that makes
/// the post.
pub(super) async fn prepare<'a>(
    mastodon: &'a Mastodon,
    part: &'a PayloadPart,
    attempt: &'a Attempt,
) -> Result<Posting<'a>, SendError> {
    let replies_to = match attempt.part {
        0 => None,
        _ => Some(previous(mastodon, attempt).ok_or_else(|| SendError::Refused {
            says: format!(
                "the id of part {} is not known, so nothing can be hung below it: post the rest by hand",
                attempt.part
            ),
        })?),
    };
    let api = Api::open(mastodon, &attempt.project).await.map_err(SendError::before_posting)?;
    // Whose the token is was asked before the run; if there was no answer then, there
    // has to be one now: a post on the wrong account cannot be taken back unseen.
    let _ = mastodon.me(&api).await.map_err(SendError::before_posting)?;
    let mut body = part.body.clone();
    let (mut ids, mut patience) = (Vec::new(), Patience::default());
    for picture in &part.media {
        ids.push(media::brought(&api, picture, attempt, &mut patience).await?);
    }
    if !ids.is_empty() {
        body["media_ids"] = json!(ids);
    }
    if let Some(id) = replies_to {
        body["in_reply_to_id"] = json!(id);
    }
    Ok(Box::pin(async move { post(&api, &body, part, attempt).await }))
}

/// `POST /api/v1/statuses`, under a key that is the same at each try of the same
/// words: Mastodon answers a repetition within the hour with the post that is there
/// (methods/statuses, `Idempotency-Key`). Images are uploaded anew at each try, so
/// that they are in the key by what they hold, and not by their ids.
async fn post(
    api: &Api<'_>,
    body: &Value,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Receipt, SendError> {
    let key = key(part, attempt);
    let request = api.request(Method::POST, "/api/v1/statuses").header("Idempotency-Key", key).json(body);
    let answer = api.call(request).await.map_err(Trouble::of_creating)?;
    let facts = answer.json().unwrap_or_default();
    let named = facts.get("id");
    let id = named.and_then(Value::as_str).filter(|id| is_id(id) && api.are_not_in(id));
    let what = if attempt.part == 0 { "the post" } else { "this part" };
    let Some(id) = id.filter(|_| answer.is_success()) else {
        let odd = odd_name(named.filter(|_| answer.is_success()), |text| api.quotable(text));
        if let Some(odd) = odd {
            let status = api::status(&answer);
            let cause = format!(
                "{} answered {status} and calls {what} {odd}, which is no id of a post",
                api.instance
            );
            return Err(SendError::Unknown { cause });
        }
        let purpose = Purpose::Posting { doubted: attempt.doubted, replies: attempt.part > 0 };
        let error = api.mended(&answer, purpose, what);
        // It said that an image is ready, or nothing: this is about one all the same.
        let is_early = answer.status == 422 && !part.media.is_empty() && speaks_of_processing(&answer);
        return Err(match error {
            SendError::Refused { says } if is_early => SendError::NotYet { says, wait: None },
            other => other,
        });
    };
    Ok(Receipt { id: Some(id.to_owned()), url: api.address(&facts), ..Receipt::default() })
}

/// The key of this part with these words.
fn key(part: &PayloadPart, attempt: &Attempt) -> String {
    let images: Vec<(&str, &str)> =
        part.media.iter().map(|picture| (picture.sha256.as_str(), picture.alt.as_str())).collect();
    let said = json!([attempt.key.to_string(), attempt.part, part.body, images]).to_string();
    hex_digest(said.as_bytes())
}

/// "Cannot attach files that have not finished processing" (the server's English).
fn speaks_of_processing(answer: &crate::channel::http::Answer) -> bool {
    let low = api::heard(answer).unwrap_or_default().to_lowercase();
    ["process", "not ready", "in a moment"].iter().any(|words| low.contains(words))
}

/// The id of the part before: what the instance said, else what stands in the
/// address that a person gave.
pub(super) fn previous(mastodon: &Mastodon, attempt: &Attempt) -> Option<String> {
    let complete = attempt.previous.len() >= attempt.part as usize;
    attempt.previous.last().filter(|_| complete).and_then(|receipt| mastodon.id_of_post(receipt))
}

/// What readers see, if that is not what was sent. A read that fails changes
/// nothing: the post is out.
pub(super) async fn read_back(api: &Api<'_>, id: &str, part: &PayloadPart) -> Seen {
    match api.post(id).await {
        Read::There(facts) => Seen { url: None, altered: altered(api, part, &facts) },
        Read::Missing { .. } | Read::NotSaid => Seen::default(),
    }
}

/// The same of a post that was read.
pub(super) fn altered(api: &Api<'_>, part: &PayloadPart, facts: &Value) -> Option<String> {
    words::differing(part, facts).map(|live| seen(&api.redact(&live)))
}
