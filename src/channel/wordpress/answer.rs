//! What a site's answers mean: one table from status, code and body to one of the
//! three outcomes.
//!
//! An error's body is `{code, message, data: {status, …}}` (REST API handbook,
//! global parameters and errors); the message is in the site's language, so that
//! only the code is read. What is no JSON comes from somebody in front of WordPress.

use super::Status;
use super::api::Api;
use crate::channel::SendError;
use crate::channel::article::{self, Asked, Conversation, odd_answer};
use crate::channel::http::{Answer, NOT_ITS_OWN};
use serde_json::Value;
use std::time::Duration;

/// An error in WordPress's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    /// `rest_cannot_create`; empty where the body is none of WordPress's.
    pub code: String,
    /// What it says, in the site's language; without JSON the body's beginning.
    pub says: String,
    /// `data.term_id`, of a term that is there.
    pub term: Option<u64>,
}

impl Fault {
    /// Reads the body.
    pub fn of(answer: &Answer) -> Fault {
        let Some(Value::Object(body)) = answer.json() else {
            return Fault { says: answer.excerpt(), ..Fault::default() };
        };
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let (code, says) = (text("code"), text("message"));
        let is_code = code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        let code = if is_code && code.len() <= 80 { code } else { String::new() };
        let term = body.get("data").and_then(|data| data.get("term_id")).and_then(Value::as_u64);
        // Parameters that are not taken are told one by one.
        let params = body.get("data").and_then(|data| data.get("params")).and_then(Value::as_object);
        let params = params.into_iter().flatten().filter_map(|(_, why)| why.as_str());
        let says = std::iter::once(says.as_str()).chain(params).filter(|said| !said.is_empty());
        Fault { says: says.collect::<Vec<_>>().join("; "), code, term }
    }

    /// Whether it says no to who asks, and not to what is sent.
    pub fn is_about_who(&self, status: u16) -> bool {
        matches!(status, 401 | 403)
    }
}

/// So long a site is left alone that names no time (a judgement).
const RATE_WAIT: Duration = Duration::from_secs(5 * 60);

/// What an answer means that is not the one that was wanted.
///
/// - 401, 403: no to who asks, or to what he may do; somebody can mend that.
/// - other 4xx: WordPress looked at it and did nothing.
/// - 429: what stands in front of it takes no more; not yet.
/// - everything else: of what readers see, unknown; otherwise not yet.
pub(super) fn trouble(answer: &Answer, asked: Asked, api: &Api) -> SendError {
    let fault = Fault::of(answer);
    let said = api.said(&fault.says);
    match answer.status {
        429 => SendError::TooMany {
            says: format!("the site takes no more for now: {said}"),
            wait: Some(answer.retry_after().unwrap_or(RATE_WAIT)),
        },
        status if answer.is_refusal() => {
            let says = refused(answer, &fault, &said, api);
            if fault.is_about_who(status) {
                SendError::Mendable { says }
            } else {
                SendError::Refused { says }
            }
        }
        _ => {
            let what = " with what is none of WordPress's answers";
            odd_answer(answer, asked, api, &said, what, &led(answer, api))
        }
    }
}

/// Where a redirect leads, which is not followed: the password would go with it.
pub(super) fn led(answer: &Answer, api: &Api) -> String {
    article::led(answer, api, "/wp-json", "the site's address is there")
}

/// What is wrong, and what to do about it.
fn refused(answer: &Answer, fault: &Fault, said: &str, api: &Api) -> String {
    let (user, status) = (&api.user, answer.status);
    match (status, fault.code.as_str()) {
        _ if answer.is_not_its_own() || (status == 401 && fault.code.is_empty()) => {
            format!("the site, or what stands in its place, answered {status}: {said}{NOT_ITS_OWN}")
        }
        (401, "application_passwords_disabled" | "application_passwords_disabled_for_user") => format!(
            "the site takes no application passwords ({said}): allow them for `{user}`, or look at its security plugins"
        ),
        // Wrong passwords and missing ones are told by the same code (6.2 to 6.6).
        (401, _) => format!(
            "WordPress does not take the user `{user}` with this application password ({said}): make one on the user's \
             profile page. If it is right, the web server keeps the `Authorization` header from PHP"
        ),
        (403, _) => format!(
            "WordPress does not allow it to the user `{user}` ({said}): give the user the role of an author or editor"
        ),
        (404, "rest_no_route") => {
            format!(
                "the site has no such part of the REST API ({said}): look at `base_url` and at its plugins"
            )
        }
        (413, _) => format!("the site takes nothing that long ({said}): make the images smaller"),
        (_, "") => format!("the site refuses it: {said}"),
        (_, code) => format!("WordPress refuses it: {said} ({code})"),
    }
}

/// Whether a post with that status is where it is to be. What a person has
/// published since is out all the same.
pub(super) fn is_out(status: &str, wanted: Status) -> bool {
    match status {
        "publish" | "private" | "future" => true,
        "pending" => matches!(wanted, Status::Pending | Status::Draft),
        "draft" => wanted == Status::Draft,
        _ => false,
    }
}
