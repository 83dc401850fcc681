//! Mastodon, by docs.joinmastodon.org at 2903485d (2026-07-02): methods/statuses,
//! media, accounts, instance, api/rate-limits, api/oauth-scopes; and a server that
//! speaks its API and knows no idempotency keys, as snac and Pixelfed are.

mod account;
mod media;
mod requests;
mod shown;

pub(super) use account::NETWORK;

use super::reply::{Checked, Reply, no};
use super::request::{Asked, Sent};
use super::timeline::{Ids, LiveMedia, LivePost};
use super::{Service, Settings};
use crate::text::{Rules, count_below, network};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// A key is kept for so long (methods/statuses: one hour).
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// A window of the limit of posts (unverified: seen in the server's limiter).
const WINDOW: i64 = 3 * 3600;

/// The network.
pub(super) struct Mastodon {
    settings: Settings,
    ids: Ids,
    posts: Vec<Status>,
    /// Ids of other people's.
    strangers: Vec<String>,
    uploads: Vec<media::Upload>,
    /// The post that was made under a key, and when. What it says is no part of it.
    keys: BTreeMap<String, (String, Timestamp)>,
    /// The current window, and how many posts were made in it.
    window: (i64, u32),
    expired: bool,
    shorten: Option<usize>,
}

/// A post with what else is known of it.
#[derive(Debug)]
struct Status {
    live: LivePost,
    spoiler: String,
    visibility: String,
    language: Option<String>,
    sensitive: bool,
    edited: Option<Timestamp>,
}

fn error(status: u16, says: &str) -> Reply {
    Reply::json(status, json!({ "error": says }))
}

fn invalid(says: &str) -> Reply {
    error(422, says)
}

impl Mastodon {
    fn new(settings: Settings) -> Mastodon {
        Mastodon {
            ids: Ids::after(settings.ids_after),
            settings,
            posts: Vec::new(),
            strangers: Vec::new(),
            uploads: Vec::new(),
            keys: BTreeMap::new(),
            window: (0, 0),
            expired: false,
            shorten: None,
        }
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        let segments = asked.segments();
        let (method, route) = asked.route(&segments);
        if (method, route.as_slice()) == ("GET", ["api", "v2", "instance"].as_slice()) {
            return Ok(Reply::json(200, self.instance()));
        }
        self.who(asked)?;
        match (method, route.as_slice()) {
            ("GET", ["api", "v1", "accounts", "verify_credentials"]) => {
                self.needs("read:accounts")?;
                let me = &self.settings;
                let url = format!("{}/@{}", me.home, me.handle);
                let source = json!({ "privacy": "public", "sensitive": false, "language": "en" });
                Ok(Reply::json(
                    200,
                    json!({ "id": me.id, "username": me.handle, "acct": me.handle, "display_name": me.name,
                        "url": url, "source": source }),
                ))
            }
            ("GET", ["api", "v1", "accounts", id, "statuses"]) => {
                self.needs("read:statuses")?;
                self.list(asked, id)
            }
            ("POST", ["api", "v2", "media"]) => {
                self.needs("write:media")?;
                self.upload(asked)
            }
            ("GET", ["api", "v1", "media", id]) => {
                self.needs("write:media")?;
                self.look_at(asked, id)
            }
            ("POST", ["api", "v1", "statuses"]) => {
                self.needs("write:statuses")?;
                self.create(asked)
            }
            ("GET", ["api", "v1", "statuses", id]) => {
                self.needs("read:statuses")?;
                let at = self.place(id)?;
                Ok(Reply::json(200, shown::status(&self.posts[at], &self.settings)))
            }
            ("GET", ["api", "v1", "statuses", id, "source"]) => {
                self.needs("read:statuses")?;
                let post = &self.posts[self.place(id)?];
                let source =
                    json!({ "id": post.live.id, "text": post.live.text, "spoiler_text": post.spoiler });
                Ok(Reply::json(200, source))
            }
            ("PUT", ["api", "v1", "statuses", id]) => {
                self.needs("write:statuses")?;
                self.edit(asked, id)
            }
            ("DELETE", ["api", "v1", "statuses", id]) => {
                self.needs("write:statuses")?;
                let at = self.place(id)?;
                let mut told = shown::status(&self.posts[at], &self.settings);
                told["text"] = json!(self.posts[at].live.text);
                self.posts[at].live.deleted = true;
                Ok(Reply::json(200, told))
            }
            _ => no(error(404, "Not found")),
        }
    }

    fn who(&self, asked: &Asked) -> Checked<()> {
        let says = match asked.bearer() {
            None => "The access token is invalid",
            Some(token) if token == self.settings.revoked => "The access token was revoked",
            // The application's own: it has no account.
            Some(token) if token == self.settings.wrong_kind => {
                return no(invalid("This method requires an authenticated user"));
            }
            Some(token) if token != self.settings.token => "The access token is invalid",
            Some(_) if self.expired => "The access token expired",
            Some(_) => return Ok(()),
        };
        no(error(401, says))
    }

    fn needs(&self, scope: &str) -> Checked<()> {
        if self.settings.may(scope) {
            return Ok(());
        }
        no(error(403, "This action is outside the authorized scopes"))
    }

    fn limit(&self) -> usize {
        self.settings.longest.unwrap_or(500)
    }

    fn instance(&self) -> Value {
        json!({
            "domain": "mastodon.example", "title": "Mastodon", "version": "4.5.1",
            "configuration": {
                "statuses": { "max_characters": self.limit(), "max_media_attachments": 4,
                    "characters_reserved_per_url": 23 },
                "media_attachments": { "image_size_limit": 16_777_216, "image_matrix_limit": 33_177_600,
                    "description_limit": 1500 },
            },
        })
    }

    fn place(&self, id: &str) -> Checked<usize> {
        match self.posts.iter().position(|post| post.live.id == id && !post.live.deleted) {
            Some(at) => Ok(at),
            None => no(error(404, "Record not found")),
        }
    }

    /// The words of a post, and of the warning above them, as they are kept.
    fn words(&self, body: &Value, images: usize) -> Checked<(String, String)> {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let (text, spoiler) = (text("status"), text("spoiler_text"));
        if text.is_empty() && images == 0 {
            return no(invalid("Validation failed: Text can't be blank"));
        }
        let rules = Rules { limit: Some(self.limit()), ..network::MASTODON };
        if !count_below(&spoiler, &text, &rules, 0).fits() {
            let limit = self.limit();
            return no(invalid(&format!("Validation failed: Text character limit of {limit} exceeded")));
        }
        Ok((text, spoiler))
    }

    fn create(&mut self, asked: &Asked) -> Checked<Reply> {
        let Sent::Json(body) = &asked.sent else { return no(error(400, "The request's body must be JSON")) };
        let key = asked.header("idempotency-key").filter(|_| self.settings.heeds_keys).map(str::to_owned);
        // A key is the account's, and is not bound to what is said.
        let kept = key.as_ref().and_then(|key| self.keys.get(key));
        if let Some((id, _)) = kept.filter(|(_, at)| asked.at.duration_since(*at) < KEPT) {
            let at = self.place(id)?;
            return Ok(Reply::json(200, shown::status(&self.posts[at], &self.settings)));
        }
        let window = asked.at.as_second() / WINDOW;
        if self.window.0 != window {
            self.window = (window, 0);
        }
        if self.window.1 >= self.settings.posts_in_window {
            let reset = Timestamp::from_second((window + 1) * WINDOW).unwrap_or(asked.at);
            return no(limited(reset));
        }
        let uploads = self.media_of(body, asked.at)?;
        let (text, spoiler) = self.words(body, uploads.len())?;
        let visibility = body.get("visibility").and_then(Value::as_str).unwrap_or("public").to_owned();
        if !["public", "unlisted", "private", "direct"].contains(&visibility.as_str()) {
            return no(invalid("Validation failed: Visibility is not included in the list"));
        }
        let reply_to = self.reply_of(body)?;
        let media = uploads.iter().map(|at| {
            let upload = &self.uploads[*at];
            super::image::live(&upload.id, &upload.bytes, &upload.alt)
        });
        let media = media.collect();
        for at in uploads {
            self.uploads[at].used = true;
        }
        let text = match self.shorten.take() {
            Some(characters) => text.chars().take(characters).collect(),
            None => text,
        };
        self.window.1 += 1;
        let post = self.post(asked.at, text, media, reply_to);
        post.spoiler = spoiler;
        post.visibility = visibility;
        post.language = body.get("language").and_then(Value::as_str).map(str::to_owned);
        post.sensitive = body.get("sensitive").and_then(Value::as_bool).unwrap_or(false);
        let id = post.live.id.clone();
        if let Some(key) = key {
            self.keys.insert(key, (id.clone(), asked.at));
        }
        let at = self.place(&id)?;
        Ok(Reply::json(200, shown::status(&self.posts[at], &self.settings)))
    }

    fn reply_of(&self, body: &Value) -> Checked<Option<String>> {
        let Some(id) = body.get("in_reply_to_id").filter(|id| !id.is_null()) else { return Ok(None) };
        let id = id.as_str().unwrap_or_default().to_owned();
        if self.place(&id).is_err() && !self.strangers.contains(&id) {
            return no(error(404, "The post you are trying to reply to does not appear to exist."));
        }
        Ok(Some(id))
    }

    /// Images that are not named again are taken off (methods/statuses, edit).
    fn edit(&mut self, asked: &Asked, id: &str) -> Checked<Reply> {
        let Sent::Json(body) = &asked.sent else { return no(error(400, "The request's body must be JSON")) };
        let at = self.place(id)?;
        let named: Vec<&str> = body
            .get("media_ids")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let kept = |media: &&LiveMedia| named.contains(&media.id.as_str());
        let media: Vec<LiveMedia> = self.posts[at].live.media.iter().filter(kept).cloned().collect();
        if media.len() != named.len() {
            return no(invalid("Media not found or already attached to another post"));
        }
        let (text, spoiler) = self.words(body, media.len())?;
        let post = &mut self.posts[at];
        (post.live.text, post.live.media, post.spoiler, post.edited) = (text, media, spoiler, Some(asked.at));
        if let Some(language) = body.get("language").and_then(Value::as_str) {
            post.language = Some(language.to_owned());
        }
        Ok(Reply::json(200, shown::status(&self.posts[at], &self.settings)))
    }

    /// Newest first, in pages (methods/accounts; guidelines, pagination).
    fn list(&self, asked: &Asked, id: &str) -> Checked<Reply> {
        if id != self.settings.id {
            return no(error(404, "Record not found"));
        }
        let number = |name: &str| asked.query(name).and_then(|id| id.parse::<u64>().ok());
        let size = asked.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(20_usize).min(40);
        let of_id = |post: &Status| post.live.id.parse::<u64>().unwrap_or(0);
        let wanted = |post: &&Status| {
            !post.live.deleted
                && self.settings.lists(post.live.at, asked.at)
                && number("max_id").is_none_or(|max| of_id(post) < max)
                && number("since_id").is_none_or(|since| of_id(post) > since)
                && !(asked.query("exclude_replies") == Some("true") && post.live.reply_to.is_some())
        };
        let found: Vec<&Status> = self.posts.iter().rev().filter(wanted).take(size).collect();
        let shown: Vec<Value> = found.iter().map(|post| shown::status(post, &self.settings)).collect();
        let reply = Reply::json(200, Value::Array(shown));
        let Some(last) = found.last().filter(|_| found.len() == size) else { return Ok(reply) };
        let next = format!(
            "<{}/api/v1/accounts/{id}/statuses?max_id={}>; rel=\"next\"",
            self.settings.home, last.live.id
        );
        Ok(reply.with("link", next))
    }

    fn post(
        &mut self,
        at: Timestamp,
        text: String,
        media: Vec<LiveMedia>,
        reply_to: Option<String>,
    ) -> &mut Status {
        let id = self.ids.next(at).to_string();
        let url = format!("{}/@{}/{id}", self.settings.home, self.settings.handle);
        let author = self.settings.id.clone();
        let live = LivePost {
            warning: None,
            id,
            url,
            author,
            text,
            media,
            link: None,
            reply_to,
            comments: Vec::new(),
            at,
            deleted: false,
        };
        self.posts.push(Status {
            live,
            spoiler: String::new(),
            visibility: "public".to_owned(),
            language: None,
            sensitive: false,
            edited: None,
        });
        let last = self.posts.len() - 1;
        &mut self.posts[last]
    }
}

/// "Too many" until then. The moment is written in ISO 8601 (api/rate-limits).
fn limited(reset: Timestamp) -> Reply {
    error(429, "Too many requests")
        .with("x-ratelimit-limit", "300")
        .with("x-ratelimit-remaining", "0")
        .with("x-ratelimit-reset", format!("{reset:.6}"))
}

impl Service for Mastodon {
    fn answer(&mut self, asked: &Asked) -> Reply {
        self.handle(asked).unwrap_or_else(|reply| *reply)
    }

    fn publishes(&self, asked: &Asked) -> bool {
        asked.method == "POST" && asked.path == "/api/v1/statuses"
    }

    fn too_many(&self, wait: Duration) -> Reply {
        let wait = SignedDuration::try_from(wait).unwrap_or_default();
        limited(self.settings.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX))
    }

    fn failed(&self) -> Reply {
        error(503, "Remote data could not be fetched")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        if let Some(body) = reply.body.as_mut().and_then(Value::as_object_mut) {
            body.retain(|key, _| !["id", "url", "uri"].contains(&key.as_str()));
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

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        self.posts.last_mut().map(|post| &mut post.live.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        self.post(at, text.to_owned(), Vec::new(), None).live.id.clone()
    }

    fn by_stranger(&mut self) -> String {
        let id = self.ids.next(self.settings.clock.now()).to_string();
        self.strangers.push(id.clone());
        id
    }

    fn timeline(&self) -> Vec<LivePost> {
        let live = |post: &Status| {
            let warning = Some(post.spoiler.clone()).filter(|spoiler| !spoiler.is_empty());
            LivePost { warning, ..post.live.clone() }
        };
        self.posts.iter().map(live).collect()
    }
}
