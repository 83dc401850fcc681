//! Pictures: an address to bring each to is asked for, the bytes go there without the
//! token, and then Hashnode is told that they are there (mutations,
//! `createImageUploadURL` and `confirmImageUpload`).

use super::answer::{data, trouble};
use super::api::Api;
use crate::channel::article::{Asked, Conversation};
use crate::channel::http::Trouble;
use crate::channel::network::odd_upload;
use crate::channel::{Attempt, SendError, upload};
use crate::plan::PayloadPart;
use crate::render::Picture;
use serde_json::{Value, json};

const CREATE: &str = "mutation createImageUploadURL($input: CreateImageUploadInput!) { createImageUploadURL(input: $input) { presignedPut { url cdnUrl key } } }";
const CONFIRM: &str = "mutation confirmImageUpload($input: ConfirmImageUploadInput!) { confirmImageUpload(input: $input) { ok cdnUrl } }";

/// Where each picture of the part lies, in order; `there` knows of some already.
pub(super) async fn placed(
    api: &Api,
    part: &PayloadPart,
    attempt: &Attempt,
    there: &(dyn Fn(&Picture) -> Option<String> + Sync),
) -> Result<Vec<String>, SendError> {
    let known: Vec<Option<String>> = part.media.iter().map(there).collect();
    let mut all = Vec::with_capacity(part.media.len());
    for (picture, known) in part.media.iter().zip(known) {
        all.push(match known {
            Some(address) => address,
            None => brought(api, picture, attempt).await.map_err(|error| upload::about(picture, error))?,
        });
    }
    Ok(all)
}

async fn brought(api: &Api, picture: &Picture, attempt: &Attempt) -> Result<String, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let variables = json!({ "input": { "contentType": picture.mime } });
    let answer = api.ask("createImageUploadURL", CREATE, variables).await.map_err(Trouble::of_asking)?;
    let Some(put) = data(&answer, "/createImageUploadURL/presignedPut") else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    let said = |key: &str| put.get(key).and_then(Value::as_str).unwrap_or_default();
    let (address, key) = (said("url").to_owned(), said("key").to_owned());
    if !api.may_lead_to(&address) || key.is_empty() || !api.are_not_in(&key) || !api.are_not_in(&address) {
        let says = "Hashnode named no place on the web to bring it to".to_owned();
        return Err(odd_upload(says, attempt.number));
    }
    let stored = api.upload(&address, &picture.mime, bytes).await.map_err(Trouble::of_asking)?;
    if !stored.is_success() {
        let says = format!("where Hashnode keeps images it was answered with {}", stored.status);
        return Err(SendError::NotYet { says, wait: stored.retry_after() });
    }
    let variables = json!({ "input": { "key": key } });
    let answer = api.ask("confirmImageUpload", CONFIRM, variables).await.map_err(Trouble::of_asking)?;
    let Some(told) = data(&answer, "/confirmImageUpload") else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    if told.get("ok") == Some(&Value::Bool(false)) {
        return Err(SendError::Refused {
            says: "Hashnode takes no more than 8 MB: make it smaller".to_owned(),
        });
    }
    let shown = told.get("cdnUrl").and_then(Value::as_str).unwrap_or_else(|| said("cdnUrl"));
    if !api.may_lead_to(shown) || !api.are_not_in(shown) {
        let says = "Hashnode took it, and did not say where it lies".to_owned();
        return Err(odd_upload(says, attempt.number));
    }
    Ok(shown.to_owned())
}
