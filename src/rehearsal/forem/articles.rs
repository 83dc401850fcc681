//! Articles: listed, made, changed (articles controller of the API; model `Article`).

use super::account::TITLES_ONCE;
use super::shown::{images, runs_liquid};
use super::{Forem, error};
use crate::rehearsal::article_page::cut;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::LiveMedia;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;

/// What may be sent of an article.
pub(super) const FIELDS: &[&str] = &[
    "title",
    "body_markdown",
    "published",
    "series",
    "main_image",
    "canonical_url",
    "description",
    "tags",
    "organization_id",
];

/// An article as the database has it.
#[derive(Debug)]
pub(super) struct Standing {
    pub id: u64,
    /// Whether it is the account's.
    pub own: bool,
    pub title: String,
    pub body: String,
    pub slug: String,
    pub is_out: bool,
    pub was_out: bool,
    pub cover: Option<String>,
    pub canonical: Option<String>,
    pub description: String,
    pub tags: Vec<String>,
    /// When it was published, else when it was made.
    pub at: Timestamp,
    made: Timestamp,
    /// The pictures that readers see, once it is out.
    pub media: Vec<LiveMedia>,
    pub origin: String,
}

impl Forem {
    /// An article that is there without our doing.
    pub(super) fn stand(&mut self, text: &str, own: bool, at: Timestamp, origin: String) -> u64 {
        let id = self.ids.next(at);
        self.articles.push(Standing {
            id,
            own,
            title: text.to_owned(),
            body: text.to_owned(),
            slug: format!("{}-{id:x}", slug_of(text)),
            is_out: true,
            was_out: true,
            cover: None,
            canonical: None,
            description: String::new(),
            tags: Vec::new(),
            at,
            made: at,
            media: Vec::new(),
            origin,
        });
        id
    }

    /// Drafts first, for they have no time, then what was published last.
    pub(super) fn list(&self, asked: &Asked) -> Checked<Reply> {
        let number = |name: &str, otherwise: usize| match asked.query(name) {
            Some(written) => written.parse().ok().filter(|n| *n > 0),
            None => Some(otherwise),
        };
        let (Some(page), Some(size)) = (number("page", 1), number("per_page", 30)) else {
            return no(error(400, "param is missing or the value is empty"));
        };
        let size = size.min(1000);
        let mut own: Vec<&Standing> = self.articles.iter().filter(|article| article.own).collect();
        own.sort_by_key(|article| (article.is_out, std::cmp::Reverse(article.at)));
        let shown = own.into_iter().skip((page - 1) * size).take(size);
        Ok(Reply::json(200, shown.map(|article| self.listed(article)).collect()))
    }

    pub(super) fn create(&mut self, asked: &Asked) -> Checked<Reply> {
        let fields = sent(asked)?;
        let at = asked.at;
        let title = fields.get("title").and_then(Value::as_str).unwrap_or_default();
        // Of the same author, whatever became of the other.
        let recent = |article: &&Standing| {
            article.own
                && article.title == title
                && at.duration_since(article.made).unsigned_abs() < Duration::from_secs(300)
        };
        let once = self.settings.versions.iter().any(|version| version == TITLES_ONCE);
        if once && self.articles.iter().any(|article| recent(&article)) {
            return no(error(422, "Title has already been used in the last five minutes"));
        }
        let id = self.ids.next(at);
        let article = Standing {
            id,
            own: true,
            title: String::new(),
            body: String::new(),
            slug: format!("{}-temp-slug-{id}", slug_of(title)),
            is_out: false,
            was_out: false,
            cover: None,
            canonical: None,
            description: String::new(),
            tags: Vec::new(),
            at,
            made: at,
            media: Vec::new(),
            origin: self.origin.clone(),
        };
        let article = self.written(article, &fields, at)?;
        let told = self.told(&article);
        let place = format!("{}/api/articles/{id}", self.origin);
        self.articles.push(article);
        Ok(Reply::json(201, told).with("location", place))
    }

    pub(super) fn update(&mut self, asked: &Asked, id: &str) -> Checked<Reply> {
        let Some(at) = self.articles.iter().position(|article| article.own && article.id.to_string() == id)
        else {
            return no(error(404, "not found"));
        };
        let fields = sent(asked)?;
        let article = self.articles.remove(at);
        let kept = article.copy();
        match self.written(article, &fields, asked.at) {
            Ok(article) => {
                let told = self.told(&article);
                self.articles.insert(at, article);
                Ok(Reply::json(200, told))
            }
            Err(refusal) => {
                self.articles.insert(at, kept);
                Err(refusal)
            }
        }
    }

    /// The article with the fields that are there, if all of it is valid.
    fn written(
        &mut self,
        mut article: Standing,
        fields: &Map<String, Value>,
        at: Timestamp,
    ) -> Checked<Standing> {
        let text = |key: &str| fields.get(key).map(|value| value.as_str().unwrap_or_default().to_owned());
        article.title = text("title").unwrap_or(article.title);
        let is_new = fields.contains_key("body_markdown");
        article.body = text("body_markdown").unwrap_or(article.body);
        article.cover = text("main_image").or(article.cover);
        article.canonical = text("canonical_url").filter(|url| !url.is_empty()).or(article.canonical);
        article.description = text("description").unwrap_or(article.description);
        if let Some(tags) = fields.get("tags") {
            let Some(tags) = tags.as_array() else { return no(error(422, "tags must be a list")) };
            article.tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        if let Some(number) = fields.get("organization_id") {
            let known = |own: &(String, String)| {
                own.0 == "*" || Some(own.0.as_str()) == number.as_u64().map(|n| n.to_string()).as_deref()
            };
            if !self.settings.organizations.iter().any(known) {
                return no(error(401, "unauthorized"));
            }
        }
        if article.title.is_empty() || article.title.chars().count() > 128 {
            return no(error(422, "Title is too long (maximum is 128 characters)"));
        }
        if article.body.trim().is_empty() || article.body.len() > 800 * 1024 {
            return no(error(422, "Body markdown is too long."));
        }
        if article.body.trim_start().starts_with("---") {
            return no(error(
                422,
                "the front matter of the text overrides what was sent, which is not rehearsed",
            ));
        }
        if runs_liquid(&article.body) {
            return no(error(422, "Liquid syntax error: Unknown tag"));
        }
        let plain =
            |tag: &String| (1..=30).contains(&tag.chars().count()) && tag.chars().all(char::is_alphanumeric);
        if article.tags.len() > 4 || !article.tags.iter().all(plain) {
            return no(error(
                422,
                "Tag list exceed the maximum of 4 tags, or has non-alphanumeric characters",
            ));
        }
        let same = |other: &&Standing| {
            other.canonical.is_some() && other.canonical == article.canonical && other.is_out
        };
        if let Some(canonical) = &article.canonical {
            if !canonical.starts_with("http") || canonical.contains(char::is_whitespace) {
                return no(error(422, "Canonical url must be a valid URL"));
            }
            if self.articles.iter().any(|other| same(&other)) {
                return no(error(422, "Canonical url has already been taken"));
            }
        }
        let publishes = match fields.get("published") {
            None => None,
            Some(Value::Bool(published)) => Some(*published),
            Some(_) => return no(error(422, "published must be true or false")),
        };
        if publishes == Some(true) && !article.is_out {
            if let Some(characters) = self.shorten.take() {
                article.body = cut(&article.body, characters);
            }
            // The address of a draft is not its last.
            if let Some((words, _)) = article.slug.split_once("-temp-slug-") {
                article.slug = format!("{words}-{:x}", article.id);
            }
            if !article.was_out {
                article.at = at;
            }
            article.was_out = true;
        }
        let was_out = article.is_out;
        article.is_out = publishes.unwrap_or(article.is_out);
        if is_new || !was_out && article.is_out {
            article.media = images(&article.body, article.cover.as_deref());
        }
        Ok(article)
    }
}

impl Standing {
    fn copy(&self) -> Standing {
        Standing {
            title: self.title.clone(),
            body: self.body.clone(),
            slug: self.slug.clone(),
            cover: self.cover.clone(),
            canonical: self.canonical.clone(),
            description: self.description.clone(),
            tags: self.tags.clone(),
            media: self.media.clone(),
            origin: self.origin.clone(),
            ..*self
        }
    }
}

/// `article` of the body, which must be an object (422 else).
fn sent(asked: &Asked) -> Checked<Map<String, Value>> {
    let article = asked.json().and_then(|body| body["article"].as_object());
    let Some(fields) = article else {
        return no(error(422, "param is missing or the value is empty: article"));
    };
    if let Some(odd) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return no(error(422, &format!("{odd} is not rehearsed")));
    }
    Ok(fields.clone())
}

/// `parameterize`, as far as it matters here.
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
