//! Ghost's Admin API, by its documents (docs.ghost.org, Admin API, 2026-08) and by what
//! 6.65.0 does where they are silent: an address that is taken gets a number without a
//! word, an author whom nobody knows is the owner, times are whole seconds, and a
//! newsletter is set once.

mod account;
mod posts;
mod refusal;
mod requests;
mod token;

pub(super) use account::NETWORK;

use super::image;
use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{LiveMedia, LivePost};
use super::{Service, Settings};
use jiff::Timestamp;
use posts::Standing;
use refusal::error;
use serde_json::{Value, json};
use std::time::Duration;

const STRANGER: &str = "somebody";

/// The site.
pub(super) struct Ghost {
    settings: Settings,
    last: u64,
    posts: Vec<Standing>,
    /// Each picture's address without the origin, and its bytes.
    images: Vec<(String, Vec<u8>)>,
    expired: bool,
    shorten: Option<usize>,
    /// As whoever asked last knows this server.
    origin: String,
}

impl Ghost {
    fn new(settings: Settings) -> Ghost {
        Ghost {
            last: settings.ids_after.unwrap_or(10),
            settings,
            posts: Vec::new(),
            images: Vec::new(),
            expired: false,
            shorten: None,
            origin: String::new(),
        }
    }

    fn next(&mut self) -> String {
        self.last += 1;
        format!("6b03a565{:016x}", self.last)
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        if self.origin.is_empty() {
            self.origin = asked.origin();
        }
        let segments = asked.segments();
        let (method, steps) = asked.route(&segments);
        let ["ghost", "api", "admin", rest @ ..] = steps.as_slice() else { return no(Reply::bare(404)) };
        if !asked.path.ends_with('/') {
            return no(Reply::bare(301).with("location", format!("{}/", asked.path)));
        }
        token::check(asked, &self.settings, self.expired)?;
        match (method, rest) {
            ("GET", ["posts"]) => self.list(asked),
            ("POST", ["posts"]) => self.create(asked),
            ("GET", ["posts", id]) => self.read(asked, id),
            ("PUT", ["posts", id]) => self.update(asked, id),
            ("DELETE", ["posts", id]) => self.delete(id),
            ("POST", ["images", "upload"]) => self.take_image(asked),
            ("GET", ["users"]) => Ok(Reply::json(200, json!({ "users": [{ "id": "1" }] }))),
            ("GET", ["newsletters"]) => {
                let all = self.settings.versions.iter();
                let all: Vec<Value> = all.map(|slug| json!({ "slug": slug, "status": "active" })).collect();
                Ok(Reply::json(200, json!({ "newsletters": all })))
            }
            _ => {
                let says = "Request could not be served, the endpoint was not found.";
                no(error(406, "RequestNotAcceptableError", Some("UPDATE_CLIENT"), says))
            }
        }
    }

    /// A name that is there already gets a number.
    fn take_image(&mut self, asked: &Asked) -> Checked<Reply> {
        let Some(part) = asked.part("file") else {
            return no(error(422, "ValidationError", None, "Please select an image."));
        };
        let name = part.file.clone().unwrap_or_default();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
        let fits = match image::mime(&part.bytes) {
            Some("image/jpeg") => matches!(ending, "jpg" | "jpeg"),
            Some(mime) => mime.strip_prefix("image/") == Some(ending),
            None => false,
        };
        if !fits {
            return no(error(415, "UnsupportedMediaTypeError", None, "Please select a valid image."));
        }
        let numbered = (0..).map(|n| if n == 0 { stem.to_owned() } else { format!("{stem}-{n}") });
        let mut paths = numbered.map(|stem| format!("/content/images/2026/11/{stem}.{ending}"));
        let path = paths.find(|path| !self.images.iter().any(|(has, _)| has == path)).unwrap_or_default();
        let url = format!("{}{path}", self.origin);
        self.images.push((path, part.bytes.clone()));
        Ok(Reply::json(201, json!({ "images": [{ "url": url, "ref": null }] })))
    }
}

impl Service for Ghost {
    fn answer(&mut self, asked: &Asked) -> Reply {
        self.handle(asked).unwrap_or_else(|refusal| *refusal)
    }

    /// A draft is seen by nobody, and what is published already stays so.
    fn publishes(&self, asked: &Asked) -> bool {
        let segments = asked.segments();
        let wanted = asked.json().and_then(|body| body["posts"][0]["status"].as_str());
        if !matches!(asked.method.as_str(), "POST" | "PUT") || wanted != Some("published") {
            return false;
        }
        let id = segments.last().map(String::as_str).unwrap_or_default();
        !self.posts.iter().any(|post| post.id == id && post.status == "published")
    }

    fn too_many(&self, wait: Duration) -> Reply {
        let reply = error(429, "TooManyRequestsError", None, "Too many requests.");
        reply.with("retry-after", wait.as_secs().to_string())
    }

    fn failed(&self) -> Reply {
        error(500, "InternalServerError", None, "The server has encountered an error.")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        for (list, key) in [("posts", "id"), ("images", "url")] {
            let first = reply.body.as_mut().and_then(|body| body.get_mut(list)?.get_mut(0)?.as_object_mut());
            drop(first.and_then(|fields| fields.remove(key)));
        }
        reply
    }

    fn renamed(&self, mut reply: Reply, id: &str) -> Reply {
        for (list, key) in [("posts", "id"), ("images", "url")] {
            let first = reply.body.as_mut().and_then(|body| body.get_mut(list)?.get_mut(0)?.as_object_mut());
            drop(first.and_then(|fields| fields.insert(key.to_owned(), json!(id))));
        }
        reply
    }

    fn expire(&mut self) {
        self.expired = true;
    }

    /// The key of an integration may do everything.
    fn grant(&mut self, scope: &str) {
        self.settings.scopes.push(scope.to_owned());
    }

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        let out = self.posts.iter_mut().filter(|post| post.status == "published");
        out.max_by_key(|post| post.at)?.media.as_mut()
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        let author = self.settings.handle.clone();
        self.stand(text, &author, at)
    }

    fn by_stranger(&mut self) -> String {
        let now = self.settings.clock.now();
        self.stand("A stranger's post", STRANGER, now)
    }

    fn timeline(&self) -> Vec<LivePost> {
        let own = |post: &&Standing| post.author != STRANGER && post.was_public;
        let mut seen: Vec<&Standing> = self.posts.iter().filter(own).collect();
        seen.sort_by_key(|post| post.at);
        seen.into_iter().map(|post| self.live(post)).collect()
    }
}
