//! A post: looked for, made as a draft, published, read back, found, taken down.

use super::answer::{Fault, is_out, trouble};
use super::api::Api;
use super::content::{mark, marked, with_pictures};
use super::{media, terms};
use crate::channel::article::{
    Asked, Conversation, Drafts, Kept, Prepared, Standing, Told, altered_pictures, cover, is_number, taken,
    text, texts,
};
use crate::channel::article_html::{alts, is_called, same, words};
use crate::channel::http::{Answer, Trouble};
use crate::channel::{Attempt, Change, Removed, SendError};
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, StepKey};
use serde_json::{Map, Value, json};

const POSTS: &str = "/wp/v2/posts";
const FIELDS: &str = "id,slug,status,link,title,content,excerpt,featured_media";

/// A post as WordPress keeps it, told to who may edit it.
pub struct Post {
    id: String,
    slug: String,
    status: String,
    link: Option<String>,
    title: String,
    content: String,
    excerpt: String,
    has_cover: bool,
}

impl Post {
    fn of(api: &Api, value: &Value) -> Option<Post> {
        let raw = |key: &str| value.get(key)?.get("raw")?.as_str().map(str::to_owned);
        let id = value.get("id").and_then(Value::as_u64).map(|id| id.to_string());
        let said = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Post {
            id: id.filter(|id| is_number(id))?,
            slug: said("slug"),
            status: said("status"),
            link: api.page(value.get("link").and_then(Value::as_str)),
            title: raw("title")?,
            content: raw("content")?,
            excerpt: raw("excerpt").unwrap_or_default(),
            has_cover: value.get("featured_media").and_then(Value::as_u64).is_some_and(|id| id > 0),
        })
    }

    /// The post of an answer that is a success.
    fn of_answer(api: &Api, answer: &Answer) -> Option<Post> {
        Post::of(api, &answer.json().filter(|_| answer.is_success())?)
    }

    fn has(&self, key: &StepKey) -> bool {
        self.content.contains(&mark(key))
    }

    fn path(&self) -> String {
        format!("{POSTS}/{}", self.id)
    }

    /// Whether it has become what it was to become, and is no draft of ours.
    fn is_published(&self, api: &Api) -> bool {
        is_out(&self.status, api.status) && self.status != "draft"
    }
}

impl Kept for Post {
    fn id(&self) -> &str {
        &self.id
    }

    fn stands(&self) -> bool {
        self.status != "trash"
    }

    /// A draft has no address that readers could follow.
    fn url(&self) -> Option<&str> {
        self.link.as_deref().filter(|_| self.status == "publish")
    }

    fn digest(&self) -> String {
        hex_digest(format!("{}\0{}\0{}", self.title, self.content, self.excerpt).as_bytes())
    }

    fn says(&self, part: &PayloadPart) -> bool {
        self.other_title(part).is_none()
            && self.has_text_of(part)
            && same(text(part, "excerpt"), &self.excerpt)
    }

    fn other_title(&self, part: &PayloadPart) -> Option<String> {
        (!same(text(part, "title"), &self.title)).then(|| words(&self.title))
    }

    fn has_text_of(&self, part: &PayloadPart) -> bool {
        same(text(part, "content"), &self.content)
    }

    fn words(&self) -> String {
        words(&self.content)
    }

    fn asides(&self, part: &PayloadPart) -> Vec<String> {
        let no_cover = cover(part).is_some() && !self.has_cover;
        let mut asides = altered_pictures(&alts(text(part, "content")), alts(&self.content), no_cover);
        if text(part, "status") == "publish" && self.status != "publish" {
            asides.push(format!("(kept as `{}`, which readers do not see)", self.status));
        }
        asides
    }

    fn detail(&self, _part: &PayloadPart) -> Option<String> {
        (self.status != "publish").then(|| format!("kept as `{}` under the number {}", self.status, self.id))
    }
}

/// What stands at the address.
enum There {
    /// The delivery's own.
    Ours(Post),
    /// Somebody else's, or another delivery's.
    Taken(Post),
    Free,
}

/// Posts of that address, whatever their state, and those that WordPress made
/// beside one: `-2` is put behind an address that is taken, without a word.
async fn look(api: &Api, slug: &str, key: &StepKey) -> Result<There, SendError> {
    let slugs = format!("{slug},{slug}-2,{slug}-3");
    let query = [("slug", slugs.as_str())];
    let mut taken = None;
    for post in list(api, &query).await? {
        if post.has(key) {
            return Ok(There::Ours(post));
        }
        if same_slug(&post.slug, slug) {
            taken = Some(post);
        }
    }
    Ok(taken.map_or(There::Free, There::Taken))
}

/// The delivery's own post, wherever its address has got to: by its mark, for which
/// WordPress looks in the text.
async fn by_mark(api: &Api, key: &StepKey) -> Result<Option<Post>, SendError> {
    let words = format!("ladder:{}", key.0);
    let query = [("search", words.as_str())];
    Ok(list(api, &query).await?.into_iter().find(|post| post.has(key)))
}

/// `status=any` is all but what lies in the trash; without it only what is public
/// would be told (REST API handbook, posts).
async fn list(api: &Api, which: &[(&str, &str)]) -> Result<Vec<Post>, SendError> {
    let rest = [("status", "any"), ("context", "edit"), ("per_page", "100"), ("_fields", FIELDS)];
    let query: Vec<(&str, &str)> = which.iter().chain(&rest).copied().collect();
    let answer = api.get(POSTS, &query).await.map_err(Trouble::of_asking)?;
    let posts = answer.json().filter(|_| answer.is_success());
    let Some(posts) = posts.as_ref().and_then(Value::as_array) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    // An entry that cannot be read could be ours.
    let read: Option<Vec<Post>> = posts.iter().map(|post| Post::of(api, post)).collect();
    read.ok_or_else(|| SendError::NotYet {
        says: "the site's list of posts has an entry that cannot be read".to_owned(),
        wait: None,
    })
}

/// Letters of other scripts stand in a slug with percent signs.
fn same_slug(told: &str, slug: &str) -> bool {
    told == slug || {
        let written: String = url::form_urlencoded::byte_serialize(slug.as_bytes()).collect();
        told.eq_ignore_ascii_case(&written)
    }
}

impl Drafts for Api {
    type Post = Post;

    /// All that nobody sees: the address is looked at, pictures and terms are there, and
    /// the draft stands, with our address and our mark.
    async fn draft(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Prepared<Post>, SendError> {
        let (slug, key) = (text(part, "slug"), &attempt.key);
        let draft = match look(self, slug, key).await? {
            There::Ours(post) if post.is_published(self) => return Ok(Prepared::Out(post)),
            There::Ours(post) => Some(post),
            There::Taken(post) => return Err(taken_by(slug, Some(&post))),
            There::Free => match by_mark(self, key).await? {
                Some(post) if post.is_published(self) => return Ok(Prepared::Out(post)),
                other => other,
            },
        };
        let body = written(self, part, attempt).await?;
        match draft {
            Some(post) => adopt(self, &post, &body, slug).await,
            None => create(self, body, slug, key).await,
        }
    }

    /// The one request that readers see anything of: the draft becomes what it is to be.
    /// Done twice, it is the same post.
    async fn publish(
        &self,
        draft: &Post,
        _part: &PayloadPart,
        _attempt: &Attempt,
    ) -> Result<Told<Post>, SendError> {
        let body = json!({ "status": self.status.name() });
        let answer = self.post(&draft.path(), &body).await.map_err(Trouble::of_creating)?;
        told(self, &answer, &draft.id)
    }

    /// The site tells of each post of our mark. A draft is proof that it is not out.
    async fn standing(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Standing<Post>, SendError> {
        let post = match look(self, text(part, "slug"), &attempt.key).await? {
            There::Ours(post) => Some(post),
            There::Taken(_) | There::Free => by_mark(self, &attempt.key).await?,
        };
        let out = post.filter(|post| is_out(&post.status, self.status));
        Ok(out.map_or(Standing::NotOut, Standing::Out))
    }

    /// The post of that number, if there is one.
    async fn read(&self, id: &str) -> Result<Option<Post>, SendError> {
        let query = [("context", "edit"), ("_fields", FIELDS)];
        let answer = self.get(&format!("{POSTS}/{id}"), &query).await.map_err(Trouble::of_asking)?;
        match Post::of_answer(self, &answer) {
            Some(post) => Ok(Some(post)),
            None if is_gone(&answer) => Ok(None),
            None => Err(trouble(&answer, Asked::Other, self)),
        }
    }

    /// WordPress has no lock: what somebody writes between the reading and this is written over.
    async fn change(&self, live: &Post, change: &Change, attempt: &Attempt) -> Result<Told<Post>, SendError> {
        let body = words_of(self, &change.after, attempt).await?;
        let answer = self.post(&live.path(), &Value::Object(body)).await.map_err(Trouble::of_creating)?;
        told(self, &answer, &live.id)
    }

    /// Puts a post into the site's trash. What is there already, or gone, is gone.
    async fn withdraw(&self, id: &str) -> Result<Removed, SendError> {
        let answer = self.delete(&format!("{POSTS}/{id}"), &[]).await.map_err(Trouble::of_creating)?;
        if answer.is_success() {
            let told = answer.json();
            let state = told.as_ref().and_then(|post| post.get("status")).and_then(Value::as_str);
            let deleted = told.as_ref().and_then(|told| told.get("deleted")).and_then(Value::as_bool);
            return if state == Some("trash") || deleted == Some(true) {
                Ok(Removed::Gone)
            } else {
                let cause = format!(
                    "the answer was {}, and is none that WordPress gives to a deletion",
                    answer.status
                );
                Err(SendError::Unknown { cause })
            };
        }
        let fault = Fault::of(&answer);
        match (answer.status, fault.code.as_str()) {
            (410, "rest_already_trashed") | (404, "rest_post_invalid_id") => Ok(Removed::Already),
            (501, "rest_trash_not_supported") => Ok(Removed::Stays(
                "this site keeps no trash, and would delete it for good: delete it in WordPress".to_owned(),
            )),
            _ => Err(trouble(&answer, Asked::ToShow, self)),
        }
    }
}

/// The body of a draft, its pictures and terms looked up or made.
async fn written(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Map<String, Value>, SendError> {
    let mut body = words_of(api, part, attempt).await?;
    body.insert("slug".to_owned(), json!(text(part, "slug")));
    body.insert("status".to_owned(), json!("draft"));
    if let Some(author) = part.body.get("author").and_then(Value::as_str) {
        body.insert("author".to_owned(), json!(terms::author(api, author).await?));
    }
    if let Some(open) = part.body.get("comments").and_then(Value::as_bool) {
        body.insert("comment_status".to_owned(), json!(if open { "open" } else { "closed" }));
    }
    Ok(body)
}

/// What an edit may change as well.
async fn words_of(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Map<String, Value>, SendError> {
    let placed = media::placed(api, part, attempt).await?;
    let find = |name: &str| {
        let at = part.media.iter().position(|picture| is_called(name, &picture.name))?;
        placed.get(at).cloned()
    };
    let content = with_pictures(text(part, "content"), &find);
    let cover = cover(part).and_then(|picture| find(&picture.name)).map_or(0, |placed| placed.id);
    let mut body = Map::new();
    body.insert("title".to_owned(), json!(text(part, "title")));
    body.insert("content".to_owned(), json!(marked(&content, &attempt.key, api.blocks)));
    body.insert("excerpt".to_owned(), json!(text(part, "excerpt")));
    body.insert("featured_media".to_owned(), json!(cover));
    let categories = terms::numbers(api, "categories", &texts(part, "categories")).await?;
    // Without one WordPress takes the site's own.
    if !categories.is_empty() {
        body.insert("categories".to_owned(), json!(categories));
    }
    body.insert("tags".to_owned(), json!(terms::numbers(api, "tags", &texts(part, "tags")).await?));
    Ok(body)
}

/// A draft of ours that an earlier try left, as it is to be.
async fn adopt(
    api: &Api,
    post: &Post,
    body: &Map<String, Value>,
    slug: &str,
) -> Result<Prepared<Post>, SendError> {
    let answer = api.post(&post.path(), &Value::Object(body.clone())).await.map_err(Trouble::of_asking)?;
    match Post::of_answer(api, &answer) {
        Some(now) if now.id == post.id && same_slug(&now.slug, slug) => Ok(Prepared::Draft(now)),
        Some(now) if now.id == post.id => {
            discard(api, &now.id).await;
            Err(taken_by(slug, None))
        }
        _ => Err(trouble(&answer, Asked::Other, api)),
    }
}

/// A new draft. If its answer gets lost, the next try finds it by its mark.
async fn create(
    api: &Api,
    body: Map<String, Value>,
    slug: &str,
    key: &StepKey,
) -> Result<Prepared<Post>, SendError> {
    let answer = api.post(POSTS, &Value::Object(body)).await.map_err(Trouble::of_asking)?;
    let Some(made) = Post::of_answer(api, &answer) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    if same_slug(&made.slug, slug) {
        return Ok(Prepared::Draft(made));
    }
    // WordPress has moved it to another address: one stands there that we may not
    // see, or an earlier try of ours has come to light.
    discard(api, &made.id).await;
    match look(api, slug, key).await? {
        There::Ours(_) => Err(SendError::NotYet {
            says: "an earlier try has made the draft meanwhile".to_owned(),
            wait: None,
        }),
        There::Taken(post) => Err(taken_by(slug, Some(&post))),
        There::Free => Err(taken_by(slug, None)),
    }
}

/// Throws away a draft that nobody saw. If it stays, it is one draft too many.
async fn discard(api: &Api, id: &str) {
    let _ = api.delete(&format!("{POSTS}/{id}"), &[("force", "true")]).await;
}

fn taken_by(slug: &str, post: Option<&Post>) -> SendError {
    match post {
        Some(Post { link: Some(link), status, .. }) => taken(slug, &format!("{link} ({status})")),
        Some(post) => taken(slug, &format!("the post {} ({})", post.id, post.status)),
        None => taken(slug, "a post that this user may not see"),
    }
}

/// What an answer says of the post of that number, which was to change.
fn told(api: &Api, answer: &Answer, id: &str) -> Result<Told<Post>, SendError> {
    let post = Post::of_answer(api, answer);
    Told::of(post, |post| post.id == id, is_gone(answer), || trouble(answer, Asked::ToShow, api))
}

/// Whether WordPress itself says that there is no such post.
fn is_gone(answer: &Answer) -> bool {
    answer.status == 404 && Fault::of(answer).code == "rest_post_invalid_id"
}
