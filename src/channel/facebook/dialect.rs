//! What an answer of the Graph API means. Pure.
//!
//! Facts: "Handling errors" and the error codes of the Graph API (v26.0,
//! 2026-07-29). `type` is `OAuthException` for nearly everything, so it is
//! never looked at: only the status, `code` and `error_subcode` say anything.

use crate::channel::SendError;
use crate::channel::http::{self, Answer};
use serde_json::Value;
use std::time::Duration;

/// What was asked: it decides what a doubtful answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The page itself, when its token is looked at.
    Page,
    /// Something that changes nothing.
    Reading,
    /// A photo that nobody sees yet.
    Upload,
    /// A post that readers see.
    Post {
        /// Whether an earlier try may have posted it.
        doubted: bool,
    },
    /// A comment that readers see.
    Comment {
        /// Whether an earlier try may have posted it.
        doubted: bool,
    },
    /// Taking something down; doing it twice does no harm.
    Delete,
    /// Giving a post other words; doing it twice does no harm.
    Edit,
}

impl Asked {
    /// Whether readers see what it does, so that a doubt is a doubt.
    pub fn publishes(self) -> bool {
        matches!(self, Asked::Post { .. } | Asked::Comment { .. })
    }

    /// The scopes that it needs (Pages API, permissions).
    fn scope(self) -> &'static str {
        match self {
            Asked::Page | Asked::Reading => "`pages_read_engagement`",
            Asked::Comment { .. } => "`pages_manage_engagement`",
            Asked::Upload | Asked::Post { .. } | Asked::Delete | Asked::Edit => {
                "`pages_manage_posts` and `pages_read_engagement`"
            }
        }
    }

    /// An answer that proves nothing: for what readers see nobody knows what
    /// became of it, all else is simply done again.
    pub fn doubt(self, says: String) -> SendError {
        if self.publishes() {
            SendError::Unknown { cause: says }
        } else {
            SendError::NotYet { says, wait: None }
        }
    }

    fn is_doubted(self) -> bool {
        matches!(self, Asked::Post { doubted: true } | Asked::Comment { doubted: true })
    }
}

/// How long to leave Facebook alone where it names no time: there is no
/// `Retry-After`, and the windows of its limits roll (a judgement).
const RATE_WAIT: Duration = Duration::from_secs(15 * 60);
/// The same of a page that is blocked for its policies (code 368: "temporarily blocked
/// for policies violations", wait and retry): hours, or it is blocked for longer (a
/// judgement).
const BLOCKED_WAIT: Duration = Duration::from_secs(6 * 3600);
/// What proves that a call comes from the app.
const PROOF: &str = "appsecret_proof";
/// Longer than this Facebook's own words are not: what comes is a page.
const LONGEST_SAID: usize = 500;

/// `{"error": …}`.
#[derive(Debug)]
struct Fault {
    code: i64,
    subcode: i64,
    transient: bool,
    /// What Facebook said, with its codes and the trace that its support asks for.
    said: String,
}

impl Fault {
    fn of(answer: &Answer, clean: &dyn Fn(&str) -> String) -> Option<Fault> {
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

/// Whether Facebook says that there is nothing of that id, or that we may not
/// touch it: it makes no difference between the two (code 100, subcode 33).
pub(super) fn is_gone_or_foreign(answer: &Answer) -> bool {
    Fault::of(answer, &str::to_owned).is_some_and(|fault| fault.code == 100 && fault.subcode == 33)
}

/// Whether the Graph API says that the token itself is no good: that it is none
/// any more (190, 102), is no page's (210), or comes without the proof that its
/// app wants. Anything else may be about the question alone.
pub(super) fn is_about_token(answer: &Answer) -> bool {
    let coded = Fault::of(answer, &str::to_owned).is_some_and(|fault| {
        matches!(fault.code, 190 | 102 | 210) || (fault.code == 100 && fault.said.contains(PROOF))
    });
    coded || answer.status == 401
}

/// Whether Facebook says no to who asks, and not to what is sent: to the token, or
/// to what it and its person may do. Somebody can mend that.
pub(super) fn is_about_who(answer: &Answer) -> bool {
    let permission = Fault::of(answer, &str::to_owned).is_some_and(|fault| {
        matches!(fault.code, 3 | 10 | 200..=299 | 4_854_002) || matches!(fault.subcode, 1_404_078 | 4_854_002)
    });
    permission || is_about_token(answer)
}

/// What an answer means that is not the success that was asked for. `clean`
/// takes secrets out of what Facebook said.
///
/// In this order: a doubt stays a doubt whatever the body says (after something
/// that readers see, any status that is not a 4xx: a success with an error in it
/// may be a post with an error beside it), then the error by its code, then what
/// is no answer of the Graph API at all.
pub(super) fn outcome(answer: &Answer, asked: Asked, clean: &dyn Fn(&str) -> String) -> SendError {
    let status = answer.status;
    let fault = Fault::of(answer, clean);
    match fault {
        _ if status >= 500 => {
            let said = fault.map(|fault| format!(": {}", fault.said)).unwrap_or_default();
            doubt(format!("Facebook answered {status}{said}"), asked, answer)
        }
        Some(fault) if asked.publishes() && !(400..500).contains(&status) => {
            let says = format!("Facebook answered {status}, without an id and with an error: {}", fault.said);
            doubt(says, asked, answer)
        }
        Some(fault) => of_code(&fault, answer, asked),
        None => of_no_fault(answer, asked, clean),
    }
}

fn of_code(fault: &Fault, answer: &Answer, asked: Asked) -> SendError {
    let said = &fault.said;
    match (fault.code, fault.subcode) {
        (190 | 102, subcode) => refused(format!("{}. Facebook says: {said}", token_trouble(subcode))),
        (4 | 17 | 32 | 341 | 613 | 80_000..=80_014, _) | (1_390_008, _) => SendError::TooMany {
            says: format!("Facebook has had enough calls for now: {said}"),
            wait: Some(wait(answer)),
        },
        (506, _) | (_, 1_366_051) if asked.is_doubted() => SendError::Unknown {
            cause: format!(
                "an earlier try was in doubt, and Facebook says that the same is there already: {said}"
            ),
        },
        (506, _) | (_, 1_366_051) => refused(format!(
            "Facebook takes this for a repetition of what is on the page already, and posts nothing: {said}. \
             Change the words, or take the older post down"
        )),
        (368, _) => SendError::TooMany {
            says: format!(
                "Facebook has blocked the page from doing this, for its policies, and says not for how long: open \
                 the page and see what it complains about; it is tried again after {} hours. Facebook says: {said}",
                BLOCKED_WAIT.as_secs() / 3600
            ),
            wait: Some(BLOCKED_WAIT),
        },
        (1 | 2, _) => doubt(format!("Facebook had trouble of its own: {said}"), asked, answer),
        _ if fault.transient => doubt(format!("Facebook had trouble that will pass: {said}"), asked, answer),
        (210, _) => refused(format!(
            "this needs the page's own token, and the token is another's: take the page's from \
             `GET /me/accounts`. Facebook says: {said}"
        )),
        (3 | 10 | 200..=299, _) => refused(format!(
            "the token may not do this: it needs {}, and its person a role on the page that may. Give the app \
             what is missing, and make a new token. Facebook says: {said}",
            asked.scope()
        )),
        (_, 1_404_078) => refused(format!(
            "the page has to be authorised for publishing: whoever manages it confirms who they are, on the \
             page. Facebook says: {said}"
        )),
        (100, 33) | (803, _) if asked == Asked::Page => refused(format!(
            "there is no page of this `page_id` that the token can see: compare the number with the page's, \
             and look whose token it is. Facebook says: {said}"
        )),
        (100, 33) if matches!(asked, Asked::Comment { .. }) => refused(format!(
            "the post above may be gone, or out of reach of the token (Facebook makes no difference): look at the \
             page; if the post is there, make a token that sees it. Facebook says: {said}"
        )),
        // Told apart by its words alone: it has no code of its own.
        (100, _) if said.contains(PROOF) => refused(format!(
            "the app wants its calls proven: give the table its `app_secret` (App settings, Basic), the one of \
             the app that the token is for. Facebook says: {said}"
        )),
        (4_854_002, _) | (_, 4_854_002) => refused(format!(
            "Facebook wants the person behind the token to confirm their identity: open the page and do that. \
             Facebook says: {said}"
        )),
        // No code that is known: then the status says what it is, for somebody
        // on the way may have put an `error` of their own into the answer.
        _ => match answer.status {
            429 => SendError::TooMany {
                says: format!("Facebook has had enough calls for now: {said}"),
                wait: Some(wait(answer)),
            },
            status @ 400..=499 if !answer.is_refusal() => {
                doubt(format!("Facebook answered {status}: {said}"), asked, answer)
            }
            _ => refused(format!("Facebook said no: {said}")),
        },
    }
}

/// No error of the Graph API in it: what somebody on the way said, or half of
/// an answer.
fn of_no_fault(answer: &Answer, asked: Asked, clean: &dyn Fn(&str) -> String) -> SendError {
    let status = answer.status;
    let body = clip(&clean(&answer.excerpt()));
    let said = if body.is_empty() { String::new() } else { format!(": {body}") };
    let says = match (&answer.cut, status) {
        (Some(cut), _) => format!("Facebook's answer ({status}) broke off: {cut}"),
        (None, 401) => format!(
            "Facebook, or what stands in its place, does not take the token (401): make a new page token, or look at \
             `base_url`{}",
            if body.is_empty() { String::new() } else { format!(" (it says: {body})") }
        ),
        (None, 429) => format!("Facebook, or somebody on the way, has had enough calls for now (429){said}"),
        (None, 300..=399) => {
            format!("no answer that Facebook gives came ({status}){said}{}", http::LED_ELSEWHERE)
        }
        (None, 403 | 404) if !body.is_empty() && answer.is_not_its_own() => {
            format!("Facebook, or what stands in its place, answered {status}{said}{}", http::NOT_ITS_OWN)
        }
        (None, _) if body.is_empty() => format!("an empty answer came ({status})"),
        (None, _) => format!("no answer that Facebook gives came ({status}){said}"),
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
fn doubt(says: String, asked: Asked, answer: &Answer) -> SendError {
    match asked.doubt(says) {
        SendError::NotYet { says, .. } => SendError::NotYet { says, wait: answer.retry_after() },
        error => error,
    }
}

fn refused(says: String) -> SendError {
    SendError::Refused { says }
}

/// What is wrong with the token, and what to do (error 190 and its subcodes).
fn token_trouble(subcode: i64) -> &'static str {
    match subcode {
        458 => {
            "the token is of no use any more, the app was taken off the account: add the app again, and make a \
             new page token"
        }
        459 | 464 => {
            "Facebook holds the person whose token it is at a checkpoint: they log in at \
             https://www.facebook.com/ and do what it asks, then make a new page token"
        }
        460 => "the token ended when its person's password was changed: make a new page token",
        463 => {
            "the token has expired: make a new page token; one that comes from a 60-day user token does not expire"
        }
        467 => "the token is no longer valid: make a new page token",
        492 => {
            "the person whose token it is has no role on the page any more: give them one, or make a page token \
             of somebody who has"
        }
        _ => "Facebook does not take the token: make a new page token",
    }
}

/// How long to leave Facebook alone: what `Retry-After` says, should there be
/// one; the longest time that the usage headers name (minutes); else a quarter
/// of an hour.
fn wait(answer: &Answer) -> Duration {
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
