//! Other files that a generator would make the same page of. None of them is
//! written over by `SLUG/index.md`, and yet one of the two pages would be lost.
//!
//! Facts, read in 2026: gohugo.io/content-management/formats and page-bundles,
//! getzola.org/documentation/content/page, jekyllrb.com/docs/posts,
//! 11ty.dev/docs/languages. Which of them were built: `tests/peers/sites.rs`.

use super::content::read_owner;
use super::{Owner, Preset, Work, html};
use crate::channel::SendError;
use jiff::civil::Date;

/// The first file in the way of the page `file`, as people see it.
pub fn of(work: &Work, file: &str) -> Result<Option<String>, SendError> {
    let slug = &work.article.slug;
    let (top, within) = match work.site.preset {
        Preset::Html => return Ok(None),
        Preset::Jekyll => (posts(work)?.collect(), Vec::new()),
        Preset::Hugo | Preset::Zola | Preset::Eleventy => {
            let is = |name: &str, page: &str| is_page(work.site.preset, name, page);
            let beside = work.folder.names()?.into_iter().filter(|name| is(name, slug));
            let within = work.folder.join(slug)?.names()?.into_iter();
            let within = within.filter(|name| is(name, "index") || is(name, "_index"));
            (beside.collect::<Vec<_>>(), within.map(|name| format!("{slug}/{name}")).collect())
        }
    };
    let other = top.into_iter().chain(within).find(|name| name != file);
    Ok(other.map(|name| work.folder.shown(&name)))
}

/// Of Jekyll: the post that this article became on another day. The name of a
/// post holds a day, and an article that is published again keeps its file.
pub fn own_post(work: &Work) -> Result<Option<(String, Owner)>, SendError> {
    for name in posts(work)? {
        let owner = work.folder.read(&name)?.and_then(|bytes| read_owner(&String::from_utf8_lossy(&bytes)));
        let ours = |owner: &Owner| owner.key == work.key || (owner.id == work.id && work.generation > 0);
        if let Some(owner) = owner.filter(ours) {
            return Ok(Some((name, owner)));
        }
    }
    Ok(None)
}

/// Jekyll's posts of that slug whose address would be that of this one: where it
/// holds no day, those of all days.
fn posts(work: &Work) -> Result<impl Iterator<Item = String>, SendError> {
    let article = &work.article;
    let address = work.site.permalink.as_ref().or(work.site.address.as_ref());
    let same_address = move |day: Date| match (address, day.to_zoned(work.site.zone.clone())) {
        (Some(address), Ok(day)) => address.of(article, &day) == address.of(article, &work.date),
        // Jekyll's own addresses hold the day.
        _ => day == work.date.date(),
    };
    let all = posts_of_all_days(work)?;
    Ok(all.filter(move |(_, day)| same_address(*day)).map(|(name, _)| name))
}

/// Jekyll's posts of that slug, each with its day.
fn posts_of_all_days(work: &Work) -> Result<impl Iterator<Item = (String, Date)>, SendError> {
    let slug = &work.article.slug;
    let dated = move |name: String| {
        let (day, rest) = name.split_at_checked("2026-01-02".len())?;
        let (day, rest) = (day.parse::<Date>().ok()?, rest.strip_prefix('-')?);
        is_page(Preset::Jekyll, rest, slug).then_some((name, day))
    };
    Ok(work.folder.names()?.into_iter().filter_map(dated))
}

/// Whether another page than `file` shows the images that lie there: of Jekyll those of a
/// slug lie in one folder, whatever the day.
pub fn shares_images(work: &Work, file: &str) -> Result<bool, SendError> {
    Ok(match work.site.preset {
        Preset::Jekyll => posts_of_all_days(work)?.any(|(name, _)| name != file),
        Preset::Html => false,
        // A translation of the page (`index.de.md`) stands in its folder.
        Preset::Hugo | Preset::Zola | Preset::Eleventy => {
            let slug = &work.article.slug;
            let is_page = |name: &String| {
                let ending = name.trim_start_matches('_').strip_prefix("index.");
                let ending = ending.map(|rest| rest.rsplit('.').next().unwrap_or(rest));
                ending.is_some_and(|ending| work.site.preset.page_endings().contains(&ending))
            };
            let mut pages = work.folder.join(slug)?.names()?.into_iter().filter(is_page);
            pages.any(|name| format!("{slug}/{name}") != file)
        }
    })
}

/// The page of this delivery in another place than its own, as people see it: somebody has
/// moved it. What cannot be read is none.
pub fn moved(work: &Work) -> Result<Option<String>, SendError> {
    let endings = work.site.preset.page_endings();
    let is_page = |name: &str| endings.contains(&name.rsplit('.').next().unwrap_or(name));
    for name in work.folder.names()? {
        let below = work.folder.join(&name).and_then(|inner| inner.names()).unwrap_or_default();
        let below = below.into_iter().map(|inner| format!("{name}/{inner}"));
        for file in below.chain([name.clone()]) {
            let owner = match work.site.preset {
                Preset::Html => file.strip_suffix("/index.html").and_then(|page| html::owner_of(work, page)),
                _ if is_page(&file) => read_page(work, &file),
                _ => None,
            };
            if owner.is_some_and(|owner| owner.key == work.key) {
                return Ok(Some(work.folder.shown(&file)));
            }
        }
    }
    Ok(None)
}

fn read_page(work: &Work, file: &str) -> Option<Owner> {
    read_owner(&String::from_utf8_lossy(&work.folder.read(file).ok()??))
}

/// Whether `name` is `page` with an ending of which the generator makes a page.
fn is_page(preset: Preset, name: &str, page: &str) -> bool {
    let name = name.to_lowercase();
    let ending = name.strip_prefix(&page.to_lowercase()).and_then(|rest| rest.strip_prefix('.'));
    ending.is_some_and(|ending| preset.page_endings().contains(&ending))
}
