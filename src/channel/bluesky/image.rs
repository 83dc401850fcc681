//! Images: their bytes go to the account's server, which nobody sees until a
//! record names them. The same bytes have the same name, so a repetition does no
//! harm; what no record names is forgotten after a while.

use super::answer::Asked;
use super::api::Api;
use crate::channel::network::odd_upload;
use crate::channel::{Attempt, SendError, upload};
use crate::render::Picture;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use std::time::Duration;

/// Time for all bytes of one image on a slow line.
const UPLOAD_LIMIT: Duration = Duration::from_secs(120);
/// So often it is tried again that a server has lost what it had taken.
pub(super) const MOST_TRIES: u32 = 5;

/// Uploads an image; what the server calls it, to be put into the record as it is:
/// the type is the server's, which looks at the bytes.
pub(super) async fn upload(api: &Api<'_>, picture: &Picture, attempt: &Attempt) -> Result<Value, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let fill = |request: reqwest::RequestBuilder| {
        request.timeout(UPLOAD_LIMIT).header(CONTENT_TYPE, picture.mime.as_str()).body(bytes.clone())
    };
    let answer = api.act("com.atproto.repo.uploadBlob", fill, Asked::Other).await;
    let answer = answer.map_err(|error| upload::about(picture, error))?;
    let Some(said) = answer.json().filter(|_| answer.is_success()) else {
        return Err(upload::about(picture, api.trouble(&answer, Asked::Other)));
    };
    match said.get("blob").filter(|blob| is_blob(blob) && api.are_not_in(&blob.to_string())) {
        Some(blob) => Ok(blob.clone()),
        None => {
            let says = format!("Bluesky took the image `{}`, and gave it no name", picture.path);
            Err(odd_upload(says, attempt.number))
        }
    }
}

/// `{$type: "blob", ref: {$link}, mimeType, size}` (atproto.com/specs/data-model).
fn is_blob(blob: &Value) -> bool {
    let text = |pointer: &str| blob.pointer(pointer).and_then(Value::as_str);
    text("/$type") == Some("blob")
        && text("/ref/$link").is_some_and(super::api::is_cid)
        && text("/mimeType").is_some_and(|mime| mime.len() <= 128)
        && blob.get("size").is_some_and(Value::is_u64)
        && blob.as_object().is_some_and(|blob| blob.len() == 4)
}
