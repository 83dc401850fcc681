//! Pictures among the site's images. Ghost has no list of them, and gives a name that
//! is there already another one: what an earlier try has put into the post is found in
//! it, by a name made of the bytes.

use super::answer::{Asked, trouble};
use super::api::Api;
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
        let stem = stem(picture);
        let known = there.iter().find(|address| is_of(address, &stem));
        all.push(match known {
            Some(address) => address.clone(),
            None => upload(api, picture, &stem, attempt).await.map_err(|error| about(picture, error))?,
        });
    }
    Ok(all)
}

/// What a picture is called there, without the dot and what follows: some of its own
/// name in plain letters, and a digest of its bytes.
fn stem(picture: &Picture) -> String {
    let own = picture.name.rsplit_once('.').map_or(picture.name.as_str(), |(own, _)| own);
    let mut plain = String::new();
    for c in own.chars().map(|c| c.to_ascii_lowercase()).take(60) {
        match c {
            'a'..='z' | '0'..='9' => plain.push(c),
            _ if plain.is_empty() || plain.ends_with('-') => {}
            _ => plain.push('-'),
        }
    }
    let plain = plain.trim_end_matches('-');
    let digest = picture.sha256.get(..16).unwrap_or(&picture.sha256);
    if plain.is_empty() { format!("image-{digest}") } else { format!("{plain}-{digest}") }
}

/// Whether the address ends with that name, or with that name and a number (`-1`).
fn is_of(address: &str, stem: &str) -> bool {
    let file = address.rsplit('/').next().unwrap_or_default();
    let Some(rest) = file.strip_prefix(stem) else { return false };
    let number = rest.split('.').next().unwrap_or_default();
    number.is_empty() || number.strip_prefix('-').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

fn ending(mime: &str) -> &'static str {
    match mime {
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "jpg",
    }
}

async fn upload(api: &Api, picture: &Picture, stem: &str, attempt: &Attempt) -> Result<String, SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    let file = http::file(picture, bytes)?.file_name(format!("{stem}.{}", ending(&picture.mime)));
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
    let url = body.get("images")?.get(0)?.get("url").and_then(Value::as_str)?;
    let is_page = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    (is_page && api.are_not_in(url)).then(|| url.to_owned())
}

fn about(picture: &Picture, error: SendError) -> SendError {
    let says = |says: String| format!("the image `{}`: {says}", picture.path);
    match error {
        SendError::Refused { says: why } => SendError::Refused { says: says(why) },
        SendError::Mendable { says: why } => SendError::Mendable { says: says(why) },
        SendError::NotYet { says: why, wait } => SendError::NotYet { says: says(why), wait },
        SendError::TooMany { says: why, wait } => SendError::TooMany { says: says(why), wait },
        SendError::Unknown { cause } => SendError::NotYet { says: says(cause), wait: None },
    }
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
