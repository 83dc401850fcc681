//! What is kept of one item: `item.json` in a folder of its own.

use super::Work;
use crate::channel::SendError;
use crate::channel::folder::{Folder, file_name};
use crate::plan::key::hex_digest;
use crate::render::feed::{Cover, Item};
use crate::render::html::with_whole_addresses;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;

/// The file.
pub const SIDECAR: &str = "item.json";

/// One item, and whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The delivery.
    pub key: String,
    /// Message and rung.
    pub of: String,
    /// How often they were published again.
    pub generation: u32,
    /// What the files say.
    pub item: Item,
}

impl Stored {
    /// As the file holds it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// From the file; none if it is no item.
    pub fn read(bytes: &[u8]) -> Option<Stored> {
        serde_json::from_slice(bytes).ok()
    }
}

/// The name of an item's folder: the message's, and what tells it from all others.
pub fn place(message: &str, id: &str) -> String {
    let digest = hex_digest(id.as_bytes());
    let short = digest.get(..8).unwrap_or_default();
    let last = message.rsplit('/').next().unwrap_or(message);
    let name: String = file_name(last).chars().take(60).collect();
    format!("{name}-{short}")
}

/// The item in that folder. One that cannot be read is told: left out, it would
/// vanish from the files without a word.
pub fn read(folder: &Folder, place: &str) -> Result<Option<Stored>, SendError> {
    let file = format!("{place}/{SIDECAR}");
    let Some(bytes) = folder.read(&file)? else { return Ok(None) };
    let Some(stored) = Stored::read(&bytes) else {
        let says = format!(
            "`{}` is no item of a feed any more: put it back as it was, or delete it, and its item is gone",
            folder.shown(&file)
        );
        return Err(SendError::Mendable { says });
    };
    Ok(Some(stored))
}

/// The folder that holds the item of that id, where it is not the one that it was laid into.
pub fn elsewhere(work: &Work, id: &str) -> Result<Option<String>, SendError> {
    for name in places(&work.folder)?.into_iter().filter(|name| *name != work.place) {
        if read(&work.folder, &name)?.is_some_and(|stored| stored.item.id == id) {
            return Ok(Some(work.folder.shown(&name)));
        }
    }
    Ok(None)
}

/// The names of the folders that hold an item.
fn places(folder: &Folder) -> Result<Vec<String>, SendError> {
    let mut places = Vec::new();
    for name in folder.names()? {
        // What is a file, or leads elsewhere, is nobody's item.
        let Ok(inner) = folder.join(&name) else { continue };
        if inner.names()?.iter().any(|file| file == SIDECAR) {
            places.push(name);
        }
    }
    Ok(places)
}

/// All items, the newest first, with `coming` in the place of what is kept under its
/// name. The order is that of the files.
pub fn all(folder: &Folder, coming: Option<&Stored>) -> Result<Vec<Stored>, SendError> {
    let mut found: Vec<Stored> = Vec::new();
    // Readers' programs know an item by its id: of two they show one, whichever.
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for name in places(folder)? {
        let Some(stored) = read(folder, &name)? else { continue };
        if let Some(other) = known.insert(stored.item.id.clone(), name.clone()) {
            let says = format!(
                "`{}` and `{}` hold the same item: delete the one that is a copy",
                folder.shown(&other),
                folder.shown(&name)
            );
            return Err(SendError::Mendable { says });
        }
        found.push(stored);
    }
    if let Some(coming) = coming {
        found.retain(|stored| stored.of != coming.of);
        found.push(coming.clone());
    }
    found.sort_by(|a, b| b.item.published.cmp(&a.item.published).then_with(|| a.item.id.cmp(&b.item.id)));
    Ok(found)
}

/// The item of the article at hand.
pub fn made(work: &Work, known: Option<&Stored>) -> Stored {
    let article = &work.article;
    let here = work.options.url.join(&format!("{}/", encode(&work.place)));
    let here = here.unwrap_or_else(|_| work.options.url.clone());
    let picture = |name: &str| here.join(&encode(name)).map_or_else(|_| here.to_string(), String::from);
    let page = article.canonical.as_deref().and_then(|address| Url::parse(address).ok());
    let names: Vec<String> = work.pictures().map(|picture| picture.name.clone()).collect();
    let base = page.unwrap_or_else(|| here.clone());
    let beside = here.clone();
    let whole = move |address: &str| {
        let found = beside.join(address).ok()?;
        let own = names.iter().any(|name| beside.join(&encode(name)).is_ok_and(|known| known == found));
        if own { Some(found.to_string()) } else { base.join(address).ok().map(String::from) }
    };
    // The year belongs to the name: the host must have been ours in it.
    let year = work.published.to_zoned(TimeZone::UTC).year();
    let id = || {
        let path: Vec<String> = work.id.split('/').map(encode).collect();
        format!("tag:{},{year}:{}", work.options.authority, path.join("/"))
    };
    Stored {
        key: work.key.clone(),
        of: work.id.clone(),
        generation: work.generation,
        item: Item {
            id: known.map_or_else(id, |known| known.item.id.clone()),
            address: article.canonical.clone(),
            title: article.title.clone(),
            summary: article.excerpt.clone(),
            html: with_whole_addresses(&article.html, whole),
            tags: article.tags.clone(),
            language: article.language.clone(),
            published: known.map_or(work.published, |known| known.item.published),
            updated: work.updated,
            cover: article.cover.as_ref().map(|cover| Cover {
                address: picture(&cover.name),
                mime: cover.mime.clone(),
                bytes: cover.bytes,
            }),
        },
    }
}

/// A name as a part of an address.
fn encode(name: &str) -> String {
    crate::channel::static_site::encode(name)
}
