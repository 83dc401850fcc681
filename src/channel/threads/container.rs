//! The container of a part: made, looked at, waited for.
//!
//! Facts: posts, 2026-04-14. `status` is IN_PROGRESS, FINISHED, PUBLISHED, ERROR or
//! EXPIRED; what is not published within 24 hours expires, and was never seen. What is
//! said of a container that Threads keeps no more is not written: as of everything that
//! is not there, or not for this token, code 100 and subcode 33.

use super::api::{Api, is_id};
use super::dialect::{Asked, is_about_who};
use super::payload::words_of;
use super::{Threads, find, media, publish};
use crate::channel::graph::{Fault, is_gone_or_foreign, object};
use crate::channel::http::Answer;
use crate::channel::network::{odd_name, odd_upload};
use crate::channel::upload::Patience;
use crate::channel::{Attempt, SendError};
use crate::plan::PayloadPart;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::time::Duration;

/// Between two looks: text is ready at once, images take up to half a minute.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest of these pauses, which grow: calls are counted.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// So old, a container is of no use by any clock: the day that it lives, and an hour by
/// which clocks may differ.
const SPENT: SignedDuration = SignedDuration::from_hours(25);
/// A wait that is named is no longer than a day: more would not be believed.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// How it stands with a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Threads is still looking at it.
    InProgress,
    /// It can be published, and is not.
    Finished,
    /// It is out.
    Published,
    /// It was never published, and cannot be; what Threads says of it.
    Dead(String),
    /// Threads knows none of that name, or none for this token; what it says.
    Forgotten(String),
    /// Threads does not say; why.
    Untold(String),
}

/// The container that the last try was to publish, if its id is one.
pub(super) fn known(attempt: &Attempt) -> Option<&str> {
    attempt.made.as_deref().filter(|id| is_id(id))
}

/// From when on the container of the last try can be published by nobody, whatever
/// Threads says of it or does not; none if nobody knows since when it is there.
pub(super) fn spent_at(attempt: &Attempt) -> Option<Timestamp> {
    attempt.made_at?.checked_add(SPENT).ok()
}

/// Whether it is as old as that.
pub(super) fn is_spent(attempt: &Attempt) -> bool {
    spent_at(attempt).is_some_and(|then| then <= crate::clock::now())
}

/// The container of this part, which can be published by now: the one of the last try,
/// as long as it is good; else a new one.
pub(super) async fn make(
    threads: &Threads,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<String, SendError> {
    let api = threads.verified(attempt).await?;
    let mut patience = Patience::default();
    if let Some(id) = known(attempt) {
        match status(&api, id).await? {
            Status::Finished | Status::Published => return Ok(id.to_owned()),
            Status::InProgress => return ready(&api, id, part, &mut patience).await.map(|()| id.to_owned()),
            // It may be out, or may be still: another one could be the second.
            Status::Forgotten(why) | Status::Untold(why) if attempt.doubted => {
                may_be_the_second(&api, part, attempt, &why).await?;
            }
            Status::Dead(_) | Status::Forgotten(_) | Status::Untold(_) => {}
        }
    }
    let mut form = form(threads, &api, part, attempt, &mut patience).await?;
    if let Some(above) = publish::above(&api, attempt).await? {
        form.push(("reply_to_id", above));
    }
    let id = contain(&api, &form, attempt).await?;
    ready(&api, &id, part, &mut patience).await?;
    Ok(id)
}

/// Whether a new container may be made after a doubt about one that tells nothing: once
/// that can be published no more, and the list does not show that it was. Until then the
/// error says what is waited for.
async fn may_be_the_second(
    api: &Api,
    part: &PayloadPart,
    attempt: &Attempt,
    why: &str,
) -> Result<(), SendError> {
    if !is_spent(attempt) {
        let left = spent_at(attempt).map(|then| then.duration_since(crate::clock::now()));
        let left = left.and_then(|left| Duration::try_from(left).ok());
        let says = format!(
            "whether it is out already only its container can tell, and {why}{}",
            until(spent_at(attempt))
        );
        return Err(SendError::NotYet { says, wait: left.map(|left| left.min(LONGEST_WAIT)) });
    }
    match find::receipt(&find::list(api, attempt).await?, words_of(part), attempt) {
        None => Ok(()),
        Some(receipt) => Err(SendError::Mendable {
            says: format!(
                "it is out already, as the account's list shows: {}; say so with `ladder resolve`",
                receipt.url.or(receipt.id).unwrap_or_default()
            ),
        }),
    }
}

/// When nothing can come of a container any more, for people.
pub(super) fn until(spent_at: Option<Timestamp>) -> String {
    spent_at
        .map(|then| then.strftime("; after %Y-%m-%d %H:%M UTC it can be published no more").to_string())
        .unwrap_or_default()
}

/// What the container is made of; images are public by then, and a carousel has its items.
async fn form(
    threads: &Threads,
    api: &Api,
    part: &PayloadPart,
    attempt: &Attempt,
    patience: &mut Patience,
) -> Result<Vec<(&'static str, String)>, SendError> {
    let mut addresses = Vec::with_capacity(part.media.len());
    for picture in &part.media {
        addresses.push(media::place(threads, picture, attempt).await?);
    }
    let image = |at: usize| {
        let mut form = vec![("media_type", "IMAGE".to_owned()), ("image_url", addresses[at].clone())];
        let alt = &part.media[at].alt;
        if !alt.is_empty() {
            form.push(("alt_text", alt.clone()));
        }
        form
    };
    let mut form = match addresses.len() {
        0 => vec![("media_type", "TEXT".to_owned())],
        1 => image(0),
        many => {
            let mut items = Vec::with_capacity(many);
            for at in 0..many {
                let mut item = image(at);
                item.push(("is_carousel_item", "true".to_owned()));
                items.push(contain(api, &item, attempt).await?);
            }
            for item in &items {
                ready(api, item, part, patience).await?;
            }
            vec![("media_type", "CAROUSEL".to_owned()), ("children", items.join(","))]
        }
    };
    if !words_of(part).is_empty() {
        form.push(("text", words_of(part).to_owned()));
    }
    for key in ["topic_tag", "reply_control", "link_attachment"] {
        if let Some(value) = part.body.get(key).and_then(Value::as_str) {
            form.push((key, value.to_owned()));
        }
    }
    Ok(form)
}

/// `POST /USER/threads`: nobody sees what it makes, and it can be made again.
async fn contain(api: &Api, form: &[(&str, String)], attempt: &Attempt) -> Result<String, SendError> {
    let asked = Asked::Container { reply: attempt.part > 0 };
    let answer = api.post(&format!("{}/threads", api.user), form, asked).await?;
    let told = object(&answer);
    if let Some(id) = told.as_ref().and_then(|told| api.id(&told["id"])) {
        return Ok(id);
    }
    let Some(told) = told else {
        let error = api.judge(&answer, asked);
        return Err(if is_about_who(&answer) { error.mendable() } else { error });
    };
    let what = match odd_name(told.get("id"), |text| api.clean(text)) {
        Some(odd) => {
            format!("Threads answered {} with the id {odd}, which is no name that it gives", answer.status)
        }
        None => format!("Threads answered {} and did not say what it has made", answer.status),
    };
    Err(odd_upload(what, attempt.number))
}

/// `GET /CONTAINER?fields=status,error_message`. The error: nobody answered who could be
/// asked again, or the token is no good.
pub(super) async fn status(api: &Api, id: &str) -> Result<Status, SendError> {
    let answer = api.get(id, &[("fields", "status,error_message")], Asked::Reading).await?;
    let Some(told) = object(&answer) else { return untold(api, &answer) };
    let text = |key: &str| api.clean(told.get(key).and_then(Value::as_str).unwrap_or(""));
    // Only of the one that was asked for.
    if told.get("id").is_some() && api.id(&told["id"]).as_deref() != Some(id) {
        return Ok(Status::Untold("Threads answered with another one".to_owned()));
    }
    Ok(match text("status").as_str() {
        "IN_PROGRESS" => Status::InProgress,
        "FINISHED" => Status::Finished,
        "PUBLISHED" => Status::Published,
        "EXPIRED" => Status::Dead("it was not published within 24 hours".to_owned()),
        "ERROR" => Status::Dead(match text("error_message") {
            why if why.is_empty() => "no reason given".to_owned(),
            why => why.chars().take(LONGEST_REASON).collect(),
        }),
        _ => Status::Untold("Threads does not tell its status".to_owned()),
    })
}

/// More of what Threads says of a container is not kept, in characters.
const LONGEST_REASON: usize = 300;

fn untold(api: &Api, answer: &Answer) -> Result<Status, SendError> {
    let fault = Fault::of(answer, &|text| api.clean(text));
    match api.judge(answer, Asked::Reading) {
        SendError::Refused { says } if is_gone_or_foreign(answer) => Ok(Status::Forgotten(says)),
        SendError::Refused { says } if !is_about_who(answer) && fault.is_some() => Ok(Status::Untold(says)),
        error => Err(error),
    }
}

/// Waits until it can be published.
async fn ready(api: &Api, id: &str, part: &PayloadPart, patience: &mut Patience) -> Result<(), SendError> {
    let looking = async {
        let mut pause = FIRST_PAUSE;
        loop {
            match status(api, id).await? {
                Status::Finished | Status::Published => return Ok(()),
                Status::InProgress => {
                    crate::clock::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Status::Dead(why) => return Err(dead(part, &why)),
                Status::Forgotten(says) | Status::Untold(says) => {
                    return Err(SendError::NotYet { says, wait: None });
                }
            }
        }
    };
    patience.bear(looking, "Threads", if part.media.is_empty() { "the post" } else { "the images" }).await
}

/// Threads could not make of it what was to be published. With images it is mostly about
/// where they lie, and somebody can mend that.
fn dead(part: &PayloadPart, why: &str) -> SendError {
    match part.media.first() {
        Some(picture) => SendError::Mendable {
            says: format!(
                "Threads could not take the images (`{}`): {why}; let its crawler fetch them (robots.txt, a firewall), \
                 and look whether they are JPEG or PNG",
                picture.path
            ),
        },
        None => SendError::NotYet { says: format!("Threads could not make the post: {why}"), wait: None },
    }
}
