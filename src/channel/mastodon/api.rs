//! Asking the instance: addresses, the token, whose it is, and what an answer means.
//!
//! It says no with `{"error": …, "error_description": …}` (docs, entities/Error); in
//! which words differs by server and language, so that the status decides wherever
//! it can.

use super::Mastodon;
use crate::channel::SendError;
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::network::is_plain_id;
use crate::text::visible;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// Longest quotation of what the instance said, in characters.
const LONGEST_WORDS: usize = 300;

/// After a limit for which no time is named it is left alone for this long: the
/// documented window (api/rate-limits: 300 requests in 5 minutes).
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// What a request was for: it decides what a lost answer can have done, and which
/// scope it takes (docs, api/oauth-scopes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Who the token's account is.
    Who,
    /// It reads posts.
    Reading,
    /// It brings an image, which nobody sees yet.
    Uploading,
    /// It makes a post.
    Posting {
        /// Whether the outcome of an earlier try of this very part was unknown.
        doubted: bool,
        /// Whether it hangs below another.
        replies: bool,
    },
    /// It changes a post, or takes it down; twice does no harm.
    Changing,
}

impl Purpose {
    /// The scope that it takes.
    fn scope(self) -> &'static str {
        match self {
            Purpose::Who => "read:accounts",
            Purpose::Reading => "read:statuses",
            Purpose::Uploading => "write:media",
            Purpose::Posting { .. } | Purpose::Changing => "write:statuses",
        }
    }
}

/// Whose the token is.
#[derive(Clone, Debug)]
pub(super) struct Me {
    pub id: String,
}

/// One instance, with the secrets of one account in hand.
pub(super) struct Api<'a> {
    /// Whose.
    pub channel: &'a Mastodon,
    secrets: Secrets,
    bearer: HeaderValue,
    client: &'static Client,
    /// The host of the instance, for people.
    pub instance: String,
}

impl<'a> Api<'a> {
    /// Reads the token.
    pub async fn open(channel: &'a Mastodon, project: &Path) -> Result<Api<'a>, SendError> {
        let secrets = channel.credentials.expose(project).await?;
        let bearer = secrets.bearer("access_token")?;
        let client = http::service(&channel.base_url)?;
        Ok(Api { channel, secrets, bearer, client, instance: host(&channel.base_url) })
    }

    /// A request with its token; the caller adds a body.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}{path}", self.channel.base_url);
        self.client.request(method, address).header(AUTHORIZATION, self.bearer.clone())
    }

    /// Sends a request; what prevents an answer says whose.
    pub async fn call(&self, request: RequestBuilder) -> Result<Answer, Trouble> {
        http::call(request).await
    }

    /// Reads something. Repeating it does no harm.
    pub async fn get(&self, path: &str) -> Result<Answer, SendError> {
        self.call(self.request(Method::GET, path)).await.map_err(Trouble::of_asking)
    }

    /// A post by its id: its facts, or that there is none.
    pub async fn post(&self, id: &str) -> Read {
        let Ok(answer) = self.get(&format!("/api/v1/statuses/{id}")).await else { return Read::NotSaid };
        match answer.json().filter(|facts| answer.is_success() && facts.get("id").is_some()) {
            Some(facts) => Read::There(Box::new(facts)),
            None if matches!(answer.status, 404 | 410) => Read::Missing { its_own: !answer.is_not_its_own() },
            None => Read::NotSaid,
        }
    }

    /// Whose the token is (`GET /api/v1/accounts/verify_credentials`), or why the
    /// instance does not say it. The error: proof that the token is no good or is
    /// another's, that nothing there speaks this API, or that nobody answered yet.
    pub async fn who(&self) -> Result<Result<Me, String>, SendError> {
        let answer = self.get("/api/v1/accounts/verify_credentials").await?;
        let what = "the question whose the token is";
        if !answer.is_success() {
            let error = self.error(&answer, Purpose::Who, what);
            return match (answer.status, error) {
                // It is known, may post, and may not be asked.
                (403, SendError::Refused { says }) if self.lacks_scope(&answer) => Ok(Err(says)),
                // Every server that speaks this API knows the question.
                (404 | 405 | 410, SendError::Refused { .. }) => Err(SendError::Refused {
                    says: format!(
                        "{} does not speak Mastodon's API ({}): write the address of the instance's web page in \
                         `base_url`",
                        self.instance,
                        status(&answer)
                    ),
                }),
                // Seen from snac 2.75 for a token that it does not know.
                (422, SendError::Refused { .. }) => Err(SendError::Refused { says: self.bad_token(&answer) }),
                (_, error) => Err(error),
            };
        }
        answer.same_time(&self.instance)?;
        let Some(Value::Object(facts)) = answer.json() else {
            // A post on the wrong account cannot be taken back unseen: it waits.
            let says = match &answer.cut {
                Some(cut) => {
                    format!("the answer of {} to whose the token is broke off: {cut}", self.instance)
                }
                None => format!(
                    "{} answered {} to whose the token is, and not in its API's words: look at `base_url`, and at a \
                     proxy on the way",
                    self.instance,
                    status(&answer)
                ),
            };
            return Err(SendError::NotYet { says, wait: None });
        };
        let text = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default();
        let (id, username) = (text("id").to_owned(), text("username"));
        if !is_account_id(&id) || !self.secrets.are_not_in(&id) || username.is_empty() {
            return Ok(Err(format!("{} answered {} and named no account", self.instance, status(&answer))));
        }
        let whose = self.quotable(username);
        match &self.channel.username {
            Some(own) if !own.eq_ignore_ascii_case(username) => {
                let host = self.channel.host.as_deref().unwrap_or(&self.instance);
                Err(SendError::Refused {
                    says: format!(
                        "the token is that of @{whose}, and the channel is for @{own}: use the token of @{own}, or \
                         write `account = \"@{whose}@{host}\"` (and `renamed_from`, if it was called @{own} before)"
                    ),
                })
            }
            _ => Ok(Ok(Me { id })),
        }
    }

    /// What an answer means that is not the one that was wished for. `what` is
    /// what it was about: "the post".
    pub fn error(&self, answer: &Answer, purpose: Purpose, what: &str) -> SendError {
        let instance = &self.instance;
        let words = self.words(answer);
        let said = if words.is_empty() { String::new() } else { format!(" ({instance} says: {words})") };
        let refused = |why: String| SendError::Refused { says: format!("{why}{said}") };
        let doubted = matches!(purpose, Purpose::Posting { doubted: true, .. });
        match answer.status {
            401 => SendError::Refused { says: self.bad_token(answer) },
            // An earlier try may be why it says so.
            400 | 403 | 404 | 410 | 422 if doubted && heard(answer).is_none() => {
                let cause = format!("{instance} answered {} without readable words", status(answer));
                let may = "which may mean that an earlier try of this one is there";
                SendError::Unknown { cause: format!("{cause}, {may}{said}") }
            }
            403 | 404 if answer.is_not_its_own() => {
                let said = if words.is_empty() { words } else { format!(": {words}") };
                let status = status(answer);
                let says =
                    format!("{instance}, or what stands in its place, answered {status}{said}{}", http::NOT_ITS_OWN);
                SendError::Refused { says }
            }
            403 if self.lacks_scope(answer) => refused(format!(
                "the `access_token` lacks the scope `{}`: make a new one with `read:accounts read:statuses \
                 write:statuses write:media` (on the instance's web page, under Preferences, Development)",
                purpose.scope()
            )),
            403 => refused(format!("{instance} does not permit {what}: sign in there, which may say why")),
            // With the same key, it names a post that is gone by now.
            404 | 410 if doubted => SendError::Unknown {
                cause: format!("{instance} answered {}, and an earlier try may be why{said}", status(answer)),
            },
            404 | 410 if matches!(purpose, Purpose::Posting { replies: true, .. }) => {
                refused(
                    "the part before is no longer there: somebody has taken it down; post the rest by hand, or all of \
                     it anew"
                        .to_owned(),
                )
            }
            422 => refused(format!("{instance} did not take {what}{}", longer(answer))),
            429 => SendError::TooMany {
                says: format!("{instance} takes no more for the moment{said}"),
                wait: Some(wait(answer).unwrap_or(WINDOW)),
            },
            413 => refused(format!("{what} is larger than {instance} takes")),
            300..=399 => self.lost(answer, purpose, what, &format!("{said}{}", http::LED_ELSEWHERE)),
            400..=499 if answer.is_refusal() => {
                refused(format!("{instance} did not take {what}: {}", status(answer)))
            }
            _ => self.lost(answer, purpose, what, &said),
        }
    }

    /// The same, if somebody can mend what stops it: a token that is no good or may
    /// not do it, an account that is held back.
    pub fn mended(&self, answer: &Answer, purpose: Purpose, what: &str) -> SendError {
        let error = self.error(answer, purpose, what);
        let is_about_who = match answer.status {
            401 => true,
            403 => !answer.is_not_its_own(),
            _ => false,
        };
        if is_about_who { error.mendable() } else { error }
    }

    /// An answer that does not prove what became of it.
    fn lost(&self, answer: &Answer, purpose: Purpose, what: &str, said: &str) -> SendError {
        let cut =
            answer.cut.as_ref().map(|why| format!(", and its answer broke off: {why}")).unwrap_or_default();
        let (instance, status) = (&self.instance, status(answer));
        match purpose {
            Purpose::Posting { .. } => SendError::Unknown {
                cause: format!("{instance} answered {status}{cut}: it may have posted {what}{said}"),
            },
            _ => SendError::NotYet {
                says: format!("{instance} has trouble with {what}: {status}{cut}{said}"),
                wait: answer.retry_after(),
            },
        }
    }

    fn bad_token(&self, answer: &Answer) -> String {
        let words = self.words(answer);
        let said = if words.is_empty() { status(answer) } else { words };
        format!(
            "{} does not accept the `access_token`: it was revoked, or is another instance's; make a new one on the \
             instance's web page (under Preferences, Development), and put it where `access_token` points ({said})",
            self.instance
        )
    }

    /// Whether a 403 is about what the token may do. The sentence is that of the
    /// library that all Ruby servers use; other servers write of scopes as well.
    fn lacks_scope(&self, answer: &Answer) -> bool {
        let words = heard(answer).unwrap_or_default().to_lowercase();
        answer.status == 403 && (words.contains("scope") || words.contains("permission"))
    }

    /// Whether a name that the instance gave holds nothing of the token.
    pub fn are_not_in(&self, name: &str) -> bool {
        self.secrets.are_not_in(name)
    }

    /// `text`, which the instance said, without any trace of the token.
    pub fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }

    /// What the instance said in words, without secrets, for a message.
    pub fn words(&self, answer: &Answer) -> String {
        let words = heard(answer).unwrap_or_else(|| answer.excerpt());
        // `{}` says nothing.
        if words.chars().any(char::is_alphanumeric) { self.quotable(&words) } else { String::new() }
    }

    /// `words` of the instance without secrets, control characters, and too much of it.
    pub fn quotable(&self, words: &str) -> String {
        let words = self.secrets.redact(words);
        let mut short: String = words.chars().take(LONGEST_WORDS).collect();
        if short.len() < words.len() {
            short.push('…');
        }
        visible(short.trim()).into_owned()
    }

    /// The public address of a post: what the instance says, if that is one.
    pub fn address(&self, facts: &Value) -> Option<String> {
        let told = ["url", "uri"].into_iter().find_map(|key| facts.get(key)?.as_str())?;
        let url = url::Url::parse(told).ok()?;
        let local = url.host_str().is_some_and(crate::channel::is_loopback);
        let is_web = url.scheme() == "https" || (url.scheme() == "http" && local);
        let bare = url.username().is_empty() && url.password().is_none();
        let plain = told.len() <= LONGEST_ADDRESS && !told.contains(char::is_whitespace);
        (is_web && bare && plain && self.are_not_in(told)).then(|| told.to_owned())
    }
}

/// No instance's address of a post is longer (a judgement).
const LONGEST_ADDRESS: usize = 500;

/// What reading a post brought.
pub(super) enum Read {
    There(Box<Value>),
    /// It is not there, says the API; or something else said so.
    Missing {
        its_own: bool,
    },
    /// It may not be read, or the answer got lost.
    NotSaid,
}

/// The host of an address, with its port where that is not the usual one.
pub(super) fn host(base_url: &str) -> String {
    let Ok(url) = url::Url::parse(base_url) else { return "the instance".to_owned() };
    let host = url.host_str().unwrap_or("the instance");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// `422 Unprocessable Entity`.
pub(super) fn status(answer: &Answer) -> String {
    let reason = reqwest::StatusCode::from_u16(answer.status).ok().and_then(|code| code.canonical_reason());
    format!("{} {}", answer.status, reason.unwrap_or_default()).trim_end().to_owned()
}

/// The sentence of an answer's error, as it came; none where it says nothing. Other
/// servers write it one step deeper, or as `message`.
pub(super) fn heard(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let places =
        ["/error_description", "/error", "/error/message", "/error/detail", "/errors/detail", "/message"];
    let text = |place: &str| body.pointer(place).and_then(Value::as_str).map(str::trim);
    let first = places.into_iter().filter_map(text).find(|text| !text.is_empty())?;
    Some(first.trim_end_matches('.').to_owned())
}

/// A hint where the instance may have other limits than were planned with.
fn longer(answer: &Answer) -> &'static str {
    let low = heard(answer).unwrap_or_default().to_lowercase();
    if low.contains("character") || low.contains("too long") {
        ": it may take fewer characters than was planned with; `ladder channels --check` notes its limits"
    } else {
        ""
    }
}

/// How long the instance wants to be left alone: `Retry-After`, and `X-RateLimit-Reset`,
/// which is a moment (Mastodon: ISO 8601) or seconds since 1970 (GoToSocial).
pub(super) fn wait(answer: &Answer) -> Option<Duration> {
    let reset = answer.header("x-ratelimit-reset").and_then(|reset| {
        let reset = reset.trim();
        let seconds = reset.parse::<i64>().ok().and_then(|at| Timestamp::from_second(at).ok());
        let moment = seconds.or_else(|| reset.parse::<Timestamp>().ok())?;
        // One that has passed names no wait.
        Some(answer.until(moment)).filter(|wait| !wait.is_zero())
    });
    let waits = [answer.retry_after(), reset];
    waits.into_iter().flatten().max().filter(|wait| !wait.is_zero())
}

/// Whether a text can be the id of a post, which becomes part of addresses: Mastodon's
/// are numbers, others' letters and digits (all seen have a digit).
pub(super) fn is_id(id: &str) -> bool {
    is_plain_id(id) && id.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a text can be the id of an account; some servers give a word.
fn is_account_id(id: &str) -> bool {
    is_plain_id(id)
}

/// Whether both name one post: snac (2.75) gives a post that was edited another
/// beginning, the moment, and leaves the end, which is 32 hex digits.
pub(super) fn is_same_id(one: &str, other: &str) -> bool {
    const END: usize = 32;
    let end = |id: &str| -> Option<String> {
        let end = id.len().checked_sub(END).filter(|at| *at >= 8).and_then(|at| id.get(at..))?;
        end.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| end.to_owned())
    };
    one == other || end(one).is_some_and(|own| Some(own) == end(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_all_servers_are_ids_and_nothing_that_steers_is() {
        for id in [
            "109372843234",
            "01FBVD42CQ3ZEEVMW180SBX03B",
            "AVi9lPhVCQCy1Xgj32",
            "1795385658366ef1b39bf77757927187a1c2cc90bf",
        ] {
            assert!(is_id(id), "{id}");
        }
        for odd in ["", "0", "../1", "1?x", "a.png", "n/1", "nothing", &"7".repeat(65)] {
            assert!(!is_id(odd), "{odd}");
        }
        assert!(is_same_id("17953856906", "17953856906") && !is_same_id("7953856906", "7953856907"));
        let end = "2bd1d6cce0950e6a28248a11949cb7a0";
        assert!(is_same_id(&format!("1795385690{end}"), &format!("1795385691{end}")));
        assert!(!is_same_id(&format!("1795385690{end}"), &format!("1795385690{}", end.replace('0', "1"))));
    }
}
