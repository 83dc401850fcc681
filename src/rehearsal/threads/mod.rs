//! Threads, by the Threads API's pages: posts (2026-04-14), delete posts, retrieve posts
//! and replies, rate limits, error codes. Publishing has two steps: a container, which
//! nobody sees, and its publishing.
//!
//! It is the host of images as well, where Threads would fetch them: below `/media/`
//! each lies under its digest, and all of them are there.

mod account;
mod container;
mod requests;
mod shown;

pub(super) use account::NETWORK;

use super::facebook::parameters::Parameters;
use super::facebook::refusal::{bad_token, detailed, error, invalid, no_object};
use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{Ids, LiveLink, LiveMedia, LivePost};
use super::{Service, Settings};
use crate::text::{Dialect, EntityKind, entities};
use container::{Container, Status};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

/// A window of the limits.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// Replies in a window.
const REPLIES: usize = 1000;

/// The network.
pub(super) struct Threads {
    settings: Settings,
    ids: Ids,
    posts: Vec<LivePost>,
    containers: Vec<Container>,
    expired: bool,
    shorten: Option<usize>,
}

impl Threads {
    fn new(settings: Settings) -> Threads {
        Threads {
            ids: Ids::after(settings.ids_after),
            settings,
            posts: Vec::new(),
            containers: Vec::new(),
            expired: false,
            shorten: None,
        }
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        let segments = asked.segments();
        let (method, route) = asked.route(&segments);
        if let ("GET" | "HEAD", ["media", file]) = (method, route.as_slice()) {
            let kind = if file.ends_with(".png") { "image/png" } else { "image/jpeg" };
            return Ok(Reply::bare(200).with("content-type", kind));
        }
        let unknown = || no(error(400, 2500, &format!("Unknown path components: {}", asked.path)));
        let Some((version, rest)) = route.split_first() else { return unknown() };
        if !self.settings.versions.iter().any(|alive| alive == version) {
            return unknown();
        }
        let parameters = Parameters::of(asked)?;
        self.who(asked, &parameters)?;
        self.needs("threads_basic")?;
        let own = |id: &str| id == "me" || id == self.settings.id;
        match (method, rest) {
            ("GET", [id]) if own(id) => Ok(self.identity()),
            ("GET", [id, "threads"]) if own(id) => self.list(&parameters, asked, false),
            ("GET", [id, "replies"]) if own(id) => {
                self.needs("threads_read_replies")?;
                self.list(&parameters, asked, true)
            }
            ("POST", [id, "threads"]) if own(id) => {
                self.needs("threads_content_publish")?;
                self.contain(asked, &parameters)
            }
            ("POST", [id, "threads_publish"]) if own(id) => {
                self.needs("threads_content_publish")?;
                self.publish(asked, &parameters)
            }
            ("GET", [id]) => match self.containers.iter().find(|container| container.id == *id) {
                Some(container) => self.container(container, &parameters, asked.at),
                None => {
                    let post = self.live(id)?.clone();
                    Ok(Reply::json(200, self.shown(&post, &parameters)?))
                }
            },
            ("DELETE", [id]) => {
                self.needs("threads_delete")?;
                self.live(id)?.deleted = true;
                Ok(Reply::json(200, json!({ "success": true, "deleted_id": id })))
            }
            _ => unknown(),
        }
    }

    fn who(&self, asked: &Asked, parameters: &Parameters) -> Checked<()> {
        let Some(token) = asked.bearer().or(parameters.get("access_token")).filter(|token| !token.is_empty())
        else {
            return no(error(400, 104, "An access token is required to request this resource."));
        };
        if token != self.settings.token {
            let (subcode, says) = match token == self.settings.revoked {
                true => (458, "Error validating access token: The user has not authorized application."),
                false => (467, "Invalid OAuth access token - Cannot parse access token"),
            };
            return no(bad_token(subcode, says));
        }
        match self.expired {
            true => no(bad_token(463, "Error validating access token: Session has expired.")),
            false => Ok(()),
        }
    }

    fn needs(&self, scope: &str) -> Checked<()> {
        if self.settings.may(scope) {
            return Ok(());
        }
        no(error(403, 10, &format!("(#10) Application does not have the permission {scope} for this action")))
    }

    fn identity(&self) -> Reply {
        let me = &self.settings;
        Reply::json(200, json!({ "id": me.id, "username": me.handle, "name": me.name }))
    }

    /// `POST /USER/threads_publish`. What is said of a container that is published
    /// already is not written: it is refused here.
    fn publish(&mut self, asked: &Asked, parameters: &Parameters) -> Checked<Reply> {
        let Some(id) = parameters.get("creation_id").filter(|id| !id.is_empty()) else {
            return no(invalid("Param creation_id is required"));
        };
        let Some(at) = self.containers.iter().position(|container| container.id == id && !container.item)
        else {
            return no(no_object(id));
        };
        let container = self.containers[at].clone();
        match self.status(&container, asked.at) {
            Status::Finished => {}
            Status::InProgress => {
                return no(detailed(
                    400,
                    24,
                    4_279_009,
                    "Media Not Found",
                    "The media with this id cannot be found.",
                ));
            }
            Status::Published => return no(invalid("The container is published already")),
            Status::Error => return no(invalid("The container has an error and cannot be published")),
            Status::Expired => return no(no_object(id)),
        }
        let is_reply = container.reply_to.is_some();
        let recent = self
            .posts
            .iter()
            .filter(|post| post.reply_to.is_some() == is_reply && asked.at.duration_since(post.at) < WINDOW);
        let most = if is_reply { REPLIES } else { self.settings.posts_in_window as usize };
        if recent.count() >= most {
            let says = "You reached the maximum number of posts that is allowed within 24 hours.";
            return no(detailed(400, 9, 2_207_042, "Application request limit reached", says));
        }
        if let Some(above) = &container.reply_to {
            self.live(above)?;
        }
        self.containers[at].published = true;
        let (text, media) = (container.text, container.media);
        let first = || {
            let links = entities(&text, Dialect::Plain).into_iter();
            links
                .filter(|entity| entity.kind == EntityKind::Link)
                .map(|entity| text[entity.range].to_owned())
                .next()
        };
        // The first link previews where there are no media.
        let url = container.link.or_else(first).filter(|_| media.is_empty());
        let link = url.map(|url| LiveLink { url, title: None, description: None, thumbnail: None });
        let post = self.post(asked.at, text, media, link, container.reply_to);
        Ok(Reply::json(200, json!({ "id": post })))
    }

    fn post(
        &mut self,
        at: Timestamp,
        text: String,
        media: Vec<LiveMedia>,
        link: Option<LiveLink>,
        reply_to: Option<String>,
    ) -> String {
        let id = self.ids.next(at);
        let text = match self.shorten.take() {
            Some(characters) => text.chars().take(characters).collect(),
            None => text,
        };
        self.posts.push(LivePost {
            warning: None,
            id: id.to_string(),
            url: format!("https://www.threads.com/@{}/post/{}", self.settings.handle, shortcode(id)),
            author: self.settings.id.clone(),
            text,
            media,
            link,
            reply_to,
            comments: Vec::new(),
            at,
            deleted: false,
        });
        id.to_string()
    }

    fn live(&mut self, id: &str) -> Checked<&mut LivePost> {
        match self.posts.iter_mut().find(|post| post.id == id && !post.deleted) {
            Some(post) => Ok(post),
            None => no(no_object(id)),
        }
    }
}

/// A post's code in its address: another number than its id.
fn shortcode(id: u64) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rest = id.rotate_left(7) | 1 << 60;
    let mut code = String::new();
    while rest > 0 {
        code.insert(0, char::from(DIGITS[(rest & 63) as usize]));
        rest >>= 6;
    }
    code
}

impl Service for Threads {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let reply = self.handle(asked).unwrap_or_else(|reply| *reply);
        reply.with("x-app-usage", "{\"call_count\":1,\"total_time\":1,\"total_cputime\":1}")
    }

    fn publishes(&self, asked: &Asked) -> bool {
        asked.method == "POST" && asked.path.ends_with("/threads_publish")
    }

    /// By a code; no header names a time.
    fn too_many(&self, _wait: Duration) -> Reply {
        error(403, 4, "(#4) Application request limit reached")
            .with("x-app-usage", "{\"call_count\":100,\"total_time\":25,\"total_cputime\":25}")
    }

    fn failed(&self) -> Reply {
        let mut reply = error(500, 2, "An unexpected error has occurred. Please retry your request later.");
        if let Some(body) = &mut reply.body {
            body["error"]["is_transient"] = json!(true);
        }
        reply
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        if let Some(body) = reply.body.as_mut().and_then(Value::as_object_mut) {
            body.clear();
            body.insert("success".to_owned(), json!(true));
        }
        reply
    }

    fn renamed(&self, mut reply: Reply, id: &str) -> Reply {
        if let Some(body) = &mut reply.body {
            body["id"] = json!(id);
        }
        reply
    }

    fn expire(&mut self) {
        self.expired = true;
    }

    fn grant(&mut self, scope: &str) {
        self.settings.scopes.push(scope.to_owned());
    }

    fn forget(&mut self) {
        self.containers.clear();
    }

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        self.posts.last_mut().map(|post| &mut post.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        self.post(at, text.to_owned(), Vec::new(), None, None)
    }

    fn by_stranger(&mut self) -> String {
        self.ids.next(self.settings.clock.now()).to_string()
    }

    fn timeline(&self) -> Vec<LivePost> {
        self.posts.clone()
    }
}
