//! Images: uploaded, given their words, and only then named in a post.
//!
//! Facts: docs.x.com, media upload and media metadata, 2026-08-22. Nobody sees
//! an upload, and X forgets one that no post names (after about a day): so
//! nothing here is ever in doubt, and a retry begins anew.

use super::api::Api;
use crate::channel::http::{Answer, file};
use crate::channel::network::{is_plain_id, odd_name, odd_upload};
use crate::channel::upload::Patience;
use crate::channel::{Attempt, SendError, upload};
use crate::render::Picture;
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use std::time::Duration;

/// Up to this an image goes in one request: the limit of an image is 5 MB, and
/// what goes in pieces is known to arrive.
const IN_ONE: usize = 4 * 1024 * 1024;
/// A piece. Up to 5 MB may be possible (unverified); this much works in practice.
const PIECE: usize = 1024 * 1024;
/// For a request that carries an image: a slow line takes its time.
const UPLOAD_LIMIT: Duration = Duration::from_secs(120);

/// Uploads an image with its words, and returns its id.
pub(super) async fn brought(
    api: &Api<'_>,
    picture: &Picture,
    attempt: &Attempt,
    patience: &mut Patience,
) -> Result<String, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let what = format!("the image `{}`", picture.name);
    let is_gif = picture.mime == "image/gif";
    let (id, data) = if is_gif || bytes.len() > IN_ONE {
        in_pieces(api, picture, &bytes, &what, attempt.number).await?
    } else {
        in_one(api, picture, bytes, &what, attempt.number).await?
    };
    processed(api, &id, data, &what, patience).await?;
    if !picture.alt.is_empty() {
        describe(api, &id, picture, &what).await?;
    }
    Ok(id)
}

fn category(picture: &Picture) -> &'static str {
    if picture.mime == "image/gif" { "tweet_gif" } else { "tweet_image" }
}

async fn in_one(
    api: &Api<'_>,
    picture: &Picture,
    bytes: Vec<u8>,
    what: &str,
    tries: u32,
) -> Result<(String, Value), SendError> {
    let form = Form::new().text("media_category", category(picture)).part("media", file(picture, bytes)?);
    let request = api.request(Method::POST, "/2/media/upload", &[])?.timeout(UPLOAD_LIMIT).multipart(form);
    media_of(api, &api.ask(request).await?, what, tries)
}

async fn in_pieces(
    api: &Api<'_>,
    picture: &Picture,
    bytes: &[u8],
    what: &str,
    tries: u32,
) -> Result<(String, Value), SendError> {
    let opening = json!({
        "media_type": picture.mime, "media_category": category(picture), "total_bytes": bytes.len(),
    });
    let request = api.request(Method::POST, "/2/media/upload/initialize", &[])?.json(&opening);
    let (id, _) = media_of(api, &api.ask(request).await?, what, tries)?;
    for (number, piece) in bytes.chunks(PIECE).enumerate() {
        let form = Form::new()
            .text("segment_index", number.to_string())
            .part("media", file(picture, piece.to_vec())?);
        let path = format!("/2/media/upload/{id}/append");
        let request = api.request(Method::POST, &path, &[])?.timeout(UPLOAD_LIMIT).multipart(form);
        let answer = api.ask(request).await?;
        if !answer.is_success() {
            return Err(api.not_uploaded(&answer, what));
        }
    }
    let request = api.request(Method::POST, &format!("/2/media/upload/{id}/finalize"), &[])?;
    media_of(api, &api.ask(request).await?, what, tries)
}

/// The id in an answer about an upload, and what else it says.
fn media_of(api: &Api<'_>, answer: &Answer, what: &str, tries: u32) -> Result<(String, Value), SendError> {
    if !answer.is_success() {
        return Err(api.not_uploaded(answer, what));
    }
    let body = answer.json().unwrap_or_default();
    let data = body.get("data").cloned().unwrap_or(body);
    let named = data.get("id").or_else(|| data.get("media_id_string"));
    if let Some(id) = media_id(api, named) {
        return Ok((id, data));
    }
    Err(match odd_name(named, |text| api.quotable(text)) {
        Some(odd) => odd_upload(format!("X calls {what} {odd}, which is no name of an upload"), tries),
        None => api.not_uploaded(answer, what),
    })
}

/// What X calls an upload. Numbers were seen; what else there may be is not
/// written. It becomes a part of addresses, and is nothing that X was told.
fn media_id(api: &Api<'_>, named: Option<&Value>) -> Option<String> {
    let id = match named? {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.as_u64()?.to_string(),
        _ => return None,
    };
    (is_plain_id(&id) && api.secrets.are_not_in(&id)).then_some(id)
}

/// Waits until X has looked at an upload. Without `processing_info` it is ready.
async fn processed(
    api: &Api<'_>,
    id: &str,
    mut data: Value,
    what: &str,
    patience: &mut Patience,
) -> Result<(), SendError> {
    let looking = async {
        loop {
            let Some(info) = data.get("processing_info") else { return Ok(()) };
            match info.get("state").and_then(Value::as_str) {
                Some("pending" | "in_progress") => {}
                Some("failed") => {
                    let said = info.pointer("/error/message").or_else(|| info.pointer("/error/name"));
                    let said = api.quotable(said.and_then(Value::as_str).unwrap_or("without a reason"));
                    return Err(SendError::Refused {
                        says: format!("X could not process {what}: {said}; save it anew as PNG or JPEG"),
                    });
                }
                // `succeeded`, or a state that nobody knows: the post will tell.
                _ => return Ok(()),
            }
            let seconds = info.get("check_after_secs").and_then(Value::as_u64).unwrap_or(1);
            crate::clock::sleep(Duration::from_secs(seconds.clamp(1, 60))).await;
            let query = [("command", "STATUS"), ("media_id", id)];
            let answer = api.ask(api.request(Method::GET, "/2/media/upload", &query)?).await?;
            if !answer.is_success() {
                return Err(api.not_uploaded(&answer, what));
            }
            let body = answer.json().unwrap_or_default();
            data = body.get("data").cloned().unwrap_or(body);
        }
    };
    patience.bear(looking, "X", what).await
}

/// The words for those who do not see the image. A post without them would be
/// another one than was planned, so their refusal stops it.
async fn describe(api: &Api<'_>, id: &str, picture: &Picture, what: &str) -> Result<(), SendError> {
    let body = json!({ "id": id, "metadata": { "alt_text": { "text": picture.alt } } });
    let answer = api.ask(api.request(Method::POST, "/2/media/metadata", &[])?.json(&body)).await?;
    if answer.is_success() {
        return Ok(());
    }
    Err(api.not_uploaded(&answer, &format!("the alt text of {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    /// X never has done looking; time is the runtime's, which leaps where all sleep.
    #[tokio::test(start_paused = true)]
    async fn all_images_of_a_try_share_two_minutes() {
        let api = Api { base_url: "http://127.0.0.1:1", signed: false, secrets: Default::default() };
        let data = json!({ "processing_info": { "state": "pending", "check_after_secs": 60 } });
        let mut patience = Patience { left: Duration::from_secs(20) };
        for left in [20, 0] {
            assert_eq!(patience.left.as_secs(), left);
            let began = Instant::now();
            let error = processed(&api, "9", data.clone(), "the image `a.png`", &mut patience).await;
            let Err(SendError::NotYet { says, wait: None }) = error else { panic!("{error:?}") };
            assert_eq!(says, "X has not processed the image `a.png` within 2 minutes");
            assert_eq!(began.elapsed().as_secs(), left);
        }
        assert_eq!(Patience::default().left, Duration::from_secs(120));
        processed(&api, "9", json!({}), "an image that is ready", &mut patience).await.unwrap();
    }
}
