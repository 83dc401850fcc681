//! Whether a text that X shows is the one that was sent.
//!
//! X shows every link as `https://t.co/…`, writes `&`, `<` and `>` as in HTML,
//! and puts one more link behind the text where there are images. What stands in
//! X's place may write the text as it is, or more of it as in HTML: each of these
//! readings will do, for none makes another text look like ours.

use crate::channel::likeness::could_be;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// How every short link goes on behind its scheme.
const SHORT: &str = "://t.co/";

/// A text as X tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// As it came.
    told: String,
    /// Short links, and where they lead.
    links: BTreeMap<String, String>,
    /// How many images are on it, if X says so.
    pub media: Option<usize>,
}

/// Where the whole text of a post stands.
fn whole_of(post: &Value) -> &Value {
    let long = post.get("note_tweet").or_else(|| post.get("note_post"));
    long.filter(|long| long.get("text").is_some_and(Value::is_string)).unwrap_or(post)
}

/// The words of a post in an answer, if it says them at all.
pub(super) fn words_of(post: &Value) -> Option<&str> {
    whole_of(post).get("text").and_then(Value::as_str)
}

/// How two texts compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same words and links.
    Same,
    /// Not the same, and too near to be sure.
    Alike,
    /// Another text.
    Unlike,
}

impl Shown {
    /// Of a post in an answer. A longer text stands apart, and the short one is
    /// cut; both spellings of that key are in use.
    pub fn of(post: &Value) -> Shown {
        let whole = whole_of(post);
        let text = words_of(post).unwrap_or_default();
        let urls = whole.pointer("/entities/urls").or_else(|| post.pointer("/entities/urls"));
        let link = |url: &Value| {
            let short = url.get("url")?.as_str()?.to_owned();
            // An image's own link leads to nothing that was written.
            let of_media = url.get("media_key").is_some()
                || url.get("display_url").and_then(Value::as_str).is_some_and(|shown| {
                    shown.starts_with("pic.x.com/") || shown.starts_with("pic.twitter.com/")
                });
            let target = if of_media { "" } else { url.get("expanded_url")?.as_str()? };
            Some((short, target.to_owned()))
        };
        let links = urls.and_then(Value::as_array).into_iter().flatten().filter_map(link).collect();
        let media = post.pointer("/attachments/media_keys").and_then(Value::as_array).map(Vec::len);
        Shown { told: text.to_owned(), links, media }
    }

    /// Whether the last word is one of X's own links, as that of the images is.
    pub fn ends_in_link(&self) -> bool {
        self.told.split_whitespace().next_back().is_some_and(|word| word.contains(SHORT))
    }

    /// What readers see: signs as they are, links as they lead where X says so,
    /// and without that of the images, if there were so many.
    pub fn read(&self, images: usize) -> String {
        let text = unescaped(&self.told);
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((range, short)) = short_link(rest) {
            out.push_str(&rest[..range.start]);
            let ends = rest[range.end..].trim().is_empty();
            match self.links.get(short) {
                Some(target) => out.push_str(target),
                None if images > 0 && ends => {}
                None => out.push_str(short),
            }
            rest = &rest[range.end..];
        }
        out.push_str(rest);
        out.truncate(out.trim_end().len());
        out
    }

    /// Compares with what was sent, on which there were so many images.
    pub fn compare(&self, sent: &str, images: usize) -> Likeness {
        let mut best = Likeness::Unlike;
        let mut readings: Vec<String> = Vec::new();
        for reading in [unescaped(&self.told), self.told.clone(), unescaped(&html_marks(&self.told))] {
            if readings.contains(&reading) {
                continue;
            }
            match self.compare_reading(&reading, sent, images) {
                Likeness::Same => return Likeness::Same,
                Likeness::Alike => best = Likeness::Alike,
                Likeness::Unlike => {}
            }
            readings.push(reading);
        }
        best
    }

    fn compare_reading(&self, reading: &str, sent: &str, images: usize) -> Likeness {
        let sent = normal(sent);
        let shown = self.pieces(reading, images);
        if matches(&sent, &shown, true) {
            // Without words only the number of images tells two posts apart.
            return if sent.is_empty() && self.media != Some(images) {
                Likeness::Alike
            } else {
                Likeness::Same
            };
        }
        // With the links' targets, for addresses that X alone calls links, and without.
        let whole: String = shown.iter().map(Piece::text).collect();
        let written: String =
            shown.iter().map(|piece| if let Piece::Text(text) = piece { text } else { " " }).collect();
        let alike = matches(&sent, &shown, false) || could_be(&sent, &whole) || could_be(&sent, &written);
        if alike { Likeness::Alike } else { Likeness::Unlike }
    }

    /// The text in pieces, without the images' link.
    fn pieces(&self, reading: &str, images: usize) -> Vec<Piece> {
        let text = normal(reading);
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((range, short)) = short_link(rest) {
            push_text(&mut pieces, &rest[..range.start]);
            let target = self.links.get(short).cloned();
            if target.as_deref() != Some("") {
                pieces.push(Piece::Link(target));
            }
            rest = &rest[range.end..];
        }
        push_text(&mut pieces, rest);
        // A last link of which nothing is known belongs to the images, if there are any.
        if images > 0 && matches!(pieces.last(), Some(Piece::Link(None))) {
            pieces.pop();
        }
        if let Some(Piece::Text(last)) = pieces.last_mut() {
            last.truncate(last.trim_end().len());
        }
        pieces
    }
}

/// The first of X's own links in a text, and where it stands.
fn short_link(text: &str) -> Option<(Range<usize>, &str)> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(SHORT)?;
        let code = at + SHORT.len();
        let length = text[code..].find(|c: char| !c.is_ascii_alphanumeric());
        let end = length.map_or(text.len(), |length| code + length);
        if let Some(scheme) = ["https", "http"].into_iter().find(|scheme| text[..at].ends_with(scheme)) {
            let range = at - scheme.len()..end;
            return Some((range.clone(), &text[range]));
        }
        from = end;
    }
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// A short link, and where it leads, if that is known.
    Link(Option<String>),
}

impl Piece {
    fn text(&self) -> &str {
        match self {
            Piece::Text(text) => text,
            Piece::Link(target) => target.as_deref().unwrap_or_default(),
        }
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Whether `sent` is the pieces with a link (a run without blanks) for every
/// short link: the one that it leads to, if `exact`. One pass from the left.
fn matches(sent: &str, pieces: &[Piece], exact: bool) -> bool {
    let mut rest = sent;
    let mut open: Option<&Option<String>> = None;
    for (number, piece) in pieces.iter().enumerate() {
        match (piece, open.take()) {
            (Piece::Text(text), None) => match rest.strip_prefix(text.as_str()) {
                Some(after) => rest = after,
                None => return false,
            },
            (Piece::Text(text), Some(target)) => {
                let last = number + 1 == pieces.len();
                let at = if last {
                    rest.strip_suffix(text.as_str()).map(str::len)
                } else {
                    rest.find(text.as_str())
                };
                let Some(at) = at.filter(|at| is_link(&rest[..*at], target, exact)) else { return false };
                rest = &rest[at + text.len()..];
            }
            (Piece::Link(target), None) => open = Some(target),
            // Two links without anything between them.
            (Piece::Link(_), Some(_)) => return false,
        }
    }
    match open {
        Some(target) => is_link(rest, target, exact),
        None => rest.is_empty(),
    }
}

fn is_link(written: &str, target: &Option<String>, exact: bool) -> bool {
    let run = !written.is_empty() && !written.contains(char::is_whitespace);
    run && target.as_ref().is_none_or(|target| !exact || bare(written) == bare(target))
}

/// An address without what X adds or takes away: scheme, capitals of the host,
/// a slash at the end.
fn bare(address: &str) -> String {
    let whole = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let Ok(url) = url::Url::parse(&whole) else { return address.to_owned() };
    let text = url.as_str();
    text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/').to_owned()
}

/// Composed, and with every run of blanks as one.
fn normal(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The signs that X spells as in HTML, as they are.
pub(super) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The quotation marks that HTML may spell as well, and X does not.
fn html_marks(text: &str) -> String {
    let quoted = text.replace("&quot;", "\"");
    ["&#39;", "&#039;", "&#x27;", "&apos;"].iter().fold(quoted, |text, spelled| text.replace(spelled, "'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn compare(sent: &str, images: usize, post: Value) -> Likeness {
        Shown::of(&post).compare(sent, images)
    }

    fn url(short: &str, target: &str) -> Value {
        json!({ "url": short, "expanded_url": target })
    }

    #[test]
    fn links_and_signs_come_back_in_another_spelling() {
        let post = json!({
            "text": "R&amp;D: it &lt;landed&gt; https://t.co/Ab1, see https://t.co/Cd2.",
            "entities": { "urls": [url("https://t.co/Ab1", "https://acme.example/x?a=1&b=2"),
                                   url("https://t.co/Cd2", "http://acme.example")] },
        });
        let sent = "R&D: it <landed> https://acme.example/x?a=1&b=2, see Acme.example.";
        assert_eq!(compare(sent, 0, post.clone()), Likeness::Same);
        assert_eq!(compare(&sent.replace("a=1", "a=7"), 0, post.clone()), Likeness::Alike);
        assert_eq!(compare("Something else is said today", 0, post.clone()), Likeness::Unlike);
        assert_eq!(compare(&sent.replace("landed", "lands"), 0, post), Likeness::Alike);
        let cut = json!({ "text": "It landed after a flight of four…" });
        assert_eq!(compare("It landed after a flight of four hundred seconds.", 0, cut), Likeness::Alike);
    }

    #[test]
    fn a_text_may_come_back_as_it_is_or_spelled_as_in_html() {
        for sent in ["R&D <b> \"it's\"", "&amp; is written &amp;amp;", "&quot;&#39;&lt;", "AT&T"] {
            let xs = sent.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let full = xs.replace('"', "&quot;").replace('\'', "&#39;");
            for told in [sent, &xs, &full] {
                assert_eq!(compare(sent, 0, json!({ "text": told })), Likeness::Same, "{sent} / {told}");
            }
        }
        assert_ne!(compare("R&D", 0, json!({ "text": "R&amp;amp;D" })), Likeness::Same);
    }

    #[test]
    fn what_readers_see_has_signs_links_and_no_image_link() {
        let read = |post: Value, images| Shown::of(&post).read(images);
        let told = json!({
            "text": "R&amp;D &lt;x&gt;\n&amp;amp; https://t.co/Ab1 and https://t.co/Zz9\nhttps://t.co/pic",
            "entities": { "urls": [url("https://t.co/Ab1", "https://acme.example/x?a=1&b=2"),
                                   { "url": "https://t.co/pic", "expanded_url": "https://x.com/a/status/1/photo/1",
                                     "display_url": "pic.x.com/pic" }] },
        });
        let seen = "R&D <x>\n&amp; https://acme.example/x?a=1&b=2 and https://t.co/Zz9";
        assert_eq!(read(told, 1), seen);
        assert_eq!(read(json!({ "text": "Look https://t.co/pic" }), 1), "Look");
        assert_eq!(read(json!({ "text": "Look https://t.co/a" }), 0), "Look https://t.co/a");
        assert_eq!(read(json!({ "text": "ftp://t.co/a x://t.co/b é" }), 1), "ftp://t.co/a x://t.co/b é");
        let long = json!({ "text": "cut…", "note_tweet": { "text": "All of it &amp; more" } });
        assert_eq!(read(long, 0), "All of it & more");
    }

    #[test]
    fn without_its_target_a_short_link_stands_for_any() {
        let shown = |text: &str| json!({ "text": text });
        assert_eq!(compare("See https://a.example/", 0, shown("See https://t.co/a")), Likeness::Same);
        // X may have cut it there, and a link before it may have been ours.
        assert_eq!(compare("See you there", 0, shown("See https://t.co/a")), Likeness::Alike);
        assert_eq!(compare("Hear us there", 0, shown("See https://t.co/a")), Likeness::Unlike);
        assert_eq!(compare("https://a.example b", 0, shown("https://t.co/a b")), Likeness::Same);
        assert_eq!(compare("a", 0, shown("https://t.co/ahttps://t.co/b")), Likeness::Unlike);
        // What is not short stays as it was written.
        assert_eq!(compare("See https://a.example/", 0, shown("See https://a.example/")), Likeness::Same);
    }

    #[test]
    fn the_images_own_link_is_not_part_of_the_words() {
        let known = json!({
            "text": "Look. https://t.co/pic",
            "entities": { "urls": [{ "url": "https://t.co/pic", "media_key": "3_1",
                                     "expanded_url": "https://x.com/acme/status/1/photo/1" }] },
        });
        assert_eq!(compare("Look.", 1, known), Likeness::Same);
        let unknown = json!({ "text": "Look. https://t.co/pic" });
        assert_eq!(compare("Look.", 1, unknown.clone()), Likeness::Same);
        assert_eq!(compare("Look.", 0, unknown), Likeness::Alike);
        let bare =
            |media: &[&str]| json!({ "text": "https://t.co/p", "attachments": { "media_keys": media } });
        assert_eq!(compare("", 2, bare(&["3_1", "3_2"])), Likeness::Same);
        assert_eq!(compare("", 1, bare(&["3_1", "3_2"])), Likeness::Alike);
    }

    #[test]
    fn blanks_composition_and_long_texts_make_no_difference() {
        let post = json!({ "text": "cut…", "note_tweet": { "text": "Caf\u{e9}\nand more" } });
        assert_eq!(compare("  Cafe\u{301}\r\n and more ", 0, post), Likeness::Same);
        let post = json!({ "text": "cut…", "note_post": { "text": "All of it" } });
        assert_eq!(compare("All of it", 0, post), Likeness::Same);
        assert_eq!(compare("All of it", 0, json!({})), Likeness::Alike);
    }

    #[test]
    fn what_is_cut_short_may_be_ours() {
        let sent = "It landed after a flight of four hundred seconds, softly and on its own four legs.";
        let to_itself = |text: &str| json!({ "text": text, "entities": { "urls": [url("https://t.co/Ab1", "https://x.com/i/web/status/7")] } });
        for told in
            ["It landed… https://t.co/Ab1", "It landed after a flight of… https://t.co/Ab1", "Landed…"]
        {
            assert_eq!(compare(sent, 0, json!({ "text": told })), Likeness::Alike, "{told}");
            assert_eq!(compare(sent, 0, to_itself(told)), Likeness::Alike, "{told}");
        }
        assert_eq!(compare(sent, 0, to_itself("It burned… https://t.co/Ab1")), Likeness::Unlike);
    }
}
