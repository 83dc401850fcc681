//! WordPress's REST API, `wp/v2`, by the REST API handbook (developer.wordpress.org,
//! reference of posts, media, tags, categories and users) and by what 6.2 to 6.6 do
//! where it is silent: slugs that are taken get a number without a word, drafts too;
//! a wrong password is nobody; passwords may have blanks.

mod account;
mod library;
mod posts;
mod refusal;
mod requests;
mod shown;
mod terms;

pub(super) use account::NETWORK;

use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{LiveMedia, LivePost};
use super::{Service, Settings};
use base64::Engine as _;
use jiff::Timestamp;
use posts::Standing;
use refusal::{error, forbidden};
use serde_json::{Value, json};
use std::time::Duration;

/// The account's own number; whoever else there is has the next one.
const ME: u64 = 2;
const STRANGER: u64 = 3;

/// The site.
pub(super) struct WordPress {
    settings: Settings,
    /// Posts, files and terms are numbered in a row.
    last: u64,
    posts: Vec<Standing>,
    files: Vec<library::File>,
    terms: Vec<terms::Term>,
    expired: bool,
    shorten: Option<usize>,
    /// As whoever asked last knows this server.
    origin: String,
}

impl WordPress {
    fn new(settings: Settings) -> WordPress {
        WordPress {
            last: settings.ids_after.unwrap_or(10),
            settings,
            posts: Vec::new(),
            files: Vec::new(),
            terms: Vec::new(),
            expired: false,
            shorten: None,
            origin: String::new(),
        }
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        if self.origin.is_empty() {
            self.origin = asked.origin();
        }
        let Some(route) = self.route(asked) else { return no(self.page()) };
        let steps: Vec<&str> = route.iter().map(String::as_str).collect();
        let known = self.is_known(asked);
        match (asked.method.as_str(), steps.as_slice()) {
            ("GET", []) => Ok(self.about()),
            ("GET", ["wp", "v2", "users", "me"]) if known => self.me(asked),
            ("GET", ["wp", "v2", "users", "me"]) => {
                no(error(401, "rest_not_logged_in", "You are not currently logged in."))
            }
            ("GET", ["wp", "v2", "users"]) => Ok(self.users(asked)),
            ("GET", ["wp", "v2", "posts"]) => self.list(asked, known),
            ("POST", ["wp", "v2", "posts"]) => self.create(asked, known),
            ("GET", ["wp", "v2", "posts", id]) => self.read(asked, id, known),
            ("POST" | "PUT" | "PATCH", ["wp", "v2", "posts", id]) => self.update(asked, id, known),
            ("DELETE", ["wp", "v2", "posts", id]) => self.delete(asked, id, known),
            ("GET", ["wp", "v2", "media"]) => self.find_files(asked, known),
            ("POST", ["wp", "v2", "media"]) => self.take_file(asked, known),
            ("POST" | "PUT" | "PATCH", ["wp", "v2", "media", id]) => self.change_file(asked, id, known),
            ("POST", ["wp", "v2", kind @ ("tags" | "categories")]) => self.make_term(asked, kind, known),
            ("GET", ["wp", "v2", kind @ ("tags" | "categories")]) => Ok(self.find_terms(asked, kind)),
            _ => no(error(404, "rest_no_route", "No route was found matching the URL and request method.")),
        }
    }

    /// The steps of the route, if it is one of the API: below `/wp-json` where the
    /// site has addresses of words, else in `rest_route`, which goes everywhere.
    fn route(&self, asked: &Asked) -> Option<Vec<String>> {
        let split = |route: &str| {
            route.split('/').filter(|step| !step.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        if let Some(route) = asked.query("rest_route").filter(|_| asked.path == "/") {
            return Some(split(route));
        }
        let segments = asked.segments();
        (self.has_words() && segments.first().is_some_and(|first| first == "wp-json"))
            .then(|| segments[1..].to_vec())
    }

    /// Whether addresses are made of words ("pretty permalinks").
    fn has_words(&self) -> bool {
        self.settings.versions.iter().any(|version| version == account::PRETTY)
    }

    /// What is no route is a page of the site, which says where the API is.
    fn page(&self) -> Reply {
        let api = if self.has_words() { "/wp-json/" } else { "/?rest_route=/" };
        let link = format!("<{}{api}>; rel=\"https://api.w.org/\"", self.origin);
        Reply::bare(404).with("content-type", "text/html; charset=UTF-8").with("link", link)
    }

    /// Who comes with a wrong password is nobody (seen, 6.2 to 6.6).
    fn is_known(&self, asked: &Asked) -> bool {
        let Some((scheme, told)) = asked.header("authorization").and_then(|header| header.split_once(' '))
        else {
            return false;
        };
        let decoded = base64::engine::general_purpose::STANDARD.decode(told.trim()).unwrap_or_default();
        let decoded = String::from_utf8(decoded).unwrap_or_default();
        let Some((user, password)) = decoded.split_once(':') else { return false };
        let plain = |password: &str| password.replace(' ', "");
        scheme.eq_ignore_ascii_case("basic")
            && user == self.settings.handle
            && plain(password) == plain(&self.settings.token)
            && !self.expired
    }

    /// For what only somebody may do who has that capability.
    fn needs(&self, known: bool, capability: &str, code: &str) -> Checked<()> {
        match known {
            true if self.settings.may(capability) => Ok(()),
            _ => no(forbidden(known, code)),
        }
    }

    fn about(&self) -> Reply {
        let endpoint = format!("{}/wp-admin/authorize-application.php", self.origin);
        Reply::json(
            200,
            json!({
                "name": self.settings.name,
                "url": self.origin,
                "namespaces": ["oembed/1.0", "wp/v2"],
                "authentication": { "application-passwords": { "endpoints": { "authorization": endpoint } } },
            }),
        )
    }

    fn me(&self, asked: &Asked) -> Checked<Reply> {
        let mut me = json!({ "id": ME, "name": self.settings.name, "slug": self.settings.handle });
        if asked.query("context") == Some("edit") {
            let can: serde_json::Map<String, Value> =
                self.settings.scopes.iter().map(|scope| (scope.clone(), Value::Bool(true))).collect();
            me["username"] = json!(self.settings.handle);
            me["roles"] = json!([if self.settings.may("publish_posts") { "author" } else { "subscriber" }]);
            me["capabilities"] = Value::Object(can);
        }
        Ok(Reply::json(200, me))
    }

    fn users(&self, asked: &Asked) -> Reply {
        let all = [(ME, self.settings.handle.as_str()), (STRANGER, "somebody")];
        let wanted = asked.query("slug");
        let shown = all.iter().filter(|(_, slug)| wanted.is_none_or(|wanted| wanted == *slug));
        Reply::json(200, shown.map(|(id, slug)| json!({ "id": id, "slug": slug })).collect())
    }
}

/// An object with the fields that were asked for (`_fields`).
fn fields(asked: &Asked, whole: Value) -> Value {
    let Some(wanted) = asked.query("_fields") else { return whole };
    let wanted: Vec<&str> =
        wanted.split(',').map(|field| field.split('.').next().unwrap_or(field).trim()).collect();
    match whole {
        Value::Object(all) => all
            .into_iter()
            .filter(|(name, _)| wanted.contains(&name.as_str()))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

impl Service for WordPress {
    fn answer(&mut self, asked: &Asked) -> Reply {
        self.handle(asked).unwrap_or_else(|refusal| *refusal)
    }

    /// A draft is seen by nobody, and what is published already stays so.
    fn publishes(&self, asked: &Asked) -> bool {
        let wanted = asked.json().and_then(|body| body["status"].as_str());
        let Some(route) = self.route(asked).filter(|_| asked.method != "GET") else { return false };
        let steps: Vec<&str> = route.iter().map(String::as_str).collect();
        let is_public = |status: &str| matches!(status, "publish" | "private");
        match steps.as_slice() {
            ["wp", "v2", "posts"] => wanted.is_some_and(is_public),
            ["wp", "v2", "posts", id] => {
                wanted.is_some_and(is_public)
                    && !self.posts.iter().any(|post| post.id.to_string() == *id && is_public(&post.status))
            }
            _ => false,
        }
    }

    /// WordPress itself has no limits; those of hosts stand in front of it.
    fn too_many(&self, wait: Duration) -> Reply {
        error(429, "too_many_requests", "Too many requests.").with("retry-after", wait.as_secs().to_string())
    }

    /// What WordPress says when its own program breaks.
    fn failed(&self) -> Reply {
        let says = "<p>There has been a critical error on this website.</p>";
        error(500, "internal_server_error", says)
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

    fn grant(&mut self, scope: &str) {
        self.settings.scopes.push(scope.to_owned());
    }

    fn shorten_next(&mut self, characters: usize) {
        self.shorten = Some(characters);
    }

    fn newest_images(&mut self) -> Option<&mut Vec<LiveMedia>> {
        self.posts
            .iter_mut()
            .filter(|post| post.status == "publish")
            .max_by_key(|post| post.at)?
            .media
            .as_mut()
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        self.stand(text, ME, at).to_string()
    }

    fn by_stranger(&mut self) -> String {
        let now = self.settings.clock.now();
        self.stand("A stranger's post", STRANGER, now).to_string()
    }

    fn timeline(&self) -> Vec<LivePost> {
        let mut seen: Vec<&Standing> =
            self.posts.iter().filter(|post| post.author == ME && post.was_public).collect();
        seen.sort_by_key(|post| post.at);
        seen.into_iter().map(|post| self.live(post)).collect()
    }
}
