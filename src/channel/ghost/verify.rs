//! Whether the site is a Ghost, and takes the key.

use super::answer::{Fault, led, trouble};
use super::api::Api;
use crate::channel::article::{Asked, Conversation};
use crate::channel::http::Trouble;
use crate::channel::{SendError, Whose};
use serde_json::Value;

/// Asks for a user's number, which takes the key, and nothing more: an integration has no
/// name for itself (`/users/me/` is answered with 404; seen, 6.65).
pub(super) async fn ask(api: &Api) -> Result<Whose, SendError> {
    let query = [("limit", "1"), ("fields", "id")];
    let answer = api.get("/users/", &query).await.map_err(Trouble::of_asking)?;
    if (300..400).contains(&answer.status) {
        // Each request would be led there, and the token is carried nowhere.
        let (status, led) = (answer.status, led(&answer, api));
        let says = format!("the site's Admin API is not at `base_url` (it answers {status}){led}");
        return Err(SendError::Refused { says });
    }
    if !answer.is_success() {
        return match trouble(&answer, Asked::Other, api) {
            SendError::Mendable { says } => Err(SendError::Refused { says }),
            SendError::Refused { says } if !Fault::of(&answer).code.is_empty() => Ok(Whose::Unsaid(says)),
            error => Err(error),
        };
    }
    let body = answer.json();
    if body.as_ref().and_then(|body| body.get("users")).is_some_and(Value::is_array) {
        return Ok(Whose::Verified);
    }
    match &answer.cut {
        // Half an answer may be whole the next time; a page would be the same tomorrow.
        Some(cut) => Err(SendError::NotYet {
            says: format!("the site's answer broke off: {}", api.clean(cut)),
            wait: None,
        }),
        None => {
            let why = format!("no answer that Ghost gives came ({})", answer.status);
            Ok(Whose::untold(&answer, "Ghost", why))
        }
    }
}
