//! Where a page will be found: a pattern with places for slug, date and language.

use crate::render::Article;
use crate::source::Span;
use jiff::Zoned;

const PLACES: &[&str] = &["slug", "year", "month", "day", "language"];

/// A pattern whose places are known to exist.
#[derive(Clone, Debug)]
pub struct Address {
    pattern: String,
    /// Where it was written.
    pub span: Option<Span>,
}

impl Address {
    /// A pattern for a public address.
    pub fn url(pattern: &str) -> Result<Address, String> {
        let address = Address::checked(pattern)?;
        let sample = pattern.replace(['{', '}'], "");
        let parsed = url::Url::parse(&sample).ok();
        if crate::ladder::name::holds_user(&sample) {
            return Err("an address with a user or a password in it, which everybody could read".to_owned());
        }
        if !parsed.is_some_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(format!("`{pattern}` is not an `https://` address"));
        }
        Ok(address)
    }

    /// A pattern for a path on the site.
    pub fn path(pattern: &str) -> Result<Address, String> {
        if !pattern.starts_with('/') {
            return Err(format!("`{pattern}` is not a path: it starts with `/`"));
        }
        Address::checked(pattern)
    }

    fn checked(pattern: &str) -> Result<Address, String> {
        if pattern.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("an address holds no blanks".to_owned());
        }
        let mut rest = pattern;
        while let Some(start) = rest.find(['{', '}']) {
            let inner = &rest[start + 1..];
            let place = inner.split('}').next().unwrap_or_default();
            if !rest[start..].starts_with('{') || !PLACES.contains(&place) || !inner.contains('}') {
                return Err(format!("`{pattern}` has a place that does not exist"));
            }
            rest = &inner[place.len() + 1..];
        }
        if !pattern.contains("{slug}") {
            return Err(format!("`{pattern}` has no `{{slug}}`: every page would have the same address"));
        }
        Ok(Address { pattern: pattern.to_owned(), span: None })
    }

    /// The address of an article.
    pub fn of(&self, article: &Article, date: &Zoned) -> String {
        let filled = self
            .pattern
            .replace("{year}", &format!("{:04}", date.year()))
            .replace("{month}", &format!("{:02}", date.month()))
            .replace("{day}", &format!("{:02}", date.day()))
            .replace("{language}", &article.language)
            .replace("{slug}", &article.slug);
        // As it stands in links: letters beyond ASCII percent-encoded.
        url::Url::parse(&filled).map_or(filled, |url| url.to_string())
    }

    /// Only the path: what generators call the permalink. It stays as written,
    /// not percent-encoded, because it also names the file.
    pub fn path_of(&self, article: &Article, date: &Zoned) -> String {
        let after_host = self.pattern.split_once("://").map_or(self.pattern.as_str(), |(_, rest)| {
            rest.find('/').map_or("/{slug}/", |slash| &rest[slash..])
        });
        Address { pattern: after_host.to_owned(), span: None }.of(article, date)
    }

    /// What stands before the slug, when nothing else varies and only
    /// `index.html` may follow.
    pub fn before_slug(&self) -> Option<&str> {
        let (before, after) = self.pattern.split_once("{slug}")?;
        let plain = !before.contains('{') && before.ends_with('/');
        (plain && matches!(after, "" | "/" | "/index.html")).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;

    #[test]
    fn patterns_are_checked_and_filled() {
        let date = "2026-02-03T01:00:00[Europe/Berlin]".parse::<Zoned>().unwrap();
        let mut article = fixture::article();
        let address = Address::url("https://acme.example/{language}/{year}/{month}/{day}/{slug}/").unwrap();
        assert_eq!(address.of(&article, &date), "https://acme.example/en/2026/02/03/rocket-2/");
        assert_eq!(address.path_of(&article, &date), "/en/2026/02/03/rocket-2/");
        assert_eq!(address.before_slug(), None);
        article.slug = "größe".to_owned();
        let address = Address::url("https://acme.example/blog/{slug}/").unwrap();
        assert_eq!(address.of(&article, &date), "https://acme.example/blog/gr%C3%B6%C3%9Fe/");
        assert_eq!(address.before_slug(), Some("https://acme.example/blog/"));
        for bad in [
            "https://acme.example/",
            "https://acme.example/{slag}/{slug}",
            "https://acme.example/{slug",
            "https://acme.example/}{slug}",
            "ftp://acme.example/{slug}",
            "https://user@acme.example/{slug}",
            "{slug}",
            "https://acme.example/a b/{slug}",
        ] {
            assert!(Address::url(bad).is_err(), "{bad}");
        }
    }
}
