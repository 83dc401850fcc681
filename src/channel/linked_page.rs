//! Reads a page that a message links to, for the card of networks that do not
//! look at it themselves.

pub use super::stranger::Reach;
use super::stranger::{Answer, Asker, Bounds, Unasked};
use crate::render::page_card::{Read, read};
use url::Url;

/// Of a page, so many bytes are read: heads of a megabyte have been seen.
const PAGE: usize = 2 * 1024 * 1024;
/// Of an image.
const IMAGE: usize = 8 * 1024 * 1024;
/// Redirects that are followed.
const REDIRECTS: usize = 5;

/// A page as its card shows it, and the bytes of its image.
#[derive(Debug)]
pub struct Fetched {
    /// What it says.
    pub read: Read,
    /// The image's bytes, whatever they are; none if there is none, or why not.
    pub image: Option<Result<Vec<u8>, String>>,
}

/// Reads the page at `address`. The error says why not, as the end of a sentence
/// ("it answered 404").
pub async fn fetch(address: &str, reach: Reach) -> Result<Fetched, String> {
    let url = Url::parse(address).map_err(|_| "it is no web address".to_owned())?;
    let asker = Asker::new(reach, "link card")?;
    let page = get(&asker, &url, PAGE).await?;
    if !page.is_page() {
        let kind = crate::diagnostic::visible::visible(&page.kind()).into_owned();
        return Err(if kind.is_empty() {
            "it does not say what it is".to_owned()
        } else {
            format!("it is {kind}, and no page")
        });
    }
    let read = read(&page.text(), &page.found_at).ok_or("it says no title")?;
    let image = match &read.image {
        Some(image) => Some(match get(&asker, image, IMAGE).await {
            Ok(image) if image.is_cut => Err(format!("it is larger than {} MB", IMAGE / (1024 * 1024))),
            Ok(image) => Ok(image.bytes),
            Err(why) => Err(why),
        }),
        None => None,
    };
    Ok(Fetched { read, image })
}

async fn get(asker: &Asker, url: &Url, longest: usize) -> Result<Answer, String> {
    let bounds = Bounds { longest, redirects: REDIRECTS };
    let answer = asker.get(url, bounds).await.map_err(Unasked::says)?;
    if answer.is_success() { Ok(answer) } else { Err(format!("it answered {}", answer.status)) }
}

#[cfg(test)]
#[path = "linked_page_tests.rs"]
mod tests;
