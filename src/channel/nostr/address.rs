//! The note that an address tells of. Pure.

use nostr::prelude::{EventId, FromBech32, Nip19Event, PublicKey};

/// The id of the note at `https://njump.me/nevent1…`, at any other page's address that
/// ends so, or of a bare `nostr:nevent1…` or `note1…`. An error if it is somebody else's.
pub(super) fn post_at(address: &str, author: Option<&PublicKey>) -> Result<Option<String>, String> {
    let address = address.trim();
    let whole = address.strip_prefix("nostr:").unwrap_or(address);
    let name = whole.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let name = name.rsplit('/').next().unwrap_or_default();
    if let Ok(event) = Nip19Event::from_bech32(name) {
        if let (Some(theirs), Some(ours)) = (&event.author, author)
            && theirs != ours
        {
            return Err("it is a note of another account".to_owned());
        }
        return Ok(Some(event.event_id.to_hex()));
    }
    match EventId::from_bech32(name).or_else(|_| EventId::from_hex(name)) {
        Ok(id) => Ok(Some(id.to_hex())),
        Err(_) => Err("it is no address of a note: copy the one that ends in `nevent1…`".to_owned()),
    }
}
