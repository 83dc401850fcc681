//! A site that speaks Micropub, by the W3C's Recommendation (2017-05-23) and the
//! extensions of indieweb.org (a list by `q=source`, 2026). Where it leaves a server
//! free the stricter reading is taken: what is unknown is left out, a post that is gone
//! is `invalid_request`.

mod account;
mod entry;
mod requests;

pub(super) use account::NETWORK;

use super::image;
use super::reply::{Checked, Reply, no};
use super::request::{Asked, Sent};
use super::timeline::{Ids, LiveMedia, LivePost};
use super::{Service, Settings};
use entry::Standing;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// A file that was brought.
struct File {
    url: String,
    bytes: Vec<u8>,
}

/// The site.
pub(super) struct Site {
    settings: Settings,
    ids: Ids,
    posts: Vec<Standing>,
    files: Vec<File>,
    expired: bool,
    shorten: Option<usize>,
    /// As whoever asked last knows this server.
    origin: String,
}

fn error(status: u16, code: &str, says: &str) -> Reply {
    Reply::json(status, json!({ "error": code, "error_description": says }))
}

fn invalid(says: &str) -> Reply {
    error(400, "invalid_request", says)
}

impl Site {
    fn new(settings: Settings) -> Site {
        Site {
            ids: Ids::after(settings.ids_after),
            settings,
            posts: Vec::new(),
            files: Vec::new(),
            expired: false,
            shorten: None,
            origin: String::new(),
        }
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        if self.origin.is_empty() {
            self.origin = asked.origin();
        }
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/") => {
                let link = format!("<{}/micropub>; rel=\"micropub\"", self.origin);
                Ok(Reply::bare(200).with("content-type", "text/html; charset=utf-8").with("link", link))
            }
            ("GET", "/micropub") => {
                self.known(asked)?;
                self.query(asked)
            }
            ("POST", "/micropub") => {
                self.known(asked)?;
                let Some(body) = asked.json().filter(|body| body.is_object()) else {
                    return no(invalid("The body is no JSON."));
                };
                match body.get("action").and_then(Value::as_str) {
                    None => self.create(body, asked),
                    Some("update") => self.update(body),
                    Some("delete") => self.delete(body),
                    Some(_) => no(invalid("This server does not know the action.")),
                }
            }
            ("POST", "/media") => {
                self.known(asked)?;
                self.take_file(asked)
            }
            ("GET", path) => {
                let url = format!("{}{path}", self.origin);
                match self.posts.iter().find(|post| post.url == url) {
                    Some(post) if post.deleted => Ok(Reply::bare(410)),
                    Some(_) => Ok(Reply::bare(200).with("content-type", "text/html; charset=utf-8")),
                    None => Ok(Reply::bare(404)),
                }
            }
            _ => Ok(Reply::bare(404)),
        }
    }

    fn known(&self, asked: &Asked) -> Checked<()> {
        match asked.bearer() {
            Some(token) if token == self.settings.token && !self.expired => Ok(()),
            _ => no(error(401, "unauthorized", "The access token is missing, or is not known.")),
        }
    }

    /// By the Recommendation 401, by RFC 6750 403 (3.8; some send the one, some the other).
    fn needs(&self, scope: &str) -> Checked<()> {
        match self.settings.may(scope) {
            true => Ok(()),
            false => {
                let mut reply = error(403, "insufficient_scope", "The token may not do that.");
                if let Some(body) = reply.body.as_mut() {
                    body["scope"] = json!(scope);
                }
                no(reply)
            }
        }
    }

    fn query(&self, asked: &Asked) -> Checked<Reply> {
        match (asked.query("q"), asked.query("url")) {
            (Some("config"), _) => {
                let media = format!("{}/media", self.origin);
                Ok(Reply::json(200, json!({ "media-endpoint": media, "syndicate-to": [] })))
            }
            (Some("source"), Some(url)) => {
                match self.posts.iter().find(|post| post.url == url && !post.deleted) {
                    Some(post) => Ok(Reply::json(200, post.told(false, self.settings.tells_alts))),
                    None => no(invalid("There is no such post.")),
                }
            }
            (Some("source"), None) => Ok(self.list(asked)),
            _ => no(invalid("This server does not know the question.")),
        }
    }

    /// The newest first.
    fn list(&self, asked: &Asked) -> Reply {
        let number = |name: &str| asked.query(name).and_then(|number| number.parse::<usize>().ok());
        let (limit, offset) = (number("limit").unwrap_or(20).min(100), number("offset").unwrap_or(0));
        let seen = self
            .posts
            .iter()
            .rev()
            .filter(|post| !post.deleted && !post.strange && self.settings.lists(post.at, asked.at));
        let items: Vec<Value> =
            seen.skip(offset).take(limit).map(|post| post.told(true, self.settings.tells_alts)).collect();
        Reply::json(200, json!({ "items": items }))
    }

    fn create(&mut self, body: &Value, asked: &Asked) -> Checked<Reply> {
        self.needs("create")?;
        if body["type"] != json!(["h-entry"]) {
            return no(invalid("`type` is not [\"h-entry\"]."));
        }
        let Some(properties) = body["properties"].as_object() else {
            return no(invalid("There are no properties."));
        };
        if properties.values().any(|values| !values.is_array()) {
            return no(invalid("A property is no list."));
        }
        let id = self.ids.next(asked.at);
        let slug = properties.get("mp-slug").and_then(|slug| slug[0].as_str()).unwrap_or_default();
        let taken = |slug: &str| self.posts.iter().any(|post| post.url == format!("{}/{slug}", self.origin));
        let slug = match slug {
            "" => id.to_string(),
            slug if taken(slug) => format!("{slug}-{id}"),
            slug => slug.to_owned(),
        };
        let mut post = Standing::new(format!("{}/{slug}", self.origin), asked.at);
        // Whatever begins with `mp-` tells the server something, and is no part of the post.
        post.properties = properties.clone();
        post.properties.retain(|key, _| !key.starts_with("mp-"));
        if let Some(characters) = self.shorten.take() {
            post.shorten(characters);
        }
        post.media = Some(self.images_of(&post));
        let url = post.url.clone();
        self.posts.push(post);
        Ok(Reply::bare(201).with("location", url))
    }

    fn place(&self, body: &Value) -> Checked<usize> {
        let url = body["url"].as_str().unwrap_or_default();
        let found = self.posts.iter().position(|post| post.url == url && !post.deleted && !post.strange);
        found.map_or_else(|| no(invalid("There is no such post.")), Ok)
    }

    fn update(&mut self, body: &Value) -> Checked<Reply> {
        self.needs("update")?;
        let at = self.place(body)?;
        let lists = |key: &str| body.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let (replace, add) = (lists("replace"), lists("add"));
        if replace.values().chain(add.values()).any(|values| !values.is_array()) {
            return no(invalid("A property is no list."));
        }
        let mut post = self.posts[at].clone();
        post.properties.extend(replace);
        for key in body["delete"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            post.properties.remove(key);
        }
        post.media = Some(self.images_of(&post));
        self.posts[at] = post;
        Ok(Reply::bare(204))
    }

    fn delete(&mut self, body: &Value) -> Checked<Reply> {
        self.needs("delete")?;
        let at = self.place(body)?;
        self.posts[at].deleted = true;
        Ok(Reply::bare(204))
    }

    fn take_file(&mut self, asked: &Asked) -> Checked<Reply> {
        self.needs("media")?;
        let Sent::Parts(parts) = &asked.sent else { return no(invalid("The body is no form.")) };
        let file = parts.iter().find(|part| part.name == "file" && part.file.is_some());
        let Some(file) = file.filter(|file| image::mime(&file.bytes).is_some()) else {
            return no(invalid("There is no `file`, or it is no image."));
        };
        let url = format!("{}/media/{}", self.origin, self.files.len() + 1);
        self.files.push(File { url: url.clone(), bytes: file.bytes.clone() });
        Ok(Reply::bare(201).with("location", url))
    }

    /// Those in the text, then the photos, as far as they lie here.
    fn images_of(&self, post: &Standing) -> Vec<LiveMedia> {
        let live = |(url, alt): (String, String)| {
            let file = self.files.iter().find(|file| file.url == url)?;
            Some(image::live(&file.url, &file.bytes, &alt))
        };
        post.pictures().into_iter().filter_map(live).collect()
    }

    fn stand(&mut self, text: &str, strange: bool, at: Timestamp) -> String {
        let id = self.ids.next(at);
        let mut post = Standing::new(format!("{}/{id}", self.origin), at);
        post.properties.insert("content".to_owned(), json!([text]));
        post.properties.insert("published".to_owned(), json!([at.to_string()]));
        post.media = Some(Vec::new());
        post.strange = strange;
        let url = post.url.clone();
        self.posts.push(post);
        url
    }
}

impl Service for Site {
    fn answer(&mut self, asked: &Asked) -> Reply {
        self.handle(asked).unwrap_or_else(|refusal| *refusal)
    }

    fn publishes(&self, asked: &Asked) -> bool {
        asked.method == "POST"
            && asked.path == "/micropub"
            && asked.json().is_some_and(|body| body.get("action").is_none())
    }

    fn too_many(&self, wait: Duration) -> Reply {
        error(429, "too_many_requests", "Too many requests.").with("retry-after", wait.as_secs().to_string())
    }

    fn failed(&self) -> Reply {
        error(500, "server_error", "Something went wrong.")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        reply.headers.retain(|(name, _)| *name != "location");
        reply
    }

    fn renamed(&self, reply: Reply, id: &str) -> Reply {
        self.nameless(reply).with("location", id)
    }

    fn expire(&mut self) {
        self.expired = true;
    }

    fn grant(&mut self, scope: &str) {
        self.settings.scopes.push(scope.to_owned());
    }

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        self.posts.iter_mut().max_by_key(|post| post.at)?.media.as_mut()
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        self.stand(text, false, at)
    }

    fn by_stranger(&mut self) -> String {
        let now = self.settings.clock.now();
        self.stand("A stranger's post", true, now)
    }

    fn timeline(&self) -> Vec<LivePost> {
        let mut seen: Vec<&Standing> = self.posts.iter().filter(|post| !post.strange).collect();
        seen.sort_by_key(|post| post.at);
        seen.into_iter().map(|post| post.live(&self.settings.handle)).collect()
    }
}
