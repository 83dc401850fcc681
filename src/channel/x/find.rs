//! Looking for a part whose outcome is unknown, in the account's own posts.
//!
//! What is there is there. That something is *not* there takes more: a listing
//! that reaches back past the first try (it shows an own post that is older, or
//! the part before this one), read long enough after the last try that a lag
//! is no explanation, with nothing in it that could be the post in words not
//! known here, and no older post of the same words (X takes none twice, so the
//! question would come back). Even if all of that were wrong, X itself refuses
//! the second post as a duplicate, which is then evidence and not a failure.

use super::api::{Api, Purpose, id_of};
use super::payload::text_of;
use super::words::{Likeness, Shown};
use super::{X, post};
use crate::channel::{Attempt, Found, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::Value;

/// How far our clock and X's may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// So long after a try a listing is taken to be whole. It lags by seconds; how
/// long at most is not written anywhere: a judgement.
pub(super) const SETTLED: SignedDuration = SignedDuration::from_mins(2);
/// 1,000 posts since the first try: nobody posts that much in an hour.
const MOST_PAGES: usize = 10;

/// The parameter that asks for more of each post. The guides and X's
/// specification (2.167) differ; what is refused is asked in the other spelling.
const FIELDS: [&str; 2] = ["tweet.fields", "post.fields"];
const WANTED: &str = "created_at,entities,attachments,referenced_tweets,note_tweet";
const WANTED_OF_POSTS: &str = "created_at,entities,attachments,referenced_posts,note_post";

/// Looks for a part in the account's posts.
pub(super) async fn find(x: &X, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let api = x.api(&attempt.project).await?;
    let Some(me) = x.me(&api).await? else {
        return Ok(Found::CannotTell("X does not say whose the credentials are".to_owned()));
    };
    let since = attempt.first_tried.checked_sub(SKEW).unwrap_or(attempt.first_tried);
    let before = post::previous(attempt);
    let mut seen = Seen::default();
    let mut next: Option<String> = None;
    for page in 0..MOST_PAGES {
        let said = listing(&api, &me.id, next.as_deref()).await?;
        for listed in said.get("data").and_then(Value::as_array).into_iter().flatten() {
            seen.take_in(listed, part, attempt, before.as_deref(), since);
        }
        next = said.pointer("/meta/next_token").and_then(Value::as_str).map(str::to_owned);
        seen.ended = next.is_none();
        if seen.ended || seen.older || page + 1 == MOST_PAGES {
            break;
        }
    }
    if let Some(id) = seen.found.take() {
        let url = Some(x.address(Some(me), &id));
        return Ok(Found::Sent(Receipt { id: Some(id), url, ..Receipt::default() }));
    }
    Ok(seen.verdict(attempt, before.is_some()))
}

/// One page of the account's own posts, replies included: a thread is replies.
async fn listing(api: &Api<'_>, account: &str, next: Option<&str>) -> Result<Value, SendError> {
    let path = format!("/2/users/{account}/tweets");
    let mut last = None;
    for (fields, wanted) in FIELDS.into_iter().zip([WANTED, WANTED_OF_POSTS]) {
        let mut query = vec![("max_results", "100"), ("exclude", "retweets"), (fields, wanted)];
        query.extend(next.map(|token| ("pagination_token", token)));
        let answer = api.ask(api.request(Method::GET, &path, &query)?).await?;
        match answer.json() {
            Some(said) if answer.is_success() => return Ok(said),
            _ => last = Some(api.error(&answer, Purpose::Asking, "the list of posts")),
        }
        if answer.status != 400 {
            break;
        }
    }
    Err(last.unwrap_or(SendError::NotYet { says: "X gave no list of posts".to_owned(), wait: None }))
}

/// What the listing showed.
#[derive(Default)]
struct Seen {
    /// The post itself: of several the one nearest to the first try.
    found: Option<String>,
    found_at: Option<Timestamp>,
    /// An own post from before the first try.
    older: bool,
    /// One of those with the same words.
    twin: bool,
    /// The part before this one.
    before: bool,
    /// Something since then that may be the post.
    alike: bool,
    /// A post without a time or an id.
    unreadable: bool,
    /// The listing came to its end.
    ended: bool,
}

impl Seen {
    fn take_in(
        &mut self,
        listed: &Value,
        part: &PayloadPart,
        attempt: &Attempt,
        before: Option<&str>,
        since: Timestamp,
    ) {
        let made =
            listed.get("created_at").and_then(Value::as_str).and_then(|at| at.parse::<Timestamp>().ok());
        let (Some(id), Some(made)) = (id_of(listed.get("id")), made) else {
            self.unreadable = true;
            return;
        };
        self.older |= made < since;
        self.before |= before == Some(id.as_str());
        let ours = |receipt: &Receipt| receipt.id.as_deref() == Some(id.as_str());
        if attempt.previous.iter().any(ours) || !in_place(listed, attempt.part, before) {
            return;
        }
        match Shown::of(listed).compare(text_of(part), part.media.len()) {
            Likeness::Same if made >= since => {
                if self.found_at.is_none_or(|at| made < at) {
                    self.found_at = Some(made);
                    self.found = Some(id);
                }
            }
            Likeness::Same => self.twin = true,
            Likeness::Alike => self.alike |= made >= since,
            Likeness::Unlike => {}
        }
    }

    fn verdict(&self, attempt: &Attempt, replies: bool) -> Found {
        let quiet = Timestamp::now().duration_since(attempt.last_tried);
        let reaches_back = if replies { self.before && (self.older || self.ended) } else { self.older };
        let why = if self.unreadable {
            "X's list has posts without a time in it".to_owned()
        } else if self.alike {
            "the account has a new post that is almost, but not quite, this one".to_owned()
        } else if self.twin {
            "the account has an older post with the same words, and X takes none twice".to_owned()
        } else if attempt.part > 0 && !replies {
            "the id of the part before is not known".to_owned()
        } else if !reaches_back {
            "X's list does not reach back past the first try".to_owned()
        } else if quiet < SETTLED {
            let seconds = SETTLED.as_secs();
            format!("X's list does not show it, and may lag: {seconds} s after the try it can tell")
        } else {
            return Found::Absent;
        };
        Found::CannotTell(why)
    }
}

/// Whether a listed post hangs where the part does: below the part before, or
/// below nothing. Both spellings are in use.
fn in_place(listed: &Value, part: u32, before: Option<&str>) -> bool {
    let references = listed.get("referenced_tweets").or_else(|| listed.get("referenced_posts"));
    let replied_to = references.and_then(Value::as_array).into_iter().flatten();
    let mut replied_to = replied_to.filter(|of| of.get("type").and_then(Value::as_str) == Some("replied_to"));
    match (replied_to.next(), part) {
        (None, 0) => true,
        (Some(of), 1..) => before.is_none_or(|before| id_of(of.get("id")).as_deref() == Some(before)),
        (Some(_), 0) | (None, _) => false,
    }
}
