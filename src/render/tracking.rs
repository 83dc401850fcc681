//! UTM tags on the brand's own links.

mod form;

use crate::text::markup::links::with_addresses;
use crate::text::{Rules, Syntax};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use url::Url;

/// What is added to the brand's own links in one variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// Hosts whose links (and their subdomains') are tagged; none: no tagging.
    pub domains: Vec<String>,
    /// `utm_campaign`.
    pub campaign: String,
    /// `utm_source`.
    pub source: String,
    /// `utm_medium`.
    pub medium: String,
    /// `utm_content`: the rung.
    pub content: String,
}

impl Tracking {
    /// `url` with the tags, if it is one of the brand's own and carries no
    /// `utm_` parameter yet. Everything else of it stays as it was written,
    /// letter by letter; a fragment stays at the end.
    pub fn tag(&self, url: &str) -> String {
        if !self.is_own(url) {
            return url.to_owned();
        }
        let (address, fragment) = match url.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (url, None),
        };
        if let Some((_, query)) = address.split_once('?') {
            let tagged = |pair: &str| pair.get(..4).is_some_and(|key| key.eq_ignore_ascii_case("utm_"));
            if query.split(['&', ';']).any(tagged) {
                return url.to_owned();
            }
        }
        let mut out = address.to_owned();
        let query = self.query();
        if !query.is_empty() {
            if !out.contains('?') {
                out.push('?');
            } else if !out.ends_with(['?', '&']) {
                out.push('&');
            }
            out.push_str(&query);
        }
        if let Some(fragment) = fragment {
            out.push('#');
            out.push_str(fragment);
        }
        out
    }

    /// What is added: `utm_source=…&utm_medium=…`, without what is empty.
    fn query(&self) -> String {
        let tags = [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.campaign),
            ("utm_content", &self.content),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(tags.into_iter().filter(|(_, value)| !value.is_empty()));
        query.finish()
    }

    /// `text` with every web address in it tagged.
    pub fn tag_text(&self, text: &str) -> String {
        self.tag_text_except(text, &BTreeSet::new())
    }

    /// The same, but the addresses in `untracked` are left alone.
    pub fn tag_text_except(&self, text: &str, untracked: &BTreeSet<String>) -> String {
        self.tag_written_except(text, Syntax::Plain, untracked)
    }

    /// The same of a text in a network's markup: there the address of a link
    /// is tagged and not its words, and code is left alone.
    pub fn tag_written_except(&self, text: &str, syntax: Syntax, untracked: &BTreeSet<String>) -> String {
        if self.domains.is_empty() || !text.contains("://") {
            return text.to_owned();
        }
        // What is tagged is what is counted and shown as a link: one finder for all.
        let tagged =
            |url: &str| Some(self.tag(url)).filter(|tagged| !untracked.contains(url) && tagged != url);
        with_addresses(text, syntax, tagged).into_owned()
    }

    /// The same of a post for the network of `rules`: where it would find another
    /// end of an address with its tags, that is written otherwise (`words: address`
    /// for `words (address)`, a space behind), or left without tags.
    pub fn tag_post_except(&self, text: &str, rules: &Rules, untracked: &BTreeSet<String>) -> String {
        if rules.markup != Syntax::Plain || self.domains.is_empty() || !text.contains("://") {
            return self.tag_written_except(text, rules.markup, untracked);
        }
        let tagged =
            |url: &str| Some(self.tag(url)).filter(|tagged| !untracked.contains(url) && tagged != url);
        form::tagged(text, rules.dialect, &self.query(), tagged)
    }

    /// HTML with the address of every `href="…"` tagged.
    pub fn tag_html(&self, html: &str) -> String {
        self.tag_html_except(html, &BTreeSet::new())
    }

    /// The same, but the addresses in `untracked` are left alone.
    pub fn tag_html_except(&self, html: &str, untracked: &BTreeSet<String>) -> String {
        const HREF: &str = " href=\"";
        if self.domains.is_empty() {
            return html.to_owned();
        }
        let mut out = String::with_capacity(html.len() + 512);
        let mut rest = html;
        while let Some(at) = rest.find(HREF) {
            let (before, after) = rest.split_at(at + HREF.len());
            out.push_str(before);
            let end = after.find('"').unwrap_or(after.len());
            let url = after[..end].replace("&amp;", "&");
            let tagged = if untracked.contains(&url) { url.clone() } else { self.tag(&url) };
            if tagged == url {
                out.push_str(&after[..end]);
            } else {
                out.push_str(&tagged.replace('&', "&amp;"));
            }
            rest = &after[end..];
        }
        out.push_str(rest);
        out
    }

    fn is_own(&self, url: &str) -> bool {
        if self.domains.is_empty() {
            return false;
        }
        let Ok(parsed) = Url::parse(url) else { return false };
        if !matches!(parsed.scheme(), "http" | "https") {
            return false;
        }
        let Some(host) = parsed.host_str() else { return false };
        let host = host.trim_end_matches('.');
        self.domains.iter().any(|domain| {
            let domain = domain.trim_end_matches('.').to_lowercase();
            !domain.is_empty()
                && (host == domain || host.strip_suffix(&domain).is_some_and(|sub| sub.ends_with('.')))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracking() -> Tracking {
        Tracking {
            domains: vec!["acme.example".to_owned()],
            campaign: "Rocket 2".to_owned(),
            source: "x".to_owned(),
            medium: "social".to_owned(),
            content: "tweet".to_owned(),
        }
    }

    const TAGS: &str = "utm_source=x&utm_medium=social&utm_campaign=Rocket+2&utm_content=tweet";

    #[test]
    fn own_links_get_tags_and_the_rest_stays_letter_by_letter() {
        let t = tracking();
        assert_eq!(t.tag("https://acme.example"), format!("https://acme.example?{TAGS}"));
        assert_eq!(
            t.tag("https://ACME.example/Ü?a=%7e#top"),
            format!("https://ACME.example/Ü?a=%7e&{TAGS}#top")
        );
        assert_eq!(t.tag("http://www.acme.example/?"), format!("http://www.acme.example/?{TAGS}"));
        assert_eq!(t.tag("https://acme.example/#a?b"), format!("https://acme.example/?{TAGS}#a?b"));
    }

    #[test]
    fn other_links_and_links_with_tags_are_left_alone() {
        let t = tracking();
        for url in [
            "https://notacme.example/",
            "https://acme.example.evil.org/",
            "https://evil.org/?acme.example",
            "https://acme.example/?UTM_source=mail",
            "https://acme.example/?a=1&utm_id=3#x",
            "mailto:a@acme.example",
            "ftp://acme.example/",
            "https://rung.invalid/blog/tracked",
            "",
            "not a url",
        ] {
            assert_eq!(t.tag(url), url);
        }
        assert_eq!(Tracking::default().tag("https://acme.example"), "https://acme.example");
    }

    #[test]
    fn a_network_links_what_is_tagged_and_no_more() {
        use crate::text::{EntityKind, entities, network};
        let t = Tracking { domains: vec!["acme.org".to_owned()], ..tracking() };
        let on = |text: &str, rules: &Rules| t.tag_post_except(text, rules, &BTreeSet::new());
        let tagged = format!("https://acme.org/q?{TAGS}");
        assert_eq!(on("das (https://acme.org/q)…", &network::MASTODON), format!("das: {tagged} …"));
        assert_eq!(on("das (https://acme.org/q)", &network::X), format!("das ({tagged})"));
        assert_eq!(on("Das! (https://acme.org/q)…", &network::MASTODON), format!("Das! {tagged} …"));
        assert_eq!(on("a (https://b.org/q) b", &network::MASTODON), "a (https://b.org/q) b");
        // An address that is not known yet gets its tags later.
        let late = "das (https://rung.invalid/blog/tracked)…";
        assert_eq!(on(late, &network::MASTODON), "das: https://rung.invalid/blog/tracked …");
        assert_eq!(Tracking::default().tag_post_except(late, &network::MASTODON, &BTreeSet::new()), late);
        let plain = "das (https://rung.invalid/blog/plain)…";
        assert_eq!(on(plain, &network::MASTODON), plain);
        for rules in [network::MASTODON, network::X, network::BLUESKY, network::LINKEDIN] {
            let links = |text: &str| -> Vec<String> {
                let found = entities(text, rules.dialect).into_iter();
                let links = found.filter(|entity| entity.kind == EntityKind::Link);
                links.map(|link| text[link.range].to_owned()).collect()
            };
            for behind in ["“ x", "» x", " – x", "–x", "。", "。x", "…", ")", ")。", ").", "’s", "\n"]
            {
                for before in ["", "siehe ", "siehe (", "„", "( "] {
                    let text = format!("{before}https://acme.org/q{behind}");
                    // A text of which readers and the network see the same link.
                    let own = ["https://acme.org/q"];
                    let plain = Syntax::Plain.addresses(&text);
                    if links(&text) == own && plain.len() == 1 && text[plain[0].clone()] == *own[0] {
                        let made = on(&text, &rules);
                        let whole = links(&made) == [&*tagged] || made == text;
                        assert!(whole, "{made:?} on {}", rules.network);
                    }
                }
            }
        }
    }

    #[test]
    fn links_are_found_in_text_and_html() {
        let t = tracking();
        assert_eq!(
            t.tag_text("See (https://acme.example/a), and https://b.example."),
            format!("See (https://acme.example/a?{TAGS}), and https://b.example.")
        );
        let html = "<a href=\"https://acme.example/?a=1&amp;b=2\">x</a> <a href=\"#y\">";
        let tags = TAGS.replace('&', "&amp;");
        assert_eq!(
            t.tag_html(html),
            format!("<a href=\"https://acme.example/?a=1&amp;b=2&amp;{tags}\">x</a> <a href=\"#y\">")
        );
        let left = BTreeSet::from(["https://acme.example/a".to_owned()]);
        assert_eq!(t.tag_text_except("https://acme.example/a", &left), "https://acme.example/a");
    }
}
