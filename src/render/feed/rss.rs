//! RSS 2.0 (rssboard.org/rss-specification), with the modules that readers know:
//! `content:encoded` for all of an article, `dc:creator` for an author who has no
//! mail address, `atom:link` for the feed's own address and for hubs.

use super::{Feed, Item, Xml, around, document, element, empty, legal, shown_html};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use quick_xml::events::{BytesCData, BytesText, Event};
use std::io;

const SPACES: [(&str, &str); 4] = [
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
];

pub(super) fn text(feed: &Feed) -> io::Result<String> {
    document("rss", &SPACES, |xml| {
        around(xml, "channel", &[], |xml| {
            // These three are required, empty or not.
            element(xml, "title", &feed.title)?;
            let home = feed.home.as_ref().or(feed.address.as_ref());
            element(xml, "link", home.map_or("", String::as_str))?;
            let about = if feed.description.is_empty() { &feed.title } else { &feed.description };
            element(xml, "description", about)?;
            element(xml, "language", &feed.language)?;
            if !feed.items.is_empty() {
                element(xml, "lastBuildDate", &date(feed.updated()))?;
            }
            element(xml, "generator", &feed.generator)?;
            if let Some(address) = &feed.address {
                let link = [("rel", "self"), ("type", "application/rss+xml"), ("href", address.as_str())];
                empty(xml, "atom:link", &link)?;
            }
            for hub in &feed.hubs {
                empty(xml, "atom:link", &[("rel", "hub"), ("href", hub)])?;
            }
            feed.items.iter().try_for_each(|item| one(xml, item, &feed.author))
        })
    })
}

fn one(xml: &mut Xml, item: &Item, author: &str) -> io::Result<()> {
    around(xml, "item", &[], |xml| {
        element(xml, "title", &item.title)?;
        if let Some(address) = &item.address {
            element(xml, "link", address)?;
        }
        // It is no address, and without this word it would be taken for one.
        let guid = xml.create_element("guid").with_attribute(("isPermaLink", "false"));
        guid.write_text_content(BytesText::new(&legal(&item.id)))?;
        element(xml, "pubDate", &date(item.published))?;
        element(xml, "dc:creator", author)?;
        for tag in &item.tags {
            element(xml, "category", tag)?;
        }
        // In this order: some readers show whichever comes last.
        if !item.summary.is_empty() {
            element(xml, "description", &item.summary)?;
        }
        let html = shown_html(item);
        xml.create_element("content:encoded").write_inner_content(|xml| {
            BytesCData::escaped(&html).try_for_each(|piece| xml.write_event(Event::CData(piece)))
        })?;
        if let Some(cover) = &item.cover {
            let length = cover.bytes.to_string();
            let enclosure =
                [("url", cover.address.as_str()), ("length", length.as_str()), ("type", cover.mime.as_str())];
            empty(xml, "enclosure", &enclosure)?;
        }
        Ok(())
    })
}

/// `Tue, 01 Dec 2026 08:00:00 +0000` (RFC 822 as RSS has it: a year of four digits).
fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
