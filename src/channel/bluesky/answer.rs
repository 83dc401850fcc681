//! What an answer means: one table from status, headers and body to one of the
//! three outcomes.
//!
//! An error's body is `{error, message}` (atproto.com/specs/xrpc, read 2026-11);
//! `error` is a name and tells more than the status: a token that has expired is a
//! 400. Seen with the reference server (PDS 0.5.35), where nothing else is said.

use crate::channel::SendError;
use crate::channel::http::{Answer, NOT_ITS_OWN};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// What was asked, for what an answer that proves nothing means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Who we are: by the app password, or by an older session.
    SignIn,
    /// A post, which people see, or its end.
    Publicly,
    /// Anything else. Repeating it does no harm.
    Other,
}

/// Names of errors that say no to who asks, and not to what is sent. Of the repo's
/// the reference server's list of statuses has more than it was seen to use.
const WHO: &[&str] = &[
    "AuthenticationRequired",
    "AuthMissing",
    "AuthFactorTokenRequired",
    "ExpiredToken",
    "InvalidToken",
    "BadExpiration",
    "AccountTakedown",
    "AccountDeactivated",
    "RepoTakendown",
    "RepoSuspended",
    "RepoDeactivated",
    "AccountNotFound",
];

/// Where nobody names a time, it is left alone for this long: the shortest window
/// of its limits is of five minutes (docs.bsky.app, rate limits, read 2026-11).
const WINDOW: Duration = Duration::from_secs(300);

/// An answer's error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    /// `error`; empty where the body names none.
    pub name: String,
    /// `message`, or the beginning of what else there is.
    pub says: String,
}

impl Fault {
    /// Reads the body; without JSON in it, its beginning.
    pub fn of(answer: &Answer) -> Fault {
        let Some(Value::Object(body)) = answer.json() else {
            return Fault { name: String::new(), says: answer.excerpt() };
        };
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let (name, says) = (text("error"), text("message"));
        let says = if says.is_empty() { name.clone() } else { says };
        Fault { name, says }
    }

    /// Whether the session's token is none any more.
    pub fn is_about_token(&self) -> bool {
        matches!(self.name.as_str(), "ExpiredToken" | "InvalidToken")
    }

    /// Whether it says no to who asks. Somebody can mend that.
    pub fn is_about_who(&self, status: u16) -> bool {
        status == 401 || ((400..500).contains(&status) && WHO.contains(&self.name.as_str()))
    }
}

/// What an answer that is no success means. `clean` takes out secrets, and makes
/// visible; `account` is whose channel it is.
pub(super) fn trouble(
    answer: &Answer,
    asked: Asked,
    account: &str,
    clean: impl Fn(&str) -> String,
) -> SendError {
    let fault = Fault::of(answer);
    let said = clean(&fault.says);
    let said = if said.is_empty() { "without a word".to_owned() } else { said };
    let status = answer.status;
    if status == 429 || fault.name == "RateLimitExceeded" {
        let what = match asked {
            Asked::SignIn => "no more sign-ins for now (30 in 5 minutes and 300 a day are its limit)",
            Asked::Publicly | Asked::Other => "no more of this account for now",
        };
        return SendError::TooMany {
            says: format!("Bluesky takes {what}: {said}"),
            wait: Some(pause(answer)),
        };
    }
    // What was uploaded a while ago may be gone by now, and is uploaded anew.
    if fault.name == "BlobNotFound" {
        let says = format!("Bluesky does not have the image any more: {said}");
        return SendError::NotYet { says, wait: None };
    }
    if answer.is_refusal() {
        return SendError::Refused { says: refused(answer, &fault, &said, asked, account) };
    }
    let hint = answer.advice();
    let cut = answer.cut.as_ref().map(|why| format!(", and its answer broke off: {why}")).unwrap_or_default();
    let says = if answer.is_success() {
        format!("Bluesky answered {status} as Bluesky does not{cut}: {said}{hint}")
    } else {
        format!("Bluesky answered {status}{cut}: {said}{hint}")
    };
    match asked {
        Asked::Publicly => SendError::Unknown { cause: says },
        Asked::SignIn | Asked::Other => SendError::NotYet { says, wait: answer.retry_after() },
    }
}

/// What is wrong, and what to do about it.
fn refused(answer: &Answer, fault: &Fault, said: &str, asked: Asked, account: &str) -> String {
    let password = "make an app password at Bluesky (Settings, Privacy and security, App passwords), and put \
                    it where `app_password` points";
    match fault.name.as_str() {
        "AuthFactorTokenRequired" => {
            format!("that is the account's own password, for which Bluesky wants a code: {password} ({said})")
        }
        "AccountTakedown" | "RepoTakendown" | "RepoSuspended" => format!(
            "Bluesky has taken the account {account} down: sign in at bsky.app, which says why ({said})"
        ),
        "AccountDeactivated" | "RepoDeactivated" => {
            format!("the account {account} is deactivated: sign in at bsky.app to bring it back ({said})")
        }
        _ if asked == Asked::SignIn && fault.is_about_who(answer.status) => format!(
            "Bluesky does not take this app password for {account}: {password}; if the account has another \
             handle by now, write that in `account` ({said})"
        ),
        _ if fault.is_about_who(answer.status) => {
            format!("Bluesky does not take the session of this app password any more: {password} ({said})")
        }
        _ if answer.is_not_its_own() => {
            format!("Bluesky, or what stands in its place, answered {}: {said}{NOT_ITS_OWN}", answer.status)
        }
        "BlobTooLarge" | "PayloadTooLarge" => {
            format!("it is larger than this server takes: {said}")
        }
        _ if answer.status == 413 => format!("it is larger than this server takes: {said}"),
        _ => format!("Bluesky refuses it: {said}"),
    }
}

/// How long it wants to be left alone: `RateLimit-Reset`, in seconds since 1970, or
/// what `Retry-After` says.
fn pause(answer: &Answer) -> Duration {
    let reset = answer.header("ratelimit-reset").and_then(|reset| reset.trim().parse::<i64>().ok());
    let until = reset.and_then(|reset| Timestamp::from_second(reset).ok()).map(|at| answer.until(at));
    until.max(answer.retry_after()).filter(|wait| !wait.is_zero()).unwrap_or(WINDOW)
}
