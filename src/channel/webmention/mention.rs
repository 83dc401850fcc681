//! One mention: where a page takes them, and what is answered there (W3C Webmention,
//! Recommendation of 2017-01-12, 3.1).

use crate::channel::network::shortened;
use crate::channel::rel;
use crate::channel::stranger::{Answer, Asker, Bounds, Unasked, WORD};
use crate::channel::telling::Heard;
use url::Url;

/// How much of a target is read for its endpoint (3.1.2 leaves it open; 1 MB is customary),
/// and how many redirects are followed (3.1.2: 20 at most).
const PAGE: Bounds = Bounds { longest: 1024 * 1024, redirects: 20 };
/// The same of an endpoint, which says a word.
const ENDPOINT: Bounds = Bounds { longest: WORD, redirects: 5 };
/// Longest address of a status that is kept, in bytes.
const LONGEST_STATUS: usize = 2048;

/// Tells `target` that `source` mentions it. Telling it again updates the same mention
/// (3.1.4): what is lost may be repeated.
pub(super) async fn tell(asker: &Asker, source: &str, target: &str) -> Heard {
    let Ok(url) = Url::parse(target) else { return not("it is no web address") };
    let page = match asker.get(&url, PAGE).await {
        Ok(page) => page,
        Err(unasked) => return of_unasked(unasked, ""),
    };
    if page.is_for_later() {
        return later(&page, "");
    }
    if !page.is_success() {
        return not(&format!("its page answered {}", page.status));
    }
    let text = page.is_page().then(|| page.text());
    let elements: (&str, &[&str]) = ("webmention", &["link", "a"]);
    let Some(endpoint) = rel::endpoint(&page.headers, text.as_deref(), &page.found_at, elements) else {
        return Heard::TakesNone("takes no mentions".to_owned());
    };
    let answer = match asker.post(&endpoint, &[("source", source), ("target", target)], ENDPOINT).await {
        Ok(answer) => answer,
        Err(unasked) => return of_unasked(unasked, "of its endpoint: "),
    };
    // An endpoint's address may be as long as a page.
    let (status, by) = (answer.status, shortened(endpoint.as_str()));
    if answer.is_success() {
        let seen_at = if status == 201 { seen_at(&answer) } else { None };
        let seen_at = seen_at.map(|at| format!("; what becomes of it: {at}")).unwrap_or_default();
        return Heard::Told(format!("told ({status} by {by}{seen_at})"));
    }
    if answer.is_for_later() {
        return later(&answer, "its endpoint: ");
    }
    let says = match answer.excerpt() {
        says if says.is_empty() => String::new(),
        says => format!(": {says}"),
    };
    Heard::Not(format!("refused it ({status} by {by}{says})"))
}

fn not(why: &str) -> Heard {
    Heard::Not(format!("not told: {why}"))
}

fn of_unasked(unasked: Unasked, whose: &str) -> Heard {
    match unasked {
        Unasked::Never(why) => not(&format!("{whose}{why}")),
        Unasked::Now(why) => Heard::Later(format!("not told: {whose}{why}"), None),
    }
}

fn later(answer: &Answer, whose: &str) -> Heard {
    Heard::Later(format!("not told: {whose}it answered {}", answer.status), answer.retry_after())
}

/// Where the receiver shows what becomes of the mention (3.2), if it is a web address.
fn seen_at(answer: &Answer) -> Option<String> {
    let told = answer.headers.get("location")?.to_str().ok()?.trim();
    let url = answer.found_at.join(told).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let plain = url.username().is_empty() && url.password().is_none();
    Some(url.to_string()).filter(|url| plain && url.len() <= LONGEST_STATUS)
}
