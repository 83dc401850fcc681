//! Looking for a part of which nobody knows whether it went out, in the lists
//! that LinkedIn keeps of an organisation's posts and of a post's comments.
//!
//! "It is not there" is said only when the list reaches back past the first
//! try (or is whole), and so long after the last one that what was still on
//! its way has arrived. How far LinkedIn's lists lag is not documented.

use super::answer::{Asked, trouble};
use super::api::Api;
use super::post::since;
use super::{comment, post, same, urn};
use crate::channel::http::{Answer, Trouble};
use crate::channel::{Attempt, Found, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Why nothing can be found out about a member's posts.
pub(super) const MEMBERS: &str = "LinkedIn lets no application list a member's posts (`r_member_social` is closed): \
                                  look at the profile, and settle it with `ladder resolve`";
/// The longest list that it gives (Posts API: `count`, at most 100).
const COUNT: usize = 100;
/// So long after the last try a list has everything. Our choice: requests
/// that we gave up after 30 seconds are done by then several times over.
const SETTLED: SignedDuration = SignedDuration::from_secs(5 * 60);
/// A try begins with the images: the post itself may have left this much later,
/// when the longest that a run waits for one try was over.
const IMAGES: SignedDuration = SignedDuration::from_secs(20 * 60);

/// What one reading of a list says.
enum Look {
    Sent(Receipt),
    /// It is not in it, and the list reaches back far enough.
    NotInIt,
    Unclear(String),
}

/// Looks for a post.
pub(super) async fn post(api: &Api<'_>, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let author = urn::encoded(&api.channel.author);
    let path = format!("/rest/posts?author={author}&q=author&count={COUNT}&sortBy=LAST_MODIFIED");
    let look = match list(api.search(&path).await, api)? {
        Some(listed) => among_posts(&listed, post::commentary(part), attempt),
        None => Look::Unclear(closed("posts")),
    };
    Ok(settled(look, part, attempt))
}

/// Looks for the first comment.
pub(super) async fn comment(
    api: &Api<'_>,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Found, SendError> {
    let Some(thread) = comment::post_of(attempt) else {
        return Ok(Found::CannotTell(comment::NO_POST.to_owned()));
    };
    let path = format!("/rest/socialActions/{}/comments?count={COUNT}&start=0", urn::encoded(&thread));
    let look = match list(api.get(&path).await, api)? {
        Some(listed) => among_comments(&listed, comment::text(part), &thread, &api.channel.author, attempt),
        None => Look::Unclear(closed("comments")),
    };
    Ok(settled(look, part, attempt))
}

fn closed(what: &str) -> String {
    format!("the token may not read the organisation's {what} (`r_organization_social`): look at the page")
}

/// What a look proves, so long after the last try.
fn settled(look: Look, part: &PayloadPart, attempt: &Attempt) -> Found {
    let wait = if part.media.is_empty() { SETTLED } else { SETTLED + IMAGES };
    let early = Timestamp::now() < attempt.last_tried.saturating_add(wait).unwrap_or(Timestamp::MAX);
    match look {
        Look::Sent(receipt) => Found::Sent(receipt),
        Look::NotInIt if early => Found::CannotTell(format!(
            "LinkedIn's list does not have it, but may be behind: ask again in {} minutes",
            wait.as_mins()
        )),
        Look::NotInIt => Found::Absent,
        Look::Unclear(says) => Found::CannotTell(says),
    }
}

/// A list, as far as one answer has it.
struct Listed {
    elements: Vec<Value>,
    /// Whether that is all there is.
    whole: bool,
}

/// Reads a list; none if it may not be read.
fn list(answer: Result<Answer, Trouble>, api: &Api<'_>) -> Result<Option<Listed>, SendError> {
    let answer = answer.map_err(Trouble::of_asking)?;
    if matches!(answer.status, 403 | 404) {
        return Ok(None);
    }
    if !answer.is_success() {
        return Err(trouble(&answer, Asked::Other, api, Timestamp::now()));
    }
    let facts = answer.json();
    let elements = facts.as_ref().and_then(|facts| facts.get("elements")).and_then(Value::as_array).cloned();
    let Some(elements) = elements else {
        let says = "LinkedIn's list of what was posted is no list".to_owned();
        return Err(SendError::NotYet { says, wait: None });
    };
    let total = facts.as_ref().and_then(|facts| facts.pointer("/paging/total")).and_then(Value::as_u64);
    let links = facts.as_ref().and_then(|facts| facts.pointer("/paging/links")).and_then(Value::as_array);
    let next = links.is_some_and(|links| links.iter().any(|link| link["rel"] == "next"));
    let short = total.is_some_and(|total| total > elements.len() as u64);
    let whole = elements.len() < COUNT && !next && !short;
    Ok(Some(Listed { elements, whole }))
}

fn among_posts(listed: &Listed, planned: &str, attempt: &Attempt) -> Look {
    let since = since(attempt);
    let mut beginning = None;
    for facts in &listed.elements {
        let id = facts.get("id").and_then(Value::as_str).filter(|id| urn::is_post(id));
        let (Some(id), Some(live)) = (id, post::live_text(facts)) else { continue };
        let known = attempt.previous.iter().any(|receipt| receipt.id.as_deref() == Some(id));
        if known || post::created(facts).is_none_or(|created| created < since) {
            continue;
        }
        if same::same(planned, &live) {
            return Look::Sent(post::receipt(id, None));
        }
        if same::is_beginning(planned, &live) {
            beginning.get_or_insert(id);
        }
    }
    if let Some(id) = beginning {
        let url = urn::feed_url(id);
        return Look::Unclear(format!("{url} begins as it does, and ends before: look whether that is it"));
    }
    // The list begins with what was changed last: one that was left alone
    // since before the try has all newer ones above it.
    let older = listed.elements.iter().any(|facts| {
        let changed = facts.get("lastModifiedAt").and_then(Value::as_i64);
        changed.and_then(|ms| Timestamp::from_millisecond(ms).ok()).is_some_and(|changed| changed < since)
    });
    reaching_back(older || listed.whole)
}

fn among_comments(listed: &Listed, planned: &str, thread: &str, actor: &str, attempt: &Attempt) -> Look {
    let since = since(attempt);
    for facts in &listed.elements {
        let time = facts.pointer("/created/time").and_then(Value::as_i64);
        let late = time.and_then(|ms| Timestamp::from_millisecond(ms).ok()).is_some_and(|made| made >= since);
        let live = facts.pointer("/message/text").and_then(Value::as_str).unwrap_or_default();
        let ours = facts.get("actor").and_then(Value::as_str) == Some(actor);
        if let Some(comment) = comment::name(facts, thread)
            && late
            && ours
            && same::same(planned, live)
        {
            return Look::Sent(comment::receipt(thread, &comment, planned, facts));
        }
    }
    // Nothing says in which order comments come: only the whole list will do.
    reaching_back(listed.whole)
}

fn reaching_back(far: bool) -> Look {
    if far {
        Look::NotInIt
    } else {
        Look::Unclear("LinkedIn's list does not reach back to the first try: look at the page".to_owned())
    }
}
