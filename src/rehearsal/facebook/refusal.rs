//! The Graph API's one shape of an error. Its `type` says nothing: nearly all
//! are `OAuthException` (error handling, Graph API, 2026).

use crate::rehearsal::reply::Reply;
use serde_json::json;

/// An error by its code.
pub(in crate::rehearsal) fn error(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(
        status,
        json!({ "error": {
            "message": message,
            "type": "OAuthException",
            "code": code,
            "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW",
        } }),
    )
}

/// The same with a subcode and words for the user.
pub(in crate::rehearsal) fn detailed(
    status: u16,
    code: u32,
    subcode: u32,
    message: &str,
    for_user: &str,
) -> Reply {
    let mut reply = error(status, code, message);
    if let Some(body) = &mut reply.body {
        body["error"]["error_subcode"] = json!(subcode);
        body["error"]["is_transient"] = json!(false);
        if !for_user.is_empty() {
            body["error"]["error_user_title"] = json!("Something is not right");
            body["error"]["error_user_msg"] = json!(for_user);
        }
    }
    reply
}

/// A parameter that cannot be right.
pub(in crate::rehearsal) fn invalid(message: &str) -> Reply {
    error(400, 100, &format!("(#100) {message}"))
}

/// Gone, or not to be seen: the API does not say which.
pub(in crate::rehearsal) fn no_object(id: &str) -> Reply {
    detailed(
        400,
        100,
        33,
        &format!(
            "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation."
        ),
        "",
    )
}

/// A token that is not good, by its subcode: 463 expired, 467 invalid. Which
/// HTTP status goes with it is not written (unverified).
pub(in crate::rehearsal) fn bad_token(subcode: u32, message: &str) -> Reply {
    detailed(400, 190, subcode, message, "")
}
