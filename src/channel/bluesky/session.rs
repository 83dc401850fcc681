//! Whose account it is, where it lives, and the tokens of this process.
//!
//! `createSession` takes the app password and is limited to 30 in 5 minutes and
//! 300 a day for an account (docs.bsky.app, rate limits, read 2026-11): it is done
//! once a process, and only when there is something to ask. The token that it gives
//! lives for about two hours, and is renewed by `refreshSession`, whose own token
//! is used up by that.

use super::Bluesky;
use super::answer::{Asked, Fault, trouble};
use crate::channel::credentials::{Secrets, header};
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::secret::Exposed;
use crate::channel::{SendError, is_loopback, is_public_name};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use url::{Host, Url};

/// What a server says instead of a handle that it cannot confirm.
const NO_HANDLE: &str = "handle.invalid";
/// No token is longer (a judgement: those seen have about 400 bytes).
const LONGEST_TOKEN: usize = 16 * 1024;
/// Older tokens than these are in no answer any more.
const KNOWN_TOKENS: usize = 6;

/// A session.
#[derive(Debug)]
pub(super) struct Session {
    /// The account's DID.
    pub did: String,
    /// Its handle, if the server can confirm it.
    pub handle: Option<String>,
    /// Where its records are: `https://HOST`.
    pub home: String,
    /// Whether that is surely the server that has them, so that what it does not
    /// have is not there.
    pub is_home: bool,
    /// Token and renewal, the newest last.
    tokens: Mutex<Vec<(Exposed, Exposed)>>,
}

impl Session {
    /// The token that is good now, as far as is known.
    pub fn access(&self) -> Exposed {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.last().map_or_else(|| Exposed::new(""), |(access, _)| access.clone())
    }

    fn renewal(&self) -> Exposed {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.last().map_or_else(|| Exposed::new(""), |(_, renewal)| renewal.clone())
    }

    fn take_in(&self, pair: (Exposed, Exposed)) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.push(pair);
        let old = tokens.len().saturating_sub(KNOWN_TOKENS / 2);
        tokens.drain(..old);
    }

    /// All that nobody may read.
    pub fn known(&self) -> Vec<Exposed> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.iter().flat_map(|(access, renewal)| [access.clone(), renewal.clone()]).collect()
    }
}

/// `Authorization` with that token.
pub(super) fn bearer(token: &Exposed) -> Result<HeaderValue, SendError> {
    header(&format!("Bearer {}", token.value()), "app_password")
}

/// Signs in, and makes sure that it is the table's account.
pub(super) async fn sign_in(bluesky: &Bluesky, secrets: &Secrets) -> Result<Session, SendError> {
    let password = secrets.get("app_password").unwrap_or_default();
    let url = format!("{}/xrpc/com.atproto.server.createSession", bluesky.base_url);
    let body = json!({ "identifier": bluesky.identifier, "password": password });
    let request = http::service(&bluesky.base_url)?.post(url).json(&body);
    let answer = http::call(request).await.map_err(unreachable).map_err(Trouble::of_asking)?;
    let clean = |text: &str| super::api::clean(secrets, &[], text);
    let facts = answer.json().filter(|_| answer.is_success());
    let told = facts.as_ref().and_then(|facts| Some((tokens(facts)?, text(facts, "did")?)));
    let (Some(facts), Some((pair, did))) = (&facts, told) else {
        return Err(trouble(&answer, Asked::SignIn, &bluesky.identifier, clean));
    };
    answer.same_time("Bluesky")?;
    if !is_did(did) || !secrets.are_not_in(did) {
        let says = "Bluesky signed the account in, and named it in a way that is none".to_owned();
        return Err(SendError::NotYet { says, wait: None });
    }
    let handle = text(facts, "handle").filter(|handle| is_handle(handle) && *handle != NO_HANDLE);
    is_the_account(bluesky, did, handle)?;
    if facts.get("active").and_then(Value::as_bool) == Some(false) {
        let status = clean(text(facts, "status").unwrap_or("not active"));
        let says =
            format!("Bluesky says that the account {did} is {status}: sign in at bsky.app, which says why");
        return Err(SendError::Refused { says });
    }
    let named = endpoint(facts).and_then(|endpoint| place(endpoint, &bluesky.base_url));
    let (home, is_home) = match named {
        Some(home) => (home, true),
        None => (bluesky.base_url.clone(), !is_entryway(&bluesky.base_url)),
    };
    let handle = handle.map(str::to_owned);
    Ok(Session { did: did.to_owned(), handle, home, is_home, tokens: Mutex::new(vec![pair]) })
}

/// Gets a good token in the place of `used`, unless somebody has by now: nothing
/// was done with `used`.
pub(super) async fn renew(
    bluesky: &Bluesky,
    secrets: &Secrets,
    session: &Session,
    used: &Exposed,
) -> Result<(), SendError> {
    let _one_at_a_time = bluesky.renewing.lock().await;
    if session.access().value() != used.value() {
        return Ok(());
    }
    let url = format!("{}/xrpc/com.atproto.server.refreshSession", bluesky.base_url);
    let request = http::service(&bluesky.base_url)?.post(url);
    let request = request.header(AUTHORIZATION, bearer(&session.renewal())?);
    let answer = http::call(request).await.map_err(unreachable).map_err(Trouble::of_asking)?;
    let facts = answer.json().filter(|_| answer.is_success());
    let pair = facts.as_ref().filter(|facts| text(facts, "did") == Some(&session.did)).and_then(tokens);
    if let Some(pair) = pair {
        session.take_in(pair);
        return Ok(());
    }
    let fault = Fault::of(&answer);
    if !answer.is_refusal() || answer.status == 429 || !fault.is_about_who(answer.status) {
        let clean = |text: &str| super::api::clean(secrets, &session.known(), text);
        return Err(trouble(&answer, Asked::SignIn, &bluesky.identifier, clean));
    }
    // The renewal is over as well: the app password is what is left.
    let anew = sign_in(bluesky, secrets).await?;
    if anew.did != session.did {
        let says = "the account's name belongs to another account by now: nothing is sent there".to_owned();
        return Err(SendError::Refused { says });
    }
    session.take_in((anew.access(), anew.renewal()));
    Ok(())
}

/// Signs the request, and once more with a new token where the first has expired.
/// `lost` says what it means that no answer came.
pub(super) async fn signed(
    bluesky: &Bluesky,
    secrets: &Secrets,
    session: &Session,
    request: impl Fn() -> reqwest::RequestBuilder,
    lost: fn(Trouble) -> SendError,
) -> Result<Answer, SendError> {
    let mut is_new = false;
    loop {
        let access = session.access();
        let signed = request().header(AUTHORIZATION, bearer(&access)?);
        let answer = http::call(signed).await.map_err(unreachable).map_err(lost)?;
        let is_over = answer.is_refusal() && Fault::of(&answer).is_about_token();
        if !is_over || is_new {
            return Ok(answer);
        }
        renew(bluesky, secrets, session, &access).await.map_err(SendError::mendable)?;
        is_new = true;
    }
}

/// What prevents an answer says whose.
pub(super) fn unreachable(trouble: Trouble) -> Trouble {
    trouble.named("Bluesky")
}

fn text<'a>(facts: &'a Value, key: &str) -> Option<&'a str> {
    facts.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn tokens(facts: &Value) -> Option<(Exposed, Exposed)> {
    let token = |key: &str| text(facts, key).filter(|token| token.len() <= LONGEST_TOKEN);
    Some((Exposed::new(token("accessJwt")?), Exposed::new(token("refreshJwt")?)))
}

/// The table names a handle or a DID, and the session is of one account.
fn is_the_account(bluesky: &Bluesky, did: &str, handle: Option<&str>) -> Result<(), SendError> {
    let written = bluesky.identifier.as_str();
    let refused = |says: String| Err(SendError::Refused { says });
    if is_did(written) {
        if written == did {
            return Ok(());
        }
        let called = handle.map(|handle| format!(" (@{handle})")).unwrap_or_default();
        return refused(format!(
            "the app password is that of {did}{called}, and `account` is {written}: use that account's app password"
        ));
    }
    match handle {
        Some(handle) if !handle.eq_ignore_ascii_case(written) => refused(format!(
            "the account is called @{handle} by now, and `account` is {written}: write `account = \"{handle}\"`, \
             and `renamed_from = [\"{written}\"]`, so that what went out under the old name is not sent again"
        )),
        _ => Ok(()),
    }
}

/// `did:plc:…`, `did:web:…` (atproto.com/specs/did, read 2026-11).
pub(super) fn is_did(name: &str) -> bool {
    let mut pieces = name.splitn(3, ':');
    let of = |piece: Option<&str>, is_good: fn(u8) -> bool| {
        piece.is_some_and(|piece| !piece.is_empty() && piece.bytes().all(is_good))
    };
    name.len() <= 2048
        && pieces.next() == Some("did")
        && of(pieces.next(), |byte| byte.is_ascii_lowercase())
        && of(pieces.next(), |byte| byte.is_ascii_alphanumeric() || b"._:%-".contains(&byte))
}

/// A name as domains have them (atproto.com/specs/handle, read 2026-11).
pub(super) fn is_handle(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let ends_in_letter =
        name.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()));
    name.len() <= 253 && name.contains('.') && ends_in_letter && name.split('.').all(is_label)
}

/// Where the account's own document says that its records are.
fn endpoint(facts: &Value) -> Option<&str> {
    let services = facts.pointer("/didDoc/service")?.as_array()?;
    let is_home = |service: &&Value| text(service, "id").is_some_and(|id| id.ends_with("#atproto_pds"));
    text(services.iter().find(is_home)?, "serviceEndpoint")
}

/// That address, if tokens may go there: by TLS, to a name of the public net. An
/// answer leads nobody to this machine or into the house; a server on this machine
/// is one that was named in its place.
fn place(endpoint: &str, base_url: &str) -> Option<String> {
    let base = Url::parse(base_url).ok()?;
    if base.host_str().is_none_or(is_loopback) {
        return None;
    }
    let url = Url::parse(endpoint).ok()?;
    let Some(Host::Domain(name)) = url.host() else { return None };
    let bare = url.username().is_empty() && url.password().is_none();
    let ends = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let is_named = base.host_str() == Some(name);
    let is_good = url.scheme() == "https" && bare && ends && (is_public_name(url.host()) || is_named);
    is_good.then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// Bluesky's own front door, behind which the records are on other servers.
fn is_entryway(base_url: &str) -> bool {
    Url::parse(base_url).is_ok_and(|url| url.host_str() == Some("bsky.social"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_to_the_public_net_and_nowhere_else() {
        let entryway = "https://bsky.social";
        for (endpoint, base_url, to) in [
            (
                "https://morel.us-east.host.bsky.network",
                entryway,
                Some("https://morel.us-east.host.bsky.network"),
            ),
            ("https://pds.acme.example/", entryway, Some("https://pds.acme.example")),
            ("https://pds.acme.example:8443", entryway, Some("https://pds.acme.example:8443")),
            ("http://pds.acme.example", entryway, None),
            ("https://127.0.0.1", entryway, None),
            ("https://[::1]", entryway, None),
            ("https://10.0.0.7", entryway, None),
            ("https://169.254.169.254", entryway, None),
            ("https://93.184.216.34", entryway, None),
            ("https://localhost", entryway, None),
            ("https://a.localhost.", entryway, None),
            ("https://pds.internal", entryway, None),
            ("https://pds", entryway, None),
            ("https://ada:x@pds.acme.example", entryway, None),
            ("https://pds.acme.example/a", entryway, None),
            ("https://pds.acme.example/?a", entryway, None),
            ("nonsense", entryway, None),
            ("https://pds.acme.example", "http://127.0.0.1:2583", None),
            ("https://pds.acme.example", "http://localhost:2583", None),
            // A server of the house, which the table names itself.
            ("https://pds.lan", "https://pds.lan", Some("https://pds.lan")),
        ] {
            assert_eq!(place(endpoint, base_url).as_deref(), to, "{endpoint} from {base_url}");
        }
    }

    #[test]
    fn names_are_dids_or_handles() {
        for did in ["did:plc:gccy4zghpzseyy7sd5awe4vy", "did:web:acme.example", "did:web:localhost%3A8080"] {
            assert!(is_did(did) && !is_handle(did), "{did}");
        }
        for handle in ["acme.bsky.social", "acme.example", "8.cn", "a-b.test"] {
            assert!(is_handle(handle) && !is_did(handle), "{handle}");
        }
        for neither in [
            "",
            "acme",
            "did:plc",
            "did:plc:",
            "did:PLC:a",
            "did:plc:a/b",
            "a..b",
            "-a.b",
            "a.8",
            "a_b.c",
            "a.b/c",
            "ä.de",
        ] {
            assert!(!is_did(neither) && !is_handle(neither), "{neither}");
        }
    }
}
