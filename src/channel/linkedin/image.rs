//! Images: their bytes go to LinkedIn first, and have to be ready before a
//! post may show them.
//!
//! Nobody sees an image without a post: whatever gets lost here is begun anew,
//! and never in doubt.

use super::answer::{Asked, Fault, trouble};
use super::api::{self, Api};
use super::urn;
use crate::channel::http::{Answer, Trouble};
use crate::channel::network::{odd_name, odd_upload};
use crate::channel::{Attempt, SendError, upload};
use crate::render::Picture;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::time::Duration;

/// Time for all bytes of one image; 8 MB on a slow line.
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);
/// How long an image is left alone where nobody may ask whether it is ready:
/// members' tokens cannot read images. Not documented; adapters in use wait
/// for a few seconds. `image_wait` in the channel's table says otherwise.
pub(super) const GRACE: Duration = UNIT.saturating_mul(3);
/// The longest that `image_wait` may be: half of what a run has for all that
/// comes before a post.
pub(super) const LONGEST_GRACE: SignedDuration = SignedDuration::from_mins(10);
/// When an organisation's image is asked for, in units between: 31 in all.
const LOOKS: [u32; 8] = [1, 1, 2, 3, 4, 5, 7, 8];
const UNIT: Duration = Duration::from_millis(if cfg!(test) { 2 } else { 1000 });

/// Images that a post may show.
#[derive(Debug)]
pub(super) struct Uploaded {
    /// In order.
    pub urns: Vec<String>,
    /// LinkedIn said that it can show them; else it is only hoped.
    pub are_ready: bool,
    /// How long they were left alone because it does not say so.
    pub left_alone: Duration,
}

/// Uploads `pictures` in order, and waits until they can be shown: a little
/// longer at each try where LinkedIn does not tell.
pub(super) async fn upload(
    api: &Api<'_>,
    pictures: &[Picture],
    attempt: &Attempt,
) -> Result<Uploaded, SendError> {
    let mut urns = Vec::with_capacity(pictures.len());
    for picture in pictures {
        urns.push(upload_one(api, picture, attempt).await?);
    }
    let mut asked = api.channel.can_read();
    for (image, picture) in urns.iter().zip(pictures) {
        asked = asked && is_ready(api, image, picture).await?;
    }
    let are_ready = asked || urns.is_empty();
    let longest = Duration::try_from(LONGEST_GRACE).unwrap_or(Duration::MAX);
    let left_alone = if are_ready {
        Duration::ZERO
    } else {
        api.channel.image_wait.saturating_mul(attempt.number.max(1)).min(longest)
    };
    crate::clock::sleep(left_alone).await;
    Ok(Uploaded { urns, are_ready, left_alone })
}

async fn upload_one(api: &Api<'_>, picture: &Picture, attempt: &Attempt) -> Result<String, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let owner = json!({ "initializeUploadRequest": { "owner": api.channel.author } });
    let answer = api.post("/rest/images?action=initializeUpload", &owner).await;
    let answer = answer.map_err(Trouble::of_asking)?;
    if !answer.is_success() {
        return Err(upload::about(picture, not_taken(api, &answer)));
    }
    let facts = answer.json();
    let value = |key: &str| facts.as_ref()?.get("value")?.get(key);
    let image = value("image").and_then(Value::as_str).map(urn::plain);
    let Some(image) = image.filter(|image| urn::is_image(image) && api.are_not_in(image)) else {
        let says = match odd_name(value("image"), |text| api.clean(text)) {
            Some(odd) => format!("LinkedIn calls it {odd}, which is no `urn:li:image:ID`"),
            None => format!("LinkedIn answered {} and did not say what it calls it", answer.status),
        };
        return Err(upload::about(picture, odd_upload(says, attempt.number)));
    };
    let Some(address) = value("uploadUrl").and_then(Value::as_str) else {
        let says = format!("LinkedIn answered {} and did not say where it is to go", answer.status);
        return Err(upload::about(picture, odd_upload(says, attempt.number)));
    };
    let request = api.upload(address).map_err(|says| upload::about(picture, SendError::Refused { says }))?;
    let request = request.header("Content-Type", &picture.mime).timeout(UPLOAD_LIMIT).body(bytes);
    // All bytes in one request: it takes no pieces.
    let answer = api::call(request).await.map_err(|lost| upload::about(picture, lost.of_asking()))?;
    if !answer.is_success() {
        return Err(upload::about(picture, not_taken(api, &answer)));
    }
    Ok(image)
}

/// Why an image was not taken: with a token that is no good, or may not do it, it
/// will be once there is a good one.
fn not_taken(api: &Api<'_>, answer: &Answer) -> SendError {
    let error = trouble(answer, Asked::Other, api, crate::clock::now());
    if Fault::of(answer).is_about_who(answer.status) { error.mendable() } else { error }
}

/// Waits until the image can be shown. `false`: LinkedIn does not tell.
async fn is_ready(api: &Api<'_>, image: &str, picture: &Picture) -> Result<bool, SendError> {
    let path = format!("/rest/images/{}", urn::encoded(image));
    let mut says = "LinkedIn is still busy with it".to_owned();
    for wait in LOOKS {
        // An answer that got lost is asked for again.
        if let Ok(answer) = api.get(&path).await {
            match answer.status {
                // It names its own time.
                429 => {
                    return Err(upload::about(
                        picture,
                        trouble(&answer, Asked::Other, api, crate::clock::now()),
                    ));
                }
                // Not for us to know, or not known there at all.
                300..500 | 501 => return Ok(false),
                502.. | 500 => {
                    says = format!("LinkedIn does not say whether it is ready ({})", answer.status);
                }
                _ => {}
            }
            let facts = answer.json().filter(|_| answer.is_success());
            match facts.as_ref().and_then(|facts| facts.get("status")).and_then(Value::as_str) {
                Some("AVAILABLE") => return Ok(true),
                Some("PROCESSING_FAILED") => {
                    let says = "LinkedIn cannot show it: save it anew, as JPEG or PNG".to_owned();
                    return Err(upload::about(picture, SendError::Refused { says }));
                }
                Some(_) => says = "LinkedIn is still busy with it".to_owned(),
                None if answer.is_success() => return Ok(false),
                None => {}
            }
        }
        crate::clock::sleep(UNIT * wait).await;
    }
    Err(upload::about(picture, SendError::NotYet { says, wait: None }))
}
