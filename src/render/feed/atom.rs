//! Atom (RFC 4287).

use super::{Feed, Item, Xml, around, document, element, empty, moment, shown_html};
use quick_xml::events::BytesText;
use std::io;

pub(super) fn text(feed: &Feed) -> io::Result<String> {
    let space = [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", feed.language.as_str())];
    document("feed", &space, |xml| {
        element(xml, "id", &feed.id)?;
        element(xml, "title", &feed.title)?;
        if !feed.description.is_empty() && feed.description != feed.title {
            element(xml, "subtitle", &feed.description)?;
        }
        element(xml, "updated", &moment(feed.updated()))?;
        // An entry without an author has the feed's (4.1.1).
        around(xml, "author", &[], |xml| element(xml, "name", &feed.author))?;
        element(xml, "generator", &feed.generator)?;
        if let Some(address) = &feed.address {
            empty(xml, "link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", address)])?;
        }
        if let Some(home) = &feed.home {
            empty(xml, "link", &[("rel", "alternate"), ("type", "text/html"), ("href", home)])?;
        }
        for hub in &feed.hubs {
            empty(xml, "link", &[("rel", "hub"), ("href", hub)])?;
        }
        feed.items.iter().try_for_each(|item| entry(xml, item))
    })
}

fn entry(xml: &mut Xml, item: &Item) -> io::Result<()> {
    around(xml, "entry", &[("xml:lang", &item.language)], |xml| {
        element(xml, "id", &item.id)?;
        element(xml, "title", &item.title)?;
        element(xml, "published", &moment(item.published))?;
        element(xml, "updated", &moment(item.updated))?;
        if let Some(address) = &item.address {
            empty(xml, "link", &[("rel", "alternate"), ("type", "text/html"), ("href", address)])?;
        }
        if let Some(cover) = &item.cover {
            let length = cover.bytes.to_string();
            let link = [
                ("rel", "enclosure"),
                ("type", cover.mime.as_str()),
                ("length", length.as_str()),
                ("href", cover.address.as_str()),
            ];
            empty(xml, "link", &link)?;
        }
        for tag in &item.tags {
            empty(xml, "category", &[("term", tag)])?;
        }
        if !item.summary.is_empty() {
            element(xml, "summary", &item.summary)?;
        }
        let content = xml.create_element("content").with_attribute(("type", "html"));
        content.write_text_content(BytesText::new(&shown_html(item))).map(|_| ())
    })
}
