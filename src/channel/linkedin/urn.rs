//! LinkedIn's names for things, `urn:li:KIND:ID`, and how they stand in addresses.
//!
//! What a server says is a URN only if it looks like one: it becomes a part
//! of addresses that we ask for and of links that people follow.

use crate::channel::network::is_nought;

/// Where a post is seen, `{urn}` in between.
const FEED: &str = "https://www.linkedin.com/feed/update/";

/// Whether posts can be written in this name.
pub(super) fn is_author(urn: &str) -> bool {
    is_organization(urn) || urn.strip_prefix("urn:li:person:").is_some_and(is_id)
}

/// Whether it is an organisation: a company page, a showcase page, a school.
pub(super) fn is_organization(urn: &str) -> bool {
    urn.strip_prefix("urn:li:organization:").is_some_and(is_id)
}

/// The ID at the end of a simple URN.
pub(super) fn id(urn: &str) -> &str {
    urn.rsplit(':').next().unwrap_or(urn)
}

/// Whether it is a post: the Posts API names them `share` or `ugcPost`, the
/// feed's addresses `activity`.
pub(super) fn is_post(urn: &str) -> bool {
    ["urn:li:share:", "urn:li:ugcPost:", "urn:li:activity:"]
        .iter()
        .any(|kind| urn.strip_prefix(kind).is_some_and(is_number))
}

/// Posts and comments are numbered. Whatever else a server puts there may be
/// anything that it was told: a token, too.
fn is_number(id: &str) -> bool {
    (1..=30).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit()) && !is_nought(id)
}

/// Whether it is an uploaded image.
pub(super) fn is_image(urn: &str) -> bool {
    urn.strip_prefix("urn:li:image:").is_some_and(is_id)
}

/// Servers have been seen to write the absence of an ID as a word.
fn is_id(id: &str) -> bool {
    !["none", "null", "undefined"].iter().any(|none| id.eq_ignore_ascii_case(none))
        && !id.is_empty()
        && id.len() <= 100
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The URN in a header: some servers write its colons as addresses have them.
pub(super) fn plain(header: &str) -> String {
    header.trim().replace("%3A", ":").replace("%3a", ":")
}

/// The first post that `text` names, of the kinds that the Posts API gives out.
pub(super) fn post_in(text: &str) -> Option<String> {
    let starts = ["urn:li:share:", "urn:li:ugcPost:"];
    let (at, kind) = starts.iter().filter_map(|kind| Some((text.find(kind)?, kind))).min()?;
    let rest = &text[at + kind.len()..];
    // A full stop ends the sentence, and anything else the number.
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
    is_number(&rest[..end]).then(|| format!("{kind}{}", &rest[..end]))
}

/// The post that an address of the feed shows: for posts that a person told us of.
pub(super) fn post_of_url(url: &str) -> Option<String> {
    let rest = url.split_once("/feed/update/")?.1;
    let urn = plain(rest.split(['/', '?', '#']).next()?);
    is_post(&urn).then_some(urn)
}

/// A post's public address.
pub(super) fn feed_url(post: &str) -> String {
    format!("{FEED}{post}/")
}

/// A comment's public address. The query is what the site's own "copy link"
/// gives; a reader without it sees the post.
pub(super) fn comment_url(post: &str, comment: &str) -> String {
    format!("{FEED}{post}/?commentUrn={}", encoded(comment))
}

/// As a part of a path or a value of a query.
pub(super) fn encoded(urn: &str) -> String {
    url::form_urlencoded::byte_serialize(urn.as_bytes()).collect()
}

/// A comment's URN, `urn:li:comment:(urn:li:activity:7,8)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// What it stands below.
    pub thread: String,
    /// Its own number.
    pub id: String,
}

impl Comment {
    /// Reads the URN; both the full name of the thread and the short one
    /// (`activity:7`) are in use.
    pub fn parse(urn: &str) -> Option<Comment> {
        let inside = urn.strip_prefix("urn:li:comment:(")?.strip_suffix(')')?;
        let (thread, id) = inside.rsplit_once(',')?;
        let thread =
            if thread.starts_with("urn:li:") { thread.to_owned() } else { format!("urn:li:{thread}") };
        (is_post(&thread) && is_number(id)).then(|| Comment { thread, id: id.to_owned() })
    }

    /// The comment with the number `id` below `thread`.
    pub fn of(thread: &str, id: &str) -> Option<Comment> {
        (is_post(thread) && is_number(id)).then(|| Comment { thread: thread.to_owned(), id: id.to_owned() })
    }

    /// The whole URN.
    pub fn urn(&self) -> String {
        format!("urn:li:comment:({},{})", self.thread, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_urn_is_one() {
        assert!(is_author("urn:li:person:a-B_9") && is_author("urn:li:organization:12"));
        for bad in
            ["", "urn:li:person:", "urn:li:company:1", "urn:li:person:a/../b", "urn:li:organization:1?x"]
        {
            assert!(!is_author(bad), "{bad}");
        }
        assert!(is_post("urn:li:share:7") && is_post("urn:li:ugcPost:7") && is_post("urn:li:activity:7"));
        assert!(!is_post("urn:li:person:7") && !is_post("urn:li:share:7/../../v2"));
        let long = format!("urn:li:share:{}", "7".repeat(31));
        for odd in [
            "urn:li:share:",
            "urn:li:share:AQV-sesame",
            "urn:li:share:7a",
            "urn:li:share:0",
            "urn:li:share:٧",
            &long,
        ] {
            assert!(!is_post(odd), "{odd}");
        }
        assert_eq!(id("urn:li:organization:12"), "12");
    }

    #[test]
    fn the_post_that_a_duplicate_names_is_found_and_a_person_is_none() {
        let named = |text: &str| post_in(text);
        assert_eq!(named("Content is a duplicate of urn:li:share:712."), Some("urn:li:share:712".to_owned()));
        let both = "urn:li:ugcPost:5 after urn:li:person:9 and urn:li:share:6";
        assert_eq!(named(both), Some("urn:li:ugcPost:5".to_owned()));
        assert_eq!(named("a duplicate of urn:li:person:99"), None);
        assert_eq!(named("urn:li:share:"), None);
        assert_eq!(named("a duplicate of urn:li:share:7sesame"), None);
        assert_eq!(named("a duplicate of urn:li:share:7 (really)"), Some("urn:li:share:7".to_owned()));
    }

    #[test]
    fn addresses_lead_to_posts_and_back() {
        let url = feed_url("urn:li:share:7");
        assert_eq!(url, "https://www.linkedin.com/feed/update/urn:li:share:7/");
        assert_eq!(post_of_url(&url), Some("urn:li:share:7".to_owned()));
        let copied = "https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A7?utm_source=share";
        assert_eq!(post_of_url(copied), Some("urn:li:activity:7".to_owned()));
        assert_eq!(post_of_url("https://www.linkedin.com/in/ada/"), None);
    }

    #[test]
    fn comments_are_named_by_thread_and_number() {
        let long = "urn:li:comment:(urn:li:activity:7,8)";
        let comment = Comment::parse(long).unwrap();
        assert_eq!((comment.thread.as_str(), comment.id.as_str()), ("urn:li:activity:7", "8"));
        assert_eq!(comment.urn(), long);
        assert_eq!(Comment::parse("urn:li:comment:(activity:7,8)"), Some(comment));
        for bad in [
            "8",
            "urn:li:comment:(urn:li:person:7,8)",
            "urn:li:comment:(urn:li:share:7,)",
            "urn:li:comment:()",
        ] {
            assert_eq!(Comment::parse(bad), None, "{bad}");
        }
        for none in ["2/3", "8-sesame", "None", "null", "undefined", ""] {
            assert_eq!(Comment::of("urn:li:share:1", none), None, "{none}");
        }
        assert_eq!(Comment::parse("urn:li:comment:(urn:li:activity:7,None)"), None);
    }
}
