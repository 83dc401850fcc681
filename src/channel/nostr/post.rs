//! One part on its way out: images first, which nobody sees; then the note, which is
//! signed and offered to every relay.

use super::configured::Nostr;
use super::{answer, blossom, event, relay};
use crate::channel::credentials::Secrets;
use crate::channel::{Attempt, Posting, SendError};
use crate::plan::PayloadPart;
use nostr::prelude::{Event, Keys, UnsignedEvent};
use std::path::Path;

/// The key that signs, while something is being sent.
pub(super) struct Account {
    pub keys: Keys,
    secrets: Secrets,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account")
    }
}

impl Account {
    /// A stranger's words, visible and without anything secret.
    pub fn clean(&self, words: &str) -> String {
        crate::diagnostic::visible::visible(&self.secrets.redact(words)).into_owned()
    }
}

/// The account's key: it must be one, and that of the account in the table.
pub(super) async fn keys(nostr: &Nostr, project: &Path) -> Result<Account, SendError> {
    let secrets = nostr.secrets(project).await?;
    let written = secrets.get("nsec").unwrap_or_default().trim();
    let is_sealed = written.starts_with("ncryptsec");
    let keys = Keys::parse(written).map_err(|_| SendError::Refused {
        says: match is_sealed {
            true => "`nsec` is a key under a passphrase (`ncryptsec1…`): give the open one, as a secret"
                .to_owned(),
            false => "`nsec` is no secret key of Nostr (`nsec1…`, or 64 hex digits): it may be another token"
                .to_owned(),
        },
    })?;
    if nostr.author.is_some_and(|author| author != keys.public_key()) {
        let says = "`nsec` is the key of another account than `account` names: copy the right one, or correct \
                    `account`";
        return Err(SendError::Refused { says: says.to_owned() });
    }
    Ok(Account { keys, secrets })
}

pub(super) async fn prepare<'a>(
    nostr: &'a Nostr,
    part: &'a PayloadPart,
    attempt: &'a Attempt,
) -> Result<Posting<'a>, SendError> {
    let account = keys(nostr, &attempt.project).await.map_err(SendError::before_posting)?;
    let note = event::note(nostr, account.keys.public_key(), part, attempt)?;
    let note = ready(nostr, &account, note, part, attempt).await?;
    Ok(Box::pin(async move {
        let detail = post(nostr, &account, &note).await?;
        Ok(event::receipt(nostr, note.id, note.pubkey, detail))
    }))
}

/// Signed, with its images where they are to be.
pub(super) async fn ready(
    nostr: &Nostr,
    account: &Account,
    event: UnsignedEvent,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Event, SendError> {
    for picture in &part.media {
        blossom::bring(nostr, account, picture, attempt).await?;
    }
    event::signed(event, &account.keys)
}

/// Offers it to every relay. Those that have it say so, and it is there once; what is
/// worth telling of that comes back.
pub(super) async fn post(
    nostr: &Nostr,
    account: &Account,
    event: &Event,
) -> Result<Option<String>, SendError> {
    let servers = nostr.servers();
    let said = relay::all(&servers, |server| relay::publish(account, server, event)).await;
    answer::together(nostr.quorum, &said)
}
