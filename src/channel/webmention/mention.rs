//! One mention: where a page takes them, and what is answered there (W3C Webmention,
//! Recommendation of 2017-01-12, 3.1).

use crate::channel::rel;
use crate::channel::stranger::{Answer, Asker, Bounds, Unasked, WORD};
use std::time::Duration;
use url::Url;

/// How much of a target is read for its endpoint (3.1.2 leaves it open; 1 MB is customary),
/// and how many redirects are followed (3.1.2: 20 at most).
const PAGE: Bounds = Bounds { longest: 1024 * 1024, redirects: 20 };
/// The same of an endpoint, which says a word.
const ENDPOINT: Bounds = Bounds { longest: WORD, redirects: 5 };
/// Longest address of a status that is kept, in bytes.
const LONGEST_STATUS: usize = 2048;

/// What became of one mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken (any 2xx, 3.2): by which endpoint, with which status; where can be seen
    /// what becomes of it (`Location` of a 201).
    Told { endpoint: String, status: u16, seen_at: Option<String> },
    /// The page names no endpoint: it takes no mentions. No error.
    TakesNone,
    /// The endpoint said no: which one, with which status and words.
    Refused { endpoint: String, status: u16, says: String },
    /// It cannot be told, now or later: why, as the end of a sentence.
    Never(String),
    /// It did not answer, or not now: what was seen, and how long it wants to be left alone.
    Later { says: String, wait: Option<Duration> },
}

impl Outcome {
    /// Whether it may be another one if it is tried again.
    pub fn is_open(&self) -> bool {
        matches!(self, Outcome::Later { .. })
    }

    /// Whether it was taken.
    pub fn is_told(&self) -> bool {
        matches!(self, Outcome::Told { .. })
    }

    /// In a few words.
    pub fn words(&self) -> String {
        match self {
            Outcome::Told { endpoint, status, seen_at: None } => format!("told ({status} by {endpoint})"),
            Outcome::Told { endpoint, status, seen_at: Some(at) } => {
                format!("told ({status} by {endpoint}; what becomes of it: {at})")
            }
            Outcome::TakesNone => "takes no mentions".to_owned(),
            Outcome::Refused { endpoint, status, says } if says.is_empty() => {
                format!("refused it ({status} by {endpoint})")
            }
            Outcome::Refused { endpoint, status, says } => {
                format!("refused it ({status} by {endpoint}: {says})")
            }
            Outcome::Never(why) => format!("not told: {why}"),
            Outcome::Later { says, .. } => format!("not told: {says}"),
        }
    }
}

/// Tells `target` that `source` mentions it. Telling it again updates the same mention
/// (3.1.4): what is lost may be repeated.
pub(super) async fn tell(asker: &Asker, source: &str, target: &str) -> Outcome {
    let Ok(url) = Url::parse(target) else { return Outcome::Never("it is no web address".to_owned()) };
    let page = match asker.get(&url, PAGE).await {
        Ok(page) => page,
        Err(unasked) => return of_unasked(unasked, ""),
    };
    if page.is_for_later() {
        return later(&page, "");
    }
    if !page.is_success() {
        return Outcome::Never(format!("its page answered {}", page.status));
    }
    let text = page.is_page().then(|| page.text());
    let elements: (&str, &[&str]) = ("webmention", &["link", "a"]);
    let Some(endpoint) = rel::endpoint(&page.headers, text.as_deref(), &page.found_at, elements) else {
        return Outcome::TakesNone;
    };
    let answer = match asker.post(&endpoint, &[("source", source), ("target", target)], ENDPOINT).await {
        Ok(answer) => answer,
        Err(unasked) => return of_unasked(unasked, "of its endpoint: "),
    };
    let (status, endpoint) = (answer.status, endpoint.to_string());
    if answer.is_success() {
        let seen_at = if status == 201 { seen_at(&answer) } else { None };
        return Outcome::Told { endpoint, status, seen_at };
    }
    if answer.is_for_later() {
        return later(&answer, "its endpoint: ");
    }
    Outcome::Refused { endpoint, status, says: answer.excerpt() }
}

fn of_unasked(unasked: Unasked, whose: &str) -> Outcome {
    match unasked {
        Unasked::Never(why) => Outcome::Never(format!("{whose}{why}")),
        Unasked::Now(why) => Outcome::Later { says: format!("{whose}{why}"), wait: None },
    }
}

fn later(answer: &Answer, whose: &str) -> Outcome {
    Outcome::Later { says: format!("{whose}it answered {}", answer.status), wait: answer.retry_after() }
}

/// Where the receiver shows what becomes of the mention (3.2), if it is a web address.
fn seen_at(answer: &Answer) -> Option<String> {
    let told = answer.headers.get("location")?.to_str().ok()?.trim();
    let url = answer.found_at.join(told).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let plain = url.username().is_empty() && url.password().is_none();
    Some(url.to_string()).filter(|url| plain && url.len() <= LONGEST_STATUS)
}
