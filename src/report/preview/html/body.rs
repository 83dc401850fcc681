//! Bodies that are HTML already: an article inlined, a mail in its frame.

use super::album::{Album, Shown};
use super::rich::{escape, late_in_html};
use crate::render::Picture;
use crate::text::visible;
use std::collections::BTreeMap;

/// Bytes of text that all variants of a page may take together. Escaped for an
/// attribute, text can grow to six times this in theory, by half in practice.
const MOST_TEXT: usize = 600_000;

/// What is left of [`MOST_TEXT`].
pub struct Room(usize);

impl Room {
    /// All of it.
    pub fn new() -> Room {
        Room(MOST_TEXT)
    }

    /// As much of `text` as there is room for.
    pub fn take<'t>(&mut self, text: &'t str) -> &'t str {
        // What is to be escaped counts as what it becomes.
        let cost = |c: char| if matches!(c, '<' | '>' | '"' | '&' | '\'') { 6 } else { c.len_utf8() };
        let mut end = text.len();
        for (at, c) in text.char_indices() {
            if self.0 < cost(c) {
                end = at;
                break;
            }
            self.0 -= cost(c);
        }
        &text[..end]
    }
}

/// An article's body, sanitised once more, with its pictures inside.
pub fn article(html: &str, media: &[Picture], cover: Option<&Picture>, album: &mut Album<'_>) -> String {
    let sources = sources(html, media.iter().chain(cover), album);
    let html = late_in_html(
        html,
        |rung| format!("#rung-{rung}"),
        |rung| format!("<span class=\"late\">address of {}</span>", escape(rung)),
    );
    let html = visible(&html.replace("\r\n", "\n")).into_owned();
    ammonia::Builder::default()
        .add_url_schemes(["cid"])
        .add_allowed_classes("span", ["late"])
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            // A picture from elsewhere would be a request; its words stay.
            ("img", "src") => sources.get(value).map(|url| url.clone().into()),
            _ => Some(value.into()),
        })
        .clean(&html)
        .to_string()
}

/// A mail's HTML part as the document of a sandboxed frame.
pub fn mail(html: &str, media: &[Picture], album: &mut Album<'_>) -> String {
    let mut html = late_in_html(html, |_| "#".to_owned(), |rung| format!("‹address of {rung}›"));
    for picture in media {
        let cid = format!("cid:{}", picture.sha256);
        if html.contains(&cid) {
            let Shown::Image(url) = album.show(picture) else { continue };
            html = html.replacen(&cid, &url, 1);
        }
    }
    let html = visible(&html.replace("\r\n", "\n")).into_owned();
    // A link in a frame that may open nothing would lead to an error page.
    html + "<style>a{pointer-events:none}</style>"
}

/// The pictures that `html` names, under every name that it may use.
fn sources<'p>(
    html: &str,
    pictures: impl Iterator<Item = &'p Picture>,
    album: &mut Album<'_>,
) -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    for picture in pictures {
        let names = [
            picture.name.clone(),
            format!("./{}", picture.name),
            picture.path.clone(),
            format!("cid:{}", picture.sha256),
        ];
        if !names.iter().any(|name| html.contains(&format!("\"{name}\""))) {
            continue;
        }
        if let Shown::Image(url) = album.show(picture) {
            for name in names {
                sources.insert(name, url.clone());
            }
        }
    }
    sources
}
