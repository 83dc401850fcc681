//! A site that needs no generator: each article a page of its own, with a list
//! of all pages (`index.html`) and an Atom feed (`feed.xml`, RFC 4287).
//!
//! Beside each page lies `ladder.json`, what list and feed say of it: both are
//! made again from these files whenever a page is written, so that they show
//! what is on the disk and the same pages give the same bytes. A list or feed
//! of somebody else's making is never touched.

mod draw;
mod entry;

use super::{Owner, Work};
use crate::channel::SendError;
use crate::channel::folder::picture_bytes;
use crate::plan::Receipt;
pub use draw::encode;
pub use entry::SIDECAR;

use entry::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Two articles of one run must not write the list at the same time: the later
/// one would be missing in what the earlier one read. Between processes the
/// store's sending lock does the same.
static LIST: Mutex<()> = Mutex::new(());

/// What makes a list or a feed ours.
const MARK: &str = "ladder-static-site";

/// Writes images and page, then the page's entry, then list and feed.
pub fn write(work: &Work) -> Result<Receipt, SendError> {
    let _alone = alone();
    for list in ["index.html", "feed.xml"] {
        refuse_foreign(work, list)?;
    }
    let (file, owner) = owner(work)?;
    let exists = work.folder.read(&file)?.is_some();
    let done = work.may_write(&file, owner.as_ref(), exists)?;
    if !(done && exists) {
        let slug = &work.article.slug;
        for picture in work.article.cover.iter().chain(&work.article.media) {
            work.folder.keep(&format!("{slug}/{}", picture.name), &picture_bytes(&work.media, picture)?)?;
        }
        // The entry first: should the power fail between the two, the page is
        // missing and is written again; the other way round it would look foreign.
        record(work)?;
        work.folder.keep(&file, page(work)?.as_bytes())?;
    }
    list_anew(work)?;
    Ok(work.receipt(&file))
}

/// Until it is dropped, nobody else in this process writes list and feed.
pub fn alone() -> MutexGuard<'static, ()> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The page's bytes.
pub fn page(work: &Work) -> Result<String, SendError> {
    draw::page(work, &Entry::of(work))
}

/// Writes the page's entry beside it.
pub fn record(work: &Work) -> Result<(), SendError> {
    work.folder.keep(&format!("{}/{SIDECAR}", work.article.slug), Entry::of(work).to_json().as_bytes())
}

/// Makes list and feed anew, of the pages that are there. Those of somebody
/// else's making are left alone.
pub fn list_anew(work: &Work) -> Result<(), SendError> {
    let entries = entry::all(work)?;
    if refuse_foreign(work, "index.html").is_ok() {
        work.folder.keep("index.html", draw::list(work, &entries)?.as_bytes())?;
    }
    if refuse_foreign(work, "feed.xml").is_ok() {
        work.folder.keep("feed.xml", draw::feed(work, &entries)?.as_bytes())?;
    }
    Ok(())
}

/// The page, and whose it is if it is ours.
pub fn owner(work: &Work) -> Result<(String, Option<Owner>), SendError> {
    let slug = &work.article.slug;
    let file = format!("{slug}/index.html");
    let entry = work.folder.read(&format!("{slug}/{SIDECAR}"))?.and_then(|bytes| Entry::read(&bytes));
    Ok((file, entry.map(|entry| Owner { key: entry.key, id: entry.id })))
}

/// Whether all that [`write`] writes is there, and for this delivery.
pub fn is_whole(work: &Work) -> Result<bool, SendError> {
    let (file, _) = owner(work)?;
    Ok(work.folder.read(&file)?.is_some() && work.folder.read("feed.xml")?.is_some())
}

fn refuse_foreign(work: &Work, file: &str) -> Result<(), SendError> {
    let Some(bytes) = work.folder.read(file)? else { return Ok(()) };
    if String::from_utf8_lossy(&bytes).contains(MARK) {
        return Ok(());
    }
    let says = format!(
        "`{}` was not made by `ladder`: give the channel a `directory` of its own, such as `{}`",
        work.folder.shown(file),
        work.folder.shown("blog"),
    );
    Err(SendError::Refused { says })
}
