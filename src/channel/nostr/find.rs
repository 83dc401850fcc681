//! Whether a note is out: every relay is asked for its id, which nothing else can have.

use super::configured::Nostr;
use super::relay::Filter;
use super::{answer, event, post, relay};
use crate::channel::{Attempt, Found, SendError};
use crate::plan::{PayloadPart, Receipt};
use jiff::SignedDuration;

/// What was offered and not answered may still be taken for this long (a judgement:
/// twice what an answer may take). What goes out again is the same note all the same;
/// what is to be gone must not come behind.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(60);

/// Looks for a part. One relay that has it is enough, for readers see it there. That it
/// is nowhere is known when all of them have said so.
pub(super) async fn find(nostr: &Nostr, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let account = post::keys(nostr, &attempt.project).await?;
    let author = account.keys.public_key();
    let id = event::note(nostr, author, part, attempt)?.id();
    let servers = nostr.servers();
    let filter = Filter::Id(id);
    let all = relay::all(&servers, |server| relay::has(&account, server, &filter)).await;
    settled(attempt, all, |detail| event::receipt(nostr, id, author, Some(detail)))
}

/// What it comes to, what all relays have.
pub(super) fn settled(
    attempt: &Attempt,
    all: Vec<(String, Result<bool, String>)>,
    receipt: impl FnOnce(String) -> Receipt,
) -> Result<Found, SendError> {
    let have: Vec<&str> =
        all.iter().filter(|(_, has)| *has == Ok(true)).map(|(name, _)| name.as_str()).collect();
    let unsaid: Vec<String> = all.iter().filter_map(|(_, has)| has.clone().err()).collect();
    if !have.is_empty() {
        let detail = answer::who_have(&have, all.len(), &unsaid.join("; "));
        return Ok(Found::Sent(receipt(detail)));
    }
    if !unsaid.is_empty() {
        return Err(relay::not_known(&unsaid));
    }
    let quiet = crate::clock::now().duration_since(attempt.last_tried);
    if attempt.withdrawn && quiet.abs() < ON_ITS_WAY {
        let why = "it is on no relay, and may still be on its way: in a minute it can be told";
        return Ok(Found::CannotTell(why.to_owned()));
    }
    Ok(Found::Absent)
}
