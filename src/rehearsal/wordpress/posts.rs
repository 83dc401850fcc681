//! Posts: made, listed, changed, thrown away (REST API handbook, posts). Making one
//! is not one step there either: the row is written first.

use super::refusal::{error, forbidden, invalid, no_post};
use super::shown::kept;
use super::{ME, WordPress, fields};
use crate::rehearsal::page::{cut, slug_of};
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::{Asked, Sent};
use crate::rehearsal::timeline::LiveMedia;
use jiff::Timestamp;
use serde_json::{Value, json};

const STATES: &[&str] = &["publish", "future", "draft", "pending", "private"];

/// A post as the database has it.
#[derive(Debug)]
pub(super) struct Standing {
    pub id: u64,
    pub slug: String,
    pub status: String,
    pub author: u64,
    pub title: String,
    pub content: String,
    pub excerpt: String,
    pub tags: Vec<u64>,
    pub categories: Vec<u64>,
    pub cover: u64,
    pub comments: bool,
    /// When it was published, else when it was made.
    pub at: Timestamp,
    modified: Timestamp,
    pub was_public: bool,
    /// Deleted for good: nobody is told of it any more.
    pub gone: bool,
    /// The images that readers see, the cover first, once it is out.
    pub media: Option<Vec<LiveMedia>>,
}

impl WordPress {
    /// A post that is there without our doing.
    pub(super) fn stand(&mut self, text: &str, author: u64, at: Timestamp) -> u64 {
        let slug = self.unique(&slug_of(text), 0);
        let id = self.next();
        let content =
            format!("<!-- wp:paragraph -->\n<p>{}</p>\n<!-- /wp:paragraph -->", text.replace('&', "&amp;"));
        self.posts.push(Standing {
            status: "publish".to_owned(),
            title: String::new(),
            content,
            at,
            was_public: true,
            media: Some(Vec::new()),
            ..Standing::draft(id, slug, author, at)
        });
        id
    }

    /// A slug that no other post has: a number is put behind it, without a word
    /// (`wp_unique_post_slug`). What lies in the trash has given its own up.
    fn unique(&self, slug: &str, own: u64) -> String {
        let taken =
            |slug: &str| self.posts.iter().any(|post| !post.gone && post.id != own && post.slug == slug);
        let numbered = (2..).map(|number| format!("{slug}-{number}"));
        std::iter::once(slug.to_owned()).chain(numbered).find(|slug| !taken(slug)).unwrap_or_default()
    }

    pub(super) fn list(&self, asked: &Asked, known: bool) -> Checked<Reply> {
        let may = known && self.settings.may("edit_posts");
        if asked.query("context") == Some("edit") && !may {
            return no(forbidden(known, "rest_forbidden_context"));
        }
        let status = asked.query("status").unwrap_or("publish");
        if status != "publish" && !may {
            return no(invalid("status", "Status is forbidden."));
        }
        if asked.query("per_page").is_some_and(|n| !n.parse().is_ok_and(|n: u32| (1..=100).contains(&n))) {
            return no(invalid("per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)"));
        }
        let states: Vec<&str> = status.split(',').collect();
        let slugs: Option<Vec<String>> =
            asked.query("slug").map(|slugs| slugs.split(',').map(slug_of).collect());
        let search = asked.query("search").map(str::to_lowercase);
        let found = self.posts.iter().rev().filter(|post| {
            // Another's draft is told to editors only.
            let seen =
                post.status == "publish" || post.author == ME || self.settings.may("edit_others_posts");
            let state = if states == ["any"] {
                post.status != "trash"
            } else {
                states.contains(&post.status.as_str())
            };
            let words = || format!("{}\n{}\n{}", post.title, post.content, post.excerpt).to_lowercase();
            !post.gone
                && seen
                && state
                && slugs.as_ref().is_none_or(|slugs| slugs.contains(&post.slug))
                && search.as_ref().is_none_or(|search| words().contains(search))
        });
        Ok(Reply::json(200, found.map(|post| fields(asked, self.shown(post, asked))).collect()))
    }

    fn place(&self, id: &str) -> Checked<usize> {
        match self.posts.iter().position(|post| !post.gone && post.id.to_string() == id) {
            Some(at) => Ok(at),
            None => no(no_post()),
        }
    }

    /// Whether the post may be changed or thrown away.
    fn may(&self, at: usize, known: bool, verb: &str) -> Checked<()> {
        let post = &self.posts[at];
        let needed = match (post.author == ME, post.status.as_str()) {
            (false, _) => format!("{verb}_others_posts"),
            (true, "publish" | "private") => format!("{verb}_published_posts"),
            (true, _) => format!("{verb}_posts"),
        };
        self.needs(known, &needed, &format!("rest_cannot_{verb}"))
    }

    pub(super) fn read(&self, asked: &Asked, id: &str, known: bool) -> Checked<Reply> {
        let at = self.place(id)?;
        if asked.query("context") == Some("edit") {
            self.needs(known, "edit_posts", "rest_forbidden_context")?;
        }
        Ok(Reply::json(200, fields(asked, self.shown(&self.posts[at], asked))))
    }

    pub(super) fn create(&mut self, asked: &Asked, known: bool) -> Checked<Reply> {
        self.needs(known, "edit_posts", "rest_cannot_create")?;
        let body = sent(asked)?;
        let text = |key: &str| body[key].as_str().or_else(|| body[key]["raw"].as_str()).unwrap_or_default();
        if ["title", "content", "excerpt"].iter().all(|key| text(key).is_empty()) {
            return no(error(400, "empty_content", "Content, title, and excerpt are empty."));
        }
        let slug =
            self.unique(&slug_of(if text("slug").is_empty() { text("title") } else { text("slug") }), 0);
        let id = self.next();
        self.posts.push(Standing::draft(id, slug, ME, asked.at));
        let at = self.posts.len() - 1;
        self.write(at, &body, asked)?;
        let place = format!("{}/wp-json/wp/v2/posts/{id}", self.origin);
        Ok(Reply::json(201, fields(asked, self.shown(&self.posts[at], asked))).with("location", place))
    }

    pub(super) fn update(&mut self, asked: &Asked, id: &str, known: bool) -> Checked<Reply> {
        let at = self.place(id)?;
        self.may(at, known, "edit")?;
        let body = sent(asked)?;
        self.write(at, &body, asked)?;
        Ok(Reply::json(200, fields(asked, self.shown(&self.posts[at], asked))))
    }

    /// Writes the fields that are there.
    fn write(&mut self, at: usize, body: &Value, asked: &Asked) -> Checked<()> {
        let status = match body.get("status") {
            Some(status) => match status.as_str().filter(|status| STATES.contains(status)) {
                Some(status) => Some(status.to_owned()),
                None => {
                    return no(invalid(
                        "status",
                        "status is not one of publish, future, draft, pending, private.",
                    ));
                }
            },
            None => None,
        };
        if matches!(status.as_deref(), Some("publish" | "private")) && !self.settings.may("publish_posts") {
            return no(error(
                403,
                "rest_cannot_publish",
                "Sorry, you are not allowed to publish posts in this post type.",
            ));
        }
        let numbers = |key: &str| -> Option<Vec<u64>> {
            Some(body.get(key)?.as_array()?.iter().filter_map(Value::as_u64).collect())
        };
        for kind in ["tags", "categories"] {
            if numbers(kind).is_some_and(|ids| !self.has_terms(kind, &ids)) {
                return no(invalid(kind, "Invalid term ID."));
            }
        }
        let cover = body.get("featured_media").and_then(Value::as_u64);
        if cover.is_some_and(|id| id > 0 && !self.files.iter().any(|file| file.id == id)) {
            return no(error(400, "rest_invalid_featured_media", "Invalid featured media ID."));
        }
        let author = body.get("author").and_then(Value::as_u64);
        if author.is_some_and(|id| id != ME) && !self.settings.may("edit_others_posts") {
            return no(error(
                403,
                "rest_cannot_edit_others",
                "Sorry, you are not allowed to create posts as this user.",
            ));
        }
        let wanted = body.get("slug").and_then(Value::as_str).map(slug_of);
        let slug = wanted.map(|slug| self.unique(&slug, self.posts[at].id));
        let filtered = !self.settings.may("unfiltered_html");
        let raw = |key: &str| {
            let text = body.get(key)?;
            let text = text.as_str().or_else(|| text["raw"].as_str())?;
            Some(if filtered { kept(text) } else { text.to_owned() })
        };
        let (title, content, excerpt) = (raw("title"), raw("content"), raw("excerpt"));
        let publishes = matches!(status.as_deref(), Some("publish" | "private"));
        let shorten = if publishes { self.shorten.take() } else { None };
        let post = &mut self.posts[at];
        post.tags = numbers("tags").unwrap_or_else(|| post.tags.clone());
        post.categories = numbers("categories").unwrap_or_else(|| post.categories.clone());
        post.cover = cover.unwrap_or(post.cover);
        post.slug = slug.unwrap_or_else(|| post.slug.clone());
        post.title = title.unwrap_or_else(|| post.title.clone());
        post.excerpt = excerpt.unwrap_or_else(|| post.excerpt.clone());
        if let Some(open) = body.get("comment_status").and_then(Value::as_str) {
            post.comments = open == "open";
        }
        let is_new = content.is_some() || cover.is_some();
        post.content = content.unwrap_or_else(|| post.content.clone());
        if let Some(characters) = shorten {
            post.content = cut(&post.content, characters);
        }
        post.modified = asked.at;
        if publishes && !post.was_public {
            post.at = asked.at;
        }
        post.was_public |= publishes;
        post.status = status.unwrap_or_else(|| post.status.clone());
        if publishes && post.media.is_none() || is_new {
            let media = self.images_of(&self.posts[at]);
            self.posts[at].media = Some(media);
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, asked: &Asked, id: &str, known: bool) -> Checked<Reply> {
        let at = self.place(id)?;
        self.may(at, known, "delete")?;
        if asked.query("force") == Some("true") {
            let previous = self.shown(&self.posts[at], asked);
            self.posts[at].gone = true;
            return Ok(Reply::json(200, json!({ "deleted": true, "previous": previous })));
        }
        if self.posts[at].status == "trash" {
            return no(error(410, "rest_already_trashed", "The post has already been deleted."));
        }
        let post = &mut self.posts[at];
        "trash".clone_into(&mut post.status);
        post.slug.push_str("__trashed");
        Ok(Reply::json(200, fields(asked, self.shown(&self.posts[at], asked))))
    }
}

impl Standing {
    fn draft(id: u64, slug: String, author: u64, at: Timestamp) -> Standing {
        Standing {
            id,
            slug,
            status: "draft".to_owned(),
            author,
            title: String::new(),
            content: String::new(),
            excerpt: String::new(),
            tags: Vec::new(),
            categories: Vec::new(),
            cover: 0,
            comments: true,
            at,
            modified: at,
            was_public: false,
            gone: false,
            media: None,
        }
    }

    /// As the API writes times: without a zone.
    pub fn times(&self) -> (String, String) {
        let written = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        (written(self.at), written(self.modified))
    }
}

fn sent(asked: &Asked) -> Checked<Value> {
    match &asked.sent {
        Sent::Json(body) if body.is_object() => Ok(body.clone()),
        Sent::Broken(_) => no(error(400, "rest_invalid_json", "Invalid JSON body passed.")),
        // Forms are taken too, which nothing of ours sends.
        _ => Ok(json!({})),
    }
}
