//! What a site's answers mean: one table from status, code and body to one of the
//! three outcomes.
//!
//! An error's body is `{errors: [{message, context, type, code, property, …}]}`
//! (docs.ghost.org, Admin API, "Errors"). What is no JSON comes from somebody in
//! front of Ghost.

use super::api::Api;
use crate::channel::SendError;
use crate::channel::article::{self, Asked, Conversation, odd_answer};
use crate::channel::http::{Answer, NOT_ITS_OWN};
use serde_json::Value;
use std::time::Duration;

/// An error in Ghost's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    /// `UPDATE_COLLISION`, else the type, `ValidationError`; empty where the body is
    /// none of Ghost's.
    pub code: String,
    /// What it says; without JSON the body's beginning.
    pub says: String,
}

impl Fault {
    /// Reads the body.
    pub fn of(answer: &Answer) -> Fault {
        let body = answer.json();
        let Some(error) = body.as_ref().and_then(|body| body.get("errors")).and_then(|all| all.get(0)) else {
            // What is JSON and no error is a post, whose words explain nothing.
            let says = if body.is_some() { String::new() } else { answer.excerpt() };
            return Fault { says, ..Fault::default() };
        };
        let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let code = [text("code"), text("type")].into_iter().find(|code| !code.is_empty()).unwrap_or_default();
        let is_code = code.len() <= 80 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        // What is wrong with which field stands in the context, and once more in the details.
        let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
        let details = details.filter_map(|one| one.get("message").and_then(Value::as_str).map(str::to_owned));
        let mut says: Vec<String> = Vec::new();
        for said in [text("message"), text("context")].into_iter().chain(details) {
            if !said.is_empty() && !says.contains(&said) {
                says.push(said);
            }
        }
        Fault { code: if is_code { code } else { String::new() }, says: says.join("; ") }
    }
}

/// So long a site is left alone that names no time (a judgement).
const RATE_WAIT: Duration = Duration::from_secs(5 * 60);

/// What an answer means that is not the one that was wanted.
///
/// - 401, 403, and 400 about the token: no to who asks; somebody can mend that.
/// - 409: somebody has changed the post since it was read; not yet.
/// - other 4xx: Ghost looked at it and did nothing.
/// - 429: it takes no more for now.
/// - everything else: of what readers see, unknown; otherwise not yet.
pub(super) fn trouble(answer: &Answer, asked: Asked, api: &Api) -> SendError {
    let fault = Fault::of(answer);
    let said = api.said(&fault.says);
    let is_whole = answer.cut.is_none();
    match (answer.status, fault.code.as_str()) {
        (429, _) => SendError::TooMany {
            says: format!("the site takes no more for now: {said}"),
            wait: Some(answer.retry_after().unwrap_or(RATE_WAIT)),
        },
        (409, "UPDATE_COLLISION") if is_whole => SendError::NotYet {
            says: "somebody has changed the post in Ghost meanwhile: it is looked at again".to_owned(),
            wait: None,
        },
        (401 | 403, _) | (400, "INVALID_JWT") => {
            SendError::Mendable { says: not_let_in(answer, &fault, &said) }
        }
        _ if answer.is_refusal() => SendError::Refused { says: refused(answer, &fault, &said) },
        _ => {
            odd_answer(answer, asked, api, &said, " with what is none of Ghost's answers", &led(answer, api))
        }
    }
}

/// Where a redirect leads, which is not followed: the token would go with it.
pub(super) fn led(answer: &Answer, api: &Api) -> String {
    article::led(answer, api, "/ghost", "the address under which `/ghost` opens there")
}

/// A clock that is further off is told: a token is good for five minutes.
const SKEW: i64 = 60;

/// Why the token is not taken. Clocks that differ look like a wrong one.
fn not_let_in(answer: &Answer, fault: &Fault, said: &str) -> String {
    if answer.is_not_its_own() || fault.code.is_empty() {
        let status = answer.status;
        return format!(
            "the site, or what stands in its place, answered {status} to the token: {said}{NOT_ITS_OWN}"
        );
    }
    if answer.status == 403 {
        return format!(
            "Ghost does not allow it to this token ({said}): take the Admin API key of a custom integration, or look at \
             what the site's plan allows"
        );
    }
    let off = answer.date().map_or(0, |date| crate::clock::now().duration_since(date).as_secs());
    if off.abs() > SKEW {
        let direction = if off < 0 { "behind" } else { "ahead of" };
        return format!(
            "Ghost does not accept the token ({said}): this machine's clock is {} s {direction} the site's, and a \
             token is good for {} minutes only: set the clock",
            off.abs(),
            5
        );
    }
    format!(
        "Ghost does not accept the token made of `admin_api_key` ({said}): copy the Admin API key of the custom \
         integration once more, or make a new one (Settings, Integrations)"
    )
}

/// What is wrong, and what to do about it.
fn refused(answer: &Answer, fault: &Fault, said: &str) -> String {
    match (answer.status, fault.code.as_str()) {
        (status, "") => {
            format!("the site, or what stands in its place, answered {status}: {said}{NOT_ITS_OWN}")
        }
        (406, _) => format!(
            "the site knows no such request ({said}): look at `base_url`, and whether this is Ghost 5 or 6"
        ),
        (413, _) => format!("the site takes nothing that long ({said}): make the images smaller"),
        (_, code) => format!("Ghost refuses it: {said} ({code})"),
    }
}
