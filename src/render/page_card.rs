//! What a page says of itself to whoever shows a link to it as a card.
//!
//! Open Graph (ogp.me, read 2026), else what X's cards are made of, else the
//! page's title and description. A page is a stranger's: what it says is plain
//! text here, in one line, bounded, and steers no display.

use super::Picture;
use crate::text::{tags, visible};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use url::Url;

/// Longest title, in characters: far more than any network shows.
const TITLE: usize = 300;
/// Longest description, in characters: the same.
const DESCRIPTION: usize = 1000;
/// Longest address of an image, in bytes.
const ADDRESS: usize = 2048;
/// Tags of a page behind which nothing is looked at.
const TAGS: usize = 20_000;
/// Bytes that are read of a page before it is asked whether that is enough.
const PIECE: usize = 16 * 1024;

/// The cards of pages, by the link as the message has it.
pub type PageCards = BTreeMap<String, PageCard>;

/// A page as a card shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageCard {
    /// Its headline.
    pub title: String,
    /// A line below; may be empty.
    #[serde(default)]
    pub description: String,
    /// Its image, once that is fetched and kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Picture>,
}

/// What was read of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// Title and description.
    pub card: PageCard,
    /// Where its image is.
    pub image: Option<Url>,
}

/// Reads the head of a page that was found at `address`. None: it says no title. The
/// time grows with the page and no faster: 2 MB of whatever takes longest (entities, open
/// tags, quotes, comments) took at most 2.3 s without optimisation (2026-11-23).
pub fn read(html: &str, address: &Url) -> Option<Read> {
    let sink = Sink::default();
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest: &str = &tags::bounded(html);
    while !rest.is_empty() && !tokenizer.sink.is_done() {
        let piece = rest.get(..rest.floor_char_boundary(PIECE)).unwrap_or(rest);
        input.push_back(StrTendril::from(piece));
        // It stops only where a sink says so, and this one never does.
        let _ = tokenizer.feed(&input);
        rest = &rest[piece.len()..];
    }
    tokenizer.end();
    let said = tokenizer.sink.said.into_inner();
    let first = |names: &[&str], longest: usize| {
        let told = names.iter().filter_map(|name| said.get(*name)).map(|text| plain(text, longest));
        told.into_iter().find(|text| !text.is_empty())
    };
    let title = first(&["og:title", "twitter:title", "title"], TITLE)?;
    let description =
        first(&["og:description", "twitter:description", "description"], DESCRIPTION).unwrap_or_default();
    let image = ["og:image:secure_url", "og:image", "og:image:url", "twitter:image"]
        .iter()
        .filter_map(|name| said.get(*name))
        .filter(|written| written.len() <= ADDRESS)
        .filter_map(|written| address.join(written.trim()).ok())
        .find(|url| matches!(url.scheme(), "http" | "https"));
    Some(Read { card: PageCard { title, description, image: None }, image })
}

/// One line of plain text, cut at a word if it is long.
fn plain(text: &str, longest: usize) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let harmless = visible::harmless(&one_line).into_owned();
    let Some((end, _)) = harmless.char_indices().nth(longest) else { return harmless };
    let cut = harmless.get(..end).unwrap_or_default();
    let word = cut.rfind(' ').filter(|at| at * 2 > end).unwrap_or(end);
    format!("{}…", cut.get(..word).unwrap_or(cut).trim_end())
}

/// Collects what the head says; of several the first.
#[derive(Default)]
struct Sink {
    said: RefCell<BTreeMap<String, String>>,
    /// Whether the characters that come are the title's.
    in_title: Cell<bool>,
    title: RefCell<String>,
    tags: Cell<usize>,
    past_head: Cell<bool>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => self.tag(&tag),
            Token::CharacterTokens(text) if self.in_title.get() => {
                let mut title = self.title.borrow_mut();
                // As long as it is, it is cut later.
                if title.len() < 16 * TITLE {
                    title.push_str(&text);
                }
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Sink {
    /// Whether what follows says nothing more: the head is over and named the page, or
    /// there were more tags than any head has.
    fn is_done(&self) -> bool {
        let named = || {
            ["og:title", "twitter:title", "title"].iter().any(|name| self.said.borrow().contains_key(*name))
        };
        self.tags.get() > TAGS || (self.past_head.get() && named())
    }

    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        self.tags.set(self.tags.get() + 1);
        let opens = tag.kind == TagKind::StartTag;
        match (&*tag.name, opens) {
            // An SVG has titles of its own: the first is the page's.
            ("head", false) | ("body", true) => self.past_head.set(true),
            // An SVG has titles of its own: the first is the page's.
            ("title", true) => {
                self.in_title.set(!self.said.borrow().contains_key("title"));
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            ("title", false) if self.in_title.get() => {
                self.in_title.set(false);
                let title = self.title.take();
                self.said.borrow_mut().entry("title".to_owned()).or_insert(title);
            }
            ("noscript", true) => return TokenSinkResult::RawData(RawKind::Rawtext),
            ("meta", true) if self.tags.get() < TAGS => {
                let value = |name: &str| {
                    tag.attrs
                        .iter()
                        .find(|attribute| &*attribute.name.local == name)
                        .map(|found| &*found.value)
                };
                // Open Graph says `property`; many pages say `name`.
                if let (Some(name), Some(content)) =
                    (value("property").or_else(|| value("name")), value("content"))
                {
                    let name = name.trim().to_ascii_lowercase();
                    if KNOWN.contains(&name.as_str()) && !content.trim().is_empty() {
                        self.said.borrow_mut().entry(name).or_insert_with(|| content.to_owned());
                    }
                }
            }
            (name, true) => {
                return raw_text(name).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// How what stands in an element is read whose content holds no elements (HTML standard,
/// parsing, 2026); none: as every other.
pub fn raw_text(element: &str) -> Option<RawKind> {
    match element {
        "script" => Some(RawKind::ScriptData),
        "style" | "iframe" | "noembed" | "noframes" | "xmp" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

/// What is kept of a page.
const KNOWN: &[&str] = &[
    "og:title",
    "twitter:title",
    "og:description",
    "twitter:description",
    "description",
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "twitter:image",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(html: &str) -> Option<(String, String, Option<String>)> {
        let read = read(html, &Url::parse("https://acme.example/blog/page?x=1").unwrap())?;
        Some((read.card.title, read.card.description, read.image.map(String::from)))
    }

    fn said(title: &str, description: &str, image: Option<&str>) -> Option<(String, String, Option<String>)> {
        Some((title.to_owned(), description.to_owned(), image.map(str::to_owned)))
    }

    #[test]
    fn open_graph_comes_first_then_cards_then_the_head() {
        for (html, expected) in [
            (
                "<!doctype html><html><head><title>A</title><meta property='og:title' content='B &amp; C'>\
                 <meta property=og:description content=\"D\"><meta property=og:image content=/e.png>",
                said("B & C", "D", Some("https://acme.example/e.png")),
            ),
            (
                "<title> A\n  title </title><meta name=description content='Of it'>",
                said("A title", "Of it", None),
            ),
            (
                "<meta NAME='Twitter:Title' content=T><meta name='twitter:image' content='i.jpg'>",
                said("T", "", Some("https://acme.example/blog/i.jpg")),
            ),
            // Of several the first; an empty one is none.
            (
                "<meta property=og:title content=''><meta property=og:title content=1><meta property=og:title content=2>",
                said("1", "", None),
            ),
            ("<title>A</title><svg><title>B</title></svg>", said("A", "", None)),
            ("<title>A</title><meta property=og:image content='javascript:alert(1)'>", said("A", "", None)),
            (
                "<title>A</title><meta property=og:image content='data:image/png;base64,AA'>",
                said("A", "", None),
            ),
            ("<p>Nothing</p>", None),
            ("", None),
        ] {
            assert_eq!(at(html), expected, "{html}");
        }
    }

    #[test]
    fn what_is_no_mark_of_the_page_is_passed_over() {
        for html in [
            "<script>var x = \"<meta property='og:title' content='evil'>\"</script><title>A</title>",
            "<!-- <meta property='og:title' content='evil'> --><title>A</title>",
            "<style><meta property='og:title' content='evil'></style><title>A</title>",
            "<title>A</title><textarea><meta property='og:title' content='evil'></textarea>",
            "<noscript><meta property='og:title' content='evil'></noscript><title>A</title>",
        ] {
            assert_eq!(at(html), said("A", "", None), "{html}");
        }
        // Markup in a title is its text.
        assert_eq!(at("<title><b>A</b></title>"), said("<b>A</b>", "", None));
    }

    #[test]
    fn no_page_takes_long_to_read() {
        let many: String = (0..220_000).map(|number| format!("a{number}=1 ")).collect();
        for html in [
            format!("<title>A</title><meta {many} property=og:title content=T>"),
            format!("<title>A</title></head>{}", "<div>".repeat(400_000)),
            format!("<title>A</title>{}", "<meta name=x content=y>".repeat(90_000)),
        ] {
            let begun = std::time::Instant::now();
            assert_eq!(at(&html), said("A", "", None));
            assert!(begun.elapsed() < std::time::Duration::from_secs(8), "{:?}", begun.elapsed());
        }
        // Behind a head that said nothing something may follow.
        assert_eq!(at("<head></head><body><p>x<title>A</title>"), said("A", "", None));
    }

    #[test]
    fn a_strangers_words_are_one_harmless_bounded_line() {
        let (title, description, _) = at(&format!(
            "<meta property=og:title content='{}'><meta property=og:description content='a\u{202e}b\u{1b}[31m\nc'>",
            "word ".repeat(5000)
        ))
        .unwrap();
        assert!(title.ends_with("word…") && title.chars().count() <= 301, "{title}");
        assert!(!description.contains(['\u{202e}', '\u{1b}', '\n']), "{description:?}");
    }

    proptest::proptest! {
        #[test]
        fn every_page_can_be_read(html in "\\PC{0,200}", marks in "[<>/=a-z'\" !-]{0,200}") {
            let _ = at(&html);
            let _ = at(&marks);
        }
    }
}
