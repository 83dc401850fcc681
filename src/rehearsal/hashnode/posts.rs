//! Drafts and posts (mutations and schema).

use super::{Hashnode, error};
use crate::rehearsal::article_page::cut;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::LiveMedia;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A draft, or the post that it became.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub id: String,
    /// Whether it is this publication's.
    pub own: bool,
    pub title: String,
    pub markdown: String,
    pub slug: String,
    pub cover: Option<String>,
    /// A post that was not removed; else a draft, or gone.
    pub is_out: bool,
    pub is_draft: bool,
    pub was_out: bool,
    pub at: Timestamp,
    /// The pictures that readers see, once it is out.
    pub media: Vec<LiveMedia>,
}

/// What both inputs may have (schema, `CreateDraftInput` and `UpdatePostInput`).
pub(super) const COMMON: &[&str] =
    &["title", "contentMarkdown", "slug", "tags", "seriesId", "disableComments", "originalArticleURL"];
pub(super) const OF_DRAFT: &[&str] =
    &["publicationId", "draftId", "settings", "metaTags", "coverImageOptions"];
pub(super) const OF_POST: &[&str] = &["id", "coverImage", "metaDescription"];

impl Hashnode {
    /// A post that is there without our doing.
    pub(super) fn stand(&mut self, text: &str, own: bool, at: Timestamp) -> String {
        let id = self.next();
        self.posts.push(Standing {
            id: id.clone(),
            own,
            title: text.to_owned(),
            markdown: text.to_owned(),
            slug: slug_of(text),
            cover: None,
            is_out: true,
            is_draft: false,
            was_out: true,
            at,
            media: Vec::new(),
        });
        id
    }

    /// `publication(id) { post(slug) drafts(first, after) }`.
    pub(super) fn look(&self, variables: &Value) -> Checked<Reply> {
        if variables["id"] != self.settings.id.as_str() {
            return no(error("NOT_FOUND", "Publication not found."));
        }
        let slug = variables["slug"].as_str().unwrap_or_default();
        let post = self.posts.iter().find(|post| post.own && post.is_out && post.slug == slug);
        let drafts: Vec<Value> = self
            .posts
            .iter()
            .rev()
            .filter(|post| post.own && post.is_draft)
            .map(|draft| json!({ "node": self.told(draft), "cursor": draft.id }))
            .collect();
        let publication = json!({
            "post": post.map(|post| self.told(post)),
            "drafts": { "edges": drafts, "pageInfo": { "hasNextPage": false, "endCursor": null } },
        });
        Ok(Reply::json(200, json!({ "data": { "publication": publication } })))
    }

    /// `post(id)`, which tells of removed ones too.
    pub(super) fn read(&self, variables: &Value) -> Checked<Reply> {
        let post = self.posts.iter().find(|post| variables["id"] == post.id.as_str() && post.was_out);
        match post {
            Some(post) => Ok(Reply::json(200, json!({ "data": { "post": self.told(post) } }))),
            None => no(error("NOT_FOUND", "Post not found.")),
        }
    }

    pub(super) fn create(&mut self, asked: &Asked, input: &Value) -> Checked<Reply> {
        let fields = checked(input, OF_DRAFT)?;
        if fields.get("publicationId") != Some(&json!(self.settings.id)) {
            return no(error("NOT_FOUND", "Publication not found."));
        }
        let id = self.next();
        let mut draft = Standing {
            id,
            own: true,
            title: String::new(),
            markdown: String::new(),
            slug: String::new(),
            cover: None,
            is_out: false,
            is_draft: true,
            was_out: false,
            at: asked.at,
            media: Vec::new(),
        };
        write(&mut draft, &fields);
        let told = self.told(&draft);
        self.posts.push(draft);
        Ok(Reply::json(200, json!({ "data": { "createDraft": { "draft": told } } })))
    }

    fn place_of(&self, id: &Value, wanted: fn(&Standing) -> bool) -> Checked<usize> {
        let found = self.posts.iter().position(|post| post.own && wanted(post) && *id == post.id.as_str());
        found.map_or_else(|| no(error("NOT_FOUND", "Not found.")), Ok)
    }

    pub(super) fn update_draft(&mut self, input: &Value) -> Checked<Reply> {
        let fields = checked(input, OF_DRAFT)?;
        let at = self.place_of(&input["draftId"], |post| post.is_draft)?;
        write(&mut self.posts[at], &fields);
        let told = self.told(&self.posts[at]);
        Ok(Reply::json(200, json!({ "data": { "updateDraft": { "draft": told } } })))
    }

    /// The draft is deleted once the post is there: the post has an id of its own.
    pub(super) fn publish(&mut self, asked: &Asked, input: &Value) -> Checked<Reply> {
        let at = self.place_of(&input["draftId"], |post| post.is_draft)?;
        let mut post = self.posts.remove(at);
        post.id = self.next();
        if let Some(characters) = self.shorten.take() {
            post.markdown = cut(&post.markdown, characters);
        }
        // What a slug that is taken becomes is not documented: it gets a number here.
        while self.posts.iter().any(|other| other.is_out && other.slug == post.slug) {
            post.slug.push_str("-1");
        }
        (post.is_draft, post.is_out, post.was_out, post.at) = (false, true, true, asked.at);
        post.media = self.images(&post);
        let told = self.told(&post);
        self.posts.push(post);
        Ok(Reply::json(200, json!({ "data": { "publishDraft": { "post": told } } })))
    }

    pub(super) fn update_post(&mut self, input: &Value) -> Checked<Reply> {
        let fields = checked(input, OF_POST)?;
        let at = self.place_of(&input["id"], |post| post.is_out)?;
        write(&mut self.posts[at], &fields);
        self.posts[at].media = self.images(&self.posts[at]);
        let told = self.told(&self.posts[at]);
        Ok(Reply::json(200, json!({ "data": { "updatePost": { "post": told } } })))
    }

    pub(super) fn remove(&mut self, input: &Value) -> Checked<Reply> {
        let at = self.place_of(&input["id"], |post| post.is_out)?;
        self.posts[at].is_out = false;
        let told = self.told(&self.posts[at]);
        Ok(Reply::json(200, json!({ "data": { "removePost": { "post": told } } })))
    }
}

/// The input, if all of it is in the schema.
fn checked(input: &Value, own: &[&str]) -> Checked<Map<String, Value>> {
    let bad = |says: &str| no(error("BAD_USER_INPUT", says));
    let Some(fields) = input.as_object() else { return bad("Variable \"$input\" is required.") };
    if let Some(odd) =
        fields.keys().find(|key| !COMMON.contains(&key.as_str()) && !own.contains(&key.as_str()))
    {
        return bad(&format!("Field \"{odd}\" is not defined by type."));
    }
    let tags = fields.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
    if tags.len() > 15 || tags.iter().any(|tag| tag["slug"].as_str().is_none_or(str::is_empty)) {
        return bad("No more than 15 tags, each with a slug.");
    }
    Ok(fields.clone())
}

fn write(post: &mut Standing, fields: &Map<String, Value>) {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
    post.title = text("title").unwrap_or_else(|| post.title.clone());
    post.markdown = text("contentMarkdown").unwrap_or_else(|| post.markdown.clone());
    post.slug = text("slug").unwrap_or_else(|| post.slug.clone());
    let cover = fields.get("coverImageOptions").and_then(|options| options["coverImageURL"].as_str());
    post.cover = cover.map(str::to_owned).or_else(|| text("coverImage")).or_else(|| post.cover.clone());
}

fn slug_of(text: &str) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}
