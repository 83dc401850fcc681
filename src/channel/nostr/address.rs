//! The note or the article that an address tells of. Pure.

use super::article::ARTICLE;
use nostr::prelude::{EventId, FromBech32, Kind, Nip19Coordinate, Nip19Event, PublicKey};

/// The id of the note at `https://njump.me/nevent1…`, at any other page's address that
/// ends so, or of a bare `nostr:nevent1…` or `note1…`. An error if it is somebody else's.
pub(super) fn post_at(address: &str, author: Option<&PublicKey>) -> Result<Option<String>, String> {
    let name = name_in(address);
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

/// The address of the article at `https://njump.me/naddr1…`, and so on: `30023:KEY:NAME`.
pub(super) fn article_at(address: &str, author: Option<&PublicKey>) -> Result<Option<String>, String> {
    match Nip19Coordinate::from_bech32(name_in(address)) {
        Ok(named) if named.coordinate.kind != Kind::from(ARTICLE) => Err("it is no article".to_owned()),
        Ok(named) if author.is_some_and(|ours| named.coordinate.public_key != *ours) => {
            Err("it is an article of another account".to_owned())
        }
        Ok(named) => Ok(Some(named.coordinate.to_string())),
        Err(_) => Err("it is no address of an article: copy the one that ends in `naddr1…`".to_owned()),
    }
}

/// What stands at an address's end, or behind `nostr:`.
fn name_in(address: &str) -> &str {
    let address = address.trim();
    let whole = address.strip_prefix("nostr:").unwrap_or(address);
    let name = whole.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    name.rsplit('/').next().unwrap_or_default()
}
