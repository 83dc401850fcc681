//! LinkedIn's shape of an error (learn.microsoft.com, Posts API).

use crate::rehearsal::reply::Reply;
use serde_json::{Value, json};

/// An error with its code.
pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, json!({ "status": status, "code": code, "message": message }))
}

/// The same with LinkedIn's number for it.
pub(super) fn numbered(status: u16, number: u32, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        json!({ "status": status, "serviceErrorCode": number, "code": code, "message": message }),
    )
}

/// The numbers' names are known from clients, not from the pages (unverified).
pub(super) fn bad_token(number: u32) -> Reply {
    let (code, message) = match number {
        65601 => ("REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user"),
        65602 => ("EXPIRED_ACCESS_TOKEN", "The token used in the request has expired"),
        65604 => ("EMPTY_ACCESS_TOKEN", "Empty oauth2 access token"),
        _ => ("INVALID_ACCESS_TOKEN", "Invalid access token"),
    };
    numbered(401, number, code, message)
}

/// A missing product, scope, or role.
pub(super) fn denied(what: &str) -> Reply {
    numbered(403, 100, "ACCESS_DENIED", &format!("Not enough permissions to access: {what}"))
}

/// One field that cannot be right.
pub(super) fn field(code: &str, path: &str, description: &str) -> Reply {
    let input =
        json!({ "description": description, "code": code, "input": { "inputPath": { "fieldPath": path } } });
    with_inputs(code, description, input)
}

pub(super) fn with_inputs(code: &str, message: &str, input: Value) -> Reply {
    Reply::json(
        422,
        json!({
            "status": 422,
            "code": "UNPROCESSABLE_ENTITY",
            "message": format!("{code}: {message}"),
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "errorDetails": { "inputErrors": [input] },
        }),
    )
}

pub(super) fn illegal(message: &str) -> Reply {
    error(400, "ILLEGAL_ARGUMENT", message)
}

pub(super) fn not_found(what: &str) -> Reply {
    error(404, "NOT_FOUND", &format!("Could not find entity {what}"))
}
