//! The first comment: plain text below the post, never little text.

use super::address;
use super::answer::{Asked, Fault, trouble};
use super::api::Api;
use super::same;
use super::urn::{self, Comment};
use crate::channel::http::Trouble;
use crate::channel::network::{odd_name, seen};
use crate::channel::{Attempt, SendError};
use crate::plan::{PayloadPart, Receipt};
use serde_json::{Value, json};

/// Writes the comment below the post that was sent before it.
pub(super) async fn send(api: &Api<'_>, part: &PayloadPart, attempt: &Attempt) -> Result<Receipt, SendError> {
    let Some(post) = post_of(attempt) else {
        return Err(SendError::Refused { says: NO_POST.to_owned() });
    };
    let mut body = part.body.clone();
    body["object"] = json!(post);
    let path = format!("/rest/socialActions/{}/comments", urn::encoded(&post));
    let answer = api.post(&path, &body).await.map_err(Trouble::of_creating)?;
    if !answer.is_success() {
        let error = trouble(&answer, Asked::ToComment { doubted: attempt.doubted }, api, crate::clock::now());
        // To comment takes a permission that the post above did not need.
        let is_mended = Fault::of(&answer).is_about_who(answer.status);
        return Err(if is_mended { error.mendable() } else { error });
    }
    let facts = answer.json().unwrap_or_default();
    let header = answer.told("x-restli-id");
    let named = name(&facts, &post).or_else(|| {
        let id = urn::plain(header.as_deref()?);
        Comment::parse(&id).or_else(|| Comment::of(&post, &id))
    });
    if let Some(comment) = named.filter(|comment| api.are_not_in(&comment.id)) {
        return Ok(receipt(api, &post, &comment, text(part), &facts));
    }
    let said = ["commentUrn", "$URN", "id"].iter().find_map(|key| facts.get(*key).cloned());
    let said = said.or_else(|| header.map(Value::from));
    let cause = match odd_name(said.as_ref(), |text| api.clean(text)) {
        Some(odd) => format!(
            "LinkedIn answered {} and calls the comment {odd}, which is no comment's URN and no number",
            answer.status
        ),
        None => format!("LinkedIn answered {} without the comment's URN", answer.status),
    };
    Err(SendError::Unknown { cause })
}

/// Why there is nothing to write it below.
pub(super) const NO_POST: &str = "the post has no URN that a comment could be written below: write the comment \
                                  on its page, and settle it with `ladder resolve`";

/// The post that the comment belongs to.
pub(super) fn post_of(attempt: &Attempt) -> Option<String> {
    let receipt = attempt.previous.first()?;
    let id = receipt.id.clone().filter(|id| urn::is_post(id));
    id.or_else(|| address::post_in(receipt.url.as_deref()?))
}

/// The comment's text.
pub(super) fn text(part: &PayloadPart) -> &str {
    part.body.pointer("/message/text").and_then(Value::as_str).unwrap_or_default()
}

/// The name of a comment that LinkedIn describes. Its thread may have another
/// name there than the post's (`activity` for `share`).
pub(super) fn name(facts: &Value, post: &str) -> Option<Comment> {
    let urn = ["commentUrn", "$URN"].iter().filter_map(|key| facts.get(*key)?.as_str());
    urn.filter_map(Comment::parse).next().or_else(|| {
        let thread = facts.get("object").and_then(Value::as_str).filter(|thread| urn::is_post(thread));
        Comment::of(thread.unwrap_or(post), &number(facts.get("id")?)?)
    })
}

/// An id as text: some write it as a number.
fn number(id: &Value) -> Option<String> {
    id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()))
}

/// What is known of a comment that is there; `facts` is LinkedIn's description,
/// if there was one.
pub(super) fn receipt(api: &Api<'_>, post: &str, comment: &Comment, planned: &str, facts: &Value) -> Receipt {
    let live = facts.pointer("/message/text").and_then(Value::as_str);
    let urn = comment.urn();
    Receipt {
        url: Some(urn::comment_url(post, &urn)),
        id: Some(urn),
        altered: live.filter(|live| !same::same(planned, live)).map(|live| seen(&api.redact(live))),
        ..Receipt::default()
    }
}
