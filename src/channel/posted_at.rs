//! The address of a post as it is kept: without what a share button or a browser
//! hung onto it, and under the name that the network has today.
//!
//! Pure. What each network hangs on was seen in its share menus, 2026.

use url::Url;

/// Facebook names a post in its query; the rest of that says who shared it.
const FACEBOOK: &[&str] =
    &["story_fbid", "id", "comment_id", "reply_comment_id", "fbid", "v", "set", "multi_permalinks"];
/// A comment stands in LinkedIn's query.
const LINKEDIN: &[&str] = &["commentUrn", "replyUrn", "dashCommentUrn", "dashReplyUrn"];

/// `address` as it is kept. One of another host stays as it is.
pub fn tidied(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let host = url.host_str().unwrap_or_default().to_owned();
    let is_of =
        |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if is_of("x.com") || is_of("twitter.com") {
        let steps: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
        let Some(at) = steps.iter().position(|step| matches!(*step, "status" | "statuses")) else {
            return address.to_owned();
        };
        let Some(id) = steps.get(at + 1).filter(|id| !id.is_empty()) else { return address.to_owned() };
        let path = format!("/{}/status/{id}", steps[..at].join("/"));
        return format!("https://x.com{path}");
    }
    let known = match () {
        () if is_of("facebook.com") => FACEBOOK,
        () if is_of("linkedin.com") => LINKEDIN,
        // All that names a post there is its path.
        () if is_of("bsky.app") => &[],
        () => return address.to_owned(),
    };
    if url.query().is_none() && url.fragment().is_none() {
        return address.to_owned();
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| known.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_fragment(None);
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_share_button_hangs_on_is_not_kept() {
        for (copied, kept) in [
            ("https://twitter.com/acme/status/123?s=20", "https://x.com/acme/status/123"),
            ("https://mobile.x.com/i/web/status/123/photo/1#a", "https://x.com/i/web/status/123"),
            ("https://x.com/acme/status/123", "https://x.com/acme/status/123"),
            (
                "https://www.facebook.com/acme/posts/77?__cft__[0]=AZ&__tn__=%2CO#x",
                "https://www.facebook.com/acme/posts/77",
            ),
            (
                "https://www.facebook.com/permalink.php?story_fbid=77&id=12&ref=share",
                "https://www.facebook.com/permalink.php?story_fbid=77&id=12",
            ),
            (
                "https://www.linkedin.com/posts/acme_it-activity-7-Ab?utm_source=share&rcm=x",
                "https://www.linkedin.com/posts/acme_it-activity-7-Ab",
            ),
            (
                "https://bsky.app/profile/acme.example/post/3ke6kg3wk222z?ref_src=embed#a",
                "https://bsky.app/profile/acme.example/post/3ke6kg3wk222z",
            ),
            ("https://notx.com/a/status/1?s=20", "https://notx.com/a/status/1?s=20"),
            ("https://acme.example/a?b=c#d", "https://acme.example/a?b=c#d"),
            ("no address", "no address"),
        ] {
            assert_eq!(tidied(copied), kept, "{copied}");
            assert_eq!(tidied(kept), kept, "{kept}");
        }
    }
}
