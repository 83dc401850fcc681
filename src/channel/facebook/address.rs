//! The web addresses of Facebook's posts, as people copy them.

use super::Facebook;
use super::graph::is_number;
use crate::channel::network::{Host, web};
use crate::plan::Receipt;

/// What a post of the page goes by at Facebook: what was answered when it was made,
/// else what an address says that a person told. Nothing where the address does
/// not name the page by its number: whose the post is would be a guess.
pub(super) fn id_of(receipt: &Receipt, page: &Facebook) -> Option<String> {
    let told = || sure_id(receipt.url.as_deref()?, &page.page_id, &page.base_url);
    receipt.id.clone().or_else(told)
}

/// The id that an address tells for sure.
fn sure_id(address: &str, page: &str, base_url: &str) -> Option<String> {
    let told = read(address, page, base_url).ok()?;
    told.id.filter(|_| told.names_page)
}

/// The id of the page's post at `address`, where the address tells it: mostly
/// it says `pfbid…`, which is a name for readers only.
pub(super) fn post_at(address: &str, page: &str, base_url: &str) -> Result<Option<String>, String> {
    read(address, page, base_url).map(|told| told.id)
}

/// What an address says of a post of the page.
struct Told {
    /// Its id, if it is the page's.
    id: Option<String>,
    /// It names the page by its number, and not by a name that may be anybody's.
    names_page: bool,
}

/// Reads the forms that were seen on the site, 2026. The error says why that is no
/// address of a post of the page.
fn read(address: &str, page: &str, base_url: &str) -> Result<Told, String> {
    let (url, host) = web(address, "Facebook", &["facebook.com", "fb.com"], base_url)?;
    let steps: Vec<&str> =
        url.path_segments().map(|all| all.filter(|step| !step.is_empty()).collect()).unwrap_or_default();
    let asked = |name: &str| {
        url.query_pairs()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    };
    let unknown = Ok(Told { id: None, names_page: false });
    // The post in it is not the comment.
    if asked("comment_id").is_some() {
        return unknown;
    }
    let whole = steps.last().and_then(|step| whole(step));
    let at = |kind: &str| steps.iter().position(|step| *step == kind);
    let before_posts = at("posts").and_then(|at| at.checked_sub(1)).and_then(|at| steps.get(at));
    let of = whole.map(|(of, _)| of.to_owned()).or_else(|| asked("id"));
    let of = of.or_else(|| before_posts.map(|of| (*of).to_owned())).filter(|of| is_number(of));
    // No name of a page has an underscore: this one is that of a post.
    if let Some(name) = before_posts.filter(|name| self::whole(name).is_some()) {
        return Err(format!("`{name}` in it is no page: open the post itself, and copy that address"));
    }
    if let Some(of) = of.as_ref().filter(|of| *of != page) {
        return Err(format!("that post is of page {of}, and the channel is for page {page}"));
    }
    let below = |kind: &str| at(kind).map(|at| &steps[at + 1..]);
    let posts = below("posts").and_then(<[&str]>::last).map(|id| (*id).to_owned());
    let number = whole.map(|(_, post)| post.to_owned()).or(posts).or_else(|| asked("story_fbid"));
    if let Some(post) = number {
        // No id begins with it; that of another spelling finds nothing later on.
        if is_number(&post) && post.starts_with('0') {
            return Err(format!("`{post}` in it is no number of a post: none begins with 0"));
        }
        let id = is_number(&post).then(|| format!("{page}_{post}"));
        return Ok(Told { id, names_page: of.is_some() });
    }
    let pictured = ["photos", "videos", "reel", "share", "stories"]
        .iter()
        .any(|kind| below(kind).is_some_and(|rest| !rest.is_empty()));
    let named = ["fbid", "v"].iter().any(|name| asked(name).is_some());
    if pictured || named || host == Host::Other && !steps.is_empty() {
        return unknown;
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
            assert_eq!(sure_id(address, "12", "https://graph.facebook.com").as_deref(), id, "{address}");
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
            ("https://facebook.com/12_1/posts/34", "`12_1` in it is no page"),
            ("https://facebook.com/12/posts/034", "`034` in it is no number of a post"),
            ("https://facebook.com/12_034", "`034` in it is no number of a post"),
            ("https://www.facebook.com/999_34", "is of page 999, and the channel is for page 12"),
            ("https://facebook.com.example/acme/posts/34", "is not Facebook"),
            ("https://fb.me/abc", "is not Facebook"),
        ] {
            assert!(at(bad).unwrap_err().contains(why), "{bad}: {:?}", at(bad));
        }
    }
}
