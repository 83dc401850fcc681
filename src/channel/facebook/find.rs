//! Looking for what may or may not have gone out, in Facebook's own lists.

use super::Facebook;
use super::dialect::Asked;
use super::graph::{Graph, Named};
use super::publish::{UPLOAD_LIMIT, is_comment, post_below};
use crate::channel::listed::{DOUBT, Entry, List, Reading, before, verdict};
use crate::channel::{Attempt, Found, LONGEST_LAG, SendError};
use crate::plan::PayloadPart;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A photo that is a post of its own may take this long to arrive.
const UPLOAD: SignedDuration = SignedDuration::from_secs(UPLOAD_LIMIT.as_secs().cast_signed());
/// What Facebook's records say of the part.
pub(super) async fn find(page: &Facebook, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let since = before(attempt.first_tried, DOUBT);
    let graph = Graph::open(page, &attempt.project).await?;
    let list = if is_comment(part) {
        let post = post_below(attempt, page)?;
        comments(&graph, &post).await?
    } else {
        posts(&graph, Some(since)).await?
    };
    let settled = if part.media.len() == 1 { UPLOAD.saturating_add(LONGEST_LAG) } else { LONGEST_LAG };
    let had_time = crate::clock::now().duration_since(attempt.last_tried) >= settled;
    Ok(verdict("Facebook", &list, words_of(part), attempt, (had_time, true)))
}

/// The words of a part.
pub(super) fn words_of(part: &PayloadPart) -> &str {
    part.body["message"].as_str().unwrap_or("")
}

/// The page's posts back to before that was `sent`, or to the end.
pub(super) async fn posts_since(graph: &Graph, sent: Option<Timestamp>) -> Result<List, SendError> {
    posts(graph, sent.map(|sent| before(sent, DOUBT))).await
}

/// The page's posts back to `until`, or to the end (at most 500).
async fn posts(graph: &Graph, until: Option<Timestamp>) -> Result<List, SendError> {
    let query = [("fields", "id,message,created_time,permalink_url"), ("limit", "100")];
    pages(graph, &format!("{}/published_posts", graph.page), &query, until, None).await
}

/// The comments on `post`: those of the page, or of which is not said whose.
pub(super) async fn comments(graph: &Graph, post: &str) -> Result<List, SendError> {
    let query = [
        ("fields", "id,message,created_time,permalink_url,from"),
        ("filter", "stream"),
        ("order", "reverse_chronological"),
        ("summary", "true"),
        ("limit", "100"),
    ];
    let mut list = pages(graph, &format!("{post}/comments"), &query, None, Some(post)).await?;
    list.below = Some(format!("{}{post}", super::publish::COMMENT_ON));
    Ok(list)
}

async fn pages(
    graph: &Graph,
    path: &str,
    query: &[(&str, &str)],
    until: Option<Timestamp>,
    below: Option<&str>,
) -> Result<List, SendError> {
    let mut reading = Reading::new("Facebook", until);
    let ours =
        |shown: &Value| (below.is_none() || may_be_ours(shown, graph)).then(|| entry(graph, shown, below));
    while let Some(place) = reading.place() {
        let mut query = query.to_vec();
        query.extend(place.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let answer = graph.read(path, &query, Asked::Reading).await?;
        reading.take(&answer, ours)?;
    }
    Ok(reading.done())
}

fn may_be_ours(entry: &Value, graph: &Graph) -> bool {
    graph.id(&entry["from"]["id"], Named::Other).is_none_or(|id| id == graph.page)
}

/// Nothing, where it cannot be read: without an id of its kind, or with words
/// that are none. Without words at all it may be a photo.
fn entry(graph: &Graph, shown: &Value, below: Option<&str>) -> Option<Entry> {
    let named = if below.is_some() { Named::Other } else { Named::Post };
    let id = graph.id(&shown["id"], named)?;
    let message = match &shown["message"] {
        Value::Null => "",
        message => message.as_str()?,
    };
    Some(Entry {
        message: message.to_owned(),
        created: shown["created_time"].as_str().and_then(|time| time.parse().ok()),
        url: graph.address(&shown["permalink_url"], &id, below),
        id,
    })
}
