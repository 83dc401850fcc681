//! Hashnode's GraphQL API, by Hashnode's own description of it (github.com/Hashnode/
//! gql-skill, mutations, queries and schema, 2026): one address, errors with status 200,
//! drafts that are deleted as they are published, posts that can still be read by their
//! id once they are removed.

mod account;
mod posts;
mod requests;
mod shown;
mod uploads;

pub(super) use account::NETWORK;
#[cfg(feature = "nostr")]
pub(super) use shown::{pictures, words};

use super::reply::{Checked, Reply, no};
use super::request::Asked;
use super::timeline::{LiveMedia, LivePost};
use super::{Service, Settings};
use account::PRO;
use jiff::Timestamp;
use posts::Standing;
use serde_json::{Value, json};
use std::time::Duration;

/// The publication.
pub(super) struct Hashnode {
    settings: Settings,
    last: u64,
    posts: Vec<Standing>,
    files: Vec<uploads::File>,
    expired: bool,
    shorten: Option<usize>,
    /// As whoever asked last knows this server.
    origin: String,
}

impl Hashnode {
    fn new(settings: Settings) -> Hashnode {
        Hashnode {
            last: settings.ids_after.unwrap_or(10),
            settings,
            posts: Vec::new(),
            files: Vec::new(),
            expired: false,
            shorten: None,
            origin: String::new(),
        }
    }

    /// An `ObjectId` that nothing else has.
    fn next(&mut self) -> String {
        self.last += 1;
        format!("64c0ffee{:016x}", self.last)
    }

    fn handle(&mut self, asked: &Asked) -> Checked<Reply> {
        if self.origin.is_empty() {
            self.origin = asked.origin();
        }
        let segments = asked.segments();
        if let ("PUT", ["upload", key]) =
            (asked.method.as_str(), segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice())
        {
            return self.take_file(asked, key);
        }
        if asked.method != "POST" || !segments.is_empty() {
            return no(Reply::bare(404));
        }
        let Some((name, input, variables)) = question(asked) else {
            return no(Reply::json(400, errors("GRAPHQL_PARSE_FAILED", "Syntax Error", Value::Null)));
        };
        if self.expired || asked.bearer() != Some(self.settings.token.as_str()) {
            return no(error("UNAUTHENTICATED", "You must be authenticated."));
        }
        match name.as_str() {
            "me" => return Ok(self.me()),
            "createImageUploadURL" => return self.place(&input),
            "confirmImageUpload" => return self.confirm(&input),
            "read" => return self.read(&variables),
            _ => {}
        }
        if !self.settings.may(PRO) {
            let says = "Publication does not have an active Pro plan. Upgrade in your dashboard to access this via the API.";
            return no(error("FORBIDDEN", says));
        }
        match name.as_str() {
            "look" => self.look(&variables),
            "createDraft" => self.create(asked, &input),
            "updateDraft" => self.update_draft(&input),
            "publishDraft" => self.publish(asked, &input),
            "updatePost" => self.update_post(&input),
            "removePost" => self.remove(&input),
            _ => no(Reply::json(400, errors("GRAPHQL_VALIDATION_FAILED", "Cannot query field", Value::Null))),
        }
    }

    fn me(&self) -> Reply {
        let node = json!({ "id": self.settings.id, "title": self.settings.name, "url": self.settings.home });
        let publications = json!({ "edges": [{ "node": node, "cursor": "a" }] });
        let me = json!({ "id": "64c0ffee0000000000000001", "username": "ada", "publications": publications });
        Reply::json(200, json!({ "data": { "me": me } }))
    }
}

/// The first field of the operation, its `input`, and all variables: what the question
/// asks for by name, its own name apart.
fn question(asked: &Asked) -> Option<(String, Value, Value)> {
    let body = asked.json()?;
    let query = body["query"].as_str()?;
    let variables = body["variables"].clone();
    let is_balanced = query.matches('{').count() == query.matches('}').count();
    let (kind, rest) = query.split_once(' ')?;
    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    let field: String =
        query.split_once('{')?.1.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    let known = match (kind, field.as_str()) {
        ("query", "me") => "me",
        ("query", "publication") => "look",
        ("query", "post") => "read",
        ("mutation", _) => field.as_str(),
        _ => return None,
    };
    let names = body["operationName"].as_str().is_none_or(|told| told == name);
    (is_balanced && names).then(|| (known.to_owned(), variables["input"].clone(), variables))
}

fn errors(code: &str, says: &str, data: Value) -> Value {
    json!({ "errors": [{ "message": says, "extensions": { "code": code } }], "data": data })
}

/// An error as GraphQL has it: with status 200.
fn error(code: &str, says: &str) -> Reply {
    Reply::json(200, errors(code, says, Value::Null))
}

/// Where a success speaks of what it made.
const MADE: &[&str] = &[
    "/data/publishDraft/post",
    "/data/createDraft/draft",
    "/data/updateDraft/draft",
    "/data/updatePost/post",
    "/data/createImageUploadURL/presignedPut",
];

impl Service for Hashnode {
    fn answer(&mut self, asked: &Asked) -> Reply {
        self.handle(asked).unwrap_or_else(|refusal| *refusal)
    }

    /// A draft is seen by nobody.
    fn publishes(&self, asked: &Asked) -> bool {
        question(asked).is_some_and(|(name, ..)| matches!(name.as_str(), "publishDraft" | "publishPost"))
    }

    fn too_many(&self, wait: Duration) -> Reply {
        Reply::json(429, json!({ "message": "Too Many Requests" }))
            .with("retry-after", wait.as_secs().to_string())
    }

    fn failed(&self) -> Reply {
        error("INTERNAL_SERVER_ERROR", "Something went wrong.")
    }

    fn nameless(&self, mut reply: Reply) -> Reply {
        for place in MADE {
            let made =
                reply.body.as_mut().and_then(|body| body.pointer_mut(place)).and_then(Value::as_object_mut);
            if let Some(made) = made {
                made.remove("id");
                made.remove("key");
            }
        }
        reply
    }

    fn renamed(&self, mut reply: Reply, id: &str) -> Reply {
        for place in MADE {
            let made =
                reply.body.as_mut().and_then(|body| body.pointer_mut(place)).and_then(Value::as_object_mut);
            if let Some(made) = made {
                made.insert("id".to_owned(), json!(id));
            }
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
        Some(&mut self.posts.iter_mut().filter(|post| post.is_out).max_by_key(|post| post.at)?.media)
    }

    fn by_hand(&mut self, text: &str, at: Timestamp) -> String {
        self.stand(text, true, at)
    }

    fn by_stranger(&mut self) -> String {
        let now = self.settings.clock.now();
        self.stand("A stranger's post", false, now)
    }

    fn timeline(&self) -> Vec<LivePost> {
        let mut seen: Vec<&Standing> = self.posts.iter().filter(|post| post.own && post.was_out).collect();
        seen.sort_by_key(|post| post.at);
        seen.into_iter().map(|post| self.live(post)).collect()
    }
}
