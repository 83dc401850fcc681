//! Addresses that are not known until an earlier rung is out.
//!
//! In every rendered text such an address stands as a token: a URL below the
//! reserved host `rung.invalid` (RFC 2606), so that Markdown, sanitisers,
//! counters and link cards all treat it as the link that it will be. The token
//! names the rung, whether the link is tracked, and how the address has to be
//! written where it stands, so that [`bind`] is a plain replacement in any string:
//!
//! `https://rung.invalid/blog/tracked` · `https://rung.invalid/blog/plain` ·
//! the same with `-html`, where `&` must become `&amp;`.

use memchr::memmem::Finder;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The reserved beginning of every token.
pub const PREFIX: &str = "https://rung.invalid/";

/// The token for the address of `rung`.
pub fn token(rung: &str, tracked: bool) -> String {
    format!("{PREFIX}{rung}/{}", if tracked { "tracked" } else { "plain" })
}

/// One token found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stands, in bytes.
    pub range: std::ops::Range<usize>,
    /// Whose address it is.
    pub rung: String,
    /// Whether it gets UTM tags.
    pub tracked: bool,
    /// Whether it stands in HTML.
    pub html: bool,
}

/// All tokens in `text`, in order.
pub fn find(text: &str) -> Vec<Found> {
    // For speed, set up once: every text is asked for tokens, and few have one.
    static HERE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(PREFIX));
    let mut found = Vec::new();
    for start in HERE.find_iter(text.as_bytes()) {
        let rest = &text[start + PREFIX.len()..];
        let name = rest.bytes().take_while(|b| is_name(*b)).count();
        if name == 0 || rest.as_bytes().get(name) != Some(&b'/') {
            continue;
        }
        let mode = &rest[name + 1..];
        // Longest first: `tracked-html` begins with `tracked`.
        let modes = [
            ("tracked-html", true, true),
            ("tracked", true, false),
            ("plain-html", false, true),
            ("plain", false, false),
        ];
        if let Some((word, tracked, html)) = modes.into_iter().find(|(word, ..)| mode.starts_with(word)) {
            found.push(Found {
                range: start..start + PREFIX.len() + name + 1 + word.len(),
                rung: rest[..name].to_owned(),
                tracked,
                html,
            });
        }
    }
    found
}

/// The rungs whose addresses `text` waits for.
pub fn rungs(text: &str) -> BTreeSet<String> {
    find(text).into_iter().map(|found| found.rung).collect()
}

/// Turns the tokens of a text that has just become HTML into their HTML form.
pub fn in_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut from = 0;
    for found in find(html).iter().filter(|found| !found.html) {
        out.push_str(&html[from..found.range.end]);
        out.push_str("-html");
        from = found.range.end;
    }
    out.push_str(&html[from..]);
    out
}

/// The tokens of HTML that has been read again, in their plain form.
pub fn out_of_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for found in find(text).iter().filter(|found| found.html) {
        out.push_str(&text[from..found.range.start]);
        out.push_str(&token(&found.rung, found.tracked));
        from = found.range.end;
    }
    out.push_str(&text[from..]);
    out
}

/// Puts the addresses in. `tag` adds the UTM tags of the rung that speaks. A
/// token whose address is missing stays: the caller checks with [`rungs`].
pub fn bind(text: &str, urls: &BTreeMap<String, String>, tag: &dyn Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for found in find(text) {
        let Some(url) = urls.get(&found.rung) else { continue };
        let url = if found.tracked { tag(url) } else { url.clone() };
        out.push_str(&text[from..found.range.start]);
        out.push_str(&if found.html { url.replace('&', "&amp;") } else { url });
        from = found.range.end;
    }
    out.push_str(&text[from..]);
    out
}

/// `text` with each token written for people: `‹address of blog›`.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for found in find(text) {
        out.push_str(&text[from..found.range.start]);
        out.push_str(&format!("‹address of {}›", found.rung));
        from = found.range.end;
    }
    out.push_str(&text[from..]);
    out
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_and_bound_where_they_stand() {
        let text = format!("read {}, or {}.", token("blog", true), token("a-b_2", false));
        assert_eq!(rungs(&text), BTreeSet::from(["a-b_2".to_owned(), "blog".to_owned()]));
        let urls = BTreeMap::from([("blog".to_owned(), "https://e.example/x?a=1".to_owned())]);
        let bound = bind(&text, &urls, &|url| format!("{url}&utm=1"));
        assert_eq!(bound, "read https://e.example/x?a=1&utm=1, or https://rung.invalid/a-b_2/plain.");
        let html = in_html(&format!("<a href=\"{}\">", token("blog", true)));
        assert_eq!(in_html(&html), html);
        let bound = bind(&html, &urls, &|url| format!("{url}&utm=1"));
        assert_eq!(bound, "<a href=\"https://e.example/x?a=1&amp;utm=1\">");
        assert_eq!(shown(&token("blog", true)), "‹address of blog›");
    }
}
