//! A post: said, read back, taken down.

use super::answer::{Asked, Fault, trouble};
use super::api::Api;
use super::image::Uploaded;
use super::same::Told;
use super::{find, shown, urn};
use crate::channel::http::{Answer, Trouble};
use crate::channel::network::{odd_name, seen};
use crate::channel::{Attempt, Removed, SendError};
use crate::plan::{PayloadPart, Receipt, Seen};
use crate::text::little_text;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How far LinkedIn's clock and ours may be apart.
const SKEW: SignedDuration = SignedDuration::from_secs(120);

/// What was made before this cannot come from the attempt, whichever clock is wrong.
pub(super) fn since(attempt: &Attempt) -> Timestamp {
    attempt.first_tried.saturating_sub(SKEW).unwrap_or(Timestamp::MIN)
}

/// So often it is tried whether an image of which nobody may ask is ready.
const MOST_TRIES: u32 = 5;

/// Posts, with those `images` in their places.
pub(super) async fn send(
    api: &Api<'_>,
    part: &PayloadPart,
    images: &Uploaded,
    attempt: &Attempt,
) -> Result<Receipt, SendError> {
    let body = written(part, &images.urns);
    let answer = api.post("/rest/posts", &body).await.map_err(Trouble::of_creating)?;
    if answer.is_success() {
        let named = answer.told("x-restli-id");
        let post = named.as_deref().map(urn::plain);
        let Some(post) = post.filter(|id| urn::is_post(id) && api.are_not_in(id)) else {
            let cause = match odd_name(named.map(Value::from).as_ref(), |text| api.clean(text)) {
                Some(odd) => format!(
                    "LinkedIn answered {} and calls the post {odd}, which is no post's URN",
                    answer.status
                ),
                None => format!("LinkedIn answered {} without the post's URN", answer.status),
            };
            return Err(SendError::Unknown { cause });
        };
        return Ok(receipt(&post, None));
    }
    let fault = Fault::of(&answer);
    // What is not whole may name half a URN.
    if fault.is_read && fault.is_duplicate() {
        return duplicate(api, &answer, fault.duplicate_of(), part, attempt).await;
    }
    let asked = Asked::ToPublish { doubted: attempt.doubted };
    let error = trouble(&answer, asked, api, crate::clock::now());
    let is_early = !images.are_ready && matches!(answer.status, 400 | 404 | 422) && fault.speaks_of_images();
    Err(match answer.status {
        status if fault.is_about_who(status) => error.mendable(),
        _ if is_early => too_early(error, images, attempt),
        _ => error,
    })
}

/// LinkedIn did not take a post with images of which nobody could say that they
/// are ready: they may be, after a longer wait.
fn too_early(error: SendError, images: &Uploaded, attempt: &Attempt) -> SendError {
    let SendError::Refused { says } = error else { return error };
    let waited = images.left_alone.as_secs();
    let says = format!(
        "{says}. The image may not have been ready, {waited} s after its upload: LinkedIn tells members' \
         applications nothing of that. Set a longer `image_wait` in the channel's table"
    );
    if attempt.number < MOST_TRIES {
        SendError::NotYet { says, wait: None }
    } else {
        SendError::Refused { says }
    }
}

/// The text as readers see it.
pub(super) fn commentary(part: &PayloadPart) -> &str {
    part.body.get("commentary").and_then(Value::as_str).unwrap_or_default()
}

/// What is known of a post that is there.
pub(super) fn receipt(post: &str, altered: Option<String>) -> Receipt {
    Receipt { id: Some(post.to_owned()), url: Some(urn::feed_url(post)), altered, ..Receipt::default() }
}

/// The body that goes over the wire: little text, and the images' URNs in
/// their places.
fn written(part: &PayloadPart, images: &[String]) -> Value {
    let mut body = part.body.clone();
    body["commentary"] = json!(little_text::escape(commentary(part)));
    let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else { return body };
    if let Some(several) = content.get_mut("multiImage").and_then(|several| several.get_mut("images")) {
        let places = several.as_array_mut().into_iter().flatten();
        for (place, image) in places.zip(images) {
            place["id"] = json!(image);
        }
    } else if let Some(image) = images.first() {
        if let Some(media) = content.get_mut("media") {
            media["id"] = json!(image);
        } else if let Some(article) = content.get_mut("article") {
            article["thumbnail"] = json!(image);
        }
    }
    body
}

/// LinkedIn has these words already, and says as which post. After a try of
/// ours that may have gone out, that post is it; otherwise it is an older one of
/// the same words, or somebody else's doing.
async fn duplicate(
    api: &Api<'_>,
    answer: &Answer,
    named: Option<String>,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Receipt, SendError> {
    let Some(post) = named else {
        let asked = Asked::ToPublish { doubted: attempt.doubted };
        return Err(trouble(answer, asked, api, crate::clock::now()));
    };
    let refused = |why: &str| SendError::Refused {
        says: format!("LinkedIn has a post of these words already, {}{why}", urn::feed_url(&post)),
    };
    // Whatever was in doubt, these words are not taken now.
    if attempt.taken.has_post(&post, &urn::feed_url(&post)) {
        return Err(refused(", which is another delivery's: change the words if it is to be said once more"));
    }
    if !attempt.doubted {
        return Err(refused(": change the words if it is to be said once more"));
    }
    let mut altered = None;
    if api.channel.can_read() {
        match read(api, &post).await {
            Read::There(live) => {
                let early = live.created.is_some_and(|created| created < since(attempt));
                if early {
                    return Err(refused(
                        ", older than the first try: change the words if it is to be said once more",
                    ));
                }
                if live.created.is_some_and(|created| created < attempt.began()) {
                    let cause = format!(
                        "LinkedIn calls it a duplicate of {}, which was made just before the first try: look \
                         whether that is it",
                        urn::feed_url(&post)
                    );
                    return Err(SendError::Unknown { cause });
                }
                altered = differing(api, commentary(part), live.text);
            }
            // Posts that were deleted are named for a day or two (reported by
            // users of another client, 2026); a new one may not be seen yet.
            Read::Missing => {
                let cause = format!("LinkedIn calls it a duplicate of {post}, and has no such post");
                return Err(SendError::Unknown { cause });
            }
            Read::NotSaid => {}
        }
    }
    let detail = Some("an earlier try had gone out: LinkedIn named it when asked again".to_owned());
    Ok(Receipt { detail, ..receipt(&post, altered) })
}

/// A post as it is live.
struct Live {
    text: Option<Told>,
    created: Option<Timestamp>,
    facts: Value,
}

/// What reading a post brought.
enum Read {
    There(Box<Live>),
    Missing,
    /// It may not be read, or the answer got lost.
    NotSaid,
}

async fn read(api: &Api<'_>, post: &str) -> Read {
    let Ok(answer) = api.get(&format!("/rest/posts/{}", urn::encoded(post))).await else {
        return Read::NotSaid;
    };
    match answer.json().filter(|_| answer.is_success()) {
        Some(facts) => {
            Read::There(Box::new(Live { text: live_text(&facts), created: created(&facts), facts }))
        }
        None if answer.status == 404 => Read::Missing,
        None => Read::NotSaid,
    }
}

/// Whether the post is known to say that by now.
pub(super) async fn says(api: &Api<'_>, post: &str, planned: &str) -> bool {
    match read(api, post).await {
        Read::There(live) => live.text.is_some_and(|told| told.differing(planned).is_none()),
        Read::Missing | Read::NotSaid => false,
    }
}

/// A post's text.
pub(super) fn live_text(facts: &Value) -> Option<Told> {
    facts.get("commentary").and_then(Value::as_str).map(Told::of)
}

/// When it was made.
pub(super) fn created(facts: &Value) -> Option<Timestamp> {
    let time = |key: &str| find::moment(facts.get(key));
    time("createdAt").or_else(|| time("publishedAt"))
}

/// What readers see, if that is not what was planned. A read that fails
/// changes nothing: the post is out.
pub(super) async fn read_back(api: &Api<'_>, post: &str, part: &PayloadPart) -> Seen {
    let Read::There(live) = read(api, post).await else { return Seen::default() };
    let planned = commentary(part);
    let words = differing(api, planned, live.text);
    let images = shown::differing(&part.body, &live.facts, words.as_deref().unwrap_or(planned));
    Seen { altered: images.map(|live| seen(&api.redact(&live))).or(words), url: None }
}

fn differing(api: &Api<'_>, planned: &str, live: Option<Told>) -> Option<String> {
    live?.differing(planned).map(|live| seen(&api.redact(&live)))
}

/// Of a 2xx that is none of LinkedIn's.
pub(super) fn not_its_own(status: u16) -> String {
    format!("the answer was {status} with a page in it, which is none of LinkedIn's")
}

/// Takes a post or a comment down. What is gone already is gone.
pub(super) async fn remove(api: &Api<'_>, receipt: &Receipt) -> Result<Removed, SendError> {
    let id = receipt.id.as_deref().unwrap_or_default();
    let told = receipt.url.as_deref().and_then(urn::post_of_url);
    let path = if let Some(comment) = urn::Comment::parse(id) {
        let (thread, actor) = (urn::encoded(&comment.thread), urn::encoded(&api.channel.author));
        format!("/rest/socialActions/{thread}/comments/{}?actor={actor}", comment.id)
    } else {
        let Some(post) = Some(id.to_owned()).filter(|id| urn::is_post(id)).or(told) else {
            return Ok(Removed::Stays("its URN is not known: delete it on its page".to_owned()));
        };
        if post.starts_with("urn:li:activity:") {
            // The Posts API knows shares and ugcPosts only.
            return Ok(Removed::Stays(format!("LinkedIn deletes no post by {post}: delete it on its page")));
        }
        format!("/rest/posts/{}", urn::encoded(&post))
    };
    let answer = api.delete(&path).await.map_err(Trouble::of_creating)?;
    // A post that is gone is a success, says the Posts API.
    if answer.is_its_own_success() {
        return Ok(Removed::Gone);
    }
    if answer.is_success() {
        return Err(SendError::Unknown { cause: not_its_own(answer.status) });
    }
    if answer.status == 404 && !answer.is_not_its_own() {
        return Ok(Removed::Already);
    }
    let error = trouble(&answer, Asked::Other, api, crate::clock::now());
    Err(match answer.status {
        500.. => error.in_doubt(),
        status if Fault::of(&answer).is_about_who(status) => error.mendable(),
        _ => error,
    })
}
