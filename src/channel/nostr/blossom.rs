//! Images: put on servers that name a file by its digest (Blossom, BUD-02), so that
//! bringing one twice is bringing it once, and a note's text is known before.
//!
//! How the header is spelt that says who brings it is of BUD-01, and unverified.

use super::configured::Nostr;
use super::event;
use super::post::Account;
use crate::channel::http::{self, Answer, Trouble};
use crate::channel::{Attempt, SendError, upload};
use crate::render::Picture;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

/// Who brings a file, and which.
const AUTHORIZATION: u16 = 24242;
/// A slow line takes its time.
const UPLOAD_LIMIT: Duration = Duration::from_secs(180);
/// For so long an authorization counts, in seconds.
const VALID: i64 = 10 * 60;

/// Where a server of that address shows the picture: `GET /<sha256>.png` (BUD-01).
pub(super) fn address(server: &str, picture: &Picture) -> Option<String> {
    let ending = match picture.mime.as_str() {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/gif" => "gif",
        _ => return Some(format!("{server}/{}", picture.sha256)),
    };
    Some(format!("{server}/{}.{ending}", picture.sha256))
}

/// Brings a picture to every server of the table. Notes show the first one's.
pub(super) async fn bring(
    nostr: &Nostr,
    account: &Account,
    picture: &Picture,
    attempt: &Attempt,
) -> Result<(), SendError> {
    let bytes = upload::bytes(picture, attempt).await?;
    for (number, server) in nostr.stores().iter().enumerate() {
        let brought = put(account, server, picture, bytes.clone()).await;
        // Others keep copies: nice to have, and nobody sees whether they do.
        if number == 0 {
            brought?;
        }
    }
    Ok(())
}

async fn put(account: &Account, server: &str, picture: &Picture, bytes: Vec<u8>) -> Result<(), SendError> {
    let name = super::relay::name(server);
    let until = (crate::clock::now().as_second() + VALID).to_string();
    let tags: [&[&str]; 3] = [&["t", "upload"], &["x", &picture.sha256], &["expiration", &until]];
    let proof = event::made_now(AUTHORIZATION, &tags, "Upload an image", &account.keys)?;
    let proof = format!("Nostr {}", STANDARD.encode(proof.as_json()));
    let request = http::service(server)?
        .put(format!("{server}/upload"))
        .header("authorization", crate::channel::credentials::header(&proof, "nsec")?)
        .header("content-type", &picture.mime)
        .timeout(UPLOAD_LIMIT)
        .body(bytes);
    let answer = http::call(request).await.map_err(Trouble::of_asking)?;
    let said = answer.json().filter(|_| answer.is_success()).unwrap_or_default();
    let digest = said.get("sha256").and_then(serde_json::Value::as_str).unwrap_or_default();
    if digest == picture.sha256 {
        return Ok(());
    }
    let says = match answer.is_success() {
        true if !digest.is_empty() => format!(
            "{name} keeps another file than `{}`: it changes images, and notes name them by their digest; use \
             another server",
            picture.name
        ),
        true => format!("{name} does not say whether it keeps `{}`", picture.name),
        false => format!("{name} does not take `{}`: {}", picture.name, account.clean(&why(&answer))),
    };
    Err(match answer.status {
        200..300 if !digest.is_empty() => SendError::Refused { says },
        429 => SendError::TooMany { says, wait: answer.retry_after() },
        401..=403 => SendError::Mendable { says },
        400 | 404 | 405 | 411 | 413 | 415 | 422 => SendError::Refused { says },
        _ => SendError::NotYet { says, wait: answer.retry_after() },
    })
}

/// Its reason, which stands in a header (BUD-01), with its status.
fn why(answer: &Answer) -> String {
    let reason = answer.told("x-reason").or_else(|| answer.told("blossom-upload-message"));
    let words: String = reason.unwrap_or_else(|| answer.excerpt()).chars().take(200).collect();
    format!("{} {words}", answer.status).trim_end().to_owned()
}
