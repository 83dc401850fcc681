//! Looking for a part whose outcome is unknown, in the account's own posts.
//!
//! What is there is there. That something is *not* there takes more: a list that
//! reaches back past the first try (it shows an own post that is older, or the part
//! before this one), read long enough after the last try that a lag is no explanation,
//! with nothing in it that could be the post in words not known here, and nothing that
//! cannot be read. The key that `send` gives is not leaned on: it holds for an hour,
//! and some servers know none.
//!
//! Of what is to be taken down, and will not be posted again, less is enough: a list
//! that was read to its end, or back to before the try.

use super::api::{Api, Purpose, is_id, is_same_id};
use super::payload::text_of;
use super::words::{self, Likeness};
use super::{Mastodon, post};
use crate::channel::http::Answer;
use crate::channel::{Attempt, Found, LONGEST_LAG, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How far our clock and the instance's may differ: what is older by more than this is
/// from before the try, whichever of them is wrong. Nothing is sent where they are ten
/// minutes apart, as far as the instance tells the time.
const SKEW: SignedDuration = SignedDuration::from_mins(15);
/// From this long before the first try on, whatever is like ours keeps us from saying
/// that ours is not there: some servers tell no time, so that no clock is compared.
const DOUBT: SignedDuration = SignedDuration::from_hours(1);
/// And from this long before it, what says the very same: a server that tells its own time
/// as if it were UTC is up to fourteen hours wrong.
const DOUBT_OF_THE_SAME: SignedDuration = SignedDuration::from_hours(15);
/// The longest list that it gives (methods/accounts: `limit`, at most 40).
const COUNT: usize = 40;
/// 1,000 posts since the first try: nobody posts that much in an hour.
const MOST_PAGES: usize = 25;
/// So many posts that are nearly ours are asked for their very words.
const MOST_SOURCES: usize = 5;

/// Looks for a part in the account's posts.
pub(super) async fn find(
    mastodon: &Mastodon,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Found, SendError> {
    let api = Api::open(mastodon, &attempt.project).await?;
    let me = match mastodon.me(&api).await? {
        Ok(me) => me,
        Err(why) => return Ok(Found::CannotTell(why.to_owned())),
    };
    let before = post::previous(mastodon, attempt);
    let mut seen = Seen::default();
    let mut last: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let from = last.as_deref().map(|id| format!("&max_id={id}")).unwrap_or_default();
        let path = format!("/api/v1/accounts/{}/statuses?limit={COUNT}&exclude_reblogs=true{from}", me.id);
        let answer = api.get(&path).await?;
        let listed = match answer.json() {
            Some(Value::Array(listed)) if answer.is_success() => listed,
            _ if answer.is_success() => {
                let why =
                    answer.cut.as_deref().map_or("is no list".to_owned(), |cut| format!("broke off: {cut}"));
                let says = format!("the list of posts of {} {why}", api.instance);
                return Err(SendError::NotYet { says, wait: None });
            }
            _ => return Err(api.error(&answer, Purpose::Reading, "the list of posts")),
        };
        // One that knows no pages begins anew.
        let first = listed.first().and_then(|facts| facts.get("id")).and_then(Value::as_str);
        if first.is_some() && seen.ids.iter().any(|id| Some(id.as_str()) == first) {
            break;
        }
        for facts in &listed {
            seen.take_in(&api, facts, part, attempt, before.as_deref()).await;
        }
        seen.ended = !goes_on(&answer) && listed.len() < COUNT;
        let next = listed.last().and_then(|facts| facts.get("id")).and_then(Value::as_str);
        last = next.filter(|id| is_id(id)).map(str::to_owned);
        if seen.ended || seen.older || last.is_none() {
            break;
        }
    }
    if let Some((_, receipt)) = seen.found.take() {
        return Ok(Found::Sent(receipt));
    }
    Ok(seen.verdict(&api.instance, attempt, before.is_some()))
}

/// Whether the answer names a page behind it (`Link: …; rel="next"`, docs,
/// guidelines, pagination).
fn goes_on(answer: &Answer) -> bool {
    answer.told("link").is_some_and(|link| link.contains("rel=\"next\"") || link.contains("rel=next"))
}

/// What the list showed.
#[derive(Default)]
struct Seen {
    ids: Vec<String>,
    /// The post itself: of several the one nearest to the first try.
    found: Option<(Timestamp, Receipt)>,
    /// An own post from before the first try.
    older: bool,
    /// The part before this one.
    before: bool,
    /// The address of something since then that may be the post.
    alike: Option<String>,
    /// A post without a time, an id or words, or one that may be the part and
    /// does not say where it hangs.
    unreadable: bool,
    /// The list came to its end.
    ended: bool,
    /// How many posts were asked for their very words.
    asked: usize,
}

impl Seen {
    async fn take_in(
        &mut self,
        api: &Api<'_>,
        facts: &Value,
        part: &PayloadPart,
        attempt: &Attempt,
        before: Option<&str>,
    ) {
        let began = attempt.began();
        let since = began.checked_sub(SKEW).unwrap_or(began);
        let before_try = |long| began.checked_sub(long).unwrap_or(began);
        let (doubt, doubt_of_the_same) = (before_try(DOUBT), before_try(DOUBT_OF_THE_SAME));
        let id = facts.get("id").and_then(Value::as_str).filter(|id| is_id(id) && api.are_not_in(id));
        let made = facts.get("created_at").and_then(Value::as_str);
        let made = made.and_then(|at| at.parse::<Timestamp>().ok());
        let (Some(id), Some(made)) = (id, made) else {
            self.unreadable = true;
            return;
        };
        self.ids.push(id.to_owned());
        // What somebody else wrote, and the account passed on, is as old as that was.
        if facts.get("reblog").is_some_and(|reblog| !reblog.is_null()) {
            return;
        }
        self.older |= made < since;
        self.before |= before.is_some_and(|before| is_same_id(before, id));
        let ours = |receipt: &Receipt| receipt.id.as_deref().is_some_and(|own| is_same_id(own, id));
        let place = Place::of(facts, attempt.part, before);
        if attempt.previous.iter().any(ours) || place == Place::Elsewhere || made < doubt_of_the_same {
            return;
        }
        let address = api.address(facts);
        if attempt.taken.has_post(id, address.as_deref().unwrap_or_default()) {
            return;
        }
        let compared = words::compare(part, facts);
        if made < doubt && compared != Some(Likeness::Same) {
            return;
        }
        let Some(mut likeness) = compared else {
            self.unreadable = true;
            return;
        };
        if likeness == Likeness::Alike && self.says_it(api, id, part).await {
            likeness = Likeness::Same;
        }
        match likeness {
            Likeness::Same | Likeness::Alike if place == Place::Untold => self.unreadable = true,
            Likeness::Same if made >= began => {
                if self.found.as_ref().is_none_or(|(at, _)| made < *at) {
                    let receipt = Receipt { id: Some(id.to_owned()), url: address, ..Receipt::default() };
                    self.found = Some((made, receipt));
                }
            }
            Likeness::Same | Likeness::Alike => {
                self.alike.get_or_insert_with(|| address.unwrap_or_else(|| format!("the post {id}")));
            }
            Likeness::Unlike => {}
        }
    }

    /// Whether the very words of a post (`GET /api/v1/statuses/:id/source`) are the part's.
    async fn says_it(&mut self, api: &Api<'_>, id: &str, part: &PayloadPart) -> bool {
        self.asked += 1;
        if self.asked > MOST_SOURCES {
            return false;
        }
        let Ok(answer) = api.get(&format!("/api/v1/statuses/{id}/source")).await else { return false };
        let source = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
        let text = |key: &str| source.get(key).and_then(Value::as_str).unwrap_or_default();
        let has_words = !text("text").trim().is_empty();
        has_words
            && words::is_same(text_of(part), text("text"))
            && words::is_same(super::payload::warning_of(part), text("spoiler_text"))
    }

    fn verdict(self, instance: &str, attempt: &Attempt, replies: bool) -> Found {
        let quiet = crate::clock::now().duration_since(attempt.last_tried);
        let reaches_back = match replies {
            _ if attempt.withdrawn => self.older || self.ended,
            true => self.before && (self.older || self.ended),
            false => self.older,
        };
        let why = if let Some(alike) = self.alike {
            format!("{alike} is almost, but not surely, this one: look whether that is it")
        } else if self.unreadable {
            format!("the list of {instance} has a post without an id, a time, words or its place in a thread")
        } else if attempt.part > 0 && !replies {
            "the id of the part before is not known".to_owned()
        } else if !reaches_back {
            format!("the list of {instance} does not reach back past the first try, as far as it shows")
        } else if quiet < LONGEST_LAG {
            let then = attempt.list_can_tell();
            format!("the list of {instance} does not show it, and may lag: after {then} it can tell")
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
    /// The list does not say what it replies to.
    Untold,
}

impl Place {
    fn of(facts: &Value, part: u32, before: Option<&str>) -> Place {
        match (facts.get("in_reply_to_id"), part, before) {
            (None, ..) => Place::Untold,
            (Some(Value::Null), 0, _) => Place::Here,
            (Some(_), 0, _) | (Some(Value::Null), ..) => Place::Elsewhere,
            (Some(Value::String(id)), _, Some(before)) if is_same_id(id, before) => Place::Here,
            (Some(Value::String(_)), _, Some(_)) => Place::Elsewhere,
            (Some(_), ..) => Place::Untold,
        }
    }
}
