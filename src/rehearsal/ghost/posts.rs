//! Posts: made, listed, changed, thrown away (docs.ghost.org, Admin API, "Posts").

use super::refusal::{error, invalid, no_post};
use super::{Ghost, STRANGER};
use crate::rehearsal::image;
use crate::rehearsal::page::{cut, tags, value, with_images, words};
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::{LiveMedia, LivePost};
use jiff::Timestamp;
use serde_json::{Value, json};

const VISIBLE: &[&str] = &["public", "members", "paid", "tiers"];

/// A post as the database has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub id: String,
    slug: String,
    pub status: String,
    pub author: String,
    title: String,
    html: String,
    excerpt: Option<String>,
    canonical: Option<String>,
    cover: Option<(String, String)>,
    tags: Vec<String>,
    visibility: String,
    newsletter: Option<String>,
    /// When it was published, else when it was made.
    pub at: Timestamp,
    updated: Timestamp,
    pub was_public: bool,
    gone: bool,
    /// The images that readers see, the cover first, once it is out.
    pub media: Option<Vec<LiveMedia>>,
}

impl Ghost {
    /// A post that is there without our doing.
    pub(super) fn stand(&mut self, text: &str, author: &str, at: Timestamp) -> String {
        let (id, slug) = (self.next(), self.unique(&address_of(text), ""));
        self.posts.push(Standing {
            id: id.clone(),
            slug,
            status: "published".to_owned(),
            author: author.to_owned(),
            html: format!("<p>{}</p>", text.replace('&', "&amp;").replace('<', "&lt;")),
            visibility: "public".to_owned(),
            at,
            updated: at,
            was_public: true,
            media: Some(Vec::new()),
            ..Standing::default()
        });
        id
    }

    /// A slug that no other post has: a number is put behind it, without a word.
    fn unique(&self, slug: &str, own: &str) -> String {
        let taken =
            |slug: &str| self.posts.iter().any(|post| !post.gone && post.id != own && post.slug == slug);
        let numbered = (2..).map(|number| format!("{slug}-{number}"));
        std::iter::once(slug.to_owned()).chain(numbered).find(|slug| !taken(slug)).unwrap_or_default()
    }

    pub(super) fn list(&self, asked: &Asked) -> Checked<Reply> {
        let limit = match asked.query("limit").map(str::parse::<usize>) {
            None => 15,
            Some(Ok(limit)) => limit.min(100),
            Some(Err(_)) => return no(invalid("limit")),
        };
        let filter = match asked.query("filter").map(terms) {
            None => None,
            Some(Some(terms)) => Some(terms),
            Some(None) => return no(error(400, "BadRequestError", None, "Error parsing filter")),
        };
        let fits = |post: &&Standing| {
            let has = |(field, value): &(String, String)| match field.as_str() {
                "slug" => post.slug == *value,
                "status" => post.status == *value,
                "tag" => post.tags.iter().any(|tag| slug_of(tag) == *value),
                _ => false,
            };
            !post.gone && filter.as_ref().is_none_or(|terms| terms.iter().any(has))
        };
        let found: Vec<Value> =
            self.posts.iter().rev().filter(fits).take(limit).map(|post| self.shown(post, asked)).collect();
        Ok(Reply::json(200, json!({ "posts": found, "meta": {} })))
    }

    fn place(&self, id: &str) -> Checked<usize> {
        match self.posts.iter().position(|post| !post.gone && post.id == id) {
            Some(at) => Ok(at),
            None => no(no_post()),
        }
    }

    fn told(&self, status: u16, at: usize, asked: &Asked) -> Reply {
        Reply::json(status, json!({ "posts": [self.shown(&self.posts[at], asked)] }))
    }

    pub(super) fn read(&self, asked: &Asked, id: &str) -> Checked<Reply> {
        let at = self.place(id)?;
        Ok(self.told(200, at, asked))
    }

    pub(super) fn create(&mut self, asked: &Asked) -> Checked<Reply> {
        let body = sent(asked)?;
        if body["title"].as_str().unwrap_or_default().is_empty() {
            return no(invalid("title"));
        }
        let mut made = Standing {
            id: self.next(),
            slug: self.unique(body["slug"].as_str().unwrap_or("untitled"), ""),
            status: "draft".to_owned(),
            author: self.settings.handle.clone(),
            visibility: "public".to_owned(),
            at: asked.at,
            updated: asked.at,
            ..Standing::default()
        };
        self.write(&mut made, &body, asked)?;
        self.posts.push(made);
        Ok(self.told(201, self.posts.len() - 1, asked))
    }

    pub(super) fn update(&mut self, asked: &Asked, id: &str) -> Checked<Reply> {
        let at = self.place(id)?;
        let body = sent(asked)?;
        let Some(told) = body["updated_at"].as_str() else { return no(invalid("updated_at")) };
        let mut changed = self.posts[at].clone();
        self.write(&mut changed, &body, asked)?;
        let same = |one: &Standing, other: &Standing| {
            let all = |post: &Standing| {
                let Standing { slug, status, title, html, excerpt, canonical, cover, tags, .. } =
                    post.clone();
                (slug, status, title, html, excerpt, canonical, cover, tags)
            };
            all(one) == all(other)
        };
        // Only who would change something collides.
        if !same(&changed, &self.posts[at]) {
            if told != seconds(self.posts[at].updated) {
                let says = "Saving failed! Someone else is editing this post.";
                return no(error(409, "UpdateCollisionError", Some("UPDATE_COLLISION"), says));
            }
            changed.updated = asked.at;
        }
        self.posts[at] = changed;
        Ok(self.told(200, at, asked))
    }

    pub(super) fn delete(&mut self, id: &str) -> Checked<Reply> {
        let at = self.place(id)?;
        self.posts[at].gone = true;
        Ok(Reply::bare(204))
    }

    /// Writes the fields that are there.
    fn write(&mut self, post: &mut Standing, body: &Value, asked: &Asked) -> Checked<()> {
        let bounds = [
            ("title", 255),
            ("slug", 191),
            ("custom_excerpt", 300),
            ("feature_image_alt", 191),
            ("canonical_url", 2000),
        ];
        for (field, most) in bounds {
            if body[field].as_str().is_some_and(|text| text.chars().count() > most) {
                return no(invalid(field));
            }
        }
        let text = |field: &str| body.get(field).map(|value| value.as_str().map(str::to_owned));
        if let Some(title) = text("title") {
            post.title = title.unwrap_or_default();
        }
        // The text is HTML only for who says so.
        let html = text("html").filter(|_| asked.query("source") == Some("html"));
        let is_new = html.is_some() || body.get("feature_image").is_some();
        if let Some(html) = html {
            post.html = html.unwrap_or_default();
        }
        post.excerpt = text("custom_excerpt").unwrap_or_else(|| post.excerpt.clone());
        post.canonical = text("canonical_url").unwrap_or_else(|| post.canonical.clone());
        if let Some(cover) = text("feature_image") {
            let alt = text("feature_image_alt").flatten().unwrap_or_default();
            post.cover = cover.map(|cover| (cover, alt));
        }
        if let Some(Some(visibility)) = text("visibility") {
            if !VISIBLE.contains(&visibility.as_str()) {
                return no(invalid("visibility"));
            }
            post.visibility = visibility;
        }
        if let Some(tags) = body.get("tags").and_then(Value::as_array) {
            let name = |tag: &Value| tag.as_str().or_else(|| tag["name"].as_str()).map(str::to_owned);
            post.tags = tags.iter().filter_map(name).collect();
        }
        if let Some(Some(slug)) = text("slug").filter(|slug| slug.as_ref() != Some(&post.slug)) {
            post.slug = self.unique(&slug, &post.id);
        }
        let status = text("status").flatten().unwrap_or_else(|| post.status.clone());
        if !matches!(status.as_str(), "draft" | "published") {
            return no(invalid("status"));
        }
        if status == "published" && post.status != "published" {
            if let Some(newsletter) = asked.query("newsletter").filter(|_| post.newsletter.is_none()) {
                if !self.settings.versions.iter().any(|known| known == newsletter) {
                    return no(error(500, "EmailError", None, "Error sending email!"));
                }
                post.newsletter = Some(newsletter.to_owned());
            }
            if !post.was_public {
                post.at = asked.at;
            }
            if let Some(characters) = self.shorten.take() {
                post.html = cut(&post.html, characters);
            }
            post.was_public = true;
        }
        post.status = status;
        if post.was_public && (post.media.is_none() || is_new) {
            post.media = Some(self.images_of(post));
        }
        Ok(())
    }

    /// The cover, then the images in the text, as far as they lie on the site.
    fn images_of(&self, post: &Standing) -> Vec<LiveMedia> {
        let live = |address: &str, alt: &str| {
            let (path, bytes) =
                self.images.iter().find(|(path, _)| address == format!("{}{path}", self.origin))?;
            Some(image::live(path, bytes, alt))
        };
        let cover = post.cover.as_ref().and_then(|(address, alt)| live(address, alt));
        let body = tags(&post.html).filter(|tag| tag.starts_with("<img")).filter_map(|tag| {
            live(&value(tag, "src").unwrap_or_default(), &value(tag, "alt").unwrap_or_default())
        });
        cover.into_iter().chain(body).collect()
    }

    /// The cover as readers see it, and the text.
    fn seen(&self, post: &Standing) -> (Option<(String, String)>, String) {
        let Some(media) = &post.media else { return (post.cover.clone(), post.html.clone()) };
        let is_cover = |(address, _): &&(String, String)| {
            media.first().is_some_and(|first| *address == format!("{}{}", self.origin, first.id))
        };
        let cover =
            post.cover.as_ref().filter(is_cover).map(|(address, _)| (address.clone(), media[0].alt.clone()));
        let html = with_images(&post.html, media.iter().skip(usize::from(cover.is_some())));
        (cover, html)
    }

    fn url(&self, post: &Standing) -> String {
        let path = if post.status == "published" { post.slug.clone() } else { format!("p/{}", post.id) };
        format!("{}/{path}/", self.origin)
    }

    fn shown(&self, post: &Standing, asked: &Asked) -> Value {
        let (cover, html) = self.seen(post);
        let (cover, alt) = cover.unzip();
        let author = json!({ "slug": post.author, "email": format!("{}@blog.example", post.author) });
        let mut told = json!({
            "id": post.id,
            "slug": post.slug,
            "url": self.url(post),
            "status": post.status,
            "title": post.title,
            "custom_excerpt": post.excerpt,
            "canonical_url": post.canonical,
            "feature_image": cover,
            "feature_image_alt": alt.filter(|alt| !alt.is_empty()),
            "visibility": post.visibility,
            "tags": post.tags.iter().map(|tag| json!({ "name": tag, "slug": slug_of(tag) })).collect::<Vec<_>>(),
            "authors": [author],
            "updated_at": seconds(post.updated),
            "published_at": post.was_public.then(|| seconds(post.at)),
            "email": post.newsletter.as_ref().map(|_| json!({ "status": "pending" })),
        });
        if asked.query("formats") == Some("html") {
            told["html"] = json!(html);
        }
        told
    }

    pub(super) fn live(&self, post: &Standing) -> LivePost {
        let body = words(&self.seen(post).1);
        let text = if post.title.is_empty() { body } else { format!("{}\n\n{body}", post.title) };
        LivePost {
            warning: None,
            id: post.id.clone(),
            url: self.url(post),
            author: if post.author == STRANGER { STRANGER.to_owned() } else { self.settings.id.clone() },
            text: text.trim_end().to_owned(),
            media: post.media.clone().unwrap_or_default(),
            link: None,
            reply_to: None,
            comments: Vec::new(),
            at: post.at,
            deleted: post.gone || post.status != "published",
        }
    }
}

/// Ghost's times are whole seconds, whatever they look like.
fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// The address that Ghost makes of a title.
fn address_of(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// A tag's slug: `#` becomes `hash-`.
fn slug_of(tag: &str) -> String {
    tag.replace('#', "hash-").to_lowercase().replace([' ', '&'], "-")
}

/// `a:'b',c:'d'` of Ghost's filters: any of them.
fn terms(filter: &str) -> Option<Vec<(String, String)>> {
    let term = |term: &str| {
        let (field, value) = term.split_once(':')?;
        let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
        (!value.contains('\'')).then(|| (field.to_owned(), value.to_owned()))
    };
    filter.split(',').map(term).collect()
}

fn sent(asked: &Asked) -> Checked<Value> {
    match asked.json().map(|body| &body["posts"][0]) {
        Some(post) if post.is_object() => Ok(post.clone()),
        _ => no(error(400, "BadRequestError", None, "No root key ('posts') provided.")),
    }
}
