//! The cards of pages that messages link to.
//!
//! Some networks show what they are told of a link, and do not look at it
//! themselves. What the page says is read when a message is planned, and kept
//! beside the journal: whatever looks at the message afterwards (`check`,
//! `preview`, a comparison with the queue) sees the same and opens no socket.
//! An article of the ladder is ours: its card is the message's, and nothing is
//! read.

use super::desk::Desk;
use super::file::write_new;
use super::folder::{Folder, TEXT_LIMIT};
use super::house::House;
use super::load::Loaded;
use crate::channel::linked_page::{Reach, fetch};
use crate::clock;
use crate::diagnostic::visible::visible;
use crate::ladder::{Message, inspect};
use crate::render::Picture;
use crate::render::page_card::{PageCard, PageCards};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Below the project.
const FOLDER: &str = ".ladder/cards";
/// In it.
const FILE: &str = "cards.json";
/// So long a page is taken for what it said: what was planned in the morning is
/// published in the evening as it was seen. A judgement.
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// More cards are not kept; the oldest go.
const MOST: usize = 500;

/// A card as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    /// When the page was read.
    read: Timestamp,
    /// What it said.
    #[serde(flatten)]
    card: PageCard,
}

/// What is kept. Whatever cannot be read is nothing: it is read again.
fn kept(folder: &Folder) -> BTreeMap<String, Kept> {
    let bytes = folder.read_bytes(&folder.path.join(FOLDER).join(FILE), TEXT_LIMIT);
    bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// The cards that were read of pages so far.
pub fn known(folder: &Folder) -> PageCards {
    kept(folder).into_iter().map(|(link, kept)| (link, kept.card)).collect()
}

/// Reads the pages that the message links to, if a network of its ladder shows
/// what it is told of them, and nobody has looked for a day. A page that cannot
/// be read is told: its card is what was read before, else the message's own words.
pub fn read_for(house: &mut House, message: &Message, ladder: Option<&str>, desk: &mut Desk) {
    let links = wanted(&house.loaded, house, message, ladder);
    if links.is_empty() {
        return;
    }
    let mut all = kept(&house.loaded.folder);
    let now = clock::now();
    let is_fresh = |kept: &Kept| now.duration_since(kept.read).abs() < FRESH;
    let stale: Vec<&String> = links.iter().filter(|link| !all.get(*link).is_some_and(is_fresh)).collect();
    if stale.is_empty() {
        return;
    }
    let Ok(runtime) = super::sending::runtime() else { return };
    let read =
        runtime.block_on(futures_util::future::join_all(stale.iter().map(|link| fetch(link, Reach::Public))));
    runtime.shutdown_background();
    let mut learned = false;
    for (link, fetched) in stale.into_iter().zip(read) {
        let shown = visible(link).into_owned();
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(why) => {
                let otherwise = match all.get(link) {
                    Some(_) => "what it said before",
                    None => "the message's title and summary",
                };
                desk.console.talk(&visible(&format!(
                    "no card could be read of {shown}: {why}. Its card shows {otherwise}"
                )));
                continue;
            }
        };
        let mut card = fetched.read.card;
        card.image =
            match fetched.image.map(|bytes| bytes.and_then(|bytes| keep(&house.loaded.folder, &bytes))) {
                None => None,
                Some(Ok(picture)) => Some(picture),
                Some(Err(why)) => {
                    desk.console
                        .talk(&visible(&format!("the image of {shown} is left out of its card: {why}")));
                    None
                }
            };
        all.insert(link.clone(), Kept { read: now, card });
        learned = true;
    }
    if !learned {
        return;
    }
    while all.len() > MOST {
        let Some(oldest) = all.iter().min_by_key(|(_, kept)| kept.read).map(|(link, _)| link.clone()) else {
            break;
        };
        all.remove(&oldest);
    }
    let written = serde_json::to_vec_pretty(&all).map_err(anyhow::Error::from);
    let written = written.and_then(|bytes| write(&house.loaded.folder, FILE, &bytes));
    if let Err(error) = written {
        desk.console.talk(&visible(&format!("what pages say of themselves could not be kept: {error}")));
    }
    house.loaded.cards = all.into_iter().map(|(link, kept)| (link, kept.card)).collect();
}

/// The links whose cards somebody has to supply.
fn wanted(loaded: &Loaded, house: &House, message: &Message, ladder: Option<&str>) -> BTreeSet<String> {
    let Ok(ladder) = loaded.ladder(ladder, message) else { return BTreeSet::new() };
    let outlets = ladder.rungs.iter().filter_map(|rung| house.channels.outlets.get(&rung.channel.value));
    let outlets = outlets.filter(|outlet| outlet.rules.card_supplied);
    let links = outlets.filter_map(|outlet| message.in_language(&outlet.language).link.as_ref());
    links.map(|link| link.value.clone()).collect()
}

/// Keeps the image of a card, by its bytes and whatever it was called.
fn keep(folder: &Folder, bytes: &[u8]) -> Result<Picture, String> {
    let facts = inspect(bytes).map_err(|why| format!("it {why}"))?;
    let ending = match facts.mime.as_str() {
        "image/jpeg" => "jpg",
        other => other.rsplit('/').next().unwrap_or("png"),
    };
    let name = format!("{}.{ending}", facts.sha256);
    write(folder, &name, bytes).map_err(|error| error.to_string())?;
    Ok(Picture {
        path: format!("{FOLDER}/{name}"),
        name,
        alt: String::new(),
        mime: facts.mime,
        sha256: facts.sha256,
        bytes: facts.bytes,
        width: facts.width,
        height: facts.height,
    })
}

fn write(folder: &Folder, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let cards: PathBuf = folder.path.join(FOLDER);
    std::fs::create_dir_all(&cards)?;
    anyhow::ensure!(folder.holds(&cards), "`{FOLDER}` leads out of the project");
    write_new(&cards.join(name), bytes).map_err(|failure| anyhow::anyhow!(failure.message))
}
