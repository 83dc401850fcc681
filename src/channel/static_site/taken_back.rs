//! A page taken down, or written anew in its place: only while it is what was
//! written, and never anything but it.

use super::html::{self, SIDECAR, Standing};
use super::{Preset, Work, content, rival};
use crate::channel::folder::midway;
use crate::channel::{Edited, Removed, SendError};
use crate::plan::Receipt;
use crate::plan::key::hex_digest;
use crate::render::Picture;

/// The page first, so that readers lose it at once and a run that dies midway
/// is finished by the next; then its images, as far as they are what was
/// written; of the plain site its record, and its place in list and feed. `half`: what
/// an edit was to write, and may have written.
pub fn take_down(work: &Work, half: Option<&Work>, receipt: &Receipt) -> Result<Removed, SendError> {
    let _alone = html::alone();
    let (file, owner) = work.owner()?;
    let shown = work.folder.shown(&file);
    if let Some(there) = receipt.detail.as_ref().filter(|there| **there != shown) {
        return Ok(Removed::Stays(format!(
            "it was written to `{there}`, and the channel writes to `{shown}` now: delete it by hand"
        )));
    }
    let there = work.folder.read(&file)?;
    match (&owner, &there) {
        // Of this very rung, and of none of its deliveries: somebody has written that there.
        (Some(owner), Some(_))
            if owner.key != work.key && owner.id == work.id && !work.identity.has_generation(&owner.key) =>
        {
            return Ok(Removed::Stays(changed(&shown)));
        }
        // A newer generation, or another page, has taken its place.
        (Some(owner), _) if owner.key != work.key => return Ok(Removed::Already),
        (None, Some(_)) => {
            let says = format!("`{shown}` does not say any more that `ladder` wrote it: delete it by hand");
            return Ok(Removed::Stays(says));
        }
        (None, None) => {
            if let Some(moved) = rival::moved(work)? {
                return Ok(Removed::Stays(format!(
                    "it was moved to `{moved}`: delete it there by hand, or move it back to `{shown}` and take \
                     it down again"
                )));
            }
        }
        (_, Some(bytes)) if !is_as_written(work, bytes, receipt)? && !is_page_of(half, bytes)? => {
            return Ok(Removed::Stays(changed(&shown)));
        }
        _ => {}
    }
    work.folder.remove(&file)?;
    let edited = half.into_iter().flat_map(Work::pictures);
    remove_images(work, &file, work.pictures().chain(edited))?;
    if work.site.preset == Preset::Html {
        work.folder.remove(&format!("{}/{SIDECAR}", work.article.slug))?;
        html::list_anew(work)?;
    }
    work.folder.remove_if_empty(&work.article.slug)?;
    if work.site.preset == Preset::Html
        && let Some(why) = html::foreign(work)?
    {
        return Ok(Removed::GoneExcept(format!("list or feed may still name it: {why}")));
    }
    Ok(if there.is_some() { Removed::Gone } else { Removed::Already })
}

/// Takes away what a try that was cut before its page has laid out.
pub fn leave_nothing(work: &Work, file: &str) -> Result<(), SendError> {
    remove_images(work, file, work.pictures())
}

/// Writes `work` in the place of what `before` wrote. What lies there already
/// is done.
pub fn edit(work: &Work, before: &Work, receipt: &Receipt) -> Result<Edited, SendError> {
    let _alone = html::alone();
    let (file, owner) = work.owner()?;
    let shown = work.folder.shown(&file);
    let (was, _) = before.owner()?;
    if was != file || before.url != work.url || receipt.detail.as_ref().is_some_and(|there| *there != shown) {
        let there = receipt.detail.clone().unwrap_or_else(|| before.folder.shown(&was));
        return Ok(Edited::Stays(format!(
            "its address would change (`{there}` to `{shown}`), and links to it would break"
        )));
    }
    let Some(bytes) = work.folder.read(&file)? else {
        return Ok(Edited::Stays(format!("`{shown}` is not there any more")));
    };
    if owner.is_none_or(|owner| owner.key != work.key) {
        return Ok(Edited::Stays(format!("`{shown}` is another page by now")));
    }
    let page = work.page()?;
    if bytes != page.as_bytes() && !is_as_written(before, &bytes, receipt)? {
        return Ok(Edited::Stays(changed(&shown)));
    }
    if work.site.preset == Preset::Html {
        // A list that cannot be made, or would be lost, stops the page too.
        if let Some(why) = html::foreign(work)? {
            return Ok(Edited::Stays(why));
        }
        html::can_list(work)?;
    }
    put_in_its_place(work, before, (&file, &page), &bytes).map_err(midway)?;
    Ok(Edited::Done(Receipt { altered: None, ..work.receipt(&file) }))
}

/// Writes all files of `work` over those of `before`, whose page holds `old`.
fn put_in_its_place(
    work: &Work,
    before: &Work,
    (file, page): (&str, &str),
    old: &[u8],
) -> Result<(), SendError> {
    content::lay_images(work, true)?;
    if work.site.preset == Preset::Html {
        html::record(work, Some(old))?;
    }
    work.folder.keep(file, page.as_bytes())?;
    let dropped = |picture: &&Picture| work.pictures().all(|kept| kept.name != picture.name);
    remove_images(work, file, before.pictures().filter(dropped))?;
    if work.site.preset == Preset::Html {
        html::list_anew(work)?;
    }
    Ok(())
}

/// Whether those are the bytes that an edit was to write.
fn is_page_of(half: Option<&Work>, bytes: &[u8]) -> Result<bool, SendError> {
    Ok(match half {
        Some(half) => half.page()?.as_bytes() == bytes,
        None => false,
    })
}

fn changed(shown: &str) -> String {
    format!("`{shown}` was changed since it was written, and is left as it is: do it by hand")
}

/// Whether those are the bytes that were written: by the digest in the receipt;
/// one of before there were digests is compared with what would be written now.
fn is_as_written(work: &Work, bytes: &[u8], receipt: &Receipt) -> Result<bool, SendError> {
    Ok(match &receipt.sha256 {
        Some(digest) if hex_digest(bytes) == *digest => true,
        // Where the writing stopped before or after the page, its record knows it.
        Some(_) if work.site.preset == Preset::Html => {
            matches!(html::standing(work, bytes)?, Some(Standing::Itself | Standing::Earlier))
        }
        Some(_) => false,
        None => bytes == work.page()?.as_bytes(),
    })
}

/// Those of the page `file`, unless another one shows them as well.
fn remove_images<'a>(
    work: &Work,
    file: &str,
    pictures: impl Iterator<Item = &'a Picture>,
) -> Result<(), SendError> {
    if rival::shares_images(work, file)? {
        return Ok(());
    }
    let (folder, prefix) = content::images(work)?;
    for picture in pictures {
        folder.remove_own(&format!("{prefix}{}", picture.name), &picture.sha256)?;
    }
    folder.remove_if_empty(prefix.trim_end_matches('/'))
}
