//! LinkedIn, a member and organisations, by learn.microsoft.com: little text
//! (li-lms-2026-05), Posts API, Images API, social actions, rate limits.

mod account;
mod little_text;
mod post;
mod refusal;
mod requests;
mod upload;

pub(super) use account::NETWORK;

use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{Ids, LiveComment, LiveMedia, LivePost};
use super::{Service, Settings};
use jiff::Timestamp;
use refusal::{bad_token, denied, error, field, illegal, not_found};
use serde_json::{Value, json};
use std::time::Duration;

/// Longest comment, in characters.
const COMMENT: usize = 1250;

/// The network.
pub(super) struct LinkedIn {
    settings: Settings,
    ids: Ids,
    posts: Vec<Standing>,
    uploads: Vec<upload::Upload>,
    expired: bool,
    shorten: Option<usize>,
}

/// A post with what was written for it.
#[derive(Debug)]
struct Standing {
    live: LivePost,
    commentary: String,
    content: Option<Value>,
}

impl LinkedIn {
    fn new(settings: Settings) -> LinkedIn {
        LinkedIn {
            ids: Ids::after(settings.ids_after),
            settings,
            posts: Vec::new(),
            uploads: Vec::new(),
            expired: false,
            shorten: None,
        }
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        self.who(asked)?;
        let segments = asked.segments();
        let (method, route) = asked.route(&segments);
        match (method, route.as_slice()) {
            ("PUT", ["dms-uploads", ..]) => return self.take_upload(asked),
            ("GET", ["v2", "userinfo"]) => {
                self.needs("openid")?;
                let me = &self.settings;
                return Ok(Reply::json(
                    200,
                    json!({ "sub": me.id, "name": "Ada Lovelace", "locale": "en_US" }),
                ));
            }
            _ => {}
        }
        self.versioned(asked)?;
        // Keys in a path are encoded; a bare URN is read as something else.
        if route.first() == Some(&"rest") && asked.path.contains("urn:") {
            return no(illegal("Syntax exception in path variables"));
        }
        let row = asked.header("x-restli-method").unwrap_or("").to_ascii_uppercase();
        match (method, &route[..]) {
            ("GET", ["rest", "organizations", id]) => self.organization(id),
            ("POST", ["rest", "images"]) if asked.query("action") == Some("initializeUpload") => {
                self.initialize_upload(asked)
            }
            ("GET", ["rest", "images", urn]) => self.read_image(urn),
            ("GET", ["rest", "posts"]) if asked.query("q") == Some("author") => {
                if row != "FINDER" {
                    return no(illegal("X-RestLi-Method: FINDER is required with q"));
                }
                self.find(asked)
            }
            ("POST", ["rest", "posts"]) => self.create(asked),
            ("GET", ["rest", "posts", urn]) => {
                let at = self.post(urn)?;
                self.may_read(&self.posts[at].live.author)?;
                Ok(Reply::json(200, self.posts[at].shown(self.settings.tells_alts)))
            }
            ("POST", ["rest", "posts", urn]) if row == "PARTIAL_UPDATE" => self.edit(asked, urn),
            ("DELETE", ["rest", "posts", urn]) => self.delete(&row, urn),
            ("POST", ["rest", "socialActions", urn, "comments"]) => self.comment(asked, urn),
            ("GET", ["rest", "socialActions", urn, "comments"]) => self.comments(asked, urn),
            ("DELETE", ["rest", "socialActions", urn, "comments", id]) => {
                let at = self.place(urn)?;
                let actor = asked.query("actor").unwrap_or("").to_owned();
                self.may_write(&actor)?;
                let comments = &mut self.posts[at].live.comments;
                let own = |comment: &LiveComment| comment_number(comment) == *id && comment.author == actor;
                match comments.iter().position(own) {
                    Some(place) => {
                        comments.remove(place);
                        Ok(Reply::bare(204))
                    }
                    None => no(not_found(id)),
                }
            }
            _ => {
                no(error(404, "RESOURCE_NOT_FOUND", &format!("No virtual resource found for {}", asked.path)))
            }
        }
    }

    fn who(&self, asked: &Asked) -> Checked<()> {
        match asked.bearer() {
            None => no(bad_token(65604)),
            Some(token) if token == self.settings.revoked => no(bad_token(65601)),
            Some(token) if token != self.settings.token => no(bad_token(65600)),
            Some(_) if self.expired => no(bad_token(65602)),
            Some(_) => Ok(()),
        }
    }

    /// The headers that every `/rest` call must have.
    fn versioned(&self, asked: &Asked) -> Checked<()> {
        let Some(version) = asked.header("linkedin-version") else {
            let says =
                "A version must be present. Please specify a version by adding the LinkedIn-Version header.";
            return no(error(400, "VERSION_MISSING", says));
        };
        if !self.settings.versions.iter().any(|alive| alive == version) {
            let says = format!("Requested version {version} is not active");
            return no(error(426, "NONEXISTENT_VERSION", &says));
        }
        if asked.header("x-restli-protocol-version") != Some("2.0.0") {
            // Without it an older protocol is spoken, which reads paths and
            // lists in another way; here that is refused at once.
            return no(illegal("X-Restli-Protocol-Version: 2.0.0 is required"));
        }
        if matches!(asked.method.as_str(), "POST") && !matches!(asked.sent, super::request::Sent::Json(_)) {
            return no(error(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type: application/json is required"));
        }
        Ok(())
    }

    fn needs(&self, scope: &str) -> Checked<()> {
        if self.settings.may(scope) { Ok(()) } else { no(denied(&format!("{scope} is missing"))) }
    }

    /// Reading a member's posts is closed to nearly everybody.
    fn may_read(&self, author: &str) -> Checked<()> {
        let organization = author.starts_with("urn:li:organization:");
        self.needs(if organization { "r_organization_social" } else { "r_member_social" })
    }

    fn is_own_organization(&self, urn: &str) -> bool {
        urn.strip_prefix("urn:li:organization:")
            .is_some_and(|id| self.settings.organizations.iter().any(|(own, _)| own == id))
    }

    fn organization(&self, id: &str) -> Checked<Reply> {
        self.needs("rw_organization_admin")?;
        match self.settings.organizations.iter().find(|(own, _)| own == id) {
            Some((id, name)) => Ok(Reply::json(
                200,
                json!({ "id": id.parse::<u64>().unwrap_or(0), "localizedName": name, "vanityName": "acmerockets" }),
            )),
            None => no(denied(&format!("organization {id}"))),
        }
    }

    fn place(&self, urn: &str) -> Checked<usize> {
        // Comments speak of the same post as an activity. (Its number is
        // another one there; no page says how they are related.)
        let share = urn.replace(":activity:", ":share:");
        match self.posts.iter().position(|standing| standing.live.id == share && !standing.live.deleted) {
            Some(at) => Ok(at),
            None => no(not_found(urn)),
        }
    }

    /// The Posts API does not know activities.
    fn post(&self, urn: &str) -> Checked<usize> {
        if urn.contains(":activity:") { no(not_found(urn)) } else { self.place(urn) }
    }

    /// Newest first, in pages.
    fn find(&self, asked: &Asked) -> Checked<Reply> {
        let known = ["author", "q", "count", "start", "sortBy", "isDsc", "viewContext", "fields"];
        if let Some((odd, _)) = asked.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            return no(error(
                400,
                "QUERY_PARAM_NOT_ALLOWED",
                &format!("Query parameter {odd} is not allowed"),
            ));
        }
        let author = asked.query("author").unwrap_or("");
        self.may_read(author)?;
        if author != format!("urn:li:person:{}", self.settings.id) && !self.is_own_organization(author) {
            return no(denied(author));
        }
        if asked.query("sortBy").is_some_and(|by| !matches!(by, "LAST_MODIFIED" | "CREATED")) {
            return no(illegal("sortBy must be LAST_MODIFIED or CREATED"));
        }
        let number = |name: &str, usual: usize| asked.query(name).map_or(Ok(usual), str::parse);
        let (Ok(count @ 0..=100), Ok(start)) = (number("count", 10), number("start", 0)) else {
            return no(illegal("count must be between 0 and 100"));
        };
        let all = self.posts.iter().map(|standing| (standing, &standing.live)).rev().filter(|(_, live)| {
            !live.deleted && live.author == author && self.settings.lists(live.at, asked.at)
        });
        let all = all.map(|(standing, _)| standing);
        let shown: Vec<Value> =
            all.skip(start).take(count).map(|post| post.shown(self.settings.tells_alts)).collect();
        let paging = json!({ "start": start, "count": count, "links": [] });
        Ok(Reply::json(200, json!({ "paging": paging, "elements": shown })))
    }

    fn edit(&mut self, asked: &Asked, urn: &str) -> Checked<Reply> {
        let at = self.post(urn)?;
        self.may_write(&self.posts[at].live.author.clone())?;
        let set = asked.json().map(|body| &body["patch"]["$set"]);
        let Some(commentary) = set.and_then(|set| set["commentary"].as_str()) else {
            return no(illegal("patch.$set.commentary is required"));
        };
        // What else can be set (the landing page, the lifecycle) is not rehearsed;
        // content cannot be.
        let alone = |value: Option<&Value>| value.and_then(Value::as_object).is_some_and(|o| o.len() == 1);
        if !alone(asked.json()) || !alone(asked.json().map(|body| &body["patch"])) || !alone(set) {
            return no(field("INVALID_VALUE", "/patch", "only commentary can be set here"));
        }
        self.fits(commentary)?;
        let standing = &mut self.posts[at];
        commentary.clone_into(&mut standing.commentary);
        standing.live.text = little_text::shown(commentary);
        Ok(Reply::bare(204))
    }

    /// 204 also when it is gone already (the pages say so; unverified).
    fn delete(&mut self, row: &str, urn: &str) -> Checked<Reply> {
        if row != "DELETE" {
            return no(illegal("X-RestLi-Method: DELETE is required"));
        }
        if !["urn:li:share:", "urn:li:ugcPost:"].iter().any(|kind| urn.starts_with(kind)) {
            return no(illegal(&format!("{urn} is no post")));
        }
        if let Ok(at) = self.place(urn) {
            self.may_write(&self.posts[at].live.author.clone())?;
            self.posts[at].live.deleted = true;
        }
        Ok(Reply::bare(204))
    }

    fn comment(&mut self, asked: &Asked, urn: &str) -> Checked<Reply> {
        let at = self.place(urn)?;
        let Some(body) = asked.json() else { return no(illegal("JSON is required")) };
        let actor = body["actor"].as_str().unwrap_or("");
        self.may_write(actor)?;
        if actor.starts_with("urn:li:organization:") {
            self.needs("w_organization_social_feed")?;
        }
        if body["object"].as_str() != Some(urn) {
            return no(field("INVALID_VALUE", "/object", "object must be the post that is commented on"));
        }
        let Some(text) = body["message"]["text"].as_str().filter(|text| !text.trim().is_empty()) else {
            return no(field("MISSING_FIELD", "/message/text", "field is required but not found"));
        };
        if text.chars().count() > COMMENT {
            let says = format!("field length exceeds the limit of {COMMENT} characters");
            return no(field("FIELD_LENGTH_TOO_LONG", "/message/text", &says));
        }
        let number = self.ids.next(asked.at).to_string();
        let live = &mut self.posts[at].live;
        let id = format!("urn:li:comment:({},{number})", live.id.replace(":share:", ":activity:"));
        // A comment is plain: no escapes, and nothing ends it.
        let text = match self.shorten.take() {
            Some(characters) => text.chars().take(characters).collect(),
            None => text.to_owned(),
        };
        live.comments.push(LiveComment {
            id: id.clone(),
            author: actor.to_owned(),
            text: text.clone(),
            at: asked.at,
        });
        let answer = json!({ "actor": actor, "commentUrn": id, "id": number, "object": urn,
            "message": { "text": text, "attributes": [] }, "created": { "actor": actor, "time": asked.at.as_millisecond() } });
        Ok(Reply::json(201, answer).with("x-restli-id", number))
    }

    fn comments(&self, asked: &Asked, urn: &str) -> Checked<Reply> {
        let at = self.place(urn)?;
        let live = &self.posts[at].live;
        let organization = live.author.starts_with("urn:li:organization:");
        self.needs(if organization { "r_organization_social_feed" } else { "r_member_social" })?;
        let shown: Vec<Value> = live
            .comments
            .iter()
            .filter(|comment| self.settings.lists(comment.at, asked.at))
            .map(|comment| {
                json!({ "actor": comment.author, "commentUrn": comment.id, "id": comment_number(comment),
                    "message": { "text": comment.text, "attributes": [] },
                    "created": { "actor": comment.author, "time": comment.at.as_millisecond() } })
            })
            .collect();
        Ok(Reply::json(200, json!({ "paging": { "start": 0, "count": 10, "links": [] }, "elements": shown })))
    }
}

fn comment_number(comment: &LiveComment) -> &str {
    comment.id.rsplit(',').next().unwrap_or("").trim_end_matches(')')
}

impl Standing {
    /// As the API shows it: the commentary as little text, which is cut where
    /// readers see it cut.
    fn shown(&self, tells_alts: bool) -> Value {
        let whole = little_text::shown(&self.commentary);
        let commentary = if whole == self.live.text && !ends_early(&self.commentary, &whole) {
            self.commentary.clone()
        } else {
            escaped(&self.live.text)
        };
        let time = self.live.at.as_millisecond();
        let mut shown = json!({
            "id": self.live.id,
            "author": self.live.author,
            "commentary": commentary,
            "visibility": "PUBLIC",
            "lifecycleState": "PUBLISHED",
            "createdAt": time,
            "publishedAt": time,
            "lastModifiedAt": time,
            "isReshareDisabledByAuthor": false,
            "distribution": { "feedDistribution": "MAIN_FEED", "thirdPartyDistributionChannels": [] },
        });
        if let Some(content) = self.content(tells_alts) {
            shown["content"] = content;
        }
        shown
    }

    /// The content as it was sent, with the images that readers see. Whether the
    /// real one leaves out what is gone is not written (unverified).
    fn content(&self, tells_alts: bool) -> Option<Value> {
        let image = |media: &LiveMedia| match tells_alts {
            true => json!({ "id": media.id, "altText": media.alt }),
            false => json!({ "id": media.id }),
        };
        let mut content = self.content.clone()?;
        if let Some(several) = content.pointer_mut("/multiImage/images") {
            *several = self.live.media.iter().map(image).collect();
        } else if let Some(one) = content.get_mut("media") {
            *one = image(self.live.media.first()?);
        }
        Some(content)
    }
}

/// Whether something that was not escaped ended the text.
fn ends_early(written: &str, shown: &str) -> bool {
    little_text::shown(&format!("{written}.")).len() == shown.len()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\|{}@[]()<>#*_~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl Service for LinkedIn {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let reply = self.handle(asked).unwrap_or_else(|reply| *reply);
        reply.with("x-restli-protocol-version", "2.0.0")
    }

    fn publishes(&self, asked: &Asked) -> bool {
        let comment = asked.path.starts_with("/rest/socialActions/") && asked.path.ends_with("/comments");
        asked.method == "POST" && (asked.path == "/rest/posts" || comment)
    }

    /// No header tells the wait; the message may say that it is the day's limit.
    fn too_many(&self, wait: Duration) -> Reply {
        let of = if wait > Duration::from_secs(3600) { "DAY" } else { "MINUTE" };
        let says = format!("Resource level throttle limit for calls to this resource is reached for {of}");
        refusal::numbered(429, 101, "TOO_MANY_REQUESTS", &says)
    }

    fn failed(&self) -> Reply {
        error(500, "INTERNAL_SERVER_ERROR", "Internal Server Error")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        reply.headers.retain(|(name, _)| !matches!(*name, "x-restli-id" | "location"));
        if let Some(body) = reply.body.as_mut().and_then(Value::as_object_mut) {
            body.remove("id");
            body.remove("commentUrn");
        }
        reply
    }

    fn renamed(&self, reply: Reply, id: &str) -> Reply {
        self.nameless(reply).with("x-restli-id", id)
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
        let author = match self.settings.organizations.first() {
            Some((id, _)) => format!("urn:li:organization:{id}"),
            None => format!("urn:li:person:{}", self.settings.id),
        };
        self.stand(at, &author, escaped(text), Vec::new(), None, None)
    }

    fn by_stranger(&mut self) -> String {
        format!("urn:li:share:{}", self.ids.next(self.settings.clock.now()))
    }

    fn timeline(&self) -> Vec<LivePost> {
        self.posts.iter().map(|standing| standing.live.clone()).collect()
    }
}
