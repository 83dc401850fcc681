//! Forem's API, version 1, by developers.forem.com and by Forem's source (articles
//! controller, `Article`, `ApplicationController` of the API): drafts whose addresses
//! are not their last, titles that are not taken twice within five minutes, one article
//! for each canonical address.

mod account;
mod articles;
mod requests;
mod shown;

pub(super) use account::NETWORK;

use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{Ids, LiveMedia, LivePost};
use super::{Service, Settings};
use articles::Standing;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

const V1: &str = "application/vnd.forem.api-v1+json";

/// The community.
pub(super) struct Forem {
    settings: Settings,
    ids: Ids,
    articles: Vec<Standing>,
    expired: bool,
    shorten: Option<usize>,
    /// As whoever asked last knows this server.
    origin: String,
}

impl Forem {
    fn new(settings: Settings) -> Forem {
        Forem {
            ids: Ids::after(Some(settings.ids_after.unwrap_or(10))),
            settings,
            articles: Vec::new(),
            expired: false,
            shorten: None,
            origin: String::new(),
        }
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        if self.origin.is_empty() {
            self.origin = asked.origin();
        }
        // The edge keeps out what does not say what it is (forem/forem#15822).
        if asked.header("user-agent").is_none_or(str::is_empty) {
            return no(Reply::bare(403).with("content-type", "text/plain"));
        }
        let segments = asked.segments();
        let (method, path) = asked.route(&segments);
        let ["api", path @ ..] = path.as_slice() else { return no(error(404, "not found")) };
        if asked.header("accept") != Some(V1) {
            return no(error(406, "an older version of the API is not rehearsed"));
        }
        if self.expired || asked.header("api-key") != Some(self.settings.token.as_str()) {
            return no(error(401, "unauthorized"));
        }
        match (method, path) {
            ("GET", ["users", "me"]) => Ok(Reply::json(
                200,
                json!({ "type_of": "user", "id": 7, "username": self.settings.handle, "name": self.settings.name }),
            )),
            ("GET", ["articles", "me", "all"]) => self.list(asked),
            ("POST", ["articles"]) => self.create(asked),
            ("PUT", ["articles", id]) => self.update(asked, id),
            _ => no(error(404, "not found")),
        }
    }
}

/// Forem's shape of an error.
fn error(status: u16, says: &str) -> Reply {
    Reply::json(status, json!({ "error": says, "status": status }))
}

impl Service for Forem {
    fn answer(&mut self, asked: &Asked) -> Reply {
        self.handle(asked).unwrap_or_else(|refusal| *refusal)
    }

    /// A draft is seen by nobody, and what is published already stays so.
    fn publishes(&self, asked: &Asked) -> bool {
        let wants = asked.json().is_some_and(|body| body["article"]["published"] == true);
        let segments = asked.segments();
        match asked.route(&segments) {
            ("POST", path) => wants && path == ["api", "articles"],
            ("PUT", path) => match path.as_slice() {
                ["api", "articles", id] => {
                    wants
                        && !self
                            .articles
                            .iter()
                            .any(|article| article.id.to_string() == *id && article.is_out)
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn too_many(&self, wait: Duration) -> Reply {
        error(429, "Rate limit reached, try again later").with("retry-after", wait.as_secs().to_string())
    }

    fn failed(&self) -> Reply {
        error(500, "internal server error")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        if let Some(fields) = reply.body.as_mut().and_then(Value::as_object_mut) {
            fields.remove("id");
        }
        reply
    }

    fn renamed(&self, mut reply: Reply, id: &str) -> Reply {
        if let Some(fields) = reply.body.as_mut().and_then(Value::as_object_mut) {
            fields.insert("id".to_owned(), json!(id));
        }
        reply
    }

    fn expire(&mut self) {
        self.expired = true;
    }

    /// A key may do all that its author may.
    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        let newest =
            self.articles.iter_mut().filter(|article| article.is_out).max_by_key(|article| article.at)?;
        Some(&mut newest.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        let origin = self.origin.clone();
        self.stand(text, true, at, origin).to_string()
    }

    fn by_stranger(&mut self) -> String {
        let now = self.settings.clock.now();
        let origin = self.origin.clone();
        self.stand("A stranger's article", false, now, origin).to_string()
    }

    fn timeline(&self) -> Vec<LivePost> {
        let mut seen: Vec<&Standing> =
            self.articles.iter().filter(|article| article.own && article.was_out).collect();
        seen.sort_by_key(|article| article.at);
        seen.into_iter().map(|article| self.live(article)).collect()
    }
}
