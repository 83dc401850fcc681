//! What an answer of Meta's Graph APIs means, as far as they have it in common: the
//! shape of an error, the codes that every one of them has, waits, and lists in pages.
//! Pure.
//!
//! Facts: "Handling errors" and the error codes of the Graph API (v26.0,
//! 2026-07-29); the Threads API answers in the same shape (its pages, 2026-04-14).
//! `type` is `OAuthException` for nearly everything, so it is never looked at: only the
//! status, `code` and `error_subcode` say anything.

use super::SendError;
use super::http::{self, Answer};
use serde_json::Value;
use std::time::Duration;

/// What was asked: it decides what a doubtful answer means.
pub(super) trait Asking: Copy {
    /// Whose API it is, for people.
    const NETWORK: &'static str;
    /// What to do about a token that is not taken.
    const NEW_TOKEN: &'static str;

    /// Whether readers see what it does, so that a doubt is a doubt.
    fn publishes(self) -> bool;
    /// Whether an earlier try may have published it.
    fn is_doubted(self) -> bool;
    /// What an error means by its code, where the network has a meaning of its own.
    fn of_code(self, fault: &Fault, answer: &Answer) -> Option<SendError>;

    /// Whether an answer says that the token itself is no good. Anything else may be about
    /// the question alone.
    fn is_about_token(answer: &Answer) -> bool;

    /// An answer that proves nothing: for what readers see nobody knows what
    /// became of it, all else is simply done again.
    fn doubt(self, says: String) -> SendError {
        if self.publishes() {
            SendError::Unknown { cause: says }
        } else {
            SendError::NotYet { says, wait: None }
        }
    }
}

/// How long to leave a network alone where it names no time: there is no
/// `Retry-After`, and the windows of its limits roll (a judgement).
const RATE_WAIT: Duration = Duration::from_secs(15 * 60);
/// Longer than this a network's own words are not: what comes is a page.
const LONGEST_SAID: usize = 500;

/// `{"error": …}`.
#[derive(Debug)]
pub(super) struct Fault {
    pub code: i64,
    pub subcode: i64,
    pub transient: bool,
    /// What the network said, with its codes and the trace that its support asks for.
    pub said: String,
}

impl Fault {
    /// The error in an answer, if there is one; `clean` takes secrets out of its words.
    pub fn of(answer: &Answer, clean: &dyn Fn(&str) -> String) -> Option<Fault> {
        let json = answer.json()?;
        // Some say no more than a sentence. Anything else says nothing.
        let error = json.get("error").filter(|error| error.is_object() || error.is_string())?;
        let text = |key: &str| error.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        // A number, or one in quotes: a code that is not read could be a doubtful one.
        let number = |key: &str| match error.get(key) {
            Some(Value::String(digits)) => digits.trim().parse().unwrap_or(0),
            Some(number) => number.as_i64().unwrap_or(0),
            None => 0,
        };
        let (code, subcode) = (number("code"), number("error_subcode"));
        let words = text("error_user_msg").or_else(|| text("message")).or_else(|| error.as_str());
        let mut said = clip(&clean(words.unwrap_or("no reason given")));
        said.push_str(&format!(" (code {code}"));
        if subcode != 0 {
            said.push_str(&format!(", subcode {subcode}"));
        }
        if let Some(trace) = text("fbtrace_id") {
            said.push_str(&format!(", trace {}", clip(&clean(trace))));
        }
        said.push(')');
        let transient = error.get("is_transient").and_then(Value::as_bool).unwrap_or(false);
        Some(Fault { code, subcode, transient, said })
    }
}

/// The object in an answer that is a success and no error.
pub(super) fn object(answer: &Answer) -> Option<Value> {
    let json = answer.json().filter(|_| answer.is_success())?;
    (json.is_object() && json.get("error").is_none_or(Value::is_null)).then_some(json)
}

/// Whether the network says that there is nothing of that id, or that we may not
/// touch it: it makes no difference between the two (code 100, subcode 33).
pub(super) fn is_gone_or_foreign(answer: &Answer) -> bool {
    Fault::of(answer, &str::to_owned).is_some_and(|fault| fault.code == 100 && fault.subcode == 33)
}

/// What an answer means that is not the success that was asked for. `clean`
/// takes secrets out of what the network said.
///
/// In this order: a doubt stays a doubt whatever the body says (after something
/// that readers see, any status that is not a 4xx: a success with an error in it
/// may be a post with an error beside it), then the error by its code, then what
/// is no answer of the API at all.
pub(super) fn outcome<A: Asking>(answer: &Answer, asked: A, clean: &dyn Fn(&str) -> String) -> SendError {
    let (status, network) = (answer.status, A::NETWORK);
    match Fault::of(answer, clean) {
        fault if status >= 500 => {
            let said = fault.map(|fault| format!(": {}", fault.said)).unwrap_or_default();
            doubt(format!("{network} answered {status}{said}"), asked, answer)
        }
        Some(fault) if asked.publishes() && !(400..500).contains(&status) => {
            let says =
                format!("{network} answered {status}, without an id and with an error: {}", fault.said);
            doubt(says, asked, answer)
        }
        Some(fault) => asked.of_code(&fault, answer).unwrap_or_else(|| of_code(&fault, answer, asked)),
        None => of_no_fault(answer, asked, clean),
    }
}

/// The codes that mean the same everywhere.
fn of_code<A: Asking>(fault: &Fault, answer: &Answer, asked: A) -> SendError {
    let (said, network) = (&fault.said, A::NETWORK);
    let enough = |wait| SendError::TooMany {
        says: format!("{network} has had enough calls for now: {said}"),
        wait: Some(wait),
    };
    match fault.code {
        4 | 17 | 32 | 341 | 613 | 80_000..=80_014 => enough(wait(answer)),
        1 | 2 => doubt(format!("{network} had trouble of its own: {said}"), asked, answer),
        _ if fault.transient => doubt(format!("{network} had trouble that will pass: {said}"), asked, answer),
        // No code that is known: then the status says what it is, for somebody
        // on the way may have put an `error` of their own into the answer.
        _ => match answer.status {
            429 => enough(wait(answer)),
            status @ 400..=499 if !answer.is_refusal() => {
                doubt(format!("{network} answered {status}: {said}"), asked, answer)
            }
            _ => refused(format!("{network} said no: {said}")),
        },
    }
}

/// No error of the Graph API in it: what somebody on the way said, or half of
/// an answer.
fn of_no_fault<A: Asking>(answer: &Answer, asked: A, clean: &dyn Fn(&str) -> String) -> SendError {
    let (status, network) = (answer.status, A::NETWORK);
    let body = clip(&clean(&answer.excerpt()));
    let said = if body.is_empty() { String::new() } else { format!(": {body}") };
    let says = match (&answer.cut, status) {
        (Some(cut), _) => format!("{network}'s answer ({status}) broke off: {cut}"),
        (None, 401) => format!(
            "{network}, or what stands in its place, does not take the token (401): {}, or look at `base_url`{}",
            A::NEW_TOKEN,
            if body.is_empty() { String::new() } else { format!(" (it says: {body})") }
        ),
        (None, 429) => format!("{network}, or somebody on the way, has had enough calls for now (429){said}"),
        (None, 300..=399) => {
            format!("no answer that {network} gives came ({status}){said}{}", http::LED_ELSEWHERE)
        }
        (None, 403 | 404) if !body.is_empty() && answer.is_not_its_own() => {
            format!("{network}, or what stands in its place, answered {status}{said}{}", http::NOT_ITS_OWN)
        }
        (None, _) if body.is_empty() => format!("an empty answer came ({status})"),
        (None, _) => format!("no answer that {network} gives came ({status}){said}"),
    };
    // Half of an error does not tell its code, which could be a doubtful one.
    let is_half = answer.cut.is_some() || body.starts_with('{');
    match status {
        429 => SendError::TooMany { says, wait: Some(wait(answer)) },
        // Words that cannot be read could be that the same is there already.
        400..=499 if answer.is_refusal() && !is_half && !asked.is_doubted() => refused(says),
        _ => doubt(says, asked, answer),
    }
}

/// The same, after the wait that was named.
pub(super) fn doubt<A: Asking>(says: String, asked: A, answer: &Answer) -> SendError {
    match asked.doubt(says) {
        SendError::NotYet { says, .. } => SendError::NotYet { says, wait: answer.retry_after() },
        error => error,
    }
}

pub(super) fn refused(says: String) -> SendError {
    SendError::Refused { says }
}

/// How long to leave a network alone: what `Retry-After` says, should there be
/// one; the longest time that the usage headers name (minutes); else a quarter
/// of an hour.
pub(super) fn wait(answer: &Answer) -> Duration {
    let named = answer.retry_after().filter(|wait| !wait.is_zero());
    named.or_else(|| regained(answer)).unwrap_or(RATE_WAIT)
}

/// `X-Business-Use-Case-Usage: {"ID": [{"type": "pages", …,
/// "estimated_time_to_regain_access": MINUTES}]}` ("Rate limits", business use
/// cases). The application's header has no such time as far as is documented;
/// if it had one it would be meant.
fn regained(answer: &Answer) -> Option<Duration> {
    let headers = ["x-business-use-case-usage", "x-app-usage", "x-page-usage"];
    let minutes = headers.iter().filter_map(|name| {
        let usage: Value = serde_json::from_str(answer.header(name)?).ok()?;
        let one = |usage: &Value| usage.get("estimated_time_to_regain_access").and_then(Value::as_u64);
        let in_list = |list: &Value| list.as_array().into_iter().flatten().filter_map(one).max();
        let of_any = usage.as_object()?.values().filter_map(in_list).max();
        of_any.max(one(&usage))
    });
    let longest = minutes.max().filter(|minutes| *minutes > 0)?;
    Some(Duration::from_secs(longest.saturating_mul(60)))
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SAID) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where a list goes on.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// Nowhere: this was all of it.
    End,
    /// At this place.
    At(Vec<(String, String)>),
    /// There is more, and no place is named that could be asked for.
    Nowhere,
}

/// `next` is a whole address, with the token in it and perhaps on another machine:
/// only its place in the list is taken from it.
pub(super) fn next(paging: &Value) -> Next {
    if paging["next"].is_null() {
        return Next::End;
    }
    let base = url::Url::parse("https://graph.facebook.com/");
    let Some(next) = paging["next"].as_str().and_then(|next| base.ok()?.join(next).ok()) else {
        return Next::Nowhere;
    };
    let names_it = ["after", "until"];
    let belongs = |key: &str| names_it.contains(&key) || key == "__paging_token";
    let pairs = next.query_pairs().into_owned().filter(|(key, value)| belongs(key) && !value.is_empty());
    let place: Vec<(String, String)> = pairs.collect();
    match place.iter().any(|(key, _)| names_it.contains(&key.as_str())) {
        true => Next::At(place),
        false => Next::Nowhere,
    }
}

/// The object in an answer, or why the network does not tell it. The error: proof
/// that the token is no good, or that nobody answered who could be asked again.
/// A page or a redirect is an answer too: it would be the same tomorrow.
pub(super) fn told<A: Asking>(
    answer: &Answer,
    asked: A,
    clean: &dyn Fn(&str) -> String,
) -> Result<Result<Value, String>, SendError> {
    if let Some(found) = object(answer) {
        return Ok(Ok(found));
    }
    match outcome(answer, asked, clean) {
        SendError::Refused { says } if !A::is_about_token(answer) => Ok(Err(says)),
        SendError::NotYet { says, .. } if answer.status == 501 => Ok(Err(says)),
        SendError::NotYet { .. } if (300..400).contains(&answer.status) => {
            Ok(Err(format!("it answered {}{}", answer.status, http::LED_ELSEWHERE)))
        }
        SendError::NotYet { .. } if speaks_of_nothing(answer) => {
            Ok(Err(format!("no answer that {} gives came ({})", A::NETWORK, answer.status)))
        }
        error => Err(error),
    }
}

/// Whether a success came whole, and is neither an object nor an error.
fn speaks_of_nothing(answer: &Answer) -> bool {
    let error = answer.json().is_some_and(|said| said.get("error").is_some());
    answer.is_success() && answer.cut.is_none() && !error
}

/// People write names with and without `@`, capitals and blanks.
pub(super) fn is_same_name(written: &str, known: &str) -> bool {
    let plain = |name: &str| {
        let name = name.trim();
        name.strip_prefix('@').unwrap_or(name).to_lowercase()
    };
    !known.trim().is_empty() && plain(written) == plain(known)
}

#[cfg(test)]
mod tests {
    use super::is_same_name;

    #[test]
    fn names_are_the_same_in_any_spelling_and_nothing_is_nobody() {
        assert!(is_same_name(" @AcmeRockets", "acmerockets"));
        assert!(is_same_name("Söhne & Co", "SÖHNE & CO "));
        assert!(!is_same_name("", ""));
        assert!(!is_same_name("Acme", "Acme Rockets"));
    }
}
