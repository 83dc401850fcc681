//! One part on its way out, and down again.

use super::api::{self, Api, Purpose, heard, id_of, is_id};
use super::payload::text_of;
use super::words::{Likeness, Shown, unescaped, words_of};
use super::{Me, X, find, media};
use crate::channel::http::{self, Trouble};
use crate::channel::images::{self, behind};
use crate::channel::network::{odd_name, seen};
use crate::channel::upload::Patience;
use crate::channel::{Attempt, Posting, Removed, SendError};
use crate::plan::{PayloadPart, Receipt, Seen};
use reqwest::Method;
use serde_json::{Value, json};

/// Images first, which nobody sees. What is left is the one request that makes
/// the post.
pub(super) async fn prepare<'a>(
    x: &'a X,
    part: &'a PayloadPart,
    attempt: &'a Attempt,
) -> Result<Posting<'a>, SendError> {
    let replies_to = match attempt.part {
        0 => None,
        _ => Some(previous(attempt).ok_or_else(|| SendError::Refused {
            says: format!(
                "the id of part {} is not known, so nothing can be hung below it: post the rest by hand",
                attempt.part
            ),
        })?),
    };
    let api = x.api(&attempt.project).await.map_err(SendError::before_posting)?;
    // Whose credentials they are was asked before the run; if there was no answer
    // then, there has to be one now: a post on the wrong account cannot be taken
    // back unseen.
    let me = x.me(&api).await.map_err(SendError::before_posting)?.ok();
    let mut body = part.body.clone();
    let (mut ids, mut patience) = (Vec::new(), Patience::default());
    for picture in &part.media {
        ids.push(media::brought(&api, picture, attempt, &mut patience).await?);
    }
    if !ids.is_empty() {
        body["media"] = json!({ "media_ids": ids });
    }
    if let Some(id) = replies_to {
        body["reply"] = json!({ "in_reply_to_tweet_id": id });
    }
    Ok(Box::pin(async move { post(x, &api, me, &body, part, attempt).await }))
}

/// `POST /2/tweets`, signed at the last moment: X accepts no old signature.
async fn post(
    x: &X,
    api: &Api<'_>,
    me: Option<&Me>,
    body: &Value,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Receipt, SendError> {
    let request = api.request(Method::POST, "/2/tweets", &[])?.json(body);
    let answer = http::call(request).await.map_err(Trouble::of_creating)?;
    let said = answer.json().unwrap_or_default();
    let named = said.pointer("/data/id");
    let id = id_of(named).filter(|id| api.secrets.are_not_in(id));
    let Some(id) = id.filter(|_| answer.is_success()) else {
        let what = if attempt.part == 0 { "the post" } else { "this part" };
        let odd = odd_name(named.filter(|_| answer.is_success()), |text| api.quotable(text));
        if let Some(odd) = odd {
            let status = api::status(&answer);
            let cause = format!("X answered {status} and calls {what} {odd}, which is no id of a post");
            return Err(SendError::Unknown { cause });
        }
        let error = api.error(&answer, Purpose::Posting { doubted: attempt.doubted }, what);
        return Err(if api::is_about_who(&answer) { error.mendable() } else { error });
    };
    // Errors beside an id are about something else than the post.
    let detail = said.get("errors").is_some().then(|| format!("X adds: {}", api.words(&answer)));
    let altered = altered(api, &said, part);
    Ok(Receipt { url: Some(x.address(me, &id)), id: Some(id), detail, altered, ..Receipt::default() })
}

/// Reads the post (`GET /2/tweets?ids=`, which X charges for): its words, how many
/// images are on it, and their alt texts.
///
/// The media objects come with the expansion `attachments.media_keys`, and their
/// `alt_text` where `media.fields` names it (docs.x.com, data dictionary, "Media", and
/// openapi.json 2.167, both in the snapshot of 2026-08-22; changelog of 2021-08-11). The
/// list of prices (2026-08-13) names posts that are read, and no media.
pub(super) async fn look_closely(
    x: &X,
    part: &PayloadPart,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Seen, SendError> {
    let Some(id) = receipt.id.as_deref().filter(|id| is_id(id)) else { return Ok(Seen::default()) };
    let api = x.api(&attempt.project).await?;
    for (fields, wanted) in find::FIELDS.into_iter().zip([find::WANTED, find::WANTED_OF_POSTS]) {
        let media = [("expansions", "attachments.media_keys"), ("media.fields", "alt_text,type")];
        let query = [("ids", id), (fields, wanted), media[0], media[1]];
        let answer = api.ask(api.request(Method::GET, "/2/tweets", &query)?).await?;
        // The other spelling of the fields' names is tried, should this one be none.
        if answer.status == 400 {
            continue;
        }
        let said = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
        let posts = said.get("data").and_then(Value::as_array).into_iter().flatten();
        let post = posts.into_iter().find(|post| id_of(post.get("id")).as_deref() == Some(id));
        let altered = post.and_then(|post| differing(&api, post, &said, part));
        return Ok(Seen { url: None, altered });
    }
    Ok(Seen::default())
}

/// What readers see of a post that was read, where it is not what was sent: the
/// words, fewer images, or other alt texts. `said`: the whole answer.
fn differing(api: &Api<'_>, post: &Value, said: &Value, part: &PayloadPart) -> Option<String> {
    let shown = Shown::of(post);
    let words = altered_words(api, post, part);
    let sent: Vec<&str> = part.media.iter().map(|picture| picture.alt.as_str()).collect();
    // Where their number is not told, the link of the images tells that there are some.
    let number = shown.media.unwrap_or(if shown.ends_in_link() { sent.len() } else { 0 });
    // They may come as they are, or with signs spelled as in a text: none of the
    // readings makes another alt text look like ours.
    let told = alts(post, said);
    let read = |alt: String| if sent.contains(&alt.as_str()) { alt } else { unescaped(&alt) };
    let alts = told.into_iter().map(|alt| alt.map(read)).collect();
    let images = images::Shown { number: Some(number), alts };
    let Some(other) = images.differing(&sent) else { return words };
    let words = words.unwrap_or_else(|| seen(&api.secrets.redact(&shown.read(number))));
    Some(behind(&words, &api.secrets.redact(&other)))
}

/// The alt texts of a post's images, in the order of its keys: X sends a media object
/// for each key, and leaves `alt_text` out where there is none. If an object is not
/// there, nothing is told.
fn alts(post: &Value, said: &Value) -> Vec<Option<String>> {
    let media = said.pointer("/includes/media").and_then(Value::as_array);
    let alt = |key: &Value| {
        let object = media?.iter().find(|object| object.get("media_key") == Some(key))?;
        Some(object.get("alt_text").and_then(Value::as_str).map(str::to_owned))
    };
    let keys = post.pointer("/attachments/media_keys").and_then(Value::as_array);
    // No post has more images than that; the answer may be anybody's.
    keys.into_iter().flatten().take(20).map(alt).collect::<Option<_>>().unwrap_or_default()
}

/// What readers see, where X says that it is not what was sent.
fn altered(api: &Api<'_>, said: &Value, part: &PayloadPart) -> Option<String> {
    altered_words(api, said.get("data")?, part)
}

fn altered_words(api: &Api<'_>, post: &Value, part: &PayloadPart) -> Option<String> {
    words_of(post)?;
    let shown = Shown::of(post);
    let same = shown.compare(text_of(part), part.media.len()) == Likeness::Same;
    // Without words, X says only the link of the images.
    let only_images = text_of(part).trim().is_empty() && !part.media.is_empty();
    (!same && !only_images).then(|| seen(&api.secrets.redact(&shown.read(part.media.len()))))
}

/// The id of the part before: what the network said, else what stands in the
/// address that a person gave.
pub(super) fn previous(attempt: &Attempt) -> Option<String> {
    let complete = attempt.previous.len() >= attempt.part as usize;
    attempt.previous.last().filter(|_| complete).and_then(id_in)
}

fn id_in(receipt: &Receipt) -> Option<String> {
    if let Some(id) = receipt.id.as_ref().filter(|id| is_id(id)) {
        return Some(id.clone());
    }
    let url = url::Url::parse(receipt.url.as_ref()?).ok()?;
    let mut steps = url.path_segments()?.skip_while(|step| *step != "status");
    let id = steps.nth(1)?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

/// Takes a post down. Repeating it does no harm.
pub(super) async fn remove(
    x: &X,
    receipt: &Receipt,
    project: &std::path::Path,
) -> Result<Removed, SendError> {
    let Some(id) = id_in(receipt) else {
        return Ok(Removed::Stays("its id at X is not known: delete it by hand on x.com".to_owned()));
    };
    let api = x.api(project).await?;
    let what = "the deletion";
    let request = api.request(Method::DELETE, &format!("/2/tweets/{id}"), &[])?;
    let answer = http::call(request).await.map_err(Trouble::of_creating)?;
    let said = answer.json().unwrap_or_default();
    let words = heard(&answer).to_lowercase();
    let not_there = (answer.status == 404 && !answer.is_not_its_own())
        || (answer.is_success() && words.contains("resource-not-found"));
    match said.pointer("/data/deleted").and_then(Value::as_bool) {
        Some(true) if answer.is_success() => Ok(Removed::Gone),
        Some(false) if answer.is_success() => {
            Ok(Removed::Stays("X says that it did not delete it: do it by hand on x.com".to_owned()))
        }
        _ if not_there => Ok(Removed::Already),
        _ if answer.status == 403 && words.contains("not authorized to delete") => {
            Ok(Removed::Stays("it belongs to another account than the credentials do".to_owned()))
        }
        // With a good token, or with credits, the same request would do it.
        _ if api::is_about_who(&answer) => Err(api.error(&answer, Purpose::Asking, what).mendable()),
        _ if answer.status >= 500 || answer.is_success() => {
            Err(api.error(&answer, Purpose::Asking, what).in_doubt())
        }
        _ => Err(api.error(&answer, Purpose::Asking, what)),
    }
}
