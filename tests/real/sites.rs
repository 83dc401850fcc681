//! Pages that other programs build or read: Hugo makes a site of a whole launch,
//! and Python reads the feeds, and what the plain preset writes by itself. What
//! each generator makes of every kind of page: `tests/peers/sites.rs`.

use super::house::House;
use super::tools::{python, read_page, tool};
use super::traps::{BODY, SAID, TITLE, plain};
use serde_json::json;
use std::path::Path;

fn hostile(house: &House) {
    let head =
        format!("title = {}\nsummary = {}\n", json!(TITLE), json!("A \"summary\": {{ with }} traps # & <i>"));
    let message = format!(
        "+++\n{head}ladder = \"at-once\"\ntags = [\"a: b\", \"c#\", \"yes\"]\npublish_at = \"2026-01-02 10:00\"\n\
         [[media]]\nfile = \"cover.png\"\nalt = \"The \\\"cover\\\": one\"\n+++\n{BODY}"
    );
    house.write("messages/trap/message.md", message);
    std::fs::copy(house.path("messages/hello/cover.png"), house.path("messages/trap/cover.png")).unwrap();
}

/// The page says what the message said, letter by letter.
fn says_it(page: &Path) {
    let html = std::fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let found = python(super::tools::READ_HTML, &[page]);
    let words = found["words"].as_str().unwrap();
    for said in [TITLE].iter().chain(SAID) {
        let (said, words) = (plain(said), plain(words));
        assert!(words.replace("< p >", "").contains(&said), "{}: no {said:?} in {words}", page.display());
    }
    assert!(html.contains("cover.png"), "{html}");
}

#[test]
#[ignore = "needs hugo and python3"]
fn hugo_builds_the_launch() {
    let layout = "<!DOCTYPE html><html lang=\"en\"><head><title>{{ .Title }}</title></head><body><h1>{{ .Title }}</h1>\
                  <time>{{ .Date.Format \"2006-01-02 15:04\" }}</time>{{ .Content }}\
                  {{ range .Resources.ByType \"image\" }}<img alt=\"{{ .Name }}\" src=\"{{ .RelPermalink }}\">{{ end }}</body></html>\n";
    let launch = House::story("product-launch");
    launch.edit("ladder.toml", "live = \"30m\"", "live = false");
    launch.run(&["publish", "rocket-2", "--yes", "--early"]).ends(0);
    launch.write(
        "site/config.toml",
        "baseURL = \"https://acme.example/\"\nbuildFuture = true\n[permalinks]\nposts = \"/blog/:slug/\"\n",
    );
    launch.write("site/layouts/_default/single.html", layout);
    tool("hugo", &["--quiet"], &launch.path("site"));
    let page = launch.path("site/public/blog/rocket-2/index.html");
    let built = std::fs::read_to_string(&page).unwrap();
    for said in [
        "<h1>Rocket 2 lands itself</h1>",
        "<time>20",
        "landing.png",
        "curve.png",
        "alt=\"Cost per kilogram, Rocket 1 and Rocket 2\"",
    ] {
        assert!(built.contains(said), "no {said}: {built}");
    }
    assert!(launch.path("site/public/blog/rocket-2/landing.png").is_file());
    read_page(&page);
}

/// What RFC 4287 asks of a feed and of its entries.
const FEED: &str = r#"
import datetime, json, sys, xml.etree.ElementTree as tree
A = "{http://www.w3.org/2005/Atom}"
feed = tree.parse(sys.argv[1]).getroot()
wrong = [] if feed.tag == A + "feed" else [feed.tag]
def one(element, name, atleast=1):
    found = element.findall(A + name)
    if not atleast <= len(found) <= 1: wrong.append(f"{len(found)} {name} in {element.tag}")
    return found[0] if found else None
def when(element):
    if element is not None: datetime.datetime.fromisoformat(element.text.replace("Z", "+00:00"))
ids = []
for part in [feed] + feed.findall(A + "entry"):
    ids.append(one(part, "id").text); one(part, "title"); when(one(part, "updated")); when(one(part, "published", 0))
    for link in part.findall(A + "link"):
        if not link.get("href", "").startswith("https://"): wrong.append(f"link {link.attrib}")
    if part is not feed and not any(link.get("rel", "alternate") == "alternate" for link in part.findall(A + "link")): wrong.append("no page")
if not feed.find(A + "author") and any(entry.find(A + "author") is None for entry in feed.findall(A + "entry")): wrong.append("no author")
if not any(link.get("rel") == "self" for link in feed.findall(A + "link")): wrong.append("no self")
if len(ids) != len(set(ids)): wrong.append(f"ids twice: {ids}")
entries = [{"title": e.find(A + "title").text, "content": (e.find(A + "content").text if e.find(A + "content") is not None else "") or ""} for e in feed.findall(A + "entry")]
print(json.dumps({"wrong": wrong, "entries": entries}))
"#;

/// What a reader's program finds in all three files, and what XML and JSON find in them.
const FEEDS: &str = r#"
import datetime, email.utils, json, sys, xml.etree.ElementTree as tree, feedparser
wrong, read = [], {}
for path in sys.argv[1:]:
    name = path.rsplit("/", 1)[-1]
    if name == "feed.json":
        feed = json.load(open(path))
        if feed["version"] != "https://jsonfeed.org/version/1.1": wrong.append(feed["version"])
        items = feed["items"]
        for item in items:
            for key in ("date_published", "date_modified"): datetime.datetime.fromisoformat(item[key].replace("Z", "+00:00"))
            if not item["image"].startswith("https://"): wrong.append(item["image"])
        read[name] = [{"id": i["id"], "title": i["title"], "page": i["url"], "html": i["content_html"], "tags": i["tags"]} for i in items]
    else:
        root = tree.parse(path).getroot()
        feed = feedparser.parse(path, sanitize_html=False, resolve_relative_uris=False)
        if feed.bozo: wrong.append(f"{name}: {feed.bozo_exception}")
        if feed.version != {"atom.xml": "atom10", "rss.xml": "rss20"}[name]: wrong.append(feed.version)
        if not any(link.rel == "self" for link in feed.feed.links): wrong.append(f"{name}: no self")
        if not any(link.rel == "hub" for link in feed.feed.links): wrong.append(f"{name}: no hub")
        for date in root.iter("pubDate"):
            if email.utils.parsedate_to_datetime(date.text).utcoffset() is None: wrong.append(date.text)
        for entry in feed.entries:
            if not entry.published_parsed or not entry.enclosures: wrong.append(f"{name}: {entry.id}")
        read[name] = [{"id": e.id, "title": e.title, "page": e.link, "html": e.content[-1].value, "tags": [t.term for t in e.tags]} for e in feed.entries]
    ids = [item["id"] for item in read[name]]
    if len(ids) != len(set(ids)): wrong.append(f"{name}: ids twice")
print(json.dumps({"wrong": wrong, "read": read, "feedparser": feedparser.__version__}))
"#;

#[test]
#[ignore = "needs python3 with feedparser"]
#[expect(clippy::print_stderr, reason = "which version answered")]
fn a_readers_program_finds_the_same_in_all_three_files() {
    let house = House::new("at-once");
    house.edit(
        "ladder.toml",
        "[channels.blog]",
        "[channels.feed]\nadapter = \"feed\"\ndirectory = \"public/feeds\"\n\
         url = \"https://example.com/feeds/\"\nhubs = [\"https://hub.example/\"]\n\n[channels.blog]",
    );
    house.write(
        "content-ladders/at-once.toml",
        "name = \"at-once\"\n[rungs.blog]\nchannel = \"blog\"\n[rungs.feed]\nchannel = \"feed\"\nafter = \"blog\"\n",
    );
    hostile(&house);
    for message in ["hello", "trap"] {
        house.run(&["publish", message, "--yes"]).ends(0);
    }
    let files = ["atom.xml", "rss.xml", "feed.json"].map(|file| house.path(&format!("public/feeds/{file}")));
    let found = python(FEEDS, &[&files[0], &files[1], &files[2]]);
    eprintln!("feedparser {}", found["feedparser"]);
    assert_eq!(found["wrong"], json!([]));
    let read = &found["read"];
    let titles: Vec<_> = read["atom.xml"].as_array().unwrap().iter().map(|item| &item["title"]).collect();
    assert!(titles.len() == 2 && titles.contains(&&json!(TITLE)), "{titles:?}");
    for item in read["feed.json"].as_array().unwrap() {
        assert!(item["page"].as_str().unwrap().contains("/blog/"), "{item}");
        assert!(item["html"].as_str().unwrap().contains("<p>"), "{item}");
    }
    for file in ["atom.xml", "rss.xml"] {
        for (xml, json) in read[file].as_array().unwrap().iter().zip(read["feed.json"].as_array().unwrap()) {
            for key in ["id", "title", "page", "tags"] {
                assert_eq!(xml[key], json[key], "{file}");
            }
            let trimmed = |item: &serde_json::Value| item["html"].as_str().unwrap().trim().to_owned();
            assert_eq!(trimmed(xml), trimmed(json), "{file}");
        }
    }
}

#[test]
#[ignore = "needs python3"]
fn the_plain_preset_writes_pages_and_a_feed_that_others_read() {
    let house = House::new("at-once");
    hostile(&house);
    for message in ["hello", "trap"] {
        house.run(&["publish", message, "--yes"]).ends(0);
    }
    for page in ["public/blog/index.html", "public/blog/hello/index.html", "public/blog/trap/index.html"] {
        read_page(&house.path(page));
    }
    says_it(&house.path("public/blog/trap/index.html"));
    let feed = python(FEED, &[&house.path("public/blog/feed.xml")]);
    assert_eq!(feed["wrong"], json!([]));
    let titles: Vec<_> =
        feed["entries"].as_array().unwrap().iter().map(|entry| entry["title"].clone()).collect();
    assert!(titles.len() == 2 && titles.contains(&json!(TITLE)), "{titles:?}");
}
