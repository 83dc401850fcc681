//! What a list of a Graph API, of what an account has posted, says of one part. It is
//! read in pages, the newest first.
//!
//! Found is what has our words, was created since we tried, and is no other
//! delivery's. "Absent" takes more: the list reaches back past the first try,
//! nothing in it looks like ours, and the network had time to show it. All else is
//! "cannot tell". Of what is to be taken down, and will not be posted again, a
//! list that was read to its end is enough: what was older in it may have been
//! taken down as well.

use super::graph::{Next, next};
use super::likeness::{could_be, same_words};
use super::{Attempt, Found, LONGEST_LAG, Removed, SendError};
use crate::plan::Receipt;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Our clock and the network's may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// From this long before the first try on, whatever looks like ours keeps us
/// from saying that ours is not there: a clock may be wrong by more.
pub(super) const DOUBT: SignedDuration = SignedDuration::from_hours(1);
/// Pages of a list that are read, of a hundred each.
const MOST_PAGES: usize = 5;

/// One post or comment of a list.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: String,
    pub message: String,
    pub created: Option<Timestamp>,
    pub url: String,
}

/// What a list showed.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// It was read to its end.
    pub whole: bool,
    /// the network itself counts as many as are here, so that none is hidden.
    pub counted: bool,
    /// Something in it could not be read, and may be anything.
    pub unreadable: bool,
    /// What is said of where it is a comment, for the receipt.
    pub below: Option<String>,
}

impl List {
    /// Whether what was `sent` then, and is there, would be in it: posts by their
    /// times, or where the list was read to its end with nothing left out, comments by
    /// Facebook's own count. A list of posts that shows nothing at all proves nothing.
    pub fn shows_all_since(&self, sent: Option<Timestamp>, are_comments: bool) -> bool {
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

/// A list while it is read, a page after the other.
pub(super) struct Reading {
    network: &'static str,
    until: Option<Timestamp>,
    list: List,
    /// The place of the next page; none: there is no more to be read.
    further: Option<Vec<(String, String)>>,
    pages: usize,
    seen: u64,
    total: Option<u64>,
}

impl Reading {
    /// To be read back to `until`, or to its end (at most 500).
    pub fn new(network: &'static str, until: Option<Timestamp>) -> Reading {
        let (list, further) = (List::default(), Some(Vec::new()));
        Reading { network, until, list, further, pages: 0, seen: 0, total: None }
    }

    /// What of a query names the place of the page that is to be read now.
    pub fn place(&self) -> Option<&[(String, String)]> {
        self.further.as_deref().filter(|_| self.pages < MOST_PAGES)
    }

    /// Takes in a page. What `entry` makes of one in it: nothing, if it cannot be ours;
    /// else the entry, if it can be read.
    pub fn take(
        &mut self,
        answer: &Value,
        entry: impl Fn(&Value) -> Option<Option<Entry>>,
    ) -> Result<(), SendError> {
        let data = answer["data"].as_array().ok_or_else(|| SendError::NotYet {
            says: format!("{}'s list has no `data`", self.network),
            wait: None,
        })?;
        self.pages += 1;
        self.seen += data.len() as u64;
        self.total = self.total.or(answer["summary"]["total_count"].as_u64());
        for shown in data.iter().filter_map(entry) {
            match shown {
                Some(entry) => self.list.entries.push(entry),
                None => self.list.unreadable = true,
            }
        }
        let last = self.list.entries.last().and_then(|entry| entry.created);
        let reached = last.is_some_and(|last| self.until.is_some_and(|until| last < until));
        self.further = match next(&answer["paging"]) {
            Next::End => {
                self.list.whole = true;
                None
            }
            Next::At(place) => Some(place).filter(|_| !reached),
            // There is more, and nobody knows where.
            Next::Nowhere => None,
        };
        Ok(())
    }

    /// What it showed.
    pub fn done(mut self) -> List {
        // Without a count beside it, a list that shows nothing proves nothing: with
        // one of nought it was looked into, and there is nothing.
        self.list.counted = self.list.whole && self.total == Some(self.seen);
        self.list
    }
}

/// The entry that has those words and was made since the first try. Of several the one
/// closest to it: what came later is a person's. Pure.
pub(super) fn ours<'a>(list: &'a List, words: &str, attempt: &Attempt) -> Option<&'a Entry> {
    let tried = attempt.began();
    let free = list.entries.iter().filter(|entry| !attempt.taken.has_post(&entry.id, &entry.url));
    let ours = free.filter(|entry| {
        !words.trim().is_empty()
            && entry.created.is_some_and(|at| at >= tried)
            && same_words(&entry.message, words)
    });
    ours.min_by_key(|entry| {
        entry.created.map(|at| at.duration_since(tried).abs()).unwrap_or(SignedDuration::MAX)
    })
}

/// What a list of `network` proves about `words`, which were tried by this `attempt`;
/// whether the network `had_time` to show them, and whether it posts no `repetition`. Pure.
pub(super) fn verdict(
    network: &str,
    list: &List,
    words: &str,
    attempt: &Attempt,
    (had_time, no_repetition): (bool, bool),
) -> Found {
    let tried = attempt.began();
    let (first, doubt) = (before(tried, SKEW), before(tried, DOUBT));
    let free = |entry: &&Entry| !attempt.taken.has_post(&entry.id, &entry.url);
    let has_words = !words.trim().is_empty();
    if let Some(entry) = ours(list, words, attempt) {
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
    let same = |entry: &&Entry| {
        no_repetition && has_words && !attempt.withdrawn && same_words(&entry.message, words)
    };
    if let Some(entry) = list.entries.iter().filter(|entry| !free(entry)).find(same) {
        return Found::CannotTell(format!(
            "another delivery has put the same words on the page, and {network} posts no repetition: {}",
            entry.url
        ));
    }
    if list.unreadable {
        return Found::CannotTell(format!("something in {network}'s list cannot be read, and could be it"));
    }
    let older = |than: Timestamp| {
        list.entries.last().is_some_and(|last| last.created.is_some_and(|created| created < than))
    };
    let reaches_back =
        older(doubt) || (list.whole && older(first)) || list.counted || (attempt.withdrawn && list.whole);
    if !reaches_back {
        let why = format!("{network}'s list shows nothing from before the try, and so proves nothing");
        return Found::CannotTell(why);
    }
    if !had_time {
        let why = format!("{network} shows nothing of it yet, and it is too soon to say that nothing comes");
        return Found::CannotTell(why);
    }
    Found::Absent
}

/// Of a post of `network` that it will not delete, and calls gone or out of reach: what
/// its list proves. `is_there` says why it stays, if it does.
pub(super) fn gone(
    network: &str,
    list: &List,
    (id, receipt): (&str, &Receipt),
    sent: Option<Timestamp>,
    is_comment: bool,
    is_there: impl Fn() -> String,
) -> Removed {
    let at = receipt.url.as_deref().unwrap_or(id);
    let unsure = format!("{network} says that it is gone, or that the token may not delete it");
    if list.entries.iter().any(|entry| entry.id == id) {
        return Removed::Stays(is_there());
    }
    if list.unreadable {
        return Removed::CannotTell(format!(
            "{unsure}, and something in its list cannot be read: look at {at}"
        ));
    }
    if !list.shows_all_since(sent, is_comment) {
        let seen = list.entries.len();
        return Removed::CannotTell(match list.whole {
            true => format!("{unsure}, and its list shows nothing else, which proves nothing: look at {at}"),
            false => format!("{unsure}, and it is not among the newest {seen} of its list: look at {at}"),
        });
    }
    let settled = sent.and_then(|sent| sent.checked_add(LONGEST_LAG).ok());
    match settled {
        Some(settled) if settled <= crate::clock::now() => Removed::Already,
        Some(settled) => Removed::CannotTell(format!(
            "{unsure}, and a post as new as this may only not be in its list yet: look at {at}; after {} UTC the \
             list can tell",
            settled.strftime("%H:%M")
        )),
        None => {
            Removed::CannotTell(format!("{unsure}, and nobody knows since when it is there: look at {at}"))
        }
    }
}

pub(super) fn before(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_sub(by).unwrap_or(Timestamp::MIN)
}
