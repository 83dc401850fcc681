//! What stands under the address of an article: looked for, edited, taken down.
//!
//! Relays keep the newest version of an address. A newer one than was left there is
//! somebody's, written in another app, and is not written over.

use super::answer::{Said, together, who_have};
use super::article::{self, ARTICLE};
use super::configured::Nostr;
use super::post::{self, Account};
use super::relay::{Filter, not_known};
use super::{blossom, event, find, relay, remove};
use crate::channel::{Attempt, Change, Edited, Found, Removed, SendError};
use crate::plan::{PayloadPart, Receipt};
use nostr::prelude::{Coordinate, Event, Kind, Timestamp};
use std::path::Path;

/// What each relay shows under an address; the error says why nobody knows.
type Shown = Vec<(String, Result<Option<Event>, String>)>;

const NO_ADDRESS: &str = "its address is not known";
const NOT_OURS: &str = "it is an article of another account than the key's";

/// The address that a delivery's article has.
pub(super) fn address(account: &Account, part: &PayloadPart, attempt: &Attempt) -> Coordinate {
    let mark = event::digest_of(attempt);
    let name = article::name(part, mark.get(..8).unwrap_or(&mark));
    Coordinate::new(Kind::from(ARTICLE), account.keys.public_key()).identifier(name)
}

/// The address of a receipt: what was signed, else what its page's address says.
fn address_of(nostr: &Nostr, receipt: &Receipt) -> Option<Coordinate> {
    let in_url = || super::address::article_at(receipt.url.as_deref()?, nostr.author.as_ref()).ok().flatten();
    let address = Coordinate::parse(&receipt.id.clone().or_else(in_url)?).ok()?;
    (address.kind == Kind::from(ARTICLE)).then_some(address)
}

async fn shown(nostr: &Nostr, account: &Account, address: &Coordinate) -> Shown {
    let filter = Filter::Address(address.clone());
    relay::all(&nostr.servers(), |server| relay::shown(account, server, &filter)).await
}

fn unsaid(all: &Shown) -> Vec<String> {
    all.iter().filter_map(|(_, shown)| shown.clone().err()).collect()
}

/// The newest of all: of two of one second relays keep that of the lower id (NIP-01).
fn newest(all: &Shown) -> Option<&Event> {
    let there = all.iter().filter_map(|(_, shown)| shown.as_ref().ok()?.as_ref());
    there.max_by(|one, other| one.created_at.cmp(&other.created_at).then(other.id.cmp(&one.id)))
}

/// Looks for an article. Its address is made of the delivery: whatever stands there, it
/// is out, in these words or in later ones.
pub(super) async fn find(nostr: &Nostr, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let account = post::keys(nostr, &attempt.project).await?;
    let address = address(&account, part, attempt);
    let id = event::article(part, &address, attempt).id();
    let all = shown(nostr, &account, &address).await;
    let all = all.into_iter().map(|(name, shown)| (name, shown.map(|there| there.is_some()))).collect();
    find::settled(attempt, all, |detail| event::article_receipt(nostr, &address, id, Some(detail)))
}

/// The next version. What stands there is to be the one that was left there, or to say
/// already what it is to say: then relays that lack it are given that very one.
pub(super) async fn edit(
    nostr: &Nostr,
    change: &Change,
    receipt: &Receipt,
    attempt: &Attempt,
) -> Result<Edited, SendError> {
    let stays = |why: &str| Ok(Edited::Stays(why.to_owned()));
    let Some(address) = address_of(nostr, receipt) else {
        return stays(&format!("{NO_ADDRESS}: change it in the app that you read it in"));
    };
    let account = post::keys(nostr, &attempt.project).await?;
    if account.keys.public_key() != address.public_key {
        return stays(NOT_OURS);
    }
    let all = shown(nostr, &account, &address).await;
    let unsaid = unsaid(&all);
    // Which is the newest, too few know.
    if all.len() - unsaid.len() < nostr.quorum {
        return Err(not_known(&unsaid));
    }
    let Some(there) = newest(&all) else {
        return match unsaid.is_empty() {
            true => stays("no relay has it any more"),
            false => Err(not_known(&unsaid)),
        };
    };
    let as_left = match &receipt.sha256 {
        Some(id) => there.id.to_hex() == *id,
        None => article::says(there, &change.before, &address),
    };
    let next = if article::says(there, &change.after, &address) {
        there.clone()
    } else if as_left {
        for picture in change.after.media.iter().filter(|picture| !change.before.media.contains(picture)) {
            blossom::bring(nostr, &account, picture, attempt).await?;
        }
        // Later than what stands there, however clocks go, and the same at each try.
        let at = event::seconds(attempt.last_tried).max(Timestamp::from(there.created_at.as_secs() + 1));
        let version = article::version(&change.after, &address, &article::first_published(there), at);
        event::signed(version, &account.keys)?
    } else {
        return stays("somebody has changed it in another app since: what stands there is not written over");
    };
    let done = |detail| Edited::Done(event::article_receipt(nostr, &address, next.id, detail));
    let said = offer(nostr, &account, &next, &all).await;
    match together(nostr.quorum, &said) {
        Ok(detail) => Ok(done(detail)),
        Err(SendError::Unknown { cause }) => {
            let now = shown(nostr, &account, &address).await;
            let has = |(_, shown): &&(String, Result<Option<Event>, String>)| is(shown, &next);
            let have: Vec<&str> = now.iter().filter(has).map(|(name, _)| name.as_str()).collect();
            match have.len() >= nostr.quorum {
                true => Ok(done(Some(who_have(&have, now.len(), &cause)))),
                false => Err(SendError::Unknown { cause }),
            }
        }
        Err(error) => Err(error),
    }
}

fn is(shown: &Result<Option<Event>, String>, event: &Event) -> bool {
    shown.as_ref().is_ok_and(|shown| shown.as_ref().is_some_and(|shown| shown.id == event.id))
}

/// Offers a version to those relays that do not show it already.
async fn offer(nostr: &Nostr, account: &Account, next: &Event, all: &Shown) -> Vec<(String, Said)> {
    let servers = nostr.servers();
    let has = |server: &str| all.iter().any(|(name, shown)| *name == relay::name(server) && is(shown, next));
    let offered = |server| async move {
        match has(server) {
            true => Said::Has,
            false => relay::publish(account, server, next).await,
        }
    };
    relay::all(&servers, offered).await
}

/// Asks every relay that shows it to delete the address, and the version that stands
/// there by its id (NIP-09: all versions up to the request's own time go).
pub(super) async fn take_down(
    nostr: &Nostr,
    receipt: &Receipt,
    project: &Path,
) -> Result<Removed, SendError> {
    let Some(address) = address_of(nostr, receipt) else {
        return Ok(Removed::Stays(format!("{NO_ADDRESS}: delete it in the app that you read it in")));
    };
    let account = post::keys(nostr, project).await?;
    if account.keys.public_key() != address.public_key {
        return Ok(Removed::Stays(NOT_OURS.to_owned()));
    }
    let all = shown(nostr, &account, &address).await;
    let ids: std::collections::BTreeSet<String> =
        all.iter().filter_map(|(_, shown)| Some(shown.as_ref().ok()?.as_ref()?.id.to_hex())).collect();
    let at = newest(&all).map(|there| there.created_at).unwrap_or_default();
    let all = all.into_iter().map(|(name, shown)| (name, shown.map(|there| there.is_some()))).collect();
    let (written, kind) = (address.to_string(), ARTICLE.to_string());
    let mut tags: Vec<[&str; 2]> = vec![["a", &written], ["k", &kind]];
    tags.extend(ids.iter().map(|id| ["e", id.as_str()]));
    let tags: Vec<&[&str]> = tags.iter().map(<[&str; 2]>::as_slice).collect();
    let at = at.max(event::seconds(crate::clock::now()));
    let request = event::made(remove::DELETION, &tags, "", at, &account.keys)?;
    remove::asked(nostr, &account, all, &request, &Filter::Address(address)).await
}
