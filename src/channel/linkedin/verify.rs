//! Whose token it is, and whether the author is whom `account` says.

use super::answer::{Asked, Fault, trouble};
use super::api::Api;
use super::urn;
use crate::channel::SendError;
use crate::channel::http::{Answer, Trouble};
use jiff::Timestamp;
use serde_json::Value;

/// Asks LinkedIn about the author.
///
/// A person by `GET /v2/userinfo`, an organisation by `GET
/// /rest/organizations/ID`. Both need a permission that posting does not
/// (`openid profile`; `rw_organization_admin`): a 403 here therefore says
/// nothing about posting, and is no refusal.
pub(super) async fn verify(api: &Api<'_>) -> Result<(), SendError> {
    let author = &api.channel.author;
    let organization = urn::is_organization(author);
    let path = if organization {
        format!("/rest/organizations/{}", urn::id(author))
    } else {
        "/v2/userinfo".to_owned()
    };
    let answer = api.get(&path).await.map_err(Trouble::of_asking)?;
    if answer.status == 403 {
        return Ok(());
    }
    let unspoken = Fault::of(&answer).is_in_no_words_of_linkedin();
    if matches!(answer.status, 404 | 405 | 501) && unspoken {
        // Something in LinkedIn's place that only lets posts through: the
        // table is taken at its word.
        return Ok(());
    }
    if answer.status == 404 && organization {
        return Err(refused(format!(
            "LinkedIn has no organisation {author}: the number stands in the address of the page's administration"
        )));
    }
    if !answer.is_success() {
        return Err(trouble(&answer, Asked::Other, api, Timestamp::now()));
    }
    let Some(facts) = answer.json() else { return Err(unreadable(&answer)) };
    let text = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default();
    if organization {
        return named(api, &[text("localizedName"), text("vanityName")]);
    }
    let sub = text("sub");
    if sub.is_empty() {
        return Err(unreadable(&answer));
    }
    if sub != urn::id(author) {
        return Err(refused(format!(
            "the access token is that of {} (urn:li:person:{}), and `author` is {author}: sign in as the author, \
             or set `author = \"urn:li:person:{}\"`",
            api.clean(text("name")),
            api.clean(sub),
            api.clean(sub),
        )));
    }
    named(api, &[text("name")])
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

fn unreadable(answer: &Answer) -> SendError {
    let says = format!("LinkedIn answered {} and did not say whose token it is", answer.status);
    SendError::NotYet { says, wait: None }
}
