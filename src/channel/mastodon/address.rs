//! The web addresses of an instance's posts, as people copy them.

use crate::channel::network::web;

/// The id of the post at `address`, if it can be one of `username`'s: `/@ada/ID`, and
/// what older pages, other clients and other servers write: `/users/ada/statuses/ID`,
/// `/web/statuses/ID`, `/notice/ID`, also below `/web` and `/deck`. Where the address
/// tells no id (snac's `/ada/p/NUMBER`, Pleroma's `/objects/UUID`) none is told.
pub(super) fn post_at(
    address: &str,
    username: Option<&str>,
    host: Option<&str>,
    base_url: &str,
) -> Result<Option<String>, String> {
    let instance = super::api::host(base_url);
    let hosts: Vec<&str> = host.into_iter().collect();
    let (url, _) = web(address, &instance, &hosts, base_url)?;
    let steps: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|step| !step.is_empty()).collect();
    let steps = match steps.as_slice() {
        ["web" | "deck", rest @ ..] => rest,
        all => all,
    };
    let other = |name: &str| -> Result<(), String> {
        match username {
            Some(own) if !own.eq_ignore_ascii_case(name) => {
                Err(format!("that post is @{name}'s, and the channel is for @{own}"))
            }
            _ => Ok(()),
        }
    };
    let id = match steps {
        [at, rest @ ..] if at.starts_with('@') => {
            other(at.trim_start_matches('@'))?;
            rest.first()
        }
        ["users", name, "statuses", id, ..] => {
            other(name)?;
            Some(id)
        }
        ["statuses" | "notice", id, ..] => Some(id),
        [] => None,
        _ => return Ok(None),
    };
    match id {
        Some(id) if super::api::is_id(id) => Ok(Some((*id).to_owned())),
        _ => Err("it names no post: a post's address ends in the account's name and a number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_has_an_id_and_the_accounts_name() {
        let at = |address: &str| {
            post_at(address, Some("ada"), Some("acme.example"), "https://social.acme.example")
        };
        for good in [
            "https://social.acme.example/@ada/112",
            "https://social.acme.example/@Ada/112?x=y#z",
            "https://acme.example/users/ada/statuses/112",
            "https://social.acme.example/web/@ada/112",
            "https://social.acme.example/deck/@ada/112",
            "https://social.acme.example/web/statuses/112",
            "https://social.acme.example/notice/112",
        ] {
            assert_eq!(at(good), Ok(Some("112".to_owned())), "{good}");
        }
        for untold in [
            "https://social.acme.example/ada/p/1795385658.389516",
            "https://social.acme.example/objects/0d-1",
        ] {
            assert_eq!(at(untold), Ok(None), "{untold}");
        }
        for (bad, why) in [
            ("https://social.acme.example/@ada", "names no post"),
            ("https://social.acme.example/", "names no post"),
            ("https://social.acme.example/@ada/media", "names no post"),
            ("https://social.acme.example/@bob/112", "@bob's"),
            ("https://social.acme.example/@ada@other.example/112", "@ada@other.example's"),
            ("https://hachyderm.io/@ada/112", "is not social.acme.example"),
            ("no address", "no web address"),
        ] {
            assert!(at(bad).unwrap_err().contains(why), "{bad}: {:?}", at(bad));
        }
    }
}
