//! Articles (NIP-23): of each address the newest version stands (NIP-01, "addressable
//! events"), until its author asks for it to be forgotten (NIP-09).

use super::{Relay, Standing, tags_of, text};
use crate::rehearsal::article_page::{pictures, words};
use crate::rehearsal::image;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use jiff::Timestamp;
use nostr::prelude::{Coordinate, Event, Kind, Nip19Coordinate, ToBech32 as _};
use serde_json::Value;

/// Long-form content.
pub(super) const ARTICLE: u16 = 30_023;

/// `30023:KEY:NAME`, of an event of that kind.
pub(super) fn address(event: &Event) -> Option<String> {
    (event.kind == Kind::from(ARTICLE)).then(|| {
        let name = event.tags.identifier().unwrap_or_default();
        format!("{ARTICLE}:{}:{name}", event.pubkey.to_hex())
    })
}

impl Relay {
    /// A version; the error is what is said of one that is not taken.
    pub(super) fn version(&mut self, event: &Event, said: Value, at: Timestamp) -> Result<(), &'static str> {
        let address = address(event).unwrap_or_default();
        let made = event.created_at.as_secs();
        if self.forgotten.get(&address).is_some_and(|until| made <= *until) {
            return Err("blocked: the author asked to delete it");
        }
        let live = self.live_article(&address, event, &said, at);
        let standing = self.notes.iter_mut().find(|one| one.live.id == address && !one.live.deleted);
        let Some(standing) = standing else {
            self.notes.push(Standing { live, first: Some(event.id), event: Some(said) });
            return Ok(());
        };
        let id = event.id.to_hex();
        if let Some(there) = &standing.event {
            // Of two of one second the lower id stays.
            let newer = (made, there["id"].as_str().unwrap_or_default());
            if newer < (there["created_at"].as_u64().unwrap_or_default(), id.as_str()) {
                return Err("invalid: a newer version is here");
            }
        }
        standing.live = LivePost { at: standing.live.at, ..live };
        standing.event = Some(said);
        Ok(())
    }

    fn live_article(&mut self, address: &str, event: &Event, said: &Value, at: Timestamp) -> LivePost {
        let tag = |name: &str| tags_of(said, name).next().map(|tag| text(&tag[1])).unwrap_or_default();
        let shown = words(&event.content);
        let shown = match self.shorten.take() {
            Some(characters) => shown.chars().take(characters).collect(),
            None => shown,
        };
        let name = Coordinate::new(event.kind, event.pubkey).identifier(tag("d"));
        let name = Nip19Coordinate::new(name, []).to_bech32().unwrap_or_default();
        LivePost {
            warning: None,
            id: address.to_owned(),
            url: format!("https://njump.me/{name}"),
            author: self.settings.id.clone(),
            text: format!("{}\n\n{shown}", tag("title")).trim_end().to_owned(),
            media: self.shown(&tag("image"), &event.content),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at,
            deleted: false,
        }
    }

    /// The cover, then the pictures of the text, as far as their bytes are kept here.
    fn shown(&self, cover: &str, content: &str) -> Vec<LiveMedia> {
        let live = |address: &str, alt: &str| {
            let digest = address.rsplit('/').next()?.split('.').next()?;
            Some(image::live(digest, self.blobs.get(digest)?, alt))
        };
        let body = pictures(content).into_iter().filter_map(|(_, address, alt)| live(&address, &alt));
        live(cover, "").into_iter().chain(body).collect()
    }
}
