//! A Facebook page, by the Graph API's pages: changelog of v26.0 (2026-07-29),
//! error handling, pages posts.

mod account;
pub(super) mod parameters;
mod photo;
pub(super) mod refusal;
mod requests;
mod shown;

pub(super) use account::NETWORK;

use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{Ids, LiveComment, LiveLink, LiveMedia, LivePost};
use super::{Service, Settings};
use crate::text::{Dialect, EntityKind, count, entities, network};
use aws_lc_rs::hmac;
use jiff::Timestamp;
use parameters::Parameters;
use refusal::{bad_token, error, invalid, no_object};
use serde_json::{Value, json};
use shown::comment_field;
use std::time::Duration;

/// The network.
pub(super) struct Facebook {
    settings: Settings,
    ids: Ids,
    posts: Vec<LivePost>,
    unseen: Vec<photo::Unseen>,
    expired: bool,
    shorten: Option<usize>,
}

/// Whose token came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Page,
    Person,
}

impl Facebook {
    fn new(settings: Settings) -> Facebook {
        Facebook {
            ids: Ids::after(settings.ids_after),
            settings,
            posts: Vec::new(),
            unseen: Vec::new(),
            expired: false,
            shorten: None,
        }
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        let segments = asked.segments();
        let (version, rest) =
            segments.split_first().map_or(("", &segments[..]), |(v, rest)| (v.as_str(), rest));
        let parameters = Parameters::of(asked)?;
        if !self.settings.versions.iter().any(|alive| alive == version) {
            return no(error(400, 2500, &format!("Unknown path components: {}", asked.path)));
        }
        let who = self.who(asked, &parameters)?;
        let page = self.settings.id.clone();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        match (asked.method.as_str(), rest.as_slice()) {
            ("GET", ["debug_token"]) => Ok(self.debugged(&parameters)),
            ("GET", ["me"]) => Ok(self.identity(if who == Who::Page { &page } else { "1000000000000042" })),
            ("GET", ["me", "accounts"]) if who == Who::Person => {
                let account =
                    json!({ "id": page, "name": self.settings.name, "access_token": self.settings.token });
                Ok(Reply::json(200, json!({ "data": [account] })))
            }
            ("GET", [id]) if *id == page => Ok(self.identity(&page)),
            ("GET", [id, "feed" | "posts" | "published_posts"]) if *id == page => {
                self.needs("pages_read_engagement", 10)?;
                self.list(&parameters, asked)
            }
            ("POST", [id, "feed"]) if *id == page => {
                self.page_only(who)?;
                self.needs("pages_manage_posts", 200)?;
                self.publish(asked, &parameters)
            }
            ("POST", [id, "photos"]) if *id == page => {
                self.page_only(who)?;
                self.needs("pages_manage_posts", 200)?;
                self.photo(asked, &parameters)
            }
            ("POST", [id, "comments"]) => {
                self.page_only(who)?;
                self.needs("pages_manage_engagement", 200)?;
                self.comment(asked, &parameters, id)
            }
            ("GET", [id, "comments"]) => {
                self.needs("pages_read_engagement", 10)?;
                self.comments(asked, id, &parameters)
            }
            ("GET", [id]) => {
                self.needs("pages_read_engagement", 10)?;
                self.read(id, &parameters)
            }
            ("POST", [id]) => {
                self.page_only(who)?;
                self.needs("pages_manage_posts", 200)?;
                self.edit(id, &parameters)
            }
            ("DELETE", [id]) => {
                self.page_only(who)?;
                self.needs("pages_manage_posts", 200)?;
                self.delete(id)
            }
            ("POST", [id, "feed" | "photos"]) => no(no_object(id)),
            _ => no(error(400, 2500, &format!("Unknown path components: {}", asked.path))),
        }
    }

    /// The token, by header or parameter, and the proof that the app is known.
    fn who(&self, asked: &Asked, parameters: &Parameters) -> Checked<Who> {
        let Some(token) = asked.bearer().or(parameters.get("access_token")).filter(|token| !token.is_empty())
        else {
            return no(error(400, 104, "An access token is required to request this resource."));
        };
        let (page, person) = (token == self.settings.token, token == self.settings.wrong_kind);
        if self.expired && page {
            return no(bad_token(463, "Error validating access token: Session has expired."));
        }
        if token == self.settings.revoked {
            return no(bad_token(
                458,
                "Error validating access token: The user has not authorized application.",
            ));
        }
        if !page && !person {
            return no(bad_token(467, "Invalid OAuth access token - Cannot parse access token"));
        }
        if let Some(secret) = &self.settings.app_secret {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let proof = hmac::sign(&key, token.as_bytes());
            let proof: String = proof.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            match parameters.get("appsecret_proof") {
                None => return no(invalid("API calls from the server require an appsecret_proof argument")),
                Some(given) if given != proof => {
                    return no(invalid("Invalid appsecret_proof provided in the API argument"));
                }
                Some(_) => {}
            }
        }
        Ok(if page { Who::Page } else { Who::Person })
    }

    fn page_only(&self, who: Who) -> Checked<()> {
        match who {
            Who::Page => Ok(()),
            Who::Person => no(error(
                403,
                200,
                "(#200) Publishing to a Page needs a Page access token: the one given is a person's.",
            )),
        }
    }

    fn needs(&self, permission: &str, code: u32) -> Checked<()> {
        if self.settings.may(permission) {
            return Ok(());
        }
        no(error(403, code, &format!("(#{code}) Requires {permission} permission to manage the object")))
    }

    fn identity(&self, id: &str) -> Reply {
        let name = if id == self.settings.id { self.settings.name.as_str() } else { "Ada Lovelace" };
        Reply::json(200, json!({ "id": id, "name": name }))
    }

    fn debugged(&self, parameters: &Parameters) -> Reply {
        let token = parameters.get("input_token").unwrap_or("");
        let kind = if token == self.settings.token { "PAGE" } else { "USER" };
        let valid = token == self.settings.wrong_kind || (token == self.settings.token && !self.expired);
        let data = json!({ "type": kind, "is_valid": valid, "profile_id": self.settings.id,
            "expires_at": 0, "scopes": self.settings.scopes });
        Reply::json(200, json!({ "data": data }))
    }

    /// Longest message: the product's limit; in which unit is not written, and
    /// the text room's is taken.
    fn fits(&self, message: &str) -> Checked<()> {
        if count(message, &network::FACEBOOK, 0).fits() {
            return Ok(());
        }
        no(invalid("Name parameter too long"))
    }

    fn publish(&mut self, asked: &Asked, parameters: &Parameters) -> Checked<Reply> {
        let message = parameters.get("message").unwrap_or("").to_owned();
        self.fits(&message)?;
        let media = self.attached(parameters, asked.at.as_second())?;
        let link = parameters.get("link").filter(|link| !link.is_empty());
        if let Some(link) = link {
            let good = url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !good {
                return no(invalid("Param link should represent a valid URL"));
            }
        }
        if message.trim().is_empty() && media.is_empty() && link.is_none() {
            return no(error(400, 197, "(#197) The post is empty. Please enter a message to share."));
        }
        if !parameters.is_published()? {
            return no(invalid("An unpublished post is not rehearsed here"));
        }
        // Media win: the card is not shown then (unverified).
        // Without a link the first address of the words gets one.
        let first = || {
            let links = entities(&message, Dialect::Plain).into_iter();
            links.filter(|entity| entity.kind == EntityKind::Link).map(|entity| &message[entity.range]).next()
        };
        let card = link.or_else(first).filter(|_| media.is_empty()).map(|url| LiveLink {
            url: url.to_owned(),
            title: None,
            description: None,
            thumbnail: None,
        });
        let pictures = |media: &[LiveMedia]| media.iter().map(|m| m.sha256.clone()).collect::<Vec<_>>();
        let twice = self.newest().is_some_and(|post| {
            post.text == message
                && pictures(&post.media) == pictures(&media)
                && post.link.as_ref().map(|link| &link.url) == card.as_ref().map(|link| &link.url)
        });
        if twice {
            return no(refusal::detailed(
                400,
                506,
                1_455_006,
                "(#506) Duplicate status message",
                "This post is the same as the one before.",
            ));
        }
        self.seen(&media);
        let post = self.post(asked.at, message, media, card);
        let mut answer = json!({ "id": post.id });
        // Read after write.
        for field in parameters.fields() {
            if let Some(value) = self.field(&post, &field)? {
                answer[field] = value;
            }
        }
        Ok(Reply::json(200, answer))
    }

    fn post(
        &mut self,
        at: Timestamp,
        text: String,
        media: Vec<LiveMedia>,
        link: Option<LiveLink>,
    ) -> LivePost {
        let (page, number) = (self.settings.id.clone(), self.ids.next(at));
        let text = match self.shorten.take() {
            Some(characters) => text.chars().take(characters).collect(),
            None => text,
        };
        let post = LivePost {
            warning: None,
            id: format!("{page}_{number}"),
            url: format!("https://www.facebook.com/{page}/posts/{number}"),
            author: page,
            text,
            media,
            link,
            reply_to: None,
            comments: Vec::new(),
            at,
            deleted: false,
        };
        self.posts.push(post.clone());
        post
    }

    fn newest(&self) -> Option<&LivePost> {
        self.posts.iter().rev().find(|post| !post.deleted)
    }

    fn live(&mut self, id: &str) -> Checked<&mut LivePost> {
        match self.posts.iter_mut().find(|post| post.id == id && !post.deleted) {
            Some(post) => Ok(post),
            None => no(no_object(id)),
        }
    }

    fn comment(&mut self, asked: &Asked, parameters: &Parameters, id: &str) -> Checked<Reply> {
        let message = parameters.get("message").unwrap_or("").to_owned();
        let (author, number) = (self.settings.id.clone(), self.ids.next(asked.at));
        let shorten = self.shorten;
        let post = self.live(id)?;
        if message.trim().is_empty() {
            return no(invalid("Param message must be a non-empty string"));
        }
        let text = match shorten {
            Some(characters) => message.chars().take(characters).collect(),
            None => message,
        };
        let comment_id = format!("{}_{number}", id.rsplit('_').next().unwrap_or(id));
        post.comments.push(LiveComment { id: comment_id.clone(), author, text, at: asked.at });
        let post = post.clone();
        self.shorten = None;
        let mut answer = json!({ "id": comment_id });
        if let Some(comment) = post.comments.last() {
            for field in parameters.fields() {
                answer[&field] = comment_field(&post, comment, &field)?;
            }
        }
        Ok(Reply::json(200, answer))
    }

    fn edit(&mut self, id: &str, parameters: &Parameters) -> Checked<Reply> {
        let Some(message) = parameters.get("message") else {
            return no(invalid("Param message is required"));
        };
        self.fits(message)?;
        // Neither the link nor media can change (Pages API, posts); what a post
        // without words would be is not written, and is refused here.
        if parameters.get("link").is_some() || !parameters.attached()?.is_empty() {
            return no(invalid("Only the message of a Page post can be updated"));
        }
        if message.trim().is_empty() {
            return no(invalid("Param message must be a non-empty string"));
        }
        message.clone_into(&mut self.live(id)?.text);
        Ok(Reply::json(200, json!({ "success": true })))
    }

    fn delete(&mut self, id: &str) -> Checked<Reply> {
        for post in self.posts.iter_mut().filter(|post| !post.deleted) {
            if let Some(at) = post.comments.iter().position(|comment| comment.id == id) {
                post.comments.remove(at);
                return Ok(Reply::json(200, json!({ "success": true })));
            }
        }
        self.live(id)?.deleted = true;
        Ok(Reply::json(200, json!({ "success": true })))
    }
}

impl Service for Facebook {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let reply = self.handle(asked).unwrap_or_else(|reply| *reply);
        let usage = format!(
            "{{\"{}\":[{{\"type\":\"pages\",\"call_count\":1,\"total_cputime\":1,\"total_time\":1,\
             \"estimated_time_to_regain_access\":0}}]}}",
            self.settings.id
        );
        let version = asked.segments().into_iter().next().unwrap_or_default();
        reply.with("x-business-use-case-usage", usage).with("facebook-api-version", version)
    }

    fn publishes(&self, asked: &Asked) -> bool {
        let hidden =
            Parameters::of(asked).is_ok_and(|parameters| matches!(parameters.is_published(), Ok(false)));
        asked.method == "POST"
            && !hidden
            && ["/feed", "/photos", "/comments"].iter().any(|edge| asked.path.ends_with(edge))
    }

    /// Not a 429: a 400 with a code, and the minutes in a header (80001, pages).
    fn too_many(&self, wait: Duration) -> Reply {
        let minutes = wait.as_secs().div_ceil(60);
        let usage = format!(
            "{{\"{}\":[{{\"type\":\"pages\",\"call_count\":100,\"total_cputime\":25,\"total_time\":25,\
             \"estimated_time_to_regain_access\":{minutes}}}]}}",
            self.settings.id
        );
        error(
            400,
            80001,
            "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
        )
        .with("x-business-use-case-usage", usage)
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

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        self.posts.last_mut().map(|post| &mut post.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        self.post(at, text.to_owned(), Vec::new(), None).id
    }

    fn by_stranger(&mut self) -> String {
        format!("99999_{}", self.ids.next(self.settings.clock.now()))
    }

    fn timeline(&self) -> Vec<LivePost> {
        self.posts.clone()
    }
}
