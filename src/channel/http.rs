//! The one HTTP client: time-outs, bounds, and what a call that brought no
//! answer means. No service knowledge.

use super::SendError;
use crate::render::Picture;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::multipart::Part;
use reqwest::{Client, ClientBuilder, RequestBuilder, redirect};
use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

/// Until a connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Until the whole answer is there.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// A clock may be wrong by this much: those who look for a lost post allow for an
/// hour before the first try, of which this leaves most.
const LONGEST_SKEW: Duration = Duration::from_secs(10 * 60);
/// More of an answer is not read: no service says as much about one post.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;
const TOO_LONG: &str = "the answer is longer than anything a service says";

/// How what was packed with gzip begins (RFC 1952, 2.3.1); no JSON and no HTML does.
pub(super) const PACKED: [u8; 2] = [0x1f, 0x8b];

/// So much of a body is looked at for a message, in bytes.
const LONGEST_EXCERPT: usize = 16 * 1024;

/// The client that everything shares. Building it reads the system's roots of
/// trust (about 4 ms), so it happens once and only when something is sent.
pub fn client() -> Result<&'static Client, String> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    let follows = || configured(redirect::Policy::limited(5));
    CLIENT.get_or_init(|| built(follows())).as_ref().map_err(Clone::clone)
}

/// The client for the service at `base_url`: it follows no redirect, which would
/// carry a post or a token to where nobody looked. What stands on this machine
/// is asked without the environment's proxy: `http://` is for this machine
/// because nothing of it crosses a wire. Every request has a connection of its own:
/// one that was left open may be closed by the other side at the very moment that
/// a post goes into it, and then nobody knows whether it was read.
pub fn service(base_url: &str) -> Result<&'static Client, SendError> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    static HERE: OnceLock<Result<Client, String>> = OnceLock::new();
    let url = url::Url::parse(base_url).ok();
    let host = url.as_ref().and_then(url::Url::host_str);
    let built = if host.is_some_and(super::is_loopback) {
        HERE.get_or_init(|| built(alone().no_proxy()))
    } else {
        CLIENT.get_or_init(|| built(alone()))
    };
    built.as_ref().map_err(|says| SendError::NotYet { says: says.clone(), wait: None })
}

/// `ws://…` and `wss://…` as HTTP knows them.
#[cfg(feature = "nostr")]
pub fn of_socket(address: &str) -> String {
    match address.strip_prefix("ws") {
        Some(rest) => format!("http{rest}"),
        None => address.to_owned(),
    }
}

/// The line to a server that speaks in messages both ways (RFC 6455): nothing is said on
/// it yet, so that whatever goes wrong, nothing has happened. The error says what did.
#[cfg(feature = "nostr")]
pub async fn socket(address: &str) -> Result<reqwest::Upgraded, String> {
    use tokio_tungstenite::tungstenite::handshake::client::generate_key;
    use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
    // HTTP/2 has no such lines but by an extension that few servers have (RFC 8441).
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    static HERE: OnceLock<Result<Client, String>> = OnceLock::new();
    let url = url::Url::parse(&of_socket(address)).map_err(|_| "this is no address".to_owned())?;
    let host = url.host_str().unwrap_or("the service").to_owned();
    let client = match super::is_loopback(&host) {
        true => HERE.get_or_init(|| built(alone().http1_only().no_proxy())),
        false => CLIENT.get_or_init(|| built(alone().http1_only())),
    };
    let key = generate_key();
    let request = client.as_ref().map_err(Clone::clone)?.get(url);
    let request = request
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", &key);
    let answer = request.send().await.map_err(|error| in_words(&error))?;
    let accepts = answer.headers().get("sec-websocket-accept").map(|accept| accept.as_bytes().to_vec());
    if answer.status().as_u16() != 101 || accepts != Some(derive_accept_key(key.as_bytes()).into_bytes()) {
        let status = answer.status().as_u16();
        return Err(format!("{host} answered {status} instead of opening a line for messages"));
    }
    answer.upgrade().await.map_err(|error| in_words(&error))
}

/// Follows nothing, and keeps no connection.
fn alone() -> ClientBuilder {
    configured(redirect::Policy::none()).pool_max_idle_per_host(0)
}

fn configured(redirects: redirect::Policy) -> ClientBuilder {
    Client::builder()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(ANSWER_LIMIT)
        .redirect(redirects)
        .user_agent(concat!("ladder/", env!("CARGO_PKG_VERSION")))
}

fn built(builder: ClientBuilder) -> Result<Client, String> {
    builder.build().map_err(|error| format!("the HTTP client cannot be built: {error}"))
}

/// Those of 4xx that prove that a request was not carried out: about what it
/// says, who asks, or how much. What else there is (408, 409, 425, a proxy's 444,
/// 460 and 499, numbers that mean nothing) may follow something that was done.
const REFUSALS: [u16; 19] =
    [400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 413, 414, 415, 416, 422, 426, 428, 429, 431];

/// What to do about a redirect, behind what is said of it.
pub const LED_ELSEWHERE: &str = "; if `base_url` leads elsewhere, write the address that it leads to";

/// What to do about a no that is not the service's own, behind what is said of it.
pub const NOT_ITS_OWN: &str = "; that is no answer of its own: look at `base_url`, and at a proxy on the way";

/// What a service answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it came; see `cut`.
    pub body: Vec<u8>,
    /// Why the body is not whole: the connection broke, or it was longer than
    /// anything that a service says.
    pub cut: Option<String>,
}

impl Answer {
    /// Whether it is a 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is a 2xx as an API of ours gives one: with nothing in it, or with
    /// JSON. A page comes from somebody on the way, and proves nothing.
    pub fn is_its_own_success(&self) -> bool {
        let is_empty = self.body.trim_ascii().is_empty();
        self.is_success() && self.cut.is_none() && (is_empty || self.json().is_some())
    }

    /// Whether the status alone proves that nothing was done.
    pub fn is_refusal(&self) -> bool {
        REFUSALS.contains(&self.status)
    }

    /// Whether it says "not allowed" or "not found" in another way than an API of
    /// ours does, all of which put an object of JSON into it: as a page, mostly that
    /// of a proxy, or of a server that is none of theirs.
    pub fn is_not_its_own(&self) -> bool {
        let is_whole = self.cut.is_none();
        is_whole && matches!(self.status, 403 | 404) && !self.json().is_some_and(|body| body.is_object())
    }

    /// What came, for people, in a success that is none of an API's, all of which put an
    /// object of JSON into it. None of what was cut off: the whole may have been one.
    pub fn strange(&self) -> Option<&'static str> {
        let body = self.body.trim_ascii();
        if !self.is_success() || self.cut.is_some() || self.json().is_some_and(|body| body.is_object()) {
            return None;
        }
        Some(match body.first() {
            None => "nothing",
            Some(b'<') => "a page of HTML",
            Some(_) => "what is no object of JSON",
        })
    }

    /// What to do about it where it is none of the service's own, behind what is said of it.
    pub fn advice(&self) -> &'static str {
        match self.status {
            300..400 => LED_ELSEWHERE,
            _ if self.strange().is_some() => NOT_ITS_OWN,
            _ => "",
        }
    }

    /// The body as JSON, if it is whole and is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        if self.cut.is_some() {
            return None;
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A header's value as far as it is text, if it is there. Of several that differ
    /// none is the one: all are told, as a list.
    pub fn told(&self, name: &str) -> Option<String> {
        let mut told: Vec<String> = Vec::new();
        for value in self.headers.get_all(name) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            if !told.contains(&value) {
                told.push(value);
            }
        }
        (!told.is_empty()).then(|| told.join(", "))
    }

    /// The service's own clock, to the second (RFC 9110, 6.6.1).
    pub fn date(&self) -> Option<Timestamp> {
        http_date(self.header("date")?)
    }

    /// A refusal, if this machine's clock is so far off `service`'s that a post
    /// which is made now would be looked for at the wrong time later, not be
    /// found, and be made again.
    pub fn same_time(&self, service: &str) -> Result<(), SendError> {
        let Some(off) = self.date().map(|date| crate::clock::now().duration_since(date)) else {
            return Ok(());
        };
        if off.unsigned_abs() <= LONGEST_SKEW {
            return Ok(());
        }
        let minutes = off.unsigned_abs().as_secs() / 60;
        let direction = if off.is_negative() { "behind" } else { "ahead of" };
        let says = format!(
            "this machine's clock is {minutes} min {direction} {service}'s, so that nothing that is sent could be \
             found again: set the clock"
        );
        Err(SendError::Refused { says })
    }

    /// How long the service wants to be left alone: `Retry-After`, which is
    /// seconds or a moment (RFC 9110, 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        let written = self.header("retry-after")?.trim();
        match written.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => Some(self.until(http_date(written)?)),
        }
    }

    /// How long until `moment` by the service's own clock, if it told the time,
    /// else by ours. Nothing, if that has passed.
    pub fn until(&self, moment: Timestamp) -> Duration {
        let now = self.date().unwrap_or_else(crate::clock::now);
        Duration::try_from(moment.duration_since(now)).unwrap_or_default()
    }

    /// The beginning of the body, made visible: much more of it than a message
    /// shows, for a secret that is cut in two is not found in it any more. Of a
    /// page, which no service answers with, only its words.
    pub fn excerpt(&self) -> String {
        let start = &self.body[..self.body.len().min(LONGEST_EXCERPT)];
        let text = String::from_utf8_lossy(start);
        let text = text.trim();
        let text = if text.starts_with('<') { words_of_page(text) } else { text.to_owned() };
        crate::diagnostic::visible::visible(&text).into_owned()
    }
}

/// What stands on a page, without its marks, scripts and styles.
fn words_of_page(page: &str) -> String {
    let mut words = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        words.push_str(&rest[..at]);
        words.push(' ');
        let mark = &rest[at + 1..];
        let hidden = ["script", "style"]
            .into_iter()
            .find(|name| mark.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        let end = match hidden {
            Some(name) => mark.find(&format!("</{name}")).map(|end| end + 2 + name.len()),
            None => Some(0),
        };
        let after = end.and_then(|end| mark[end..].find('>').map(|close| end + close + 1));
        rest = after.map_or("", |after| &mark[after..]);
    }
    words.push_str(rest);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        "a page of HTML without words".to_owned()
    } else {
        format!("a page of HTML: {words}")
    }
}

/// `Sun, 22 Nov 2026 08:00:00 GMT`.
fn http_date(written: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(written).ok().map(|at| at.timestamp())
}

/// Why a call brought no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The request never left: nothing can have happened.
    NotSent(String),
    /// It left, or may have, and no answer came.
    Lost(String),
}

impl Trouble {
    /// The same with the words that say who was asked.
    #[must_use]
    pub fn named(self, who: &str) -> Trouble {
        match self {
            Trouble::NotSent(why) => Trouble::NotSent(format!("{who} cannot be reached: {why}")),
            Trouble::Lost(why) => Trouble::Lost(format!("{who} did not answer: {why}")),
        }
    }

    /// For a request that creates something that people see, changes it or takes it away.
    pub fn of_creating(self) -> SendError {
        match self {
            Trouble::NotSent(says) => SendError::NotYet { says, wait: None },
            Trouble::Lost(cause) => SendError::Unknown { cause },
        }
    }

    /// For a request that changes nothing, or nothing that people see: safe to repeat.
    pub fn of_asking(self) -> SendError {
        let (Trouble::NotSent(says) | Trouble::Lost(says)) = self;
        SendError::NotYet { says, wait: None }
    }
}

/// Sends `request` and reads the answer to its end, or to what is bearable.
pub async fn call(request: RequestBuilder) -> Result<Answer, Trouble> {
    let mut response = request.send().await.map_err(|error| {
        let says = in_words(&error);
        // A refused connection, a name that is unknown, a TLS handshake that
        // fails, a request that cannot be written down: nothing has left.
        if error.is_connect() || error.is_builder() { Trouble::NotSent(says) } else { Trouble::Lost(says) }
    })?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let (mut body, mut cut) = (Vec::new(), None);
    loop {
        match response.chunk().await {
            Ok(None) => break,
            Ok(Some(chunk)) if body.len() + chunk.len() > LONGEST_ANSWER => {
                cut = Some(TOO_LONG.to_owned());
                break;
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => {
                cut = Some(in_words(&error));
                break;
            }
        }
    }
    if cut.is_none() && body.starts_with(&PACKED) {
        match unpacked(&body, LONGEST_ANSWER, false) {
            Ok((plain, false)) => body = plain,
            Ok((_, true)) => cut = Some(TOO_LONG.to_owned()),
            Err(why) => cut = Some(why),
        }
    }
    Ok(Answer { status, headers, body, cut })
}

/// What was packed although nobody asked for that: some that stand in front of
/// services do it. So many bytes of it at most, and whether there are more; `is_begun`:
/// the packed bytes are a beginning themselves.
pub(super) fn unpacked(packed: &[u8], longest: usize, is_begun: bool) -> Result<(Vec<u8>, bool), String> {
    let mut plain = Vec::new();
    let mut unpacking = flate2::read::MultiGzDecoder::new(packed).take(longest as u64 + 1);
    match unpacking.read_to_end(&mut plain) {
        Err(error) if !is_begun => {
            return Err(format!("it is packed (gzip) and cannot be unpacked: {error}"));
        }
        _ => {}
    }
    let is_longer = plain.len() > longest;
    plain.truncate(longest);
    Ok((plain, is_longer || is_begun))
}

/// A picture's bytes as a file of a form. Its name is told in plain letters
/// alone: what servers make of others differs, and no reader sees it.
pub fn file(picture: &Picture, bytes: Vec<u8>) -> Result<Part, SendError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = picture.name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    Part::bytes(bytes).file_name(name).mime_str(&picture.mime).map_err(|_| SendError::Refused {
        says: format!("the image `{}` has the type `{}`, which is none", picture.path, picture.mime),
    })
}

/// What went wrong, in words for people, with the host and without the rest of
/// the address, which could hold a token.
fn in_words(error: &reqwest::Error) -> String {
    let host = error.url().and_then(url::Url::host_str).unwrap_or("the service");
    let cause = innermost(error);
    if error.is_timeout() {
        let what = if error.is_connect() { "no connection to" } else { "no answer from" };
        return format!("{what} {host} in time");
    }
    if error.is_connect() {
        let advice = super::certificate::advice(error).unwrap_or_default();
        return format!("no connection to {host}: {cause}{advice}");
    }
    if error.is_builder() {
        return format!("the request to {host} cannot be made: {cause}");
    }
    format!("the connection to {host} broke before the whole answer was there: {cause}")
}

/// The cause behind all others, in the words of whoever knows best; those of
/// the operating system without its number.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut says = "it was closed".to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        says = next.to_string();
        cause = next.source();
    }
    match says.find(" (os error ") {
        Some(at) => says[..at].to_lowercase(),
        None => says,
    }
}

/// Whether a page stands at `url` and answers. Every kind of trouble is a "no":
/// the page may come yet.
pub async fn answers(url: &str) -> Result<bool, String> {
    // The body is not read: the page is there when its head says so.
    Ok(client()?.get(url).send().await.is_ok_and(|answer| answer.status().is_success()))
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
