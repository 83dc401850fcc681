//! Looking for a part whose outcome is unknown, in the account's own posts.
//!
//! What is there is there. That something is *not* there takes more: a listing
//! that reaches back past the first try (it shows an own post that is older, or
//! the part before this one), read long enough after the last try that a lag
//! is no explanation, with nothing in it that could be the post in words not
//! known here, nothing that cannot be read, and no other post of the same words
//! (an older one, or another delivery's: X takes none twice, so the question
//! would come back). Nothing here leans on X's refusing duplicates: nobody says
//! for how long, and in which words, it does.
//!
//! Of what is to be taken down, and will not be posted again, less is enough: a list
//! that was read to its end, or back to before the try. The part before may have been
//! taken down by then, and so may all that was older.

use super::api::{Api, Purpose, id_of};
use super::payload::text_of;
use super::words::{Likeness, Shown, words_of};
use super::{X, post};
use crate::channel::{Attempt, Found, LONGEST_LAG, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::Value;

/// How far our clock and X's may differ: what is older by more than this is
/// from before the try, whichever of them is wrong.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// 1,000 posts since the first try: nobody posts that much in an hour.
const MOST_PAGES: usize = 10;

/// The parameter that asks for more of each post. The guides and X's
/// specification (2.167) differ; what is refused is asked in the other spelling.
pub(super) const FIELDS: [&str; 2] = ["tweet.fields", "post.fields"];
pub(super) const WANTED: &str = "created_at,entities,attachments,referenced_tweets,note_tweet";
pub(super) const WANTED_OF_POSTS: &str = "created_at,entities,attachments,referenced_posts,note_post";

/// Looks for a part in the account's posts.
pub(super) async fn find(x: &X, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let api = x.api(&attempt.project).await?;
    let me = match x.me(&api).await? {
        Ok(me) => me,
        Err(untold) => return Ok(Found::CannotTell(untold.why().to_owned())),
    };
    let before = post::previous(attempt);
    let mut seen = Seen::default();
    let mut next: Option<String> = None;
    for page in 0..MOST_PAGES {
        let said = listing(&api, &me.id, next.as_deref()).await?;
        let posts = said.get("data").and_then(Value::as_array);
        // A page without posts says so; one that says neither is none, and no end.
        let counted = said.pointer("/meta/result_count").and_then(Value::as_u64);
        seen.unreadable |= posts.is_none() && counted != Some(0);
        // What was left out of it may be the post: errors beside the data, or fewer than it counts.
        let errors = said.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty());
        let shown = posts.map_or(0, Vec::len);
        seen.unreadable |= errors || counted.is_some_and(|counted| usize::try_from(counted) != Ok(shown));
        for listed in posts.into_iter().flatten() {
            seen.take_in(x, listed, part, attempt, before.as_deref());
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
    /// A post with the same words that is another delivery's.
    anothers: bool,
    /// The part before this one.
    before: bool,
    /// Something since then that may be the post.
    alike: bool,
    /// A post without a time, an id or words, or one that may be the part and
    /// does not say where it hangs; or a page that is no list.
    unreadable: bool,
    /// The listing came to its end.
    ended: bool,
}

impl Seen {
    fn take_in(
        &mut self,
        x: &X,
        listed: &Value,
        part: &PayloadPart,
        attempt: &Attempt,
        before: Option<&str>,
    ) {
        let began = attempt.began();
        let since = began.checked_sub(SKEW).unwrap_or(began);
        let made =
            listed.get("created_at").and_then(Value::as_str).and_then(|at| at.parse::<Timestamp>().ok());
        let (Some(id), Some(made)) = (id_of(listed.get("id")), made) else {
            self.unreadable = true;
            return;
        };
        self.older |= made < since;
        self.before |= before == Some(id.as_str());
        let ours = |receipt: &Receipt| receipt.id.as_deref() == Some(id.as_str());
        let place = Place::of(listed, attempt.part, before);
        if attempt.previous.iter().any(ours) || place == Place::Elsewhere {
            return;
        }
        // Words that are not told are not other words.
        let told = words_of(listed).is_some_and(|words| text_of(part).trim().is_empty() || !words.is_empty());
        if !told {
            self.unreadable = true;
            return;
        }
        let likeness = Shown::of(listed).compare(text_of(part), part.media.len());
        if attempt.taken.has_post(&id, &x.address(None, &id)) {
            self.anothers |= likeness == Likeness::Same;
            return;
        }
        match likeness {
            Likeness::Same | Likeness::Alike if place == Place::Untold && made >= since => {
                self.unreadable = true;
            }
            Likeness::Same if made >= began => {
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
        let quiet = crate::clock::now().duration_since(attempt.last_tried);
        let withdrawn = attempt.withdrawn;
        let reaches_back = match replies {
            _ if withdrawn => self.older || self.ended,
            true => self.before && (self.older || self.ended),
            false => self.older,
        };
        let why = if self.unreadable {
            "X's list cannot be read: it is none, leaves something out, or has a post without a time, words or its \
             place in a thread"
                .to_owned()
        } else if self.alike {
            "the account has a new post that is almost, but not quite, this one".to_owned()
        } else if self.twin && !withdrawn {
            "the account has an older post with the same words, and X takes none twice".to_owned()
        } else if self.anothers && !withdrawn {
            "another delivery has put the same words on X, which takes none twice".to_owned()
        } else if attempt.part > 0 && !replies {
            "the id of the part before is not known".to_owned()
        } else if !reaches_back {
            "X's list does not reach back past the first try".to_owned()
        } else if quiet < LONGEST_LAG {
            format!("X's list does not show it, and may lag: after {} it can tell", attempt.list_can_tell())
        } else {
            return Found::Absent;
        };
        Found::CannotTell(why)
    }
}

/// Where a listed post hangs, seen from the part that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Below the part before; the first part: below nothing.
    Here,
    /// Somewhere else, as the list says.
    Elsewhere,
    /// The list does not say what it replies to. A post that replies to nothing
    /// looks the same, so only its words can tell that it is not the part.
    Untold,
}

impl Place {
    /// Both spellings are in use.
    fn of(listed: &Value, part: u32, before: Option<&str>) -> Place {
        let mut told = listed.get("referenced_tweets");
        if told.is_none_or(Value::is_null) {
            told = listed.get("referenced_posts").filter(|posts| !posts.is_null());
        }
        let Some(told) = told.filter(|posts| !posts.is_null()) else {
            return if part == 0 { Place::Here } else { Place::Untold };
        };
        let Some(posts) = told.as_array() else { return Place::Untold };
        let replies = |of: &&Value| of.get("type").and_then(Value::as_str) == Some("replied_to");
        match (posts.iter().find(replies), part) {
            (Some(_), 0) => Place::Elsewhere,
            (None, 0) => Place::Here,
            (None, 1..) => Place::Untold,
            (Some(of), 1..) => match (id_of(of.get("id")), before) {
                (None, _) => Place::Untold,
                (Some(id), Some(before)) if id != before => Place::Elsewhere,
                (Some(_), _) => Place::Here,
            },
        }
    }
}
