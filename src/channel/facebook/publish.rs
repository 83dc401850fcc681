//! Sending: photos first, then the post, then the comment below it.

use super::dialect::{self, Asked};
use super::find::words_of;
use super::graph::{self, Graph, Named};
use super::{Facebook, address, images, verify};
use crate::channel::http::{Answer, file};
use crate::channel::images::behind;
use crate::channel::likeness::same_words;
use crate::channel::network::{odd_upload, seen};
use crate::channel::{Attempt, Doing, Posting, SendError, upload};
use crate::plan::{PayloadPart, Receipt, Seen};
use crate::render::Picture;
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use std::time::Duration;

/// A photo has up to 4 MB: two minutes are a line of 300 kbit/s.
pub(super) const UPLOAD_LIMIT: Duration = Duration::from_secs(120);
/// What is asked only to know the address is not waited for.
pub(super) const ADDRESS_LIMIT: Duration = Duration::from_secs(10);
/// Before the post's id in the receipt of a comment.
pub(super) const COMMENT_ON: &str = "comment on ";

/// Asks whose the token is, and uploads what nobody sees yet. What is left is
/// the one request that makes the post, or the comment. Nothing counts as sent
/// without the id that it should bring.
pub(super) async fn prepare<'a>(
    page: &'a Facebook,
    part: &'a PayloadPart,
    attempt: &'a Attempt,
) -> Result<Posting<'a>, SendError> {
    let doubted = attempt.doubted;
    if is_comment(part) {
        let post = post_below(attempt, page)?;
        let graph = verified(page, attempt).await?;
        let asked = Asked::Comment { doubted };
        return Ok(Box::pin(async move { comment(&graph, part, &post, asked).await }));
    }
    let edge = part.body["edge"].as_str().unwrap_or("");
    let planned = edge.split('/').next().unwrap_or("");
    if planned != page.page_id {
        let says = format!(
            "it was planned for the page {planned}, and `page_id` is now {}: publish with `--again REASON`",
            page.page_id
        );
        return Err(SendError::Refused { says });
    }
    let graph = verified(page, attempt).await?;
    let asked = Asked::Post { doubted };
    if let [picture] = part.media.as_slice() {
        let form = form(picture, attempt).await?;
        return Ok(Box::pin(async move { photo(&graph, page, part, form, asked).await }));
    }
    let mut photos = Vec::with_capacity(part.media.len());
    for picture in &part.media {
        photos.push(upload(&graph, page, picture, attempt).await?);
    }
    Ok(Box::pin(async move { post(&graph, page, part, &photos, asked).await }))
}

/// The way to the page, once Facebook had a chance to say that it is another's:
/// before the run it may not have answered, and a post on the wrong page cannot
/// be taken back unseen.
async fn verified(page: &Facebook, attempt: &Attempt) -> Result<Graph, SendError> {
    let asked = async {
        let graph = Graph::open(page, &attempt.project).await?;
        verify::whose(page, &graph).await?;
        Ok(graph)
    };
    asked.await.map_err(SendError::before_posting)
}

/// Looks at what is out: where readers find it, and whether they see what was
/// sent. Not, where the answer that made it has told all of it: of images it tells
/// nothing.
pub(super) fn read_back<'a>(
    page: &'a Facebook,
    part: &'a PayloadPart,
    receipt: &'a Receipt,
    attempt: &'a Attempt,
) -> Option<Doing<'a, Seen>> {
    let below = receipt.detail.as_deref().and_then(below);
    let id = receipt.id.as_deref()?;
    let is_plain = receipt.url.as_deref() == Some(&graph::plain_address(id, below));
    (is_plain || !part.media.is_empty()).then_some(())?;
    Some(Box::pin(async move {
        let graph = Graph::open(page, &attempt.project).await?;
        let told = if is_plain { look_at(&graph, id).await } else { Value::Null };
        let Receipt { url, altered, .. } = self::receipt(&graph, id, &told, part, receipt.detail.clone());
        // A look adds to what the answer told.
        let known = altered.clone().or_else(|| receipt.altered.clone());
        let altered = with_images(&graph, id, part, known).await.or(altered);
        Ok(Seen { url: url.filter(|url| is_plain && receipt.url.as_ref() != Some(url)), altered })
    }))
}

/// What readers see, where the images are not as they were sent; `words`: the live
/// words, where they are others.
pub(super) async fn with_images(
    graph: &Graph,
    id: &str,
    part: &PayloadPart,
    words: Option<String>,
) -> Option<String> {
    let images = images::differing(graph, id, &part.media).await?;
    Some(behind(&words.unwrap_or_else(|| seen(&graph.redact(words_of(part)))), &images))
}

/// Whether a part is the comment, not the post.
pub(super) fn is_comment(part: &PayloadPart) -> bool {
    part.body["edge"] == "comments"
}

/// The id of the post that was sent before: the comment goes below it. Where a person
/// settled the post, its address may tell it.
pub(super) fn post_below(attempt: &Attempt, page: &Facebook) -> Result<String, SendError> {
    let post = attempt.previous.last();
    let id = post.and_then(|receipt| address::id_of(receipt, page));
    id.filter(|id| graph::is_post_of(id, &page.page_id)).ok_or_else(|| {
        let below = post.and_then(|receipt| receipt.url.as_deref()).unwrap_or("the post");
        let says = format!(
            "nobody knows the post's id at Facebook, because a person settled how it went: write the comment \
             yourself below {below}"
        );
        SendError::Refused { says }
    })
}

/// `POST /PAGE/feed`. With `fields` the answer holds what is to be known of it
/// (read after write), without a second call.
async fn post(
    graph: &Graph,
    page: &Facebook,
    part: &PayloadPart,
    photos: &[String],
    asked: Asked,
) -> Result<Receipt, SendError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for key in ["message", "link"] {
        if let Some(value) = part.body[key].as_str().filter(|value| !value.is_empty()) {
            fields.push((key.to_owned(), value.to_owned()));
        }
    }
    for (at, photo) in photos.iter().enumerate() {
        fields.push((format!("attached_media[{at}]"), json!({ "media_fbid": photo }).to_string()));
    }
    fields.push(("fields".to_owned(), "id,permalink_url,message".to_owned()));
    let request = graph.request(Method::POST, &format!("{}/feed", page.page_id))?.form(&fields);
    let answer = graph.call(request, asked).await?;
    let (id, told) = made(graph, &answer, "id", Named::Post, asked)?;
    Ok(receipt(graph, &id, &told, part, None))
}

/// `POST /PAGE/photos`: one photo is a post of its own; what readers see is
/// `post_id`. No `fields` here: they would be the photo's, not the post's.
async fn photo(
    graph: &Graph,
    page: &Facebook,
    part: &PayloadPart,
    mut form: Form,
    asked: Asked,
) -> Result<Receipt, SendError> {
    if let Some(message) = part.body["message"].as_str().filter(|message| !message.is_empty()) {
        form = form.text("message", message.to_owned());
    }
    let answer = send_form(graph, page, form, asked).await?;
    let (id, told) = made(graph, &answer, "post_id", Named::Post, asked)?;
    let detail = graph.id(&told["id"], Named::Other).map(|photo| format!("photo {photo}"));
    Ok(receipt(graph, &id, &Value::Null, part, detail))
}

/// A photo that nobody sees until a post shows it. Whatever goes wrong, it can
/// be done again: Facebook throws away what no post shows.
async fn upload(
    graph: &Graph,
    page: &Facebook,
    picture: &Picture,
    attempt: &Attempt,
) -> Result<String, SendError> {
    let form = form(picture, attempt).await?.text("published", "false");
    let answer = send_form(graph, page, form, Asked::Upload).await?;
    let uploaded = made(graph, &answer, "id", Named::Other, Asked::Upload).map(|(id, _)| id);
    let uploaded = uploaded.map_err(|error| match error {
        // It was taken, and has no name, or one that is none: not for ever.
        SendError::NotYet { says, wait: None } if dialect::object(&answer).is_some() => {
            odd_upload(says, attempt.number)
        }
        other => other,
    });
    let name = |says: String| format!("the image `{}`: {says}", picture.path);
    uploaded.map_err(|error| match error {
        SendError::Refused { says } => SendError::Refused { says: name(says) },
        SendError::Mendable { says } => SendError::Mendable { says: name(says) },
        other => other,
    })
}

async fn comment(graph: &Graph, part: &PayloadPart, post: &str, asked: Asked) -> Result<Receipt, SendError> {
    let message = part.body["message"].as_str().unwrap_or("");
    let request = graph.request(Method::POST, &format!("{post}/comments"))?.form(&[("message", message)]);
    let answer = graph.call(request, asked).await?;
    let (id, _) = made(graph, &answer, "id", Named::Other, asked)?;
    Ok(receipt(graph, &id, &Value::Null, part, Some(format!("{COMMENT_ON}{post}"))))
}

async fn send_form(graph: &Graph, page: &Facebook, form: Form, asked: Asked) -> Result<Answer, SendError> {
    let request = graph.request(Method::POST, &format!("{}/photos", page.page_id))?;
    graph.call(request.multipart(form).timeout(UPLOAD_LIMIT), asked).await
}

/// The picture's bytes, its words for those who do not see it, and its name.
async fn form(picture: &Picture, attempt: &Attempt) -> Result<Form, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let form = Form::new().part("source", file(picture, bytes)?);
    Ok(if picture.alt.is_empty() { form } else { form.text("alt_text_custom", picture.alt.clone()) })
}

/// What readers find under an id. It is out by now: whatever goes wrong here
/// only leaves the plainer address.
pub(super) async fn look_at(graph: &Graph, id: &str) -> Value {
    let Ok(request) = graph.request(Method::GET, id) else { return Value::Null };
    let request = request.query(&[("fields", "permalink_url,message")]).timeout(ADDRESS_LIMIT);
    let answer = graph.call(request, Asked::Reading).await;
    answer.ok().and_then(|answer| dialect::object(&answer)).unwrap_or(Value::Null)
}

/// The post that a receipt's detail says that it is a comment on.
pub(super) fn below(detail: &str) -> Option<&str> {
    detail.strip_prefix(COMMENT_ON)
}

/// The receipt of what is out, by what Facebook told of it.
fn receipt(graph: &Graph, id: &str, told: &Value, part: &PayloadPart, detail: Option<String>) -> Receipt {
    Receipt {
        id: Some(id.to_owned()),
        url: Some(graph.address(&told["permalink_url"], id, detail.as_deref().and_then(below))),
        detail,
        altered: altered(told, words_of(part)).map(|live| seen(&graph.redact(&live))),
        ..Receipt::default()
    }
}

/// The live text, where it is not what was sent. A mention by `@[…]` becomes a
/// name, which is no alteration.
pub(super) fn altered(told: &Value, planned: &str) -> Option<String> {
    let live = told.get("message")?.as_str()?;
    (!planned.contains("@[") && !same_words(live, planned)).then(|| live.to_owned())
}

/// The id of what readers see by now. With a token that is no good, or may not do
/// it, the same goes once there is a good one.
fn made(
    graph: &Graph,
    answer: &Answer,
    key: &str,
    named: Named,
    asked: Asked,
) -> Result<(String, Value), SendError> {
    let made = graph.made(answer, key, named, asked);
    made.map_err(|error| if dialect::is_about_who(answer) { error.mendable() } else { error })
}
