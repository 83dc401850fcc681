//! What a Forem's answers mean: one table from status and body to one of the three
//! outcomes.
//!
//! An error's body is `{error, status}` (developers.forem.com; `ApplicationController`
//! of the API). What is no JSON comes from somebody in front of Forem.

use super::api::Api;
use crate::channel::SendError;
use crate::channel::article::{Asked, Conversation, odd_answer};
use crate::channel::http::{Answer, LED_ELSEWHERE, NOT_ITS_OWN};
use serde_json::Value;
use std::time::Duration;

/// So long a community is left alone that names no time (rack_attack counts in
/// seconds, the limits of actions in half minutes).
const RATE_WAIT: Duration = Duration::from_secs(60);

/// A title that the same author has used is not taken again for so long (model
/// `Article`, `title_unique_for_user_past_five_minutes`).
const SAME_TITLE: Duration = Duration::from_secs(5 * 60);

/// What Forem said, in its own words; without JSON the body's beginning.
pub(super) fn said(answer: &Answer, api: &Api) -> String {
    let own = answer.json().and_then(|body| match body.get("error") {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    });
    api.said(&own.unwrap_or_else(|| answer.excerpt()))
}

/// What an answer means that is not the one that was wanted.
///
/// - 401: no to who asks; 403 without Forem's own words: no to the program that asks.
///   Somebody can mend either.
/// - 429: not yet, with all else of this author.
/// - other refusals: Forem looked at it and did nothing.
/// - everything else: of what readers see, unknown; otherwise not yet.
pub(super) fn trouble(answer: &Answer, asked: Asked, api: &Api) -> SendError {
    let (said, name) = (said(answer, api), api.name());
    match answer.status {
        429 => SendError::TooMany {
            says: format!("{name} takes no more of this author for now: {said}"),
            wait: Some(answer.retry_after().unwrap_or(RATE_WAIT)),
        },
        401 => SendError::Mendable { says: bad_key(&said, name) },
        403 if answer.is_not_its_own() => SendError::Mendable { says: at_the_edge(&said, name) },
        403 => SendError::Mendable {
            says: format!(
                "{name} does not allow it to this author ({said}): look at the account, and at `organization_id`"
            ),
        },
        404 if answer.is_not_its_own() => SendError::Refused {
            says: format!("{name}, or what stands in its place, answered 404: {said}{NOT_ITS_OWN}"),
        },
        422 if said.contains("last five minutes") => SendError::NotYet {
            says: format!("{name} takes no title twice within five minutes ({said})"),
            wait: Some(SAME_TITLE),
        },
        422 if said.to_lowercase().contains("canonical") && said.contains("taken") => SendError::Refused {
            says: format!(
                "{name} has an article with this `canonical` address already ({said}): if it is one of your own, \
                 unpublished or written by hand, delete it there; else give this one another `canonical`"
            ),
        },
        _ if answer.is_refusal() => {
            SendError::Refused { says: format!("{name} refuses it: {said} ({})", answer.status) }
        }
        _ => {
            let what = " with what is none of Forem's answers";
            odd_answer(answer, asked, api, &said, what, LED_ELSEWHERE)
        }
    }
}

/// Suspended authors are told the same (API docs, 401).
pub(super) fn bad_key(said: &str, name: &str) -> String {
    format!(
        "{name} does not take this API key as a token of the author's ({said}): make one under Settings → Extensions. If it is \
         right, the account may be suspended"
    )
}

/// The edge in front of dev.to keeps out programs that do not say who they are
/// (forem/forem#15822); the key plays no part in it.
pub(super) fn at_the_edge(said: &str, name: &str) -> String {
    format!(
        "what stands in front of {name} keeps this program out ({said}); the key plays no part in that: try from another \
         network, or ask the community to let `ladder/` in"
    )
}
