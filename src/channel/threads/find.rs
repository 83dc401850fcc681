//! Looking for what may or may not have gone out. The container says it; where it cannot
//! be asked, or the post's id is wanted, the account's own list of posts or of replies.
//! That says "absent" only once the container can be published no more: before, what
//! Threads has forgotten may still come out, and another one would be the second.

use super::Threads;
use super::api::Api;
use super::container::{self, Status};
use super::dialect::Asked;
use super::payload::words_of;
use crate::channel::listed::{DOUBT, Entry, List, Reading, before, ours, verdict};
use crate::channel::{Attempt, Found, LONGEST_LAG, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Of a container that is published, where no list shows the post.
pub(super) const OUT_SOMEWHERE: &str =
    "Threads says that it is out, and its list does not show which post it is";
/// A request that nobody heard the end of may still be on its way: so long after it left
/// nothing is called gone for good.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(2);

/// What Threads' records say of the part.
pub(super) async fn find(
    threads: &Threads,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Found, SendError> {
    let api = threads.open(&attempt.project).await?;
    let since_try = crate::clock::now().duration_since(attempt.last_tried);
    // What may still come of a container that tells nothing.
    let mut open = None;
    if let Some(id) = container::known(attempt) {
        match container::status(&api, id).await? {
            Status::Published => {
                let found = receipt(&list(&api, attempt).await?, words_of(part), attempt);
                return Ok(match found {
                    Some(receipt) => Found::Sent(receipt),
                    None => Found::CannotTell(format!("{OUT_SOMEWHERE}: look at the account")),
                });
            }
            Status::Finished | Status::InProgress if attempt.withdrawn && since_try < ON_ITS_WAY => {
                let why = "it is not out, and the request that publishes it may still be on its way";
                return Ok(Found::CannotTell(why.to_owned()));
            }
            // It is published by no request but ours, and the same one again is the same post.
            Status::Finished | Status::InProgress | Status::Dead(_) => return Ok(Found::Absent),
            // It is no use any more, published or not: the list says which.
            Status::Forgotten(_) if container::is_spent(attempt) => {}
            Status::Forgotten(says) => {
                let until = container::until(container::spent_at(attempt));
                open = Some(format!("its container tells nothing: {says}{until}"));
            }
            Status::Untold(says) => open = Some(format!("its container tells nothing: {says}")),
        }
    }
    let list = list(&api, attempt).await?;
    let had_time = since_try >= LONGEST_LAG;
    let found = verdict("Threads", &list, words_of(part), attempt, (had_time, false));
    Ok(match open {
        // That no list shows it does not keep it from being published yet, and so no
        // other is made. What is to be taken down is not sent again.
        Some(why) if found == Found::Absent && !attempt.withdrawn => Found::CannotTell(why),
        _ => found,
    })
}

/// The account's posts since the first try, or its replies for what hangs below another.
pub(super) async fn list(api: &Api, attempt: &Attempt) -> Result<List, SendError> {
    posts(api, attempt.part > 0, Some(before(attempt.first_tried, DOUBT))).await
}

/// The receipt of what the list shows of that part.
pub(super) fn receipt(list: &List, words: &str, attempt: &Attempt) -> Option<Receipt> {
    let entry = ours(list, words, attempt)?;
    let url = Some(entry.url.clone()).filter(|url| !url.is_empty());
    Some(Receipt { id: Some(entry.id.clone()), url, ..Receipt::default() })
}

/// The id of the account's post at that address.
pub(super) async fn at(api: &Api, address: &str, is_reply: bool) -> Result<Option<String>, SendError> {
    let code = super::address::code(address);
    let list = posts(api, is_reply, None).await?;
    let same = |entry: &&Entry| code.is_some() && super::address::code(&entry.url) == code;
    Ok(list.entries.iter().find(same).map(|entry| entry.id.clone()))
}

/// `GET /USER/threads` or `/USER/replies`, back to `until` or to its end.
pub(super) async fn posts(api: &Api, replies: bool, until: Option<Timestamp>) -> Result<List, SendError> {
    let (edge, asked) = if replies { ("replies", Asked::Replies) } else { ("threads", Asked::Reading) };
    let path = format!("{}/{edge}", api.user);
    let mut reading = Reading::new("Threads", until);
    while let Some(place) = reading.place() {
        let mut query = vec![("fields", "id,text,timestamp,permalink"), ("limit", "100")];
        query.extend(place.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let answer = api.read(&path, &query, asked).await?;
        reading.take(&answer, |shown| Some(entry(api, shown)))?;
    }
    Ok(reading.done())
}

/// Nothing, where it cannot be read: without an id, or with words that are none. Without
/// words at all it may be an image.
fn entry(api: &Api, shown: &Value) -> Option<Entry> {
    let message = match &shown["text"] {
        Value::Null => "",
        text => text.as_str()?,
    };
    Some(Entry {
        id: api.id(&shown["id"])?,
        message: message.to_owned(),
        created: shown["timestamp"].as_str().and_then(|time| time.parse().ok()),
        url: super::address::for_readers(api, &shown["permalink"]).unwrap_or_default(),
    })
}
