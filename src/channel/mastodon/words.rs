//! Whether a post that an instance shows is the one that was sent. Pure.
//!
//! An instance tells `content`, which is HTML: paragraphs, links whose text is the
//! address in pieces, mentions without their host, and on some servers marks that it
//! made of the text's own. Read as readers see it, it is compared with what was sent;
//! where it tells the text itself (`text`, or `/source`), that settles it.

use super::payload::{text_of, warning_of};
use crate::channel::images::{Shown as Images, behind};
use crate::channel::likeness::could_be;
use crate::plan::PayloadPart;
use crate::text::tags;
use ammonia::Builder;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A longer `content`, in bytes, or one with more tags is compared as it stands: no
/// instance makes as much of one post, and a parser's time grows with deep nesting.
const LONGEST_CONTENT: usize = 400_000;
const MOST_TAGS: usize = 4000;

/// How two posts compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same words.
    Same,
    /// Not the same, and too near to be sure.
    Alike,
    /// Another text.
    Unlike,
}

/// Compares a post in an answer with what was sent. None: its words are not told.
pub(super) fn compare(part: &PayloadPart, facts: &Value) -> Option<Likeness> {
    let content = facts.get("content").and_then(Value::as_str)?;
    let sent = text_of(part);
    let shown = read(content);
    let images = facts.get("media_attachments").and_then(Value::as_array).map(Vec::len);
    let text = facts.get("text").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let warning = facts.get("spoiler_text").and_then(Value::as_str);
    let other_warning = warning.is_some_and(|told| normal(told) != normal(warning_of(part)));
    let likeness = if sent.trim().is_empty() {
        // Without words only the number of images tells two posts apart.
        match (shown.trim().is_empty(), images == Some(part.media.len())) {
            (true, true) => Likeness::Same,
            (true, false) => Likeness::Alike,
            (false, _) => Likeness::Unlike,
        }
    } else if text.is_some_and(|text| is_same(sent, text)) || is_same(sent, &shown) {
        Likeness::Same
    } else if could_be(sent, &shown) || text.is_some_and(|text| could_be(sent, text)) {
        Likeness::Alike
    } else {
        Likeness::Unlike
    };
    Some(if other_warning && likeness == Likeness::Same { Likeness::Alike } else { likeness })
}

/// Whether both say the same, but for the spelling of accents and blanks, and for the
/// hosts of mentions, which an instance shows or leaves out as it likes.
pub(super) fn is_same(sent: &str, live: &str) -> bool {
    let (sent, live) = (normal(sent), normal(live));
    sent == live || without_hosts(&sent) == without_hosts(&live)
}

/// What readers see beside what was sent, where that is something else: the words, the
/// warning above them, the images and their words, or who may see it.
pub(super) fn differing(part: &PayloadPart, facts: &Value) -> Option<String> {
    let content = facts.get("content").and_then(Value::as_str)?;
    let (sent, shown) = (text_of(part), read(content));
    let mut told = None;
    if !is_same(sent, &shown) {
        told = Some(shown.clone());
    }
    let words = |told: &Option<String>| told.clone().unwrap_or_else(|| shown.clone());
    if let Some(warning) = facts.get("spoiler_text").and_then(Value::as_str)
        && normal(warning) != normal(warning_of(part))
    {
        let above = if warning.trim().is_empty() {
            "(without its content warning)".to_owned()
        } else {
            format!("(below the content warning “{}”)", warning.trim())
        };
        told = Some(behind(&words(&told), &above));
    }
    if let Some(images) = facts.get("media_attachments").and_then(Value::as_array) {
        // No post has more; the answer may be anybody's.
        let alts = images.iter().take(50).map(|image| {
            let alt = image.get("description").and_then(Value::as_str);
            alt.map(str::to_owned)
        });
        let shown = Images { number: Some(images.len()), alts: alts.collect() };
        let sent: Vec<&str> = part.media.iter().map(|picture| picture.alt.as_str()).collect();
        if let Some(other) = shown.differing(&sent) {
            told = Some(behind(&words(&told), &other));
        }
    }
    let asked = part.body.get("visibility").and_then(Value::as_str).unwrap_or_default();
    let live = facts.get("visibility").and_then(Value::as_str).unwrap_or_default();
    if openness(live) > openness(asked) && openness(asked) <= openness("private") {
        let seen = format!("(it may be seen as `{live}`; `{asked}` was sent)");
        told = Some(behind(&words(&told), &seen));
    }
    told
}

/// How many may see it; a word that is not known here is not compared.
fn openness(visibility: &str) -> Option<u8> {
    ["direct", "private", "unlisted", "public"]
        .iter()
        .position(|known| *known == visibility)
        .map(|at| at as u8)
}

/// The text of some HTML as readers see it.
pub(super) fn read(content: &str) -> String {
    if content.len() > LONGEST_CONTENT || content.matches('<').count() > MOST_TAGS {
        return content.to_owned();
    }
    // What is left has no attributes, and its text no bare `<` or `&`.
    static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut cleaner = Builder::empty();
        cleaner.tags(HashSet::from(["p", "br", "div", "blockquote", "li", "ul", "ol", "pre"]));
        cleaner.clean_content_tags(HashSet::from(["script", "style"]));
        cleaner
    });
    let clean = tags::clean(&CLEANER, content);
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean.as_str();
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tag = &rest[at + 1..];
        let end = tag.find('>').unwrap_or(tag.len());
        match &tag[..end] {
            "br" => out.push('\n'),
            "/p" | "/blockquote" => out.push_str("\n\n"),
            "/li" | "/div" | "/pre" | "blockquote" => out.push('\n'),
            _ => {}
        }
        rest = tag.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    let out =
        out.replace("&nbsp;", "\u{a0}").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    out.replace("&amp;", "&").trim().to_owned()
}

/// Composed, and with every run of blanks as one.
fn normal(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text with every `@ada@host` as `@ada`.
fn without_hosts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        let name = run(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        out.push_str(&rest[..name]);
        rest = &rest[name..];
        if let Some(host) = rest.strip_prefix('@').filter(|_| name > 0) {
            let end = run(host, |c| c.is_alphanumeric() || matches!(c, '.' | '-' | ':'));
            // A full stop or colon behind it is none of it.
            let end = host[..end].trim_end_matches(['.', ':', '-']).len();
            if end > 0 {
                rest = &host[end..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// How many bytes of `text` from its beginning are of that kind.
fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn content_is_read_as_readers_see_it() {
        for (content, text) in [
            ("<p>It landed.</p>", "It landed."),
            ("<p>One<br />two</p><p>three</p>", "One\ntwo\n\nthree"),
            (
                "<p>Read <a href=\"https://acme.example/a?b=c&amp;d=e\" rel=\"nofollow\"><span class=\"invisible\">\
                 https://</span><span class=\"ellipsis\">acme.example/a?b=c</span><span class=\"invisible\">&amp;d=e\
                 </span></a></p>",
                "Read https://acme.example/a?b=c&d=e",
            ),
            (
                "<p>Thanks <span class=\"h-card\"><a href=\"https://h.example/@ada\" class=\"u-url mention\">@<span>ada\
                 </span></a></span> <a href=\"https://h.example/tags/x\" class=\"mention hashtag\">#<span>x</span></a></p>",
                "Thanks @ada #x",
            ),
            ("a &amp; &lt;b&gt; &quot;c&quot; &#39;d&#39; &amp;lt;", "a & <b> \"c\" 'd' &lt;"),
            // Not escaped, as snac writes it.
            ("R&D & more<br><br>end<br>", "R&D & more\n\nend"),
            ("<script>alert(1)</script><style>p{}</style><p>x</p>", "x"),
            ("<p>x", "x"),
            ("", ""),
        ] {
            assert_eq!(read(content), text, "{content}");
        }
        // One tag that a parser would take a minute for.
        let many: String = (0..40_000).map(|number| format!("a{number}=1 ")).collect();
        let begun = std::time::Instant::now();
        assert!(read(&format!("<p><a {many}>x</a></p>")).ends_with("x"));
        assert!(begun.elapsed() < std::time::Duration::from_secs(8), "{:?}", begun.elapsed());
        let deep = "<p>".repeat(MOST_TAGS + 1);
        assert_eq!(read(&deep), deep);
    }

    fn part(text: &str) -> PayloadPart {
        PayloadPart { body: json!({ "status": text, "visibility": "private" }), media: Vec::new() }
    }

    #[test]
    fn words_are_compared_by_what_is_told() {
        let told = |sent: &str, facts: Value| compare(&part(sent), &facts);
        let content = |html: &str| json!({ "content": html });
        assert_eq!(told("It landed.", content("<p>It landed.</p>")), Some(Likeness::Same));
        assert_eq!(told("Hi @ada@h.example.", content("<p>Hi @ada.</p>")), Some(Likeness::Same));
        assert_eq!(told("Hi @ada", content("Hi @ada@127.0.0.1:8080")), Some(Likeness::Same));
        assert_eq!(told("*It* landed softly", content("<i>It</i> landed softly")), Some(Likeness::Alike));
        let source = json!({ "content": "<i>It</i> landed softly", "text": "*It* landed softly" });
        assert_eq!(told("*It* landed softly", source), Some(Likeness::Same));
        assert_eq!(told("It landed.", content("<p>We are hiring, in Berlin</p>")), Some(Likeness::Unlike));
        assert_eq!(told("It landed.", json!({})), None);
        let warned = json!({ "content": "<p>It landed.</p>", "spoiler_text": "rockets" });
        assert_eq!(told("It landed.", warned), Some(Likeness::Alike));
        assert_eq!(told("", json!({ "content": "", "media_attachments": [] })), Some(Likeness::Same));
        assert_eq!(told("", json!({ "content": "", "media_attachments": [{}] })), Some(Likeness::Alike));
        assert_eq!(told("", content("<p>It landed.</p>")), Some(Likeness::Unlike));
    }

    #[test]
    fn what_readers_see_otherwise_is_told() {
        let told = |facts: Value| differing(&part("It landed."), &facts);
        let facts = |more: Value| {
            let mut facts =
                json!({ "content": "<p>It landed.</p>", "media_attachments": [], "spoiler_text": "" });
            for (key, value) in more.as_object().unwrap() {
                facts[key] = value.clone();
            }
            facts
        };
        assert_eq!(told(facts(json!({ "visibility": "private" }))), None);
        assert_eq!(told(facts(json!({ "visibility": "odd" }))), None);
        assert_eq!(told(facts(json!({ "content": "<p>It</p>" }))).unwrap(), "It");
        assert_eq!(
            told(facts(json!({ "visibility": "public" }))).unwrap(),
            "It landed. (it may be seen as `public`; `private` was sent)"
        );
        assert_eq!(
            told(facts(json!({ "spoiler_text": "x", "media_attachments": [{}] }))).unwrap(),
            "It landed. (below the content warning “x”) (with 1 image; 0 sent)"
        );
        assert_eq!(told(json!({})), None);
    }

    #[test]
    fn hosts_of_mentions_are_left_out_and_nothing_else() {
        for (text, without) in [
            ("Hi @ada@h.example, and @bob@x.example.", "Hi @ada, and @bob."),
            ("mail ada@h.example", "mail ada@h.example"),
            ("@ @@ @a@ a@b@c", "@ @@ @a@ a@b"),
            ("@ada@127.0.0.1:8080: x", "@ada: x"),
        ] {
            assert_eq!(without_hosts(text), without);
        }
    }
}
