//! The web addresses of X's posts, as people copy them.

use crate::channel::network::{Host, web};

/// The id of the post at `address`, if it can be one of `handle`'s. Forms seen
/// in X's share menu, 2026: `/NAME/status/ID`, `/i/web/status/ID`, `/i/status/ID`.
pub(super) fn post_at(address: &str, handle: Option<&str>, base_url: &str) -> Result<Option<String>, String> {
    let (url, host) = web(address, "X", &["x.com", "twitter.com"], base_url)?;
    let steps: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let at = steps.iter().position(|step| matches!(*step, "status" | "statuses"));
    let number = at.and_then(|at| steps.get(at + 1));
    // X counts without: the same post would be two.
    if number.is_some_and(|number| number.len() > 1 && number.starts_with('0')) {
        return Err("the number of a post begins with no 0".to_owned());
    }
    let id = number.filter(|id| super::api::is_id(id));
    let Some(id) = id else {
        if host == Host::Other && steps.iter().any(|step| !step.is_empty()) {
            return Ok(None);
        }
        return Err("it names no post: a post's address ends in `/status/` and its number".to_owned());
    };
    let name = steps.first().copied().unwrap_or_default();
    match handle {
        Some(handle) if name != "i" && !name.eq_ignore_ascii_case(handle) => {
            Err(format!("that post is @{name}'s, and the channel is for @{handle}"))
        }
        _ => Ok(Some((*id).to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_has_a_number_and_the_accounts_name() {
        let at = |address: &str| post_at(address, Some("AcmeRockets"), "https://api.x.com");
        for good in [
            "https://x.com/acmerockets/status/12",
            "https://www.twitter.com/AcmeRockets/status/12/photo/1",
            "https://mobile.x.com/i/web/status/12?s=20#a",
            "https://x.com/i/status/12",
        ] {
            assert_eq!(at(good), Ok(Some("12".to_owned())), "{good}");
        }
        for (bad, why) in [
            ("https://x.com/acmerockets", "names no post"),
            ("https://x.com/acmerockets/status/", "names no post"),
            ("https://x.com/acmerockets/status/twelve", "names no post"),
            ("https://x.com/acmerockets/status/012", "begins with no 0"),
            ("https://x.com/other/status/12", "@other's"),
            ("https://t.co/abc", "`t.co` is not X"),
            ("https://notx.com/acmerockets/status/12", "is not X"),
            ("https://evil.example/acmerockets/status/12", "is not X"),
            ("http://127.0.0.1:8080/acmerockets/status/12", "is not X"),
        ] {
            assert!(at(bad).unwrap_err().contains(why), "{bad}: {:?}", at(bad));
        }
    }

    #[test]
    fn another_server_has_addresses_of_its_own() {
        let at = |address: &str| post_at(address, Some("acme"), "http://127.0.0.1:8080/x");
        assert_eq!(at("http://127.0.0.1:8080/acme/status/12"), Ok(Some("12".to_owned())));
        assert_eq!(at("http://127.0.0.1:8080/posts/a"), Ok(None));
        at("http://127.0.0.1:8080/acme/status/012").unwrap_err();
        at("http://127.0.0.1:8080/").unwrap_err();
        at("http://127.0.0.1:8080/other/status/12").unwrap_err();
        at("https://evil.example/posts/a").unwrap_err();
    }
}
