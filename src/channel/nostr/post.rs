//! One part on its way out: images first, which nobody sees; then the note, which is
//! signed and offered to every relay.

use super::configured::Nostr;
use super::{answer, blossom, event, relay};
use crate::channel::credentials::Secrets;
use crate::channel::{Attempt, Posting, SendError};
use crate::plan::{PayloadPart, Receipt};
use nostr::prelude::{Event, Keys};
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
    for picture in &part.media {
        blossom::bring(nostr, &account, picture, attempt).await?;
    }
    let note = event::signed(note, &account.keys)?;
    Ok(Box::pin(async move { post(nostr, &account, &note).await }))
}

/// Offers the note to every relay. Those that have it say so, and it is there once.
async fn post(nostr: &Nostr, account: &Account, note: &Event) -> Result<Receipt, SendError> {
    let servers = nostr.servers();
    let said = relay::all(&servers, |server| relay::publish(account, server, note)).await;
    let detail = answer::together(nostr.quorum, &said)?;
    Ok(event::receipt(nostr, note.id, note.pubkey, detail))
}
