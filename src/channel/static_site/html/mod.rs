//! A site that needs no generator: each article a page of its own, with a list
//! of all pages (`index.html`) and an Atom feed (`feed.xml`, RFC 4287).
//!
//! Beside each page lies `ladder.json`, what list and feed say of it: both are
//! made again from these files whenever a page is written, so that they show
//! what is on the disk and the same pages give the same bytes. A list or feed
//! of somebody else's making, or that somebody has worked on, is never touched.
//!
//! The files are written one after the other, and a run may die between any two.
//! So the record names the page that belongs to it and the one that it takes the
//! place of, by their digests: the next run sees which of them stands there, and a
//! delivery counts as sent once page, list and feed all say what they are to say.

mod draw;
mod entry;

use super::{Owner, Work, content};
use crate::channel::SendError;
use crate::channel::seal::{Seal, Sealed, changed};
use crate::plan::Receipt;
use crate::plan::key::hex_digest;
pub use draw::encode;
pub use entry::{SIDECAR, Standing};

use entry::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Two articles of one run must not write the list at the same time: the later
/// one would be missing in what the earlier one read. Between processes the
/// store's sending lock does the same.
static LIST: Mutex<()> = Mutex::new(());

/// What makes a list or a feed ours. Behind it there is a digest; those of before there
/// were digests have none.
const SEAL: Seal = Seal("ladder-static-site");

/// Writes images and page, then the page's entry, then list and feed.
pub fn write(work: &Work) -> Result<Receipt, SendError> {
    let _alone = alone();
    if let Some(says) = foreign(work)? {
        return Err(SendError::Mendable { says });
    }
    let (file, owner) = owner(work)?;
    let there = work.folder.read(&file)?;
    // Before anything is written: a list that cannot be made stops the page too.
    can_list(work)?;
    let done = work.may_write(&file, owner.as_ref(), there.is_some())?;
    if !stands(work, &file, there.as_deref(), done)? {
        content::lay_images(work, there.is_some())?;
        // The record first: should the power fail between the two, the page is missing, or
        // known as the earlier one, and is written; the other way round it would look foreign.
        if !done {
            record(work, there.as_deref())?;
        }
        work.folder.keep(&file, page(work)?.as_bytes())?;
    }
    list_anew(work)?;
    Ok(work.receipt(&file))
}

/// Whether the page needs no writing. `done`: the record is this delivery's. What somebody
/// has changed is not written over.
fn stands(work: &Work, file: &str, there: Option<&[u8]>, done: bool) -> Result<bool, SendError> {
    let (Some(bytes), Some(known)) = (there, known(work)?) else { return Ok(false) };
    match known.standing(bytes) {
        Some(Standing::Itself) => Ok(done),
        Some(Standing::Earlier) => Ok(false),
        // Nothing of ours was there before: it was written, and changed then.
        Some(Standing::Changed) if done && known.replaces.is_none() => Ok(true),
        Some(Standing::Changed) => Err(SendError::Mendable { says: changed(&work.folder.shown(file)) }),
        None => Ok(done && (work.generation == 0 || bytes == page(work)?.as_bytes())),
    }
}

/// Until it is dropped, nobody else in this process writes list and feed.
pub fn alone() -> MutexGuard<'static, ()> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The page's bytes.
pub fn page(work: &Work) -> Result<String, SendError> {
    draw::page(work, &Entry::of(work))
}

/// Writes the page's entry beside it; `replaced` is the page that is there until then.
pub fn record(work: &Work, replaced: Option<&[u8]>) -> Result<(), SendError> {
    let page = hex_digest(page(work)?.as_bytes());
    let entry = Entry { page: Some(page), replaces: replaced.map(hex_digest), ..Entry::of(work) };
    work.folder.keep(&format!("{}/{SIDECAR}", work.article.slug), entry.to_json().as_bytes())
}

/// Which page `bytes` are, by this delivery's own record.
pub fn standing(work: &Work, bytes: &[u8]) -> Result<Option<Standing>, SendError> {
    let own = known(work)?.filter(|known| known.key == work.key);
    Ok(own.and_then(|own| own.standing(bytes)))
}

/// The digest of this delivery's page, as its record has it.
pub fn digest(work: &Work) -> Option<String> {
    known(work).ok()?.filter(|known| known.key == work.key)?.page
}

/// The record beside the page.
fn known(work: &Work) -> Result<Option<Entry>, SendError> {
    entry::of_page(work, &work.article.slug)
}

/// List and feed as the pages that are there make them.
fn lists(work: &Work) -> Result<[(&'static str, String); 2], SendError> {
    let entries = entry::all(work)?;
    let [list, feed] = LISTS;
    Ok([(list, SEAL.sealed(&draw::list(work, &entries)?)), (feed, SEAL.sealed(&draw::feed(work, &entries)?))])
}

/// What shows all pages.
const LISTS: [&str; 2] = ["index.html", "feed.xml"];

/// Whether the records of all pages can be read; the error names the one that cannot.
pub fn can_list(work: &Work) -> Result<(), SendError> {
    entry::all(work).map(|_| ())
}

/// Makes list and feed anew, of the pages that are there. Those of somebody
/// else's making are left alone.
pub fn list_anew(work: &Work) -> Result<(), SendError> {
    for (file, text) in lists(work)? {
        if why_foreign(work, file)?.is_none() {
            work.folder.keep(file, text.as_bytes())?;
        }
    }
    Ok(())
}

/// The page, and whose it is if it is ours.
pub fn owner(work: &Work) -> Result<(String, Option<Owner>), SendError> {
    let owner = known(work)?.map(Owner::from);
    Ok((format!("{}/index.html", work.article.slug), owner))
}

/// Whose the page of that slug is, as its record has it; none of one that cannot be read.
pub fn owner_of(work: &Work, slug: &str) -> Option<Owner> {
    entry::of_page(work, slug).ok()?.map(Owner::from)
}

impl From<Entry> for Owner {
    fn from(entry: Entry) -> Owner {
        Owner { key: entry.key, id: entry.id }
    }
}

/// Whether all that [`write`] writes is there, for this delivery, and says what it is
/// to say: a run that died between two files left the older words in the later ones.
pub fn is_whole(work: &Work) -> Result<bool, SendError> {
    let _alone = alone();
    let (file, _) = owner(work)?;
    let there = work.folder.read(&file)?;
    // What is in the way (a page that was changed by hand, a record that cannot be read) is
    // told when it is to be written.
    if !stands(work, &file, there.as_deref(), true).unwrap_or(false) {
        return Ok(false);
    }
    let Ok(lists) = lists(work) else { return Ok(false) };
    for (file, text) in lists {
        if work.folder.read(file)?.as_deref() != Some(text.as_bytes()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The first of list and feed that is somebody else's, or was worked on, and what to do
/// about it.
pub fn foreign(work: &Work) -> Result<Option<String>, SendError> {
    for file in LISTS {
        if let Some(says) = why_foreign(work, file)? {
            return Ok(Some(says));
        }
    }
    Ok(None)
}

fn why_foreign(work: &Work, file: &str) -> Result<Option<String>, SendError> {
    let Some(bytes) = work.folder.read(file)? else { return Ok(None) };
    let (text, shown) = (String::from_utf8_lossy(&bytes), work.folder.shown(file));
    Ok(match SEAL.look(&text) {
        Sealed::Ours => None,
        Sealed::Changed => Some(changed(&shown)),
        Sealed::Not if text.contains(SEAL.0) => None,
        Sealed::Not => Some(format!(
            "`{shown}` was not made by `ladder`: give the channel a `directory` of its own, such as `{}`, \
             or move that file away",
            work.folder.shown("blog"),
        )),
    })
}
