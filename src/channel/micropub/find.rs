//! Looking for a post whose outcome is unknown, in the list of the site's own posts
//! (`q=source` without an address, an extension; indieweb.org, 2026).
//!
//! What is there is there: the same words, with the time that was sent with them or one
//! since. That it is *not* there takes a list that goes back past the first try or was
//! read to its end, long enough after the last try, with nothing in it that could be
//! the post in words not known here.

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
/// So many are asked for at once, and so often: 1,000 posts.
const COUNT: usize = 100;
const MOST_PAGES: usize = 10;

/// Looks for a part in the site's list.
pub(super) async fn find(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let Some(sent) = Entry::planned(part) else {
        return Ok(Found::CannotTell("what was sent is no post of Micropub's".to_owned()));
    };
    let mut looked = Looked::default();
    let count = COUNT.to_string();
    for page in 0..MOST_PAGES {
        let offset = (page * COUNT).to_string();
        let mut query = vec![("limit", count.as_str())];
        if page > 0 {
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
        let before = looked.all.len();
        for item in items {
            looked.take_in(api, item, &sent, attempt);
        }
        // One that knows no pages tells the same again.
        looked.ended = items.len() < COUNT || looked.all.len() == before;
        if looked.ended {
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
        self.older |= made.is_some_and(|made| made < since);
        if attempt.taken.has_post(&address, &address) {
            return;
        }
        let Some(entry) = Entry::of(item) else {
            // A like or a bookmark has no words, and is none of ours.
            return;
        };
        match made {
            Some(made) if made < since => {}
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

    fn verdict(self, attempt: &Attempt) -> Found {
        if let Some((_, url)) = self.found {
            return Found::Sent(receipt(url, false));
        }
        let quiet = crate::clock::now().duration_since(attempt.last_tried);
        Found::CannotTell(if let Some(alike) = self.alike {
            format!("{alike} is almost, but not surely, this one: look whether that is it")
        } else if self.unreadable {
            "the site's list has a post that does not say where it is".to_owned()
        } else if !(self.older || self.ended) {
            "the site's list does not reach back past the first try, as far as it shows".to_owned()
        } else if quiet < LONGEST_LAG {
            let then = attempt.list_can_tell();
            format!("the site's list does not show it, and may lag: after {then} it can tell")
        } else {
            return Found::Absent;
        })
    }
}
