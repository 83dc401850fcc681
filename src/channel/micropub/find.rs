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
        if !looked.goes_on(items, &|told| api.address(told), &sent, attempt) {
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
    /// Takes in what was told at once; whether there is any use in asking for more.
    /// `address`: that of a post, out of what the site says.
    fn goes_on(
        &mut self,
        items: &[Value],
        address: &dyn Fn(&str) -> Option<String>,
        sent: &Entry,
        attempt: &Attempt,
    ) -> bool {
        // How many it gives at once is the site's: only when nothing comes any more is it the end.
        self.ended = items.is_empty();
        let before = self.all.len();
        for item in items {
            self.take_in(item, address, sent, attempt);
        }
        self.told += items.len();
        // One that knows no pages tells the same again.
        let stays = self.all.len() == before;
        !(self.ended || stays || self.reaches_back())
    }

    fn take_in(
        &mut self,
        item: &Value,
        address: &dyn Fn(&str) -> Option<String>,
        sent: &Entry,
        attempt: &Attempt,
    ) {
        let began = attempt.began();
        let since = began.checked_sub(SKEW).unwrap_or(began);
        let text = |key: &str| item.get("properties").and_then(|own| first(own, key)).and_then(Value::as_str);
        let address = text("url").or_else(|| text("uid")).and_then(address);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;
    use serde_json::json;

    /// A site with 1,500 posts from before the try, the newest first, one every hour; the
    /// first of them two hours before it.
    fn older(began: Timestamp) -> Vec<Value> {
        let at = |number: i64| began - SignedDuration::from_hours(2 + number);
        (0..1500).map(|number| post(&format!("Number {number}"), Some(at(number)))).collect()
    }

    fn post(words: &str, at: Option<Timestamp>) -> Value {
        let mut properties = json!({ "content": [{ "html": words }] });
        properties["url"] = json!([format!("https://acme.example/{}", words.replace(' ', "-"))]);
        if let Some(at) = at {
            properties["published"] = json!([at.to_string()]);
        }
        json!({ "type": ["h-entry"], "properties": properties })
    }

    /// What is found in `posts` where the site gives so many at once, from the beginning
    /// again if it knows no pages.
    fn found(posts: &[Value], at_once: usize, pages: bool) -> Found {
        let now = crate::clock::now();
        let project = std::path::Path::new("unused");
        let mut attempt = fixture::attempt(project, fixture::post(&["It landed."]));
        attempt.first_tried = now - SignedDuration::from_mins(40);
        attempt.last_tried = attempt.first_tried;
        let sent = Entry::of(&post("It landed.", None)).unwrap();
        let mut looked = Looked::default();
        for _ in 0..MOST_PAGES {
            let from = if pages { looked.told.min(posts.len()) } else { 0 };
            let page = &posts[from..(from + at_once).min(posts.len())];
            if !looked.goes_on(page, &|told| Some(told.to_owned()), &sent, &attempt) {
                break;
            }
        }
        looked.verdict(&attempt)
    }

    fn began() -> Timestamp {
        crate::clock::now() - SignedDuration::from_mins(40)
    }

    /// Ours in front of the others.
    fn with(ours: Value) -> Vec<Value> {
        std::iter::once(ours).chain(older(began())).collect()
    }

    #[test]
    fn what_is_not_there_is_proven_only_by_the_newest_end_of_the_list() {
        let theirs = older(began());
        let oldest_first: Vec<Value> = theirs.iter().rev().cloned().collect();
        for (posts, at_once, pages, is_proof) in [
            (&theirs[..], 100, true, true),
            (&theirs[..], 20, false, true),
            (&theirs[..7], 20, true, true),
            (&theirs[..0], 20, true, true),
            (&oldest_first[..], 100, true, false),
            (&oldest_first[..], 20, false, false),
            // Read until nothing came any more, in whatever order.
            (&oldest_first[..150], 20, true, true),
            // One post that is always told says nothing of the others.
            (&theirs[..1], 20, false, false),
        ] {
            let told = found(posts, at_once, pages);
            let says = matches!(&told, Found::CannotTell(why) if why.contains("the newest first"));
            assert_eq!(told == Found::Absent, is_proof, "{} {at_once} {pages}: {told:?}", posts.len());
            assert!(is_proof || says, "{told:?}");
        }
    }

    #[test]
    fn what_may_be_it_is_a_doubt_and_what_is_it_is_found() {
        let at = began() + SignedDuration::from_mins(1);
        let told = found(&with(post("It landed.", Some(at))), 20, false);
        assert!(matches!(&told, Found::Sent(receipt) if receipt.url.is_some()), "{told:?}");
        let mut wordless = post("It landed.", Some(at));
        wordless["properties"]["content"] = json!([{ "markdown": "It landed." }]);
        let mut like = wordless.clone();
        like["properties"]["like-of"] = json!(["https://other.example/"]);
        let local = began() - SignedDuration::from_hours(2);
        let week = began() - SignedDuration::from_hours(24 * 7);
        for (ours, why) in [
            (wordless, Some("or what it says")),
            (like, None),
            (post("It landed.", None), Some("almost")),
            (post("It landed.", Some(local)), Some("almost")),
            (post("It landed.", Some(week)), None),
            (post("Something else altogether.", Some(at)), None),
        ] {
            // A post that is older than the next one hides where the list begins.
            let is_old = ours == post("It landed.", Some(week));
            let posts = if is_old { [older(began()), vec![ours]].concat() } else { with(ours) };
            let told = found(&posts, 2000, true);
            match (&told, why) {
                (Found::Absent, None) => {}
                (Found::CannotTell(says), Some(why)) => assert!(says.contains(why), "{says}"),
                _ => panic!("{told:?} {why:?}"),
            }
        }
    }
}
