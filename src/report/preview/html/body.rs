//! Bodies that are HTML already: an article inlined, a mail in its frame.

use super::album::{Album, Shown};
use super::rich::{escape, late_in_html, rich};
use crate::render::{Picture, late};
use crate::text::visible::is_hostile;
use crate::text::{Dialect, tags, visible};
use std::collections::BTreeMap;

/// Bytes that the bodies of all variants of a page may take together, escaped.
const MOST_BODY: usize = 600_000;
/// Bytes that all titles, alt texts and the like may take together, escaped.
const MOST_LINES: usize = 400_000;
/// Characters of one of them.
const LONGEST_LINE: usize = 5_000;

/// What there is still room for on the page, so that it stays below 5 MB
/// whatever somebody wrote. What is left out here is whole in `--format json`.
pub struct Room {
    body: usize,
    lines: usize,
}

impl Room {
    /// All of it.
    pub fn new() -> Room {
        Room { body: MOST_BODY, lines: MOST_LINES }
    }

    /// As much of `text` as there is room for: HTML that is escaped or sanitised later.
    pub fn body<'t>(&mut self, text: &'t str) -> &'t str {
        take(text, &mut self.body)
    }

    /// `text` with marked what a network of this dialect links; only escaped where the marks would not fit.
    pub fn rich(&mut self, text: &str, dialect: Dialect) -> String {
        // Marks only add to it: what is longer before cannot fit after.
        if text.len() <= self.body {
            let html = rich(text, dialect);
            if html.len() <= self.body {
                self.body -= html.len();
                return html;
            }
        }
        escape(take(text, &mut self.body))
    }

    /// A title, an alt text: late addresses in words, and no longer than a line should be.
    pub fn line(&mut self, text: &str) -> String {
        let shown = late::shown(text);
        let end = shown.char_indices().nth(LONGEST_LINE).map_or(shown.len(), |(at, _)| at);
        take(&shown[..end], &mut self.lines).to_owned()
    }
}

fn take<'t>(text: &'t str, room: &mut usize) -> &'t str {
    for (at, c) in text.char_indices() {
        // What is escaped counts as what it becomes: `&quot;`, `\u{202e}`.
        let cost = match c {
            '<' | '>' | '"' | '&' | '\'' => 6,
            c if is_hostile(c) => 8,
            c => c.len_utf8(),
        };
        if *room < cost {
            return &text[..at];
        }
        *room -= cost;
    }
    text
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
    let mut rules = ammonia::Builder::default();
    rules.add_url_schemes(["cid"]).add_allowed_classes("span", ["late"]).attribute_filter(
        move |element, attribute, value| match (element, attribute) {
            // A picture from elsewhere would be a request; its words stay.
            ("img", "src") => sources.get(value).map(|url| url.clone().into()),
            _ => Some(value.into()),
        },
    );
    tags::clean(&rules, &html)
}

/// A mail's HTML part as the document of a sandboxed frame.
pub fn mail(html: &str, media: &[Picture], album: &mut Album<'_>) -> String {
    let mut html = late_in_html(html, |_| "#".to_owned(), |rung| format!("‹address of {rung}›"));
    for picture in media {
        let cid = format!("cid:{}", picture.sha256);
        // A few times at most: each takes room on the page.
        for _ in 0..8 {
            if !html.contains(&cid) {
                break;
            }
            let Shown::Image(url) = album.show(picture) else { break };
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
