//! The files that readers' programs fetch, made of the items that are there.

use super::Work;
use super::item::{self, Stored};
use crate::channel::SendError;
use crate::channel::seal::{Seal, Sealed, changed};
use crate::render::feed::{Feed, Format};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Two items of one run must not write the files at the same time: the later one
/// would be missing in what the earlier one read.
static FILES: Mutex<()> = Mutex::new(());

/// What a file of ours says of itself.
const SEAL: Seal = Seal("ladder-feed");

/// Another process may have written an item while the files were made, and made them
/// without this one: they are made again until they hold what is there. Never more
/// often than this; who comes last sees all.
const MOST_LOOKS: u32 = 100;

/// Until it is dropped, nobody else in this process writes the files.
pub fn alone() -> MutexGuard<'static, ()> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files as the items that are there make them, with `coming` among them.
fn made(work: &Work, coming: Option<&Stored>) -> Result<Vec<(Format, String)>, SendError> {
    let mut items: Vec<_> = item::all(&work.folder, coming)?.into_iter().map(|stored| stored.item).collect();
    items.truncate(work.options.entries);
    let options = &work.options;
    let address = |file: &str| options.url.join(file).map(String::from).ok();
    let mut feed = Feed {
        id: address(Format::Atom.file()).unwrap_or_default(),
        title: options.title.clone(),
        description: options.description.clone(),
        address: None,
        home: Some(options.home.clone()),
        author: options.author.clone(),
        language: options.language.clone(),
        hubs: options.hubs.clone(),
        generator: SEAL.blank(),
        items,
    };
    let text = |format: &Format| {
        feed.address = address(format.file());
        let text = feed.text(*format).map_err(|error| SendError::Refused {
            says: format!("`{}` could not be made: {error}", format.file()),
        })?;
        Ok((*format, SEAL.sealed(&text)))
    };
    options.formats.iter().map(text).collect()
}

/// Writes the files that are not as they should be, with `coming` in them, which is not
/// kept yet. The first of them before the next is looked at: each is whole, whatever
/// becomes of the others.
pub fn anew(work: &Work, coming: Option<&Stored>) -> Result<(), SendError> {
    let mut files = made(work, coming)?;
    for _ in 0..MOST_LOOKS {
        for (format, text) in &files {
            work.folder.keep(format.file(), text.as_bytes())?;
        }
        let now = made(work, coming)?;
        if now == files {
            return Ok(());
        }
        files = now;
    }
    Err(SendError::NotYet { says: "the feed's items change all the time".to_owned(), wait: None })
}

/// Whether the files hold what is there.
pub fn are_whole(work: &Work) -> Result<bool, SendError> {
    for (format, text) in made(work, None)? {
        if work.folder.read(format.file())?.as_deref() != Some(text.as_bytes()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether one of the files says anything of the item of that id.
pub fn say(work: &Work, id: &str) -> Result<bool, SendError> {
    for format in &work.options.formats {
        let bytes = work.folder.read(format.file())?.unwrap_or_default();
        // The whole of it, and not the beginning of a longer one.
        let is_whole = |at: usize| matches!(bytes.get(at + id.len()), Some(b'<' | b'"'));
        if memchr::memmem::find_iter(&bytes, id.as_bytes()).any(is_whole) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses to go on where a file is somebody else's, or was worked on: it would be lost.
pub fn refuse_foreign(work: &Work) -> Result<(), SendError> {
    match foreign(work)? {
        Some(says) => Err(SendError::Mendable { says }),
        None => Ok(()),
    }
}

/// The first file that is somebody else's, and what to do about it.
pub fn foreign(work: &Work) -> Result<Option<String>, SendError> {
    for format in &work.options.formats {
        let Some(bytes) = work.folder.read(format.file())? else { continue };
        let (text, shown) = (String::from_utf8_lossy(&bytes), work.folder.shown(format.file()));
        match SEAL.look(&text) {
            Sealed::Ours => {}
            Sealed::Changed => return Ok(Some(changed(&shown))),
            Sealed::Not => {
                return Ok(Some(format!(
                    "`{shown}` was not made by `ladder`: give the channel a `directory` of its own, or move \
                     that file away"
                )));
            }
        }
    }
    Ok(None)
}
