//! Looking for what may or may not have gone out, in Facebook's own lists.
//!
//! Found is what has our words, was created since we tried, and is no other
//! delivery's. "Absent" takes more: the list reaches back past the first try,
//! nothing in it looks like ours, and Facebook had time to show it. All else is
//! "cannot tell". Of what is to be taken down, and will not be posted again, a
//! list that was read to its end is enough: what was older in it may have been
//! taken down as well.

use super::Facebook;
use super::dialect::Asked;
use super::graph::{Graph, Named};
use super::publish::{UPLOAD_LIMIT, is_comment, post_below};
use crate::channel::graph::{Next, next};
use crate::channel::likeness::{could_be, same_words};
use crate::channel::{Attempt, Found, LONGEST_LAG, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Our clock and Facebook's may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// From this long before the first try on, whatever looks like ours keeps us
/// from saying that ours is not there: a clock may be wrong by more.
const DOUBT: SignedDuration = SignedDuration::from_hours(1);
/// A photo that is a post of its own may take this long to arrive.
const UPLOAD: SignedDuration = SignedDuration::from_secs(UPLOAD_LIMIT.as_secs().cast_signed());
/// Pages of a list that are read, of a hundred each.
const MOST_PAGES: usize = 5;

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
    Ok(verdict(&list, words_of(part), attempt, had_time))
}

/// The words of a part.
pub(super) fn words_of(part: &PayloadPart) -> &str {
    part.body["message"].as_str().unwrap_or("")
}

/// One post or comment of a list.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: String,
    message: String,
    created: Option<Timestamp>,
    url: String,
}

/// What a list showed.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// It was read to its end.
    pub whole: bool,
    /// Facebook itself counts as many as are here, so that none is hidden.
    counted: bool,
    /// Something in it could not be read, and may be anything.
    pub unreadable: bool,
    /// What is said of where it is a comment, for the receipt.
    below: Option<String>,
}

impl List {
    /// Whether what was `sent` then, and is there, would be in it: posts by their
    /// times, or where the list was read to its end with nothing left out, comments by
    /// Facebook's own count. A list of posts that shows nothing at all proves nothing.
    pub(super) fn shows_all_since(&self, sent: Option<Timestamp>, are_comments: bool) -> bool {
        if are_comments {
            return self.counted;
        }
        let last = self.entries.last();
        let older = last
            .and_then(|last| last.created)
            .is_some_and(|made| sent.is_some_and(|sent| made < before(sent, DOUBT)));
        older || self.whole && last.is_some()
    }
}

/// The page's posts back to before that was `sent`, or to the end.
pub(super) async fn posts_since(graph: &Graph, sent: Option<Timestamp>) -> Result<List, SendError> {
    posts(graph, sent.map(|sent| before(sent, DOUBT))).await
}

/// The page's posts back to `until`, or to the end (at most 500).
async fn posts(graph: &Graph, until: Option<Timestamp>) -> Result<List, SendError> {
    let query = [("fields", "id,message,created_time,permalink_url"), ("limit", "100")];
    read(graph, &format!("{}/published_posts", graph.page), &query, until, None).await
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
    let mut list = read(graph, &format!("{post}/comments"), &query, None, Some(post)).await?;
    list.below = Some(format!("{}{post}", super::publish::COMMENT_ON));
    Ok(list)
}

async fn read(
    graph: &Graph,
    path: &str,
    query: &[(&str, &str)],
    until: Option<Timestamp>,
    below: Option<&str>,
) -> Result<List, SendError> {
    let mut list = List::default();
    let mut further: Vec<(String, String)> = Vec::new();
    let (mut seen, mut total) = (0, None);
    for _ in 0..MOST_PAGES {
        let mut query = query.to_vec();
        query.extend(further.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let answer = graph.read(path, &query, Asked::Reading).await?;
        let data = answer["data"].as_array().ok_or_else(|| SendError::NotYet {
            says: "Facebook's list has no `data`".to_owned(),
            wait: None,
        })?;
        seen += data.len() as u64;
        total = total.or(answer["summary"]["total_count"].as_u64());
        for shown in data.iter().filter(|entry| below.is_none() || may_be_ours(entry, graph)) {
            match entry(graph, shown, below) {
                Some(entry) => list.entries.push(entry),
                None => list.unreadable = true,
            }
        }
        let last = list.entries.last().and_then(|entry| entry.created);
        let end = match next(&answer["paging"]) {
            Next::End => true,
            Next::At(place) => {
                further = place;
                false
            }
            // There is more, and nobody knows where.
            Next::Nowhere => break,
        };
        list.whole = end;
        if end || last.is_some_and(|last| until.is_some_and(|until| last < until)) {
            break;
        }
    }
    // Without a count beside it, a list that shows nothing proves nothing: with
    // one of nought it was looked into, and there is nothing.
    list.counted = list.whole && total == Some(seen);
    Ok(list)
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

/// What a list proves about `words`, which were tried by this `attempt`;
/// whether Facebook `had_time` to show them. Pure.
fn verdict(list: &List, words: &str, attempt: &Attempt, had_time: bool) -> Found {
    let tried = attempt.began();
    let (first, doubt) = (before(tried, SKEW), before(tried, DOUBT));
    let free = |entry: &&Entry| !attempt.taken.has_post(&entry.id, &entry.url);
    let has_words = !words.trim().is_empty();
    let ours = list.entries.iter().filter(free).filter(|entry| {
        has_words && entry.created.is_some_and(|at| at >= tried) && same_words(&entry.message, words)
    });
    // Of several the one closest to the try: what came later is a person's.
    let closest = ours.min_by_key(|entry| {
        entry.created.map(|at| at.duration_since(tried).abs()).unwrap_or(SignedDuration::MAX)
    });
    if let Some(entry) = closest {
        return Found::Sent(Receipt {
            id: Some(entry.id.clone()),
            url: Some(entry.url.clone()),
            detail: list.below.clone(),
            ..Receipt::default()
        });
    }
    let recent = |entry: &&Entry| entry.created.is_none_or(|at| at >= doubt);
    if let Some(entry) =
        list.entries.iter().filter(free).filter(recent).find(|entry| could_be(words, &entry.message))
    {
        return Found::CannotTell(format!("this could be it, and is not surely: {}", entry.url));
    }
    // It would be refused (506), and the question come back.
    let same = |entry: &&Entry| has_words && !attempt.withdrawn && same_words(&entry.message, words);
    if let Some(entry) = list.entries.iter().filter(|entry| !free(entry)).find(same) {
        return Found::CannotTell(format!(
            "another delivery has put the same words on the page, and Facebook posts no repetition: {}",
            entry.url
        ));
    }
    if list.unreadable {
        let why = "something in Facebook's list cannot be read, and could be it";
        return Found::CannotTell(why.to_owned());
    }
    let older = |than: Timestamp| {
        list.entries.last().is_some_and(|last| last.created.is_some_and(|created| created < than))
    };
    let reaches_back =
        older(doubt) || (list.whole && older(first)) || list.counted || (attempt.withdrawn && list.whole);
    if !reaches_back {
        let why = "Facebook's list shows nothing from before the try, and so proves nothing";
        return Found::CannotTell(why.to_owned());
    }
    if !had_time {
        let why = "Facebook shows nothing of it yet, and it is too soon to say that nothing comes";
        return Found::CannotTell(why.to_owned());
    }
    Found::Absent
}

fn before(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_sub(by).unwrap_or(Timestamp::MIN)
}
