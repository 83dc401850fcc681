//! Outlets that take HTML as a page has it: Matrix, and mails.

use super::{Markup, Written, bare, manner, write};
use crate::render::html;
use crate::render::markdown::events;
use crate::text::late;
use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, Tag, TagEnd};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// Matrix clients nest no deeper than 100 (Client-Server API v1.19,
/// m.room.message); Markdown's own nesting is bounded below.
const RAW_TAGS: usize = 60;

/// Matrix: `formatted_body`, and `body` as plain text.
pub(super) fn matrix(markdown: &str) -> Written {
    let plain = bare(markdown, &manner::PLAIN);
    let mut raw = 0;
    let mut pictures = 0_usize;
    let mut links = Vec::new();
    let mapped = events(markdown).filter_map(|event| match event {
        // Pictures go as events of their own: only `mxc:` is shown there.
        Event::Start(Tag::Image { .. }) => {
            pictures += 1;
            None
        }
        Event::End(TagEnd::Image) => {
            pictures = pictures.saturating_sub(1);
            None
        }
        _ if pictures > 0 => None,
        // What leads nowhere outside of the page is its words.
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let leads = dest_url.contains(':');
            links.push(leads);
            leads.then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        Event::FootnoteReference(label) => Some(Event::Text(format!("[{label}]").into())),
        Event::SoftBreak => Some(Event::Text(" ".into())),
        other => html::within(&mut raw, RAW_TAGS, other),
    });
    let text = html::fragment(mapped, matrix_cleaner()).replace("<p></p>\n", "");
    let text = late::in_html(text.trim_end());
    Written { text, fallback: Some(plain.text), facets: Vec::new(), images: plain.images }
}

/// The body of a mail, and its text part. Pictures are in the HTML.
pub(super) fn mail(markdown: &str) -> Written {
    let text = html::sanitised(markdown);
    Written { text, fallback: Some(write(markdown, Markup::MailText).text), ..Written::default() }
}

/// The tags and attributes that the specification names (Client-Server API
/// v1.19, m.room.message, 2026-07-21), without pictures.
fn matrix_cleaner() -> &'static Builder<'static> {
    static CLEANER: OnceLock<Builder<'static>> = OnceLock::new();
    CLEANER.get_or_init(|| {
        let mut builder = Builder::default();
        builder
            .tags(HashSet::from([
                "del",
                "h1",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "blockquote",
                "p",
                "a",
                "ul",
                "ol",
                "sup",
                "sub",
                "li",
                "b",
                "i",
                "u",
                "strong",
                "em",
                "s",
                "code",
                "hr",
                "br",
                "div",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
                "caption",
                "pre",
                "span",
                "details",
                "summary",
            ]))
            .generic_attributes(HashSet::new())
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href"])),
                ("ol", HashSet::from(["start"])),
                ("code", HashSet::from(["class"])),
            ]))
            .url_schemes(HashSet::from(["https", "http", "ftp", "mailto", "magnet"]))
            .url_relative(UrlRelative::Deny)
            .link_rel(None)
            .attribute_filter(|tag, attribute, value| match (tag, attribute) {
                ("code", "class") if !value.starts_with("language-") => None,
                _ => Some(value.into()),
            });
        builder
    })
}
