//! Whose token it is, and whether the author is whom `account` says.

use super::answer::{Asked, Fault, trouble};
use super::api::Api;
use super::urn;
use crate::channel::http::{LED_ELSEWHERE, Trouble};
use crate::channel::{SendError, Whose};
use serde_json::Value;

/// Asks LinkedIn about the author.
///
/// A person by `GET /v2/userinfo`, an organisation by `GET
/// /rest/organizations/ID`. Both need a permission that posting does not
/// (`openid profile`; `rw_organization_admin`), and something in LinkedIn's
/// place may not know them: a "no" here therefore says nothing about posting,
/// unless it is about the token or the version.
pub(super) async fn verify(api: &Api<'_>) -> Result<Whose, SendError> {
    let author = &api.channel.author;
    let organization = urn::is_organization(author);
    let path = if organization {
        format!("/rest/organizations/{}", urn::id(author))
    } else {
        "/v2/userinfo".to_owned()
    };
    let answer = api.get(&path).await.map_err(Trouble::of_asking)?;
    answer.same_time("LinkedIn")?;
    if !answer.is_success() {
        let fault = Fault::of(&answer);
        let proves = fault.is_about_token(answer.status)
            || fault.is_about_version(answer.status, &api.channel.version);
        return match trouble(&answer, Asked::Other, api, crate::clock::now()) {
            SendError::Refused { .. } if !proves => Ok(unsaid(api, answer.status, &fault)),
            SendError::NotYet { .. } if answer.status == 501 => Ok(unsaid(api, answer.status, &fault)),
            SendError::NotYet { .. } if (300..400).contains(&answer.status) => {
                let why = format!("LinkedIn does not say whose token it is: it answered {}", answer.status);
                Ok(Whose::Foreign(format!("{why}{LED_ELSEWHERE}")))
            }
            error => Err(error),
        };
    }
    let Some(Value::Object(facts)) = answer.json() else {
        // Half an answer may be whole the next time; a page would be the same tomorrow.
        let Some(cut) = &answer.cut else {
            return Ok(Whose::untold(&answer, "LinkedIn", "no object came".to_owned()));
        };
        let says = format!("LinkedIn's answer ({}) to whose token it is broke off: {cut}", answer.status);
        return Err(SendError::NotYet { says, wait: None });
    };
    let text = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default();
    if organization {
        let known = [text("localizedName"), text("vanityName")];
        let ids = ["id", "$URN"].iter().filter_map(|key| of_kind(facts.get(*key)?, "organization"));
        for id in ids {
            if id != urn::id(author) {
                return Err(refused(format!(
                    "`author` is {author}, and LinkedIn answers with the organisation {}{}: write its number in \
                     `author`, if that one is meant",
                    api.clean(&id),
                    called(api, known[0])
                )));
            }
        }
        named(api, &known)?;
        let told = known.iter().any(|name| !name.is_empty());
        return Ok(if told { Whose::Verified } else { unsaid(api, answer.status, &Fault::default()) });
    }
    let Some(sub) = facts.get("sub").and_then(|sub| of_kind(sub, "person")) else {
        return Ok(unsaid(api, answer.status, &Fault::default()));
    };
    if sub != urn::id(author) {
        let whose = format!("urn:li:person:{}", api.clean(&sub));
        // What is no author's name would be no good advice.
        let or =
            if urn::is_author(&whose) { format!(", or set `author = \"{whose}\"`") } else { String::new() };
        return Err(refused(format!(
            "the access token is that of {whose}{}, and `author` is {author}: sign in as the author{or}",
            called(api, text("name")),
        )));
    }
    named(api, &[text("name")])?;
    Ok(Whose::Verified)
}

/// The id of somebody of that kind, which may be written as a text, a number or
/// the whole URN. One of another kind names the same in a way that is not known here.
fn of_kind(id: &Value, kind: &str) -> Option<String> {
    let id = match id {
        Value::String(id) => urn::plain(id),
        Value::Number(id) => id.as_u64()?.to_string(),
        _ => return None,
    };
    let bare = match id.strip_prefix("urn:li:") {
        None => id.as_str(),
        Some(rest) => rest.strip_prefix(kind)?.strip_prefix(':')?,
    };
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// ` (“Ada Lovelace”)`, or nothing, where no name was told.
fn called(api: &Api<'_>, name: &str) -> String {
    let name = api.clean(name);
    if name.is_empty() { String::new() } else { format!(" (“{name}”)") }
}

/// Why it is not known whose the token is, and what would help.
fn unsaid(api: &Api<'_>, status: u16, fault: &Fault) -> Whose {
    let said = api.clean(&fault.says);
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let (who, takes) = if urn::is_organization(&api.channel.author) {
        (
            "who the organisation is",
            "`rw_organization_admin`, and the number of an organisation that there is",
        )
    } else {
        ("whose token it is", "the scopes `openid` and `profile`")
    };
    Whose::Unsaid(format!("LinkedIn does not say {who} ({status}{said}); to be told takes {takes}"))
}

/// Compares `account` with the names that the author has; an account may also
/// be written as the URN or its end.
fn named(api: &Api<'_>, names: &[&str]) -> Result<(), SendError> {
    let Some(account) = api.channel.named.as_deref() else { return Ok(()) };
    let author = api.channel.author.as_str();
    let known = names.iter().copied().filter(|name| !name.is_empty());
    let mut all = known.clone().chain([author, urn::id(author)]);
    if known.clone().next().is_none() || all.any(|name| folded(name) == folded(account)) {
        return Ok(());
    }
    let name = api.clean(known.clone().next().unwrap_or(author));
    Err(refused(format!(
        "{author} is “{name}” at LinkedIn, and `account` is “{account}”: mend `author`, or set `account = \"{name}\"`"
    )))
}

/// A name without its capitals, signs and blanks.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn refused(says: String) -> SendError {
    SendError::Refused { says }
}
