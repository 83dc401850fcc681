//! X, by docs.x.com: openapi.json 2.167 of 2026-08-22, rate limits and errors
//! of 2026-07-24, counting of 2026-05-20, the changelog to 2026-08-13.

mod account;
mod media;
mod refusal;
mod requests;
mod shown;
mod sign;

pub(super) use account::NETWORK;

use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{Ids, LiveMedia, LivePost};
use super::{Service, Settings};
use crate::text::{Rules, count, network};
use jiff::Timestamp;
use refusal::{forbidden, invalid, not_found, problem, problem_of};
use serde_json::{Value, json};
use sign::Who;
#[cfg(test)]
pub(super) use sign::signature_at;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

/// A window of all limits, in seconds.
const WINDOW: i64 = 900;

/// Method and segments.
type Route<'a> = (&'a str, Vec<&'a str>);

/// Keys of `POST /2/tweets` (openapi.json 2.167, `additionalProperties: false`).
const POST_KEYS: &[&str] = &[
    "text",
    "media",
    "reply",
    "quote_tweet_id",
    "poll",
    "reply_settings",
    "community_id",
    "share_with_followers",
    "edit_options",
    "made_with_ai",
    "paid_partnership",
    "nullcast",
    "geo",
    "card_uri",
    "for_super_followers_only",
    "direct_message_deep_link",
];

/// Parameters of a user's posts.
const LIST_KEYS: &[&str] = &[
    "max_results",
    "pagination_token",
    "exclude",
    "start_time",
    "end_time",
    "since_id",
    "until_id",
    "tweet.fields",
    "post.fields",
    "expansions",
    "media.fields",
    "user.fields",
];

/// The network.
pub(super) struct X {
    settings: Settings,
    ids: Ids,
    /// Own posts.
    posts: Vec<LivePost>,
    /// Ids of other people's.
    strangers: Vec<String>,
    uploads: Vec<media::Upload>,
    nonces: HashSet<(i64, String)>,
    /// Calls in the current window, by limit.
    calls: BTreeMap<&'static str, (i64, u32)>,
    expired: bool,
    shorten: Option<usize>,
}

impl X {
    fn new(settings: Settings) -> X {
        X {
            ids: Ids::after(settings.ids_after),
            settings,
            posts: Vec::new(),
            strangers: Vec::new(),
            uploads: Vec::new(),
            nonces: HashSet::new(),
            calls: BTreeMap::new(),
            expired: false,
            shorten: None,
        }
    }

    fn handle(&mut self, asked: &Asked, who: Who) -> Checked<Reply> {
        let segments = asked.segments();
        let route = asked.route(&segments);
        match (route.0, route.1.as_slice()) {
            ("GET", ["2", "users", "me"]) => {
                sign::user_only(who)?;
                self.needs(who, &["users.read", "tweet.read"])?;
                let me = &self.settings;
                let data = json!({ "id": me.id, "name": me.name, "username": me.handle });
                Ok(Reply::json(200, json!({ "data": data })))
            }
            ("GET", ["2", "users", id, "tweets"]) => {
                self.needs(who, &["users.read", "tweet.read"])?;
                self.list(asked, id)
            }
            ("GET", ["2", "tweets", id]) => {
                self.needs(who, &["users.read", "tweet.read"])?;
                Ok(match self.live(id) {
                    Some(post) => Reply::json(200, json!({ "data": self.shown(post, &fields(asked)) })),
                    None => not_found(id),
                })
            }
            ("GET", ["2", "tweets"]) => {
                self.needs(who, &["users.read", "tweet.read"])?;
                let ids = asked.query("ids").unwrap_or("");
                let posts: Vec<&LivePost> = ids.split(',').filter_map(|id| self.live(id)).collect();
                let found: Vec<Value> = posts.iter().map(|post| self.shown(post, &fields(asked))).collect();
                let mut told = json!({ "data": found });
                if let Some(media) = shown::media(&posts, asked, self.settings.tells_alts) {
                    told["includes"] = json!({ "media": media });
                }
                Ok(Reply::json(200, told))
            }
            ("POST", ["2", "tweets"]) => {
                sign::user_only(who)?;
                self.needs(who, &["tweet.write", "tweet.read", "users.read"])?;
                self.create(asked)
            }
            ("DELETE", ["2", "tweets", id]) => {
                sign::user_only(who)?;
                self.needs(who, &["tweet.write", "tweet.read", "users.read"])?;
                self.delete(id)
            }
            (_, ["2", "media", ..]) => {
                sign::user_only(who)?;
                self.needs(who, &["media.write"])?;
                self.media(asked, &route)
            }
            _ => no(problem(404, "Not Found", "Not Found")),
        }
    }

    /// A signature carries the app's permission instead of scopes.
    fn needs(&self, who: Who, scopes: &[&str]) -> Checked<()> {
        let lacks = scopes.iter().find(|scope| !self.settings.may(scope));
        match (who, lacks) {
            (Who::User, Some(_)) => no(forbidden("Forbidden")),
            (Who::Signed, Some(scope)) if scope.ends_with("write") => no(problem_of(
                "oauth1-permissions",
                403,
                "Forbidden",
                "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
            )),
            _ => Ok(()),
        }
    }

    fn create(&mut self, asked: &Asked) -> Checked<Reply> {
        let Some(body) = asked.json() else {
            return no(problem(400, "Bad Request", "The request's body must be JSON."));
        };
        media::only(body, POST_KEYS)?;
        let text = match body.get("text") {
            None => "",
            Some(Value::String(text)) => text.as_str(),
            Some(_) => return no(invalid("text", "", "must be a string")),
        };
        let uploads = self.media_of(body, asked.at.as_second())?;
        if text.trim().is_empty() && uploads.is_empty() {
            return no(invalid("text", text, "one of text and media is required"));
        }
        let reply_to = self.reply_of(body)?;
        // Since 2026-04-20 not by this API (changelog).
        if body.get("quote_tweet_id").is_some() {
            return no(forbidden("You are not permitted to perform this action."));
        }
        let limit = if self.settings.premium { 25_000 } else { 280 };
        if !count(text, &Rules { limit: Some(limit), ..network::X }, 0).fits() {
            // Seen by clients; the pages name no status for it (unverified).
            return no(forbidden("You are not permitted to perform this action."));
        }
        if cashtags(text) > 1 {
            // The changelog has the rule and not its words (unverified).
            return no(forbidden("Posts created by this API may hold at most one cashtag."));
        }
        // How far back X looks is not known; one that stands is one too many.
        if self.posts.iter().any(|post| !post.deleted && !text.is_empty() && post.text == text) {
            return no(forbidden("You are not allowed to create a Tweet with duplicate content."));
        }
        let media = uploads.iter().map(|at| {
            let upload = &self.uploads[*at];
            super::image::live(&upload.id, &upload.bytes, &upload.alt)
        });
        let media = media.collect();
        for at in uploads {
            self.uploads[at].used = true;
        }
        let shown = match self.shorten.take() {
            Some(characters) => text.chars().take(characters).collect(),
            None => text.to_owned(),
        };
        let post = self.post(asked.at, shown, media, reply_to);
        let (words, _) = shown::text(post);
        let data = json!({ "id": post.id, "text": words, "edit_history_tweet_ids": [post.id] });
        let place = format!("https://api.x.com/2/tweets/{}", post.id);
        Ok(Reply::json(201, json!({ "data": data })).with("location", place))
    }

    fn post(
        &mut self,
        at: Timestamp,
        text: String,
        media: Vec<LiveMedia>,
        reply_to: Option<String>,
    ) -> &LivePost {
        let id = self.ids.next(at).to_string();
        let url = format!("https://x.com/{}/status/{id}", self.settings.handle);
        let author = self.settings.id.clone();
        let post = LivePost { id, url, author, text, media, reply_to, at, ..LivePost::default() };
        self.posts.push(post);
        &self.posts[self.posts.len() - 1]
    }

    fn reply_of(&self, body: &Value) -> Checked<Option<String>> {
        let Some(reply) = body.get("reply") else { return Ok(None) };
        media::only(
            reply,
            &["in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"],
        )?;
        let Some(id) = reply["in_reply_to_tweet_id"].as_str() else {
            return no(invalid("reply.in_reply_to_tweet_id", "", "is required and must be a string"));
        };
        if self.live(id).is_some() {
            return Ok(Some(id.to_owned()));
        }
        if self.strangers.iter().any(|stranger| stranger == id) {
            // Since 2026-02-23 (changelog).
            return no(forbidden(
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise \
                 engaged by the author of the post you are replying to.",
            ));
        }
        no(forbidden("You attempted to reply to a Tweet that is deleted or not visible to you."))
    }

    /// Somebody else's cannot be told from one that is not there; deleting
    /// twice is seen both as a success and as a 404, and this says 404.
    fn delete(&mut self, id: &str) -> Checked<Reply> {
        if self.strangers.iter().any(|stranger| stranger == id) {
            return no(forbidden("You are not authorized to delete this Tweet."));
        }
        match self.posts.iter_mut().find(|post| post.id == id && !post.deleted) {
            Some(post) => {
                post.deleted = true;
                Ok(Reply::json(200, json!({ "data": { "deleted": true } })))
            }
            None => no(problem(404, "Not Found", "Could not find the Tweet.")),
        }
    }

    /// Newest first, in pages.
    fn list(&self, asked: &Asked, id: &str) -> Checked<Reply> {
        if let Some((odd, value)) = asked.query.iter().find(|(name, _)| !LIST_KEYS.contains(&name.as_str())) {
            return no(invalid(
                odd,
                value,
                &format!("The query parameter [{odd}] is not one of the known ones"),
            ));
        }
        let time = |name: &str| match asked.query(name).map(str::parse::<Timestamp>) {
            None => Ok(None),
            Some(Ok(time)) => Ok(Some(time)),
            Some(Err(_)) => no(invalid(name, asked.query(name).unwrap_or(""), "must be a date and a time")),
        };
        let (start, end) = (time("start_time")?, time("end_time")?);
        let size = match asked.query("max_results").map(str::parse::<usize>) {
            None => 10,
            Some(Ok(size @ 5..=100)) => size,
            _ => {
                return no(invalid(
                    "max_results",
                    asked.query("max_results").unwrap_or(""),
                    "must be between 5 and 100",
                ));
            }
        };
        let number = |name: &str| asked.query(name).and_then(|id| id.parse::<u64>().ok());
        let before = match asked.query("pagination_token") {
            None => number("until_id"),
            Some(token) => match token.strip_prefix("page").and_then(|id| id.parse().ok()) {
                Some(id) => Some(id),
                None => return no(invalid("pagination_token", token, "is not valid")),
            },
        };
        let without_replies =
            asked.query("exclude").is_some_and(|kinds| kinds.split(',').any(|k| k == "replies"));
        let found = self.posts.iter().rev().filter(|post| {
            let id: u64 = post.id.parse().unwrap_or(0);
            !post.deleted
                && self.settings.lists(post.at, asked.at)
                && start.is_none_or(|start| post.at >= start)
                && end.is_none_or(|end| post.at < end)
                && before.is_none_or(|before| id < before)
                && number("since_id").is_none_or(|since| id > since)
                && !(without_replies && post.reply_to.is_some())
        });
        let mut found: Vec<&LivePost> = if id == self.settings.id { found.collect() } else { Vec::new() };
        let more = found.len() > size;
        found.truncate(size);
        let mut meta = json!({ "result_count": found.len() });
        if let (Some(newest), Some(oldest)) = (found.first(), found.last()) {
            meta["newest_id"] = json!(newest.id);
            meta["oldest_id"] = json!(oldest.id);
            if more {
                meta["next_token"] = json!(format!("page{}", oldest.id));
            }
        }
        let shown: Vec<Value> = found.into_iter().map(|post| self.shown(post, &fields(asked))).collect();
        // With nothing to show there is no `data` at all.
        Ok(Reply::json(
            200,
            if shown.is_empty() { json!({ "meta": meta }) } else { json!({ "data": shown, "meta": meta }) },
        ))
    }

    fn live(&self, id: &str) -> Option<&LivePost> {
        self.posts.iter().find(|post| post.id == id && !post.deleted)
    }

    fn shown(&self, post: &LivePost, fields: &str) -> Value {
        let (mut first, mut left) = (post, self.posts.len());
        while let Some(before) =
            first.reply_to.as_ref().and_then(|id| self.posts.iter().find(|p| p.id == *id))
        {
            // A reply is younger than what it replies to; this ends anyway.
            if left == 0 {
                break;
            }
            (first, left) = (before, left - 1);
        }
        shown::post(post, &first.id, fields)
    }

    /// Counts the call; the headers that tell, and whether it is one too many.
    fn limit(&mut self, asked: &Asked) -> (Vec<(&'static str, String)>, bool) {
        let segments = asked.segments();
        let route = asked.route(&segments);
        // Per user in 15 minutes: docs.x.com, rate limits, 2026-07-24.
        let (name, most) = match (route.0, route.1.as_slice()) {
            ("POST", ["2", "tweets"]) => ("post", self.settings.posts_in_window),
            ("DELETE", ["2", "tweets", _]) => ("delete", 50),
            ("GET", ["2", "users", "me"]) => ("me", 75),
            ("GET", ["2", "users", _, "tweets"]) => ("list", 900),
            (_, ["2", "media", "metadata"]) => ("metadata", 500),
            (_, ["2", "media", "upload"]) => ("upload", 500),
            (_, ["2", "media", ..]) => ("pieces", 1875),
            _ => ("read", 900),
        };
        let window = asked.at.as_second() / WINDOW;
        let calls = self.calls.entry(name).or_insert((window, 0));
        if calls.0 != window {
            *calls = (window, 0);
        }
        let over = calls.1 >= most;
        calls.1 = calls.1.saturating_add(1);
        let headers = vec![
            ("x-rate-limit-limit", most.to_string()),
            ("x-rate-limit-remaining", most.saturating_sub(calls.1).to_string()),
            ("x-rate-limit-reset", ((window + 1) * WINDOW).to_string()),
        ];
        (headers, over)
    }
}

impl Service for X {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let who = if self.expired {
            Err(Box::new(refusal::unauthorized()))
        } else {
            sign::who(asked, &self.settings, &mut self.nonces)
        };
        let who = match who {
            Ok(who) => who,
            Err(reply) => return *reply,
        };
        let (limits, over) = self.limit(asked);
        let mut reply = if over {
            problem(429, "Too Many Requests", "Too Many Requests")
        } else {
            self.handle(asked, who).unwrap_or_else(|reply| *reply)
        };
        reply.headers.extend(limits);
        if who == Who::Signed {
            let level = if self.settings.may("tweet.write") { "read-write" } else { "read" };
            reply.headers.push(("x-access-level", level.to_owned()));
        }
        reply.with("api-version", "2.167")
    }

    fn publishes(&self, asked: &Asked) -> bool {
        asked.method == "POST" && asked.path == "/2/tweets"
    }

    fn too_many(&self, wait: Duration) -> Reply {
        let reset = self.settings.clock.now().as_second() + i64::try_from(wait.as_secs()).unwrap_or(WINDOW);
        problem(429, "Too Many Requests", "Too Many Requests")
            .with("x-rate-limit-limit", "100")
            .with("x-rate-limit-remaining", "0")
            .with("x-rate-limit-reset", reset.to_string())
    }

    fn failed(&self) -> Reply {
        problem(503, "Service Unavailable", "Service Unavailable")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        if let Some(data) = reply.body.as_mut().and_then(|body| body["data"].as_object_mut()) {
            data.remove("id");
            data.remove("edit_history_tweet_ids");
        }
        reply.headers.retain(|(name, _)| *name != "location");
        reply
    }

    fn renamed(&self, mut reply: Reply, id: &str) -> Reply {
        if let Some(body) = &mut reply.body {
            body["data"]["id"] = json!(id);
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
        self.posts.last_mut().map(|post| &mut post.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        self.post(at, text.to_owned(), Vec::new(), None).id.clone()
    }

    fn by_stranger(&mut self) -> String {
        let id = self.ids.next(self.settings.clock.now()).to_string();
        self.strangers.push(id.clone());
        id
    }

    fn timeline(&self) -> Vec<LivePost> {
        self.posts.clone()
    }
}

/// The fields that were asked for, by either of their names.
fn fields(asked: &Asked) -> String {
    let of = |name| asked.query(name).unwrap_or("");
    format!("{},{}", of("tweet.fields"), of("post.fields"))
}

/// Share symbols: `$` and up to six letters, alone between spaces and marks.
/// Found here apart from the text room, so that the two can disagree.
fn cashtags(text: &str) -> usize {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '!' | '?' | '(' | ')' | '.' | '"')
    })
    .filter(|word| {
        word.strip_prefix('$').is_some_and(|symbol| {
            (1..=6).contains(&symbol.len()) && symbol.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
    })
    .count()
}
