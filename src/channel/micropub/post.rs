//! A post: made ready, made, read back.

use super::api::{Api, Asked};
use super::entry::{Entry, first, place, with_pictures};
use crate::channel::http;
use crate::channel::network::{odd_upload, seen};
use crate::channel::{Attempt, SendError, upload};
use crate::plan::{PayloadPart, Receipt, Seen};
use crate::render::Picture;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The request that makes it, its images brought. The time is that of the first try: by
/// it a post is told from one that says the same.
pub(super) async fn ready(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Value, SendError> {
    let mut body = with_images(api, part, attempt, &BTreeMap::new()).await?;
    body["properties"]["published"] = json!([attempt.began().to_string()]);
    Ok(body)
}

/// The same without a time. `there`: where pictures lie already, by their digests.
pub(super) async fn with_images(
    api: &Api,
    part: &PayloadPart,
    attempt: &Attempt,
    there: &BTreeMap<String, String>,
) -> Result<Value, SendError> {
    let mut urls = Vec::with_capacity(part.media.len());
    for picture in &part.media {
        urls.push(match there.get(&picture.sha256) {
            Some(url) => url.clone(),
            None => bring(api, picture, attempt).await.map_err(|error| upload::about(picture, error))?,
        });
    }
    Ok(with_pictures(&part.body, &place(part, &urls)))
}

/// 201 with the image's address in `Location` (W3C Micropub 3.6.3).
async fn bring(api: &Api, picture: &Picture, attempt: &Attempt) -> Result<String, SendError> {
    let Some(to) = &api.endpoint.media else {
        let says = "the site names no media endpoint, so that no image can be brought: leave it out, or \
                    put it somewhere and link to it"
            .to_owned();
        return Err(SendError::Refused { says });
    };
    let bytes = upload::bytes(picture, attempt).await?;
    let answer = api.upload(to, http::file(picture, bytes)?).await?;
    if !answer.is_success() {
        return Err(api.trouble(&answer, Asked::Quietly));
    }
    let says = || "the site took it, and did not say where it lies".to_owned();
    api.location(&answer).ok_or_else(|| odd_upload(says(), attempt.number))
}

/// The one request that readers see anything of. 201 or 202 with the post's address in
/// `Location` (W3C Micropub 3.2); by 202 the page is there a little later.
pub(super) async fn create(api: &Api, body: &Value) -> Result<Receipt, SendError> {
    let answer = api.post(body).await?;
    match answer.status {
        201 | 202 => match api.location(&answer) {
            Some(url) => Ok(receipt(url, answer.status == 202)),
            None => Err(SendError::Unknown {
                cause: format!("the site answered {}, and did not say where the post is", answer.status),
            }),
        },
        status if answer.is_success() => Err(SendError::Unknown {
            cause: format!("the site answered {status}, which is none of Micropub's answers to a new post"),
        }),
        _ => Err(api.trouble(&answer, Asked::Publicly)),
    }
}

pub(super) fn receipt(url: String, later: bool) -> Receipt {
    let detail = later.then(|| "the site takes it in; the page may be a little later".to_owned());
    Receipt { id: Some(url.clone()), url: Some(url), detail, ..Receipt::default() }
}

/// What the site says of a post (`q=source&url=…`, W3C Micropub 3.7.1); none if it does
/// not tell, or has none of it.
pub(super) async fn told(api: &Api, url: &str) -> Result<Option<Value>, SendError> {
    let answer = api.source(&[("url", url)]).await?;
    match answer.json() {
        Some(told) if answer.is_success() => Ok(Some(told).filter(|told| Entry::of(told).is_some())),
        _ if matches!(answer.status, 400 | 404 | 405 | 410 | 501) => Ok(None),
        _ => Err(api.trouble(&answer, Asked::Quietly)),
    }
}

/// What readers see, where the site tells it.
pub(super) async fn read_back(api: &Api, url: &str, part: &PayloadPart) -> Seen {
    let Ok(Some(told)) = told(api, url).await else { return Seen::default() };
    let (Some(live), Some(sent)) = (Entry::of(&told), Entry::planned(part)) else { return Seen::default() };
    let status = told.get("properties").and_then(|properties| first(properties, "post-status"));
    let is_draft = status.and_then(Value::as_str) == Some("draft");
    let altered = live.differing(&sent).or_else(|| is_draft.then(|| live.words()));
    let altered = altered.map(|told| match is_draft {
        true => format!("{told} (kept as a draft, which readers do not see)"),
        false => told,
    });
    Seen { altered: altered.map(|told| seen(&api.clean_words(&told))), url: None }
}
