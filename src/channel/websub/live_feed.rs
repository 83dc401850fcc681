//! The feed as it stands on the web: which hubs it names, what it says it is, which items
//! it shows. Pure; what is read may be anything.
//!
//! W3C Recommendation "WebSub" (2018-01-23), 4; RFC 4287 (Atom), rssboard.org's RSS 2.0,
//! JSON Feed 1.1 (2020).

use crate::channel::rel;
use crate::channel::stranger::Answer;
use crate::plan::key::hex_digest;
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
    /// The items that it shows.
    items: Vec<Item>,
}

/// One item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Item {
    /// Whatever names it, or leads to it.
    names: Vec<String>,
    /// The SHA-256 of all that stands there of it, in hex.
    digest: String,
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
        for item in &mut feed.items {
            let whole: Vec<String> = item.names.iter().filter_map(whole).collect();
            item.names.extend(whole);
        }
        feed
    }

    /// How it shows the item that is called so, or leads there: a digest that is another
    /// once anything that it shows of it is. None if it does not.
    pub fn shows(&self, item: &str) -> Option<String> {
        let wanted = Url::parse(item).ok().map(String::from);
        let is_it = |shown: &String| shown == item || Some(shown) == wanted.as_ref();
        let found = self.items.iter().filter(|item| item.names.iter().any(is_it));
        let found: Vec<&str> = found.map(|item| item.digest.as_str()).collect();
        match found.as_slice() {
            [] => None,
            [one] => Some((*one).to_owned()),
            several => Some(hex_digest(several.concat().as_bytes())),
        }
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
        items: list("items")
            .iter()
            .map(|item| Item {
                names: texts(item, &["url", "external_url", "id"]),
                digest: hex_digest(item.to_string().as_bytes()),
            })
            .collect(),
    }
}

/// A page can be a topic as well (WebSub, 4). Where one of its items ends, it does not say:
/// all of it stands for each.
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
        items: vec![Item {
            names: links.iter().filter(|link| link.element == "a").map(|link| link.target.clone()).collect(),
            digest: hex_digest(text.as_bytes()),
        }],
    }
}

/// Atom and RSS. What is broken behind the newest items hides nothing of them.
fn of_xml(text: &str) -> LiveFeed {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut feed = LiveFeed::default();
    let mut within_item = 0_usize;
    // The item that is open, and where it begins.
    let mut open: Option<(Item, usize)> = None;
    let close = |open: &mut Option<(Item, usize)>, end: usize, feed: &mut LiveFeed| {
        let Some((mut item, start)) = open.take().filter(|(item, _)| !item.names.is_empty()) else { return };
        item.digest = hex_digest(text.get(start..end).unwrap_or_default().as_bytes());
        feed.items.push(item);
    };
    let at = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    // What the element that is open says, where that may name an item.
    let mut said: Option<String> = None;
    for _ in 0..MOST {
        let start = at(&reader);
        let Ok(event) = reader.read_event() else { break };
        match event {
            Event::Start(element) | Event::Empty(element)
                if is(&element, "link") && has(&element, "href") =>
            {
                link(&element, open.as_mut().map(|(item, _)| item), &mut feed);
                said = None;
            }
            Event::Start(element) => {
                if is(&element, "item") || is(&element, "entry") {
                    within_item += 1;
                    open.get_or_insert_with(|| (Item::default(), start));
                }
                let names = is(&element, "link") || is(&element, "guid") || is(&element, "id");
                said = (names && within_item > 0).then(String::new);
            }
            Event::End(element) => {
                let name = element.local_name();
                let ends = matches!(name.as_ref(), "item" | "entry");
                if let (Some((item, _)), Some(said)) = (open.as_mut(), said.take()) {
                    item.names.push(said.trim().to_owned());
                }
                within_item = within_item.saturating_sub(usize::from(ends));
                if ends && within_item == 0 {
                    close(&mut open, at(&reader), &mut feed);
                }
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
    close(&mut open, text.len(), &mut feed);
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

fn link(element: &BytesStart<'_>, item: Option<&mut Item>, feed: &mut LiveFeed) {
    let Some(href) = value(element, "href") else { return };
    // Without a relation it leads to the thing itself (RFC 4287, 4.2.7.2).
    let rel = value(element, "rel").unwrap_or_else(|| "alternate".to_owned());
    let is = |wanted: &str| rel.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(wanted));
    if let Some(item) = item {
        if is("alternate") || is("self") {
            item.names.push(href);
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

    /// A feed with an item `x` of these words, and another.
    type Written = fn(&str) -> String;

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
            assert!(atom.shows(shown).is_some(), "{shown}");
        }
        for hidden in ["https://a.example/", "https://a.example/no", "https://a.example/y", ""] {
            assert!(atom.shows(hidden).is_none(), "{hidden}");
        }
        let rss = r#"<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>https://a.example/</link>
            <atom:link rel="self" href="https://a.example/feed.xml"/><atom:link rel="hub" href="https://hub.example/"/>
            <item><link>
              https://a.example/x?a=1&amp;b=&#50;</link><guid isPermaLink="false"><![CDATA[id-1]]></guid></item>
            <item><title>broken <b></item>"#;
        let rss = read("application/rss+xml", &[], rss);
        assert_eq!((rss.own.as_deref(), rss.hubs.len()), (Some("https://a.example/feed.xml"), 1));
        assert!(rss.shows("https://a.example/x?a=1&b=2").is_some() && rss.shows("id-1").is_some());
        assert!(rss.shows("https://a.example/").is_none());
        let json = r#"{"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://a.example/feed.json",
            "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
            "items": [{"id": "7", "url": "https://a.example/x"}]}"#;
        let json = read("application/feed+json", &[], json);
        assert_eq!(json.own.as_deref(), Some("https://a.example/feed.json"));
        assert_eq!(json.hubs, ["https://hub.example/"]);
        assert!(json.shows("https://a.example/x").is_some() && json.shows("7").is_some());
        assert!(json.shows("8").is_none());
        let page = "<link rel=hub href=/hub><link rel=self href=https://a.example/><a href=/x>x</a>";
        let page = read("text/html", &[], page);
        assert_eq!(page.hubs, ["https://a.example/hub"]);
        assert!(page.shows("https://a.example/x").is_some());
    }

    #[test]
    fn an_item_that_is_shown_otherwise_is_another_and_its_neighbours_are_not() {
        let kinds: [(&str, Written); 4] = [
            ("application/atom+xml", |words| {
                format!(
                    "<feed><entry><id>x</id><updated>{words}</updated></entry><entry><id>y</id></entry></feed>"
                )
            }),
            ("application/rss+xml", |words| {
                format!(
                    "<rss><channel><item><guid>x</guid><title>{words}</title></item><item><guid>y</guid></item>"
                )
            }),
            ("application/feed+json", |words| {
                format!("{{\"items\": [{{\"id\": \"x\", \"title\": \"{words}\"}}, {{\"id\": \"y\"}}]}}")
            }),
            // Cut off within the item.
            ("application/atom+xml", |words| {
                format!("<feed><entry><id>y</id></entry><entry><id>x</id><title>{words}")
            }),
        ];
        for (kind, written) in kinds {
            let [one, same, other] = ["a", "a", "b"].map(|words| read(kind, &[], &written(words)));
            assert!(one.shows("x").is_some_and(|digest| digest.len() == 64), "{kind}");
            assert_eq!(one.shows("x"), same.shows("x"), "{kind}");
            assert_ne!(one.shows("x"), other.shows("x"), "{kind}");
            assert_eq!(one.shows("y"), other.shows("y"), "{kind}");
            assert_ne!(one.shows("y"), one.shows("x"), "{kind}");
        }
        let page = |words: &str| read("text/html", &[], &format!("<a href=/x>{words}</a>"));
        let item = "https://a.example/x";
        assert_ne!(page("a").shows(item), page("b").shows(item));
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
