//! The web addresses of posts. They hold a code that is not the post's id.

use super::api::Api;
use crate::channel::graph::is_same_name;
use crate::channel::network::web;
use serde_json::Value;

/// Where posts are read.
const HOSTS: &[&str] = &["threads.com", "threads.net"];
/// No address of Threads' is longer (a judgement): it goes into other rungs' texts.
const LONGEST: usize = 500;

/// Whether a post of `account` can be at `address`: `/@NAME/post/CODE`, or `/t/CODE`.
/// No address tells its id.
pub(super) fn post_at(
    address: &str,
    account: Option<&str>,
    base_url: &str,
) -> Result<Option<String>, String> {
    let (url, _) = web(address, "Threads", HOSTS, base_url)?;
    let steps: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|step| !step.is_empty()).collect();
    let is_name = |account: &str| !account.trim().bytes().all(|byte| byte.is_ascii_digit());
    match steps.as_slice() {
        [name, "post", ..] if name.starts_with('@') => {
            let other = account.filter(|account| is_name(account) && !is_same_name(account, name));
            if let Some(own) = other {
                let own = own.trim().trim_start_matches('@');
                return Err(format!("that post is {name}'s, and the channel is for @{own}"));
            }
        }
        _ => {}
    }
    match code(address) {
        Some(_) => Ok(None),
        None => Err("it names no post: a post's address ends in `/post/` and a code".to_owned()),
    }
}

/// The code of the post at that address.
pub(super) fn code(address: &str) -> Option<String> {
    let url = url::Url::parse(address.trim()).ok()?;
    let steps: Vec<&str> = url.path_segments()?.filter(|step| !step.is_empty()).collect();
    let code = match steps.as_slice() {
        [name, "post", code, ..] if name.starts_with('@') => code,
        ["t", code, ..] => code,
        _ => return None,
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    ((1..=64).contains(&code.len()) && code.bytes().all(plain)).then(|| (*code).to_owned())
}

/// Where readers find it, by what Threads said: one that is not at Threads, or has a
/// secret in it, is none.
pub(super) fn for_readers(api: &Api, permalink: &Value) -> Option<String> {
    let written = permalink.as_str()?.trim();
    let url = url::Url::parse(written).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    let host = url.host_str()?;
    let own = |own: &&str| host == *own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.'));
    let good = url.scheme() == "https" && bare && HOSTS.iter().any(own) && api.redact(written) == written;
    Some(url.to_string()).filter(|url| good && url.len() <= LONGEST && code(url).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_post_of_the_account_and_no_id() {
        let at = |address: &str| post_at(address, Some("@Ada"), "https://graph.threads.net");
        for good in [
            "https://www.threads.com/@ada/post/DCabc-_9",
            "https://www.threads.net/@ADA/post/DCabc?xmt=1",
            "https://threads.com/t/DCabc",
        ] {
            assert_eq!(at(good), Ok(None), "{good}");
        }
        for (bad, why) in [
            ("https://www.threads.com/@bob/post/DCabc", "is @bob's, and the channel is for @Ada"),
            ("https://www.threads.com/@ada", "names no post"),
            ("https://www.threads.com/@ada/post/", "names no post"),
            ("https://www.threads.com/@ada/post/a%2Fb", "names no post"),
            ("https://threads.com.example/@ada/post/DCabc", "is not Threads"),
            ("no address", "no web address"),
        ] {
            assert!(at(bad).unwrap_err().contains(why), "{bad}: {:?}", at(bad));
        }
        assert_eq!(post_at("https://threads.com/@bob/post/D", Some("1784"), ""), Ok(None));
        assert_eq!(code("https://www.threads.com/@ada/post/DC_1/media"), Some("DC_1".to_owned()));
    }
}
