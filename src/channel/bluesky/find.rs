//! Whether a post is there, and says what it should: its own key is asked, at the
//! server that has the account's records. That is no list which may be behind: what
//! this server does not have is not there.

use super::api::{Api, Record};
use super::payload::{card_of, text_of};
use super::post::{at_milliseconds, receipt};
use crate::channel::images::{self, behind};
use crate::channel::network::seen;
use crate::channel::{Attempt, Found, SendError};
use crate::plan::{PayloadPart, Receipt, Seen};
use jiff::SignedDuration;
use serde_json::Value;

/// A request whose answer was given up may still be on its way for this long; what
/// is tried again goes under the same key, and what is to be gone must not come
/// behind (a judgement: twice what an answer may take).
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(60);

/// Looks for a part under its key.
pub(super) async fn find(api: &Api<'_>, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let key = Api::key(attempt);
    if let Some(record) = api.record(&key).await? {
        return Ok(match stands(api, &key, record, part, attempt) {
            Stands::Ours(receipt) => Found::Sent(receipt),
            Stands::Anothers(why) => Found::CannotTell(why),
        });
    }
    let quiet = crate::clock::now().duration_since(attempt.last_tried);
    let why = if !api.session.is_home {
        "the server that was asked is not known to be the one that has the account's records"
    } else if attempt.withdrawn && quiet.abs() < ON_ITS_WAY {
        "it is not there, and may still be on its way: in a minute it can be told"
    } else {
        return Ok(Found::Absent);
    };
    Ok(Found::CannotTell(why.to_owned()))
}

/// What a record under the key is.
pub(super) enum Stands {
    /// The part, as it is.
    Ours(Receipt),
    /// Something else: why.
    Anothers(String),
}

/// Judges a record under the attempt's key: it is the part if it says so, or if it
/// was made when the part was tried first, whatever it says by now.
pub(super) fn stands(
    api: &Api<'_>,
    key: &str,
    record: Record,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Stands {
    let found = receipt(api, key, &record.cid);
    let same_words = words_of(&record.value) == Some(text_of(part));
    let made = record.value.get("createdAt").and_then(Value::as_str);
    let same_time = made == Some(at_milliseconds(attempt.first_tried).as_str());
    let is_taken = attempt.taken.has_post(key, &api.web(key));
    if is_taken || !(same_words || same_time) {
        return Stands::Anothers(format!(
            "another post stands at this one's own key, {}, and nothing is written over it",
            api.web(key)
        ));
    }
    Stands::Ours(Receipt { altered: differing(api, &record.value, part), ..found })
}

/// Reads a post that is out.
pub(super) async fn read_back(
    api: &Api<'_>,
    part: &PayloadPart,
    receipt: &Receipt,
) -> Result<Seen, SendError> {
    let Some(key) = receipt.id.as_deref() else { return Ok(Seen::default()) };
    let altered = api.record(key).await?.and_then(|record| differing(api, &record.value, part));
    Ok(Seen { url: None, altered })
}

fn words_of(record: &Value) -> Option<&str> {
    record.get("text").and_then(Value::as_str)
}

/// What readers see of it, where that is not what was sent: the words, fewer images,
/// other alt texts, no card.
fn differing(api: &Api<'_>, record: &Value, part: &PayloadPart) -> Option<String> {
    let words = words_of(record).unwrap_or_default();
    let mut more = Vec::new();
    if let Some(planned) = part.body.pointer("/embed/images").and_then(Value::as_array) {
        let alt = |image: &Value| image.get("alt").and_then(Value::as_str).map(str::to_owned);
        let sent: Vec<String> = planned.iter().map(|image| alt(image).unwrap_or_default()).collect();
        let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
        let live = record.pointer("/embed/images").and_then(Value::as_array).map(Vec::as_slice);
        let live = live.unwrap_or_default();
        // No post has more than that; the record may be anybody's.
        let alts: Vec<Option<String>> = live.iter().take(20).map(alt).collect();
        more.extend(images::Shown { number: Some(live.len()), alts }.differing(&sent));
    }
    if card_of(&part.body) != card_of(record) && part.body.pointer("/embed/images").is_none() {
        more.push("(without its card)".to_owned());
    }
    if words == text_of(part) && more.is_empty() {
        return None;
    }
    let words = seen(&api.redact(words));
    Some(more.iter().fold(words, |words, more| behind(&words, &api.redact(more))))
}
