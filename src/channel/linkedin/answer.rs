//! What LinkedIn's answers mean: one table from status, headers and body to
//! one of the three outcomes. Pure but for the clock that it is given.
//!
//! An error's body is `{status, code, serviceErrorCode, message, errorDetails:
//! {inputErrors: [{description, code, …}]}}` (API guide, error handling).

use super::api::Api;
use super::urn;
use crate::channel::SendError;
use crate::channel::http::Answer;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;
use std::time::Duration;

/// What was asked, for what an answer that proves nothing means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A post, which people see: it may be there now, whatever was answered.
    ToPublish {
        /// Whether an earlier try may have gone out: then a "no" that cannot be
        /// read may be "you have that already".
        doubted: bool,
    },
    /// A comment: the same, and it takes another permission.
    ToComment {
        /// As above.
        doubted: bool,
    },
    /// Anything else. Repeating it does no harm.
    Other,
}

/// An answer's error, in LinkedIn's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    /// `code` of the error and of each of its input errors.
    codes: Vec<String>,
    /// `serviceErrorCode`.
    number: Option<u64>,
    /// `message`, and what is wrong with which field.
    pub says: String,
    /// Whether the body is whole, is JSON, and says something.
    pub is_read: bool,
}

impl Fault {
    /// Reads the body; without JSON in it, its beginning.
    pub fn of(answer: &Answer) -> Fault {
        let Some(Value::Object(body)) = answer.json() else {
            return Fault { says: answer.excerpt(), ..Fault::default() };
        };
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let inputs = body.get("errorDetails").and_then(|details| details.get("inputErrors"));
        let inputs = inputs.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut codes = vec![text(body.get("code"))];
        let mut sentences = vec![text(body.get("message"))];
        for input in inputs {
            codes.push(text(input.get("code")));
            sentences.push(text(input.get("description")));
        }
        codes.retain(|code| !code.is_empty());
        let mut says: Vec<String> = Vec::new();
        for sentence in sentences {
            if !sentence.is_empty() && !says.contains(&sentence) {
                says.push(sentence);
            }
        }
        if says.is_empty() {
            says.extend(codes.first().cloned());
        }
        let number = body.get("serviceErrorCode").and_then(Value::as_u64);
        let is_read = number.is_some() || !says.is_empty();
        Fault { codes, number, says: says.join("; "), is_read }
    }

    /// Whether the version that we speak is not LinkedIn's. A version that is gone
    /// is 426; one that is missing or that it cannot read may be 400, with a
    /// code or a sentence about it (versioning page; sentences: not documented).
    pub fn is_about_version(&self, status: u16, version: &str) -> bool {
        let low = self.says.to_lowercase();
        let named = low.contains("version") && (low.contains(version) || low.contains("linkedin-version"));
        let coded =
            self.codes.iter().any(|code| code.to_uppercase().split('_').any(|word| word == "VERSION"));
        status == 426 || (matches!(status, 400 | 404 | 406 | 422) && (coded || named))
    }

    /// Whether it speaks of an image at all. How LinkedIn says that one is not
    /// ready is not documented.
    pub fn speaks_of_images(&self) -> bool {
        let words = ["image", "media", "asset", "thumbnail", "not ready", "process"];
        let all = self.codes.iter().chain([&self.says]).map(|said| said.to_lowercase());
        all.into_iter().any(|said| words.iter().any(|word| said.contains(word)))
    }

    /// Whether it says that the token is none, or none any more.
    pub fn is_about_token(&self, status: u16) -> bool {
        let codes = ["INVALID_ACCESS_TOKEN", "REVOKED_ACCESS_TOKEN", "EXPIRED_ACCESS_TOKEN"];
        let coded = codes.iter().any(|code| self.is(code)) || matches!(self.number, Some(65600..=65602));
        status == 401 || ((400..500).contains(&status) && coded)
    }

    /// Whether it says no to who asks, and not to what is sent: to the token, or to
    /// what it and its member may do. Somebody can mend that.
    pub fn is_about_who(&self, status: u16) -> bool {
        let permission =
            self.is("ACCESS_DENIED") || self.says.to_lowercase().contains("not enough permissions");
        self.is_about_token(status) || (status == 403 && permission)
    }

    fn is(&self, code: &str) -> bool {
        self.codes.iter().any(|known| known == code)
    }

    /// Whether LinkedIn has these very words already.
    pub fn is_duplicate(&self) -> bool {
        self.is("DUPLICATE_POST") || self.says.contains("is a duplicate of urn:li:")
    }

    /// Whether it speaks of a duplicate at all. After a doubt, what it is a
    /// duplicate of may be ours.
    fn speaks_of_duplicates(&self) -> bool {
        let all = self.codes.iter().chain([&self.says]);
        self.is_duplicate() || all.into_iter().any(|words| words.to_lowercase().contains("duplicate"))
    }

    /// The post whose words they are. A person's URN in the sentence is none.
    pub fn duplicate_of(&self) -> Option<String> {
        if self.is_duplicate() { urn::post_in(&self.says) } else { None }
    }
}

/// What an answer that is no success means.
///
/// - 401, 403, 426 and other 4xx: LinkedIn looked at it and did nothing. Refused;
///   but after a try in doubt, one whose words cannot be read settles nothing,
///   nor does a duplicate that names no post.
/// - 429: it did nothing, and names no time; not yet.
/// - 408, 409, 425, 3xx, 5xx and "Unable to obtain activity", which comes with
///   posts that are there afterwards: unknown for what people see, since none
///   of them says that nothing was done (LinkedIn has no idempotency key);
///   otherwise not yet.
pub(super) fn trouble(answer: &Answer, asked: Asked, api: &Api<'_>, now: Timestamp) -> SendError {
    let fault = Fault::of(answer);
    let said = api.clean(&fault.says);
    let said = if said.is_empty() { "without a word".to_owned() } else { said };
    let transient = fault.says.contains("Unable to obtain activity");
    let doubted = matches!(asked, Asked::ToPublish { doubted: true } | Asked::ToComment { doubted: true });
    let unread = doubted && !fault.is_read;
    if doubted && (400..500).contains(&answer.status) && fault.speaks_of_duplicates() {
        return SendError::Unknown {
            cause: format!("LinkedIn has these words already, and an earlier try may be them: {said}"),
        };
    }
    match answer.status {
        429 => SendError::TooMany {
            says: format!("LinkedIn takes no more for now: {said}"),
            wait: pause(answer, &fault.says, now),
        },
        // It did nothing, and will when the image is ready. What it is called
        // there is not documented; this is what it says of what it works on.
        400..=499 if fault.codes.iter().any(|code| code.contains("PROCESSING")) => {
            SendError::NotYet { says: format!("LinkedIn still works on the image: {said}"), wait: None }
        }
        400..=499 if !transient && !unread && answer.is_refusal() => {
            SendError::Refused { says: refused(answer, &fault, &said, asked, api, now) }
        }
        status => {
            let hint = if (300..400).contains(&status) { crate::channel::http::LED_ELSEWHERE } else { "" };
            let says = format!("LinkedIn answered {status}: {said}{hint}");
            match asked {
                Asked::ToPublish { .. } | Asked::ToComment { .. } => SendError::Unknown { cause: says },
                Asked::Other => SendError::NotYet { says, wait: answer.retry_after() },
            }
        }
    }
}

/// For comments in an organisation's name (Community Management API, permissions).
const COMMENTS: &str = "`w_organization_social_feed`";

/// What is wrong, and what to do about it.
fn refused(
    answer: &Answer,
    fault: &Fault,
    said: &str,
    asked: Asked,
    api: &Api<'_>,
    now: Timestamp,
) -> String {
    let (channel, status) = (api.channel, answer.status);
    let token = "sign in at LinkedIn again, and put the new token where `access_token` points";
    if fault.is_about_version(status, &channel.version) {
        return format!(
            "LinkedIn does not speak version {} of its API (any more): set `version = \"{}\"` in the \
             channel's table ({said})",
            channel.version,
            current_version(now)
        );
    }
    match (status, fault.number) {
        // Numbers and names: seen in answers that users reported, 2024.
        (401, number) if number == Some(65600) || fault.is("INVALID_ACCESS_TOKEN") => {
            format!("LinkedIn does not know this access token: {token} ({said})")
        }
        (401, number) if number == Some(65601) || fault.is("REVOKED_ACCESS_TOKEN") => {
            format!("the access token was revoked by its member or replaced by a newer one: {token} ({said})")
        }
        (401, number) if number == Some(65602) || fault.is("EXPIRED_ACCESS_TOKEN") => {
            format!("the access token has expired; LinkedIn's tokens live for 60 days: {token} ({said})")
        }
        (401, _) => format!("LinkedIn does not take this access token: {token} ({said})"),
        _ if answer.is_not_its_own() => format!(
            "LinkedIn, or what stands in its place, answered {status}: {said}{}",
            crate::channel::http::NOT_ITS_OWN
        ),
        (403, _) if urn::is_organization(&channel.author) => format!(
            "LinkedIn does not allow it: {said}. The token needs {}, and its member has to be an administrator or \
             content administrator of {}",
            if matches!(asked, Asked::ToComment { .. }) { COMMENTS } else { "`w_organization_social`" },
            channel.author
        ),
        (403, _) => format!(
            "LinkedIn does not allow it: {said}. The token needs `w_member_social`, and has to be that of {}",
            channel.author
        ),
        _ => format!("LinkedIn refuses it: {said}"),
    }
}

/// A version that is surely spoken: they appear about monthly and live for
/// about twelve months, so the one of three months ago is there and is young.
fn current_version(now: Timestamp) -> String {
    let date = now.to_zoned(TimeZone::UTC).date();
    // Fewer than 12 months are taken away, so at most one year is borrowed.
    let (year, month) = (date.year(), date.month() - 3);
    if month > 0 { format!("{year:04}{month:02}") } else { format!("{:04}{:02}", year - 1, month + 12) }
}

/// Where LinkedIn names no time, it is left alone for this long: its limits that
/// are not a day's are not documented (a judgement).
const RATE_WAIT: Duration = Duration::from_secs(15 * 60);

/// How long LinkedIn wants to be left alone. It sends no `Retry-After` (rate
/// limits page), but a proxy may; quotas of a day begin anew at midnight UTC.
fn pause(answer: &Answer, says: &str, now: Timestamp) -> Option<Duration> {
    let daily = says.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("day"));
    let unnamed = || if daily { until_midnight(now) } else { RATE_WAIT };
    Some(answer.retry_after().unwrap_or_else(unnamed))
}

fn until_midnight(now: Timestamp) -> Duration {
    const DAY: i64 = 24 * 3600;
    let left = SignedDuration::from_secs(DAY - now.as_second().rem_euclid(DAY));
    Duration::try_from(left).unwrap_or_default()
}
