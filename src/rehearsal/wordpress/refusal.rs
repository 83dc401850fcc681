//! WordPress's shape of an error (REST API handbook, global parameters and errors).

use crate::rehearsal::reply::Reply;
use serde_json::json;

/// An error with its code.
pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, json!({ "code": code, "message": message, "data": { "status": status } }))
}

/// 401 to nobody, 403 to somebody who may not (`rest_authorization_required_code`).
pub(super) fn forbidden(known: bool, code: &str) -> Reply {
    let status = if known { 403 } else { 401 };
    error(status, code, "Sorry, you are not allowed to do that.")
}

/// A parameter that is not taken.
pub(super) fn invalid(name: &str, why: &str) -> Reply {
    let says = format!("Invalid parameter(s): {name}");
    Reply::json(
        400,
        json!({ "code": "rest_invalid_param", "message": says, "data": { "status": 400, "params": { name: why } } }),
    )
}

pub(super) fn no_post() -> Reply {
    error(404, "rest_post_invalid_id", "Invalid post ID.")
}
