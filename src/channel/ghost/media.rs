//! Pictures among the site's images. Ghost has no list of them, and gives a name that
//! is there already another one: what an earlier try has put into the post is found in
//! it, by a name made of the bytes.

use super::answer::trouble;
use super::api::Api;
use crate::channel::article::{Asked, Conversation, stem, with_ending};
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::network::odd_upload;
use crate::channel::{Attempt, SendError, upload};
use crate::plan::PayloadPart;
use crate::render::Picture;
use serde_json::Value;

/// The address of each picture of the part, in order. `there`: the addresses that the
/// post has already.
pub(super) async fn placed(
    api: &Api,
    part: &PayloadPart,
    there: &[String],
    attempt: &Attempt,
) -> Result<Vec<String>, SendError> {
    let mut all = Vec::with_capacity(part.media.len());
    for picture in &part.media {
        let stem = stem(picture, &picture.sha256);
        let known = there.iter().find(|address| is_of(address, &stem));
        all.push(match known {
            Some(address) => address.clone(),
            None => {
                upload(api, picture, &stem, attempt).await.map_err(|error| upload::about(picture, error))?
            }
        });
    }
    Ok(all)
}

/// Whether the address ends with that name, or with that name and a number (`-1`).
fn is_of(address: &str, stem: &str) -> bool {
    let file = address.rsplit('/').next().unwrap_or_default();
    let Some(rest) = file.strip_prefix(stem) else { return false };
    let number = rest.split('.').next().unwrap_or_default();
    number.is_empty() || number.strip_prefix('-').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

async fn upload(api: &Api, picture: &Picture, stem: &str, attempt: &Attempt) -> Result<String, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let file = http::file(picture, bytes)?.file_name(with_ending(stem, &picture.mime));
    let answer = api.upload(file).await.map_err(Trouble::of_asking)?;
    if let Some(address) = address(api, &answer) {
        return Ok(address);
    }
    if answer.is_success() && answer.json().is_some() {
        let says = "Ghost took it, and did not say where it lies".to_owned();
        return Err(odd_upload(says, attempt.number));
    }
    Err(trouble(&answer, Asked::Other, api))
}

fn address(api: &Api, answer: &Answer) -> Option<String> {
    let body = answer.json().filter(|_| answer.is_success())?;
    api.page(body.get("images")?.get(0)?.get("url").and_then(Value::as_str))
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_picture_is_known_by_its_name_and_by_no_other() {
        for good in ["https://a.example/i/a-12.png", "https://a.example/i/a-12-1.png", "a-12-34.webp"] {
            assert!(is_of(good, "a-12"), "{good}");
        }
        for bad in ["https://a.example/i/a-123.png", "a-12-x.png", "https://a.example/a-12/b.png", ""] {
            assert!(!is_of(bad, "a-12"), "{bad}");
        }
    }
}
