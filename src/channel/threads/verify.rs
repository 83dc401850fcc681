//! Whether the token is good, and the account is the one that the table speaks of.

use super::Threads;
use super::api::Api;
use super::dialect::Asked;
use crate::channel::graph::{is_same_name, told};
use crate::channel::{SendError, Whose};
use serde_json::Value;

/// Whose the token is.
#[derive(Clone, Debug)]
pub(super) struct Me {
    /// The account's number.
    pub id: String,
}

/// `GET /me?fields=id,username`. The inner error: Threads does not say.
pub(super) async fn ask(threads: &Threads, api: &Api) -> Result<Result<Me, Whose>, SendError> {
    let answer = api.get("me", &[("fields", "id,username")], Asked::Me).await?;
    answer.same_time("Threads")?;
    let unsaid = |why: String| {
        let why = format!("Threads does not say whose token it is: {why}");
        Ok(Err(Whose::untold(&answer, "Threads", why)))
    };
    let found = match told(&answer, Asked::Me, &|text| api.clean(text))? {
        Ok(found) => found,
        Err(why) => return unsaid(why),
    };
    let username = api.clean(found.get("username").and_then(Value::as_str).unwrap_or(""));
    let Some(id) = api.id(&found["id"]) else { return unsaid("it answered without an id".to_owned()) };
    let Some(account) = &threads.written_account else { return Ok(Ok(Me { id })) };
    // Without a user name only a number can be compared.
    let is_number = account.trim().bytes().all(|byte| byte.is_ascii_digit());
    let is_known = [&username, &id].into_iter().any(|known| is_same_name(account, known));
    if !is_known && (is_number || !username.is_empty()) {
        let says = format!(
            "`account` says `{}`, and the token is that of `@{username}` ({id}): correct one of `account` and \
             `access_token`",
            account.trim()
        );
        return Err(SendError::Refused { says });
    }
    Ok(Ok(Me { id }))
}
