//! The web addresses of Facebook's posts, as people copy them.

use super::graph::{is_number, is_post_of};
use crate::channel::network::{Host, web};
use crate::plan::Receipt;

/// What a post of the page goes by at Facebook: what was answered when it was made,
/// else what an address says that a person told. Nothing where the address does
/// not name the page by its number: whose the post is would be a guess.
pub(super) fn id_of(receipt: &Receipt, page: &str) -> Option<String> {
    receipt.id.clone().or_else(|| told_id(receipt.url.as_deref()?, page))
}

/// The id that an address tells for sure.
fn told_id(address: &str, page: &str) -> Option<String> {
    let url = url::Url::parse(address.trim()).ok()?;
    let asked =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if asked("comment_id").is_some() {
        return None;
    }
    let steps: Vec<&str> = url.path_segments()?.filter(|step| !step.is_empty()).collect();
    let post = match steps.as_slice() {
        [whole] | [_, "posts", whole] if is_post_of(whole, page) => return Some((*whole).to_owned()),
        [of, "posts", .., post] if *of == page => (*post).to_owned(),
        _ if asked("id").as_deref() == Some(page) => asked("story_fbid")?,
        _ => return None,
    };
    Some(format!("{page}_{post}")).filter(|id| is_post_of(id, page))
}

/// The id of the page's post at `address`, where the address tells it: mostly
/// it says `pfbid…`, which is a name for readers only. Forms seen on the site, 2026.
pub(super) fn post_at(address: &str, page: &str, base_url: &str) -> Result<Option<String>, String> {
    let (url, host) = web(address, "Facebook", &["facebook.com", "fb.com"], base_url)?;
    let steps: Vec<&str> =
        url.path_segments().map(|all| all.filter(|step| !step.is_empty()).collect()).unwrap_or_default();
    let asked = |name: &str| {
        url.query_pairs()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    };
    // The post in it is not the comment.
    if asked("comment_id").is_some() {
        return Ok(None);
    }
    if let Some((of, _)) = steps.last().and_then(|step| whole(step)) {
        return match steps.last() {
            Some(id) if of == page => Ok(Some((*id).to_owned())),
            _ => Err(format!("that post is of page {of}, and the channel is for page {page}")),
        };
    }
    let named = asked("id").or_else(|| {
        steps
            .iter()
            .position(|step| *step == "posts")
            .and_then(|at| at.checked_sub(1).and_then(|at| steps.get(at)).map(|of| (*of).to_owned()))
    });
    if let Some(of) = named.filter(|of| is_number(of) && of != page) {
        return Err(format!("that post is of page {of}, and the channel is for page {page}"));
    }
    let below = |kind: &str| steps.iter().position(|step| *step == kind).map(|at| &steps[at + 1..]);
    let posts = below("posts").and_then(<[&str]>::last).map(|id| (*id).to_owned());
    if let Some(post) = posts.or_else(|| asked("story_fbid")) {
        return Ok(is_number(&post).then(|| format!("{page}_{post}")));
    }
    let pictured = ["photos", "videos", "reel", "share", "stories"]
        .iter()
        .any(|kind| below(kind).is_some_and(|rest| !rest.is_empty()));
    let named = ["fbid", "v"].iter().any(|name| asked(name).is_some());
    if pictured || named || host == Host::Other && !steps.is_empty() {
        return Ok(None);
    }
    Err("it names no post: open the post itself (a click on its time), and copy that address".to_owned())
}

/// The two numbers of `PAGE_POST`.
fn whole(step: &str) -> Option<(&str, &str)> {
    step.split_once('_').filter(|(page, post)| is_number(page) && is_number(post))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_the_id_where_it_names_the_page_by_its_number() {
        for (address, id) in [
            ("https://www.facebook.com/12/posts/34", Some("12_34")),
            ("https://www.facebook.com/12/posts/it-landed/34/", Some("12_34")),
            ("https://www.facebook.com/12_34", Some("12_34")),
            ("https://www.facebook.com/acme/posts/12_34", Some("12_34")),
            ("https://m.facebook.com/story.php?story_fbid=34&id=12", Some("12_34")),
            ("https://www.facebook.com/permalink.php?story_fbid=34&id=99", None),
            // It may be another page's.
            ("https://www.facebook.com/acme/posts/34", None),
            ("https://www.facebook.com/99/posts/34", None),
            ("https://www.facebook.com/12/posts/pfbid0Abc", None),
            ("https://www.facebook.com/12/posts/34?comment_id=5", None),
        ] {
            let receipt = Receipt { url: Some(address.to_owned()), ..Receipt::default() };
            assert_eq!(id_of(&receipt, "12").as_deref(), id, "{address}");
        }
    }

    #[test]
    fn a_post_is_told_from_a_page() {
        let at = |address: &str| post_at(address, "12", "https://graph.facebook.com");
        for (address, id) in [
            ("https://www.facebook.com/acme/posts/34", Some("12_34")),
            ("https://www.facebook.com/acme/posts/it-landed/34/", Some("12_34")),
            ("https://m.facebook.com/story.php?story_fbid=34&id=12", Some("12_34")),
            ("https://www.facebook.com/12_34", Some("12_34")),
            ("https://www.facebook.com/acme/posts/12_34", Some("12_34")),
            ("https://www.facebook.com/acme/posts/pfbid0Abc", None),
            ("https://www.facebook.com/permalink.php?story_fbid=pfbid0Abc&id=12", None),
            ("https://www.facebook.com/photo/?fbid=5&set=a.6", None),
            ("https://www.facebook.com/share/p/1AbC/", None),
            ("https://www.facebook.com/acme/posts/34?comment_id=5", None),
        ] {
            assert_eq!(at(address), Ok(id.map(str::to_owned)), "{address}");
        }
        for (bad, why) in [
            ("https://www.facebook.com/", "names no post"),
            ("https://www.facebook.com/acme", "names no post"),
            ("https://www.facebook.com/acme/posts/", "names no post"),
            ("https://www.facebook.com/permalink.php?story_fbid=&id=12", "names no post"),
            ("https://www.facebook.com/999_34", "is of page 999, and the channel is for page 12"),
            ("https://facebook.com.example/acme/posts/34", "is not Facebook"),
            ("https://fb.me/abc", "is not Facebook"),
        ] {
            assert!(at(bad).unwrap_err().contains(why), "{bad}: {:?}", at(bad));
        }
    }
}
