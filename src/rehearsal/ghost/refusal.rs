//! Ghost's shape of an error (docs.ghost.org, Admin API, "Errors").

use crate::rehearsal::reply::Reply;
use serde_json::json;

/// An error with its type, and its code where it has one.
pub(super) fn error(status: u16, kind: &str, code: Option<&str>, message: &str) -> Reply {
    let error = json!({
        "message": message, "context": null, "type": kind, "details": null, "property": null,
        "help": null, "code": code, "id": "a12df298-dc95-4660-ba6c-9d93ab764b5c", "ghostErrorCode": null,
    });
    Reply::json(status, json!({ "errors": [error] }))
}

pub(super) fn no_post() -> Reply {
    error(404, "NotFoundError", None, "Resource not found error, cannot read post.")
}

/// A field that is not as it is to be.
pub(super) fn invalid(field: &str) -> Reply {
    error(422, "ValidationError", None, &format!("Validation error, cannot save post: {field}."))
}
