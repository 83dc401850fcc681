//! Looking for a post whose outcome is unknown, in the list of the site's own posts
//! (`q=source` without an address, an extension; indieweb.org, 2026).
//!
//! What is there is there: the same words, with the time that was sent with them or one
//! since. That it is *not* there takes a list of which the newest end was surely seen,
//! long enough after the last try, with nothing in it that could be the post in words
//! not known here, at a time that is told wrongly, or without any words. How long a list
//! is, in which order it goes, and whether it can be paged, no document says: a short
//! page is no end, and the oldest posts of a site say nothing of the newest.

use super::api::{Api, Asked};
use super::entry::{Entry, first};
use super::post::receipt;
use crate::channel::likeness::could_be;
use crate::channel::{Attempt, Found, LONGEST_LAG, SendError};
use crate::plan::PayloadPart;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How far our clock and the site's may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(15);
/// From this long before the first try on, the very same words keep us from saying that
/// ours is not there: a site that tells its own time as if it were UTC is up to fourteen
/// hours wrong.
const DOUBT: SignedDuration = SignedDuration::from_hours(15);
/// So many are asked for at once; sites give fewer.
const COUNT: usize = 100;
/// So often: 1,000 posts, or 200 where a site gives twenty at once.
const MOST_PAGES: usize = 10;

/// Looks for a part in the site's list.
pub(super) async fn find(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let Some(sent) = Entry::planned(part) else {
        return Ok(Found::CannotTell("what was sent is no post of Micropub's".to_owned()));
    };
    let mut looked = Looked::default();
    let count = COUNT.to_string();
    for _ in 0..MOST_PAGES {
        let offset = looked.told.to_string();
        let mut query = vec![("limit", count.as_str())];
        if looked.told > 0 {
            query.push(("offset", offset.as_str()));
        }
        let answer = api.source(&query).await?;
        let told = answer.json().filter(|_| answer.is_success());
        let Some(items) = told.as_ref().and_then(|told| told.get("items")).and_then(Value::as_array) else {
            let knows_none = matches!(answer.status, 400 | 404 | 405 | 501) || told.is_some();
            if knows_none {
                let why = "the site lists no posts (`q=source`): look there yourself".to_owned();
                return Ok(Found::CannotTell(why));
            }
            return Err(match api.trouble(&answer, Asked::Quietly) {
                SendError::Refused { says } => SendError::NotYet { says, wait: None },
                other => other,
            });
        };
        // How many it gives at once is the site's: only when nothing comes any more is it the end.
        looked.ended = items.is_empty();
        let before = looked.all.len();
        for item in items {
            looked.take_in(api, item, &sent, attempt);
        }
        looked.told += items.len();
        // One that knows no pages tells the same again.
        let stays = looked.all.len() == before;
        if looked.ended || stays || looked.reaches_back() {
            break;
        }
    }
    Ok(looked.verdict(attempt))
}

/// What the list showed.
#[derive(Default)]
struct Looked {
    /// What was seen already, by its address.
    all: std::collections::BTreeSet<String>,
    /// The post itself: of several the one nearest to the first try.
    found: Option<(Timestamp, String)>,
    /// How many items the site has told of.
    told: usize,
    /// The time of the last post that tells one.
    last: Option<Timestamp>,
    /// A post is older than the one before it: the list goes somewhere.
    falls: bool,
    /// A post is newer than the one before it: what the list begins with need not be the
    /// newest.
    rises: bool,
    /// A post from before the first try.
    older: bool,
    /// The address of something that may be the post.
    alike: Option<String>,
    /// A post without words or without an address.
    unreadable: bool,
    /// The list came to its end.
    ended: bool,
}

impl Looked {
    fn take_in(&mut self, api: &Api, item: &Value, sent: &Entry, attempt: &Attempt) {
        let began = attempt.began();
        let since = began.checked_sub(SKEW).unwrap_or(began);
        let text = |key: &str| item.get("properties").and_then(|own| first(own, key)).and_then(Value::as_str);
        let address = text("url").or_else(|| text("uid")).and_then(|told| api.address(told));
        let made = text("published").and_then(|at| at.parse::<Timestamp>().ok());
        let Some(address) = address else {
            self.unreadable = true;
            return;
        };
        if !self.all.insert(address.clone()) {
            return;
        }
        if let Some(made) = made {
            self.falls |= self.last.is_some_and(|last| made < last);
            self.rises |= self.last.is_some_and(|last| made > last);
            self.last = Some(made);
        }
        self.older |= made.is_some_and(|made| made < since);
        if attempt.taken.has_post(&address, &address) {
            return;
        }
        let is_older = made.is_some_and(|made| made < since);
        let Some(entry) = Entry::of(item) else {
            self.unreadable |= !is_older && !is_reaction(item);
            return;
        };
        match made {
            Some(made) if made < since => {
                let doubt = began.checked_sub(DOUBT).unwrap_or(began);
                if made >= doubt && entry.says(sent) {
                    self.alike.get_or_insert(address);
                }
            }
            Some(made) if entry.says(sent) && made >= began => {
                let first = self.found.take().filter(|(at, _)| *at <= made);
                self.found = Some(first.unwrap_or((made, address)));
            }
            // Without a time nobody knows whether it is an older one.
            _ if entry.says(sent) || could_be(&sent.words(), &entry.words()) => {
                self.alike.get_or_insert(address);
            }
            _ => {}
        }
    }

    /// Whether all that is new since the first try has been seen: the list begins with the
    /// newest post, and has come to one from before.
    fn reaches_back(&self) -> bool {
        self.older && self.falls && !self.rises
    }

    fn verdict(self, attempt: &Attempt) -> Found {
        if let Some((_, url)) = self.found {
            return Found::Sent(receipt(url, false));
        }
        let quiet = crate::clock::now().duration_since(attempt.last_tried);
        Found::CannotTell(if let Some(alike) = self.alike {
            format!("{alike} is almost, but not surely, this one: look whether that is it")
        } else if self.unreadable {
            "the site's list has a new post that does not say where it is, or what it says".to_owned()
        } else if !(self.ended || self.reaches_back()) {
            "the site's list does not reach back past the first try, the newest first, as far as it shows"
                .to_owned()
        } else if quiet < LONGEST_LAG {
            let then = attempt.list_can_tell();
            format!("the site's list does not show it, and may lag: after {then} it can tell")
        } else {
            return Found::Absent;
        })
    }
}

/// Whether it is a post that needs no words, and none of ours: a like, a bookmark, a
/// repost, an answer to an invitation (indieweb.org/post-type-discovery, 2026).
fn is_reaction(item: &Value) -> bool {
    let has = |key: &&str| item.get("properties").is_some_and(|own| own.get(key).is_some());
    ["like-of", "bookmark-of", "repost-of", "rsvp"].iter().any(has)
}
