//! The web addresses of LinkedIn's posts, as people copy them.

use super::urn;
use crate::channel::network::{Host, web};

/// The URN of the post at `address`: `/feed/update/URN/`, or `/posts/NAME_…-activity-NUMBER-…`
/// (also with `share` and `ugcPost`), as "copy link" gives it (seen 2026). The
/// number of an `activity` is not that of the share.
pub(super) fn post_at(address: &str, base_url: &str) -> Result<Option<String>, String> {
    let (url, host) = web(address, "LinkedIn", &["linkedin.com"], base_url)?;
    if let Some(comment) = url.query_pairs().find(|(key, _)| key == "commentUrn") {
        let comment = urn::Comment::parse(&comment.1);
        return Ok(comment.map(|comment| comment.urn()));
    }
    match urn::post_of_url(address).or_else(|| slug(url.path())) {
        Some(post) => Ok(Some(post)),
        None if host == Host::Other && url.path() != "/" => Ok(None),
        None => Err("it names no post: take \"Copy link to post\" from the post's menu".to_owned()),
    }
}

/// The post that an address shows which a person gave: its URN stands in it. That
/// comments go below an `activity` is not written in the Comments API, whose own
/// examples call the thread of a comment by that name (unverified).
pub(super) fn post_in(address: &str) -> Option<String> {
    urn::post_of_url(address).or_else(|| slug(url::Url::parse(address).ok()?.path()))
}

fn slug(path: &str) -> Option<String> {
    let name = path.strip_prefix("/posts/")?;
    ["activity", "share", "ugcPost"].iter().find_map(|kind| {
        let (_, rest) = name.rsplit_once(&format!("-{kind}-"))?;
        let number = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        Some(format!("urn:li:{kind}:{number}")).filter(|urn| urn::is_post(urn))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_has_a_urn_or_a_number() {
        let at = |address: &str| post_at(address, "https://api.linkedin.com");
        for (address, id) in [
            ("https://www.linkedin.com/feed/update/urn:li:share:7/", "urn:li:share:7"),
            ("https://linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7?utm=a", "urn:li:ugcPost:7"),
            ("https://www.linkedin.com/posts/acme_it-landed-activity-7-Ab_c?utm=a", "urn:li:activity:7"),
            ("https://www.linkedin.com/posts/acme-share-1_x-share-7-Ab", "urn:li:share:7"),
            (
                "https://www.linkedin.com/feed/update/urn:li:share:7/?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A9%2C8%29",
                "urn:li:comment:(urn:li:activity:9,8)",
            ),
        ] {
            assert_eq!(at(address), Ok(Some(id.to_owned())), "{address}");
        }
        for (bad, why) in [
            ("https://www.linkedin.com/company/acme/", "names no post"),
            ("https://www.linkedin.com/feed/update/urn:li:person:x/", "names no post"),
            ("https://www.linkedin.com/posts/acme_it-landed", "names no post"),
            ("https://lnkd.in/abc", "is not LinkedIn"),
            ("https://linkedin.com.example/feed/update/urn:li:share:7/", "is not LinkedIn"),
        ] {
            assert!(at(bad).unwrap_err().contains(why), "{bad}: {:?}", at(bad));
        }
    }
}
