//! The web addresses of posts, as people copy them.

use super::tid::is_tid;
use crate::channel::network::web;

/// The key of the account's post at `address`: `/profile/HANDLE/post/KEY`, also with
/// a DID in the handle's place, and `at://…/app.bsky.feed.post/KEY`. `names`: what the
/// account is called, or was; which handle has which DID is not known here.
pub(super) fn post_at(address: &str, names: &[String], web_url: &str) -> Result<Option<String>, String> {
    let none = || "it names no post: take \"Copy link to post\" from the post's menu".to_owned();
    let (actor, key) = match address.trim().strip_prefix("at://") {
        Some(rest) => match rest.split('/').collect::<Vec<_>>()[..] {
            [actor, super::payload::POST, key] => (actor.to_owned(), key.to_owned()),
            _ => return Err(none()),
        },
        None => {
            let (url, _) = web(address, "Bluesky", &["bsky.app"], web_url)?;
            let steps: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
            let Some(at) = steps.windows(4).position(|steps| steps[0] == "profile" && steps[2] == "post")
            else {
                return Err(none());
            };
            // A browser may write the colons of a DID as it likes.
            (steps[at + 1].replace("%3A", ":").replace("%3a", ":"), steps[at + 3].to_owned())
        }
    };
    if !is_tid(&key) {
        return Err(none());
    }
    let is_did = |name: &str| name.starts_with("did:");
    let alike = |name: &String| name.eq_ignore_ascii_case(&actor) || is_did(name) != is_did(&actor);
    if names.iter().any(alike) {
        return Ok(Some(key));
    }
    let actor = crate::diagnostic::visible::visible(&actor).into_owned();
    Err(format!(
        "it is a post of {actor}, and not of {}",
        names.first().map_or("this account", String::as_str)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_has_an_actor_and_a_key() {
        let handle = ["acme.example".to_owned(), "acme.bsky.social".to_owned()];
        let did = ["did:plc:abc".to_owned()];
        let key = "3ke7sih67k22z";
        for (address, names) in [
            ("https://bsky.app/profile/acme.example/post/3ke7sih67k22z", &handle[..]),
            ("https://bsky.app/profile/ACME.bsky.social/post/3ke7sih67k22z?ref=a#b", &handle),
            ("https://bsky.app/profile/did:plc:abc/post/3ke7sih67k22z", &handle),
            ("https://bsky.app/profile/did%3Aplc%3Aabc/post/3ke7sih67k22z", &did),
            ("https://bsky.app/profile/acme.example/post/3ke7sih67k22z", &did),
            ("https://sky.example/app/profile/acme.example/post/3ke7sih67k22z", &handle),
            ("at://did:plc:abc/app.bsky.feed.post/3ke7sih67k22z", &did),
        ] {
            assert_eq!(
                post_at(address, names, "https://sky.example/app"),
                Ok(Some(key.to_owned())),
                "{address}"
            );
        }
        for (bad, why) in [
            ("https://bsky.app/profile/other.example/post/3ke7sih67k22z", "a post of other.example"),
            ("https://bsky.app/profile/acme.example", "names no post"),
            ("https://bsky.app/profile/acme.example/post/1", "names no post"),
            ("https://bsky.app/profile/acme.example/feed/3ke7sih67k22z", "names no post"),
            ("at://did:plc:abc/app.bsky.feed.like/3ke7sih67k22z", "names no post"),
            ("https://bsky.app.example/profile/acme.example/post/3ke7sih67k22z", "is not Bluesky"),
            ("no address", "no web address"),
        ] {
            let told = post_at(bad, &handle, "https://bsky.app").unwrap_err();
            assert!(told.contains(why), "{bad}: {told}");
        }
        assert!(
            post_at("at://did:plc:x/app.bsky.feed.post/3ke7sih67k22z", &did, "https://bsky.app").is_err()
        );
    }
}
