//! Asking X: the address, the authorisation, and what an answer means.
//!
//! X says no in three shapes: a problem (RFC 9457: `title`, `detail`, `type`),
//! a list `errors` of them, and the older `errors` of `code` and `message`
//! (docs.x.com, response codes and errors, 2026-07-24).

use super::oauth::{self, Keys};
use crate::channel::SendError;
use crate::channel::credentials::{Secrets, header};
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::network::is_nought;
use crate::text::visible;
use jiff::Timestamp;
use reqwest::header::AUTHORIZATION;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// A clock that is further off than this explains a refused signature. What X
/// really bears is not written (unverified: about five minutes).
const SKEW: Duration = Duration::from_secs(5 * 60);

/// X's shortest window: after a limit for which it names no time, it is left
/// alone for as long.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Longest quotation of what X said, in characters.
const LONGEST_WORDS: usize = 300;

/// What a request was for: it decides what a lost answer can have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It changes nothing that people see, or nothing more when it is repeated.
    Asking,
    /// It brings an image, or its words, which nobody sees yet.
    Uploading,
    /// It makes a post.
    Posting {
        /// Whether the outcome of an earlier try of this very part was unknown.
        doubted: bool,
    },
}

/// X, with the secrets of one account in hand.
pub(super) struct Api<'a> {
    /// Where requests go, without a slash at the end.
    pub base_url: &'a str,
    /// Whether requests are signed (OAuth 1.0a), or bear a token (OAuth 2).
    pub signed: bool,
    /// The account's.
    pub secrets: Secrets,
}

impl Api<'_> {
    /// A request with its authorisation; the caller adds a body that is JSON
    /// or multipart.
    pub fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<RequestBuilder, SendError> {
        let address = format!("{}{path}", self.base_url);
        let mut url = Url::parse(&address)
            .map_err(|error| SendError::Refused { says: format!("`base_url` makes no address: {error}") })?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let authorization = if self.signed {
            let secret = |key| self.secrets.get(key).unwrap_or_default();
            let keys = Keys {
                consumer_key: secret("consumer_key"),
                consumer_secret: secret("consumer_secret"),
                token: secret("access_token"),
                token_secret: secret("access_token_secret"),
            };
            let nonce = oauth::nonce().map_err(|says| SendError::NotYet { says, wait: None })?;
            let now = crate::clock::now().as_second();
            header(&oauth::authorization(&keys, method.as_str(), &url, &nonce, now), "consumer_key")?
        } else {
            self.secrets.bearer("access_token")?
        };
        Ok(http::service(self.base_url)?.request(method, url).header(AUTHORIZATION, authorization))
    }

    /// Sends what changes nothing that people see.
    pub async fn ask(&self, request: RequestBuilder) -> Result<Answer, SendError> {
        http::call(request).await.map_err(Trouble::of_asking)
    }

    /// What an answer means that is not the one that was wished for. `what` is
    /// what it was about: "the post".
    pub fn error(&self, answer: &Answer, purpose: Purpose, what: &str) -> SendError {
        let words = self.words(answer);
        let said = if words.is_empty() { String::new() } else { format!(" (X says: {words})") };
        let refused = |why: String| SendError::Refused { says: format!("{why}{said}") };
        let low = heard(answer).to_lowercase();
        let doubted = purpose == (Purpose::Posting { doubted: true });
        match answer.status {
            401 => refused(self.not_accepted(answer, &low)),
            402 => refused(
                "the app's X account has no credits left: buy some in X's developer console".to_owned(),
            ),
            // Where there is a doubt, no other status is said to be about duplicates.
            400 | 403 | 422 if doubted && low.contains("duplicate") => {
                let cause = "X has a post with these words already, and an earlier try of this one may be it";
                SendError::Unknown { cause: format!("{cause}{said}") }
            }
            400 | 403 | 422 if doubted && !explains(answer) => {
                let cause = format!("X answered {} without readable words", status(answer));
                let may = "which may mean that an earlier try of this one is there";
                SendError::Unknown { cause: format!("{cause}, {may}{said}") }
            }
            403 | 404 if answer.is_not_its_own() => {
                let said = if words.is_empty() { words } else { format!(": {words}") };
                let status = status(answer);
                let says =
                    format!("X, or what stands in its place, answered {status}{said}{}", http::NOT_ITS_OWN);
                SendError::Refused { says }
            }
            403 => refused(forbidden(&low, purpose, what)),
            429 => SendError::TooMany {
                says: format!("X takes no more for the moment{said}"),
                wait: wait(answer),
            },
            // The server gave up waiting for the rest of the request, says
            // whoever stands in front of it; what is behind may have had it all.
            408 => lost(answer, purpose, what, &said),
            413 => refused(format!("{what} is larger than X takes")),
            // Whoever leads elsewhere, or is in conflict with a request that is
            // under way, may have let it through first.
            300..=399 => lost(answer, purpose, what, &format!("{said}{}", http::LED_ELSEWHERE)),
            400..=499 if !answer.is_refusal() => lost(answer, purpose, what, &said),
            400..=499 => refused(format!("X did not take {what}: {}", status(answer))),
            _ => lost(answer, purpose, what, &said),
        }
    }

    /// Why an image, or its words, is not there: with a token that is no good, or
    /// without credits, it will be once that is mended.
    pub fn not_uploaded(&self, answer: &Answer, what: &str) -> SendError {
        let error = self.error(answer, Purpose::Uploading, what);
        if is_about_who(answer) { error.mendable() } else { error }
    }

    /// What an answer means that does not say whose the credentials are. The
    /// error: proof that they are no good, or that nobody answered who could be
    /// asked again. Else why X does not say it; posting may still work. A page or
    /// a redirect is an answer too: it would be the same tomorrow.
    pub fn untold(&self, answer: &Answer) -> Result<String, SendError> {
        let low = heard(answer).to_lowercase();
        let proves = match answer.status {
            401 | 402 => true,
            403 => forbids(&low).is_some(),
            _ => false,
        };
        let error = self.error(answer, Purpose::Asking, "the question whose the credentials are");
        let says = match error {
            SendError::Refused { says } if !proves => says,
            // It spoke, of something else; and a server in X's place may not know the question.
            SendError::NotYet { .. } if answer.is_success() && answer.cut.is_none() => {
                let words = self.words(answer);
                let said = if words.is_empty() { String::new() } else { format!(" (X says: {words})") };
                format!("X answered {} and named no account{said}", status(answer))
            }
            SendError::NotYet { says, .. } if matches!(answer.status, 300..=399 | 501) => says,
            error => return Err(error),
        };
        Ok(format!("X does not say whose the credentials are: {says}"))
    }

    /// What X said in words, without secrets, for a message.
    pub fn words(&self, answer: &Answer) -> String {
        let mut words = sentences(answer);
        if words.is_empty() && !answer.is_success() {
            words = answer.excerpt();
        }
        // `{}` says nothing.
        if words.chars().any(char::is_alphanumeric) { self.quotable(&words) } else { String::new() }
    }

    /// `words` of X without secrets, control characters, and too much of it.
    pub fn quotable(&self, words: &str) -> String {
        let words = self.secrets.redact(words);
        let mut short: String = words.chars().take(LONGEST_WORDS).collect();
        if short.len() < words.len() {
            short.push('…');
        }
        visible(short.trim()).into_owned()
    }

    fn not_accepted(&self, answer: &Answer, low: &str) -> String {
        if !self.signed {
            return "X does not accept the `access_token`: one of OAuth 2 lives for 2 hours, so it has expired or \
                    was revoked; get a new one, or use the four keys of OAuth 1.0a, which do not expire"
                .to_owned();
        }
        let off = answer.date().map(|date| crate::clock::now().duration_since(date));
        if let Some(off) = off.filter(|off| off.unsigned_abs() > SKEW) {
            let minutes = off.unsigned_abs().as_secs() / 60;
            let direction = if off.is_negative() { "behind" } else { "ahead of" };
            return format!(
                "this machine's clock is {minutes} min {direction} X's, and X accepts no signature from \
                 another time: set the clock"
            );
        }
        if low.contains("timestamp") {
            return "X says that this machine's clock is wrong: set it".to_owned();
        }
        "X does not accept the keys: the `access_token` was revoked or made anew, or the four do not belong \
         together; copy all four once more from the app's page in X's developer console"
            .to_owned()
    }
}

/// An answer that does not prove what became of it.
fn lost(answer: &Answer, purpose: Purpose, what: &str, said: &str) -> SendError {
    let cut = answer.cut.as_ref().map(|why| format!(", and its answer broke off: {why}")).unwrap_or_default();
    let status = status(answer);
    match purpose {
        Purpose::Asking | Purpose::Uploading => SendError::NotYet {
            says: format!("X has trouble with {what}: {status}{cut}{said}"),
            wait: answer.retry_after(),
        },
        Purpose::Posting { .. } => {
            SendError::Unknown { cause: format!("X answered {status}{cut}: it may have posted {what}{said}") }
        }
    }
}

/// `201 Created`.
pub(super) fn status(answer: &Answer) -> String {
    let reason = reqwest::StatusCode::from_u16(answer.status).ok().and_then(|code| code.canonical_reason());
    format!("{} {}", answer.status, reason.unwrap_or_default()).trim_end().to_owned()
}

/// Why these credentials may do nothing that a post needs, by X's words in a 403.
fn forbids(low: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
    if has(&["suspended", "is locked", "temporarily locked"]) {
        Some("X has suspended or locked the account: sign in at x.com, which says what to do")
    } else if has(&["unsupported-authentication", "application-only"]) {
        Some(
            "the `access_token` is the app's own, which can only read: use the account's token (OAuth 2 with the \
             scopes tweet.read, tweet.write, users.read and media.write, or the four keys of OAuth 1.0a)",
        )
    } else if has(&["oauth1-permissions", "oauth1 app permissions", "read-only", "read only"]) {
        Some(READ_ONLY)
    } else if has(&["scope"]) {
        // To post takes users.read as well (docs.x.com, manage posts).
        Some(
            "the `access_token` lacks a scope: it needs tweet.read, tweet.write, users.read, and media.write for \
             images; get a new one with all of them",
        )
    } else if has(&["client-not-enrolled", "client-forbidden", "enroll"]) {
        Some("the app is in no project that may use X's API: put it into one in X's developer console")
    } else {
        None
    }
}

/// Whether X says no to who asks, and not to what is sent: a token that is no good
/// or may not do it, an account without credits, an app that has used up what it
/// may. Somebody can mend that.
pub(super) fn is_about_who(answer: &Answer) -> bool {
    let low = heard(answer).to_lowercase();
    let about_what =
        ["duplicate", "engaged by the author", "reply to this conversation", "reply is not allowed"];
    match answer.status {
        401 | 402 => true,
        403 => {
            let about_who = forbids(&low).is_some() || is_used_up(&low);
            about_who && !about_what.iter().any(|words| low.contains(words))
        }
        _ => false,
    }
}

/// Whether the app has used up what it may in a month (problem `usage-capped`: with
/// 403 and with 429).
fn is_used_up(low: &str) -> bool {
    ["usage-capped", "usage cap"].iter().any(|words| low.contains(words))
}

/// The cases of 403, by what X says: the status alone means ten things.
fn forbidden(low: &str, purpose: Purpose, what: &str) -> String {
    let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
    if has(&["duplicate"]) {
        "X has a post of this account with these words already: change the words".to_owned()
    } else if has(&["engaged by the author", "reply to this conversation", "reply is not allowed"]) {
        "X does not let this app reply here: an app without a contract may reply only to those who mentioned or \
         quoted the account; what is out stays out, so post the rest by hand"
            .to_owned()
    } else if has(&["deleted or not visible"]) {
        "the part before is no longer there: somebody has taken it down; post the rest by hand, or all of it anew"
            .to_owned()
    } else if let Some(why) = forbids(low) {
        why.to_owned()
    } else if is_used_up(low) {
        "the app has used up what it may in this period: raise the cap in X's developer console, or wait"
            .to_owned()
    } else if purpose == Purpose::Uploading {
        format!(
            "X does not permit {what}: a token of OAuth 2 needs the scope media.write for images, and with the four \
             keys of OAuth 1.0a the app needs “Read and write”; get a new token then"
        )
    } else if purpose == Purpose::Asking {
        format!(
            "X does not permit {what}: the credentials lack a permission; the app needs “Read and write”, and a \
             token of OAuth 2 the scopes tweet.read, tweet.write, users.read and media.write"
        )
    } else {
        format!(
            "X does not permit {what}: the text may be too long for this account, or the app may not write \
             (permission “Read and write”, or the scopes tweet.write and media.write)"
        )
    }
}

/// For an app that may not write.
pub(super) const READ_ONLY: &str = "the app may only read: set its permission to “Read and write” in X's developer \
                                    console, then make the access token anew";

/// How long until X takes something again: the latest reset of those windows
/// that are used up, in seconds since 1970, or what `Retry-After` says; a whole
/// window, if it says nothing; nothing, if all that it names has passed
/// (docs.x.com, rate limits, 2026-07-24; the 24-hour headers: unverified).
fn wait(answer: &Answer) -> Option<Duration> {
    let number = |name: String| answer.header(&name)?.trim().parse::<i64>().ok();
    let windows = ["x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour"];
    let until = |window: &str| {
        let reset = Timestamp::from_second(number(format!("{window}-reset"))?).ok()?;
        Some(answer.until(reset))
    };
    let used_up = |window: &&str| number(format!("{window}-remaining")) == Some(0);
    let mut waits: Vec<Duration> = windows.into_iter().filter(used_up).filter_map(until).collect();
    if waits.is_empty() {
        waits.extend(until("x-rate-limit"));
    }
    waits.extend(answer.retry_after());
    if waits.is_empty() {
        return Some(WINDOW);
    }
    waits.into_iter().max().filter(|wait| !wait.is_zero())
}

/// All that the answer says about what is wrong, as it came: to be searched,
/// not shown.
pub(super) fn heard(answer: &Answer) -> String {
    let keys = ["title", "detail", "message", "type"];
    let problems = problems(answer);
    let words = problems.iter().flat_map(|problem| keys.map(|key| text(problem, key))).flatten();
    words.collect::<Vec<_>>().join("\n")
}

/// Whether the answer says in words why, and not only the status once more.
fn explains(answer: &Answer) -> bool {
    let said = |problem: &Value, key| text(problem, key).is_some_and(|words| !words.trim().is_empty());
    let typed = |problem: &Value| text(problem, "type").is_some_and(|of| of.contains("/problems/"));
    problems(answer)
        .iter()
        .any(|problem| said(problem, "detail") || said(problem, "message") || typed(problem))
}

/// The sentences for people among it.
fn sentences(answer: &Answer) -> String {
    let mut said: Vec<String> = Vec::new();
    for problem in problems(answer) {
        let sentence = ["detail", "message", "title"].into_iter().find_map(|key| text(&problem, key));
        let sentence = sentence.map(|sentence| sentence.trim().trim_end_matches('.').to_owned());
        said.extend(sentence.filter(|sentence| !said.contains(sentence)));
    }
    said.join("; ")
}

fn text(problem: &Value, key: &str) -> Option<String> {
    problem.get(key)?.as_str().map(str::to_owned)
}

/// The problem that the answer is, and those in its list.
fn problems(answer: &Answer) -> Vec<Value> {
    let Some(mut body) = answer.json() else { return Vec::new() };
    let list = body.get_mut("errors").map(Value::take);
    let mut all = vec![body];
    if let Some(Value::Array(list)) = list {
        all.extend(list.into_iter().take(5));
    }
    all
}

/// An id of X, which goes into addresses and into the journal: digits, and so
/// never a path, nor anything that the server was told, such as a token.
pub(super) fn id_of(value: Option<&Value>) -> Option<String> {
    let id = match value? {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    is_id(&id).then_some(id)
}

/// Whether a text can be an id.
pub(super) fn is_id(text: &str) -> bool {
    (1..=30).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !is_nought(text)
}

/// Whether a text can be a user name.
pub(super) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
