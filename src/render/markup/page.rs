//! Outlets that take HTML as a page has it: Matrix, and mails.

use super::gfm::events;
use super::{Markup, Written, bare, manner, write};
use crate::render::html;
use crate::text::{escape, late};
use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
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
    // Where each link leads, and whether it has words yet.
    let mut links: Vec<(Option<CowStr<'_>>, bool)> = Vec::new();
    let mapped = events(markdown).flat_map(|event| match event {
        // Pictures go as events of their own: only `mxc:` is shown there.
        Event::Start(Tag::Image { .. }) => {
            pictures += 1;
            [None, None]
        }
        Event::End(TagEnd::Image) => {
            pictures = pictures.saturating_sub(1);
            [None, None]
        }
        _ if pictures > 0 => [None, None],
        // What leads nowhere outside of the page is its words.
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let leads = dest_url.contains(':').then(|| dest_url.clone());
            let shown = leads.is_some();
            links.push((leads, false));
            [shown.then_some(event), None]
        }
        // A link of a picture only has lost its words: it has its address instead.
        Event::End(TagEnd::Link) => match links.pop() {
            Some((Some(_), true)) => [Some(event), None],
            Some((Some(url), false)) => [Some(Event::Text(url)), Some(event)],
            _ => [None, None],
        },
        Event::FootnoteReference(label) => [Some(Event::Text(format!("[{label}]").into())), None],
        Event::Start(Tag::FootnoteDefinition(label)) => {
            [Some(Event::Html(format!("<div>[{}]", escape(&label)).into())), None]
        }
        Event::End(TagEnd::FootnoteDefinition) => [Some(Event::Html("</div>\n".into())), None],
        Event::SoftBreak => [Some(Event::Text(" ".into())), None],
        other => {
            if let (Some((_, words)), Event::Text(_) | Event::Code(_)) = (links.last_mut(), &other) {
                *words = true;
            }
            [html::within(&mut raw, RAW_TAGS, other), None]
        }
    });
    let mapped = mapped.flatten();
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
