//! X's ways of saying no: problems (RFC 7807), and the older list of codes.
//!
//! Shapes: docs.x.com, response codes and errors, 2026-07-24; which of them a
//! case gets is written there for few, the rest is what clients have seen.

use crate::rehearsal::reply::Reply;
use serde_json::json;

const PROBLEMS: &str = "https://api.twitter.com/2/problems/";

/// A problem without a kind of its own.
pub(super) fn problem(status: u16, title: &str, detail: &str) -> Reply {
    Reply::json(status, json!({ "title": title, "detail": detail, "type": "about:blank", "status": status }))
}

/// A problem of a kind.
pub(super) fn problem_of(kind: &str, status: u16, title: &str, detail: &str) -> Reply {
    Reply::json(
        status,
        json!({ "title": title, "detail": detail, "type": format!("{PROBLEMS}{kind}"), "status": status }),
    )
}

pub(super) fn forbidden(detail: &str) -> Reply {
    problem(403, "Forbidden", detail)
}

pub(super) fn unauthorized() -> Reply {
    problem(401, "Unauthorized", "Unauthorized")
}

/// The older shape, which the signed way of signing in still answers with.
pub(super) fn coded(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(status, json!({ "errors": [{ "code": code, "message": message }] }))
}

/// A request that does not keep to the schema.
pub(super) fn invalid(parameter: &str, value: &str, message: &str) -> Reply {
    Reply::json(
        400,
        json!({
            "errors": [{ "parameters": { parameter: [value] }, "message": message }],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": format!("{PROBLEMS}invalid-request"),
        }),
    )
}

/// What is asked for does not exist: a 200 with errors and without data.
pub(super) fn not_found(id: &str) -> Reply {
    Reply::json(
        200,
        json!({ "errors": [{
            "value": id,
            "detail": format!("Could not find tweet with id: [{id}]."),
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": "id",
            "resource_id": id,
            "type": format!("{PROBLEMS}resource-not-found"),
        }] }),
    )
}
