//! What a page names by its relations: an endpoint, a hub, itself. In `Link` headers
//! (RFC 8288, 2017) and in its HTML. Pure; what is read is a stranger's.

use crate::render::page_card::raw_text;
use crate::text::tags;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use reqwest::header::{HeaderMap, LINK};
use std::cell::RefCell;
use url::Url;

/// More links of one page or answer are not looked at.
const MOST: usize = 5_000;
/// Nobody names anything by more, in bytes.
const LONGEST: usize = 4096;

/// Something that is named: by which element (none: by a header), as what, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// `a`, `link`, in small letters; empty for a header.
    pub element: String,
    /// The address as it is written, without entities and blanks around it. Empty: the
    /// page itself.
    pub target: String,
    /// The relations, as they are written.
    pub rel: String,
}

impl Link {
    /// Whether that relation is among them, in whichever letters.
    pub fn is(&self, rel: &str) -> bool {
        self.rel.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(rel))
    }
}

/// What a page of HTML names.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Its links with an address, in order.
    pub links: Vec<Link>,
    base: Option<String>,
}

impl Named {
    /// What relative addresses of the page that was found at `found_at` begin with: the
    /// first `base`, if it is a web address.
    pub fn base(&self, found_at: &Url) -> Url {
        let base = self.base.as_deref().and_then(|base| found_at.join(base).ok());
        base.filter(|base| matches!(base.scheme(), "http" | "https")).unwrap_or_else(|| found_at.clone())
    }
}

/// What stands at `found_at` names as its `rel`: in a header first, else in the first
/// of those `elements` of the page, where there is one.
pub fn endpoint(
    headers: &HeaderMap,
    page: Option<&str>,
    found_at: &Url,
    (rel, elements): (&str, &[&str]),
) -> Option<Url> {
    let told = in_headers(headers, found_at);
    if let Some(link) = told.iter().find(|link| link.is(rel)) {
        return found_at.join(&link.target).ok();
    }
    let named = in_page(page?);
    let found = named.links.iter().find(|link| link.is(rel) && elements.contains(&link.element.as_str()));
    named.base(found_at).join(&found?.target).ok()
}

/// The links of all `Link` headers, in order; without those that speak of another page
/// (`anchor`).
pub fn in_headers(headers: &HeaderMap, found_at: &Url) -> Vec<Link> {
    let written = headers.get_all(LINK).iter();
    // Outside of ASCII nothing is said to be anything.
    let written: Vec<_> = written.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let mut links = Vec::new();
    for header in &written {
        let mut rest = header.as_ref();
        while let (Some((link, anchor, after)), true) = (one(rest), links.len() < MOST) {
            let about = anchor.map(|anchor| found_at.join(&anchor));
            let is_own = about.is_none_or(|about| about.is_ok_and(|about| same_page(&about, found_at)));
            links.extend(link.filter(|link| is_own && link.target.len() <= LONGEST));
            rest = after;
        }
    }
    links
}

fn same_page(one: &Url, other: &Url) -> bool {
    let bare = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    bare(one) == bare(other)
}

/// `<target>; a=b; c="d, \"e\""`, and what comes behind it: the first link of a header
/// (RFC 8288, 3), with its `anchor`. None: there is no more.
fn one(header: &str) -> Option<(Option<Link>, Option<String>, &str)> {
    let (_, from) = header.split_once('<')?;
    let (target, mut rest) = from.split_once('>')?;
    let (mut rel, mut anchor): (Option<String>, Option<String>) = (None, None);
    loop {
        rest = rest.trim_start();
        let Some(parameter) = rest.strip_prefix(';') else { break };
        let parameter = parameter.trim_start();
        let end = parameter.find(|c: char| matches!(c, '=' | ';' | ',') || c.is_whitespace());
        let (name, behind) = parameter.split_at(end.unwrap_or(parameter.len()));
        let (value, behind) = match behind.trim_start().strip_prefix('=') {
            Some(value) => word(value.trim_start()),
            None => (String::new(), behind),
        };
        // Of several `rel` the first counts (3.3).
        if name.eq_ignore_ascii_case("rel") {
            rel.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("anchor") {
            anchor.get_or_insert(value);
        }
        rest = behind;
    }
    // What cannot be read ends the link, and what is behind the next comma is another.
    let after = rest.find(',').map_or("", |at| rest.get(at + 1..).unwrap_or_default());
    let target = target.trim().to_owned();
    Some((rel.map(|rel| Link { target, rel, element: String::new() }), anchor, after))
}

/// A token, or a text in quotation marks (RFC 9110, 5.6), and what comes behind it.
fn word(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| matches!(c, ';' | ',') || c.is_whitespace()).unwrap_or(text.len());
        let (token, rest) = text.split_at(end);
        return (token.to_owned(), rest);
    };
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, c) in quoted.char_indices() {
        match c {
            _ if is_escaped => {
                value.push(c);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            c => value.push(c),
        }
    }
    (value, "")
}

/// What a page of HTML names with an address: `a`, `area` and `link`, in their order. What
/// stands in comments, scripts and texts is none.
pub fn in_page(html: &str) -> Named {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(tags::bounded(html).as_ref()));
    // It stops only where a sink says so, and this one never does.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Sink(RefCell<Named>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        if let Some(raw) = raw_text(&tag.name) {
            return TokenSinkResult::RawData(raw);
        }
        let mut named = self.0.borrow_mut();
        let value = |name: &str| {
            let found = |tag: &Tag| {
                tag.attrs.iter().find(|one| &*one.name.local == name).map(|one| one.value.clone())
            };
            found(&tag)
        };
        let Some(href) = value("href").filter(|href| href.len() <= LONGEST) else {
            return TokenSinkResult::Continue;
        };
        let target = href.trim_matches(|c: char| c.is_ascii_whitespace()).to_owned();
        match &*tag.name {
            "base" => drop(named.base.get_or_insert(target)),
            element @ ("a" | "area" | "link") if named.links.len() < MOST => {
                let rel = value("rel").map(|rel| rel.to_string()).unwrap_or_default();
                named.links.push(Link { element: element.to_owned(), target, rel });
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    const WEBMENTION: (&str, &[&str]) = ("webmention", &["link", "a"]);

    fn found(headers: &[&str], html: &str) -> Option<String> {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(LINK, HeaderValue::from_bytes(header.as_bytes()).unwrap());
        }
        let at = Url::parse("https://a.example/blog/post?x=1").unwrap();
        endpoint(&map, Some(html), &at, WEBMENTION).map(String::from)
    }

    /// The list of cases that receivers are found by, in headers (W3C Webmention,
    /// 2017-01-12, 3.1.2).
    #[test]
    fn headers_name_an_endpoint_in_every_way_that_there_is() {
        for (headers, expected) in [
            (&["</w>; rel=webmention"][..], Some("https://a.example/w")),
            (&["<w>; rel=\"webmention\""], Some("https://a.example/blog/w")),
            (&["<https://w.example/?q=1&r>; rel=\"other WebMention\""], Some("https://w.example/?q=1&r")),
            (&["</no>; rel=\"not-webmention\", </w>;rel=webmention"], Some("https://a.example/w")),
            (&["</no>; rel=me", "</w>; rel=webmention"], Some("https://a.example/w")),
            (&["</1>; rel=webmention", "</2>; rel=webmention"], Some("https://a.example/1")),
            (&["<>; rel=webmention"], Some("https://a.example/blog/post?x=1")),
            (
                &["</a,b>; title=\"x, </no>; rel=webmention\"; REL = webmention"],
                Some("https://a.example/a,b"),
            ),
            (&["</no>; rel=\"a\"; rel=webmention"], None),
            (&["</no>; title=\"\\\"; rel=webmention\""], None),
            (
                &["</no>; rel=webmention; anchor=\"/else\", </w>; rel=webmention; anchor=\"#here\""],
                Some("https://a.example/w"),
            ),
            (&["garbage, </w>; rel=webmention"], Some("https://a.example/w")),
            (&["<no"], None),
            (&["</w> rel=webmention"], None),
            (&[""], None),
            (&["<//w.example/x>; rel=webmention"], Some("https://w.example/x")),
        ] {
            assert_eq!(found(headers, "").as_deref(), expected, "{headers:?}");
        }
        // A header comes before what the page says.
        let both = found(&["</h>; rel=webmention"], "<link rel=webmention href=/p>");
        assert_eq!(both.as_deref(), Some("https://a.example/h"));
    }

    /// The same, in pages.
    #[test]
    fn pages_name_an_endpoint_by_the_first_element_in_order() {
        for (html, expected) in [
            ("<link rel=webmention href=/w>", Some("https://a.example/w")),
            ("<LINK REL='WEBMENTION' HREF='/w'>", Some("https://a.example/w")),
            ("<p><a rel=webmention href=/a></a><link rel=webmention href=/w>", Some("https://a.example/a")),
            ("<link rel=webmention href=/w><a rel=webmention href=/a>", Some("https://a.example/w")),
            (
                "<!-- <link rel=webmention href=/no> --><a rel='x webmention' href=/w>",
                Some("https://a.example/w"),
            ),
            ("&lt;a rel=webmention href=/no&gt;<code>&lt;link rel=webmention href=/no></code>", None),
            (
                "<script>'<a rel=webmention href=/no>'</script><a rel=webmention href=/w>",
                Some("https://a.example/w"),
            ),
            ("<textarea><a rel=webmention href=/no></textarea>", None),
            ("<link rel=webmention href>", Some("https://a.example/blog/post?x=1")),
            ("<link rel=webmention href=''>", Some("https://a.example/blog/post?x=1")),
            (
                "<a rel=webmention></a><a rel=webmention href='w?a=1&amp;b'>",
                Some("https://a.example/blog/w?a=1&b"),
            ),
            ("<base href=/other/><link rel=webmention href=w>", Some("https://a.example/other/w")),
            ("<base href='javascript:x'><link rel=webmention href=w>", Some("https://a.example/blog/w")),
            ("<base href=/1/><base href=/2/><link rel=webmention href=w>", Some("https://a.example/1/w")),
            ("<area rel=webmention href=/no><form rel=webmention action=/no>", None),
            ("<link rel=not-webmention href=/no><link rel=webmentions href=/no>", None),
            ("<template></p ><a\nrel\n=\nwebmention\nhref=/w>", Some("https://a.example/w")),
            ("", None),
        ] {
            assert_eq!(found(&[], html).as_deref(), expected, "{html}");
        }
    }

    #[test]
    fn what_is_named_without_measure_is_not_read() {
        let many = "<a rel=webmention>".repeat(20_000) + &"<a href=/x>".repeat(20_000);
        assert_eq!(in_page(&many).links.len(), MOST);
        let long = format!("<a rel=webmention href=/{}><a rel=webmention href=/w>", "x".repeat(LONGEST));
        assert_eq!(found(&[], &long).as_deref(), Some("https://a.example/w"));
        let header = format!("</{}>; rel=webmention, </w>; rel=webmention", "x".repeat(LONGEST));
        assert_eq!(found(&[&header], "").as_deref(), Some("https://a.example/w"));
    }

    proptest::proptest! {
        #[test]
        fn every_header_and_page_can_be_read(text in "[<>;,=\"\\\\a-z ]{0,120}", any in "\\PC{0,80}") {
            let _ = (one(&text), one(&any), in_page(&text), in_page(&any));
        }
    }
}
