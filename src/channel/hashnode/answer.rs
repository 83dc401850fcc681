//! What Hashnode's answers mean: one table from status and code to one of the three
//! outcomes.
//!
//! Errors come with status 200: `{errors: [{message, extensions: {code}}], data}`. The
//! codes are few: `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `BAD_USER_INPUT` and
//! `INTERNAL_SERVER_ERROR`, which is everything else (told by a third party of
//! Hashnode's page of errors, 2026-08-13). Apollo adds some for questions that are not
//! well put.

use super::api::Api;
use crate::channel::SendError;
use crate::channel::article::{Asked, Conversation, odd_answer};
use crate::channel::http::{Answer, LED_ELSEWHERE};
use serde_json::Value;
use std::time::Duration;

/// So long Hashnode is left alone where it names no time (a judgement).
const RATE_WAIT: Duration = Duration::from_secs(60);

/// What was asked for, out of an answer without any error.
pub(super) fn data(answer: &Answer, pointer: &str) -> Option<Value> {
    let body = answer.json().filter(|_| answer.is_success())?;
    let is_clean = body.get("errors").is_none_or(|errors| errors.as_array().is_some_and(Vec::is_empty));
    body.pointer(&format!("/data{pointer}")).filter(|value| is_clean && !value.is_null()).cloned()
}

/// The first error's code and words. What stands in front of the API says no in ways of
/// its own: `{error: "…"}`, `{error: {message: "…"}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: String,
    pub says: String,
}

impl Fault {
    pub fn of(answer: &Answer) -> Option<Fault> {
        let body = answer.json()?;
        let errors = body.get("errors").and_then(Value::as_array);
        let first = errors.and_then(|errors| errors.first()).or_else(|| body.get("error"))?;
        let code = first.pointer("/extensions/code").and_then(Value::as_str).unwrap_or_default();
        let is_code = code.len() <= 60 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let says = first.as_str().or_else(|| first.get("message")?.as_str()).unwrap_or_default().to_owned();
        Some(Fault { code: if is_code { code.to_owned() } else { String::new() }, says })
    }
}

/// Whether it says, in its own words, that there is no such thing.
pub(super) fn is_gone(answer: &Answer) -> bool {
    Fault::of(answer).is_some_and(|fault| fault.code == "NOT_FOUND")
}

/// What an answer means that is not the one that was wanted.
pub(super) fn trouble(answer: &Answer, asked: Asked, api: &Api) -> SendError {
    let fault = Fault::of(answer);
    let words = fault.as_ref().map_or_else(|| answer.excerpt(), |fault| fault.says.clone());
    let said = api.said(&words);
    let code = fault.as_ref().map(|fault| fault.code.as_str()).unwrap_or_default();
    if answer.status == 429 {
        let says = format!("Hashnode takes no more for now: {said}");
        return SendError::TooMany { says, wait: Some(answer.retry_after().unwrap_or(RATE_WAIT)) };
    }
    match code {
        // A gateway's failure may carry any words.
        _ if answer.status >= 500 => {}
        "UNAUTHENTICATED" => return SendError::Mendable { says: bad_token(&said) },
        "FORBIDDEN" => return SendError::Mendable { says: forbidden(&said) },
        "NOT_FOUND"
        | "BAD_USER_INPUT"
        | "GRAPHQL_VALIDATION_FAILED"
        | "GRAPHQL_PARSE_FAILED"
        | "BAD_REQUEST" => {
            return SendError::Refused { says: format!("Hashnode refuses it: {said} ({code})") };
        }
        _ => {}
    }
    match answer.status {
        401 => SendError::Mendable { says: bad_token(&said) },
        403 => SendError::Mendable { says: forbidden(&said) },
        status if answer.is_refusal() => SendError::Refused {
            says: format!("Hashnode, or what stands in its place, refuses it: {said} ({status})"),
        },
        _ => odd_answer(answer, asked, api, &said, " with what is no success", LED_ELSEWHERE),
    }
}

pub(super) fn bad_token(said: &str) -> String {
    format!(
        "Hashnode does not take this token ({said}): make a personal access token under Account Settings → Developer"
    )
}

fn forbidden(said: &str) -> String {
    if said.contains("Pro plan") {
        return format!(
            "Hashnode gives its API to publications on the Pro plan alone ({said}): upgrade the publication in its \
             dashboard, or publish there by hand (`adapter = \"manual\"`)"
        );
    }
    format!(
        "Hashnode does not allow it to the token's user ({said}): a contributor may not publish; ask the owner to make \
         the user an editor"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &str) -> Option<(String, String)> {
        let (status, headers, body) = (502, reqwest::header::HeaderMap::new(), body.as_bytes().to_vec());
        Fault::of(&Answer { status, headers, body, cut: None }).map(|fault| (fault.code, fault.says))
    }

    #[test]
    fn an_error_is_told_in_its_words_however_it_is_wrapped() {
        let said = |code: &str, says: &str| Some((code.to_owned(), says.to_owned()));
        let whole = r#"{"errors":[{"message":"Not yours.","extensions":{"code":"FORBIDDEN"}}],"data":null}"#;
        assert_eq!(fault(whole), said("FORBIDDEN", "Not yours."));
        assert_eq!(fault(r#"{"error":"upstream is down"}"#), said("", "upstream is down"));
        assert_eq!(fault(r#"{"error":{"message":"No.","code":7}}"#), said("", "No."));
        assert_eq!(fault(r#"{"errors":[],"error":["?"]}"#), said("", ""));
        assert_eq!(fault(r#"{"errors":[{"extensions":{"code":"a b"}}]}"#), said("", ""));
        for none in ["<p>Down</p>", "null", "{}", r#"{"errors":"x"}"#] {
            assert_eq!(fault(none), None, "{none}");
        }
    }
}
