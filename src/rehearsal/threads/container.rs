//! Containers: what is going to be published. Nobody sees them, and they are of no use
//! after a day (posts; troubleshooting; 2026-04-14).

use super::Threads;
use crate::rehearsal::facebook::parameters::Parameters;
use crate::rehearsal::facebook::refusal::{error, invalid};
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::LiveMedia;
use crate::text::{Dialect, EntityKind, count, entities, network};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;

/// A container that is not published by then is of no use.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Who may answer.
const REPLY_CONTROLS: &[&str] =
    &["everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"];
/// What a container may be made of, as far as it is rehearsed.
const KNOWN: &[&str] = &[
    "media_type",
    "text",
    "image_url",
    "alt_text",
    "reply_to_id",
    "reply_control",
    "link_attachment",
    "topic_tag",
    "is_carousel_item",
    "children",
    "access_token",
];

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub id: String,
    pub text: String,
    pub media: Vec<LiveMedia>,
    pub link: Option<String>,
    pub reply_to: Option<String>,
    /// A part of a carousel, and nothing by itself.
    pub item: bool,
    pub published: bool,
    failed: Option<&'static str>,
    at: Timestamp,
}

/// How it stands with one, in the API's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Finished,
    Published,
    Error,
    Expired,
}

impl Threads {
    pub(super) fn status(&self, container: &Container, now: Timestamp) -> Status {
        let age = now.duration_since(container.at);
        if container.published {
            Status::Published
        } else if container.failed.is_some() {
            Status::Error
        } else if age >= LIFE {
            Status::Expired
        } else if !container.media.is_empty() && age.unsigned_abs() < self.settings.processing {
            Status::InProgress
        } else {
            Status::Finished
        }
    }

    /// `GET /CONTAINER?fields=status,error_message`.
    pub(super) fn container(
        &self,
        container: &Container,
        parameters: &Parameters,
        now: Timestamp,
    ) -> Checked<Reply> {
        let mut object = json!({ "id": container.id });
        for field in parameters.fields() {
            match field.as_str() {
                "id" => {}
                "status" => {
                    object["status"] = json!(match self.status(container, now) {
                        Status::InProgress => "IN_PROGRESS",
                        Status::Finished => "FINISHED",
                        Status::Published => "PUBLISHED",
                        Status::Error => "ERROR",
                        Status::Expired => "EXPIRED",
                    });
                }
                "error_message" => {
                    if let Some(why) = container.failed {
                        object["error_message"] = json!(why);
                    }
                }
                odd => {
                    let says =
                        format!("Tried accessing nonexisting field ({odd}) on node type (ThreadsContainer)");
                    return no(invalid(&says));
                }
            }
        }
        Ok(Reply::json(200, object))
    }

    /// `POST /USER/threads`.
    pub(super) fn contain(&mut self, asked: &Asked, parameters: &Parameters) -> Checked<Reply> {
        if let Some(odd) = parameters.names().find(|name| !KNOWN.contains(name)) {
            return no(invalid(&format!("Param {odd} is not rehearsed here")));
        }
        let given = |name: &str| parameters.get(name).filter(|value| !value.is_empty());
        let item = given("is_carousel_item") == Some("true");
        let text = given("text").unwrap_or_default().to_owned();
        fits(&text)?;
        let (media, failed) = match given("media_type") {
            Some("TEXT") if text.trim().is_empty() => return no(invalid("Param text must not be empty")),
            Some("TEXT") if given("alt_text").is_some() || item => {
                return no(invalid("Param alt_text is for images and videos"));
            }
            Some("TEXT") => (Vec::new(), None),
            Some("IMAGE") => self.image(asked, parameters, item)?,
            Some("CAROUSEL") => (self.carousel(asked, parameters)?, None),
            _ => return no(invalid("Param media_type must be one of {TEXT, IMAGE, VIDEO, CAROUSEL}")),
        };
        if item && (!text.is_empty() || given("reply_to_id").is_some()) {
            return no(invalid("An item of a carousel has neither words nor a place of its own"));
        }
        let link = given("link_attachment").map(str::to_owned);
        if link.is_some() && given("media_type") != Some("TEXT") {
            return no(invalid("Param link_attachment is for posts of text alone"));
        }
        if given("reply_control").is_some_and(|who| !REPLY_CONTROLS.contains(&who)) {
            return no(invalid("Param reply_control must be one of the documented values"));
        }
        if given("topic_tag").is_some_and(|tag| tag.chars().count() > 50 || tag.contains(['.', '&'])) {
            return no(invalid("Param topic_tag must be 1 to 50 characters without . and &"));
        }
        let reply_to = given("reply_to_id").map(str::to_owned);
        if let Some(above) = &reply_to {
            self.needs("threads_manage_replies")?;
            self.live(above)?;
        }
        let id = self.ids.next(asked.at).to_string();
        let at = asked.at;
        let container =
            Container { id: id.clone(), text, media, link, reply_to, item, published: false, failed, at };
        self.containers.push(container);
        Ok(Reply::json(200, json!({ "id": id })))
    }

    /// An image is fetched where it is: this network only from its own `/media/`, where
    /// each lies under its digest. That what cannot be fetched is told by the container,
    /// and not by the answer that makes it, is unverified.
    fn image(
        &mut self,
        asked: &Asked,
        parameters: &Parameters,
        item: bool,
    ) -> Checked<(Vec<LiveMedia>, Option<&'static str>)> {
        let Some(address) = parameters.get("image_url").filter(|address| !address.is_empty()) else {
            return no(invalid("Param image_url is required"));
        };
        let alt = parameters.get("alt_text").unwrap_or_default();
        if alt.chars().count() > 1000 {
            return no(invalid("Param alt_text must be at most 1000 characters long."));
        }
        let _ = item;
        let file =
            address.strip_prefix(&format!("{}/media/", asked.origin())).and_then(|file| file.split_once('.'));
        let mime = file.and_then(|(_, ending)| match ending {
            "jpg" | "jpeg" => Some("image/jpeg"),
            "png" => Some("image/png"),
            _ => None,
        });
        let (Some((digest, _)), Some(mime)) = (file, mime) else {
            return Ok((vec![unknown()], Some("FAILED_DOWNLOADING_IMAGE")));
        };
        let id = self.ids.next(asked.at).to_string();
        Ok((
            vec![LiveMedia { id, alt: alt.to_owned(), sha256: digest.to_owned(), mime: mime.to_owned() }],
            None,
        ))
    }

    fn carousel(&self, asked: &Asked, parameters: &Parameters) -> Checked<Vec<LiveMedia>> {
        let ids: Vec<&str> = parameters.get("children").unwrap_or_default().split(',').collect();
        if !(2..=20).contains(&ids.len()) {
            return no(invalid("Param children must have 2 to 20 items"));
        }
        let mut media = Vec::new();
        for id in ids {
            match self.containers.iter().find(|container| container.id == id && container.item) {
                Some(item) if self.status(item, asked.at) == Status::Finished => {
                    media.extend(item.media.clone())
                }
                Some(_) => return no(invalid("Param children names an item that is not ready")),
                None => return no(invalid("Param children names no item of a carousel")),
            }
        }
        Ok(media)
    }
}

fn unknown() -> LiveMedia {
    LiveMedia { id: String::new(), alt: String::new(), sha256: String::new(), mime: String::new() }
}

/// 500, counted as the API counts; five different links.
fn fits(text: &str) -> Checked<()> {
    if !count(text, &network::THREADS, 0).fits() {
        return no(error(400, 100, "(#100) Param text must be at most 500 characters long."));
    }
    let links = entities(text, Dialect::Plain).into_iter().filter(|entity| entity.kind == EntityKind::Link);
    if links.map(|entity| &text[entity.range]).collect::<BTreeSet<_>>().len() > 5 {
        return no(error(400, 100, "THREADS_API__LINK_LIMIT_EXCEEDED"));
    }
    Ok(())
}
