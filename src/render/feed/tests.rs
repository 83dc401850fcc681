//! What others read in a feed.

use super::*;
use quick_xml::events::Event;

fn feed() -> Feed {
    Feed {
        id: "https://acme.example/feeds/atom.xml".to_owned(),
        title: "Acme & Söhne".to_owned(),
        description: "Rockets < 5 m".to_owned(),
        address: Some("https://acme.example/feeds/atom.xml?a=1&b=2".to_owned()),
        home: Some("https://acme.example/".to_owned()),
        author: "Ada \"A\" Acme".to_owned(),
        language: "en".to_owned(),
        hubs: vec!["https://hub.example/".to_owned()],
        generator: "test".to_owned(),
        items: vec![hostile()],
    }
}

/// Every way out of a text, an attribute and a section; and what XML forbids.
fn hostile() -> Item {
    Item {
        id: "tag:acme.example,2026:a/b".to_owned(),
        address: Some("https://acme.example/a?b=1&c=\"2\"".to_owned()),
        title: "<b> & ]]> \u{0}\u{1b}\u{b}\u{fffe}\u{ffff}&nbsp;\r end".to_owned(),
        summary: "It's \"quoted\"".to_owned(),
        html: "<p>a ]]> b ]]]]>> &nbsp; \u{c}</p>".to_owned(),
        tags: vec!["a\"b".to_owned(), "c<d".to_owned()],
        language: "de".to_owned(),
        published: "2026-12-01T08:00:00Z".parse().unwrap(),
        updated: "2026-12-02T08:00:00.5Z".parse().unwrap(),
        cover: Some(Cover {
            address: "https://acme.example/x.png".to_owned(),
            mime: "image/png".to_owned(),
            bytes: 12,
        }),
    }
}

/// The texts of all elements of that name, as a reader of XML finds them.
fn texts(xml: &str, wanted: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut open): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error}: {xml}"));
        let here = open.last().is_some_and(|name| name == wanted);
        let said = match event {
            Event::Start(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref().as_ref()).into_owned();
                if name == wanted {
                    found.push(String::new());
                }
                open.push(name);
                continue;
            }
            Event::End(_) => {
                open.pop();
                continue;
            }
            Event::Text(text) => text.xml10_content().into_owned(),
            Event::CData(text) => text.xml10_content().into_owned(),
            Event::GeneralRef(name) => match name.resolve_char_ref().unwrap() {
                Some(c) => c.to_string(),
                None => {
                    let name = name.xml10_content();
                    quick_xml::escape::resolve_xml_entity(&name).expect("no entity of HTML").to_owned()
                }
            },
            Event::Eof => break,
            _ => continue,
        };
        if here && let Some(last) = found.last_mut() {
            last.push_str(&said);
        }
    }
    assert!(open.is_empty(), "{open:?} stay open: {xml}");
    found
}

#[test]
fn whatever_stands_in_it_is_read_back() {
    let clean =
        |text: &str| text.replace(['\u{0}', '\u{1b}', '\u{b}', '\u{c}', '\u{fffe}', '\u{ffff}', '\r'], "");
    let item = hostile();
    let atom = feed().text(Format::Atom).unwrap();
    assert_eq!(texts(&atom, "title"), ["Acme & Söhne", &clean(&item.title)]);
    assert_eq!(texts(&atom, "content"), [clean(&item.html)]);
    assert_eq!(texts(&atom, "summary"), [item.summary.as_str()]);
    let rss = feed().text(Format::Rss).unwrap();
    assert_eq!(texts(&rss, "title"), ["Acme & Söhne", &clean(&item.title)]);
    assert_eq!(texts(&rss, "content:encoded"), [clean(&item.html)]);
    assert_eq!(texts(&rss, "guid"), [item.id.as_str()]);
    assert_eq!(texts(&rss, "category"), item.tags);
    let json: serde_json::Value = serde_json::from_str(&feed().text(Format::Json).unwrap()).unwrap();
    assert_eq!(json["items"][0]["title"], clean(&item.title));
    assert_eq!(json["items"][0]["content_html"], clean(&item.html));
    assert_eq!(json["items"][0]["tags"], serde_json::json!(item.tags));
}

#[test]
fn the_files() {
    let mut feed = feed();
    feed.items[0].title = "One".to_owned();
    feed.items[0].html = "<p>One &amp; two</p>".to_owned();
    insta::assert_snapshot!("atom", feed.text(Format::Atom).unwrap());
    insta::assert_snapshot!("rss", feed.text(Format::Rss).unwrap());
    insta::assert_snapshot!("json", feed.text(Format::Json).unwrap());
}

/// A feed without items, and one without an address, are feeds.
#[test]
fn nothing_is_something() {
    let bare = Feed { items: Vec::new(), address: None, home: None, hubs: Vec::new(), ..feed() };
    assert_eq!(texts(&bare.text(Format::Atom).unwrap(), "updated"), ["1970-01-01T00:00:00Z"]);
    assert_eq!(texts(&bare.text(Format::Rss).unwrap(), "description"), ["Rockets < 5 m"]);
    let json: serde_json::Value = serde_json::from_str(&bare.text(Format::Json).unwrap()).unwrap();
    assert_eq!(json["items"], serde_json::json!([]));
    assert!(json.get("feed_url").is_none());
}

#[test]
fn names_and_files_are_those_of_the_formats() {
    for (format, name) in Format::ALL.into_iter().zip(Format::NAMES) {
        assert_eq!(Format::named(name), Some(format));
    }
    assert_eq!(Format::named("Atom"), None);
}

/// Readers' programs show a title by its letters, and the words below as they say.
#[test]
fn words_that_go_from_the_right_say_so() {
    let mut feed = feed();
    for item in &mut feed.items {
        item.language = "ar-EG".to_owned();
        item.html = "<p>شوربة: 2</p>".to_owned();
    }
    let said = "<div dir=\"rtl\"><p>شوربة: 2</p></div>";
    assert!(texts(&feed.text(Format::Atom).unwrap(), "content").iter().all(|text| text == said));
    assert!(texts(&feed.text(Format::Rss).unwrap(), "content:encoded").iter().all(|text| text == said));
    let json: serde_json::Value = serde_json::from_str(&feed.text(Format::Json).unwrap()).unwrap();
    assert_eq!(json["items"][0]["content_html"], said);
}
