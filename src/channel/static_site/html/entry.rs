//! What list and feed say of one page.

use super::super::{Work, check_slug};
use super::SEAL;
use super::draw::encode;
use crate::channel::SendError;
use crate::plan::key::hex_digest;
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
    /// The digest of the page that belongs to it. Records of before there were digests
    /// have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The digest of the page that this one takes the place of: until the writing is
    /// through, that one still stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// What stands where a page should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The page that its record is of.
    Itself,
    /// The page whose place it is to take.
    Earlier,
    /// Something else: somebody changed it.
    Changed,
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
            page: None,
            replaces: None,
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

    /// Which page `bytes` are. A record of before there were digests cannot tell a page
    /// that was changed from an earlier one: none.
    pub fn standing(&self, bytes: &[u8]) -> Option<Standing> {
        let (page, digest) = (self.page.as_ref()?, hex_digest(bytes));
        Some(if *page == digest {
            Standing::Itself
        } else if self.replaces == Some(digest) {
            Standing::Earlier
        } else {
            Standing::Changed
        })
    }
}

/// The record in the folder of that page, if there is one. One that cannot be read is an
/// error: a list made without it would take a page from its readers.
pub fn of_page(work: &Work, slug: &str) -> Result<Option<Entry>, SendError> {
    let file = format!("{slug}/{SIDECAR}");
    let Some(bytes) = work.folder.read(&file)? else { return Ok(None) };
    let Some(entry) = Entry::read(&bytes) else {
        let why = format!("`{}` is not what `ladder` wrote", work.folder.shown(&file));
        return Err(held(work, slug, &why));
    };
    Ok(Some(entry))
}

/// What a page of ours says of its maker.
fn generator() -> String {
    format!("<meta name=\"generator\" content=\"{}\">", SEAL.0)
}

fn held(work: &Work, slug: &str, why: &str) -> SendError {
    let says = format!(
        "{why}; list and feed are made of it: put it back as it was, make it readable, or move the \
         folder `{}` away",
        work.folder.shown(slug)
    );
    SendError::Mendable { says }
}

/// The entries of all pages that are there, the newest first.
pub fn all(work: &Work) -> Result<Vec<Entry>, SendError> {
    let mut entries = Vec::new();
    // What is no slug is no page of ours.
    for name in work.folder.names()?.into_iter().filter(|name| check_slug(name).is_ok()) {
        let file = format!("{name}/index.html");
        let page = work.folder.read(&file).map_err(|error| held(work, &name, &error.to_string()))?;
        let Some(page) = page else { continue };
        let entry = of_page(work, &name).map_err(|error| match error {
            SendError::Mendable { .. } => error,
            other => held(work, &name, &other.to_string()),
        })?;
        if entry.is_none() && memchr::memmem::find(&page, generator().as_bytes()).is_some() {
            let record = work.folder.shown(&format!("{name}/{SIDECAR}"));
            let why = format!("`{record}` is missing, which says what `{}` is", work.folder.shown(&file));
            return Err(held(work, &name, &why));
        }
        // One of another name is a copy.
        entries.extend(entry.filter(|entry| entry.slug == name));
    }
    entries.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.slug.cmp(&b.slug)));
    Ok(entries)
}
