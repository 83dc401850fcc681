//! An item taken out, or given other words: only while it is what was written.

use super::item::{self, SIDECAR};
use super::{Work, files};
use crate::channel::folder::{midway, picture_bytes};
use crate::channel::{Edited, Removed, SendError};
use crate::plan::Receipt;
use crate::plan::key::hex_digest;
use crate::render::Picture;
use crate::render::feed::Item;

/// The item first, then the files without it, then its images: readers' programs
/// fetch the files, and a run that dies midway is finished by the next. `half`: what an
/// edit was to write, and may have written.
pub fn take_down(work: &Work, half: Option<&Work>, receipt: &Receipt) -> Result<Removed, SendError> {
    let _alone = files::alone();
    let file = work.sidecar();
    let shown = work.folder.shown(&file);
    if let Some(there) = receipt.detail.as_ref().filter(|there| **there != shown) {
        return Ok(Removed::Stays(format!(
            "it was written to `{there}`, and the channel writes to `{shown}` now: take it out by hand"
        )));
    }
    let there = work.folder.read(&file)?;
    if let Some(bytes) = &there {
        // Another generation is in its place: a newer one that came later, or an older
        // one, where this one was not kept. What the files say of it goes.
        if let Some(stored) = item::Stored::read(bytes).filter(|stored| stored.key != work.key) {
            if stored.of != work.id || stored.generation == work.generation {
                return Ok(Removed::Stays(changed(&shown)));
            }
            if let Some(why) = files::foreign(work)? {
                return Ok(Removed::Stays(why));
            }
            files::anew(work, None)?;
            return Ok(Removed::Already);
        }
        let is_half = || half.is_some_and(|half| item_of(half, bytes).is_some());
        if !is_as_written(bytes, receipt) && !is_half() {
            return Ok(Removed::Stays(changed(&shown)));
        }
    }
    if let Some(why) = files::foreign(work)? {
        return Ok(Removed::Stays(why));
    }
    // The files are made of whatever folder holds it, so it would stay in them.
    let id = receipt.id.clone().unwrap_or_else(|| work.item(None).item.id);
    if let Some(elsewhere) = item::elsewhere(work, &id)? {
        return Ok(Removed::Stays(format!(
            "its folder was renamed to `{elsewhere}`, and the feed still shows it: delete that folder, or \
             rename it to `{}`, and take it down again",
            work.folder.shown(&work.place)
        )));
    }
    work.folder.remove(&file)?;
    // Half written, it stands in a file and is not kept.
    let was_there = there.is_some() || !files::are_whole(work)?;
    files::anew(work, None)?;
    let edited = half.into_iter().flat_map(Work::pictures);
    remove_images(work, work.pictures().chain(edited))?;
    work.folder.remove_if_empty(&work.place)?;
    Ok(if was_there { Removed::Gone } else { Removed::Already })
}

/// Takes away what a try that was cut before its item has laid out.
pub fn leave_nothing(work: &Work) -> Result<(), SendError> {
    remove_images(work, work.pictures())?;
    work.folder.remove_if_empty(&work.place)
}

/// Writes `work` in the place of what `before` wrote. What lies there already is done.
pub fn edit(work: &Work, before: &Work, receipt: &Receipt) -> Result<Edited, SendError> {
    let _alone = files::alone();
    let file = work.sidecar();
    let shown = work.folder.shown(&file);
    let Some(bytes) = work.folder.read(&file)? else {
        return Ok(Edited::Stays(format!("`{shown}` is not there any more")));
    };
    let known = item::Stored::read(&bytes).filter(|known| known.key == work.key);
    if !is_as_written(&bytes, receipt) && known.is_none() {
        return Ok(Edited::Stays(changed(&shown)));
    }
    let Some(known) = known else {
        return Ok(Edited::Stays(format!("`{shown}` is another item by now")));
    };
    // Done before, and its receipt was lost: the moment is that of the first time.
    let done = item_of(work, &bytes);
    if done.is_none() && !is_as_written(&bytes, receipt) {
        return Ok(Edited::Stays(changed(&shown)));
    }
    let stored = done.unwrap_or_else(|| anew(work, &known));
    if let Some(why) = files::foreign(work)? {
        return Ok(Edited::Stays(why));
    }
    let written = put_in_its_place(work, before, &stored).and_then(|()| work.receipt());
    Ok(Edited::Done(written.map_err(midway)?))
}

/// Writes all files of `work`, whose item is `stored`, over those of `before`.
fn put_in_its_place(work: &Work, before: &Work, stored: &item::Stored) -> Result<(), SendError> {
    for picture in work.pictures() {
        let bytes = picture_bytes(&work.media, picture)?;
        work.folder.keep(&format!("{}/{}", work.place, picture.name), &bytes)?;
    }
    work.folder.keep(&work.sidecar(), stored.to_json().as_bytes())?;
    files::anew(work, None)?;
    let dropped = |picture: &&Picture| work.pictures().all(|kept| kept.name != picture.name);
    remove_images(work, before.pictures().filter(dropped))
}

/// The item of `work` in the place of `known`: the first time it came out stays, whatever
/// the plan says by now.
fn anew(work: &Work, known: &item::Stored) -> item::Stored {
    item::Stored { generation: known.generation, ..work.item(Some(known)) }
}

/// What those bytes hold, if that is the item of `work`, whenever it was written.
fn item_of(work: &Work, bytes: &[u8]) -> Option<item::Stored> {
    let known = item::Stored::read(bytes).filter(|known| known.key == work.key)?;
    let new = anew(work, &known);
    let same =
        item::Stored { item: Item { updated: new.item.updated, ..known.item.clone() }, ..known.clone() };
    (same == new && known.to_json().as_bytes() == bytes).then_some(known)
}

fn changed(shown: &str) -> String {
    format!("`{shown}` was changed since it was written, and is left as it is: do it by hand")
}

/// Whether those are the bytes that were written, by the digest in the receipt.
fn is_as_written(bytes: &[u8], receipt: &Receipt) -> bool {
    receipt.sha256.as_deref() == Some(hex_digest(bytes).as_str())
}

fn remove_images<'a>(work: &Work, pictures: impl Iterator<Item = &'a Picture>) -> Result<(), SendError> {
    for picture in pictures.filter(|picture| picture.name != SIDECAR) {
        work.folder.remove_own(&format!("{}/{}", work.place, picture.name), &picture.sha256)?;
    }
    Ok(())
}
