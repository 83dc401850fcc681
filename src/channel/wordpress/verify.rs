//! Where the site's API is, and whether the user may write there.

use super::Status;
use super::answer::{Fault, led, trouble};
use super::api::{Api, Root};
use crate::channel::article::{Asked, Conversation};
use crate::channel::http::{Answer, Trouble};
use crate::channel::{SendError, Whose};
use serde_json::Value;
use url::Url;

/// What is known of a site.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Where its API is.
    pub root: Root,
    /// Whether it said who the user is.
    pub whose: Whose,
}

const ME: &str = "/wp/v2/users/me";

/// Asks who the user is: at `/wp-json`, and if there is no API, where the site says
/// that it has it, else at `?rest_route=`, which goes without addresses of words
/// (REST API handbook, "Discovery").
pub(super) async fn ask(api: &Api) -> Result<Site, SendError> {
    let usual = api.root.clone();
    let answer = asked(api, &usual).await?;
    if !is_no_api(&answer) {
        return judged(api, &answer, usual);
    }
    let told = match told(&answer, &api.base_url) {
        Some(Ok(root)) => root,
        Some(Err(elsewhere)) => return Err(SendError::Refused { says: api.clean(&elsewhere) }),
        None => Root::Query(format!("{}/", api.base_url)),
    };
    let again = asked(api, &told).await?;
    if is_no_api(&again) {
        // Something in its place that knows no such question may take a post.
        return judged(api, &answer, usual);
    }
    judged(api, &again, told)
}

async fn asked(api: &Api, root: &Root) -> Result<Answer, SendError> {
    api.get_at(root, ME, &[("context", "edit")]).await.map_err(Trouble::of_asking)
}

/// Whether nothing there speaks for WordPress: a page that says that there is none.
fn is_no_api(answer: &Answer) -> bool {
    answer.status == 404 && answer.is_not_its_own()
}

/// Where a page of the site says that the API is: `Link: <…>; rel="https://api.w.org/"`.
/// The error: it is not below `base_url`, and no password goes there unasked.
fn told(answer: &Answer, base_url: &str) -> Option<Result<Root, String>> {
    let link = answer.told("link")?;
    let (before, _) = link.split_once("rel=\"https://api.w.org/\"")?;
    let address = before.rsplit_once('<')?.1.split_once('>')?.0;
    let (url, base) = (Url::parse(address).ok()?, Url::parse(base_url).ok()?);
    if url.origin() != base.origin() || !url.path().starts_with(base.path().trim_end_matches('/')) {
        return Some(Err(format!(
            "the site has its REST API at {}, and `base_url` is {base_url}: write the site's own address",
            address.split('?').next().unwrap_or_default()
        )));
    }
    let mut bare = url.clone();
    bare.set_query(None);
    let is_query = url.query_pairs().any(|(key, _)| key == "rest_route");
    Some(Ok(if is_query {
        Root::Query(bare.to_string())
    } else {
        Root::Below(bare.as_str().trim_end_matches('/').to_owned())
    }))
}

fn judged(api: &Api, answer: &Answer, root: Root) -> Result<Site, SendError> {
    let unsaid = |why: String| Ok(Site { root: root.clone(), whose: Whose::Unsaid(why) });
    if (300..400).contains(&answer.status) {
        // Each request would be led there, and the password is carried nowhere.
        let (status, led) = (answer.status, led(answer, api));
        let says = format!("the site's REST API is not at `base_url` (it answers {status}){led}");
        return Err(SendError::Refused { says });
    }
    if !answer.is_success() {
        let fault = Fault::of(answer);
        let said = api.clean(&fault.says);
        return match trouble(answer, Asked::Other, api) {
            // Plugins take this question away, and leave the rest.
            SendError::Refused { .. } => {
                unsaid(format!("the site does not say who the user is ({}: {said})", answer.status))
            }
            SendError::Mendable { says } => Err(SendError::Refused { says }),
            error => Err(error),
        };
    }
    let Some(Value::Object(me)) = answer.json() else {
        // Half an answer may be whole the next time; a page would be the same tomorrow.
        let Some(cut) = &answer.cut else {
            let why = format!("no answer that WordPress gives came ({})", answer.status);
            return Ok(Site { root, whose: Whose::untold(answer, "WordPress", why) });
        };
        let says = format!("the site's answer to who the user is broke off: {}", api.clean(cut));
        return Err(SendError::NotYet { says, wait: None });
    };
    let Some(can) = me.get("capabilities").and_then(Value::as_object) else {
        return unsaid("the site does not say what the user may do".to_owned());
    };
    let needed = [
        ("edit_posts", true),
        ("publish_posts", matches!(api.status, Status::Publish | Status::Private)),
        ("edit_others_posts", api.names_author),
    ];
    let has = |name: &str| can.get(name).is_some_and(|can| can.as_bool() == Some(true));
    let missing: Vec<String> = needed
        .iter()
        .filter(|(name, needed)| *needed && !has(name))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if missing.is_empty() {
        return Ok(Site { root, whose: Whose::Verified });
    }
    let roles: Vec<&str> =
        me.get("roles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let role = if roles.is_empty() { String::new() } else { format!(" ({})", api.clean(&roles.join(", "))) };
    Err(SendError::Refused {
        says: format!(
            "the user `{}`{role} lacks {} at this site: give the user another role in WordPress (Users), or take another \
             user's application password",
            api.user,
            missing.join(" and ")
        ),
    })
}
