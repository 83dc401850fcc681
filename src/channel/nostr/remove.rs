//! Taking a note down is asking for it (NIP-09): an event of kind 5, which relays may
//! heed. Whether they did is looked at; what others have copied stays.

use super::answer::Said;
use super::configured::Nostr;
use super::payload::NOTE;
use super::post::Account;
use super::relay::Filter;
use super::{event, post, relay};
use crate::channel::{Removed, SendError};
use crate::plan::Receipt;
use nostr::prelude::Event;
use std::path::Path;

/// A request to delete.
pub(super) const DELETION: u16 = 5;

pub(super) async fn remove(nostr: &Nostr, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
    let Some(id) = event::id_of(nostr, receipt) else {
        return Ok(Removed::Stays(
            "its id is not known: delete it in the app that you read it in".to_owned(),
        ));
    };
    let account = post::keys(nostr, project).await?;
    let servers = nostr.servers();
    let filter = Filter::Id(id);
    let before = relay::all(&servers, |server| relay::has(&account, server, &filter)).await;
    let (id_hex, kind) = (id.to_hex(), NOTE.to_string());
    let request = event::made_now(DELETION, &[&["e", &id_hex], &["k", &kind]], "", &account.keys)?;
    asked(nostr, &account, before, &request, &filter).await
}

/// Hands the request to those that have it, as they said before, and looks whether they
/// heed it.
pub(super) async fn asked(
    nostr: &Nostr,
    account: &Account,
    before: Vec<(String, Result<bool, String>)>,
    request: &Event,
    filter: &Filter,
) -> Result<Removed, SendError> {
    let servers = nostr.servers();
    let unsaid: Vec<String> = before.iter().filter_map(|(_, has)| has.clone().err()).collect();
    let has = before.iter().map(|(_, has)| *has == Ok(true));
    let theirs: Vec<String> =
        servers.iter().zip(has).filter(|(_, has)| *has).map(|(server, _)| server.clone()).collect();
    if theirs.is_empty() {
        return if unsaid.is_empty() { Ok(Removed::Already) } else { Err(relay::not_known(&unsaid)) };
    }
    let said = relay::all(&theirs, |server| relay::publish(account, server, request)).await;
    let refusing: Vec<&(String, Said)> = said.iter().filter(|(_, said)| *said != Said::Has).collect();
    if !refusing.is_empty() {
        let all: Vec<(String, Said)> = refusing.into_iter().cloned().collect();
        // None of these has it: that is an error, of the kind that they say.
        return super::answer::together(1, &all).map(|_| Removed::Gone);
    }
    let after = relay::all(&theirs, |server| relay::has(account, server, filter)).await;
    let shown: Vec<&str> =
        after.iter().filter(|(_, has)| *has == Ok(true)).map(|(name, _)| name.as_str()).collect();
    if !shown.is_empty() {
        return Ok(Removed::Stays(format!(
            "{} took the request to delete it, and still shows it: relays need not heed that",
            shown.join(", ")
        )));
    }
    let unsaid: Vec<String> =
        unsaid.into_iter().chain(after.into_iter().filter_map(|(_, has)| has.err())).collect();
    if unsaid.is_empty() { Ok(Removed::Gone) } else { Err(relay::not_known(&unsaid)) }
}
