//! The feed as it stands on the web: which hubs it names, what it says it is, which items
//! it shows. Pure; what is read may be anything.
//!
//! W3C Recommendation "WebSub" (2018-01-23), 4; RFC 4287 (Atom), rssboard.org's RSS 2.0,
//! JSON Feed 1.1 (2020).

use crate::channel::rel;
use crate::channel::stranger::Answer;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;
use url::Url;

/// More elements of a feed are not looked at.
const MOST: usize = 200_000;
/// More hubs are not told.
const MOST_HUBS: usize = 10;

/// What a feed says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LiveFeed {
    /// Its own address, letter by letter; none if it does not say.
    pub own: Option<String>,
    /// The hubs that it names.
    pub hubs: Vec<String>,
    /// Whatever names an item of it, or leads to one.
    items: Vec<String>,
}

impl LiveFeed {
    /// What stands there says. Headers come before what stands in it (WebSub, 4).
    pub fn of(answer: &Answer) -> LiveFeed {
        let text = answer.text();
        let start = text.trim_start_matches('\u{feff}').trim_start();
        let mut feed = match start.as_bytes().first() {
            Some(b'{') => of_json(start),
            _ if answer.is_page() => of_page(start),
            _ => of_xml(start),
        };
        let told = rel::in_headers(&answer.headers, &answer.found_at);
        let named =
            |rel: &'static str| told.iter().filter(move |link| link.is(rel)).map(|link| link.target.clone());
        if let Some(own) = named("self").next() {
            feed.own = Some(own);
        }
        let hubs: Vec<String> = named("hub").collect();
        if !hubs.is_empty() {
            feed.hubs = hubs;
        }
        let whole = |written: &String| answer.found_at.join(written).ok().map(String::from);
        let mut hubs: Vec<String> = Vec::new();
        for hub in feed.hubs.iter().filter_map(whole) {
            if !hubs.contains(&hub) && hubs.len() < MOST_HUBS {
                hubs.push(hub);
            }
        }
        feed.hubs = hubs;
        feed.items = feed.items.iter().filter_map(whole).chain(feed.items.iter().cloned()).collect();
        feed
    }

    /// Whether it shows the item that is called so, or leads there.
    pub fn shows(&self, item: &str) -> bool {
        let wanted = Url::parse(item).ok().map(String::from);
        self.items.iter().any(|shown| shown == item || Some(shown) == wanted.as_ref())
    }
}

fn of_json(text: &str) -> LiveFeed {
    let Ok(feed) = serde_json::from_str::<Value>(text) else { return LiveFeed::default() };
    let texts = |of: &Value, keys: &[&str]| {
        let found = keys.iter().filter_map(|key| of.get(*key)?.as_str().map(str::to_owned));
        found.collect::<Vec<_>>()
    };
    let list = |key: &str| feed.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let is_websub =
        |hub: &&Value| hub["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("websub"));
    LiveFeed {
        own: texts(&feed, &["feed_url"]).pop(),
        hubs: list("hubs").iter().filter(is_websub).flat_map(|hub| texts(hub, &["url"])).collect(),
        items: list("items").iter().flat_map(|item| texts(item, &["url", "external_url", "id"])).collect(),
    }
}

/// A page can be a topic as well (WebSub, 4).
fn of_page(text: &str) -> LiveFeed {
    let links = rel::in_page(text).links;
    let named = |rel: &'static str| {
        links
            .iter()
            .filter(move |link| link.element == "link" && link.is(rel))
            .map(|link| link.target.clone())
    };
    LiveFeed {
        own: named("self").next(),
        hubs: named("hub").collect(),
        items: links.iter().filter(|link| link.element == "a").map(|link| link.target.clone()).collect(),
    }
}

/// Atom and RSS. What is broken behind the newest items hides nothing of them.
fn of_xml(text: &str) -> LiveFeed {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut feed = LiveFeed::default();
    let mut within_item = 0_usize;
    // What the element that is open says, where that may name an item.
    let mut said: Option<String> = None;
    for _ in 0..MOST {
        let Ok(event) = reader.read_event() else { break };
        match event {
            Event::Start(element) | Event::Empty(element)
                if is(&element, "link") && has(&element, "href") =>
            {
                link(&element, within_item > 0, &mut feed);
                said = None;
            }
            Event::Start(element) => {
                within_item += usize::from(is(&element, "item") || is(&element, "entry"));
                let names = is(&element, "link") || is(&element, "guid") || is(&element, "id");
                said = (names && within_item > 0).then(String::new);
            }
            Event::End(element) => {
                let name = element.local_name();
                if matches!(name.as_ref(), "item" | "entry") {
                    within_item = within_item.saturating_sub(1);
                }
                feed.items.extend(said.take().map(|said| said.trim().to_owned()));
            }
            Event::Text(words) => {
                if let Some(said) = said.as_mut() {
                    said.push_str(&words);
                }
            }
            Event::CData(words) => {
                if let Some(said) = said.as_mut() {
                    said.push_str(&words);
                }
            }
            Event::GeneralRef(reference) => {
                let c = reference.resolve_char_ref().ok().flatten();
                let c = c.or_else(|| match &*reference {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                });
                if let (Some(said), Some(c)) = (said.as_mut(), c) {
                    said.push(c);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    feed
}

fn is(element: &BytesStart<'_>, name: &str) -> bool {
    element.local_name().as_ref() == name
}

fn has(element: &BytesStart<'_>, name: &str) -> bool {
    value(element, name).is_some()
}

fn value(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    quick_xml::escape::unescape(&found.value).ok().map(|value| value.trim().to_owned())
}

fn link(element: &BytesStart<'_>, within_item: bool, feed: &mut LiveFeed) {
    let Some(href) = value(element, "href") else { return };
    // Without a relation it leads to the thing itself (RFC 4287, 4.2.7.2).
    let rel = value(element, "rel").unwrap_or_else(|| "alternate".to_owned());
    let is = |wanted: &str| rel.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(wanted));
    if within_item {
        if is("alternate") || is("self") {
            feed.items.push(href);
        }
    } else if is("hub") {
        feed.hubs.push(href);
    } else if is("self") {
        feed.own.get_or_insert(href);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LINK};

    fn read(kind: &'static str, links: &[&'static str], body: &str) -> LiveFeed {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        for link in links {
            headers.append(LINK, HeaderValue::from_static(link));
        }
        let found_at = Url::parse("https://a.example/feed.xml").unwrap();
        LiveFeed::of(&Answer {
            found_at,
            status: 200,
            headers,
            bytes: body.as_bytes().to_vec(),
            is_cut: false,
        })
    }

    const ATOM: &str = r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
        <link rel="self" href="https://a.example/feed.xml?a=1&amp;b"/><link rel='hub' href='https://hub.example/'/>
        <link href="https://a.example/"/><!-- <link rel="hub" href="https://no.example/"/> -->
        <entry><id>tag:a.example,2026:x</id><link href="/x"/><link rel="self" href="/x.atom"/>
        <content type="html">&lt;link rel="hub" href="https://no.example/">&lt;a href="/no"></content></entry></feed>"#;

    #[test]
    fn every_kind_of_feed_says_what_it_is_and_shows() {
        let atom = read("application/atom+xml", &[], ATOM);
        assert_eq!(atom.own.as_deref(), Some("https://a.example/feed.xml?a=1&b"));
        assert_eq!(atom.hubs, ["https://hub.example/"]);
        for shown in ["https://a.example/x", "tag:a.example,2026:x", "HTTPS://A.example/x"] {
            assert!(atom.shows(shown), "{shown}");
        }
        for hidden in ["https://a.example/", "https://a.example/no", "https://a.example/y", ""] {
            assert!(!atom.shows(hidden), "{hidden}");
        }
        let rss = r#"<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>https://a.example/</link>
            <atom:link rel="self" href="https://a.example/feed.xml"/><atom:link rel="hub" href="https://hub.example/"/>
            <item><link>
              https://a.example/x?a=1&amp;b=&#50;</link><guid isPermaLink="false"><![CDATA[id-1]]></guid></item>
            <item><title>broken <b></item>"#;
        let rss = read("application/rss+xml", &[], rss);
        assert_eq!((rss.own.as_deref(), rss.hubs.len()), (Some("https://a.example/feed.xml"), 1));
        assert!(rss.shows("https://a.example/x?a=1&b=2") && rss.shows("id-1"));
        assert!(!rss.shows("https://a.example/"));
        let json = r#"{"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://a.example/feed.json",
            "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
            "items": [{"id": "7", "url": "https://a.example/x"}]}"#;
        let json = read("application/feed+json", &[], json);
        assert_eq!(json.own.as_deref(), Some("https://a.example/feed.json"));
        assert_eq!(json.hubs, ["https://hub.example/"]);
        assert!(json.shows("https://a.example/x") && json.shows("7") && !json.shows("8"));
        let page = "<link rel=hub href=/hub><link rel=self href=https://a.example/><a href=/x>x</a>";
        let page = read("text/html", &[], page);
        assert_eq!(page.hubs, ["https://a.example/hub"]);
        assert!(page.shows("https://a.example/x"));
    }

    #[test]
    fn headers_come_first_and_each_hub_once() {
        let links = [
            "<https://h1.example/>; rel=\"hub\", <https://h1.example/>; rel=hub",
            "<https://h2.example/?a>; rel=hub, <https://a.example/own>; rel=self",
        ];
        let atom = read("application/atom+xml", &links, ATOM);
        assert_eq!(atom.own.as_deref(), Some("https://a.example/own"));
        assert_eq!(atom.hubs, ["https://h1.example/", "https://h2.example/?a"]);
    }

    #[test]
    fn what_is_no_feed_says_nothing() {
        for body in
            ["", "<", "{", "[]", "not a feed", "<feed><entry>", "\u{feff}{}", "{\"items\": 1, \"hubs\": {}}"]
        {
            assert_eq!(read("text/xml", &[], body), LiveFeed::default(), "{body}");
        }
    }
}
