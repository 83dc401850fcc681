//! Whose the key is (`GET /api/users/me`).

use super::answer::{at_the_edge, bad_key, said, trouble};
use super::api::Api;
use crate::channel::article::{Asked, Conversation};
use crate::channel::http::Trouble;
use crate::channel::{SendError, Whose};
use serde_json::Value;

/// Asks; `username`: whose it is to be. The error: proof that the key is no good or is another's, or that nobody
/// answered yet.
pub(super) async fn ask(api: &Api, username: Option<&str>) -> Result<Whose, SendError> {
    let answer = api.get("/users/me").await.map_err(Trouble::of_asking)?;
    let name = api.name();
    if answer.status == 401 {
        return Err(SendError::Refused { says: bad_key(&said(&answer, api), name) });
    }
    if answer.status == 403 && answer.is_not_its_own() {
        return Ok(Whose::Unsaid(at_the_edge(&said(&answer, api), name)));
    }
    let status = answer.status;
    if !answer.is_success() {
        return match trouble(&answer, Asked::Other, api) {
            SendError::Refused { says } | SendError::Mendable { says } => Ok(Whose::Unsaid(says)),
            SendError::NotYet { says, wait: None } if (300..400).contains(&status) => {
                Ok(Whose::Foreign(says))
            }
            other => Err(other),
        };
    }
    answer.same_time(name)?;
    let facts = answer.json();
    let known = facts.as_ref().and_then(|facts| facts.get("username")).and_then(Value::as_str);
    let Some(known) = known.filter(|known| !known.is_empty()) else {
        let why = format!("{name} answered {status} and named no author");
        return Ok(Whose::untold(&answer, name, why));
    };
    match username {
        Some(own) if !own.eq_ignore_ascii_case(known) => {
            let whose = api.clean(known);
            Err(SendError::Refused {
                says: format!(
                    "the API key is a token of @{whose}, and the channel is for @{own}: use the key of @{own}, or write \
                     `account = \"{whose}\"`"
                ),
            })
        }
        _ => Ok(Whose::Verified),
    }
}
