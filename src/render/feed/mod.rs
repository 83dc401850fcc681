//! A feed as text: Atom (RFC 4287), RSS 2.0, JSON Feed 1.1.
//!
//! Promise: the same feed gives the same bytes, for nothing in them is of the
//! moment; XML is well-formed whatever stands in a title; every date is one.
//!
//! Pure. Whose the items are, and where they are kept, is the adapters' concern.

mod atom;
mod json;
mod rss;
#[cfg(test)]
mod tests;

use crate::diagnostic::visible::is_hostile;
use crate::text::direction;
use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;

/// A time to the second (RFC 3339): readers' programs have no use for more.
fn moment(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// An item's words. Readers' programs show them in a page of their own, which goes from
/// the left: what does not says so.
fn shown_html(item: &Item) -> Cow<'_, str> {
    let html = legal(&item.html);
    match direction(&item.language) {
        "rtl" => Cow::Owned(format!("<div dir=\"rtl\">{html}</div>")),
        _ => html,
    }
}

/// A list of articles, as readers' programs fetch it.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Its name for ever, an IRI (RFC 4287, 4.2.6). Only Atom has one.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is about; RSS wants some.
    pub description: String,
    /// Its own address; without one it does not say where it is.
    pub address: Option<String>,
    /// The page that it is the feed of.
    pub home: Option<String>,
    /// Who writes.
    pub author: String,
    /// BCP 47 tag.
    pub language: String,
    /// Who tells readers that it has changed (WebSub).
    pub hubs: Vec<String>,
    /// What made it.
    pub generator: String,
    /// The newest first.
    pub items: Vec<Item>,
}

/// One article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its name for ever: programs know by it what their readers have read.
    pub id: String,
    /// Its page, if it has one.
    pub address: Option<String>,
    /// The headline, as plain text.
    pub title: String,
    /// A sentence or two, as plain text.
    pub summary: String,
    /// All of it, sanitised, every address whole.
    pub html: String,
    /// Without `#`.
    pub tags: Vec<String>,
    /// BCP 47 tag.
    pub language: String,
    /// When it came out.
    pub published: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
    /// The picture that stands for it.
    pub cover: Option<Cover>,
}

/// A picture at an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// Where it is.
    pub address: String,
    /// Its media type.
    pub mime: String,
    /// Its length: RSS wants to know (`enclosure`).
    pub bytes: u64,
}

/// What a feed is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4287.
    Atom,
    /// RSS 2.0, with `content:encoded` for all of an article.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All, in the order in which pages name them.
    pub const ALL: [Format; 3] = [Format::Atom, Format::Rss, Format::Json];
    /// Their names in a table.
    pub const NAMES: &'static [&'static str] = &["atom", "rss", "json"];

    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What it is called in a table.
    pub fn name(self) -> &'static str {
        match self {
            Format::Atom => "atom",
            Format::Rss => "rss",
            Format::Json => "json",
        }
    }

    /// The file's usual name.
    pub fn file(self) -> &'static str {
        match self {
            Format::Atom => "atom.xml",
            Format::Rss => "rss.xml",
            Format::Json => "feed.json",
        }
    }
}

impl Feed {
    /// The file's text. The error is the writer's: memory refuses nothing, so it
    /// says that something here is wrong.
    pub fn text(&self, format: Format) -> io::Result<String> {
        match format {
            Format::Atom => atom::text(self),
            Format::Rss => rss::text(self),
            Format::Json => Ok(json::text(self)),
        }
    }

    /// When anything in it changed last. Of a feed without items nobody can tell,
    /// and Atom wants to know: the beginning of time is at least always the same.
    fn updated(&self) -> Timestamp {
        self.items.iter().map(|item| item.updated).max().unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// `text` without what XML 1.0 forbids (section 2.2) and without characters
/// that steer a display.
fn legal(text: &str) -> Cow<'_, str> {
    let bad = |c: char| is_hostile(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(bad) { Cow::Owned(text.replace(bad, "")) } else { Cow::Borrowed(text) }
}

type Xml = Writer<Vec<u8>>;

/// A document of one element, which `inside` fills.
fn document(
    root: &str,
    attributes: &[(&str, &str)],
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec(), b' ', 2);
    around(&mut xml, root, attributes, inside)?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// An element with others in it.
fn around(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let attributes: Vec<_> = attributes.iter().map(|(key, value)| (*key, legal(value))).collect();
    let attributes = attributes.iter().map(|(key, value)| (*key, value.as_ref()));
    xml.create_element(name).with_attributes(attributes).write_inner_content(inside).map(|_| ())
}

/// An element with a text in it.
fn element(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&legal(text))).map(|_| ())
}

/// An element that has only attributes.
fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    let attributes: Vec<_> = attributes.iter().map(|(key, value)| (*key, legal(value))).collect();
    let attributes = attributes.iter().map(|(key, value)| (*key, value.as_ref()));
    xml.create_element(name).with_attributes(attributes).write_empty().map(|_| ())
}
