//! Pictures in the media library. Each has a name of its own there, made of its bytes
//! and its alt text: a repetition finds it, and uploads nothing twice.
//!
//! The bytes go raw with `Content-Disposition`; the alt text by a second request
//! (REST API handbook, media).

use super::answer::{Fault, trouble};
use super::api::Api;
use super::content::Placed;
use crate::channel::article::{Asked, Conversation, stem, with_ending};
use crate::channel::http::{Answer, Trouble};
use crate::channel::network::odd_upload;
use crate::channel::{Attempt, SendError, upload};
use crate::plan::PayloadPart;
use crate::plan::key::hex_digest;
use crate::render::Picture;
use serde_json::{Value, json};

/// Each picture of the part in the library, in order.
pub(super) async fn placed(
    api: &Api,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Vec<Placed>, SendError> {
    let mut all = Vec::with_capacity(part.media.len());
    for picture in &part.media {
        let stem = called(picture);
        let there = match known(api, &stem).await.map_err(|error| upload::about(picture, error))? {
            Some(there) => there,
            None => {
                upload(api, picture, &stem, attempt).await.map_err(|error| upload::about(picture, error))?
            }
        };
        // One whose upload was interrupted has no words yet; others are a person's.
        if there.alt.is_empty() && !picture.alt.is_empty() {
            let words = json!({ "alt_text": picture.alt });
            let path = format!("/wp/v2/media/{}", there.placed.id);
            let answer =
                api.post(&path, &words).await.map_err(|lost| upload::about(picture, lost.of_asking()))?;
            if item(api, &answer).is_none() {
                return Err(upload::about(picture, not_taken(api, &answer)));
            }
        }
        all.push(there.placed);
    }
    Ok(all)
}

/// What a picture is called in the library: by bytes and words.
fn called(picture: &Picture) -> String {
    stem(picture, &hex_digest(format!("{}\n{}", picture.sha256, picture.alt).as_bytes()))
}

/// A picture that is in the library.
struct There {
    placed: Placed,
    alt: String,
}

/// Looks for it by its name.
async fn known(api: &Api, stem: &str) -> Result<Option<There>, SendError> {
    let query = [("slug", stem), ("context", "edit"), ("_fields", FIELDS)];
    let answer = api.get("/wp/v2/media", &query).await.map_err(Trouble::of_asking)?;
    let list = answer.json().filter(|_| answer.is_success());
    let Some(list) = list.as_ref().and_then(Value::as_array) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    let own = list.iter().find(|item| item.get("slug").and_then(Value::as_str) == Some(stem));
    Ok(own.and_then(|item| there(api, item)))
}

const FIELDS: &str = "id,slug,source_url,alt_text";

async fn upload(api: &Api, picture: &Picture, stem: &str, attempt: &Attempt) -> Result<There, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let name = with_ending(stem, &picture.mime);
    let answer = api.upload(&name, &picture.mime, bytes).await.map_err(Trouble::of_asking)?;
    if let Some(there) = item(api, &answer) {
        return Ok(there);
    }
    if answer.is_success() && answer.json().is_some() {
        let says = "WordPress took it, and did not say where it lies".to_owned();
        return Err(odd_upload(says, attempt.number));
    }
    Err(not_taken(api, &answer))
}

fn item(api: &Api, answer: &Answer) -> Option<There> {
    there(api, &answer.json().filter(|_| answer.is_success())?)
}

fn there(api: &Api, item: &Value) -> Option<There> {
    let id = item.get("id").and_then(Value::as_u64).filter(|id| *id > 0)?;
    let url = api.page(item.get("source_url").and_then(Value::as_str))?;
    let alt = item.get("alt_text").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(There { placed: Placed { id, url }, alt })
}

/// What became of a picture that was not taken: a type that the site does not allow
/// is answered with 500, and would be tomorrow as well.
fn not_taken(api: &Api, answer: &Answer) -> SendError {
    let fault = Fault::of(answer);
    let no = ["rest_upload_sideload_error", "rest_upload_file_too_big", "rest_upload_limited_space"];
    if answer.status >= 500 && no.contains(&fault.code.as_str()) {
        let says = format!("WordPress does not take it: {} ({})", api.clean(&fault.says), fault.code);
        return SendError::Refused { says };
    }
    trouble(answer, Asked::Other, api)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_that_of_bytes_and_words() {
        let picture = |name: &str, alt: &str| Picture {
            path: String::new(),
            name: name.to_owned(),
            alt: alt.to_owned(),
            mime: "image/png".to_owned(),
            sha256: "ab".repeat(32),
            bytes: 1,
            width: 1,
            height: 1,
            made_from: None,
        };
        let one = called(&picture("Our Rocket; \"2\".PNG", "A"));
        assert!(one.starts_with("our-rocket-2-") && one.len() == "our-rocket-2-".len() + 16, "{one}");
        assert_eq!(one, called(&picture("Our Rocket; \"2\".PNG", "A")));
        assert_ne!(one, called(&picture("Our Rocket; \"2\".PNG", "B")));
        assert!(called(&picture("日本.png", "A")).starts_with("image-"));
        assert!(called(&picture(&"a".repeat(500), "A")).len() <= 80);
    }
}
