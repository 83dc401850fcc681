//! Looking for a part of which nobody knows whether it went out, in the lists
//! that LinkedIn keeps of an organisation's posts and of a post's comments.
//!
//! "It is not there" takes proof: a list that shows something of ours from
//! before the first try, so that it reaches back past it, in which every entry
//! can be read and none is nearly ours, asked for so long after the last try that
//! what was still on its way has arrived. How far LinkedIn's lists lag is not
//! documented. An empty list proves nothing, since one that hides all looks the
//! same; but where LinkedIn counts the comments itself, that is an answer. Of what
//! is to be taken down, and will not be posted again, a list that was read to its
//! end is enough: what was older in it may have been taken down as well.

use super::answer::{Asked, trouble};
use super::api::Api;
use super::post::since;
use super::same::{Likeness, compare};
use super::{comment, post, urn};
use crate::channel::http::Trouble;
use crate::channel::{Attempt, Found, LONGEST_LAG, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Why nothing can be found out about a member's posts.
pub(super) const MEMBERS: &str = "LinkedIn lets no application list a member's posts (`r_member_social` is closed): \
                                  look at the profile, and settle it with `ladder resolve`";
/// The longest list that it gives (Posts API: `count`, at most 100).
const COUNT: usize = 100;
/// 1,000 posts since the first try: nobody posts that much in an hour.
const MOST_PAGES: usize = 10;

/// From this long before the first try on, whatever is like ours keeps us from
/// saying that ours is not there: a clock may be wrong by more than `since` allows.
const DOUBT: SignedDuration = SignedDuration::from_hours(1);

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
    let doubt = doubt(attempt);
    let path = format!("/rest/posts?author={author}&q=author&count={COUNT}&sortBy=LAST_MODIFIED");
    // The list begins with what was changed last.
    let enough = |last: &Value| moment(last.get("lastModifiedAt")).is_some_and(|changed| changed < doubt);
    let look = match list(api, &path, enough).await? {
        Some(listed) => among_posts(&listed, post::commentary(part), &api.channel.author, attempt),
        None => Look::Unclear(closed("posts", "r_organization_social")),
    };
    Ok(settled(look, attempt))
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
    let path = format!("/rest/socialActions/{}/comments?count={COUNT}", urn::encoded(&thread));
    // Nothing says in which order comments come: only the whole list will do.
    let look = match list(api, &path, |_| false).await? {
        Some(listed) => among_comments(api, &listed, comment::text(part), &thread, attempt),
        None => Look::Unclear(closed("comments", "r_organization_social_feed")),
    };
    Ok(settled(look, attempt))
}

fn closed(what: &str, scope: &str) -> String {
    format!("the token may not read the organisation's {what} (`{scope}`): look at the page")
}

/// What a look proves, so long after the last try.
fn settled(look: Look, attempt: &Attempt) -> Found {
    let early =
        crate::clock::now() < attempt.last_tried.saturating_add(LONGEST_LAG).unwrap_or(Timestamp::MAX);
    match look {
        Look::Sent(receipt) => Found::Sent(receipt),
        Look::NotInIt if early => Found::CannotTell(format!(
            "LinkedIn's list does not have it, but may be behind: ask again after {}",
            attempt.list_can_tell()
        )),
        Look::NotInIt => Found::Absent,
        Look::Unclear(says) => Found::CannotTell(says),
    }
}

/// A list, as far as it was read.
#[derive(Default)]
struct Listed {
    elements: Vec<Value>,
    /// Whether that is all there is.
    whole: bool,
    /// Whether LinkedIn itself counts as many.
    counted: bool,
    /// Its pages do not fit together: it changed while it was read, or the server
    /// knows no pages. Something may be missing in between.
    torn: bool,
}

/// Reads a list page by page (`start`, `count`: Rest.li, pagination), until its
/// last element is `enough` or it ends; none if it may not be read. Each page
/// begins with the last element of the one before, which shows that nothing was
/// passed over.
async fn list(
    api: &Api<'_>,
    path: &str,
    enough: impl Fn(&Value) -> bool,
) -> Result<Option<Listed>, SendError> {
    let mut listed = Listed::default();
    for _ in 0..MOST_PAGES {
        let start = listed.elements.len().saturating_sub(1);
        let page = format!("{path}&start={start}");
        let answer = if path.contains("q=") { api.search(&page).await } else { api.get(&page).await };
        let answer = answer.map_err(Trouble::of_asking)?;
        if matches!(answer.status, 403 | 404) && listed.elements.is_empty() {
            return Ok(None);
        }
        if !answer.is_success() {
            return Err(trouble(&answer, Asked::Other, api, crate::clock::now()));
        }
        let facts = answer.json().unwrap_or_default();
        let Some(page) = facts.get("elements").and_then(Value::as_array) else {
            let says = match &answer.cut {
                Some(cut) => format!("LinkedIn's list of what was posted broke off: {cut}"),
                None => "LinkedIn's list of what was posted is no list".to_owned(),
            };
            return Err(SendError::NotYet { says, wait: None });
        };
        let mut page = page.as_slice();
        let is_full = page.len() >= COUNT;
        if let Some(last) = listed.elements.last() {
            match page.split_first() {
                Some((first, rest)) if name(first).is_some() && name(first) == name(last) => page = rest,
                _ => {
                    listed.torn = true;
                    break;
                }
            }
        }
        listed.elements.extend_from_slice(page);
        let total = facts.pointer("/paging/total").and_then(Value::as_u64);
        let links = facts.pointer("/paging/links").and_then(Value::as_array);
        let next = links.is_some_and(|links| links.iter().any(|link| link["rel"] == "next"));
        let read = listed.elements.len() as u64;
        listed.whole = !is_full && !next && total.is_none_or(|total| total <= read);
        listed.counted = listed.whole && total == Some(read);
        // One that is not full and goes on keeps something back: where it goes on
        // is not known.
        if !is_full || listed.elements.last().is_some_and(&enough) {
            break;
        }
    }
    Ok(Some(listed))
}

/// What an element of a list is called.
fn name(element: &Value) -> Option<&str> {
    ["id", "commentUrn", "$URN"].into_iter().find_map(|key| element.get(key)?.as_str())
}

fn among_posts(listed: &Listed, planned: &str, author: &str, attempt: &Attempt) -> Look {
    let mut seen = Seen::of(attempt);
    for facts in &listed.elements {
        let id = facts.get("id").and_then(Value::as_str).filter(|id| urn::is_post(id));
        // The list is that of one author, and need not repeat whose.
        let by = facts.get("author").map_or(By::Us, |by| By::of(by, author));
        let (Some(id), Some(live), Some(made), By::Us) =
            (id, post::live_text(facts), post::created(facts), by)
        else {
            seen.unreadable = true;
            continue;
        };
        if attempt.previous.iter().any(|receipt| receipt.id.as_deref() == Some(id)) {
            continue;
        }
        let url = urn::feed_url(id);
        if attempt.taken.has_post(id, &url) {
            seen.pass_over(live.compare(planned), made, url);
            continue;
        }
        seen.take_in(live.compare(planned), made, || (post::receipt(id, None), url.clone()));
    }
    // The list begins with what was changed last: one at its end that was left
    // alone since before the try has all newer ones above it.
    let changed = listed.elements.last().and_then(|facts| moment(facts.get("lastModifiedAt")));
    let shows_older = seen.older || attempt.withdrawn;
    let reaches_back = shows_older && (listed.whole || changed.is_some_and(|changed| changed < seen.since));
    seen.verdict(reaches_back && !listed.torn)
}

fn among_comments(api: &Api<'_>, listed: &Listed, planned: &str, thread: &str, attempt: &Attempt) -> Look {
    let mut seen = Seen::of(attempt);
    for facts in &listed.elements {
        let by = facts.get("actor").map_or(By::Unsaid, |by| By::of(by, &api.channel.author));
        if by == By::Another {
            continue;
        }
        let live = facts.pointer("/message/text").and_then(Value::as_str);
        let made = moment(facts.pointer("/created/time"));
        let (Some(comment), Some(live), Some(made), By::Us) = (comment::name(facts, thread), live, made, by)
        else {
            seen.unreadable = true;
            continue;
        };
        let url = urn::comment_url(thread, &comment.urn());
        if attempt.taken.has_post(&comment.urn(), &url) {
            seen.older |= made < seen.since;
            continue;
        }
        seen.take_in(compare(planned, live), made, || {
            let receipt = comment::receipt(api, thread, &comment, planned, facts);
            (receipt, url)
        });
    }
    // That LinkedIn counts as many as it shows, be it none, is an answer.
    let reaches_back = listed.whole && (seen.older || listed.counted || attempt.withdrawn);
    seen.verdict(reaches_back && !listed.torn)
}

/// What was made before this cannot be the part, however wrong a clock is.
fn doubt(attempt: &Attempt) -> Timestamp {
    attempt.first_tried.saturating_sub(DOUBT).unwrap_or(Timestamp::MIN)
}

/// Who made an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Us,
    Another,
    /// It is not said, or in a way that is not known here.
    Unsaid,
}

impl By {
    fn of(by: &Value, author: &str) -> By {
        match by.as_str() {
            Some(by) if by == author => By::Us,
            // The same number of another kind may be an older name of ours.
            Some(by) if by.starts_with("urn:li:") && urn::id(by) != urn::id(author) => By::Another,
            _ => By::Unsaid,
        }
    }
}

/// What a list showed.
struct Seen {
    began: Timestamp,
    since: Timestamp,
    doubt: Timestamp,
    /// The part itself, and when it was made: of several the first.
    found: Option<(Timestamp, Receipt)>,
    /// The address of something that may be it.
    alike: Option<String>,
    /// Something of ours from before the first try.
    older: bool,
    /// The address of another delivery's post of the same words.
    anothers: Option<String>,
    /// An entry of which not all can be read that is needed.
    unreadable: bool,
    /// It is not going to be posted again.
    withdrawn: bool,
}

impl Seen {
    fn of(attempt: &Attempt) -> Seen {
        let (since, doubt) = (since(attempt), doubt(attempt));
        let (found, alike, anothers) = (None, None, None);
        let (began, withdrawn) = (attempt.began(), attempt.withdrawn);
        Seen { began, since, doubt, found, alike, older: false, anothers, unreadable: false, withdrawn }
    }

    /// An entry of ours; `it` is its receipt and its address.
    fn take_in(&mut self, likeness: Likeness, made: Timestamp, it: impl FnOnce() -> (Receipt, String)) {
        self.older |= made < self.since;
        if likeness == Likeness::Same && made >= self.began {
            let first = self.found.as_ref().is_none_or(|(first, _)| made < *first);
            if first {
                self.found = Some((made, it().0));
            }
        } else if likeness != Likeness::Unlike && made >= self.doubt {
            self.alike.get_or_insert_with(|| it().1);
        }
    }

    /// An entry that is known to be something else.
    fn pass_over(&mut self, likeness: Likeness, made: Timestamp, url: String) {
        self.older |= made < self.since;
        if likeness == Likeness::Same {
            self.anothers.get_or_insert(url);
        }
    }

    fn verdict(self, reaches_back: bool) -> Look {
        if let Some((_, receipt)) = self.found {
            return Look::Sent(receipt);
        }
        if let Some(url) = self.alike {
            return Look::Unclear(format!(
                "{url} is nearly the same, and not quite: look whether that is it"
            ));
        }
        if let Some(url) = self.anothers.filter(|_| !self.withdrawn) {
            return Look::Unclear(format!(
                "{url} has the same words and is another delivery's, and LinkedIn takes none twice: look at the page"
            ));
        }
        if self.unreadable {
            let why =
                "LinkedIn's list has an entry that cannot be read, and so proves nothing: look at the page";
            return Look::Unclear(why.to_owned());
        }
        if !reaches_back {
            let why =
                "LinkedIn's list does not reach back to the first try, as far as it shows: look at the page";
            return Look::Unclear(why.to_owned());
        }
        Look::NotInIt
    }
}

/// A point in time as LinkedIn writes it: milliseconds since 1970, as a number
/// or in digits.
pub(super) fn moment(written: Option<&Value>) -> Option<Timestamp> {
    let written = written?;
    let ms = written.as_i64().or_else(|| written.as_str()?.parse().ok())?;
    Timestamp::from_millisecond(ms).ok()
}
