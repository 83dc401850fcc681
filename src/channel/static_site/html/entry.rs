//! What list and feed say of one page.

use super::super::Work;
use super::draw::encode;
use crate::channel::SendError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The file beside each page.
pub const SIDECAR: &str = "ladder.json";

/// More pages than these are on the list, but no longer in the feed: readers
/// keep what they have seen (10 to 50 are usual).
pub const IN_FEED: usize = 30;

/// One page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The delivery.
    pub key: String,
    /// Message and rung.
    pub id: String,
    /// The name of its entry in the feed, for ever: a `tag:` URI (RFC 4151).
    pub tag: String,
    /// The last part of its address.
    pub slug: String,
    /// Its address, if the channel knows one.
    pub url: Option<String>,
    /// The headline.
    pub title: String,
    /// A sentence or two.
    pub excerpt: String,
    /// BCP 47 tag.
    pub language: String,
    /// Without `#`.
    pub tags: Vec<String>,
    /// The cover's file name, and its words.
    pub cover: Option<(String, String)>,
    /// The date that readers see.
    pub published: Timestamp,
    /// When these bytes were made.
    pub updated: Timestamp,
    /// The body.
    pub html: String,
}

impl Entry {
    /// The entry of the article at hand.
    pub fn of(work: &Work) -> Entry {
        let article = &work.article;
        let host = work.url.as_deref().and_then(|url| url::Url::parse(url).ok());
        let host = host.as_ref().and_then(|url| url.host_str()).unwrap_or("ladder.invalid").to_owned();
        Entry {
            key: work.key.clone(),
            id: work.id.clone(),
            // The year belongs to the name: the host must have been ours in it.
            tag: format!(
                "tag:{host},{}:{}",
                work.date.year(),
                work.id.split('/').map(encode).collect::<Vec<_>>().join("/")
            ),
            slug: article.slug.clone(),
            url: work.url.clone(),
            title: article.title.clone(),
            excerpt: article.excerpt.clone(),
            language: article.language.clone(),
            tags: article.tags.clone(),
            cover: article.cover.as_ref().map(|cover| (cover.name.clone(), cover.alt.clone())),
            published: work.date.timestamp(),
            updated: work.tried.timestamp(),
            html: article.html.clone(),
        }
    }

    /// As the sidecar holds it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// From a sidecar; none if it is not ours.
    pub fn read(bytes: &[u8]) -> Option<Entry> {
        serde_json::from_slice(bytes).ok()
    }
}

/// The entries of all pages that are there, the newest first.
pub fn all(work: &Work) -> Result<Vec<Entry>, SendError> {
    let mut entries = Vec::new();
    for name in work.folder.names()? {
        // A sidecar that cannot be read, or whose page is gone, is no entry:
        // one broken page must not stop the next one.
        let Ok(Some(bytes)) = work.folder.read(&format!("{name}/{SIDECAR}")) else { continue };
        let Some(entry) = Entry::read(&bytes).filter(|entry| entry.slug == name) else { continue };
        if matches!(work.folder.read(&format!("{name}/index.html")), Ok(Some(_))) {
            entries.push(entry);
        }
    }
    entries.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.slug.cmp(&b.slug)));
    Ok(entries)
}
