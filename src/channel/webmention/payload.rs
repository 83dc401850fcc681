//! Which page mentions whom. Pure.

use crate::channel::{rel, wrong_kind};
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::plan::key::hex_digest;
use crate::plan::{Payload, PayloadPart};
use crate::render::{Article, Variant, late};
use crate::text::escape;
use serde_json::json;
use url::Url;

/// More pages are not told of one message: who mentions more is a list of links, and
/// looks like spam to those who get it (a judgement).
pub(super) const MOST: usize = 50;

/// Longest address, in bytes: what servers take in practice (RFC 9110, 4.1, recommends
/// 8000; many stop at 2 KB).
const LONGEST: usize = 2048;

/// Who mentions whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mentions {
    /// Our page.
    pub source: String,
    /// The pages that it links to, as they stand in it.
    pub targets: Vec<String>,
}

impl Mentions {
    /// As a plan holds them. None: it holds none.
    pub fn read(part: &PayloadPart) -> Option<Mentions> {
        let source = part.body["source"].as_str()?.to_owned();
        let targets = part.body["targets"].as_array()?;
        let targets = targets.iter().filter_map(|target| target.as_str().map(str::to_owned)).collect();
        Some(Mentions { source, targets })
    }

    /// What a message mentions, and how much of it is left out.
    fn of(article: &Article) -> (Option<Mentions>, usize) {
        let Some(source) = article.canonical.clone() else { return (None, 0) };
        let own = Url::parse(&source).ok().filter(|_| late::find(&source).is_empty());
        let own = own.as_ref().and_then(Url::host_str);
        let mut targets: Vec<String> = Vec::new();
        for link in rel::in_page(&article.html).links {
            if link.element == "a" && is_target(&link.target, own) && !targets.contains(&link.target) {
                targets.push(link.target);
            }
        }
        let left_out = targets.len().saturating_sub(MOST);
        targets.truncate(MOST);
        (Some(Mentions { source, targets }), left_out)
    }
}

/// Whether somebody else may be told of that address: a page of the web, not on the host
/// `own`, and without anything in it that readers do not follow.
fn is_target(address: &str, own: Option<&str>) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '\\');
    let Ok(url) = Url::parse(address) else { return false };
    matches!(url.scheme(), "http" | "https")
        && address.len() <= LONGEST
        && address.chars().all(plain)
        && url.username().is_empty()
        && url.password().is_none()
        && url.host_str().is_some_and(|host| own.is_none_or(|own| !host.eq_ignore_ascii_case(own)))
        && late::find(address).is_empty()
}

/// One part, whoever is mentioned: each is told by itself, and what each answered stands
/// in the one receipt (docs/decisions/mentions.md).
pub(super) fn payload(variant: &Variant) -> Checked<Payload> {
    let Variant::Article(article) = variant else {
        return Checked::bad(vec![wrong_kind(variant, "an article")]);
    };
    let (mentions, left_out) = Mentions::of(article);
    let Some(Mentions { source, targets }) = mentions else {
        return Checked::bad(vec![no_source("mentions")]);
    };
    let mut problems = Vec::new();
    if targets.is_empty() {
        let says = "the message links to no other site: there is nobody to tell";
        problems.push(Diagnostic::note("no-mentions", says).about(About::Body));
    }
    if left_out > 0 {
        let says = format!("of its links the first {MOST} are told, and {left_out} are not");
        let hint = "take links out, or leave it so: receivers may take more for spam";
        problems.push(Diagnostic::warning("mentions-left-out", says).about(About::Body).hint(hint));
    }
    // Other words are told of, too, where they mention the same.
    let words = hex_digest(format!("{}\n{}", article.title, article.html).as_bytes());
    let body = json!({ "source": source, "targets": targets, "article_sha256": words });
    Checked::with(Payload { parts: vec![PayloadPart { body, media: Vec::new() }] }, problems)
}

/// There is no page that the rung speaks of.
pub(in crate::channel) fn no_source(what: &str) -> Diagnostic {
    Diagnostic::error("no-source", format!("no page comes out before its {what}")).about(About::Rung)
        .hint("let the rung wait for the article, `after = \"blog\"`; or give the message a `link`, or the rung a `canonical`")
}

/// What those who are told of it see of the message: where it is, and who is mentioned.
pub(super) fn shown(variant: &Variant) -> Option<Variant> {
    let Variant::Article(article) = variant else { return None };
    let Mentions { source, targets } = Mentions::of(article).0?;
    let says = match targets.len() {
        0 => "It links to no other site, and nobody is told.".to_owned(),
        1 => "It links to this page, which is told, if it takes Webmentions:".to_owned(),
        several => format!("It links to these {several} pages. Each is told that takes Webmentions:"),
    };
    Some(listed(article, &source, &says, &targets))
}

/// An article that says where another one is, and lists addresses. It is no page of its
/// own: no address is shown of it.
pub(in crate::channel) fn listed(
    article: &Article,
    source: &str,
    says: &str,
    addresses: &[String],
) -> Variant {
    let link = |address: &String| format!("<li><a href=\"{0}\">{0}</a></li>", escape(address));
    let items = addresses.iter().map(link).collect::<String>();
    let page = escape(source);
    let html = format!("<p><a href=\"{page}\">{page}</a></p><p>{}</p><ul>{items}</ul>", escape(says));
    let items = addresses.iter().map(|address| format!("- <{address}>\n")).collect::<String>();
    Variant::Article(Article {
        slug: String::new(),
        excerpt: String::new(),
        html,
        markdown: format!("<{source}>\n\n{says}\n\n{items}"),
        cover: None,
        media: Vec::new(),
        tags: Vec::new(),
        canonical: None,
        ..article.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;

    fn of(source: &str, html: &str) -> Mentions {
        let article =
            Article { canonical: Some(source.to_owned()), html: html.to_owned(), ..fixture::article() };
        let made = payload(&Variant::Article(article)).value.unwrap();
        Mentions::read(&made.parts[0]).unwrap()
    }

    #[test]
    fn who_is_mentioned_stands_letter_by_letter_in_the_text() {
        let html = "<a href=\"https://b.example/?a=1&amp;b=%7e#Frag\">b</a> <a href='HTTP://C.example'>c</a>\
                    <a href=\"https://b.example/?a=1&amp;b=%7e#Frag\">again</a><a href=\"https://a.example/x\">own</a>\
                    <a href=\"/here\">own</a><a href=\"mailto:a@b.example\">m</a><img src=\"https://i.example/\">\
                    <a href=\"javascript:alert(1)\">j</a><a href=\"https://me:pw@d.example/\">p</a>\
                    <a href=\"https://e.example/&#13;&#10;X: y\">crlf</a><a href=\"https://rung.invalid/blog/plain\">l</a>\
                    <a href=\"https://A.EXAMPLE:8443/\">own</a><a>none</a><a href=\"\">empty</a>";
        let made = of("https://a.example/blog", html);
        assert_eq!(made.targets, ["https://b.example/?a=1&b=%7e#Frag", "HTTP://C.example"]);
        // Where the page will be is not known yet: whether that is its own site is seen later.
        assert!(
            of("https://rung.invalid/blog/plain", html).targets.contains(&"https://a.example/x".to_owned())
        );
    }

    #[test]
    fn nobody_too_many_and_no_page_are_told() {
        let names = |article: Article| {
            let problems = payload(&Variant::Article(article)).problems;
            problems.iter().map(|problem| problem.rule).collect::<Vec<_>>()
        };
        let article = |canonical: Option<&str>, html: String| Article {
            canonical: canonical.map(str::to_owned),
            html,
            ..fixture::article()
        };
        let many = (0..60).map(|n| format!("<a href=\"https://b.example/{n}\">b</a>")).collect::<String>();
        assert_eq!(names(article(None, many.clone())), ["no-source"]);
        assert_eq!(names(article(Some("https://a.example/"), "<p>x</p>".to_owned())), ["no-mentions"]);
        assert_eq!(names(article(Some("https://a.example/"), many.clone())), ["mentions-left-out"]);
        assert_eq!(of("https://a.example/", &many).targets.len(), MOST);
    }

    #[test]
    fn a_reader_sees_the_page_and_who_is_told() {
        let html = "<a href=\"https://b.example/?a&amp;b\">b</a>".to_owned();
        let article =
            Article { canonical: Some("https://a.example/".to_owned()), html, ..fixture::article() };
        let Some(Variant::Article(shown)) = shown(&Variant::Article(article)) else { panic!() };
        assert!(shown.html.contains("<li><a href=\"https://b.example/?a&amp;b\">"), "{}", shown.html);
        assert!(shown.markdown.starts_with("<https://a.example/>") && shown.media.is_empty());
    }
}
