//! What all sites' answers have in common that are not the one that was wanted.

use super::Conversation;
use crate::channel::SendError;
use crate::channel::http::{Answer, LED_ELSEWHERE};

/// What was asked, for what an answer that proves nothing means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// That readers see something, see other words, or see it no more: they may, whatever
    /// was answered.
    ToShow,
    /// Anything that nobody sees. Repeating it does no harm.
    Other,
}

/// An answer that proves nothing: of what readers see, unknown; otherwise not yet. `what`:
/// what a success says that is none; `led`: where a redirect leads, for people.
pub(in crate::channel) fn odd_answer(
    answer: &Answer,
    asked: Asked,
    api: &impl Conversation,
    said: &str,
    what: &str,
    led: &str,
) -> SendError {
    let status = answer.status;
    let hint = if (300..400).contains(&status) { led } else { "" };
    let what = if answer.is_success() { what } else { "" };
    let cut = answer.cut.as_deref().map(|cut| format!(" ({})", api.clean(cut))).unwrap_or_default();
    let says = format!("{} answered {status}{what}: {said}{cut}{hint}", api.name());
    match asked {
        Asked::ToShow => SendError::Unknown { cause: says },
        Asked::Other => SendError::NotYet { says, wait: answer.retry_after() },
    }
}

/// Where a redirect leads, which is not followed: the secret would go with it. `step` is
/// that with which the API's own paths begin, `as_what` says which address to write.
pub(in crate::channel) fn led(answer: &Answer, api: &impl Conversation, step: &str, as_what: &str) -> String {
    let to = answer.header("location").map(|to| api.clean(to)).unwrap_or_default();
    let to = to.split(['?', '#']).next().unwrap_or_default();
    let site = to.split(step).next().unwrap_or(to).trim_end_matches('/');
    // A password may stand in it that is not ours to repeat.
    if site.is_empty() || site.contains('@') {
        return LED_ELSEWHERE.to_owned();
    }
    format!("; it leads to {site}: write `base_url` as {as_what}")
}

/// Another article has the address: `by` says which.
pub(in crate::channel) fn taken(slug: &str, by: &str) -> SendError {
    let says = format!(
        "the address `{slug}` is taken by {by}: give this article another `slug`, or take that post away"
    );
    SendError::Refused { says }
}
