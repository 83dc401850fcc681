//! Images: uploaded with their words, and looked at by the instance, before a post
//! may show them.
//!
//! Facts: docs, methods/media, 2026-07-02. Nobody sees an upload, and an instance
//! forgets one that no post shows: so nothing here is ever in doubt, and a retry
//! begins anew.

use super::api::{Api, Purpose, status};
use crate::channel::http::{Answer, Trouble, file};
use crate::channel::network::{odd_name, odd_upload};
use crate::channel::upload::Patience;
use crate::channel::{Attempt, SendError, upload};
use crate::render::Picture;
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::Value;
use std::time::Duration;

/// For a request that carries an image: a slow line takes its time.
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);
/// Between two looks; images are mostly ready at once (200), and videos are not sent.
const PAUSE: Duration = Duration::from_secs(1);
/// No instance names an upload by more.
const LONGEST_ID: usize = 64;

/// Uploads an image with its words, waits until it can be shown, and returns its id.
pub(super) async fn brought(
    api: &Api<'_>,
    picture: &Picture,
    attempt: &Attempt,
    patience: &mut Patience,
) -> Result<String, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let what = format!("the image `{}`", picture.name);
    let mut answer = bring(api, "/api/v2/media", picture, bytes.clone()).await?;
    // Older servers know the first version alone (docs: v2 since 3.1.3).
    if matches!(answer.status, 404 | 405 | 501) {
        answer = bring(api, "/api/v1/media", picture, bytes).await?;
    }
    if !answer.is_success() {
        return Err(api.mended(&answer, Purpose::Uploading, &what));
    }
    let facts = answer.json().unwrap_or_default();
    let named = facts.get("id");
    let id = named.and_then(Value::as_str).filter(|id| is_id(id) && api.are_not_in(id));
    let Some(id) = id.map(str::to_owned) else {
        let instance = &api.instance;
        let says = match odd_name(named, |text| api.quotable(text)) {
            Some(odd) => format!("{instance} calls {what} {odd}, which is no name of an upload"),
            None => format!("{instance} answered {} and did not say what it calls {what}", status(&answer)),
        };
        return Err(odd_upload(says, attempt.number));
    };
    let ready = answer.status == 200 && facts.get("url").is_some_and(Value::is_string);
    if !ready {
        processed(api, &id, &what, patience).await?;
    }
    Ok(id)
}

async fn bring(api: &Api<'_>, path: &str, picture: &Picture, bytes: Vec<u8>) -> Result<Answer, SendError> {
    let mut form = Form::new();
    if !picture.alt.is_empty() {
        form = form.text("description", picture.alt.clone());
    }
    let form = form.part("file", file(picture, bytes)?);
    let request = api.request(Method::POST, path).timeout(UPLOAD_LIMIT).multipart(form);
    api.call(request).await.map_err(Trouble::of_asking)
}

/// Waits until the instance has looked at an upload: 206 until it has, 200 then, 422
/// if it cannot show it (docs, methods/media).
async fn processed(api: &Api<'_>, id: &str, what: &str, patience: &mut Patience) -> Result<(), SendError> {
    let looking = async {
        loop {
            let answer = api.get(&format!("/api/v1/media/{id}")).await?;
            match answer.status {
                200 => return Ok(()),
                206 => crate::clock::sleep(PAUSE).await,
                422 => {
                    let words = api.words(&answer);
                    let said = if words.is_empty() { "without a reason".to_owned() } else { words };
                    let says = format!(
                        "{} could not process {what}: {said}; save it anew as PNG or JPEG",
                        api.instance
                    );
                    return Err(SendError::Refused { says });
                }
                // It does not know the question: the post will tell.
                404 | 405 | 501 => return Ok(()),
                _ => return Err(api.mended(&answer, Purpose::Uploading, what)),
            }
        }
    };
    patience.bear(looking, &api.instance, what).await
}

/// Whether a text can name an upload, which becomes part of addresses: numbers on
/// Mastodon, and file names on snac.
fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST_ID).contains(&id.len())
        && id.bytes().all(plain)
        && id.bytes().any(|byte| byte.is_ascii_digit())
        && !id.starts_with('.')
        && !id.contains("..")
        && !crate::channel::network::is_nought(id)
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn an_upload_has_a_number_or_a_file_name() {
        for id in ["22348641", "32d3ca5e23f4ccf1e4c8660c40e75f33.png", "01FBVD42CQ3ZEEVMW180SBX03B"] {
            assert!(is_id(id), "{id}");
        }
        for odd in ["", "0", "../1", "..1", ".1", "1/2", "1?x", "none", &"7".repeat(65)] {
            assert!(!is_id(odd), "{odd}");
        }
    }
}
