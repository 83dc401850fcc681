//! Page, list and feed as text.

use super::super::{Address, Work};
use super::SEAL;
use super::entry::{Entry, IN_FEED};
use crate::channel::SendError;
use crate::render::feed::{Feed, Format, Item};
use crate::render::html::with_whole_addresses;
use crate::text::{direction, escape};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, context};
use url::Url;

const PAGE: &str = include_str!("page.html");
const LIST: &str = include_str!("list.html");
const STYLE: &str = include_str!("style.css");

/// The article's page.
pub fn page(work: &Work, entry: &Entry) -> Result<String, SendError> {
    let article = &work.article;
    let url = entry.url.as_deref();
    let beside = |name: &str| url.map(|url| absolute(url, name)).unwrap_or_else(|| name.to_owned());
    let cover = article.cover.as_ref().map(|cover| {
        context! { file => encode(&cover.name), alt => cover.alt.as_str(), width => cover.width, height => cover.height,
            url => beside(&encode(&cover.name)) }
    });
    let shown_in_body = article.has_cover_in_body();
    draw(
        PAGE,
        context! {
            mark => SEAL.0,
            style => Value::from_safe_string(STYLE.to_owned()),
            site => work.site.title.as_str(),
            title => article.title.as_str(),
            excerpt => article.excerpt.as_str(),
            language => article.language.as_str(),
            direction => direction(&article.language),
            tags => article.tags.clone(),
            date => work.date.strftime("%Y-%m-%d").to_string(),
            published => entry.published.to_string(),
            updated => entry.updated.to_string(),
            canonical => article.canonical.as_deref().or(url),
            url => url,
            cover => cover,
            show_cover => !shown_in_body,
            // Sanitised when it was rendered.
            body => Value::from_safe_string(article.html.clone()),
        },
    )
}

/// The list of all pages.
pub fn list(work: &Work, entries: &[Entry]) -> Result<String, SendError> {
    let zone = &work.site.zone;
    let pages = entries.iter().map(|entry| {
        context! {
            link => format!("{}/", encode(&entry.slug)),
            title => entry.title.as_str(),
            excerpt => entry.excerpt.as_str(),
            language => entry.language.as_str(),
            direction => direction(&entry.language),
            date => entry.published.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string(),
            cover => entry.cover.as_ref().map(|(file, alt)| {
                context! { file => format!("{}/{}", encode(&entry.slug), encode(file)), alt => alt }
            }),
        }
    });
    draw(
        LIST,
        context! {
            mark => SEAL.blank(),
            style => Value::from_safe_string(STYLE.to_owned()),
            site => work.site.title.as_str(),
            language => work.site.language.as_str(),
            direction => direction(&work.site.language),
            home => home(work),
            pages => pages.collect::<Vec<_>>(),
        },
    )
}

/// The feed. Nothing in it is of the moment: the same pages give the same bytes.
pub fn feed(work: &Work, entries: &[Entry]) -> Result<String, SendError> {
    let home = home(work);
    let items = entries.iter().take(IN_FEED).map(|entry| Item {
        id: entry.tag.clone(),
        address: Some(entry.url.clone().unwrap_or_else(|| format!("{}/", encode(&entry.slug)))),
        title: entry.title.clone(),
        summary: entry.excerpt.clone(),
        html: entry.url.as_deref().map_or_else(|| entry.html.clone(), |url| in_a_feed(&entry.html, url)),
        tags: entry.tags.clone(),
        language: entry.language.clone(),
        published: entry.published,
        updated: entry.updated,
        cover: None,
    });
    let site = &work.site;
    let feed = Feed {
        // A feed's name never changes: its address is one, where it has one.
        id: home.as_ref().map_or_else(
            || format!("urn:ladder:{}", crate::plan::key::hex_digest(work.folder.shown("").as_bytes())),
            |home| format!("{home}feed.xml"),
        ),
        title: site.title.clone(),
        description: site.title.clone(),
        address: home.as_ref().map(|home| format!("{home}feed.xml")),
        author: site.title.clone(),
        language: site.language.clone(),
        hubs: Vec::new(),
        generator: SEAL.blank(),
        items: items.collect(),
        home,
    };
    feed.text(Format::Atom)
        .map_err(|error| SendError::Refused { says: format!("the feed could not be drawn: {error}") })
}

/// Where list and feed are found.
fn home(work: &Work) -> Option<String> {
    work.site.address.as_ref().and_then(Address::before_slug).map(str::to_owned)
}

fn draw(template: &str, values: Value) -> Result<String, SendError> {
    let mut environment = Environment::new();
    // Everything is escaped unless it is marked as safe; not by minijinja's own
    // rule, which also spells out every `/`.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let layout = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(layout.unwrap_or_default());
    environment.set_formatter(|out, _, value| {
        let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
        let text = if value.is_safe() { text } else { escape(&text) };
        out.write_str(&text).map_err(minijinja::Error::from)
    });
    environment
        .render_str(template, values)
        .map_err(|error| SendError::Refused { says: format!("the page could not be drawn: {error}") })
}

/// A file name in a link: what is not an unreserved character (RFC 3986) is
/// percent-encoded.
pub fn encode(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            other => out += &format!("%{other:02X}"),
        }
    }
    out
}

fn absolute(page: &str, file: &str) -> String {
    let page = page.strip_suffix("index.html").unwrap_or(page);
    format!("{}/{file}", page.trim_end_matches('/'))
}

/// Feed readers do not know where the page stood: what lies beside it gets its whole
/// address.
fn in_a_feed(html: &str, page: &str) -> String {
    let Ok(page) = Url::parse(&absolute(page, "")) else { return html.to_owned() };
    with_whole_addresses(html, move |address| page.join(address).ok().map(String::from))
}
